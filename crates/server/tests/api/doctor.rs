//! `headroomd doctor` as a process: what it finds, what it says to do, and what it never prints.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::command::{headroomd, said, serving};
use crate::house::{patiently, trials};

trials![a_sound_folder_is_well_beside_whoever_runs_on_it, what_is_wrong_is_named_with_what_to_do, no_secret_is_printed_wherever_it_lies,];

/// The doctor's JSON, and whether it ended well.
fn examined(command: &mut Command) -> (bool, Value) {
    let (done, json, problem) = said(command.args(["doctor", "--json"]));
    (done, serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {json} {problem}")))
}

fn finding<'a>(report: &'a Value, name: &str) -> &'a Value {
    let findings = report["findings"].as_array().expect("findings");
    findings.iter().find(|finding| finding["name"] == name).unwrap_or_else(|| panic!("nothing of {name}: {report:#}"))
}

#[track_caller]
fn all_say_what_to_do(report: &Value) {
    for finding in report["findings"].as_array().expect("findings") {
        let to_do = finding["toDo"].as_str().unwrap_or_default();
        assert_eq!(finding["verdict"] != "fine", !to_do.is_empty(), "{finding}");
        assert!(finding["found"].as_str().is_some_and(|found| !found.is_empty()), "{finding}");
    }
}

fn private(data: &Path) {
    std::fs::create_dir(data).expect("made");
    std::fs::set_permissions(data, std::fs::Permissions::from_mode(0o700)).expect("set");
}

/// A recording that asks for nothing, declared as a deployment.
fn declared(folder: &Path) -> String {
    let recording = folder.join("calm.csv");
    std::fs::write(&recording, "timestamp_s,cpu,memory,response_time,error_rate\n0,50,40,100,0\n").expect("written");
    format!("[[deployments]]\nname = \"web\"\nfile = \"{}\"\npolicy = {{ templateId = \"web-app-balanced\" }}\n", recording.display())
}

async fn a_sound_folder_is_well_beside_whoever_runs_on_it() {
    tokio::task::spawn_blocking(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        private(&data);
        std::fs::write(data.join("headroomd.toml"), declared(folder.path())).expect("written");
        let (running, _) = serving(&data);
        let (done, report) = patiently(|| {
            let (done, report) = examined(&mut headroomd(&data));
            (finding(&report, "last reading")["found"] != "none yet").then_some((done, report))
        });
        assert!(done, "{report:#}");
        all_say_what_to_do(&report);
        for (name, found) in [
            ("owner", "headroomd (process"),
            ("integrity", "sound"),
            ("permissions", "alone"),
            ("connections", "0 on this machine, 1 from recordings; 0 without"),
            ("configuration", "of its form"),
            ("answers", "version"),
            ("targets", "is there"),
        ] {
            let finding = finding(&report, name);
            assert_eq!(finding["verdict"], "fine", "{finding}");
            assert!(finding["found"].as_str().is_some_and(|words| words.contains(found)), "{finding}");
        }
        // No environment names a screen or a bus: noted, and not wrong.
        assert_eq!(
            (&finding(&report, "display")["verdict"], &finding(&report, "session bus")["verdict"]),
            (&"note".into(), &"note".into())
        );
        drop(running);
        let (done, report) =
            patiently(|| Some(examined(&mut headroomd(&data))).filter(|(_, report)| finding(report, "owner")["verdict"] == "note"));
        assert!(done && finding(&report, "owner")["found"].as_str().is_some_and(|words| words.contains("nobody")), "{report:#}");
        // The same for people.
        let (done, text, _) = said(headroomd(&data).arg("doctor"));
        assert!(done && text.contains("Nothing is wrong") && text.contains("→ Start the app"), "{text}");
    })
    .await
    .expect("ran");
}

