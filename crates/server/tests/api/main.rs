//! The network doors, over real connections: a real engine on a temporary folder, a clock that the test moves, recorded readings.
//!
//! This program is its own guard, sample service and load generator: `main` first looks whether it was started as one of them.

mod command;
mod docs;
mod doctor;
mod guide;
mod house;
mod rest;
mod schemathesis;
mod security;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    if let Some(code) = headroom_engine::subcommand::run(std::env::args_os()) {
        return code;
    }
    let files =
        [command::trials(), docs::trials(), doctor::trials(), guide::trials(), rest::trials(), schemathesis::trials(), security::trials()];
    let trials: Vec<Trial> = files.into_iter().flatten().collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}
