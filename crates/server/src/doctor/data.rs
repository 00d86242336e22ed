//! The data folder: who owns it, whether its database is sound and has room, what is scaled, what failed last.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use headroom_engine::OwnerKind;
use headroom_engine::examination::{self, Contents, Database, Examination, Owner};
use headroom_engine::operations::{GetHealth, HealthStatus, Operation as _, SystemHealth};

use super::{Finding, machine};
use crate::{control, settings};

const DATA: &str = "data";
const SCALED: &str = "deployments";
const LOG: &str = "log";

/// Bytes at the end of the log that are looked through.
const LOG_TAIL: u64 = 256 << 10;
/// Warnings and errors of the log that are told.
const LOG_LINES: usize = 10;
/// Characters of each.
const LOG_LINE_LENGTH: usize = 300;
/// Bytes on the disk under which the database soon cannot be written.
const NO_ROOM: u64 = 100_000_000;
/// Bytes under which room should be made.
const LITTLE_ROOM: u64 = 1_000_000_000;
/// A reading may be so far ahead of the clock: between two processes on one machine it never is.
const CLOCK_TOLERANCE: TimeDelta = TimeDelta::minutes(1);
/// Evaluations that may be missing before it is said.
const LATE_EVALUATIONS: i64 = 5;
/// A notification that is due waits this long at most while a Headroom runs.
const LATE_DELIVERY: TimeDelta = TimeDelta::hours(1);

/// What was found, and what must be shown to nobody.
pub(super) async fn look(data: &Path, environment: &BTreeMap<String, String>, now: DateTime<Utc>) -> (Vec<Finding>, Vec<String>) {
    if !data.is_dir() {
        let found = format!("{} is not there", data.display());
        let to_do = "Start Headroom once, which makes it, or name the right one with --data.";
        return (vec![Finding::wrong(DATA, "folder", found, to_do)], Vec::new());
    }
    let Examination { owner, schema, newest_backup, database } = examination::examine(data).await;
    let mut findings = vec![folder(data)];
    findings.extend(private(data));
    findings.push(disk(data));
    let running = match &owner {
        Ok(owner) => *owner,
        Err(_) => None,
    };
    findings.push(match &owner {
        Ok(Some(owner)) => Finding::fine(DATA, "owner", owner.to_string()),
        Ok(None) => Finding::note(DATA, "owner", "nobody: nothing is scaled", "Start the app or `headroomd serve`, if it should be."),
        Err(error) => Finding::wrong(DATA, "owner", "unknown", error.to_string()),
    });
    findings.push(match &schema {
        Ok(Some(schema)) if schema.found == schema.known => Finding::fine(DATA, "schema", format!("version {}", schema.found)),
        Ok(Some(schema)) if schema.found < schema.known => {
            let found = format!("version {}, and this headroomd writes {}", schema.found, schema.known);
            Finding::note(DATA, "schema", found, "Start this Headroom once on the folder: it keeps a copy and brings it up to date.")
        }
        Ok(Some(schema)) => {
            let found = format!("version {}, and this headroomd knows {}", schema.found, schema.known);
            Finding::wrong(DATA, "schema", found, "Install the newer Headroom again, or restore a copy of the older version.")
        }
        Ok(None) => Finding::note(DATA, "schema", "no database yet", "Start Headroom once, which makes it."),
        Err(error) => Finding::wrong(DATA, "schema", "unreadable", error.to_string()),
    });
    findings.push(Finding::fine(
        DATA,
        "newest backup",
        newest_backup.map_or_else(|| "none was needed yet".to_owned(), |path| path.display().to_string()),
    ));
    findings.extend(configuration(data));
    let mut secrets = Vec::new();
    match database {
        Ok(Database { size, faults, contents }) => {
            let found = format!(
                "{} MB, its log {} MB, {} MB of it free",
                in_megabytes(size.database),
                in_megabytes(size.log),
                in_megabytes(size.free)
            );
            findings.push(Finding::fine(DATA, "database", found));
            findings.push(match faults.first() {
                None => Finding::fine(DATA, "integrity", "every page, row and reference is sound"),
                Some(first) => {
                    let found = format!("{} faults, the first: {first}", faults.len());
                    Finding::wrong(DATA, "integrity", found, "Close Headroom and restore a copy: `headroomd restore FILE --data DIR`.")
                }
            });
            findings.push(clock(&contents, now));
            findings.extend(scaled(&contents, running, environment, now));
            secrets = contents.secrets;
        }
        // Already said where it is none, or another version's.
        Err(_) if !matches!(&schema, Ok(Some(schema)) if schema.found == schema.known) => {}
        Err(error) => findings.push(Finding::wrong(DATA, "database", "cannot be read", error.to_string())),
    }
    if matches!(running, Some(Owner::Process { kind: OwnerKind::Server, .. })) {
        findings.extend(server(data).await);
    }
    findings.extend(log(data));
    (findings, secrets)
}

