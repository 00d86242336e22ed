//! Contracts of the connectors, held against real processes on this machine.
//!
//! This program is its own guard, sample service and load generator: `main` first looks whether it was started as one of them.

mod contract;
mod house;
mod instances;
mod load;
mod recordings;
mod refusals;
mod service;
mod survival;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    if let Some(code) = headroom_connectors::local::subcommand::run(std::env::args_os()) {
        return code;
    }
    if let Some(code) = service::run(std::env::args().collect()) {
        return code;
    }
    let trials: Vec<Trial> =
        [contract::trials(), instances::trials(), survival::trials(), refusals::trials(), load::trials(), recordings::trials()]
            .into_iter()
            .flatten()
            .collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}
