//! Windows of time in which a policy's bounds are others, through the door.

use headroom_engine::error::ErrorCode;
use headroom_engine::operations::{CheckPolicy, ReadCalendar};
use serde_json::{Value, json};

use crate::house::{House, cpu_policy, instances, trials};

trials![
    a_window_moves_the_bounds_for_its_time_and_the_decision_names_it,
    a_restart_inside_a_window_keeps_its_bounds,
    an_order_by_hand_is_held_to_the_bounds_of_the_hour,
    impossible_schedules_are_refused_each_with_its_field,
    a_calendar_is_read_and_a_file_of_ten_megabytes_is_refused,
];

/// The CPU policy, at least four instances from 14:05 to 14:15 in Berlin; the house's noon is 14:00 there.
fn scheduled() -> Value {
    let mut draft = cpu_policy();
    draft["schedules"] = json!([{ "name": "Coffee", "cron": "5 14 * * *", "minutes": 10, "zone": "Europe/Berlin", "minInstances": 4 }]);
    draft
}

async fn a_window_moves_the_bounds_for_its_time_and_the_decision_names_it() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.step("calm.csv", 10, 0, 10), 1).await;
    let saved = open.save(&id, scheduled()).await.policy;
    assert_eq!(saved.schedules[0].words, "At 14:05, for 10\u{a0}min");
    assert_eq!(saved.schedules[0].next[0].from.to_rfc3339(), "2026-06-10T12:05:00+00:00");
    open.tick().await;
    assert_eq!(open.count(&id).await, 1);
    open.tick_after(299).await;
    assert_eq!(open.count(&id).await, 1, "a second before its start");
    open.tick_after(30).await;
    open.tick_after(30).await;
    let status = open.status(&id).await;
    assert_eq!((status.current_instances, status.facts.min_instances), (Some(instances(4)), Some(instances(4))));
    assert!(status.policy.expect("in force").schedules[0].running.is_some());
    assert_eq!(open.history(&id).await[0].reason, "1 → 4 instances: the minimum is 4 while “Coffee” runs.");
    // Inside the window the load would do with one, and the window's minimum holds.
    open.tick_after(300).await;
    let decision = open.status(&id).await.last_decision.expect("a decision");
    assert_eq!((decision.reason_code.as_str(), open.count(&id).await), ("at_minimum", 4));
    assert!(decision.reason.contains("the minimum while “Coffee” runs"), "{}", decision.reason);
    // After it the policy's own bounds hold, and it goes down by its own pace.
    open.tick_after(300).await;
    open.tick_after(30).await;
    let status = open.status(&id).await;
    assert_eq!((status.current_instances, status.facts.min_instances), (Some(instances(3)), Some(instances(1))));
    open.close().await;
}

async fn a_restart_inside_a_window_keeps_its_bounds() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.step("calm.csv", 10, 0, 10), 1).await;
    let _ = open.save(&id, scheduled()).await;
    open.tick_after(330).await;
    open.close().await;
    let open = house.open().await;
    open.tick_after(30).await;
    open.tick_after(30).await;
    let status = open.status(&id).await;
    assert_eq!((status.current_instances, status.facts.min_instances), (Some(instances(4)), Some(instances(4))));
    open.close().await;
}

async fn an_order_by_hand_is_held_to_the_bounds_of_the_hour() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.step("calm.csv", 10, 0, 10), 1).await;
    let _ = open.save(&id, scheduled()).await;
    open.tick_after(330).await;
    open.tick_after(30).await;
    let refused = open.scale(&id, 2, "trying", None).await.expect_err("under the window's minimum");
    assert_eq!(refused.code, ErrorCode::Conflict);
    assert!(refused.message.contains("4 to 10"), "{}", refused.message);
    open.close().await;
}

async fn impossible_schedules_are_refused_each_with_its_field() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.step("calm.csv", 10, 0, 10), 1).await;
    let mut draft = cpu_policy();
    draft["schedules"] = json!([
        { "name": "Never", "cron": "0 0 30 2 *", "minutes": 10, "minInstances": 4 },
        { "name": "Nowhere", "cron": "0 8 * * *", "minutes": 10, "zone": "Mars/Olympus", "minInstances": 4 },
        { "name": "Odd", "cron": "at eight", "minutes": 10, "minInstances": 4 },
    ]);
    let refused = open.try_save(&id, draft.clone()).await.expect_err("refused");
    let fields: Vec<&str> = refused.errors.iter().map(|fault| fault.field.as_str()).collect();
    assert_eq!(fields, ["schedules[0].cron", "schedules[1].zone", "schedules[2].cron"]);
    draft["schedules"] = json!([
        { "name": "Day", "cron": "0 8 * * *", "minutes": 600, "minInstances": 6 },
        { "name": "Noon", "cron": "0 12 * * *", "minutes": 60, "maxInstances": 5 },
    ]);
    let input = serde_json::from_value(draft).expect("a draft");
    let check = open.ask(CheckPolicy { deployment_id: Some(id), draft: input }).await.expect("checked");
    assert!(!check.is_valid);
    assert!(check.errors[0].message.contains("“Day” asks for at least 6 while “Noon” allows at most 5"), "{:?}", check.errors);
    open.close().await;
}

async fn a_calendar_is_read_and_a_file_of_ten_megabytes_is_refused() {
    let house = House::new();
    let open = house.open().await;
    let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Sale\nDTSTART:20260627T080000\nDTEND:20260628T080000\nEND:VEVENT\nEND:VCALENDAR\n";
    let read = |text: String, zone: &str| ReadCalendar { text, zone: Some(zone.to_owned()) };
    let import = open.ask(read(text.to_owned(), "Asia/Kathmandu")).await.expect("read");
    let first = &import.schedules[0];
    assert_eq!(
        (first.name.as_deref(), first.zone.as_deref(), first.from.as_deref()),
        (Some("Sale"), Some("Asia/Kathmandu"), Some("2026-06-27T08:00"))
    );
    let huge = open.ask(read("X".repeat(10_000_000), "UTC")).await.expect_err("too large");
    assert_eq!(huge.errors[0].field, "text");
    assert!(huge.errors[0].message.contains("10 MB"), "{huge:?}");
    let nowhere = open.ask(read(text.to_owned(), "Mars/Olympus")).await.expect_err("no zone");
    assert_eq!(nowhere.errors[0].field, "zone");
    open.close().await;
}
