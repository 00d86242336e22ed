//! Doors to the tokens of the network doors.

use chrono::{DateTime, TimeDelta, Utc};
use headroom_store::{StoreError, TokenRow};
use serde::{Deserialize, Serialize};

use super::{Done, Role, Run};
use crate::caller::Caller;
use crate::engine::{Engine, Inner, new_id};
use crate::error::{ErrorCode, WireError};
use crate::tokens::TokenDraft;

/// The shortest life of a token, in seconds.
const SHORTEST_LIFE: u32 = 60;
/// The longest: a year and a day.
const LONGEST_LIFE: u32 = 366 * 86_400;
/// Tokens that are not over at once.
const MOST_TOKENS: usize = 1_000;
/// How long a token that is over is still listed.
const LISTED_AFTER: TimeDelta = TimeDelta::days(90);

/// The tokens of the network doors, the newest first; those that are over for 90 days.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct ListTokens {}

/// Make a token for a program or a person. It is shown once, in the answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct CreateToken {
    /// Who or what it is for; 1–100 characters. The history names it.
    pub name: String,
    /// What its bearer may do.
    pub role: Role,
    /// How long it lives: 60 to 31,622,400 s (366 days).
    pub life_seconds: u32,
}

/// Take a token back, at once and for good.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct RevokeToken {
    /// Which.
    pub token_id: String,
}

/// Tokens, the newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct TokenList {
    /// The newest first.
    pub tokens: Vec<TokenView>,
}

/// What is known of a token; not the token itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct TokenView {
    /// Names it for good.
    pub id: String,
    /// Who or what it is for.
    pub name: String,
    /// What its bearer may do.
    pub role: Role,
    /// Whether it lets anybody in now.
    pub state: TokenState,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Until when it lets in.
    pub expires_at: DateTime<Utc>,
    /// Who took it back, where somebody did.
    pub revoked_by: Option<String>,
    /// When.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// Whether a token lets anybody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum TokenState {
    /// It does.
    Active,
    /// Its time is over.
    Expired,
    /// It was taken back.
    Revoked,
}

/// A token that was just made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct CreatedToken {
    /// The token itself. It is shown this once and kept nowhere.
    pub token: String,
    /// What is known of it.
    pub details: TokenView,
}

impl TokenView {
    fn of(row: &TokenRow<Role>, now: DateTime<Utc>) -> Self {
        let token = &row.token;
        let state = match row.revoked_at {
            Some(_) => TokenState::Revoked,
            None if token.expires_at <= now => TokenState::Expired,
            None => TokenState::Active,
        };
        Self {
            id: token.id.clone(),
            name: token.name.clone(),
            role: token.role,
            state,
            created_by: token.created_by.clone(),
            created_at: token.created_at,
            expires_at: token.expires_at,
            revoked_by: row.revoked_by.clone(),
            revoked_at: row.revoked_at,
        }
    }
}

impl Run for ListTokens {
    async fn run(self, engine: &Engine, _caller: &Caller) -> Result<TokenList, WireError> {
        let now = engine.0.now();
        Ok(TokenList { tokens: engine.0.tokens.all().iter().map(|row| TokenView::of(row, now)).collect() })
    }
}

impl Run for CreateToken {
    async fn run(self, engine: &Engine, caller: &Caller) -> Result<CreatedToken, WireError> {
        let inner = &*engine.0;
        let name = self.name.trim().to_owned();
        if !(1..=100).contains(&name.chars().count()) || name.chars().any(char::is_control) {
            return Err(WireError::invalid_field("name", "Say who it is for, in 1 to 100 characters on one line."));
        }
        if !(SHORTEST_LIFE..=LONGEST_LIFE).contains(&self.life_seconds) {
            return Err(WireError::invalid_field("lifeSeconds", "A token lives 60 to 31,622,400 s (366 days)."));
        }
        let _turn = inner.turn.lock().await;
        let now = inner.now();
        let active = inner.tokens.all().iter().filter(|row| TokenView::of(row, now).state == TokenState::Active).count();
        if active >= MOST_TOKENS {
            return Err(WireError::new(ErrorCode::Conflict, "There are 1,000 tokens in use. Revoke those that nobody needs."));
        }
        let draft = TokenDraft {
            id: new_id("tok"),
            name,
            role: self.role,
            created_by: caller.name.clone(),
            created_at: now,
            expires_at: now + TimeDelta::seconds(i64::from(self.life_seconds)),
        };
        let (text, token) = inner.tokens.make(draft).map_err(|error| {
            WireError::new(ErrorCode::Storage, format!("The secret that signs tokens could not be read: {error}. Mend the data folder."))
        })?;
        let detail = serde_json::json!({ "id": token.id, "name": token.name, "role": token.role, "expiresAt": token.expires_at });
        let audit = inner.audit(caller, "create_token", None, detail);
        let row = TokenRow { token: token.clone(), revoked_at: None, revoked_by: None };
        inner
            .change_tokens(move |write| {
                write.forget_tokens(now - LISTED_AFTER)?;
                write.add_token(&token)?;
                write.add_audit(&audit).map(|_| ())
            })
            .await?;
        Ok(CreatedToken { token: text, details: TokenView::of(&row, now) })
    }
}

impl Run for RevokeToken {
    async fn run(self, engine: &Engine, caller: &Caller) -> Result<Done, WireError> {
        let inner = &*engine.0;
        let _turn = inner.turn.lock().await;
        let now = inner.now();
        let audit = inner.audit(caller, "revoke_token", None, serde_json::json!({ "id": self.token_id }));
        let by = caller.name.clone();
        inner
            .change_tokens(move |write| {
                write.revoke_token(&self.token_id, &by, now)?;
                write.add_audit(&audit).map(|_| ())
            })
            .await?;
        Ok(Done {})
    }
}

impl Inner {
    /// Changes tokens, and lets the doors know at once. The caller holds the turn.
    async fn change_tokens(
        &self,
        change: impl FnOnce(&mut headroom_store::WriteTransaction<'_>) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<(), WireError> {
        let committed = self
            .write
            .transact(move |write| {
                change(write)?;
                write.reading().tokens::<Role>()
            })
            .await?;
        self.tokens.replace(committed.value);
        self.tell_changes(&committed.changes);
        Ok(())
    }
}
