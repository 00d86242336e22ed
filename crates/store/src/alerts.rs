//! Alerts and what the machines behind them remember. An alert, what is told of it and where that has to go are one transaction.

use chrono::{DateTime, Utc};
use headroom_core::alert::{AlertKey, AlertKind, AlertLevel, AlertScope};
use headroom_core::deployment::DeploymentId;
use rusqlite::{OptionalExtension as _, Row, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::changes::Change;
use crate::error::{BadValue, Result, StoreError};
use crate::read::{Page, ReadTransaction, bounded};
use crate::values::{from_json, from_word, instant, json, ms, word};
use crate::write::WriteTransaction;

/// Names one alert; grows with time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AlertId(pub i64);

/// An alert to be raised.
#[derive(Debug, Clone, PartialEq)]
pub struct NewAlert {
    /// Which one: said once, whatever happens.
    pub key: AlertKey,
    /// The deployment that a click opens, where it is about one.
    pub deployment_id: Option<DeploymentId>,
    /// What and where, in one line.
    pub title: String,
    /// The cause, in a sentence or two.
    pub message: String,
    /// The numbers behind it.
    pub detail: serde_json::Value,
    /// Since when the condition was there.
    pub since: DateTime<Utc>,
    /// When it is said.
    pub fired_at: DateTime<Utc>,
    /// When it is over by itself; none: when it is resolved.
    pub expires_at: Option<DateTime<Utc>>,
}

/// An alert.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertRow {
    /// Names it.
    pub id: AlertId,
    /// What was raised.
    pub alert: NewAlert,
    /// When it was over; none while it is firing.
    pub resolved_at: Option<DateTime<Utc>>,
    /// When a person took it on, and who.
    pub acknowledged: Option<(DateTime<Utc>, String)>,
    /// Nothing more is told of it until then.
    pub snoozed_until: Option<DateTime<Utc>>,
}

/// Which alerts are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AlertFilter {
    /// Those that are firing, or those that are over.
    pub is_firing: Option<bool>,
    /// Of this kind only.
    pub kind: Option<AlertKind>,
    /// About this deployment only.
    pub deployment_id: Option<DeploymentId>,
}

