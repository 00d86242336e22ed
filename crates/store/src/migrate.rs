//! Bringing a database up to this build's version, with a copy of it first.

use chrono::{DateTime, Utc};
use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};

use crate::backup;
use crate::error::{Result, StoreError};
use crate::folder::DataFolder;

/// Marks a database as ours, in SQLite's own header field. Set by the first migration.
const APPLICATION_ID: i64 = 1_212_498_244;
/// Copies made before migrations that are kept. A database is migrated a few times a year.
const KEPT_BACKUPS: usize = 5;

/// Every step from an empty file to today, in order. A step that has shipped is never edited; a change is a new step.
const STEPS: &[M<'static>] = &[
    M::up(include_str!("../migrations/0001_house.sql")),
    M::up(include_str!("../migrations/0002_alerts.sql")),
    M::up(include_str!("../migrations/0003_foresight.sql")),
    M::up(include_str!("../migrations/0004_money.sql")),
    M::up(include_str!("../migrations/0005_budgets.sql")),
    M::up(include_str!("../migrations/0006_api.sql")),
];

/// The version that this build writes.
pub(crate) const fn known_version() -> i64 {
    STEPS.len() as i64
}

/// What a database file is, by its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing in it yet.
    Empty,
    /// Ours, of this version.
    Version(i64),
}

/// Reads the header and refuses what this build must not touch.
pub(crate) fn examine(db: &Connection, folder: &DataFolder) -> Result<Found> {
    let version: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let tables: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if version == 0 && tables == 0 {
        return Ok(Found::Empty);
    }
    let application: i64 = db.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    if application != APPLICATION_ID {
        return Err(StoreError::NotHeadroom { path: folder.database() });
    }
    if version > known_version() {
        return Err(StoreError::FromTheFuture { path: folder.database(), found: version, known: known_version() });
    }
    Ok(Found::Version(version))
}

/// Runs the missing steps, each in its own transaction. An existing database is copied to the backup folder before.
pub(crate) fn migrate(db: &mut Connection, folder: &DataFolder, found: Found, now: DateTime<Utc>) -> Result<()> {
    migrate_with(STEPS, db, folder, found, now)
}

