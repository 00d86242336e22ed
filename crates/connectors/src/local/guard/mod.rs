//! The guard: one small process that owns every process of the local connector and never outlives the engine.
//!
//! ```text
//! engine ──stdin──► guard ──► instance (its own session and process group)
//!        ◄─stdout──       ──► instance
//! ```
//!
//! The engine keeps the writing end of the guard's stdin. However the engine ends, the system closes that pipe; the guard then stops
//! what it owns (SIGTERM, a grace, SIGKILL) and ends. On Linux it is also the reaper of orphans below it, so that a grandchild cannot
//! escape, and instances are killed by the system when the guard itself is killed. What it owns is written down with start times, and
//! what a killed guard left behind is reaped when the next one starts.
//!
//! Orders and reports are JSON, one a line, of at most [`MAX_LINE`] bytes.

pub(crate) mod client;
#[cfg(unix)]
pub(crate) mod record;
#[cfg(unix)]
pub(crate) mod run;
#[cfg(unix)]
pub(crate) mod shim;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

/// Bytes of one line between engine and guard: a command line may have 128 KiB on Linux, and its environment as much again.
pub(crate) const MAX_LINE: u64 = 1 << 20;
/// Bytes kept of what a process printed last, to be quoted when it ends.
pub(crate) const MAX_SAID: usize = 2_000;
/// The environment variable by which the processes of one instance are known, whatever group they moved to.
pub(crate) const TAG_VARIABLE: &str = "HEADROOM_INSTANCE";

/// Names one process for the life of the engine. Never used twice.
pub(crate) type ProcessNumber = u64;

/// What the engine wants of the guard.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "snake_case")]
pub(crate) enum Order {
    /// Start a process.
    Start(Launch),
    /// SIGTERM to its group, SIGKILL after the grace.
    Stop { number: ProcessNumber, grace_ms: u64 },
}

/// A process to start.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Launch {
    pub number: ProcessNumber,
    pub argv: Vec<String>,
    pub folder: PathBuf,
    /// All of it: nothing is inherited.
    pub environment: BTreeMap<String, String>,
}

/// What the guard tells the engine.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "report", rename_all = "snake_case")]
pub(crate) enum Report {
    /// The first report of all: what an earlier guard left behind is gone, orders are taken.
    Serving,
    /// The first and last report: it cannot serve.
    Refused { message: String },
    /// The process exists.
    Started { number: ProcessNumber, pid: u32 },
    /// It could not be started.
    NotStarted { number: ProcessNumber, message: String },
    /// It is over, and so is everything that it started.
    Ended { number: ProcessNumber, how: String, said: String },
}

/// The next line as a message; none at the end of the stream. A line that is too long or no message is an error.
pub(crate) async fn read_message<T: for<'de> Deserialize<'de>>(
    from: &mut (impl AsyncBufRead + Unpin + Send),
    line: &mut Vec<u8>,
) -> std::io::Result<Option<T>> {
    line.clear();
    from.take(MAX_LINE).read_until(b'\n', line).await?;
    if line.is_empty() {
        return Ok(None);
    }
    if line.last() != Some(&b'\n') {
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, "the line is cut off or too long"));
    }
    serde_json::from_slice(line).map(Some).map_err(std::io::Error::from)
}

/// A message as a line.
pub(crate) fn write_message(message: &impl Serialize) -> Vec<u8> {
    let mut line = serde_json::to_vec(message).expect("messages have only text keys and plain values");
    line.push(b'\n');
    line
}
