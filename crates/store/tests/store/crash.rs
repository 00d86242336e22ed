//! A process that writes is ended at random points, without a chance to clean up. What it acknowledged is there, once.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use chrono::{DateTime, Utc};
use headroom_core::deployment::Billing;
use headroom_core::units::Money;
use headroom_store::{
    Cost, DataFolder, EventFilter, MeterPart, NewEvent, OpenOptions, Origin, Outcome, OutcomeOf, OwnerKind, ReadTransaction, Store,
    StoreError, TickAfter, open,
};

use crate::fixture::{folder, id, noon, order_tick, seconds, wait, with_fleet};
use crate::ticks::{done, scaled};

crate::trials![nothing_acknowledged_is_lost_or_doubled_when_the_process_is_ended, the_lock_ends_with_its_process];

/// The argument that makes this binary the process that is ended.
pub const WRITE_UNTIL_ENDED: &str = "write-until-ended";

/// How often a process is ended.
const ENDINGS: u64 = 20;
/// What one tick books.
const BOOKED: Money = Money::from_nanos(7);

/// Ticks are ten minutes apart, so that hours close and are packed meanwhile.
fn instant(tick: u64) -> DateTime<Utc> {
    noon() + seconds(600 * i64::try_from(tick).expect("few"))
}

fn opened_at(path: &Path) -> Result<Store, StoreError> {
    open(OpenOptions { folder: DataFolder::at(path), kind: OwnerKind::Server, now: noon(), size_limit: None })
}

fn ticks_recorded(read: &ReadTransaction<'_>) -> Result<u64, StoreError> {
    Ok(read.samples(&id(1), noon(), DateTime::<Utc>::MAX_UTC - seconds(86_400))?.rows.len() as u64)
}

/// Writes ticks for ever, and says so on standard output after each acknowledgement.
pub fn write_until_ended(path: &str) {
    let store = opened_at(Path::new(path)).expect("opens");
    let first = store.read.read_blocking(ticks_recorded).expect("read");
    let mut out = std::io::stdout();
    for tick in first.. {
        let at = instant(tick);
        let before = wait(store.write.commit_tick_before(order_tick(1, at))).expect("written");
        writeln!(out, "before {tick}").and_then(|()| out.flush()).expect("somebody listens");
        let intent = before.value.intents[0].1;
        let booked = Cost { cpu: BOOKED, ..Cost::default() };
        let after = TickAfter {
            outcomes: vec![done(intent)],
            events: vec![NewEvent { intent: Some(intent), created_at: at, ..scaled() }],
            meter: vec![MeterPart {
                deployment_id: id(1),
                at,
                until: at + seconds(1),
                origin: Origin::Observed,
                billing: Billing::Provisioned,
                tariff: None,
                cost: booked,
            }],
            usage: Vec::new(),
            memories: Vec::new(),
        };
        let _changes = wait(store.write.commit_tick_after(after)).expect("written");
        writeln!(out, "after {tick}").and_then(|()| out.flush()).expect("somebody listens");
        if tick % 5 == 4 {
            wait(store.write.compact_samples(at)).expect("packed");
        }
    }
}

fn nothing_acknowledged_is_lost_or_doubled_when_the_process_is_ended() {
    let folder = folder();
    drop(with_fleet(&folder, 1));
    let (mut random, mut abandoned) = (0x2545_F491_4F6C_DD1D_u64, 0);
    for ending in 0..ENDINGS {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let (before, after) = acknowledged_until_ended(folder.path(), random % 23 + 1);
        let store = opened_at(folder.path()).expect("opens after the end");
        abandoned += check(&store, ending, before, after, abandoned);
    }
}

/// Starts a writer, ends it after so many acknowledgements, and answers the last tick of both kinds that it acknowledged.
fn acknowledged_until_ended(path: &Path, acknowledgements: u64) -> (Option<u64>, Option<u64>) {
    let binary = std::env::current_exe().expect("this binary");
    let mut child = Command::new(binary).arg(WRITE_UNTIL_ENDED).arg(path).stdout(Stdio::piped()).spawn().expect("starts");
    let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let (mut before, mut after) = (None, None);
    let mut heard = 0;
    // Until the pipe ends: what was acknowledged while the end was on its way counts too.
    for line in lines {
        let line = line.expect("text");
        let (kind, tick) = line.split_once(' ').expect("two words");
        let tick = tick.parse().expect("a number");
        match kind {
            "before" => before = Some(tick),
            "after" => after = Some(tick),
            other => unreachable!("{other}"),
        }
        heard += 1;
        if heard == acknowledgements {
            child.kill().expect("ended");
        }
    }
    child.wait().expect("gone");
    assert!(heard >= acknowledgements, "the writer ended by itself");
    (before, after)
}

/// Compares the database with what was acknowledged; answers how many orders were cut off, and closes them.
fn check(store: &Store, ending: u64, before: Option<u64>, after: Option<u64>, abandoned_earlier: u64) -> u64 {
    let (ticks, events, booked, open_intents, samples) = store
        .read
        .read_blocking(|read| {
            let samples = read.samples(&id(1), noon(), DateTime::<Utc>::MAX_UTC - seconds(86_400))?.rows;
            let mut events = Vec::new();
            let mut cursor = None;
            loop {
                let page = read.events(&EventFilter::default(), cursor, 500)?;
                events.extend(page.rows);
                cursor = page.next;
                if cursor.is_none() {
                    break;
                }
            }
            Ok((ticks_recorded(read)?, events, read.cost(&id(1), noon(), None)?, read.open_intents(100)?, samples))
        })
        .expect("read");
    let told = before.map_or(0, |tick| tick + 1);
    assert!(ticks == told || ticks == told + 1, "ending {ending}: {told} ticks were acknowledged, {ticks} are there");
    let instants: Vec<_> = samples.iter().map(|sample| sample.observation.at).collect();
    assert_eq!(instants, (0..ticks).map(instant).collect::<Vec<_>>(), "ending {ending}");
    assert!(open_intents.len() <= 1, "ending {ending}: {open_intents:?}");
    let done = events.len() as u64;
    assert_eq!(
        done + abandoned_earlier + open_intents.len() as u64,
        ticks,
        "ending {ending}: each order has one event, or none and is open"
    );
    if let Some(after) = after {
        assert!(events.iter().any(|event| event.event.created_at == instant(after)), "ending {ending}: event of tick {after}");
    }
    assert_eq!(booked.total(), Money::from_nanos(BOOKED.nanos() * events.len() as i64), "ending {ending}");
    for open in &open_intents {
        let outcome = OutcomeOf { intent: open.id, outcome: Outcome::Abandoned, at: open.intent.at };
        let closed = store.write.transact_blocking(move |transaction| transaction.close_intent(&outcome));
        assert!(closed.is_ok(), "{closed:?}");
    }
    open_intents.len() as u64
}

fn the_lock_ends_with_its_process() {
    let folder = folder();
    drop(with_fleet(&folder, 1));
    let binary = std::env::current_exe().expect("this binary");
    let mut child = Command::new(binary).arg(WRITE_UNTIL_ENDED).arg(folder.path()).stdout(Stdio::piped()).spawn().expect("starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    assert!(lines.next().is_some_and(|line| line.is_ok()));
    let refused = opened_at(folder.path()).expect_err("owned");
    assert!(refused.to_string().contains(&format!("process {}", child.id())), "{refused}");
    child.kill().expect("ended");
    child.wait().expect("gone");
    assert!(opened_at(folder.path()).is_ok());
}
