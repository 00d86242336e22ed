//! The Debian package: installed, started, upgraded and removed.
//!
//! It is installed into a folder of its own with a package database of its own, into which the list of what this machine has is
//! copied: dependencies are resolved as on this machine, and nothing of the machine is touched. That takes root, as installing does.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;

use crate::page::Page;
use crate::stage::{Stage, binary};

/// From a start to its first sight, on a busy machine.
const WITHIN: Duration = Duration::from_secs(60);
/// Where dpkg keeps what is installed.
const DATABASE: &str = "var/lib/dpkg";

/// A machine that only dpkg knows of.
struct Machine {
    root: TempDir,
}

impl Machine {
    /// With the packages of this one, as far as dpkg needs to know them.
    fn like_this() -> Self {
        let root = tempfile::Builder::new().prefix("headroom-package-").tempdir().unwrap();
        let database = root.path().join(DATABASE);
        for folder in ["info", "updates", "triggers"] {
            std::fs::create_dir_all(database.join(folder)).unwrap();
        }
        let all = std::fs::read_to_string("/var/lib/dpkg/status").unwrap();
        let others = all.split("\n\n").filter(|entry| !entry.trim_start().starts_with("Package: headroom\n"));
        std::fs::write(database.join("status"), others.collect::<Vec<_>>().join("\n\n")).unwrap();
        // Packages without a list of files are complained about, each on a line.
        for entry in std::fs::read_dir("/var/lib/dpkg/info").unwrap().flatten() {
            if entry.path().extension() == Some(OsStr::new("list")) {
                std::fs::write(database.join("info").join(entry.file_name()), "/.\n").unwrap();
            }
        }
        Self { root }
    }

    fn dpkg(&self, words: &[&OsStr]) {
        let root = self.root.path();
        let mut dpkg = Command::new("dpkg");
        dpkg.arg(format!("--instdir={}", root.display())).arg(format!("--admindir={}", root.join(DATABASE).display()));
        // Its own log, and scripts that are told where they are instead of being locked in there.
        dpkg.arg(format!("--log={}", root.join("dpkg.log").display())).arg("--force-script-chrootless");
        let done = dpkg.args(words).stdin(Stdio::null()).output().unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
        assert!(done.status.success(), "dpkg {words:?}: {said}");
    }

    /// As dpkg has it: `ii 0.1.0`; none once nothing of it is known.
    fn state(&self) -> Option<String> {
        let query = Command::new("dpkg-query")
            .arg(format!("--admindir={}", self.root.path().join(DATABASE).display()))
            .args(["--show", "--showformat=${db:Status-Abbrev}${Version}", "headroom"])
            .stderr(Stdio::null())
            .output()
            .unwrap();
        let said = String::from_utf8(query.stdout).unwrap();
        (!said.is_empty() && !said.starts_with("un")).then_some(said)
    }

    fn at(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    /// Every file and folder but dpkg's own.
    fn files(&self) -> BTreeSet<PathBuf> {
        let found = Command::new("find").arg(self.root.path()).args(["-mindepth", "1", "-printf", "%P\\n"]).output().unwrap();
        let found = String::from_utf8(found.stdout).unwrap();
        found.lines().filter(|path| !path.starts_with(DATABASE) && *path != "dpkg.log").map(PathBuf::from).collect()
    }
}

/// Packs what is built, under a version of its own.
fn pack(into: &Path, version: &str) -> PathBuf {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ stands in the repository");
    let packed = Command::new(top.join("scripts/package.sh"))
        .arg("--programs")
        .arg(binary().parent().expect("a folder"))
        .args(["--version", version, "--compression", "none", "--out"])
        .arg(into)
        .output()
        .unwrap();
    assert!(packed.status.success(), "package.sh: {}", String::from_utf8_lossy(&packed.stderr));
    PathBuf::from(String::from_utf8(packed.stdout).unwrap().trim())
}

/// Why it cannot be tried here, if so.
fn missing() -> Option<&'static str> {
    let has = |tool: &str| Command::new(tool).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if !has("dpkg") || !has("dpkg-shlibdeps") {
        return Some("this is no Debian");
    }
    let id = Command::new("id").arg("--user").output().unwrap();
    (String::from_utf8_lossy(&id.stdout).trim() != "0").then_some("installing takes root")
}

