//! Where everything is kept.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::Refusal;

/// The one folder that holds all that Headroom keeps on this machine: database, backups, logs, what the web view stores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFolder {
    path: PathBuf,
    is_default: bool,
}

impl DataFolder {
    /// The folder named by the user, or the system's own (`~/.local/share/headroom` on Linux), made if it is not there.
    ///
    /// # Errors
    /// When the system names none, or it cannot be made.
    pub fn resolve(named: Option<PathBuf>) -> Result<Self, Refusal> {
        let is_default = named.is_none();
        let path = match named {
            Some(folder) => folder,
            None => dirs::data_dir().ok_or(Refusal::NoDataFolder)?.join("headroom"),
        };
        let path = make(&path).map_err(|source| Refusal::DataFolder { folder: path, source })?;
        Ok(Self { path, is_default })
    }

    /// Absolute, with links followed: two spellings of one folder are one folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether nobody named another one.
    pub(crate) fn is_default(&self) -> bool {
        self.is_default
    }

    /// Where the web view keeps its own files.
    pub(crate) fn window(&self) -> PathBuf {
        self.path.join("window")
    }

    /// The name under which a running app is found, so that a second start on the same folder shows the first window instead.
    pub(crate) fn instance_id(&self) -> String {
        if self.is_default {
            return INSTANCE_ID.to_owned();
        }
        let mut hasher = DefaultHasher::new();
        self.path.hash(&mut hasher);
        format!("{INSTANCE_ID}.data{:016x}", hasher.finish())
    }
}

const INSTANCE_ID: &str = "app.headroom.desktop";

fn make(folder: &Path) -> std::io::Result<PathBuf> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        // Readings and reasons are nobody else's business.
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(folder)?;
    folder.canonicalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_spellings_of_one_folder_are_one_instance() {
        let folder = tempfile::tempdir().unwrap();
        let plain = DataFolder::resolve(Some(folder.path().join("data"))).unwrap();
        let winding = DataFolder::resolve(Some(folder.path().join("data/../data"))).unwrap();
        let other = DataFolder::resolve(Some(folder.path().join("other"))).unwrap();
        assert_eq!(plain.instance_id(), winding.instance_id());
        assert_ne!(plain.instance_id(), other.instance_id());
    }

    #[test]
    fn a_file_in_the_way_is_named_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("data");
        std::fs::write(&file, "").unwrap();
        let refusal = DataFolder::resolve(Some(file.clone())).unwrap_err().to_string();
        assert!(refusal.contains(&file.display().to_string()), "{refusal}");
        assert!(refusal.contains("--data FOLDER"), "{refusal}");
    }
}
