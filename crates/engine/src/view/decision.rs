//! A decision as a person reads it.

use chrono::{DateTime, Utc};
use headroom_core::decide::{Action, Check, CheckOutcome, Counts, Direction, Distance, MetricState};
use headroom_core::deployment::DeploymentId;
use headroom_core::metric::Metric;
use headroom_core::policy::{PolicyId, PolicyMode};
use headroom_core::units::{Instances, MoneyPerHour};
use serde::{Deserialize, Serialize};

/// One decision, whole. The first five fields are the guide's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DecisionView {
    /// What is done.
    pub action: Action,
    /// The count that it ends at.
    pub target_instances: Instances,
    /// In [0, 1].
    pub confidence: f64,
    /// In [0, 1], where any metric was fresh.
    pub score: Option<f64>,
    /// The reason as a sentence: "3 → 4 instances: CPU 92 % is 1.31 × its 70 % trigger."
    pub reason: String,
    /// The reason in a few words, for a table row.
    pub short: String,
    /// The reason's code, for programs.
    pub reason_code: String,
    /// What the metrics asked for, before anything held it.
    pub asked: Direction,
    /// In shadow nothing was acted.
    pub mode: PolicyMode,
    /// Ready instances at the time, where known.
    pub ready_instances: Option<Instances>,
    /// Starting instances at the time, where known.
    pub starting_instances: Option<Instances>,
    /// The score once starting instances are ready.
    pub score_when_ready: Option<f64>,
    /// The score by which "down" is judged.
    pub down_score: Option<f64>,
    /// From what was asked to what was ordered.
    pub counts: Counts,
    /// The metrics at or past their trigger.
    pub triggered_metrics: Vec<Metric>,
    /// Each metric of the policy, in its order.
    pub contributions: Vec<ContributionView>,
    /// How far it was from going the other way.
    pub distance: Distance,
    /// The check that held it, if one did.
    pub held_by: Option<Check>,
    /// What was asked before moving, in order.
    pub checks: Vec<CheckView>,
    /// What the change costs per hour; negative saves.
    pub price_change: MoneyPerHour,
    /// The policy that decided.
    pub policy_id: PolicyId,
    /// Its version.
    pub policy_version: u32,
    /// When.
    pub at: DateTime<Utc>,
}

/// One metric's part in a decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ContributionView {
    /// Which.
    pub metric: Metric,
    /// "CPU", "Response" …
    pub label: String,
    /// What the number is when that matters: "p95" or "mean" for response time.
    pub qualifier: Option<String>,
    /// The raw reading, where there was a fresh one.
    pub value: Option<f64>,
    /// Its unit: `%`, `ms` or `rps`.
    pub unit: String,
    /// The trigger in that unit.
    pub trigger_value: f64,
    /// 1 is exactly at the trigger.
    pub pressure: f64,
    /// As in the policy.
    pub weight: f64,
    /// Of the score, 0…1.
    pub share: f64,
    /// What this metric alone would do.
    pub says: Direction,
    /// Whether it counted.
    pub state: MetricState,
    /// "up at 70 %", or why there is no reading and what to do.
    pub words: String,
}

/// What one of the nine checks said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct CheckView {
    /// Which.
    pub check: Check,
    /// How it went.
    pub outcome: CheckOutcome,
    /// One short sentence: "Cooldown, 3 min 02 s left".
    pub words: String,
}

/// One line of the latest decisions: the same decision in a row is one item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DecisionItem {
    /// Where.
    pub deployment_id: DeploymentId,
    /// Its name.
    pub deployment_name: String,
    /// What was done.
    pub action: Action,
    /// How it is to be looked at.
    pub highlight: Highlight,
    /// The reason as a sentence.
    pub reason: String,
    /// The reason's code.
    pub reason_code: String,
    /// What the metrics asked for.
    pub asked: Direction,
    /// The count that it ended at.
    pub target_instances: Instances,
    /// What the change costs per hour.
    pub price_change: MoneyPerHour,
    /// The first time in a row.
    pub first_at: DateTime<Utc>,
    /// The last time in a row.
    pub last_at: DateTime<Utc>,
    /// How many times in a row.
    pub count: u32,
}

/// How a decision is to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Highlight {
    /// Something was moved.
    Acted,
    /// Something was wanted and held back.
    Held,
    /// All calm.
    Calm,
}

/// A page of decisions, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DecisionPage {
    /// Newest first.
    pub decisions: Vec<DecisionItem>,
    /// Give it back as `before` for the next page.
    pub next_cursor: Option<String>,
}

/// The decision that was in force at an instant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DecisionFound {
    /// None where nothing is recorded for it.
    pub decision: Option<DecisionView>,
}