async fn what_is_wrong_is_named_with_what_to_do() {
    tokio::task::spawn_blocking(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        let (done, report) = examined(&mut headroomd(&data));
        assert!(!done, "{report:#}");
        all_say_what_to_do(&report);
        assert_eq!(finding(&report, "folder")["verdict"], "wrong");
        assert!(!data.exists(), "the doctor makes nothing");

        private(&data);
        std::fs::write(data.join("headroomd.toml"), declared(folder.path())).expect("written");
        let (running, _) = serving(&data);
        patiently(|| (finding(&examined(&mut headroomd(&data)).1, "last reading")["found"] != "none yet").then_some(()));
        drop(running);
        assert!(said(headroomd(&data).args(["token", "create", "--role", "viewer", "--ttl", "1h"])).0);

        // A recording that is gone, a secret that others may read, a file that is none: each is wrong and named.
        std::fs::remove_file(folder.path().join("calm.csv")).expect("removed");
        let secret = data.join("api-secret");
        std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o644)).expect("set");
        std::fs::write(data.join("headroomd.toml"), "sample = false\nnonsense = 1\n").expect("written");
        let (done, report) = examined(&mut headroomd(&data));
        assert!(!done, "{report:#}");
        all_say_what_to_do(&report);
        for (name, found) in [("targets", "calm.csv"), ("permissions", "api-secret"), ("configuration", "line 2")] {
            let finding = finding(&report, name);
            assert!(finding["verdict"] == "wrong" && finding["found"].as_str().is_some_and(|words| words.contains(found)), "{finding}");
        }

        // A damaged database.
        std::fs::write(data.join("headroom.db"), "this is no database, but long enough to be looked at").expect("written");
        for log in ["headroom.db-wal", "headroom.db-shm"] {
            let _ = std::fs::remove_file(data.join(log));
        }
        let (done, report) = examined(&mut headroomd(&data));
        assert!(!done && finding(&report, "schema")["verdict"] == "wrong", "{report:#}");
        all_say_what_to_do(&report);
    })
    .await
    .expect("ran");
}

async fn no_secret_is_printed_wherever_it_lies() {
    tokio::task::spawn_blocking(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        private(&data);
        // In a command's arguments and environment, in this process's environment, in a token, in the log, in the configuration.
        let declared = "[[deployments]]\nname = \"web\"\nargv = [\"/bin/sh\", \"-c\", \"exec sleep 600\", \"{port}\", \"--login=in-the-argv\"]\n\
                        workingFolder = \"/\"\nenvironment = { DB = \"in-the-variables\" }\n";
        std::fs::write(data.join("headroomd.toml"), declared).expect("written");
        let (running, _) = serving(&data);
        let token = said(headroomd(&data).args(["token", "create", "--role", "admin", "--ttl", "1h"])).1;
        assert!(token.len() > 40, "{token}");
        let line = |words: &str| format!("2026-06-10T12:00:00.000000Z ERROR engine: {words}\n");
        let log: String = [
            "it was started with --login=in-the-argv and in-the-variables and in-the-process".to_owned(),
            format!("refused {token}"),
            "asked https://hooks.example.org/services/in-the-path?key=in-the-query with Bearer in-the-header".to_owned(),
            "password=in-the-message".to_owned(),
        ]
        .iter()
        .map(|words| line(words))
        .collect();
        let path = data.join("backend.log");
        let before = std::fs::read_to_string(&path).expect("a log");
        std::fs::write(&path, format!("{before}{log}")).expect("written");
        let secret = std::fs::read(data.join("api-secret")).expect("there");
        let doctor = || {
            let mut command = headroomd(&data);
            command.env("GITHUB_TOKEN", "in-the-process").env("DISPLAY", ":0");
            command
        };
        for more in [&["doctor"][..], &["doctor", "--json"]] {
            let (_, text, problem) = said(doctor().args(more));
            assert!(text.contains("hooks.example.org") && text.contains("‹hidden›"), "the log is told, without what it hides: {text}");
            assert!(!text.contains("in-the-") && !problem.contains("in-the-"), "{text} {problem}");
            assert!(!text.contains(&token) && !text.as_bytes().windows(secret.len()).any(|part| part == secret), "{text}");
        }
        drop(running);
        std::fs::write(data.join("headroomd.toml"), "sample = \"in-the-configuration\"\n").expect("written");
        let (_, text, problem) = said(doctor().arg("doctor"));
        assert!(
            text.contains("not of its form at line 1") && !text.contains("in-the-") && !problem.contains("in-the-"),
            "{text} {problem}"
        );
    })
    .await
    .expect("ran");
}
