//! What every file keeps to, and what the first page must show.

use std::path::Path;

use crate::house;

/// Longer than this, a file holds more than one idea. 400 is the question, 800 the answer.
const LONGEST_LINES: usize = 800;

/// Files that a tool writes, or that are a list by nature.
fn is_written_by_hand(file: &Path) -> bool {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    !matches!(name, "Cargo.lock" | "package-lock.json")
        && !matches!(extension, "snap" | "csv" | "svg" | "json")
        && !file.starts_with("ui/src/backend/generated")
}

fn is_too_long(text: &str) -> bool {
    text.lines().count() > LONGEST_LINES
}

#[test]
fn a_file_over_the_limit_is_found() {
    assert!(!is_too_long(&"line\n".repeat(LONGEST_LINES)));
    assert!(is_too_long(&"line\n".repeat(LONGEST_LINES + 1)));
    assert!(is_written_by_hand(Path::new("crates/core/src/lib.rs")));
    assert!(!is_written_by_hand(Path::new("Cargo.lock")));
}

#[test]
fn no_file_is_too_long() {
    let files = house::files();
    assert!(files.iter().any(|file| file == Path::new("Cargo.toml")), "the house was not read");
    let long: Vec<_> =
        files.iter().filter(|file| is_written_by_hand(file) && house::text(file).is_some_and(|text| is_too_long(&text))).collect();
    assert!(long.is_empty(), "split them by idea: {long:?}");
}

#[test]
fn the_readme_shows_the_two_commands_first() {
    let readme = house::text(Path::new("README.md")).unwrap();
    let run = readme.find("make run").expect("README.md shows `make run`");
    let test = readme.find("make test").expect("README.md shows `make test`");
    let second_heading = readme.find("\n## ").expect("README.md has sections");
    assert!(run < second_heading && test < second_heading, "the two commands stand before the first section");
}

#[test]
fn the_readme_links_to_files_that_are_there() {
    let readme = house::text(Path::new("README.md")).unwrap();
    let links: Vec<&str> =
        readme.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()).filter(|link| !link.is_empty()).collect();
    assert!(links.contains(&"CONTRIBUTING.md"), "the links were not read: {links:?}");
    let broken: Vec<_> = links.iter().filter(|link| !link.contains("://") && !house::top().join(link).exists()).collect();
    assert!(broken.is_empty(), "README.md links to what is not there: {broken:?}");
}
