//! From raw readings to pressures, and from many pressures to one.

use chrono::{DateTime, TimeDelta, Utc};

use super::circumstances::Circumstances;
use super::decision::{Direction, MetricState};
use super::memory::Memory;
use crate::metric::{Metric, MetricClass};
use crate::observation::{Counted, Hole, Observation, Reading};
use crate::policy::{Aggregation, Comparison, MetricRule, Policy, PolicyType};

/// The largest pressure that counts: four times the trigger. More says nothing more, and would let one wild reading set the size.
pub const PRESSURE_CAP: f64 = 4.0;
/// Relative slack of every comparison with a threshold and of every `ceil`.
///
/// In floats `3 × 0.8 / 0.6` is 4.000000000000001, and a bare `ceil` would say 5.
pub const SLACK: f64 = 1e-9;
/// A reading of a `lt` metric is never taken under this share of its maximum: its inverse must stay finite.
const INVERSE_FLOOR: f64 = 0.001;
/// A response-time trigger is never under this many times the idle latency.
const IDLE_LATENCY_ROOM: f64 = 1.25;
/// Share of its maximum from which a saturating metric may ask alone.
pub const ALONE_SHARE: f64 = 0.9;

/// How one metric of a policy presses at one evaluation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MetricPressure {
    /// Which metric.
    pub metric: Metric,
    /// Whether it counts.
    pub state: MetricState,
    /// The raw reading in the metric's own unit; 0 without one.
    pub value: f64,
    /// The trigger in the metric's own unit.
    pub trigger_value: f64,
    /// Whether the trigger was raised to stay clear of the idle latency.
    pub trigger_raised: bool,
    /// 0…4; 1 is exactly at the trigger.
    pub pressure: f64,
    /// `weight × pressure^q`; its part of the sum under the root.
    pub powered: f64,
    /// As in the policy.
    pub weight: f64,
    /// Past its threshold by its own comparison: `gt` and `lt` need more than the trigger, `gte` and `lte` do not.
    pub is_past: bool,
    /// At or above its trigger and 90 % of its maximum: what the alone rule asks twice in a row.
    pub is_saturated: bool,
    /// Falls as instances are added. A `lt` or `lte` rule never does, whatever its metric: it is a guard.
    pub is_proportional: bool,
}

impl MetricPressure {
    /// Whether it counts in the score: fresh, with a weight.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.weight > 0.0 && !matches!(self.state, MetricState::Missing { .. })
    }

    /// What this metric on its own would do: up past its threshold, down at `scaleUpThreshold · pressure ≤ scaleDownThreshold`.
    #[must_use]
    pub fn says(&self, policy: &Policy) -> Direction {
        if matches!(self.state, MetricState::Missing { .. }) {
            Direction::Stay
        } else if self.is_past {
            Direction::Up
        } else if policy.scale_up_threshold * self.pressure <= policy.scale_down_threshold * (1.0 + SLACK) {
            Direction::Down
        } else {
            Direction::Stay
        }
    }
}

/// All metrics of one policy at one evaluation, and what they come to together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pressures {
    metrics: [Option<MetricPressure>; Metric::ALL.len()],
    /// The weights of all metrics, summed.
    pub all_weight: f64,
    /// How many became one.
    aggregation: Aggregation,
    all: Sum,
    proportional: Sum,
    /// Whether the policy has a proportional metric with a weight, fresh or not.
    pub has_proportional: bool,
    /// The guard with the largest pressure; under 0 without one.
    largest_guard: (Metric, f64),
    /// The first metric with a weight that has no fresh reading, and why.
    pub missing: Option<(Metric, Hole)>,
    /// Whether any metric that counts is past its threshold.
    pub any_past: bool,
    /// One bit a metric (in the order of [`Metric::ALL`]): saturated in this evaluation.
    pub saturated: u8,
    /// Requests are known to be none.
    pub no_traffic: bool,
}

