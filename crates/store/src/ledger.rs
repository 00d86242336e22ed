//! The cost ledger: quarter hours (UTC) of money per deployment, what was observed and what was estimated apart, with what was paid
//! for and the tariff that priced it.
//!
//! Sums of days in the workspace's time zone are kept beside the quarter hours in the same transaction, so that a month of a fleet is
//! a short sum and always equals its parts.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::calendar::Zone;
use headroom_core::cost::{Cost, Quantities};
use headroom_core::deployment::{Billing, DeploymentId};
use headroom_core::price_book::Tariff;
use headroom_core::units::{Money, Quantity};
use rusqlite::{CachedStatement, Connection, Row, params};

use crate::changes::Change;
use crate::error::{Result, StoreError};
use crate::read::{MOST_ROWS, ReadTransaction};
use crate::values::{instant, json, ms, word};
use crate::write::WriteTransaction;

pub use headroom_core::cost::Origin;

/// Milliseconds in a bucket of the ledger.
pub(crate) const QUARTER_HOUR: i64 = 15 * 60 * 1_000;
/// Milliseconds in a day of 24 hours.
pub(crate) const DAY: i64 = 24 * 60 * 60 * 1_000;
/// The setting that holds the workspace's time zone.
pub(crate) const TIME_ZONE: &str = "time_zone";

/// The price of one stretch of time inside one quarter hour and one tariff.
#[derive(Debug, Clone, PartialEq)]
pub struct MeterPart {
    /// Whose.
    pub deployment_id: DeploymentId,
    /// When it began; it is booked in the quarter hour around this instant.
    pub at: DateTime<Utc>,
    /// When it ended.
    pub until: DateTime<Utc>,
    /// Seen or estimated.
    pub origin: Origin,
    /// What share is billed.
    pub billing: Billing,
    /// What priced it; none where no price held.
    pub tariff: Option<Arc<Tariff>>,
    /// What it cost.
    pub cost: Cost,
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

    pub(crate) fn add(&mut self, origin: Origin, cost: Cost) {
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
        let tariff = self.tariff_id(part.billing, part.tariff.as_ref())?;
        let day = self.day_around(part.at)?;
        let estimated = part.origin == Origin::Estimated;
        let at = floor(ms(part.at), QUARTER_HOUR);
        add_to(&mut self.db.prepare_cached(ADD_QUARTER)?, at, key, estimated, tariff, &part.cost, ms(part.until))?;
        add_to(&mut self.db.prepare_cached(ADD_DAY)?, day, key, estimated, tariff, &part.cost, ms(part.until))?;
        self.note(Change::Ledger);
        Ok(())
    }

    /// Adds to one quarter hour and nothing else: for whoever makes the days anew after.
    pub(crate) fn add_ledger_row(&mut self, at: i64, key: i64, estimated: bool, tariff: i64, cost: &Cost, until: i64) -> Result<()> {
        add_to(&mut self.db.prepare_cached(ADD_QUARTER)?, at, key, estimated, tariff, cost, until)
    }

    /// Counts days in another time zone from now on, past ones included.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`].
    pub fn set_time_zone(&mut self, zone: Zone, now: DateTime<Utc>) -> Result<()> {
        self.set_setting(TIME_ZONE, &zone, now)?;
        self.cache.day = None;
        // Other edges: none of the old sums is one of the new.
        self.db.execute("DELETE FROM cost_ledger_days", [])?;
        if let Some(held) = self.ledger_span()? {
            self.rebuild_days(held)?;
        }
        self.note(Change::Ledger);
        Ok(())
    }

    /// From the first quarter hour that holds anything to the end of the last.
    pub(crate) fn ledger_span(&self) -> Result<Option<Range<i64>>> {
        let edge = |query: &str| self.db.prepare_cached(query)?.query_row([], |row| row.get::<_, Option<i64>>(0));
        let (first, last) = (edge("SELECT min(at) FROM cost_ledger")?, edge("SELECT max(at) FROM cost_ledger")?);
        Ok(first.zip(last).map(|(first, last)| first..last + QUARTER_HOUR))
    }

