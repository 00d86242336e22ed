//! Opening a data folder: who may, and what is refused.

use std::fs;
use std::io::{Seek as _, SeekFrom, Write as _};

use headroom_core::units::Instances;
use headroom_store::{Conflict, DataFolder, OpenOptions, OwnerKind, ReadDb, StoreError, open};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::fixture::{calm_tick, deployment, folder, id, noon, opened, options, policy, seconds, try_open, wait, with_fleet};

crate::trials![
    a_second_owner_is_told_who_the_first_is,
    a_reader_may_come_beside_the_owner,
    a_file_that_is_no_database_is_refused_and_kept,
    a_damaged_page_is_refused_and_the_newest_backup_named,
    an_emptied_database_is_refused_where_backups_are,
    a_database_from_the_future_is_refused_and_kept,
    a_database_of_another_program_is_refused_and_kept,
    a_folder_that_cannot_be_made_is_said,
    a_full_disk_loses_nothing_and_writing_goes_on_with_room,
    a_backup_is_complete_and_made_while_writing_goes_on,
    a_backup_never_overwrites,
    the_check_finds_nothing_in_a_sound_database,
    what_was_written_is_there_at_the_next_start,
    files_are_for_the_user_alone,
];

fn a_second_owner_is_told_who_the_first_is() {
    let folder = folder();
    let first = opened(&folder);
    let refused = try_open(&folder).expect_err("owned");
    assert!(matches!(refused, StoreError::OwnedByAnother { .. }), "{refused}");
    let words = refused.to_string();
    assert!(words.contains(&format!("headroomd (process {})", std::process::id())), "{words}");
    assert!(words.contains("close it and start again"), "{words}");
    drop(first);
    assert!(open(OpenOptions { kind: OwnerKind::Desktop, ..options(&folder) }).is_ok());
}

fn a_reader_may_come_beside_the_owner() {
    let folder = folder();
    let store = with_fleet(&folder, 3);
    let beside = ReadDb::open(DataFolder::at(folder.path())).expect("opens");
    let seen = beside.read_blocking(|read| read.deployments(None, 10)).expect("read");
    assert_eq!(seen.rows.len(), 3);
    drop(store);
    let alone = ReadDb::open(DataFolder::at(folder.path())).expect("opens");
    assert_eq!(alone.read_blocking(|read| read.deployments(None, 10)).expect("read").rows.len(), 3);
    let nowhere = ReadDb::open(DataFolder::at(folder.path().join("nowhere"))).expect_err("nothing there");
    assert!(matches!(nowhere, StoreError::NotFound { .. }), "{nowhere}");
}

fn a_file_that_is_no_database_is_refused_and_kept() {
    let folder = folder();
    let path = DataFolder::at(folder.path()).database();
    let words = "these are my notes, and no database at all. ".repeat(200);
    fs::write(&path, &words).expect("written");
    let refused = try_open(&folder).expect_err("no database");
    assert!(matches!(refused, StoreError::Corrupt { .. }), "{refused}");
    assert!(refused.to_string().contains("The file was kept as it is. There is no backup beside it"), "{refused}");
    assert_eq!(fs::read_to_string(&path).expect("read"), words);
}

fn a_damaged_page_is_refused_and_the_newest_backup_named() {
    let folder = folder();
    let store = with_fleet(&folder, 200);
    let data = DataFolder::at(folder.path());
    fs::create_dir(data.backups()).expect("made");
    let backup = data.backups().join("monday.db");
    wait(store.read.backup_to(&backup)).expect("copied");
    drop(store);
    let mut file = fs::OpenOptions::new().write(true).open(data.database()).expect("opens");
    let length = file.metadata().expect("a file").len();
    // Every page from the fourth on, so that one is hit that a table is on.
    file.seek(SeekFrom::Start(3 * 4096)).expect("inside");
    file.write_all(&vec![0xA5; usize::try_from(length - 3 * 4096).expect("small")]).expect("written");
    drop(file);
    assert!(length > 10 * 4096, "{length}");
    let damaged = fs::read(data.database()).expect("read");
    let refused = try_open(&folder).expect_err("damaged");
    assert!(matches!(refused, StoreError::Corrupt { .. }), "{refused}");
    assert!(refused.to_string().contains(&format!("copy {} in its place", backup.display())), "{refused}");
    assert_eq!(fs::read(data.database()).expect("read"), damaged);
    // What the message says, works.
    for end in ["", "-wal", "-shm"] {
        let moved = fs::rename(folder.path().join(format!("headroom.db{end}")), folder.path().join(format!("damaged.db{end}")));
        assert!(moved.is_ok() || !end.is_empty(), "{moved:?}");
    }
    fs::copy(&backup, data.database()).expect("copied");
    let restored = opened(&folder);
    assert_eq!(restored.read.read_blocking(|read| read.deployments(None, 1_000)).expect("read").rows.len(), 200);
}

