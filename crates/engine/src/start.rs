//! From nothing to a running engine: open the data, load the fleet, settle what a crash cut off, start what runs here.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Utc};
use headroom_connectors::error::ConnectorError;
use headroom_connectors::local::{LocalConnector, LocalSettings, LocalTiming};
use headroom_connectors::notifier::Notifier;
use headroom_connectors::replay::ReplayConnector;
use headroom_core::decide::Memory;
use headroom_core::deployment::{Deployment, DeploymentId, RunsOn};
use headroom_core::observation::Observation;
use headroom_core::units::{Instances, MoneyPerHour};
use headroom_store::{
    DataFolder, EventType, FleetRow, IntentRow, NewEvent, OpenOptions, Outcome, OutcomeOf, OwnerKind, StoreError, TickAfter, open,
};
use parking_lot::Mutex;
use tokio::sync::{Notify, watch};

use crate::act::Actor;
use crate::alerts::Alerts;
use crate::auto_scaling::{AutoScalingService, event_of};
use crate::caller::Caller;
use crate::clock::Clock;
use crate::counters::Counters;
use crate::day_strip::DayStrip;
use crate::engine::{Bus, Engine, Inner, new_id, stopped};
use crate::error::WireError;
use crate::fleet::{Fleet, Live, OpenOrder};
use crate::foresight;
use crate::observe::Connectors;
use crate::operations::{StoredSettings, read_settings};
use crate::prices::{PriceList, Prices};
use crate::record::end_of;
use crate::resource_optimizer::ResourceOptimizerService;
use crate::sample;
use crate::spending::Spending;
use crate::time_break::Watch;
use crate::tokens::Tokens;
use crate::view::Notice;
use crate::what_if::Demands;

/// Deployments that are read at once.
const PAGE: u32 = 500;
/// Orders without an outcome that are settled at a start; more than deployments there are cannot be out.
const MOST_OPEN_ORDERS: u32 = 10_000;
type Notices = tokio::sync::mpsc::Receiver<headroom_connectors::local::Notice>;
type LateOutcomes = tokio::sync::mpsc::Receiver<crate::act::OrderOutcome>;

/// Set once the sample was offered, so that removing it is for good.
const SAMPLE_OFFERED: &str = "sample_offered";

/// What an engine is started with.
#[derive(Clone)]
pub struct EngineConfig {
    /// Where everything is kept.
    pub data_folder: PathBuf,
    /// The program that offers the subcommands guard, sample service and load generator: the binary's own path.
    pub program: PathBuf,
    /// Where a local command runs that names no folder.
    pub home: PathBuf,
    /// The environment of this process, of which local commands get a few variables.
    pub environment: BTreeMap<String, String>,
    /// What kind of process this is.
    pub kind: OwnerKind,
    /// The product's version.
    pub version: String,
    /// Who acts from this machine's window, as recorded in the history.
    pub user: String,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The largest size of the database in bytes; the disk's own where not set.
    pub database_limit: Option<u64>,
    /// Start the sample at the very first start on an empty data folder.
    pub offer_sample: bool,
    /// What shows notifications on this desktop; none where there is no desktop.
    pub notifier: Option<Arc<dyn Notifier>>,
}

