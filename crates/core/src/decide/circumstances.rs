//! What is true around a deployment when it is decided on.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::units::{Instances, MoneyPerHour};

/// What is true around a deployment when it is decided on, besides its policy, its readings and its past.
#[derive(Debug, Clone, PartialEq)]
pub struct Circumstances {
    /// Scaling is frozen for this deployment or for all.
    pub freeze: Option<Freeze>,
    /// A person's order that is in force.
    pub manual_override: Option<ManualOverride>,
    /// The longest acceptable response time in ms, where the deployment has one.
    pub response_time_objective_ms: Option<f64>,
    /// A reading of this age or older is stale: `max(2 × evaluation interval, 2 × the source's step + timeout)`.
    ///
    /// A gap of more than this between two evaluations also starts the windows in [`Memory`](super::Memory) anew.
    pub fresh_for: TimeDelta,
    /// The time from one evaluation to the next.
    pub interval: TimeDelta,
    /// When this engine started; no scale-down for one cooldown after it.
    pub engine_started_at: DateTime<Utc>,
    /// What a budget can pay for, where a guard is on.
    pub budget: Option<BudgetLimit>,
    /// What one instance costs.
    pub price_per_instance: MoneyPerHour,
}

/// Why nothing may move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Freeze {
    /// This deployment is paused.
    Paused,
    /// Everything is.
    PausedAll,
}

/// A manual count: a lease with an end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ManualOverride {
    /// The count that was ordered.
    pub instances: Instances,
    /// Why, in the person's words.
    pub reason: String,
    /// Who.
    pub by: String,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Until when policy decisions are held.
    pub until: DateTime<Utc>,
}

/// The most instances that the rest of a budget's period can pay for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct BudgetLimit {
    /// The budget's name.
    pub budget: String,
    /// The most it can pay for.
    pub affordable: Instances,
    /// Whether urgent steps are held too, even while an objective is breached.
    pub strict: bool,
}
