//! Budgets, and what their scopes have spent.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::budget::{Budget, BudgetId, BudgetScope};
use headroom_core::deployment::{Deployment, DeploymentId};
use headroom_core::units::Money;
use rusqlite::params;

use crate::changes::Change;
use crate::error::{Result, StoreError};
use crate::ledger::{QUARTER_HOUR, floor};
use crate::read::ReadTransaction;
use crate::values::{from_json, instant, json, ms};
use crate::write::WriteTransaction;

/// What a scope spent in one quarter hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuarterSpent {
    /// When it began.
    pub at: DateTime<Utc>,
    /// What was spent, observed and estimated.
    pub cost: Money,
    /// Of this, what was estimated.
    pub estimated: Money,
    /// How much of it anybody can speak for: the longest of the scope's deployments, at most a quarter hour.
    pub covered: TimeDelta,
    /// Deployment-time that was observed.
    pub observed_time: TimeDelta,
    /// Deployment-time that is priced.
    pub priced_time: TimeDelta,
}

impl WriteTransaction<'_> {
    /// Adds a budget, or puts it in the place of the one with its id.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`].
    pub fn set_budget(&mut self, budget: &Budget) -> Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO budgets (id, monthly_limit, body, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (id) DO UPDATE SET monthly_limit = ?2, body = ?3, updated_at = ?5",
            )?
            .execute(params![
                budget.id.as_str(),
                budget.monthly_limit.nanos(),
                json("budget", budget)?,
                ms(budget.created_at),
                ms(budget.updated_at)
            ])?;
        self.note(Change::Budgets);
        Ok(())
    }

    /// Takes a budget away. What was said of it stays in the history of alerts.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn remove_budget(&mut self, id: &BudgetId) -> Result<()> {
        if self.db.prepare_cached("DELETE FROM budgets WHERE id = ?1")?.execute([id.as_str()])? == 0 {
            return Err(StoreError::not_found("budget", id));
        }
        self.note(Change::Budgets);
        Ok(())
    }
}

impl ReadTransaction<'_> {
    /// Every budget, the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Undecodable`].
    pub fn budgets(&self) -> Result<Vec<Budget>> {
        let mut statement = self.db.prepare_cached("SELECT monthly_limit, body FROM budgets ORDER BY created_at, id")?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let budget: Budget = from_json("budget", &row.get::<_, String>(1)?)?;
            found.push(Budget { monthly_limit: Money::from_nanos(row.get(0)?), ..budget });
        }
        Ok(found)
    }

    /// What each of some scopes spent in each quarter hour since `from`, oldest first, in one pass over the ledger. What has a tag now
    /// counts for the tag; a removed deployment keeps the tags that it had.
    ///
    /// # Errors
    /// [`StoreError::Undecodable`].
    pub fn spending(&self, scopes: &[BudgetScope], from: DateTime<Utc>) -> Result<Vec<Vec<QuarterSpent>>> {
        let members = self.members(scopes)?;
        let mut spent: Vec<Vec<QuarterSpent>> = vec![Vec::new(); scopes.len()];
        let mut statement = self.db.prepare_cached(
            "SELECT at, deployment, sum(cpu + memory + storage + network), sum(iif(estimated, cpu + memory + storage + network, 0)),
                 sum(covered_ms), sum(iif(estimated, 0, covered_ms))
             FROM cost_ledger WHERE at >= ?1 GROUP BY at, deployment ORDER BY at",
        )?;
        let mut rows = statement.query([floor(ms(from), QUARTER_HOUR)])?;
        while let Some(row) = rows.next()? {
            let key: i64 = row.get(1)?;
            let Some(counts_for) = members.get(&key) else { continue };
            let (covered, observed): (i64, i64) = (row.get(4)?, row.get(5)?);
            let one = QuarterSpent {
                at: instant(row.get(0)?)?,
                cost: Money::from_nanos(row.get(2)?),
                estimated: Money::from_nanos(row.get(3)?),
                covered: TimeDelta::milliseconds(covered.min(QUARTER_HOUR)),
                observed_time: TimeDelta::milliseconds(observed),
                priced_time: TimeDelta::milliseconds(covered),
            };
            for scope in counts_for {
                match spent[*scope].last_mut() {
                    Some(last) if last.at == one.at => {
                        last.cost += one.cost;
                        last.estimated += one.estimated;
                        last.covered = last.covered.max(one.covered);
                        last.observed_time += one.observed_time;
                        last.priced_time += one.priced_time;
                    }
                    Some(_) | None => spent[*scope].push(one),
                }
            }
        }
        Ok(spent)
    }

    /// The deployments of a scope, removed ones included.
    ///
    /// # Errors
    /// [`StoreError::Undecodable`].
    pub fn deployments_in(&self, scope: &BudgetScope) -> Result<BTreeSet<DeploymentId>> {
        let mut statement = self.db.prepare_cached("SELECT body FROM deployments")?;
        let mut rows = statement.query([])?;
        let mut found = BTreeSet::new();
        while let Some(row) = rows.next()? {
            let deployment: Deployment = from_json("deployment", &row.get::<_, String>(0)?)?;
            if scope.covers(&deployment) {
                found.insert(deployment.id);
            }
        }
        Ok(found)
    }

    /// For which of the scopes each deployment counts, by its key.
    fn members(&self, scopes: &[BudgetScope]) -> Result<HashMap<i64, Vec<usize>>> {
        let mut statement = self.db.prepare_cached("SELECT key, body FROM deployments")?;
        let mut rows = statement.query([])?;
        let mut members = HashMap::new();
        while let Some(row) = rows.next()? {
            let deployment: Deployment = from_json("deployment", &row.get::<_, String>(1)?)?;
            let counts_for: Vec<usize> =
                scopes.iter().enumerate().filter(|(_, scope)| scope.covers(&deployment)).map(|(index, _)| index).collect();
            if !counts_for.is_empty() {
                members.insert(row.get(0)?, counts_for);
            }
        }
        Ok(members)
    }
}