fn runs(page: &Page<'_>) {
    page.wait_for_engine(
        WITHIN,
        "the sample runs",
        "get_glance",
        &json!({}),
        "answer.runsHere.some((here) => here.name === 'sample-web' && here.instances > 0)",
    );
}

#[test]
fn the_package_installs_starts_upgrades_keeping_data_and_leaves_nothing() {
    if let Some(why) = missing() {
        println!("skipped: {why}");
        return;
    }
    let packages = tempfile::tempdir().unwrap();
    let (old, new) = (pack(packages.path(), "0.1.0"), pack(packages.path(), "0.1.0+next"));
    let machine = Machine::like_this();
    std::fs::create_dir_all(machine.at("var/lib")).unwrap();
    let before = machine.files();

    machine.dpkg(&["--install".as_ref(), old.as_os_str()]);
    assert_eq!(machine.state().as_deref(), Some("ii 0.1.0"));
    for file in [
        "usr/bin/headroom",
        "usr/bin/headroomd",
        "usr/share/applications/headroom.desktop",
        "usr/share/icons/hicolor/128x128/apps/headroom.png",
        "usr/lib/systemd/system/headroomd.service",
        "usr/share/doc/headroom/copyright",
        "usr/share/doc/headroom/licenses.gz",
    ] {
        assert!(machine.at(file).is_file(), "{file}");
    }
    what_it_starts_is_there(&machine);

    // It starts, and keeps what a person does.
    let stage = Stage::set("package");
    let data = stage.data();
    let program = machine.at("usr/bin/headroom");
    let page = stage.open_program(&program, &data, &[]);
    runs(&page);
    page.call("update_settings", &json!({ "evaluationIntervalSeconds": 17 })).unwrap();
    page.end_by_signal();

    machine.dpkg(&["--install".as_ref(), new.as_os_str()]);
    assert_eq!(machine.state().as_deref(), Some("ii 0.1.0+next"));
    let page = stage.open_program(&program, &data, &[]);
    runs(&page);
    assert_eq!(page.call("get_settings", &json!({})).unwrap()["evaluationIntervalSeconds"], 17);
    page.end_by_signal();

    // Removed, its files are gone and the service's data is not; purged, that is too. A person's own data stays either way.
    let service = machine.at("var/lib/private/headroom");
    std::fs::create_dir_all(&service).unwrap();
    std::fs::write(service.join("headroom.db"), "data of the service").unwrap();
    machine.dpkg(&["--remove".as_ref(), "headroom".as_ref()]);
    assert!(service.join("headroom.db").is_file());
    assert!(!program.exists());
    machine.dpkg(&["--purge".as_ref(), "headroom".as_ref()]);
    assert_eq!(machine.state(), None);
    std::fs::remove_dir(machine.at("var/lib/private")).expect("nothing else is in it");
    assert_eq!(machine.files(), before);
    assert!(data.join("headroom.db").is_file());
}

/// What menu entry and unit start lies where they say; both programs find their libraries.
fn what_it_starts_is_there(machine: &Machine) {
    let entry = std::fs::read_to_string(machine.at("usr/share/applications/headroom.desktop")).unwrap();
    let said = |key: &str| entry.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_else(|| panic!("{key} in {entry}")).to_owned();
    assert_eq!(said("Exec="), "headroom %u");
    assert_eq!(said("MimeType="), "x-scheme-handler/headroom;");
    assert!(machine.at(&format!("usr/share/icons/hicolor/scalable/apps/{}.svg", said("Icon="))).is_file());
    let unit = std::fs::read_to_string(machine.at("usr/lib/systemd/system/headroomd.service")).unwrap();
    let start = unit.lines().find_map(|line| line.strip_prefix("ExecStart=/")).expect("it starts something");
    assert!(machine.at(start.split(' ').next().expect("a program")).is_file(), "{start}");
    let document = unit.lines().find_map(|line| line.strip_prefix("Documentation=file:///")).expect("it is documented");
    assert!(machine.at(document).is_file(), "{document}");
    for program in ["usr/bin/headroom", "usr/bin/headroomd"] {
        let version = Command::new(machine.at(program)).arg("--version").output().unwrap();
        let said = String::from_utf8_lossy(&version.stdout).into_owned();
        assert!(version.status.success() && said.contains(env!("CARGO_PKG_VERSION")), "{program}: {said}");
    }
}
