//! The engine through its door: operations in, events out, a clock that the test moves, recorded readings, a real database.
//!
//! This program is its own guard, sample service and load generator: `main` first looks whether it was started as one of them.

mod alerts;
mod budgets;
mod costs;
mod crashes;
mod glance;
mod house;
mod ledger;
mod manual;
mod money;
mod pausing;
mod policies;
mod prices;
mod refusals;
mod replay;
mod restart;
mod scaling;
mod schedules;
mod settings;
mod telling;
mod whole;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    if let Some(code) = headroom_connectors::local::subcommand::run(std::env::args_os()) {
        return code;
    }
    let files = [
        alerts::trials(),
        budgets::trials(),
        costs::trials(),
        crashes::trials(),
        glance::trials(),
        manual::trials(),
        money::trials(),
        pausing::trials(),
        policies::trials(),
        prices::trials(),
        refusals::trials(),
        replay::trials(),
        restart::trials(),
        scaling::trials(),
        settings::trials(),
        schedules::trials(),
        telling::trials(),
        whole::trials(),
    ];
    let trials: Vec<Trial> = files.into_iter().flatten().collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}
