//! What things have cost, and how each figure comes about.

use chrono::{DateTime, NaiveDate, Utc};
use headroom_core::deployment::DeploymentId;
use headroom_core::price_book::Tariff;
use headroom_core::units::Money;
use serde::{Deserialize, Serialize};

/// A range of time in money.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct CostsView {
    /// When this was read.
    pub at: DateTime<Utc>,
    /// The range, its first instant.
    pub from: DateTime<Utc>,
    /// Its end; the first instant that is not in it.
    pub to: DateTime<Utc>,
    /// The range in words: "November so far".
    pub range: String,
    /// Whose days they are, an IANA name.
    pub time_zone: String,
    /// ISO 4217.
    pub currency: String,
    /// The one sentence that answers the page.
    pub sentence: String,
    /// What must be known about the figures, where it must be: much of it is estimated, or something has no price.
    pub caution: Option<String>,
    /// All of it together.
    pub total: CostFigures,
    /// The range before, where the ledger reaches back so far.
    pub before: Option<CostBefore>,
    /// By resource, in the order CPU, memory, storage, network.
    pub resources: Vec<ResourceCost>,
    /// By deployment, the dearest first; removed ones included.
    pub deployments: Vec<DeploymentCost>,
    /// Every day of the range, oldest first; those of which nothing is known have no figures.
    pub days: Vec<DayCost>,
    /// All tags in use, sorted.
    pub tags: Vec<String>,
}

/// One amount and what is behind it.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct CostFigures {
    /// CPU, memory, storage and network together, observed and estimated.
    pub total: Money,
    /// For cores.
    pub cpu: Money,
    /// For memory.
    pub memory: Money,
    /// For disk.
    pub storage: Money,
    /// For bytes transferred.
    pub network: Money,
    /// Of the total, what was paid for what was used.
    pub used: Money,
    /// Of the total, what was paid for cores and memory that were not used.
    pub unused: Money,
    /// What unused cores and memory would cost when provisioned, whatever is billed.
    pub idle: Money,
    /// Of the total, what was estimated while nobody looked.
    pub estimated: Money,
    /// The share of the priced time that was observed; 1 where nothing is priced.
    pub observed_share: f64,
    /// Deployment-hours that are priced.
    pub hours: f64,
    /// Instance-hours.
    pub instance_hours: f64,
    /// The cost-weighted share of cores and memory that was used; none where nobody measured.
    pub efficiency: Option<f64>,
    /// Requests answered; 0 where they are not known.
    pub requests: f64,
    /// What a thousand requests cost, where requests are known.
    pub cost_per_thousand_requests: Option<Money>,
}

/// The same for a range before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct CostBefore {
    /// The range in words: "the same days of October".
    pub range: String,
    /// What it cost.
    pub total: Money,
    /// What the range now costs more (or less).
    pub change: Money,
}

/// What is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Resource {
    /// Cores over time.
    Cpu,
    /// Memory over time.
    Memory,
    /// Disk over time.
    Storage,
    /// Bytes transferred.
    Network,
}

/// One resource of a range.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ResourceCost {
    /// Which.
    pub resource: Resource,
    /// What people call it.
    pub name: String,
    /// What it cost.
    pub cost: Money,
    /// Of the total, 0…1.
    pub share: f64,
}

/// One deployment of a range.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DeploymentCost {
    /// Which.
    pub id: DeploymentId,
    /// What people call it.
    pub name: String,
    /// It is not scaled any more.
    pub is_removed: bool,
    /// Of the total, 0…1.
    pub share: f64,
    /// What it costs more (or less) than in the range before, where that is known.
    pub change: Option<Money>,
    /// What it cost.
    pub figures: CostFigures,
}

/// One day of a range.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DayCost {
    /// Its date in the workspace's time zone.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub date: NaiveDate,
    /// Its first instant.
    pub starts_at: DateTime<Utc>,
    /// What it cost; none where nothing is known of it.
    pub figures: Option<CostFigures>,
}

/// How an amount comes about: formula, rate rows and hours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct CostDetail {
    /// The range, its first instant.
    pub from: DateTime<Utc>,
    /// Its end.
    pub to: DateTime<Utc>,
    /// Of what and when, in words: "checkout-web, November so far".
    pub title: String,
    /// ISO 4217.
    pub currency: String,
    /// How a part of it is calculated, in one line each.
    pub formulas: Vec<String>,
    /// The amount.
    pub figures: CostFigures,
    /// What it is made of: one for each rate row, share that is billed, and whether it was seen.
    pub priced: Vec<PricedLines>,
    /// The hours (of up to two days) or days that it is the sum of, oldest first.
    pub times: Vec<CostTime>,
    /// Whether `times` are hours; else days.
    pub is_by_hour: bool,
}

/// What one rate row priced.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PricedLines {
    /// The rates and where they are from; none where no price held, and nothing is charged.
    pub tariff: Option<Tariff>,
    /// The same in a sentence.
    pub tariff_words: String,
    /// What share is billed, in words.
    pub billed: String,
    /// It was estimated while nobody looked.
    pub is_estimated: bool,
    /// Instance-hours.
    pub instance_hours: f64,
    /// What it came to.
    pub total: Money,
    /// Each resource.
    pub lines: Vec<CostLine>,
}

/// A quantity at a rate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct CostLine {
    /// Which.
    pub resource: Resource,
    /// What people call it.
    pub name: String,
    /// What is paid for, in `unit`.
    pub quantity: f64,
    /// `core-hours`, `GB-hours`, `MB`.
    pub unit: String,
    /// Of one unit.
    pub rate: f64,
    /// What it came to.
    pub cost: Money,
}

/// One hour or day of an amount.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct CostTime {
    /// Its first instant.
    pub starts_at: DateTime<Utc>,
    /// What it cost.
    pub figures: CostFigures,
    /// Instances in the mean of the priced time.
    pub mean_instances: f64,
}
