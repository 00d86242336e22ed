//! `headroomd` beside a journey.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::process::{self, Owned, PATIENCE};
use crate::stage::{Stage, built, free_port};

/// A `headroomd` on a data folder and a port of its own, ended with its handle.
pub(crate) struct Server {
    process: Owned,
    data: PathBuf,
    port: u16,
}

impl Server {
    /// Starts it with the sample.
    pub(crate) fn start(stage: &Stage, data: &Path) -> Self {
        Self::start_on(stage, data, free_port())
    }

    fn start_on(stage: &Stage, data: &Path, port: u16) -> Self {
        let mut serve = Command::new(built("headroomd"));
        serve.args(["serve", "--sample", "--data"]).arg(data).arg(format!("--listen=127.0.0.1:{port}"));
        serve.env_clear().envs(stage.surroundings());
        let process = Owned::start(serve.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()));
        let server = Self { process, data: data.to_owned(), port };
        process::until(PATIENCE, "headroomd answers", || process::answers(&format!("{}/health", server.url())));
        server
    }

    /// Ends it, and starts it again on the same folder and port.
    pub(crate) fn restart(self, stage: &Stage) -> Self {
        let (data, port) = (self.data.clone(), self.port);
        self.end();
        Self::start_on(stage, &data, port)
    }

    /// Asks it to end, and waits until it has.
    pub(crate) fn end(mut self) {
        process::terminate(self.process.id());
        assert_eq!(self.process.wait(), Some(0));
    }

    /// Where it is.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// A token of a role.
    pub(crate) fn token(&self, role: &str) -> String {
        let made = Command::new(built("headroomd"))
            .args(["token", "create", "--ttl=1h", "--role", role, "--name", role, "--data"])
            .arg(&self.data)
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
        String::from_utf8(made.stdout).unwrap().trim().to_owned()
    }
}
