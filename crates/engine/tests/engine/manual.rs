//! Orders by hand: with a reason, for a time.

use headroom_engine::ResourceOptimizerService;
use headroom_engine::error::ErrorCode;
use headroom_engine::event::{Event, Topic};
use headroom_engine::operations::{EndOverride, PreviewManualScaling};
use headroom_engine::view::{DeploymentState, EventType, Outcome};

use crate::house::{House, Open, cpu_policy, heard, instances, noon, seconds, trials};

trials![
    an_order_by_hand_needs_a_reason,
    an_order_outside_the_bounds_is_a_conflict_and_moves_nothing,
    an_order_before_the_first_look_is_refused_and_says_when_to_try_again,
    an_order_by_hand_is_in_the_history_and_holds_decisions_until_its_lease_ends,
    a_hold_can_be_ended_early,
    a_hold_that_ran_out_is_taken_away_and_in_the_history,
    an_order_without_a_hold_holds_nothing,
    a_preview_says_what_the_order_would_cost,
];

async fn calm(house: &House) -> (Open, headroom_core::deployment::DeploymentId) {
    let open = house.open().await;
    let id = open.add("web", &house.step("high.csv", 50, 60, 90), 2).await;
    open.save(&id, cpu_policy()).await;
    open.tick().await;
    (open, id)
}

async fn an_order_by_hand_needs_a_reason() {
    let house = House::new();
    let (open, id) = calm(&house).await;
    for reason in ["", "  \n"] {
        let refused = open.scale(&id, 5, reason, None).await.expect_err("no reason");
        assert_eq!((refused.code, refused.errors[0].field.as_str()), (ErrorCode::Invalid, "reason"));
    }
    let refused = open.scale(&id, 5, &"x".repeat(501), None).await.expect_err("too long");
    assert_eq!(refused.errors[0].field, "reason");
    let refused = open.scale(&id, 5, "a month off", Some(30 * 86_400)).await.expect_err("too long");
    assert_eq!(refused.errors[0].field, "holdSeconds");
    assert_eq!((open.history(&id).await, open.status(&id).await.manual_override), (vec![], None));
    open.close().await;
}

async fn an_order_outside_the_bounds_is_a_conflict_and_moves_nothing() {
    let house = House::new();
    let (open, id) = calm(&house).await;
    for outside in [0, 11] {
        let refused = open.scale(&id, outside, "a launch", None).await.expect_err("outside 1 to 10");
        assert_eq!(refused.code, ErrorCode::Conflict);
        assert!(refused.message.contains("1 to 10") && refused.message.contains("Choose"), "{}", refused.message);
    }
    open.tick_after(30).await;
    assert_eq!((open.count(&id).await, open.history(&id).await), (2, vec![]));
    open.close().await;
}

async fn an_order_before_the_first_look_is_refused_and_says_when_to_try_again() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.recording("calm.csv", "timestamp_s,cpu\n0,50\n"), 2).await;
    let refused = open.scale(&id, 3, "a launch", None).await.expect_err("unknown count");
    assert_eq!(refused.code, ErrorCode::Unavailable);
    assert!(refused.message.contains("next evaluation"), "{}", refused.message);
    open.tick().await;
    open.scale(&id, 3, "a launch", None).await.expect("known now");
    open.close().await;
}

async fn an_order_by_hand_is_in_the_history_and_holds_decisions_until_its_lease_ends() {
    let house = House::new();
    let (open, id) = calm(&house).await;
    let mut events = open.engine.subscribe();
    let event = open.scale(&id, 5, " a launch ", Some(600)).await.expect("scaled");
    assert_eq!((event.event_type, event.outcome), (EventType::Manual, Outcome::Done));
    assert_eq!((event.from_instances, event.to_instances), (instances(2), instances(5)));
    assert_eq!((event.reason.as_str(), event.by.as_str()), ("a launch", "Ada"));
    // Three instances more at $0.055 each.
    assert_eq!(event.price_change.as_units(), 0.165);
    assert_eq!(event.metrics_snapshot.cpu, Some(50.0));
    let told = heard("the order", &mut events, |event| match event {
        Event::ScalingManual(scaled) => Some(scaled.clone()),
        _ => None,
    })
    .await;
    assert_eq!((told.deployment_id, told.to_instances), (id.clone(), instances(5)));
    assert_eq!(open.history(&id).await, [event]);
    let lease = open.status(&id).await.manual_override.expect("in force");
    assert_eq!((lease.instances, lease.by.as_str(), lease.until), (instances(5), "Ada", noon() + seconds(600)));
    // CPU is at 90 % from 12:01 on: urgent, and held all the same.
    for _ in 0..19 {
        open.tick_after(30).await;
        assert_eq!(open.count(&id).await, 5);
    }
    assert_eq!(open.reason(&id).await, "manual_override");
    assert_eq!(open.status(&id).await.state, DeploymentState::ManualHold);
    open.tick_after(30).await;
    assert_eq!(open.history(&id).await[0].event_type, EventType::ScaleUp);
    open.close().await;
}