fn folder(data: &Path) -> Finding {
    const NAME: &str = "folder";
    let found = data.display().to_string();
    #[cfg(unix)]
    {
        use nix::unistd::{AccessFlags, access};
        if access(data, AccessFlags::R_OK | AccessFlags::W_OK | AccessFlags::X_OK).is_err() {
            let to_do = format!("Run the doctor as the user whose data it is, or give that user the folder: `chown -R USER {found}`.");
            return Finding::wrong(DATA, NAME, format!("{found} may not be read and written by this user"), to_do);
        }
    }
    Finding::fine(DATA, NAME, found)
}

/// What others on this machine may read and should not.
#[cfg(unix)]
fn private(data: &Path) -> Option<Finding> {
    use std::os::unix::fs::PermissionsExt as _;
    let is_open = |path: &Path| fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o077 != 0);
    let secret = ["api-secret", "tls-key.pem"].map(|name| data.join(name)).into_iter().find(|path| is_open(path));
    if let Some(path) = secret {
        let to_do = format!(
            "`chmod 600 {0}`, then delete it and make tokens anew if others use this machine: they may have read it.",
            path.display()
        );
        return Some(Finding::wrong(DATA, "permissions", format!("others may read {}", path.display()), to_do));
    }
    if is_open(data) {
        let to_do = format!("`chmod 700 {}`, unless others are meant to.", data.display());
        return Some(Finding::note(DATA, "permissions", "others on this machine may look into the folder", to_do));
    }
    Some(Finding::fine(DATA, "permissions", "for its user alone"))
}

#[cfg(not(unix))]
fn private(_data: &Path) -> Option<Finding> {
    None
}

fn disk(data: &Path) -> Finding {
    const NAME: &str = "disk";
    #[cfg(unix)]
    match nix::sys::statvfs::statvfs(data) {
        Ok(disk) => {
            let free = disk.blocks_available().saturating_mul(disk.fragment_size());
            let found = format!("{} MB free", in_megabytes(free));
            let to_do = "Free some space on this disk, or shorten the retention in Settings: nothing can be written when it is full.";
            match free {
                ..NO_ROOM => Finding::wrong(DATA, NAME, found, to_do),
                NO_ROOM..LITTLE_ROOM => Finding::note(DATA, NAME, found, to_do),
                LITTLE_ROOM.. => Finding::fine(DATA, NAME, found),
            }
        }
        Err(error) => Finding::wrong(DATA, NAME, format!("cannot be asked: {error}"), "Check that the disk is mounted and sound."),
    }
    #[cfg(not(unix))]
    {
        let _ = data;
        Finding::fine(DATA, NAME, "unknown")
    }
}

/// Of its faults only the place is told: the line itself may hold anything.
fn configuration(data: &Path) -> Option<Finding> {
    const NAME: &str = "configuration";
    match settings::place_of_fault(data)? {
        Ok(()) => Some(Finding::fine(DATA, NAME, "headroomd.toml is of its form")),
        Err(place) => Some(Finding::wrong(
            DATA,
            NAME,
            format!("headroomd.toml is not of its form at {place}"),
            "Mend that place; `headroomd serve` says what is wrong with it.",
        )),
    }
}