    /// Makes the sums of the days that touch `span` anew from the quarter hours.
    pub(crate) fn rebuild_days(&mut self, span: Range<i64>) -> Result<()> {
        let zone = zone_of(self.db)?;
        let mut delete = self.db.prepare_cached("DELETE FROM cost_ledger_days WHERE at = ?1")?;
        let mut insert = self.db.prepare_cached(
            "INSERT INTO cost_ledger_days SELECT ?1, deployment, estimated, tariff, sum(cpu), sum(memory), sum(storage), sum(network),
                 sum(idle), sum(unused), sum(cpu_amount), sum(memory_amount), sum(storage_amount), sum(network_amount),
                 sum(idle_cpu_amount), sum(idle_memory_amount), sum(covered_ms), sum(instance_ms), sum(measured_ms), sum(used_ms),
                 sum(requests), max(until)
             FROM cost_ledger WHERE at >= ?1 AND at < ?2 GROUP BY deployment, estimated, tariff",
        )?;
        let mut day = zone.day_start(instant(span.start)?);
        while ms(day) < span.end {
            let next = zone.next_day(day);
            if next <= day {
                break;
            }
            delete.execute([ms(day)])?;
            insert.execute([ms(day), ms(next)])?;
            day = next;
        }
        Ok(())
    }

    /// The number of a tariff, given to it the first time that it prices something.
    pub(crate) fn tariff_id(&mut self, billing: Billing, tariff: Option<&Arc<Tariff>>) -> Result<i64> {
        let known = self.cache.tariffs.iter().find(|(of, with, _)| *of == billing && same(with.as_ref(), tariff));
        if let Some((_, _, id)) = known {
            return Ok(*id);
        }
        let (word, body) = (word("billing", &billing)?, json("tariff", &tariff.map(Arc::as_ref))?);
        let id = self
            .db
            .prepare_cached(
                "INSERT INTO tariffs (billing, body) VALUES (?1, ?2) ON CONFLICT (billing, body) DO UPDATE SET body = ?2 RETURNING id",
            )?
            .query_row([word, body], |row| row.get(0))?;
        self.cache.tariffs.push((billing, tariff.cloned(), id));
        Ok(id)
    }

    /// The start of the workspace's day around an instant. A tick books all of its parts in one or two days, so the last is kept.
    fn day_around(&mut self, at: DateTime<Utc>) -> Result<i64> {
        if let Some(day) = self.cache.day.as_ref().filter(|day| day.contains(&ms(at))) {
            return Ok(day.start);
        }
        let zone = zone_of(self.db)?;
        let day = ms(zone.day_start(at))..ms(zone.next_day(at));
        let start = day.start;
        self.cache.day = Some(day);
        Ok(start)
    }
}

/// Whether two prices are one: mostly the very same in memory.
fn same(one: Option<&Arc<Tariff>>, other: Option<&Arc<Tariff>>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other) || one == other,
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// The workspace's time zone.
pub(crate) fn zone_of(db: &Connection) -> Result<Zone> {
    Ok(ReadTransaction::of(db).setting(TIME_ZONE)?.unwrap_or_default())
}

macro_rules! add_statement {
    ($table:literal) => {
        concat!(
            "INSERT INTO ",
            $table,
            " (at, deployment, estimated, tariff, cpu, memory, storage, network, idle, unused, cpu_amount, memory_amount, storage_amount,
                 network_amount, idle_cpu_amount, idle_memory_amount, covered_ms, instance_ms, measured_ms, used_ms, requests, until)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)
             ON CONFLICT DO UPDATE SET cpu = cpu + ?5, memory = memory + ?6, storage = storage + ?7, network = network + ?8,
                 idle = idle + ?9, unused = unused + ?10, cpu_amount = cpu_amount + ?11, memory_amount = memory_amount + ?12,
                 storage_amount = storage_amount + ?13, network_amount = network_amount + ?14, idle_cpu_amount = idle_cpu_amount + ?15,
                 idle_memory_amount = idle_memory_amount + ?16, covered_ms = covered_ms + ?17, instance_ms = instance_ms + ?18,
                 measured_ms = measured_ms + ?19, used_ms = used_ms + ?20, requests = requests + ?21, until = max(until, ?22)"
        )
    };
}

