//! What the app is started with.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::DataFolder;

/// What the app is started with: read once, in the binary.
#[derive(Debug, Clone)]
pub struct Launch {
    /// Where everything is kept.
    pub data: DataFolder,
    /// The page to open first, where a link named one.
    pub address: Option<String>,
    /// Begin in the tray, without a window on the screen, where the desktop has one.
    pub is_hidden: bool,
    /// This program, which offers the guard, the sample service and the load generator as subcommands.
    pub program: PathBuf,
    /// The environment, of which local commands get a few variables.
    pub environment: BTreeMap<String, String>,
}
