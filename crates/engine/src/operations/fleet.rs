//! Doors to the whole fleet and to the engine itself.

use headroom_core::deployment::DeploymentId;
use serde::{Deserialize, Serialize};

/// Everything the overview shows. At most `MAX_ROWS` deployments.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct GetOverview {}

/// Whether scaling is on, since when it was last checked, what is wrong.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct GetEngineState {}

/// The newest decisions, of one deployment or of all; the same in a row is one item.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct ListDecisions {
    /// Of this deployment only.
    pub deployment_id: Option<DeploymentId>,
    /// Leave out those that are all calm.
    pub only_notable: Option<bool>,
    /// 1–500, 50 where not set.
    pub limit: Option<u32>,
    /// The cursor of the page before.
    pub before: Option<String>,
}

/// What was done, of one deployment or of all, newest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct GetScalingHistory {
    /// Of this deployment only.
    pub deployment_id: Option<DeploymentId>,
    /// Of this kind only.
    #[serde(rename = "type")]
    pub event_type: Option<crate::view::EventType>,
    /// 1–500, 50 where not set.
    pub limit: Option<u32>,
    /// The cursor of the page before.
    pub before: Option<String>,
}

/// Stop moving anything, anywhere; looking and recording go on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct PauseAll {
    /// Why; may be left out.
    pub reason: Option<String>,
}

/// Take back [`PauseAll`].
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct ResumeAll {}

/// The settings as they are.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct GetSettings {}

/// Change some settings; what is not set stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct UpdateSettings {
    /// Seconds between evaluations, 1–3600.
    pub evaluation_interval_seconds: Option<u32>,
    /// Light, dark, or as the system.
    pub theme: Option<Theme>,
}

/// The workspace's settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Settings {
    /// Seconds between evaluations, where a deployment sets none of its own.
    pub evaluation_interval_seconds: u32,
    /// Light, dark, or as the system.
    pub theme: Theme,
}

/// How the window is colored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Theme {
    /// As the system.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// Nothing to answer but that it was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Done {}
