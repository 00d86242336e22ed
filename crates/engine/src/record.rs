//! What operations write down, and how the fleet takes it over. Callers hold the turn.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use headroom_core::decide::{ManualOverride, Memory};
use headroom_core::deployment::{Deployment, DeploymentId, RunsOn};
use headroom_core::policy::PolicyDraft;
use headroom_core::units::{Instances, MoneyPerHour};
use headroom_store::{EventFilter, EventType, IntentId, NewAuditEntry, NewEvent, NewIntent, Outcome};
use serde_json::Value;

use crate::caller::Caller;
use crate::engine::Inner;
use crate::error::{ErrorCode, WireError};
use crate::fleet::Live;
use crate::sample;
use crate::view::{DeploymentDetails, EventView};

/// An operation waits this long for an order that is out; a little longer than an order may take.
const ANSWER_LIMIT: Duration = Duration::from_secs(35);
/// The newest events of a deployment that are searched for the one an order became.
const NEWEST_EVENTS: u32 = 20;

impl Inner {
    /// An entry of the audit log.
    pub(crate) fn audit(&self, caller: &Caller, operation: &str, subject: Option<&DeploymentId>, detail: Value) -> NewAuditEntry {
        NewAuditEntry {
            at: self.now(),
            actor: caller.name.clone(),
            operation: operation.to_owned(),
            subject: subject.map_or_else(String::new, ToString::to_string),
            detail,
        }
    }

    /// Returns once no order is out for this deployment.
    pub(crate) async fn until_answered(&self, id: &DeploymentId) -> Result<(), WireError> {
        let answered = async {
            loop {
                let notified = self.answered.notified();
                if self.fleet.lock().live(id)?.order.is_none() {
                    return Ok(());
                }
                notified.await;
            }
        };
        tokio::time::timeout(ANSWER_LIMIT, answered).await.unwrap_or_else(|_elapsed| {
            Err(WireError::new(ErrorCode::Unavailable, "An order is still being carried out there. Try again in a moment."))
        })
    }

    /// Commits a person's order, with the hold that goes with it, and the memory of it: a restart brings back that count.
    pub(crate) async fn commit_manual(
        &self,
        intent: &NewIntent,
        lease: &ManualOverride,
        memory: &Memory,
        caller: &Caller,
    ) -> Result<IntentId, WireError> {
        let detail = serde_json::json!({ "targetInstances": intent.to_instances, "reason": intent.reason, "until": lease.until });
        let audit = self.audit(caller, "scale_manually", Some(&intent.deployment_id), detail);
        let (intent, lease, memory) = (intent.clone(), lease.clone(), memory.clone());
        let committed = self
            .write
            .transact(move |write| {
                write.end_override(&intent.deployment_id, lease.since, &lease.by)?;
                if lease.until > lease.since {
                    write.start_override(&intent.deployment_id, &lease)?;
                }
                write.set_memory(&intent.deployment_id, &memory)?;
                write.add_audit(&audit)?;
                write.open_intent(&intent)
            })
            .await?;
        self.tell_changes(&committed.changes);
        Ok(committed.value)
    }

    /// The line of the history that an order became.
    pub(crate) async fn event_of(&self, id: &DeploymentId, intent: IntentId) -> Result<EventView, WireError> {
        let filter = EventFilter { deployment_id: Some(id.clone()), event_type: None };
        let page = self.read.read(move |read| read.events(&filter, None, NEWEST_EVENTS)).await?;
        let names = self.names_of(std::iter::once(id)).await?;
        let row = page.rows.iter().find(|row| row.event.intent == Some(intent));
        let row =
            row.ok_or_else(|| WireError::new(ErrorCode::Storage, "What became of the order could not be written down. See the log."))?;
        match &row.event.outcome {
            Outcome::Failed { error } => Err(WireError::new(ErrorCode::Unavailable, error.clone())),
            Outcome::Done | Outcome::Abandoned => Ok(EventView::of(row, &names)),
        }
    }

