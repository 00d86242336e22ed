//! From raw readings to pressures, and from many pressures to one.

use chrono::{DateTime, Utc};

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
    /// The raw value that a threshold of 1 means.
    pub maximum: f64,
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
    /// What this metric alone would do.
    pub says: Direction,
}

impl MetricPressure {
    /// Whether it counts in the score: fresh, with a weight.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.weight > 0.0 && !matches!(self.state, MetricState::Missing { .. })
    }
}

/// All metrics of one policy at one evaluation, and what they come to together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pressures {
    metrics: [Option<MetricPressure>; Metric::ALL.len()],
    /// The weights of all metrics, summed.
    pub all_weight: f64,
    /// The weights of the metrics that count, summed.
    pub fresh_weight: f64,
    /// The power mean P over the metrics that count; `None` when none does.
    pub combined: Option<f64>,
    /// The power mean P↓ over the proportional metrics of the policy (over all, where it has none); `None` when none of them counts.
    pub down: Option<f64>,
    /// Whether the policy has a proportional metric with a weight, fresh or not.
    pub has_proportional: bool,
    /// The power mean over the fresh proportional metrics; 0 without one.
    pub proportional: f64,
    /// The largest pressure of a fresh proportional metric; `None` without one.
    pub largest_proportional: Option<f64>,
    /// The guard with the largest pressure, and that pressure.
    pub largest_guard: Option<(Metric, f64)>,
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
        let aggregation = aggregation_of(policy);
        let surroundings = Surroundings::new(circumstances, observation, memory, now);
        let mut sums = Sums::default();
        let mut pressures = Self {
            metrics: [None; Metric::ALL.len()],
            all_weight: 0.0,
            fresh_weight: 0.0,
            combined: None,
            down: None,
            has_proportional: false,
            proportional: 0.0,
            largest_proportional: None,
            largest_guard: None,
            missing: None,
            any_past: false,
            saturated: 0,
            no_traffic: surroundings.no_traffic,
        };
        for rule in &policy.metrics {
            let felt = surroundings.feel(rule, policy, observation, aggregation);
            pressures.add(&felt, &mut sums);
            pressures.metrics[rule.metric as usize] = Some(felt);
        }
        pressures.combined = sums.all.mean(aggregation);
        pressures.proportional = sums.proportional.mean(aggregation).unwrap_or(0.0);
        pressures.down = if pressures.has_proportional { sums.proportional.mean(aggregation) } else { pressures.combined };
        pressures
    }

    fn add(&mut self, felt: &MetricPressure, sums: &mut Sums) {
        if felt.weight <= 0.0 {
            return;
        }
        self.all_weight += felt.weight;
        self.has_proportional |= felt.is_proportional;
        if let MetricState::Missing { hole } = felt.state {
            self.missing = self.missing.or(Some((felt.metric, hole)));
            return;
        }
        self.fresh_weight += felt.weight;
        self.any_past |= felt.is_past;
        self.saturated |= u8::from(felt.is_saturated) << felt.metric as u8;
        sums.all.add(felt);
        if felt.is_proportional {
            sums.proportional.add(felt);
            self.largest_proportional = Some(self.largest_proportional.map_or(felt.pressure, |largest| largest.max(felt.pressure)));
        } else if self.largest_guard.is_none_or(|(_, largest)| felt.pressure > largest) {
            self.largest_guard = Some((felt.metric, felt.pressure));
        }
    }

    /// The metric's share of the combined pressure, 0…1: `wᵢ·pressureᵢ^q / Σ`; under `max` all of it belongs to the largest.
    #[must_use]
    pub fn share(&self, metric: Metric, aggregation: Aggregation) -> f64 {
        let Some(felt) = self.of(metric).filter(|felt| felt.counts()) else { return 0.0 };
        match aggregation {
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

/// How the policy's pressures become one; `proportional` takes the largest whatever it says.
#[must_use]
pub fn aggregation_of(policy: &Policy) -> Aggregation {
    match policy.policy_type {
        PolicyType::Proportional => Aggregation::Max,
        PolicyType::Gradual | PolicyType::Adaptive => policy.aggregation,
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

#[derive(Default)]
struct Sums {
    all: Sum,
    proportional: Sum,
}

#[derive(Default)]
struct Sum {
    weight: f64,
    powered: f64,
    largest: f64,
}

impl Sum {
    fn add(&mut self, felt: &MetricPressure) {
        self.weight += felt.weight;
        self.powered += felt.powered;
        self.largest = self.largest.max(felt.pressure);
    }

    fn mean(&self, aggregation: Aggregation) -> Option<f64> {
        if self.weight <= 0.0 {
            return None;
        }
        Some(match aggregation {
            Aggregation::Max => self.largest,
            Aggregation::Mean | Aggregation::Balanced | Aggregation::Sensitive => root(self.powered / self.weight, aggregation),
        })
    }
}

/// What every metric of one evaluation shares, computed once.
struct Surroundings {
    /// A reading must be younger than this.
    fresh_after: DateTime<Utc>,
    /// Requests are known to be none.
    no_traffic: bool,
    /// No instance is ready, so there is nothing to take a mean over.
    nobody_ready: bool,
    /// The longest acceptable response time in ms.
    response_time_maximum: f64,
    /// The least trigger of the response time in ms; 0 until an idle latency is learned.
    response_time_floor: f64,
}

impl Surroundings {
    fn new(circumstances: &Circumstances, observation: &Observation, memory: &Memory, now: DateTime<Utc>) -> Self {
        let fresh_after = now.checked_sub_signed(circumstances.fresh_for).unwrap_or(DateTime::<Utc>::MIN_UTC);
        let rate = match observation.readings.requests {
            Reading::Value { value, at } if at > fresh_after => Some(value),
            Reading::NoTraffic { at } if at > fresh_after => Some(0.0),
            Reading::Value { .. } | Reading::NoTraffic { .. } | Reading::Missing { .. } => None,
        };
        Self {
            fresh_after,
            no_traffic: observation.traffic.request_rate.or(rate) == Some(0.0),
            nobody_ready: matches!(observation.instances, Counted::Known(count) if count.ready.0 == 0),
            response_time_maximum: circumstances
                .response_time_objective_ms
                .filter(|objective| is_positive(*objective))
                .unwrap_or(Metric::ResponseTime.default_maximum()),
            response_time_floor: memory.idle_latency_ms().unwrap_or(0.0) * IDLE_LATENCY_ROOM,
        }
    }

    fn feel(&self, rule: &MetricRule, policy: &Policy, observation: &Observation, aggregation: Aggregation) -> MetricPressure {
        let metric = rule.metric;
        let default = if metric == Metric::ResponseTime { self.response_time_maximum } else { metric.default_maximum() };
        let maximum = rule.maximum.filter(|maximum| is_positive(*maximum)).unwrap_or(default);
        let written = rule.threshold * maximum;
        let floor = if metric == Metric::ResponseTime { self.response_time_floor } else { 0.0 };
        let trigger_value = written.max(floor);
        let (state, value) = self.read(metric, &observation.readings[metric]);
        let pressure = match state {
            MetricState::Fresh => pressure(value, trigger_value, maximum, rule.comparison),
            MetricState::NoTraffic | MetricState::Missing { .. } => 0.0,
        };
        let is_above = matches!(rule.comparison, Comparison::Gt | Comparison::Gte);
        let is_past = match rule.comparison {
            Comparison::Gt | Comparison::Lt => pressure > 1.0 + SLACK,
            Comparison::Gte | Comparison::Lte => pressure >= 1.0 - SLACK,
        };
        let is_saturated = metric.is_per_instance() && is_above && value >= trigger_value.max(ALONE_SHARE * maximum) * (1.0 - SLACK);
        let says = if matches!(state, MetricState::Missing { .. }) {
            Direction::Stay
        } else if is_past {
            Direction::Up
        } else if policy.scale_up_threshold * pressure <= policy.scale_down_threshold * (1.0 + SLACK) {
            Direction::Down
        } else {
            Direction::Stay
        };
        MetricPressure {
            metric,
            state,
            value,
            trigger_value,
            trigger_raised: trigger_value > written,
            maximum,
            pressure,
            powered: rule.weight * raise(pressure, aggregation),
            weight: rule.weight,
            is_past,
            is_saturated: is_saturated && matches!(state, MetricState::Fresh),
            is_proportional: is_above && metric.class() == MetricClass::Proportional,
            says,
        }
    }

    /// Whether the reading counts, and its number; 0 where it has none.
    fn read(&self, metric: Metric, reading: &Reading) -> (MetricState, f64) {
        let missing = |hole| (MetricState::Missing { hole }, 0.0);
        if self.no_traffic && !metric.is_per_instance() {
            return (MetricState::NoTraffic, 0.0);
        }
        match *reading {
            Reading::Missing { hole } => missing(hole),
            _ if self.nobody_ready && metric.is_per_instance() => missing(Hole::NoInstance),
            Reading::Value { value, .. } if !(value.is_finite() && value >= 0.0) => missing(Hole::NotANumber),
            Reading::Value { at, .. } | Reading::NoTraffic { at } if at <= self.fresh_after => missing(Hole::Stale),
            Reading::Value { value, .. } => (MetricState::Fresh, value),
            Reading::NoTraffic { .. } => match metric {
                Metric::ResponseTime | Metric::ErrorRate | Metric::Requests => (MetricState::NoTraffic, 0.0),
                Metric::Cpu | Metric::Memory => missing(Hole::NotMeasured),
            },
        }
    }
}

fn is_positive(number: f64) -> bool {
    number.is_finite() && number > 0.0
}

/// `value / trigger`, or its inverse for `lt` and `lte` with the value floored at 0.1 % of the maximum; 0…4.
fn pressure(value: f64, trigger_value: f64, maximum: f64, comparison: Comparison) -> f64 {
    let ratio = match comparison {
        Comparison::Gt | Comparison::Gte => value / trigger_value,
        Comparison::Lt | Comparison::Lte => trigger_value / value.max(INVERSE_FLOOR * maximum),
    };
    // `min` returns the number where the other is NaN: 0 / 0 of an impossible trigger becomes the cap, never NaN.
    ratio.min(PRESSURE_CAP)
}