impl Pressures {
    /// The metric's pressure, where the policy has the metric.
    #[must_use]
    pub fn of(&self, metric: Metric) -> Option<&MetricPressure> {
        self.metrics[metric as usize].as_ref()
    }

    /// Each metric of the policy, in the order of [`Metric::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = &MetricPressure> {
        self.metrics.iter().flatten()
    }

    /// Measures every metric of the policy against its trigger and combines them: `P = (Σ wᵢ·pressureᵢ^q / Σ wᵢ)^(1/q)`.
    ///
    /// `proportional` policies are driven by the largest pressure, as the Kubernetes HPA is: theirs are combined by `max`.
    /// Total: never NaN, whatever the readings.
    #[must_use]
    pub fn measure(policy: &Policy, circumstances: &Circumstances, observation: &Observation, memory: &Memory, now: DateTime<Utc>) -> Self {
        let mut pressures = Self::none(policy);
        pressures.fill(policy, circumstances, observation, memory, now);
        pressures
    }

    /// Before any metric was looked at.
    #[inline]
    pub(super) fn none(policy: &Policy) -> Self {
        Self {
            metrics: [None; Metric::ALL.len()],
            all_weight: 0.0,
            aggregation: aggregation_of(policy),
            all: Sum::default(),
            proportional: Sum::default(),
            has_proportional: false,
            largest_guard: (Metric::Memory, -1.0),
            missing: None,
            any_past: false,
            saturated: 0,
            no_traffic: false,
        }
    }

    /// [`Pressures::measure`] in place: moving the finished value about costs as much as measuring one metric.
    pub(super) fn fill(
        &mut self,
        policy: &Policy,
        circumstances: &Circumstances,
        observation: &Observation,
        memory: &Memory,
        now: DateTime<Utc>,
    ) {
        let surroundings = Surroundings::new(policy, circumstances, observation, memory, now);
        self.no_traffic = surroundings.no_traffic;
        for rule in &policy.metrics {
            let felt = surroundings.feel(rule, observation, self.aggregation);
            self.add(&felt);
            self.metrics[rule.metric as usize] = Some(felt);
        }
    }

    /// The power mean P over the metrics that count; `None` when none does.
    #[must_use]
    pub fn combined(&self) -> Option<f64> {
        self.all.mean(self.aggregation)
    }

    /// The power mean P↓ over the proportional metrics of the policy (over all, where it has none); `None` when none of them counts.
    #[must_use]
    pub fn down(&self) -> Option<f64> {
        self.judged_for_down().mean(self.aggregation)
    }

    /// The power mean over the proportional metrics that count; 0 without one.
    #[must_use]
    pub fn proportional(&self) -> f64 {
        self.proportional.mean(self.aggregation).unwrap_or(0.0)
    }

    /// The largest pressure of a proportional metric that counts; `None` without one.
    #[must_use]
    pub fn largest_proportional(&self) -> Option<f64> {
        (self.proportional.weight > 0.0).then_some(self.proportional.largest)
    }

    /// The guard that counts with the largest pressure, and that pressure; `None` without one.
    #[must_use]
    pub fn largest_guard(&self) -> Option<(Metric, f64)> {
        (self.largest_guard.1 >= 0.0).then_some(self.largest_guard)
    }

    /// The weights of the metrics that count, summed.
    #[must_use]
    pub fn fresh_weight(&self) -> f64 {
        self.all.weight
    }

    /// `P ≥ pressure`, without taking the root.
    pub(super) fn is_combined_at_least(&self, pressure: f64) -> bool {
        self.all.power(self.aggregation).is_some_and(|power| power >= raise(pressure, self.aggregation))
    }

    /// `P↓ ≤ pressure`, without taking the root.
    pub(super) fn is_down_at_most(&self, pressure: f64) -> bool {
        self.judged_for_down().power(self.aggregation).is_some_and(|power| power <= raise(pressure, self.aggregation))
    }

    fn judged_for_down(&self) -> &Sum {
        if self.has_proportional { &self.proportional } else { &self.all }
    }

    #[inline]
    fn add(&mut self, felt: &MetricPressure) {
        if felt.weight <= 0.0 {
            return;
        }
        self.all_weight += felt.weight;
        self.has_proportional |= felt.is_proportional;
        if let MetricState::Missing { hole } = felt.state {
            if self.missing.is_none() {
                self.missing = Some((felt.metric, hole));
            }
            return;
        }
        self.any_past |= felt.is_past;
        self.saturated |= u8::from(felt.is_saturated) << felt.metric as u8;
        self.all.add(felt);
        if felt.is_proportional {
            self.proportional.add(felt);
        } else if felt.pressure > self.largest_guard.1 {
            self.largest_guard = (felt.metric, felt.pressure);
        }
    }

    /// The metric's share of the combined pressure, 0…1: `wᵢ·pressureᵢ^q / Σ`; under `max` all of it belongs to the largest.
    #[must_use]
    pub fn share(&self, metric: Metric) -> f64 {
        let Some(felt) = self.of(metric).filter(|felt| felt.counts()) else { return 0.0 };
        match self.aggregation {
            Aggregation::Max => f64::from(u8::from(self.largest() == Some(felt.metric) && felt.pressure > 0.0)),
            Aggregation::Mean | Aggregation::Balanced | Aggregation::Sensitive => {
                let sum: f64 = self.iter().filter(|other| other.counts()).map(|other| other.powered).sum();
                if sum > 0.0 { felt.powered / sum } else { 0.0 }
            }
        }
    }

    /// The metric that leads: of those at or past their trigger, else of all, the one with the largest part of the sum.
    #[must_use]
    pub fn leader(&self) -> Option<&MetricPressure> {
        let past = self.iter().filter(|felt| felt.counts() && felt.pressure >= 1.0 - SLACK).reduce(larger_part);
        past.or_else(|| self.iter().filter(|felt| felt.counts()).reduce(larger_part))
    }

    fn largest(&self) -> Option<Metric> {
        let counting = self.iter().filter(|felt| felt.counts());
        counting.reduce(|best, felt| if felt.pressure > best.pressure { felt } else { best }).map(|felt| felt.metric)
    }
}

