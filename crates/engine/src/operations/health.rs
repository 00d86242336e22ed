//! The door that a monitoring system knocks at.

use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::deployment::DeploymentId;
use serde::{Deserialize, Serialize};

use super::Run;
use crate::caller::Caller;
use crate::engine::Engine;
use crate::error::WireError;
use crate::fleet::Live;
use crate::standing;

/// An evaluation that is later than this many intervals is missing.
const LATE_INTERVALS: i32 = 3;
/// Deployments that are named at most.
const MOST_NAMED: usize = 50;

/// Whether Headroom does its work: the engine, the store, and each deployment that it cannot see or scale.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct GetHealth {}

/// Whether Headroom does its work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct SystemHealth {
    /// The worst of what follows.
    pub status: HealthStatus,
    /// The product's version.
    pub version: String,
    /// Seconds since the start.
    pub uptime_seconds: f64,
    /// When the last evaluation was written down; none before the first.
    pub last_evaluation_at: Option<DateTime<Utc>>,
    /// Seconds since then.
    pub last_evaluation_age_seconds: Option<f64>,
    /// Whether the database takes what is written.
    pub store: HealthStatus,
    /// Deployments that are looked after.
    pub deployments: u32,
    /// Those that cannot be seen or scaled, with the reason; at most 50.
    pub connections: Vec<Trouble>,
    /// What is wrong with the engine itself, and what to do; none when nothing is.
    pub problem: Option<String>,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum HealthStatus {
    /// It does its work.
    Ok,
    /// It does, but not everywhere.
    Degraded,
    /// It does not.
    Failing,
}

/// A deployment that cannot be seen or scaled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Trouble {
    /// Which.
    pub deployment_id: DeploymentId,
    /// What people call it.
    pub name: String,
    /// What is wrong.
    pub message: String,
}

impl Run for GetHealth {
    async fn run(self, engine: &Engine, _caller: &Caller) -> Result<SystemHealth, WireError> {
        let inner = &*engine.0;
        let now = inner.now();
        let seconds = |time: TimeDelta| time.num_milliseconds() as f64 / 1_000.0;
        let fleet = inner.fleet.lock();
        let troubles = || fleet.live.values().filter_map(|live| Some((live, trouble(live)?)));
        let store = if fleet.problem.is_some() { HealthStatus::Failing } else { HealthStatus::Ok };
        // The slowest deployment says what late is, where one is looked after.
        let slowest = fleet.live.values().map(|live| fleet.interval_seconds(&live.deployment)).max();
        let since = fleet.last_evaluation_at.unwrap_or(inner.started_at);
        let is_late = slowest.is_some_and(|interval| now - since > TimeDelta::seconds(i64::from(interval)) * LATE_INTERVALS);
        let status = if is_late || store == HealthStatus::Failing {
            HealthStatus::Failing
        } else if troubles().next().is_some() {
            HealthStatus::Degraded
        } else {
            HealthStatus::Ok
        };
        Ok(SystemHealth {
            status,
            version: inner.version.clone(),
            uptime_seconds: seconds(now - inner.started_at),
            last_evaluation_at: fleet.last_evaluation_at,
            last_evaluation_age_seconds: fleet.last_evaluation_at.map(|at| seconds(now - at)),
            store,
            deployments: u32::try_from(fleet.live.len()).unwrap_or(u32::MAX),
            connections: troubles()
                .take(MOST_NAMED)
                .map(|(live, message)| Trouble { deployment_id: live.deployment.id.clone(), name: live.deployment.name.clone(), message })
                .collect(),
            problem: fleet.problem.clone(),
        })
    }
}

/// Why a deployment that was looked at cannot be seen or scaled.
fn trouble(live: &Live) -> Option<String> {
    match (&live.failure, &live.observed) {
        (Some(failure), _) => Some(failure.message.clone()),
        (None, Some(_)) if standing::count(live).is_none() => Some("Its instances could not be counted at the last look.".to_owned()),
        (None, _) => None,
    }
}
