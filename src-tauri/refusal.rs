//! Why the app did not open.

use std::path::PathBuf;

/// Why the app did not open, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// There is nothing to draw on.
    #[error(
        "Headroom opens a window, and there is no screen here.\n\
         Run it from a desktop session, or give it a screen: over SSH connect with `ssh -X`; on a machine without one, \
         `dbus-run-session -- xvfb-run -a make run` opens it on a screen in memory."
    )]
    NoDisplay,
    /// The system names no folder for data.
    #[error("The system names no data folder for this user (is HOME set?). Say where to keep the data: `headroom --data FOLDER`.")]
    NoDataFolder,
    /// The data folder, or the log in it, cannot be made or written.
    #[error(
        "Headroom cannot write to its data folder {}: {source}.\nMend its permissions or free some space, or say where to keep the data: `headroom --data FOLDER`.", folder.display()
    )]
    DataFolder {
        /// Which folder.
        folder: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The system does not say where this program lies.
    #[error("The system does not say where this program lies ({0}), and local instances are started with it. Start it by its whole path.")]
    NoProgram(#[source] std::io::Error),
    /// The desktop's own libraries did not start.
    #[error("The window could not be made: {0}. Install what is missing with `make run`, or reinstall the package.")]
    Desktop(#[source] tauri::Error),
}
