//! What is learned to look ahead, now and then as one compressed body: it is large, and the samples since then make it whole.

use chrono::{DateTime, Utc};
use headroom_core::decide::Circumstances;
use headroom_core::deployment::DeploymentId;
use headroom_core::foresight::Foresight;
use rusqlite::{OptionalExtension as _, params};

use crate::circumstances;
use crate::error::{BadValue, Result, StoreError};
use crate::read::ReadTransaction;
use crate::values::{instant, json, ms};
use crate::write::WriteTransaction;

/// Numbers that repeat: a fifth of its size, in a few milliseconds.
const COMPRESSION_LEVEL: i32 = 1;
/// A foresight is well under a megabyte.
const LARGEST: usize = 8 << 20;

impl WriteTransaction<'_> {
    /// Keeps what is learned about a deployment, in place of what was kept before.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn set_foresight(&mut self, id: &DeploymentId, foresight: &Foresight) -> Result<()> {
        let key = self.key(id)?;
        let body = zstd::bulk::compress(json("foresight", foresight)?.as_bytes(), COMPRESSION_LEVEL)
            .map_err(|_| StoreError::undecodable("foresight", BadValue::Unknown("compression".to_owned())))?;
        self.db
            .prepare_cached("INSERT OR REPLACE INTO deployment_foresight (deployment, body) VALUES (?1, ?2)")?
            .execute(params![key, body])?;
        Ok(())
    }

    /// Forgets it: the policy looks ahead no more.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn forget_foresight(&mut self, id: &DeploymentId) -> Result<()> {
        let key = self.key(id)?;
        self.db.prepare_cached("DELETE FROM deployment_foresight WHERE deployment = ?1")?.execute([key])?;
        Ok(())
    }
}

impl ReadTransaction<'_> {
    /// What was kept; none where nothing was, or where this version cannot read what an older one wrote: samples make it anew.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`].
    pub fn foresight(&self, id: &DeploymentId) -> Result<Option<Foresight>> {
        let body: Option<Vec<u8>> = self
            .db
            .prepare_cached("SELECT f.body FROM deployment_foresight f JOIN deployments d ON d.key = f.deployment WHERE d.id = ?1")?
            .query_row([id.as_str()], |row| row.get(0))
            .optional()?;
        let text = body.and_then(|body| zstd::bulk::decompress(&body, LARGEST).ok());
        Ok(text.and_then(|text| serde_json::from_slice(&text).ok()))
    }

    /// What was true around a deployment from each instant on, oldest first: what held at `from`, and each change until `to`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a deployment that never was; [`StoreError::Undecodable`].
    pub fn circumstances_between(
        &self,
        id: &DeploymentId,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Vec<(DateTime<Utc>, Circumstances)>> {
        let key = self.key(id)?;
        let mut statement = self.db.prepare_cached(
            "SELECT at, body FROM deployment_circumstances WHERE deployment = ?1 AND at <= ?3
             AND at >= coalesce((SELECT max(at) FROM deployment_circumstances WHERE deployment = ?1 AND at <= ?2), ?2) ORDER BY at",
        )?;
        let mut rows = statement.query(params![key, ms(from), ms(to)])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push((instant(row.get(0)?)?, circumstances::from_text(&row.get::<_, String>(1)?)?));
        }
        Ok(found)
    }
}
