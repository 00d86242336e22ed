//! The way in without a window: `headroomd`, its REST and Socket.IO doors, and what it does on the command line.
//!
//! No operation is known here: doors read a request, call the engine's one list and write the answer. Start reading at [`door`] for the
//! order in which a request is asked, at [`routes`] for what is where, at [`serve`] for the process.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod browser;
pub mod control;
pub mod doctor;
pub mod door;
pub mod elasticity;
pub mod forecast;
pub mod gate;
pub mod logs;
pub mod openapi;
pub mod problem;
pub mod progress;
mod replay;
mod rest;
pub mod routes;
pub mod schema;
pub mod score;
pub mod serve;
pub mod settings;
pub mod simulate;
pub mod socket;
pub mod tls;
pub mod traces;
pub mod tune;
