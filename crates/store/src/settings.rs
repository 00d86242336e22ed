//! Settings by name, and the freeze of everything, which is one of them. No secret may be among them.

use chrono::{DateTime, Utc};
use headroom_core::deployment::Pause;
use rusqlite::{OptionalExtension as _, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::changes::Change;
use crate::error::Result;
use crate::read::ReadTransaction;
use crate::values::{from_json, json, ms};
use crate::write::WriteTransaction;

/// Set while a person has paused everything.
const PAUSED_ALL: &str = "paused_all";

impl WriteTransaction<'_> {
    /// Sets one setting.
    ///
    /// # Errors
    /// [`crate::StoreError::Undecodable`] for a value that is no JSON.
    pub fn set_setting<T: Serialize>(&mut self, name: &str, value: &T, now: DateTime<Utc>) -> Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO settings (name, value, updated_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT (name) DO UPDATE SET value = ?2, updated_at = ?3",
            )?
            .execute(params![name, json("setting", value)?, ms(now)])?;
        self.note(Change::Setting(name.to_owned()));
        Ok(())
    }

    /// Takes one setting back to what holds where nobody said.
    ///
    /// # Errors
    /// [`crate::StoreError::Sqlite`].
    pub fn clear_setting(&mut self, name: &str) -> Result<()> {
        if self.db.prepare_cached("DELETE FROM settings WHERE name = ?1")?.execute([name])? > 0 {
            self.note(Change::Setting(name.to_owned()));
        }
        Ok(())
    }

    /// Pauses everything.
    ///
    /// # Errors
    /// [`crate::StoreError::Sqlite`].
    pub fn pause_all(&mut self, pause: &Pause) -> Result<()> {
        self.set_setting(PAUSED_ALL, pause, pause.at)
    }

    /// Takes that back.
    ///
    /// # Errors
    /// [`crate::StoreError::Sqlite`].
    pub fn resume_all(&mut self) -> Result<()> {
        self.clear_setting(PAUSED_ALL)
    }
}

impl ReadTransaction<'_> {
    /// One setting; none where nobody said.
    ///
    /// # Errors
    /// [`crate::StoreError::Undecodable`] where it is not a `T`.
    pub fn setting<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        self.db
            .prepare_cached("SELECT value FROM settings WHERE name = ?1")?
            .query_row([name], |row| row.get::<_, String>(0))
            .optional()?
            .map(|value| from_json("setting", &value))
            .transpose()
    }

    /// Why, since when and by whom everything is paused, while it is.
    ///
    /// # Errors
    /// [`crate::StoreError::Undecodable`].
    pub fn paused_all(&self) -> Result<Option<Pause>> {
        self.setting(PAUSED_ALL)
    }
}
