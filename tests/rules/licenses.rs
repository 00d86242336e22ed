//! What `deny.toml` says about licenses, bans and sources, held without a tool that has to be installed first.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;
use spdx::{Expression, LicenseReq, ParseMode};

use crate::house;

#[derive(Deserialize)]
struct Deny {
    licenses: Licenses,
    bans: Bans,
    sources: Sources,
}

#[derive(Deserialize)]
struct Licenses {
    allow: Vec<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Ban>,
}

#[derive(Deserialize)]
struct Ban {
    #[serde(rename = "crate")]
    name: String,
    reason: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Sources {
    allow_git: Vec<String>,
}

fn deny() -> Deny {
    toml::from_str(&house::text(Path::new("deny.toml")).unwrap()).expect("deny.toml holds licenses, bans and sources")
}

/// Whether a package under `license` may come in. Exceptions ("WITH") count as part of a license's name.
fn is_allowed(license: &str, allowed: &[String]) -> bool {
    let Ok(expression) = Expression::parse_mode(license, ParseMode::LAX) else { return false };
    expression.evaluate(|requirement: &LicenseReq| allowed.contains(&requirement.to_string()))
}

#[test]
fn licenses_are_read_as_expressions() {
    let allowed = ["MIT".to_owned(), "Apache-2.0".to_owned(), "Apache-2.0 WITH LLVM-exception".to_owned(), "Unicode-3.0".to_owned()];
    for (license, expected) in [
        ("MIT", true),
        ("MIT OR GPL-3.0-only", true),
        ("MIT/Apache-2.0", true),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("GPL-3.0-only", false),
        ("MIT AND GPL-3.0-only", false),
        ("LGPL-2.1-or-later", false),
        ("", false),
    ] {
        assert_eq!(is_allowed(license, &allowed), expected, "{license:?}");
    }
}

#[test]
fn every_rust_package_has_an_allowed_license() {
    let allowed = deny().licenses.allow;
    let packages = &house::metadata().packages;
    assert!(packages.iter().any(|package| package.name == "serde"), "the packages were not read");
    let refused: Vec<String> = packages
        .iter()
        .filter(|package| !package.license.as_deref().is_some_and(|license| is_allowed(license, &allowed)))
        .map(|package| format!("{} {}: {}", package.name, package.version, package.license.as_deref().unwrap_or("names no license")))
        .collect();
    assert!(refused.is_empty(), "not in deny.toml's allow list: {refused:#?}");
}

/// As the lock file has it. One package says its license in the form of old, `licenses`, which lock files leave out.
fn license_of<'a>(name: &str, package: &'a serde_json::Value) -> Option<&'a str> {
    let of_old = (name == "node_modules/xmlhttprequest-ssl").then_some("MIT");
    package["license"].as_str().or(of_old)
}

/// Only what goes into the window: the tools that build and check it (`dev`) are not passed on.
#[test]
fn every_npm_package_that_ships_has_an_allowed_license() {
    let allowed = deny().licenses.allow;
    let lock: serde_json::Value = serde_json::from_str(&house::text(Path::new("ui/package-lock.json")).unwrap()).unwrap();
    let packages = lock["packages"].as_object().expect("package-lock.json lists packages");
    assert!(packages.contains_key("node_modules/react"), "the packages were not read");
    let refused: Vec<String> = packages
        .iter()
        .filter(|(name, package)| !name.is_empty() && package["dev"] != true)
        .filter(|(name, package)| !license_of(name, package).is_some_and(|license| is_allowed(license, &allowed)))
        .map(|(name, package)| format!("{name}: {}", package["license"]))
        .collect();
    assert!(refused.is_empty(), "not in deny.toml's allow list: {refused:#?}");
}

#[test]
fn no_banned_package_comes_in() {
    let present: BTreeSet<&str> = house::metadata().packages.iter().map(|package| package.name.as_str()).collect();
    let came_in: Vec<String> = deny()
        .bans
        .deny
        .into_iter()
        .filter(|ban| present.contains(ban.name.as_str()))
        .map(|ban| format!("{}: {}", ban.name, ban.reason))
        .collect();
    assert!(came_in.is_empty(), "banned in deny.toml: {came_in:#?}");
}

#[test]
fn packages_come_from_the_registry_alone() {
    let allowed_git = deny().sources.allow_git;
    let elsewhere: Vec<String> = house::metadata()
        .packages
        .iter()
        .filter_map(|package| Some((package.name.as_str(), package.source.as_ref()?)))
        .filter(|(_, source)| !source.is_crates_io() && !allowed_git.iter().any(|git| source.repr.contains(git)))
        .map(|(name, source)| format!("{name} from {source}"))
        .collect();
    assert!(elsewhere.is_empty(), "unknown sources: {elsewhere:?}");
}
