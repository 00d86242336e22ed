//! What one evaluation says, whole: the order, the readings behind it, and each check.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::circumstances::BudgetLimit;
use super::outlook::Outlook;
use super::reason::Reason;
use crate::metric::{Metric, MetricClass, PerMetric};
use crate::observation::{Counted, Hole, InstanceCount, ResponseStatistic};
use crate::policy::{PolicyId, PolicyMode, PolicyType};
use crate::units::{Instances, MoneyPerHour};

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
    /// How far that policy moves at a time.
    pub policy_type: PolicyType,
    /// In shadow nothing is acted.
    pub mode: PolicyMode,
    /// What is done, or would be done if the policy is in shadow.
    pub action: Action,
    /// What the metrics asked for.
    pub asked: Direction,
    /// What there was.
    pub instances: Counted,
    /// Set where somebody outside Headroom changed the count since the evaluation before.
    pub changed_outside: Option<OutsideChange>,
    /// The counts on the way to the last one.
    pub counts: Counts,
    /// The bounds in force.
    pub bounds: Bounds,
    /// The names of the schedules whose windows hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schedules: Vec<String>,
    /// The scores between which nothing is asked for.
    pub band: Band,
    /// The combined pressure P, where any metric was fresh.
    pub pressure: Option<f64>,
    /// `min(1, scale_up_threshold · P)`, for display.
    pub score: Option<f64>,
    /// The score that the same load would have once the starting instances are ready.
    pub score_when_ready: Option<f64>,
    /// The score by which "down" is judged: of the proportional metrics alone.
    pub down_score: Option<f64>,
    /// In [0, 1]: how much of the weight is fresh and agrees.
    ///
    /// `(fresh weight ÷ all weight) × (weight that agrees with the direction asked for ÷ fresh weight)`; 0 without fresh weight.
    pub confidence: f64,
    /// Each metric of the policy: reading, trigger, pressure and share of the score.
    pub contributions: PerMetric<Option<Contribution>>,
    /// What the response-time reading is.
    pub response_statistic: ResponseStatistic,
    /// Why this and not something else.
    pub reason: Reason,
    /// The first of the checks that held it, if one did.
    pub held_by: Option<Check>,
    /// Each of the nine checks, and the forecast's where the policy looks ahead, in order.
    pub checks: Vec<CheckResult>,
    /// What was expected, where the policy is `predictive` and the demand of this look was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outlook: Option<Outlook>,
    /// What a budget could pay for, where a guard was on.
    pub budget: Option<BudgetLimit>,
    /// What the change costs per hour; negative saves.
    pub price_change: MoneyPerHour,
    /// What one instance costs.
    pub price_per_instance: MoneyPerHour,
}

impl Decision {
    /// The demand in instances at exactly their trigger: ready instances × the largest pressure of a metric that falls as they are added.
    ///
    /// `None` without a known count, or while no such metric counts.
    #[must_use]
    pub fn load(&self) -> Option<f64> {
        let ready = self.current()?.ready.as_f64();
        let counting = |metric: Metric| {
            let part = self.contributions[metric].as_ref().filter(|part| part.weight > 0.0)?;
            (metric.class() == MetricClass::Proportional && !matches!(part.state, MetricState::Missing { .. })).then_some(part.pressure)
        };
        Metric::ALL.into_iter().filter_map(counting).reduce(f64::max).map(|largest| ready * largest)
    }

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

/// A count that changed without Headroom: somebody scaled by another way, or the platform did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct OutsideChange {
    /// The count at the evaluation before.
    pub from: Instances,
    /// The count now.
    pub to: Instances,
}

/// The bounds in force, schedules included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Bounds {
    /// Never fewer.
    pub minimum: Instances,
    /// Never more.
    pub maximum: Instances,
}

/// The thresholds of a policy, as scores.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "Thresholds"))]
pub struct Band {
    /// At or under it fewer would do.
    pub down: f64,
    /// From it on more is asked for.
    pub up: f64,
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
    /// What is ordered; the count there is when nothing is.
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
    /// `clamp(value / maximum, 0, 1)`, for display, with the maxima of [`Metric::display_maximum`](crate::metric::Metric::display_maximum).
    pub normalized: Option<f64>,
    /// The trigger in the metric's own unit.
    pub trigger_value: f64,
    /// Whether the trigger was raised over what the policy says (idle latency).
    pub trigger_raised: bool,
    /// 1 is exactly at the trigger; 0…4. 0 where there is no reading.
    pub pressure: f64,
    /// As in the policy.
    pub weight: f64,
    /// Of the combined pressure, 0…1; all shares sum to 1 where any metric is fresh and under pressure, else all are 0.
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
        hole: Hole,
    },
}

/// The questions that are asked before anything moves, in their order: nine, and the forecast where a policy looks ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Check {
    /// Enabled, not paused, not frozen, count known, not stopped from outside.
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
    /// Would not come straight back: the come-back test, or the stabilization window of `proportional`.
    ComeBack,
    /// What is expected fits too. Asked of `predictive` policies alone.
    Forecast,
    /// The budget pays for it.
    Budget,
}

impl Check {
    /// All ten, in the order in which they are asked.
    pub const ALL: [Self; 10] = [
        Self::Active,
        Self::Bounds,
        Self::Readings,
        Self::Override,
        Self::WarmUp,
        Self::Band,
        Self::Cooldown,
        Self::ComeBack,
        Self::Forecast,
        Self::Budget,
    ];
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
    /// The decision did not need it, but a change one way would be held by it now.
    WouldHold,
    /// It was not reached or not needed.
    NotAsked,
}
