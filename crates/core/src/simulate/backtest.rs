//! What a policy would have done over the demand that a deployment really had.
//!
//! [`RecordedDemand::of`] makes an evenly spaced demand of what was observed, and learns from it what one instance carries, how
//! fast it answers and how its memory follows its load. [`backtest`] plays a policy against that, on the exact plant.

use chrono::{DateTime, TimeDelta, Utc};

use super::workload::needed;
use super::{Autoscaler, Live, Plant, SERVICE_SECONDS, Scores, Seen, Workload, curve, run};
use crate::budget::affordable;
use crate::decide::Circumstances;
use crate::forecast::capacity::{Capacity, IdleTime, utilization_limit};
use crate::metric::Metric;
use crate::observation::{Counted, Observation};
use crate::policy::Policy;
use crate::units::{Instances, Money, MoneyPerHour};

/// The most steps of one demand: a year at a second is more than a person waits for.
pub const MOST_STEPS: usize = 5_000_000;
/// The shortest step.
const SHORTEST_STEP: TimeDelta = TimeDelta::seconds(1);
/// A gap up to this many steps is held; longer ones are held too, but counted as holes.
const HELD_STEPS: usize = 2;

/// What one look at a deployment says about its demand; everything may be unknown but when, and how many served.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// When.
    pub at: DateTime<Utc>,
    /// Serving instances; a mean may be broken.
    pub ready: f64,
    /// Share of the serving instances' cores in use.
    pub utilization: Option<f64>,
    /// Requests per second over all instances.
    pub request_rate: Option<f64>,
    /// Milliseconds to answer.
    pub response_time_ms: Option<f64>,
    /// Percent of memory in use.
    pub memory_percent: Option<f64>,
}

impl Look {
    /// What an observation says; `None` where the count is not known.
    #[must_use]
    pub fn of(observation: &Observation) -> Option<Self> {
        let Counted::Known(count) = observation.instances else { return None };
        let reading = |metric| observation.readings[metric].value();
        let ready = count.ready.as_f64();
        let by_instance = reading(Metric::Requests).map(|rate| rate * ready);
        Some(Self {
            at: observation.at,
            ready,
            utilization: reading(Metric::Cpu).map(|percent| percent / 100.0),
            request_rate: observation.traffic.request_rate.or(by_instance),
            response_time_ms: reading(Metric::ResponseTime),
            memory_percent: reading(Metric::Memory),
        })
    }
}

/// Memory in percent as it follows the use of an instance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MemoryUse {
    /// When nothing is to do.
    pub idle_percent: f64,
    /// What full use adds; may be negative.
    pub full_adds_percent: f64,
}

/// Why nothing can be played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoDemand {
    /// Neither a request rate nor a CPU reading.
    #[error("neither requests nor CPU were measured in this time, so the demand is not known")]
    NothingMeasured,
    /// Requests without one useful CPU reading: what an instance carries is not known.
    #[error("the use of the instances was never measured while they had something to do, so it is not known what one carries")]
    CapacityUnknown,
    /// Not one request.
    #[error("there was no demand in this time")]
    Idle,
    /// Fewer than two steps.
    #[error("fewer than two steps were observed in this time")]
    TooShort,
    /// Longer than [`MOST_STEPS`].
    #[error("more than {MOST_STEPS} steps; ask for a shorter time or a longer step")]
    TooLong,
}

/// What was asked of one deployment, evenly spaced, and what its instances are like.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedDemand {
    /// The first step's instant.
    pub starts_at: DateTime<Utc>,
    /// The time of one step, at least a second: the deployment's evaluation interval.
    pub step: TimeDelta,
    /// Demand in each step: requests per second, or instances in use where requests were never measured.
    demands: Vec<f64>,
    /// What one instance carries at 100 %, in the demand's unit.
    pub per_instance: f64,
    /// Whether the demand is requests per second.
    pub is_rate_known: bool,
    /// Seconds to serve one request on an idle instance, where response times were measured.
    pub service_seconds: Option<f64>,
    /// How memory follows use, where it was measured.
    pub memory: Option<MemoryUse>,
    /// Steps of longer gaps in which nothing was observed; the demand before is held there.
    pub holes: usize,
}

