//! Decisions, a run of equal ones as one row: what a fleet decides every half minute is mostly the same again.

use std::mem::{Discriminant, discriminant};

use chrono::{DateTime, Utc};
use headroom_core::decide::{Action, Check, Decision, Direction, Reason};
use headroom_core::deployment::DeploymentId;
use headroom_core::policy::{PolicyId, PolicyMode};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::changes::Change;
use crate::error::Result;
use crate::read::{Page, ReadTransaction, bounded};
use crate::values::{count, from_json, instant, json, ms, word};
use crate::write::WriteTransaction;

/// Names one run of decisions; grows with time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DecisionId(pub i64);

/// A run of equal decisions.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionRow {
    /// Names the run.
    pub id: DecisionId,
    /// Whose.
    pub deployment_id: DeploymentId,
    /// The first of the run, whole. The numbers of the others follow from their samples.
    pub decision: Decision,
    /// When the run began.
    pub first_at: DateTime<Utc>,
    /// Its latest.
    pub last_at: DateTime<Utc>,
    /// How many in a row.
    pub count: u32,
}

/// Which decisions are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DecisionFilter {
    /// Of this deployment only.
    pub deployment_id: Option<DeploymentId>,
    /// Leave out those that neither moved nor wanted to move anything.
    pub only_notable: bool,
}

/// The run that a deployment is in, as the writer remembers it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Run {
    id: i64,
    kind: Kind,
}

/// What makes two decisions equal: all but their numbers.
#[derive(Debug, Clone, PartialEq)]
struct Kind {
    policy_id: PolicyId,
    policy_version: u32,
    mode: PolicyMode,
    action: Action,
    asked: Direction,
    held_by: Option<Check>,
    reason: Discriminant<Reason>,
    /// An order is always a row of its own: two steps up in a row are two.
    is_order: bool,
}

impl Kind {
    fn of(decision: &Decision) -> Self {
        Self {
            policy_id: decision.policy_id.clone(),
            policy_version: decision.policy_version,
            mode: decision.mode,
            action: decision.action,
            asked: decision.asked,
            held_by: decision.held_by,
            reason: discriminant(&decision.reason),
            is_order: decision.order().is_some(),
        }
    }
}

impl WriteTransaction<'_> {
    /// Adds a decision to its run, or begins a new one.
    pub(crate) fn record_decision(&mut self, key: i64, id: &DeploymentId, decision: &Decision) -> Result<DecisionId> {
        let kind = Kind::of(decision);
        if !self.cache.runs.contains_key(&key)
            && let Some(run) = open_run(self.db, key)?
        {
            self.cache.runs.insert(key, run);
        }
        if let Some(run) = self.cache.runs.get(&key)
            && run.kind == kind
            && !kind.is_order
        {
            self.db
                .prepare_cached("UPDATE open_runs SET last_at = ?2, count = count + 1 WHERE deployment = ?1")?
                .execute(params![key, ms(decision.at)])?;
            return Ok(DecisionId(run.id));
        }
        close_run(self.db, key)?;
        let row = insert(self.db, key, decision)?;
        self.db.prepare_cached("INSERT INTO open_runs (deployment, decision, last_at, count) VALUES (?1, ?2, ?3, 1)")?.execute(params![
            key,
            row,
            ms(decision.at)
        ])?;
        self.cache.runs.insert(key, Run { id: row, kind });
        self.note(Change::Decision(id.clone()));
        Ok(DecisionId(row))
    }
}

fn insert(db: &Connection, key: i64, decision: &Decision) -> Result<i64> {
    let notable = decision.action != Action::NoChange || decision.asked != Direction::Stay;
    db.prepare_cached(
        "INSERT INTO decisions (deployment, policy_id, policy_version, action, reason, held_by, notable, first_at, last_at, count, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, 1, ?9)",
    )?
    .execute(params![
        key,
        decision.policy_id.as_str(),
        decision.policy_version,
        word("action", &decision.action)?,
        decision.reason.code(),
        decision.held_by.map(|check| word("check", &check)).transpose()?,
        notable,
        ms(decision.at),
        json("decision", decision)?,
    ])?;
    Ok(db.last_insert_rowid())
}

/// Gives a finished run its end and its length.
pub(crate) fn close_run(db: &Connection, key: i64) -> Result<()> {
    db.prepare_cached(
        "UPDATE decisions SET last_at = r.last_at, count = r.count FROM open_runs r WHERE r.deployment = ?1 AND decisions.id = r.decision",
    )?
    .execute([key])?;
    db.prepare_cached("DELETE FROM open_runs WHERE deployment = ?1")?.execute([key])?;
    Ok(())
}