async fn a_hold_can_be_ended_early() {
    let house = House::new();
    let (open, id) = calm(&house).await;
    let end = || EndOverride { deployment_id: id.clone() };
    assert_eq!(open.ask(end()).await.expect_err("none in force").code, ErrorCode::Conflict);
    open.scale(&id, 3, "a launch", Some(3_600)).await.expect("scaled");
    open.tick_after(90).await;
    assert_eq!(open.reason(&id).await, "manual_override");
    open.ask(end()).await.expect("ended");
    let event = open.history(&id).await[0].clone();
    assert_eq!((event.event_type, event.by.as_str()), (EventType::OverrideEnded, "Ada"));
    assert!(event.reason.contains("a launch"), "{}", event.reason);
    assert_eq!(open.status(&id).await.manual_override, None);
    // It is due at once: nobody waits for the next beat.
    open.tick().await;
    assert_eq!(open.history(&id).await[0].event_type, EventType::ScaleUp);
    open.close().await;
}

async fn a_hold_that_ran_out_is_taken_away_and_in_the_history() {
    let house = House::new();
    let (open, id) = calm(&house).await;
    open.scale(&id, 3, "a launch", Some(100)).await.expect("scaled");
    let mut events = open.engine.subscribe();
    open.clock.advance(seconds(101));
    ResourceOptimizerService::of(&open.engine).start_optimization();
    heard("the end of the hold", &mut events, |event| match event {
        Event::Changed { changes } => changes.iter().find(|change| change.topic == Topic::ScalingEvents).cloned(),
        _ => None,
    })
    .await;
    let event = &open.history(&id).await[0];
    assert_eq!((event.event_type, event.by.as_str()), (EventType::OverrideEnded, "Headroom"));
    assert_eq!(open.status(&id).await.manual_override, None);
    open.close().await;
}

async fn an_order_without_a_hold_holds_nothing() {
    let house = House::new();
    let (open, id) = calm(&house).await;
    open.scale(&id, 3, "a launch", Some(0)).await.expect("scaled");
    assert_eq!(open.status(&id).await.manual_override, None);
    open.tick_after(60).await;
    // 90 % is urgent, so the cooldown of the order by hand does not hold it either.
    assert_eq!(open.history(&id).await[0].event_type, EventType::ScaleUp);
    open.close().await;
}

async fn a_preview_says_what_the_order_would_cost() {
    let house = House::new();
    let (open, id) = calm(&house).await;
    let preview = |to, hold_seconds| PreviewManualScaling { deployment_id: id.clone(), target_instances: to, hold_seconds };
    let fits = open.ask(preview(6, Some(1_800))).await.expect("a preview");
    // Four instances more: 4 × $0.055 = $0.22 per hour, half of that for half an hour.
    assert_eq!((fits.price_change.as_units(), fits.price_of_hold.as_units()), (0.22, 0.11));
    assert_eq!((fits.min_instances, fits.max_instances, fits.problem), (instances(1), instances(10), None));
    // At 50 % of a 70 % trigger two instances carry 1.4 × the traffic, six carry 4.2 ×.
    let room = fits.traffic_to_up.expect("readings");
    assert!((room - 3.2).abs() < 1e-9, "{room}");
    let outside = open.ask(preview(11, None)).await.expect("a preview").problem.expect("outside");
    assert!(outside.contains("1 to 10"), "{outside}");
    assert_eq!(open.history(&id).await, []);
    open.close().await;
}
