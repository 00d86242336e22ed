//! Recorded readings, and a target that only counts: for back-tests, benches and dry looks.
//!
//! A recording is a CSV with a header. `timestamp_s` (seconds, growing) comes first; any of `cpu`, `memory`, `response_time`, `error_rate`
//! and `requests` follow, each in the raw unit of its metric (`%`, `%`, ms, `%`, requests per second per ready instance):
//!
//! ```csv
//! timestamp_s,cpu,memory,response_time,error_rate,requests
//! 0,41.5,38,120,0,210
//! 30,44,38,no_traffic,no_traffic,0
//! 60,,38,118,0.1,214
//! ```
//!
//! A cell holds a number, `no_traffic`, or a reason why there is no reading (`not_measured`, `not_yet`, `no_instance`, `unreachable`,
//! `unauthorized`, `not_a_number`, `stale`); an empty cell is `unreachable`, a column that is left out `not_measured`. A row holds
//! until the next one, and carries its own time: where rows are missing, readings grow old. After its last row a recording begins anew.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::deployment::{Deployment, DeploymentId, RunsOn};
use headroom_core::metric::{Metric, PerMetric};
use headroom_core::observation::{Counted, Hole, InstanceCount, Observation, Reading, ResponseStatistic, Traffic};
use headroom_core::units::Instances;

use crate::error::ConnectorError;
use crate::source::MetricSource;
use crate::table::{Table, TableSource};
use crate::target::{Accepted, Capabilities, ScaleOrder, ScalingTarget};

/// Rows of one recording: a year at one a minute.
const MAX_ROWS: usize = 525_600;
/// What a policy may ask for at most.
const MAX_INSTANCES: Instances = Instances(10_000);

/// What one cell of a recording says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Recorded {
    /// A measured value in its metric's own unit.
    Value(f64),
    /// No request came.
    NoTraffic,
    /// There was no reading.
    Missing(Hole),
}

/// One row of a recording.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RecordedRow {
    /// Since the start of the recording.
    pub offset: TimeDelta,
    /// One cell for each metric.
    pub cells: PerMetric<Recorded>,
}

/// A non-empty list of rows with growing offsets, the first at 0.
#[derive(Debug, Clone)]
pub struct Recording {
    rows: Vec<RecordedRow>,
    length: TimeDelta,
}

impl Recording {
    /// Reads a CSV file.
    ///
    /// # Errors
    /// [`ConnectorError::System`] when it cannot be read, [`ConnectorError::InvalidCsv`] with the line that is wrong.
    pub fn from_file(file: &Path) -> Result<Self, ConnectorError> {
        Self::from_table(Table::open(file, MAX_ROWS)?)
    }

    /// Reads CSV text that is already at hand.
    ///
    /// # Errors
    /// [`ConnectorError::InvalidCsv`] with the line that is wrong.
    pub fn from_csv(text: &str) -> Result<Self, ConnectorError> {
        Self::from_table(Table::from_text(text, MAX_ROWS)?)
    }

    /// Takes rows from a history that is already in memory. Offsets are moved so that the first is 0.
    ///
    /// # Errors
    /// [`ConnectorError::InvalidCsv`] naming the row (counted from 1) when there is none, or an offset does not grow.
    pub fn from_rows(mut rows: Vec<RecordedRow>) -> Result<Self, ConnectorError> {
        let fault =
            |line: usize, problem: &str| ConnectorError::InvalidCsv { file: "-".into(), line: line as u64, problem: problem.to_owned() };
        let first = rows.first().ok_or_else(|| fault(1, "there are no rows; a recording needs at least one."))?.offset;
        for row in &mut rows {
            row.offset -= first;
        }
        for (index, pair) in rows.windows(2).enumerate() {
            if pair[1].offset <= pair[0].offset {
                return Err(fault(index + 2, "the time does not grow; order the rows by time and keep one of each."));
            }
        }
        let last = rows[rows.len() - 1].offset;
        // The last row holds as long as the one before it did, so that a loop has no seam.
        let last_step = if rows.len() > 1 { last - rows[rows.len() - 2].offset } else { TimeDelta::seconds(1) };
        Ok(Self { rows, length: last + last_step })
    }

