//! Tokens of the network doors: who they are for and until when, and a hash of each. The token itself is kept nowhere.

use chrono::{DateTime, Utc};
use rusqlite::params;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::changes::Change;
use crate::error::{Result, StoreError};
use crate::read::ReadTransaction;
use crate::values::{from_word, instant, ms, word};
use crate::write::WriteTransaction;

/// Bytes of a token's hash: SHA-256.
pub const TOKEN_HASH_BYTES: usize = 32;

/// A token to be remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken<R> {
    /// Names it for good.
    pub id: String,
    /// Who or what it is for.
    pub name: String,
    /// What its bearer may do.
    pub role: R,
    /// SHA-256 of the whole token.
    pub hash: [u8; TOKEN_HASH_BYTES],
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// From when on it is refused.
    pub expires_at: DateTime<Utc>,
}

/// A token that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow<R> {
    /// As it was made.
    pub token: NewToken<R>,
    /// Set once it was taken back.
    pub revoked_at: Option<DateTime<Utc>>,
    /// By whom.
    pub revoked_by: Option<String>,
}

impl WriteTransaction<'_> {
    /// Remembers a token.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`] for an id that is taken.
    pub fn add_token<R: Serialize>(&mut self, token: &NewToken<R>) -> Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO api_tokens (id, name, role, hash, created_by, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                token.id,
                token.name,
                word("role", &token.role)?,
                token.hash,
                token.created_by,
                ms(token.created_at),
                ms(token.expires_at)
            ])?;
        self.note(Change::Tokens);
        Ok(())
    }

    /// Takes a token back. Once is for good; twice changes nothing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn revoke_token(&mut self, id: &str, by: &str, now: DateTime<Utc>) -> Result<()> {
        let found = self
            .db
            .prepare_cached(
                "UPDATE api_tokens SET revoked_at = coalesce(revoked_at, ?2), revoked_by = coalesce(revoked_by, ?3) WHERE id = ?1",
            )?
            .execute(params![id, ms(now), by])?;
        if found == 0 {
            return Err(StoreError::not_found("token", id));
        }
        self.note(Change::Tokens);
        Ok(())
    }

    /// Forgets tokens that ended before `before`; the audit log keeps that they were.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`].
    pub fn forget_tokens(&mut self, before: DateTime<Utc>) -> Result<()> {
        let forgotten = self
            .db
            .prepare_cached("DELETE FROM api_tokens WHERE min(expires_at, coalesce(revoked_at, expires_at)) < ?1")?
            .execute([ms(before)])?;
        if forgotten > 0 {
            self.note(Change::Tokens);
        }
        Ok(())
    }
}

impl ReadTransaction<'_> {
    /// The tokens that were made and not forgotten, the newest first. Bounded by whoever makes them.
    ///
    /// # Errors
    /// [`StoreError::Undecodable`].
    pub fn tokens<R: DeserializeOwned>(&self) -> Result<Vec<TokenRow<R>>> {
        let mut statement = self.db.prepare_cached(
            "SELECT id, name, role, hash, created_by, created_at, expires_at, revoked_at, revoked_by FROM api_tokens
             ORDER BY created_at DESC, id",
        )?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(TokenRow {
                token: NewToken {
                    id: row.get(0)?,
                    name: row.get(1)?,
                    role: from_word("role", row.get(2)?)?,
                    hash: row.get(3)?,
                    created_by: row.get(4)?,
                    created_at: instant(row.get(5)?)?,
                    expires_at: instant(row.get(6)?)?,
                },
                revoked_at: row.get::<_, Option<i64>>(7)?.map(instant).transpose()?,
                revoked_by: row.get(8)?,
            });
        }
        Ok(found)
    }
}
