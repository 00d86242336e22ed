//! The binary that ships: the app, and the small programs that it starts as processes of their own.
//!
//! `headroom` opens the window. `headroom guard`, `headroom sample-service` and `headroom load` run without one and are told apart
//! before anything of the desktop is touched.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use headroom_desktop::{DataFolder, Launch, Refusal, address_in, subcommand};

/// Scales deployments by policy, prices every decision and explains it.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Keep everything in this folder instead of the system's own data folder.
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Begin in the tray, without a window on the screen: how it is started at login.
    #[arg(long)]
    hidden: bool,
    /// Open this page: `headroom://deployment/ID`. A link only shows, whatever it asks for.
    #[arg(value_name = "LINK")]
    link: Option<String>,
}

fn main() -> ExitCode {
    if let Some(code) = subcommand::run(std::env::args_os()) {
        return code;
    }
    match launch(Arguments::parse()).and_then(headroom_desktop::run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(refusal) => refuse(&refusal),
    }
}

fn launch(arguments: Arguments) -> Result<Launch, Refusal> {
    Ok(Launch {
        data: DataFolder::resolve(arguments.data)?,
        address: address_in(arguments.link.as_deref()),
        is_hidden: arguments.hidden,
        program: std::env::current_exe().map_err(Refusal::NoProgram)?,
        environment: environment(),
    })
}

/// What is not text is nothing that Headroom passes on.
fn environment() -> BTreeMap<String, String> {
    std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))).collect()
}

/// Says why nothing was opened and what to do. 2 tells scripts that it is the surroundings, not the program.
#[expect(clippy::print_stderr, reason = "there is no window and no log yet to say it in")]
fn refuse(refusal: &Refusal) -> ExitCode {
    eprintln!("{refusal}");
    headroom_desktop::tell(refusal);
    ExitCode::from(2)
}
