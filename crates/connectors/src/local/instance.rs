//! The life of one instance, and of every one that takes its place when it dies.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::command;
use super::guard::client::Running;
use super::health;
use super::notice::Happening;
use super::site::Site;
use crate::error::ConnectorError;

/// How long a process may take to be over after it was killed.
const KILL_LIMIT: Duration = Duration::from_secs(5);
/// An instance that served this long was healthy: when it dies, the pauses begin anew with the shortest.
const STABLE_AFTER: Duration = Duration::from_secs(30);

/// Where an instance stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Being started, started again, or waiting for its health check.
    Starting,
    /// Serving.
    Ready { pid: u32, since: Instant },
    /// Not coming by itself for a while: it failed.
    BackingOff,
}

/// A place for one instance: what it does now, and the way to end it.
pub(crate) struct Slot {
    stage: Arc<Mutex<Stage>>,
    stop: watch::Sender<bool>,
    life: tokio::task::JoinHandle<()>,
}

impl Slot {
    /// Starts an instance and keeps one running.
    pub(crate) fn open(site: Arc<Site>) -> Self {
        let stage = Arc::new(Mutex::new(Stage::Starting));
        let (stop, stopped) = watch::channel(false);
        let life = tokio::spawn(keep_running(site, StageCell(stage.clone()), stopped));
        Self { stage, stop, life }
    }

    pub(crate) fn stage(&self) -> Stage {
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the instance out of service. What comes back ends when its process is over.
    pub(crate) fn close(self) -> tokio::task::JoinHandle<()> {
        self.stop.send_replace(true);
        self.life
    }
}

struct StageCell(Arc<Mutex<Stage>>);

impl StageCell {
    fn set(&self, stage: Stage) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = stage;
    }
}

/// How one process came to its end.
enum Life {
    Stopped,
    Failed { served: Duration, what: Box<dyn FnOnce(Duration) -> Happening + Send> },
}

impl Life {
    fn failed(what: impl FnOnce(Duration) -> Happening + Send + 'static) -> Self {
        Self::Failed { served: Duration::ZERO, what: Box::new(what) }
    }
}

async fn keep_running(site: Arc<Site>, stage: StageCell, mut stopped: watch::Receiver<bool>) {
    let mut failures = 0;
    loop {
        stage.set(Stage::Starting);
        match live(&site, &stage, &mut stopped).await {
            Life::Stopped => return,
            Life::Failed { served, what } => {
                failures = if served >= STABLE_AFTER { 1 } else { failures + 1 };
                let restart_in = site.timing.backoff(failures);
                stage.set(Stage::BackingOff);
                site.tell(what(restart_in));
                if told_within(&mut stopped, restart_in).await {
                    return;
                }
            }
        }
    }
}

/// One process from start to end.
async fn live(site: &Arc<Site>, stage: &StageCell, stopped: &mut watch::Receiver<bool>) -> Life {
    let port = match free_port() {
        Ok(port) => port,
        Err(error) => return not_started(&error),
    };
    let began = Instant::now();
    let launch = command::launch(&site.command, &site.inherited, port);
    let mut running = match site.guard.start(launch).await {
        Ok(running) => running,
        Err(error) => return not_started(&error),
    };
    let pid = running.pid;

    let check = &site.command.health;
    tokio::select! {
        () = health::ready(port, check, site.timing.health_step) => {}
        () = told(stopped) => {
            end(site, running).await;
            return Life::Stopped;
        }
        ended = &mut running.ended => return died(pid, ended.ok(), Duration::ZERO),
        () = tokio::time::sleep(site.timing.ready_limit) => {
            let said = end(site, running).await;
            let (waited, check) = (site.timing.ready_limit, health::in_words(port, check));
            return Life::failed(move |restart_in| Happening::NeverReady { waited, check, said, restart_in });
        }
    }

    let since = Instant::now();
    let backend = site.balancer.add(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    stage.set(Stage::Ready { pid, since });
    site.tell(Happening::Ready { pid, after: since - began });
    tokio::select! {
        () = told(stopped) => {
            let owed = site.balancer.drain(&backend, site.timing.drain_limit).await;
            if owed > 0 {
                site.tell(Happening::CutOff { requests: owed });
            }
            end(site, running).await;
            Life::Stopped
        }
        ended = &mut running.ended => {
            site.balancer.remove(&backend);
            died(pid, ended.ok(), since.elapsed())
        }
    }
}

fn not_started(error: &ConnectorError) -> Life {
    let message = error.to_string();
    Life::failed(move |restart_in| Happening::NotStarted { message, restart_in })
}

fn died(pid: u32, ended: Option<super::guard::client::Ended>, served: Duration) -> Life {
    let (how, said) = match ended {
        Some(ended) => (ended.how, ended.said),
        None => ("the guard process that owned it ended".to_owned(), String::new()),
    };
    Life::Failed { served, what: Box::new(move |restart_in| Happening::Died { pid, how, said, restart_in }) }
}

/// Asks a process to end and waits until it is over. Returns the last it printed.
async fn end(site: &Site, running: Running) -> String {
    let grace = site.timing.stop_grace;
    site.guard.stop(running.number, grace).await;
    match tokio::time::timeout(grace + KILL_LIMIT, running.ended).await {
        Ok(ended) => ended.map(|ended| ended.said).unwrap_or_default(),
        Err(_) => {
            tracing::warn!(pid = running.pid, "an instance is still there after it was killed");
            String::new()
        }
    }
}

/// Resolves with the order to stop, or when nobody is left to give it.
pub(crate) async fn told(stopped: &mut watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// Whether the order to stop came within `time`.
pub(crate) async fn told_within(stopped: &mut watch::Receiver<bool>, time: Duration) -> bool {
    tokio::time::timeout(time, told(stopped)).await.is_ok()
}

/// A port that nobody listens on now. Another program may take it before the instance does; then the instance dies and gets another.
fn free_port() -> Result<u16, ConnectorError> {
    let find = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr();
    find().map(|address| address.port()).map_err(ConnectorError::system("find a free port on this machine"))
}
