//! The window by keyboard alone: every screen is reached, every stop of Tab is seen, nothing holds the focus for good.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use crate::page::Page;
use crate::stage::Stage;

/// From a key to its effect on the screen, on a busy machine.
const WITHIN: Duration = Duration::from_secs(30);
/// More stops than any screen has.
const MOST_STOPS: u32 = 250;

const TAB: &str = "\u{E004}";
const ENTER: &str = "\u{E007}";
const ESCAPE: &str = "\u{E00C}";
const CONTROL: &str = "\u{E009}";

/// The element with the focus, as it is seen; none where nothing has it.
const STOP: &str = r"
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  window.__stops ??= new Map();
  if (!window.__stops.has(element)) window.__stops.set(element, window.__stops.size);
  const isInside = box.width > 0 && box.height > 0 && box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight;
  return {
    number: window.__stops.get(element),
    name: (element.getAttribute('aria-label') ?? element.labels?.[0]?.innerText ?? element.innerText ?? '').trim().slice(0, 60) || element.outerHTML.slice(0, 120),
    isSeen: isInside && style.visibility !== 'hidden' && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1,
    isInDialog: element.closest('[role=dialog]') !== null,
  };
";

/// What Tab reached on a screen.
struct Walk {
    names: Vec<String>,
    unseen: Vec<String>,
    ends: bool,
}

/// Presses Tab until it comes round to where it began, or leaves the page.
fn walk(page: &Page<'_>) -> Walk {
    page.evaluate("window.__stops = new Map(); return null;");
    let mut walk = Walk { names: Vec::new(), unseen: Vec::new(), ends: false };
    let mut passed = BTreeSet::new();
    for _ in 0..MOST_STOPS {
        page.keys(&[TAB]);
        let stop = page.evaluate(STOP);
        if stop.is_null() {
            walk.ends = true;
            return walk;
        }
        if !passed.insert(stop["number"].as_u64().expect("a number")) {
            walk.ends = true;
            return walk;
        }
        let name = stop["name"].as_str().unwrap_or_default().to_owned();
        if stop["isSeen"] != true {
            walk.unseen.push(name.clone());
        }
        walk.names.push(name);
    }
    walk
}

fn check(page: &Page<'_>, screen: &str, expected: &[&str], faults: &mut Vec<String>) {
    let walk = walk(page);
    if !walk.ends {
        faults.push(format!("{screen}: Tab does not come round; last {:?}", walk.names.iter().rev().take(6).collect::<Vec<_>>()));
    }
    if !walk.unseen.is_empty() {
        faults.push(format!("{screen}: the focus is not seen on {:?}", walk.unseen));
    }
    for wanted in expected {
        if !walk.names.iter().any(|name| name.contains(wanted)) {
            faults.push(format!("{screen}: Tab does not reach \"{wanted}\"; it reaches {:?}", walk.names));
        }
    }
}

fn is_on(page: &Page<'_>, path: &str) {
    page.wait_for(WITHIN, path, "location.hash.slice(1).startsWith(argument)", &json!(path));
}

/// Opens the palette, types, and takes the first that is found.
fn run_in_palette(page: &Page<'_>, words: &str) {
    page.keys(&[CONTROL, "k"]);
    page.wait_for(WITHIN, "the palette", "document.activeElement?.getAttribute('role') === 'combobox'", &Value::Null);
    page.keys_one_by_one(words);
    page.wait_for(
        WITHIN,
        words,
        "document.querySelector('[cmdk-item][data-selected=true]')?.innerText.toLowerCase().includes(argument)",
        &json!(words.to_lowercase()),
    );
    page.keys(&[ENTER]);
    page.wait_for(WITHIN, "the palette closes", "document.querySelector('[cmdk-item]') === null", &Value::Null);
}

#[test]
fn every_screen_is_reached_and_walked_by_keyboard_alone() {
    let mut stage = Stage::set("keyboard");
    let page = stage.open();
    let row = page.wait_for_engine(
        WITHIN,
        "the sample has readings",
        "get_overview",
        &json!({}),
        "answer.deployments.find((row) => row.name === 'sample-web' && row.band?.score != null)",
    );
    let id = row["id"].as_str().expect("an id").to_owned();
    page.wait_for_words(WITHIN, "sample-web");
    // Nothing moves while it is walked.
    page.call("pause_all", &json!({})).unwrap();
    page.wait_for_words(WITHIN, "Resume");
    let mut faults = Vec::new();
    for (letter, path, expected) in [
        ("o", "/overview", &["Search or run a command", "Close", "sample-web"][..]),
        ("p", "/policies", &[][..]),
        ("b", "/budgets", &[]),
        ("c", "/costs", &[]),
        ("l", "/alerts", &[]),
        ("a", "/activity", &[]),
        ("s", "/settings", &["Evaluation interval", "Start at login", "About and licenses"]),
    ] {
        page.keys(&["g"]);
        page.keys(&[letter]);
        is_on(&page, path);
        page.wait_for(WITHIN, "it has been read", "document.querySelector('main [aria-busy=true]') === null", &Value::Null);
        check(&page, path, expected, &mut faults);
    }
    // Places beside the side bar's, through the palette.
    run_in_palette(&page, "sample-web");
    is_on(&page, &format!("/deployment/{id}"));
    page.wait_for(WITHIN, "it has been read", "document.querySelector('main [role=tab]') !== null", &Value::Null);
    check(&page, "/deployment", &[], &mut faults);
    run_in_palette(&page, "about headroom");
    is_on(&page, "/about");
    page.wait_for_words(WITHIN, "packages of others");
    check(&page, "/about", &["Search packages"], &mut faults);

    // What lies over the page holds the focus while it is open, and Escape gives it back.
    page.keys(&["?"]);
    page.wait_for_element(WITHIN, "[role=dialog]");
    page.keys(&[TAB]);
    let inside = page.evaluate(STOP);
    if inside["isInDialog"] != true {
        faults.push(format!("the cheat sheet does not hold the focus: {inside}"));
    }
    page.keys(&[ESCAPE]);
    page.wait_for(WITHIN, "it closes", "document.querySelector('[role=dialog]') === null", &Value::Null);
    assert!(faults.is_empty(), "{}", faults.join("\n"));

    // A command of the palette does what it says; so does the shortcut.
    run_in_palette(&page, "resume all");
    page.wait_for_engine(WITHIN, "it goes on", "get_engine_state", &json!({}), "answer.mode === 'on'");
    run_in_palette(&page, "pause all");
    page.wait_for_engine(WITHIN, "it is paused", "get_engine_state", &json!({}), "answer.mode === 'paused'");
    run_in_palette(&page, "theme: dark");
    page.wait_for_engine(WITHIN, "the theme is kept", "get_settings", &json!({}), "answer.theme === 'dark'");
    page.end_by_signal();
}
