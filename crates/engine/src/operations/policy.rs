//! Doors to policies and templates.

use headroom_core::deployment::DeploymentId;
use headroom_core::policy::PolicyDraft;
use serde::{Deserialize, Serialize};

/// The shipped templates; both filters together let through what passes both.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct ListPolicyTemplates {
    /// `web`, `api`, `batch`, `ml`, `general`.
    pub category: Option<String>,
    /// `web`, `api`, `batch`, `ml`, `development`.
    pub workload_type: Option<String>,
}

/// Every policy with the deployment it decides for.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct ListPolicies {}

/// What is wrong and worth knowing about a draft, and what it would decide now. Changes nothing.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct CheckPolicy {
    /// The deployment it is for: gives objectives, prices and readings.
    pub deployment_id: Option<DeploymentId>,
    /// The draft.
    pub draft: PolicyDraft,
}

/// Create or change a deployment's policy, from a template with overrides or whole.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct SavePolicy {
    /// Which deployment.
    pub deployment_id: DeploymentId,
    /// The draft.
    pub draft: PolicyDraft,
}