fn an_emptied_database_is_refused_where_backups_are() {
    let folder = folder();
    let store = with_fleet(&folder, 1);
    let data = DataFolder::at(folder.path());
    fs::create_dir(data.backups()).expect("made");
    wait(store.read.backup_to(data.backups().join("monday.db"))).expect("copied");
    drop(store);
    fs::write(data.database(), "").expect("emptied");
    let refused = try_open(&folder).expect_err("emptied");
    assert!(matches!(refused, StoreError::Corrupt { newest_backup: Some(_), .. }), "{refused}");
}

fn a_database_from_the_future_is_refused_and_kept() {
    let folder = folder();
    drop(with_fleet(&folder, 1));
    let path = DataFolder::at(folder.path()).database();
    let db = Connection::open(&path).expect("opens");
    db.pragma_update(None, "user_version", 4_711).expect("set");
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).expect("flushed");
    drop(db);
    let before = fs::read(&path).expect("read");
    let refused = try_open(&folder).expect_err("newer");
    assert!(matches!(refused, StoreError::FromTheFuture { found: 4_711, .. }), "{refused}");
    assert!(refused.to_string().contains("Install the newer Headroom again, or restore a backup"), "{refused}");
    assert_eq!(fs::read(&path).expect("read"), before);
    let reader = ReadDb::open(DataFolder::at(folder.path())).expect_err("newer");
    assert!(matches!(reader, StoreError::FromTheFuture { .. }), "{reader}");
}

fn a_database_of_another_program_is_refused_and_kept() {
    let folder = folder();
    let path = DataFolder::at(folder.path()).database();
    let db = Connection::open(&path).expect("opens");
    db.execute_batch("CREATE TABLE bookmarks (url TEXT)").expect("made");
    drop(db);
    let before = fs::read(&path).expect("read");
    let refused = try_open(&folder).expect_err("not ours");
    assert!(matches!(refused, StoreError::NotHeadroom { .. }), "{refused}");
    assert_eq!(fs::read(&path).expect("read"), before);
}

fn a_folder_that_cannot_be_made_is_said() {
    let folder = folder();
    let file = folder.path().join("file");
    fs::write(&file, "").expect("written");
    let refused = open(OpenOptions { folder: DataFolder::at(file.join("data")), ..options(&folder) }).expect_err("a file is in the way");
    assert!(matches!(refused, StoreError::Unusable { .. }), "{refused}");
    assert!(refused.to_string().contains("or name another with --data"), "{refused}");
}

fn a_full_disk_loses_nothing_and_writing_goes_on_with_room() {
    let folder = folder();
    let store = with_fleet(&folder, 1);
    let bytes = wait(store.read.size()).expect("read").database;
    wait(store.write.set_size_limit(Some(bytes + 64 * 1024))).expect("set");
    let instant = |tick: i64| noon() + seconds(tick);
    let mut acknowledged = 0;
    let refused = loop {
        match wait(store.write.commit_tick_before(calm_tick(1, instant(acknowledged)))) {
            Ok(_) => acknowledged += 1,
            Err(refused) => break refused,
        }
        assert!(acknowledged < 100_000, "the limit never holds");
    };
    assert!(matches!(refused, StoreError::DiskFull { .. }), "{refused}");
    assert!(refused.to_string().contains("Free some space"), "{refused}");
    let recorded = || {
        let page = store.read.read_blocking(|read| read.samples(&id(1), noon(), noon() + seconds(200_000))).expect("read");
        page.rows.iter().map(|sample| sample.observation.at).collect::<Vec<_>>()
    };
    assert_eq!(recorded(), (0..acknowledged).map(instant).collect::<Vec<_>>());
    let runs = store.read.read_blocking(|read| read.decision_at(&id(1), noon() + seconds(200_000))).expect("read").expect("one");
    assert_eq!(i64::from(runs.count), acknowledged);
    wait(store.write.set_size_limit(None)).expect("set");
    assert!(wait(store.write.commit_tick_before(calm_tick(1, instant(acknowledged)))).is_ok());
    assert_eq!(recorded(), (0..=acknowledged).map(instant).collect::<Vec<_>>());
}

