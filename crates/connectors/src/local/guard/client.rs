//! The engine's end of the guard: starts it when it is needed, again when it was killed, and knows what became of each process.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::JoinHandle;

use super::{Launch, Order, ProcessNumber, Report, read_message, write_message};
use crate::error::ConnectorError;

/// Orders that may wait for the guard.
const ORDERS: usize = 256;
/// Reports that may wait while an order is being written: more than two for each process a machine can hold, so that neither side
/// ever waits for the other to read.
const REPORTS: usize = 65_536;
/// How long the guard gets to start a process: it forks and executes, nothing else.
const START_LIMIT: Duration = Duration::from_secs(10);
/// How long it gets to take over from the guard before and to reap what that left behind: its own limit of 8 s and some air.
const OPEN_LIMIT: Duration = Duration::from_secs(15);
/// How long it gets to end everything: its own grace of 5 s and some air.
const END_LIMIT: Duration = Duration::from_secs(10);

/// A process that runs under the guard.
pub(crate) struct Running {
    pub number: ProcessNumber,
    pub pid: u32,
    /// Resolves once, when the process is over.
    pub ended: oneshot::Receiver<Ended>,
}

/// How a process ended.
#[derive(Debug, Clone)]
pub(crate) struct Ended {
    /// "exit status 1", "signal SIGKILL".
    pub how: String,
    /// The last it printed.
    pub said: String,
}

/// The one guard of a connector.
pub(crate) struct Guard {
    program: PathBuf,
    record: PathBuf,
    next_number: AtomicU64,
    link: Mutex<Option<Link>>,
}

struct Link {
    requests: mpsc::Sender<Request>,
    conversation: JoinHandle<()>,
}

enum Request {
    Start { launch: Launch, started: oneshot::Sender<Result<u32, String>>, ended: oneshot::Sender<Ended> },
    Stop { number: ProcessNumber, grace: Duration },
}

impl Guard {
    /// `program` offers the `guard` subcommand; `record` is the file in which the guard writes down what it owns.
    pub(crate) fn new(program: PathBuf, record: PathBuf) -> Self {
        Self { program, record, next_number: AtomicU64::new(1), link: Mutex::new(None) }
    }

    /// Starts the guard now, which reaps what an earlier one left behind.
    pub(crate) async fn open(&self) -> Result<(), ConnectorError> {
        self.requests().await.map(|_| ())
    }

    /// Starts a process. Its number in `launch` is set here.
    pub(crate) async fn start(&self, mut launch: Launch) -> Result<Running, ConnectorError> {
        let requests = self.requests().await?;
        let number = self.next_number.fetch_add(1, Ordering::Relaxed);
        launch.number = number;
        let (started, on_start) = oneshot::channel();
        let (ended, on_end) = oneshot::channel();
        let gone = || ConnectorError::system("start a process under the guard")(std::io::ErrorKind::BrokenPipe.into());
        requests.send(Request::Start { launch, started, ended }).await.map_err(|_| gone())?;
        match tokio::time::timeout(START_LIMIT, on_start).await {
            Ok(Ok(Ok(pid))) => Ok(Running { number, pid, ended: on_end }),
            Ok(Ok(Err(message))) => Err(ConnectorError::invalid("argv", format!("The program could not be started: {message}."))),
            Ok(Err(_)) => Err(gone()),
            Err(_) => Err(ConnectorError::TimedOut { what: "The guard process".to_owned(), seconds: START_LIMIT.as_secs() }),
        }
    }

    /// Asks a process to end, and has it killed after `grace`. Its `ended` tells when it is over.
    pub(crate) async fn stop(&self, number: ProcessNumber, grace: Duration) {
        let requests = self.link.lock().await.as_ref().map(|link| link.requests.clone());
        if let Some(requests) = requests {
            // A guard that is gone has ended all it owned.
            let _ = requests.send(Request::Stop { number, grace }).await;
        }
    }

    /// Closes the pipe and waits until the guard has ended everything and itself.
    pub(crate) async fn close(&self) {
        let Some(link) = self.link.lock().await.take() else { return };
        drop(link.requests);
        if tokio::time::timeout(END_LIMIT, link.conversation).await.is_err() {
            tracing::warn!(seconds = END_LIMIT.as_secs(), "the guard process is still ending local instances");
        }
    }

    async fn requests(&self) -> Result<mpsc::Sender<Request>, ConnectorError> {
        let mut link = self.link.lock().await;
        if let Some(link) = link.as_ref().filter(|link| !link.requests.is_closed()) {
            return Ok(link.requests.clone());
        }
        if let Some(before) = link.take() {
            tracing::warn!("the guard process ended unexpectedly; it is started again");
            // Its end is waited for, so that two guards never share one record.
            let _ = tokio::time::timeout(END_LIMIT, before.conversation).await;
        }
        let opened = self.spawn().await?;
        let requests = opened.requests.clone();
        *link = Some(opened);
        Ok(requests)
    }

