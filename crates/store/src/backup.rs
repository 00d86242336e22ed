//! Copies of the database, made while it is in use.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::error::{Conflict, Result, StoreError};
use crate::folder;
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
