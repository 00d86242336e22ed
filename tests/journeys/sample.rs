//! The newcomer's journey: from the first start to a fleet that scales by itself, by hand, and by a policy of one's own.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::page::Page;
use crate::process::{self, Owned};
use crate::stage::{Stage, binary};

/// From the start of the process to measured readings on the screen.
const LIVE_WITHIN: Duration = Duration::from_secs(15);

/// From the start of the load to more instances that the policy ordered.
const SCALES_WITHIN: Duration = Duration::from_secs(120);

/// From a press to its effect on the screen.
const SHOWN_WITHIN: Duration = Duration::from_secs(15);

/// From an order to instances that passed their health check.
const READY_WITHIN: Duration = Duration::from_secs(60);

/// What is sent at the sample, in fully used instances: more than one can bear, less than its policy allows.
const LOAD_UNITS: u32 = 3;

/// What a person would write.
const REASON: &str = "Launch of the spring campaign";

/// Another than the one that the sample starts with.
const TEMPLATE: &str = "api-performance";

#[test]
fn the_sample_scales_by_itself_then_by_hand_then_by_a_policy_from_a_template() {
    let mut stage = Stage::set("sample");
    let page = stage.open();

    the_sample_is_scaled(&page, page.app_id());
    page.close();
}

/// What a person does with the sample, in whichever window; `engine` is the process that scales.
pub(crate) fn the_sample_is_scaled(page: &Page<'_>, engine: u32) {
    let id = it_shows_live_readings(page);
    let address = it_scales_up_under_load(page, &id);
    its_processes_exist_and_answer(page, engine, &id, &address);
    an_order_by_hand_is_in_the_history(page, &id);
    a_policy_from_a_template_is_in_force(page, &id);
}

/// The first start needs nothing: the sample is there, measured.
fn it_shows_live_readings(page: &Page<'_>) -> String {
    let row = page.wait_for_engine(
        LIVE_WITHIN,
        "the sample has readings",
        "get_overview",
        &json!({}),
        "answer.deployments.find((row) => row.name === 'sample-web' && row.band?.score != null)",
    );
    page.wait_for_words(SHOWN_WITHIN, "sample-web");
    page.keep_picture("1-live");
    row["id"].as_str().expect("a row names its deployment").to_owned()
}

