//! What each evaluation saw, exactly, for replay and for charts.
//!
//! Samples of the open hours are rows in the order in which they come; closed hours become compressed chunks, closed days one
//! chunk each (`retention.rs`). Whoever reads sees no difference.

pub(crate) mod codec;
mod series;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::deployment::DeploymentId;
use headroom_core::observation::{Counted, Observation};
use rusqlite::{Connection, params};

use crate::error::Result;
use crate::read::{Page, ReadTransaction};
use crate::values::ms;

pub use series::{Series, SeriesPoint, Spread};

/// Milliseconds in an hour.
pub(crate) const HOUR: i64 = 60 * 60 * 1_000;
/// Milliseconds in a day.
pub(crate) const DAY: i64 = 24 * HOUR;
/// An observation may be this much older than the tick that records it (ms): a tick is given up long before.
const TICK_SLACK: i64 = 5 * 60 * 1_000;
/// Samples in one answer: a day at one a second, and some.
const MOST_SAMPLES: usize = 100_000;

/// What one evaluation saw, and the score that it came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// What was seen, holes included.
    pub observation: Observation,
    /// The decision's score, where it had one.
    pub score: Option<f64>,
}

impl ReadTransaction<'_> {
    /// What was seen of a deployment when its instances were last counted; none where they never were, or it is retired by now.
    ///
    /// # Errors
    /// [`crate::StoreError::NotFound`] for a deployment that never was; [`crate::StoreError::Undecodable`].
    pub fn last_counted(&self, deployment_id: &DeploymentId) -> Result<Option<Observation>> {
        let key = self.key(deployment_id)?;
        let is_counted = |sample: &Sample| matches!(sample.observation.instances, Counted::Known(_));
        let mut open = self.db.prepare_cached(
            "SELECT s.body FROM sample_ticks t CROSS JOIN samples_open s ON s.tick = t.id AND s.deployment = ?1 ORDER BY t.id DESC",
        )?;
        let mut rows = open.query([key])?;
        while let Some(row) = rows.next()? {
            let sample = codec::decode_one(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?)?;
            if is_counted(&sample) {
                return Ok(Some(sample.observation));
            }
        }
        let mut chunks = self.db.prepare_cached("SELECT body FROM samples WHERE deployment = ?1 ORDER BY day DESC, part DESC")?;
        let mut rows = chunks.query([key])?;
        while let Some(row) = rows.next()? {
            let samples = codec::unpack(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?)?;
            if let Some(sample) = samples.iter().rev().find(|sample| is_counted(sample)) {
                return Ok(Some(sample.observation));
            }
        }
        Ok(None)
    }

    /// A deployment's samples in `from..to`, oldest first, exactly as they were recorded; at most 100 000, then a cursor to be
    /// given as `from`.
    ///
    /// # Errors
    /// [`crate::StoreError::NotFound`] for a deployment that never was; [`crate::StoreError::Undecodable`].
    pub fn samples(&self, deployment_id: &DeploymentId, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Page<Sample, DateTime<Utc>>> {
        let key = self.key(deployment_id)?;
        let mut found = between(self.db, key, from, to, MOST_SAMPLES + 1)?;
        if found.len() <= MOST_SAMPLES {
            return Ok(Page { rows: found, next: None });
        }
        let next = found.pop().map(|sample| sample.observation.at);
        Ok(Page { rows: found, next })
    }
}

/// The oldest `limit` samples in `from..to`, oldest first, none twice. A sample that is already in a chunk and still a row (a
/// compaction was cut off) is one sample: it is known by its instant.
pub(crate) fn between(db: &Connection, key: i64, from: DateTime<Utc>, to: DateTime<Utc>, limit: usize) -> Result<Vec<Sample>> {
    let mut found = BTreeMap::new();
    let mut keep = |sample: Sample| {
        if (from..to).contains(&sample.observation.at) {
            found.insert(sample.observation.at, sample);
        }
    };
    let (first, last) = (ms(from) - TICK_SLACK, ms(to) + TICK_SLACK);
    let mut chunks = db.prepare_cached("SELECT body FROM samples WHERE deployment = ?1 AND day BETWEEN ?2 AND ?3 ORDER BY day, part")?;
    let mut rows = chunks.query(params![key, first.div_euclid(DAY), last.div_euclid(DAY)])?;
    while let Some(row) = rows.next()? {
        codec::unpack(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?)?.into_iter().for_each(&mut keep);
    }
    let mut open = db.prepare_cached(
        "SELECT s.body FROM sample_ticks t CROSS JOIN samples_open s ON s.tick = t.id AND s.deployment = ?1 WHERE t.at BETWEEN ?2 AND ?3",
    )?;
    let mut rows = open.query(params![key, first, last])?;
    while let Some(row) = rows.next()? {
        keep(codec::decode_one(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?)?);
    }
    Ok(found.into_values().take(limit).collect())
}

/// The length of a range, never negative.
pub(crate) fn length(from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
    (to - from).max(TimeDelta::zero())
}
