//! Alerts: what may be said to a person, and when it is said, so that it is said once.
//!
//! Two machines stand behind all of them. A [`track`] follows a condition that lasts (an objective breached, readings missing):
//! inactive → pending → firing → resolved, and each episode fires once. A [budget](crate::budget::level) crosses levels: each is told
//! once in its period, over restarts. Both are pure: `now` is an argument, what they remember is a value that the caller keeps.
//!
//! Start reading at [`AlertKind`], then [`track::step`].

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::budget::{Budget, BudgetLevel, Period};
use crate::deployment::DeploymentId;

pub mod quiet;
pub mod track;

/// What an alert is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum AlertKind {
    /// A budget's level was crossed, or will be.
    Budget,
    /// A deployment is outside its objective.
    ObjectiveBreached,
    /// The count goes up and down and up again.
    Oscillation,
    /// More is wanted, and the maximum is reached.
    AtMaximum,
    /// Readings are missing, so that nothing can be decided.
    ReadingsMissing,
    /// An order could not be carried out.
    ScalingFailed,
    /// An hour cost much more than the same hours before.
    CostAnomaly,
    /// A person tries whether a channel arrives.
    Test,
}

impl AlertKind {
    /// Every kind that a person can set preferences for.
    pub const ALL: [Self; 7] = [
        Self::Budget,
        Self::ObjectiveBreached,
        Self::Oscillation,
        Self::AtMaximum,
        Self::ReadingsMissing,
        Self::ScalingFailed,
        Self::CostAnomaly,
    ];

    /// The kinds that follow one deployment from evaluation to evaluation.
    pub const LASTING: [Self; 5] =
        [Self::ObjectiveBreached, Self::Oscillation, Self::AtMaximum, Self::ReadingsMissing, Self::ScalingFailed];

    /// The level of what has one level only; a budget says its own.
    #[must_use]
    pub const fn level(self) -> AlertLevel {
        match self {
            Self::ObjectiveBreached | Self::ScalingFailed => AlertLevel::Critical,
            Self::Oscillation | Self::AtMaximum | Self::ReadingsMissing | Self::CostAnomaly | Self::Budget | Self::Test => {
                AlertLevel::Warning
            }
        }
    }

    /// How long a condition has to last before it is said, and how long it has to be over before that is.
    #[must_use]
    pub fn patience(self) -> track::Patience {
        let minutes = |fires: i64, resolves: i64| track::Patience {
            fires_after: TimeDelta::minutes(fires),
            resolves_after: TimeDelta::minutes(resolves),
        };
        match self {
            Self::AtMaximum => minutes(5, 2),
            Self::ObjectiveBreached | Self::ReadingsMissing => minutes(2, 2),
            Self::Oscillation => minutes(0, 5),
            // What failed is known at once; an hour is judged once, when it is over.
            Self::ScalingFailed | Self::CostAnomaly | Self::Budget | Self::Test => minutes(0, 0),
        }
    }

    /// In words, for a heading: "Objective breached".
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Budget => "Budget",
            Self::ObjectiveBreached => "Objective breached",
            Self::Oscillation => "Oscillation",
            Self::AtMaximum => "At maximum",
            Self::ReadingsMissing => "Readings missing",
            Self::ScalingFailed => "Scaling failed",
            Self::CostAnomaly => "Cost anomaly",
            Self::Test => "Test",
        }
    }
}

/// How far something went. Written as one word on every wire: `warning`, `share_80`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "string"))]
pub enum AlertLevel {
    /// The projected month end passes the limit.
    Forecast,
    /// A further threshold of a budget, in hundredths of a percent of its limit.
    Share(u32),
    /// The warning threshold, or what a person should look at.
    Warning,
    /// The critical threshold, or what harms now.
    Critical,
    /// The whole limit is spent.
    Exceeded,
}

impl AlertLevel {
    /// Whether it harms now; else it warns.
    #[must_use]
    pub const fn is_critical(self) -> bool {
        matches!(self, Self::Critical | Self::Exceeded)
    }
}

