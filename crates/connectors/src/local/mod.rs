//! Real processes on this machine behind a load balancer: a source of all five metrics and a target in one.
//!
//! ```no_run
//! # use headroom_connectors::local::{LocalConnector, LocalSettings};
//! # async fn example(settings: LocalSettings, deployment: headroom_core::deployment::Deployment) -> Result<(), headroom_connectors::error::ConnectorError> {
//! use headroom_core::units::Instances;
//!
//! let (local, mut notices) = LocalConnector::open(settings).await?; // ends what an earlier run left behind
//! let url = local.start(&deployment, Instances(2)).await?; // returns at once; the instances become ready afterwards
//! tokio::spawn(async move {
//!     while let Some(notice) = notices.recv().await {
//!         tracing::info!("{}: {}", notice.deployment_id, notice.what);
//!     }
//! });
//! // `observe`, `current_instances`, `scale`, `stop`: see `MetricSource` and `ScalingTarget`.
//! local.remove(&deployment.id).await; // its processes and its balancer
//! local.shutdown().await; // everything, gracefully
//! # let _ = url; Ok(())
//! # }
//! ```
//!
//! CPU and memory are read on Linux; on macOS they are holes (`not_measured`), and on Windows nothing can be started. Both are untested.
//!
//! However the engine ends, its instances end with it: a small guard process holds a pipe from the engine and owns them. The program that is named in [`LocalSettings::program`] offers the
//! subcommands of [`subcommand`](mod@subcommand): the guard, the sample service and the load generator.

mod balancer;
mod command;
mod guard;
mod health;
mod instance;
mod load;
mod measure;
mod notice;
mod ports;
mod processes;
mod sample;
mod site;
pub mod subcommand;

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use headroom_core::deployment::{Deployment, DeploymentId, LocalCommand, RunsOn};
use headroom_core::observation::{Counted, Hole, Observation};
use headroom_core::units::Instances;
use tokio::sync::mpsc;

use self::balancer::Balancer;
use self::guard::client::Guard;
use self::measure::Measure;
use self::ports::Ports;
use self::site::{Places, Site};
use crate::error::ConnectorError;
use crate::source::MetricSource;
use crate::target::{Accepted, Capabilities, ScaleOrder, ScalingTarget};

pub use self::command::{INHERITED_VARIABLES, PORT_PLACEHOLDER};
pub use self::notice::{Happening, Notice};
pub use self::sample::{SAMPLE_CAPACITY_RPS, SAMPLE_CORES, SAMPLE_MEMORY_GB, sample_command};

/// Instances of one deployment: what a large workstation can still start.
const MAX_INSTANCES: Instances = Instances(200);
/// Notices that may wait for the engine.
const NOTICES: usize = 1024;
/// The file, in the data folder, in which the guard writes down what it owns.
const RECORD_FILE: &str = "local-processes.json";
/// The file, in the data folder, that remembers each deployment's port.
const PORTS_FILE: &str = "local-ports.json";

/// Where and how local deployments run.
#[derive(Debug, Clone)]
pub struct LocalSettings {
    /// Where process ids and ports are remembered. It exists.
    pub data_folder: PathBuf,
    /// The program that offers the subcommands, as a whole path: the binary's own `current_exe`.
    pub program: PathBuf,
    /// The engine's environment; instances get [`INHERITED_VARIABLES`] of it and nothing else.
    pub environment: BTreeMap<String, String>,
    /// How long things may take.
    pub timing: LocalTiming,
}

/// How long things may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocalTiming {
    /// From the start of a process to its first passed health check.
    pub ready_limit: Duration,
    /// Between two health checks of an instance that is starting.
    pub health_step: Duration,
    /// For requests under way when an instance is taken out of service.
    pub drain_limit: Duration,
    /// From SIGTERM to SIGKILL.
    pub stop_grace: Duration,
    /// Before the first restart of an instance that failed; doubled for each further one.
    pub first_backoff: Duration,
    /// The longest pause before a restart.
    pub longest_backoff: Duration,
}

impl Default for LocalTiming {
    /// A minute to become ready, ten times a second asked, 30 s to drain, 5 s to end, restarts after 0.5 s to 30 s.
    fn default() -> Self {
        Self {
            ready_limit: Duration::from_secs(60),
            health_step: Duration::from_millis(100),
            drain_limit: Duration::from_secs(30),
            stop_grace: Duration::from_secs(5),
            first_backoff: Duration::from_millis(500),
            longest_backoff: Duration::from_secs(30),
        }
    }
}

