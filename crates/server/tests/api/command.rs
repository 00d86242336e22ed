//! `headroomd` as a process.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::house::{BOUND, trials};

trials![it_serves_and_tokens_are_made_listed_and_revoked_beside_it, an_open_address_without_tls_is_refused];

/// A process that is ended with its handle.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn headroomd(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_headroomd"));
    command.env_clear().env("HEADROOM_DATA", data).env("USER", "ada").stdin(Stdio::null());
    command
}

fn said(command: &mut Command) -> (bool, String, String) {
    let output = command.output().expect("runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    (output.status.success(), text(&output.stdout), text(&output.stderr))
}

/// Starts it and reads its log up to the line that says where it listens.
fn serving(data: &Path) -> (Running, String) {
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
    agent.get(&url).header("authorization", &format!("Bearer {token}")).call().expect("answered").status().as_u16()
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
