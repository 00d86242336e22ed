//! Who may import whom (ARCHITECTURE.md), and which technology lives in which room.

use cargo_metadata::DependencyKind;

use crate::house;

/// One package of ours that names another in its `Cargo.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Arrow {
    from: String,
    to: String,
    /// Only to test or to build `from`: nothing of it is in what ships.
    for_tests: bool,
}

/// A package of ours and those of ours that it may name.
const ROOMS: &[(&str, &[&str])] = &[
    ("headroom-core", &[]),
    ("headroom-store", &["headroom-core"]),
    ("headroom-connectors", &["headroom-core"]),
    ("headroom-report", &["headroom-core"]),
    ("headroom-engine", &["headroom-core", "headroom-store", "headroom-connectors", "headroom-report"]),
    ("headroom-server", &["headroom-engine", "headroom-core"]),
    ("headroom", &["headroom-engine", "headroom-server", "headroom-core"]),
];

/// What is measured and tested from outside may name every room: nothing imports it.
const OUTSIDE: &[&str] = &["headroom-tests", "headroom-benches"];

/// A technology, by how the names of its packages begin, and the one room that may use it.
const ONE_ROOM_EACH: &[(&str, &str)] = &[
    ("rusqlite", "headroom-store"),
    ("axum", "headroom-server"),
    ("socketioxide", "headroom-server"),
    ("tauri", "headroom"),
    ("gtk", "headroom"),
    ("reqwest", "headroom-connectors"),
    ("sysinfo", "headroom-connectors"),
    ("typst", "headroom-report"),
    ("plotters", "headroom-report"),
    ("rust_xlsxwriter", "headroom-report"),
];

/// What the thinking may be built with: values, text, errors. Nothing that reaches outside.
const CORE_MAY_USE: &[&str] = &["chrono", "chrono-tz", "croner", "serde", "thiserror", "toml", "ts-rs"];

fn breaches(arrows: &[Arrow]) -> Vec<String> {
    let mut found = Vec::new();
    for arrow in arrows.iter().filter(|arrow| !OUTSIDE.contains(&arrow.from.as_str())) {
        let Arrow { from, to, for_tests } = arrow;
        let Some((_, may_name)) = ROOMS.iter().find(|(room, _)| room == from) else {
            found.push(format!("{from} has no place in the house: give it a line in ROOMS and in ARCHITECTURE.md"));
            continue;
        };
        let is_ours = to == "headroom" || to.starts_with("headroom-");
        if is_ours && !may_name.contains(&to.as_str()) {
            found.push(format!("{from} must not import {to}"));
        }
        for (technology, room) in ONE_ROOM_EACH {
            let is_it = to == technology || to.strip_prefix(technology).is_some_and(|rest| rest.starts_with(['-', '_']));
            if is_it && room != from && !for_tests {
                found.push(format!("{to} belongs to {room}, and {from} uses it"));
            }
        }
        if from == "headroom-core" && !for_tests && !is_ours && !CORE_MAY_USE.contains(&to.as_str()) {
            found.push(format!("headroom-core only thinks, and {to} may reach outside: it is not in CORE_MAY_USE"));
        }
    }
    found
}

fn arrows_of_the_house() -> Vec<Arrow> {
    let packages = house::metadata().workspace_packages();
    let arrows = packages.iter().flat_map(|package| {
        package.dependencies.iter().map(|dependency| Arrow {
            from: package.name.to_string(),
            to: dependency.name.clone(),
            for_tests: dependency.kind != DependencyKind::Normal && package.name != "headroom",
        })
    });
    arrows.collect()
}

fn ships(from: &str, to: &str) -> Arrow {
    Arrow { from: from.to_owned(), to: to.to_owned(), for_tests: false }
}

#[test]
fn wrong_arrows_are_found() {
    for (arrow, breach) in [
        (ships("headroom-core", "headroom-store"), "headroom-core must not import headroom-store"),
        (ships("headroom-core", "tokio"), "headroom-core only thinks, and tokio may reach outside: it is not in CORE_MAY_USE"),
        (ships("headroom-store", "headroom-engine"), "headroom-store must not import headroom-engine"),
        (ships("headroom-connectors", "headroom-store"), "headroom-connectors must not import headroom-store"),
        (ships("headroom-engine", "rusqlite"), "rusqlite belongs to headroom-store, and headroom-engine uses it"),
        (ships("headroom", "axum"), "axum belongs to headroom-server, and headroom uses it"),
        (ships("headroom-engine", "tauri-plugin-dialog"), "tauri-plugin-dialog belongs to headroom, and headroom-engine uses it"),
        (ships("headroom", "headroom-store"), "headroom must not import headroom-store"),
        (ships("headroom-extras", "serde"), "headroom-extras has no place in the house: give it a line in ROOMS and in ARCHITECTURE.md"),
    ] {
        assert_eq!(breaches(std::slice::from_ref(&arrow)), [breach], "{arrow:?}");
    }
}

#[test]
fn right_arrows_pass() {
    let arrows = [
        ships("headroom-core", "serde"),
        Arrow { for_tests: true, ..ships("headroom-core", "proptest") },
        ships("headroom-store", "rusqlite"),
        ships("headroom-store", "rusqlite_migration"),
        ships("headroom-engine", "headroom-store"),
        ships("headroom", "tauri-plugin-dialog"),
        ships("headroom-tests", "headroom-store"),
    ];
    assert_eq!(breaches(&arrows), [] as [String; 0]);
}

#[test]
fn imports_point_one_way() {
    let arrows = arrows_of_the_house();
    let shell_to_engine = ships("headroom", "headroom-engine");
    assert!(arrows.contains(&shell_to_engine), "the house was not read: {arrows:?}");
    assert_eq!(breaches(&arrows), [] as [String; 0]);
}

/// Where the UI reaches out of the window, by the packages that do it.
fn doors<'a>(sources: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<&'a str> {
    let mut doors: Vec<&str> = sources.into_iter().filter(|(_, text)| text.contains("@tauri-apps/")).map(|(file, _)| file).collect();
    doors.sort_unstable();
    doors
}

#[test]
fn a_second_door_is_found() {
    let sources = [
        ("ui/src/backend/tauri.ts", "import { invoke } from '@tauri-apps/api/core';"),
        ("ui/src/pages/overview/Overview.tsx", "import { listen } from \"@tauri-apps/api/event\";"),
        ("ui/src/app/main.tsx", "import { tauriBackend } from '../backend/tauri';"),
    ];
    assert_eq!(doors(sources), ["ui/src/backend/tauri.ts", "ui/src/pages/overview/Overview.tsx"]);
}

#[test]
fn the_ui_has_one_door_out() {
    let sources: Vec<(String, String)> = house::files()
        .iter()
        .filter(|file| file.starts_with("ui/src"))
        .filter_map(|file| Some((file.to_str()?.to_owned(), house::text(file)?)))
        .collect();
    assert_eq!(doors(sources.iter().map(|(file, text)| (file.as_str(), text.as_str()))), ["ui/src/backend/tauri.ts"]);
}
