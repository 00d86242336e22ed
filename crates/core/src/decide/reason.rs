//! Why a decision is what it is: a closed list with numbers. Sentences are made here and nowhere else.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::metric::Metric;
use crate::observation::Hole;
use crate::units::Instances;

/// The one reason of a decision; [`Decision::sentence`](super::Decision::sentence) words it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Reason {
    /// The policy is switched off.
    PolicyDisabled,
    /// A person paused this deployment.
    Paused,
    /// Everything is paused.
    PausedAll,
    /// The target did not say how many instances there are.
    CountUnknown {
        /// Why.
        hole: Hole,
    },
    /// Somebody outside Headroom set the count to 0.
    StoppedFromOutside,
    /// Fewer than the minimum.
    BelowMinimum {
        /// The minimum in force.
        minimum: Instances,
    },
    /// More than the maximum.
    AboveMaximum {
        /// The maximum in force.
        maximum: Instances,
    },
    /// Fewer than half of the weights have a fresh reading.
    TooFewReadings {
        /// Share of the weights that is fresh.
        fresh: f64,
    },
    /// A metric has a hole, so never down.
    MissingHoldsDown {
        /// Which.
        metric: Metric,
        /// Why there is no reading.
        hole: Hole,
    },
    /// A manual order is in force.
    ManualOverride {
        /// The count that was ordered.
        instances: Instances,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// The engine has just started, so not down yet.
    WarmUp {
        /// Until when.
        until: DateTime<Utc>,
    },
    /// The score is inside the band.
    InsideBand,
    /// The score asks for more, led by one metric.
    ScoreUp {
        /// The metric with the largest share.
        leader: Metric,
        /// Its reading.
        value: f64,
        /// Its trigger.
        trigger_value: f64,
        /// Its pressure.
        pressure: f64,
        /// Past the urgent pressure: as far as needed, no cooldown.
        urgent: bool,
    },
    /// One metric was at its trigger and at 90 % of its maximum twice in a row.
    AloneUp {
        /// Which.
        metric: Metric,
        /// Its reading.
        value: f64,
    },
    /// The proportional metrics ask for fewer.
    ScoreDown {
        /// The score they are judged by.
        score: f64,
        /// The threshold.
        threshold: f64,
    },
    /// Fewer bring the largest pressure to its trigger (`proportional`).
    FewerSuffice {
        /// How many do.
        instances: Instances,
        /// The largest pressure now.
        pressure: f64,
    },
    /// Requests come, and no instance is there to answer (`minInstances` 0).
    RequestsAtZero {
        /// Requests per second.
        rate: f64,
    },
    /// A whole window would have fitted in fewer.
    Consolidated {
        /// The window in seconds.
        window_seconds: u32,
    },
    /// A guard metric is too near its trigger to go down.
    GuardVetoesDown {
        /// Which.
        metric: Metric,
        /// Its pressure.
        pressure: f64,
    },
    /// Two steps asked for by guards changed nothing.
    MoreDoesNotHelp {
        /// The guard that does not fall.
        metric: Metric,
        /// Until when it is not asked again.
        until: DateTime<Utc>,
    },
    /// Inside the cooldown after the last change.
    Cooldown {
        /// The direction that is held.
        asked: super::Direction,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// It is at the maximum already.
    AtMaximum {
        /// The maximum in force.
        maximum: Instances,
        /// The combined pressure.
        pressure: f64,
    },
    /// It is at the minimum already.
    AtMinimum {
        /// The minimum in force.
        minimum: Instances,
    },
    /// One fewer would come straight back.
    WouldComeBack {
        /// The count it would go to.
        instances: Instances,
        /// The pressure expected there.
        pressure: f64,
    },
    /// The budget does not pay for more; the decision names it.
    BudgetHolds {
        /// What it pays for.
        affordable: Instances,
    },
    /// A window of evaluations has not calmed down yet (`proportional`).
    Stabilizing {
        /// The highest count wanted in the window.
        wanted: Instances,
        /// Its length in seconds.
        window_seconds: u32,
    },
    /// Within 10 % of the target (`proportional`).
    WithinTolerance,
    /// More will be needed by the time that instances started now are ready (`predictive`).
    ForecastUp {
        /// The demand that is expected then, in instances at their trigger.
        expected: f64,
        /// Instances to be ready for it at the policy's quantile.
        instances: Instances,
        /// How far ahead, in seconds.
        lead_seconds: f64,
    },
    /// Fewer would do now, and not by the time that an instance could be brought back (`predictive`).
    ForecastHolds {
        /// The demand that is expected then, in instances at their trigger.
        expected: f64,
        /// Instances to be ready for it at the policy's quantile.
        instances: Instances,
        /// How far ahead, in seconds.
        lead_seconds: f64,
    },
    /// Fewer are enough, now and until an instance that is started then would serve (`predictive`).
    ForecastDown {
        /// The demand that is expected then, in instances at their trigger.
        expected: f64,
        /// Instances to be ready for it at the policy's quantile.
        instances: Instances,
        /// How far ahead, in seconds.
        lead_seconds: f64,
    },
    /// Instances on their way already cover what is needed.
    AlreadyStarting {
        /// How many.
        starting: Instances,
    },
}

impl Reason {
    /// The code that programs see, the same as on the wire: `score_up`, `cooldown` …
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::PolicyDisabled => "policy_disabled",
            Self::Paused => "paused",
            Self::PausedAll => "paused_all",
            Self::CountUnknown { .. } => "count_unknown",
            Self::StoppedFromOutside => "stopped_from_outside",
            Self::BelowMinimum { .. } => "below_minimum",
            Self::AboveMaximum { .. } => "above_maximum",
            Self::TooFewReadings { .. } => "too_few_readings",
            Self::MissingHoldsDown { .. } => "missing_holds_down",
            Self::ManualOverride { .. } => "manual_override",
            Self::WarmUp { .. } => "warm_up",
            Self::InsideBand => "inside_band",
            Self::ScoreUp { .. } => "score_up",
            Self::AloneUp { .. } => "alone_up",
            Self::ScoreDown { .. } => "score_down",
            Self::FewerSuffice { .. } => "fewer_suffice",
            Self::RequestsAtZero { .. } => "requests_at_zero",
            Self::Consolidated { .. } => "consolidated",
            Self::GuardVetoesDown { .. } => "guard_vetoes_down",
            Self::MoreDoesNotHelp { .. } => "more_does_not_help",
            Self::Cooldown { .. } => "cooldown",
            Self::AtMaximum { .. } => "at_maximum",
            Self::AtMinimum { .. } => "at_minimum",
            Self::WouldComeBack { .. } => "would_come_back",
            Self::BudgetHolds { .. } => "budget_holds",
            Self::Stabilizing { .. } => "stabilizing",
            Self::WithinTolerance => "within_tolerance",
            Self::ForecastUp { .. } => "forecast_up",
            Self::ForecastHolds { .. } => "forecast_holds",
            Self::ForecastDown { .. } => "forecast_down",
            Self::AlreadyStarting { .. } => "already_starting",
        }
    }
}
