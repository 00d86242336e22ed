//! The one writer: a thread that owns the connection, fed by a bounded queue.

use std::any::Any;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;

use headroom_core::deployment::{Billing, DeploymentId};
use headroom_core::price_book::Tariff;
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use crate::changes::{Change, Changes, Committed};
use crate::decisions::Run;
use crate::error::{Result, StoreError};
use crate::folder::DataFolder;
use crate::open;
use crate::owner::OwnerLock;
use crate::read::ReadTransaction;

/// Transactions that may wait. The engine has two a tick and operations are rare: more means that the disk is stuck, and whoever
/// asks has to wait.
const QUEUE: usize = 64;

/// What a transaction must survive before it is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// The end of the process: the log is written, the operating system flushes it when it likes.
    ProcessEnd,
    /// A power cut: the log is flushed to the disk (some milliseconds).
    PowerCut,
}

type Job = Box<dyn FnOnce(&mut Writer) + Send>;

/// The only way to write. Not cloneable: the engine holds it.
///
/// Dropping it writes what is queued, closes the database and gives up its ownership.
#[derive(Debug)]
pub struct WriteDb {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl WriteDb {
    pub(crate) fn start(mut writer: Writer) -> Result<Self> {
        let path = writer.folder.database();
        let (jobs, mut queue) = mpsc::channel::<Job>(QUEUE);
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || {
                while let Some(job) = queue.blocking_recv() {
                    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| job(&mut writer))) {
                        // The transaction was rolled back on the way out; what was learned in it is forgotten.
                        writer.cache = Cache::default();
                        tracing::error!(message = words_of(panic.as_ref()), "a transaction panicked and was rolled back");
                    }
                }
                writer.empty_log();
            })
            .map_err(|source| StoreError::Unusable { doing: "start a thread for", path, source })?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Runs `work` as one transaction on the writer's thread and answers after it is safe on disk; an error rolls it back whole.
    ///
    /// # Errors
    /// What `work` answers; [`StoreError::DiskFull`]; [`StoreError::Closed`].
    pub async fn transact<T, F>(&self, work: F) -> Result<Committed<T>>
    where
        T: Send + 'static,
        F: FnOnce(&mut WriteTransaction<'_>) -> Result<T> + Send + 'static,
    {
        self.run(move |writer| writer.transact(Durability::PowerCut, work)).await
    }

    /// As [`Self::transact`], for threads without a runtime. Must not be called on a runtime's thread.
    ///
    /// # Errors
    /// As [`Self::transact`].
    pub fn transact_blocking<T, F>(&self, work: F) -> Result<Committed<T>>
    where
        T: Send + 'static,
        F: FnOnce(&mut WriteTransaction<'_>) -> Result<T> + Send + 'static,
    {
        self.run_blocking(move |writer| writer.transact(Durability::PowerCut, work))
    }

    /// Sets the largest size of the database in bytes from now on; none takes the limit away. Never cuts what is there.
    ///
    /// # Errors
    /// [`StoreError::Closed`].
    pub async fn set_size_limit(&self, limit: Option<u64>) -> Result<()> {
        self.run(move |writer| open::limit_size(&writer.db, limit)).await
    }

    pub(crate) async fn run<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Writer) -> Result<T> + Send + 'static,
    {
        let (job, answer) = job_of(work);
        self.sender()?.send(job).await.map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    pub(crate) fn run_blocking<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Writer) -> Result<T> + Send + 'static,
    {
        let (job, answer) = job_of(work);
        self.sender()?.blocking_send(job).map_err(|_| StoreError::Closed)?;
        answer.blocking_recv().map_err(|_| StoreError::Closed)?
    }

    fn sender(&self) -> Result<&mpsc::Sender<Job>> {
        self.jobs.as_ref().ok_or(StoreError::Closed)
    }
}

impl Drop for WriteDb {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // Its panics are caught inside, so there is nothing to pass on.
            let _ = thread.join();
        }
    }
}

fn job_of<T, F>(work: F) -> (Job, oneshot::Receiver<Result<T>>)
where
    T: Send + 'static,
    F: FnOnce(&mut Writer) -> Result<T> + Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    let job = Box::new(move |writer: &mut Writer| {
        let result = work(writer).map_err(|error| error.named(&writer.folder));
        // Whoever asked may have gone; the transaction counts all the same.
        let _ = reply.send(result);
    });
    (job, answer)
}

