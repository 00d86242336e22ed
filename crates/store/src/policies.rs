//! Policies, and every version that was ever saved: a replay needs the one that was in force.

use chrono::{DateTime, Utc};
use headroom_core::deployment::DeploymentId;
use headroom_core::policy::{Policy, PolicyId};
use rusqlite::{OptionalExtension as _, params};

use crate::changes::Change;
use crate::error::{Conflict, Result};
use crate::read::{Page, ReadTransaction, bounded};
use crate::values::{count, from_json, instant, json, ms};
use crate::write::WriteTransaction;

/// A policy's newest version, with the deployments it decides for.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyRow {
    /// The newest version.
    pub policy: Policy,
    /// For which deployments, by id.
    pub deployment_ids: Vec<DeploymentId>,
    /// When its first version was saved.
    pub created_at: DateTime<Utc>,
}

/// One version of a policy.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyVersion {
    /// The policy as it was.
    pub policy: Policy,
    /// When.
    pub saved_at: DateTime<Utc>,
    /// By whom.
    pub saved_by: String,
}

impl WriteTransaction<'_> {
    /// Saves a policy's next version: 1 for a new one, else one more than what is stored.
    ///
    /// # Errors
    /// [`Conflict::VersionMoved`] for any other version.
    pub fn save_policy(&mut self, policy: &Policy, by: &str) -> Result<()> {
        let stored: Option<i64> = self
            .db
            .prepare_cached("SELECT version FROM policies WHERE id = ?1")?
            .query_row([policy.id.as_str()], |row| row.get(0))
            .optional()?;
        let current = count("policy version", stored.unwrap_or(0))?;
        if policy.version != current.saturating_add(1) {
            return Err(Conflict::VersionMoved { policy_id: policy.id.to_string(), current, offered: policy.version }.into());
        }
        let saved_at = ms(policy.updated_at);
        self.db
            .prepare_cached(
                "INSERT INTO policies (id, version, is_enabled, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?4)
                 ON CONFLICT (id) DO UPDATE SET version = ?2, is_enabled = ?3, updated_at = ?4",
            )?
            .execute(params![policy.id.as_str(), policy.version, policy.is_enabled, saved_at])?;
        self.db
            .prepare_cached("INSERT INTO policy_versions (policy_id, version, saved_at, saved_by, body) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![policy.id.as_str(), policy.version, saved_at, by, json("policy", policy)?])?;
        self.note(Change::Policy(policy.id.clone()));
        Ok(())
    }
}

impl ReadTransaction<'_> {
    /// A policy's newest version.
    ///
    /// # Errors
    /// [`crate::StoreError::Undecodable`].
    pub fn policy(&self, id: &PolicyId) -> Result<Option<Policy>> {
        self.db
            .prepare_cached(
                "SELECT v.body FROM policies p JOIN policy_versions v ON v.policy_id = p.id AND v.version = p.version WHERE p.id = ?1",
            )?
            .query_row([id.as_str()], |row| row.get::<_, String>(0))
            .optional()?
            .map(|body| from_json("policy", &body))
            .transpose()
    }

    /// One version of a policy.
    ///
    /// # Errors
    /// [`crate::StoreError::Undecodable`].
    pub fn policy_version(&self, id: &PolicyId, version: u32) -> Result<Option<PolicyVersion>> {
        self.db
            .prepare_cached("SELECT body, saved_at, saved_by FROM policy_versions WHERE policy_id = ?1 AND version = ?2")?
            .query_row(params![id.as_str(), version], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?
            .map(version_of)
            .transpose()
    }

    /// A policy's versions, newest first.
    ///
    /// # Errors
    /// [`crate::StoreError::Undecodable`].
    pub fn policy_versions(&self, id: &PolicyId, before: Option<u32>, limit: u32) -> Result<Page<PolicyVersion, u32>> {
        let limit = bounded(limit);
        let mut statement = self.db.prepare_cached(
            "SELECT body, saved_at, saved_by FROM policy_versions WHERE policy_id = ?1 AND version < ?2 ORDER BY version DESC LIMIT ?3",
        )?;
        let rows = statement
            .query_map(params![id.as_str(), before.map_or(i64::MAX, i64::from), limit + 1], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?
            .map(|row| version_of(row?))
            .collect::<Result<Vec<_>>>()?;
        Ok(Page::cut(rows, limit, |version| version.policy.version))
    }

    /// Every policy's newest version, by id.
    ///
    /// # Errors
    /// [`crate::StoreError::Undecodable`].
    pub fn policies(&self, after: Option<&PolicyId>, limit: u32) -> Result<Page<PolicyRow, PolicyId>> {
        let limit = bounded(limit);
        let mut statement = self.db.prepare_cached(
            "SELECT v.body, p.created_at FROM policies p JOIN policy_versions v ON v.policy_id = p.id AND v.version = p.version
             WHERE p.id > ?1 ORDER BY p.id LIMIT ?2",
        )?;
        let mut users =
            self.db.prepare_cached("SELECT id FROM deployments WHERE policy_id = ?1 AND removed_at IS NULL ORDER BY id LIMIT ?2")?;
        let mut found = statement.query(params![after.map_or("", |id| id.as_str()), limit + 1])?;
        let mut rows = Vec::new();
        while let Some(row) = found.next()? {
            let policy: Policy = from_json("policy", &row.get::<_, String>(0)?)?;
            let deployment_ids = users
                .query_map(params![policy.id.as_str(), crate::read::MOST_ROWS], |row| row.get(0).map(DeploymentId))?
                .collect::<rusqlite::Result<_>>()?;
            rows.push(PolicyRow { policy, deployment_ids, created_at: instant(row.get(1)?)? });
        }
        Ok(Page::cut(rows, limit, |row| row.policy.id.clone()))
    }
}

fn version_of((body, saved_at, saved_by): (String, i64, String)) -> Result<PolicyVersion> {
    Ok(PolicyVersion { policy: from_json("policy", &body)?, saved_at: instant(saved_at)?, saved_by })
}
