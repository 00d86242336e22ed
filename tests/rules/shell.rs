//! What the window may do: its content is the app's own, what people and machines write in it stays text, and it may ask the desktop for little.

use std::path::Path;

use serde_json::Value;

use crate::house;

/// What makes markup or a program of a text.
const MAKES_MARKUP: &[&str] = &[
    "dangerouslySetInnerHTML",
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "document.write",
    "srcDoc",
    "srcdoc",
    "new Function(",
    "eval(",
];

/// Lines of a source that make markup of a text.
fn markup_in(text: &str) -> Vec<&str> {
    text.lines().filter(|line| MAKES_MARKUP.iter().any(|maker| line.contains(maker))).collect()
}

fn json(file: &str) -> Value {
    serde_json::from_str(&house::text(Path::new(file)).unwrap()).unwrap()
}

#[test]
fn what_makes_markup_is_found() {
    assert_eq!(markup_in("a\n<p dangerouslySetInnerHTML={{ __html: name }} />\nb.innerHTML = reason;").len(), 2);
    assert_eq!(markup_in("<p>{name}</p>"), [] as [&str; 0]);
}

#[test]
fn names_and_reasons_are_never_rendered_as_markup() {
    let sources: Vec<_> = house::files()
        .into_iter()
        .filter(|file| file.starts_with("ui/src") && file.extension().is_some_and(|kind| kind == "ts" || kind == "tsx"))
        .collect();
    assert!(sources.len() > 100, "the sources of the window were not read");
    let found: Vec<String> = sources
        .iter()
        .filter_map(|file| Some((file, house::text(file)?)))
        .flat_map(|(file, text)| {
            markup_in(&text).into_iter().map(|line| format!("{}: {}", file.display(), line.trim())).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(found, [] as [String; 0]);
}

#[test]
fn the_window_loads_and_runs_nothing_that_is_not_the_apps_own() {
    let security = &json("tauri.conf.json")["app"]["security"];
    let policy = security["csp"].as_object().expect("a content security policy");
    for (what, sources) in policy {
        for source in sources.as_str().expect("text").split_whitespace() {
            // `ipc` is the road to the app itself; inline styles are the web view's own need for positions, and run nothing.
            let is_own = matches!(source, "'self'" | "'none'" | "ipc:" | "http://ipc.localhost");
            let is_picture = what == "img-src" && source == "data:";
            let is_style = what == "style-src" && source == "'unsafe-inline'";
            assert!(is_own || is_picture || is_style, "{what} {source}");
        }
    }
    for (what, source) in [("default-src", "'self'"), ("script-src", "'self'"), ("object-src", "'none'"), ("frame-ancestors", "'none'")] {
        assert_eq!(policy[what], source, "{what}");
    }
    assert_eq!(security["freezePrototype"], true);
}

/// A permission that is added here is a decision: what for, and why the engine's one command does not do.
#[test]
fn the_window_asks_the_desktop_for_its_own_title_bar_and_events_alone() {
    let capability = json("src-tauri/capabilities/window.json");
    assert_eq!(capability["local"], true);
    assert!(capability["remote"].is_null(), "no page from elsewhere may ask anything");
    assert_eq!(
        capability["permissions"],
        serde_json::json!([
            "core:event:allow-listen",
            "core:event:allow-unlisten",
            "core:window:allow-close",
            "core:window:allow-is-maximized",
            "core:window:allow-minimize",
            "core:window:allow-start-dragging",
            "core:window:allow-toggle-maximize",
            "core:window:allow-internal-toggle-maximize"
        ])
    );
    let files = house::files();
    let capabilities = files.iter().filter(|file| file.starts_with("src-tauri/capabilities"));
    assert_eq!(capabilities.collect::<Vec<_>>(), [Path::new("src-tauri/capabilities/window.json")]);
}
