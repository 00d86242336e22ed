//! What can be seen of a data folder from outside, whoever owns it. Nothing is made and nothing is changed.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use headroom_core::deployment::{DeploymentId, RunsOn};
use headroom_store::{DataFolder, EventFilter, EventType, ReadDb, ReadTransaction};

pub use headroom_store::{DatabaseSize, Owner, SchemaVersion, StoreError};

use crate::operations::read_settings;

/// Deployments that are read at once.
const PAGE: u32 = 500;
/// Failed orders that are told.
const FAILURES: u32 = 5;
/// Orders without an outcome that are counted.
const MOST_OPEN_ORDERS: u32 = 1_000;

/// What a look at a data folder tells.
#[derive(Debug)]
pub struct Examination {
    /// Who owns it now.
    pub owner: Result<Option<Owner>, StoreError>,
    /// Its database's version; none where there is no database.
    pub schema: Result<Option<SchemaVersion>, StoreError>,
    /// The newest copy that was made before a migration or a restore.
    pub newest_backup: Option<PathBuf>,
    /// What is in the database.
    pub database: Result<Database, StoreError>,
}

/// What is in a database.
#[derive(Debug, Clone)]
pub struct Database {
    /// How large it is.
    pub size: DatabaseSize,
    /// What a check of every page, row and reference found.
    pub faults: Vec<String>,
    /// What it holds.
    pub contents: Contents,
}

/// What a database holds, without anything that a person wrote into commands and their environments.
#[derive(Debug, Clone, Default)]
pub struct Contents {
    /// Deployments that run on this machine.
    pub local: u32,
    /// Their programs, as they were written: the first word of each command.
    pub programs: Vec<String>,
    /// Deployments that play recordings.
    pub replayed: u32,
    /// Recordings that they play.
    pub recordings: Vec<String>,
    /// Deployments without a policy that is on.
    pub unscaled: u32,
    /// Deployments that a person paused.
    pub paused: u32,
    /// Whether a person paused everything.
    pub all_paused: bool,
    /// Whether the window only shows.
    pub read_only: bool,
    /// Seconds between evaluations.
    pub interval_seconds: u32,
    /// The newest reading.
    pub last_reading_at: Option<DateTime<Utc>>,
    /// Orders without an outcome.
    pub open_orders: u32,
    /// Alerts that fire, and those of them that are critical and taken on by nobody.
    pub firing: (u32, u32),
    /// Channels that something waits for, and when the first of it is due.
    pub waiting: Vec<(String, DateTime<Utc>)>,
    /// The last orders that failed, newest first: when, which deployment and why.
    pub failures: Vec<(DateTime<Utc>, DeploymentId, String)>,
    /// What must be shown to nobody: values of environment variables and arguments of commands.
    pub secrets: Vec<String>,
}

/// Looks at a folder. Reads the whole database, and holds its owner up nowhere.
pub async fn examine(data_folder: &Path) -> Examination {
    let folder = DataFolder::at(data_folder);
    let looked = tokio::task::spawn_blocking(move || {
        let read = ReadDb::open(folder.clone());
        (folder.owner(), folder.schema_version(), folder.newest_backup(), read)
    });
    let (owner, schema, newest_backup, read) = match looked.await {
        Ok(looked) => looked,
        Err(_) => (Err(StoreError::Closed), Err(StoreError::Closed), None, Err(StoreError::Closed)),
    };
    let database = match read {
        Ok(read) => in_database(&read).await,
        Err(error) => Err(error),
    };
    Examination { owner, schema, newest_backup, database }
}

async fn in_database(read: &ReadDb) -> Result<Database, StoreError> {
    let faults = read.check().await?.into_iter().map(|finding| finding.words).collect();
    let size = read.size().await?;
    let contents = read.read(contents).await?;
    Ok(Database { size, faults, contents })
}

fn contents(read: &ReadTransaction<'_>) -> Result<Contents, StoreError> {
    let stored = read_settings(read)?;
    let mut contents = Contents {
        all_paused: stored.paused.is_some(),
        read_only: stored.settings.read_only,
        interval_seconds: stored.settings.evaluation_interval_seconds,
        open_orders: u32::try_from(read.open_intents(MOST_OPEN_ORDERS)?.len()).unwrap_or(MOST_OPEN_ORDERS),
        firing: read.firing_alerts()?,
        waiting: read.waiting_channels()?,
        ..Contents::default()
    };
    let mut after: Option<DeploymentId> = None;
    loop {
        let page = read.fleet(after.as_ref(), PAGE, DateTime::UNIX_EPOCH)?;
        for row in &page.rows {
            let is_scaled = row.policy.as_ref().is_some_and(|policy| policy.is_enabled);
            contents.unscaled += u32::from(!is_scaled);
            contents.paused += u32::from(row.deployment.paused.is_some());
            let last = read.last_counted(&row.deployment.id)?.map(|observation| observation.at);
            contents.last_reading_at = contents.last_reading_at.max(last);
            contents.see(&row.deployment.runs_on);
        }
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    let failed = EventFilter { event_type: Some(EventType::Failed), ..EventFilter::default() };
    let events = read.events(&failed, None, FAILURES)?.rows;
    contents.failures = events.into_iter().map(|row| (row.event.created_at, row.event.deployment_id, row.event.reason)).collect();
    Ok(contents)
}

impl Contents {
    fn see(&mut self, runs_on: &RunsOn) {
        match runs_on {
            RunsOn::Local(command) => {
                self.local += 1;
                self.secrets.extend(command.environment.values().cloned());
                self.secrets.extend(command.argv.iter().skip(1).cloned());
                self.programs.extend(command.argv.first().cloned());
            }
            RunsOn::Replay(trace) => {
                self.replayed += 1;
                self.recordings.push(trace.file.clone());
            }
        }
    }
}
