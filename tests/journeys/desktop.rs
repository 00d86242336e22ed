//! The app as a part of the desktop: its tray, its second start, its links, the place of its window, and how it ends.

use std::time::Duration;

use serde_json::{Value, json};

use crate::dialog::{self, Dialog, Place};
use crate::page::Page;
use crate::panel::Panel;
use crate::process;
use crate::stage::Stage;

/// From a change in the engine to what a person sees of it, and from a start to its first sight, on a busy machine.
const WITHIN: Duration = Duration::from_secs(45);

const STAYS: &str = "Headroom keeps running";
const QUIT: &str = "Quit Headroom\\?";

fn wait_for_sample(page: &Page<'_>) {
    page.wait_for_engine(
        WITHIN,
        "the sample runs",
        "get_glance",
        &json!({}),
        "answer.runsHere.some((here) => here.name === 'sample-web' && here.instances > 0)",
    );
}

fn wait_for_mode(page: &Page<'_>, mode: &str) {
    page.wait_for_engine(WITHIN, mode, "get_engine_state", &json!({}), &format!("answer.mode === '{mode}'"));
}

#[test]
fn the_tray_shows_the_worst_state_and_its_menu_pauses_opens_and_quits() {
    let mut stage = Stage::set("tray");
    let panel = Panel::on(&stage);
    let data = stage.data();
    let page = stage.open_on(&data);
    wait_for_sample(&page);
    panel.wait_for_entry(WITHIN, "what runs and what it costs", |entry| {
        !entry.is_enabled && entry.label.contains(" instance") && entry.label.contains("$") && entry.label.ends_with("/h")
    });

    panel.press(WITHIN, "Pause all");
    wait_for_mode(&page, "paused");
    panel.wait_for_sign(WITHIN, "paused");
    panel.wait_for_entry(WITHIN, "that scaling is paused", |entry| entry.label == "Scaling is paused" && !entry.is_enabled);
    panel.press(WITHIN, "Resume scaling");
    wait_for_mode(&page, "on");
    panel.wait_for_entry(WITHIN, "Pause all", |entry| entry.label == "Pause all");

    // Closed the first time, it is said that scaling goes on; then it is not said any more.
    page.press(WITHIN, "Close");
    Dialog::wait_for(page.stage(), WITHIN, STAYS).accept(WITHIN);
    page.wait_until_hidden(WITHIN);
    wait_for_mode(&page, "on");
    panel.press(WITHIN, "Open Headroom");
    page.wait_until_shown(WITHIN);
    page.press(WITHIN, "Close");
    page.wait_until_hidden(WITHIN);
    assert!(!Dialog::is_open(page.stage(), STAYS), "it is said once");

    // Quitting ends what runs here, and is asked for first.
    panel.press(WITHIN, "Quit Headroom");
    Dialog::wait_for(page.stage(), WITHIN, QUIT).refuse(WITHIN);
    wait_for_mode(&page, "on");
    let app = page.app_id();
    let started = process::descendants_of(app);
    panel.press(WITHIN, "Quit Headroom");
    Dialog::wait_for(page.stage(), WITHIN, QUIT).accept(WITHIN);
    process::until(WITHIN, "the app and all that it started end", || {
        !process::is_alive(app) && started.iter().all(|id| !process::is_alive(*id))
    });
}

#[test]
fn quitting_from_the_tray_with_nothing_running_asks_nothing_and_ends_well() {
    let stage = Stage::set("tray-quit");
    let panel = Panel::on(&stage);
    let mut app = stage.start(&stage.data_without_sample(), &["--hidden"], &[]);
    panel.wait_for_sign(WITHIN, "calm");
    panel.wait_for_entry(WITHIN, "that nothing is scaled", |entry| entry.label == "Nothing is scaled yet");
    assert!(!stage.shows_a_window(), "it began in the tray");
    panel.press(WITHIN, "Quit Headroom");
    assert_eq!(app.wait(), Some(0));
}

#[test]
fn a_desktop_without_the_trays_library_is_no_crash_and_closing_asks_before_it_ends_anything() {
    // What is found first is no library.
    let libraries = tempfile::tempdir().unwrap();
    for name in ["libayatana-appindicator3.so", "libappindicator3.so"] {
        std::fs::write(libraries.path().join(name), "no library").unwrap();
        std::fs::write(libraries.path().join(format!("{name}.1")), "no library").unwrap();
    }
    let mut stage = Stage::set_with("no-tray-library", &[("LD_LIBRARY_PATH", libraries.path().display().to_string())]);
    let data = stage.data();
    let page = stage.open_on(&data);
    wait_for_sample(&page);
    let log = std::fs::read_to_string(data.join("backend.log")).unwrap();
    assert!(log.contains("The tray's library (libayatana-appindicator3-1) is not installed"), "{log}");

    page.press(WITHIN, "Close");
    Dialog::wait_for(page.stage(), WITHIN, QUIT).refuse(WITHIN);
    wait_for_mode(&page, "on");
    let app = page.app_id();
    page.press(WITHIN, "Close");
    Dialog::wait_for(page.stage(), WITHIN, QUIT).accept(WITHIN);
    process::until(WITHIN, "the app ends", || !process::is_alive(app));
}

#[test]
fn a_second_start_may_carry_a_link_and_a_link_only_navigates() {
    let stage = Stage::set("links");
    let data = stage.data();
    let page = stage.open_with(&data, &["headroom://activity"]);
    let is_on = |page: &Page<'_>, path: &str| {
        page.wait_for(
            WITHIN,
            path,
            "document.querySelector('[aria-current=page]')?.getAttribute('href')?.endsWith(argument)",
            &json!(path),
        );
    };
    is_on(&page, "/activity");
    wait_for_sample(&page);
    let before = page.call("get_engine_state", &json!({})).unwrap();
    assert_eq!(page.start_beside(&data, &["headroom://settings"]), Some(0));
    is_on(&page, "/settings");
    for link in
        ["headroom://call/pause_all", "headroom://settings/pause_all?do=it", "https://example.org/", "headroom://deployment/..%2f.."]
    {
        assert_eq!(page.start_beside(&data, &[link]), Some(0), "{link}");
    }
    // A link that names a page goes there; those before it did nothing at all.
    assert_eq!(page.start_beside(&data, &["headroom://policies?pause_all=true"]), Some(0));
    is_on(&page, "/policies");
    let after = page.call("get_engine_state", &json!({})).unwrap();
    assert_eq!((&after["mode"], &after["paused"], &after["deployments"]), (&before["mode"], &Value::Null, &before["deployments"]));
    page.end_by_signal();
}

#[test]
fn the_window_comes_back_where_it_stood() {
    let mut stage = Stage::set("window-state");
    let place = Place { x: 90, y: 60, width: 1010, height: 640 };
    let page = stage.open();
    wait_for_mode(&page, "on");
    dialog::place(page.stage(), "Headroom", place);
    process::until(WITHIN, "it stands there", || dialog::placed(page.stage(), "Headroom") == Some(place));
    page.end_by_signal();

    let page = stage.open();
    wait_for_mode(&page, "on");
    process::until(WITHIN, "it stands where it stood", || dialog::placed(page.stage(), "Headroom") == Some(place));
    page.end_by_signal();
}
