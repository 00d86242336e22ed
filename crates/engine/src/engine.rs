//! The engine as its doors see it: call an operation, hear what changed, shut down.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use chrono::{DateTime, Utc};
use headroom_core::deployment::{Deployment, DeploymentId};
use headroom_store::{Change, Changes, ReadDb, TickAfter, WriteDb};
use parking_lot::Mutex;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Notify, broadcast};

use crate::act::Actor;
use crate::alerts::Alerts;
use crate::auto_scaling::AutoScalingService;
use crate::clock::Clock;
use crate::counters::Counters;
use crate::error::{ErrorCode, WireError};
use crate::event::{Changed, Event, Topic};
use crate::fleet::Fleet;
use crate::observe::Connectors;
use crate::operations::UsageEntry;
use crate::prices::Prices;
use crate::sample;
use crate::time_break::Watch;
use crate::tokens::Tokens;
use crate::view::DecisionView;
use crate::what_if::Demands;

/// Events that a slow subscriber may be behind; then it is told to read everything again.
const EVENTS_KEPT: usize = 1_024;

/// The running engine. Clones share it.
#[derive(Clone)]
pub struct Engine(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    /// Locked for moments only, never across an await.
    pub(crate) fleet: Mutex<Fleet>,
    /// Held by whoever changes what the fleet remembers: thinking and writing down, or an operation. Never while something outside is asked.
    pub(crate) turn: tokio::sync::Mutex<()>,
    pub(crate) write: WriteDb,
    pub(crate) read: ReadDb,
    pub(crate) connectors: Connectors,
    pub(crate) actor: Actor,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) bus: Bus,
    /// Wakes the loop when something is due earlier than it thought.
    pub(crate) wake: Notify,
    /// Wakes who waits for an order to be answered.
    pub(crate) answered: Notify,
    pub(crate) stopping: tokio::sync::watch::Sender<bool>,
    pub(crate) tasks: Mutex<Vec<tokio::task::JoinHandle<()>>>,
    /// When it was opened.
    pub(crate) started_at: DateTime<Utc>,
    /// Since when readings follow each other: the start, or the last break in time.
    pub(crate) warm_since: Mutex<DateTime<Utc>>,
    pub(crate) time: Watch,
    /// The window only shows.
    pub(crate) read_only: AtomicBool,
    /// What could not be written down of what was done; it goes with the next that can.
    pub(crate) unwritten: Mutex<TickAfter>,
    pub(crate) prices: Prices,
    /// The program that offers guard, sample service and load generator.
    pub(crate) program: PathBuf,
    pub(crate) home: PathBuf,
    pub(crate) data_folder: PathBuf,
    pub(crate) version: String,
    pub(crate) user: String,
    pub(crate) alerts: Alerts,
    /// Held by whoever changes what is remembered of budgets.
    pub(crate) budget_turn: tokio::sync::Mutex<()>,
    pub(crate) tokens: Tokens,
    pub(crate) counters: Counters,
    pub(crate) demands: Demands,
}

impl Engine {
    /// The engine's time.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.0.now()
    }

    /// What a deployment used at the newest look; none before the first, or without such a deployment.
    #[must_use]
    pub fn usage_now(&self, id: &DeploymentId) -> Option<UsageEntry> {
        let now = self.0.now();
        let fleet = self.0.fleet.lock();
        UsageEntry::now(fleet.live.get(id)?, &self.0.prices, now)
    }

    /// What was decided on the newest look.
    #[must_use]
    pub fn newest_decision(&self, id: &DeploymentId) -> Option<DecisionView> {
        let fleet = self.0.fleet.lock();
        let live = fleet.live.get(id)?;
        Some(DecisionView::of(live.decision.as_deref()?, live.policy.as_deref()?))
    }

    /// Hears everything from now on.
    #[must_use]
    pub fn subscribe(&self) -> Subscription {
        Subscription(self.0.bus.0.subscribe())
    }

    /// Stops the loops, ends local instances, closes the database. Everything that was acknowledged is on disk before it returns.
    pub async fn shutdown(&self) {
        self.0.stopping.send_replace(true);
        self.0.wake.notify_waiters();
        let tasks: Vec<_> = std::mem::take(&mut *self.0.tasks.lock());
        for task in tasks {
            // A loop that panicked has said so in the log.
            let _ = task.await;
        }
        // What could not be written before may be written now.
        AutoScalingService::of(self).settle(Vec::new(), TickAfter::default(), Vec::new()).await;
        self.0.connectors.local.shutdown().await;
    }

    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.0.tasks.lock().push(tokio::spawn(work));
    }
}