fn words_of(panic: &(dyn Any + Send)) -> &str {
    panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

/// What lives on the writer's thread. The connection is declared, and so closed, before the lock.
#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) db: Connection,
    cache: Cache,
    durability: Durability,
    pub(crate) folder: DataFolder,
    _lock: OwnerLock,
}

impl Writer {
    pub(crate) fn new(db: Connection, folder: DataFolder, lock: OwnerLock) -> Self {
        Self { db, cache: Cache::default(), durability: Durability::ProcessEnd, folder, _lock: lock }
    }

    pub(crate) fn transact<T>(
        &mut self,
        durability: Durability,
        work: impl FnOnce(&mut WriteTransaction<'_>) -> Result<T>,
    ) -> Result<Committed<T>> {
        self.set_durability(durability)?;
        let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut writing = WriteTransaction { db: &transaction, cache: &mut self.cache, changes: Changes::default() };
        let result = work(&mut writing);
        let changes = writing.changes;
        let committed = result.and_then(|value| Ok(transaction.commit().map(|()| Committed { value, changes })?));
        if committed.is_err() {
            self.cache = Cache::default();
        }
        committed
    }

    /// Copies the log into the database before the end, so that the one file is everything. SQLite does it by itself only where no
    /// reader is left.
    fn empty_log(&self) {
        if let Err(error) = self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())) {
            tracing::warn!(%error, "the log was not copied into the database; the next start does it");
        }
    }

    /// SQLite takes this only between transactions.
    fn set_durability(&mut self, durability: Durability) -> Result<()> {
        if self.durability == durability {
            return Ok(());
        }
        let synchronous = match durability {
            Durability::ProcessEnd => "NORMAL",
            Durability::PowerCut => "FULL",
        };
        self.db.pragma_update(None, "synchronous", synchronous)?;
        self.durability = durability;
        Ok(())
    }
}

/// What every tick would otherwise look up for every deployment. Forgotten whole when a transaction fails.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    keys: HashMap<DeploymentId, Key>,
    pub(crate) runs: HashMap<i64, Run>,
    /// The tariffs that priced something lately, with their numbers; a handful.
    pub(crate) tariffs: Vec<(Billing, Option<Arc<Tariff>>, i64)>,
    /// The workspace's day that was booked in last, in milliseconds.
    pub(crate) day: Option<std::ops::Range<i64>>,
}

/// A deployment's number inside the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    /// It is scaled.
    Present(i64),
    /// It was removed; its history stays.
    Removed(i64),
}

/// One transaction of the writer. All of it is kept, or none.
#[derive(Debug)]
pub struct WriteTransaction<'a> {
    pub(crate) db: &'a Connection,
    pub(crate) cache: &'a mut Cache,
    pub(crate) changes: Changes,
}

impl WriteTransaction<'_> {
    /// Reads inside this transaction, what it has written so far included.
    #[must_use]
    pub fn reading(&self) -> ReadTransaction<'_> {
        ReadTransaction::of(self.db)
    }

    pub(crate) fn note(&mut self, change: Change) {
        self.changes.note(change);
    }

    /// The number of a deployment, removed ones included.
    pub(crate) fn find_key(&mut self, id: &DeploymentId) -> Result<Option<Key>> {
        if let Some(key) = self.cache.keys.get(id) {
            return Ok(Some(*key));
        }
        let found = self
            .db
            .prepare_cached("SELECT key, removed_at IS NOT NULL FROM deployments WHERE id = ?1")?
            .query_row([id.as_str()], |row| Ok(if row.get(1)? { Key::Removed(row.get(0)?) } else { Key::Present(row.get(0)?) }))
            .optional()?;
        if let Some(key) = found {
            self.cache.keys.insert(id.clone(), key);
        }
        Ok(found)
    }

    /// The number of a deployment that is scaled.
    pub(crate) fn key(&mut self, id: &DeploymentId) -> Result<i64> {
        match self.find_key(id)? {
            Some(Key::Present(key)) => Ok(key),
            Some(Key::Removed(_)) | None => Err(StoreError::not_found("deployment", id)),
        }
    }

    /// The number of a deployment that is or was scaled.
    pub(crate) fn key_or_removed(&mut self, id: &DeploymentId) -> Result<i64> {
        match self.find_key(id)? {
            Some(Key::Present(key) | Key::Removed(key)) => Ok(key),
            None => Err(StoreError::not_found("deployment", id)),
        }
    }

    pub(crate) fn forget_key(&mut self, id: &DeploymentId) {
        self.cache.keys.remove(id);
    }
}
