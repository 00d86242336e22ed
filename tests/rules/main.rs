//! The rules of the house that the compiler does not hold: who may import whom, which technology lives where, what may come in.
//!
//! Each rule is a function over plain values, shown to bite on a made-up breach before it is asked about the house itself.

#![expect(clippy::unwrap_used, reason = "a test whose surroundings fail has failed")]

mod about;
mod bindings;
mod files;
mod house;
mod imports;
mod licenses;
mod set_up;
mod shell;
