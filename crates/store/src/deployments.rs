//! What is scaled.

use chrono::{DateTime, Utc};
use headroom_core::decide::Memory;
use headroom_core::deployment::{Deployment, DeploymentId};
use headroom_core::policy::Policy;
use rusqlite::{OptionalExtension as _, params};

use crate::changes::Change;
use crate::decisions::{self, DecisionRow};
use crate::error::{Conflict, Result, StoreError};
use crate::overrides::OverrideRow;
use crate::read::{Page, ReadTransaction, bounded};
use crate::values::{from_json, instant, json, ms};
use crate::write::WriteTransaction;

/// A deployment as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct DeploymentRow {
    /// The deployment.
    pub deployment: Deployment,
    /// When it was taken out of Headroom; its history stays.
    pub removed_at: Option<DateTime<Utc>>,
}

/// A deployment with what a list of the fleet shows beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct FleetRow {
    /// The deployment.
    pub deployment: Deployment,
    /// Its policy's newest version.
    pub policy: Option<Policy>,
    /// The run of decisions it is in.
    pub last_decision: Option<DecisionRow>,
    /// The manual order in force.
    pub manual_override: Option<OverrideRow>,
}

impl WriteTransaction<'_> {
    /// Adds a deployment.
    ///
    /// # Errors
    /// [`Conflict::NameTaken`], [`Conflict::IdTaken`]; [`StoreError::NotFound`] for a policy that is not stored.
    pub fn add_deployment(&mut self, deployment: &Deployment) -> Result<()> {
        if self.find_key(&deployment.id)?.is_some() {
            return Err(Conflict::IdTaken { kind: "deployment", id: deployment.id.to_string() }.into());
        }
        self.check_links(deployment)?;
        self.db.prepare_cached("INSERT INTO deployments (id, name, policy_id, body, created_at) VALUES (?1, ?2, ?3, ?4, ?5)")?.execute(
            params![
                deployment.id.as_str(),
                deployment.name,
                deployment.policy_id.as_ref().map(|id| id.as_str()),
                json("deployment", deployment)?,
                ms(deployment.created_at),
            ],
        )?;
        self.note(Change::DeploymentList);
        self.note(Change::Deployment(deployment.id.clone()));
        Ok(())
    }

    /// Replaces a deployment: its name, tags, size, policy, pause …
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`Conflict::NameTaken`].
    pub fn update_deployment(&mut self, deployment: &Deployment) -> Result<()> {
        let key = self.key(&deployment.id)?;
        self.check_links(deployment)?;
        self.db.prepare_cached("UPDATE deployments SET name = ?2, policy_id = ?3, body = ?4 WHERE key = ?1")?.execute(params![
            key,
            deployment.name,
            deployment.policy_id.as_ref().map(|id| id.as_str()),
            json("deployment", deployment)?,
        ])?;
        self.note(Change::DeploymentList);
        self.note(Change::Deployment(deployment.id.clone()));
        Ok(())
    }

    /// Takes a deployment out. Its events, decisions, samples and costs stay under its name; its memory, instances and manual
    /// order end. The id is never used again.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn remove_deployment(&mut self, id: &DeploymentId, now: DateTime<Utc>, by: &str) -> Result<()> {
        let key = self.key(id)?;
        self.db.prepare_cached("UPDATE deployments SET removed_at = ?2 WHERE key = ?1")?.execute(params![key, ms(now)])?;
        decisions::close_run(self.db, key)?;
        self.db.prepare_cached("DELETE FROM deployment_memory WHERE deployment = ?1")?.execute([key])?;
        self.db.prepare_cached("DELETE FROM deployment_foresight WHERE deployment = ?1")?.execute([key])?;
        self.db.prepare_cached("DELETE FROM deployment_instances WHERE deployment = ?1")?.execute([key])?;
        self.end_override(id, now, by)?;
        self.forget_key(id);
        self.cache.runs.remove(&key);
        self.note(Change::DeploymentList);
        self.note(Change::Deployment(id.clone()));
        Ok(())
    }

    fn check_links(&self, deployment: &Deployment) -> Result<()> {
        let namesake: Option<String> = self
            .db
            .prepare_cached("SELECT id FROM deployments WHERE name = ?1 AND removed_at IS NULL AND id <> ?2")?
            .query_row(params![deployment.name, deployment.id.as_str()], |row| row.get(0))
            .optional()?;
        if namesake.is_some() {
            return Err(Conflict::NameTaken { name: deployment.name.clone() }.into());
        }
        if let Some(policy_id) = &deployment.policy_id
            && self.reading().policy(policy_id)?.is_none()
        {
            return Err(StoreError::not_found("policy", policy_id));
        }
        Ok(())
    }
}

