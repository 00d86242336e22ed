//! Programs that a test starts, and ends.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// Every program of a stage answers within this, on a machine that is busy building too.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// How often is looked where nothing can tell: the state of a process that is not our child, a port that is not open yet.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A program that ends with the test, whatever becomes of the test.
pub(crate) struct Owned {
    child: Child,
    name: String,
}

impl Owned {
    pub(crate) fn start(command: &mut Command) -> Self {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command.spawn().unwrap_or_else(|error| panic!("start {name}: {error}; `make test` installs what is missing"));
        Self { child, name }
    }

    /// Starts a program that says one line once it is ready, and gives that line.
    pub(crate) fn start_and_hear(command: &mut Command) -> (Self, String) {
        let mut owned = Self::start(command.stdout(Stdio::piped()));
        let stdout = owned.child.stdout.take().expect("its output is a pipe");
        let (say, hear) = mpsc::channel();
        std::thread::spawn(move || {
            let mut lines = BufReader::new(stdout).lines();
            if let Some(Ok(line)) = lines.next() {
                let _ = say.send(line);
            }
            // Read on, or it is stopped by a full pipe.
            lines.for_each(drop);
        });
        let line = hear.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("{} did not get ready within {PATIENCE:?}", owned.name));
        (owned, line.trim().to_owned())
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Its exit code, waited for.
    pub(crate) fn wait(&mut self) -> Option<i32> {
        let mut code = None;
        until(PATIENCE, &format!("{} ends", self.name), || {
            code = self.child.try_wait().unwrap();
            code.is_some()
        });
        code.and_then(|status| status.code())
    }

    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        self.end();
    }
}

/// The processes that `parent` started and that still run.
pub(crate) fn children_of(parent: u32) -> Vec<u32> {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{parent}/task")) else { return Vec::new() };
    let lists = threads.flatten().filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<u32>>()).collect()
}

/// The processes that `ancestor` started, and those started by them.
pub(crate) fn descendants_of(ancestor: u32) -> Vec<u32> {
    children_of(ancestor).into_iter().flat_map(|child| [vec![child], descendants_of(child)].concat()).collect()
}

/// Asks a process to end.
pub(crate) fn terminate(id: u32) {
    signal(id, "TERM");
}

/// Ends a process as a crash does: at once, and it hears nothing of it.
pub(crate) fn kill(id: u32) {
    signal(id, "KILL");
}

fn signal(id: u32, name: &str) {
    let done = Command::new("kill").args([&format!("-{name}"), &id.to_string()]).status().unwrap();
    assert!(done.success(), "process {id} takes the signal {name}");
}

/// Whether a process is there, and not only remembered by its parent.
pub(crate) fn is_alive(id: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().next()).is_some_and(|state| state != "Z")
}

/// A process's program and arguments; empty once it has ended.
pub(crate) fn command_line(id: u32) -> Vec<String> {
    let line = std::fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
    line.split(|byte| *byte == 0)
        .filter(|argument| !argument.is_empty())
        .map(|argument| String::from_utf8_lossy(argument).into_owned())
        .collect()
}

/// Whether a web address answers with success.
pub(crate) fn answers(address: &str) -> bool {
    let agent: ureq::Agent = ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).build().into();
    agent.get(address).call().is_ok()
}

/// Looks again and again until `holds`; panics with `what` after `bound`.
pub(crate) fn until(bound: Duration, what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < bound, "not within {bound:?}: {what}");
        std::thread::park_timeout(LOOK_EVERY);
    }
}
