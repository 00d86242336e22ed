//! What was seen of one deployment at one instant, holes included.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::metric::{Metric, PerMetric};
use crate::units::Instances;

/// Why there is no reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Hole {
    /// The source does not offer this metric for this deployment.
    NotMeasured,
    /// The source has not seen enough yet: the first window is still open.
    NotYet,
    /// No instance is ready, so there is nothing to take a mean over.
    NoInstance,
    /// The source did not answer in time, or not at all.
    Unreachable,
    /// The source refused the credentials.
    Unauthorized,
    /// The answer was not a finite number, or a negative one.
    NotANumber,
    /// The last reading is too old to decide on.
    Stale,
}

/// A raw reading in its metric's own unit, or the reason why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Reading {
    /// Measured: finite and not negative.
    Value {
        /// In the metric's own unit.
        value: f64,
        /// When it was measured.
        at: DateTime<Utc>,
    },
    /// No request came, so there is no response time and no error share. Fresh, and calm.
    NoTraffic {
        /// When that was measured.
        at: DateTime<Utc>,
    },
    /// Nothing is known.
    Missing {
        /// Why.
        hole: Hole,
    },
}

impl Reading {
    /// A reading from whatever a source answered: what is not finite or negative is a hole.
    #[must_use]
    pub fn measured(value: f64, at: DateTime<Utc>) -> Self {
        if value.is_finite() && value >= 0.0 { Self::Value { value, at } } else { Self::missing(Hole::NotANumber) }
    }

    /// A hole with its reason.
    #[must_use]
    pub const fn missing(hole: Hole) -> Self {
        Self::Missing { hole }
    }

    /// Why there is no reading, where there is none.
    #[must_use]
    pub const fn hole(&self) -> Option<Hole> {
        match self {
            Self::Missing { hole } => Some(*hole),
            Self::Value { .. } | Self::NoTraffic { .. } => None,
        }
    }

    /// The number, where there is one.
    #[must_use]
    pub const fn value(&self) -> Option<f64> {
        match self {
            Self::Value { value, .. } => Some(*value),
            Self::NoTraffic { .. } | Self::Missing { .. } => None,
        }
    }
}

/// How many instances there are, or why that is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Counted {
    /// The target answered.
    Known(InstanceCount),
    /// The target did not.
    Unknown {
        /// Why.
        hole: Hole,
    },
}

/// Instances by state. `total = ready + starting` is what is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct InstanceCount {
    /// Serving.
    pub ready: Instances,
    /// On their way; they are in no mean, and count as capacity that is coming.
    pub starting: Instances,
}

impl InstanceCount {
    /// Ready and starting.
    #[must_use]
    pub fn total(self) -> Instances {
        self.ready + self.starting
    }
}

/// What the response-time reading is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum ResponseStatistic {
    /// The 95th percentile over the window.
    #[default]
    P95,
    /// The mean over the window.
    Mean,
}

/// What else was measured: it prices and explains, it does not decide.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Traffic {
    /// Requests per second over all instances.
    pub request_rate: Option<f64>,
    /// Mean response time in ms over the window.
    pub response_time_mean_ms: Option<f64>,
    /// Bytes transferred, both ways, since the observation before.
    pub network_bytes: Option<f64>,
    /// Bytes read from and written to disk since the observation before.
    pub disk_bytes: Option<f64>,
    /// Requests answered since the observation before.
    pub requests: Option<f64>,
}

/// One look at one deployment.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Observation {
    /// When it was looked at.
    pub at: DateTime<Utc>,
    /// How many instances there are.
    pub instances: Counted,
    /// One reading a metric, each in its own unit (see [`Metric`]).
    pub readings: PerMetric<Reading>,
    /// What the response-time reading is.
    pub response_statistic: ResponseStatistic,
    /// What else was measured.
    pub traffic: Traffic,
}

impl Observation {
    /// An observation that knows nothing, for one reason.
    #[must_use]
    pub fn unknown(at: DateTime<Utc>, hole: Hole) -> Self {
        Self {
            at,
            instances: Counted::Unknown { hole },
            readings: PerMetric::from_fn(|_: Metric| Reading::missing(hole)),
            response_statistic: ResponseStatistic::P95,
            traffic: Traffic::default(),
        }
    }
}
