//! Is the database sound, and how large is what in it.

use std::fs;

use rusqlite::{Connection, OpenFlags, params};

use crate::error::{Result, StoreError};
use crate::folder::DataFolder;
use crate::migrate;
use crate::read::ReadDb;

/// Faults that a check tells: the first few say what to do, more would not say more.
const MOST_FINDINGS: u32 = 100;

/// One fault of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What SQLite says.
    pub words: String,
}

/// How large the database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseSize {
    /// Bytes of the database file.
    pub database: u64,
    /// Bytes of the write-ahead log.
    pub log: u64,
    /// Of the database's bytes, those that are free for new rows.
    pub free: u64,
    /// Bytes by table or index, largest first.
    pub tables: Vec<(String, u64)>,
}

/// A database's version, and the one that this build writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SchemaVersion {
    /// Of the file; 0 for an empty one.
    pub found: i64,
    /// What this build writes.
    pub known: i64,
}

impl DataFolder {
    /// The version of the folder's database, whatever it is; none where there is no database. Nothing is changed.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for what is no database, [`StoreError::Sqlite`] where it cannot be opened.
    pub fn schema_version(&self) -> Result<Option<SchemaVersion>> {
        if !self.database().exists() {
            return Ok(None);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let found = Connection::open_with_flags(self.database(), flags)
            .and_then(|db| db.query_row("PRAGMA user_version", [], |row| row.get(0)))
            .map_err(|error| StoreError::from(error).named(self))?;
        Ok(Some(SchemaVersion { found, known: migrate::known_version() }))
    }
}

impl ReadDb {
    /// Checks every page, row and reference; no finding means sound. Takes seconds for each gigabyte, and holds nobody up.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where the file is too damaged even to be checked.
    pub async fn check(&self) -> Result<Vec<Finding>> {
        self.with_connection(|db| {
            let mut words: Vec<String> = db
                .prepare(&format!("PRAGMA integrity_check({MOST_FINDINGS})"))?
                .query_map([], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            words.retain(|words| words != "ok");
            let mut references =
                db.prepare("SELECT \"table\", \"parent\", count(*) FROM pragma_foreign_key_check GROUP BY 1, 2 LIMIT ?1")?;
            let mut rows = references.query(params![MOST_FINDINGS])?;
            while let Some(row) = rows.next()? {
                let (table, parent, count): (String, String, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
                words.push(format!("{count} rows of {table} name a row of {parent} that is not there"));
            }
            Ok(words.into_iter().map(|words| Finding { words }).collect())
        })
        .await
    }

    /// How large the database is, and what in it. Reads the whole file.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] where the file cannot be read.
    pub async fn size(&self) -> Result<DatabaseSize> {
        let path = self.folder().database();
        self.with_connection(move |db| {
            let database = fs::metadata(&path).map_err(|source| StoreError::Unusable { doing: "read", path: path.clone(), source })?.len();
            let mut log_path = path.into_os_string();
            log_path.push("-wal");
            let log = fs::metadata(log_path).map_or(0, |file| file.len());
            let free: i64 =
                db.query_row("SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size", [], |row| row.get(0))?;
            let tables = db
                .prepare("SELECT name, pgsize FROM dbstat WHERE aggregate = TRUE ORDER BY pgsize DESC, name")?
                .query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs())))?
                .collect::<rusqlite::Result<_>>()?;
            Ok(DatabaseSize { database, log, free: free.unsigned_abs(), tables })
        })
        .await
    }
}
