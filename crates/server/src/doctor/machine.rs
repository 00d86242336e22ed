//! The machine: system, memory, tools.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::Finding;

const AREA: &str = "machine";
/// Programs through which deployments run elsewhere: what is there could be scaled.
const TOOLS: [&str; 6] = ["docker", "kubectl", "pm2", "systemctl", "node", "nomad"];

pub(super) fn look(environment: &BTreeMap<String, String>) -> Vec<Finding> {
    vec![
        Finding::fine(AREA, "headroomd", format!("{} ({} {})", env!("CARGO_PKG_VERSION"), std::env::consts::OS, std::env::consts::ARCH)),
        Finding::fine(AREA, "system", system()),
        Finding::fine(
            AREA,
            "processor",
            std::thread::available_parallelism().map_or_else(|_| "unknown".to_owned(), |n| format!("{n} threads")),
        ),
        memory(),
        locale(environment),
        Finding::fine(AREA, "tools", tools(environment)),
    ]
}

fn system() -> String {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let name = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME=")).map(|name| name.trim_matches('"').to_owned());
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").map(|kernel| kernel.trim().to_owned()).ok();
    let name = name.unwrap_or_else(|| std::env::consts::OS.to_owned());
    kernel.map_or_else(|| name.clone(), |kernel| format!("{name}, kernel {kernel}"))
}

fn memory() -> Finding {
    const NAME: &str = "memory";
    /// Megabytes: the app with its window takes about 300.
    const LITTLE: u64 = 300;
    let table = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let megabytes = |name: &str| {
        let line = table.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().find_map(|word| word.parse::<u64>().ok()).map(|kib| kib * 1_024 / 1_000_000)
    };
    match (megabytes("MemTotal:"), megabytes("MemAvailable:")) {
        (Some(total), Some(available)) => {
            let found = format!("{available} of {total} MB available");
            if available < LITTLE {
                Finding::note(AREA, NAME, found, "Close other programs: Headroom with its window takes about 300 MB.")
            } else {
                Finding::fine(AREA, NAME, found)
            }
        }
        _ => Finding::fine(AREA, NAME, "unknown"),
    }
}

fn locale(environment: &BTreeMap<String, String>) -> Finding {
    let named = ["LC_ALL", "LANG"].iter().find_map(|name| environment.get(*name).filter(|value| !value.is_empty()));
    let zone = environment.get("TZ").cloned().or_else(|| fs::read_to_string("/etc/timezone").ok().map(|zone| zone.trim().to_owned()));
    let zone = zone.filter(|zone| !zone.is_empty()).unwrap_or_else(|| "the system's".to_owned());
    Finding::fine(AREA, "locale", format!("{}, time zone {zone}", named.map_or("not set", String::as_str)))
}

fn tools(environment: &BTreeMap<String, String>) -> String {
    let found: Vec<String> = TOOLS.iter().filter_map(|tool| find(tool, environment)).map(|path| path.display().to_string()).collect();
    if found.is_empty() { format!("none of {}", TOOLS.join(", ")) } else { found.join(", ") }
}

/// Where a program lies that is called by its name, or by its whole path.
pub(super) fn find(program: &str, environment: &BTreeMap<String, String>) -> Option<PathBuf> {
    if program.contains('/') {
        return Some(PathBuf::from(program)).filter(|path| is_program(path));
    }
    let folders = environment.get("PATH")?;
    std::env::split_paths(folders).map(|folder| folder.join(program)).find(|path| is_program(path))
}

fn is_program(path: &Path) -> bool {
    let Ok(file) = fs::metadata(path) else { return false };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        file.is_file() && file.permissions().mode() & 0o111 != 0
    }
    #[cfg(not(unix))]
    file.is_file()
}
