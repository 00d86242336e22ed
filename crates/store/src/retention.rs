//! Housekeeping: closed hours and days become chunks, what is past its time goes. In small transactions, so that a tick that
//! comes meanwhile waits for one of them at most.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::changes::Committed;
use crate::error::Result;
use crate::samples::{DAY, HOUR, Sample, codec};
use crate::values::ms;
use crate::write::{Durability, WriteDb, WriteTransaction};

/// Deployments whose hour or day is packed in one transaction: about 0.1 s.
const DEPLOYMENTS_AT_ONCE: i64 = 200;
/// Ticks whose rows are taken away in one transaction: 50 000 rows for 10 000 deployments.
const TICKS_AT_ONCE: i64 = 5;
/// Rows of one kind that are retired in one transaction.
const ROWS_AT_ONCE: i64 = 2_000;
/// Free pages that are given back to the disk at once (16 MB).
const PAGES_AT_ONCE: i64 = 4_000;
/// The part of a chunk that is a whole day; below it are hours.
const WHOLE_DAY: i64 = 24;

/// How long what is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Samples, and the circumstances beside them.
    pub samples: TimeDelta,
    /// Five-minute points.
    pub usage: TimeDelta,
    /// Decisions.
    pub decisions: TimeDelta,
}

impl Default for Retention {
    /// 30 days of samples, 90 days of points, a year of decisions. Events, orders, ledger, policy versions and the audit log stay
    /// for good.
    fn default() -> Self {
        Self { samples: TimeDelta::days(30), usage: TimeDelta::days(90), decisions: TimeDelta::days(365) }
    }
}

/// What a compaction did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Compaction {
    /// Deployments' hours that became chunks.
    pub hours: u64,
    /// Deployments' days that became one chunk each.
    pub days: u64,
}

/// Rows that were past their time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retired {
    /// Chunks of samples.
    pub chunks: u64,
    /// Five-minute points.
    pub points: u64,
    /// Runs of decisions.
    pub decisions: u64,
    /// Circumstances.
    pub circumstances: u64,
}

/// Where a compaction stands: the last deployment that is done.
type Done = i64;

/// An hour that has ended, with the ticks that it had when its packing began. One that comes later (a clock that went back) is
/// packed the next time.
#[derive(Debug, Clone, Copy)]
struct ClosedHour {
    at: i64,
    last_tick: i64,
}

impl WriteDb {
    /// Packs every hour and day that has ended by `now`. Cut off anywhere, it goes on the next time; nothing is lost or doubled.
    ///
    /// # Errors
    /// [`crate::StoreError::DiskFull`], [`crate::StoreError::Closed`], [`crate::StoreError::Undecodable`].
    pub async fn compact_samples(&self, now: DateTime<Utc>) -> Result<Compaction> {
        let mut compaction = Compaction::default();
        let open_hour = ms(now).div_euclid(HOUR) * HOUR;
        while let Some(hour) = self.housekeep(move |transaction| oldest_hour(transaction.db, open_hour)).await? {
            let mut done: Done = 0;
            while let Some((last, packed)) = self.housekeep(move |transaction| pack_hour(transaction.db, hour, done)).await? {
                done = last;
                compaction.hours += packed;
            }
            while self.housekeep(move |transaction| drop_ticks(transaction.db, hour)).await? {}
        }
        let open_day = ms(now).div_euclid(DAY);
        let mut done: Done = 0;
        while let Some((last, packed)) = self.housekeep(move |transaction| pack_days(transaction.db, open_day, done)).await? {
            done = last;
            compaction.days += packed;
        }
        Ok(compaction)
    }

