//! What a caller is told when an operation is refused.

use headroom_core::policy::Fault;
use serde::{Deserialize, Serialize};

/// An error as it leaves every door. The message says what happened, to what, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "camelCase")]
#[error("{message}")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct WireError {
    /// What the caller can do about it.
    pub code: ErrorCode,
    /// For people.
    pub message: String,
    /// Every fault of the input, each with its field.
    pub errors: Vec<Fault>,
}

/// What a caller can do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum ErrorCode {
    /// There is no such operation, or its input has the wrong shape.
    BadRequest,
    /// The input is well-formed and wrong: mend the named fields.
    Invalid,
    /// There is no such thing.
    NotFound,
    /// It clashes with what is there, or is out of bounds.
    Conflict,
    /// This caller may not do it.
    Forbidden,
    /// Only the desktop window may do it.
    LocalOnly,
    /// Something outside did not answer or refused; try again after mending it.
    Unavailable,
    /// The data could not be written or read: disk full, damaged.
    Storage,
}

impl WireError {
    /// An error without single faults.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), errors: Vec::new() }
    }

    /// What names a program or a file of this machine, asked for from elsewhere.
    #[must_use]
    pub fn local_only() -> Self {
        let message = "Commands to run are taken only from the desktop window on the machine that runs them, or from headroomd's own configuration file.";
        Self::new(ErrorCode::LocalOnly, message)
    }

    /// A filter whose value is not known.
    #[must_use]
    pub fn bad_filter(errors: Vec<Fault>) -> Self {
        Self { code: ErrorCode::BadRequest, ..Self::invalid(errors) }
    }

    /// One field that is wrong.
    #[must_use]
    pub fn invalid_field(field: &str, message: &str) -> Self {
        Self::invalid(vec![Fault { field: field.to_owned(), message: message.to_owned() }])
    }

    /// Everything that is wrong with an input.
    #[must_use]
    pub fn invalid(errors: Vec<Fault>) -> Self {
        let message = errors.iter().map(|fault| fault.message.as_str()).collect::<Vec<_>>().join(" ");
        Self { code: ErrorCode::Invalid, message, errors }
    }
}
