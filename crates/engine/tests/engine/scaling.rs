//! One evaluation after the other: what is done, and what is written down of it.

use headroom_engine::operations::{GetDecision, GetSeries, ListDecisions};
use headroom_engine::view::{DeploymentState, EventType, Outcome};

use crate::house::{House, cpu_policy, instances, noon, seconds, trials};

trials![
    a_high_reading_scales_up_and_is_in_the_history_with_reason_price_and_snapshot,
    a_low_reading_scales_down_only_after_the_starts_warm_up,
    a_missing_metric_never_scales_down,
    a_committed_order_is_closed_after_the_target_took_it,
    the_cooldown_holds_the_next_step,
    a_shadow_records_and_moves_nothing,
    without_a_policy_it_is_looked_at_and_nothing_is_moved,
    a_deployment_keeps_its_own_interval,
    a_clock_set_back_does_not_stop_evaluations,
    decisions_and_readings_can_be_asked_for_later,
];

async fn a_high_reading_scales_up_and_is_in_the_history_with_reason_price_and_snapshot() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.recording("high.csv", "timestamp_s,cpu,memory\n0,90,40\n"), 3).await;
    let saved = open.save(&id, cpu_policy()).await;
    open.tick().await;
    let history = open.history(&id).await;
    assert_eq!(history.len(), 1, "{history:?}");
    let event = &history[0];
    assert_eq!((event.event_type, event.outcome), (EventType::ScaleUp, Outcome::Done));
    // 90 % is 1.286 × its 70 % trigger, urgent: to ⌈3 × 90 / 70⌉ = ⌈3.857⌉ = 4.
    assert_eq!((event.from_instances, event.to_instances), (instances(3), instances(4)));
    assert!(event.reason.contains("CPU") && event.reason.contains("90"), "{}", event.reason);
    assert_eq!((event.by.as_str(), event.policy_version), ("CPU", Some(1)));
    assert_eq!(event.policy_id.as_ref(), Some(&saved.policy.id));
    // One instance more: 1 core × $0.05 + 0.5 GB × $0.01 = $0.055 per hour.
    assert_eq!(event.price_change.as_units(), 0.055);
    assert_eq!((event.metrics_snapshot.cpu, event.metrics_snapshot.memory), (Some(90.0), Some(40.0)));
    assert_eq!(event.metrics_snapshot.response_time, None);
    assert_eq!(event.created_at, noon());
    let status = open.status(&id).await;
    assert_eq!((status.state, status.target_instances), (DeploymentState::ScalingUp, Some(instances(4))));
    open.tick_after(30).await;
    assert_eq!(open.count(&id).await, 4);
    open.close().await;
}

async fn a_low_reading_scales_down_only_after_the_starts_warm_up() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.recording("low.csv", "timestamp_s,cpu\n0,10\n"), 3).await;
    open.save(&id, cpu_policy()).await;
    for _ in 0..10 {
        open.tick().await;
        assert_eq!(open.reason(&id).await, "warm_up");
        open.clock.advance(seconds(30));
    }
    assert_eq!(open.history(&id).await, []);
    // 10 × 30 s are the cooldown of 300 s.
    open.tick().await;
    let event = &open.history(&id).await[0];
    assert_eq!((event.event_type, event.from_instances, event.to_instances), (EventType::ScaleDown, instances(3), instances(2)));
    assert_eq!(event.price_change.as_units(), -0.055);
    open.close().await;
}

async fn a_missing_metric_never_scales_down() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.recording("hole.csv", "timestamp_s,cpu,requests\n0,10,\n"), 3).await;
    let mut draft = cpu_policy();
    draft["metrics"] = serde_json::json!([
        { "metric": "cpu", "threshold": 0.7, "comparison": "gt", "weight": 0.8, "maximum": null },
        { "metric": "requests", "threshold": 0.7, "comparison": "gt", "weight": 0.2, "maximum": null },
    ]);
    open.save(&id, draft).await;
    open.clock.advance(seconds(400));
    for _ in 0..20 {
        open.tick().await;
        assert_eq!(open.reason(&id).await, "missing_holds_down");
        open.clock.advance(seconds(30));
    }
    assert_eq!(open.history(&id).await, []);
    assert_eq!(open.status(&id).await.state, DeploymentState::NoData);
    open.close().await;
}

async fn a_committed_order_is_closed_after_the_target_took_it() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.recording("high.csv", "timestamp_s,cpu\n0,90\n"), 3).await;
    open.save(&id, cpu_policy()).await;
    open.tick().await;
    open.close().await;
    let store = house.store();
    let left_open = store.read.read(|read| read.open_intents(10)).await.expect("read");
    assert_eq!(left_open, []);
    let filter = headroom_store::EventFilter { deployment_id: Some(id.clone()), event_type: None };
    let rows = store.read.read(move |read| read.events(&filter, None, 10)).await.expect("read").rows;
    let intent = rows[0].event.intent.expect("the order behind the event");
    let row = store.read.read(move |read| read.intent(intent)).await.expect("read").expect("committed");
    assert_eq!((row.intent.from_instances, row.intent.to_instances), (instances(3), instances(4)));
    assert_eq!(row.intent.cause, headroom_store::IntentCause::Policy);
    assert!(row.decision_id.is_some());
    assert_eq!(row.outcome.map(|outcome| outcome.outcome), Some(headroom_store::Outcome::Done));
}

