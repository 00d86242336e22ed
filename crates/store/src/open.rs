//! Opening: folder, lock, examination, migration, then one writer and its readers.

use std::fs;
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OpenFlags};

use crate::error::{Result, StoreError};
use crate::folder::{self, DataFolder};
use crate::migrate::{self, Found};
use crate::owner::{OwnerKind, OwnerLock};
use crate::read::ReadDb;
use crate::write::{WriteDb, Writer};

/// A statement waits this long for a lock of another connection. Only checkpoints and other processes' readers ever hold one.
const LOCK_WAIT: Duration = Duration::from_secs(5);
/// Databases up to this size are checked page by page when they are opened (0.1 s); larger ones by the daily check.
const CHECKED_AT_OPEN: u64 = 64 << 20;
/// The log is copied into the database after this many pages (16 MB): rarely enough to be cheap, often enough to stay small.
const CHECKPOINT_PAGES: i64 = 4_000;
/// The log is cut back to this many bytes after a checkpoint.
const LOG_SIZE_LIMIT: i64 = 64 << 20;
/// Kibibytes of pages that the writer keeps in memory: the rows that every tick touches, for 10 000 deployments.
const WRITER_CACHE_KIB: i64 = 32 << 10;
/// The same for each reader.
const READER_CACHE_KIB: i64 = 8 << 10;
/// Statements that a connection keeps ready: more than this room has.
const READY_STATEMENTS: usize = 128;

/// How a store is opened.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    /// Where everything lies.
    pub folder: DataFolder,
    /// What kind of process this is; told to whoever comes second.
    pub kind: OwnerKind,
    /// For the name of a backup.
    pub now: DateTime<Utc>,
    /// The largest size of the database in bytes; the disk's own where not set.
    pub size_limit: Option<u64>,
}

/// An open database: its one writer and its readers.
#[derive(Debug)]
pub struct Store {
    /// For the engine alone.
    pub write: WriteDb,
    /// For everyone.
    pub read: ReadDb,
}

/// Opens the database of a folder as its owner; makes both where there are none. Blocks on the disk.
///
/// # Errors
/// [`StoreError::OwnedByAnother`], [`StoreError::FromTheFuture`], [`StoreError::Corrupt`], [`StoreError::NotHeadroom`],
/// [`StoreError::Unusable`], [`StoreError::DiskFull`]: each says what to do, and none has changed the file.
pub fn open(options: OpenOptions) -> Result<Store> {
    let OpenOptions { folder, kind, now, size_limit } = options;
    folder.create()?;
    let lock = OwnerLock::take(&folder, kind)?;
    let db = open_writer(&folder, now, size_limit).map_err(|error| error.named(&folder))?;
    let write = WriteDb::start(Writer::new(db, folder.clone(), lock))?;
    let read = ReadDb::open(folder)?;
    Ok(Store { write, read })
}

fn open_writer(folder: &DataFolder, now: DateTime<Utc>, size_limit: Option<u64>) -> Result<Connection> {
    let path = folder.database();
    let bytes = size_of(&path)?;
    if bytes == Some(0) && folder.newest_backup().is_some() {
        return Err(StoreError::corrupt(folder, "the file is empty, and there are backups of a fuller one".to_owned()));
    }
    // SQLite gives its log the mode of the database, so one file of the right mode is enough.
    folder::open_private(&path).map_err(|source| StoreError::Unusable { doing: "open", path: path.clone(), source })?;
    let mut db = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    db.busy_timeout(LOCK_WAIT)?;
    let found = migrate::examine(&db, folder)?;
    match found {
        // Only an empty file can still be told to give pages back.
        Found::Empty => db.pragma_update(None, "auto_vacuum", "INCREMENTAL")?,
        Found::Version(_) => check_pages(&db, folder, bytes)?,
    }
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "NORMAL")?;
    db.pragma_update(None, "foreign_keys", true)?;
    db.pragma_update(None, "temp_store", "MEMORY")?;
    db.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    db.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    db.pragma_update(None, "journal_size_limit", LOG_SIZE_LIMIT)?;
    db.set_prepared_statement_cache_capacity(READY_STATEMENTS);
    limit_size(&db, size_limit)?;
    migrate::migrate(&mut db, folder, found, now)?;
    Ok(db)
}

/// Opens one more reader. The version is checked, since the folder may be another process's.
pub(crate) fn open_reader(folder: &DataFolder) -> Result<Connection> {
    let path = folder.database();
    if size_of(&path)?.is_none() {
        return Err(StoreError::not_found("database", path.display()));
    }
    let db = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    db.busy_timeout(LOCK_WAIT)?;
    db.pragma_update(None, "temp_store", "MEMORY")?;
    db.pragma_update(None, "cache_size", -READER_CACHE_KIB)?;
    db.set_prepared_statement_cache_capacity(READY_STATEMENTS);
    match migrate::examine(&db, folder)? {
        Found::Version(version) if version == migrate::known_version() => Ok(db),
        Found::Version(_) | Found::Empty => Err(StoreError::OutOfDate { path }),
    }
}

/// Sets the largest size of the database, in bytes; the largest that SQLite knows where not set.
pub(crate) fn limit_size(db: &Connection, limit: Option<u64>) -> Result<()> {
    const SQLITE_MOST_PAGES: u64 = 0xFFFF_FFFE;
    let page_size: u32 = db.query_row("PRAGMA page_size", [], |row| row.get(0))?;
    let pages = limit.map_or(SQLITE_MOST_PAGES, |bytes| (bytes / u64::from(page_size)).clamp(1, SQLITE_MOST_PAGES));
    // The pragma answers the limit in force, so it is a query; a limit under the present size becomes the present size.
    db.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?;
    Ok(())
}

fn check_pages(db: &Connection, folder: &DataFolder, bytes: Option<u64>) -> Result<()> {
    if bytes.is_none_or(|bytes| bytes > CHECKED_AT_OPEN) {
        return Ok(());
    }
    let said: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if said == "ok" { Ok(()) } else { Err(StoreError::corrupt(folder, said)) }
}

fn size_of(path: &Path) -> Result<Option<u64>> {
    match fs::metadata(path) {
        Ok(file) => Ok(Some(file.len())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(StoreError::Unusable { doing: "read", path: path.to_owned(), source }),
    }
}
