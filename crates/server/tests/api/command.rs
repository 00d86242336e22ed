//! `headroomd` as a process.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::house::{BOUND, patiently, trials};

trials![
    it_serves_and_tokens_are_made_listed_and_revoked_beside_it,
    an_open_address_without_tls_is_refused,
    a_copy_is_made_and_restored_while_it_serves,
    what_was_exported_is_imported_elsewhere,
    the_log_answers_the_greps_of_the_guide,
];

/// A process that is ended with its handle.
pub struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub fn headroomd(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_headroomd"));
    command.env_clear().env("HEADROOM_DATA", data).env("USER", "ada").stdin(Stdio::null());
    command
}

pub fn said(command: &mut Command) -> (bool, String, String) {
    let output = command.output().expect("runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    (output.status.success(), text(&output.stdout), text(&output.stderr))
}

/// Starts it and reads its log up to the line that says where it listens.
pub fn serving(data: &Path) -> (Running, String) {
    let mut child =
        headroomd(data).args(["serve", "--listen", "127.0.0.1:0"]).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("starts");
    let log = BufReader::new(child.stderr.take().expect("piped"));
    let (say, hear) = std::sync::mpsc::channel();
    // Reads to the end, so that the process never waits for its reader.
    std::thread::spawn(move || {
        for line in log.lines().map_while(Result::ok) {
            let _ = say.send(line);
        }
    });
    let running = Running(child);
    loop {
        let line = hear.recv_timeout(BOUND).expect("it says where it listens");
        if let Some((_, after)) = line.split_once("addresses=[") {
            let address = after.split([',', ']']).next().expect("an address").to_owned();
            return (running, address);
        }
    }
}

fn status(address: &str, token: &str) -> u16 {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(BOUND)).build().into();
    let url = format!("http://{address}/api/deployments");
    // 0: nobody answers, since it is just being started again.
    agent.get(&url).header("authorization", &format!("Bearer {token}")).call().map_or(0, |response| response.status().as_u16())
}

async fn it_serves_and_tokens_are_made_listed_and_revoked_beside_it() {
    tokio::task::spawn_blocking(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path();
        let create = |role: &str| said(headroomd(data).args(["token", "create", "--role", role, "--ttl", "1h", "--name", "dashboard"]));
        // Before anything runs: the command opens the data itself.
        let (done, early, problem) = create("viewer");
        assert!(done, "{problem}");
        let (running, address) = serving(data);
        assert_eq!(status(&address, &early), 200);
        let (done, token, problem) = create("operator");
        assert!(done, "{problem}");
        assert_eq!(status(&address, &token), 200);
        let (_, list, _) = said(headroomd(data).args(["token", "list"]));
        assert_eq!(list.lines().count(), 2, "{list}");
        assert!(!list.contains(&token) && list.contains("operator"), "{list}");
        let id = list.lines().find(|line| line.contains("operator")).and_then(|line| line.split(' ').next()).expect("an id");
        assert!(said(headroomd(data).args(["token", "revoke", id])).0);
        assert_eq!(status(&address, &token), 401);
        assert_eq!(status(&address, &early), 200);
        // A second one on the same data says who is there.
        let (done, _, problem) = said(headroomd(data).args(["serve", "--listen", "127.0.0.1:0"]));
        assert!(!done && problem.contains("in use by headroomd"), "{problem}");
        let process = running.0.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &process]).status().expect("asked").success());
        let mut running = running;
        assert!(running.0.wait().expect("ends").success(), "it ends in order");
        let log = std::fs::read_to_string(data.join("backend.log")).expect("a log");
        assert!(log.contains("headroomd serves") && !log.contains(&token), "{log}");
    })
    .await
    .expect("ran");
}

async fn an_open_address_without_tls_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let (done, _, problem) = said(headroomd(folder.path()).args(["serve", "--listen", "0.0.0.0:0"]));
    assert!(!done && problem.contains("--tls-cert"), "{problem}");
}

