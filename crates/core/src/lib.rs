//! The thinking: what a reading means, what a policy wants, what it costs.
//!
//! This room turns typed values into typed values. It touches no file, socket, environment, clock, thread pool or log; `now` is
//! an argument, and nothing here can fail at run time: what may be wrong is refused at the door by [`policy`] validation and by
//! the constructors of [`units`].
//!
//! Start reading at [`decide`], then [`policy`] and [`observation`].

#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod alert;
pub mod budget;
pub mod calendar;
pub mod cost;
pub mod decide;
pub mod deployment;
pub mod forecast;
pub mod foresight;
pub mod health;
pub mod metric;
pub mod observation;
pub mod policy;
pub mod price_book;
pub mod schedule;
pub mod simulate;
pub mod templates;
pub mod trend;
pub mod tune;
pub mod units;
