//! Doors to policies and templates.

use std::sync::Arc;

use headroom_core::calendar::{UnknownZone, Zone};
use headroom_core::decide::decide;
use headroom_core::deployment::DeploymentId;
use headroom_core::policy::{Identity, Policy, PolicyBase, PolicyDraft, PolicyId, validate};
use headroom_core::schedule::calendar_file::{CalendarImport, read_calendar};
use headroom_core::templates::find_templates;
use serde::{Deserialize, Serialize};

use super::Run;
use crate::auto_scaling::circumstances;
use crate::caller::Caller;
use crate::engine::{Engine, Inner, new_id};
use crate::error::{ErrorCode, WireError};
use crate::event::Event;
use crate::recorded::{interval_of, setup_of};
use crate::view::{
    self, DraftCheck, PolicyList, PolicyListItem, PolicyVersionPage, PolicyVersionView, PolicyView, SavedPolicy, TemplateList,
    TemplateView, WhatIf,
};
use crate::what_if::{what_if, why_not};

/// Versions in one answer where nobody says how many.
const VERSIONS: u32 = 20;

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

/// What a draft would have done over the last 7 days, beside the policy in force. Changes nothing.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PlayPolicy {
    /// Which deployment's days.
    pub deployment_id: DeploymentId,
    /// The draft; what is not set is as in the policy in force, or the usual.
    pub draft: PolicyDraft,
}

/// A deployment's policy in every version that was saved, newest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct ListPolicyVersions {
    /// Which deployment.
    pub deployment_id: DeploymentId,
    /// Only versions before this one.
    pub before: Option<u32>,
    /// At most so many, 1 to 100; 20 where not set.
    pub limit: Option<u32>,
}

/// Bring back a version of a deployment's policy: it is saved again, whole, as the next version.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct RestorePolicyVersion {
    /// Which deployment.
    pub deployment_id: DeploymentId,
    /// The version to bring back.
    pub version: u32,
}

/// The events of an iCalendar file as schedules that still lack their bounds. Changes nothing.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct ReadCalendar {
    /// The file's text, at most 2 MB.
    pub text: String,
    /// The time zone of events that name none; UTC where not set.
    pub zone: Option<String>,
}

impl Run for ListPolicyVersions {
    async fn run(self, engine: &Engine, _caller: &Caller) -> Result<PolicyVersionPage, WireError> {
        let inner = &*engine.0;
        let limit = self.limit.unwrap_or(VERSIONS);
        if !(1..=100).contains(&limit) {
            return Err(WireError::invalid_field("limit", "Ask for 1 to 100 versions."));
        }
        let now = inner.now();
        let (policy, objective, price) = {
            let fleet = inner.fleet.lock();
            let live = fleet.live(&self.deployment_id)?;
            let price = inner.prices.per_instance(&live.deployment, live.observed.as_ref(), now);
            (live.policy.clone(), live.deployment.objectives.response_time_ms, price)
        };
        let Some(policy) = policy else { return Ok(PolicyVersionPage { versions: Vec::new(), next: None }) };
        let (id, before) = (policy.id.clone(), self.before);
        let page = inner.read.read(move |read| read.policy_versions(&id, before, limit)).await?;
        let versions = page.rows.into_iter().map(|row| PolicyVersionView {
            version: row.policy.version,
            saved_at: row.saved_at,
            saved_by: row.saved_by,
            is_in_force: row.policy.version == policy.version,
            policy: PolicyView::of(&row.policy, objective, price, now),
        });
        Ok(PolicyVersionPage { versions: versions.collect(), next: page.next })
    }
}

impl Run for RestorePolicyVersion {
    async fn run(self, engine: &Engine, caller: &Caller) -> Result<SavedPolicy, WireError> {
        let inner = &*engine.0;
        let _turn = inner.turn.lock().await;
        let (id, version) = (self.deployment_id, self.version);
        let policy = inner.fleet.lock().live(&id)?.policy.clone();
        let none =
            || WireError::new(ErrorCode::NotFound, format!("There is no version {version} of this policy. Read the versions again."));
        let policy = policy.ok_or_else(none)?;
        if policy.version == version {
            return Err(WireError::new(ErrorCode::Conflict, format!("Version {version} is in force already.")));
        }
        let policy_id = policy.id.clone();
        let found = inner.read.read(move |read| read.policy_version(&policy_id, version)).await?.ok_or_else(none)?;
        inner.save_policy_as(&id, &PolicyDraft::from(&found.policy), Saving::Restoring(version), caller).await
    }
}