fn clock(contents: &Contents, now: DateTime<Utc>) -> Finding {
    const NAME: &str = "clock";
    let said = now.format("%Y-%m-%d %H:%M:%S UTC");
    match contents.last_reading_at {
        Some(last) if last > now + CLOCK_TOLERANCE => {
            let found = format!("{said}, and the newest reading is from {}", last.format("%Y-%m-%d %H:%M:%S UTC"));
            Finding::wrong(DATA, NAME, found, "Set the clock, and let the system keep it: `timedatectl set-ntp true`.")
        }
        Some(_) | None => Finding::fine(DATA, NAME, said.to_string()),
    }
}

fn scaled(contents: &Contents, running: Option<Owner>, environment: &BTreeMap<String, String>, now: DateTime<Utc>) -> Vec<Finding> {
    let all = contents.local + contents.replayed;
    let mut findings = vec![
        Finding::fine(
            SCALED,
            "connections",
            format!(
                "{} on this machine, {} from recordings; {} without a policy that is on",
                contents.local, contents.replayed, contents.unscaled
            ),
        ),
        targets(contents, environment),
        evaluations(contents, all, running, now),
    ];
    let paused = match (contents.all_paused, contents.paused) {
        (true, _) => Some("everything is paused".to_owned()),
        (false, 0) => None,
        (false, paused) => Some(format!("{paused} paused")),
    };
    findings.extend(paused.map(|found| Finding::note(SCALED, "paused", found, "Resume in the overview, if it should scale again.")));
    if contents.read_only {
        let to_do = "Switch it off in Settings, if changes should be possible from the window.";
        findings.push(Finding::note(SCALED, "read-only", "the window only shows", to_do));
    }
    if contents.open_orders > 0 {
        let found = format!("{} without an outcome", contents.open_orders);
        findings.push(if running.is_some() {
            Finding::fine(SCALED, "orders", format!("{found}: under way"))
        } else {
            Finding::note(SCALED, "orders", found, "Start Headroom: it asks each target what became of them, and repeats none blindly.")
        });
    }
    let (firing, critical) = contents.firing;
    findings.push(match critical {
        0 => Finding::fine(SCALED, "alerts", format!("{firing} firing")),
        _ => Finding::note(SCALED, "alerts", format!("{firing} firing, {critical} critical"), "Open Alerts: each says its cause."),
    });
    for (channel, due) in &contents.waiting {
        let found = format!("something waits for {channel} since {}", due.format("%Y-%m-%d %H:%M UTC"));
        if running.is_some() && now - *due > LATE_DELIVERY {
            findings.push(Finding::note(SCALED, "notifications", found, "Test the channel under Alerts: its answer says what to do."));
        } else {
            findings.push(Finding::fine(SCALED, "notifications", found));
        }
    }
    for (at, deployment, reason) in &contents.failures {
        let found = format!("{} {deployment}: {reason}", at.format("%Y-%m-%d %H:%M:%S UTC"));
        findings.push(Finding::note(
            SCALED,
            "failed order",
            found,
            "Open the deployment's History: where it failed again, its state says what to do.",
        ));
    }
    findings
}

/// Whether what deployments run and play is there.
fn targets(contents: &Contents, environment: &BTreeMap<String, String>) -> Finding {
    const NAME: &str = "targets";
    let own = contents.programs.iter().filter(|program| !program.starts_with('{'));
    // A path that is not whole begins in the command's own folder.
    let missing = own.filter(|program| Path::new(program).is_absolute() || !program.contains('/'));
    let programs = missing.filter(|program| machine::find(program, environment).is_none());
    let recordings = contents.recordings.iter().filter(|file| !Path::new(file).is_file());
    let missing: Vec<&str> = programs.chain(recordings).map(String::as_str).collect();
    match missing.as_slice() {
        [] => Finding::fine(SCALED, NAME, "every program and recording is there"),
        missing => {
            let found = format!("not found: {}", missing.join(", "));
            Finding::wrong(SCALED, NAME, found, "Install or put back what is missing, or change the deployments that name it.")
        }
    }
}

