//! The app is killed at random instants while it scales under load; each time it comes back whole and leaves nothing behind.

use std::path::PathBuf;
use std::time::Duration;

use rusqlite::Connection;

use crate::process;
use crate::stage::Stage;

/// Kills of the short run, which every `make test` makes; `make soak` asks for more by `HEADROOM_KILLS`.
const FEW: u32 = 4;
/// The longest life of the app between two kills: long enough to order, to start instances and to end some.
const LONGEST_LIFE: Duration = Duration::from_millis(6_000);
/// From a start to its first line in the history, and from a kill to the end of all that ran, on a busy machine.
const WITHIN: Duration = Duration::from_secs(60);

/// What a bound of the policy is set to before each life: outside it something is ordered at the first look.
const BOUNDS: [(u32, u32); 3] = [(5, 8), (1, 2), (3, 4)];

#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    id: i64,
    kind: String,
    from: u32,
    to: u32,
}

struct Books {
    file: PathBuf,
}

impl Books {
    fn open(&self) -> Connection {
        let connection = Connection::open(&self.file).unwrap();
        connection.busy_timeout(WITHIN).unwrap();
        connection
    }

    fn history(&self) -> Vec<Line> {
        let connection = self.open();
        let mut lines = connection.prepare("SELECT id, event_type, from_instances, to_instances FROM events ORDER BY id").unwrap();
        let lines = lines.query_map([], |row| Ok(Line { id: row.get(0)?, kind: row.get(1)?, from: row.get(2)?, to: row.get(3)? })).unwrap();
        lines.collect::<rusqlite::Result<_>>().unwrap()
    }

    /// The count of the newest order that was committed and did not fail; none before the first.
    fn last_committed(&self) -> Option<u32> {
        let query = "SELECT max(id), to_instances FROM intents WHERE outcome IS NULL OR outcome = 'done'";
        self.open().query_row(query, [], |row| row.get(1)).unwrap()
    }

    fn number(&self, query: &str) -> i64 {
        self.open().query_row(query, [], |row| row.get(0)).unwrap()
    }

    fn says(&self, query: &str) -> String {
        self.open().query_row(query, [], |row| row.get(0)).unwrap()
    }

    /// Looks every second, within these bounds.
    fn set_bounds(&self, (min, max): (u32, u32)) {
        let set = format!(
            "UPDATE deployments SET body = json_set(body, '$.intervalSeconds', 1);
             UPDATE policy_versions SET body = json_set(body, '$.minInstances', {min}, '$.maxInstances', {max});"
        );
        self.open().execute_batch(&set).unwrap();
    }
}

#[test]
fn killed_at_any_instant_it_comes_back_whole_and_leaves_nothing_behind() {
    let (kills, mut chance) = plan();
    let stage = Stage::set("kills");
    let data = stage.data();
    let books = Books { file: data.join("headroom.db") };
    // The first life: the sample is there and has been brought up.
    let mut app = stage.start(&data, &["--hidden"], &[]);
    process::until(WITHIN, "the sample is looked at", || books.file.exists() && has(&books, "SELECT count(*) FROM decisions"));
    app.kill_and_check(&books);

    for kill in 0..kills {
        books.set_bounds(BOUNDS[kill as usize % BOUNDS.len()]);
        let (before, committed) = (books.history(), books.last_committed());
        let restored_before = before.iter().filter(|line| line.kind == "restored").count();
        app = stage.start(&data, &["--hidden"], &[]);
        process::until(WITHIN, "the counts are brought back", || {
            books.history().iter().filter(|line| line.kind == "restored").count() > restored_before
        });
        came_back_whole(&books, &before, committed, kill);
        // Anything may be under way by then.
        std::thread::park_timeout(chance.up_to(LONGEST_LIFE));
        app.kill_and_check(&books);
    }
    assert!(books.number("SELECT count(*) FROM intents WHERE outcome = 'done'") > i64::from(kills / 2), "it scaled all the while");

    // And it still ends as it should.
    let looks = "SELECT max(id) FROM sample_ticks";
    let before = books.number(looks);
    app = stage.start(&data, &["--hidden"], &[]);
    process::until(WITHIN, "it looks again", || books.number(looks) > before);
    process::terminate(app.id());
    assert_eq!(app.wait(), Some(0));
}

/// What the start after a kill made of what was left.
fn came_back_whole(books: &Books, before: &[Line], committed: Option<u32>, kill: u32) {
    let after = books.history();
    assert_eq!(after[..before.len()], *before, "kill {kill}: nothing that was written is lost or changed");
    let new = &after[before.len()..];
    let restored = new.iter().position(|line| line.kind == "restored").expect("it was waited for");
    let (settled, restored) = (&new[..restored], &new[restored]);
    assert!(settled.len() <= 1, "kill {kill}: one order at most was under way: {settled:?}");
    if let Some(committed) = committed {
        assert_eq!(
            (restored.from, restored.to),
            (committed, committed),
            "kill {kill}: to the last committed count, and that is no scaling"
        );
    }
    for line in settled {
        assert_eq!(Some(line.to), committed, "kill {kill}: the order that was cut off is in the history");
    }
    let lost = "SELECT count(*) FROM intents i WHERE i.outcome = 'done' AND (SELECT count(*) FROM events e WHERE e.intent = i.id) <> 1";
    assert_eq!(books.number(lost), 0, "kill {kill}: every order that was done is in the history once");
    let open = format!(
        "SELECT count(*) FROM intents WHERE closed_at IS NULL AND id <= (SELECT max(intent) FROM events WHERE id <= {})",
        restored.id
    );
    assert_eq!(books.number(&open), 0, "kill {kill}: no order is left open");
    let paid_twice = "SELECT count(*) FROM cost_ledger WHERE covered_ms > 15 * 60 * 1000";
    assert_eq!(books.number(paid_twice), 0, "kill {kill}: no time is paid twice");
}

fn has(books: &Books, query: &str) -> bool {
    let Ok(connection) = Connection::open(&books.file) else { return false };
    connection.query_row(query, [], |row| row.get::<_, i64>(0)).is_ok_and(|count| count > 0)
}

impl process::Owned {
    /// Kills the app; all that it started ends by itself, and the database is whole.
    fn kill_and_check(&mut self, books: &Books) {
        let started = process::descendants_of(self.id());
        process::kill(self.id());
        self.wait();
        process::until(WITHIN, "everything that the app started ends", || started.iter().all(|id| !process::is_alive(*id)));
        assert_eq!(books.says("PRAGMA integrity_check"), "ok");
    }
}

/// How many kills, and the chance by which their instants are drawn: named on failure, so that it can be repeated.
#[expect(clippy::disallowed_methods, reason = "a test binary is where its settings are read")]
fn plan() -> (u32, Chance) {
    let read = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let seed = read("HEADROOM_SEED").unwrap_or(20_251_118);
    eprintln!("instants drawn with HEADROOM_SEED={seed}");
    (read("HEADROOM_KILLS").map_or(FEW, |kills: u64| kills as u32), Chance(seed))
}

/// A small generator: the same seed draws the same instants.
struct Chance(u64);

impl Chance {
    fn up_to(&mut self, longest: Duration) -> Duration {
        // xorshift64* (Vigna 2016).
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let share = (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 / (1_u64 << 53) as f64;
        longest.mul_f64(share)
    }
}
