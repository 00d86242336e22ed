//! What a policy is, and what may be written into one: [`validate`] is the only door. What ships is in [`templates`](crate::templates).

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;

use crate::decide::pressure::{ALONE_SHARE, PRESSURE_CAP};
use crate::deployment::text_id;
use crate::metric::Metric;
use crate::schedule::{InForce, Schedule, ScheduleDraft, bounds_at};
use crate::units::Instances;

mod advice;
mod validate;

pub use validate::{
    Checked, HIGHEST_QUANTILE, HIGHEST_URGENT_PRESSURE, Identity, LARGEST_ERROR_RATE, LONGEST_COOLDOWN, LONGEST_NAME,
    LONGEST_STABILIZATION_WINDOW, LOWEST_QUANTILE, LOWEST_URGENT_PRESSURE, MOST_INSTANCES, PolicyBase, PolicyReport, validate,
};

text_id!(
    /// Names one policy for good, `pol_…`; its versions share it.
    PolicyId
);
text_id!(
    /// Names one of the shipped templates: `web-app-balanced` …
    TemplateId
);

/// A valid policy: its numbers are finite and in their ranges.
///
/// Made only by [`validate`], or read back from our own store. A draft that changes it is [`PolicyDraft::from`] it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Policy {
    /// Names it for good.
    pub id: PolicyId,
    /// Counts up with every change, from 1.
    pub version: u32,
    /// What people call it.
    pub name: String,
    /// The template it was made from.
    pub template_id: Option<TemplateId>,
    /// How far it moves at a time.
    pub policy_type: PolicyType,
    /// Whether it acts.
    pub mode: PolicyMode,
    /// Off: nothing is decided but "disabled".
    pub is_enabled: bool,
    /// At least one, no metric twice.
    pub metrics: Vec<MetricRule>,
    /// How pressures are combined.
    pub aggregation: Aggregation,
    /// The score at which more is asked for, in (0, 1].
    pub scale_up_threshold: f64,
    /// The score at which fewer would do, in [0, scale_up_threshold).
    pub scale_down_threshold: f64,
    /// Seconds after any change in which nothing more is changed.
    pub cooldown_period: u32,
    /// The same for scaling up alone.
    pub scale_up_cooldown: Option<u32>,
    /// The same for scaling down alone.
    pub scale_down_cooldown: Option<u32>,
    /// Seconds that must have fitted in fewer before the size is consolidated.
    pub stabilization_window: u32,
    /// Whether calm windows shrink the deployment whatever the score (`adaptive` only).
    pub consolidation: bool,
    /// The pressure from which a step up is as large as needed and waits for no cooldown.
    pub urgent_pressure: f64,
    /// Never fewer.
    pub min_instances: Instances,
    /// Never more.
    pub max_instances: Instances,
    /// Whether `min_instances` may be 0.
    pub allow_scale_to_zero: bool,
    /// The share of demand that is to find its instances ready, in [0.5, 0.999] (`predictive` only).
    #[serde(default = "usual_quantile")]
    pub forecast_quantile: f64,
    /// Whether CPU and response time trigger where the deployment's objective says, instead of at the thresholds written here
    /// (`predictive` only, and only where there is an objective).
    #[serde(default = "yes")]
    pub follow_objective: bool,
    /// Windows of time in which its bounds are others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schedules: Vec<Schedule>,
    /// When this version was saved.
    pub updated_at: DateTime<Utc>,
}

/// The quantile that a policy forecasts at where it says nothing else.
pub const USUAL_QUANTILE: f64 = 0.99;

/// Policies that were saved before there were forecasts have none.
const fn usual_quantile() -> f64 {
    USUAL_QUANTILE
}

impl Policy {
    /// Whether it steps as far as needed when urgent, and consolidates: `adaptive`, and `predictive` which goes on from there.
    #[must_use]
    pub fn is_adaptive(&self) -> bool {
        match self.policy_type {
            PolicyType::Adaptive | PolicyType::Predictive => true,
            PolicyType::Gradual | PolicyType::Proportional => false,
        }
    }