impl Inner {
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// A deployment as its connector takes it: with the path of the running program where it names Headroom's own.
    pub(crate) fn runnable(&self, deployment: &Deployment) -> Arc<Deployment> {
        Arc::new(sample::resolve(deployment, &self.program))
    }

    /// Tells what a committed transaction changed.
    pub(crate) fn tell_changes(&self, changes: &Changes) {
        self.bus.changes(changes);
    }
}

/// Returns once the engine is told to stop. The sender lives as long as the engine, so there is nothing else to hear.
pub(crate) async fn stopped(stopping: &mut tokio::sync::watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

/// What was told since the last look, in order.
pub struct Subscription(broadcast::Receiver<Arc<Event>>);

impl Subscription {
    /// The next event; [`Event::Reload`] when some were missed; none once the engine is gone.
    pub async fn next(&mut self) -> Option<Arc<Event>> {
        match self.0.recv().await {
            Ok(event) => Some(event),
            Err(RecvError::Lagged(_)) => Some(Arc::new(Event::Reload)),
            Err(RecvError::Closed) => None,
        }
    }
}

/// Where events go out. Never waits for a reader.
pub(crate) struct Bus(broadcast::Sender<Arc<Event>>);

impl Bus {
    pub(crate) fn new() -> Self {
        Self(broadcast::Sender::new(EVENTS_KEPT))
    }

    pub(crate) fn tell(&self, event: Event) {
        // Nobody listening is no fault.
        let _ = self.0.send(Arc::new(event));
    }

    fn changes(&self, changes: &Changes) {
        // None: all of them, or none in particular.
        let mut told: BTreeMap<Topic, Option<BTreeSet<DeploymentId>>> = BTreeMap::new();
        for (topic, deployment_id) in changes.iter().filter_map(topic) {
            let about = told.entry(topic).or_insert_with(|| Some(BTreeSet::new()));
            match deployment_id {
                None => *about = None,
                Some(id) => about.iter_mut().for_each(|ids| _ = ids.insert(id.clone())),
            }
        }
        let changes: Vec<Changed> =
            told.into_iter().map(|(topic, ids)| Changed { topic, deployment_ids: ids.into_iter().flatten().collect() }).collect();
        if !changes.is_empty() {
            self.tell(Event::Changed { changes });
        }
    }
}

/// The topic of a change in the store, and the deployment it is about; none for what no query shows.
fn topic(change: &Change) -> Option<(Topic, Option<&DeploymentId>)> {
    match change {
        Change::Samples | Change::Usage | Change::Ledger => Some((Topic::Evaluations, None)),
        Change::Decision(id) | Change::Instances(id) => Some((Topic::Evaluations, Some(id))),
        Change::Events(id) | Change::Intents(id) | Change::Override(id) => Some((Topic::ScalingEvents, Some(id))),
        Change::DeploymentList => Some((Topic::Deployments, None)),
        Change::Deployment(id) => Some((Topic::Deployments, Some(id))),
        Change::Policy(_) => Some((Topic::Policies, None)),
        Change::Budgets => Some((Topic::Budgets, None)),
        Change::Prices | Change::Setting(_) | Change::Tokens => Some((Topic::Settings, None)),
        Change::Alerts | Change::Channels => Some((Topic::Alerts, None)),
        Change::Audit => None,
    }
}

impl From<headroom_store::StoreError> for WireError {
    fn from(error: headroom_store::StoreError) -> Self {
        use headroom_store::StoreError;
        let code = match &error {
            StoreError::NotFound { .. } => ErrorCode::NotFound,
            StoreError::Conflict(_) => ErrorCode::Conflict,
            _ => ErrorCode::Storage,
        };
        Self::new(code, error.to_string())
    }
}

/// A new id: its kind and twelve random digits.
pub(crate) fn new_id(kind: &str) -> String {
    let random = uuid::Uuid::new_v4().simple().to_string();
    format!("{kind}_{}", &random[..12])
}
