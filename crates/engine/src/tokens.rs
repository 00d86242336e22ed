//! Tokens of the network doors: JSON Web Tokens signed with HMAC-SHA-256 (RFC 7519, RFC 7515 §A.1).
//!
//! A token is good when this data folder's secret signed it, it is known and not revoked, and its time is not over. The secret is a
//! file of its own that only its owner may read (`api-secret` in the data folder); it is in no database, backup, log or report.

use std::collections::BTreeMap;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use headroom_store::{NewToken, TOKEN_HASH_BYTES, TokenRow};
use hmac::{Hmac, Mac as _};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::caller::{Caller, Origin};
use crate::engine::Engine;
use crate::operations::Role;

/// The secret's file in the data folder.
const FILE: &str = "api-secret";
/// As long as the hash: a longer key adds nothing (RFC 2104 §3).
const SECRET_BYTES: usize = 32;
/// No token of ours is longer; what is longer is not even looked at.
const LONGEST_TOKEN: usize = 2_048;

/// Why a bearer is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It is no token of this Headroom: not of the form, signed by another secret or not at all, or not known.
    Unknown,
    /// Its time is over.
    Expired,
    /// It was taken back.
    Revoked,
}

impl Refused {
    /// What happened and what to do.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::Unknown => "This is no token of this Headroom. Make one in Settings or with `headroomd token create`.",
            Self::Expired => "This token's time is over. Make a new one in Settings or with `headroomd token create`.",
            Self::Revoked => "This token was revoked. Ask whoever looks after this Headroom for another.",
        }
    }
}

/// Who a good token lets in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bearer {
    /// The token's own name, for good: limits are counted by it.
    pub token_id: String,
    /// Who calls.
    pub caller: Caller,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

/// What a token says, in the registered claims of RFC 7519 §4.1 and one of ours.
#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    sub: String,
    role: Role,
    iat: i64,
    exp: i64,
    jti: String,
}

#[derive(Debug, Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    crit: Option<serde_json::Value>,
}

/// What signs. Not printable.
struct Secret([u8; SECRET_BYTES]);

impl Secret {
    fn mac(&self, signed: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(signed.as_bytes());
        mac
    }
}

/// The tokens of one data folder, in memory: every request asks here.
pub(crate) struct Tokens {
    file: PathBuf,
    /// Read at the first use: who never opens the door has no secret.
    secret: Mutex<Option<Arc<Secret>>>,
    known: Mutex<BTreeMap<String, TokenRow<Role>>>,
}

impl Tokens {
    pub(crate) fn of(data_folder: &Path) -> Self {
        Self { file: data_folder.join(FILE), secret: Mutex::new(None), known: Mutex::default() }
    }

    /// Takes over what the store has.
    pub(crate) fn replace(&self, rows: Vec<TokenRow<Role>>) {
        *self.known.lock() = rows.into_iter().map(|row| (row.token.id.clone(), row)).collect();
    }

    /// The newest first.
    pub(crate) fn all(&self) -> Vec<TokenRow<Role>> {
        let mut rows: Vec<_> = self.known.lock().values().cloned().collect();
        rows.sort_by(|a, b| b.token.created_at.cmp(&a.token.created_at).then_with(|| a.token.id.cmp(&b.token.id)));
        rows
    }

