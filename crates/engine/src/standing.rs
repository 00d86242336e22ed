//! How a deployment stands: its state in one word, its band, and what is worth knowing first.

use chrono::{DateTime, Utc};
use headroom_core::decide::{Decision, Direction, Freeze, Reason, distance};
use headroom_core::observation::{Counted, Hole, InstanceCount, Observation};
use headroom_core::policy::PolicyMode;

use crate::fleet::{Fleet, Live};
use crate::view::{Band, BandMarker, DeploymentState};

/// State, words and band of one deployment at one instant.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Standing {
    pub(crate) state: DeploymentState,
    pub(crate) words: String,
    pub(crate) band: Option<Band>,
}

/// How `live` stands at `now`.
pub(crate) fn standing(fleet: &Fleet, live: &Live, now: DateTime<Utc>) -> Standing {
    let (state, words) = state(fleet, live, now);
    Standing { state, words, band: band(live, state) }
}

/// The instances there are, where known.
pub(crate) fn count(live: &Live) -> Option<InstanceCount> {
    match live.observed.as_ref()?.instances {
        Counted::Known(count) => Some(count),
        Counted::Unknown { .. } => None,
    }
}

/// Worst first, as `DeploymentState` is ordered, but that a person's own orders explain themselves.
fn state(fleet: &Fleet, live: &Live, now: DateTime<Utc>) -> (DeploymentState, String) {
    use DeploymentState as State;
    let said = |state, words: &str| (state, words.to_owned());
    if live.failure.is_some() {
        return said(State::Failing, "Failing");
    }
    match fleet.freeze(&live.deployment) {
        Some(Freeze::PausedAll) => return said(State::Paused, "All paused"),
        Some(Freeze::Paused) => return said(State::Paused, "Paused"),
        None => {}
    }
    let Some(observed) = &live.observed else { return said(State::Starting, "Collecting") };
    let Some(policy) = live.policy.as_ref().filter(|policy| policy.is_enabled) else {
        return match count(live) {
            None => said(State::NoData, "No data"),
            Some(_) if live.policy.is_some() => said(State::NoPolicy, "Policy off"),
            Some(_) => said(State::NoPolicy, "No policy"),
        };
    };
    if let Some(held) = live.decision.as_deref().and_then(|decision| by_reason(decision, observed)) {
        return held;
    }
    let starting = count(live).map_or(0, |count| count.starting.0);
    if starting > 0 {
        return (State::Starting, format!("Starting {starting}"));
    }
    if live.override_at(now).is_some() {
        return said(State::ManualHold, "Manual hold");
    }
    if policy.mode == PolicyMode::Shadow {
        return said(State::Shadow, "Shadow");
    }
    match live.decision.as_deref() {
        None => said(State::Starting, "Collecting"),
        Some(decision) => calm(live, decision, now),
    }
}

/// What the newest decision's reason says of the state, where it says anything.
fn by_reason(decision: &Decision, observed: &Observation) -> Option<(DeploymentState, String)> {
    use DeploymentState as State;
    let (state, words) = match &decision.reason {
        Reason::AtMaximum { .. } => (State::AtMax, "At max"),
        Reason::CountUnknown { .. } => (State::NoData, "No data"),
        // Nothing is wrong yet: the first windows are open.
        Reason::TooFewReadings { .. } | Reason::MissingHoldsDown { .. } if collecting(observed) => (State::Starting, "Collecting"),
        Reason::TooFewReadings { .. } | Reason::MissingHoldsDown { .. } => (State::NoData, "No data"),
        Reason::StoppedFromOutside => (State::HeldBack, "Stopped"),
        Reason::MoreDoesNotHelp { .. } => (State::HeldBack, "Does not help"),
        Reason::BudgetHolds { .. } => (State::Guarded, "Guarded"),
        Reason::ScoreUp { .. } | Reason::AloneUp { .. } | Reason::BelowMinimum { .. } if decision.order().is_some() => {
            (State::ScalingUp, "Scaling up")
        }
        Reason::ScoreDown { .. } | Reason::Consolidated { .. } | Reason::AboveMaximum { .. } if decision.order().is_some() => {
            (State::ScalingDown, "Scaling down")
        }
        _ => return None,
    };
    Some((state, words.to_owned()))
}

/// Only first windows are open: nothing is wrong.
fn collecting(observed: &Observation) -> bool {
    use headroom_core::observation::Reading;
    observed.readings.iter().all(|(_, reading)| match reading {
        Reading::Missing { hole } => matches!(hole, Hole::NotYet | Hole::NoInstance | Hole::NotMeasured),
        Reading::Value { .. } | Reading::NoTraffic { .. } => true,
    })
}

fn calm(live: &Live, decision: &Decision, now: DateTime<Utc>) -> (DeploymentState, String) {
    if cooldown_until(live).is_some_and(|until| now < until) {
        (DeploymentState::CoolingDown, "Cooling down".to_owned())
    } else if decision.asked == Direction::Up {
        (DeploymentState::HeldBack, "Held back".to_owned())
    } else {
        (DeploymentState::Holding, "Holding".to_owned())
    }
}

/// Until when the cooldown after the last change lasts (the longer one, where they differ by direction).
pub(crate) fn cooldown_until(live: &Live) -> Option<DateTime<Utc>> {
    let policy = live.policy.as_ref()?;
    let cooldown = policy.cooldown_up().max(policy.cooldown_down());
    live.memory.last_change_at().map(|at| at + cooldown)
}

fn band(live: &Live, state: DeploymentState) -> Option<Band> {
    use DeploymentState as State;
    let policy = live.policy.as_ref()?;
    let decision = live.decision.as_deref();
    let score = decision.and_then(|decision| decision.score);
    let distance = decision.map(|decision| distance(policy, decision));
    let wants_up = decision.is_some_and(|decision| decision.asked == Direction::Up);
    let marker = match state {
        State::Paused => BandMarker::Paused,
        _ if score.is_none() || decision.is_some_and(|decision| matches!(decision.reason, Reason::TooFewReadings { .. })) => {
            BandMarker::NoReadings
        }
        State::AtMax => BandMarker::OutOfRoom,
        State::ScalingUp => BandMarker::Up,
        State::ScalingDown => BandMarker::Down,
        _ if wants_up && decision.is_some_and(|decision| decision.held_by.is_some()) => BandMarker::HeldBack,
        _ => BandMarker::Hold,
    };
    Some(Band {
        score,
        down: policy.scale_down_threshold,
        up: policy.scale_up_threshold,
        score_when_ready: decision.and_then(|decision| decision.score_when_ready),
        marker,
        traffic_to_up: distance.as_ref().and_then(|distance| distance.traffic_to_up),
        traffic_to_down: distance.as_ref().and_then(|distance| distance.traffic_to_down),
    })
}
