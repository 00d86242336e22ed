//! The nine checks in words, in their order, for one judgement.

use super::circumstances::Circumstances;
use super::decision::{Action, Check, CheckOutcome, CheckResult, Direction, MetricState};
use super::judge::{Judgement, bit};
use super::memory::{Memory, at};
use super::reason::Reason;
use super::sentence::lead;
use super::words;
use crate::observation::{Counted, Observation, Reading};
use crate::policy::{Policy, PolicyType};

/// Each check with its outcome and one short sentence.
pub(super) fn check_results(
    policy: &Policy,
    circumstances: &Circumstances,
    observation: &Observation,
    memory: &Memory,
    judgement: &Judgement,
) -> Vec<CheckResult> {
    let scene = Scene { policy, circumstances, observation, memory, judgement };
    let is_asked = |check: &Check| *check != Check::Forecast || policy.is_predictive();
    Check::ALL.into_iter().filter(is_asked).map(|check| scene.result(check)).collect()
}

struct Scene<'a> {
    policy: &'a Policy,
    circumstances: &'a Circumstances,
    observation: &'a Observation,
    memory: &'a Memory,
    judgement: &'a Judgement,
}

impl Scene<'_> {
    fn result(&self, check: Check) -> CheckResult {
        let (idle_outcome, words) = self.look(check);
        let outcome = if self.judgement.held_by == Some(check) {
            CheckOutcome::Held
        } else if self.judgement.limited_by & bit(check) != 0 {
            CheckOutcome::Limited
        } else if self.is_behind_the_hold(check) && idle_outcome == CheckOutcome::Passed {
            CheckOutcome::NotAsked
        } else {
            idle_outcome
        };
        CheckResult { check, outcome, words }
    }

    /// Whether an earlier check had settled everything, so that this one was not reached.
    fn is_behind_the_hold(&self, check: Check) -> bool {
        let settled_at_bounds = matches!(self.judgement.reason, Reason::BelowMinimum { .. } | Reason::AboveMaximum { .. });
        let last = self.judgement.held_by.or(settled_at_bounds.then_some(Check::Bounds));
        last.is_some_and(|last| check as u8 > last as u8)
    }

    /// What the check says by itself, where it neither held nor limited this decision.
    fn look(&self, check: Check) -> (CheckOutcome, String) {
        match check {
            Check::Active => (CheckOutcome::Passed, self.active()),
            Check::Bounds => self.bounds(),
            Check::Readings => self.readings(),
            Check::Override => self.manual_override(),
            Check::WarmUp => self.warm_up(),
            Check::Band => self.band(),
            Check::Cooldown => self.cooldown(),
            Check::ComeBack => self.come_back(),
            Check::Forecast => self.forecast(),
            Check::Budget => self.budget(),
        }
    }

    fn active(&self) -> String {
        match self.judgement.reason {
            Reason::PolicyDisabled => "The policy is switched off".to_owned(),
            Reason::Paused => "This deployment is paused".to_owned(),
            Reason::PausedAll => "Everything is paused".to_owned(),
            Reason::CountUnknown { hole } => format!("The count is unknown: {}", words::hole(hole)),
            Reason::StoppedFromOutside => "Stopped from outside, until resumed".to_owned(),
            _ => "Scaling is on, nothing frozen".to_owned(),
        }
    }

    fn bounds(&self) -> (CheckOutcome, String) {
        let (minimum, maximum) = (self.policy.min_instances, self.policy.max_instances);
        let Counted::Known(count) = self.judgement.instances else {
            return (CheckOutcome::NotAsked, format!("{minimum} to {maximum} instances"));
        };
        let total = count.total();
        if total < minimum {
            (CheckOutcome::Passed, format!("{total} is under the minimum, {minimum}"))
        } else if total > maximum {
            (CheckOutcome::Passed, format!("{total} is over the maximum, {maximum}"))
        } else if self.judgement.counts.ordered == maximum && self.judgement.action == Action::ScaleUp {
            (CheckOutcome::Passed, format!("Up to the maximum, {maximum}"))
        } else if total == maximum && self.judgement.action == Action::NoChange {
            (CheckOutcome::WouldHold, format!("At the maximum, {maximum}"))
        } else if total == minimum && self.judgement.action == Action::NoChange {
            (CheckOutcome::WouldHold, format!("At the minimum, {minimum}"))
        } else {
            (CheckOutcome::Passed, format!("Inside {minimum} to {maximum} instances"))
        }
    }

    fn readings(&self) -> (CheckOutcome, String) {
        let weighted = || self.judgement.pressures.iter().filter(|felt| felt.weight > 0.0);
        let (fresh, all) = (weighted().filter(|felt| felt.counts()).count(), weighted().count());
        let noun = if all == 1 { "metric" } else { "metrics" };
        match self.judgement.pressures.missing {
            Some((metric, hole)) => {
                let words = format!("{fresh} of {all} {noun} fresh; {}: {}, so never down", metric.words(), words::hole(hole));
                (CheckOutcome::WouldHold, words)
            }
            None => {
                let age = self.oldest_reading().map_or_else(String::new, |age| format!(", oldest {}", words::duration(age)));
                (CheckOutcome::Passed, format!("{fresh} of {all} {noun} fresh{age}"))
            }
        }
    }

    fn oldest_reading(&self) -> Option<chrono::TimeDelta> {
        let fresh = self.judgement.pressures.iter().filter(|felt| felt.counts() && matches!(felt.state, MetricState::Fresh));
        let times = fresh.filter_map(|felt| match self.observation.readings[felt.metric] {
            Reading::Value { at, .. } | Reading::NoTraffic { at } => Some(at),
            Reading::Missing { .. } => None,
        });
        times.min().map(|oldest| self.judgement.at - oldest)
    }

    fn manual_override(&self) -> (CheckOutcome, String) {
        match self.circumstances.manual_override.as_ref().filter(|lease| self.judgement.at < lease.until) {
            Some(lease) => {
                let left = words::duration(lease.until - self.judgement.at);
                (CheckOutcome::WouldHold, format!("{} instances by hand, {left} left", lease.instances))
            }
            None => (CheckOutcome::Passed, "No manual order".to_owned()),
        }
    }

    fn warm_up(&self) -> (CheckOutcome, String) {
        let end = self.circumstances.engine_started_at.timestamp_millis().saturating_add(self.policy.cooldown_down().num_milliseconds());
        if self.judgement.at.timestamp_millis() < end {
            let left = words::duration(at(end) - self.judgement.at);
            (CheckOutcome::WouldHold, format!("Just started, not down for {left}"))
        } else {
            (CheckOutcome::Passed, "Not just started".to_owned())
        }
    }

    fn band(&self) -> (CheckOutcome, String) {
        let pressures = &self.judgement.pressures;
        let score = |pressure: f64| words::score((self.policy.scale_up_threshold * pressure).min(1.0));
        let (up, down) = (words::score(self.policy.scale_up_threshold), words::score(self.policy.scale_down_threshold));
        let words = match (self.judgement.reason, pressures.combined()) {
            (Reason::GuardVetoesDown { metric, pressure }, _) => {
                format!("{} is at {} its trigger, too near to go down", words::capitalized(metric.words()), words::times(pressure))
            }
            (Reason::MoreDoesNotHelp { metric, .. }, _) => format!("More instances are not helping {}", metric.words()),
            (Reason::AlreadyStarting { starting }, _) => format!("{starting} starting already cover it"),
            (_, None) => "No score without fresh readings".to_owned(),
            (_, Some(combined)) => match (self.judgement.asked, self.policy.policy_type) {
                (Direction::Stay, PolicyType::Proportional) => format!("{} the trigger, inside 10\u{a0}%", words::times(combined)),
                (Direction::Up | Direction::Down, PolicyType::Proportional) => format!("{} the trigger", words::times(combined)),
                (Direction::Stay, _) => format!("Score {}, nothing asked between {down} and {up}", score(combined)),
                (Direction::Up, _) => format!("Score {}, more asked from {up}", score(combined)),
                (Direction::Down, _) => {
                    let down_score = score(pressures.down().unwrap_or(combined));
                    match self.judgement.reason {
                        Reason::Consolidated { .. } => format!("Score {down_score}, and a whole window fits in fewer"),
                        _ => format!("Score {down_score}, fewer asked at {down} or by a calm window"),
                    }
                }
            },
        };
        let outcome = if pressures.combined().is_some() { CheckOutcome::Passed } else { CheckOutcome::NotAsked };
        (outcome, words)
    }

    fn cooldown(&self) -> (CheckOutcome, String) {
        let now = self.judgement.at.timestamp_millis();
        let changed_at = if self.judgement.changed_outside.is_some() { Some(now) } else { self.memory.changed_at_ms(now) };
        let Some(changed_at) = changed_at else { return (CheckOutcome::Passed, "No change to cool down from".to_owned()) };
        let cooldown = match self.judgement.asked {
            Direction::Up => self.policy.cooldown_up(),
            Direction::Down => self.policy.cooldown_down(),
            Direction::Stay => self.policy.cooldown_up().max(self.policy.cooldown_down()),
        };
        let end = changed_at.saturating_add(cooldown.num_milliseconds());
        if end <= now {
            return (CheckOutcome::Passed, "Past the cooldown".to_owned());
        }
        let left = words::duration(at(end) - self.judgement.at);
        if self.judgement.is_urgent && self.judgement.action == Action::ScaleUp {
            (CheckOutcome::Passed, format!("Cooldown, {left} left; urgent, so not held"))
        } else {
            (CheckOutcome::WouldHold, format!("Cooldown, {left} left"))
        }
    }

    fn come_back(&self) -> (CheckOutcome, String) {
        match (self.judgement.asked, self.judgement.reason) {
            (_, Reason::WouldComeBack { instances, .. }) => (CheckOutcome::Passed, format!("{instances} would come straight back")),
            (_, Reason::Stabilizing { wanted, .. }) => (CheckOutcome::Passed, format!("{wanted} were wanted within the window")),
            (Direction::Down, _) if self.judgement.action == Action::ScaleDown => {
                (CheckOutcome::Passed, format!("{} would not come straight back", self.judgement.counts.stabilized))
            }
            (Direction::Up | Direction::Down | Direction::Stay, _) => (CheckOutcome::NotAsked, "Asked before going down".to_owned()),
        }
    }

    fn forecast(&self) -> (CheckOutcome, String) {
        let Some(outlook) = self.memory.outlook_at(self.judgement.at.timestamp_millis()) else {
            return (CheckOutcome::NotAsked, "No forecast: the demand is not known".to_owned());
        };
        let needed = outlook.instances();
        let words = format!("The forecast needs {needed} in {}", lead(outlook.lead_seconds));
        let has_as_many = matches!(self.judgement.instances, Counted::Known(count) if count.total() <= needed);
        let outcome = if has_as_many && self.judgement.action == Action::NoChange { CheckOutcome::WouldHold } else { CheckOutcome::Passed };
        (outcome, words)
    }

    fn budget(&self) -> (CheckOutcome, String) {
        let Some(budget) = &self.circumstances.budget else { return (CheckOutcome::NotAsked, "No budget guard".to_owned()) };
        let words = format!("Budget “{}” pays for up to {}", budget.budget, budget.affordable);
        let is_spent = matches!(self.judgement.instances, Counted::Known(count) if count.total() >= budget.affordable);
        let is_up = self.judgement.action == Action::ScaleUp;
        let outcome = if is_spent && !is_up { CheckOutcome::WouldHold } else { CheckOutcome::Passed };
        (outcome, words)
    }
}
