//! All configuration as one readable value, and back: for a file in version control.
//!
//! What is measured, decided and paid is no part of it, and no secret is. Deployments are named, not numbered, so that a file suits another
//! Headroom. It creates no deployment: how one is reached is said where its commands and credentials are.

use std::collections::BTreeMap;

use headroom_core::budget::{BudgetDraft, BudgetScope};
use headroom_core::deployment::{Deployment, DeploymentId};
use headroom_core::policy::PolicyDraft;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Run, SaveBudget, SavePolicy, UpdateDeployment, UpdateSettings};
use crate::caller::Caller;
use crate::engine::{Engine, Inner};
use crate::error::WireError;

/// The version of the form; a file of another one is refused.
const FORM: u32 = 1;

/// Everything that was configured: settings, what is known of each deployment, its policy, and budgets.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct ExportConfiguration {}

/// Bring settings, deployments, policies and budgets to what a configuration says. What it does not name stays as it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct ImportConfiguration {
    /// As it was exported.
    pub configuration: Configuration,
    /// Only say what would be done.
    pub dry_run: Option<bool>,
}

/// Everything that was configured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct Configuration {
    /// The version of the form: 1.
    pub headroom: u32,
    /// The workspace's settings.
    #[serde(default)]
    pub settings: ConfiguredSettings,
    /// By name.
    #[serde(default)]
    pub deployments: Vec<ConfiguredDeployment>,
    /// By name.
    #[serde(default)]
    pub budgets: Vec<ConfiguredBudget>,
}

/// The workspace's settings.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct ConfiguredSettings {
    /// Seconds between evaluations, where a deployment sets none of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evaluation_interval_seconds: Option<u32>,
}

/// What is known of a deployment, and its policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct ConfiguredDeployment {
    /// Which.
    pub name: String,
    /// Free words to group by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// The longest acceptable response time in ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_time_ms: Option<f64>,
    /// The largest acceptable share of failed requests in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_rate_percent: Option<f64>,
    /// Seconds between evaluations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval_seconds: Option<u32>,
    /// Its policy, whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyDraft>,
}

/// A budget.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct ConfiguredBudget {
    /// The deployment whose spending counts, by name; what the draft's scope says where not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment: Option<String>,
    /// The budget, whole.
    pub budget: BudgetDraft,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ImportReport {
    /// One line for each thing that the configuration names, in its order.
    pub lines: Vec<ImportLine>,
}

/// What became of one thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ImportLine {
    /// "settings", "deployment web", "policy of web", "budget Shop".
    pub what: String,
    /// What was done, or would be.
    pub done: ImportDone,
    /// Why not, where it was not.
    pub message: Option<String>,
}

/// What was done with one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum ImportDone {
    /// It was not there.
    Created,
    /// It was otherwise.
    Changed,
    /// It was so already.
    Same,
    /// It could not be done.
    Skipped,
}

impl Run for ExportConfiguration {
    async fn run(self, engine: &Engine, _caller: &Caller) -> Result<Configuration, WireError> {
        Ok(engine.0.configuration())
    }
}

impl Run for ImportConfiguration {
    async fn run(self, engine: &Engine, caller: &Caller) -> Result<ImportReport, WireError> {
        let Configuration { headroom, settings, deployments, budgets } = self.configuration;
        if headroom != FORM {
            let message = format!("This is form {headroom} of a configuration, and this Headroom knows form {FORM}.");
            return Err(WireError::invalid_field("headroom", &message));
        }
        let import = Import { engine, caller, dry_run: self.dry_run.unwrap_or(false), there: engine.0.configuration() };
        let mut lines = Vec::new();
        import.settings(settings, &mut lines).await;
        for deployment in deployments {
            import.deployment(deployment, &mut lines).await;
        }
        for budget in budgets {
            import.budget(budget, &mut lines).await;
        }
        Ok(ImportReport { lines })
    }
}

struct Import<'a> {
    engine: &'a Engine,
    caller: &'a Caller,
    dry_run: bool,
    /// Before anything was imported.
    there: Configuration,
}

