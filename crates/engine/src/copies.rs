//! Copies of the data: made while an owner works, put back while none does.

use std::path::{Path, PathBuf};

use headroom_store::{DataFolder, ReadDb, StoreError};

use crate::clock::Clock;

/// Writes a whole copy of a folder's database to `to`, whoever owns it and goes on working. No secret is in it.
///
/// # Errors
/// [`StoreError`]: no database there, a file in the way, no room.
pub async fn back_up(data_folder: &Path, to: &Path) -> Result<(), StoreError> {
    let folder = DataFolder::at(data_folder);
    let read = tokio::task::spawn_blocking(move || ReadDb::open(folder)).await.map_err(|_| StoreError::Closed)??;
    read.backup_to(to).await
}

/// Puts a copy in the place of a folder's database, which nobody may own meanwhile; answers where the one before was put.
///
/// # Errors
/// [`StoreError`]: somebody owns it, or the copy is none; nothing was changed then.
pub async fn restore(data_folder: &Path, copy_at: &Path, clock: &dyn Clock) -> Result<Option<PathBuf>, StoreError> {
    let (folder, copy_at, now) = (DataFolder::at(data_folder), copy_at.to_owned(), clock.now());
    tokio::task::spawn_blocking(move || headroom_store::restore(&folder, &copy_at, now)).await.map_err(|_| StoreError::Closed)?
}

/// Whether it is only that somebody owns the data.
#[must_use]
pub const fn is_owned(error: &StoreError) -> bool {
    matches!(error, StoreError::OwnedByAnother { .. })
}