fn larger_part<'a>(best: &'a MetricPressure, felt: &'a MetricPressure) -> &'a MetricPressure {
    if felt.powered > best.powered { felt } else { best }
}

/// The raw value from which the rule's metric may ask alone: the larger of its trigger and 90 % of its maximum.
///
/// `None` for metrics that do not saturate (response time, error rate) and for rules that ask below their threshold.
#[must_use]
pub fn alone_limit(rule: &MetricRule, trigger_value: f64) -> Option<f64> {
    let is_above = matches!(rule.comparison, Comparison::Gt | Comparison::Gte);
    let maximum = rule.maximum.filter(|maximum| is_positive(*maximum)).unwrap_or(rule.metric.default_maximum());
    (rule.metric.is_per_instance() && is_above).then(|| larger(trigger_value, ALONE_SHARE * maximum))
}

/// How the policy's pressures become one; `proportional` takes the largest whatever it says.
#[must_use]
pub fn aggregation_of(policy: &Policy) -> Aggregation {
    match policy.policy_type {
        PolicyType::Proportional => Aggregation::Max,
        PolicyType::Gradual | PolicyType::Adaptive | PolicyType::Predictive => policy.aggregation,
    }
}

/// `pressure^q` by products alone, so that every platform gets the same bits; under `max` the pressure itself.
#[must_use]
pub fn raise(pressure: f64, aggregation: Aggregation) -> f64 {
    match aggregation {
        Aggregation::Mean | Aggregation::Max => pressure,
        Aggregation::Balanced => {
            let square = pressure * pressure;
            square * square
        }
        Aggregation::Sensitive => {
            let square = pressure * pressure;
            let fourth = square * square;
            fourth * fourth
        }
    }
}