    /// Takes away what is past its time, and gives freed space back to the disk.
    ///
    /// # Errors
    /// [`crate::StoreError::DiskFull`], [`crate::StoreError::Closed`].
    pub async fn retire(&self, retention: Retention, now: DateTime<Utc>) -> Result<Retired> {
        let samples_from = ms(now - retention.samples);
        let usage_from = ms(now - retention.usage);
        let decisions_from = ms(now - retention.decisions);
        let retired = Retired {
            chunks: self.retire_all(RETIRE_CHUNKS, samples_from.div_euclid(DAY)).await?,
            points: self.retire_all(RETIRE_POINTS, usage_from).await?,
            decisions: self.retire_all(RETIRE_DECISIONS, decisions_from).await?,
            circumstances: self.retire_all(RETIRE_CIRCUMSTANCES, samples_from).await?,
        };
        self.run(|writer| {
            let mut vacuum = writer.db.prepare(&format!("PRAGMA incremental_vacuum({PAGES_AT_ONCE})"))?;
            let mut rows = vacuum.query([])?;
            while rows.next()?.is_some() {}
            Ok(())
        })
        .await?;
        Ok(retired)
    }

    async fn retire_all(&self, delete: &'static str, before: i64) -> Result<u64> {
        let mut all = 0;
        loop {
            let retired =
                self.housekeep(move |transaction| Ok(transaction.db.prepare_cached(delete)?.execute([before, ROWS_AT_ONCE])?)).await?;
            all += retired as u64;
            if (retired as i64) < ROWS_AT_ONCE {
                return Ok(all);
            }
        }
    }

    async fn housekeep<T: Send + 'static>(&self, work: impl FnOnce(&mut WriteTransaction<'_>) -> Result<T> + Send + 'static) -> Result<T> {
        let Committed { value, changes: _ } = self.run(move |writer| writer.transact(Durability::ProcessEnd, work)).await?;
        Ok(value)
    }
}

const RETIRE_CHUNKS: &str = "DELETE FROM samples WHERE id IN (SELECT id FROM samples WHERE day < ?1 LIMIT ?2)";
const RETIRE_POINTS: &str = "DELETE FROM usage_points WHERE (deployment, at) IN (
     SELECT u.deployment, u.at FROM deployments d CROSS JOIN usage_points u ON u.deployment = d.key AND u.at < ?1 LIMIT ?2)";
/// A run that is still open stays, however old.
const RETIRE_DECISIONS: &str = "DELETE FROM decisions WHERE id IN (
     SELECT id FROM decisions WHERE last_at < ?1 AND id NOT IN (SELECT decision FROM open_runs) LIMIT ?2)";
/// Of each deployment, the last that was written before stays: it holds until the next.
const RETIRE_CIRCUMSTANCES: &str = "DELETE FROM deployment_circumstances WHERE (deployment, at) IN (
     SELECT c.deployment, c.at FROM deployments d CROSS JOIN deployment_circumstances c ON c.deployment = d.key AND c.at < ?1
     WHERE EXISTS (SELECT 1 FROM deployment_circumstances n WHERE n.deployment = c.deployment AND n.at > c.at AND n.at <= ?1) LIMIT ?2)";

fn oldest_hour(db: &Connection, open_hour: i64) -> Result<Option<ClosedHour>> {
    let oldest: Option<i64> =
        db.prepare_cached("SELECT min(at) FROM sample_ticks WHERE at < ?1")?.query_row([open_hour], |row| row.get(0))?;
    let Some(oldest) = oldest else { return Ok(None) };
    let last_tick = db.prepare_cached("SELECT max(id) FROM sample_ticks")?.query_row([], |row| row.get(0))?;
    Ok(Some(ClosedHour { at: oldest.div_euclid(HOUR) * HOUR, last_tick }))
}

