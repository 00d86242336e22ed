//! `AutoScalingService`: look, think, write down, act, write down, tell; for the whole fleet at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::decide::{Action, Circumstances, Decision, Memory, decide_and_remember};
use headroom_core::deployment::{Deployment, DeploymentId};
use headroom_core::foresight::Foresight;
use headroom_core::health::Change;
use headroom_core::observation::Observation;
use headroom_core::policy::Policy;
use headroom_store::{
    Evaluation, EventType, IntentCause, IntentId, NewEvent, NewIntent, Outcome, OutcomeOf, StoreError, TickAfter, TickBefore,
};
use parking_lot::Mutex;

use crate::act::{Order, OrderOutcome};
use crate::clock::Stopwatch;
use crate::engine::{Engine, Inner, stopped};
use crate::event::{Changed, Event, Scaled, Topic};
use crate::fleet::{Fleet, Live, OpenOrder};
use crate::observe::LOOK_LIMIT;
use crate::prices::Prices;
use crate::spending::Metered;
use crate::time_break::TimeBreak;
use crate::view::Notice;

/// Nothing is due, nothing was woken: look again after this, so that a lost wake-up cannot stop scaling.
const LONGEST_NAP: TimeDelta = TimeDelta::seconds(60);
/// Lines of the history that wait to be written while the disk refuses them.
const MOST_UNWRITTEN: usize = 10_000;

/// The first of the guide's two services: evaluates every deployment when it is due, and acts.
#[derive(Clone)]
pub struct AutoScalingService {
    engine: Engine,
}

/// A deployment whose time has come, as it was then.
struct Due {
    id: DeploymentId,
    runnable: Arc<Deployment>,
}

/// One deployment thought about: what is written down before anything moves.
struct Thought {
    id: DeploymentId,
    runnable: Arc<Deployment>,
    observation: Observation,
    /// None without a policy.
    decided: Option<Decided>,
    metered: Metered,
}

/// What was written down: what is to be done, what is to be written next, and what the ledger will take.
#[derive(Default)]
struct Written {
    orders: Vec<Order>,
    after: TickAfter,
    metered: Vec<(DeploymentId, Metered)>,
}

struct Decided {
    decision: Arc<Decision>,
    memory: Memory,
    intent: Option<NewIntent>,
    /// Where they differ from those written down last.
    circumstances: Option<Circumstances>,
}

impl AutoScalingService {
    /// The service of an engine.
    #[must_use]
    pub fn of(engine: &Engine) -> Self {
        Self { engine: engine.clone() }
    }

    /// Starts the loop; it ends with the engine's shutdown.
    pub fn start_evaluation(&self) {
        tracing::info!(target: "AutoScalingService", "evaluation starts");
        let service = self.clone();
        self.engine.spawn(async move { service.run().await });
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.engine.0
    }

    async fn run(&self) {
        let inner = &*self.engine.0;
        let mut stopping = inner.stopping.subscribe();
        loop {
            let now = inner.now();
            let due = inner.fleet.lock().next_due().map_or(now + LONGEST_NAP, |due| due.min(now + LONGEST_NAP));
            tokio::select! {
                () = inner.clock.wait_until(due) => self.tick().await,
                () = inner.wake.notified() => {}
                () = stopped(&mut stopping) => return,
            }
        }
    }

    /// One tick over everything that is due. The steps are those of `ARCHITECTURE.md`.
    pub async fn tick(&self) {
        let inner = &*self.engine.0;
        let now = inner.now();
        let due = self.take_due(now);
        if due.is_empty() {
            return;
        }
        let took = Stopwatch::started();
        let runnable: Vec<Arc<Deployment>> = due.iter().map(|due| due.runnable.clone()).collect();
        if let Some(found) = inner.time.look(&*inner.clock) {
            self.begin_anew(found, now).await;
        }
        let observations = inner.connectors.look(&runnable, now).await;
        let Written { orders, after, metered } = {
            let _turn = inner.turn.lock().await;
            let thoughts = self.think(due, observations, now);
            self.write_down(thoughts, now).await
        };
        let outcomes = inner.actor.carry_out(orders).await;
        self.settle(outcomes, after, metered).await;
        inner.keep_foresights(self.foresights_to_keep(&runnable, now)).await;
        self.engine.look_for_alerts(now).await;
        self.engine.evaluate_budgets(now).await;
        inner.counters.evaluated(runnable.len(), took.read());
    }

