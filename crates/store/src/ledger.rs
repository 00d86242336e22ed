//! The cost ledger: quarter hours (UTC) of money per deployment, what was observed and what was estimated apart.
//!
//! Sums of days are kept beside the quarter hours in the same transaction, so that a month of a fleet is a short sum and always
//! equals its parts.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::deployment::DeploymentId;
use headroom_core::units::Money;
use rusqlite::{Connection, Row, params};

use crate::changes::Change;
use crate::error::{Result, StoreError};
use crate::read::{MOST_ROWS, ReadTransaction};
use crate::values::{instant, ms};
use crate::write::WriteTransaction;

/// Milliseconds in a bucket of the ledger.
const QUARTER_HOUR: i64 = 15 * 60 * 1_000;
/// Milliseconds in a day.
const DAY: i64 = 24 * 60 * 60 * 1_000;

/// Whether money is for what was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// Between two observations.
    Observed,
    /// From the last known instances, while nobody looked.
    Estimated,
}

/// The price of one stretch of time inside one quarter hour.
#[derive(Debug, Clone, PartialEq)]
pub struct MeterPart {
    /// Whose.
    pub deployment_id: DeploymentId,
    /// When it began; it is booked in the quarter hour around this instant.
    pub at: DateTime<Utc>,
    /// Seen or estimated.
    pub origin: Origin,
    /// What it cost.
    pub cost: Cost,
}

/// Money by resource, and what it was paid for. Sums exactly.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Cost {
    /// For cores.
    pub cpu: Money,
    /// For memory.
    pub memory: Money,
    /// For disk.
    pub storage: Money,
    /// For bytes transferred.
    pub network: Money,
    /// Of all this, for what was paid and not used; it is no part of its own.
    pub idle: Money,
    /// How much time is priced.
    pub covered: TimeDelta,
    /// Instances × time.
    pub instance_time: TimeDelta,
    /// Utilization × instances × time; over `instance_time` it is the mean utilization.
    pub used_time: TimeDelta,
    /// Requests answered.
    pub requests: f64,
}

impl Cost {
    /// What is billed: CPU, memory, storage and network.
    #[must_use]
    pub fn total(&self) -> Money {
        self.cpu + self.memory + self.storage + self.network
    }
}

impl AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        self.cpu += other.cpu;
        self.memory += other.memory;
        self.storage += other.storage;
        self.network += other.network;
        self.idle += other.idle;
        self.covered += other.covered;
        self.instance_time += other.instance_time;
        self.used_time += other.used_time;
        self.requests += other.requests;
    }
}

/// The cost of a range of time, seen and estimated apart.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct CostOf {
    /// What was seen.
    pub observed: Cost,
    /// What was estimated.
    pub estimated: Cost,
}

impl CostOf {
    /// Both together.
    #[must_use]
    pub fn total(&self) -> Money {
        self.observed.total() + self.estimated.total()
    }

    fn add(&mut self, origin: Origin, cost: Cost) {
        match origin {
            Origin::Observed => self.observed += cost,
            Origin::Estimated => self.estimated += cost,
        }
    }
}

impl WriteTransaction<'_> {
    /// Adds to the ledger.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a deployment that never was.
    pub fn add_meter_part(&mut self, part: &MeterPart) -> Result<()> {
        let key = self.key_or_removed(&part.deployment_id)?;
        let at = ms(part.at);
        for (table, width) in [("cost_ledger", QUARTER_HOUR), ("cost_ledger_days", DAY)] {
            let cost = &part.cost;
            self.db.prepare_cached(&add_to(table))?.execute(params![
                floor(at, width),
                key,
                part.origin == Origin::Estimated,
                cost.cpu.nanos(),
                cost.memory.nanos(),
                cost.storage.nanos(),
                cost.network.nanos(),
                cost.idle.nanos(),
                cost.covered.num_milliseconds(),
                cost.instance_time.num_milliseconds(),
                cost.used_time.num_milliseconds(),
                cost.requests,
            ])?;
        }
        self.note(Change::Ledger);
        Ok(())
    }
}

