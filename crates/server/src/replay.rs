//! `Idempotency-Key`: a request that is sent twice is carried out once, and answered twice.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher as _, RandomState};

use axum::http::StatusCode;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;

use crate::problem::Problem;

/// Answers that are remembered; then the oldest are forgotten.
const MOST: usize = 10_000;
/// Bytes of answers that are remembered; then the oldest are forgotten.
const MOST_BYTES: usize = 32 << 20;
/// How long an answer is remembered.
const AGE: TimeDelta = TimeDelta::hours(24);
/// Characters of a key at most.
const LONGEST_KEY: usize = 200;

/// An answer, as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Given {
    pub(crate) status: StatusCode,
    pub(crate) content_type: &'static str,
    pub(crate) body: Bytes,
}

/// Whose request it is, which one, and under which key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) token_id: String,
    pub(crate) request: String,
    pub(crate) key: String,
}

struct Remembered {
    /// Of the body: enough to tell a mistake, and nobody's secret.
    body_hash: u64,
    at: DateTime<Utc>,
    /// None while it is being carried out.
    given: Option<Given>,
}

#[derive(Default)]
struct Inside {
    by_key: HashMap<Key, Remembered>,
    order: VecDeque<Key>,
    bytes: usize,
    hasher: RandomState,
}

impl Inside {
    fn forget(&mut self, key: &Key) {
        if let Some(remembered) = self.by_key.remove(key) {
            self.bytes -= remembered.given.map_or(0, |given| given.body.len());
        }
    }
}

/// The answers of the last day.
#[derive(Default)]
pub(crate) struct Replays(Mutex<Inside>);

/// The right to carry a request out. Dropped without an answer it is as if it had never been asked.
pub(crate) struct Turn<'a> {
    replays: &'a Replays,
    key: Option<Key>,
}

impl Replays {
    /// The answer that was given already, or the right to make it.
    ///
    /// # Errors
    /// When the key is no key, is taken by another body, or is being carried out.
    pub(crate) fn begin(&self, key: Key, body: &Bytes, now: DateTime<Utc>) -> Result<Result<Given, Turn<'_>>, Problem> {
        if key.key.is_empty() || key.key.len() > LONGEST_KEY {
            return Err(Problem::bad_parameter("Idempotency-Key", "Give a key of 1 to 200 characters."));
        }
        let mut inside = self.0.lock();
        let body_hash = inside.hasher.hash_one(body);
        while let Some(oldest) = inside.order.front().cloned() {
            let is_over = inside.by_key.get(&oldest).is_none_or(|remembered| now - remembered.at > AGE);
            if !is_over && inside.order.len() < MOST && inside.bytes < MOST_BYTES {
                break;
            }
            inside.order.pop_front();
            inside.forget(&oldest);
        }
        match inside.by_key.get(&key) {
            Some(remembered) if remembered.body_hash != body_hash => {
                let detail = "This Idempotency-Key was used for another body. Take a new key for a new request.";
                Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "key_reused", detail))
            }
            Some(Remembered { given: Some(given), .. }) => Ok(Ok(given.clone())),
            Some(Remembered { given: None, .. }) => {
                Err(Problem::new(StatusCode::CONFLICT, "in_progress", "This very request is being carried out. Wait for its answer."))
            }
            None => {
                inside.by_key.insert(key.clone(), Remembered { body_hash, at: now, given: None });
                inside.order.push_back(key.clone());
                Ok(Err(Turn { replays: self, key: Some(key) }))
            }
        }
    }
}

impl Turn<'_> {
    /// Remembers the answer. What failed for a while may be tried again under the same key.
    pub(crate) fn give(mut self, given: &Given) {
        if given.status.is_server_error() || given.status == StatusCode::TOO_MANY_REQUESTS {
            return;
        }
        let Some(key) = self.key.take() else { return };
        let mut inside = self.replays.0.lock();
        if let Some(remembered) = inside.by_key.get_mut(&key) {
            remembered.given = Some(given.clone());
            inside.bytes += given.body.len();
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if let Some(key) = self.key.take() {
            let mut inside = self.replays.0.lock();
            inside.forget(&key);
            inside.order.retain(|other| *other != key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(key: &str) -> Key {
        Key { token_id: "tok_1".to_owned(), request: "POST /api/x".to_owned(), key: key.to_owned() }
    }

    fn given(status: StatusCode) -> Given {
        Given { status, content_type: "application/json", body: Bytes::from_static(b"{}") }
    }

    #[test]
    fn the_same_request_is_answered_from_memory() {
        let replays = Replays::default();
        let body = Bytes::from_static(b"a");
        let first = replays.begin(key("k"), &body, DateTime::UNIX_EPOCH).expect("a key");
        let Err(turn) = first else { panic!("nothing was given yet") };
        assert_eq!(replays.begin(key("k"), &body, DateTime::UNIX_EPOCH).err().map(|problem| problem.code), Some("in_progress".to_owned()));
        turn.give(&given(StatusCode::CREATED));
        let again = replays.begin(key("k"), &body, DateTime::UNIX_EPOCH).expect("a key");
        assert_eq!(again.ok().map(|given| given.status), Some(StatusCode::CREATED));
        let other = replays.begin(key("k"), &Bytes::from_static(b"b"), DateTime::UNIX_EPOCH);
        assert_eq!(other.err().map(|problem| problem.code), Some("key_reused".to_owned()));
        assert!(replays.begin(key("k"), &body, DateTime::UNIX_EPOCH + AGE + AGE).expect("a key").is_err(), "forgotten after a day");
    }

    #[test]
    fn what_failed_for_a_while_or_was_cut_off_may_be_tried_again() {
        let replays = Replays::default();
        let body = Bytes::new();
        for status in [Some(StatusCode::SERVICE_UNAVAILABLE), None] {
            let Err(turn) = replays.begin(key("k"), &body, DateTime::UNIX_EPOCH).expect("a key") else { panic!("nothing is remembered") };
            match status {
                Some(status) => turn.give(&given(status)),
                None => drop(turn),
            }
        }
    }

    #[test]
    fn memory_is_bounded() {
        let replays = Replays::default();
        for number in 0..MOST + 10 {
            if let Ok(Err(turn)) = replays.begin(key(&number.to_string()), &Bytes::new(), DateTime::UNIX_EPOCH) {
                turn.give(&given(StatusCode::OK));
            }
        }
        assert!(replays.0.lock().by_key.len() <= MOST);
    }
}
