//! What the guard owns, on disk, so that what a killed guard left behind can be found and ended.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};

use super::TAG_VARIABLE;
use crate::local::processes;

/// Processes by pid, start time and tag, in one small JSON file that is replaced whole.
#[derive(Debug)]
pub(crate) struct Record {
    file: PathBuf,
    written: Written,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Written {
    /// Start times and pids mean nothing after the machine was started again.
    boot_id: Option<String>,
    processes: Vec<OwnedProcess>,
}

/// One process as it is written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OwnedProcess {
    pub pid: u32,
    /// Ticks since the machine started; none where the system does not tell, and then it is never reaped.
    pub start_ticks: Option<u64>,
    /// The value of [`TAG_VARIABLE`] of everything that belongs to it.
    pub tag: String,
}

impl Record {
    /// Opens the record and ends what it still names: every process whose pid **and** start time agree, with its group, and every
    /// process that carries its tag. Then it is empty. A file that cannot be understood names nothing.
    pub(crate) fn open_and_reap(file: &Path) -> io::Result<Self> {
        let boot_id = processes::boot_id();
        let before = fs::read(file).ok().and_then(|bytes| serde_json::from_slice::<Written>(&bytes).ok()).unwrap_or_default();
        if before.boot_id.is_some() && before.boot_id == boot_id {
            before.processes.iter().for_each(reap);
        }
        let record = Self { file: file.to_owned(), written: Written { boot_id, processes: Vec::new() } };
        record.write()?;
        Ok(record)
    }

    pub(crate) fn add(&mut self, process: OwnedProcess) -> io::Result<()> {
        self.written.processes.push(process);
        self.write()
    }

    pub(crate) fn remove(&mut self, pid: u32) -> io::Result<()> {
        self.written.processes.retain(|process| process.pid != pid);
        self.write()
    }

    fn write(&self) -> io::Result<()> {
        let next = self.file.with_extension("next");
        fs::write(&next, serde_json::to_vec(&self.written).map_err(io::Error::from)?)?;
        fs::rename(&next, &self.file)
    }
}

/// Ends a stray at once: its engine is gone, so nothing it holds can still be wanted.
fn reap(stray: &OwnedProcess) {
    let now = processes::stat(stray.pid).map(|stat| stat.start_ticks);
    if now.is_some()
        && now == stray.start_ticks
        && let Ok(pid) = i32::try_from(stray.pid)
    {
        // The group is gone when the process ended meanwhile; that is what is wanted.
        let _ = killpg(Pid::from_raw(pid), Signal::SIGKILL).or_else(|_| kill(Pid::from_raw(pid), Signal::SIGKILL));
    }
    kill_tagged(&stray.tag);
}

/// Kills every process that was started with the tag, wherever it moved to.
pub(crate) fn kill_tagged(tag: &str) {
    let own = std::process::id();
    for stat in processes::all() {
        if stat.pid != own
            && !stat.is_zombie
            && processes::was_started_with(stat.pid, TAG_VARIABLE, tag)
            && let Ok(pid) = i32::try_from(stat.pid)
        {
            // Gone between reading and killing is what is wanted.
            let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
    }
}
