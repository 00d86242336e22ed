//! The house as the rules read it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use cargo_metadata::{Metadata, MetadataCommand};

/// The repository's top folder.
pub(crate) fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ stands in the repository")
}

/// Every package, ours and others', as the lock file has them.
pub(crate) fn metadata() -> &'static Metadata {
    static METADATA: LazyLock<Metadata> = LazyLock::new(|| {
        MetadataCommand::new()
            .manifest_path(top().join("Cargo.toml"))
            .other_options(["--locked".to_owned()])
            .exec()
            .expect("cargo reads the workspace")
    });
    &METADATA
}

/// Every file that belongs to the project: what git tracks, and what is new and not ignored.
pub(crate) fn files() -> Vec<PathBuf> {
    let listed = Command::new("git")
        .args(["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(top())
        .output()
        .expect("git lists the project's files");
    assert!(listed.status.success(), "git ls-files: {}", String::from_utf8_lossy(&listed.stderr));
    let mut files: Vec<PathBuf> = String::from_utf8(listed.stdout)
        .unwrap()
        .split_terminator('\0')
        .map(PathBuf::from)
        .filter(|file| top().join(file).is_file())
        .collect();
    files.sort();
    files.dedup();
    files
}

/// The text of a file of the project; nothing where it is a picture or another file that is not text.
pub(crate) fn text(file: &Path) -> Option<String> {
    String::from_utf8(std::fs::read(top().join(file)).unwrap()).ok().filter(|text| !text.contains('\0'))
}
