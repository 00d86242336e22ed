//! The window's TypeScript types are those of the Rust types.

use std::collections::BTreeMap;
use std::path::Path;

use crate::house;

fn contents(folder: &Path) -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries.map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read_to_string(entry.path()).unwrap())).collect()
}

#[test]
fn generated_types_are_fresh() {
    let folder = tempfile::tempdir().unwrap();
    headroom_engine::operations::export_types(folder.path()).unwrap();
    let fresh = contents(folder.path());
    let kept = contents(&house::top().join("ui/src/backend/generated"));
    assert!(fresh.contains_key("operations.ts"), "nothing was written");
    let stale: Vec<_> = fresh.keys().chain(kept.keys()).filter(|name| fresh.get(*name) != kept.get(*name)).collect();
    assert!(stale.is_empty(), "run `make types`, these are not what the Rust types give: {stale:?}");
}

/// Two types of one name would be written into one file, the later over the earlier.
#[test]
fn no_two_types_have_one_name_in_the_window() {
    let mut places = BTreeMap::<String, Vec<String>>::new();
    for file in house::files().into_iter().filter(|file| file.starts_with("crates") && file.extension().is_some_and(|end| end == "rs")) {
        let text = house::text(&file).unwrap();
        for (_, after) in text.match_indices("derive(ts_rs::TS)").map(|(at, word)| (at, &text[at + word.len()..])) {
            let (attribute, rest) = after.split_once('\n').unwrap();
            let renamed = attribute.split_once("ts(rename = \"").and_then(|(_, name)| name.split('"').next());
            let declared = rest.split_whitespace().skip_while(|word| !["struct", "enum"].contains(word)).nth(1);
            let name = renamed.or_else(|| declared?.split(|letter: char| !letter.is_alphanumeric()).next()).unwrap();
            // Inside a macro it has none yet.
            if name.is_empty() {
                continue;
            }
            places.entry(name.to_owned()).or_default().push(file.display().to_string());
        }
    }
    assert!(places.len() > 200, "{}", places.len());
    let twice: Vec<_> = places.iter().filter(|(_, files)| files.len() > 1).collect();
    assert!(twice.is_empty(), "give one of each a name of its own with ts(rename = …): {twice:?}");
}