    /// After the machine slept or its clock was set: a look whose window spans the break is thrown away, so that nothing is decided on
    /// it; what was not there for anybody costs nothing; and nothing is shed before readings have followed each other for a while.
    async fn begin_anew(&self, found: TimeBreak, now: DateTime<Utc>) {
        let inner = &*self.engine.0;
        tracing::info!(
            target: "AutoScalingService", slept_seconds = found.slept.num_seconds(), set_seconds = found.set.num_seconds(),
            "the machine slept or its clock was set; readings begin anew"
        );
        *inner.warm_since.lock() = now;
        let all: Vec<Arc<Deployment>> = {
            let mut fleet = inner.fleet.lock();
            fleet.live.values_mut().for_each(|live| live.spending.time_broke(&live.deployment, found));
            fleet.live.values().map(|live| live.runnable.clone()).collect()
        };
        let _thrown_away = inner.connectors.look(&all, now).await;
    }

    /// What is due, and when each of it is due next: on its own beat, but never twice for a beat that was missed.
    fn take_due(&self, now: DateTime<Utc>) -> Vec<Due> {
        let inner = &*self.engine.0;
        let mut fleet = inner.fleet.lock();
        let ids = fleet.due(now);
        let interval_of_all = fleet.interval_seconds;
        let mut due = Vec::with_capacity(ids.len());
        for id in ids {
            let Some(live) = fleet.live.get_mut(&id) else { continue };
            let interval = TimeDelta::seconds(i64::from(live.deployment.interval_seconds.unwrap_or(interval_of_all)));
            let beat = live.next_due + interval;
            live.next_due = if beat > now && beat <= now + interval { beat } else { now + interval };
            due.push(Due { id, runnable: live.runnable.clone() });
        }
        due
    }

    /// Steps 2 and 3. Pure but for reading the fleet; nothing of it counts until it is written down.
    fn think(&self, due: Vec<Due>, observations: Vec<Observation>, now: DateTime<Utc>) -> Vec<Thought> {
        let inner = &*self.engine.0;
        let prices = inner.prices.list();
        let warm_since = *inner.warm_since.lock();
        let mut fleet = inner.fleet.lock();
        fleet.refresh_guards(&inner.prices, now);
        due.into_iter()
            .zip(observations)
            .filter_map(|(due, observation)| {
                if let Some(live) = fleet.live.get_mut(&due.id) {
                    live.follow_schedules(now);
                }
                foresee(&mut fleet, &due.id, &inner.prices, &observation, (warm_since, now));
                let live = fleet.live.get(&due.id)?;
                let metered = {
                    let interval = fleet.interval_seconds(&live.deployment);
                    live.spending.meter(&live.deployment, &observation, interval, prices.tariffs(&live.deployment.id))
                };
                let decided = live.in_force(now).map(|policy| {
                    let policy = &*policy;
                    let around = circumstances(&fleet, live, &inner.prices, warm_since, now);
                    let (decision, memory) = decide_and_remember(policy, &around, &observation, &live.memory, now);
                    Decided {
                        intent: intent_of(&live.deployment, policy, &decision),
                        decision: Arc::new(decision),
                        memory,
                        circumstances: (live.circumstances.as_ref() != Some(&around)).then_some(around),
                    }
                });
                Some(Thought { id: due.id, runnable: due.runnable, observation, decided, metered })
            })
            .collect()
    }

    /// Step 4: one transaction, and only when it is safe on disk the fleet takes it over. The orders that it commits are handed on.
    async fn write_down(&self, thoughts: Vec<Thought>, now: DateTime<Utc>) -> Written {
        let inner = &*self.engine.0;
        let ids: Vec<DeploymentId> = thoughts.iter().map(|thought| thought.id.clone()).collect();
        match inner.write.commit_tick_before(tick_before(&thoughts, now)).await {
            Ok(committed) => {
                let intents: BTreeMap<DeploymentId, IntentId> = committed.value.intents.into_iter().collect();
                let written = self.take_over(thoughts, &intents, now);
                inner.tell_changes(&committed.changes);
                written
            }
            Err(error) => {
                inner.counters.not_written();
                tracing::error!(target: "AutoScalingService", %error, "the evaluation could not be written down, so nothing was moved");
                inner.fleet.lock().problem = Some(format!("{error} Until then nothing is scaled."));
                self.look_ahead_anew(&ids, now).await;
                inner.bus.tell(Event::Changed { changes: vec![Changed::all(Topic::Settings)] });
                Written::default()
            }
        }
    }

