//! The readers: a few connections that cannot write, each query on one unmoving picture of the database.

use std::sync::{Arc, Mutex, PoisonError};

use headroom_core::deployment::DeploymentId;
use rusqlite::{Connection, OptionalExtension as _};
use tokio::sync::Semaphore;

use crate::error::{Result, StoreError};
use crate::folder::DataFolder;
use crate::open::open_reader;

/// Queries that run at once. SQLite's readers scale with the cores, and what waits for a chart waits milliseconds.
const READERS: usize = 4;
/// The most rows that one page may have, whatever is asked.
pub(crate) const MOST_ROWS: u32 = 2_000;

/// The readers of one database. Cheap to clone; may be opened beside the owner by another process.
#[derive(Debug, Clone)]
pub struct ReadDb(Arc<Pool>);

#[derive(Debug)]
struct Pool {
    folder: DataFolder,
    /// Locked only to take a connection out or put it back. A query under this lock once would make every reader wait for it.
    idle: Mutex<Vec<Connection>>,
    turns: Arc<Semaphore>,
}

impl ReadDb {
    /// Opens readers on the database of a folder, whoever owns it. Blocks on the disk.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is no database; [`StoreError::OutOfDate`], [`StoreError::FromTheFuture`],
    /// [`StoreError::Corrupt`], [`StoreError::NotHeadroom`].
    pub fn open(folder: DataFolder) -> Result<Self> {
        let first = open_reader(&folder).map_err(|error| error.named(&folder))?;
        Ok(Self(Arc::new(Pool { folder, idle: Mutex::new(vec![first]), turns: Arc::new(Semaphore::new(READERS)) })))
    }

    /// Runs `query` off the runtime, on one picture of the database.
    ///
    /// # Errors
    /// What `query` answers; [`StoreError::Corrupt`]; [`StoreError::Closed`] when the runtime ends meanwhile.
    pub async fn read<T, F>(&self, query: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&ReadTransaction<'_>) -> Result<T> + Send + 'static,
    {
        self.with_connection(move |db| in_one_picture(db, query)).await
    }

    /// As [`Self::read`], on the thread that calls. Not for a runtime's thread.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_blocking<T>(&self, query: impl FnOnce(&ReadTransaction<'_>) -> Result<T>) -> Result<T> {
        self.0.with_connection(|db| in_one_picture(db, query))
    }

    /// The folder it reads from.
    #[must_use]
    pub fn folder(&self) -> &DataFolder {
        &self.0.folder
    }

    pub(crate) async fn with_connection<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        let pool = Arc::clone(&self.0);
        let turn = Arc::clone(&pool.turns).acquire_owned().await.map_err(|_| StoreError::Closed)?;
        let answer = tokio::task::spawn_blocking(move || {
            let answer = pool.with_connection(work);
            drop(turn);
            answer
        });
        match answer.await {
            Ok(answer) => answer,
            Err(ended) => match ended.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Err(StoreError::Closed),
            },
        }
    }
}

impl Pool {
    fn with_connection<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let taken = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let answer = match taken {
            Some(db) => Ok(db),
            None => open_reader(&self.folder),
        }
        .and_then(|db| {
            let answer = work(&db)?;
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            if idle.len() < READERS {
                idle.push(db);
            }
            Ok(answer)
        });
        answer.map_err(|error| error.named(&self.folder))
    }
}

fn in_one_picture<T>(db: &Connection, query: impl FnOnce(&ReadTransaction<'_>) -> Result<T>) -> Result<T> {
    let transaction = db.unchecked_transaction()?;
    let answer = query(&ReadTransaction { db: &transaction })?;
    transaction.finish()?;
    Ok(answer)
}

/// Queries on one picture of the database. Every answer is bounded.
#[derive(Debug)]
pub struct ReadTransaction<'a> {
    pub(crate) db: &'a Connection,
}

impl<'a> ReadTransaction<'a> {
    pub(crate) fn of(db: &'a Connection) -> Self {
        Self { db }
    }

    /// The number of a deployment that is or was scaled.
    pub(crate) fn key(&self, id: &DeploymentId) -> Result<i64> {
        self.db
            .prepare_cached("SELECT key FROM deployments WHERE id = ?1")?
            .query_row([id.as_str()], |row| row.get(0))
            .optional()?
            .ok_or_else(|| StoreError::not_found("deployment", id))
    }
}

/// Some rows, and where the next ones begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T, Cursor> {
    /// In the order that the query names.
    pub rows: Vec<T>,
    /// Give it back for the next page; none at the end.
    pub next: Option<Cursor>,
}

impl<T, Cursor> Page<T, Cursor> {
    /// From rows of which one more than `limit` was asked for: the surplus one only says that there is a next page.
    pub(crate) fn cut(mut rows: Vec<T>, limit: u32, cursor: impl FnOnce(&T) -> Cursor) -> Self {
        let limit = limit as usize;
        if rows.len() <= limit {
            return Self { rows, next: None };
        }
        rows.truncate(limit);
        let next = rows.last().map(cursor);
        Self { rows, next }
    }
}

/// What is asked, inside 1 and the most that an answer may have.
pub(crate) fn bounded(limit: u32) -> u32 {
    limit.clamp(1, MOST_ROWS)
}
