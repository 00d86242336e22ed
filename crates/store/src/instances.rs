//! The instances that were last seen or started: what a restart must find again or clear away.

use chrono::{DateTime, Utc};
use headroom_core::deployment::DeploymentId;
use rusqlite::params;
use serde::{Deserialize, Serialize};

use crate::changes::Change;
use crate::error::Result;
use crate::read::{MOST_ROWS, ReadTransaction};
use crate::values::{count, from_word, instant, ms, word};
use crate::write::WriteTransaction;

/// One instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceRow {
    /// The target's name for it.
    pub instance_id: String,
    /// How it is.
    pub state: InstanceState,
    /// When it was started. With the process id it names a process for good: ids are used again, start times are not.
    pub started_at: DateTime<Utc>,
    /// Its process, where it is one on this machine.
    pub process_id: Option<u32>,
    /// Its port, where it has one of its own.
    pub port: Option<u16>,
}

/// How an instance is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InstanceState {
    /// On its way.
    Starting,
    /// Serving.
    Ready,
    /// Finishing its requests before it is stopped.
    Draining,
}

impl WriteTransaction<'_> {
    /// Replaces all that is known of a deployment's instances.
    ///
    /// # Errors
    /// [`crate::StoreError::NotFound`].
    pub fn set_instances(&mut self, deployment_id: &DeploymentId, instances: &[InstanceRow]) -> Result<()> {
        let key = self.key(deployment_id)?;
        self.db.prepare_cached("DELETE FROM deployment_instances WHERE deployment = ?1")?.execute([key])?;
        let mut insert = self.db.prepare_cached(
            "INSERT INTO deployment_instances (deployment, instance_id, state, started_at, process_id, port) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        for instance in instances {
            insert.execute(params![
                key,
                instance.instance_id,
                word("instance state", &instance.state)?,
                ms(instance.started_at),
                instance.process_id,
                instance.port,
            ])?;
        }
        drop(insert);
        self.note(Change::Instances(deployment_id.clone()));
        Ok(())
    }
}

impl ReadTransaction<'_> {
    /// A deployment's instances, by name; at most 2 000.
    ///
    /// # Errors
    /// [`crate::StoreError::NotFound`]; [`crate::StoreError::Undecodable`].
    pub fn instances(&self, deployment_id: &DeploymentId) -> Result<Vec<InstanceRow>> {
        let key = self.key(deployment_id)?;
        let mut statement = self.db.prepare_cached(
            "SELECT instance_id, state, started_at, process_id, port FROM deployment_instances WHERE deployment = ?1
             ORDER BY instance_id LIMIT ?2",
        )?;
        let mut rows = statement.query(params![key, MOST_ROWS])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(InstanceRow {
                instance_id: row.get(0)?,
                state: from_word("instance state", row.get(1)?)?,
                started_at: instant(row.get(2)?)?,
                process_id: row.get::<_, Option<i64>>(3)?.map(|id| count("process id", id)).transpose()?,
                port: row.get(4)?,
            });
        }
        Ok(found)
    }
}