    /// Whether the objective, where there is one, sets the triggers of CPU and response time.
    #[must_use]
    pub fn follows_objective(&self) -> bool {
        self.is_predictive() && self.follow_objective
    }

    /// The policy as it holds at an instant, and until when: its bounds as its schedules move them, and of these only those that run.
    ///
    /// What is decided by is this, never the policy as saved. At the same instant it makes no difference to ask twice.
    #[must_use]
    pub fn at(&self, now: DateTime<Utc>) -> (Self, Option<DateTime<Utc>>) {
        let InForce { minimum, maximum, running, until } = bounds_at(self.min_instances, self.max_instances, &self.schedules, now);
        let schedules = running.into_iter().map(|place| self.schedules[place].clone()).collect();
        (Self { min_instances: minimum, max_instances: maximum, schedules, ..self.clone() }, until)
    }

    /// Whether it looks ahead.
    #[must_use]
    pub fn is_predictive(&self) -> bool {
        self.policy_type == PolicyType::Predictive
    }

    /// The cooldown that holds for scaling up.
    #[must_use]
    pub fn cooldown_up(&self) -> TimeDelta {
        TimeDelta::seconds(i64::from(self.scale_up_cooldown.unwrap_or(self.cooldown_period)))
    }

    /// The cooldown that holds for scaling down.
    #[must_use]
    pub fn cooldown_down(&self) -> TimeDelta {
        TimeDelta::seconds(i64::from(self.scale_down_cooldown.unwrap_or(self.cooldown_period)))
    }
}

/// One metric's part in a policy.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct MetricRule {
    /// Which metric.
    pub metric: Metric,
    /// In (0, 1]: the share of the maximum at which it triggers; for error rate the share of requests.
    pub threshold: f64,
    /// On which side of the threshold it asks for more.
    pub comparison: Comparison,
    /// In [0, 1]; 0 only shows the metric.
    pub weight: f64,
    /// The raw value that a threshold of 1 means, in the metric's own unit; the metric's own where not set.
    pub maximum: Option<f64>,
}

impl MetricRule {
    /// The raw value that a threshold of 1 means, in the metric's own unit: the rule's own `maximum`, else the metric's.
    #[must_use]
    pub fn maximum_in_force(&self, response_time_objective_ms: Option<f64>) -> f64 {
        self.maximum.unwrap_or(self.metric.maximum(response_time_objective_ms))
    }

    /// The reading at which the metric triggers: `threshold × maximum`, in the metric's own unit.
    ///
    /// | rule | objective | trigger |
    /// |---|---|---|
    /// | `cpu` 0.7 | any | 70 % |
    /// | `response_time` 0.3 | 500 ms | 150 ms |
    /// | `response_time` 0.5 | none | 2 500 ms |
    /// | `error_rate` 0.01 | any | 1 % of requests |
    /// | `requests` 0.6 | any | 600 rps per ready instance |
    #[must_use]
    pub fn trigger_value(&self, response_time_objective_ms: Option<f64>) -> f64 {
        self.threshold * self.maximum_in_force(response_time_objective_ms)
    }
}

/// What a policy that was saved before it could say otherwise means.
const fn yes() -> bool {
    true
}