/// Packs an hour of the next deployments; none when all are done. The rows stay until every deployment is packed.
fn pack_hour(db: &Connection, hour: ClosedHour, after: Done) -> Result<Option<(Done, u64)>> {
    let mut rows_of = db.prepare_cached(
        "SELECT s.deployment, s.body FROM sample_ticks t CROSS JOIN samples_open s ON s.tick = t.id
         WHERE t.at >= ?1 AND t.at < ?2 AND t.id <= ?3 AND s.deployment >= ?4 AND s.deployment <= ?5",
    )?;
    let Some(first) = db
        .prepare_cached(
            "SELECT min((SELECT min(s.deployment) FROM samples_open s WHERE s.tick = t.id AND s.deployment > ?4))
             FROM sample_ticks t WHERE t.at >= ?1 AND t.at < ?2 AND t.id <= ?3",
        )?
        .query_row([hour.at, hour.at + HOUR, hour.last_tick, after], |row| row.get::<_, Option<i64>>(0))?
    else {
        return Ok(None);
    };
    let last = first + DEPLOYMENTS_AT_ONCE;
    let mut by_deployment: BTreeMap<i64, BTreeMap<DateTime<Utc>, Sample>> = BTreeMap::new();
    let mut rows = rows_of.query([hour.at, hour.at + HOUR, hour.last_tick, first, last])?;
    while let Some(row) = rows.next()? {
        let sample = codec::decode_one(row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?)?;
        by_deployment.entry(row.get(0)?).or_default().insert(sample.observation.at, sample);
    }
    let (day, part) = (hour.at.div_euclid(DAY), hour.at.rem_euclid(DAY) / HOUR);
    for (deployment, samples) in &mut by_deployment {
        // A compaction that was cut off, or a clock that went back, may have left a chunk of this hour.
        for sample in chunk(db, *deployment, day, part)? {
            samples.insert(sample.observation.at, sample);
        }
        put_chunk(db, *deployment, day, part, samples)?;
    }
    Ok(Some((last, by_deployment.len() as u64)))
}

/// Takes the rows of some ticks of a packed hour away; answers whether there may be more.
fn drop_ticks(db: &Connection, hour: ClosedHour) -> Result<bool> {
    let ticks: Vec<i64> = db
        .prepare_cached("SELECT id FROM sample_ticks WHERE at >= ?1 AND at < ?2 AND id <= ?3 LIMIT ?4")?
        .query_map([hour.at, hour.at + HOUR, hour.last_tick, TICKS_AT_ONCE], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for tick in &ticks {
        db.prepare_cached("DELETE FROM samples_open WHERE tick = ?1")?.execute([tick])?;
        db.prepare_cached("DELETE FROM sample_ticks WHERE id = ?1")?.execute([tick])?;
    }
    Ok(!ticks.is_empty())
}

/// Makes one chunk of the hours of closed days, for the next deployments; none when all are done.
fn pack_days(db: &Connection, open_day: i64, after: Done) -> Result<Option<(Done, u64)>> {
    let closed: Vec<(i64, i64)> = db
        .prepare_cached(
            "SELECT DISTINCT deployment, day FROM samples WHERE deployment > ?1 AND deployment <= ?2 AND day < ?3 AND part < ?4
             ORDER BY deployment, day",
        )?
        .query_map([after, after + DEPLOYMENTS_AT_ONCE, open_day, WHOLE_DAY], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let last: i64 = db.prepare_cached("SELECT coalesce(max(key), 0) FROM deployments")?.query_row([], |row| row.get(0))?;
    if after >= last {
        return Ok(None);
    }
    for (deployment, day) in &closed {
        let mut samples = BTreeMap::new();
        for part in 0..=WHOLE_DAY {
            for sample in chunk(db, *deployment, *day, part)? {
                samples.insert(sample.observation.at, sample);
            }
        }
        db.prepare_cached("DELETE FROM samples WHERE deployment = ?1 AND day = ?2")?.execute([deployment, day])?;
        put_chunk(db, *deployment, *day, WHOLE_DAY, &samples)?;
    }
    Ok(Some((after + DEPLOYMENTS_AT_ONCE, closed.len() as u64)))
}

fn chunk(db: &Connection, deployment: i64, day: i64, part: i64) -> Result<Vec<Sample>> {
    let body: Option<Vec<u8>> = db
        .prepare_cached("SELECT body FROM samples WHERE deployment = ?1 AND day = ?2 AND part = ?3")?
        .query_row([deployment, day, part], |row| row.get(0))
        .optional()?;
    body.map_or(Ok(Vec::new()), |body| codec::unpack(&body))
}

fn put_chunk(db: &Connection, deployment: i64, day: i64, part: i64, samples: &BTreeMap<DateTime<Utc>, Sample>) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO samples (deployment, day, part, count, body) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (deployment, day, part) DO UPDATE SET count = ?4, body = ?5",
    )?
    .execute(params![deployment, day, part, samples.len() as i64, codec::pack(samples.values())?])?;
    Ok(())
}