impl Run for PlayPolicy {
    async fn run(self, engine: &Engine, _caller: &Caller) -> Result<WhatIf, WireError> {
        let (now, id) = (engine.0.now(), self.deployment_id);
        let (current, setup, interval) = {
            let fleet = engine.0.fleet.lock();
            let live = fleet.live(&id)?;
            (live.policy.clone(), setup_of(&fleet, live, &engine.0.prices, now), interval_of(&fleet, live))
        };
        let current = current.as_deref().cloned();
        let checked = validate(&self.draft, base_of(current.as_ref()), identity_of(current.as_ref(), now)).map_err(WireError::invalid)?;
        let (inner, currency) = (Arc::clone(&engine.0), engine.0.prices.currency());
        let played = engine.0.read.read(move |read| {
            let demand = inner.demands.of(read, &id, interval, now)?;
            Ok(match &*demand {
                Ok(demand) => what_if(demand, &setup, current.as_ref(), &checked.policy, &currency),
                Err(reason) => WhatIf { played: None, based_on: why_not(*reason) },
            })
        });
        Ok(played.await?)
    }
}

impl Run for ReadCalendar {
    async fn run(self, engine: &Engine, _caller: &Caller) -> Result<CalendarImport, WireError> {
        let zone: Zone = match self.zone.as_deref() {
            Some(name) => name.parse().map_err(|unknown: UnknownZone| WireError::invalid_field("zone", &unknown.to_string()))?,
            None => Zone::UTC,
        };
        read_calendar(&self.text, zone, engine.0.now()).map_err(|error| WireError::invalid_field("text", &error.to_string()))
    }
}

impl Run for ListPolicyTemplates {
    async fn run(self, _engine: &Engine, _caller: &Caller) -> Result<TemplateList, WireError> {
        let found = find_templates(self.category.as_deref(), self.workload_type.as_deref()).map_err(WireError::bad_filter)?;
        Ok(TemplateList { templates: found.into_iter().map(TemplateView::of).collect() })
    }
}

impl Run for ListPolicies {
    async fn run(self, engine: &Engine, _caller: &Caller) -> Result<PolicyList, WireError> {
        let inner = &*engine.0;
        let now = inner.now();
        let fleet = inner.fleet.lock();
        let mut policies: Vec<PolicyListItem> = fleet
            .live
            .values()
            .filter_map(|live| {
                let policy = live.policy.as_deref()?;
                let price = inner.prices.per_instance(&live.deployment, live.observed.as_ref(), now);
                Some(PolicyListItem {
                    deployment_id: live.deployment.id.clone(),
                    deployment_name: live.deployment.name.clone(),
                    policy: PolicyView::of(policy, live.deployment.objectives.response_time_ms, price, now),
                    score: live.decision.as_ref().and_then(|decision| decision.score),
                })
            })
            .collect();
        policies.sort_by(|a, b| a.deployment_name.cmp(&b.deployment_name));
        Ok(PolicyList { policies })
    }
}

impl Run for CheckPolicy {
    async fn run(self, engine: &Engine, _caller: &Caller) -> Result<DraftCheck, WireError> {
        let inner = &*engine.0;
        let now = inner.now();
        let fleet = inner.fleet.lock();
        let live = match &self.deployment_id {
            Some(id) => Some(fleet.live(id)?),
            None => None,
        };
        let identity = identity_of(live.and_then(|live| live.policy.as_deref()), now);
        let checked = match validate(&self.draft, base_of(live.and_then(|live| live.policy.as_deref())), identity) {
            Ok(checked) => checked,
            Err(errors) => {
                return Ok(DraftCheck { is_valid: false, errors, advice: Vec::new(), policy: None, score: None, would_decide: None });
            }
        };
        let objective = live.and_then(|live| live.deployment.objectives.response_time_ms);
        let price = live.map(|live| inner.prices.per_instance(&live.deployment, live.observed.as_ref(), now)).unwrap_or_default();
        let decision = live.and_then(|live| {
            let observation = live.observed.as_ref()?;
            let around = circumstances(&fleet, live, &inner.prices, *inner.warm_since.lock(), now);
            Some(decide(&checked.policy.at(observation.at).0, &around, observation, &live.memory, observation.at))
        });
        Ok(DraftCheck {
            is_valid: true,
            errors: Vec::new(),
            policy: Some(PolicyView::of(&checked.policy, objective, price, now)),
            advice: checked.advice,
            score: decision.as_ref().and_then(|decision| decision.score),
            would_decide: decision.as_ref().map(|decision| decision.sentence()),
        })
    }
}

