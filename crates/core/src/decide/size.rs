//! How far: what the readings ask for, before anything holds it.

use super::circumstances::Circumstances;
use super::decision::Direction;
use super::memory::Memory;
use super::outlook::Outlook;
use super::pressure::{PRESSURE_CAP, Pressures, SLACK, alone_limit};
use super::reason::Reason;
use crate::forecast::ceil;
use crate::metric::{Metric, MetricClass};
use crate::observation::InstanceCount;
use crate::policy::{Policy, PolicyType};
use crate::units::Instances;

/// The pressure that a smaller size must stay under: the come-back test, the guards' veto, and what consolidation plans for.
pub const CALM_PRESSURE: f64 = 0.9;
/// The HPA's tolerance: inside ±10 % of the target nothing moves.
pub const TOLERANCE: f64 = 0.1;
/// An urgent step adds at most this many, or doubles, whichever is more.
const URGENT_STEP: u32 = 4;

/// What the readings ask for at one evaluation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish {
    /// More, fewer, neither.
    pub(super) asked: Direction,
    /// What the readings alone ask for.
    pub(super) raw: u32,
    /// After the window and the come-back test.
    pub(super) stabilized: u32,
    /// After the step size.
    pub(super) stepped: u32,
    /// Waits for no cooldown.
    pub(super) is_urgent: bool,
    /// Asked for by this guard alone, at this pressure.
    pub(super) guard_alone: Option<(Metric, f64)>,
    /// Why this is asked for, or why nothing is.
    pub(super) reason: Reason,
    /// What keeps it from being done although it is asked for: instances on their way, or a size that would come straight back.
    pub(super) obstacle: Option<Reason>,
    /// What this evaluation leaves in the window.
    pub(super) window_value: Option<f64>,
}

/// What sizes are computed from.
pub(super) struct Sizing<'a> {
    pub(super) policy: &'a Policy,
    pub(super) circumstances: &'a Circumstances,
    pub(super) memory: &'a Memory,
    pub(super) pressures: &'a Pressures,
    pub(super) count: InstanceCount,
    pub(super) now_ms: i64,
}

