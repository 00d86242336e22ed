//! What needs a person reaches them: as a notification of the desktop, once, over restarts and quiet hours, and a click leads to it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use headroom_engine::caller::Caller;
use headroom_engine::clock::{Clock as _, ManualClock, SystemClock};
use headroom_engine::{AutoScalingService, Engine, EngineConfig, OwnerKind};
use serde_json::{Value, json};

use crate::notices::Notices;
use crate::page::Page;
use crate::stage::{Stage, binary};

/// From the start of the process to an engine that answers, on a busy machine.
const STARTS_WITHIN: Duration = Duration::from_secs(30);

/// From a press to its effect.
const SHOWN_WITHIN: Duration = Duration::from_secs(15);

/// From what happened to its notification: the promise.
const TOLD_WITHIN: Duration = Duration::from_secs(60);

/// Evaluations that fail, one a second.
const FAILS_WITHIN: Duration = Duration::from_secs(60);

#[test]
fn a_failure_is_told_once_after_the_quiet_hours_over_a_restart_and_a_click_leads_to_it() {
    let mut stage = Stage::set("alerts");
    let notices = Notices::start(&stage);
    let page = stage.open();
    let id = sample(&page);

    the_test_button_shows_a_notification(&page, &notices);
    it_is_quiet_from_an_hour_ago_for_two(&page);
    // A machine takes 200 instances of a deployment at most.
    page.call("update_settings", &json!({ "evaluationIntervalSeconds": 1 })).expect("the interval is set");
    page.call("save_policy", &json!({ "deploymentId": id, "draft": { "minInstances": 300, "maxInstances": 400 } })).expect("saved");
    let told = "answer.unread === 1 && answer.notifications.length === 2 ? answer.notifications[0].title : null";
    let title = page.wait_for_engine(TOLD_WITHIN, "the centre has the failure", "list_notifications", &json!({}), told);
    assert_eq!(title, "sample-web could not be scaled");
    failures(&page, &id, 3);
    page.go("/alerts");
    page.wait_for_words(SHOWN_WITHIN, "sample-web could not be scaled.");
    page.keep_picture("firing");
    page.close();

    // The next day, so to speak: still quiet, still failing, still not told.
    let page = stage.open();
    sample(&page);
    failures(&page, &id, 6);
    assert_eq!(notices.shown().len(), 1, "quiet hours hold: {:?}", notices.shown());
    page.go("/alerts?show=told");
    page.press_element(SHOWN_WITHIN, "button[role=switch][aria-label='Quiet hours']");
    let failure = notices.wait_for(2, TOLD_WITHIN);
    assert_eq!((failure.title.as_str(), failure.urgency.as_str()), ("sample-web could not be scaled", "CRITICAL"));
    assert!(failure.body.contains("200"), "it says why: {failure:?}");

    notices.press_newest();
    let here = "window.location.hash === argument";
    page.wait_for(SHOWN_WITHIN, "the click leads to the deployment", here, &json!(format!("#/deployment/{id}")));
    the_bell_counts_it_until_it_is_seen(&page);
    it_is_taken_on(&page);
    failures(&page, &id, 9);
    page.close();
    assert_eq!(notices.shown().len(), 2, "nothing is told twice: {:?}", notices.shown());
}

/// The sample's id, once the engine has read it.
fn sample(page: &Page<'_>) -> String {
    let found = "answer.deployments.find((row) => row.name === 'sample-web')?.id";
    let id = page.wait_for_engine(STARTS_WITHIN, "the sample is there", "get_overview", &json!({}), found);
    id.as_str().expect("an id").to_owned()
}

fn the_test_button_shows_a_notification(page: &Page<'_>, notices: &Notices) {
    page.go("/alerts?show=told");
    page.press(SHOWN_WITHIN, "Send a test to This desktop");
    page.wait_for_words(SHOWN_WITHIN, "It arrived.");
    assert_eq!(notices.wait_for(1, SHOWN_WITHIN).title, "Test from Headroom");
    page.keep_picture("told");
    notices.clear();
    page.call("mark_notifications_read", &json!({})).expect("the test is seen");
}

fn it_is_quiet_from_an_hour_ago_for_two(page: &Page<'_>) {
    let now = SystemClock.now();
    let time = |minutes| (now + chrono::TimeDelta::minutes(minutes)).format("%H:%M").to_string();
    let hours = json!({ "isEnabled": true, "from": time(-60), "to": time(60), "zone": "UTC" });
    page.call("set_quiet_hours", &hours).expect("the hours are set");
}

/// Waits until so many orders have failed in all.
fn failures(page: &Page<'_>, id: &str, count: usize) {
    let failed = format!("answer.events.filter((event) => event.eventType === 'failed').length >= {count}");
    let input = json!({ "deploymentId": id });
    page.wait_for_engine(FAILS_WITHIN, &format!("{count} orders have failed"), "get_scaling_history", &input, &failed);
}

