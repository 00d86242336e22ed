//! The guide's three queries run on the tables as they are, with only their date functions changed.

use headroom_core::units::Money;
use headroom_store::{DataFolder, NewEvent, Sample, TickAfter, UsagePoint, UsageValues};
use rusqlite::{Connection, OpenFlags};

use crate::fixture::{folder, id, noon, observation, policy, seconds, wait, with_fleet};
use crate::ticks::scaled;

crate::trials![recent_scaling_events, resource_usage_trends, active_policies];

fn written() -> (tempfile::TempDir, Connection) {
    let folder = folder();
    let store = with_fleet(&folder, 1);
    let events = (0..12).map(|minute| NewEvent { created_at: noon() + seconds(60 * minute), ..scaled() }).collect();
    let usage = (0..12_i64)
        .map(|step| {
            let at = noon() + seconds(300 * step);
            let sample = Sample { observation: observation(at, 50.0 + step as f64), score: None };
            UsagePoint { deployment_id: id(1), at, values: UsageValues::of(&[sample], Money::from_units(0.5)) }
        })
        .collect();
    let after = TickAfter { events, usage, ..TickAfter::default() };
    let committed = wait(store.write.commit_tick_after(after));
    assert!(committed.is_ok(), "{committed:?}");
    let off = store.write.transact_blocking(|transaction| {
        transaction.save_policy(&headroom_core::policy::Policy { is_enabled: false, ..policy(2, 1) }, "Ada")
    });
    assert!(off.is_ok(), "{off:?}");
    let path = DataFolder::at(folder.path()).database();
    drop(store);
    (folder, Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("opens"))
}

fn recent_scaling_events() {
    let (_folder, db) = written();
    let mut statement = db
        .prepare(
            "SELECT * FROM scaling_events
             WHERE deployment_id = 'dep_00001'
             ORDER BY created_at DESC LIMIT 10",
        )
        .expect("runs");
    let rows: Vec<(String, String, i64, i64)> = statement
        .query_map([], |row| Ok((row.get("created_at")?, row.get("event_type")?, row.get("from_instances")?, row.get("to_instances")?)))
        .expect("runs")
        .collect::<Result<_, _>>()
        .expect("rows");
    assert_eq!(rows.len(), 10);
    assert_eq!(rows[0], ("2026-11-03 12:11:00.000".to_owned(), "scale_up".to_owned(), 2, 3));
}

fn resource_usage_trends() {
    let (_folder, db) = written();
    let query = "SELECT strftime('%Y-%m-%d %H:00', timestamp) as hour,
                        AVG(cpu_usage), AVG(memory_usage)
                 FROM resource_usage
                 WHERE deployment_id = 'dep_00001'
                   AND timestamp >= datetime('now', '-24 hours')
                 GROUP BY hour ORDER BY hour";
    assert!(db.prepare(query).and_then(|mut statement| statement.query([]).map(|_| ())).is_ok());
    let then = query.replace("'now'", "'2026-11-04 12:30:00'");
    let rows: Vec<(String, f64, f64)> = db
        .prepare(&then)
        .expect("runs")
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .expect("runs")
        .collect::<Result<_, _>>()
        .expect("rows");
    // Six of the twelve points are at 12:30 or later: 56, 57 … 61 % CPU, mean 58.5.
    assert_eq!(rows, [("2026-11-03 12:00".to_owned(), 58.5, 1.0)]);
}

fn active_policies() {
    let (_folder, db) = written();
    let mut statement = db
        .prepare(
            "SELECT * FROM scaling_policies
             WHERE is_enabled = true",
        )
        .expect("runs");
    let rows: Vec<(String, String, String, f64)> = statement
        .query_map([], |row| Ok((row.get("id")?, row.get("deployment_id")?, row.get("created_at")?, row.get("scale_up_threshold")?)))
        .expect("runs")
        .collect::<Result<_, _>>()
        .expect("rows");
    assert_eq!(rows, [("pol_00001".to_owned(), "dep_00001".to_owned(), "2026-11-03 12:00:01.000".to_owned(), 0.7)]);
}
