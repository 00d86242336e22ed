//! Starts that cannot go well, each with words that say what to do.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::json;

use crate::dialog::Dialog;
use crate::page::Page;
use crate::stage::{Stage, binary};

/// From the start of the process to words in the window, on a busy machine.
const SAYS_WITHIN: Duration = Duration::from_secs(30);

#[test]
fn without_a_screen_it_says_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(binary()).env_clear().env("HOME", home.path()).stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("there is no screen here") && said.contains("ssh -X"), "{said}");
}

#[test]
fn a_data_folder_that_cannot_be_made_is_named() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    std::fs::write(&file, "").unwrap();
    let output = Command::new(binary()).env_clear().arg("--data").arg(file.join("data")).stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains(&file.join("data").display().to_string()) && said.contains("--data FOLDER"), "{said}");
}

#[test]
fn where_there_is_a_screen_a_start_that_fails_is_told_on_it() {
    let stage = Stage::set("told-refusal");
    let file = stage.home().join("file");
    std::fs::write(&file, "").unwrap();
    let mut app = stage.start(&file.join("data"), &[], &[]);
    Dialog::wait_for(&stage, SAYS_WITHIN, "Headroom did not start").refuse(SAYS_WITHIN);
    assert_eq!(app.wait(), Some(2));
}

#[test]
fn a_damaged_database_is_kept_and_the_window_says_what_to_do() {
    let mut stage = Stage::set("damaged-database");
    let database = stage.data().join("headroom.db");
    let damaged = "This was a database once. ".repeat(1000);
    std::fs::create_dir(stage.data()).unwrap();
    std::fs::write(&database, &damaged).unwrap();

    let page = stage.open();
    assert_refused(&page, "is damaged", &database);
    page.keep_picture("refused");
    page.close();
    assert_eq!(std::fs::read_to_string(&database).unwrap(), damaged, "it is kept as it was");
}

#[test]
fn a_database_from_the_future_is_left_alone() {
    let mut stage = Stage::set("newer-database");
    let database = stage.data().join("headroom.db");
    let page = stage.open();
    page.wait_for_engine(SAYS_WITHIN, "the engine runs", "get_engine_state", &json!({}), "answer.mode === 'on'");
    page.close();
    let newer = make_newer(&database);

    let page = stage.open();
    assert_refused(&page, "Install the newer Headroom again", &database);
    page.keep_picture("refused");
    page.close();
    assert_eq!(std::fs::read(&database).unwrap(), newer, "nothing was changed");
}

#[test]
fn a_second_app_on_the_same_data_names_the_first() {
    let mut first = Stage::set("two-apps-first");
    let mut second = Stage::set("two-apps-second");
    let data = first.data();
    let page = first.open();
    page.wait_for_engine(SAYS_WITHIN, "the engine runs", "get_engine_state", &json!({}), "answer.mode === 'on'");

    // On a desktop of its own, so that it does not find the first window.
    let refused = second.open_on(&data);
    assert_refused(&refused, &format!("(process {})", page.app_id()), &data);
    refused.keep_picture("refused");
    refused.close();
    page.wait_for_engine(SAYS_WITHIN, "the first goes on", "get_engine_state", &json!({}), "answer.mode === 'on'");
    page.close();
}

#[test]
fn a_second_start_on_the_same_desktop_shows_the_first_window() {
    let mut stage = Stage::set("second-start");
    let data = stage.data();
    let page = stage.open();
    page.wait_for_engine(SAYS_WITHIN, "the engine runs", "get_engine_state", &json!({}), "answer.mode === 'on'");
    assert_eq!(page.start_beside(&data, &[]), Some(0), "it hands over and ends");
    page.close();
}

/// The window shows why the engine does not run, naming the file, and every call is answered with it.
fn assert_refused(page: &Page<'_>, words: &str, about: &Path) {
    page.wait_for_words(SAYS_WITHIN, words);
    page.wait_for_words(SAYS_WITHIN, &about.display().to_string());
    let error = page.call("get_overview", &json!({})).expect_err("the engine does not run");
    assert_eq!(error["code"], "storage", "{error}");
}

/// Gives a database the version that a later build would have given it.
fn make_newer(database: &Path) -> Vec<u8> {
    let connection = rusqlite::Connection::open(database).unwrap();
    connection.pragma_update(None, "user_version", 4_000).unwrap();
    // Closing takes everything into the one file.
    connection.close().unwrap();
    std::fs::read(database).unwrap()
}