    #[cfg(unix)]
    async fn spawn(&self) -> Result<Link, ConnectorError> {
        let mut command = Command::new(&self.program);
        command.arg("guard").arg("--record").arg(&self.record).arg("--program").arg(&self.program);
        // Its own group: Ctrl+C in a terminal is for the engine, which then lets go of the pipe.
        command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped());
        let doing = || format!("start the guard process ({} guard)", self.program.display());
        let mut guard = command.spawn().map_err(ConnectorError::system(doing()))?;
        let stdin = guard.stdin.take().expect("stdin is piped");
        let mut stdout = BufReader::new(guard.stdout.take().expect("stdout is piped"));
        let mut line = Vec::new();
        match tokio::time::timeout(OPEN_LIMIT, read_message(&mut stdout, &mut line)).await {
            Ok(Ok(Some(Report::Serving))) => {}
            Ok(Ok(Some(Report::Refused { message }))) => return Err(ConnectorError::system(doing())(std::io::Error::other(message))),
            Ok(Ok(_) | Err(_)) => {
                let problem = std::io::Error::other("the program does not answer as a guard; install Headroom anew");
                return Err(ConnectorError::system(doing())(problem));
            }
            Err(_) => return Err(ConnectorError::TimedOut { what: "The guard process".to_owned(), seconds: OPEN_LIMIT.as_secs() }),
        }
        let (requests, requested) = mpsc::channel(ORDERS);
        let conversation = tokio::spawn(converse(guard, stdin, stdout, requested));
        Ok(Link { requests, conversation })
    }

    #[cfg(not(unix))]
    async fn spawn(&self) -> Result<Link, ConnectorError> {
        Err(ConnectorError::Unsupported { what: "Running local commands", instead: "Use it on Linux or macOS, or another connection." })
    }
}

/// Both directions, until the engine lets go or the guard is gone. Dropping the waiting ends tells everyone who waits.
async fn converse(mut guard: Child, mut stdin: ChildStdin, stdout: BufReader<ChildStdout>, mut requested: mpsc::Receiver<Request>) {
    let (reports, mut reported) = mpsc::channel(REPORTS);
    let reading = tokio::spawn(read_reports(stdout, reports));
    let mut starting = HashMap::new();
    let mut running: HashMap<ProcessNumber, oneshot::Sender<Ended>> = HashMap::new();
    loop {
        tokio::select! {
            request = requested.recv() => {
                let order = match request {
                    None => break,
                    Some(Request::Stop { number, grace }) => {
                        Order::Stop { number, grace_ms: u64::try_from(grace.as_millis()).unwrap_or(u64::MAX) }
                    }
                    Some(Request::Start { launch, started, ended }) => {
                        starting.insert(launch.number, started);
                        running.insert(launch.number, ended);
                        Order::Start(launch)
                    }
                };
                if stdin.write_all(&write_message(&order)).await.is_err() {
                    break;
                }
            }
            report = reported.recv() => match report {
                None => break,
                Some(Report::Started { number, pid }) => {
                    let waiting = starting.remove(&number).map(|started: oneshot::Sender<_>| started.send(Ok(pid)).is_ok());
                    if waiting != Some(true) {
                        // Who asked for it gave up meanwhile: it must not run unowned.
                        let _ = stdin.write_all(&write_message(&Order::Stop { number, grace_ms: 0 })).await;
                    }
                }
                Some(Report::NotStarted { number, message }) => {
                    running.remove(&number);
                    if let Some(started) = starting.remove(&number) {
                        let _ = started.send(Err(message));
                    }
                }
                Some(Report::Ended { number, how, said }) => {
                    if let Some(ended) = running.remove(&number) {
                        let _ = ended.send(Ended { how, said });
                    }
                }
                Some(Report::Serving | Report::Refused { .. }) => tracing::warn!("the guard process said twice whether it serves"),
            },
        }
    }
    // Closing the pipe is the order to end everything.
    drop(stdin);
    requested.close();
    reported.close();
    if let Err(error) = guard.wait().await {
        tracing::warn!(%error, "could not wait for the guard process");
    }
    reading.abort();
}

async fn read_reports(mut stdout: BufReader<ChildStdout>, reports: mpsc::Sender<Report>) {
    let mut line = Vec::new();
    while let Ok(Some(report)) = read_message(&mut stdout, &mut line).await {
        if reports.send(report).await.is_err() {
            return;
        }
    }
}
