//! The log: to the terminal, and to `backend.log` in the data folder.

use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, fmt};

/// A log longer than this becomes `backend.log.1`: a week of a busy fleet, and still quick to open and to send.
const LONGEST_BYTES: u64 = 10 * 1024 * 1024;

/// How many older logs are kept.
const KEPT: u32 = 4;

/// Says what to write: `HEADROOM_LOG=debug`, or for one target more, `HEADROOM_LOG=info,AutoScalingService=debug`.
pub const FILTER_VARIABLE: &str = "HEADROOM_LOG";

/// Starts writing the log. `wanted` is what [`FILTER_VARIABLE`] says.
///
/// # Errors
/// When `backend.log` cannot be written.
pub fn start(folder: &Path, wanted: &str) -> io::Result<()> {
    let file = RotatingFile::open(&folder.join("backend.log"), LONGEST_BYTES)?;
    let filter = EnvFilter::builder().with_default_directive(tracing::Level::INFO.into()).parse_lossy(wanted);
    let started = tracing_subscriber::registry()
        .with(filter)
        .with(fmt::layer().with_ansi(io::stderr().is_terminal()).with_writer(io::stderr))
        .with(fmt::layer().with_ansi(false).with_writer(Mutex::new(file)))
        .try_init();
    debug_assert!(started.is_ok(), "the log is started once");
    Ok(())
}

/// A file that is set aside under a number when it gets too long.
struct RotatingFile {
    path: PathBuf,
    file: File,
    bytes: u64,
    longest_bytes: u64,
}

impl RotatingFile {
    fn open(path: &Path, longest_bytes: u64) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        let bytes = file.metadata()?.len();
        Ok(Self { path: path.to_owned(), file, bytes, longest_bytes })
    }

    /// `backend.log` becomes `.1`, `.1` becomes `.2` and so on; the oldest is overwritten.
    fn set_aside(&mut self) -> io::Result<()> {
        for number in (1..KEPT).rev() {
            let older = self.numbered(number);
            if older.exists() {
                std::fs::rename(older, self.numbered(number + 1))?;
            }
        }
        std::fs::rename(&self.path, self.numbered(1))?;
        *self = Self::open(&self.path, self.longest_bytes)?;
        Ok(())
    }

    fn numbered(&self, number: u32) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(format!(".{number}"));
        name.into()
    }
}

impl Write for RotatingFile {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.bytes > 0 && self.bytes + line.len() as u64 > self.longest_bytes {
            self.set_aside()?;
        }
        let written = self.file.write(line)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_logs_are_set_aside_and_the_oldest_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("backend.log");
        let mut file = RotatingFile::open(&path, 10).unwrap();
        for line in ["first line\n", "second\n", "third\n", "fourth\n", "fifth\n", "sixth\n"] {
            file.write_all(line.as_bytes()).unwrap();
        }
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).ok();
        assert_eq!(read("backend.log").as_deref(), Some("sixth\n"));
        assert_eq!(read("backend.log.1").as_deref(), Some("fifth\n"));
        assert_eq!(read("backend.log.4").as_deref(), Some("second\n"));
        assert_eq!(read("backend.log.5"), None);
    }

    #[test]
    fn a_log_goes_on_where_the_last_run_ended() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("backend.log");
        for line in ["one\n", "two\n"] {
            RotatingFile::open(&path, 100).unwrap().write_all(line.as_bytes()).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap(), "one\ntwo\n");
    }
}
