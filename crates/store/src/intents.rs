//! Orders, committed before anything is moved, and what became of them.

use chrono::{DateTime, Utc};
use headroom_core::deployment::DeploymentId;
use headroom_core::units::{Instances, MoneyPerHour};
use rusqlite::{OptionalExtension as _, params};
use serde::{Deserialize, Serialize};

use crate::changes::Change;
use crate::decisions::DecisionId;
use crate::error::{BadValue, Conflict, Result, StoreError};
use crate::read::{ReadTransaction, bounded};
use crate::values::{count, from_word, instant, ms, word};
use crate::write::WriteTransaction;

/// Names one order; grows with time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IntentId(pub i64);

/// Whence an order comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntentCause {
    /// A policy's decision.
    Policy,
    /// A person.
    Manual,
    /// A restart brings back the last committed count.
    Restore,
}

/// An order to be committed.
#[derive(Debug, Clone, PartialEq)]
pub struct NewIntent {
    /// Where.
    pub deployment_id: DeploymentId,
    /// Whence.
    pub cause: IntentCause,
    /// How many there are.
    pub from_instances: Instances,
    /// How many are ordered.
    pub to_instances: Instances,
    /// One sentence, or the person's words.
    pub reason: String,
    /// A person's name, or the policy's.
    pub ordered_by: String,
    /// What it costs more (or less) per hour.
    pub price_change: MoneyPerHour,
    /// When.
    pub at: DateTime<Utc>,
}

/// What became of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The target took it.
    Done,
    /// The target refused it or did not answer.
    Failed {
        /// What happened and what to do.
        error: String,
    },
    /// It was cut off by the engine's end, and the target does not show it.
    Abandoned,
}

/// The outcome of one order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomeOf {
    /// Which order.
    pub intent: IntentId,
    /// What became of it.
    pub outcome: Outcome,
    /// When that was known.
    pub at: DateTime<Utc>,
}

/// An order as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct IntentRow {
    /// Names it.
    pub id: IntentId,
    /// What was ordered.
    pub intent: NewIntent,
    /// The decision behind it.
    pub decision_id: Option<DecisionId>,
    /// What became of it; none while it is open.
    pub outcome: Option<OutcomeOf>,
}

impl WriteTransaction<'_> {
    /// Commits an order. Nothing may be moved before this transaction is acknowledged.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn open_intent(&mut self, intent: &NewIntent) -> Result<IntentId> {
        let key = self.key(&intent.deployment_id)?;
        self.insert_intent(key, intent, None)
    }

    pub(crate) fn insert_intent(&mut self, key: i64, intent: &NewIntent, decision: Option<DecisionId>) -> Result<IntentId> {
        self.db
            .prepare_cached(
                "INSERT INTO intents (deployment, cause, decision, from_instances, to_instances, reason, ordered_by, price_change, at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute(params![
                key,
                word("cause", &intent.cause)?,
                decision.map(|id| id.0),
                intent.from_instances.0,
                intent.to_instances.0,
                intent.reason,
                intent.ordered_by,
                intent.price_change.nanos(),
                ms(intent.at),
            ])?;
        self.note(Change::Intents(intent.deployment_id.clone()));
        Ok(IntentId(self.db.last_insert_rowid()))
    }

    /// Records what became of an order.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`Conflict::AlreadyClosed`], so that nothing is counted twice.
    pub fn close_intent(&mut self, outcome: &OutcomeOf) -> Result<()> {
        let OutcomeOf { intent, outcome, at } = outcome;
        let found: Option<(String, bool)> = self
            .db
            .prepare_cached(
                "SELECT d.id, i.closed_at IS NOT NULL FROM intents i JOIN deployments d ON d.key = i.deployment WHERE i.id = ?1",
            )?
            .query_row([intent.0], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        match found {
            None => Err(StoreError::not_found("order", intent.0)),
            Some((_, true)) => Err(Conflict::AlreadyClosed { intent: intent.0 }.into()),
            Some((deployment_id, false)) => {
                let (word, error) = columns(outcome);
                self.db.prepare_cached("UPDATE intents SET closed_at = ?2, outcome = ?3, error = ?4 WHERE id = ?1")?.execute(params![
                    intent.0,
                    ms(*at),
                    word,
                    error
                ])?;
                self.note(Change::Intents(DeploymentId(deployment_id)));
                Ok(())
            }
        }
    }
}

impl ReadTransaction<'_> {
    /// Orders without an outcome, oldest first: at a start, those that the last engine's end cut off.
    ///
    /// # Errors
    /// [`StoreError::Undecodable`].
    pub fn open_intents(&self, limit: u32) -> Result<Vec<IntentRow>> {
        let mut statement = self.db.prepare_cached(&format!("{COLUMNS} WHERE i.closed_at IS NULL ORDER BY i.id LIMIT ?1"))?;
        let mut rows = statement.query([bounded(limit)])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(row_of(row)?);
        }
        Ok(found)
    }

    /// One order.
    ///
    /// # Errors
    /// [`StoreError::Undecodable`].
    pub fn intent(&self, id: IntentId) -> Result<Option<IntentRow>> {
        let mut statement = self.db.prepare_cached(&format!("{COLUMNS} WHERE i.id = ?1"))?;
        let mut rows = statement.query([id.0])?;
        rows.next()?.map(row_of).transpose()
    }
}

const COLUMNS: &str = "SELECT i.id, d.id, i.cause, i.decision, i.from_instances, i.to_instances, i.reason, i.ordered_by,
     i.price_change, i.at, i.closed_at, i.outcome, i.error FROM intents i JOIN deployments d ON d.key = i.deployment";

fn row_of(row: &rusqlite::Row<'_>) -> Result<IntentRow> {
    let id = IntentId(row.get(0)?);
    let closed_at: Option<i64> = row.get(10)?;
    let outcome = closed_at
        .map(|at| Ok::<_, StoreError>(OutcomeOf { intent: id, outcome: outcome_of(row.get(11)?, row.get(12)?)?, at: instant(at)? }))
        .transpose()?;
    Ok(IntentRow {
        id,
        intent: NewIntent {
            deployment_id: DeploymentId(row.get(1)?),
            cause: from_word("cause", row.get(2)?)?,
            from_instances: Instances(count("instances", row.get(4)?)?),
            to_instances: Instances(count("instances", row.get(5)?)?),
            reason: row.get(6)?,
            ordered_by: row.get(7)?,
            price_change: MoneyPerHour::from_nanos(row.get(8)?),
            at: instant(row.get(9)?)?,
        },
        decision_id: row.get::<_, Option<i64>>(3)?.map(DecisionId),
        outcome,
    })
}

/// An outcome as its word and its error.
pub(crate) fn columns(outcome: &Outcome) -> (&'static str, Option<&str>) {
    match outcome {
        Outcome::Done => ("done", None),
        Outcome::Failed { error } => ("failed", Some(error)),
        Outcome::Abandoned => ("abandoned", None),
    }
}

/// An outcome from its word and its error.
pub(crate) fn outcome_of(word: String, error: Option<String>) -> Result<Outcome> {
    match word.as_str() {
        "done" => Ok(Outcome::Done),
        "failed" => Ok(Outcome::Failed { error: error.unwrap_or_default() }),
        "abandoned" => Ok(Outcome::Abandoned),
        _ => Err(StoreError::undecodable("outcome", BadValue::Unknown(word))),
    }
}
