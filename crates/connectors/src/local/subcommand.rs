//! The helpers of the local connector as subcommands, so that every binary of the house offers them alike.
//!
//! | subcommand | what it is |
//! |---|---|
//! | `guard` | owns the processes of local deployments; started by the engine |
//! | `instance` | the last step before an instance's own program; started by the guard |
//! | `sample-service` | a small web service that does real work inside 0.1 cores |
//! | `load` | traffic against a URL |

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use super::load::LoadArguments;
use super::sample::SampleArguments;

/// The names by which a first argument is known to be for here.
const NAMES: [&str; 4] = ["guard", "instance", "sample-service", "load"];

#[derive(Debug, Parser)]
#[command(name = "headroom", disable_help_subcommand = true)]
struct CommandLine {
    #[command(subcommand)]
    wanted: Wanted,
}

#[derive(Debug, Subcommand)]
enum Wanted {
    /// Own the processes of local deployments. Started by Headroom itself.
    #[command(hide = true)]
    Guard {
        /// The file in which it writes down what it owns.
        #[arg(long)]
        record: PathBuf,
        /// This program.
        #[arg(long)]
        program: PathBuf,
    },
    /// Become an instance. Started by the guard.
    #[command(hide = true)]
    Instance {
        /// The guard's process id.
        #[arg(long)]
        guard: u32,
        /// The instance's own command line.
        #[arg(last = true, required = true)]
        argv: Vec<String>,
    },
    /// A small web service that does real work for each request and keeps to its declared cores.
    SampleService(SampleArguments),
    /// Send requests to a URL, as many and as irregularly as people do.
    Load(LoadArguments),
}

/// Runs the subcommand that the arguments (program name first) ask for. None where they ask for none of these: the binary goes on.
///
/// To be called first in `main`, before anything is opened or started.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Option<ExitCode> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let asked = arguments.get(1).and_then(|first| first.to_str());
    if !asked.is_some_and(|first| NAMES.contains(&first)) {
        return None;
    }
    Some(match CommandLine::try_parse_from(arguments) {
        Ok(command_line) => start(command_line.wanted),
        Err(error) => {
            // Without a terminal there is nobody to tell.
            let _ = error.print();
            u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
        }
    })
}

fn start(wanted: Wanted) -> ExitCode {
    match wanted {
        #[cfg(unix)]
        Wanted::Guard { record, program } => super::guard::run::guard(&record, program),
        #[cfg(unix)]
        Wanted::Instance { guard, argv } => super::guard::shim::become_instance(guard, &argv),
        #[cfg(not(unix))]
        Wanted::Guard { .. } | Wanted::Instance { .. } => ExitCode::FAILURE,
        Wanted::SampleService(arguments) => super::sample::serve(&arguments),
        Wanted::Load(arguments) => super::load::play(&arguments),
    }
}