impl fmt::Display for AlertLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forecast => f.write_str("forecast"),
            Self::Share(hundredths) => write!(f, "share_{}", f64::from(*hundredths) / 100.0),
            Self::Warning => f.write_str("warning"),
            Self::Critical => f.write_str("critical"),
            Self::Exceeded => f.write_str("exceeded"),
        }
    }
}

/// The word of a level is none that is known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is no level of an alert")]
pub struct UnknownWord(pub String);

impl FromStr for AlertLevel {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        match word {
            "forecast" => Ok(Self::Forecast),
            "warning" => Ok(Self::Warning),
            "critical" => Ok(Self::Critical),
            "exceeded" => Ok(Self::Exceeded),
            other => {
                let percent = other.strip_prefix("share_").and_then(|percent| percent.parse::<f64>().ok());
                let hundredths = percent.map(|percent| (percent * 100.0).round()).filter(|share| (0.0..=1e9).contains(share));
                hundredths.map(|share| Self::Share(share as u32)).ok_or_else(|| UnknownWord(other.to_owned()))
            }
        }
    }
}

impl From<BudgetLevel> for AlertLevel {
    fn from(level: BudgetLevel) -> Self {
        match level {
            BudgetLevel::Threshold(percent) | BudgetLevel::Beyond(percent) => Self::Share((percent.get() * 100.0).round() as u32),
            BudgetLevel::Warning => Self::Warning,
            BudgetLevel::Forecast => Self::Forecast,
            BudgetLevel::Critical => Self::Critical,
            BudgetLevel::Exceeded => Self::Exceeded,
        }
    }
}

impl From<AlertLevel> for String {
    fn from(level: AlertLevel) -> Self {
        level.to_string()
    }
}

impl TryFrom<String> for AlertLevel {
    type Error = UnknownWord;

    fn try_from(word: String) -> Result<Self, UnknownWord> {
        word.parse()
    }
}

/// What an alert is about: one thing that has a name. Written as one word: `deployment:dep_1`, `budget:bud_1`, `workspace`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "string"))]
pub enum AlertScope {
    /// One deployment.
    Deployment(DeploymentId),
    /// One budget, by its id.
    Budget(String),
    /// Everything.
    Workspace,
}

impl fmt::Display for AlertScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deployment(id) => write!(f, "deployment:{id}"),
            Self::Budget(id) => write!(f, "budget:{id}"),
            Self::Workspace => f.write_str("workspace"),
        }
    }
}

impl FromStr for AlertScope {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        match word.split_once(':') {
            Some(("deployment", id)) => Ok(Self::Deployment(DeploymentId(id.to_owned()))),
            Some(("budget", id)) => Ok(Self::Budget(id.to_owned())),
            None if word == "workspace" => Ok(Self::Workspace),
            _ => Err(UnknownWord(word.to_owned())),
        }
    }
}

impl From<AlertScope> for String {
    fn from(scope: AlertScope) -> Self {
        scope.to_string()
    }
}

impl TryFrom<String> for AlertScope {
    type Error = UnknownWord;

    fn try_from(word: String) -> Result<Self, UnknownWord> {
        word.parse()
    }
}

/// Which alert it is. Two with the same key are the same, and the second one is never said.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AlertKey {
    /// What kind.
    pub kind: AlertKind,
    /// About what.
    pub scope: AlertScope,
    /// How far it went.
    pub level: AlertLevel,
    /// In which period: of a budget its first instant and how often it was armed in it, of a condition that lasts its beginning.
    pub period: String,
}

impl AlertKey {
    /// The key of an episode of something that lasts.
    #[must_use]
    pub fn episode(kind: AlertKind, scope: AlertScope, since: DateTime<Utc>) -> Self {
        Self { kind, scope, level: kind.level(), period: since.timestamp_millis().to_string() }
    }

    /// The key of a budget's level in its period. A budget that was changed may tell a level anew, so its last change is part of it.
    #[must_use]
    pub fn of_budget(budget: &Budget, level: BudgetLevel, period: &Period) -> Self {
        Self {
            kind: AlertKind::Budget,
            scope: AlertScope::Budget(budget.id.0.clone()),
            level: level.into(),
            period: format!("{}/{}", period.start.timestamp_millis(), budget.updated_at.timestamp_millis()),
        }
    }
}