impl RecordedDemand {
    /// Makes it of looks in the order of time; those that go back in time are left out.
    ///
    /// # Errors
    /// [`NoDemand`] where there is nothing to play.
    pub fn of(looks: impl IntoIterator<Item = Look>, step: TimeDelta) -> Result<Self, NoDemand> {
        let mut gathering = Gathering::new(step.max(SHORTEST_STEP));
        for look in looks {
            gathering.add(&look)?;
        }
        gathering.finish()
    }

    /// Demand in each step.
    #[must_use]
    pub fn demands(&self) -> &[f64] {
        &self.demands
    }

    /// Instances that each step needs, start-ups and bounds aside: the fewest that answer within the objective.
    #[must_use]
    pub fn needed(&self, response_time_objective_ms: Option<f64>) -> Vec<u32> {
        let service_seconds = self.service_seconds.unwrap_or(SERVICE_SECONDS);
        let limit = utilization_limit(response_time_objective_ms.map(|ms| ms / 1e3), Some(service_seconds));
        self.demands.iter().map(|demand| needed(*demand, limit * self.per_instance, u32::MAX)).collect()
    }

    /// How much time it covers.
    #[must_use]
    pub fn length(&self) -> TimeDelta {
        self.step * i32::try_from(self.demands.len()).unwrap_or(i32::MAX)
    }

    /// The same demand again and again until it covers `length`; cut where that is shorter.
    #[must_use]
    pub fn repeated(&self, length: TimeDelta) -> Self {
        let steps = length.num_milliseconds() / self.step.num_milliseconds().max(1);
        let steps = usize::try_from(steps).unwrap_or(0).clamp(2, MOST_STEPS);
        Self { demands: self.demands.iter().copied().cycle().take(steps).collect(), ..self.clone() }
    }

    fn step_seconds(&self) -> f64 {
        self.step.num_milliseconds() as f64 / 1e3
    }
}

/// Sums of one step.
#[derive(Debug, Clone, Copy, Default)]
struct Step {
    rate: f64,
    rates: f64,
    used: f64,
    uses: f64,
}

struct Gathering {
    step: TimeDelta,
    first: Option<DateTime<Utc>>,
    latest: Option<DateTime<Utc>>,
    steps: Vec<Step>,
    capacity: Capacity,
    idle: IdleTime,
    memory: Line,
}

impl Gathering {
    fn new(step: TimeDelta) -> Self {
        let (capacity, idle) = (Capacity::default(), IdleTime::default());
        Self { step, first: None, latest: None, steps: Vec::new(), capacity, idle, memory: Line::default() }
    }

