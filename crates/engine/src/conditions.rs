//! What is wrong with a deployment right now, from what the fleet knows: one signal for each kind that lasts, and its sentence.

use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::alert::AlertKind;
use headroom_core::alert::track::Signal;
use headroom_core::decide::{Decision, Direction, Reason, words};
use headroom_core::health::is_oscillating;
use headroom_core::metric::Metric;
use headroom_core::observation::{Counted, Hole, Reading};

use crate::fleet::{Fleet, Live};

/// What is told of a condition that fires.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Said {
    pub(crate) title: String,
    pub(crate) message: String,
    pub(crate) detail: serde_json::Value,
}

/// Whether the condition is there.
pub(crate) fn signal(fleet: &Fleet, live: &Live, kind: AlertKind, now: DateTime<Utc>) -> Signal {
    match kind {
        AlertKind::ScalingFailed => scaling_failed(live),
        AlertKind::AtMaximum => at_maximum(fleet, live),
        AlertKind::ReadingsMissing => readings_missing(live),
        AlertKind::ObjectiveBreached => objective(live),
        AlertKind::Oscillation => {
            let changes: Vec<_> = live.turns.iter().copied().collect();
            Signal::of(Some(live.policy.as_ref().is_some_and(|policy| is_oscillating(&changes, policy, now))))
        }
        // These follow no single deployment from evaluation to evaluation.
        AlertKind::Budget | AlertKind::CostAnomaly | AlertKind::Test => Signal::Absent,
    }
}

/// It lasts until an order goes through, or none is wanted any more; after a restart nobody knows before that.
fn scaling_failed(live: &Live) -> Signal {
    let wants_nothing = |decision: &Decision| decision.order().is_none() && decision.asked == Direction::Stay && decision.score.is_some();
    let later = live.decision.as_ref().filter(|decision| live.failure.as_ref().is_none_or(|failure| failure.at < decision.at));
    match &live.failure {
        _ if later.is_some_and(|decision| wants_nothing(decision)) => Signal::Absent,
        Some(_) => Signal::Present,
        None if live.obeyed => Signal::Absent,
        None => Signal::Unknown,
    }
}

fn at_maximum(fleet: &Fleet, live: &Live) -> Signal {
    if fleet.freeze(&live.deployment).is_some() || live.policy.as_ref().is_none_or(|policy| !policy.is_enabled) {
        return Signal::Absent;
    }
    Signal::of(live.decision.as_ref().map(|decision| matches!(decision.reason, Reason::AtMaximum { .. })))
}

fn readings_missing(live: &Live) -> Signal {
    let Some(observed) = &live.observed else { return Signal::Unknown };
    Signal::of(Some(matches!(observed.instances, Counted::Unknown { .. }) || first_hole(live).is_some()))
}

/// The first reading that the policy asks for and nobody gave, where that is nobody's beginning.
fn first_hole(live: &Live) -> Option<(Metric, Hole)> {
    let (observed, policy) = (live.observed.as_ref()?, live.policy.as_ref()?);
    policy.metrics.iter().find_map(|rule| match observed.readings[rule.metric] {
        Reading::Missing { hole } => (!matches!(hole, Hole::NotYet | Hole::NoInstance)).then_some((rule.metric, hole)),
        Reading::Value { .. } | Reading::NoTraffic { .. } => None,
    })
}

/// Each objective with the reading that breaks it.
fn broken(live: &Live) -> Vec<(Metric, f64, f64)> {
    objectives(live)
        .into_iter()
        .filter_map(|(metric, limit, value)| value.filter(|value| *value > limit).map(|value| (metric, limit, value)))
        .collect()
}

fn objectives(live: &Live) -> Vec<(Metric, f64, Option<f64>)> {
    let objectives = &live.deployment.objectives;
    let limits = [(Metric::ResponseTime, objectives.response_time_ms), (Metric::ErrorRate, objectives.error_rate_percent)];
    let reading = |metric: Metric| match live.observed.as_ref().map(|observed| observed.readings[metric]) {
        // Without requests nobody waits and nothing fails.
        Some(Reading::NoTraffic { .. }) => Some(0.0),
        Some(reading) => reading.value(),
        None => None,
    };
    limits.into_iter().filter_map(|(metric, limit)| limit.map(|limit| (metric, limit, reading(metric)))).collect()
}

fn objective(live: &Live) -> Signal {
    let all = objectives(live);
    if !broken(live).is_empty() {
        Signal::Present
    } else if all.iter().any(|(_, _, value)| value.is_none()) {
        Signal::Unknown
    } else {
        Signal::Absent
    }
}

/// What is told of it.
pub(crate) fn said(live: &Live, kind: AlertKind, lasted: TimeDelta) -> Said {
    let name = &live.deployment.name;
    let lasted = words::duration(lasted);
    let sentence = || live.decision.as_ref().map_or_else(String::new, |decision| decision.sentence());
    let (title, message, detail) = match kind {
        AlertKind::AtMaximum => {
            let maximum = live.decision.as_ref().map_or(0, |decision| decision.bounds.maximum.0);
            let title = format!("{name} has been at its maximum of {maximum} for {lasted}");
            (title, sentence(), serde_json::json!({ "maximum": maximum }))
        }
        AlertKind::ObjectiveBreached => {
            let broken = broken(live);
            let parts: Vec<String> = broken
                .iter()
                .map(|(metric, limit, value)| {
                    let (value, limit) = (words::reading(*metric, *value), words::reading(*metric, *limit));
                    format!("{} is {value}, its objective is {limit}.", words::capitalized(metric.words()))
                })
                .collect();
            let detail: Vec<_> = broken
                .iter()
                .map(|(metric, limit, value)| serde_json::json!({ "metric": metric, "limit": limit, "value": value }))
                .collect();
            (format!("{name} has been outside its objective for {lasted}"), parts.join(" "), serde_json::json!({ "breached": detail }))
        }
        AlertKind::ReadingsMissing => {
            let message = match (live.observed.as_ref().map(|observed| observed.instances), first_hole(live)) {
                (Some(Counted::Unknown { hole }), _) => {
                    format!("How many instances run is not known: {}. Nothing is scaled until it is.", words::hole(hole))
                }
                (_, Some((metric, hole))) => {
                    format!("There is no reading of {}: {}. Nothing is scaled down meanwhile.", metric.words(), words::hole(hole))
                }
                _ => sentence(),
            };
            (format!("Readings of {name} have been missing for {lasted}"), message, serde_json::json!({}))
        }
        AlertKind::ScalingFailed => {
            let message = live.failure.as_ref().map_or_else(String::new, |failure| failure.message.clone());
            (format!("{name} could not be scaled"), message, serde_json::json!({}))
        }
        AlertKind::Oscillation => {
            let counts: Vec<String> = live.turns.iter().map(|change| change.to.0.to_string()).collect();
            let message =
                format!("Its count went {} in a short time. Set the thresholds further apart, or a longer cooldown.", counts.join(" → "));
            (format!("{name} swings up and down"), message, serde_json::json!({ "counts": counts }))
        }
        AlertKind::Budget | AlertKind::CostAnomaly | AlertKind::Test => (name.clone(), String::new(), serde_json::json!({})),
    };
    Said { title, message, detail }
}
