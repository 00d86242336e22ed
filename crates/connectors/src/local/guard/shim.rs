//! The last step before an instance's own program: cut it off from the guard's terminal and tie its life to the guard's.
//!
//! A process of its own, so that both can be done with safe calls between `fork` and `exec`.

use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

/// What a shell answers for a program that could not be started.
const NOT_STARTED: u8 = 127;

/// Becomes `argv`. Comes back only when that fails.
#[expect(clippy::print_stderr, reason = "the guard reads what an instance prints and quotes it to the user")]
pub(crate) fn become_instance(guard_pid: u32, argv: &[String]) -> ExitCode {
    let Some((program, arguments)) = argv.split_first() else {
        eprintln!("There is no program to start.");
        return ExitCode::from(NOT_STARTED);
    };
    if let Err(errno) = nix::unistd::setsid() {
        eprintln!("Could not open a session of its own: {errno}.");
        return ExitCode::from(NOT_STARTED);
    }
    #[cfg(target_os = "linux")]
    if let Err(errno) = nix::sys::prctl::set_pdeathsig(nix::sys::signal::Signal::SIGKILL) {
        eprintln!("Could not tie its life to the guard's: {errno}.");
        return ExitCode::from(NOT_STARTED);
    }
    // The guard may have died before the line above took hold.
    if std::os::unix::process::parent_id() != guard_pid {
        return ExitCode::from(NOT_STARTED);
    }
    let error = Command::new(program).args(arguments).exec();
    eprintln!("Could not start {program}: {error}.");
    ExitCode::from(NOT_STARTED)
}