async fn the_cooldown_holds_the_next_step() {
    let house = House::new();
    let open = house.open().await;
    // 72 % is over its 70 % trigger, and not urgent (1.03 < 1.10).
    let id = open.add("web", &house.recording("over.csv", "timestamp_s,cpu\n0,72\n30,72\n"), 3).await;
    open.save(&id, cpu_policy()).await;
    open.tick().await;
    assert_eq!(open.history(&id).await[0].to_instances, instances(4));
    for _ in 0..9 {
        open.tick_after(30).await;
        assert_eq!(open.reason(&id).await, "cooldown");
    }
    assert_eq!(open.status(&id).await.cooldown_until, Some(noon() + seconds(300)));
    open.tick_after(30).await;
    assert_eq!(open.history(&id).await[0].to_instances, instances(5));
    open.close().await;
}

async fn a_shadow_records_and_moves_nothing() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.recording("high.csv", "timestamp_s,cpu\n0,90\n"), 3).await;
    let mut draft = cpu_policy();
    draft["mode"] = "shadow".into();
    open.save(&id, draft).await;
    open.tick().await;
    let decision = open.status(&id).await.last_decision.expect("a decision");
    assert_eq!(decision.target_instances, instances(4));
    open.tick_after(30).await;
    assert_eq!((open.count(&id).await, open.history(&id).await), (3, vec![]));
    assert!(!open.status(&id).await.is_auto_scaling_enabled);
    open.close().await;
}

async fn without_a_policy_it_is_looked_at_and_nothing_is_moved() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.recording("high.csv", "timestamp_s,cpu\n0,99\n"), 3).await;
    assert_eq!(open.status(&id).await.state_words, "Collecting");
    open.tick().await;
    let status = open.status(&id).await;
    assert_eq!((status.state, status.current_instances), (DeploymentState::NoPolicy, Some(instances(3))));
    assert_eq!((status.last_decision, status.band), (None, None));
    assert_eq!(open.history(&id).await, []);
    open.close().await;
}

async fn a_deployment_keeps_its_own_interval() {
    let house = House::new();
    let open = house.open().await;
    let file = house.recording("calm.csv", "timestamp_s,cpu\n0,50\n");
    let quick = serde_json::json!({ "name": "quick", "file": file, "intervalSeconds": 5 });
    let quick: headroom_engine::operations::AddReplayDeployment = serde_json::from_value(quick).expect("an input");
    let quick = open.ask(quick).await.expect("added").deployment.id;
    let slow = open.add("slow", &file, 1).await;
    open.tick().await;
    assert_eq!(open.status(&quick).await.next_evaluation_at, Some(noon() + seconds(5)));
    assert_eq!(open.status(&slow).await.next_evaluation_at, Some(noon() + seconds(30)));
    // A beat that was missed is not made up for, and the rhythm stays.
    open.tick_after(12).await;
    assert_eq!(open.status(&quick).await.next_evaluation_at, Some(noon() + seconds(17)));
    assert_eq!(open.status(&slow).await.next_evaluation_at, Some(noon() + seconds(30)));
    open.close().await;
}

async fn a_clock_set_back_does_not_stop_evaluations() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.recording("calm.csv", "timestamp_s,cpu\n0,50\n"), 1).await;
    open.tick().await;
    let earlier = noon() - seconds(7_200);
    open.clock.set(earlier);
    open.tick().await;
    assert_eq!(open.state().await.last_evaluation_at, Some(earlier));
    assert_eq!(open.status(&id).await.next_evaluation_at, Some(earlier + seconds(30)));
    open.close().await;
}

async fn decisions_and_readings_can_be_asked_for_later() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.step("rise.csv", 50, 90, 90), 2).await;
    open.save(&id, cpu_policy()).await;
    for _ in 0..5 {
        open.tick().await;
        open.clock.advance(seconds(30));
    }
    // Three calm ones in a row, then 2 → 3 at 12:01:30 and 3 → 4 at 12:02:00, both urgent.
    let page = open.ask(ListDecisions { deployment_id: Some(id.clone()), ..Default::default() }).await.expect("decisions");
    let oldest = page.decisions.last().expect("decisions");
    assert_eq!((oldest.count, oldest.first_at, oldest.last_at), (3, noon(), noon() + seconds(60)));
    let notable = ListDecisions { deployment_id: Some(id.clone()), only_notable: Some(true), ..Default::default() };
    let notable = open.ask(notable).await.expect("decisions").decisions;
    assert!(notable.iter().any(|item| item.first_at == noon() + seconds(90)), "{notable:?}");
    assert!(notable.iter().all(|item| item.first_at >= noon() + seconds(90)), "{notable:?}");
    let acted = open.ask(GetDecision { deployment_id: id.clone(), at: noon() + seconds(95) }).await.expect("found");
    let acted = acted.decision.expect("recorded");
    assert_eq!((acted.at, acted.target_instances), (noon() + seconds(90), instances(3)));
    let series = GetSeries { deployment_id: id.clone(), from: noon(), to: Some(noon() + seconds(150)), max_points: None };
    let series = open.ask(series).await.expect("a series");
    let cpu: Vec<f64> = series.metrics[0].values.iter().copied().flatten().collect();
    assert_eq!(cpu, [50.0, 50.0, 50.0, 90.0, 90.0]);
    assert_eq!(series.events.len(), 2);
    // 360 points in 150 s would be one every 0.4 s; nothing is seen between two evaluations, 30 s apart.
    assert_eq!(series.step_seconds, 30.0);
    open.close().await;
}
