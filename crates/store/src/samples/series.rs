//! Samples as lines on a chart: at most so many points, and a hole is a hole.

use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::deployment::DeploymentId;
use headroom_core::metric::{Metric, PerMetric};
use headroom_core::observation::Counted;

use super::{Sample, between, length};
use crate::error::Result;
use crate::read::{MOST_ROWS, ReadTransaction};
use crate::usage::{UsageValues, usage_between};

/// Ranges up to this are drawn from samples, longer ones from five-minute points: 12 h at one sample a second is 43 200.
const LONGEST_FROM_SAMPLES: TimeDelta = TimeDelta::hours(12);
/// More samples than any range drawn from them has.
const MOST_SAMPLES: usize = 100_000;

/// A chart's data: points, oldest first, and the stretches in which nothing was observed.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// The time that one point stands for.
    pub step: TimeDelta,
    /// Oldest first; not evenly spaced: where nothing was observed there is no point.
    pub points: Vec<SeriesPoint>,
    /// Stretches without an observation that are longer than was asked for, between observations or at the ends of the range.
    pub gaps: Vec<(DateTime<Utc>, DateTime<Utc>)>,
}

/// What was observed in one step.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesPoint {
    /// When: the only observation's instant, or the first one's.
    pub at: DateTime<Utc>,
    /// Each metric; none where all of its readings were holes.
    pub metrics: PerMetric<Option<Spread>>,
    /// The score.
    pub score: Option<Spread>,
    /// Serving instances.
    pub ready: Option<Spread>,
    /// Ready and starting instances.
    pub total: Option<Spread>,
    /// Requests per second over all instances.
    pub request_rate: Option<Spread>,
}

/// Several values as two.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Their mean.
    pub mean: f64,
    /// The largest: a peak survives however wide the step.
    pub max: f64,
}

impl ReadTransaction<'_> {
    /// A deployment's readings in `from..to` as at most `most_points` points. A stretch longer than `gap_after` without an
    /// observation is a gap. Up to 12 hours come from the samples, longer ranges from five-minute points (without a score's
    /// finer moves).
    ///
    /// # Errors
    /// [`crate::StoreError::NotFound`] for a deployment that never was; [`crate::StoreError::Undecodable`].
    pub fn series(
        &self,
        deployment_id: &DeploymentId,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        most_points: u32,
        gap_after: TimeDelta,
    ) -> Result<Series> {
        let key = self.key(deployment_id)?;
        let most_points = most_points.clamp(1, MOST_ROWS);
        let length = length(from, to);
        if length <= LONGEST_FROM_SAMPLES {
            let seen = between(self.db, key, from, to, MOST_SAMPLES)?.iter().map(Seen::of_sample).collect();
            return Ok(drawn(seen, from, to, most_points, gap_after));
        }
        let seen = usage_between(self.db, key, from, to)?.into_iter().map(|(at, values)| Seen::of_usage(at, &values)).collect();
        Ok(drawn(seen, from, to, most_points, gap_after.max(UsageValues::STEP * 2)))
    }
}

/// One observation, or one five-minute point, as what is drawn of it.
struct Seen {
    at: DateTime<Utc>,
    metrics: PerMetric<Option<Spread>>,
    score: Option<Spread>,
    ready: Option<Spread>,
    total: Option<Spread>,
    request_rate: Option<Spread>,
}

impl Seen {
    fn of_sample(sample: &Sample) -> Self {
        let observation = &sample.observation;
        let (ready, total) = match observation.instances {
            Counted::Known(count) => (Some(count.ready.as_f64()), Some(count.total().as_f64())),
            Counted::Unknown { .. } => (None, None),
        };
        Self {
            at: observation.at,
            metrics: PerMetric::from_fn(|metric| observation.readings[metric].value().map(Spread::of)),
            score: sample.score.map(Spread::of),
            ready: ready.map(Spread::of),
            total: total.map(Spread::of),
            request_rate: observation.traffic.request_rate.map(Spread::of),
        }
    }

    fn of_usage(at: DateTime<Utc>, values: &UsageValues) -> Self {
        Self {
            at,
            metrics: PerMetric::from_fn(|metric| values.metrics[metric].map(|usage| Spread { mean: usage.mean, max: usage.max })),
            score: values.score.map(Spread::of),
            ready: values.ready.map(Spread::of),
            total: values.total.map(Spread::of),
            request_rate: values.request_rate.map(Spread::of),
        }
    }
}

impl Spread {
    const fn of(value: f64) -> Self {
        Self { mean: value, max: value }
    }

    fn over(values: impl Iterator<Item = Option<Self>>) -> Option<Self> {
        let (mut sum, mut count, mut max) = (0.0, 0.0, f64::NEG_INFINITY);
        for value in values.flatten() {
            sum += value.mean;
            count += 1.0;
            max = f64::max(max, value.max);
        }
        (count > 0.0).then(|| Self { mean: sum / count, max })
    }
}

/// Puts observations, oldest first, into steps of equal length; steps without one have no point.
fn drawn(seen: Vec<Seen>, from: DateTime<Utc>, to: DateTime<Utc>, most_points: u32, gap_after: TimeDelta) -> Series {
    let gaps = gaps_between(&seen, from, to, gap_after);
    let length_ms = length(from, to).num_milliseconds().max(1);
    // Few enough to be drawn one by one: then a step never splits or merges neighbors.
    let step_ms = if seen.len() <= most_points as usize { 1 } else { length_ms.div_euclid(i64::from(most_points)) + 1 };
    let step_of = |seen: &Seen| (seen.at - from).num_milliseconds().div_euclid(step_ms);
    let points = seen.chunk_by(|one, next| step_of(one) == step_of(next)).map(point_of).collect();
    Series { step: TimeDelta::milliseconds(step_ms), points, gaps }
}

fn point_of(seen: &[Seen]) -> SeriesPoint {
    let spread = |part: fn(&Seen) -> Option<Spread>| Spread::over(seen.iter().map(part));
    SeriesPoint {
        at: seen[0].at,
        metrics: PerMetric::from_fn(|metric: Metric| Spread::over(seen.iter().map(|seen| seen.metrics[metric]))),
        score: spread(|seen| seen.score),
        ready: spread(|seen| seen.ready),
        total: spread(|seen| seen.total),
        request_rate: spread(|seen| seen.request_rate),
    }
}

fn gaps_between(seen: &[Seen], from: DateTime<Utc>, to: DateTime<Utc>, gap_after: TimeDelta) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
    let instants = || seen.iter().map(|seen| seen.at);
    std::iter::once(from)
        .chain(instants())
        .zip(instants().chain(std::iter::once(to)))
        .filter(|(before, after)| *after - *before > gap_after)
        .collect()
}