fn add_to(table: &str) -> String {
    format!(
        "INSERT INTO {table} (at, deployment, estimated, cpu, memory, storage, network, idle, covered_ms, instance_ms, used_ms, requests)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
         ON CONFLICT (at, deployment, estimated) DO UPDATE SET cpu = cpu + ?4, memory = memory + ?5, storage = storage + ?6,
             network = network + ?7, idle = idle + ?8, covered_ms = covered_ms + ?9, instance_ms = instance_ms + ?10,
             used_ms = used_ms + ?11, requests = requests + ?12"
    )
}

const COST: &str = "estimated, sum(cpu), sum(memory), sum(storage), sum(network), sum(idle), sum(covered_ms), sum(instance_ms),
     sum(used_ms), sum(requests)";

impl ReadTransaction<'_> {
    /// What every deployment cost in `from..to` (to now where not set), by id, removed ones included. Both ends are taken down to
    /// their quarter hour.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`].
    pub fn costs(&self, from: DateTime<Utc>, to: Option<DateTime<Utc>>) -> Result<BTreeMap<DeploymentId, CostOf>> {
        let mut by_key: BTreeMap<i64, CostOf> = BTreeMap::new();
        for Part { table, from, to } in parts(from, to) {
            let mut statement = self.db.prepare_cached(&format!(
                "SELECT deployment, {COST} FROM {table} WHERE at >= ?1 AND at < ?2 GROUP BY deployment, estimated"
            ))?;
            let mut rows = statement.query([from, to])?;
            while let Some(row) = rows.next()? {
                let (origin, cost) = cost_of(row, 1)?;
                by_key.entry(row.get(0)?).or_default().add(origin, cost);
            }
        }
        let mut name = self.db.prepare_cached("SELECT id FROM deployments WHERE key = ?1")?;
        by_key.into_iter().map(|(key, cost)| Ok((DeploymentId(name.query_row([key], |row| row.get(0))?), cost))).collect()
    }

    /// Up to when each deployment is paid that was metered in the newest day of the ledger: the end of its newest quarter hour's covered
    /// time, or the newest evaluation where that is later in the same quarter hour.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`].
    pub fn paid_until(&self) -> Result<BTreeMap<DeploymentId, DateTime<Utc>>> {
        let seen: Option<i64> = self.db.prepare_cached("SELECT max(at) FROM sample_ticks")?.query_row([], |row| row.get(0))?;
        let mut statement = self.db.prepare_cached(
            "SELECT d.id, max(l.at), l.covered_ms FROM cost_ledger l JOIN deployments d ON d.key = l.deployment
             WHERE l.at >= ?1 AND NOT l.estimated GROUP BY l.deployment",
        )?;
        let mut rows = statement.query([newest_bucket(self.db)? - DAY])?;
        let mut paid = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let (at, covered): (i64, i64) = (row.get(1)?, row.get(2)?);
            let until = (at + covered).max(seen.unwrap_or(at).min(at + QUARTER_HOUR));
            paid.insert(DeploymentId(row.get(0)?), instant(until)?);
        }
        Ok(paid)
    }

    /// What one deployment cost in `from..to` (to now where not set). Both ends are taken down to their quarter hour.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a deployment that never was.
    pub fn cost(&self, deployment_id: &DeploymentId, from: DateTime<Utc>, to: Option<DateTime<Utc>>) -> Result<CostOf> {
        let key = self.key(deployment_id)?;
        let newest = newest_bucket(self.db)?;
        let mut sum = CostOf::default();
        for Part { table, from, to } in parts(from, to) {
            let width = if table == DAYS { DAY } else { QUARTER_HOUR };
            for (_, cost) in buckets(self.db, table, key, from, to.min(newest + width), width)? {
                sum.observed += cost.observed;
                sum.estimated += cost.estimated;
            }
        }
        Ok(sum)
    }

    /// One deployment's quarter hours in `from..to` that hold anything, oldest first; at most 2 000 (20 days).
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a deployment that never was.
    pub fn quarter_hours(
        &self,
        deployment_id: &DeploymentId,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Vec<(DateTime<Utc>, CostOf)>> {
        let key = self.key(deployment_id)?;
        let from = floor(ms(from), QUARTER_HOUR);
        let to = ms(to).min(from + i64::from(MOST_ROWS) * QUARTER_HOUR);
        buckets(self.db, QUARTERS, key, from, to, QUARTER_HOUR)?.into_iter().map(|(at, cost)| Ok((instant(at)?, cost))).collect()
    }

    /// One deployment's UTC days in `from..to` that hold anything, oldest first; at most 2 000 (five years).
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a deployment that never was.
    pub fn cost_days(&self, deployment_id: &DeploymentId, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Vec<(DateTime<Utc>, CostOf)>> {
        let key = self.key(deployment_id)?;
        let from = floor(ms(from), DAY);
        let to = ms(to).min(from + i64::from(MOST_ROWS) * DAY);
        buckets(self.db, DAYS, key, from, to, DAY)?.into_iter().map(|(at, cost)| Ok((instant(at)?, cost))).collect()
    }
}

const QUARTERS: &str = "cost_ledger";
const DAYS: &str = "cost_ledger_days";

/// A stretch of time and the table that answers for it.
struct Part {
    table: &'static str,
    from: i64,
    to: i64,
}

/// Whole days from the sums of days, what is left at both ends from the quarter hours.
fn parts(from: DateTime<Utc>, to: Option<DateTime<Utc>>) -> Vec<Part> {
    let from = floor(ms(from), QUARTER_HOUR);
    let to = to.map(|to| floor(ms(to), QUARTER_HOUR));
    let first_day = floor(from + DAY - 1, DAY);
    let (last_day, to) = match to {
        Some(to) => (floor(to, DAY), to),
        None => (i64::MAX, i64::MAX),
    };
    if first_day >= last_day {
        return vec![Part { table: QUARTERS, from, to }];
    }
    let parts = [
        Part { table: QUARTERS, from, to: first_day },
        Part { table: DAYS, from: first_day, to: last_day },
        Part { table: QUARTERS, from: last_day, to },
    ];
    parts.into_iter().filter(|part| part.from < part.to).collect()
}

/// One deployment's buckets. The table is keyed by time first, so each bucket of the range is looked up by its key.
fn buckets(db: &Connection, table: &str, key: i64, from: i64, to: i64, width: i64) -> Result<Vec<(i64, CostOf)>> {
    let oldest: Option<i64> = db.prepare_cached(&format!("SELECT min(at) FROM {table}"))?.query_row([], |row| row.get(0))?;
    let Some(oldest) = oldest else { return Ok(Vec::new()) };
    let from = from.max(oldest);
    if from >= to {
        return Ok(Vec::new());
    }
    let mut statement = db.prepare_cached(&format!(
        "WITH RECURSIVE times (time) AS (VALUES (?1) UNION ALL SELECT time + ?3 FROM times WHERE time + ?3 < ?2)
         SELECT at, {COST} FROM times CROSS JOIN {table} ON at = time WHERE deployment = ?4 GROUP BY at, estimated ORDER BY at"
    ))?;
    let mut rows = statement.query([from, to, width, key])?;
    let mut found: Vec<(i64, CostOf)> = Vec::new();
    while let Some(row) = rows.next()? {
        let at = row.get(0)?;
        let (origin, cost) = cost_of(row, 1)?;
        match found.last_mut() {
            Some((last, sum)) if *last == at => sum.add(origin, cost),
            Some(_) | None => {
                let mut sum = CostOf::default();
                sum.add(origin, cost);
                found.push((at, sum));
            }
        }
    }
    Ok(found)
}

fn newest_bucket(db: &Connection) -> Result<i64> {
    Ok(db.prepare_cached("SELECT max(at) FROM cost_ledger")?.query_row([], |row| row.get::<_, Option<i64>>(0))?.unwrap_or(0))
}

fn cost_of(row: &Row<'_>, first: usize) -> Result<(Origin, Cost)> {
    let origin = if row.get(first)? { Origin::Estimated } else { Origin::Observed };
    let money = |column: usize| Ok::<_, StoreError>(Money::from_nanos(row.get(first + column)?));
    let time = |column: usize| Ok::<_, StoreError>(TimeDelta::milliseconds(row.get(first + column)?));
    let cost = Cost {
        cpu: money(1)?,
        memory: money(2)?,
        storage: money(3)?,
        network: money(4)?,
        idle: money(5)?,
        covered: time(6)?,
        instance_time: time(7)?,
        used_time: time(8)?,
        requests: row.get(first + 9)?,
    };
    Ok((origin, cost))
}

/// The start of the bucket around an instant.
fn floor(at: i64, width: i64) -> i64 {
    at.div_euclid(width) * width
}
