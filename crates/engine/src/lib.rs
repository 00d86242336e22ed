//! The work: readings come in, a decision is thought, an action goes out, and all of it is written down and told.
//!
//! This room orders the others: `connectors` look and act, `core` thinks, `store` remembers. It holds no SQL, no HTTP and no
//! formula of its own. Desktop window, REST and command line all enter through the one list of [`operations`]; what has changed
//! leaves as [`event`]s.
//!
//! Start reading at [`operations`] for the doors, at [`view`] for what they answer.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod error;
pub mod event;
pub mod operations;
pub mod view;
