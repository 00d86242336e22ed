//! The whole list of operations, and the whole fleet at once.

use headroom_engine::AutoScalingService;
use headroom_engine::error::ErrorCode;
use headroom_engine::event::Event;
use headroom_engine::operations::{ALL, GetOverview, Kind};
use headroom_engine::view::{DeploymentState, EventType};
use serde_json::{Value, json};

use crate::house::{House, Open, cpu_policy, heard, person, trials, within};

trials![
    every_query_answers_on_an_empty_fleet,
    every_operation_is_called_and_answers,
    three_hundred_deployments_are_evaluated_and_scaled_in_one_tick,
    a_target_that_refuses_is_failing_and_the_next_evaluation_tries_again,
];

async fn every_query_answers_on_an_empty_fleet() {
    let house = House::new();
    let open = house.open().await;
    for descriptor in ALL.iter().filter(|descriptor| matches!(descriptor.kind, Kind::Query(_))) {
        match open.engine.call(&person(), descriptor.name, Value::Null).await {
            Ok(answer) => assert!(answer.is_object(), "{}: {answer}", descriptor.name),
            // Those about one deployment, budget or draft need its name.
            Err(error) => {
                assert_eq!(error.code, ErrorCode::BadRequest, "{}: {error}", descriptor.name);
                let named = ["deploymentId", "budgetId", "draft", "text"].iter().any(|name| error.message.contains(name));
                assert!(named, "{}: {error}", descriptor.name);
            }
        }
    }
    let overview = open.ask(GetOverview {}).await.expect("an overview");
    assert_eq!((overview.deployments.len(), overview.ready_instances.0, overview.observed_share), (0, 0, 0.0));
    assert_eq!(overview.cost_per_hour.as_units(), 0.0);
    open.tick().await;
    open.close().await;
}

async fn called(open: &Open, names: &mut Vec<&'static str>, name: &'static str, input: Value) -> Value {
    names.push(name);
    within(name, open.engine.call(&person(), name, input)).await.unwrap_or_else(|error| panic!("{name}: {error}"))
}

