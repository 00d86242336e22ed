//! The five metrics of a policy, and what belongs to each whatever the policy.

use std::ops::{Index, IndexMut, RangeInclusive};

use serde::{Deserialize, Serialize};

/// What can be measured of a deployment and used in a policy. To add one, see `CONTRIBUTING.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Metric {
    /// Percent of the instance's cores in use, mean over ready instances.
    Cpu,
    /// Percent of the instance's memory in use, mean over ready instances.
    Memory,
    /// Milliseconds to answer: p95 over the window where the source has it, else the mean.
    ResponseTime,
    /// Percent of requests that failed (5xx, timeouts).
    ErrorRate,
    /// Requests per second **per ready instance**.
    Requests,
}

/// How a metric answers to more instances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricClass {
    /// Falls as instances are added: it may set the size.
    Proportional,
    /// May ask for a step or forbid one, does not set the size.
    Guard,
}

impl Metric {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 5] = [Self::Cpu, Self::Memory, Self::ResponseTime, Self::ErrorRate, Self::Requests];

    /// The guide's name: `cpu`, `memory`, `response_time`, `error_rate`, `requests`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Memory => "memory",
            Self::ResponseTime => "response_time",
            Self::ErrorRate => "error_rate",
            Self::Requests => "requests",
        }
    }

    /// The name in a sentence: "CPU", "memory", "response time" …
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Cpu => "CPU",
            Self::Memory => "memory",
            Self::ResponseTime => "response time",
            Self::ErrorRate => "error rate",
            Self::Requests => "requests",
        }
    }

    /// The unit of the raw reading.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Cpu | Self::Memory | Self::ErrorRate => "%",
            Self::ResponseTime => "ms",
            Self::Requests => "rps",
        }
    }

    /// Whether it sets the size or guards it.
    #[must_use]
    pub const fn class(self) -> MetricClass {
        match self {
            Self::Cpu | Self::Requests => MetricClass::Proportional,
            Self::Memory | Self::ResponseTime | Self::ErrorRate => MetricClass::Guard,
        }
    }

    /// The raw value that a threshold of 1 means, in the metric's own unit, where neither the rule nor an objective says otherwise.
    ///
    /// 100 %, 100 %, 5 000 ms, 100 % of requests, 1 000 rps per ready instance.
    #[must_use]
    pub const fn default_maximum(self) -> f64 {
        match self {
            Self::Cpu | Self::Memory | Self::ErrorRate => 100.0,
            Self::ResponseTime => 5_000.0,
            Self::Requests => 1_000.0,
        }
    }

    /// The raw value at the right end of a scale, for display: as [`Self::default_maximum`], but 10 % for the error rate.
    #[must_use]
    pub const fn display_maximum(self) -> f64 {
        match self {
            Self::Cpu | Self::Memory => 100.0,
            Self::ResponseTime => 5_000.0,
            Self::ErrorRate => 10.0,
            Self::Requests => 1_000.0,
        }
    }

    /// Whether a reading is a mean over ready instances, so that none ready means none at all.
    #[must_use]
    pub const fn is_per_instance(self) -> bool {
        match self {
            Self::Cpu | Self::Memory | Self::Requests => true,
            Self::ResponseTime | Self::ErrorRate => false,
        }
    }

    /// The weight the guide recommends.
    #[must_use]
    pub const fn recommended_weight(self) -> RangeInclusive<f64> {
        match self {
            Self::Cpu | Self::ResponseTime => 0.3..=0.5,
            Self::Memory | Self::Requests => 0.2..=0.4,
            Self::ErrorRate => 0.1..=0.3,
        }
    }

    /// The raw value that a threshold of 1 means, in the metric's own unit, for a deployment with this response-time objective.
    ///
    /// The objective is the longest acceptable response time in ms; it concerns [`Metric::ResponseTime`] alone, which means
    /// 5 000 ms without one. All others: [`Self::default_maximum`].
    #[must_use]
    pub fn maximum(self, response_time_objective_ms: Option<f64>) -> f64 {
        match self {
            Self::ResponseTime => response_time_objective_ms.unwrap_or(self.default_maximum()),
            Self::Cpu | Self::Memory | Self::ErrorRate | Self::Requests => self.default_maximum(),
        }
    }
}

/// One value for each metric.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PerMetric<T> {
    /// For [`Metric::Cpu`].
    pub cpu: T,
    /// For [`Metric::Memory`].
    pub memory: T,
    /// For [`Metric::ResponseTime`].
    pub response_time: T,
    /// For [`Metric::ErrorRate`].
    pub error_rate: T,
    /// For [`Metric::Requests`].
    pub requests: T,
}

impl<T> PerMetric<T> {
    /// Computes each value from its metric.
    pub fn from_fn(mut value: impl FnMut(Metric) -> T) -> Self {
        Self {
            cpu: value(Metric::Cpu),
            memory: value(Metric::Memory),
            response_time: value(Metric::ResponseTime),
            error_rate: value(Metric::ErrorRate),
            requests: value(Metric::Requests),
        }
    }

    /// Each metric with its value, in the order of [`Metric::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Metric, &T)> {
        Metric::ALL.into_iter().map(move |metric| (metric, &self[metric]))
    }
}

impl<T> Index<Metric> for PerMetric<T> {
    type Output = T;
    fn index(&self, metric: Metric) -> &T {
        match metric {
            Metric::Cpu => &self.cpu,
            Metric::Memory => &self.memory,
            Metric::ResponseTime => &self.response_time,
            Metric::ErrorRate => &self.error_rate,
            Metric::Requests => &self.requests,
        }
    }
}

impl<T> IndexMut<Metric> for PerMetric<T> {
    fn index_mut(&mut self, metric: Metric) -> &mut T {
        match metric {
            Metric::Cpu => &mut self.cpu,
            Metric::Memory => &mut self.memory,
            Metric::ResponseTime => &mut self.response_time,
            Metric::ErrorRate => &mut self.error_rate,
            Metric::Requests => &mut self.requests,
        }
    }
}