impl WriteTransaction<'_> {
    /// Stores what `decide` remembers of a deployment from now on, outside a tick: after a person's order or resume.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn set_memory(&mut self, id: &DeploymentId, memory: &Memory) -> Result<()> {
        let key = self.key(id)?;
        self.db
            .prepare_cached(
                "INSERT INTO deployment_memory (deployment, body) VALUES (?1, ?2) ON CONFLICT (deployment) DO UPDATE SET body = ?2",
            )?
            .execute(params![key, json("memory", memory)?])?;
        Ok(())
    }
}

impl ReadTransaction<'_> {
    /// One deployment, also a removed one.
    ///
    /// # Errors
    /// [`StoreError::Undecodable`].
    pub fn deployment(&self, id: &DeploymentId) -> Result<Option<DeploymentRow>> {
        let found: Option<(String, Option<i64>)> = self
            .db
            .prepare_cached("SELECT body, removed_at FROM deployments WHERE id = ?1")?
            .query_row([id.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((body, removed_at)) = found else { return Ok(None) };
        Ok(Some(DeploymentRow { deployment: from_json("deployment", &body)?, removed_at: removed_at.map(instant).transpose()? }))
    }

    /// What is scaled, by id, with policy, decision and manual order in force at `now`.
    ///
    /// # Errors
    /// [`StoreError::Undecodable`].
    pub fn fleet(&self, after: Option<&DeploymentId>, limit: u32, now: DateTime<Utc>) -> Result<Page<FleetRow, DeploymentId>> {
        let limit = bounded(limit);
        let mut statement = self.db.prepare_cached(
            "SELECT d.body, v.body, r.decision FROM deployments d
             LEFT JOIN policies p ON p.id = d.policy_id
             LEFT JOIN policy_versions v ON v.policy_id = p.id AND v.version = p.version
             LEFT JOIN open_runs r ON r.deployment = d.key
             WHERE d.removed_at IS NULL AND d.id > ?1 ORDER BY d.id LIMIT ?2",
        )?;
        let mut rows = statement.query(params![after.map_or("", |id| id.as_str()), limit + 1])?;
        let mut fleet = Vec::new();
        while let Some(row) = rows.next()? {
            let deployment: Deployment = from_json("deployment", row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?;
            let policy: Option<String> = row.get(1)?;
            let decision: Option<i64> = row.get(2)?;
            fleet.push(FleetRow {
                policy: policy.map(|body| from_json("policy", &body)).transpose()?,
                last_decision: decision.map(|id| self.decision_row(id)).transpose()?.flatten(),
                manual_override: self.override_in_force(&deployment.id, now)?,
                deployment,
            });
        }
        Ok(Page::cut(fleet, limit, |row| row.deployment.id.clone()))
    }

    /// What is scaled, by id.
    ///
    /// # Errors
    /// [`StoreError::Undecodable`].
    pub fn deployments(&self, after: Option<&DeploymentId>, limit: u32) -> Result<Page<Deployment, DeploymentId>> {
        let limit = bounded(limit);
        let mut statement =
            self.db.prepare_cached("SELECT body FROM deployments WHERE removed_at IS NULL AND id > ?1 ORDER BY id LIMIT ?2")?;
        let bodies = statement.query_map(params![after.map_or("", |id| id.as_str()), limit + 1], |row| row.get::<_, String>(0))?;
        let rows = bodies.map(|body| from_json("deployment", &body?)).collect::<Result<Vec<Deployment>>>()?;
        Ok(Page::cut(rows, limit, |deployment| deployment.id.clone()))
    }

    /// What `decide` remembered of a deployment; none for one that was never evaluated.
    ///
    /// # Errors
    /// [`StoreError::Undecodable`].
    pub fn memory(&self, id: &DeploymentId) -> Result<Option<Memory>> {
        self.db
            .prepare_cached("SELECT m.body FROM deployment_memory m JOIN deployments d ON d.key = m.deployment WHERE d.id = ?1")?
            .query_row([id.as_str()], |row| row.get::<_, String>(0))
            .optional()?
            .map(|body| from_json("memory", &body))
            .transpose()
    }
}