    /// The fleet remembers what was committed.
    fn take_over(&self, thoughts: Vec<Thought>, intents: &BTreeMap<DeploymentId, IntentId>, now: DateTime<Utc>) -> Written {
        let inner = &*self.engine.0;
        let mut fleet = inner.fleet.lock();
        fleet.last_evaluation_at = Some(now);
        fleet.problem = None;
        let Written { mut orders, mut after, mut metered } = Written::default();
        for thought in thoughts {
            let Some(live) = fleet.live.get_mut(&thought.id) else { continue };
            after.meter.extend(thought.metered.parts.iter().cloned());
            metered.push((thought.id.clone(), thought.metered));
            let score = thought.decided.as_ref().and_then(|decided| decided.decision.score);
            live.day.add(now, score, objective_met(&live.deployment, &thought.observation));
            live.observed = Some(thought.observation);
            let Some(decided) = thought.decided else {
                live.decision = None;
                continue;
            };
            live.memory = decided.memory;
            if let Some(load) = decided.decision.load() {
                live.trend.note(now, load);
            }
            live.circumstances = decided.circumstances.or(live.circumstances.take());
            live.decision = Some(decided.decision.clone());
            inner.counters.decided(&decided.decision);
            after.events.extend(changed_outside(live, &decided.decision, now));
            if let (Some(intent), Some(&intent_id)) = (decided.intent, intents.get(&thought.id)) {
                let to = intent.to_instances;
                live.target_instances = Some(to);
                let (confidence, metrics_snapshot) = (decided.decision.confidence, live.snapshot());
                live.order = Some(OpenOrder { intent_id, intent, confidence, metrics_snapshot });
                orders.push(Order { intent_id, deployment: thought.runnable, target: inner.connectors.target(&live.deployment), to });
            }
        }
        Written { orders, after, metered }
    }

    /// Steps 6 and 7: what became of orders is written down, remembered and told. Also for those that outlasted their tick.
    ///
    /// What was metered counts once the ledger has it: what could not be written down is metered again with the next look. What was
    /// done waits for the next settling instead.
    pub(crate) async fn settle(&self, outcomes: Vec<OrderOutcome>, mut after: TickAfter, metered: Vec<(DeploymentId, Metered)>) {
        let inner = &*self.engine.0;
        let _turn = inner.turn.lock().await;
        let now = inner.now();
        let told = self.take_outcomes(&outcomes, now, &mut after);
        let whole = with_what_waits(&inner.unwritten, after);
        if whole != TickAfter::default() || !metered.is_empty() {
            let (outcomes, events) = (whole.outcomes.clone(), whole.events.clone());
            match inner.write.commit_tick_after(whole).await {
                Ok(committed) => {
                    inner.fleet.lock().spent(&metered, inner.prices.list().zone(), now);
                    inner.tell_changes(&committed.changes);
                }
                // If it never can, the intents are settled at the next start.
                Err(error) => {
                    tracing::error!(target: "AutoScalingService", %error, "the outcome of an evaluation could not be written down yet");
                    keep_waiting(&inner.unwritten, TickAfter { outcomes, events, ..TickAfter::default() }, &error);
                }
            }
        }
        told.into_iter().for_each(|event| inner.bus.tell(event));
        inner.answered.notify_waiters();
    }

    fn take_outcomes(&self, outcomes: &[OrderOutcome], now: DateTime<Utc>, after: &mut TickAfter) -> Vec<Event> {
        let inner = &*self.engine.0;
        let mut fleet = inner.fleet.lock();
        let mut told = Vec::new();
        for outcome in outcomes {
            let Some(live) = fleet.live.get_mut(&outcome.deployment_id) else { continue };
            let Some(order) = live.order.take_if(|order| order.intent_id == outcome.intent_id) else { continue };
            let stored = match &outcome.error {
                None => Outcome::Done,
                Some(error) => Outcome::Failed { error: error.clone() },
            };
            after.outcomes.push(OutcomeOf { intent: order.intent_id, outcome: stored.clone(), at: now });
            after.events.push(event_of(live, &order, stored, now));
            inner.counters.ordered(outcome.error.is_none());
            told.push(match &outcome.error {
                None => done(live, &order, now),
                Some(message) => failed(live, message, now),
            });
            if outcome.error.is_some() {
                // A restart brings back the count before it.
                after.memories.push((outcome.deployment_id.clone(), live.memory.clone()));
            }
        }
        told
    }
}

