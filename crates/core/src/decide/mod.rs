//! One evaluation: what was seen and what is wanted, in; one decision with its reasons, out.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::metric::PerMetric;
use crate::observation::{Counted, InstanceCount};
use crate::policy::{PolicyId, PolicyMode};
use crate::units::{Instances, MoneyPerHour};

pub mod reason;

pub use reason::Reason;

/// What is true around a deployment when it is decided on, besides its policy, its readings and its past.
#[derive(Debug, Clone, PartialEq)]
pub struct Circumstances {
    /// Scaling is frozen for this deployment or for all.
    pub freeze: Option<Freeze>,
    /// A person's order that is in force.
    pub manual_override: Option<ManualOverride>,
    /// The longest acceptable response time in ms, where the deployment has one.
    pub response_time_objective_ms: Option<f64>,
    /// A reading older than this is stale (scaling.md §3.3).
    pub fresh_for: TimeDelta,
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
    /// Whether urgent steps are held too.
    pub strict: bool,
}

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Action {
    /// More instances.
    ScaleUp,
    /// Fewer instances.
    ScaleDown,
    /// As it is.
    NoChange,
}

/// The direction that the metrics ask for, before anything holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Direction {
    /// More.
    Up,
    /// Fewer.
    Down,
    /// Neither.
    #[default]
    Stay,
}

/// One evaluation's result. Nothing is silent: holding has a reason too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Decision {
    /// When.
    pub at: DateTime<Utc>,
    /// The policy that decided.
    pub policy_id: PolicyId,
    /// And its version.
    pub policy_version: u32,
    /// In shadow nothing is acted.
    pub mode: PolicyMode,
    /// What is done.
    pub action: Action,
    /// What the metrics asked for.
    pub asked: Direction,
    /// What there was.
    pub instances: Counted,
    /// The counts on the way to the last one.
    pub counts: Counts,
    /// The combined pressure P, where any metric was fresh.
    pub pressure: Option<f64>,
    /// `min(1, scale_up_threshold · P)`, for display.
    pub score: Option<f64>,
    /// The score that the same load would have once the starting instances are ready.
    pub score_when_ready: Option<f64>,
    /// The score by which "down" is judged: of the proportional metrics alone.
    pub down_score: Option<f64>,
    /// In [0, 1]: how much of the weight is fresh and agrees.
    pub confidence: f64,
    /// Each metric of the policy: reading, trigger, pressure and share of the score.
    pub contributions: PerMetric<Option<Contribution>>,
    /// Why this and not something else.
    pub reason: Reason,
    /// The first of the nine checks that held it, if one did.
    pub held_by: Option<Check>,
    /// Each check in order, as far as it was looked at.
    pub checks: Vec<CheckResult>,
    /// What the change costs per hour; negative saves.
    pub price_change: MoneyPerHour,
    /// What one instance costs.
    pub price_per_instance: MoneyPerHour,
}

/// From what was asked to what is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Counts {
    /// What the readings alone ask for.
    pub raw: Instances,
    /// After the stabilization window and the come-back test.
    pub stabilized: Instances,
    /// After step sizes, bounds and budget.
    pub limited: Instances,
    /// What is ordered.
    pub ordered: Instances,
}

/// One metric's part in a decision.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Contribution {
    /// The raw reading in the metric's own unit, where there was a fresh one.
    pub value: Option<f64>,
    /// Whether it counted, and if not, why.
    pub state: MetricState,
    /// The trigger in the metric's own unit.
    pub trigger_value: f64,
    /// Whether the trigger was raised over what the policy says (idle latency).
    pub trigger_raised: bool,
    /// 1 is exactly at the trigger; 0…4. 0 where there is no reading.
    pub pressure: f64,
    /// As in the policy.
    pub weight: f64,
    /// Of the combined pressure, 0…1; all shares sum to 1.
    pub share: f64,
    /// What this metric alone would do.
    pub says: Direction,
}

/// Whether a metric counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum MetricState {
    /// A fresh reading.
    Fresh,
    /// No requests: fresh, with pressure 0.
    NoTraffic,
    /// No fresh reading.
    Missing {
        /// Why.
        hole: crate::observation::Hole,
    },
}

/// The nine questions of scaling.md §3, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Check {
    /// Enabled, not paused, not frozen, count known.
    Active,
    /// Inside minimum and maximum.
    Bounds,
    /// Enough fresh readings.
    Readings,
    /// No manual order in force.
    Override,
    /// Not just after the engine's start.
    WarmUp,
    /// The metrics ask for a change, and more instances help.
    Band,
    /// Past the cooldown.
    Cooldown,
    /// Would not come straight back.
    ComeBack,
    /// The budget pays for it.
    Budget,
}

/// What one check said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct CheckResult {
    /// Which.
    pub check: Check,
    /// Passed, held, or only limited.
    pub outcome: CheckOutcome,
    /// One short sentence: "Cooldown, 3 min 02 s left".
    pub words: String,
}

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum CheckOutcome {
    /// It let the decision pass.
    Passed,
    /// It changed the count, not the direction.
    Limited,
    /// It held the decision.
    Held,
    /// It was not reached or not needed.
    NotAsked,
}

/// How far a decision was from going the other way.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Distance {
    /// By how much traffic may grow before more is asked for: 0.17 is +17 %. Negative: past it.
    pub traffic_to_up: Option<f64>,
    /// By how much traffic must fall before fewer would do: −0.5 is half.
    pub traffic_to_down: Option<f64>,
    /// For each metric, the raw value at which it alone, all else equal, would make the score ask for more.
    pub alone_up: PerMetric<Option<f64>>,
    /// "Scales up at CPU ≥ 88 %, or 90 % twice."
    pub words: String,
    /// Why not one more.
    pub why_not_more: Option<Neighbor>,
    /// Why not one fewer.
    pub why_not_fewer: Option<Neighbor>,
}

/// The count next to the one that was decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Neighbor {
    /// That count.
    pub instances: Instances,
    /// What is missing for it.
    pub words: String,
    /// What it would cost more (or less) per hour.
    pub price_change: MoneyPerHour,
}

/// The count that a decision orders, where it orders a change.
impl Decision {
    /// `Some(count)` when the target is to be moved: an action of a live policy.
    #[must_use]
    pub fn order(&self) -> Option<Instances> {
        match (self.mode, self.action) {
            (PolicyMode::Live, Action::ScaleUp | Action::ScaleDown) => Some(self.counts.ordered),
            (PolicyMode::Live, Action::NoChange) | (PolicyMode::Shadow, _) => None,
        }
    }

    /// The instances there were, where known.
    #[must_use]
    pub fn current(&self) -> Option<InstanceCount> {
        match self.instances {
            Counted::Known(count) => Some(count),
            Counted::Unknown { .. } => None,
        }
    }
}