    /// A signed token, and what is remembered of it.
    ///
    /// # Errors
    /// When the secret cannot be read or made.
    pub(crate) fn make(&self, token: TokenDraft) -> io::Result<(String, NewToken<Role>)> {
        let claims = Claims {
            sub: token.name.clone(),
            role: token.role,
            iat: token.created_at.timestamp(),
            exp: token.expires_at.timestamp(),
            jti: token.id.clone(),
        };
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
        let body = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&claims)?);
        let signed = format!("{header}.{body}");
        let signature = URL_SAFE_NO_PAD.encode(self.secret()?.mac(&signed).finalize().into_bytes());
        let text = format!("{signed}.{signature}");
        let hash = hash(&text);
        let TokenDraft { id, name, role, created_by, created_at, expires_at } = token;
        Ok((text, NewToken { id, name, role, hash, created_by, created_at, expires_at }))
    }

    /// Whom a token lets in at `now`. Compares secrets in constant time.
    pub(crate) fn check(&self, token: &str, now: DateTime<Utc>) -> Result<Bearer, Refused> {
        let claims = self.verified(token).ok_or(Refused::Unknown)?;
        let known = self.known.lock();
        let row = known.get(&claims.jti).ok_or(Refused::Unknown)?;
        // The store's word counts, not the token's: the signature only says that the two are the same.
        if row.token.hash != hash(token) {
            return Err(Refused::Unknown);
        }
        if row.revoked_at.is_some() {
            return Err(Refused::Revoked);
        }
        if row.token.expires_at <= now {
            return Err(Refused::Expired);
        }
        let caller = Caller { name: row.token.name.clone(), role: row.token.role, origin: Origin::Api };
        Ok(Bearer { token_id: row.token.id.clone(), caller, expires_at: row.token.expires_at })
    }

    /// The claims of a token that this secret signed, by the one algorithm there is.
    fn verified(&self, token: &str) -> Option<Claims> {
        if token.len() > LONGEST_TOKEN {
            return None;
        }
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, body) = signed.split_once('.')?;
        let header: Header = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
        if header.alg != "HS256" || header.crit.is_some() {
            return None;
        }
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        self.secret().ok()?.mac(signed).verify_slice(&signature).ok()?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).ok()?).ok()
    }

    fn secret(&self) -> io::Result<Arc<Secret>> {
        let mut held = self.secret.lock();
        if let Some(secret) = &*held {
            return Ok(secret.clone());
        }
        let secret = Arc::new(read_or_make(&self.file)?);
        *held = Some(secret.clone());
        Ok(secret)
    }
}

/// A token to be made.
pub(crate) struct TokenDraft {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) created_by: String,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) expires_at: DateTime<Utc>,
}

impl Engine {
    /// Whether a token was made here and not revoked; its time is another question.
    #[must_use]
    pub fn is_known(&self, token_id: &str) -> bool {
        self.0.tokens.known.lock().get(token_id).is_some_and(|row| row.revoked_at.is_none())
    }

    /// Whom a token lets in now.
    ///
    /// # Errors
    /// Why it lets nobody in.
    pub fn authenticate(&self, token: &str) -> Result<Bearer, Refused> {
        self.0.tokens.check(token, self.0.now())
    }
}

fn hash(token: &str) -> [u8; TOKEN_HASH_BYTES] {
    Sha256::digest(token.as_bytes()).into()
}

fn read_or_make(path: &Path) -> io::Result<Secret> {
    match read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let mut secret = [0; SECRET_BYTES];
            getrandom::fill(&mut secret).map_err(io::Error::other)?;
            match private(true).open(path).and_then(|mut file| file.write_all(&secret).and_then(|()| file.sync_all())) {
                Ok(()) => Ok(Secret(secret)),
                // Another process was first.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => read(path),
                Err(error) => Err(error),
            }
        }
        other => other,
    }
}

fn read(path: &Path) -> io::Result<Secret> {
    let mut file = private(false).open(path)?;
    require_private(path, &file)?;
    let mut secret = [0; SECRET_BYTES];
    file.read_exact(&mut secret)?;
    Ok(Secret(secret))
}

/// A secret that others can read is none.
fn require_private(path: &Path, file: &std::fs::File) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if file.metadata()?.permissions().mode() & 0o077 != 0 {
            let what = format!("{} can be read by others. Run `chmod 600` on it, or remove it and make new tokens.", path.display());
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, what));
        }
    }
    #[cfg(not(unix))]
    let _ = (path, file);
    Ok(())
}