impl LocalTiming {
    /// The pause after so many failures in a row: first · 2^(failures − 1), at most the longest.
    pub(crate) fn backoff(&self, failures: u32) -> Duration {
        let doubled = 2_u32.checked_pow(failures.saturating_sub(1)).unwrap_or(u32::MAX);
        self.first_backoff.saturating_mul(doubled).min(self.longest_backoff)
    }
}

/// Runs deployments on this machine. Clones share everything. When the last one is dropped, all instances end.
#[derive(Clone)]
pub struct LocalConnector {
    inner: Arc<Inner>,
}

struct Inner {
    settings: LocalSettings,
    guard: Arc<Guard>,
    sites: RwLock<HashMap<DeploymentId, Arc<Site>>>,
    ports: Mutex<Ports>,
    notices: mpsc::Sender<Notice>,
    /// Held while a deployment is started or removed, so that two callers cannot both do it.
    changing: tokio::sync::Mutex<()>,
}

impl Drop for Inner {
    /// Without an engine nothing runs. `shutdown` does the same and waits for it.
    fn drop(&mut self) {
        for site in self.sites.get_mut().unwrap_or_else(PoisonError::into_inner).values() {
            site.let_go();
        }
    }
}

impl LocalConnector {
    /// Starts the guard, which ends what an earlier run left behind. The receiver hears what happens to instances without an order; when
    /// it is not read, notices go to the log only.
    ///
    /// # Errors
    /// [`ConnectorError::System`] when the guard cannot be started or another engine runs from the same folder,
    /// [`ConnectorError::Unsupported`] on Windows.
    pub async fn open(settings: LocalSettings) -> Result<(Self, mpsc::Receiver<Notice>), ConnectorError> {
        let guard = Arc::new(Guard::new(settings.program.clone(), settings.data_folder.join(RECORD_FILE)));
        guard.open().await?;
        let (notices, receiver) = mpsc::channel(NOTICES);
        let ports = Mutex::new(Ports::open(settings.data_folder.join(PORTS_FILE)));
        let inner = Inner { settings, guard, sites: RwLock::default(), ports, notices, changing: tokio::sync::Mutex::default() };
        Ok((Self { inner: Arc::new(inner) }, receiver))
    }

    /// Runs a deployment at `instances`, and its load where it has one; returns the load balancer's URL. A deployment that runs already is
    /// scaled; one whose command changed is stopped first.
    ///
    /// Without a `listen_port` it gets the port it had last, where that is free, else any free one.
    ///
    /// # Errors
    /// [`ConnectorError::InvalidDeployment`] for a command that cannot run here, [`ConnectorError::InvalidCsv`] for a load that cannot be
    /// played, [`ConnectorError::PortInUse`],
    /// [`ConnectorError::TooMany`]. Then nothing runs.
    pub async fn start(&self, deployment: &Deployment, instances: Instances) -> Result<String, ConnectorError> {
        let RunsOn::Local(command) = &deployment.runs_on else {
            return Err(ConnectorError::invalid("runsOn", format!("{} does not run as a local command.", deployment.name)));
        };
        check_count(instances)?;
        command::check(command, &self.inner.settings.environment)?;
        command.load.as_ref().map_or(Ok(()), load::check)?;
        let _changing = self.inner.changing.lock().await;
        match self.site(&deployment.id) {
            Some(site) if site.command == *command => {
                site.scale(instances);
                return Ok(site.url());
            }
            Some(_) => self.take_down(&deployment.id).await,
            None => {}
        }
        let site = self.set_up(&deployment.id, command).await?;
        site.scale(instances);
        if let Some(load) = &command.load {
            let settings = &self.inner.settings;
            site.play(load.clone(), settings.program.clone(), settings.data_folder.clone());
        }
        Ok(site.url())
    }

    /// Stops a deployment's load and instances, each drained first, closes its balancer and forgets it. Nothing happens to one that does
    /// not run here.
    pub async fn remove(&self, id: &DeploymentId) {
        let _changing = self.inner.changing.lock().await;
        self.take_down(id).await;
        self.inner.ports.lock().unwrap_or_else(PoisonError::into_inner).forget(id);
    }

    /// Where a deployment's load balancer listens.
    #[must_use]
    pub fn url(&self, id: &DeploymentId) -> Option<String> {
        self.site(id).map(|site| site.url())
    }

    /// The leading processes of a deployment's ready instances.
    #[must_use]
    pub fn processes(&self, id: &DeploymentId) -> Vec<u32> {
        self.site(id).map(|site| site.ready().into_iter().map(|(pid, _)| pid).collect()).unwrap_or_default()
    }