    fn from_table(mut table: Table<impl TableSource>) -> Result<Self, ConnectorError> {
        let columns = table.columns("timestamp_s", &Metric::ALL.map(Metric::name))?;
        let mut rows = Vec::new();
        while let Some(row) = table.next_row()? {
            let mut cells = PerMetric::from_fn(|_| Recorded::Missing(Hole::NotMeasured));
            for (metric, column) in Metric::ALL.into_iter().zip(&columns) {
                if let Some(column) = column {
                    cells[metric] = parse_cell(row.cell(*column)).map_err(|problem| row.fault(format!("{}: {problem}", metric.name())))?;
                }
            }
            rows.push(RecordedRow { offset: row.time(), cells });
        }
        Self::from_rows(rows)
    }

    /// How long one pass takes.
    #[must_use]
    pub fn length(&self) -> TimeDelta {
        self.length
    }

    /// The row in force `since_start` (modulo the length), and how long ago it was recorded.
    fn row_at(&self, since_start: TimeDelta) -> (&RecordedRow, TimeDelta) {
        let length = self.length.num_milliseconds().max(1);
        let position = TimeDelta::milliseconds(since_start.num_milliseconds().rem_euclid(length));
        let after = self.rows.partition_point(|row| row.offset <= position);
        let row = &self.rows[after.saturating_sub(1)];
        (row, position - row.offset)
    }
}

fn parse_cell(cell: &str) -> Result<Recorded, String> {
    Ok(match cell {
        "" | "unreachable" => Recorded::Missing(Hole::Unreachable),
        "no_traffic" => Recorded::NoTraffic,
        "not_measured" => Recorded::Missing(Hole::NotMeasured),
        "not_yet" => Recorded::Missing(Hole::NotYet),
        "no_instance" => Recorded::Missing(Hole::NoInstance),
        "unauthorized" => Recorded::Missing(Hole::Unauthorized),
        "not_a_number" => Recorded::Missing(Hole::NotANumber),
        "stale" => Recorded::Missing(Hole::Stale),
        number => Recorded::Value(crate::table::parse_quantity(number)?),
    })
}

struct Played {
    recording: Arc<Recording>,
    start: DateTime<Utc>,
    instances: Instances,
}

/// A file's recording as it was read, while any deployment plays it.
struct ReadFile {
    modified: Option<SystemTime>,
    bytes: u64,
    recording: Weak<Recording>,
}

/// Plays recordings and counts instances. Every instance is ready at once.
#[derive(Default)]
pub struct ReplayConnector {
    // A std lock is right: nothing is awaited while it is held, and a look at 10 000 deployments takes it once.
    played: RwLock<HashMap<DeploymentId, Played>>,
    /// A day of readings is half a megabyte: a fleet that plays one file reads and holds it once.
    files: Mutex<HashMap<PathBuf, ReadFile>>,
}

impl ReplayConnector {
    /// One that plays nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Plays `recording` for the deployment from `start` on. One recording may serve many deployments.
    pub fn add(&self, id: DeploymentId, recording: Arc<Recording>, start: DateTime<Utc>, instances: Instances) {
        self.played.write().unwrap_or_else(PoisonError::into_inner).insert(id, Played { recording, start, instances });
    }

    /// Reads the file of a deployment that runs on a replay and plays it from `start` on, at `instances`. Deployments of the same
    /// file share what was read, until the file changes.
    ///
    /// # Errors
    /// Those of [`Recording::from_file`]; [`ConnectorError::InvalidDeployment`] when it does not run on a replay.
    pub fn start(&self, deployment: &Deployment, start: DateTime<Utc>, instances: Instances) -> Result<(), ConnectorError> {
        let RunsOn::Replay(trace) = &deployment.runs_on else {
            return Err(ConnectorError::invalid("runsOn", format!("{} does not run on a recording.", deployment.name)));
        };
        self.add(deployment.id.clone(), self.recording_of(Path::new(&trace.file))?, start, instances);
        Ok(())
    }

