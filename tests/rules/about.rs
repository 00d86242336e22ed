//! The list of licenses that the window shows is the list of what ships.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use cargo_metadata::{DependencyKind, MetadataCommand, PackageId};
use serde::Deserialize;

use crate::house;

#[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord, Clone)]
struct Shown {
    from: String,
    name: String,
    version: String,
}

/// What the built window carries: one of its parts exports the list.
fn shown() -> BTreeSet<Shown> {
    let parts = house::top().join("ui/dist/assets");
    let parts = fs::read_dir(&parts).expect("the window is built: `make ui/dist/index.html`");
    let is_it = |path: &PathBuf| {
        path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.contains("licenses") && name.ends_with(".js"))
    };
    let lists: Vec<PathBuf> = parts.filter_map(|part| Some(part.ok()?.path())).filter(is_it).collect();
    let [list] = lists.as_slice() else {
        panic!("{lists:?} should be one part of the window: build it anew with `make ui/dist/index.html`")
    };
    let read =
        format!("import({:?}).then(({{ packages }}) => console.log(JSON.stringify(packages)))", format!("file://{}", list.display()));
    let packages = said("node", &["--input-type=module", "--eval", &read]);
    serde_json::from_str::<Vec<Shown>>(&packages).expect("packages").into_iter().collect()
}

fn said(program: &str, words: &[&str]) -> String {
    let output = Command::new(program).args(words).output().expect("runs");
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// What the app and `headroomd` are linked from here, and what is in the window.
fn ships() -> BTreeSet<Shown> {
    let rustc = said("rustc", &["-vV"]);
    let host = rustc.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc says where it runs");
    let here = MetadataCommand::new()
        .manifest_path(house::top().join("Cargo.toml"))
        .other_options(["--locked", "--filter-platform", host].map(str::to_owned).to_vec())
        .exec()
        .expect("cargo reads the workspace");
    let nodes = here.resolve.as_ref().expect("resolved").nodes.iter();
    let needs: BTreeMap<&PackageId, _> = nodes.map(|node| (&node.id, &node.deps)).collect();
    let roots = here.workspace_packages().into_iter().filter(|package| ["headroom", "headroom-server"].contains(&package.name.as_str()));
    let mut to_do: Vec<&PackageId> = roots.map(|package| &package.id).collect();
    let mut reached = HashSet::new();
    while let Some(id) = to_do.pop() {
        if reached.insert(id) {
            let shipped = needs[id].iter().filter(|need| need.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal));
            to_do.extend(shipped.map(|need| &need.pkg));
        }
    }
    let rust = here.packages.iter().filter(|package| package.source.is_some() && reached.contains(&package.id)).map(|package| Shown {
        from: "Rust".to_owned(),
        name: package.name.to_string(),
        version: package.version.to_string(),
    });
    let lock: serde_json::Value = serde_json::from_str(&house::text("ui/package-lock.json".as_ref()).expect("text")).expect("JSON");
    let npm = lock["packages"].as_object().expect("packages").iter().filter(|(path, package)| !path.is_empty() && package["dev"] != true);
    let npm = npm.map(|(path, package)| Shown {
        from: "npm".to_owned(),
        name: path.rsplit_once("node_modules/").expect("its folder").1.to_owned(),
        version: package["version"].as_str().expect("a version").to_owned(),
    });
    rust.chain(npm).collect()
}

#[test]
fn the_window_shows_a_license_for_everything_that_ships() {
    let (shown, ships) = (shown(), ships());
    assert!(ships.len() > 300, "the packages were not read: {ships:?}");
    let missing: Vec<&Shown> = ships.difference(&shown).collect();
    let gone: Vec<&Shown> = shown.difference(&ships).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "the window is older than Cargo.lock or package-lock.json; build it anew with `make ui/dist/index.html`. Missing: {missing:?}. Gone: {gone:?}"
    );
}
