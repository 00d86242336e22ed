//! What was told, and the outbox: what has still to be delivered somewhere. A delivery keeps its id over attempts and restarts.

use chrono::{DateTime, Utc};
use headroom_core::alert::{AlertKind, AlertLevel};
use headroom_core::deployment::DeploymentId;
use rusqlite::{OptionalExtension as _, Row, params};
use serde::{Deserialize, Serialize};

use crate::alerts::AlertId;
use crate::changes::Change;
use crate::error::Result;
use crate::read::{Page, ReadTransaction, bounded};
use crate::values::{count, from_word, instant, ms, word};
use crate::write::WriteTransaction;

/// Names one notification; grows with time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NotificationId(pub i64);

/// What a notification tells of its alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tells {
    /// It fires.
    Firing,
    /// It is over.
    Resolved,
    /// It was snoozed and still fires.
    Reminder,
    /// A person tries a channel.
    Test,
}

/// Something to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNotification {
    /// Of which alert; none for a test.
    pub alert: Option<AlertId>,
    /// What of it.
    pub tells: Tells,
    /// One line.
    pub title: String,
    /// A sentence or two.
    pub message: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Where it has to go besides the centre, and not before when: at most one for each channel.
    pub deliveries: Vec<NewDelivery>,
}

/// One way of a notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    /// Unique for good.
    pub id: String,
    /// Which channel.
    pub channel: String,
    /// Not before.
    pub next_at: DateTime<Utc>,
}

/// A notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotificationRow {
    /// Names it.
    pub id: NotificationId,
    /// Of which alert.
    pub alert: Option<AlertId>,
    /// The alert's kind; a test has none.
    pub kind: Option<AlertKind>,
    /// The alert's level.
    pub level: Option<AlertLevel>,
    /// The alert's deployment.
    pub deployment_id: Option<DeploymentId>,
    /// What it tells.
    pub tells: Tells,
    /// One line.
    pub title: String,
    /// A sentence or two.
    pub message: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When a person has seen it.
    pub read_at: Option<DateTime<Utc>>,
}

/// A delivery that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRow {
    /// The same at every attempt.
    pub id: String,
    /// Where it goes.
    pub channel: String,
    /// Attempts so far.
    pub attempts: u32,
    /// Not before.
    pub next_at: DateTime<Utc>,
    /// What it carries.
    pub notification: NotificationRow,
}

/// How an attempt went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// The receiver has it, and calls it so.
    Delivered {
        /// The receiver's own name of it; may be empty.
        receipt: String,
    },
    /// It was handed on to somebody who does not say whether it arrived.
    HandedOver,
    /// It did not arrive; try again.
    Retry {
        /// Not before.
        next_at: DateTime<Utc>,
        /// What happened and what to do.
        error: String,
    },
    /// It did not arrive and is not tried again by itself.
    GivenUp {
        /// What happened and what to do.
        error: String,
    },
    /// It has not to go anywhere any more: the channel was switched off or removed.
    Cancelled,
}

