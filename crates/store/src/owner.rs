//! One owner per database: an operating-system lock on `headroom.lock`, with the owner's name inside.
//!
//! The lock ends with the process, however it ends; a file that is left behind means nothing. On Windows the locked file cannot
//! be read by others, so there the owner stays unnamed.

use std::fmt;
use std::fs::{File, TryLockError};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};

use serde::{Deserialize, Serialize};

use crate::error::{Result, StoreError};
use crate::folder::{DataFolder, open_private};

/// More bytes than any owner's name takes.
const LONGEST_OWNER: u64 = 1024;

/// What kind of process owns a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnerKind {
    /// The desktop app.
    Desktop,
    /// `headroomd serve`.
    Server,
    /// A command that needs the database for itself.
    Command,
}

/// Who owns a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// This process.
    Process {
        /// Its id.
        process_id: u32,
        /// Its kind.
        kind: OwnerKind,
    },
    /// The lock is held, and the file does not say by whom.
    Unnamed,
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Process { process_id, kind: OwnerKind::Desktop } => write!(f, "the Headroom app (process {process_id})"),
            Self::Process { process_id, kind: OwnerKind::Server } => write!(f, "headroomd (process {process_id})"),
            Self::Process { process_id, kind: OwnerKind::Command } => write!(f, "a headroomd command (process {process_id})"),
            Self::Unnamed => f.write_str("another Headroom"),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Written {
    process_id: u32,
    kind: OwnerKind,
}

/// The right to write. Ends when dropped, or with the process.
#[derive(Debug)]
pub(crate) struct OwnerLock {
    /// Held for its lock alone.
    file: File,
}

impl Drop for OwnerLock {
    fn drop(&mut self) {
        // Closing alone is not enough: a process that is just being started has a copy of the file until it is its own program.
        if let Err(error) = self.file.unlock() {
            tracing::warn!(%error, "the lock of the data folder was not given up before it was closed");
        }
    }
}

impl OwnerLock {
    /// Takes the lock of a folder that exists.
    pub(crate) fn take(folder: &DataFolder, kind: OwnerKind) -> Result<Self> {
        let path = folder.lock();
        let unusable = |source| StoreError::Unusable { doing: "lock", path: path.clone(), source };
        let mut file = open_private(&path).map_err(unusable)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StoreError::OwnedByAnother { folder: folder.path().to_owned(), owner: read_owner(&mut file) });
            }
            Err(TryLockError::Error(source)) => return Err(unusable(source)),
        }
        let written = serde_json::to_string(&Written { process_id: std::process::id(), kind }).expect("two plain fields are JSON");
        file.set_len(0).and_then(|()| file.seek(SeekFrom::Start(0))).and_then(|_| file.write_all(written.as_bytes())).map_err(unusable)?;
        Ok(Self { file })
    }
}

impl DataFolder {
    /// Who owns the folder now; none where nobody does. Nothing is made, and a lock that is free is held for a moment only.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] where the lock cannot be opened.
    pub fn owner(&self) -> Result<Option<Owner>> {
        let path = self.lock();
        let unusable = |source| StoreError::Unusable { doing: "read", path: path.clone(), source };
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(unusable(source)),
        };
        match file.try_lock_shared() {
            Ok(()) => file.unlock().map(|()| None).map_err(unusable),
            Err(TryLockError::WouldBlock) => Ok(Some(read_owner(&mut file))),
            Err(TryLockError::Error(source)) => Err(unusable(source)),
        }
    }
}

fn read_owner(file: &mut File) -> Owner {
    let mut text = String::new();
    match file.take(LONGEST_OWNER).read_to_string(&mut text) {
        Ok(_) => serde_json::from_str::<Written>(&text)
            .map_or(Owner::Unnamed, |Written { process_id, kind }| Owner::Process { process_id, kind }),
        Err(_) => Owner::Unnamed,
    }
}
