//! Copies of the database, made while it is in use.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OpenFlags};

use crate::error::{Conflict, Result, StoreError};
use crate::folder::{self, DataFolder};
use crate::migrate;
use crate::owner::{OwnerKind, OwnerLock};
use crate::read::ReadDb;

impl ReadDb {
    /// Writes a complete, compact copy of the database to `path` while the owner goes on working. The copy is what was committed
    /// when it began. No secret is in it: none is in the database.
    ///
    /// # Errors
    /// [`Conflict::FileExists`] where `path` exists; [`StoreError::Unusable`] where it cannot be written; [`StoreError::DiskFull`].
    pub async fn backup_to(&self, path: impl Into<PathBuf>) -> Result<()> {
        let path = path.into();
        self.with_connection(move |db| copy(db, &path)).await
    }
}

/// Copies into a file beside `path`, flushes it, then gives it its name: a copy that is cut off never looks like a backup.
pub(crate) fn copy(db: &Connection, path: &Path) -> Result<()> {
    if path.exists() {
        return Err(Conflict::FileExists { path: path.to_owned() }.into());
    }
    let partial = path.with_extension("partial");
    let unusable = |source| StoreError::Unusable { doing: "write the backup", path: path.to_owned(), source };
    // An empty file of the right mode first: SQLite takes it as it is, and nobody else may read the copy.
    let file = folder::open_private(&partial).map_err(unusable)?;
    file.set_len(0).map_err(unusable)?;
    let copied = db.execute("VACUUM INTO ?1", [partial.to_string_lossy()]);
    if let Err(error) = copied {
        drop(file);
        if let Err(error) = std::fs::remove_file(&partial) {
            tracing::warn!(path = %partial.display(), %error, "a half-made backup could not be removed");
        }
        return Err(error.into());
    }
    file.sync_all().and_then(|()| std::fs::rename(&partial, path)).map_err(unusable)
}

/// Puts a copy in the place of a folder's database, which nobody may own meanwhile. Answers where the one before was put, where there was
/// one. Blocks on the disk.
///
/// # Errors
/// [`StoreError::OwnedByAnother`]; [`StoreError::NotFound`], [`StoreError::NotHeadroom`], [`StoreError::FromTheFuture`] and
/// [`StoreError::Corrupt`] for a copy that is none; nothing was changed then.
pub fn restore(folder: &DataFolder, copy_at: &Path, now: DateTime<Utc>) -> Result<Option<PathBuf>> {
    folder.create()?;
    let _lock = OwnerLock::take(folder, OwnerKind::Command)?;
    let source = examined(copy_at)?;
    let database = folder.database();
    let before = if database.exists() { Some(set_aside(folder, now)?) } else { None };
    let fresh = database.with_extension("restored");
    let unusable = |source| StoreError::Unusable { doing: "write", path: database.clone(), source };
    match fs::remove_file(&fresh) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(unusable(error)),
        _ => copy(&source, &fresh)?,
    }
    // The log belongs to the database that was; together with the new one it would be read as its own.
    for log in ["db-wal", "db-shm"] {
        match fs::remove_file(database.with_extension(log)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(unusable(error)),
            _ => {}
        }
    }
    fs::rename(&fresh, &database).map_err(unusable)?;
    Ok(before)
}

/// A copy that may be restored.
fn examined(path: &Path) -> Result<Connection> {
    if !path.exists() {
        return Err(StoreError::not_found("backup", path.display()));
    }
    let not_ours = || StoreError::NotHeadroom { path: path.to_owned() };
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    // The folder only names the file in what is said of it.
    let folder = DataFolder::at(path.parent().unwrap_or(Path::new(".")));
    match migrate::examine(&db, &folder) {
        Ok(migrate::Found::Version(_)) => {}
        Err(StoreError::FromTheFuture { found, known, .. }) => {
            return Err(StoreError::FromTheFuture { path: path.to_owned(), found, known });
        }
        Ok(migrate::Found::Empty) | Err(_) => return Err(not_ours()),
    }
    let said: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if said == "ok" { Ok(db) } else { Err(StoreError::Corrupt { path: path.to_owned(), detail: said, newest_backup: None }) }
}

/// The database that was, as a file of the backup folder; as it is where it cannot be read.
fn set_aside(folder: &DataFolder, now: DateTime<Utc>) -> Result<PathBuf> {
    folder.create_backups()?;
    let path = folder.backups().join(format!("headroom-before-restore-{}.db", now.format("%Y%m%dT%H%M%S%3fZ")));
    let readable = Connection::open_with_flags(folder.database(), OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX);
    if readable.map_err(StoreError::from).and_then(|db| copy(&db, &path)).is_err() {
        let unusable = |source| StoreError::Unusable { doing: "set aside", path: folder.database(), source };
        fs::copy(folder.database(), &path).map_err(unusable)?;
    }
    Ok(path)
}
