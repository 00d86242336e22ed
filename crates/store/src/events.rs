//! What was done to deployments, for good.

use chrono::{DateTime, Utc};
use headroom_core::deployment::DeploymentId;
use headroom_core::metric::PerMetric;
use headroom_core::policy::PolicyId;
use headroom_core::units::{Instances, MoneyPerHour};
use rusqlite::{Row, params};
use serde::{Deserialize, Serialize};

use crate::changes::Change;
use crate::error::Result;
use crate::intents::{self, IntentId, Outcome};
use crate::read::{MOST_ROWS, Page, ReadTransaction, bounded};
use crate::values::{count, from_json, from_word, instant, json, ms, word};
use crate::write::WriteTransaction;

/// Names one event; grows with time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub i64);

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventType {
    /// A policy added instances.
    ScaleUp,
    /// A policy removed instances.
    ScaleDown,
    /// A person set the count.
    Manual,
    /// The count was changed from outside Headroom.
    External,
    /// A restart brought back the last committed count.
    Restored,
    /// A person ended an order before its time, or it ran out.
    OverrideEnded,
    /// An order could not be carried out.
    Failed,
}

/// An event to be recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    /// Where.
    pub deployment_id: DeploymentId,
    /// What.
    pub event_type: EventType,
    /// How many there were.
    pub from_instances: Instances,
    /// How many were ordered.
    pub to_instances: Instances,
    /// One sentence, or the person's words.
    pub reason: String,
    /// A person's name, or the policy's.
    pub done_by: String,
    /// The policy in force.
    pub policy_id: Option<PolicyId>,
    /// Its version.
    pub policy_version: Option<u32>,
    /// The order that it carries out.
    pub intent: Option<IntentId>,
    /// Of the decision; 1 for a person's order.
    pub confidence: f64,
    /// What it costs more (or less) per hour.
    pub price_change: MoneyPerHour,
    /// How it went.
    pub outcome: Outcome,
    /// The raw readings at the time.
    pub metrics_snapshot: PerMetric<Option<f64>>,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// A recorded event.
#[derive(Debug, Clone, PartialEq)]
pub struct EventRow {
    /// Names it.
    pub id: EventId,
    /// What it says.
    pub event: NewEvent,
}

/// Which events are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Of this deployment only.
    pub deployment_id: Option<DeploymentId>,
    /// Of this type only.
    pub event_type: Option<EventType>,
}

impl WriteTransaction<'_> {
    /// Records an event.
    ///
    /// # Errors
    /// [`crate::StoreError::NotFound`] for a deployment that never was.
    pub fn add_event(&mut self, event: &NewEvent) -> Result<EventId> {
        let key = self.key_or_removed(&event.deployment_id)?;
        let (outcome, error) = intents::columns(&event.outcome);
        self.db
            .prepare_cached(
                "INSERT INTO events (deployment, event_type, from_instances, to_instances, reason, done_by, policy_id, policy_version,
                                     intent, confidence, price_change, outcome, error, metrics, created_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
            )?
            .execute(params![
                key,
                word("event type", &event.event_type)?,
                event.from_instances.0,
                event.to_instances.0,
                event.reason,
                event.done_by,
                event.policy_id.as_ref().map(PolicyId::as_str),
                event.policy_version,
                event.intent.map(|id| id.0),
                event.confidence,
                event.price_change.nanos(),
                outcome,
                error,
                json("metrics", &event.metrics_snapshot)?,
                ms(event.created_at),
            ])?;
        self.note(Change::Events(event.deployment_id.clone()));
        Ok(EventId(self.db.last_insert_rowid()))
    }
}

const COLUMNS: &str = "SELECT e.id, d.id, e.event_type, e.from_instances, e.to_instances, e.reason, e.done_by, e.policy_id,
     e.policy_version, e.intent, e.confidence, e.price_change, e.outcome, e.error, e.metrics, e.created_at
     FROM events e JOIN deployments d ON d.key = e.deployment";

impl ReadTransaction<'_> {
    /// Events, newest first.
    ///
    /// # Errors
    /// [`crate::StoreError::NotFound`] for a deployment that never was; [`crate::StoreError::Undecodable`].
    pub fn events(&self, filter: &EventFilter, before: Option<EventId>, limit: u32) -> Result<Page<EventRow, EventId>> {
        let limit = bounded(limit);
        let key = filter.deployment_id.as_ref().map(|id| self.key(id)).transpose()?;
        let event_type = filter.event_type.map(|event_type| word("event type", &event_type)).transpose()?;
        let of_deployment = if key.is_some() { "e.deployment = ?3" } else { "?3 IS NULL" };
        let of_type = if event_type.is_some() { "e.event_type = ?4" } else { "?4 IS NULL" };
        let mut statement =
            self.db.prepare_cached(&format!("{COLUMNS} WHERE {of_deployment} AND {of_type} AND e.id < ?1 ORDER BY e.id DESC LIMIT ?2"))?;
        let rows = collect(statement.query(params![before.map_or(i64::MAX, |id| id.0), limit + 1, key, event_type])?)?;
        Ok(Page::cut(rows, limit, |row| row.id))
    }

    /// A deployment's events in `from..to`, oldest first, for marks on a chart; at most 2 000, the oldest ones.
    ///
    /// # Errors
    /// [`crate::StoreError::NotFound`] for a deployment that never was; [`crate::StoreError::Undecodable`].
    pub fn events_between(&self, deployment_id: &DeploymentId, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Vec<EventRow>> {
        let key = self.key(deployment_id)?;
        let mut statement = self.db.prepare_cached(&format!(
            "{COLUMNS} WHERE e.deployment = ?1 AND e.created_at >= ?2 AND e.created_at < ?3 ORDER BY e.created_at, e.id LIMIT ?4"
        ))?;
        collect(statement.query(params![key, ms(from), ms(to), MOST_ROWS])?)
    }
}

fn collect(mut rows: rusqlite::Rows<'_>) -> Result<Vec<EventRow>> {
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(row_of(row)?);
    }
    Ok(found)
}

fn row_of(row: &Row<'_>) -> Result<EventRow> {
    Ok(EventRow {
        id: EventId(row.get(0)?),
        event: NewEvent {
            deployment_id: DeploymentId(row.get(1)?),
            event_type: from_word("event type", row.get(2)?)?,
            from_instances: Instances(count("instances", row.get(3)?)?),
            to_instances: Instances(count("instances", row.get(4)?)?),
            reason: row.get(5)?,
            done_by: row.get(6)?,
            policy_id: row.get::<_, Option<String>>(7)?.map(PolicyId),
            policy_version: row.get::<_, Option<i64>>(8)?.map(|version| count("policy version", version)).transpose()?,
            intent: row.get::<_, Option<i64>>(9)?.map(IntentId),
            confidence: row.get(10)?,
            price_change: MoneyPerHour::from_nanos(row.get(11)?),
            outcome: intents::outcome_of(row.get(12)?, row.get(13)?)?,
            metrics_snapshot: from_json("metrics", &row.get::<_, String>(14)?)?,
            created_at: instant(row.get(15)?)?,
        },
    })
}