/// Why an engine could not start. Each message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Local processes cannot be run.
    #[error("Local processes cannot be run: {0}")]
    Local(#[from] ConnectorError),
    /// Something stored contradicts itself.
    #[error("{0}")]
    Operation(#[from] WireError),
}

impl Engine {
    /// Opens the data, loads the fleet, starts what runs here. Evaluations begin with [`AutoScalingService::start_evaluation`].
    ///
    /// # Errors
    /// [`StartError`]; nothing of the data was changed then.
    pub async fn start(config: EngineConfig) -> Result<Self, StartError> {
        let offer_sample = config.offer_sample;
        let (engine, notices, late_outcomes) = Self::open(config).await?;
        engine.take_up(engine.0.started_at).await?;
        engine.listen(notices, late_outcomes);
        if offer_sample {
            engine.offer_sample().await?;
        }
        Ok(engine)
    }

    /// Opens the data to call operations on it, and starts nothing: no evaluation, no instance. For commands that find no engine running.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn at_rest(config: EngineConfig) -> Result<Self, StartError> {
        Ok(Self::open(config).await?.0)
    }

    /// Everything in memory, nothing moving; and what will be heard of instances and of late orders.
    async fn open(config: EngineConfig) -> Result<(Self, Notices, LateOutcomes), StartError> {
        let started_at = config.clock.now();
        let folder = DataFolder::at(&config.data_folder);
        let options = OpenOptions { folder, kind: config.kind, now: started_at, size_limit: config.database_limit };
        let store = tokio::task::spawn_blocking(move || open(options)).await.map_err(|_| StoreError::Closed)??;
        let settings = LocalSettings {
            data_folder: config.data_folder.clone(),
            program: config.program.clone(),
            environment: config.environment,
            timing: LocalTiming::default(),
        };
        let (local, notices) = LocalConnector::open(settings).await?;
        let (actor, late_outcomes) = Actor::new();
        let time = Watch::starting(&*config.clock);
        let engine = Self(Arc::new(Inner {
            fleet: Mutex::new(Fleet::default()),
            turn: tokio::sync::Mutex::new(()),
            write: store.write,
            read: store.read,
            connectors: Connectors { local: Arc::new(local), replay: Arc::new(ReplayConnector::new()) },
            actor,
            clock: config.clock,
            bus: Bus::new(),
            wake: Notify::new(),
            answered: Notify::new(),
            stopping: watch::Sender::new(false),
            tasks: Mutex::new(Vec::new()),
            started_at,
            warm_since: Mutex::new(started_at),
            time,
            read_only: AtomicBool::default(),
            unwritten: Mutex::default(),
            prices: Prices::default(),
            program: config.program,
            home: config.home,
            tokens: Tokens::of(&config.data_folder),
            data_folder: config.data_folder,
            counters: Counters::new(&config.version),
            demands: Demands::default(),
            version: config.version,
            user: config.user,
            alerts: Alerts::new(config.notifier),
            budget_turn: tokio::sync::Mutex::new(()),
        }));
        AutoScalingService::of(&engine).load_active_policies().await?;
        engine.load_alerts().await?;
        engine.load_budgets().await?;
        engine.0.tokens.replace(engine.0.read.read(|read| read.tokens()).await?);
        Ok((engine, notices, late_outcomes))
    }

    /// Settles what the last engine's end cut off, and starts local deployments at their last committed count.
    async fn take_up(&self, now: DateTime<Utc>) -> Result<(), StartError> {
        let inner = &*self.0;
        self.end_lapsed(now).await?;
        let cut_off = inner.read.read(|read| read.open_intents(MOST_OPEN_ORDERS)).await?;
        let restored = self.start_local(now).await;
        let mut after = TickAfter::default();
        for row in &cut_off {
            let (outcome, event) = self.outcome_of(row, &restored, now);
            after.outcomes.push(OutcomeOf { intent: row.id, outcome, at: now });
            after.events.extend(event);
        }
        after.events.extend(restored);
        if !after.outcomes.is_empty() || !after.events.is_empty() {
            let _ = inner.write.commit_tick_after(after).await?;
        }
        Ok(())
    }

    /// Manual orders that ran out while nobody was here end now, and the history says when they did.
    async fn end_lapsed(&self, now: DateTime<Utc>) -> Result<(), StartError> {
        let inner = &*self.0;
        let engine = self.clone();
        let _ = inner
            .write
            .transact(move |write| {
                let lapsed = write.end_lapsed_overrides(now)?;
                let fleet = engine.0.fleet.lock();
                for row in &lapsed {
                    let Some(live) = fleet.live.get(&row.deployment_id) else { continue };
                    let lease = &row.manual_override;
                    write.add_event(&end_of(live, lease, "Headroom".to_owned(), lease.until))?;
                }
                Ok(())
            })
            .await?;
        Ok(())
    }

    /// What became of an order that the last engine's end cut off, and its line in the history: it is done where its target has that
    /// count now, brought back or found. Else nothing came of it, and nothing is repeated.
    fn outcome_of(&self, row: &IntentRow, restored: &[NewEvent], now: DateTime<Utc>) -> (Outcome, Option<NewEvent>) {
        let fleet = self.0.fleet.lock();
        let intent = &row.intent;
        let found = restored.iter().find(|event| event.deployment_id == intent.deployment_id).map(|event| event.to_instances);
        let Some(live) = fleet.live.get(&intent.deployment_id).filter(|_| found == Some(intent.to_instances)) else {
            return (Outcome::Abandoned, None);
        };
        let order = OpenOrder { intent_id: row.id, intent: intent.clone(), confidence: 1.0, metrics_snapshot: live.snapshot() };
        (Outcome::Done, Some(event_of(live, &order, Outcome::Done, now)))
    }

    /// Starts what runs on this machine. What cannot be started is shown with the reason and does not stop the others.
    async fn start_local(&self, now: DateTime<Utc>) -> Vec<NewEvent> {
        let inner = &*self.0;
        let to_start: Vec<_> = {
            let mut fleet = inner.fleet.lock();
            fleet
                .live
                .values_mut()
                .map(|live| {
                    let by_hand = || live.override_at(now).map(|lease| lease.instances);
                    let committed = live.memory.expected_instances().or(live.target_instances).or_else(by_hand);
                    let count = committed.unwrap_or_else(|| first_count(&live.deployment));
                    let mut before_order = live.memory.clone();
                    before_order.order_failed();
                    live.memory.start_at(count);
                    live.target_instances = Some(count);
                    (live.runnable.clone(), count, before_order)
                })
                .collect()
        };
        let mut events = Vec::new();
        for (runnable, count, mut before_order) in to_start {
            let started = inner.start_on_connector(&runnable, count).await;
            // What cannot be had now could not be had when it was ordered: then the count before that order is brought back.
            let before = before_order.expected_instances().unwrap_or_else(|| first_count(&runnable));
            let fallen_back = started.is_err() && before != count && inner.start_on_connector(&runnable, before).await.is_ok();
            let mut fleet = inner.fleet.lock();
            let Some(live) = fleet.live.get_mut(&runnable.id) else { continue };
            if fallen_back {
                before_order.start_at(before);
                live.memory = before_order;
                live.target_instances = Some(before);
                events.push(restored(live, before, now));
            }
            match started {
                Ok(()) => events.push(restored(live, count, now)),
                Err(error) => live.failure = Some(Notice { message: error.message, at: now }),
            }
        }
        events
    }

    fn listen(&self, mut notices: Notices, mut late_outcomes: LateOutcomes) {
        let engine = self.clone();
        self.spawn(async move {
            let service = AutoScalingService::of(&engine);
            let mut stopping = engine.0.stopping.subscribe();
            loop {
                tokio::select! {
                    Some(notice) = notices.recv() => engine.note(&notice),
                    Some(outcome) = late_outcomes.recv() => service.settle(vec![outcome], TickAfter::default(), Vec::new()).await,
                    () = stopped(&mut stopping) => return,
                }
            }
        });
    }

    /// What happened to an instance by itself: logged, and shown where a person should know.
    fn note(&self, notice: &headroom_connectors::local::Notice) {
        let inner = &*self.0;
        let (id, message) = (&notice.deployment_id, notice.what.to_string());
        if !notice.what.is_trouble() {
            tracing::debug!(target: "AutoScalingService", deployment = %id, message, "an instance is ready");
            return;
        }
        tracing::warn!(target: "AutoScalingService", deployment = %id, message, "an instance is in trouble");
        if let Ok(live) = inner.fleet.lock().live_mut(id) {
            live.note(message, inner.now());
        }
        let about = crate::event::Changed { topic: crate::event::Topic::Evaluations, deployment_ids: vec![id.clone()] };
        inner.bus.tell(crate::event::Event::Changed { changes: vec![about] });
    }

    /// The very first start gives a newcomer something real to look at. Once removed it does not come back by itself.
    async fn offer_sample(&self) -> Result<(), StartError> {
        let inner = &*self.0;
        let offered: Option<bool> = inner.read.read(|read| read.setting(SAMPLE_OFFERED)).await?;
        if offered == Some(true) || !inner.fleet.lock().live.is_empty() {
            return Ok(());
        }
        let caller = Caller::window(inner.user.clone());
        let _turn = inner.turn.lock().await;
        let now = inner.now();
        let deployment = sample::deployment(DeploymentId(new_id("dep")), sample::SPEED, &inner.home, now);
        inner.add_deployment(deployment, Instances::ONE, Some(sample::policy()), &caller).await?;
        let _ = inner.write.transact(move |write| write.set_setting(SAMPLE_OFFERED, &true, now)).await?;
        Ok(())
    }
}