async fn every_operation_is_called_and_answers() {
    let mut house = House::new();
    house.desktop = Some(std::sync::Arc::new(crate::alerts::Desktop::new()));
    let open = house.open().await;
    let mut names = Vec::new();
    let file = house.recording("calm.csv", "timestamp_s,cpu\n0,50\n");
    let added = called(&open, &mut names, "add_replay_deployment", json!({ "name": "web", "file": file, "instances": 2 })).await;
    let id = added["deployment"]["id"].clone();
    let of = || json!({ "deploymentId": id });
    called(&open, &mut names, "save_policy", json!({ "deploymentId": id, "draft": cpu_policy() })).await;
    open.tick().await;
    let order = json!({ "deploymentId": id, "targetInstances": 3, "reason": "a launch" });
    let preview = called(&open, &mut names, "preview_manual_scaling", json!({ "deploymentId": id, "targetInstances": 3 })).await;
    assert_eq!(preview["problem"], Value::Null);
    assert_eq!(called(&open, &mut names, "scale_manually", order).await["toInstances"], 3);
    called(&open, &mut names, "end_override", of()).await;
    for name in ["pause_deployment", "resume_deployment"] {
        called(&open, &mut names, name, of()).await;
    }
    for name in ["pause_all", "resume_all"] {
        called(&open, &mut names, name, json!({})).await;
    }
    let settings = called(&open, &mut names, "update_settings", json!({ "evaluationIntervalSeconds": 60, "theme": "light" })).await;
    assert_eq!(called(&open, &mut names, "get_settings", json!({})).await, settings);
    assert_eq!(called(&open, &mut names, "get_engine_state", json!({})).await["intervalSeconds"], 60);
    assert!(called(&open, &mut names, "get_glance", json!({})).await["figures"].is_string());
    open.tick().await;

    for name in ["get_overview", "list_decisions", "get_scaling_history", "list_policies", "list_policy_templates"] {
        let answer = called(&open, &mut names, name, json!({})).await;
        let rows = answer.as_object().and_then(|answer| answer.values().find_map(Value::as_array)).expect("a list");
        assert!(!rows.is_empty(), "{name}: {answer}");
    }
    assert_eq!(called(&open, &mut names, "get_scaling_status", of()).await["name"], "web");
    assert_eq!(called(&open, &mut names, "get_deployment", of()).await["isSample"], false);
    let since = json!({ "deploymentId": id, "from": "2026-06-10T11:00:00Z" });
    assert!(called(&open, &mut names, "get_series", since).await["times"].is_array());
    let then = json!({ "deploymentId": id, "at": "2026-06-10T12:00:00Z" });
    assert!(called(&open, &mut names, "get_decision", then).await["decision"].is_object());
    assert_eq!(called(&open, &mut names, "check_policy", json!({ "deploymentId": id, "draft": {} })).await["isValid"], true);
    called(&open, &mut names, "save_policy", json!({ "deploymentId": id, "draft": { "cooldownPeriod": 240 } })).await;
    assert_eq!(called(&open, &mut names, "restore_policy_version", json!({ "deploymentId": id, "version": 1 })).await["version"], 3);
    assert_eq!(called(&open, &mut names, "list_policy_versions", of()).await["versions"][0]["version"], 3);
    let played = called(&open, &mut names, "play_policy", json!({ "deploymentId": id, "draft": {} })).await;
    assert!(played["basedOn"].is_string());
    let calendar = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260627T080000\nDURATION:PT1H\nEND:VEVENT\nEND:VCALENDAR";
    assert!(called(&open, &mut names, "read_calendar", json!({ "text": calendar })).await["schedules"][0].is_object());

    called(&open, &mut names, "set_alert_preference", json!({ "kind": "oscillation", "isOn": false, "muted": ["desktop"] })).await;
    let quiet = json!({ "isEnabled": true, "from": "22:00", "to": "07:00", "zone": "Europe/Berlin" });
    called(&open, &mut names, "set_quiet_hours", quiet).await;
    assert_eq!(called(&open, &mut names, "get_alert_settings", json!({})).await["quietHours"]["zone"], "Europe/Berlin");
    crate::alerts::reach_the_maximum(&open, &house, "full").await;
    let alert = called(&open, &mut names, "list_alerts", json!({})).await["alerts"][0]["id"].clone();
    called(&open, &mut names, "snooze_alert", json!({ "alertId": alert, "minutes": 60 })).await;
    called(&open, &mut names, "acknowledge_alert", json!({ "alertId": alert })).await;
    assert_eq!(called(&open, &mut names, "list_notifications", json!({})).await["unread"], 1);
    called(&open, &mut names, "mark_notifications_read", json!({})).await;
    assert_eq!(called(&open, &mut names, "get_costs", json!({})).await["currency"], "USD");
    assert_eq!(called(&open, &mut names, "get_cost_detail", of()).await["isByHour"], false);
    let row = json!({
        "provider": "acme", "class": "", "currency": "USD", "source": "list", "validFrom": "2026-06-01T00:00:00Z",
        "rates": { "cpuCoreHour": 0.1, "memoryGbHour": 0.01, "storageGbHour": 0, "networkMb": 0 },
    });
    called(&open, &mut names, "set_price_row", json!({ "row": row })).await;
    let rate = json!({ "currency": "EUR", "validFrom": "1970-01-01T00:00:00Z", "rate": 1.1 });
    called(&open, &mut names, "set_exchange_rate", json!({ "rate": rate })).await;
    let imported =
        called(&open, &mut names, "import_prices", json!({ "csv": "provider,valid_from,cpu_core_hour\nacme,2026-06-02,0.2\n" })).await;
    assert_eq!((&imported["added"], &imported["errors"]), (&json!(1), &json!([])));
    called(&open, &mut names, "set_price_class", json!({ "deploymentId": id, "provider": "acme", "class": "" })).await;
    let book = called(&open, &mut names, "get_price_book", json!({})).await;
    assert_eq!(called(&open, &mut names, "reprice_history", json!({ "isTrial": true })).await["unpriced"], 0);
    called(&open, &mut names, "remove_price_row", json!({ "rowId": book["rows"][0]["id"] })).await;
    called(&open, &mut names, "remove_exchange_rate", json!({ "rateId": book["exchangeRates"][0]["id"] })).await;
    called(&open, &mut names, "set_ledger_currency", json!({ "currency": "CHF", "rate": 0.8 })).await;
    let draft = json!({ "name": "All", "scope": { "kind": "all" }, "monthlyLimit": 500 });
    assert_eq!(called(&open, &mut names, "check_budget", json!({ "draft": draft })).await["errors"], json!([]));
    let budget = called(&open, &mut names, "save_budget", json!({ "draft": draft })).await["id"].clone();
    assert_eq!(called(&open, &mut names, "list_budgets", json!({})).await["budgets"][0]["id"], budget);
    assert_eq!(called(&open, &mut names, "get_budget", json!({ "budgetId": budget })).await["budget"]["name"], "All");
    assert_eq!(called(&open, &mut names, "preview_guard", json!({ "budgetId": budget })).await["deployments"], 0);
    called(&open, &mut names, "delete_budget", json!({ "budgetId": budget })).await;

    let channels = called(&open, &mut names, "list_channels", json!({})).await;
    assert_eq!(called(&open, &mut names, "test_channel", json!({ "channelId": channels["channels"][0]["id"] })).await["isSent"], true);

    let page = called(&open, &mut names, "list_deployments", json!({})).await;
    assert!(page["deployments"].as_array().is_some_and(|rows| rows.iter().any(|row| row["id"] == id)), "{page}");
    let changed = called(&open, &mut names, "update_deployment", json!({ "deploymentId": id, "tags": ["shop"] })).await;
    assert_eq!(changed["deployment"]["tags"], json!(["shop"]));
    assert_eq!(called(&open, &mut names, "get_resource_usage", of()).await["deploymentId"], id);
    assert_eq!(called(&open, &mut names, "get_scaling_analytics", of()).await["deploymentId"], id);
    assert_eq!(called(&open, &mut names, "get_resource_optimization", of()).await["deploymentId"], id);
    called(&open, &mut names, "set_deployment_budget", json!({ "deploymentId": id, "draft": draft })).await;
    assert_eq!(called(&open, &mut names, "get_deployment_budget", of()).await["name"], "All");
    let configuration = called(&open, &mut names, "export_configuration", json!({})).await;
    let trial = json!({ "configuration": configuration, "dryRun": true });
    assert_eq!(called(&open, &mut names, "import_configuration", trial).await["lines"][0]["what"], "settings");
    assert!(called(&open, &mut names, "get_health", json!({})).await["status"].is_string());
    let token = called(&open, &mut names, "create_token", json!({ "name": "ci", "role": "viewer", "lifeSeconds": 600 })).await;
    assert_eq!(called(&open, &mut names, "list_tokens", json!({})).await["tokens"][0], token["details"]);
    called(&open, &mut names, "revoke_token", json!({ "tokenId": token["details"]["id"] })).await;

    // Real processes from here on: the sample with its load, and this program's sample service as a command of one's own.
    let sample = called(&open, &mut names, "add_sample", json!({})).await;
    assert_eq!((&sample["isSample"], sample["url"].is_string()), (&json!(true), true));
    let program = std::env::current_exe().expect("this program has a path").display().to_string();
    let own =
        json!({ "name": "own", "argv": [program, "sample-service", "--port", "{port}"], "health": { "kind": "http", "path": "/healthz" } });
    let own = called(&open, &mut names, "add_local_deployment", own_input(own)).await;
    for added in [&sample, &own] {
        called(&open, &mut names, "remove_deployment", json!({ "deploymentId": added["deployment"]["id"] })).await;
    }
    assert_eq!(open.state().await.deployments, 2);

    names.sort_unstable();
    names.dedup();
    let mut all: Vec<&str> = ALL.iter().map(|descriptor| descriptor.name).collect();
    all.sort_unstable();
    assert_eq!(names, all);
    open.close().await;
}

