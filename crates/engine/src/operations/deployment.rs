//! Doors to one deployment.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use headroom_core::deployment::{Billing, DeploymentId, HealthCheck};
use serde::{Deserialize, Serialize};

/// Everything the deployment page shows at once; the guide's scaling status and more.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct GetScalingStatus {
    /// Which.
    pub deployment_id: DeploymentId,
}

/// A deployment with everything that can be edited.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct GetDeployment {
    /// Which.
    pub deployment_id: DeploymentId,
}

/// Readings over time, for charts.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct GetSeries {
    /// Which.
    pub deployment_id: DeploymentId,
    /// Start of the range.
    pub from: DateTime<Utc>,
    /// End of the range; now where not set.
    pub to: Option<DateTime<Utc>>,
    /// 10–2000, 360 where not set.
    pub max_points: Option<u32>,
}

/// The decision that was in force at one instant, whole.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct GetDecision {
    /// Which deployment.
    pub deployment_id: DeploymentId,
    /// The instant.
    pub at: DateTime<Utc>,
}

/// What a manual order would cost and give.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct PreviewManualScaling {
    /// Which.
    pub deployment_id: DeploymentId,
    /// The count.
    pub target_instances: u32,
    /// How long policy decisions are held; the cooldown where not set, 0 for not at all.
    pub hold_seconds: Option<u32>,
}

/// Set the count by hand, with a reason, for a time.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct ScaleManually {
    /// Which.
    pub deployment_id: DeploymentId,
    /// The count, inside the policy's bounds.
    pub target_instances: u32,
    /// Why; 1–500 characters.
    pub reason: String,
    /// How long policy decisions are held; the cooldown where not set, 0 for not at all.
    pub hold_seconds: Option<u32>,
}

/// End a manual order before its time.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct EndOverride {
    /// Which.
    pub deployment_id: DeploymentId,
}

/// Stop moving this deployment; looking and recording go on.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct PauseDeployment {
    /// Which.
    pub deployment_id: DeploymentId,
    /// Why; may be left out.
    pub reason: Option<String>,
}

/// Take back [`PauseDeployment`], and accept a count of 0 that was set from outside.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ResumeDeployment {
    /// Which.
    pub deployment_id: DeploymentId,
}

/// Run a command on this machine as a deployment. Only from the desktop window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct AddLocalDeployment {
    /// 1–200 characters, not taken yet.
    pub name: String,
    /// Free words to group by.
    pub tags: Option<Vec<String>>,
    /// Program and arguments, no shell; one argument holds `{port}`.
    pub argv: Vec<String>,
    /// The folder it runs in; the home folder where not set.
    pub working_folder: Option<String>,
    /// Environment variables for it.
    pub environment: Option<BTreeMap<String, String>>,
    /// How an instance says that it is ready; `GET /` where not set.
    pub health: Option<HealthCheck>,
    /// The load balancer's port; a free one where not set.
    pub listen_port: Option<u16>,
    /// CPU cores an instance may use; 1 where not set.
    pub cpu_cores: Option<f64>,
    /// Memory an instance may use, in GB; 0.5 where not set.
    pub memory_gb: Option<f64>,
    /// Disk, in GB; 0 where not set.
    pub storage_gb: Option<f64>,
    /// What is paid for; `provisioned` where not set.
    pub billing: Option<Billing>,
    /// The longest acceptable response time in ms.
    pub response_time_ms: Option<f64>,
    /// How many to start with; 1 where not set.
    pub instances: Option<u32>,
    /// Seconds between evaluations; the fleet's own where not set.
    pub interval_seconds: Option<u32>,
}

/// Take a deployment out of Headroom. Local instances end with it; anything else keeps running as it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct RemoveDeployment {
    /// Which.
    pub deployment_id: DeploymentId,
}

/// Start the sample service with its load on this machine. Only from the desktop window. Does nothing where it runs already.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct AddSample {
    /// How many times faster than real time the day is played, 1–1440.
    pub speed: Option<f64>,
}
