//! A house to test in: an engine on a temporary folder, at a time of the test's choosing.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, TimeZone as _, Utc};
use headroom_core::deployment::DeploymentId;
use headroom_core::policy::PolicyDraft;
use headroom_core::units::Instances;
use headroom_engine::caller::{Caller, Origin};
use headroom_engine::clock::{Clock as _, ManualClock};
use headroom_engine::error::WireError;
use headroom_engine::event::Event;
use headroom_engine::operations::{
    AddReplayDeployment, GetEngineState, GetScalingHistory, GetScalingStatus, Operation, Role, SavePolicy, ScaleManually,
};
use headroom_engine::view::{DeploymentStatus, EngineState, EventView, SavedPolicy};
use headroom_engine::{AutoScalingService, Engine, EngineConfig, StartError, Subscription};
use headroom_store::{DataFolder, OpenOptions, OwnerKind, Store, open};
use libtest_mimic::Trial;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tempfile::TempDir;

/// No single wait is longer.
const BOUND: Duration = Duration::from_secs(60);

/// Lists the tests of a file.
macro_rules! trials {
    ($($test:ident),+ $(,)?) => {
        /// The tests of this file.
        pub fn trials() -> Vec<libtest_mimic::Trial> {
            vec![$(crate::house::trial(concat!(module_path!(), "::", stringify!($test)), $test)),+]
        }
    };
}
pub(crate) use trials;

/// One test on a runtime of its own.
pub fn trial<F: Future<Output = ()>>(name: &str, test: impl Fn() -> F + Send + 'static) -> Trial {
    Trial::test(name, move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        runtime.block_on(test());
        Ok(())
    })
}

/// Waits, with a bound.
pub async fn within<T>(what: &str, wait: impl Future<Output = T>) -> T {
    tokio::time::timeout(BOUND, wait).await.unwrap_or_else(|_| panic!("waited {BOUND:?} for {what}"))
}

pub fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 6, 10, 12, 0, 0).single().expect("a legal time")
}

pub fn seconds(seconds: i64) -> TimeDelta {
    TimeDelta::seconds(seconds)
}

pub fn person() -> Caller {
    Caller::window("Ada")
}

pub fn caller(role: Role, origin: Origin) -> Caller {
    Caller { name: "Grace".to_owned(), role, origin }
}

/// A policy that looks at CPU alone: more above 70 %, fewer below 30 %, one cooldown of five minutes, 1 to 10 instances.
pub fn cpu_policy() -> Value {
    json!({
        "name": "CPU",
        "metrics": [{ "metric": "cpu", "threshold": 0.7, "comparison": "gt", "weight": 1.0, "maximum": null }],
        "scaleUpThreshold": 0.7, "scaleDownThreshold": 0.3, "cooldownPeriod": 300, "minInstances": 1, "maxInstances": 10,
        "consolidation": false,
    })
}

/// A folder of its own, and a clock.
pub struct House {
    pub folder: TempDir,
    pub clock: ManualClock,
    pub limit: Option<u64>,
    /// The desktop that alerts are shown on.
    pub desktop: Option<Arc<dyn headroom_engine::notifier::Notifier>>,
}

impl House {
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("headroom-engine-").tempdir().expect("a folder");
        Self { folder, clock: ManualClock::starting_at(noon()), limit: None, desktop: None }
    }

    pub fn data_folder(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Writes a recording and answers its path.
    pub fn recording(&self, name: &str, csv: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, csv).expect("written");
        path.display().to_string()
    }

    /// Writes a recording of CPU alone: `before` percent up to `from` seconds, then `after` percent, for an hour, every 30 s.
    pub fn step(&self, name: &str, before: u32, from: i64, after: u32) -> String {
        let rows = (0..120).map(|row| row * 30).map(|at| format!("{at},{}\n", if at < from { before } else { after }));
        self.recording(name, &format!("timestamp_s,cpu\n{}", rows.collect::<String>()))
    }

    pub async fn try_open(&self) -> Result<Open, StartError> {
        let config = EngineConfig {
            data_folder: self.data_folder(),
            program: std::env::current_exe().expect("this program has a path"),
            home: self.folder.path().to_owned(),
            environment: BTreeMap::new(),
            kind: OwnerKind::Desktop,
            version: "0.0.0-test".to_owned(),
            user: "Ada".to_owned(),
            clock: Arc::new(self.clock.clone()),
            database_limit: self.limit,
            offer_sample: false,
            notifier: self.desktop.clone(),
        };
        let engine = Engine::start(config).await?;
        Ok(Open { engine, clock: self.clock.clone() })
    }

    pub async fn open(&self) -> Open {
        self.try_open().await.unwrap_or_else(|error| panic!("the engine starts: {error}"))
    }

    /// The database itself, while no engine has it.
    pub fn store(&self) -> Store {
        let folder = DataFolder::at(self.data_folder());
        let options = OpenOptions { folder, kind: OwnerKind::Desktop, now: self.clock.now(), size_limit: None };
        open(options).expect("the store opens")
    }
}