    fn add(&mut self, look: &Look) -> Result<(), NoDemand> {
        let sound = |value: &f64| value.is_finite() && *value >= 0.0;
        if !sound(&look.ready) || self.latest.is_some_and(|latest| look.at < latest) {
            return Ok(());
        }
        self.latest = Some(look.at);
        let start = *self.first.get_or_insert(look.at);
        let at = (look.at - start).num_milliseconds() / self.step.num_milliseconds();
        let at = usize::try_from(at).unwrap_or(usize::MAX);
        if at >= MOST_STEPS {
            return Err(NoDemand::TooLong);
        }
        if self.steps.len() <= at {
            self.steps.resize(at + 1, Step::default());
        }
        let (rate, utilization) = (look.request_rate.filter(sound), look.utilization.filter(sound));
        if let Some(rate) = rate {
            self.steps[at].rate += rate;
            self.steps[at].rates += 1.0;
        }
        if let Some(utilization) = utilization.filter(|_| look.ready > 0.0) {
            self.steps[at].used += look.ready * utilization;
            self.steps[at].uses += 1.0;
            if let Some(rate) = rate {
                self.capacity.learn(rate, look.ready.round().max(1.0) as u32, utilization);
            }
            if let Some(ms) = look.response_time_ms.filter(sound) {
                self.idle.learn(ms / 1e3, utilization);
            }
            if let Some(percent) = look.memory_percent.filter(sound) {
                self.memory.add(utilization, percent);
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<RecordedDemand, NoDemand> {
        let is_rate_known = self.steps.iter().any(|step| step.rates > 0.0);
        if !is_rate_known && self.steps.iter().all(|step| step.uses == 0.0) {
            return Err(NoDemand::NothingMeasured);
        }
        let (Some(starts_at), true) = (self.first, self.steps.len() > 1) else { return Err(NoDemand::TooShort) };
        let per_instance = if is_rate_known { self.capacity.per_instance().ok_or(NoDemand::CapacityUnknown)? } else { 1.0 };
        let known = |step: &Step| {
            if step.rates > 0.0 { Some(step.rate / step.rates) } else { (step.uses > 0.0).then(|| step.used / step.uses * per_instance) }
        };
        let mut held = self.steps.iter().find_map(known).unwrap_or(0.0);
        let (mut unknown, mut holes) = (0, 0);
        let mut hold = |step: &Step| {
            if let Some(demand) = known(step) {
                (held, unknown) = (demand, 0);
            } else {
                unknown += 1;
                holes += usize::from(unknown > HELD_STEPS);
            }
            held
        };
        let demands: Vec<f64> = self.steps.iter().map(&mut hold).collect();
        if demands.iter().all(|demand| *demand == 0.0) {
            return Err(NoDemand::Idle);
        }
        Ok(RecordedDemand {
            starts_at,
            step: self.step,
            demands,
            per_instance,
            is_rate_known,
            service_seconds: self.idle.seconds(),
            memory: self.memory.fitted(),
            holes,
        })
    }
}

/// Least squares of memory on use.
#[derive(Debug, Default)]
struct Line {
    count: f64,
    x: f64,
    y: f64,
    xx: f64,
    xy: f64,
}

impl Line {
    fn add(&mut self, x: f64, y: f64) {
        self.count += 1.0;
        self.x += x;
        self.y += y;
        self.xx += x * x;
        self.xy += x * y;
    }

    fn fitted(&self) -> Option<MemoryUse> {
        if self.count < 1.0 {
            return None;
        }
        let spread = self.count * self.xx - self.x * self.x;
        // All at one load: nothing says how memory follows it.
        let slope = if spread > 1e-6 * self.count * self.count { (self.count * self.xy - self.x * self.y) / spread } else { 0.0 };
        Some(MemoryUse { idle_percent: (self.y - slope * self.x) / self.count, full_adds_percent: slope })
    }
}

/// The surroundings in which a policy is played.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BacktestSetup {
    /// From an order to a ready instance, not negative: as learned for the deployment.
    pub start_up_delay: TimeDelta,
    /// The longest acceptable response time in ms, where the deployment has one.
    pub response_time_objective_ms: Option<f64>,
    /// A reading of this age or older is stale, as live.
    pub fresh_for: TimeDelta,
    /// What one instance costs.
    pub price_per_instance: MoneyPerHour,
}

/// What a budget's guard may spend on one deployment while it is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GuardPlay {
    /// The deployment's share of what is left of the limit at the beginning.
    pub left: Money,
    /// How long that has to last, from the beginning on.
    pub time_left: TimeDelta,
    /// Urgent steps are held too.
    pub is_strict: bool,
}

/// What would have happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Backtest {
    /// Late and dropped requests, instance-hours, changes, shortfall and excess.
    pub scores: Scores,
    /// Ready and starting instances in each step of the demand.
    pub instances: Vec<u32>,
    /// What they would have cost.
    pub cost: Money,
    /// Orders of more.
    pub scale_ups: u64,
    /// Orders of fewer.
    pub scale_downs: u64,
    /// Share of the time, 0 to 1, at the policy's maximum.
    pub at_maximum: f64,
    /// The response time that counted as on time, in ms: the objective, or what an instance at the usual limit answers in.
    pub objective_ms: f64,
}

/// Plays a policy over a recorded demand, on the exact plant: equal instances, readings one step old, a fluid queue.
///
/// The policy decides as live, step by step, whatever its mode. It begins with as many instances as the first steps need; what was
/// really running then plays no part.
#[must_use]
pub fn backtest(policy: &Policy, demand: &RecordedDemand, setup: &BacktestSetup) -> Backtest {
    play(policy, demand, setup, None)
}

/// As [`backtest`], under a budget's guard: at each step the most is what the rest of the money pays for in the rest of the time
/// ([`affordable`]), given what was spent up to then. The guard holds back; it never goes under the policy's minimum.
#[must_use]
pub fn backtest_guarded(policy: &Policy, demand: &RecordedDemand, setup: &BacktestSetup, guard: &GuardPlay) -> Backtest {
    play(policy, demand, setup, Some(*guard))
}