impl WriteTransaction<'_> {
    /// Raises an alert; none when one with its key was raised before, and then nothing may be told.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`].
    pub fn raise_alert(&mut self, alert: &NewAlert) -> Result<Option<AlertId>> {
        let deployment = alert.deployment_id.as_ref().map(|id| self.key_or_removed(id)).transpose()?;
        let AlertKey { kind, scope, level, period } = &alert.key;
        let added = self
            .db
            .prepare_cached(
                "INSERT INTO alerts (kind, scope, level, period, deployment, title, message, detail, since, fired_at, expires_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT (kind, scope, level, period) DO NOTHING",
            )?
            .execute(params![
                word("alert kind", kind)?,
                scope.to_string(),
                level.to_string(),
                period,
                deployment,
                alert.title,
                alert.message,
                json("alert detail", &alert.detail)?,
                ms(alert.since),
                ms(alert.fired_at),
                alert.expires_at.map(ms),
            ])?;
        if added == 0 {
            return Ok(None);
        }
        self.note(Change::Alerts);
        Ok(Some(AlertId(self.db.last_insert_rowid())))
    }

    /// Marks as over what is firing of a kind and scope, of all levels or of those named; answers which.
    ///
    /// # Errors
    /// [`StoreError::Undecodable`].
    pub fn resolve_alerts(
        &mut self,
        kind: AlertKind,
        scope: &AlertScope,
        levels: Option<&[AlertLevel]>,
        at: DateTime<Utc>,
    ) -> Result<Vec<AlertRow>> {
        let mut resolved = Vec::new();
        {
            let mut statement =
                self.db.prepare_cached(&format!("{COLUMNS} WHERE a.kind = ?1 AND a.scope = ?2 AND a.resolved_at IS NULL ORDER BY a.id"))?;
            let mut rows = statement.query(params![word("alert kind", &kind)?, scope.to_string()])?;
            while let Some(row) = rows.next()? {
                let row = alert_of(row)?;
                if levels.is_none_or(|levels| levels.contains(&row.alert.key.level)) {
                    resolved.push(row);
                }
            }
        }
        for row in &mut resolved {
            self.db.prepare_cached("UPDATE alerts SET resolved_at = ?2 WHERE id = ?1")?.execute(params![row.id.0, ms(at)])?;
            row.resolved_at = Some(at);
        }
        if !resolved.is_empty() {
            self.note(Change::Alerts);
        }
        Ok(resolved)
    }

    /// Marks as over what has come to its end by itself.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`].
    pub fn expire_alerts(&mut self, now: DateTime<Utc>) -> Result<()> {
        let expired = self
            .db
            .prepare_cached("UPDATE alerts SET resolved_at = expires_at WHERE resolved_at IS NULL AND expires_at <= ?1")?
            .execute([ms(now)])?;
        if expired > 0 {
            self.note(Change::Alerts);
        }
        Ok(())
    }

    /// Takes an alert on: what waits to be told of it is not told any more.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn acknowledge_alert(&mut self, id: AlertId, by: &str, at: DateTime<Utc>) -> Result<()> {
        let changed = self
            .db
            .prepare_cached("UPDATE alerts SET acknowledged_at = ?2, acknowledged_by = ?3, snoozed_until = NULL WHERE id = ?1")?
            .execute(params![id.0, ms(at), by])?;
        self.alert_changed(id, changed)?;
        self.db
            .prepare_cached(
                "UPDATE deliveries SET settled_at = ?2, outcome = 'cancelled' WHERE settled_at IS NULL
                 AND notification IN (SELECT id FROM notifications WHERE alert = ?1)",
            )?
            .execute(params![id.0, ms(at)])?;
        Ok(())
    }

    /// Tells nothing more of an alert until then; none: tell again.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn snooze_alert(&mut self, id: AlertId, until: Option<DateTime<Utc>>) -> Result<()> {
        let changed =
            self.db.prepare_cached("UPDATE alerts SET snoozed_until = ?2 WHERE id = ?1")?.execute(params![id.0, until.map(ms)])?;
        self.alert_changed(id, changed)?;
        if let Some(until) = until {
            self.db
                .prepare_cached(
                    "UPDATE deliveries SET next_at = max(next_at, ?2) WHERE settled_at IS NULL
                     AND notification IN (SELECT id FROM notifications WHERE alert = ?1)",
                )?
                .execute(params![id.0, ms(until)])?;
        }
        Ok(())
    }

    fn alert_changed(&mut self, id: AlertId, rows: usize) -> Result<()> {
        if rows == 0 {
            return Err(StoreError::not_found("alert", id.0));
        }
        self.note(Change::Alerts);
        Ok(())
    }

    /// Keeps what an alert machine remembers.
    ///
    /// # Errors
    /// [`StoreError::Undecodable`] for what is no JSON.
    pub fn set_alert_track<T: Serialize>(&mut self, kind: AlertKind, scope: &AlertScope, track: &T) -> Result<()> {
        self.db.prepare_cached("INSERT OR REPLACE INTO alert_tracks (kind, scope, body) VALUES (?1, ?2, ?3)")?.execute(params![
            word("alert kind", &kind)?,
            scope.to_string(),
            json("alert track", track)?
        ])?;
        Ok(())
    }

    /// Forgets what an alert machine remembers.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`].
    pub fn clear_alert_track(&mut self, kind: AlertKind, scope: &AlertScope) -> Result<()> {
        self.db
            .prepare_cached("DELETE FROM alert_tracks WHERE kind = ?1 AND scope = ?2")?
            .execute(params![word("alert kind", &kind)?, scope.to_string()])?;
        Ok(())
    }
}