fn private(new: bool) -> std::fs::OpenOptions {
    let mut options = std::fs::OpenOptions::new();
    options.read(!new).write(new).create_new(new);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn folder() -> (tempfile::TempDir, Tokens) {
        let folder = tempfile::tempdir().expect("a folder");
        let tokens = Tokens::of(folder.path());
        (folder, tokens)
    }

    fn made(tokens: &Tokens) -> String {
        let draft = TokenDraft {
            id: "tok_1".to_owned(),
            name: "dashboard".to_owned(),
            role: Role::Operator,
            created_by: "Ada".to_owned(),
            created_at: DateTime::UNIX_EPOCH,
            expires_at: DateTime::UNIX_EPOCH + TimeDelta::hours(1),
        };
        let (text, token) = tokens.make(draft).expect("made");
        tokens.replace(vec![TokenRow { token, revoked_at: None, revoked_by: None }]);
        text
    }

    /// The same claims under another header, signed with the right secret, the wrong one, or not at all.
    fn with_header(tokens: &Tokens, token: &str, header: &str) -> String {
        let body = token.split('.').nth(1).expect("claims");
        let signed = format!("{}.{body}", URL_SAFE_NO_PAD.encode(header));
        let signature = URL_SAFE_NO_PAD.encode(tokens.secret().expect("a secret").mac(&signed).finalize().into_bytes());
        format!("{signed}.{signature}")
    }

    #[test]
    fn a_token_lets_its_bearer_in_until_its_time_is_over() {
        let (_folder, tokens) = folder();
        let token = made(&tokens);
        let bearer = tokens.check(&token, DateTime::UNIX_EPOCH).expect("let in");
        assert_eq!((bearer.caller.name.as_str(), bearer.caller.role, bearer.caller.origin), ("dashboard", Role::Operator, Origin::Api));
        let last = DateTime::UNIX_EPOCH + TimeDelta::minutes(59);
        assert!(tokens.check(&token, last).is_ok());
        assert_eq!(tokens.check(&token, DateTime::UNIX_EPOCH + TimeDelta::hours(1)), Err(Refused::Expired));
    }

    #[test]
    fn a_revoked_token_lets_nobody_in() {
        let (_folder, tokens) = folder();
        let token = made(&tokens);
        let rows = tokens.all().into_iter().map(|row| TokenRow { revoked_at: Some(DateTime::UNIX_EPOCH), ..row });
        tokens.replace(rows.collect());
        assert_eq!(tokens.check(&token, DateTime::UNIX_EPOCH), Err(Refused::Revoked));
    }

    #[test]
    fn what_is_forged_is_unknown() {
        let (_folder, tokens) = folder();
        let token = made(&tokens);
        let other = Tokens::of(tempfile::tempdir().expect("a folder").path().parent().expect("a parent"));
        *other.secret.lock() = Some(Arc::new(Secret([7; SECRET_BYTES])));
        let (head, signature) = token.rsplit_once('.').expect("three parts");
        let mut bent = head.to_owned();
        bent.pop();
        for forged in [
            with_header(&tokens, &token, r#"{"alg":"none"}"#),
            with_header(&tokens, &token, r#"{"alg":"HS512","typ":"JWT"}"#),
            with_header(&tokens, &token, r#"{"alg":"HS256","crit":["exp"]}"#),
            // Rightly signed, and yet not the token that was made.
            with_header(&tokens, &token, r#"{"typ":"JWT","alg":"HS256"}"#),
            with_header(&other, &token, r#"{"alg":"HS256","typ":"JWT"}"#),
            format!("{head}."),
            head.to_owned(),
            format!("{bent}.{signature}"),
            String::new(),
            "a.b.c".to_owned(),
            "x".repeat(1 << 20),
        ] {
            assert_eq!(tokens.check(&forged, DateTime::UNIX_EPOCH), Err(Refused::Unknown), "{}", &forged[..forged.len().min(80)]);
        }
        assert!(tokens.check(&token, DateTime::UNIX_EPOCH).is_ok());
    }

    #[test]
    fn a_good_signature_on_a_token_that_was_never_made_is_unknown() {
        let (_folder, tokens) = folder();
        let token = made(&tokens);
        tokens.replace(Vec::new());
        assert_eq!(tokens.check(&token, DateTime::UNIX_EPOCH), Err(Refused::Unknown));
    }

    #[test]
    fn the_secret_outlives_the_process_and_only_its_owner_reads_it() {
        let (folder, tokens) = folder();
        let token = made(&tokens);
        let again = Tokens::of(folder.path());
        again.replace(tokens.all());
        assert!(again.check(&token, DateTime::UNIX_EPOCH).is_ok());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let path = folder.path().join(FILE);
            assert_eq!(std::fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("set");
            let third = Tokens::of(folder.path());
            third.replace(tokens.all());
            assert_eq!(third.check(&token, DateTime::UNIX_EPOCH), Err(Refused::Unknown), "others can read the secret");
        }
    }
}