impl Sizing<'_> {
    /// What is asked for, by the policy's type.
    pub(super) fn wish(&self) -> Wish {
        match self.policy.policy_type {
            PolicyType::Gradual | PolicyType::Adaptive => self.by_steps(),
            PolicyType::Proportional => self.by_target(),
            PolicyType::Predictive => self.by_forecast(),
        }
    }

    /// `gradual` and `adaptive`: the score says which way, steps and consolidation say how far.
    fn by_steps(&self) -> Wish {
        let load = self.load();
        let score_asks = self.pressures.any_past && self.pressures.is_combined_at_least(1.0 - SLACK);
        let alone = self.alone();
        if score_asks || alone.is_some() {
            return self.up_by_steps(score_asks, alone, load);
        }
        self.down_by_steps(load).unwrap_or_else(|| self.stay(Reason::InsideBand, load))
    }

    /// `predictive`: the size that the outlook of this very look asks for, and never fewer than the readings ask for now.
    ///
    /// What the forecast asks for waits for no cooldown, up or down: it looks as far ahead as a start takes, so what it gives away
    /// could be brought back in time. A `scaleDownCooldown` of the policy's own holds it all the same. Without an outlook, and
    /// wherever the load is not known, as `adaptive`.
    fn by_forecast(&self) -> Wish {
        let wish = self.by_steps();
        let sound = |outlook: &&Outlook| outlook.ready_for.is_finite() && outlook.ready_for >= 0.0;
        let Some(outlook) = self.memory.outlook_at(self.now_ms).filter(sound) else { return wish };
        let (total, ahead) = (self.total(), outlook.instances());
        let (expected, lead_seconds) = (outlook.expected, outlook.lead_seconds);
        // Where the readings ask for as many and are not urgent, what is expected is: more load now never waits longer than less.
        if ahead.0 > total && (ahead.0 > wish.stepped || !wish.is_urgent) {
            return Wish {
                asked: Direction::Up,
                raw: ahead.0.max(wish.raw),
                stabilized: ahead.0.max(wish.raw),
                stepped: ahead.0.min(largest_forecast_step(total)).max(wish.stepped),
                is_urgent: true,
                guard_alone: None,
                reason: Reason::ForecastUp { expected, instances: ahead, lead_seconds },
                obstacle: None,
                window_value: wish.window_value,
            };
        }
        let (Direction::Down | Direction::Stay, Some(load)) = (wish.asked, self.load()) else { return wish };
        let least = ahead.0.max(need(load, 1.0)).max(self.least_ever());
        if least < total {
            return Wish {
                asked: Direction::Down,
                raw: least,
                stabilized: least,
                stepped: least,
                is_urgent: self.policy.scale_down_cooldown.is_none(),
                guard_alone: None,
                reason: Reason::ForecastDown { expected, instances: ahead, lead_seconds },
                obstacle: None,
                window_value: wish.window_value,
            };
        }
        if wish.asked == Direction::Stay {
            return wish;
        }
        Wish {
            obstacle: wish.obstacle.or(Some(Reason::ForecastHolds { expected, instances: ahead, lead_seconds })),
            stepped: total,
            ..wish
        }
    }

    fn up_by_steps(&self, score_asks: bool, alone: Option<Metric>, load: Option<f64>) -> Wish {
        let total = self.total();
        let need = need(load.unwrap_or(0.0), 1.0);
        let combined_now = self.pressures.combined().unwrap_or(0.0) * self.ready_share();
        let is_score_uncovered = score_asks && combined_now >= 1.0 - SLACK;
        let uncovered_alone = alone.filter(|metric| self.is_alone_uncovered(*metric));
        let is_urgent =
            self.policy.is_adaptive() && is_score_uncovered && need > total && combined_now >= self.policy.urgent_pressure * (1.0 - SLACK);
        let stepped = if is_urgent { need.min(largest_step(total)) } else { total.saturating_add(1) };
        let raw = need.max(total.saturating_add(1));
        let reason = match alone.filter(|_| !is_score_uncovered) {
            Some(metric) => Reason::AloneUp { metric, value: self.pressures.of(metric).map_or(0.0, |felt| felt.value) },
            None => self.score_up(is_urgent),
        };
        let is_covered = !is_score_uncovered && uncovered_alone.is_none();
        Wish {
            asked: Direction::Up,
            raw,
            stabilized: raw,
            stepped,
            is_urgent,
            guard_alone: self.guard_alone(need, alone),
            reason,
            obstacle: is_covered.then_some(Reason::AlreadyStarting { starting: self.count.starting }),
            window_value: load,
        }
    }

    /// One fewer at the down threshold, or as few as a whole window would have fitted in.
    fn down_by_steps(&self, load: Option<f64>) -> Option<Wish> {
        let total = self.total();
        let one_fewer = self.is_under_down_threshold().then(|| total.saturating_sub(1));
        let consolidated = self.consolidated(load).filter(|instances| *instances < total);
        let candidate = [one_fewer, consolidated].into_iter().flatten().min().filter(|instances| *instances < total)?;
        let candidate = candidate.max(self.least_ever());
        let stabilized = candidate.max(self.least_that_holds()).min(total);
        let reason = if consolidated.is_some_and(|instances| one_fewer.is_none_or(|one_fewer| instances < one_fewer)) {
            Reason::Consolidated { window_seconds: self.policy.stabilization_window }
        } else {
            Reason::ScoreDown { score: self.down_score(), threshold: self.policy.scale_down_threshold }
        };
        Some(Wish {
            asked: Direction::Down,
            raw: load.map_or(candidate, |load| need(load, CALM_PRESSURE).max(self.least_ever()).min(candidate)),
            stabilized,
            stepped: stabilized,
            is_urgent: false,
            guard_alone: None,
            reason,
            obstacle: (stabilized >= total).then(|| self.would_come_back()),
            window_value: load,
        })
    }

    /// `proportional`: to the size that brings the largest pressure to 1, as the Kubernetes HPA does.
    ///
    /// `ceil(ready × pressure)`, nothing inside ±10 %, down to the largest count wanted in the window. Guards beyond the tolerance
    /// ask for one step; a policy of guards alone goes one step down when all are under it.
    fn by_target(&self) -> Wish {
        let total = self.total();
        let load = self.load();
        let largest = self.pressures.largest_proportional();
        let guard = self.pressures.largest_guard().filter(|(_, pressure)| *pressure > 1.0 + TOLERANCE + SLACK);
        let alone = self.alone();
        let wanted = match (largest, load) {
            (Some(largest), Some(load)) if !is_within_tolerance(largest) => {
                let need = need(load, 1.0);
                // Pressed now and covered by what is starting: as it is. The HPA changes nothing where the two disagree.
                if largest > 1.0 { need.max(total) } else { need }
            }
            (Some(_), _) => total,
            (None, _) if self.pressures.has_proportional => total,
            (None, _) => self.wanted_by_guards(),
        };
        if wanted > total || guard.is_some() || alone.is_some() {
            return self.up_to_target(wanted, alone);
        }
        let window_value = self.proportional_window_value(wanted);
        let length = self.window_length_ms();
        let peak = self.memory.window_of(self.policy).map_or(window_value, |window| window.largest_with(self.now_ms, window_value, length));
        let stabilized = need(peak, 1.0).max(self.least_ever()).min(total);
        if wanted == total {
            let reason = if largest.is_some_and(|largest| self.is_covered_by_starting(largest)) {
                Reason::AlreadyStarting { starting: self.count.starting }
            } else {
                Reason::WithinTolerance
            };
            return self.stay(reason, Some(window_value));
        }
        let stabilizing = Reason::Stabilizing { wanted: Instances(need(peak, 1.0)), window_seconds: self.policy.stabilization_window };
        let obstacle = if wanted.max(self.least_ever()) >= total { self.would_come_back() } else { stabilizing };
        Wish {
            asked: Direction::Down,
            raw: wanted,
            stabilized,
            stepped: stabilized,
            is_urgent: false,
            guard_alone: None,
            reason: Reason::FewerSuffice { instances: Instances(wanted), pressure: self.pressures.combined().unwrap_or(0.0) },
            obstacle: (stabilized >= total).then_some(obstacle),
            window_value: Some(window_value),
        }
    }

    fn up_to_target(&self, wanted: u32, alone: Option<Metric>) -> Wish {
        let total = self.total();
        let largest = self.pressures.largest_proportional().unwrap_or(0.0);
        let pressure_now = largest * self.ready_share();
        let is_urgent = wanted > total && pressure_now >= self.policy.urgent_pressure * (1.0 - SLACK);
        let stepped = wanted.max(total.saturating_add(1)).min(largest_step(total));
        let is_covered = wanted > total && (is_within_tolerance(pressure_now) || pressure_now < 1.0);
        let is_score = wanted > total || alone.is_none();
        let reason = match alone.filter(|_| !is_score) {
            Some(metric) => Reason::AloneUp { metric, value: self.pressures.of(metric).map_or(0.0, |felt| felt.value) },
            None => self.score_up(is_urgent),
        };
        Wish {
            asked: Direction::Up,
            raw: wanted.max(total.saturating_add(1)),
            stabilized: wanted.max(total.saturating_add(1)),
            stepped,
            is_urgent,
            guard_alone: self.guard_alone(wanted, alone),
            reason,
            obstacle: is_covered.then_some(Reason::AlreadyStarting { starting: self.count.starting }),
            window_value: Some(self.proportional_window_value(wanted)),
        }
    }

    fn stay(&self, reason: Reason, window_value: Option<f64>) -> Wish {
        let total = self.total();
        Wish {
            asked: Direction::Stay,
            raw: total,
            stabilized: total,
            stepped: total,
            is_urgent: false,
            guard_alone: None,
            reason,
            obstacle: None,
            window_value,
        }
    }

    fn total(&self) -> u32 {
        self.count.total().0
    }

    /// `ready / (ready + starting)`: what the pressure of now is multiplied by to know it once all are ready; 1 where there is none.
    fn ready_share(&self) -> f64 {
        let total = self.count.total();
        if total.0 == 0 { 1.0 } else { self.count.ready.as_f64() / total.as_f64() }
    }

    /// `ready × the largest proportional pressure`: the load in instances at exactly their trigger. `None` while one of them is missing.
    fn load(&self) -> Option<f64> {
        let largest = self.pressures.largest_proportional()?;
        Some(self.count.ready.as_f64() * largest)
    }

    /// The first metric that was saturated in this evaluation and in the one before.
    fn alone(&self) -> Option<Metric> {
        if self.pressures.saturated == 0 {
            return None;
        }
        let twice = self.pressures.saturated & self.memory.saturated_before(self.now_ms, self.longest_gap_ms());
        Metric::ALL.into_iter().find(|metric| twice & (1 << *metric as u8) != 0)
    }

    /// Whether a saturated metric would still be, were the starting instances ready.
    fn is_alone_uncovered(&self, metric: Metric) -> bool {
        let Some(felt) = self.pressures.of(metric) else { return false };
        let rule = self.policy.metrics.iter().find(|rule| rule.metric == metric);
        let limit = rule.and_then(|rule| alone_limit(rule, felt.trigger_value));
        limit.is_some_and(|limit| felt.value * self.ready_share() >= limit * (1.0 - SLACK))
    }

    fn is_covered_by_starting(&self, largest: f64) -> bool {
        self.count.starting.0 > 0 && largest > 1.0 + TOLERANCE
    }

    /// The guard that asks, where no proportional metric does.
    fn guard_alone(&self, need: u32, alone: Option<Metric>) -> Option<(Metric, f64)> {
        let is_proportional_pressing = self.pressures.largest_proportional().is_some_and(|largest| largest >= 1.0 - SLACK);
        let is_alone_proportional = alone.is_some_and(|metric| metric.class() == MetricClass::Proportional);
        if need > self.total() || is_proportional_pressing || is_alone_proportional {
            return None;
        }
        match alone.and_then(|metric| self.pressures.of(metric)) {
            Some(felt) => Some((felt.metric, felt.pressure)),
            None => self.pressures.largest_guard(),
        }
    }

    fn score_up(&self, is_urgent: bool) -> Reason {
        match self.pressures.leader() {
            Some(felt) => Reason::ScoreUp {
                leader: felt.metric,
                value: felt.value,
                trigger_value: felt.trigger_value,
                pressure: felt.pressure,
                urgent: is_urgent,
            },
            None => Reason::InsideBand,
        }
    }

    fn down_score(&self) -> f64 {
        (self.policy.scale_up_threshold * self.pressures.down().unwrap_or(0.0)).min(1.0)
    }

    /// `P↓ ≤ scaleDownThreshold / scaleUpThreshold`.
    fn is_under_down_threshold(&self) -> bool {
        self.pressures.is_down_at_most(self.policy.scale_down_threshold / self.policy.scale_up_threshold * (1.0 + SLACK))
    }

    /// What every evaluation of the window would have fitted in at 0.9 of the triggers; `None` before a whole window was seen.
    fn consolidated(&self, load: Option<f64>) -> Option<u32> {
        if !self.policy.is_adaptive() || !self.policy.consolidation {
            return None;
        }
        let load = load?;
        let window = self.memory.window_of(self.policy)?;
        let length = self.window_length_ms();
        if !window.covers(self.now_ms, length, self.longest_gap_ms()) {
            return None;
        }
        Some(need(window.largest_with(self.now_ms, load, length), CALM_PRESSURE))
    }

    /// The fewest instances at which the proportional metrics stay under 0.9: `floor(P · ready / 0.9) + 1`.
    fn least_that_holds(&self) -> u32 {
        let load = self.pressures.proportional() * self.count.ready.as_f64();
        if load <= 0.0 { 0 } else { ((load / CALM_PRESSURE * (1.0 + SLACK)).floor() as u32).saturating_add(1) }
    }

    /// One, except where requests are known to be none: only then may the last instance go.
    fn least_ever(&self) -> u32 {
        u32::from(!self.pressures.no_traffic)
    }

    fn would_come_back(&self) -> Reason {
        let fewer = self.total().saturating_sub(1);
        let load = self.pressures.proportional() * self.count.ready.as_f64();
        let pressure = if fewer == 0 { PRESSURE_CAP } else { load / f64::from(fewer) };
        Reason::WouldComeBack { instances: Instances(fewer), pressure }
    }

    /// With guards alone no size can be computed: one step down once all are under the tolerance.
    fn wanted_by_guards(&self) -> u32 {
        let is_calm = self.pressures.combined().is_some_and(|combined| combined < 1.0 - TOLERANCE - SLACK);
        if is_calm { self.total().saturating_sub(1) } else { self.total() }
    }

    /// The count wanted; at least the present one after a hole, so that a restart is not followed by a step down (as the HPA does).
    fn proportional_window_value(&self, wanted: u32) -> f64 {
        let is_broken = self.memory.window_of(self.policy).is_none_or(|window| window.is_broken(self.now_ms, self.longest_gap_ms()));
        f64::from(if is_broken { wanted.max(self.total()) } else { wanted })
    }

    fn window_length_ms(&self) -> i64 {
        i64::from(self.policy.stabilization_window) * 1000
    }

    fn longest_gap_ms(&self) -> i64 {
        self.circumstances.fresh_for.num_milliseconds()
    }
}

/// Instances that bring a load to this pressure: `ceil(load / pressure)`, less [`SLACK`] first.
///
/// `load` is in instances at exactly their trigger (`ready × pressureᵢ`), so at 4 instances, 90 % used, 60 % wanted:
/// `ceil(4 × 0.9 / 0.6 / 1) = 6`. The Kubernetes HPA rule (kubernetes.io, "Horizontal Pod Autoscaling", algorithm details).
/// Total: 0 for no load, saturates at `u32::MAX`.
#[must_use]
pub fn need(load: f64, pressure: f64) -> u32 {
    ceil(load / pressure * (1.0 - SLACK)) as u32
}

/// The most that one evaluation may go to: double, or four more.
fn largest_step(total: u32) -> u32 {
    total.saturating_mul(2).max(total.saturating_add(URGENT_STEP))
}

/// The most that a forecast may go to at one evaluation: four times as many, or ten more. It knows what a burst comes to.
fn largest_forecast_step(total: u32) -> u32 {
    total.saturating_mul(4).max(total.saturating_add(10))
}

fn is_within_tolerance(pressure: f64) -> bool {
    (pressure - 1.0).abs() <= TOLERANCE + SLACK
}