fn play(policy: &Policy, demand: &RecordedDemand, setup: &BacktestSetup, guard: Option<GuardPlay>) -> Backtest {
    let workload = workload_of(policy, demand, setup);
    let circumstances = Circumstances {
        freeze: None,
        manual_override: None,
        response_time_objective_ms: setup.response_time_objective_ms,
        fresh_for: setup.fresh_for.max(demand.step * 2),
        interval: demand.step,
        // The engine has long been running: nothing is held for a warm-up.
        engine_started_at: demand.starts_at - TimeDelta::days(2),
        budget: None,
        price_per_instance: setup.price_per_instance,
    };
    let memory = demand.memory.map(|memory| (memory.idle_percent, memory.full_adds_percent));
    let live = Live::with(policy, &workload, circumstances, demand.starts_at, memory, demand.is_rate_known);
    let Plant { least, most, objective_seconds, .. } = *workload.plant();
    let (price, step) = (setup.price_per_instance, demand.step);
    let guard = guard.map(|play| Guarding { play, spent: Money::ZERO, price, step });
    let instances = Vec::with_capacity(workload.ticks());
    let mut counting = Counting { live, guard, least, most, instances, scale_ups: 0, scale_downs: 0, full: 0 };
    let scores = run(&workload, &mut counting);
    let Counting { instances, scale_ups, scale_downs, full, .. } = counting;
    let billed: u64 = instances.iter().map(|count| u64::from(*count)).sum();
    let billed_ms = i64::try_from(billed).unwrap_or(i64::MAX).saturating_mul(demand.step.num_milliseconds());
    Backtest {
        scores,
        cost: setup.price_per_instance * TimeDelta::milliseconds(billed_ms),
        scale_ups,
        scale_downs,
        at_maximum: full as f64 / instances.len().max(1) as f64,
        objective_ms: objective_seconds * 1e3,
        instances,
    }
}

fn workload_of(policy: &Policy, demand: &RecordedDemand, setup: &BacktestSetup) -> Workload {
    let service_seconds = demand.service_seconds.unwrap_or(SERVICE_SECONDS);
    let objective = setup.response_time_objective_ms.map(|ms| ms / 1e3);
    let limit = utilization_limit(objective, Some(service_seconds));
    let plant = Plant {
        tick_seconds: demand.step_seconds(),
        service_seconds,
        objective_seconds: objective.unwrap_or(curve(limit) / SERVICE_SECONDS * service_seconds),
        utilization_limit: limit,
        least: policy.schedules.iter().filter_map(|schedule| schedule.min_instances).fold(policy.min_instances, Ord::min).0,
        most: policy.schedules.iter().filter_map(|schedule| schedule.max_instances).fold(policy.max_instances, Ord::max).0,
    };
    let delay = setup.start_up_delay.num_milliseconds().max(0) as f64 / 1e3;
    Workload::recorded(demand.demands.clone(), demand.per_instance, delay, plant)
}

/// Counts what a policy orders.
struct Counting {
    live: Live,
    guard: Option<Guarding>,
    least: u32,
    most: u32,
    instances: Vec<u32>,
    scale_ups: u64,
    scale_downs: u64,
    /// Steps at the maximum in force.
    full: u64,
}

impl Autoscaler for Counting {
    fn decide(&mut self, seen: &Seen) -> u32 {
        if let Some(guard) = &self.guard {
            self.live.guarded_to(guard.affordable(self.instances.len()), guard.play.is_strict);
        }
        let wanted = self.live.decide(seen).clamp(self.least, self.most);
        self.full += u64::from(wanted >= self.live.policy().max_instances.0);
        if let Some(guard) = &mut self.guard {
            guard.spent += guard.price * Instances(wanted) * guard.step;
        }
        self.scale_ups += u64::from(wanted > seen.total());
        self.scale_downs += u64::from(wanted < seen.total());
        self.instances.push(wanted);
        wanted
    }
}

/// A guard while it is played: alone in its scope, with the share that it was given.
struct Guarding {
    play: GuardPlay,
    spent: Money,
    price: MoneyPerHour,
    step: TimeDelta,
}

impl Guarding {
    fn affordable(&self, steps: usize) -> Instances {
        let gone = self.step * i32::try_from(steps).unwrap_or(i32::MAX);
        affordable(self.play.left - self.spent, self.play.time_left - gone, self.price, self.price, self.price)
    }
}
