//! The judgement: which way, how far, and what holds it. No allocation, no words; [`explain`](super::explain()) adds those.

use chrono::{DateTime, Utc};

use super::circumstances::{Circumstances, Freeze};
use super::decision::{Action, Check, Counts, Direction, OutsideChange};
use super::memory::{GuardSteps, Memory, at};
use super::pressure::{Pressures, SLACK};
use super::reason::Reason;
use super::size::{CALM_PRESSURE, Sizing, Wish};
use crate::metric::Metric;
use crate::observation::{Counted, InstanceCount, Observation};
use crate::policy::{Policy, PolicyMode};
use crate::units::Instances;

/// Under this share of fresh weight nothing is decided.
const LEAST_FRESH_SHARE: f64 = 0.5;
/// Steps asked for by guards alone after which their effect is looked at.
const GUARD_STEPS_TRIED: u8 = 2;
/// A guard at this share of its pressure before the steps, or more, has not changed.
const GUARD_UNCHANGED: f64 = 0.95;
/// How long a guard that does not answer to more instances is not asked again.
pub(super) const GUARD_REST_MS: i64 = 3_600_000;

/// What one evaluation comes to, without its words: numbers and codes on the stack.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judgement {
    /// When.
    pub at: DateTime<Utc>,
    /// What there was.
    pub instances: Counted,
    /// Set where somebody outside changed the count.
    pub changed_outside: Option<OutsideChange>,
    /// Each metric, and all together.
    pub pressures: Pressures,
    /// What the metrics asked for.
    pub asked: Direction,
    /// What is done.
    pub action: Action,
    /// The counts on the way to the last one.
    pub counts: Counts,
    /// Why.
    pub reason: Reason,
    /// The first of the checks that held it.
    pub held_by: Option<Check>,
    /// Checks that changed the count without holding it, one bit each in the order of [`Check::ALL`].
    pub limited_by: u16,
    /// The step waits for no cooldown.
    pub is_urgent: bool,
    /// What this evaluation leaves in the memory's window.
    pub(super) window_value: Option<f64>,
    /// What it leaves of guards' steps, where that changed.
    pub(super) guard_steps: Option<GuardSteps>,
}

impl Judgement {
    /// `Some(count)` when the count is to be moved by a live policy.
    #[must_use]
    pub fn order(&self, policy: &Policy) -> Option<Instances> {
        match (policy.mode, self.action) {
            (PolicyMode::Live, Action::ScaleUp | Action::ScaleDown) => Some(self.counts.ordered),
            (PolicyMode::Live, Action::NoChange) | (PolicyMode::Shadow, _) => None,
        }
    }

    /// Fills in everything that needs a known count.
    fn settle(&mut self, policy: &Policy, circumstances: &Circumstances, observation: &Observation, memory: &Memory, count: InstanceCount) {
        let (now, now_ms, pressures) = (self.at, self.at.timestamp_millis(), &self.pressures);
        let changed_outside = memory.changed_outside(count.total().0);
        let wish = Sizing { policy, circumstances, memory, pressures, count, now_ms }.wish();
        let bench = Bench { policy, circumstances, observation, memory, pressures, changed_outside, count, now, now_ms };
        let verdict = bench.verdict(&wish);
        self.window_value = wish.window_value.filter(|_| !is_proportional_missing(pressures));
        self.changed_outside = changed_outside;
        self.asked = wish.asked;
        self.action = verdict.action(count.total().0);
        self.counts = Counts {
            raw: Instances(wish.raw),
            stabilized: Instances(wish.stabilized),
            limited: Instances(verdict.limited),
            ordered: Instances(verdict.ordered),
        };
        self.reason = verdict.reason;
        self.held_by = verdict.held_by;
        self.limited_by = verdict.limited_by;
        self.is_urgent = wish.is_urgent;
        self.guard_steps = verdict.guard_steps;
    }
}

/// Judges one deployment at one instant. Total and deterministic; allocates nothing; reads no clock.
///
/// The checks are asked in the order of [`Check::ALL`]: the first that holds gives the reason.
#[must_use]
pub fn judge(policy: &Policy, circumstances: &Circumstances, observation: &Observation, memory: &Memory, now: DateTime<Utc>) -> Judgement {
    let mut judgement = Judgement {
        at: now,
        instances: observation.instances,
        changed_outside: None,
        pressures: Pressures::none(policy),
        asked: Direction::Stay,
        action: Action::NoChange,
        counts: Counts::default(),
        reason: Reason::InsideBand,
        held_by: None,
        limited_by: 0,
        is_urgent: false,
        window_value: None,
        guard_steps: None,
    };
    judgement.pressures.fill(policy, circumstances, observation, memory, now);
    match observation.instances {
        Counted::Known(count) => judgement.settle(policy, circumstances, observation, memory, count),
        Counted::Unknown { hole } => {
            judgement.reason = frozen(policy, circumstances).unwrap_or(Reason::CountUnknown { hole });
            judgement.held_by = Some(Check::Active);
        }
    }
    judgement
}