    /// Ends a manual order before its time.
    pub(crate) async fn end_override(&self, id: &DeploymentId, caller: &Caller, now: DateTime<Utc>) -> Result<(), WireError> {
        let event = {
            let fleet = self.fleet.lock();
            let live = fleet.live(id)?;
            override_ended(live, caller.name.clone(), now)
        };
        let (id_stored, by) = (id.clone(), caller.name.clone());
        let audit = self.audit(caller, "end_override", Some(id), Value::Null);
        let committed = self
            .write
            .transact(move |write| {
                write.end_override(&id_stored, now, &by)?;
                write.add_audit(&audit)?;
                event.iter().try_for_each(|event| write.add_event(event).map(|_| ()))
            })
            .await?;
        {
            let mut fleet = self.fleet.lock();
            let live = fleet.live_mut(id)?;
            live.manual_override = None;
            live.next_due = now;
        }
        self.tell_changes(&committed.changes);
        self.wake.notify_one();
        Ok(())
    }

    /// Stores a changed deployment, and its memory where that changed too.
    pub(crate) async fn change_deployment(
        &self,
        deployment: Deployment,
        memory: Option<Memory>,
        audit: NewAuditEntry,
    ) -> Result<(), WireError> {
        let stored = deployment.clone();
        let remembered = memory.clone();
        let committed = self
            .write
            .transact(move |write| {
                write.update_deployment(&stored)?;
                if let Some(memory) = &remembered {
                    write.set_memory(&stored.id, memory)?;
                }
                write.add_audit(&audit).map(|_| ())
            })
            .await?;
        {
            let mut fleet = self.fleet.lock();
            let live = fleet.live_mut(&deployment.id)?;
            live.runnable = self.runnable(&deployment);
            live.deployment = Arc::new(deployment);
            if let Some(memory) = memory {
                live.memory = memory;
            }
            live.next_due = self.now();
        }
        self.tell_changes(&committed.changes);
        self.wake.notify_one();
        Ok(())
    }

