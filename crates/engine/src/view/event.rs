//! What was done: one line of the history.

use chrono::{DateTime, Utc};
use headroom_core::deployment::DeploymentId;
use headroom_core::metric::PerMetric;
use headroom_core::policy::PolicyId;
use headroom_core::units::{Instances, MoneyPerHour};
use serde::{Deserialize, Serialize};

/// What kind of thing was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum EventType {
    /// A policy added instances.
    ScaleUp,
    /// A policy removed instances.
    ScaleDown,
    /// A person set the count.
    Manual,
    /// The count was changed from outside Headroom.
    External,
    /// A restart brought back the last committed count.
    Restored,
    /// A person ended an order before its time, or it ran out.
    OverrideEnded,
    /// An order could not be carried out.
    Failed,
}

/// How an order went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Outcome {
    /// The target took it.
    Done,
    /// The target refused it or did not answer.
    Failed,
    /// Not known yet.
    Open,
}

/// One thing that was done to a deployment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct EventView {
    /// Unique and growing.
    pub id: String,
    /// Where.
    pub deployment_id: DeploymentId,
    /// Its name.
    pub deployment_name: String,
    /// What kind.
    pub event_type: EventType,
    /// How many there were.
    pub from_instances: Instances,
    /// How many were ordered.
    pub to_instances: Instances,
    /// One sentence, or the person's words.
    pub reason: String,
    /// Who: a person's name, or the policy's.
    pub by: String,
    /// The policy in force.
    pub policy_id: Option<PolicyId>,
    /// Its version.
    pub policy_version: Option<u32>,
    /// What it costs more (or less) per hour.
    pub price_change: MoneyPerHour,
    /// How it went.
    pub outcome: Outcome,
    /// What went wrong, where something did.
    pub error: Option<String>,
    /// The raw readings at the time.
    pub metrics_snapshot: PerMetric<Option<f64>>,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// A page of events, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct HistoryPage {
    /// Newest first.
    pub events: Vec<EventView>,
    /// Give it back as `before` for the next page.
    pub next_cursor: Option<String>,
}
