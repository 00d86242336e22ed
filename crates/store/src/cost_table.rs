//! A range of the ledger, by deployment and by time, in one pass over its rows.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use headroom_core::deployment::DeploymentId;

use crate::error::Result;
use crate::ledger::{COLUMNS, CostOf, Part, QUARTER_HOUR, QUARTERS, cost_of, floor, parts, zone_of};
use crate::read::ReadTransaction;
use crate::values::{instant, ms};

/// Milliseconds in an hour.
const HOUR: i64 = 60 * 60 * 1_000;

/// What the time of a [`CostTable`] is cut into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grain {
    /// Hours (UTC).
    Hour,
    /// Days in the workspace's time zone.
    Day,
}

/// What a range of time cost.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CostTable {
    /// By deployment, removed ones included; those without anything are left out.
    pub deployments: BTreeMap<DeploymentId, CostOf>,
    /// By the first instant of each hour or day, oldest first; those without anything are left out. The first may begin before the range.
    pub times: Vec<(DateTime<Utc>, CostOf)>,
}

impl CostTable {
    /// All of it together.
    #[must_use]
    pub fn total(&self) -> CostOf {
        let mut total = CostOf::default();
        for cost in self.deployments.values() {
            total.observed += cost.observed;
            total.estimated += cost.estimated;
        }
        total
    }
}

impl ReadTransaction<'_> {
    /// The first instant that the ledger knows anything about; none while it is empty.
    ///
    /// # Errors
    /// [`crate::StoreError::Sqlite`].
    pub fn ledger_begins(&self) -> Result<Option<DateTime<Utc>>> {
        let first: Option<i64> = self.db.prepare_cached("SELECT min(at) FROM cost_ledger")?.query_row([], |row| row.get(0))?;
        first.map(instant).transpose()
    }

    /// What `from..to` (to now where not set) cost, of those deployments or of all. Both ends are taken down to their quarter hour.
    ///
    /// # Errors
    /// [`crate::StoreError::Sqlite`], [`crate::StoreError::Undecodable`].
    pub fn cost_table(
        &self,
        only: Option<&BTreeSet<DeploymentId>>,
        from: DateTime<Utc>,
        to: Option<DateTime<Utc>>,
        grain: Grain,
    ) -> Result<CostTable> {
        let zone = zone_of(self.db)?;
        let keys = only.map(|ids| ids.iter().map(|id| self.key(id)).collect::<Result<BTreeSet<i64>>>()).transpose()?;
        let parts = match grain {
            Grain::Day => parts(zone, from, to),
            Grain::Hour => {
                let to = to.map_or(i64::MAX, |to| floor(ms(to), QUARTER_HOUR));
                vec![Part { table: QUARTERS, from: floor(ms(from), QUARTER_HOUR), to }]
            }
        };
        let mut by_key: HashMap<i64, CostOf> = HashMap::new();
        let mut times: Vec<(i64, CostOf)> = Vec::new();
        // The span of the newest time, so that the time zone is asked once a day and not once a row.
        let mut span = 0..0;
        for Part { table, from, to } in parts {
            let query = format!("SELECT at, deployment, estimated, {COLUMNS} FROM {table} WHERE at >= ?1 AND at < ?2 ORDER BY at");
            let mut statement = self.db.prepare_cached(&query)?;
            let mut rows = statement.query([from, to])?;
            while let Some(row) = rows.next()? {
                let (at, key): (i64, i64) = (row.get(0)?, row.get(1)?);
                if keys.as_ref().is_some_and(|keys| !keys.contains(&key)) {
                    continue;
                }
                let (origin, cost) = cost_of(row, 2)?;
                by_key.entry(key).or_default().add(origin, cost);
                if !span.contains(&at) {
                    span = match grain {
                        Grain::Hour => floor(at, HOUR)..floor(at, HOUR) + HOUR,
                        Grain::Day => ms(zone.day_start(instant(at)?))..ms(zone.next_day(instant(at)?)),
                    };
                }
                match times.last_mut() {
                    Some((last, sum)) if *last == span.start => sum.add(origin, cost),
                    Some(_) | None => {
                        let mut sum = CostOf::default();
                        sum.add(origin, cost);
                        times.push((span.start, sum));
                    }
                }
            }
        }
        let mut name = self.db.prepare_cached("SELECT id FROM deployments WHERE key = ?1")?;
        let deployments = by_key.into_iter().map(|(key, cost)| Ok((DeploymentId(name.query_row([key], |row| row.get(0))?), cost)));
        Ok(CostTable {
            deployments: deployments.collect::<Result<_>>()?,
            times: times.into_iter().map(|(at, cost)| Ok((instant(at)?, cost))).collect::<Result<_>>()?,
        })
    }
}