    /// Stores settings.
    pub(crate) async fn put_settings(
        &self,
        changed: Vec<(&'static str, Value)>,
        operation: &str,
        caller: &Caller,
    ) -> Result<(), WireError> {
        let detail: Value = changed.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let audit = self.audit(caller, operation, None, detail);
        let now = self.now();
        let committed = self
            .write
            .transact(move |write| {
                for (name, value) in &changed {
                    write.set_setting(name, value, now)?;
                }
                write.add_audit(&audit).map(|_| ())
            })
            .await?;
        self.tell_changes(&committed.changes);
        Ok(())
    }

    /// Starts and stores a deployment, with a policy where one is given. What cannot be started is not stored.
    pub(crate) async fn add_deployment(
        &self,
        deployment: Deployment,
        instances: Instances,
        policy: Option<PolicyDraft>,
        caller: &Caller,
    ) -> Result<DeploymentDetails, WireError> {
        let id = deployment.id.clone();
        let name_taken = self.fleet.lock().live.values().any(|live| live.deployment.name == deployment.name);
        if name_taken {
            let message = format!("A deployment named “{}” exists already. Choose another name.", deployment.name);
            return Err(WireError { code: ErrorCode::Conflict, ..WireError::invalid_field("name", &message) });
        }
        let runnable = self.runnable(&deployment);
        self.start_on_connector(&runnable, instances).await?;
        let stored = deployment.clone();
        let audit = self.audit(caller, "add_deployment", Some(&id), serde_json::json!({ "name": deployment.name }));
        let mut memory = Memory::default();
        memory.start_at(instances);
        let remembered = memory.clone();
        let written = self
            .write
            .transact(move |write| {
                write.add_deployment(&stored)?;
                write.set_memory(&stored.id, &remembered)?;
                write.add_audit(&audit)
            })
            .await;
        let committed = match written {
            Ok(committed) => committed,
            Err(error) => {
                self.stop_on_connector(&deployment).await;
                return Err(error.into());
            }
        };
        let mut live = Live::new(deployment, runnable, None, self.now());
        live.memory = memory;
        live.target_instances = Some(instances);
        self.fleet.lock().live.insert(id.clone(), live);
        self.tell_changes(&committed.changes);
        if let Some(draft) = policy {
            self.save_policy(&id, &draft, caller).await?;
        }
        self.wake.notify_one();
        self.details(&id)
    }

    /// Takes a deployment out of Headroom; its history stays. Local instances end.
    pub(crate) async fn remove_deployment(&self, id: &DeploymentId, caller: &Caller) -> Result<(), WireError> {
        let deployment = self.fleet.lock().live(id)?.deployment.clone();
        let (stored, now, by) = (id.clone(), self.now(), caller.name.clone());
        let audit = self.audit(caller, "remove_deployment", Some(id), serde_json::json!({ "name": deployment.name }));
        let committed =
            self.write.transact(move |write| write.remove_deployment(&stored, now, &by).and_then(|()| write.add_audit(&audit))).await?;
        self.fleet.lock().live.remove(id);
        self.tell_changes(&committed.changes);
        self.stop_on_connector(&deployment).await;
        Ok(())
    }

    /// Makes a connector take up a deployment.
    pub(crate) async fn start_on_connector(&self, runnable: &Deployment, instances: Instances) -> Result<(), WireError> {
        use headroom_connectors::error::ConnectorError;
        let started = match &runnable.runs_on {
            RunsOn::Local(_) => self.connectors.local.start(runnable, instances).await.map(|_url| ()),
            RunsOn::Replay(_) => self.connectors.replay.start(runnable, self.now(), instances),
        };
        started.map_err(|error| match &error {
            ConnectorError::InvalidDeployment { field, message } => WireError::invalid_field(field, message),
            ConnectorError::PortInUse { .. } => {
                WireError { code: ErrorCode::Conflict, ..WireError::invalid_field("listenPort", &error.to_string()) }
            }
            _ => WireError::new(ErrorCode::Unavailable, error.to_string()),
        })
    }

    async fn stop_on_connector(&self, deployment: &Deployment) {
        match deployment.runs_on {
            RunsOn::Local(_) => self.connectors.local.remove(&deployment.id).await,
            RunsOn::Replay(_) => self.connectors.replay.remove(&deployment.id),
        }
    }

    /// A deployment with everything that can be edited.
    pub(crate) fn details(&self, id: &DeploymentId) -> Result<DeploymentDetails, WireError> {
        let deployment = self.fleet.lock().live(id)?.deployment.clone();
        let url = self.connectors.local.url(id);
        Ok(DeploymentDetails { is_sample: sample::is_sample(&deployment), deployment: (*deployment).clone(), url })
    }

    /// The names of deployments, of removed ones too.
    pub(crate) async fn names_of<'a>(
        &self,
        ids: impl Iterator<Item = &'a DeploymentId>,
    ) -> Result<BTreeMap<DeploymentId, String>, WireError> {
        let mut names = BTreeMap::new();
        let mut removed = Vec::new();
        {
            let fleet = self.fleet.lock();
            for id in ids {
                match fleet.live.get(id) {
                    Some(live) => _ = names.insert(id.clone(), live.deployment.name.clone()),
                    None => removed.push(id.clone()),
                }
            }
        }
        if !removed.is_empty() {
            removed.sort();
            removed.dedup();
            let found = self
                .read
                .read(move |read| removed.iter().map(|id| read.deployment(id)).collect::<headroom_store::Result<Vec<_>>>())
                .await?;
            names.extend(found.into_iter().flatten().map(|row| (row.deployment.id.clone(), row.deployment.name)));
        }
        Ok(names)
    }
}

/// The line of the history that the end of a manual order is.
pub(crate) fn override_ended(live: &Live, by: String, now: DateTime<Utc>) -> Option<NewEvent> {
    live.manual_override.as_ref().map(|lease| end_of(live, lease, by, now))
}

/// The same for an order that is in the store alone.
pub(crate) fn end_of(live: &Live, lease: &ManualOverride, by: String, created_at: DateTime<Utc>) -> NewEvent {
    NewEvent {
        deployment_id: live.deployment.id.clone(),
        event_type: EventType::OverrideEnded,
        from_instances: lease.instances,
        to_instances: lease.instances,
        reason: format!("The manual order of {} by {} ended: “{}”.", lease.instances, lease.by, lease.reason),
        done_by: by,
        policy_id: live.policy.as_ref().map(|policy| policy.id.clone()),
        policy_version: live.policy.as_ref().map(|policy| policy.version),
        intent: None,
        confidence: 1.0,
        price_change: MoneyPerHour::ZERO,
        outcome: Outcome::Done,
        metrics_snapshot: live.snapshot(),
        created_at,
    }
}
