//! Policies and templates, with every trigger also in its raw unit.

use chrono::{DateTime, Utc};
use headroom_core::deployment::DeploymentId;
use headroom_core::metric::Metric;
use headroom_core::policy::{
    Advice, Aggregation, Comparison, Fault, LARGEST_ERROR_RATE, MetricRule, Policy, PolicyDraft, PolicyId, PolicyMode, PolicyType,
    TemplateId,
};
use headroom_core::schedule::{Firing, Schedule, ScheduleDraft};
use headroom_core::units::{Instances, MoneyPerHour};
use serde::{Deserialize, Serialize};

/// A policy, whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PolicyView {
    /// Names it for good.
    pub id: PolicyId,
    /// Counts up with every change.
    pub version: u32,
    /// What people call it.
    pub name: String,
    /// The template it was made from.
    pub template_id: Option<TemplateId>,
    /// How far it moves at a time.
    pub policy_type: PolicyType,
    /// Whether it acts.
    pub mode: PolicyMode,
    /// Whether it decides at all.
    pub is_enabled: bool,
    /// With triggers in raw units.
    pub metrics: Vec<MetricRuleView>,
    /// How pressures are combined.
    pub aggregation: Aggregation,
    /// The score at which more is asked for.
    pub scale_up_threshold: f64,
    /// The score at which fewer would do.
    pub scale_down_threshold: f64,
    /// Seconds.
    pub cooldown_period: u32,
    /// Seconds.
    pub scale_up_cooldown: Option<u32>,
    /// Seconds.
    pub scale_down_cooldown: Option<u32>,
    /// Seconds.
    pub stabilization_window: u32,
    /// Whether calm windows shrink the deployment.
    pub consolidation: bool,
    /// The pressure from which steps are urgent.
    pub urgent_pressure: f64,
    /// Never fewer.
    pub min_instances: Instances,
    /// Never more.
    pub max_instances: Instances,
    /// Whether `min_instances` may be 0.
    pub allow_scale_to_zero: bool,
    /// The share of demand that is to find its instances ready (`predictive` only).
    pub forecast_quantile: f64,
    /// Whether the objective, where there is one, sets the triggers of CPU and response time (`predictive` only).
    pub follow_objective: bool,
    /// Windows of time in which its bounds are others.
    pub schedules: Vec<ScheduleView>,
    /// When this version was saved.
    pub updated_at: DateTime<Utc>,
    /// What its minimum costs per hour.
    pub price_at_min: MoneyPerHour,
    /// What its maximum costs per hour.
    pub price_at_max: MoneyPerHour,
}

impl PolicyView {
    /// A policy of a deployment whose instances cost `price` each.
    pub(crate) fn of(policy: &Policy, response_time_objective_ms: Option<f64>, price: MoneyPerHour, now: DateTime<Utc>) -> Self {
        Self {
            id: policy.id.clone(),
            version: policy.version,
            name: policy.name.clone(),
            template_id: policy.template_id.clone(),
            policy_type: policy.policy_type,
            mode: policy.mode,
            is_enabled: policy.is_enabled,
            metrics: policy.metrics.iter().map(|rule| MetricRuleView::of(rule, response_time_objective_ms)).collect(),
            aggregation: policy.aggregation,
            scale_up_threshold: policy.scale_up_threshold,
            scale_down_threshold: policy.scale_down_threshold,
            cooldown_period: policy.cooldown_period,
            scale_up_cooldown: policy.scale_up_cooldown,
            scale_down_cooldown: policy.scale_down_cooldown,
            stabilization_window: policy.stabilization_window,
            consolidation: policy.consolidation,
            urgent_pressure: policy.urgent_pressure,
            min_instances: policy.min_instances,
            max_instances: policy.max_instances,
            allow_scale_to_zero: policy.allow_scale_to_zero,
            forecast_quantile: policy.forecast_quantile,
            follow_objective: policy.follow_objective,
            schedules: policy.schedules.iter().map(|schedule| ScheduleView::of(schedule, price, now)).collect(),
            updated_at: policy.updated_at,
            price_at_min: price * policy.min_instances,
            price_at_max: price * policy.max_instances,
        }
    }
}

/// How many of a schedule's next windows are shown.
const NEXT_SHOWN: usize = 3;

/// A schedule of a policy, with when it holds next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ScheduleView {
    /// As it can be edited and saved again.
    pub draft: ScheduleDraft,
    /// When it holds, in words: "At 08:00, Monday through Friday, for 10 h".
    pub words: String,
    /// The window that holds now.
    pub running: Option<Firing>,
    /// The next three windows.
    pub next: Vec<Firing>,
    /// It never holds again.
    pub is_over: bool,
    /// What its minimum costs per hour.
    pub price_at_min: Option<MoneyPerHour>,
    /// What its maximum costs per hour.
    pub price_at_max: Option<MoneyPerHour>,
}

impl ScheduleView {
    fn of(schedule: &Schedule, price: MoneyPerHour, now: DateTime<Utc>) -> Self {
        let (running, next) = (schedule.running_at(now), schedule.next_after(now, NEXT_SHOWN));
        Self {
            draft: ScheduleDraft::from(schedule),
            words: schedule.words(),
            running,
            is_over: running.is_none() && next.is_empty(),
            next,
            price_at_min: schedule.min_instances.map(|count| price * count),
            price_at_max: schedule.max_instances.map(|count| price * count),
        }
    }
}