    /// Stops everything, gracefully and at once, and then the guard. Bounded by the drain limit and the grace.
    pub async fn shutdown(&self) {
        let _changing = self.inner.changing.lock().await;
        let ids: Vec<DeploymentId> = self.read_sites().keys().cloned().collect();
        futures::future::join_all(ids.iter().map(|id| self.take_down(id))).await;
        self.inner.guard.close().await;
    }

    async fn set_up(&self, id: &DeploymentId, command: &LocalCommand) -> Result<Arc<Site>, ConnectorError> {
        let last_port = self.inner.ports.lock().unwrap_or_else(PoisonError::into_inner).of(id);
        let balancer = match (command.listen_port, last_port) {
            (Some(port), _) => Balancer::listen(port).await?,
            (None, Some(port)) => match Balancer::listen(port).await {
                Err(ConnectorError::PortInUse { .. }) => Balancer::listen(0).await?,
                listening => listening?,
            },
            (None, None) => Balancer::listen(0).await?,
        };
        self.inner.ports.lock().unwrap_or_else(PoisonError::into_inner).remember(id, balancer.address().port());
        let site = Arc::new(Site {
            id: id.clone(),
            command: command.clone(),
            inherited: self.inner.settings.environment.clone(),
            timing: self.inner.settings.timing,
            guard: self.inner.guard.clone(),
            balancer,
            measure: Mutex::new(Measure::new()),
            notices: self.inner.notices.clone(),
            places: Mutex::new(Places::default()),
        });
        self.inner.sites.write().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), site.clone());
        Ok(site)
    }

    async fn take_down(&self, id: &DeploymentId) {
        let site = self.inner.sites.write().unwrap_or_else(PoisonError::into_inner).remove(id);
        if let Some(site) = site {
            site.close().await;
        }
    }

    fn site(&self, id: &DeploymentId) -> Option<Arc<Site>> {
        self.read_sites().get(id).cloned()
    }

    fn running(&self, deployment: &Deployment) -> Result<Arc<Site>, ConnectorError> {
        self.site(&deployment.id).ok_or_else(|| ConnectorError::NotStarted { id: deployment.id.clone() })
    }

    fn read_sites(&self) -> std::sync::RwLockReadGuard<'_, HashMap<DeploymentId, Arc<Site>>> {
        self.inner.sites.read().unwrap_or_else(PoisonError::into_inner)
    }
}

fn check_count(instances: Instances) -> Result<(), ConnectorError> {
    if instances > MAX_INSTANCES {
        return Err(ConnectorError::TooMany { asked: instances.0, limit: MAX_INSTANCES.0 });
    }
    Ok(())
}

#[async_trait]
impl MetricSource for LocalConnector {
    async fn observe(&self, deployments: &[&Deployment], at: DateTime<Utc>, limit: Duration) -> Vec<Observation> {
        // One pass over the machine for all deployments, off the threads that serve.
        let sessions = match tokio::time::timeout(limit, tokio::task::spawn_blocking(measure::sessions)).await {
            Ok(Ok(sessions)) => Some(sessions),
            Ok(Err(_)) | Err(_) => None,
        };
        let look = |deployment: &&Deployment| match self.site(&deployment.id) {
            Some(site) => {
                let mut measure = site.measure.lock().unwrap_or_else(PoisonError::into_inner);
                measure.look(&site, deployment, sessions.as_ref(), at)
            }
            None => Observation::unknown(at, Hole::Unreachable),
        };
        deployments.iter().map(look).collect()
    }
}

#[async_trait]
impl ScalingTarget for LocalConnector {
    fn capabilities(&self) -> Capabilities {
        Capabilities { min_instances: Instances::ZERO, max_instances: MAX_INSTANCES, tells_starting: true }
    }

    async fn current_instances(&self, deployments: &[&Deployment], _limit: Duration) -> Vec<Counted> {
        let count = |deployment: &&Deployment| match self.site(&deployment.id) {
            Some(site) => Counted::Known(site.count()),
            None => Counted::Unknown { hole: Hole::Unreachable },
        };
        deployments.iter().map(count).collect()
    }

    async fn scale(&self, order: &ScaleOrder<'_>) -> Result<Accepted, ConnectorError> {
        check_count(order.target_instances)?;
        let before = self.running(order.deployment)?.scale(order.target_instances);
        tracing::info!(
            deployment = %order.deployment.id, decision = order.decision_id, from = before.total().0, to = order.target_instances.0, "scaled"
        );
        Ok(Accepted { before, target_instances: order.target_instances })
    }

    async fn stop(&self, deployment: &Deployment) -> Result<(), ConnectorError> {
        self.running(deployment)?.stop_instances().await;
        Ok(())
    }
}
