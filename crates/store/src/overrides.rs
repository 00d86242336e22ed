//! Manual orders: leases with an end, a reason and an author. At most one is in force for a deployment.

use chrono::{DateTime, Utc};
use headroom_core::decide::ManualOverride;
use headroom_core::deployment::DeploymentId;
use headroom_core::units::Instances;
use rusqlite::{Row, params};

use crate::changes::Change;
use crate::error::Result;
use crate::read::{MOST_ROWS, ReadTransaction};
use crate::values::{count, instant, ms};
use crate::write::WriteTransaction;

/// Names one manual order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OverrideId(pub i64);

/// A manual order as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverrideRow {
    /// Names it.
    pub id: OverrideId,
    /// Where.
    pub deployment_id: DeploymentId,
    /// What was ordered.
    pub manual_override: ManualOverride,
}

impl WriteTransaction<'_> {
    /// Puts a manual order in force; it takes the place of the one before.
    ///
    /// # Errors
    /// [`crate::StoreError::NotFound`].
    pub fn start_override(&mut self, deployment_id: &DeploymentId, order: &ManualOverride) -> Result<OverrideId> {
        let key = self.key(deployment_id)?;
        self.end_open_overrides(key, order.since, &order.by)?;
        self.db
            .prepare_cached(
                "INSERT INTO manual_overrides (deployment, instances, reason, ordered_by, since, until) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![key, order.instances.0, order.reason, order.by, ms(order.since), ms(order.until)])?;
        self.note(Change::Override(deployment_id.clone()));
        Ok(OverrideId(self.db.last_insert_rowid()))
    }

    /// Ends the manual order in force before its time; answers whether there was one.
    ///
    /// # Errors
    /// [`crate::StoreError::NotFound`] for a deployment that never was.
    pub fn end_override(&mut self, deployment_id: &DeploymentId, now: DateTime<Utc>, by: &str) -> Result<bool> {
        let key = self.key_or_removed(deployment_id)?;
        let ended = self.end_open_overrides(key, now, by)?;
        if ended {
            self.note(Change::Override(deployment_id.clone()));
        }
        Ok(ended)
    }

    /// Marks the orders whose time has run out as ended, and answers them, so that each is told once.
    ///
    /// # Errors
    /// [`crate::StoreError::Undecodable`].
    pub fn end_lapsed_overrides(&mut self, now: DateTime<Utc>) -> Result<Vec<OverrideRow>> {
        let lapsed = {
            let mut statement =
                self.db.prepare_cached(&format!("{COLUMNS} WHERE o.ended_at IS NULL AND o.until <= ?1 ORDER BY o.until, o.id LIMIT ?2"))?;
            collect(statement.query(params![ms(now), MOST_ROWS])?)?
        };
        for order in &lapsed {
            self.db.prepare_cached("UPDATE manual_overrides SET ended_at = until WHERE id = ?1")?.execute([order.id.0])?;
            self.note(Change::Override(order.deployment_id.clone()));
        }
        Ok(lapsed)
    }

    fn end_open_overrides(&self, key: i64, now: DateTime<Utc>, by: &str) -> Result<bool> {
        let ended = self
            .db
            .prepare_cached(
                "UPDATE manual_overrides SET ended_at = min(?2, until), ended_by = ?3 WHERE deployment = ?1 AND ended_at IS NULL",
            )?
            .execute(params![key, ms(now), by])?;
        Ok(ended > 0)
    }
}

const COLUMNS: &str = "SELECT o.id, d.id, o.instances, o.reason, o.ordered_by, o.since, o.until
     FROM manual_overrides o JOIN deployments d ON d.key = o.deployment";

impl ReadTransaction<'_> {
    /// The manual order in force at `now`.
    ///
    /// # Errors
    /// [`crate::StoreError::Undecodable`].
    pub fn override_in_force(&self, deployment_id: &DeploymentId, now: DateTime<Utc>) -> Result<Option<OverrideRow>> {
        let mut statement = self.db.prepare_cached(&format!(
            "{COLUMNS} WHERE d.id = ?1 AND o.ended_at IS NULL AND o.since <= ?2 AND o.until > ?2 ORDER BY o.id DESC LIMIT 1"
        ))?;
        Ok(collect(statement.query(params![deployment_id.as_str(), ms(now)])?)?.pop())
    }

    /// A deployment's manual orders, ended ones too, newest first; at most 2 000.
    ///
    /// # Errors
    /// [`crate::StoreError::NotFound`]; [`crate::StoreError::Undecodable`].
    pub fn overrides(&self, deployment_id: &DeploymentId) -> Result<Vec<OverrideRow>> {
        let key = self.key(deployment_id)?;
        let mut statement = self.db.prepare_cached(&format!("{COLUMNS} WHERE o.deployment = ?1 ORDER BY o.id DESC LIMIT ?2"))?;
        collect(statement.query(params![key, MOST_ROWS])?)
    }
}

fn collect(mut rows: rusqlite::Rows<'_>) -> Result<Vec<OverrideRow>> {
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(row_of(row)?);
    }
    Ok(found)
}

fn row_of(row: &Row<'_>) -> Result<OverrideRow> {
    Ok(OverrideRow {
        id: OverrideId(row.get(0)?),
        deployment_id: DeploymentId(row.get(1)?),
        manual_override: ManualOverride {
            instances: Instances(count("instances", row.get(2)?)?),
            reason: row.get(3)?,
            by: row.get(4)?,
            since: instant(row.get(5)?)?,
            until: instant(row.get(6)?)?,
        },
    })
}