fn migrate_with(steps: &[M<'_>], db: &mut Connection, folder: &DataFolder, found: Found, now: DateTime<Utc>) -> Result<()> {
    match found {
        Found::Version(version) if version == steps.len() as i64 => return Ok(()),
        Found::Version(version) => back_up(db, folder, version, now)?,
        Found::Empty => {}
    }
    Migrations::from_slice(steps).to_latest(db).map_err(|error| match error {
        rusqlite_migration::Error::RusqliteError { err, .. } => StoreError::Sqlite(err),
        other => StoreError::Sqlite(rusqlite::Error::ToSqlConversionFailure(Box::new(other))),
    })
}

fn back_up(db: &Connection, folder: &DataFolder, version: i64, now: DateTime<Utc>) -> Result<()> {
    folder.create_backups()?;
    let name = format!("headroom-v{version}-{}.db", now.format("%Y%m%dT%H%M%S%3fZ"));
    let path = folder.backups().join(name);
    backup::copy(db, &path)?;
    tracing::info!(path = %path.display(), version, "copied the database before bringing it up to date");
    for old in folder.backups_newest_first().into_iter().skip(KEPT_BACKUPS) {
        if let Err(error) = std::fs::remove_file(&old) {
            tracing::warn!(path = %old.display(), %error, "an old backup could not be removed");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::OptionalExtension as _;

    /// This build's steps and one more: the next version.
    fn next_steps() -> Vec<M<'static>> {
        let mut steps = STEPS.to_vec();
        steps.push(M::up("CREATE TABLE added (id INTEGER PRIMARY KEY) STRICT;"));
        steps
    }

    fn made(folder: &DataFolder) -> Connection {
        let mut db = Connection::open(folder.database()).expect("opens");
        migrate(&mut db, folder, Found::Empty, DateTime::UNIX_EPOCH).expect("made");
        db.execute("INSERT INTO settings (name, value, updated_at) VALUES ('theme', '\"dark\"', 0)", []).expect("written");
        db
    }

    fn has(db: &Connection, table: &str) -> bool {
        db.query_row("SELECT 1 FROM sqlite_schema WHERE name = ?1", [table], |_| Ok(())).optional().expect("read").is_some()
    }

    #[test]
    fn money_that_was_booked_before_keeps_its_sums_and_can_be_opened_and_priced_anew() {
        let temporary = tempfile::tempdir().expect("a folder");
        let folder = DataFolder::at(temporary.path());
        let mut db = Connection::open(folder.database()).expect("opens");
        migrate_with(&STEPS[..3], &mut db, &folder, Found::Empty, DateTime::UNIX_EPOCH).expect("made");
        db.execute_batch(
            r#"INSERT INTO deployments (key, id, name, body, created_at) VALUES
                   (1, 'dep_a', 'a', '{"billing":"provisioned"}', 0), (2, 'dep_b', 'b', '{"billing":"utilized"}', 0);
               INSERT INTO cost_ledger VALUES (900000, 1, 0, 50000000, 40000000, 2000, 30, 45000000, 900000, 1800000, 900000, 12.5),
                   (900000, 2, 1, 7, 0, 0, 0, 3, 60000, 60000, 0, 0.0);
               INSERT INTO cost_ledger_days VALUES (0, 1, 0, 50000000, 40000000, 2000, 30, 45000000, 900000, 1800000, 900000, 12.5),
                   (0, 2, 1, 7, 0, 0, 0, 3, 60000, 60000, 0, 0.0);"#,
        )
        .expect("what an older build wrote");
        migrate_with(&STEPS[..4], &mut db, &folder, Found::Version(3), DateTime::UNIX_EPOCH).expect("migrated");
        let read = crate::read::ReadTransaction::of(&db);
        let found = read.priced_by(None, DateTime::UNIX_EPOCH, None).expect("read");
        let [first, second] = found.as_slice() else { panic!("{found:?}") };
        let shipped = headroom_core::price_book::PriceBook::shipped();
        let tariff = shipped.price_at(&headroom_core::price_book::PriceClass::default(), DateTime::UNIX_EPOCH).expect("holds").as_ref();
        assert_eq!((first.tariff.as_ref(), second.tariff.as_ref()), (Some(tariff), Some(tariff)), "as this build writes it");
        for row in &found {
            let anew = row.cost.priced(&tariff.rates, row.billing);
            assert_eq!(anew, row.cost, "the amounts give the very money");
        }
        assert_eq!((first.cost.total().nanos(), first.cost.idle.nanos(), first.cost.unused.nanos()), (90_002_030, 45_000_000, 45_000_000));
        assert_eq!((second.cost.idle.nanos(), second.cost.unused.nanos()), (3, 0), "where what is used is billed, nothing unused is paid");
        // 50 of 90 parts of what cores and memory cost are the cores'.
        assert_eq!((first.cost.quantities.idle_cpu.as_units(), first.cost.quantities.idle_memory.as_units()), (0.5, 2.0));
        let by_day = read.cost_by_day(DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH + chrono::TimeDelta::days(1)).expect("read");
        assert_eq!(by_day.iter().map(|(_, cost)| cost.total().nanos()).collect::<Vec<_>>(), [90_002_037]);
    }

    #[test]
    fn an_existing_database_is_copied_before_it_is_migrated() {
        let temporary = tempfile::tempdir().expect("a folder");
        let folder = DataFolder::at(temporary.path());
        let mut db = made(&folder);
        assert_eq!(folder.newest_backup(), None, "nothing to copy the first time");
        let found = examine(&db, &folder).expect("ours");
        migrate_with(&next_steps(), &mut db, &folder, found, DateTime::UNIX_EPOCH).expect("migrated");
        assert!(has(&db, "added"));
        let backup = folder.newest_backup().expect("a copy");
        let name = format!("backups/headroom-v{}-19700101T000000000Z.db", known_version());
        assert!(backup.ends_with(name), "{}", backup.display());
        let copy = Connection::open(backup).expect("opens");
        assert!(!has(&copy, "added"));
        let kept: String = copy.query_row("SELECT value FROM settings WHERE name = 'theme'", [], |row| row.get(0)).expect("read");
        assert_eq!(kept, "\"dark\"");
        assert_eq!(examine(&copy, &folder).expect("ours"), Found::Version(known_version()));
    }

    #[test]
    fn a_step_that_fails_leaves_the_database_as_it_was() {
        let temporary = tempfile::tempdir().expect("a folder");
        let folder = DataFolder::at(temporary.path());
        let mut db = made(&folder);
        let mut steps = next_steps();
        steps.push(M::up("CREATE TABLE half (id INTEGER); INSERT INTO nowhere VALUES (1);"));
        let found = examine(&db, &folder).expect("ours");
        assert!(migrate_with(&steps, &mut db, &folder, found, DateTime::UNIX_EPOCH).is_err());
        assert!(!has(&db, "half"));
        let kept: i64 = db.query_row("SELECT count(*) FROM settings", [], |row| row.get(0)).expect("read");
        assert_eq!(kept, 1);
    }

    #[test]
    fn only_the_newest_copies_are_kept() {
        let temporary = tempfile::tempdir().expect("a folder");
        let folder = DataFolder::at(temporary.path());
        let db = made(&folder);
        for second in 0..8 {
            let now = DateTime::from_timestamp(second, 0).expect("a date");
            back_up(&db, &folder, 1, now).expect("copied");
        }
        assert_eq!(folder.backups_newest_first().len(), KEPT_BACKUPS);
        assert!(folder.newest_backup().is_some_and(|path| path.ends_with("headroom-v1-19700101T000007000Z.db")));
    }
}