impl Policy {
    /// The reading at which a metric alone asks for more while all others read 0, in its own unit; `None` where no reading does.
    ///
    /// The smaller of two: the reading whose share of the power mean reaches 1, `trigger · (Σ wᵢ / w)^(1/q)`, out of reach past the
    /// pressure cap of 4; and for `cpu`, `memory` and `requests` the alone rule, `max(trigger, 0.9 · maximum)`.
    /// At weight 0.25 of 1, `balanced` (q = 4): `(1 / 0.25)^(1/4) = 1.414`, so memory with a trigger of 60 % asks alone at 84.9 %.
    /// A `lt` or `lte` rule presses when it reads 0, so the question has no answer there.
    #[must_use]
    pub fn alone_trigger_value(&self, rule: &MetricRule, response_time_objective_ms: Option<f64>) -> Option<f64> {
        if rule.weight <= 0.0 || matches!(rule.comparison, Comparison::Lt | Comparison::Lte) {
            return None;
        }
        let trigger = rule.trigger_value(response_time_objective_ms);
        let all_weight: f64 = self.metrics.iter().map(|rule| rule.weight).sum();
        let inverse_share = all_weight / rule.weight;
        let pressure = match (self.policy_type, self.aggregation) {
            (PolicyType::Proportional, _) | (_, Aggregation::Max) => 1.0,
            (_, Aggregation::Mean) => inverse_share,
            (_, Aggregation::Balanced) => inverse_share.sqrt().sqrt(),
            (_, Aggregation::Sensitive) => inverse_share.sqrt().sqrt().sqrt(),
        };
        let by_score = (pressure <= PRESSURE_CAP).then_some(pressure * trigger);
        let by_alone_rule = match rule.metric {
            Metric::Cpu | Metric::Memory | Metric::Requests => {
                Some(trigger.max(ALONE_SHARE * rule.maximum_in_force(response_time_objective_ms)))
            }
            Metric::ResponseTime | Metric::ErrorRate => None,
        };
        [by_score, by_alone_rule].into_iter().flatten().reduce(f64::min)
    }
}

/// On which side of its threshold a metric asks for more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Comparison {
    /// Above it.
    #[default]
    Gt,
    /// At or above it.
    Gte,
    /// Below it.
    Lt,
    /// At or below it.
    Lte,
}

/// How far a policy moves at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum PolicyType {
    /// One instance at a time.
    Gradual,
    /// One at a time inside the band, as many as needed when urgent.
    #[default]
    Adaptive,
    /// To the size that the largest pressure asks for, as the Kubernetes HPA does.
    Proportional,
    /// Sized for what is expected by the time that new instances are ready, and never for less than what is asked for now; as `adaptive`
    /// while nothing is expected.
    Predictive,
}

/// Whether a policy acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum PolicyMode {
    /// Decides and acts.
    #[default]
    Live,
    /// Decides and records, moves nothing.
    Shadow,
}

/// How the metrics' pressures become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Aggregation {
    /// The weighted mean.
    Mean,
    /// The weighted power mean of order 4.
    #[default]
    Balanced,
    /// The weighted power mean of order 8.
    Sensitive,
    /// The largest.
    Max,
}

/// What a person writes to make or change a policy: everything optional, nothing trusted.
///
/// Unset fields come from the template where one is named, else from the policy that is changed, else from `web-app-balanced`'s defaults.
/// A cooldown for one direction cannot be unset; write the `cooldown_period` there to the same effect.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct PolicyDraft {
    /// Start from this template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template_id: Option<TemplateId>,
    /// What people will call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How far it moves at a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_type: Option<PolicyType>,
    /// Whether it acts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<PolicyMode>,
    /// Off: nothing is decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_enabled: Option<bool>,
    /// Replaces all metrics.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics: Option<Vec<MetricRule>>,
    /// How pressures are combined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aggregation: Option<Aggregation>,
    /// The score at which more is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale_up_threshold: Option<f64>,
    /// The score at which fewer would do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale_down_threshold: Option<f64>,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cooldown_period: Option<f64>,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale_up_cooldown: Option<f64>,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale_down_cooldown: Option<f64>,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stabilization_window: Option<f64>,
    /// Whether calm windows shrink the deployment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consolidation: Option<bool>,
    /// The pressure from which steps are urgent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub urgent_pressure: Option<f64>,
    /// Never fewer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_instances: Option<f64>,
    /// Never more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_instances: Option<f64>,
    /// Whether `min_instances` may be 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_scale_to_zero: Option<bool>,
    /// The share of demand that is to find its instances ready (`predictive` only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forecast_quantile: Option<f64>,
    /// Whether the objective, where there is one, sets the triggers of CPU and response time (`predictive` only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub follow_objective: Option<bool>,
    /// Replaces all schedules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedules: Option<Vec<ScheduleDraft>>,
}