/// `power^(1/q)` by repeated square roots alone; the inverse of [`raise`].
#[must_use]
pub fn root(power: f64, aggregation: Aggregation) -> f64 {
    match aggregation {
        Aggregation::Mean | Aggregation::Max => power,
        Aggregation::Balanced => power.sqrt().sqrt(),
        Aggregation::Sensitive => power.sqrt().sqrt().sqrt(),
    }
}

/// What a power mean is made of.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Sum {
    weight: f64,
    powered: f64,
    largest: f64,
}

impl Sum {
    fn add(&mut self, felt: &MetricPressure) {
        self.weight += felt.weight;
        self.powered += felt.powered;
        self.largest = larger(self.largest, felt.pressure);
    }

    /// `Σ w·p^q / Σ w`; under `max` the largest pressure.
    fn power(&self, aggregation: Aggregation) -> Option<f64> {
        (self.weight > 0.0).then(|| match aggregation {
            Aggregation::Max => self.largest,
            Aggregation::Mean | Aggregation::Balanced | Aggregation::Sensitive => self.powered / self.weight,
        })
    }

    fn mean(&self, aggregation: Aggregation) -> Option<f64> {
        self.power(aggregation).map(|power| root(power, aggregation))
    }
}

/// What every metric of one evaluation shares, computed once.
struct Surroundings {
    now: DateTime<Utc>,
    /// A reading must be younger than this.
    fresh_for: TimeDelta,
    /// Requests are known to be none.
    no_traffic: bool,
    /// No instance is ready, so there is nothing to take a mean over.
    nobody_ready: bool,
    /// The longest acceptable response time in ms.
    response_time_maximum: f64,
    /// The least trigger of the response time in ms; 0 until an idle latency is learned.
    response_time_floor: f64,
    /// How full an instance may be by the objective, where the policy follows it.
    limit: Option<f64>,
}

impl Surroundings {
    fn new(policy: &Policy, circumstances: &Circumstances, observation: &Observation, memory: &Memory, now: DateTime<Utc>) -> Self {
        let fresh_for = circumstances.fresh_for;
        let is_none = |reading: &Reading| match *reading {
            Reading::Value { value, at } => value == 0.0 && is_fresh(at, now, fresh_for),
            Reading::NoTraffic { at } => is_fresh(at, now, fresh_for),
            Reading::Missing { .. } => false,
        };
        Self {
            now,
            fresh_for,
            no_traffic: observation.traffic.request_rate.map_or_else(|| is_none(&observation.readings.requests), |rate| rate == 0.0),
            nobody_ready: matches!(observation.instances, Counted::Known(count) if count.ready.0 == 0),
            response_time_maximum: circumstances
                .response_time_objective_ms
                .filter(|objective| is_positive(*objective))
                .unwrap_or(Metric::ResponseTime.default_maximum()),
            response_time_floor: memory.idle_latency_ms().unwrap_or(0.0) * IDLE_LATENCY_ROOM,
            limit: memory.limit_at(now).filter(|_| policy.follows_objective()),
        }
    }

    #[inline]
    fn feel(&self, rule: &MetricRule, observation: &Observation, aggregation: Aggregation) -> MetricPressure {
        let metric = rule.metric;
        let maximum = self.maximum(rule);
        let written = rule.threshold * maximum;
        let meant = self.meant(metric, written);
        let floor = if metric == Metric::ResponseTime { self.response_time_floor } else { 0.0 };
        let trigger_value = larger(meant, floor);
        let (state, value) = self.read(metric, &observation.readings[metric]);
        let is_fresh = matches!(state, MetricState::Fresh);
        let pressure = if is_fresh { pressure(value, trigger_value, maximum, rule.comparison) } else { 0.0 };
        let is_above = matches!(rule.comparison, Comparison::Gt | Comparison::Gte);
        let is_inclusive = matches!(rule.comparison, Comparison::Gte | Comparison::Lte);
        let is_over = metric.is_per_instance() && is_above && pressure >= 1.0 - SLACK;
        MetricPressure {
            metric,
            state,
            value,
            trigger_value,
            trigger_raised: trigger_value > meant,
            pressure,
            powered: rule.weight * raise(pressure, aggregation),
            weight: rule.weight,
            is_past: pressure > 1.0 + SLACK || (is_inclusive && pressure >= 1.0 - SLACK),
            is_saturated: is_over && value >= ALONE_SHARE * maximum * (1.0 - SLACK),
            is_proportional: is_above && metric.class() == MetricClass::Proportional,
        }
    }

