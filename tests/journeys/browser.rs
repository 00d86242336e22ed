//! The same window in a browser, on a `headroomd`.

use std::time::Duration;

use serde_json::{Value, json};

use crate::page::Page;
use crate::sample;
use crate::server::Server;
use crate::stage::Stage;

/// From a press, or from a change of the engine, to what is seen of it on a busy machine.
const WITHIN: Duration = Duration::from_secs(45);

fn sign_in<'a>(stage: &'a Stage, server: &Server, role: &str) -> Page<'a> {
    let token = server.token(role);
    let page = stage.browse(server, &token);
    page.fill(WITHIN, "input[type=password]", &token);
    page.press(WITHIN, "Open");
    page.wait_for_words(WITHIN, "sample-web");
    page
}

#[test]
fn the_sample_is_scaled_from_a_browser_which_goes_on_after_a_restart() {
    let stage = Stage::in_a_browser("browser");
    let server = Server::start(&stage, &stage.data());
    let page = sign_in(&stage, &server, "admin");
    sample::the_sample_is_scaled(&page, server.id());

    // The page stays, its connection comes back, and what changes meanwhile and later is on the screen.
    let id = page.call("get_overview", &json!({})).unwrap()["deployments"][0]["id"].clone();
    let server = server.restart(&stage);
    page.call("update_deployment", &json!({ "deploymentId": id, "name": "renamed-after" })).unwrap();
    page.wait_for_words(WITHIN, "renamed-after");
    page.keep_picture("7-after-a-restart");
    page.close();
    server.end();
}

#[test]
fn a_viewer_sees_every_page_and_can_use_nothing_that_changes_something() {
    let stage = Stage::in_a_browser("browser-viewer");
    let server = Server::start(&stage, &stage.data());
    let page = stage.browse(&server, "");
    page.fill(WITHIN, "input[type=password]", "no-token");
    page.press(WITHIN, "Open");
    page.wait_for_words(WITHIN, "This is no token of this Headroom.");
    page.keep_picture("1-refused");
    page.close();

    let page = sign_in(&stage, &server, "viewer");
    let id = page.call("get_overview", &json!({})).unwrap()["deployments"][0]["id"].as_str().expect("an id").to_owned();
    for (path, words) in [
        ("/overview".to_owned(), "Overview"),
        ("/activity".to_owned(), "Activity"),
        ("/policies".to_owned(), "Policies"),
        (format!("/policies/{id}"), "Shadow"),
        ("/costs".to_owned(), "Costs"),
        ("/costs/prices".to_owned(), "Whose prices hold"),
        ("/budgets".to_owned(), "New budget"),
        ("/alerts".to_owned(), "Alerts"),
        ("/settings".to_owned(), "Data folder"),
        (format!("/deployment/{id}"), "sample-web"),
    ] {
        page.go(&path);
        page.wait_for_words(WITHIN, words);
        page.wait_for(WITHIN, &format!("{path} is read whole"), "!document.querySelector('main [aria-busy=true]')", &Value::Null);
        page.keep_picture(&format!("2{}", path.replace(&id, "one").replace('/', "-")));
        let alert = "[...document.querySelectorAll('main [role=alert]')].map((alert) => alert.innerText).join() || 'none'";
        assert_eq!(page.wait_for(WITHIN, "what is wrong", alert, &Value::Null), "none", "{path}");
    }
    // The order by hand says why it cannot be given, where one points at it.
    page.press(WITHIN, "Instances: one more");
    let order = page.wait_for_element(WITHIN, "[data-order][aria-disabled=true]");
    page.point_at(&order);
    page.wait_for_words(WITHIN, "This takes the role operator; yours is viewer.");
    page.keep_picture("3-why-not");
    page.go("/settings");
    page.wait_for_element(WITHIN, "[role=switch][aria-label='Read-only'][aria-disabled=true]");
    let refused = page.call("pause_all", &json!({})).unwrap_err();
    assert_eq!(refused["code"], "forbidden", "{refused}");
    page.close();
    server.end();
}