fn open_run(db: &Connection, key: i64) -> Result<Option<Run>> {
    let found: Option<(i64, String)> = db
        .prepare_cached("SELECT c.id, c.body FROM open_runs r JOIN decisions c ON c.id = r.decision WHERE r.deployment = ?1")?
        .query_row([key], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((id, body)) = found else { return Ok(None) };
    Ok(Some(Run { id, kind: Kind::of(&from_json("decision", &body)?) }))
}

const COLUMNS: &str = "SELECT c.id, d.id, c.body, c.first_at, coalesce(r.last_at, c.last_at), coalesce(r.count, c.count)
     FROM decisions c JOIN deployments d ON d.key = c.deployment
     LEFT JOIN open_runs r ON r.deployment = c.deployment AND r.decision = c.id";

impl ReadTransaction<'_> {
    /// Runs of decisions, newest first.
    ///
    /// # Errors
    /// [`crate::StoreError::NotFound`] for a deployment that never was; [`crate::StoreError::Undecodable`].
    pub fn decisions(&self, filter: &DecisionFilter, before: Option<DecisionId>, limit: u32) -> Result<Page<DecisionRow, DecisionId>> {
        let limit = bounded(limit);
        let key = filter.deployment_id.as_ref().map(|id| self.key(id)).transpose()?;
        let of_deployment = if key.is_some() { "c.deployment = ?3" } else { "?3 IS NULL" };
        let notable = if filter.only_notable { "AND c.notable" } else { "" };
        let mut statement =
            self.db.prepare_cached(&format!("{COLUMNS} WHERE {of_deployment} AND c.id < ?1 {notable} ORDER BY c.id DESC LIMIT ?2"))?;
        let rows = collect(statement.query(params![before.map_or(i64::MAX, |id| id.0), limit + 1, key])?)?;
        Ok(Page::cut(rows, limit, |row| row.id))
    }

    /// The run that had begun at an instant: in force then, where its `last_at` is not long before.
    ///
    /// # Errors
    /// [`crate::StoreError::NotFound`] for a deployment that never was; [`crate::StoreError::Undecodable`].
    pub fn decision_at(&self, deployment_id: &DeploymentId, at: DateTime<Utc>) -> Result<Option<DecisionRow>> {
        let key = self.key(deployment_id)?;
        let mut statement = self.db.prepare_cached(&format!(
            "{COLUMNS} WHERE c.deployment = ?1 AND c.first_at <= ?2 ORDER BY c.first_at DESC, c.id DESC LIMIT 1"
        ))?;
        Ok(collect(statement.query(params![key, ms(at)])?)?.pop())
    }

    /// Runs around an instant, oldest first: at most `each_side` that had begun by then, and as many that began after.
    ///
    /// # Errors
    /// [`crate::StoreError::NotFound`] for a deployment that never was; [`crate::StoreError::Undecodable`].
    pub fn decisions_around(&self, deployment_id: &DeploymentId, at: DateTime<Utc>, each_side: u32) -> Result<Vec<DecisionRow>> {
        let key = self.key(deployment_id)?;
        let each_side = bounded(each_side);
        let mut before = self.db.prepare_cached(&format!(
            "{COLUMNS} WHERE c.deployment = ?1 AND c.first_at <= ?2 ORDER BY c.first_at DESC, c.id DESC LIMIT ?3"
        ))?;
        let mut rows = collect(before.query(params![key, ms(at), each_side])?)?;
        rows.reverse();
        let mut after =
            self.db.prepare_cached(&format!("{COLUMNS} WHERE c.deployment = ?1 AND c.first_at > ?2 ORDER BY c.first_at, c.id LIMIT ?3"))?;
        rows.append(&mut collect(after.query(params![key, ms(at), each_side])?)?);
        Ok(rows)
    }

    pub(crate) fn decision_row(&self, id: i64) -> Result<Option<DecisionRow>> {
        let mut statement = self.db.prepare_cached(&format!("{COLUMNS} WHERE c.id = ?1"))?;
        Ok(collect(statement.query([id])?)?.pop())
    }
}

fn collect(mut rows: rusqlite::Rows<'_>) -> Result<Vec<DecisionRow>> {
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(row_of(row)?);
    }
    Ok(found)
}

fn row_of(row: &Row<'_>) -> Result<DecisionRow> {
    Ok(DecisionRow {
        id: DecisionId(row.get(0)?),
        deployment_id: DeploymentId(row.get(1)?),
        decision: from_json("decision", &row.get::<_, String>(2)?)?,
        first_at: instant(row.get(3)?)?,
        last_at: instant(row.get(4)?)?,
        count: count("run length", row.get(5)?)?,
    })
}