impl WriteTransaction<'_> {
    /// Adds a notification to the centre and its deliveries to the outbox.
    ///
    /// # Errors
    /// [`crate::StoreError::Sqlite`].
    pub fn add_notification(&mut self, new: &NewNotification) -> Result<NotificationId> {
        self.db
            .prepare_cached("INSERT INTO notifications (alert, tells, title, message, created_at) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![new.alert.map(|id| id.0), word("notification", &new.tells)?, new.title, new.message, ms(new.created_at)])?;
        let id = NotificationId(self.db.last_insert_rowid());
        for delivery in &new.deliveries {
            self.db
                .prepare_cached("INSERT INTO deliveries (id, notification, channel, next_at) VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![delivery.id, id.0, delivery.channel, ms(delivery.next_at)])?;
        }
        self.note(Change::Alerts);
        Ok(id)
    }

    /// Records how an attempt went, and with it the state of its channel. What was settled before stays as it is.
    ///
    /// # Errors
    /// [`crate::StoreError::Sqlite`].
    pub fn record_attempt(&mut self, delivery: &str, attempt: &Attempt, at: DateTime<Utc>) -> Result<()> {
        let (next_at, outcome, receipt, error) = match attempt {
            Attempt::Delivered { receipt } => (None, Some("delivered"), Some(receipt), None),
            Attempt::HandedOver => (None, Some("handed_over"), None, None),
            Attempt::Retry { next_at, error } => (Some(ms(*next_at)), None, None, Some(error)),
            Attempt::GivenUp { error } => (None, Some("given_up"), None, Some(error)),
            Attempt::Cancelled => (None, Some("cancelled"), None, None),
        };
        self.db
            .prepare_cached(
                "UPDATE deliveries SET attempts = attempts + 1, next_at = coalesce(?2, next_at), outcome = ?3,
                     settled_at = iif(?3 IS NULL, NULL, ?4), receipt = ?5, error = ?6
                 WHERE id = ?1 AND settled_at IS NULL",
            )?
            .execute(params![delivery, next_at, outcome, ms(at), receipt, error])?;
        let of_channel = match attempt {
            Attempt::Delivered { .. } | Attempt::HandedOver => "delivered_at = ?2, error = NULL",
            Attempt::Retry { .. } | Attempt::GivenUp { .. } => "failed_at = ?2, error = ?3",
            Attempt::Cancelled => return Ok(()),
        };
        self.db
            .prepare_cached(&format!(
                "UPDATE channels SET {of_channel} WHERE ?3 IS ?3 AND id = (SELECT channel FROM deliveries WHERE id = ?1)"
            ))?
            .execute(params![delivery, ms(at), error])?;
        self.note(Change::Channels);
        Ok(())
    }

    /// Marks notifications as seen: those named, or all where none is.
    ///
    /// # Errors
    /// [`crate::StoreError::Sqlite`].
    pub fn mark_read(&mut self, ids: &[NotificationId], at: DateTime<Utc>) -> Result<()> {
        let mut changed = 0;
        if ids.is_empty() {
            changed += self.db.prepare_cached("UPDATE notifications SET read_at = ?1 WHERE read_at IS NULL")?.execute([ms(at)])?;
        }
        for id in ids {
            changed += self
                .db
                .prepare_cached("UPDATE notifications SET read_at = ?2 WHERE id = ?1 AND read_at IS NULL")?
                .execute(params![id.0, ms(at)])?;
        }
        if changed > 0 {
            self.note(Change::Alerts);
        }
        Ok(())
    }

    /// Tries again, from `now` on, what waits for a channel or was given up on it since `given_up_since`.
    ///
    /// # Errors
    /// [`crate::StoreError::Sqlite`].
    pub fn retry_channel(&mut self, channel: &str, given_up_since: DateTime<Utc>, now: DateTime<Utc>) -> Result<()> {
        self.db
            .prepare_cached("UPDATE deliveries SET next_at = min(next_at, ?2) WHERE channel = ?1 AND settled_at IS NULL AND attempts > 0")?
            .execute(params![channel, ms(now)])?;
        self.db
            .prepare_cached(
                "UPDATE deliveries SET next_at = ?2, settled_at = NULL, outcome = NULL, attempts = 0
                 WHERE channel = ?1 AND outcome = 'given_up' AND settled_at >= ?3",
            )?
            .execute(params![channel, ms(now), ms(given_up_since)])?;
        Ok(())
    }
}

impl ReadTransaction<'_> {
    /// Deliveries to a channel that are due, oldest first.
    ///
    /// # Errors
    /// [`crate::StoreError::Undecodable`].
    pub fn due_deliveries(&self, channel: &str, now: DateTime<Utc>, limit: u32) -> Result<Vec<DeliveryRow>> {
        let mut statement = self.db.prepare_cached(&format!(
            "SELECT v.id, v.channel, v.attempts, v.next_at, {NOTIFICATION} FROM deliveries v JOIN notifications n ON n.id = v.notification
             {OF_ALERT} WHERE v.settled_at IS NULL AND v.channel = ?1 AND v.next_at <= ?2 ORDER BY v.key LIMIT ?3"
        ))?;
        let mut rows = statement.query(params![channel, ms(now), bounded(limit)])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(DeliveryRow {
                id: row.get(0)?,
                channel: row.get(1)?,
                attempts: count("attempts", row.get(2)?)?,
                next_at: instant(row.get(3)?)?,
                notification: notification_of(row, 4)?,
            });
        }
        Ok(found)
    }

    /// The channels that something waits for, and when the first of it is due.
    ///
    /// # Errors
    /// [`crate::StoreError::Undecodable`].
    pub fn waiting_channels(&self) -> Result<Vec<(String, DateTime<Utc>)>> {
        let mut statement =
            self.db.prepare_cached("SELECT channel, min(next_at) FROM deliveries WHERE settled_at IS NULL GROUP BY channel")?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push((row.get(0)?, instant(row.get(1)?)?));
        }
        Ok(found)
    }

    /// When something was last shown on a channel.
    ///
    /// # Errors
    /// [`crate::StoreError::Undecodable`].
    pub fn last_delivered_at(&self, channel: &str) -> Result<Option<DateTime<Utc>>> {
        let last: Option<Option<i64>> = self
            .db
            .prepare_cached("SELECT max(settled_at) FROM deliveries WHERE channel = ?1 AND outcome IN ('delivered', 'handed_over')")?
            .query_row([channel], |row| row.get(0))
            .optional()?;
        last.flatten().map(instant).transpose()
    }

    /// What was told, newest first.
    ///
    /// # Errors
    /// [`crate::StoreError::Undecodable`].
    pub fn notifications(&self, before: Option<NotificationId>, limit: u32) -> Result<Page<NotificationRow, NotificationId>> {
        let limit = bounded(limit);
        let mut statement = self.db.prepare_cached(&format!(
            "SELECT {NOTIFICATION} FROM notifications n {OF_ALERT} WHERE n.id < ?1 ORDER BY n.id DESC LIMIT ?2"
        ))?;
        let mut rows = statement.query(params![before.map_or(i64::MAX, |id| id.0), limit + 1])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(notification_of(row, 0)?);
        }
        Ok(Page::cut(found, limit, |row| row.id))
    }

    /// How many notifications nobody has seen.
    ///
    /// # Errors
    /// [`crate::StoreError::Sqlite`].
    pub fn unread_notifications(&self) -> Result<u32> {
        Ok(self.db.prepare_cached("SELECT count(*) FROM notifications WHERE read_at IS NULL")?.query_row([], |row| row.get(0))?)
    }
}

const NOTIFICATION: &str = "n.id, n.alert, a.kind, a.level, d.id, n.tells, n.title, n.message, n.created_at, n.read_at";
const OF_ALERT: &str = "LEFT JOIN alerts a ON a.id = n.alert LEFT JOIN deployments d ON d.key = a.deployment";

fn notification_of(row: &Row<'_>, first: usize) -> Result<NotificationRow> {
    Ok(NotificationRow {
        id: NotificationId(row.get(first)?),
        alert: row.get::<_, Option<i64>>(first + 1)?.map(AlertId),
        kind: row.get::<_, Option<String>>(first + 2)?.map(|kind| from_word("alert kind", kind)).transpose()?,
        level: row.get::<_, Option<String>>(first + 3)?.map(|level| from_word("alert level", level)).transpose()?,
        deployment_id: row.get::<_, Option<String>>(first + 4)?.map(DeploymentId),
        tells: from_word("notification", row.get(first + 5)?)?,
        title: row.get(first + 6)?,
        message: row.get(first + 7)?,
        created_at: instant(row.get(first + 8)?)?,
        read_at: row.get::<_, Option<i64>>(first + 9)?.map(instant).transpose()?,
    })
}