impl Import<'_> {
    async fn settings(&self, wanted: ConfiguredSettings, lines: &mut Vec<ImportLine>) {
        let Some(seconds) = wanted.evaluation_interval_seconds else { return };
        let is_same = self.there.settings.evaluation_interval_seconds == Some(seconds);
        let change = UpdateSettings { evaluation_interval_seconds: Some(seconds), ..UpdateSettings::default() };
        lines.push(self.line("settings".to_owned(), true, is_same, change).await);
    }

    async fn deployment(&self, wanted: ConfiguredDeployment, lines: &mut Vec<ImportLine>) {
        let what = format!("deployment {}", wanted.name);
        let (Some(id), Some(there)) = (self.id(&wanted.name), self.there.deployments.iter().find(|there| there.name == wanted.name)) else {
            let message = "There is no deployment of this name. Add it in the desktop window or in headroomd's own configuration file.";
            lines.push(ImportLine { what, done: ImportDone::Skipped, message: Some(message.to_owned()) });
            return;
        };
        let kept = |deployment: &ConfiguredDeployment| ConfiguredDeployment { policy: None, ..deployment.clone() };
        let is_same = kept(&wanted) == kept(there);
        let change = UpdateDeployment {
            deployment_id: id.clone(),
            name: None,
            tags: wanted.tags.clone(),
            response_time_ms: Some(wanted.response_time_ms),
            error_rate_percent: Some(wanted.error_rate_percent),
            interval_seconds: Some(wanted.interval_seconds),
        };
        lines.push(self.line(what, true, is_same, change).await);
        if let Some(draft) = wanted.policy {
            let what = format!("policy of {}", wanted.name);
            let is_same = there.policy.as_ref() == Some(&draft);
            lines.push(self.line(what, there.policy.is_some(), is_same, SavePolicy { deployment_id: id, draft }).await);
        }
    }

    async fn budget(&self, wanted: ConfiguredBudget, lines: &mut Vec<ImportLine>) {
        let name = wanted.budget.name.clone().unwrap_or_default();
        let what = format!("budget {name}");
        let mut draft = wanted.budget.clone();
        if let Some(deployment) = &wanted.deployment {
            let Some(deployment_id) = self.id(deployment) else {
                let message = format!("There is no deployment “{deployment}”.");
                lines.push(ImportLine { what, done: ImportDone::Skipped, message: Some(message) });
                return;
            };
            draft.scope = Some(BudgetScope::Deployment { deployment_id });
        }
        let there = self.there.budgets.iter().find(|there| there.budget.name == wanted.budget.name);
        let is_same = there == Some(&wanted);
        let budget_id =
            self.engine.0.fleet.lock().budgets.iter().find(|tracked| tracked.budget.name == name).map(|tracked| tracked.budget.id.clone());
        lines.push(self.line(what, budget_id.is_some(), is_same, SaveBudget { budget_id, draft }).await);
    }

    /// Carries one change out, unless it would change nothing or nothing is to be changed.
    async fn line<O: Run>(&self, what: String, was_there: bool, is_same: bool, change: O) -> ImportLine {
        let done = match (is_same, was_there) {
            (true, _) => return ImportLine { what, done: ImportDone::Same, message: None },
            (false, true) => ImportDone::Changed,
            (false, false) => ImportDone::Created,
        };
        if self.dry_run {
            return ImportLine { what, done, message: None };
        }
        match change.run(self.engine, self.caller).await {
            Ok(_) => ImportLine { what, done, message: None },
            Err(error) => ImportLine { what, done: ImportDone::Skipped, message: Some(error.message) },
        }
    }

    fn id(&self, name: &str) -> Option<DeploymentId> {
        let fleet = self.engine.0.fleet.lock();
        fleet.live.values().find(|live| live.deployment.name == name).map(|live| live.deployment.id.clone())
    }
}

impl Inner {
    fn configuration(&self) -> Configuration {
        let fleet = self.fleet.lock();
        let names: BTreeMap<&DeploymentId, &str> = fleet.live.iter().map(|(id, live)| (id, live.deployment.name.as_str())).collect();
        let mut deployments: Vec<ConfiguredDeployment> = fleet
            .live
            .values()
            .map(|live| ConfiguredDeployment::of(&live.deployment, live.policy.as_deref().map(PolicyDraft::from)))
            .collect();
        deployments.sort_by(|a, b| a.name.cmp(&b.name));
        let mut budgets: Vec<ConfiguredBudget> = fleet.budgets.iter().filter_map(|tracked| configured(&tracked.budget, &names)).collect();
        budgets.sort_by(|a, b| a.budget.name.cmp(&b.budget.name));
        let settings = ConfiguredSettings { evaluation_interval_seconds: Some(fleet.interval_seconds) };
        Configuration { headroom: FORM, settings, deployments, budgets }
    }
}

impl ConfiguredDeployment {
    fn of(deployment: &Deployment, policy: Option<PolicyDraft>) -> Self {
        Self {
            name: deployment.name.clone(),
            tags: Some(deployment.tags.clone()),
            response_time_ms: deployment.objectives.response_time_ms,
            error_rate_percent: deployment.objectives.error_rate_percent,
            interval_seconds: deployment.interval_seconds,
            policy,
        }
    }
}

/// A budget by the name of its deployment; none where that is gone.
fn configured(budget: &headroom_core::budget::Budget, names: &BTreeMap<&DeploymentId, &str>) -> Option<ConfiguredBudget> {
    // A budget on the wire has the fields of its draft, and more.
    let written: Value = serde_json::to_value(budget).ok()?;
    let draft: BudgetDraft = serde_json::from_value(written).ok()?;
    match &budget.scope {
        BudgetScope::Deployment { deployment_id } => {
            let name = names.get(deployment_id)?;
            Some(ConfiguredBudget { deployment: Some((*name).to_owned()), budget: BudgetDraft { scope: None, ..draft } })
        }
        BudgetScope::All | BudgetScope::Tag { .. } => Some(ConfiguredBudget { deployment: None, budget: draft }),
    }
}