/// A deployment as it was left.
struct Loaded {
    row: FleetRow,
    memory: Option<Memory>,
    /// The last observation that counted its instances.
    last: Option<Observation>,
}

impl AutoScalingService {
    /// Reads deployments, policies, memories and manual orders into memory; what was there before is replaced.
    ///
    /// # Errors
    /// [`StoreError`], when the data cannot be read.
    pub async fn load_active_policies(&self) -> Result<(), StoreError> {
        let inner = self.inner();
        let now = inner.now();
        let (rows, mut foresights, stored, costs, paid_until, prices) = inner
            .read
            .read(move |read| {
                let mut foresights = HashMap::new();
                let mut rows: Vec<Loaded> = Vec::new();
                let mut after: Option<DeploymentId> = None;
                loop {
                    let page = read.fleet(after.as_ref(), PAGE, now)?;
                    for row in page.rows {
                        let memory = read.memory(&row.deployment.id)?;
                        if let Some(policy) = row.policy.as_ref().filter(|policy| policy.is_predictive())
                            && let Some(foresight) = foresight::restored(read, &row.deployment.id, policy, now)?
                        {
                            foresights.insert(row.deployment.id.clone(), foresight);
                        }
                        let last = read.last_counted(&row.deployment.id)?;
                        rows.push(Loaded { row, memory, last });
                    }
                    match page.next {
                        Some(next) => after = Some(next),
                        None => break,
                    }
                }
                let prices = PriceList::read(read)?;
                let costs = read.costs(prices.zone().month_start(now), None)?;
                Ok((rows, foresights, read_settings(read)?, costs, read.paid_until()?, prices))
            })
            .await?;
        let StoredSettings { settings, paused } = stored;
        inner.read_only.store(settings.read_only, Ordering::Release);
        let mut strips = self.day_strips(&rows, now).await?;
        let mut live = BTreeMap::new();
        let month = prices.zone().month_start(now);
        inner.prices.replace(prices);
        for Loaded { row, memory, last } in rows {
            let id = row.deployment.id.clone();
            let runnable = inner.runnable(&row.deployment);
            let mut loaded = Live::new(row.deployment, runnable, row.policy, now);
            loaded.memory = memory.unwrap_or_default();
            loaded.foresight = foresights.remove(&id).map(Box::new);
            loaded.manual_override = row.manual_override.map(|order| order.manual_override);
            loaded.spending = Spending::resumed(&loaded.deployment, last.as_ref(), paid_until.get(&id).copied());
            loaded.spending.set_month(costs.get(&id), month);
            loaded.day = strips.remove(&id).unwrap_or_default();
            live.insert(id, loaded);
        }
        let mut fleet = inner.fleet.lock();
        let budgets = std::mem::take(&mut fleet.budgets);
        let interval_seconds = settings.evaluation_interval_seconds;
        *fleet = Fleet { live, budgets, paused, interval_seconds, last_evaluation_at: None, problem: None };
        Ok(())
    }