    /// The recording of a file: the one that is played already where the file is still the same.
    fn recording_of(&self, file: &Path) -> Result<Arc<Recording>, ConnectorError> {
        // What cannot be examined cannot be read either, and reading says why.
        let Ok(found) = std::fs::metadata(file) else { return Recording::from_file(file).map(Arc::new) };
        let (modified, bytes) = (found.modified().ok(), found.len());
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(read) = files.get(file).filter(|read| (read.modified, read.bytes) == (modified, bytes))
            && let Some(recording) = read.recording.upgrade()
        {
            return Ok(recording);
        }
        let recording = Arc::new(Recording::from_file(file)?);
        files.retain(|_, read| read.recording.strong_count() > 0);
        files.insert(file.to_owned(), ReadFile { modified, bytes, recording: Arc::downgrade(&recording) });
        Ok(recording)
    }

    /// Forgets a deployment.
    pub fn remove(&self, id: &DeploymentId) {
        self.played.write().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    fn set_instances(&self, id: &DeploymentId, instances: Instances) -> Result<Accepted, ConnectorError> {
        let mut played = self.played.write().unwrap_or_else(PoisonError::into_inner);
        let one = played.get_mut(id).ok_or_else(|| ConnectorError::NotStarted { id: id.clone() })?;
        let before = all_ready(one.instances);
        one.instances = instances;
        Ok(Accepted { before, target_instances: instances })
    }
}

fn all_ready(instances: Instances) -> InstanceCount {
    InstanceCount { ready: instances, starting: Instances::ZERO }
}

fn look(played: &Played, at: DateTime<Utc>) -> Observation {
    let (row, age) = played.recording.row_at(at - played.start);
    let measured_at = at - age;
    let reading = |metric| match row.cells[metric] {
        Recorded::Value(_) | Recorded::NoTraffic if played.instances == Instances::ZERO => Reading::missing(Hole::NoInstance),
        Recorded::Value(value) => Reading::measured(value, measured_at),
        Recorded::NoTraffic => Reading::NoTraffic { at: measured_at },
        Recorded::Missing(hole) => Reading::missing(hole),
    };
    let readings = PerMetric::from_fn(reading);
    let request_rate = readings.requests.value().map(|per_instance| per_instance * played.instances.as_f64());
    Observation {
        at,
        instances: Counted::Known(all_ready(played.instances)),
        readings,
        response_statistic: ResponseStatistic::P95,
        traffic: Traffic { request_rate, ..Traffic::default() },
    }
}

#[async_trait]
impl MetricSource for ReplayConnector {
    async fn observe(&self, deployments: &[&Deployment], at: DateTime<Utc>, _limit: Duration) -> Vec<Observation> {
        let played = self.played.read().unwrap_or_else(PoisonError::into_inner);
        let one = |deployment: &&Deployment| match played.get(&deployment.id) {
            Some(played) => look(played, at),
            None => Observation::unknown(at, Hole::Unreachable),
        };
        deployments.iter().map(one).collect()
    }
}

#[async_trait]
impl ScalingTarget for ReplayConnector {
    fn capabilities(&self) -> Capabilities {
        Capabilities { min_instances: Instances::ZERO, max_instances: MAX_INSTANCES, tells_starting: false }
    }

    async fn current_instances(&self, deployments: &[&Deployment], _limit: Duration) -> Vec<Counted> {
        let played = self.played.read().unwrap_or_else(PoisonError::into_inner);
        let one = |deployment: &&Deployment| match played.get(&deployment.id) {
            Some(played) => Counted::Known(all_ready(played.instances)),
            None => Counted::Unknown { hole: Hole::Unreachable },
        };
        deployments.iter().map(one).collect()
    }

    async fn scale(&self, order: &ScaleOrder<'_>) -> Result<Accepted, ConnectorError> {
        if order.target_instances > MAX_INSTANCES {
            return Err(ConnectorError::TooMany { asked: order.target_instances.0, limit: MAX_INSTANCES.0 });
        }
        self.set_instances(&order.deployment.id, order.target_instances)
    }

    async fn stop(&self, deployment: &Deployment) -> Result<(), ConnectorError> {
        self.set_instances(&deployment.id, Instances::ZERO).map(|_| ())
    }
}
