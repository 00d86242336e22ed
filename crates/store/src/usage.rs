//! Five-minute points: what is left of the samples after 30 days, and what long charts are drawn from.

use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::deployment::DeploymentId;
use headroom_core::metric::PerMetric;
use headroom_core::observation::Counted;
use headroom_core::units::Money;
use rusqlite::{Connection, Row, params};

use crate::changes::Change;
use crate::error::Result;
use crate::read::{Page, ReadTransaction, bounded};
use crate::samples::{Sample, between};
use crate::values::{instant, ms};
use crate::write::WriteTransaction;

/// A metric over five minutes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MetricUsage {
    /// The mean of its readings.
    pub mean: f64,
    /// The 95th percentile: the smallest reading that at least 95 % of them do not exceed.
    pub p95: f64,
    /// The largest.
    pub max: f64,
}

/// What was seen in five minutes. None is a hole.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct UsageValues {
    /// How many samples it is made of.
    pub samples: u32,
    /// Mean of the serving instances.
    pub ready: Option<f64>,
    /// Mean of the ready and starting instances.
    pub total: Option<f64>,
    /// Mean score.
    pub score: Option<f64>,
    /// Each metric in its own unit.
    pub metrics: PerMetric<Option<MetricUsage>>,
    /// Mean of the requests per second over all instances.
    pub request_rate: Option<f64>,
    /// Bytes transferred.
    pub network_bytes: Option<f64>,
    /// Bytes read and written on disk.
    pub disk_bytes: Option<f64>,
    /// What it cost.
    pub cost: Money,
}

/// A deployment's five minutes.
#[derive(Debug, Clone, PartialEq)]
pub struct UsagePoint {
    /// Whose.
    pub deployment_id: DeploymentId,
    /// Their start, a whole five minutes.
    pub at: DateTime<Utc>,
    /// What was seen.
    pub values: UsageValues,
}

impl UsageValues {
    /// The length of a point.
    pub const STEP: TimeDelta = TimeDelta::minutes(5);

    /// Sums some samples up.
    #[must_use]
    pub fn of(samples: &[Sample], cost: Money) -> Self {
        let counts = |part: fn(headroom_core::observation::InstanceCount) -> f64| {
            mean(samples.iter().filter_map(|sample| match sample.observation.instances {
                Counted::Known(count) => Some(part(count)),
                Counted::Unknown { .. } => None,
            }))
        };
        let traffic = |part: fn(&Sample) -> Option<f64>| samples.iter().filter_map(part).collect::<Vec<_>>();
        Self {
            samples: u32::try_from(samples.len()).unwrap_or(u32::MAX),
            ready: counts(|count| count.ready.as_f64()),
            total: counts(|count| count.total().as_f64()),
            score: mean(samples.iter().filter_map(|sample| sample.score)),
            metrics: PerMetric::from_fn(|metric| {
                MetricUsage::of(samples.iter().filter_map(|sample| sample.observation.readings[metric].value()).collect())
            }),
            request_rate: mean(traffic(|sample| sample.observation.traffic.request_rate).into_iter()),
            network_bytes: sum(&traffic(|sample| sample.observation.traffic.network_bytes)),
            disk_bytes: sum(&traffic(|sample| sample.observation.traffic.disk_bytes)),
            cost,
        }
    }
}

impl MetricUsage {
    fn of(mut readings: Vec<f64>) -> Option<Self> {
        readings.sort_unstable_by(f64::total_cmp);
        let max = *readings.last()?;
        // Nearest rank: of 10 readings the 10th (9.5 rounded up), of 100 the 95th.
        let rank = (readings.len() * 95).div_ceil(100);
        let p95 = readings[rank - 1];
        Some(Self { mean: mean(readings.into_iter())?, p95, max })
    }
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    (count > 0.0).then(|| sum / count)
}

fn sum(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum())
}

impl WriteTransaction<'_> {
    /// Writes a point; the same five minutes again replace it.
    ///
    /// # Errors
    /// [`crate::StoreError::NotFound`] for a deployment that never was.
    pub fn set_usage(&mut self, point: &UsagePoint) -> Result<()> {
        let key = self.key_or_removed(&point.deployment_id)?;
        insert(self.db, key, ms(point.at), &point.values)?;
        self.note(Change::Usage);
        Ok(())
    }

    /// Makes the points of the five minutes from `at` for every deployment that was observed in them, from the samples; the cost
    /// of each comes from `cost_of`. Doing it again changes nothing, so a restart may repeat it. Answers how many.
    ///
    /// # Errors
    /// [`crate::StoreError::Undecodable`].
    pub fn roll_up_usage(&mut self, at: DateTime<Utc>, cost_of: impl Fn(&DeploymentId) -> Money) -> Result<u32> {
        let to = at + UsageValues::STEP;
        let observed: Vec<(i64, String)> = self
            .db
            .prepare_cached(
                "SELECT DISTINCT d.key, d.id FROM sample_ticks t CROSS JOIN samples_open s ON s.tick = t.id
                 JOIN deployments d ON d.key = s.deployment WHERE t.at >= ?1 AND t.at < ?2",
            )?
            .query_map(params![ms(at), ms(to)], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        for (key, id) in &observed {
            let samples = between(self.db, *key, at, to, usize::MAX)?;
            insert(self.db, *key, ms(at), &UsageValues::of(&samples, cost_of(&DeploymentId(id.clone()))))?;
        }
        if !observed.is_empty() {
            self.note(Change::Usage);
        }
        Ok(u32::try_from(observed.len()).unwrap_or(u32::MAX))
    }
}