impl ReadTransaction<'_> {
    /// Alerts, newest first.
    ///
    /// # Errors
    /// [`StoreError::Undecodable`].
    pub fn alerts(&self, filter: &AlertFilter, before: Option<AlertId>, limit: u32) -> Result<Page<AlertRow, AlertId>> {
        let limit = bounded(limit);
        let kind = filter.kind.map(|kind| word("alert kind", &kind)).transpose()?;
        let deployment = filter.deployment_id.as_ref().map(|id| self.key(id)).transpose()?;
        let mut statement = self.db.prepare_cached(&format!(
            "{COLUMNS} WHERE a.id < ?1 AND (?2 IS NULL OR (a.resolved_at IS NULL) = ?2) AND (?3 IS NULL OR a.kind = ?3)
             AND (?4 IS NULL OR a.deployment = ?4) ORDER BY a.id DESC LIMIT ?5"
        ))?;
        let mut rows = statement.query(params![before.map_or(i64::MAX, |id| id.0), filter.is_firing, kind, deployment, limit + 1])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(alert_of(row)?);
        }
        Ok(Page::cut(found, limit, |row| row.id))
    }

    /// One alert.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Undecodable`].
    pub fn alert(&self, id: AlertId) -> Result<AlertRow> {
        let mut statement = self.db.prepare_cached(&format!("{COLUMNS} WHERE a.id = ?1"))?;
        let mut rows = statement.query([id.0])?;
        rows.next()?.map(alert_of).transpose()?.ok_or_else(|| StoreError::not_found("alert", id.0))
    }

    /// Firing alerts whose snooze ends at or before `now`, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Undecodable`].
    pub fn snoozes_ended(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<AlertRow>> {
        let mut statement =
            self.db.prepare_cached(&format!("{COLUMNS} WHERE a.resolved_at IS NULL AND a.snoozed_until <= ?1 ORDER BY a.id LIMIT ?2"))?;
        let mut rows = statement.query(params![ms(now), bounded(limit)])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(alert_of(row)?);
        }
        Ok(found)
    }

    /// Whether something has come to its end by itself and is not marked as over.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`].
    pub fn has_expired_alerts(&self, now: DateTime<Utc>) -> Result<bool> {
        let mut statement = self.db.prepare_cached("SELECT 1 FROM alerts WHERE resolved_at IS NULL AND expires_at <= ?1")?;
        Ok(statement.exists([ms(now)])?)
    }

    /// How many alerts are firing, and how many of these are critical and taken on by nobody.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`].
    pub fn firing_alerts(&self) -> Result<(u32, u32)> {
        let counted = self
            .db
            .prepare_cached(
                "SELECT count(*), coalesce(sum(level IN ('critical', 'exceeded') AND acknowledged_at IS NULL), 0)
                 FROM alerts WHERE resolved_at IS NULL",
            )?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(counted)
    }

    /// The alert that stands for all that fire: critical and taken on by nobody before the others, then the newest.
    ///
    /// # Errors
    /// [`StoreError::Undecodable`].
    pub fn worst_alert(&self) -> Result<Option<AlertRow>> {
        let mut statement = self.db.prepare_cached(&format!(
            "{COLUMNS} WHERE a.resolved_at IS NULL
             ORDER BY a.level IN ('critical', 'exceeded') AND a.acknowledged_at IS NULL DESC, a.id DESC LIMIT 1"
        ))?;
        let mut rows = statement.query([])?;
        rows.next()?.map(alert_of).transpose()
    }

    /// What one alert machine remembers.
    ///
    /// # Errors
    /// [`StoreError::Undecodable`].
    pub fn alert_track<T: DeserializeOwned>(&self, kind: AlertKind, scope: &AlertScope) -> Result<Option<T>> {
        self.db
            .prepare_cached("SELECT body FROM alert_tracks WHERE kind = ?1 AND scope = ?2")?
            .query_row(params![word("alert kind", &kind)?, scope.to_string()], |row| row.get::<_, String>(0))
            .optional()?
            .map(|body| from_json("alert track", &body))
            .transpose()
    }

    /// What all machines of a kind remember. There is at most one for each deployment or budget.
    ///
    /// # Errors
    /// [`StoreError::Undecodable`].
    pub fn alert_tracks<T: DeserializeOwned>(&self, kind: AlertKind) -> Result<Vec<(AlertScope, T)>> {
        let mut statement = self.db.prepare_cached("SELECT scope, body FROM alert_tracks WHERE kind = ?1")?;
        let mut rows = statement.query([word("alert kind", &kind)?])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push((scope_of(row.get(0)?)?, from_json("alert track", &row.get::<_, String>(1)?)?));
        }
        Ok(found)
    }
}

const COLUMNS: &str = "SELECT a.id, a.kind, a.scope, a.level, a.period, d.id, a.title, a.message, a.detail, a.since, a.fired_at,
     a.resolved_at, a.acknowledged_at, a.acknowledged_by, a.snoozed_until, a.expires_at
     FROM alerts a LEFT JOIN deployments d ON d.key = a.deployment";

fn alert_of(row: &Row<'_>) -> Result<AlertRow> {
    let moment = |column: usize| -> Result<Option<DateTime<Utc>>> { row.get::<_, Option<i64>>(column)?.map(instant).transpose() };
    let key = AlertKey {
        kind: from_word("alert kind", row.get(1)?)?,
        scope: scope_of(row.get(2)?)?,
        level: from_word("alert level", row.get(3)?)?,
        period: row.get(4)?,
    };
    let by: Option<String> = row.get(13)?;
    Ok(AlertRow {
        id: AlertId(row.get(0)?),
        alert: NewAlert {
            key,
            deployment_id: row.get::<_, Option<String>>(5)?.map(DeploymentId),
            title: row.get(6)?,
            message: row.get(7)?,
            detail: from_json("alert detail", &row.get::<_, String>(8)?)?,
            since: instant(row.get(9)?)?,
            fired_at: instant(row.get(10)?)?,
            expires_at: moment(15)?,
        },
        resolved_at: moment(11)?,
        acknowledged: moment(12)?.map(|at| (at, by.unwrap_or_default())),
        snoozed_until: moment(14)?,
    })
}

fn scope_of(word: String) -> Result<AlertScope> {
    word.parse().map_err(|_| StoreError::undecodable("alert scope", BadValue::Unknown(word)))
}