/// The health check in its written form.
fn own_input(mut input: Value) -> Value {
    let check = headroom_core::deployment::HealthCheck::Http { path: "/healthz".to_owned() };
    input["health"] = serde_json::to_value(check).expect("a value");
    input
}

async fn three_hundred_deployments_are_evaluated_and_scaled_in_one_tick() {
    let house = House::new();
    let open = house.open().await;
    let high = house.recording("high.csv", "timestamp_s,cpu\n0,90\n");
    let calm = house.recording("calm.csv", "timestamp_s,cpu\n0,50\n");
    let mut ids = Vec::new();
    for index in 0..300 {
        let id = open.add(&format!("web-{index:03}"), if index % 3 == 0 { &high } else { &calm }, 3).await;
        open.save(&id, cpu_policy()).await;
        ids.push(id);
    }
    let mut events = open.engine.subscribe();
    within("one tick", AutoScalingService::of(&open.engine).tick()).await;
    let mut executed = 0;
    while executed < 100 {
        heard("an order", &mut events, |event| matches!(event, Event::ScalingExecuted(_)).then_some(())).await;
        executed += 1;
    }
    open.tick_after(30).await;
    let overview = open.ask(GetOverview {}).await.expect("an overview");
    // 100 × 4 + 200 × 3
    assert_eq!((overview.deployments.len(), overview.ready_instances.0), (300, 1_000));
    // 1 000 × $0.055
    assert_eq!(overview.cost_per_hour.as_units(), 55.0);
    // Worst first: those that were high are above those that are calm.
    let first_hundred: Vec<&str> = overview.deployments[..100].iter().map(|row| row.name.as_str()).collect();
    let high: Vec<String> = (0..300).step_by(3).map(|index| format!("web-{index:03}")).collect();
    assert_eq!(first_hundred, high);
    open.close().await;
}