impl Run for SavePolicy {
    async fn run(self, engine: &Engine, caller: &Caller) -> Result<SavedPolicy, WireError> {
        let inner = &*engine.0;
        let _turn = inner.turn.lock().await;
        inner.save_policy(&self.deployment_id, &self.draft, caller).await
    }
}

impl Inner {
    /// Validates, stores and takes over a policy. The caller holds the turn.
    pub(crate) async fn save_policy(&self, id: &DeploymentId, draft: &PolicyDraft, caller: &Caller) -> Result<SavedPolicy, WireError> {
        self.save_policy_as(id, draft, Saving::Changing, caller).await
    }

    async fn save_policy_as(
        &self,
        id: &DeploymentId,
        draft: &PolicyDraft,
        saving: Saving,
        caller: &Caller,
    ) -> Result<SavedPolicy, WireError> {
        let now = self.now();
        let (deployment, existing) = {
            let fleet = self.fleet.lock();
            let live = fleet.live(id)?;
            (live.deployment.clone(), live.policy.clone())
        };
        let identity = identity_of(existing.as_deref(), now);
        let (base, operation, restored) = match saving {
            Saving::Changing => (base_of(existing.as_deref()), "save_policy", None),
            // What the version did not set is not to come from the one in force.
            Saving::Restoring(version) => (PolicyBase::Defaults, "restore_policy_version", Some(version)),
        };
        let checked = validate(draft, base, identity).map_err(WireError::invalid)?;
        let mut deployment = (*deployment).clone();
        deployment.policy_id = Some(checked.policy.id.clone());
        let (stored, policy, by) = (deployment.clone(), checked.policy.clone(), caller.name.clone());
        let detail = serde_json::json!({ "name": policy.name, "version": policy.version, "restored": restored });
        let audit = self.audit(caller, operation, Some(id), detail);
        let foresight = self.foresight_under(id, &policy, now).await?;
        let kept = foresight.clone();
        let committed = self
            .write
            .transact(move |write| {
                write.save_policy(&policy, &by)?;
                write.update_deployment(&stored)?;
                match &kept {
                    Some(foresight) => write.set_foresight(&stored.id, foresight)?,
                    None => write.forget_foresight(&stored.id)?,
                }
                write.add_audit(&audit)
            })
            .await?;
        let price = {
            let mut fleet = self.fleet.lock();
            let live = fleet.live_mut(id)?;
            live.deployment = Arc::new(deployment);
            live.runnable = self.runnable(&live.deployment);
            live.policy = Some(Arc::new(checked.policy.clone()));
            live.foresight = foresight.map(Box::new);
            live.next_due = now;
            self.prices.per_instance(&live.deployment, live.observed.as_ref(), now)
        };
        self.tell_changes(&committed.changes);
        self.wake.notify_one();
        let (objective, deployment_name) = {
            let fleet = self.fleet.lock();
            let deployment = &fleet.live(id)?.deployment;
            (deployment.objectives.response_time_ms, deployment.name.clone())
        };
        let policy = view::PolicyView::of(&checked.policy, objective, price, now);
        let (deployment_id, by) = (id.clone(), caller.name.clone());
        self.bus.tell(Event::PolicyCreated { deployment_id, deployment_name, policy: Box::new(policy.clone()), by });
        Ok(SavedPolicy { policy, advice: checked.advice })
    }
}

/// How a policy comes to be saved.
#[derive(Clone, Copy)]
enum Saving {
    /// A draft over the policy in force.
    Changing,
    /// A version of before, whole.
    Restoring(u32),
}

fn base_of(existing: Option<&Policy>) -> PolicyBase<'_> {
    existing.map_or(PolicyBase::Defaults, PolicyBase::Existing)
}

/// The next version of a policy, or the first of a new one.
fn identity_of(existing: Option<&Policy>, updated_at: chrono::DateTime<chrono::Utc>) -> Identity {
    match existing {
        Some(policy) => Identity { id: policy.id.clone(), version: policy.version.saturating_add(1), updated_at },
        None => Identity { id: PolicyId(new_id("pol")), version: 1, updated_at },
    }
}
