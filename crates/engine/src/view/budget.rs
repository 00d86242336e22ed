//! Budgets: what may be spent, what has been, where it is going.

use chrono::{DateTime, NaiveDate, Utc};
use headroom_core::budget::{BudgetId, BudgetScope, Guard, Percent};
use headroom_core::policy::Fault;
use headroom_core::units::Money;
use serde::{Deserialize, Serialize};

/// Every budget, the one that needs a person most first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct BudgetList {
    /// When this was read.
    pub at: DateTime<Utc>,
    /// ISO 4217.
    pub currency: String,
    /// The budgets.
    pub budgets: Vec<BudgetView>,
    /// What a first budget could be; none where there is one already, or too little is known.
    pub proposal: Option<BudgetProposal>,
}

/// What a limit could be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct BudgetProposal {
    /// Units of the currency.
    pub monthly_limit: Money,
    /// Where it comes from, in a sentence.
    pub because: String,
}

/// A budget and its status.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct BudgetView {
    /// Names it for good.
    pub id: BudgetId,
    /// What people call it.
    pub name: String,
    /// Whose spending counts.
    pub scope: BudgetScope,
    /// The same in words: "18 deployments", "tag", "deployment".
    pub scope_words: String,
    /// What may be spent in one period.
    pub monthly_limit: Money,
    /// Percent of the limit.
    pub warning_threshold: Percent,
    /// Percent of the limit.
    pub critical_threshold: Percent,
    /// Further percents of the limit.
    pub more_thresholds: Vec<Percent>,
    /// 1–31.
    pub reset_day: u8,
    /// An IANA name.
    pub time_zone: String,
    /// Whether it alerts and guards.
    pub is_enabled: bool,
    /// Whether it limits scaling up.
    pub guard: Guard,
    /// Where it stands.
    pub status: BudgetStatus,
}

/// Where a budget stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct BudgetStatus {
    /// How bad it is.
    pub level: BudgetStanding,
    /// The one sentence that answers the page.
    pub sentence: String,
    /// The period, its first instant.
    pub period_start: DateTime<Utc>,
    /// The first instant of the next one.
    pub period_end: DateTime<Utc>,
    /// The period in words: "November, 12 days left".
    pub period_words: String,
    /// The share of the period that is gone, 0…1.
    pub gone_share: f64,
    /// Observed and estimated.
    pub spent: Money,
    /// Of this, what was estimated while nobody looked.
    pub estimated: Money,
    /// Of the limit; above 1 beyond it.
    pub spent_share: f64,
    /// The share of the priced time that was observed.
    pub observed_share: f64,
    /// What is left of the limit; negative beyond it.
    pub left: Money,
    /// Spent per day over the last seven days; none before anything was.
    pub burn_rate_per_day: Option<Money>,
    /// What may be spent per day if each is alike.
    pub even_pace_per_day: Money,
    /// Where the period ends; none under three days of data.
    pub projection: Option<ProjectionView>,
    /// When there will be data enough to project, while there is none.
    pub projected_from: Option<DateTime<Utc>>,
    /// When the limit is reached; none where not before the period's end.
    pub runs_out: Option<RunsOutView>,
    /// The levels that were told in this period: `warning`, `critical`, `exceeded`, `forecast`, `threshold`.
    pub told: Vec<String>,
    /// Deployments that the guard holds back now.
    pub held_back: u32,
}

/// How bad it is; later is worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum BudgetStanding {
    /// Switched off.
    Off,
    /// Inside the limit, and it will be.
    Inside,
    /// The warning threshold is spent.
    Warning,
    /// The projected end passes the limit, with at least 80 % confidence.
    Forecast,
    /// The critical threshold is spent.
    Critical,
    /// All of it is spent.
    Exceeded,
}

/// A budget at one look.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct BudgetGlance {
    /// Which.
    pub id: BudgetId,
    /// What people call it.
    pub name: String,
    /// How bad it is.
    pub level: BudgetStanding,
    /// What may be spent in one period.
    pub monthly_limit: Money,
    /// Observed and estimated.
    pub spent: Money,
    /// Of the limit; above 1 beyond it.
    pub spent_share: f64,
    /// The share of the period that is gone, 0…1.
    pub gone_share: f64,
    /// Where the period ends; none under three days of data.
    pub projection: Option<ProjectionView>,
}