const ADD_QUARTER: &str = add_statement!("cost_ledger");
const ADD_DAY: &str = add_statement!("cost_ledger_days");

fn add_to(statement: &mut CachedStatement<'_>, at: i64, key: i64, estimated: bool, tariff: i64, cost: &Cost, until: i64) -> Result<()> {
    let Quantities { cpu, memory, storage, network, idle_cpu, idle_memory } = cost.quantities;
    statement.execute(params![
        at,
        key,
        estimated,
        tariff,
        cost.cpu.nanos(),
        cost.memory.nanos(),
        cost.storage.nanos(),
        cost.network.nanos(),
        cost.idle.nanos(),
        cost.unused.nanos(),
        cpu.nanos(),
        memory.nanos(),
        storage.nanos(),
        network.nanos(),
        idle_cpu.nanos(),
        idle_memory.nanos(),
        cost.covered.num_milliseconds(),
        cost.instance_time.num_milliseconds(),
        cost.measured_time.num_milliseconds(),
        cost.used_time.num_milliseconds(),
        cost.requests,
        until,
    ])?;
    Ok(())
}

/// The columns of [`cost_of`], unsummed.
pub(crate) const COLUMNS: &str = "cpu, memory, storage, network, idle, unused, cpu_amount, memory_amount, storage_amount, network_amount,
     idle_cpu_amount, idle_memory_amount, covered_ms, instance_ms, measured_ms, used_ms, requests";
const COST: &str = "sum(cpu), sum(memory), sum(storage), sum(network), sum(idle), sum(unused), sum(cpu_amount), sum(memory_amount),
     sum(storage_amount), sum(network_amount), sum(idle_cpu_amount), sum(idle_memory_amount), sum(covered_ms), sum(instance_ms),
     sum(measured_ms), sum(used_ms), sum(requests)";

