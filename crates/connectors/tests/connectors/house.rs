//! What the tests share: a connector in a temporary folder, and ways to wait for what happens.

use std::collections::BTreeMap;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, TimeZone, Utc};
use headroom_connectors::local::{Happening, LocalConnector, LocalSettings, LocalTiming, Notice, SAMPLE_CORES, SAMPLE_MEMORY_GB};
use headroom_connectors::source::MetricSource;
use headroom_connectors::target::{ScaleOrder, ScalingTarget};
use headroom_core::deployment::{Billing, Deployment, DeploymentId, HealthCheck, InstanceSize, LocalCommand, Objectives, RunsOn};
use headroom_core::observation::{Counted, InstanceCount, Observation};
use headroom_core::units::{Cores, Gigabytes, Instances};
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use libtest_mimic::Trial;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// Longer than anything here may take on a busy machine; reaching it is a failure.
pub const BOUND: Duration = Duration::from_secs(60);

/// A test by the name of its function.
pub fn trial<F: Future<Output = ()>>(name: &str, test: impl FnOnce() -> F + Send + 'static) -> Trial {
    Trial::test(name, move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        runtime.block_on(async { within("the whole test", test()).await });
        Ok(())
    })
}

/// The list of a module's tests, each by its own name.
macro_rules! trials {
    ($($test:ident),+ $(,)?) => {
        /// The tests of this file.
        pub fn trials() -> Vec<libtest_mimic::Trial> {
            vec![$(crate::house::trial(stringify!($test), $test)),+]
        }
    };
}
pub(crate) use trials;

pub async fn within<T>(what: &str, wait: impl Future<Output = T>) -> T {
    tokio::time::timeout(BOUND, wait).await.unwrap_or_else(|_| panic!("waited {BOUND:?} for {what}"))
}

pub fn program() -> PathBuf {
    std::env::current_exe().expect("this program has a path")
}

pub fn at(seconds: i64) -> DateTime<Utc> {
    Utc.timestamp_opt(1_700_000_000 + seconds, 0).single().expect("a legal time")
}

/// A connector in a folder of its own, that restarts quickly.
pub struct House {
    pub local: LocalConnector,
    pub notices: mpsc::Receiver<Notice>,
    pub folder: tempfile::TempDir,
}

#[expect(clippy::disallowed_methods, reason = "a test program is a binary")]
pub fn settings(folder: &Path) -> LocalSettings {
    LocalSettings {
        data_folder: folder.to_owned(),
        program: program(),
        environment: std::env::vars().collect(),
        timing: LocalTiming {
            first_backoff: Duration::from_millis(20),
            longest_backoff: Duration::from_millis(500),
            ..LocalTiming::default()
        },
    }
}

impl House {
    pub async fn open() -> Self {
        Self::open_with(|_| {}).await
    }

    pub async fn open_with(change: impl FnOnce(&mut LocalSettings)) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut settings = settings(folder.path());
        change(&mut settings);
        let (local, notices) = LocalConnector::open(settings).await.expect("a guard");
        Self { local, notices, folder }
    }

    /// The first notice that `pick` wants; others are passed over.
    pub async fn hears<T>(&mut self, what: &str, mut pick: impl FnMut(&Happening) -> Option<T>) -> T {
        let notices = &mut self.notices;
        within(what, async {
            loop {
                let notice = notices.recv().await.expect("the connector lives");
                if let Some(found) = pick(&notice.what) {
                    return found;
                }
            }
        })
        .await
    }

    /// Waits for one more ready instance and returns its process.
    pub async fn hears_ready(&mut self) -> u32 {
        self.hears("a ready instance", |what| match what {
            Happening::Ready { pid, .. } => Some(*pid),
            _ => None,
        })
        .await
    }

    pub async fn observe(&self, deployment: &Deployment, seconds: i64) -> Observation {
        self.local.observe(&[deployment], at(seconds), BOUND).await[0]
    }

    pub async fn scale(&self, deployment: &Deployment, instances: u32) {
        let order = ScaleOrder { deployment, target_instances: Instances(instances), decision_id: "decision-1" };
        self.local.scale(&order).await.expect("the order is taken");
    }

    pub async fn count(&self, deployment: &Deployment) -> InstanceCount {
        known(self.local.current_instances(&[deployment], BOUND).await[0])
    }
}

pub fn known(counted: Counted) -> InstanceCount {
    match counted {
        Counted::Known(count) => count,
        Counted::Unknown { hole } => panic!("the count is not known: {hole:?}"),
    }
}

pub fn counts(ready: u32, starting: u32) -> InstanceCount {
    InstanceCount { ready: Instances(ready), starting: Instances(starting) }
}

/// A deployment of the size of the sample.
pub fn deployment(id: &str, runs_on: RunsOn) -> Deployment {
    Deployment {
        id: DeploymentId(id.to_owned()),
        name: id.to_owned(),
        tags: Vec::new(),
        runs_on,
        instance_size: InstanceSize {
            cpu_cores: Cores::new(SAMPLE_CORES).expect("a quantity"),
            memory_gb: Gigabytes::new(SAMPLE_MEMORY_GB).expect("a quantity"),
            storage_gb: Gigabytes::ZERO,
        },
        billing: Billing::Provisioned,
        objectives: Objectives::default(),
        interval_seconds: None,
        policy_id: None,
        paused: None,
        created_at: at(0),
    }
}

/// This program's own test service with `arguments`, checked at `/`.
pub fn service_command(arguments: &[&str]) -> LocalCommand {
    let own = program().to_string_lossy().into_owned();
    let argv = [own.as_str(), "test-service", "{port}"].iter().chain(arguments).map(ToString::to_string).collect();
    LocalCommand {
        argv,
        working_folder: "/".to_owned(),
        environment: BTreeMap::new(),
        health: HealthCheck::Http { path: "/".to_owned() },
        listen_port: None,
        load: None,
    }
}

pub fn service(id: &str, arguments: &[&str]) -> Deployment {
    deployment(id, RunsOn::Local(service_command(arguments)))
}

/// Asks once, on a connection of its own: status and body.
pub async fn get(url: &str) -> (u16, String) {
    let client = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
    let answer = within("an answer", client.get(url.parse().expect("a URL"))).await.expect("the balancer answers");
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.expect("the body comes to its end").to_bytes();
    (status, String::from_utf8_lossy(&body).into_owned())
}

/// Where test services report themselves; the connection breaks when they are over, however they end.
pub struct Lifeline {
    listener: TcpListener,
}

impl Lifeline {
    pub async fn open() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").await.expect("a free port") }
    }

    pub fn address(&self) -> String {
        self.listener.local_addr().expect("an address").to_string()
    }

    /// The next process that reports itself.
    pub async fn next(&self) -> Living {
        let (mut stream, _) = within("a process to report itself", self.listener.accept()).await.expect("a connection");
        let pid = within("its process id", stream.read_u32()).await.expect("a process id");
        Living { pid, stream }
    }
}

/// A process that was there.
pub struct Living {
    pub pid: u32,
    stream: TcpStream,
}

impl Living {
    /// Resolves when the process is over.
    pub async fn ends(mut self) {
        let mut nothing = [0];
        let read = within(&format!("process {} to be over", self.pid), self.stream.read(&mut nothing)).await;
        // A killed process may leave a reset instead of an end.
        assert_eq!(read.unwrap_or(0), 0, "a test service says nothing more");
    }

    /// Whether it still runs, seen from its open connection.
    pub fn is_alive(&self) -> bool {
        let mut nothing = [0];
        matches!(self.stream.try_read(&mut nothing), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock)
    }
}
