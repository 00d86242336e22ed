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