/// A running engine.
pub struct Open {
    pub engine: Engine,
    pub clock: ManualClock,
}

impl Open {
    /// Calls an operation as the person before the window.
    pub async fn ask<O: Operation>(&self, operation: O) -> Result<O::Output, WireError>
    where
        O::Output: DeserializeOwned,
    {
        self.ask_as(&person(), operation).await
    }

    pub async fn ask_as<O: Operation>(&self, caller: &Caller, operation: O) -> Result<O::Output, WireError>
    where
        O::Output: DeserializeOwned,
    {
        let input = serde_json::to_value(operation).expect("an input");
        let answer = within(O::NAME, self.engine.call(caller, O::NAME, input)).await?;
        Ok(serde_json::from_value(answer).expect("an answer of its form"))
    }

    /// Adds a deployment whose readings are recorded in `file`.
    pub async fn add(&self, name: &str, file: &str, instances: u32) -> DeploymentId {
        let input: AddReplayDeployment =
            serde_json::from_value(json!({ "name": name, "file": file, "instances": instances })).expect("an input");
        self.ask(input).await.expect("added").deployment.id
    }

    pub async fn save(&self, id: &DeploymentId, draft: Value) -> SavedPolicy {
        self.try_save(id, draft).await.expect("saved")
    }

    pub async fn try_save(&self, id: &DeploymentId, draft: Value) -> Result<SavedPolicy, WireError> {
        let draft: PolicyDraft = serde_json::from_value(draft).expect("a draft");
        self.ask(SavePolicy { deployment_id: id.clone(), draft }).await
    }

    /// What time it is there.
    pub fn clock_now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Evaluates everything that is due.
    pub async fn tick(&self) {
        within("a tick", AutoScalingService::of(&self.engine).tick()).await;
    }

    /// Moves the clock on, and evaluates.
    pub async fn tick_after(&self, by: i64) {
        self.clock.advance(seconds(by));
        self.tick().await;
    }

    pub async fn status(&self, id: &DeploymentId) -> DeploymentStatus {
        self.ask(GetScalingStatus { deployment_id: id.clone() }).await.expect("a status")
    }

    pub async fn count(&self, id: &DeploymentId) -> u32 {
        self.status(id).await.current_instances.expect("a known count").0
    }

    /// The code of the newest decision's reason.
    pub async fn reason(&self, id: &DeploymentId) -> String {
        self.status(id).await.last_decision.expect("a decision").reason_code
    }

    /// Newest first.
    pub async fn history(&self, id: &DeploymentId) -> Vec<EventView> {
        self.ask(GetScalingHistory { deployment_id: Some(id.clone()), ..Default::default() }).await.expect("a history").events
    }

    pub async fn state(&self) -> EngineState {
        self.ask(GetEngineState {}).await.expect("a state")
    }

    pub async fn scale(&self, id: &DeploymentId, to: u32, reason: &str, hold: Option<u32>) -> Result<EventView, WireError> {
        let order = ScaleManually { deployment_id: id.clone(), target_instances: to, reason: reason.to_owned(), hold_seconds: hold };
        self.ask(order).await
    }

    /// Ends the engine and gives up its folder.
    pub async fn close(self) {
        within("the engine's end", self.engine.shutdown()).await;
    }
}

/// The next event that `wanted` picks.
pub async fn heard<T>(what: &str, events: &mut Subscription, wanted: impl Fn(&Event) -> Option<T>) -> T {
    within(what, async {
        loop {
            let event = events.next().await.expect("the engine is there");
            if let Some(found) = wanted(&event) {
                return found;
            }
        }
    })
    .await
}

/// Everything that was told so far: up to a mark that the test itself makes the engine tell.
pub async fn so_far(open: &Open, events: &mut Subscription) -> Vec<Event> {
    use headroom_engine::event::Topic;
    use headroom_engine::operations::UpdateSettings;
    let theme = serde_json::from_value(json!({ "theme": "dark" })).expect("an input");
    let _ = open.ask::<UpdateSettings>(theme).await.expect("settings");
    let mut told = Vec::new();
    within("the mark", async {
        loop {
            let event = events.next().await.expect("the engine is there");
            match &*event {
                Event::Changed { changes } if changes.iter().any(|change| change.topic == Topic::Settings) => return,
                other => told.push(other.clone()),
            }
        }
    })
    .await;
    told
}

pub fn instances(count: u32) -> Instances {
    Instances(count)
}
