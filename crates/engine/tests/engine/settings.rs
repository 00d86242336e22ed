//! The workspace's settings, and a window that only shows.

use headroom_engine::ResourceOptimizerService;
use headroom_engine::clock::Clock as _;
use headroom_engine::error::ErrorCode;
use headroom_engine::operations::{GetGlance, GetSettings, PauseAll, Role, Settings};
use headroom_engine::{caller, operations};
use headroom_store::{DataFolder, ReadDb};
use serde_json::{Value, json};

use crate::house::{House, Open, caller as api, cpu_policy, noon, person, seconds, trials, within};

trials![
    settings_have_defaults_are_kept_and_are_refused_out_of_their_range,
    a_locked_window_changes_nothing_but_may_look_and_be_unlocked,
    what_is_past_its_time_goes_as_the_settings_say,
];

async fn set(open: &Open, input: Value) -> Result<Value, headroom_engine::error::WireError> {
    within("settings", open.engine.call(&person(), "update_settings", input)).await
}

async fn read(open: &Open) -> Settings {
    open.ask(GetSettings {}).await.expect("settings")
}

async fn settings_have_defaults_are_kept_and_are_refused_out_of_their_range() {
    let house = House::new();
    let open = house.open().await;
    let shipped = read(&open).await;
    assert_eq!((shipped.sample_days, shipped.usage_days, shipped.decision_days), (30, 90, 365));
    assert!(!shipped.start_at_login && !shipped.read_only && shipped.shortcuts.is_empty());
    for (field, value) in [("sampleDays", 0), ("sampleDays", 366), ("usageDays", 6), ("decisionDays", 3_651)] {
        let refused = set(&open, json!({ field: value })).await.expect_err(field);
        assert_eq!((refused.code, refused.errors[0].field.as_str()), (ErrorCode::Invalid, field));
    }
    let refused = set(&open, json!({ "shortcuts": { "palette": "x".repeat(41) } })).await.expect_err("too long");
    assert_eq!(refused.errors[0].field, "shortcuts");
    let wanted =
        json!({ "sampleDays": 7, "usageDays": 30, "decisionDays": 60, "startAtLogin": true, "shortcuts": { "palette": "Ctrl+P" } });
    let _ = set(&open, wanted).await.expect("set");
    open.close().await;
    let open = house.open().await;
    let kept = read(&open).await;
    assert_eq!((kept.sample_days, kept.usage_days, kept.decision_days, kept.start_at_login), (7, 30, 60, true));
    assert_eq!(kept.shortcuts.get("palette").map(String::as_str), Some("Ctrl+P"));
    open.close().await;
}

async fn a_locked_window_changes_nothing_but_may_look_and_be_unlocked() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.recording("calm.csv", "timestamp_s,cpu\n0,50\n"), 2).await;
    let _ = set(&open, json!({ "readOnly": true })).await.expect("locked");
    open.close().await;

    let open = house.open().await;
    open.tick().await;
    for operation in operations::ALL.iter().filter(|operation| operation.kind.changes()) {
        if ["update_settings", "mark_notifications_read"].contains(&operation.name) {
            continue;
        }
        let refused = open.engine.call(&person(), operation.name, json!({ "deploymentId": id })).await.expect_err(operation.name);
        assert_eq!(refused.code, ErrorCode::Forbidden, "{}: {refused}", operation.name);
        assert!(refused.message.contains("Unlock it"), "{refused}");
    }
    let refused = set(&open, json!({ "evaluationIntervalSeconds": 5 })).await.expect_err("locked");
    assert_eq!(refused.code, ErrorCode::Forbidden);
    let _ = set(&open, json!({ "theme": "dark" })).await.expect("a color changes nothing");
    assert!(open.ask(GetGlance {}).await.expect("a glance").is_locked);
    assert_eq!(open.count(&id).await, 2);
    // The lock is the window's: who comes by another door has rights of their own.
    open.ask_as(&api(Role::Operator, caller::Origin::Api), PauseAll::default()).await.expect("paused");

    let _ = set(&open, json!({ "readOnly": false })).await.expect("unlocked");
    assert!(open.try_save(&id, cpu_policy()).await.is_ok());
    open.close().await;
}

async fn what_is_past_its_time_goes_as_the_settings_say() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.recording("calm.csv", "timestamp_s,cpu\n0,50\n"), 2).await;
    let _ = set(&open, json!({ "sampleDays": 1 })).await.expect("set");
    open.tick().await;
    open.clock.advance(seconds(2 * 86_400));
    open.tick().await;
    ResourceOptimizerService::of(&open.engine).start_optimization();
    let beside = ReadDb::open(DataFolder::at(house.data_folder())).expect("opens");
    let until = house.clock.now() + seconds(1);
    within("the first sample goes", async {
        loop {
            let of = id.clone();
            let left = beside.read(move |read| read.samples(&of, noon(), until)).await.expect("read").rows;
            if left.len() == 1 {
                return;
            }
            open.clock.advance(seconds(3_600));
            tokio::task::yield_now().await;
        }
    })
    .await;
    open.close().await;
}