    /// The trigger by the objective, where that speaks: CPU at what an instance may be used, the response time at the objective itself.
    fn meant(&self, metric: Metric, written: f64) -> f64 {
        match (self.limit, metric) {
            (Some(limit), Metric::Cpu) => limit * Metric::Cpu.default_maximum(),
            (Some(_), Metric::ResponseTime) => self.response_time_maximum,
            (_, Metric::Cpu | Metric::Memory | Metric::ResponseTime | Metric::ErrorRate | Metric::Requests) => written,
        }
    }

    /// The raw value that a threshold of 1 means: the rule's own, the objective for the response time, else the metric's.
    fn maximum(&self, rule: &MetricRule) -> f64 {
        match rule.maximum {
            Some(maximum) if is_positive(maximum) => maximum,
            Some(_) | None if rule.metric == Metric::ResponseTime => self.response_time_maximum,
            Some(_) | None => rule.metric.default_maximum(),
        }
    }

    /// Whether the reading counts, and its number; 0 where it has none.
    #[inline]
    fn read(&self, metric: Metric, reading: &Reading) -> (MetricState, f64) {
        let missing = |hole| (MetricState::Missing { hole }, 0.0);
        if metric.is_per_instance() {
            if self.nobody_ready {
                return missing(reading.hole().unwrap_or(Hole::NoInstance));
            }
        } else if self.no_traffic {
            return (MetricState::NoTraffic, 0.0);
        }
        match *reading {
            Reading::Missing { hole } => missing(hole),
            Reading::Value { value, .. } if !is_sound(value) => missing(Hole::NotANumber),
            Reading::Value { at, .. } | Reading::NoTraffic { at } if !is_fresh(at, self.now, self.fresh_for) => missing(Hole::Stale),
            Reading::Value { value, .. } => (MetricState::Fresh, value),
            Reading::NoTraffic { .. } => match metric {
                Metric::ResponseTime | Metric::ErrorRate | Metric::Requests => (MetricState::NoTraffic, 0.0),
                Metric::Cpu | Metric::Memory => missing(Hole::NotMeasured),
            },
        }
    }
}

/// The larger of two numbers, neither of them NaN: one instruction, where `f64::max` looks for NaN.
fn larger(one: f64, other: f64) -> f64 {
    if one > other { one } else { other }
}

/// Finite and not negative; NaN is neither.
fn is_sound(number: f64) -> bool {
    (0.0..f64::INFINITY).contains(&number)
}

fn is_positive(number: f64) -> bool {
    number > 0.0 && number < f64::INFINITY
}

/// Younger than `fresh_for`; a reading from the future, of a source whose clock is ahead, is young.
#[inline]
pub(crate) fn is_fresh(at: DateTime<Utc>, now: DateTime<Utc>, fresh_for: TimeDelta) -> bool {
    // Equal instants are the common case, and comparing is far cheaper than subtracting.
    (at == now && fresh_for > TimeDelta::zero()) || now - at < fresh_for
}

/// `value / trigger`, or its inverse for `lt` and `lte` with the value floored at 0.1 % of the maximum; 0…4.
fn pressure(value: f64, trigger_value: f64, maximum: f64, comparison: Comparison) -> f64 {
    let ratio = match comparison {
        Comparison::Gt | Comparison::Gte => value / trigger_value,
        Comparison::Lt | Comparison::Lte => trigger_value / value.max(INVERSE_FLOOR * maximum),
    };
    // Written so that 0 / 0 of an impossible trigger becomes the cap, never NaN.
    if ratio < PRESSURE_CAP { ratio } else { PRESSURE_CAP }
}
