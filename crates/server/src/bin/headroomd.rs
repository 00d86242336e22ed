//! Headroom without a window.

#![forbid(unsafe_code)]

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use headroom_server::elasticity;

/// Scales deployments by policy, prices every decision and explains it.
#[derive(Debug, Parser)]
#[command(name = "headroomd", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Score policies and other autoscalers on recorded traffic.
    Elasticity(elasticity::Arguments),
}

fn main() -> ExitCode {
    let Arguments { command } = Arguments::parse();
    let (mut out, mut notes) = (io::stdout().lock(), io::stderr().lock());
    let done = match command {
        Command::Elasticity(arguments) => elasticity::run(&arguments, &mut out, &mut notes),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(notes, "headroomd: {error:#}");
            ExitCode::FAILURE
        }
    }
}
