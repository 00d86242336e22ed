//! The binary that ships: the app, and the three small programs that it starts as processes of their own.
//!
//! `headroom` opens the window. `headroom guard`, `headroom sample-service` and `headroom load` run without a window and are told
//! apart before anything of the desktop is touched.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use headroom_desktop::{DataFolder, Refusal};

/// Scales deployments by policy, prices every decision and explains it.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Keep everything in this folder instead of the system's own data folder.
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match DataFolder::resolve(arguments.data).and_then(headroom_desktop::run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(refusal) => refuse(&refusal),
    }
}

/// Says why nothing was opened and what to do. 2 tells scripts that it is the surroundings, not the program.
#[expect(clippy::print_stderr, reason = "there is no window and no log yet to say it in")]
fn refuse(refusal: &Refusal) -> ExitCode {
    eprintln!("{refusal}");
    ExitCode::from(2)
}
