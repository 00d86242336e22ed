//! Where notifications go. A channel's secrets are kept elsewhere, under its id.

use chrono::{DateTime, Utc};
use rusqlite::{Row, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::changes::Change;
use crate::error::{Result, StoreError};
use crate::read::ReadTransaction;
use crate::values::{from_json, instant, json, ms};
use crate::write::WriteTransaction;

/// A channel to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelDraft<T> {
    /// Names it for good.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Its kind and addresses, without secrets.
    pub body: T,
    /// Switched off, nothing goes there.
    pub is_enabled: bool,
}

/// A channel and how it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelRow<T> {
    /// As it was saved.
    pub channel: ChannelDraft<T>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When something last arrived.
    pub delivered_at: Option<DateTime<Utc>>,
    /// When something last did not arrive.
    pub failed_at: Option<DateTime<Utc>>,
    /// Why not; none once something arrived again.
    pub error: Option<String>,
    /// What waits for it.
    pub waiting: u32,
}

impl WriteTransaction<'_> {
    /// Adds or changes a channel. Its last error is forgotten: what was changed may have mended it.
    ///
    /// # Errors
    /// [`StoreError::Undecodable`] for a body that is no JSON.
    pub fn save_channel<T: Serialize>(&mut self, channel: &ChannelDraft<T>, now: DateTime<Utc>) -> Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO channels (id, name, body, is_enabled, created_at) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (id) DO UPDATE SET name = ?2, body = ?3, is_enabled = ?4, removed_at = NULL, error = NULL",
            )?
            .execute(params![channel.id, channel.name, json("channel", &channel.body)?, channel.is_enabled, ms(now)])?;
        self.note(Change::Channels);
        Ok(())
    }

    /// Notes how a test of a channel went: it arrived, or why not.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`].
    pub fn note_channel_test(&mut self, id: &str, error: Option<&str>, now: DateTime<Utc>) -> Result<()> {
        let of_channel = if error.is_none() { "delivered_at = ?2, error = ?3" } else { "failed_at = ?2, error = ?3" };
        self.db.prepare_cached(&format!("UPDATE channels SET {of_channel} WHERE id = ?1"))?.execute(params![id, ms(now), error])?;
        self.note(Change::Channels);
        Ok(())
    }

    /// Removes a channel; what waits for it is cancelled.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn remove_channel(&mut self, id: &str, now: DateTime<Utc>) -> Result<()> {
        let removed = self
            .db
            .prepare_cached("UPDATE channels SET removed_at = ?2 WHERE id = ?1 AND removed_at IS NULL")?
            .execute(params![id, ms(now)])?;
        if removed == 0 {
            return Err(StoreError::not_found("channel", id));
        }
        self.db
            .prepare_cached("UPDATE deliveries SET settled_at = ?2, outcome = 'cancelled' WHERE channel = ?1 AND settled_at IS NULL")?
            .execute(params![id, ms(now)])?;
        self.note(Change::Channels);
        Ok(())
    }
}

impl ReadTransaction<'_> {
    /// Every channel that was not removed, by name.
    ///
    /// # Errors
    /// [`StoreError::Undecodable`].
    pub fn channels<T: DeserializeOwned>(&self) -> Result<Vec<ChannelRow<T>>> {
        let mut statement = self.db.prepare_cached(
            "SELECT c.id, c.name, c.body, c.is_enabled, c.created_at, c.delivered_at, c.failed_at, c.error,
                 (SELECT count(*) FROM deliveries v WHERE v.channel = c.id AND v.settled_at IS NULL)
             FROM channels c WHERE c.removed_at IS NULL ORDER BY c.name, c.id",
        )?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(channel_of(row)?);
        }
        Ok(found)
    }
}

fn channel_of<T: DeserializeOwned>(row: &Row<'_>) -> Result<ChannelRow<T>> {
    let moment = |column: usize| -> Result<Option<DateTime<Utc>>> { row.get::<_, Option<i64>>(column)?.map(instant).transpose() };
    Ok(ChannelRow {
        channel: ChannelDraft {
            id: row.get(0)?,
            name: row.get(1)?,
            body: from_json("channel", &row.get::<_, String>(2)?)?,
            is_enabled: row.get(3)?,
        },
        created_at: instant(row.get(4)?)?,
        delivered_at: moment(5)?,
        failed_at: moment(6)?,
        error: row.get(7)?,
        waiting: row.get(8)?,
    })
}