fn a_backup_is_complete_and_made_while_writing_goes_on() {
    let folder = folder();
    let store = with_fleet(&folder, 5);
    let copy = folder.path().join("copy").join("headroom.db");
    fs::create_dir(copy.parent().expect("a folder")).expect("made");
    wait(async {
        let (copied, written) = tokio::join!(store.read.backup_to(&copy), async {
            for tick in 0..20 {
                let committed = store.write.commit_tick_before(calm_tick(1, noon() + seconds(tick))).await;
                assert!(committed.is_ok(), "{committed:?}");
            }
        });
        copied.expect("copied");
        written
    });
    let restored = open(OpenOptions { folder: DataFolder::at(copy.parent().expect("a folder")), ..options(&folder) }).expect("opens");
    assert_eq!(restored.read.read_blocking(|read| read.deployments(None, 10)).expect("read").rows.len(), 5);
    assert!(wait(restored.read.check()).expect("checked").is_empty());
}

fn a_backup_never_overwrites() {
    let folder = folder();
    let store = with_fleet(&folder, 1);
    let taken = folder.path().join("letter.txt");
    fs::write(&taken, "dear").expect("written");
    let refused = wait(store.read.backup_to(&taken)).expect_err("taken");
    assert!(matches!(refused, StoreError::Conflict(Conflict::FileExists { .. })), "{refused}");
    assert_eq!(fs::read_to_string(&taken).expect("read"), "dear");
}

fn the_check_finds_nothing_in_a_sound_database() {
    let folder = folder();
    let store = with_fleet(&folder, 20);
    assert_eq!(wait(store.read.check()).expect("checked"), []);
    let size = wait(store.read.size()).expect("read");
    assert!(size.tables.iter().any(|(name, bytes)| name == "deployments" && *bytes > 0), "{size:?}");
}

fn what_was_written_is_there_at_the_next_start() {
    let folder = folder();
    let store = with_fleet(&folder, 2);
    let tick = wait(store.write.commit_tick_before(calm_tick(2, noon())));
    assert!(tick.is_ok(), "{tick:?}");
    drop(store);
    let again = opened(&folder);
    let fleet = again.read.read_blocking(|read| read.fleet(None, 10, noon())).expect("read").rows;
    assert_eq!(fleet[0].deployment.name, deployment(1).name);
    assert_eq!(fleet[0].policy, Some(policy(1, 1)));
    assert_eq!(fleet[1].last_decision.as_ref().map(|row| row.decision.counts.ordered), Some(Instances(2)));
    // The run goes on over the restart.
    let next = wait(again.write.commit_tick_before(calm_tick(2, noon() + seconds(30)))).expect("written");
    assert!(!next.changes.iter().any(|change| matches!(change, headroom_store::Change::Decision(_))), "{next:?}");
    let run = again.read.read_blocking(|read| read.decision_at(&id(2), noon() + seconds(60))).expect("read").expect("one");
    assert_eq!((run.count, run.last_at), (2, noon() + seconds(30)));
}

#[cfg(unix)]
fn files_are_for_the_user_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let outer: TempDir = folder();
    let path = outer.path().join("data");
    let store = open(OpenOptions { folder: DataFolder::at(&path), ..options(&outer) }).expect("opens");
    let mode = |path: &std::path::Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o700);
    for file in fs::read_dir(&path).expect("read") {
        let file = file.expect("read").path();
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
    drop(store);
}

#[cfg(not(unix))]
fn files_are_for_the_user_alone() {}
