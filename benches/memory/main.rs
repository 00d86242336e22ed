//! What each deployment costs in memory: the growth from a small fleet to a large one, each in a process of its own.

#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "the figures are the output")]

#[path = "../fleet.rs"]
#[expect(dead_code, reason = "the other bench uses the rest")]
mod fleet;

use std::alloc::System;
use std::process::{Command, ExitCode};

use cap::Cap;

use crate::fleet::{Fleet, Readings};

/// Counts what Rust has allocated. SQLite's own pages are not in it; those are bounded (see `WRITER_CACHE_KIB`) and in the resident size.
#[global_allocator]
static HEAP: Cap<System> = Cap::new(System, usize::MAX);

/// By this argument the program knows that it is to measure one fleet.
const ONE_FLEET: &str = "--fleet";
/// Both play all recordings, so these are in neither difference.
const FLEETS: [usize; 2] = [1_000, 10_000];
/// Half an hour: every deployment has decided, swung and been scaled.
const TICKS: u64 = 60;

fn main() -> ExitCode {
    if let Some(code) = headroom_connectors::local::subcommand::run(std::env::args_os()) {
        return code;
    }
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == ONE_FLEET) {
        let count = arguments.get(at + 1).and_then(|count| count.parse().ok()).expect("--fleet is followed by a number");
        println!("{}", Measured::of(count).line());
        return ExitCode::SUCCESS;
    }
    let measured = FLEETS.map(measure);
    println!("deployments   heap MB   resident MB   most resident MB");
    for (count, Measured { heap, resident, peak }) in FLEETS.iter().zip(&measured) {
        println!("{count:>11} {heap:>9.1} {resident:>13.1} {peak:>18.1}");
    }
    let [small, large] = &measured;
    let thousands = (FLEETS[1] - FLEETS[0]) as f64 / 1_000.0;
    let each = |part: fn(&Measured) -> f64| (part(large) - part(small)) / thousands;
    println!(
        "per 1000 deployments: heap {:.2} MB, resident {:.2} MB, most resident {:.2} MB",
        each(|one| one.heap),
        each(|one| one.resident),
        each(|one| one.peak)
    );
    ExitCode::SUCCESS
}

/// A process in megabytes (10⁶ bytes) after its ticks.
struct Measured {
    /// Allocated by Rust and not given back.
    heap: f64,
    /// In memory, as the operating system counts it.
    resident: f64,
    /// The most that ever was, in the middle of a tick.
    peak: f64,
}

impl Measured {
    fn of(count: usize) -> Self {
        let mut fleet = Fleet::start(count, Readings::Moving);
        fleet.ticks(TICKS);
        Self { heap: HEAP.allocated() as f64 / 1e6, resident: status("VmRSS:"), peak: status("VmHWM:") }
    }

    fn line(&self) -> String {
        format!("{} {} {}", self.heap, self.resident, self.peak)
    }

    fn read(line: &str) -> Option<Self> {
        let mut numbers = line.split_whitespace().map(|number| number.parse::<f64>().ok());
        Some(Self { heap: numbers.next()??, resident: numbers.next()??, peak: numbers.next()?? })
    }
}

fn measure(count: usize) -> Measured {
    let program = std::env::current_exe().expect("this program has a path");
    let answer = Command::new(program).args([ONE_FLEET, &count.to_string()]).output().expect("this program starts again");
    let said = String::from_utf8_lossy(&answer.stdout);
    Measured::read(&said).unwrap_or_else(|| panic!("{count} deployments: {said}{}", String::from_utf8_lossy(&answer.stderr)))
}

/// A line of Linux's own account of this process, in MB.
fn status(name: &str) -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").expect("Linux tells of this process");
    let kibibytes = text.lines().find_map(|line| line.strip_prefix(name)?.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok());
    kibibytes.expect("a line of kibibytes") * 1_024.0 / 1e6
}
