//! What a draft would have done, beside the policy in force.

use chrono::{DateTime, Utc};
use headroom_core::units::Instances;
use serde::{Deserialize, Serialize};

/// The last days, played again under a draft and under the policy in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct WhatIf {
    /// None where nothing could be played.
    pub played: Option<WhatIfPlayed>,
    /// What was played, or why nothing could be and what is missing.
    pub based_on: String,
}

/// What came out of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct WhatIfPlayed {
    /// What the draft changes, in one sentence.
    pub sentence: String,
    /// Whether that is good.
    pub tone: Tone,
    /// The first step's instant.
    pub from: DateTime<Utc>,
    /// The end of the last step.
    pub to: DateTime<Utc>,
    /// Seconds of one point of the lines below.
    pub seconds_per_point: f64,
    /// Instances that were needed: the most in each point. The other lines are as long.
    pub needed: Vec<Instances>,
    /// Instances under the policy in force: the most in each point; none where there is no policy.
    pub current: Option<Vec<Instances>>,
    /// Instances under the draft: the most in each point.
    pub edited: Vec<Instances>,
    /// The response time, ms, after which a request counts as late.
    pub objective_ms: f64,
    /// The figures, in the order in which they are shown.
    pub figures: Vec<WhatIfFigure>,
}

/// One figure under both policies.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct WhatIfFigure {
    /// Which, and with it the unit.
    pub kind: WhatIfKind,
    /// Under the policy in force; none where there is none.
    pub current: Option<f64>,
    /// Under the draft.
    pub edited: f64,
    /// Edited less current.
    pub difference: Option<f64>,
    /// Whether the difference is good.
    pub tone: Tone,
}

/// A figure of a back-test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum WhatIfKind {
    /// What the time played cost, in the ledger's currency.
    Cost,
    /// The same for 30 days.
    CostPerMonth,
    /// Share of the requests over the objective or dropped, 0 to 1.
    LateRequests,
    /// Seconds with fewer ready instances than were needed.
    ShortTime,
    /// Demand ÷ what the instances could carry, 0 to 1.
    MeanUtilization,
    /// Orders a day.
    ChangesPerDay,
    /// Share of the time at the maximum, 0 to 1.
    TimeAtMaximum,
}

/// Whether a change is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Tone {
    /// It is.
    Better,
    /// It is not.
    Worse,
    /// Neither, or too little to say.
    Even,
}
