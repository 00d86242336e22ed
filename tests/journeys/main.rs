//! Journeys through the whole house in the real window: what a newcomer sees, and what stands there when something is wrong.
//!
//! Each test has a stage of its own ([`stage`]): screen, bus, home and data folder, on free ports, ended by their ids. What is
//! waited for is waited for by event, inside the page, with a bound ([`page`]).

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test whose surroundings fail has failed")]

mod alerts;
mod bad_start;
mod browser;
mod desktop;
mod dialog;
mod keyboard;
mod kills;
mod notices;
mod package;
mod page;
mod panel;
mod process;
mod sample;
mod server;
mod stage;
mod webdriver;
mod window;
