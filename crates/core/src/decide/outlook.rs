//! What is expected of a deployment's demand, as of one look.

use serde::{Deserialize, Serialize};

use super::pressure::SLACK;
use crate::policy::MOST_INSTANCES;
use crate::units::Instances;

/// Where next to nothing is asked for and next to nothing expected, none is needed: under a twentieth of an instance.
const NOTHING: f64 = 0.05;

/// What a deployment's demand is expected to be when an instance that is started now will serve.
///
/// Demand is counted in instances at exactly their trigger: 14 means that 14 instances would be right at the policy's thresholds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Outlook {
    /// What is asked for now.
    pub now: f64,
    /// What is expected at the lead.
    pub expected: f64,
    /// 5 % of the outcomes in such situations were lower.
    pub low: f64,
    /// 5 % of the outcomes in such situations were higher.
    pub high: f64,
    /// What to be ready for at the policy's quantile; never under what is asked for now.
    pub ready_for: f64,
    /// The policy's quantile: the share of demand that is to find its instances ready.
    pub quantile: f64,
    /// How far ahead, in seconds: the learned start-up delay and one evaluation.
    pub lead_seconds: f64,
    /// How full an instance is planned to be, 0 to 1, where the objective says; its CPU trigger as a share.
    #[serde(default)]
    pub limit: Option<f64>,
    /// What it is made from.
    pub basis: Basis,
    /// Its own past error: mean distance between expected and come, as a share of what came, over the last day or so.
    ///
    /// None before an hour of forecasts has come true or not.
    pub error: Option<f64>,
    /// The share of demand for which what was made ready was enough, over the same time.
    pub enough: Option<f64>,
}

/// What a forecast is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Basis {
    /// The level and the trend of the last hour: the first two days.
    #[default]
    LevelAndTrend,
    /// The days before too.
    Season,
}

impl Outlook {
    /// Instances to be ready for: `ceil(ready_for)`; 0 where next to nothing is asked for and next to nothing expected.
    ///
    /// Total: what is not finite asks for nothing, and more than a policy may allow is that.
    #[must_use]
    pub fn instances(&self) -> Instances {
        if !self.ready_for.is_finite() || (self.now <= 0.0 && self.high < NOTHING) {
            return Instances::ZERO;
        }
        Instances((self.ready_for * (1.0 - SLACK)).ceil().clamp(0.0, f64::from(MOST_INSTANCES)) as u32)
    }
}
