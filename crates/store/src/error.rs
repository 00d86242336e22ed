//! What can go wrong, named by what the caller can do about it.

use std::path::PathBuf;

use rusqlite::ErrorCode;

use crate::folder::DataFolder;
use crate::owner::Owner;

/// Why the store refused. A message says what happened, to what, and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another process owns the database: use that one, or end it.
    #[error(
        "The data in {} is in use by {owner}. Use that one, or close it and start again; to keep separate data, name another folder with --data.",
        folder.display()
    )]
    OwnedByAnother {
        /// The data folder.
        folder: PathBuf,
        /// Who.
        owner: Owner,
    },
    /// A newer Headroom wrote the database: install that one.
    #[error(
        "The database {} has version {found}, and this Headroom knows versions up to {known}. Install the newer Headroom again, or restore a backup of version {known} or older. Nothing was changed.",
        path.display()
    )]
    FromTheFuture {
        /// The database.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest version that this build knows.
        known: i64,
    },
    /// An older Headroom wrote the database, and a reader does not migrate: let the owner open it once.
    #[error("The database {} is of an older version. Start Headroom once on this folder, so that it is brought up to date.", path.display())]
    OutOfDate {
        /// The database.
        path: PathBuf,
    },
    /// The database is damaged: restore a backup.
    #[error("The database {} is damaged ({detail}). The file was kept as it is. {}", path.display(), restore_advice(newest_backup.as_ref()))]
    Corrupt {
        /// The database.
        path: PathBuf,
        /// What SQLite found.
        detail: String,
        /// The newest backup there is.
        newest_backup: Option<PathBuf>,
    },
    /// The file belongs to another program: name another folder.
    #[error("{} is an SQLite database of another program. Name another folder with --data. Nothing was changed.", path.display())]
    NotHeadroom {
        /// The file.
        path: PathBuf,
    },
    /// No room: make some and try again. What was acknowledged is safe.
    #[error(
        "There is no room left to write {}. Free some space on that disk, or raise the size limit of the database; nothing that was saved is lost, and writing goes on as soon as there is room.",
        path.display()
    )]
    DiskFull {
        /// The database.
        path: PathBuf,
    },
    /// The folder or a file in it cannot be used: mend its permissions, or name another.
    #[error("Cannot {doing} {}: {source}. Check that the folder exists and that you may write to it, or name another with --data.", path.display())]
    Unusable {
        /// What was tried, in the infinitive.
        doing: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// There is no such thing.
    #[error("There is no {kind} {id}. It may have been removed; read the list again.")]
    NotFound {
        /// What kind of thing.
        kind: &'static str,
        /// Its id.
        id: String,
    },
    /// It contradicts what is stored: read again, decide again.
    #[error("{0}")]
    Conflict(Conflict),
    /// The writer has ended: the store was closed.
    #[error("The database is closed. Start Headroom again.")]
    Closed,
    /// A stored value cannot be read by this build.
    #[error("The stored {what} cannot be read: {source}. Check the database, or restore a backup.")]
    Undecodable {
        /// What it is.
        what: &'static str,
        /// Why.
        #[source]
        source: BadValue,
    },
    /// SQLite failed in another way: try again; when it repeats, check the database.
    #[error("The database could not be read or written: {0}. Try again; when it repeats, check the database.")]
    Sqlite(#[source] rusqlite::Error),
}

/// What contradicts what.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Conflict {
    /// The name is in use.
    #[error("A deployment named “{name}” exists already. Choose another name.")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// The id was used before, perhaps by something that was removed.
    #[error("The {kind} id {id} was used before. Make a new one.")]
    IdTaken {
        /// What kind of thing.
        kind: &'static str,
        /// The id.
        id: String,
    },
    /// Somebody else saved it in the meantime.
    #[error("Policy {policy_id} is at version {current}, so version {offered} cannot be saved. Read it again and repeat your change.")]
    VersionMoved {
        /// Which policy.
        policy_id: String,
        /// The stored version, 0 where there is none.
        current: u32,
        /// The version that was to be saved.
        offered: u32,
    },
    /// Part of the ledger would have no price.
    #[error("{rows} quarter hours would have no price. Add rows or exchange rates from before they began.")]
    Unpriced {
        /// How many.
        rows: u64,
    },
    /// The outcome is recorded already.
    #[error("The outcome of order {intent} is recorded already.")]
    AlreadyClosed {
        /// Which intent.
        intent: i64,
    },
    /// A backup never overwrites a file.
    #[error("{} exists already. Choose another file name for the backup.", path.display())]
    FileExists {
        /// The file.
        path: PathBuf,
    },
}

/// Why a stored value could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BadValue {
    /// Not the JSON that was expected.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// Not the bytes that were expected.
    #[error("the bytes end early or hold an unknown mark at byte {at}")]
    Bytes {
        /// Where.
        at: usize,
    },
    /// Could not be unpacked.
    #[error("cannot unpack: {0}")]
    Packed(#[from] std::io::Error),
    /// A word or number that is not among the legal ones.
    #[error("“{0}” is none of the values that are known")]
    Unknown(String),
    /// Not an instant that a date can hold.
    #[error("{0} ms is no date")]
    Date(i64),
}

/// What this room's functions answer.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<Conflict> for StoreError {
    fn from(conflict: Conflict) -> Self {
        Self::Conflict(conflict)
    }
}

impl StoreError {
    pub(crate) fn not_found(kind: &'static str, id: impl ToString) -> Self {
        Self::NotFound { kind, id: id.to_string() }
    }

    pub(crate) fn undecodable(what: &'static str, source: impl Into<BadValue>) -> Self {
        Self::Undecodable { what, source: source.into() }
    }

    /// Turns SQLite's own words into what a caller can act on. Done once, at the edge of a transaction, where the file is known.
    pub(crate) fn named(self, folder: &DataFolder) -> Self {
        let Self::Sqlite(error) = self else { return self };
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull { path: folder.database() },
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::corrupt(folder, error.to_string()),
            _ => Self::Sqlite(error),
        }
    }

    pub(crate) fn corrupt(folder: &DataFolder, detail: String) -> Self {
        Self::Corrupt { path: folder.database(), detail, newest_backup: folder.newest_backup() }
    }
}

/// The log goes with its database: left behind, it would be written into the restored one.
fn restore_advice(newest_backup: Option<&PathBuf>) -> String {
    let away = "close Headroom and move the damaged file and those that begin with its name (-wal, -shm) away";
    match newest_backup {
        Some(backup) => format!("To restore the newest backup, {away}, then copy {} in its place.", backup.display()),
        None => format!("There is no backup beside it: {away}, then copy a backup of your own in its place or start anew."),
    }
}
