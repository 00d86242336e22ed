//! What is refused, with which code, and what it says to do.

use headroom_engine::StartError;
use headroom_engine::caller::Origin;
use headroom_engine::clock::Clock as _;
use headroom_engine::error::ErrorCode;
use headroom_engine::operations::{ALL, GetScalingStatus, Kind, Role, ScaleManually};
use headroom_engine::view::{EngineMode, EventType};
use headroom_store::StoreError;
use serde_json::json;

use crate::house::{House, caller, cpu_policy, person, seconds, trials};

trials![
    an_unknown_deployment_is_not_found,
    an_unknown_operation_and_ill_typed_input_are_bad_requests,
    a_viewer_may_not_scale,
    what_names_a_program_or_a_file_is_taken_from_the_window_alone,
    two_engines_on_one_folder_are_refused,
    a_taken_name_is_a_conflict,
    a_recording_that_cannot_be_read_is_said_and_nothing_is_added,
    a_full_disk_moves_nothing_and_says_what_to_do,
];

async fn an_unknown_deployment_is_not_found() {
    let house = House::new();
    let open = house.open().await;
    let id = json!("dep_nowhere");
    let inputs = [
        ("get_scaling_status", json!({ "deploymentId": id })),
        ("get_deployment", json!({ "deploymentId": id })),
        ("get_series", json!({ "deploymentId": id, "from": "2026-06-10T11:00:00Z" })),
        ("get_decision", json!({ "deploymentId": id, "at": "2026-06-10T11:00:00Z" })),
        ("preview_manual_scaling", json!({ "deploymentId": id, "targetInstances": 2 })),
        ("scale_manually", json!({ "deploymentId": id, "targetInstances": 2, "reason": "a launch" })),
        ("end_override", json!({ "deploymentId": id })),
        ("pause_deployment", json!({ "deploymentId": id })),
        ("resume_deployment", json!({ "deploymentId": id })),
        ("remove_deployment", json!({ "deploymentId": id })),
        ("check_policy", json!({ "deploymentId": id, "draft": {} })),
        ("save_policy", json!({ "deploymentId": id, "draft": cpu_policy() })),
    ];
    for (name, input) in inputs {
        let refused = open.engine.call(&person(), name, input).await.expect_err(name);
        assert_eq!(refused.code, ErrorCode::NotFound, "{name}: {refused}");
        assert!(refused.message.contains("dep_nowhere"), "{name}: {refused}");
    }
    open.close().await;
}

async fn an_unknown_operation_and_ill_typed_input_are_bad_requests() {
    let house = House::new();
    let open = house.open().await;
    let calls = [
        ("drop_tables", json!({})),
        ("get_scaling_status", json!({})),
        ("get_scaling_status", json!({ "deploymentId": 7 })),
        ("scale_manually", json!({ "deploymentId": "dep_1", "targetInstances": -1, "reason": "x" })),
        ("get_scaling_history", json!({ "type": "sideways" })),
        ("update_settings", json!("dark")),
        ("list_policy_templates", json!({ "category": "games" })),
    ];
    for (name, input) in calls {
        let refused = open.engine.call(&person(), name, input).await.expect_err(name);
        assert_eq!(refused.code, ErrorCode::BadRequest, "{name}: {refused}");
    }
    let fields = [
        ("list_decisions", json!({ "limit": 0 }), "limit"),
        ("get_scaling_history", json!({ "limit": 501 }), "limit"),
        ("list_decisions", json!({ "before": "yesterday" }), "before"),
        ("update_settings", json!({ "evaluationIntervalSeconds": 0 }), "evaluationIntervalSeconds"),
        ("add_sample", json!({ "speed": 0.0 }), "speed"),
    ];
    for (name, input, field) in fields {
        let refused = open.engine.call(&person(), name, input).await.expect_err(name);
        assert_eq!((refused.code, refused.errors[0].field.as_str()), (ErrorCode::Invalid, field), "{name}: {refused}");
    }
    open.close().await;
}

async fn a_viewer_may_not_scale() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.recording("calm.csv", "timestamp_s,cpu\n0,50\n"), 2).await;
    open.tick().await;
    let viewer = caller(Role::Viewer, Origin::Window);
    let order = || ScaleManually { deployment_id: id.clone(), target_instances: 3, reason: "a launch".to_owned(), hold_seconds: None };
    let refused = open.ask_as(&viewer, order()).await.expect_err("a viewer");
    assert_eq!(refused.code, ErrorCode::Forbidden);
    assert!(refused.message.contains("Grace") && refused.message.contains("higher role"), "{refused}");
    open.ask_as(&viewer, GetScalingStatus { deployment_id: id.clone() }).await.expect("a viewer reads");
    open.ask_as(&caller(Role::Operator, Origin::Api), order()).await.expect("an operator scales");
    // Every operation above a caller's role is refused before its input is read.
    for role in [Role::Viewer, Role::Operator] {
        for descriptor in ALL.iter().filter(|descriptor| role < descriptor.role) {
            let refused = open.engine.call(&caller(role, Origin::Window), descriptor.name, json!(7)).await.expect_err(descriptor.name);
            assert_eq!(refused.code, ErrorCode::Forbidden, "{}", descriptor.name);
        }
    }
    open.close().await;
}