async fn a_copy_is_made_and_restored_while_it_serves() {
    tokio::task::spawn_blocking(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        let (_running, address) = serving(&data);
        let create = || said(headroomd(&data).args(["token", "create", "--role", "viewer", "--ttl", "1h"])).1;
        let before = create();
        let copy = folder.path().join("copy.db").display().to_string();
        let (done, _, problem) = said(headroomd(&data).args(["backup", &copy]));
        assert!(done, "{problem}");
        let after = create();
        assert_eq!((status(&address, &before), status(&address, &after)), (200, 200));
        let (done, words, problem) = said(headroomd(&data).args(["restore", &copy]));
        assert!(done && words.contains("before-restore"), "{words} {problem}");
        let again = patiently(|| Some(status(&address, &before)).filter(|status| *status == 200));
        assert_eq!((again, status(&address, &after)), (200, 401), "what was done after the copy is not there");
        let (done, _, problem) = said(headroomd(&data).args(["restore", &folder.path().join("none.db").display().to_string()]));
        assert!(!done && problem.contains("none.db"), "{problem}");
        let again = patiently(|| Some(status(&address, &before)).filter(|status| *status == 200));
        assert_eq!(again, 200, "it goes on with the data that is there");
    })
    .await
    .expect("ran");
}

async fn what_was_exported_is_imported_elsewhere() {
    tokio::task::spawn_blocking(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let recording = folder.path().join("calm.csv");
        std::fs::write(&recording, "timestamp_s,cpu\n0,50\n").expect("written");
        let declared = |policy: &str| format!("[[deployments]]\nname = \"web\"\nfile = \"{}\"\n{policy}\n", recording.display());
        let (one, other) = (folder.path().join("one"), folder.path().join("other"));
        let started = |data: &Path, file: &str| {
            std::fs::create_dir(data).expect("made");
            std::fs::write(data.join("headroomd.toml"), file).expect("written");
            drop(serving(data));
        };
        started(&one, &declared("policy = { templateId = \"web-app-balanced\", maxInstances = 7 }"));
        started(&other, &declared(""));
        let (done, exported, problem) = said(headroomd(&one).arg("export"));
        assert!(done && exported.contains("maxInstances = 7") && exported.contains("name = \"web\""), "{exported} {problem}");
        let file = folder.path().join("headroom.toml").display().to_string();
        std::fs::write(&file, &exported).expect("written");
        let import = |more: &[&str]| said(headroomd(&other).args(["import", &file]).args(more));
        assert!(import(&["--dry-run"]).1.contains("created  policy of web"));
        assert!(import(&[]).1.contains("created  policy of web"));
        let again = import(&[]).1;
        assert!(!again.is_empty() && again.lines().all(|line| line.starts_with("same ")), "a second time changes nothing: {again}");
        let (done, again, _) = said(headroomd(&other).arg("export"));
        assert!(done);
        assert_eq!(again, exported);
    })
    .await
    .expect("ran");
}

async fn the_log_answers_the_greps_of_the_guide() {
    tokio::task::spawn_blocking(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        std::fs::create_dir(&data).expect("made");
        let recording = folder.path().join("busy.csv");
        std::fs::write(&recording, "timestamp_s,cpu,memory,response_time,error_rate\n0,95,40,300,0\n").expect("written");
        let declared = format!(
            "[[deployments]]\nname = \"web\"\nfile = \"{}\"\ninstances = 2\npolicy = {{ templateId = \"web-app-balanced\" }}\n",
            recording.display()
        );
        std::fs::write(data.join("headroomd.toml"), declared).expect("written");
        let _running = serving(&data);
        let greps = include_str!("guide/logs.sh");
        // The change is found by two of the three: as a scaling event and as one of its service.
        let found = patiently(|| {
            let output = Command::new("bash").args(["-c", greps]).current_dir(&data).output().expect("runs");
            let found = String::from_utf8_lossy(&output.stdout).into_owned();
            (found.matches("scaling:executed").count() >= 2).then_some(found)
        });
        assert!(found.contains("ResourceOptimizerService"), "{found}");
        assert!(found.contains("from=2 to="), "{found}");
    })
    .await
    .expect("ran");
}