/// What could not be written before, and after it what is new.
fn with_what_waits(unwritten: &Mutex<TickAfter>, after: TickAfter) -> TickAfter {
    let mut whole = std::mem::take(&mut *unwritten.lock());
    whole.outcomes.extend(after.outcomes);
    whole.events.extend(after.events);
    whole.meter.extend(after.meter);
    whole.usage.extend(after.usage);
    whole
}

/// Keeps what could not be written, unless it was written before or there is too much of it: the oldest lines go first.
fn keep_waiting(unwritten: &Mutex<TickAfter>, mut whole: TickAfter, error: &StoreError) {
    if matches!(error, StoreError::Conflict(_)) {
        return;
    }
    let too_many = whole.events.len().saturating_sub(MOST_UNWRITTEN);
    whole.events.drain(..too_many);
    *unwritten.lock() = whole;
}

/// What the store is given before anything moves.
fn tick_before(thoughts: &[Thought], at: DateTime<Utc>) -> TickBefore {
    let evaluations = thoughts.iter().map(|thought| {
        let decided = thought.decided.as_ref();
        Evaluation {
            deployment_id: thought.id.clone(),
            observation: thought.observation,
            decision: decided.map(|decided| (*decided.decision).clone()),
            memory: decided.map(|decided| decided.memory.clone()),
            circumstances: decided.and_then(|decided| decided.circumstances.clone()),
            intent: decided.and_then(|decided| decided.intent.clone()),
        }
    });
    TickBefore { at, evaluations: evaluations.collect() }
}

/// What a decision orders, as it is committed.
fn intent_of(deployment: &Deployment, policy: &Policy, decision: &Decision) -> Option<NewIntent> {
    let to_instances = decision.order()?;
    Some(NewIntent {
        deployment_id: deployment.id.clone(),
        cause: IntentCause::Policy,
        from_instances: decision.current()?.total(),
        to_instances,
        reason: decision.sentence(),
        ordered_by: policy.name.clone(),
        price_change: decision.price_change,
        at: decision.at,
    })
}

/// The line of the history that an answered order becomes.
pub(crate) fn event_of(live: &Live, order: &OpenOrder, outcome: Outcome, created_at: DateTime<Utc>) -> NewEvent {
    let intent = &order.intent;
    let event_type = match (&outcome, intent.cause) {
        (Outcome::Failed { .. } | Outcome::Abandoned, _) => EventType::Failed,
        (Outcome::Done, IntentCause::Manual) => EventType::Manual,
        (Outcome::Done, IntentCause::Restore) => EventType::Restored,
        (Outcome::Done, IntentCause::Policy) if intent.to_instances < intent.from_instances => EventType::ScaleDown,
        (Outcome::Done, IntentCause::Policy) => EventType::ScaleUp,
    };
    NewEvent {
        deployment_id: intent.deployment_id.clone(),
        event_type,
        from_instances: intent.from_instances,
        to_instances: intent.to_instances,
        reason: intent.reason.clone(),
        done_by: intent.ordered_by.clone(),
        policy_id: live.policy.as_ref().map(|policy| policy.id.clone()),
        policy_version: live.policy.as_ref().map(|policy| policy.version),
        intent: Some(order.intent_id),
        confidence: order.confidence,
        price_change: intent.price_change,
        outcome,
        metrics_snapshot: order.metrics_snapshot,
        created_at,
    }
}