async fn a_target_that_refuses_is_failing_and_the_next_evaluation_tries_again() {
    let house = House::new();
    let open = house.open().await;
    let program = std::env::current_exe().expect("this program has a path").display().to_string();
    let input = own_input(json!({ "name": "own", "argv": [program, "sample-service", "--port", "{port}"] }));
    let added = within("a start", open.engine.call(&person(), "add_local_deployment", input)).await.expect("added");
    let id: headroom_core::deployment::DeploymentId = serde_json::from_value(added["deployment"]["id"].clone()).expect("an id");
    // A machine takes 200 instances of a deployment at most, and this policy wants 300.
    let mut draft = cpu_policy();
    (draft["minInstances"], draft["maxInstances"]) = (json!(300), json!(400));
    open.save(&id, draft).await;
    let mut events = open.engine.subscribe();
    for attempt in 1..=2 {
        open.tick().await;
        let message = heard("the failure", &mut events, |event| match event {
            Event::ScalingFailed { message, .. } => Some(message.clone()),
            _ => None,
        })
        .await;
        assert!(message.contains("200"), "{message}");
        let history = open.history(&id).await;
        assert_eq!(history.len(), attempt, "{history:?}");
        assert_eq!((history[0].event_type, history[0].error.as_ref()), (EventType::Failed, Some(&message)));
        let status = open.status(&id).await;
        assert_eq!((status.state, status.state_words.as_str()), (DeploymentState::Failing, "Failing"));
        open.clock.advance(crate::house::seconds(30));
    }
    // Inside what the machine takes, it is well again.
    open.save(&id, json!({ "minInstances": 1, "maxInstances": 10 })).await;
    open.scale(&id, 1, "as it was", Some(0)).await.expect("scaled");
    assert_ne!(open.status(&id).await.state, DeploymentState::Failing);
    open.ask(headroom_engine::operations::RemoveDeployment { deployment_id: id }).await.expect("removed");
    open.close().await;
}
