//! What the documents say is what there is.

use std::path::Path;

use serde_json::json;

use crate::house::{House, trials};

trials![every_metric_is_described, every_event_is_described, every_flag_is_described, the_files_for_services_name_flags_that_are_there];

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

async fn every_metric_is_described() {
    let house = House::open().await;
    let token = house.token("operator").await;
    // Something of each kind.
    let id = house.add("web", 95.0).await;
    house.post(&format!("/api/deployments/{id}/scaling/policy"), &token, json!({ "templateId": "web-app-balanced" })).await.of(201);
    let budget = Some(json!({ "monthlyLimit": 500 }));
    house.send("PUT", &format!("/api/deployments/{id}/resources/budget"), Some(&token), budget).await.of(200);
    house.tick_after(60).await;
    let metrics = house.get("/metrics", Some(&token)).await.body;
    let names: Vec<String> = metrics
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE "))
        .filter_map(|line| line.split_once(' '))
        .map(|(name, kind)| match kind {
            "counter" => format!("{name}_total"),
            "info" => format!("{name}_info"),
            _ => name.to_owned(),
        })
        .collect();
    assert!(names.len() >= 12, "{names:?}");
    let described = read("docs/metrics.md");
    let missing: Vec<_> = names.iter().filter(|name| !described.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "docs/metrics.md does not describe {missing:?}");
    house.close().await;
}

async fn every_event_is_described() {
    let source = read("crates/server/src/socket.rs");
    let mut names: Vec<&str> = source.split('"').filter(|text| is_event(text)).collect();
    names.sort_unstable();
    names.dedup();
    assert!(names.contains(&"scaling:executed") && names.len() >= 10, "{names:?}");
    let described = read("docs/websocket.md");
    let missing: Vec<_> = names.iter().filter(|name| !described.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "docs/websocket.md does not describe {missing:?}");
}

fn is_event(text: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && part.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_');
    text.split_once(':').is_some_and(|(kind, name)| plain(kind) && plain(name))
}

async fn every_flag_is_described() {
    let help = std::process::Command::new(env!("CARGO_BIN_EXE_headroomd")).args(["serve", "--help"]).output().expect("runs").stdout;
    let help = String::from_utf8_lossy(&help).into_owned();
    let described = read("docs/server.md");
    for word in help.split(|letter: char| letter.is_whitespace() || letter == ',').filter(|word| word.starts_with("--")) {
        let flag = word.trim_end_matches(|letter: char| !letter.is_ascii_alphanumeric());
        assert!(flag == "--help" || described.contains(flag), "docs/server.md does not describe {flag}");
    }
}

async fn the_files_for_services_name_flags_that_are_there() {
    let help = std::process::Command::new(env!("CARGO_BIN_EXE_headroomd")).args(["serve", "--help"]).output().expect("runs").stdout;
    let help = String::from_utf8_lossy(&help).into_owned();
    for (file, flags) in [
        ("deploy/headroomd.service", json!(["--data"])),
        ("deploy/Dockerfile", json!(["--listen", "--tls-self-signed"])),
        ("deploy/kubernetes.yaml", json!(["--listen", "--tls-self-signed", "--host"])),
    ] {
        let text = read(file);
        for flag in flags.as_array().expect("flags").iter().filter_map(|flag| flag.as_str()) {
            assert!(text.contains(flag) && help.contains(flag), "{file}: {flag}");
        }
    }
}