/// The line of the history that somebody else's change is.
fn changed_outside(live: &Live, decision: &Decision, created_at: DateTime<Utc>) -> Option<NewEvent> {
    let change = decision.changed_outside?;
    let price = decision.price_per_instance;
    Some(NewEvent {
        deployment_id: live.deployment.id.clone(),
        event_type: EventType::External,
        from_instances: change.from,
        to_instances: change.to,
        reason: format!("Changed outside Headroom from {} to {}.", change.from, change.to),
        done_by: "outside".to_owned(),
        policy_id: Some(decision.policy_id.clone()),
        policy_version: Some(decision.policy_version),
        intent: None,
        confidence: 1.0,
        price_change: price * change.to - price * change.from,
        outcome: Outcome::Done,
        metrics_snapshot: live.snapshot(),
        created_at,
    })
}

fn done(live: &mut Live, order: &OpenOrder, at: DateTime<Utc>) -> Event {
    live.failure = None;
    live.obeyed = true;
    let intent = &order.intent;
    if intent.cause == IntentCause::Policy {
        live.turned(Change { at, from: intent.from_instances, to: intent.to_instances, led_by: None });
    }
    tracing::info!(
        target: "AutoScalingService", deployment = %intent.deployment_id, from = intent.from_instances.0, to = intent.to_instances.0,
        by = intent.ordered_by, reason = intent.reason, "scaling:executed"
    );
    let scaled = Scaled {
        deployment_id: intent.deployment_id.clone(),
        deployment_name: live.deployment.name.clone(),
        action: if intent.to_instances < intent.from_instances { Action::ScaleDown } else { Action::ScaleUp },
        from_instances: intent.from_instances,
        to_instances: intent.to_instances,
        reason: intent.reason.clone(),
        confidence: order.confidence,
        price_change: intent.price_change,
        at,
    };
    match intent.cause {
        IntentCause::Manual => Event::ScalingManual(scaled),
        IntentCause::Policy | IntentCause::Restore => Event::ScalingExecuted(scaled),
    }
}

fn failed(live: &mut Live, message: &str, at: DateTime<Utc>) -> Event {
    live.memory.order_failed();
    live.target_instances = live.memory.expected_instances();
    live.failure = Some(Notice { message: message.to_owned(), at });
    tracing::warn!(target: "AutoScalingService", deployment = %live.deployment.id, message, "scaling:failed");
    Event::ScalingFailed {
        deployment_id: live.deployment.id.clone(),
        deployment_name: live.deployment.name.clone(),
        message: message.to_owned(),
        at,
    }
}

/// Where the policy looks ahead: learns from this look, and hands what is expected to its evaluation.
fn foresee(
    fleet: &mut Fleet,
    id: &DeploymentId,
    prices: &Prices,
    observation: &Observation,
    (started_at, now): (DateTime<Utc>, DateTime<Utc>),
) {
    let Some(live) = fleet.live.get(id) else { return };
    let Some(policy) = live.in_force(now).filter(|policy| policy.is_predictive()) else { return };
    let around = circumstances(fleet, live, prices, started_at, now);
    let Some(live) = fleet.live.get_mut(id) else { return };
    let start_up_delay = live.memory.start_up_delay();
    let foresight = live.foresight.get_or_insert_with(|| Box::new(Foresight::new(start_up_delay)));
    let outlook = foresight.look(&policy, &around, observation, observation.at);
    live.memory.foresee(now, outlook);
}

/// What is true around a deployment at `now`.
pub(crate) fn circumstances(
    fleet: &Fleet,
    live: &Live,
    prices: &Prices,
    engine_started_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Circumstances {
    let interval = TimeDelta::seconds(i64::from(fleet.interval_seconds(&live.deployment)));
    let price_per_instance = prices.per_instance(&live.deployment, live.observed.as_ref(), now);
    Circumstances {
        freeze: fleet.freeze(&live.deployment),
        manual_override: live.override_at(now).cloned(),
        response_time_objective_ms: live.deployment.objectives.response_time_ms,
        // A source's window is the time since the look before, and a look may take its limit.
        fresh_for: interval * 2 + TimeDelta::from_std(LOOK_LIMIT).unwrap_or_default(),
        interval,
        engine_started_at,
        budget: fleet.budgets.limit_of(live, price_per_instance),
        price_per_instance,
    }
}

/// Whether the response-time objective was met, where there is one and a reading to hold against it.
fn objective_met(deployment: &Deployment, observation: &Observation) -> Option<bool> {
    let longest = deployment.objectives.response_time_ms?;
    observation.readings.response_time.value().map(|value| value <= longest)
}