    /// The last 24 hours of each deployment, from its five-minute points.
    async fn day_strips(&self, rows: &[Loaded], now: DateTime<Utc>) -> Result<HashMap<DeploymentId, DayStrip>, StoreError> {
        let wanted: Vec<(DeploymentId, Option<f64>)> =
            rows.iter().map(|Loaded { row, .. }| (row.deployment.id.clone(), row.deployment.objectives.response_time_ms)).collect();
        let from = DayStrip::begins(now);
        self.inner()
            .read
            .read(move |read| {
                let mut strips = HashMap::with_capacity(wanted.len());
                for (id, longest) in wanted {
                    let mut strip = DayStrip::default();
                    for point in read.usage(&id, from, now, 288)?.rows {
                        let response = point.values.metrics.response_time.map(|usage| usage.mean);
                        let met = longest.zip(response).map(|(longest, response)| response <= longest);
                        strip.add(point.at, point.values.score, met);
                    }
                    strips.insert(id, strip);
                }
                Ok(strips)
            })
            .await
    }
}

/// How many instances a deployment begins with that nothing was ever committed for.
fn first_count(deployment: &Deployment) -> Instances {
    match &deployment.runs_on {
        RunsOn::Local(_) => Instances::ONE,
        RunsOn::Replay(trace) => Instances(trace.instances),
    }
}

/// The line of the history that a restart leaves: the count was brought back, nobody scaled.
fn restored(live: &Live, count: Instances, now: DateTime<Utc>) -> NewEvent {
    NewEvent {
        deployment_id: live.deployment.id.clone(),
        event_type: EventType::Restored,
        from_instances: count,
        to_instances: count,
        reason: format!("Headroom started; {count} restored."),
        done_by: "Headroom".to_owned(),
        policy_id: live.policy.as_ref().map(|policy| policy.id.clone()),
        policy_version: live.policy.as_ref().map(|policy| policy.version),
        intent: None,
        confidence: 1.0,
        price_change: MoneyPerHour::ZERO,
        outcome: Outcome::Done,
        metrics_snapshot: live.snapshot(),
        created_at: now,
    }
}

/// Starts everything that runs by itself.
impl Engine {
    /// Begins evaluating, optimizing and delivering; all end with [`Engine::shutdown`].
    pub fn run(&self) {
        AutoScalingService::of(self).start_evaluation();
        ResourceOptimizerService::of(self).start_optimization();
        self.start_delivering();
    }
}