/// What the nine checks left of a wish.
struct Verdict {
    reason: Reason,
    held_by: Option<Check>,
    limited: u32,
    ordered: u32,
    limited_by: u16,
    guard_steps: Option<GuardSteps>,
}

impl Verdict {
    fn action(&self, total: u32) -> Action {
        match self.ordered.cmp(&total) {
            std::cmp::Ordering::Greater => Action::ScaleUp,
            std::cmp::Ordering::Less => Action::ScaleDown,
            std::cmp::Ordering::Equal => Action::NoChange,
        }
    }
}

/// One evaluation's facts, as the checks look at them.
struct Bench<'a> {
    policy: &'a Policy,
    circumstances: &'a Circumstances,
    observation: &'a Observation,
    memory: &'a Memory,
    pressures: &'a Pressures,
    changed_outside: Option<OutsideChange>,
    count: InstanceCount,
    now: DateTime<Utc>,
    now_ms: i64,
}

impl Bench<'_> {
    fn verdict(&self, wish: &Wish) -> Verdict {
        if let Some(reason) = self.inactive() {
            return self.hold(wish, Check::Active, reason);
        }
        if let Some(verdict) = self.outside_bounds() {
            return verdict;
        }
        if self.count.total().0 == 0 {
            return self.at_zero(wish);
        }
        if let Some(reason) = self.too_few_readings() {
            return self.hold(wish, Check::Readings, reason);
        }
        if let Some(reason) = self.overridden() {
            return self.hold(wish, Check::Override, reason);
        }
        match wish.asked {
            Direction::Up => self.up(wish),
            Direction::Down => self.down(wish),
            Direction::Stay => self.rest(wish),
        }
    }

    /// Check 1: nothing moves at all.
    fn inactive(&self) -> Option<Reason> {
        let is_stopped = self.memory.is_stopped_from_outside() || self.changed_outside.is_some();
        let stopped = (is_stopped && self.count.total().0 == 0).then_some(Reason::StoppedFromOutside);
        frozen(self.policy, self.circumstances).or(stopped)
    }

    /// Check 2: to the bound, and nothing delays it.
    fn outside_bounds(&self) -> Option<Verdict> {
        let total = self.count.total();
        let (minimum, maximum) = (self.policy.min_instances, self.policy.max_instances);
        let (bound, reason) = if total < minimum {
            (minimum, Reason::BelowMinimum { minimum })
        } else if total > maximum {
            (maximum, Reason::AboveMaximum { maximum })
        } else {
            return None;
        };
        Some(Verdict { reason, held_by: None, limited: bound.0, ordered: bound.0, limited_by: bit(Check::Bounds), guard_steps: None })
    }

    /// With a minimum of 0 and no instance there is no reading but the request rate: the first request starts one.
    fn at_zero(&self, wish: &Wish) -> Verdict {
        if let Some(reason) = self.overridden() {
            return self.hold(wish, Check::Override, reason);
        }
        let Some(rate) = self.observation.traffic.request_rate.filter(|rate| rate.is_finite() && *rate >= 0.0) else {
            return self.hold(wish, Check::Readings, Reason::TooFewReadings { fresh: fresh_share(self.pressures) });
        };
        let (reason, ordered) = if rate > 0.0 {
            (Reason::RequestsAtZero { rate }, 1)
        } else if matches!(wish.reason, Reason::ForecastUp { .. }) {
            (wish.reason, wish.stepped.min(self.policy.max_instances.0))
        } else {
            (Reason::AtMinimum { minimum: Instances::ZERO }, 0)
        };
        Verdict { reason, held_by: None, limited: ordered, ordered, limited_by: 0, guard_steps: None }
    }

    /// Check 3, first half: fewer than half of the weights.
    fn too_few_readings(&self) -> Option<Reason> {
        let fresh = fresh_share(self.pressures);
        (fresh < LEAST_FRESH_SHARE * (1.0 - SLACK)).then_some(Reason::TooFewReadings { fresh })
    }

    /// Check 4: a person's order.
    fn overridden(&self) -> Option<Reason> {
        let lease = self.circumstances.manual_override.as_ref().filter(|lease| self.now < lease.until)?;
        Some(Reason::ManualOverride { instances: lease.instances, until: lease.until })
    }

    fn up(&self, wish: &Wish) -> Verdict {
        let total = self.count.total().0;
        let maximum = self.policy.max_instances;
        if total >= maximum.0 {
            let pressure = self.pressures.combined().unwrap_or(0.0);
            return self.hold(wish, Check::Bounds, Reason::AtMaximum { maximum, pressure });
        }
        if let Some(reason) = wish.obstacle {
            return self.hold(wish, Check::Band, reason);
        }
        let guard_steps = match self.guard_steps(wish) {
            Ok(steps) => steps,
            Err((steps, reason)) => return Verdict { guard_steps: Some(steps), ..self.hold(wish, Check::Band, reason) },
        };
        if let Some(until) = self.cooldown_until(Direction::Up).filter(|_| !wish.is_urgent) {
            return self.hold(wish, Check::Cooldown, Reason::Cooldown { asked: Direction::Up, until: at(until) });
        }
        let bounded = wish.stepped.min(maximum.0);
        let affordable = self.affordable(wish.is_urgent).max(total);
        if affordable == total {
            return self.hold(wish, Check::Budget, Reason::BudgetHolds { affordable: self.budgeted() });
        }
        let ordered = bounded.min(affordable);
        let mut limited_by = 0;
        if bounded < wish.stepped {
            limited_by |= bit(Check::Bounds);
        }
        if ordered < bounded {
            limited_by |= bit(Check::Budget);
        }
        Verdict { reason: wish.reason, held_by: None, limited: ordered, ordered, limited_by, guard_steps }
    }

    fn down(&self, wish: &Wish) -> Verdict {
        let total = self.count.total().0;
        let minimum = self.policy.min_instances;
        if total <= minimum.0 {
            return self.hold(wish, Check::Bounds, Reason::AtMinimum { minimum });
        }
        if let Some((metric, hole)) = self.pressures.missing {
            return self.hold(wish, Check::Readings, Reason::MissingHoldsDown { metric, hole });
        }
        let warm = self.circumstances.engine_started_at.timestamp_millis().saturating_add(self.policy.cooldown_down().num_milliseconds());
        if self.now_ms < warm {
            return self.hold(wish, Check::WarmUp, Reason::WarmUp { until: at(warm) });
        }
        if let Some((metric, pressure)) = self.pressures.largest_guard().filter(|(_, pressure)| *pressure >= CALM_PRESSURE * (1.0 - SLACK))
        {
            return self.hold(wish, Check::Band, Reason::GuardVetoesDown { metric, pressure });
        }
        if let Some(until) = self.cooldown_until(Direction::Down).filter(|_| !wish.is_urgent) {
            return self.hold(wish, Check::Cooldown, Reason::Cooldown { asked: Direction::Down, until: at(until) });
        }
        if let Some(reason) = wish.obstacle {
            let check = if matches!(reason, Reason::ForecastHolds { .. }) { Check::Forecast } else { Check::ComeBack };
            return self.hold(wish, check, reason);
        }
        let ordered = wish.stepped.max(minimum.0).min(total);
        let mut limited_by = 0;
        if wish.stepped > wish.stabilized {
            limited_by |= bit(Check::Forecast);
        }
        if ordered > wish.stepped {
            limited_by |= bit(Check::Bounds);
        }
        if wish.stabilized > wish.raw {
            limited_by |= bit(Check::ComeBack);
        }
        Verdict { reason: wish.reason, held_by: None, limited: ordered, ordered, limited_by, guard_steps: None }
    }

    /// Nothing is asked for: the reason stands, and nothing held anything.
    fn rest(&self, wish: &Wish) -> Verdict {
        let total = self.count.total().0;
        Verdict { reason: wish.reason, held_by: None, limited: total, ordered: total, limited_by: 0, guard_steps: None }
    }

    fn hold(&self, wish: &Wish, check: Check, reason: Reason) -> Verdict {
        let total = self.count.total().0;
        let bounds = self.policy.min_instances.0..=self.policy.max_instances.0.max(self.policy.min_instances.0);
        let limited = wish.stepped.clamp(*bounds.start(), *bounds.end());
        Verdict { reason, held_by: Some(check), limited, ordered: total, limited_by: 0, guard_steps: None }
    }

    /// Check 7: the end of the cooldown that runs for this direction, in Unix ms. A change from outside starts it at this very look.
    fn cooldown_until(&self, direction: Direction) -> Option<i64> {
        let changed_at = if self.changed_outside.is_some() { self.now_ms } else { self.memory.changed_at_ms(self.now_ms)? };
        let cooldown = match direction {
            Direction::Up => self.policy.cooldown_up(),
            Direction::Down | Direction::Stay => self.policy.cooldown_down(),
        };
        let until = changed_at.saturating_add(cooldown.num_milliseconds());
        (self.now_ms < until).then_some(until)
    }

    /// Check 6: two steps asked for by guards alone that changed nothing are enough.
    ///
    /// `Ok` with what to remember should the step be taken, `Err` with what to remember and the reason when it is not.
    fn guard_steps(&self, wish: &Wish) -> Result<Option<GuardSteps>, (GuardSteps, Reason)> {
        let Some((metric, pressure)) = wish.guard_alone else { return Ok(None) };
        let first = GuardSteps { metric, pressure_before: pressure, steps: 1, until: None };
        let Some((steps, pressure)) = self.guard_steps_so_far() else { return Ok(self.acted(first)) };
        if let Some(until) = steps.until {
            return Err((steps, Reason::MoreDoesNotHelp { metric: steps.metric, until: at(until) }));
        }
        let is_settled = self.count.starting.0 == 0 && self.cooldown_until(Direction::Up).is_none();
        if steps.steps < GUARD_STEPS_TRIED || !is_settled {
            return Ok(self.acted(GuardSteps { steps: steps.steps.saturating_add(1), ..steps }));
        }
        if pressure < GUARD_UNCHANGED * steps.pressure_before {
            return Ok(self.acted(GuardSteps { pressure_before: pressure, steps: 1, ..steps }));
        }
        let until = self.now_ms.saturating_add(GUARD_REST_MS);
        Err((GuardSteps { until: Some(until), ..steps }, Reason::MoreDoesNotHelp { metric: steps.metric, until: at(until) }))
    }

    /// The steps that still speak, with their guard's pressure now: neither recovered nor past their hour.
    fn guard_steps_so_far(&self) -> Option<(GuardSteps, f64)> {
        let steps = *self.memory.guard_steps()?;
        let felt = self.pressures.of(steps.metric).filter(|felt| felt.counts())?;
        let is_over = steps.until.is_some_and(|until| until <= self.now_ms);
        (felt.pressure >= 1.0 && !is_over).then_some((steps, felt.pressure))
    }

    /// A shadow's steps move nothing, so that they change nothing proves nothing.
    fn acted(&self, steps: GuardSteps) -> Option<GuardSteps> {
        match self.policy.mode {
            PolicyMode::Live => Some(steps),
            PolicyMode::Shadow => None,
        }
    }

    /// Check 9: the most that a budget lets an increase go to. Urgent steps pass while an objective is breached, unless it is strict.
    fn affordable(&self, is_urgent: bool) -> u32 {
        match &self.circumstances.budget {
            Some(budget) if budget.strict || !(is_urgent && self.is_objective_breached()) => budget.affordable.0,
            Some(_) | None => u32::MAX,
        }
    }

    fn budgeted(&self) -> Instances {
        self.circumstances.budget.as_ref().map_or(Instances(u32::MAX), |budget| budget.affordable)
    }

    /// The response time is over its objective, or the error rate over its trigger.
    fn is_objective_breached(&self) -> bool {
        let objective = self.circumstances.response_time_objective_ms.unwrap_or(Metric::ResponseTime.default_maximum());
        let is_slow = self.observation.readings.response_time.value().is_some_and(|ms| ms > objective);
        is_slow || self.pressures.of(Metric::ErrorRate).is_some_and(|felt| felt.is_past)
    }
}

fn frozen(policy: &Policy, circumstances: &Circumstances) -> Option<Reason> {
    if !policy.is_enabled {
        return Some(Reason::PolicyDisabled);
    }
    circumstances.freeze.map(|freeze| match freeze {
        Freeze::Paused => Reason::Paused,
        Freeze::PausedAll => Reason::PausedAll,
    })
}

/// Fresh weight over all weight; 0 without any.
pub(super) fn fresh_share(pressures: &Pressures) -> f64 {
    if pressures.all_weight > 0.0 { pressures.fresh_weight() / pressures.all_weight } else { 0.0 }
}

fn is_proportional_missing(pressures: &Pressures) -> bool {
    pressures.missing.is_some() && pressures.iter().any(|felt| felt.is_proportional && felt.weight > 0.0 && !felt.counts())
}

/// The bit of a check in [`Judgement::limited_by`].
pub(super) fn bit(check: Check) -> u16 {
    1 << check as u16
}