impl PolicyDraft {
    /// Every field of this draft, and of `base` where this one has none.
    #[must_use]
    pub fn or(self, base: Self) -> Self {
        Self {
            template_id: self.template_id.or(base.template_id),
            name: self.name.or(base.name),
            policy_type: self.policy_type.or(base.policy_type),
            mode: self.mode.or(base.mode),
            is_enabled: self.is_enabled.or(base.is_enabled),
            metrics: self.metrics.or(base.metrics),
            aggregation: self.aggregation.or(base.aggregation),
            scale_up_threshold: self.scale_up_threshold.or(base.scale_up_threshold),
            scale_down_threshold: self.scale_down_threshold.or(base.scale_down_threshold),
            cooldown_period: self.cooldown_period.or(base.cooldown_period),
            scale_up_cooldown: self.scale_up_cooldown.or(base.scale_up_cooldown),
            scale_down_cooldown: self.scale_down_cooldown.or(base.scale_down_cooldown),
            stabilization_window: self.stabilization_window.or(base.stabilization_window),
            consolidation: self.consolidation.or(base.consolidation),
            urgent_pressure: self.urgent_pressure.or(base.urgent_pressure),
            min_instances: self.min_instances.or(base.min_instances),
            max_instances: self.max_instances.or(base.max_instances),
            allow_scale_to_zero: self.allow_scale_to_zero.or(base.allow_scale_to_zero),
            forecast_quantile: self.forecast_quantile.or(base.forecast_quantile),
            follow_objective: self.follow_objective.or(base.follow_objective),
            schedules: self.schedules.or(base.schedules),
        }
    }
}

/// The draft that validates to just this policy.
impl From<&Policy> for PolicyDraft {
    fn from(policy: &Policy) -> Self {
        Self {
            template_id: policy.template_id.clone(),
            name: Some(policy.name.clone()),
            policy_type: Some(policy.policy_type),
            mode: Some(policy.mode),
            is_enabled: Some(policy.is_enabled),
            metrics: Some(policy.metrics.clone()),
            aggregation: Some(policy.aggregation),
            scale_up_threshold: Some(policy.scale_up_threshold),
            scale_down_threshold: Some(policy.scale_down_threshold),
            cooldown_period: Some(f64::from(policy.cooldown_period)),
            scale_up_cooldown: policy.scale_up_cooldown.map(f64::from),
            scale_down_cooldown: policy.scale_down_cooldown.map(f64::from),
            stabilization_window: Some(f64::from(policy.stabilization_window)),
            consolidation: Some(policy.consolidation),
            urgent_pressure: Some(policy.urgent_pressure),
            min_instances: Some(policy.min_instances.as_f64()),
            max_instances: Some(policy.max_instances.as_f64()),
            allow_scale_to_zero: Some(policy.allow_scale_to_zero),
            forecast_quantile: Some(policy.forecast_quantile),
            follow_objective: Some(policy.follow_objective),
            schedules: Some(policy.schedules.iter().map(ScheduleDraft::from).collect()),
        }
    }
}

/// One thing that is wrong with a draft; all of them are returned at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Fault {
    /// Path of the field: `metrics[1].weight`.
    pub field: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// Something worth knowing about a draft that is not refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Advice {
    /// Path of the field it is about.
    pub field: String,
    /// How much it matters.
    pub level: AdviceLevel,
    /// One sentence with its number.
    pub message: String,
}

/// How much advice matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum AdviceLevel {
    /// Should be looked at.
    Warning,
    /// Could be better.
    Recommendation,
    /// The shipped templates do this on purpose.
    ByDesign,
}