impl ReadTransaction<'_> {
    /// What every deployment cost in `from..to` (to now where not set), by id, removed ones included. Both ends are taken down to
    /// their quarter hour.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`].
    pub fn costs(&self, from: DateTime<Utc>, to: Option<DateTime<Utc>>) -> Result<BTreeMap<DeploymentId, CostOf>> {
        let mut by_key: BTreeMap<i64, CostOf> = BTreeMap::new();
        for Part { table, from, to } in parts(zone_of(self.db)?, from, to) {
            let mut statement = self.db.prepare_cached(&format!(
                "SELECT deployment, estimated, {COST} FROM {table} WHERE at >= ?1 AND at < ?2 GROUP BY deployment, estimated"
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

    /// The workspace's time zone; UTC where nobody chose one.
    ///
    /// # Errors
    /// [`StoreError::Undecodable`].
    pub fn time_zone(&self) -> Result<Zone> {
        zone_of(self.db)
    }

    /// Up to when each deployment is paid that has something in the newest day of the ledger, seen or estimated.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`].
    pub fn paid_until(&self) -> Result<BTreeMap<DeploymentId, DateTime<Utc>>> {
        let mut statement = self.db.prepare_cached(
            "SELECT d.id, max(l.until) FROM cost_ledger l JOIN deployments d ON d.key = l.deployment WHERE l.at >= ?1 GROUP BY l.deployment",
        )?;
        let mut rows = statement.query([newest_bucket(self.db)? - DAY])?;
        let mut paid = BTreeMap::new();
        while let Some(row) = rows.next()? {
            paid.insert(DeploymentId(row.get(0)?), instant(row.get(1)?)?);
        }
        Ok(paid)
    }

    /// What the whole fleet cost on each day of the workspace's time zone that touches `from..to`, oldest first: whole days.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`].
    pub fn cost_by_day(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Vec<(DateTime<Utc>, CostOf)>> {
        let mut statement = self.db.prepare_cached(&format!(
            "SELECT at, estimated, {COST} FROM cost_ledger_days WHERE at >= ?1 AND at < ?2 GROUP BY at, estimated ORDER BY at"
        ))?;
        let first = ms(zone_of(self.db)?.day_start(from));
        collect_buckets(statement.query([first, ms(to)])?)?.into_iter().map(|(at, cost)| Ok((instant(at)?, cost))).collect()
    }

    /// What the money of `from..to` was paid for, of one deployment or of all, by tariff. Both ends are taken down to their quarter hour.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a deployment that never was; [`StoreError::Undecodable`].
    pub fn priced_by(&self, deployment_id: Option<&DeploymentId>, from: DateTime<Utc>, to: Option<DateTime<Utc>>) -> Result<Vec<PricedBy>> {
        let key = deployment_id.map(|id| self.key(id)).transpose()?;
        let mut found: BTreeMap<(i64, Origin), Cost> = BTreeMap::new();
        for Part { table, from, to } in parts(zone_of(self.db)?, from, to) {
            let mut statement = self.db.prepare_cached(&format!(
                "SELECT tariff, estimated, {COST} FROM {table} WHERE at >= ?1 AND at < ?2 AND (?3 IS NULL OR deployment = ?3)
                 GROUP BY tariff, estimated"
            ))?;
            let mut rows = statement.query(params![from, to, key])?;
            while let Some(row) = rows.next()? {
                let (origin, cost) = cost_of(row, 1)?;
                *found.entry((row.get(0)?, origin)).or_default() += cost;
            }
        }
        let mut tariff = self.db.prepare_cached("SELECT billing, body FROM tariffs WHERE id = ?1")?;
        found
            .into_iter()
            .map(|((id, origin), cost)| {
                let (billing, body): (String, String) = tariff.query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
                let billing = crate::values::from_word("billing", billing)?;
                Ok(PricedBy { billing, tariff: crate::values::from_json("tariff", &body)?, origin, cost })
            })
            .collect()
    }

    /// What one deployment cost in `from..to` (to now where not set). Both ends are taken down to their quarter hour.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a deployment that never was.
    pub fn cost(&self, deployment_id: &DeploymentId, from: DateTime<Utc>, to: Option<DateTime<Utc>>) -> Result<CostOf> {
        let key = self.key(deployment_id)?;
        let newest = newest_bucket(self.db)?;
        let mut sum = CostOf::default();
        for Part { table, from, to } in parts(zone_of(self.db)?, from, to) {
            for (_, cost) in buckets(self.db, table, key, from, to.min(newest + QUARTER_HOUR))? {
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
        buckets(self.db, QUARTERS, key, from, to)?.into_iter().map(|(at, cost)| Ok((instant(at)?, cost))).collect()
    }

    /// One deployment's days in the workspace's time zone that touch `from..to` and hold anything, oldest first; at most 2 000.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a deployment that never was.
    pub fn cost_days(&self, deployment_id: &DeploymentId, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Vec<(DateTime<Utc>, CostOf)>> {
        let key = self.key(deployment_id)?;
        let first = ms(zone_of(self.db)?.day_start(from));
        buckets(self.db, DAYS, key, first, ms(to))?.into_iter().map(|(at, cost)| Ok((instant(at)?, cost))).collect()
    }
}

/// What one tariff priced.
#[derive(Debug, Clone, PartialEq)]
pub struct PricedBy {
    /// What share was billed.
    pub billing: Billing,
    /// The rates; none where no price held.
    pub tariff: Option<Tariff>,
    /// Seen or estimated.
    pub origin: Origin,
    /// Quantities and money.
    pub cost: Cost,
}

pub(crate) const QUARTERS: &str = "cost_ledger";
const DAYS: &str = "cost_ledger_days";

/// A stretch of time and the table that answers for it.
pub(crate) struct Part {
    pub(crate) table: &'static str,
    pub(crate) from: i64,
    pub(crate) to: i64,
}

/// Whole days from the sums of days, what is left at both ends from the quarter hours.
pub(crate) fn parts(zone: Zone, from: DateTime<Utc>, to: Option<DateTime<Utc>>) -> Vec<Part> {
    let day = |at: DateTime<Utc>| ms(zone.day_start(at));
    let first_day = if day(from) == ms(from) { ms(from) } else { ms(zone.next_day(from)) };
    let from = floor(ms(from), QUARTER_HOUR);
    let (last_day, to) = to.map_or((i64::MAX, i64::MAX), |to| (day(to), floor(ms(to), QUARTER_HOUR)));
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
fn buckets(db: &Connection, table: &str, key: i64, from: i64, to: i64) -> Result<Vec<(i64, CostOf)>> {
    let (oldest, newest): (Option<i64>, Option<i64>) =
        db.prepare_cached(&format!("SELECT min(at), max(at) FROM {table}"))?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (Some(oldest), Some(newest)) = (oldest, newest) else { return Ok(Vec::new()) };
    let (from, to) = (from.max(oldest), to.min(newest + 1));
    if from >= to {
        return Ok(Vec::new());
    }
    let mut times = Vec::new();
    if table == DAYS {
        let zone = zone_of(db)?;
        // The first may have begun before `from`.
        times.extend(
            zone.days(instant(from)?, instant(to)?, MOST_ROWS as usize).into_iter().map(ms).filter(|day| from <= *day && *day < to),
        );
    } else {
        times.extend((floor(from, QUARTER_HOUR)..to).step_by(QUARTER_HOUR as usize));
    }
    let mut statement =
        db.prepare_cached(&format!("SELECT at, estimated, {COST} FROM {table} WHERE at = ?1 AND deployment = ?2 GROUP BY estimated"))?;
    let mut found = Vec::new();
    for time in times {
        found.extend(collect_buckets(statement.query([time, key])?)?);
    }
    Ok(found)
}

/// Rows of (start, estimated, cost), in order of their start, with what was seen and what was estimated side by side.
fn collect_buckets(mut rows: rusqlite::Rows<'_>) -> Result<Vec<(i64, CostOf)>> {
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

pub(crate) fn cost_of(row: &Row<'_>, first: usize) -> Result<(Origin, Cost)> {
    let origin = if row.get(first)? { Origin::Estimated } else { Origin::Observed };
    let money = |column: usize| Ok::<_, StoreError>(Money::from_nanos(row.get(first + column)?));
    let time = |column: usize| Ok::<_, StoreError>(TimeDelta::milliseconds(row.get(first + column)?));
    let amount = |column: usize| Ok::<_, StoreError>(Quantity::from_nanos(row.get(first + column)?));
    let cost = Cost {
        cpu: money(1)?,
        memory: money(2)?,
        storage: money(3)?,
        network: money(4)?,
        idle: money(5)?,
        unused: money(6)?,
        quantities: Quantities {
            cpu: amount(7)?,
            memory: amount(8)?,
            storage: amount(9)?,
            network: amount(10)?,
            idle_cpu: amount(11)?,
            idle_memory: amount(12)?,
        },
        covered: time(13)?,
        instance_time: time(14)?,
        measured_time: time(15)?,
        used_time: time(16)?,
        requests: row.get(first + 17)?,
    };
    Ok((origin, cost))
}

/// The start of the bucket around an instant.
pub(crate) fn floor(at: i64, width: i64) -> i64 {
    at.div_euclid(width) * width
}
