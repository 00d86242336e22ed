//! How fast the fleet is thought about, evaluated and shown. `BENCHMARKS.md` has the figures and what is promised.
//!
//! This program is also the guard that an engine starts for local deployments: `main` first looks whether it was started as one.

#![forbid(unsafe_code)]

mod costs;
mod decide;
#[path = "../fleet.rs"]
mod fleet;
mod tick;
mod views;

use std::process::ExitCode;

use criterion::Criterion;

fn main() -> ExitCode {
    if let Some(code) = headroom_connectors::local::subcommand::run(std::env::args_os()) {
        return code;
    }
    let mut criterion = Criterion::default().configure_from_args();
    decide::bench(&mut criterion);
    tick::bench(&mut criterion);
    views::bench(&mut criterion);
    costs::bench(&mut criterion);
    criterion.final_summary();
    ExitCode::SUCCESS
}
