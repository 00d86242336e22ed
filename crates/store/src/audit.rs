//! Who did what, for good. No secret may be in it.

use chrono::{DateTime, Utc};
use rusqlite::params;

use crate::changes::Change;
use crate::error::Result;
use crate::read::{Page, ReadTransaction, bounded};
use crate::values::{from_json, instant, json, ms};
use crate::write::WriteTransaction;

/// Names one entry; grows with time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AuditId(pub i64);

/// An entry to be added.
#[derive(Debug, Clone, PartialEq)]
pub struct NewAuditEntry {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: String,
    /// Which operation, by its name on the wire.
    pub operation: String,
    /// On what, by its id; empty for the whole workspace.
    pub subject: String,
    /// With which input, secrets left out.
    pub detail: serde_json::Value,
}

/// An entry.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEntry {
    /// Names it.
    pub id: AuditId,
    /// What it says.
    pub entry: NewAuditEntry,
}

impl WriteTransaction<'_> {
    /// Adds an entry, in the transaction that does what it tells.
    ///
    /// # Errors
    /// [`crate::StoreError::Sqlite`].
    pub fn add_audit(&mut self, entry: &NewAuditEntry) -> Result<AuditId> {
        self.db
            .prepare_cached("INSERT INTO audit_log (at, actor, operation, subject, detail) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![ms(entry.at), entry.actor, entry.operation, entry.subject, json("audit entry", &entry.detail)?])?;
        self.note(Change::Audit);
        Ok(AuditId(self.db.last_insert_rowid()))
    }
}

impl ReadTransaction<'_> {
    /// Entries, newest first.
    ///
    /// # Errors
    /// [`crate::StoreError::Undecodable`].
    pub fn audit(&self, before: Option<AuditId>, limit: u32) -> Result<Page<AuditEntry, AuditId>> {
        let limit = bounded(limit);
        let mut statement = self
            .db
            .prepare_cached("SELECT id, at, actor, operation, subject, detail FROM audit_log WHERE id < ?1 ORDER BY id DESC LIMIT ?2")?;
        let mut rows = statement.query(params![before.map_or(i64::MAX, |id| id.0), limit + 1])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(AuditEntry {
                id: AuditId(row.get(0)?),
                entry: NewAuditEntry {
                    at: instant(row.get(1)?)?,
                    actor: row.get(2)?,
                    operation: row.get(3)?,
                    subject: row.get(4)?,
                    detail: from_json("audit entry", &row.get::<_, String>(5)?)?,
                },
            });
        }
        Ok(Page::cut(found, limit, |entry| entry.id))
    }
}
