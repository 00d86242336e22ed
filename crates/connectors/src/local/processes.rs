//! What the system knows of processes: who they are, what they used. Read from `/proc` on Linux; elsewhere nothing is known.

/// One process at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ProcessStat {
    pub pid: u32,
    pub parent: u32,
    /// The session's leader: the first process of the instance that this one belongs to.
    pub session: u32,
    /// CPU time of it and of those of its children that are over, in [`ticks_per_second`].
    pub cpu_ticks: u64,
    /// When it started, in ticks since the machine did. With the pid it names a process for good.
    pub start_ticks: u64,
    /// Bytes of memory in use.
    pub memory_bytes: u64,
    /// It is over and only waits to be collected.
    pub is_zombie: bool,
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;

    use nix::unistd::{SysconfVar, sysconf};

    use super::ProcessStat;

    pub(crate) fn ticks_per_second() -> f64 {
        sysconf(SysconfVar::CLK_TCK).ok().flatten().map_or(100.0, |ticks| ticks as f64)
    }

    fn page_bytes() -> u64 {
        sysconf(SysconfVar::PAGE_SIZE).ok().flatten().and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(4096)
    }

    pub(crate) fn stat(pid: u32) -> Option<ProcessStat> {
        parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?, page_bytes())
    }

    pub(crate) fn all() -> Vec<ProcessStat> {
        let page_bytes = page_bytes();
        let pids =
            fs::read_dir("/proc").into_iter().flatten().flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        pids.filter_map(|pid| parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?, page_bytes)).collect()
    }

    /// proc(5), `/proc/pid/stat`. The name in the second field may hold anything, so fields are counted after its last parenthesis.
    fn parse(line: &str, page_bytes: u64) -> Option<ProcessStat> {
        let pid = line.split_once(' ')?.0.parse().ok()?;
        let fields: Vec<&str> = line.rsplit_once(") ")?.1.split_ascii_whitespace().collect();
        // `fields[0]` is field 3 of the manual page.
        let number = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
        Some(ProcessStat {
            pid,
            parent: u32::try_from(number(4)?).ok()?,
            session: u32::try_from(number(6)?).ok()?,
            cpu_ticks: number(14)? + number(15)? + number(16)? + number(17)?,
            start_ticks: number(22)?,
            memory_bytes: number(24)? * page_bytes,
            is_zombie: matches!(fields[0], "Z" | "X"),
        })
    }

    /// Whether the process was started with exactly this variable. False where its environment is not ours to read.
    pub(crate) fn was_started_with(pid: u32, variable: &str, value: &str) -> bool {
        let Ok(environment) = fs::read(format!("/proc/{pid}/environ")) else { return false };
        environment
            .split(|byte| *byte == 0)
            .any(|entry| entry.strip_prefix(variable.as_bytes()).and_then(|rest| rest.strip_prefix(b"=")) == Some(value.as_bytes()))
    }

    /// Names this start of the machine.
    pub(crate) fn boot_id() -> Option<String> {
        Some(fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?.trim().to_owned())
    }

    #[cfg(test)]
    mod tests {
        #[test]
        fn a_program_name_with_parentheses_and_spaces_does_not_shift_the_fields() {
            let line = "77 (a) b (c) S 5 77 77 0 -1 4194304 1 2 3 4 10 20 30 40 20 0 1 0 123456 99 7 184467";
            let stat = super::parse(line, 4096).expect("a stat line");
            assert_eq!((stat.pid, stat.parent, stat.session, stat.cpu_ticks, stat.start_ticks), (77, 5, 77, 100, 123_456));
            assert_eq!(stat.memory_bytes, 7 * 4096);
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod elsewhere {
    use super::ProcessStat;

    pub(crate) fn ticks_per_second() -> f64 {
        100.0
    }

    pub(crate) fn stat(_pid: u32) -> Option<ProcessStat> {
        None
    }

    pub(crate) fn all() -> Vec<ProcessStat> {
        Vec::new()
    }

    pub(crate) fn was_started_with(_pid: u32, _variable: &str, _value: &str) -> bool {
        false
    }

    pub(crate) fn boot_id() -> Option<String> {
        None
    }
}

#[cfg(not(target_os = "linux"))]
pub(crate) use elsewhere::*;
#[cfg(target_os = "linux")]
pub(crate) use linux::*;
