//! From a deployment's description to a command line that can be started: everything wrong with it is said before anything runs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use headroom_core::deployment::{HealthCheck, LocalCommand};

use super::guard::Launch;
use crate::error::ConnectorError;

/// What an argument holds where the instance's port goes.
pub const PORT_PLACEHOLDER: &str = "{port}";
/// What an instance gets of the engine's own environment.
pub const INHERITED_VARIABLES: [&str; 3] = ["PATH", "HOME", "LANG"];

/// Checks that the command can be started on this machine.
///
/// # Errors
/// [`ConnectorError::InvalidDeployment`] with the first field that is wrong.
pub(crate) fn check(command: &LocalCommand, inherited: &BTreeMap<String, String>) -> Result<(), ConnectorError> {
    let Some((program, arguments)) = command.argv.split_first().filter(|(program, _)| !program.is_empty()) else {
        return Err(ConnectorError::invalid(
            "argv",
            "There is no command. Give a program and its arguments, such as: node server.js --port {port}",
        ));
    };
    if !command.argv.iter().any(|argument| argument.contains(PORT_PLACEHOLDER)) {
        let message = format!(
            "No argument of `{}` holds {PORT_PLACEHOLDER}. Put it where the instance's port goes, such as: --port {PORT_PLACEHOLDER}",
            command.argv.join(" ")
        );
        return Err(ConnectorError::invalid("argv", message));
    }
    if std::iter::once(program).chain(arguments).any(|argument| argument.contains('\0')) {
        return Err(ConnectorError::invalid("argv", "An argument holds a zero byte, which no program can be given. Remove it."));
    }
    let folder = Path::new(&command.working_folder);
    if !folder.is_absolute() || !folder.is_dir() {
        let message =
            format!("There is no folder {:?}. Give the whole path of the folder that the command runs in.", command.working_folder);
        return Err(ConnectorError::invalid("workingFolder", message));
    }
    if let HealthCheck::Http { path } = &command.health
        && (!path.starts_with('/') || path.parse::<hyper::Uri>().is_err())
    {
        let message = format!("The health check's path {path:?} is not a path. It begins with / and has no spaces, such as /healthz.");
        return Err(ConnectorError::invalid("health", message));
    }
    for (name, value) in &command.environment {
        if name.is_empty() || name.contains(['=', '\0']) || value.contains('\0') {
            let message =
                format!("The environment variable {name:?} cannot be set: a name is not empty, and has neither = nor a zero byte.");
            return Err(ConnectorError::invalid("environment", message));
        }
    }
    find_program(program, folder, &environment(command, inherited, 0))
}

/// The command line of one instance, under the number that the guard's client will give it.
pub(crate) fn launch(command: &LocalCommand, inherited: &BTreeMap<String, String>, port: u16) -> Launch {
    let text = port.to_string();
    Launch {
        number: 0,
        argv: command.argv.iter().map(|argument| argument.replace(PORT_PLACEHOLDER, &text)).collect(),
        folder: PathBuf::from(&command.working_folder),
        environment: environment(command, inherited, port),
    }
}

fn environment(command: &LocalCommand, inherited: &BTreeMap<String, String>, port: u16) -> BTreeMap<String, String> {
    let mut environment: BTreeMap<_, _> = inherited
        .iter()
        .filter(|(name, _)| INHERITED_VARIABLES.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    environment.insert("PORT".to_owned(), port.to_string());
    environment.extend(command.environment.clone());
    environment
}

/// What `execvp` would find. A name with a slash is a path from the working folder, any other is looked for on the `PATH`.
fn find_program(program: &str, folder: &Path, environment: &BTreeMap<String, String>) -> Result<(), ConnectorError> {
    if program.contains('/') {
        let file = folder.join(program);
        return if is_executable(&file) {
            Ok(())
        } else if file.exists() {
            let message =
                format!("{} is not a program that may be started. Make it executable, or name its interpreter first.", file.display());
            Err(ConnectorError::invalid("argv", message))
        } else {
            Err(ConnectorError::invalid("argv", format!("There is no program {}. Check its path.", file.display())))
        };
    }
    let path = environment.get("PATH").map_or("", String::as_str);
    if std::env::split_paths(path).any(|folder| is_executable(&folder.join(program))) {
        return Ok(());
    }
    let message =
        format!("There is no program {program:?} in any folder of PATH ({path}). Check its spelling, install it, or give its whole path.");
    Err(ConnectorError::invalid("argv", message))
}

#[cfg(unix)]
fn is_executable(file: &Path) -> bool {
    file.is_file() && nix::unistd::access(file, nix::unistd::AccessFlags::X_OK).is_ok()
}

#[cfg(not(unix))]
fn is_executable(file: &Path) -> bool {
    file.is_file()
}
