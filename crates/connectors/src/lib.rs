//! The edges: where readings come from and where orders go.
//!
//! A [`source::MetricSource`] measures, a [`target::ScalingTarget`] counts and changes instances; the two traits and their contracts are
//! the whole door of this room. It does not decide, remember or price anything, and it repeats nothing by itself that the engine ordered.
//!
//! Start reading at [`source`] and [`target`], then at [`replay`], the smallest connector that is both, and at [`local`], which runs
//! real processes.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod error;
pub mod local;
pub mod notifier;
pub mod replay;
pub mod source;
mod table;
pub mod target;
