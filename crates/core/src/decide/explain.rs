//! From a judgement to the whole decision: contributions, checks in words, prices.

use super::checks::check_results;
use super::circumstances::Circumstances;
use super::decision::{Action, Band, Bounds, Contribution, Decision, MetricState};
use super::judge::Judgement;
use super::memory::Memory;
use super::pressure::MetricPressure;
use crate::metric::{Metric, PerMetric};
use crate::observation::{Counted, Observation};
use crate::policy::Policy;
use crate::units::MoneyPerHour;

/// The decision that a judgement comes to. Pure: call it with what [`judge`](super::judge()) was called with.
#[must_use]
pub fn explain(
    policy: &Policy,
    circumstances: &Circumstances,
    observation: &Observation,
    memory: &Memory,
    judgement: &Judgement,
) -> Decision {
    let pressures = &judgement.pressures;
    let score = |pressure: f64| (policy.scale_up_threshold * pressure).min(1.0);
    Decision {
        at: judgement.at,
        policy_id: policy.id.clone(),
        policy_version: policy.version,
        policy_type: policy.policy_type,
        mode: policy.mode,
        action: judgement.action,
        asked: judgement.asked,
        instances: judgement.instances,
        changed_outside: judgement.changed_outside,
        counts: judgement.counts,
        bounds: Bounds { minimum: policy.min_instances, maximum: policy.max_instances },
        schedules: policy.schedules.iter().map(|schedule| schedule.name.clone()).collect(),
        band: Band { down: policy.scale_down_threshold, up: policy.scale_up_threshold },
        pressure: pressures.combined(),
        score: pressures.combined().map(score),
        score_when_ready: pressures.combined().zip(ready_share(judgement)).map(|(pressure, share)| score(pressure * share)),
        down_score: pressures.down().map(score),
        confidence: confidence(policy, judgement),
        contributions: PerMetric::from_fn(|metric| pressures.of(metric).map(|felt| contribution(policy, circumstances, judgement, felt))),
        response_statistic: observation.response_statistic,
        reason: judgement.reason,
        held_by: judgement.held_by,
        checks: check_results(policy, circumstances, observation, memory, judgement),
        outlook: memory.outlook_at(judgement.at.timestamp_millis()).filter(|_| policy.is_predictive()).copied(),
        budget: circumstances.budget.clone(),
        price_change: price_change(judgement, circumstances.price_per_instance),
        price_per_instance: circumstances.price_per_instance,
    }
}

fn contribution(policy: &Policy, circumstances: &Circumstances, judgement: &Judgement, felt: &MetricPressure) -> Contribution {
    let value = match felt.state {
        MetricState::Fresh => Some(felt.value),
        MetricState::NoTraffic => (felt.metric == Metric::Requests).then_some(0.0),
        MetricState::Missing { .. } => None,
    };
    let display_maximum = display_maximum(policy, circumstances, felt.metric);
    Contribution {
        value,
        state: felt.state,
        normalized: value.map(|value| (value / display_maximum).clamp(0.0, 1.0)),
        trigger_value: felt.trigger_value,
        trigger_raised: felt.trigger_raised,
        pressure: felt.pressure,
        weight: felt.weight,
        share: judgement.pressures.share(felt.metric),
        says: felt.says(policy),
    }
}

/// The right end of the metric's scale: the rule's own maximum, the objective, or the metric's; an error rate always ends at 10 %.
fn display_maximum(policy: &Policy, circumstances: &Circumstances, metric: Metric) -> f64 {
    let rule = policy.metrics.iter().find(|rule| rule.metric == metric);
    let objective = match metric {
        Metric::ResponseTime => circumstances.response_time_objective_ms,
        Metric::Cpu | Metric::Memory | Metric::Requests => None,
        Metric::ErrorRate => return metric.display_maximum(),
    };
    let own = rule.and_then(|rule| rule.maximum).or(objective);
    own.filter(|maximum| maximum.is_finite() && *maximum > 0.0).unwrap_or(metric.display_maximum())
}

/// `ready / (ready + starting)`, where the count is known and not 0.
fn ready_share(judgement: &Judgement) -> Option<f64> {
    match judgement.instances {
        Counted::Known(count) if count.total().0 > 0 => Some(count.ready.as_f64() / count.total().as_f64()),
        Counted::Known(_) | Counted::Unknown { .. } => None,
    }
}

fn price_change(judgement: &Judgement, price: MoneyPerHour) -> MoneyPerHour {
    let Counted::Known(count) = judgement.instances else { return MoneyPerHour::ZERO };
    match judgement.action {
        Action::ScaleUp => price * (judgement.counts.ordered - count.total()),
        Action::ScaleDown => -(price * (count.total() - judgement.counts.ordered)),
        Action::NoChange => MoneyPerHour::ZERO,
    }
}

/// `(fresh weight ÷ all weight) × (weight that agrees with the direction asked for ÷ fresh weight)`; 0 without fresh weight.
fn confidence(policy: &Policy, judgement: &Judgement) -> f64 {
    let pressures = &judgement.pressures;
    if pressures.all_weight <= 0.0 || pressures.fresh_weight() <= 0.0 {
        return 0.0;
    }
    let agreeing = pressures.iter().filter(|felt| felt.counts() && felt.says(policy) == judgement.asked);
    (agreeing.map(|felt| felt.weight).sum::<f64>() / pressures.all_weight).clamp(0.0, 1.0)
}