fn evaluations(contents: &Contents, deployments: u32, running: Option<Owner>, now: DateTime<Utc>) -> Finding {
    const NAME: &str = "last reading";
    let Some(last) = contents.last_reading_at else { return Finding::fine(SCALED, NAME, "none yet") };
    let found = format!("{}, every {} s", last.format("%Y-%m-%d %H:%M:%S UTC"), contents.interval_seconds);
    let late = TimeDelta::seconds(LATE_EVALUATIONS * i64::from(contents.interval_seconds));
    if deployments > 0 && running.is_some() && now - last > late {
        return Finding::wrong(
            SCALED,
            NAME,
            found,
            "A Headroom runs and reads nothing: see the last errors below, then close it and start it again.",
        );
    }
    Finding::fine(SCALED, NAME, found)
}

/// What a running `headroomd` says of itself.
async fn server(data: &Path) -> Vec<Finding> {
    const AREA: &str = "headroomd";
    let said = control::ask_running(data, "doctor".to_owned(), GetHealth::NAME).await;
    let health: SystemHealth = match said.and_then(|said| Ok(said.map(serde_json::from_value).transpose()?)) {
        Ok(Some(health)) => health,
        // It ended meanwhile.
        Ok(None) => return Vec::new(),
        Err(error) => {
            let to_do = "End it and start it again; what it was doing is settled at the start.";
            return vec![Finding::wrong(AREA, "answers", format!("no: {error:#}"), to_do)];
        }
    };
    let mut findings = vec![Finding::fine(AREA, "answers", format!("version {}, for {:.0} s", health.version, health.uptime_seconds))];
    if let Some(problem) = health.problem {
        findings.push(Finding::wrong(AREA, "engine", problem, "Do what it says; the log below has more."));
    } else if health.status == HealthStatus::Failing {
        findings.push(Finding::wrong(AREA, "engine", "it fails", "See the last errors below."));
    }
    let troubles = health.connections.into_iter();
    findings.extend(troubles.map(|trouble| {
        let found = format!("{} cannot be seen or scaled: {}", trouble.deployment_id, trouble.message);
        Finding::note(AREA, "deployment", found, "Do what it says, or pause the deployment.")
    }));
    findings
}

/// The last warnings and errors.
fn log(data: &Path) -> Vec<Finding> {
    let path = data.join("backend.log");
    let lines = match tail(&path) {
        Ok(text) => troubles(&text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return vec![Finding::fine(LOG, "file", "none yet")],
        Err(error) => {
            return vec![Finding::note(LOG, "file", format!("cannot be read: {error}"), "Run the doctor as the user whose data it is.")];
        }
    };
    if lines.is_empty() {
        return vec![Finding::fine(LOG, "file", format!("{}, without warnings at its end", path.display()))];
    }
    let told = lines.into_iter().map(|line| {
        let to_do = "Do what it says where it still happens; send these lines with your question where it says nothing.";
        if line.contains(" ERROR ") { Finding::note(LOG, "error", line, to_do) } else { Finding::fine(LOG, "warning", line) }
    });
    told.collect()
}

fn tail(path: &Path) -> std::io::Result<String> {
    let mut file = fs::File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(LOG_TAIL)))?;
    let mut bytes = Vec::new();
    file.take(LOG_TAIL).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The last lines that warn or err, oldest first, cut to a readable length.
fn troubles(text: &str) -> Vec<String> {
    let is_trouble = |line: &&str| line.contains(" ERROR ") || line.contains(" WARN ");
    let mut lines: Vec<String> =
        text.lines().rev().filter(is_trouble).take(LOG_LINES).map(|line| line.chars().take(LOG_LINE_LENGTH).collect()).collect();
    lines.reverse();
    lines
}

/// Megabytes of 10⁶ bytes, to a tenth.
fn in_megabytes(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / 1e6)
}