fn the_bell_counts_it_until_it_is_seen(page: &Page<'_>) {
    page.press(SHOWN_WITHIN, "Notifications, 1 new");
    page.wait_for_element(SHOWN_WITHIN, "[role=dialog][aria-label=Notifications] li");
    page.keep_picture("bell");
    page.press(SHOWN_WITHIN, "All alerts");
    page.wait_for_element(SHOWN_WITHIN, "button[aria-label='Notifications, none new']");
}

fn it_is_taken_on(page: &Page<'_>) {
    // As with the keyboard: the row with the focus shows what can be done.
    page.wait_for(
        SHOWN_WITHIN,
        "a row of an alert",
        "(document.querySelector('[role=row][tabindex]')?.focus(), document.activeElement?.matches('[role=row]'))",
        &Value::Null,
    );
    page.press(SHOWN_WITHIN, "Acknowledge");
    page.wait_for_words(SHOWN_WITHIN, "Acknowledged");
}

#[test]
fn what_was_raised_before_a_crash_is_told_after_it_as_one_and_then_never_again() {
    let mut stage = Stage::set("alerts-outbox");
    let notices = Notices::start(&stage);
    let titles = raise_and_never_deliver(&stage.data());
    assert_eq!(titles.len(), 4, "{titles:?}");

    let page = stage.open();
    let group = notices.wait_for(1, TOLD_WITHIN);
    assert_eq!(group.title, "4 alerts");
    let mut lines: Vec<&str> = group.body.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, titles.iter().map(String::as_str).collect::<Vec<_>>());
    page.close();

    let page = stage.open();
    let evaluated = "answer.lastEvaluationAt";
    page.wait_for_engine(STARTS_WITHIN, "it evaluates again", "get_engine_state", &json!({}), evaluated);
    page.close();
    assert_eq!(notices.shown().len(), 1, "{:?}", notices.shown());
}

/// An engine on the app's data that evaluates the last hour and raises one alert of each kind that lasts, but ends before it tells
/// any; answers their titles in order.
fn raise_and_never_deliver(data: &Path) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let clock = ManualClock::starting_at(SystemClock.now() - chrono::TimeDelta::minutes(60));
        let config = EngineConfig {
            data_folder: data.to_owned(),
            program: binary(),
            home: data.to_owned(),
            environment: BTreeMap::new(),
            kind: OwnerKind::Desktop,
            version: "0.0.0-test".to_owned(),
            user: "ada".to_owned(),
            clock: Arc::new(clock.clone()),
            database_limit: None,
            offer_sample: false,
            notifier: Some(Arc::new(NoDesktop)),
        };
        let engine = Engine::start(config).await.unwrap();
        let swing: String = (0..60).map(|step| format!("{},{},100\n", step * 60, if step % 2 == 0 { 95 } else { 5 })).collect();
        for (name, csv) in [("full", "0,95,100\n"), ("gone", "0,unreachable,100\n"), ("slow", "0,50,900\n"), ("swing", swing.as_str())] {
            add(&engine, data, name, csv).await;
        }
        for _ in 0..60 {
            AutoScalingService::of(&engine).tick().await;
            clock.advance(chrono::TimeDelta::seconds(30));
        }
        let answer = call(&engine, "list_alerts", json!({ "isFiring": true })).await;
        engine.shutdown().await;
        let mut titles: Vec<String> =
            answer["alerts"].as_array().unwrap().iter().map(|alert| alert["title"].as_str().unwrap().to_owned()).collect();
        titles.sort_unstable();
        titles
    })
}

async fn add(engine: &Engine, folder: &Path, name: &str, rows: &str) {
    let file = folder.join(format!("{name}.csv"));
    std::fs::write(&file, format!("timestamp_s,cpu,response_time\n{rows}")).unwrap();
    let input = json!({ "name": name, "file": file, "instances": 3, "responseTimeMs": 500.0 });
    let added = call(engine, "add_replay_deployment", input).await;
    let draft = json!({
        "name": "CPU",
        "metrics": [{ "metric": "cpu", "threshold": 0.7, "comparison": "gt", "weight": 1.0, "maximum": null }],
        "scaleUpThreshold": 0.7, "scaleDownThreshold": 0.3, "cooldownPeriod": 60, "minInstances": 1,
        "maxInstances": if name == "swing" { 10 } else { 3 }, "consolidation": false,
    });
    call(engine, "save_policy", json!({ "deploymentId": added["deployment"]["id"], "draft": draft })).await;
}

async fn call(engine: &Engine, operation: &str, input: Value) -> Value {
    engine.call(&Caller::window("ada"), operation, input).await.unwrap_or_else(|error| panic!("{operation}: {error}"))
}

/// A desktop that is never asked: the engine's worker does not run.
struct NoDesktop;

#[async_trait::async_trait]
impl headroom_engine::notifier::Notifier for NoDesktop {
    async fn notify(&self, _notification: &headroom_engine::notifier::Notification) -> headroom_engine::notifier::Delivery {
        headroom_engine::notifier::Delivery::Failed("Nothing is delivered here.".to_owned())
    }
}