async fn what_names_a_program_or_a_file_is_taken_from_the_window_alone() {
    let house = House::new();
    let open = house.open().await;
    let api = caller(Role::Admin, Origin::Api);
    let of_the_window: Vec<&str> =
        ALL.iter().filter(|descriptor| descriptor.kind == Kind::WindowCommand).map(|descriptor| descriptor.name).collect();
    assert_eq!(of_the_window, ["add_local_deployment", "add_replay_deployment", "add_sample"]);
    for name in of_the_window {
        let refused = open.engine.call(&api, name, json!({})).await.expect_err(name);
        assert_eq!(refused.code, ErrorCode::LocalOnly, "{name}: {refused}");
    }
    assert_eq!(open.state().await.deployments, 0);
    open.close().await;
}

async fn two_engines_on_one_folder_are_refused() {
    let house = House::new();
    let open = house.open().await;
    let refused = house.try_open().await.err().expect("owned");
    assert!(matches!(refused, StartError::Store(StoreError::OwnedByAnother { .. })), "{refused}");
    assert!(refused.to_string().contains("close it and start again"), "{refused}");
    // The first one is none the worse for it.
    open.add("web", &house.recording("calm.csv", "timestamp_s,cpu\n0,50\n"), 2).await;
    open.close().await;
    house.open().await.close().await;
}

async fn a_taken_name_is_a_conflict() {
    let house = House::new();
    let open = house.open().await;
    let file = house.recording("calm.csv", "timestamp_s,cpu\n0,50\n");
    open.add("web", &file, 2).await;
    let again = json!({ "name": " web ", "file": file });
    let refused = open.engine.call(&person(), "add_replay_deployment", again).await.expect_err("taken");
    assert_eq!((refused.code, refused.errors[0].field.as_str()), (ErrorCode::Conflict, "name"));
    open.close().await;
}

async fn a_recording_that_cannot_be_read_is_said_and_nothing_is_added() {
    let house = House::new();
    let open = house.open().await;
    let missing = house.folder.path().join("nowhere.csv").display().to_string();
    let broken = house.recording("broken.csv", "timestamp_s,cpu\n0,50\n30,a lot\n");
    for (file, words) in [(missing, "nowhere.csv"), (broken, "line 3")] {
        let refused = open.engine.call(&person(), "add_replay_deployment", json!({ "name": "web", "file": file })).await.expect_err(words);
        assert!(refused.message.contains(words), "{refused}");
    }
    let relative = json!({ "name": "web", "file": "calm.csv", "instances": 0 });
    let refused = open.engine.call(&person(), "add_replay_deployment", relative).await.expect_err("two faults");
    let fields: Vec<&str> = refused.errors.iter().map(|fault| fault.field.as_str()).collect();
    assert_eq!((refused.code, fields), (ErrorCode::Invalid, vec!["file", "instances"]));
    assert_eq!(open.state().await.deployments, 0);
    open.close().await;
}

async fn a_full_disk_moves_nothing_and_says_what_to_do() {
    let mut house = House::new();
    let open = house.open().await;
    // Once a day it is read, far over its trigger; in between its readings are old, and nothing is decided.
    let id = open.add("web", &house.recording("late.csv", "timestamp_s,cpu\n0,50\n86400,95\n172800,95\n"), 2).await;
    open.save(&id, cpu_policy()).await;
    open.tick().await;
    open.close().await;
    let used = std::fs::metadata(headroom_store::DataFolder::at(house.data_folder()).database()).expect("there").len();
    house.limit = Some(used + 16 * 1_024);
    let open = house.open().await;
    let started = open.clock.now();
    // Each evaluation writes about a hundred bytes, so 16 KB are full long before a day is over.
    let mut ticks = 0;
    while open.state().await.problem.is_none() {
        ticks += 1;
        assert!(ticks < 2_000, "the limit was never reached");
        open.tick_after(30).await;
    }
    open.clock.set(started + seconds(86_400));
    open.tick().await;
    let state = open.state().await;
    let problem = state.problem.expect("full");
    assert_eq!(state.mode, EngineMode::Failing);
    assert!(problem.contains("Free some space") && problem.contains("nothing is scaled"), "{problem}");
    let target = open.status(&id).await.target_instances;
    open.close().await;

    // With room it goes on where it was.
    house.limit = None;
    let open = house.open().await;
    assert_eq!(open.state().await.problem, None);
    open.tick_after(86_400).await;
    let history = open.history(&id).await;
    assert_eq!(target.map(|target| target.0), Some(2));
    assert_eq!(history[0].event_type, EventType::ScaleUp, "{history:?}");
    assert_eq!(history.iter().filter(|event| event.event_type == EventType::ScaleUp).count(), 1);
    open.close().await;
}
