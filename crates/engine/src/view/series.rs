//! Readings over time, for charts. Columns share one time axis; a hole is `null`, never joined and never zero.

use chrono::{DateTime, Utc};
use headroom_core::metric::Metric;
use headroom_core::units::Instances;
use serde::{Deserialize, Serialize};

use super::EventType;

/// All series of one deployment over one range.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct SeriesView {
    /// Start of the range.
    pub from: DateTime<Utc>,
    /// End of the range.
    pub to: DateTime<Utc>,
    /// Seconds between two points.
    pub step_seconds: f64,
    /// Milliseconds since the epoch, growing.
    #[cfg_attr(feature = "ts", ts(type = "Array<number>"))]
    pub times: Vec<i64>,
    /// One a metric of the policy, or of all that were measured where there is none.
    pub metrics: Vec<MetricSeries>,
    /// The score.
    pub score: Vec<Option<f64>>,
    /// Its upper threshold, by the policy in force now.
    pub score_up: Option<f64>,
    /// Its lower threshold.
    pub score_down: Option<f64>,
    /// Serving instances.
    pub ready: Vec<Option<f64>>,
    /// Ready and starting instances.
    pub total: Vec<Option<f64>>,
    /// What the policy in shadow would have ordered, one a time; empty where the policy is live.
    pub wanted: Vec<Option<f64>>,
    /// What was expected, where the policy looks ahead.
    pub forecast: Option<ForecastSeries>,
    /// What was done.
    pub events: Vec<SeriesEvent>,
    /// Where nothing was observed.
    pub gaps: Vec<Gap>,
}

/// One metric's series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct MetricSeries {
    /// Which.
    pub metric: Metric,
    /// "CPU", "Response" …
    pub label: String,
    /// `%`, `ms` or `rps`.
    pub unit: String,
    /// Its trigger in that unit, where the policy has one.
    pub trigger_value: Option<f64>,
    /// One a time.
    pub values: Vec<Option<f64>>,
}

/// The demand that was expected, in instances at their trigger, on times of its own: the last ones are still to come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ForecastSeries {
    /// Milliseconds since the epoch, growing.
    #[cfg_attr(feature = "ts", ts(type = "Array<number>"))]
    pub times: Vec<i64>,
    /// What came, where it has.
    pub came: Vec<Option<f64>>,
    /// What was expected.
    pub expected: Vec<f64>,
    /// 5 % of the outcomes were to be lower.
    pub low: Vec<f64>,
    /// 5 % of the outcomes were to be higher.
    pub high: Vec<f64>,
    /// How wrong it has been: "forecast off by 6 %, enough for 99.1 %".
    pub words: String,
}

/// A thing that was done, at its time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct SeriesEvent {
    /// The event's id in the history.
    pub id: String,
    /// Milliseconds since the epoch.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub at: i64,
    /// What kind.
    pub event_type: EventType,
    /// How many there were.
    pub from_instances: Instances,
    /// How many were ordered.
    pub to_instances: Instances,
    /// One sentence.
    pub reason: String,
}

/// A time in which nothing was observed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Gap {
    /// Milliseconds since the epoch.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub from: i64,
    /// Milliseconds since the epoch.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub to: i64,
    /// "not observed 12 min".
    pub words: String,
}