/// Where a period ends if it goes on like this.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ProjectionView {
    /// Spent at its end.
    pub end: Money,
    /// 80 % of outcomes are within this of `end`.
    pub margin: Money,
    /// `end` as a share of the limit.
    pub share: f64,
    /// What `end` is over the limit; negative under it.
    pub over: Money,
    /// The confidence that it ends over the limit, 0…1.
    pub confidence_over: f64,
    /// What has to be spent less each day from now on to stay inside; negative: what may be spent more.
    pub to_stay_inside_per_day: Money,
    /// The same as a share of what is expected per day.
    pub to_stay_inside_share: f64,
}

/// When a limit is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct RunsOutView {
    /// Most likely; none where that is not before the period's end.
    pub at: Option<DateTime<Utc>>,
    /// Nine of ten outcomes are later.
    pub earliest: Option<DateTime<Utc>>,
    /// Nine of ten outcomes are earlier; none where not before the period's end.
    pub latest: Option<DateTime<Utc>>,
}

/// A budget, day by day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct BudgetDetail {
    /// When this was read.
    pub at: DateTime<Utc>,
    /// ISO 4217.
    pub currency: String,
    /// The budget; with the limit that was tried, where one was.
    pub budget: BudgetView,
    /// Each local day of the period up to now, oldest first.
    pub days: Vec<BudgetDay>,
    /// What is expected, hour by hour, up to the period's end. Empty under three days of data.
    pub path: Vec<BudgetPathPoint>,
    /// The thresholds, growing; the limit among them.
    pub thresholds: Vec<ThresholdView>,
}

/// One day of a budget.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct BudgetDay {
    /// Its date where the budget lives.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub date: NaiveDate,
    /// Its end, or now where it is not over.
    pub ends_at: DateTime<Utc>,
    /// Spent on it.
    pub cost: Money,
    /// Spent in the period by its end.
    pub spent: Money,
    /// Left of the limit at its end; negative beyond it.
    pub left: Money,
}

/// What is expected by an instant to come.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct BudgetPathPoint {
    /// When.
    pub at: DateTime<Utc>,
    /// Left of the limit then; negative beyond it.
    pub left: Money,
    /// 80 % of outcomes are at least this,
    pub low: Money,
    /// and at most this.
    pub high: Money,
}

/// A share of the limit at which something is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ThresholdView {
    /// Of the limit.
    pub percent: Percent,
    /// "75 % spent, warning".
    pub words: String,
    /// What is left then; negative beyond the limit.
    pub left: Money,
}

/// What a guard would do to service in the rest of the period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct GuardPreview {
    /// The period's end.
    pub until: DateTime<Utc>,
    /// Without it.
    pub off: GuardPlayed,
    /// With it.
    pub on: GuardPlayed,
    /// Deployments that were played.
    pub deployments: usize,
    /// What was played, in a sentence.
    pub based_on: String,
    /// What it would do, in a sentence; none where nothing could be played.
    pub sentence: Option<String>,
}

/// The rest of a period as it was played.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct GuardPlayed {
    /// Spent at the period's end.
    pub month_end: Money,
    /// Instances on average, of all that were played together.
    pub mean_instances: f64,
    /// Share of the requests answered after the objective or dropped, 0…1; each deployment weighs by its work.
    pub over_objective: f64,
}

/// What is wrong and worth knowing about a draft. Nothing is changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct BudgetCheck {
    /// Everything that is wrong, each with its field.
    pub errors: Vec<Fault>,
    /// What the scope has spent in the period around now; none where the draft is not valid.
    pub spent: Option<Money>,
    /// What the draft's status would be; none where it is not valid.
    pub sentence: Option<String>,
    /// What the limit could be, from what the scope is expected to spend.
    pub proposal: Option<BudgetProposal>,
}