/// One metric's part in a policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct MetricRuleView {
    /// Which.
    pub metric: Metric,
    /// "CPU", "Response time" …
    pub label: String,
    /// The share of the maximum at which it triggers.
    pub threshold: f64,
    /// On which side it asks for more.
    pub comparison: Comparison,
    /// In [0, 1].
    pub weight: f64,
    /// The raw value that a threshold of 1 means, if set by the policy.
    pub maximum: Option<f64>,
    /// The raw value that a threshold of 1 means, whoever sets it.
    pub maximum_in_force: f64,
    /// The trigger in the raw unit.
    pub trigger_value: f64,
    /// `%`, `ms` or `rps`.
    pub unit: String,
    /// The largest threshold that is accepted (0.1 for error rate).
    pub largest_threshold: f64,
    /// The weights that the guide recommends, lowest and highest.
    pub recommended_weight: [f64; 2],
}

impl MetricRuleView {
    /// A rule with its trigger in the raw unit.
    pub(crate) fn of(rule: &MetricRule, response_time_objective_ms: Option<f64>) -> Self {
        let recommended = rule.metric.recommended_weight();
        Self {
            metric: rule.metric,
            label: metric_label(rule.metric).to_owned(),
            threshold: rule.threshold,
            comparison: rule.comparison,
            weight: rule.weight,
            maximum: rule.maximum,
            maximum_in_force: rule.maximum_in_force(response_time_objective_ms),
            trigger_value: rule.trigger_value(response_time_objective_ms),
            unit: rule.metric.unit().to_owned(),
            largest_threshold: largest_threshold(rule.metric),
            recommended_weight: [*recommended.start(), *recommended.end()],
        }
    }
}

/// The largest threshold that validation accepts.
fn largest_threshold(metric: Metric) -> f64 {
    match metric {
        Metric::ErrorRate => LARGEST_ERROR_RATE,
        Metric::Cpu | Metric::Memory | Metric::ResponseTime | Metric::Requests => 1.0,
    }
}

/// The metric's name at the head of a row.
pub(crate) fn metric_label(metric: Metric) -> &'static str {
    match metric {
        Metric::Cpu => "CPU",
        Metric::Memory => "Memory",
        Metric::ResponseTime => "Response time",
        Metric::ErrorRate => "Errors",
        Metric::Requests => "Requests",
    }
}

/// A policy in the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PolicyListItem {
    /// The deployment it decides for.
    pub deployment_id: DeploymentId,
    /// Its name.
    pub deployment_name: String,
    /// The policy.
    pub policy: PolicyView,
    /// The deployment's score now.
    pub score: Option<f64>,
}

/// What validation says about a draft, and what the policy would be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DraftCheck {
    /// No error.
    pub is_valid: bool,
    /// Everything that is wrong, each with its field.
    pub errors: Vec<Fault>,
    /// What is worth knowing, each with its field and number.
    pub advice: Vec<Advice>,
    /// The policy as it would be saved; none while there are errors.
    pub policy: Option<PolicyView>,
    /// The score that the newest readings would have under it.
    pub score: Option<f64>,
    /// What it would decide on the newest readings, as a sentence.
    pub would_decide: Option<String>,
}

/// A policy that was saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct SavedPolicy {
    /// As saved.
    #[serde(flatten)]
    pub policy: PolicyView,
    /// What is worth knowing about it.
    pub advice: Vec<Advice>,
}

/// One version of a policy, as it was saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PolicyVersionView {
    /// Counts up with every change.
    pub version: u32,
    /// When.
    pub saved_at: DateTime<Utc>,
    /// By whom.
    pub saved_by: String,
    /// It is the one that decides.
    pub is_in_force: bool,
    /// The whole of it, with today's prices.
    pub policy: PolicyView,
}

/// Versions of a policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PolicyVersionPage {
    /// Newest first.
    pub versions: Vec<PolicyVersionView>,
    /// Where the next page begins, for `before`.
    pub next: Option<u32>,
}

/// A shipped template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct TemplateView {
    /// `web-app-balanced` …
    pub id: TemplateId,
    /// "Web app, balanced".
    pub name: String,
    /// For what, in a few words.
    pub use_case: String,
    /// One sentence: what it does.
    pub description: String,
    /// `web`, `api`, `batch`, `ml`, `general`.
    pub category: String,
    /// Which workloads it suits.
    pub workload_types: Vec<String>,
    /// Its whole content.
    pub draft: PolicyDraft,
    /// With triggers in raw units.
    pub metrics: Vec<MetricRuleView>,
    /// What it does on purpose.
    pub advice: Vec<Advice>,
}

/// The templates that a filter lets through.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct TemplateList {
    /// In the guide's order.
    pub templates: Vec<TemplateView>,
}

/// Every policy in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PolicyList {
    /// By the deployment's name.
    pub policies: Vec<PolicyListItem>,
}
