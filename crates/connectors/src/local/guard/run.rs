//! The guard's own life, from its first line to the end of everything it owns.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};
use nix::sys::signal::{Signal, kill, killpg};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::unix::pipe;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::record::{OwnedProcess, Record, kill_tagged};
use super::{Launch, MAX_SAID, Order, ProcessNumber, Report, TAG_VARIABLE, read_message, write_message};
use crate::local::processes;

/// Reports that may wait for an engine that is busy.
const REPORTS: usize = 256;
/// How long instances get to end by themselves when the engine is gone.
const FINAL_GRACE: Duration = Duration::from_secs(5);
/// How long the last words of a process that ended are waited for; something it started may hold its output open.
const LAST_WORDS: Duration = Duration::from_millis(200);
/// How long the guard before may take to go: its final grace and some air.
const LOCK_LIMIT: Duration = Duration::from_secs(8);
/// Rounds of killing what is left at the very end; each round may uncover children of the one before.
const FINAL_ROUNDS: usize = 100;

/// Runs until stdin is closed, then ends everything it owns.
pub(crate) fn guard(record: &Path, program: PathBuf) -> ExitCode {
    match run(record, program) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let refusal = Report::Refused { message: error.to_string() };
            // Without an engine nobody reads it.
            let _ = io::stdout().write_all(&write_message(&refusal));
            ExitCode::FAILURE
        }
    }
}

fn run(record: &Path, program: PathBuf) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    nix::sys::prctl::set_child_subreaper(true)?;
    let _only_guard = lock(&record.with_extension("lock"))?;
    let record = Record::open_and_reap(record)?;
    io::stdout().write_all(&write_message(&Report::Serving))?;
    // One thread: the system ties an instance's life to the thread that started it.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let outcome = runtime.block_on(serve(record, program));
    runtime.shutdown_background();
    outcome
}

/// One guard a folder: two would reap each other's instances. The guard of an engine that was just killed may still be ending its own.
fn lock(file: &Path) -> io::Result<Flock<File>> {
    let open = File::create(file)?;
    let (locked, locking) = std::sync::mpsc::sync_channel(1);
    std::thread::spawn(move || {
        // Nobody waits any more: the lock goes with the process.
        let _ = locked.send(Flock::lock(open, FlockArg::LockExclusive).map_err(|(_, errno)| io::Error::from(errno)));
    });
    locking.recv_timeout(LOCK_LIMIT).unwrap_or_else(|_| {
        Err(io::Error::other("another Headroom runs local deployments from this data folder; end it, or choose another folder with --data"))
    })
}

async fn serve(record: Record, program: PathBuf) -> io::Result<()> {
    let stdin = pipe::Receiver::from_owned_fd(io::stdin().as_fd().try_clone_to_owned()?)?;
    let stdout = pipe::Sender::from_owned_fd(io::stdout().as_fd().try_clone_to_owned()?)?;
    let mut children_ended = signal(SignalKind::child())?;
    let mut told_to_end = signal(SignalKind::terminate())?;
    let (orders, mut ordered) = mpsc::channel(1);
    let (reports, to_report) = mpsc::channel(REPORTS);
    tokio::spawn(read_orders(stdin, orders));
    tokio::spawn(write_reports(stdout, to_report));

    let mut owner = Owner { program, record, children: HashMap::new(), reports, tag: unique_tag() };
    loop {
        let next_kill = owner.next_kill();
        tokio::select! {
            order = ordered.recv() => match order {
                Some(Order::Start(launch)) => owner.start(launch).await,
                Some(Order::Stop { number, grace_ms }) => owner.stop(number, Duration::from_millis(grace_ms)),
                None => break,
            },
            _ = children_ended.recv() => owner.collect(),
            _ = told_to_end.recv() => break,
            () = owner.reports.closed() => break,
            () = tokio::time::sleep_until(next_kill.unwrap_or_else(Instant::now)), if next_kill.is_some() => owner.kill_overdue(),
        }
    }
    owner.end_all(&mut children_ended).await;
    Ok(())
}

async fn read_orders(stdin: pipe::Receiver, orders: mpsc::Sender<Order>) {
    let mut stdin = BufReader::new(stdin);
    let mut line = Vec::new();
    // An order that cannot be understood ends the guard like a closed pipe: the two programs are not the same version.
    while let Ok(Some(order)) = read_message(&mut stdin, &mut line).await {
        if orders.send(order).await.is_err() {
            return;
        }
    }
}

async fn write_reports(mut stdout: pipe::Sender, mut reports: mpsc::Receiver<Report>) {
    while let Some(report) = reports.recv().await {
        if stdout.write_all(&write_message(&report)).await.is_err() {
            return;
        }
    }
}

/// Unlike any other guard's on this machine: its pid and start time.
fn unique_tag() -> String {
    let pid = std::process::id();
    format!("{pid}-{}", processes::stat(pid).map_or(0, |stat| stat.start_ticks))
}

struct Owner {
    program: PathBuf,
    record: Record,
    children: HashMap<Pid, OwnedChild>,
    reports: mpsc::Sender<Report>,
    tag: String,
}

struct OwnedChild {
    number: ProcessNumber,
    said: Arc<Mutex<Vec<u8>>>,
    listeners: Vec<JoinHandle<()>>,
    kill_at: Option<Instant>,
}

impl Owner {
    async fn start(&mut self, launch: Launch) {
        let number = launch.number;
        let report = match self.spawn(launch) {
            Ok(pid) => Report::Started { number, pid },
            Err(error) => Report::NotStarted { number, message: error.to_string() },
        };
        // When nobody listens any more, the loop ends by itself.
        let _ = self.reports.send(report).await;
    }

