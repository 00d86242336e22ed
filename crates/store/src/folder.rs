//! The data folder: what lies where, and who may read it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Result, StoreError};

const DATABASE: &str = "headroom.db";
const LOCK: &str = "headroom.lock";
const BACKUPS: &str = "backups";

/// The folder with everything that Headroom keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFolder(PathBuf);

impl DataFolder {
    /// Names a folder; nothing is touched.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The folder itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// `headroom.db`.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.0.join(DATABASE)
    }

    /// `headroom.lock`: held by the owner, with its process id and kind inside.
    #[must_use]
    pub fn lock(&self) -> PathBuf {
        self.0.join(LOCK)
    }

    /// Where copies of the database are put before it is migrated.
    #[must_use]
    pub fn backups(&self) -> PathBuf {
        self.0.join(BACKUPS)
    }

    /// The most recently written database in the backup folder.
    #[must_use]
    pub fn newest_backup(&self) -> Option<PathBuf> {
        self.backups_newest_first().into_iter().next()
    }

    /// Every database in the backup folder, newest first.
    pub(crate) fn backups_newest_first(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(self.backups()) else { return Vec::new() };
        let mut found: Vec<_> = entries
            .filter_map(io::Result::ok)
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "db"))
            .filter_map(|path| Some((fs::metadata(&path).and_then(|file| file.modified()).ok()?, path)))
            .collect();
        found.sort_unstable_by(|one, other| other.cmp(one));
        found.into_iter().map(|(_, path)| path).collect()
    }

    /// Makes the folder, for the user alone.
    pub(crate) fn create(&self) -> Result<()> {
        create_private(&self.0)
    }

    pub(crate) fn create_backups(&self) -> Result<()> {
        create_private(&self.backups())
    }
}

fn create_private(path: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path).map_err(|source| StoreError::Unusable { doing: "create the folder", path: path.to_owned(), source })
}

/// Opens a file, and creates it where there is none, so that only the user can read it.
pub(crate) fn open_private(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}
