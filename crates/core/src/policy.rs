//! What a policy is. What may be written into one is checked in `validate`, what ships is in `templates`.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;

use crate::deployment::text_id;
use crate::metric::Metric;
use crate::units::Instances;

text_id!(
    /// Names one policy for good, `pol_…`; its versions share it.
    PolicyId
);
text_id!(
    /// Names one of the shipped templates: `web-app-balanced` …
    TemplateId
);

/// A valid policy. Made only by validation; its numbers are finite and in their ranges.
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
    /// When this version was saved.
    pub updated_at: DateTime<Utc>,
}

impl Policy {
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
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct PolicyDraft {
    /// Start from this template.
    pub template_id: Option<TemplateId>,
    /// What people will call it.
    pub name: Option<String>,
    /// How far it moves at a time.
    pub policy_type: Option<PolicyType>,
    /// Whether it acts.
    pub mode: Option<PolicyMode>,
    /// Off: nothing is decided.
    pub is_enabled: Option<bool>,
    /// Replaces all metrics.
    pub metrics: Option<Vec<MetricRule>>,
    /// How pressures are combined.
    pub aggregation: Option<Aggregation>,
    /// The score at which more is asked for.
    pub scale_up_threshold: Option<f64>,
    /// The score at which fewer would do.
    pub scale_down_threshold: Option<f64>,
    /// Seconds.
    pub cooldown_period: Option<f64>,
    /// Seconds.
    pub scale_up_cooldown: Option<f64>,
    /// Seconds.
    pub scale_down_cooldown: Option<f64>,
    /// Seconds.
    pub stabilization_window: Option<f64>,
    /// Whether calm windows shrink the deployment.
    pub consolidation: Option<bool>,
    /// The pressure from which steps are urgent.
    pub urgent_pressure: Option<f64>,
    /// Never fewer.
    pub min_instances: Option<f64>,
    /// Never more.
    pub max_instances: Option<f64>,
    /// Whether `min_instances` may be 0.
    pub allow_scale_to_zero: Option<bool>,
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