/// Its policy orders more instances when more is asked of it than they can bear; gives the address that was asked.
fn it_scales_up_under_load(page: &Page<'_>, id: &str) -> String {
    let status = page.call("get_scaling_status", &json!({ "deploymentId": id })).expect("the sample has a status");
    let address = address_in(status["runsOn"].as_str().unwrap_or_default());
    let trace = tempfile::NamedTempFile::new().unwrap();
    // Even, for longer than is waited.
    std::fs::write(trace.path(), "timestamp_s,requests_per_s\n0,1\n600,1\n").unwrap();
    let _load = Owned::start(
        Command::new(binary())
            .args(["load", "--units", &format!("--url={address}/"), &format!("--peak={LOAD_UNITS}")])
            .arg(format!("--trace={}", trace.path().display()))
            .stdin(Stdio::null()),
    );
    let event = page.wait_for_engine(
        SCALES_WITHIN,
        "the policy orders more instances",
        "get_scaling_history",
        &json!({ "deploymentId": id }),
        "answer.events.find((event) => event.eventType === 'scale_up' && event.toInstances > event.fromInstances)",
    );
    assert!(event["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "it says why: {event}");
    assert!(event["policyId"].is_string(), "by a policy: {event}");
    page.keep_picture("2-scaled-up");
    address
}

/// What is counted is there: that many processes of this machine, each answering on its own port, and the balancer before them.
fn its_processes_exist_and_answer(page: &Page<'_>, engine: u32, id: &str, address: &str) {
    let ready = page.wait_for_engine(
        READY_WITHIN,
        "two instances and more are ready",
        "get_scaling_status",
        &json!({ "deploymentId": id }),
        "answer.readyInstances >= 2 && answer.startingInstances === 0 ? answer.readyInstances : null",
    );
    let ready = ready.as_u64().expect("a count");
    process::until(READY_WITHIN, &format!("{ready} processes of the sample answer, each on its own port"), || {
        let processes = process::descendants_of(engine).into_iter().map(process::command_line);
        let ports: BTreeSet<String> = processes.filter_map(|argv| port_of_sample(&argv)).collect();
        let answering = ports.iter().filter(|port| process::answers(&format!("http://127.0.0.1:{port}/healthz")));
        answering.count() as u64 >= ready
    });
    assert!(process::answers(&format!("{address}/")), "the load balancer answers");
}

/// A person sets the count with a reason; the history shows it with who, why and what it costs.
fn an_order_by_hand_is_in_the_history(page: &Page<'_>, id: &str) {
    let settled = "answer.currentInstances === answer.targetInstances ? answer : null";
    let status = page.wait_for_engine(READY_WITHIN, "no order is under way", "get_scaling_status", &json!({ "deploymentId": id }), settled);
    let (current, most) = (status["currentInstances"].as_u64(), status["facts"]["maxInstances"].as_u64());
    // Two steps away: the policy may take one meanwhile.
    let step = if current.map(|count| count + 2) <= most { "Instances: one more" } else { "Instances: one fewer" };

    page.go(&format!("/deployment/{id}"));
    page.press(SHOWN_WITHIN, step);
    page.press(SHOWN_WITHIN, step);
    page.fill(SHOWN_WITHIN, "input[placeholder^='Reason']", REASON);
    page.wait_for_words(SHOWN_WITHIN, "Price of the hold");
    page.press_element(SHOWN_WITHIN, "[data-order]:not([aria-disabled=true])");
    page.wait_for_words(SHOWN_WITHIN, "Ordered ");
    page.keep_picture("3-by-hand");

    let event = page.wait_for_engine(
        SHOWN_WITHIN,
        "the order is in the history",
        "get_scaling_history",
        &json!({ "deploymentId": id }),
        &format!("answer.events.find((event) => event.eventType === 'manual' && event.reason.includes({}))", json!(REASON)),
    );
    assert_ne!(event["fromInstances"], event["toInstances"], "{event}");
    assert!(event["priceChange"].as_f64().is_some_and(|price| price != 0.0), "it has a price: {event}");
    page.go(&format!("/deployment/{id}?tab=history"));
    page.wait_for_words(SHOWN_WITHIN, REASON);
    page.wait_for(SHOWN_WITHIN, "a price per hour in the history", "/[+−-]\\$[0-9.]+\\/h/.test(document.body.innerText)", &Value::Null);
    page.keep_picture("4-history");
}

/// A person takes a template, and what it says is what decides from then on.
fn a_policy_from_a_template_is_in_force(page: &Page<'_>, id: &str) {
    page.go(&format!("/policies/{id}?template={TEMPLATE}"));
    page.press(SHOWN_WITHIN, "Save v2");
    page.wait_for_words(SHOWN_WITHIN, "v2, in force");
    page.keep_picture("5-policy");
    let decided = page.wait_for_engine(
        SHOWN_WITHIN,
        "the new policy decides",
        "get_scaling_status",
        &json!({ "deploymentId": id }),
        "answer.policy?.version === 2 && answer.lastDecision ? answer : null",
    );
    assert_eq!(decided["policy"]["templateId"], TEMPLATE, "{}", decided["policy"]);
    page.go("/overview");
    page.wait_for_words(SHOWN_WITHIN, "sample-web");
    page.keep_picture("6-overview");
}

/// The port of an instance of the sample service, by its command line.
fn port_of_sample(argv: &[String]) -> Option<String> {
    argv.iter()
        .any(|argument| argument == "sample-service")
        .then(|| argv.iter().skip_while(|argument| *argument != "--port").nth(1))?
        .cloned()
}

/// The web address in words about where a deployment runs.
fn address_in(words: &str) -> String {
    let start = words.find("http://").unwrap_or_else(|| panic!("an address in \"{words}\""));
    words[start..].split_whitespace().next().expect("it starts there").trim_end_matches(['/', ',', '.', ')']).to_owned()
}
