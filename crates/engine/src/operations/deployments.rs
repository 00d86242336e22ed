//! Doors to the list of deployments, and to what can be edited of one.

use std::ops::Bound;

use headroom_core::deployment::{Deployment, DeploymentId};
use serde::{Deserialize, Deserializer, Serialize};

use super::Run;
use super::fleet::rows;
use crate::caller::Caller;
use crate::engine::Engine;
use crate::error::WireError;
use crate::new_deployment;
use crate::view::{self, DeploymentDetails, DeploymentRow};

/// Deployments by their ids, page by page.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct ListDeployments {
    /// 1–500, 50 where not set.
    pub limit: Option<u32>,
    /// The cursor of the page before.
    pub after: Option<String>,
}

/// Change what is known of a deployment; what is not set stays. It touches nothing that runs.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct UpdateDeployment {
    /// Which.
    pub deployment_id: DeploymentId,
    /// 1–200 characters, not taken yet.
    pub name: Option<String>,
    /// Replaces all tags.
    pub tags: Option<Vec<String>>,
    /// The longest acceptable response time in ms; `null` for none.
    #[serde(default, deserialize_with = "told", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(as = "Option<f64>", optional = nullable))]
    pub response_time_ms: Option<Option<f64>>,
    /// The largest acceptable share of failed requests in percent; `null` for none.
    #[serde(default, deserialize_with = "told", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(as = "Option<f64>", optional = nullable))]
    pub error_rate_percent: Option<Option<f64>>,
    /// Seconds between evaluations, 1–3600; `null` for the fleet's own.
    #[serde(default, deserialize_with = "told", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(as = "Option<u32>", optional = nullable))]
    pub interval_seconds: Option<Option<u32>>,
}

/// What is there, `null` included: left out is not the same as empty.
fn told<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// A page of deployments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DeploymentPage {
    /// By their ids.
    pub deployments: Vec<DeploymentRow>,
    /// Give it back as `after` for the next page.
    pub next_cursor: Option<String>,
}

impl Run for ListDeployments {
    async fn run(self, engine: &Engine, _caller: &Caller) -> Result<DeploymentPage, WireError> {
        let limit = rows(self.limit)? as usize;
        let inner = &*engine.0;
        let now = inner.now();
        let fleet = inner.fleet.lock();
        let begin = self.after.map_or(Bound::Unbounded, |id| Bound::Excluded(DeploymentId(id)));
        let mut rest = fleet.live.range((begin, Bound::Unbounded)).map(|(_, live)| live);
        let deployments: Vec<DeploymentRow> = rest.by_ref().take(limit).map(|live| view::row(&fleet, live, &inner.prices, now)).collect();
        let next_cursor = rest.next().and(deployments.last()).map(|last| last.id.to_string());
        Ok(DeploymentPage { deployments, next_cursor })
    }
}

impl Run for UpdateDeployment {
    async fn run(self, engine: &Engine, caller: &Caller) -> Result<DeploymentDetails, WireError> {
        let inner = &*engine.0;
        let turn = inner.turn.lock().await;
        let id = self.deployment_id.clone();
        let is_tagged = self.tags.is_some();
        let detail = serde_json::to_value(&self).unwrap_or_default();
        let wanted = {
            let fleet = inner.fleet.lock();
            let mut wanted = Deployment::clone(&fleet.live(&id)?.deployment);
            if let Some(name) = self.name {
                wanted.name = name;
            }
            if let Some(tags) = self.tags {
                wanted.tags = tags;
            }
            if let Some(longest) = self.response_time_ms {
                wanted.objectives.response_time_ms = longest;
            }
            if let Some(largest) = self.error_rate_percent {
                wanted.objectives.error_rate_percent = largest;
            }
            if let Some(interval) = self.interval_seconds {
                wanted.interval_seconds = interval;
            }
            new_deployment::changed(&wanted).map_err(WireError::invalid)?
        };
        inner.change_deployment(wanted, None, inner.audit(caller, "update_deployment", Some(&id), detail)).await?;
        drop(turn);
        if is_tagged {
            engine.recount_budgets().await?;
        }
        inner.details(&id)
    }
}
