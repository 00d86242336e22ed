//! How values become columns and come back: instants, ids, closed sets, JSON bodies.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{BadValue, Result, StoreError};

/// Milliseconds since the epoch; what is finer is cut off.
pub(crate) fn ms(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis()
}

/// The instant of a column of milliseconds.
pub(crate) fn instant(milliseconds: i64) -> Result<DateTime<Utc>> {
    DateTime::from_timestamp_millis(milliseconds).ok_or_else(|| StoreError::undecodable("date", BadValue::Date(milliseconds)))
}

/// A value as the JSON of a body column.
pub(crate) fn json<T: Serialize>(what: &'static str, value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|source| StoreError::undecodable(what, source))
}

/// The value of a body column.
pub(crate) fn from_json<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|source| StoreError::undecodable(what, source))
}

/// The snake_case word of a unit variant.
pub(crate) fn word<T: Serialize>(what: &'static str, value: &T) -> Result<String> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        Ok(other) => Err(StoreError::undecodable(what, BadValue::Unknown(other.to_string()))),
        Err(source) => Err(StoreError::undecodable(what, source)),
    }
}

/// The unit variant of a word.
pub(crate) fn from_word<T: DeserializeOwned>(what: &'static str, word: String) -> Result<T> {
    serde_json::from_value(serde_json::Value::String(word)).map_err(|source| StoreError::undecodable(what, source))
}

/// A count that was stored as an integer; out of range only in a database that was edited by hand.
pub(crate) fn count(what: &'static str, stored: i64) -> Result<u32> {
    u32::try_from(stored).map_err(|_| StoreError::undecodable(what, BadValue::Unknown(stored.to_string())))
}