    fn spawn(&mut self, launch: Launch) -> io::Result<u32> {
        let tag = self.tag_of(launch.number);
        let mut command = Command::new(&self.program);
        command.arg("instance").arg("--guard").arg(std::process::id().to_string()).arg("--").args(&launch.argv);
        command.env_clear().envs(&launch.environment).env(TAG_VARIABLE, &tag).current_dir(&launch.folder);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let pid = child.id();
        let said = Arc::new(Mutex::new(Vec::new()));
        let mut listeners = Vec::new();
        if let Some(output) = child.stdout.take() {
            listeners.push(tokio::spawn(listen(pipe::Receiver::from_owned_fd(output.into())?, said.clone())));
        }
        if let Some(output) = child.stderr.take() {
            listeners.push(tokio::spawn(listen(pipe::Receiver::from_owned_fd(output.into())?, said.clone())));
        }
        self.children.insert(pid_of(pid), OwnedChild { number: launch.number, said, listeners, kill_at: None });
        let start_ticks = processes::stat(pid).map(|stat| stat.start_ticks);
        self.record.add(OwnedProcess { pid, start_ticks, tag })?;
        Ok(pid)
    }

    fn tag_of(&self, number: ProcessNumber) -> String {
        format!("{}-{number}", self.tag)
    }

    fn stop(&mut self, number: ProcessNumber, grace: Duration) {
        let Some((pid, child)) = self.children.iter_mut().find(|(_, child)| child.number == number) else { return };
        signal_group(*pid, Signal::SIGTERM);
        child.kill_at = Some(Instant::now() + grace);
    }

    fn next_kill(&self) -> Option<Instant> {
        self.children.values().filter_map(|child| child.kill_at).min()
    }

    fn kill_overdue(&mut self) {
        let now = Instant::now();
        for (pid, child) in &mut self.children {
            if child.kill_at.is_some_and(|at| at <= now) {
                signal_group(*pid, Signal::SIGKILL);
                child.kill_at = None;
            }
        }
    }

    /// Collects every child that is over: its own, and orphans that the system handed to it.
    fn collect(&mut self) {
        while let Ok(status) = waitpid(None, Some(WaitPidFlag::WNOHANG)) {
            let (pid, how) = match status {
                WaitStatus::Exited(pid, code) => (pid, format!("exit status {code}")),
                WaitStatus::Signaled(pid, signal, _) => (pid, format!("signal {}", signal.as_str())),
                WaitStatus::StillAlive => return,
                _ => continue,
            };
            let Some(child) = self.children.remove(&pid) else { continue };
            // What it started ends with it.
            signal_group(pid, Signal::SIGKILL);
            kill_tagged(&self.tag_of(child.number));
            if let Ok(pid) = u32::try_from(pid.as_raw()) {
                // The record is only a help for the next start: an entry too many is told apart by its start time.
                let _ = self.record.remove(pid);
            }
            tokio::spawn(report_end(child, how, self.reports.clone()));
        }
    }

    /// Asks all to end, waits, kills what is left, and goes only when nothing is.
    async fn end_all(&mut self, children_ended: &mut tokio::signal::unix::Signal) {
        for pid in self.children.keys() {
            signal_group(*pid, Signal::SIGTERM);
        }
        let deadline = Instant::now() + FINAL_GRACE;
        self.collect();
        while !self.children.is_empty() && tokio::time::timeout_at(deadline, children_ended.recv()).await.is_ok() {
            self.collect();
        }
        for (pid, child) in &self.children {
            signal_group(*pid, Signal::SIGKILL);
            kill_tagged(&self.tag_of(child.number));
        }
        for _ in 0..FINAL_ROUNDS {
            self.collect();
            let own = std::process::id();
            processes::all().iter().filter(|stat| stat.parent == own && !stat.is_zombie).for_each(|stat| {
                // Gone between reading and killing is fine.
                let _ = kill(pid_of(stat.pid), Signal::SIGKILL);
            });
            match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
                Err(Errno::ECHILD) => return,
                Ok(WaitStatus::StillAlive) => {
                    let _ = tokio::time::timeout(LAST_WORDS, children_ended.recv()).await;
                }
                _ => {}
            }
        }
    }
}

/// Keeps the last words of a process.
async fn listen(mut output: pipe::Receiver, said: Arc<Mutex<Vec<u8>>>) {
    let mut chunk = [0; 4096];
    while let Ok(count @ 1..) = output.read(&mut chunk).await {
        let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
        said.extend_from_slice(&chunk[..count]);
        let surplus = said.len().saturating_sub(MAX_SAID);
        said.drain(..surplus);
    }
}

async fn report_end(child: OwnedChild, how: String, reports: mpsc::Sender<Report>) {
    let aborts: Vec<_> = child.listeners.iter().map(JoinHandle::abort_handle).collect();
    let _ = tokio::time::timeout(LAST_WORDS, futures::future::join_all(child.listeners)).await;
    aborts.iter().for_each(tokio::task::AbortHandle::abort);
    let said = String::from_utf8_lossy(&child.said.lock().unwrap_or_else(PoisonError::into_inner)).trim().to_owned();
    // When nobody listens any more, the guard ends by itself.
    let _ = reports.send(Report::Ended { number: child.number, how, said }).await;
}

/// To every process of the group that `leader` leads. No such group is what was wanted.
fn signal_group(leader: Pid, signal: Signal) {
    // Between `fork` and its own session a child is still in the guard's group: then it is told alone.
    let _ = killpg(leader, signal).or_else(|_| kill(leader, signal));
}

fn pid_of(pid: u32) -> Pid {
    Pid::from_raw(i32::try_from(pid).expect("the system's process ids fit in 31 bits"))
}