fn insert(db: &Connection, key: i64, at: i64, values: &UsageValues) -> Result<()> {
    let metric = |usage: Option<MetricUsage>| (usage.map(|usage| usage.mean), usage.map(|usage| usage.p95), usage.map(|usage| usage.max));
    let (cpu, memory) = (metric(values.metrics.cpu), metric(values.metrics.memory));
    let (response_time, error_rate) = (metric(values.metrics.response_time), metric(values.metrics.error_rate));
    let requests = metric(values.metrics.requests);
    db.prepare_cached(
        "INSERT OR REPLACE INTO usage_points (deployment, at, samples, ready, total, score, cpu_mean, cpu_p95, cpu_max, memory_mean,
             memory_p95, memory_max, response_time_mean, response_time_p95, response_time_max, error_rate_mean, error_rate_p95,
             error_rate_max, requests_mean, requests_p95, requests_max, request_rate, network_bytes, disk_bytes, cost)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25)",
    )?
    .execute(params![
        key,
        at,
        values.samples,
        values.ready,
        values.total,
        values.score,
        cpu.0,
        cpu.1,
        cpu.2,
        memory.0,
        memory.1,
        memory.2,
        response_time.0,
        response_time.1,
        response_time.2,
        error_rate.0,
        error_rate.1,
        error_rate.2,
        requests.0,
        requests.1,
        requests.2,
        values.request_rate,
        values.network_bytes,
        values.disk_bytes,
        values.cost.nanos(),
    ])?;
    Ok(())
}

const COLUMNS: &str = "SELECT at, samples, ready, total, score, cpu_mean, cpu_p95, cpu_max, memory_mean, memory_p95, memory_max,
     response_time_mean, response_time_p95, response_time_max, error_rate_mean, error_rate_p95, error_rate_max, requests_mean,
     requests_p95, requests_max, request_rate, network_bytes, disk_bytes, cost FROM usage_points";

impl ReadTransaction<'_> {
    /// A deployment's points in `from..to`, oldest first, then a cursor to be given as `from`. A day is 288.
    ///
    /// # Errors
    /// [`crate::StoreError::NotFound`] for a deployment that never was.
    pub fn usage(
        &self,
        deployment_id: &DeploymentId,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        limit: u32,
    ) -> Result<Page<UsagePoint, DateTime<Utc>>> {
        let key = self.key(deployment_id)?;
        let limit = bounded(limit);
        let mut statement =
            self.db.prepare_cached(&format!("{COLUMNS} WHERE deployment = ?1 AND at >= ?2 AND at < ?3 ORDER BY at LIMIT ?4"))?;
        let rows = collect(statement.query(params![key, ms(from), ms(to), limit + 1])?)?;
        let next = if rows.len() > limit as usize { rows.last().map(|(at, _)| *at) } else { None };
        let points = rows
            .into_iter()
            .take(limit as usize)
            .map(|(at, values)| UsagePoint { deployment_id: deployment_id.clone(), at, values })
            .collect();
        Ok(Page { rows: points, next })
    }
}

impl ReadTransaction<'_> {
    /// The start of a deployment's newest point; none where it has none.
    ///
    /// # Errors
    /// [`crate::StoreError::NotFound`] for a deployment that never was.
    pub fn newest_usage(&self, deployment_id: &DeploymentId) -> Result<Option<DateTime<Utc>>> {
        let key = self.key(deployment_id)?;
        let newest: Option<i64> =
            self.db.prepare_cached("SELECT max(at) FROM usage_points WHERE deployment = ?1")?.query_row([key], |row| row.get(0))?;
        newest.map(instant).transpose()
    }
}

/// All points of a range, oldest first; bounded by what is retained.
pub(crate) fn usage_between(
    db: &Connection,
    key: i64,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<(DateTime<Utc>, UsageValues)>> {
    let mut statement = db.prepare_cached(&format!("{COLUMNS} WHERE deployment = ?1 AND at >= ?2 AND at < ?3 ORDER BY at"))?;
    collect(statement.query(params![key, ms(from), ms(to)])?)
}

fn collect(mut rows: rusqlite::Rows<'_>) -> Result<Vec<(DateTime<Utc>, UsageValues)>> {
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(values_of(row)?);
    }
    Ok(found)
}

fn values_of(row: &Row<'_>) -> Result<(DateTime<Utc>, UsageValues)> {
    let metric = |first: usize| -> Result<Option<MetricUsage>> {
        let (mean, p95, max) = (row.get(first)?, row.get(first + 1)?, row.get(first + 2)?);
        Ok(match (mean, p95, max) {
            (Some(mean), Some(p95), Some(max)) => Some(MetricUsage { mean, p95, max }),
            (_, _, _) => None,
        })
    };
    let values = UsageValues {
        samples: row.get(1)?,
        ready: row.get(2)?,
        total: row.get(3)?,
        score: row.get(4)?,
        metrics: PerMetric {
            cpu: metric(5)?,
            memory: metric(8)?,
            response_time: metric(11)?,
            error_rate: metric(14)?,
            requests: metric(17)?,
        },
        request_rate: row.get(20)?,
        network_bytes: row.get(21)?,
        disk_bytes: row.get(22)?,
        cost: Money::from_nanos(row.get(23)?),
    };
    Ok((instant(row.get(0)?)?, values))
}
