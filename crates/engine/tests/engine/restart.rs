//! What a restart brings back, and what a crash leaves.

use headroom_engine::ResourceOptimizerService;
use headroom_engine::clock::Clock as _;
use headroom_engine::event::Event;
use headroom_engine::operations::{GetOverview, GetSeries};
use headroom_engine::view::{EventType, Outcome};
use headroom_store::{DataFolder, IntentCause, NewIntent, ReadDb};

use crate::house::{House, cpu_policy, instances, noon, seconds, trials};

trials![
    policies_memories_and_orders_by_hand_come_back,
    what_was_learned_to_look_ahead_comes_back,
    a_policy_that_begins_to_look_ahead_has_learned_from_what_was_seen_before,
    what_was_expected_is_drawn_beside_what_came,
    a_policy_in_shadow_is_drawn_beside_what_runs,
    growing_traffic_is_told_in_minutes_until_more_is_asked_for,
    the_last_count_is_restored_and_that_is_no_scaling,
    a_count_set_by_hand_is_restored_though_nothing_was_evaluated_since,
    a_count_without_a_policy_is_restored,
    money_and_the_day_come_back,
    an_order_left_open_by_a_crash_is_settled_and_not_repeated,
    a_recording_that_is_gone_is_shown_and_the_others_go_on,
    what_was_removed_stays_removed_and_keeps_its_history,
];

async fn policies_memories_and_orders_by_hand_come_back() {
    let house = House::new();
    let open = house.open().await;
    let file = house.recording("over.csv", "timestamp_s,cpu\n0,72\n30,72\n");
    let (cooling, held) = (open.add("cooling", &file, 2).await, open.add("held", &file, 2).await);
    let policy = open.save(&cooling, cpu_policy()).await.policy;
    open.tick().await;
    open.save(&held, cpu_policy()).await;
    open.scale(&held, 5, "a launch", Some(3_600)).await.expect("scaled");
    open.tick_after(30).await;
    open.close().await;

    let open = house.open().await;
    assert_eq!(open.status(&cooling).await.policy.expect("in force"), policy);
    open.tick_after(30).await;
    // The cooldown still runs from the step before the restart.
    let status = open.status(&cooling).await;
    assert_eq!(status.last_decision.expect("a decision").reason_code, "cooldown");
    assert_eq!(status.cooldown_until, Some(noon() + seconds(300)));
    let lease = open.status(&held).await.manual_override.expect("in force");
    assert_eq!((lease.instances, lease.reason.as_str(), lease.until), (instances(5), "a launch", noon() + seconds(3_600)));
    assert_eq!((open.reason(&held).await.as_str(), open.count(&held).await), ("manual_override", 5));
    open.close().await;
}

/// More looks at 30 s than the hour of forecasts after which errors are told.
const OVER_AN_HOUR: usize = 130;

fn looking_ahead() -> serde_json::Value {
    let mut draft = cpu_policy();
    draft["policyType"] = "predictive".into();
    draft
}

async fn what_was_learned_to_look_ahead_comes_back() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.recording("level.csv", "timestamp_s,cpu\n0,50\n"), 4).await;
    open.save(&id, looking_ahead()).await;
    for _ in 0..OVER_AN_HOUR {
        open.tick_after(30).await;
    }
    let before = open.status(&id).await.last_decision.expect("a decision").outlook.expect("an outlook");
    assert!(before.error.is_some(), "an hour of forecasts has come true: {before:?}");
    open.close().await;

    let open = house.open().await;
    open.tick_after(30).await;
    let after = open.status(&id).await.last_decision.expect("a decision").outlook.expect("an outlook");
    assert!(after.error.is_some(), "nothing of that hour is forgotten: {after:?}");
    assert_eq!((after.now, after.lead_seconds, after.quantile), (before.now, before.lead_seconds, before.quantile));
    open.close().await;
}

async fn a_policy_that_begins_to_look_ahead_has_learned_from_what_was_seen_before() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.recording("level.csv", "timestamp_s,cpu\n0,50\n"), 4).await;
    open.save(&id, cpu_policy()).await;
    for _ in 0..OVER_AN_HOUR {
        open.tick_after(30).await;
    }
    assert_eq!(open.status(&id).await.last_decision.expect("a decision").outlook, None, "it does not look ahead");
    open.save(&id, looking_ahead()).await;
    open.tick_after(30).await;
    let outlook = open.status(&id).await.last_decision.expect("a decision").outlook.expect("an outlook");
    assert!(outlook.error.is_some(), "the hour before counts: {outlook:?}");
    open.close().await;
}

async fn what_was_expected_is_drawn_beside_what_came() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.recording("level.csv", "timestamp_s,cpu\n0,50\n"), 4).await;
    open.save(&id, cpu_policy()).await;
    open.tick().await;
    let series = GetSeries { deployment_id: id.clone(), from: noon() - seconds(60), to: None, max_points: None };
    assert_eq!(open.ask(series.clone()).await.expect("series").forecast, None, "it does not look ahead");
    open.save(&id, looking_ahead()).await;
    for _ in 0..OVER_AN_HOUR {
        open.tick_after(30).await;
    }
    let drawn = open.ask(series).await.expect("series");
    let forecast = drawn.forecast.expect("a forecast");
    let now = open.clock_now().timestamp_millis();
    // 4 × 50 % ÷ 70 % = 2.86 instances' worth, as always.
    let came: Vec<f64> = forecast.came.iter().copied().flatten().collect();
    assert!(came.len() > 100 && came.iter().all(|came| (came - 4.0 * 50.0 / 70.0).abs() < 1e-9), "{came:?}");
    // Made at each look for 90 s later: the last three are still to come.
    assert_eq!(forecast.came.iter().rev().take_while(|came| came.is_none()).count(), 3);
    assert_eq!(forecast.times.iter().filter(|at| **at > now).count(), 3);
    assert!((0..forecast.times.len()).all(|at| forecast.low[at] <= forecast.expected[at] && forecast.expected[at] <= forecast.high[at]));
    assert!(forecast.words.starts_with("forecast off by 0"), "{}", forecast.words);
    open.close().await;
}

async fn a_policy_in_shadow_is_drawn_beside_what_runs() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.recording("high.csv", "timestamp_s,cpu\n0,90\n"), 3).await;
    let mut shadow = cpu_policy();
    shadow["mode"] = "shadow".into();
    open.save(&id, shadow).await;
    for _ in 0..10 {
        open.tick_after(30).await;
    }
    let drawn = open.ask(GetSeries { deployment_id: id.clone(), from: noon(), to: None, max_points: None }).await.expect("series");
    assert_eq!(drawn.wanted.len(), drawn.times.len());
    // 3 × 90 ÷ 70 = 3.9: the shadow would run 4, and 3 go on.
    assert!(drawn.wanted.iter().flatten().any(|count| *count == 4.0), "{:?}", drawn.wanted);
    assert!(drawn.ready.iter().flatten().all(|count| *count == 3.0), "{:?}", drawn.ready);
    let mut acting = cpu_policy();
    acting["mode"] = "live".into();
    open.save(&id, acting).await;
    let live = open.ask(GetSeries { deployment_id: id, from: noon(), to: None, max_points: None }).await.expect("series");
    assert!(live.wanted.is_empty(), "a live policy has no shadow");
    open.close().await;
}

async fn growing_traffic_is_told_in_minutes_until_more_is_asked_for() {
    let house = House::new();
    let open = house.open().await;
    // 20 % of CPU and a tenth more at each look: after an hour 32 %, and the 70 % trigger is 380 looks of 30 s away.
    let rows: String = (0..400).map(|row| format!("{},{}\n", row * 30, 20.0 + f64::from(row) * 0.1)).collect();
    let id = open.add("web", &house.recording("growing.csv", &format!("timestamp_s,cpu\n{rows}")), 4).await;
    open.save(&id, cpu_policy()).await;
    open.tick().await;
    assert_eq!(open.status(&id).await.facts.out_in_seconds, None, "one look tells no trend");
    let mut held = cpu_policy();
    held["minInstances"] = 4.into();
    open.save(&id, held).await;
    for _ in 0..120 {
        open.tick_after(30).await;
    }
    let seconds = open.status(&id).await.facts.out_in_seconds.expect("it grows");
    assert!((seconds - 380.0 * 30.0).abs() < 900.0, "{seconds}");
    open.close().await;
}

async fn the_last_count_is_restored_and_that_is_no_scaling() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.recording("high.csv", "timestamp_s,cpu\n0,90\n"), 3).await;
    open.save(&id, cpu_policy()).await;
    open.tick().await;
    open.close().await;
    // The recording begins anew with a restart; this time it is calm.
    house.recording("high.csv", "timestamp_s,cpu\n0,50\n");
    house.clock.advance(seconds(60));
    let open = house.open().await;
    let mut events = open.engine.subscribe();
    open.tick().await;
    assert_eq!(open.count(&id).await, 4);
    let history = open.history(&id).await;
    let kinds: Vec<EventType> = history.iter().map(|event| event.event_type).collect();
    assert_eq!(kinds, [EventType::Restored, EventType::ScaleUp]);
    let restored = &history[0];
    assert_eq!((restored.from_instances, restored.to_instances), (instances(4), instances(4)));
    assert_eq!((restored.price_change.as_units(), restored.by.as_str()), (0.0, "Headroom"));
    let told = crate::house::so_far(&open, &mut events).await;
    assert!(!told.iter().any(|event| matches!(event, Event::ScalingExecuted(_))), "{told:?}");
    open.close().await;
}

async fn a_count_set_by_hand_is_restored_though_nothing_was_evaluated_since() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.recording("calm.csv", "timestamp_s,cpu\n0,50\n"), 2).await;
    open.save(&id, cpu_policy()).await;
    open.tick().await;
    open.scale(&id, 5, "a launch", None).await.expect("scaled");
    open.close().await;
    let open = house.open().await;
    assert_eq!(open.history(&id).await[0].to_instances, instances(5));
    open.tick_after(30).await;
    assert_eq!((open.count(&id).await, open.reason(&id).await.as_str()), (5, "manual_override"));
    open.close().await;
}

async fn a_count_without_a_policy_is_restored() {
    let house = House::new();
    let open = house.open().await;
    let file = house.recording("calm.csv", "timestamp_s,cpu\n0,50\n");
    let (added, scaled) = (open.add("added", &file, 3).await, open.add("scaled", &file, 3).await);
    open.tick().await;
    open.scale(&scaled, 5, "a launch", None).await.expect("scaled");
    open.close().await;
    for _ in 0..2 {
        let open = house.open().await;
        open.tick_after(30).await;
        assert_eq!((open.count(&added).await, open.count(&scaled).await), (3, 5));
        open.close().await;
    }
}

async fn money_and_the_day_come_back() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.recording("calm.csv", "timestamp_s,cpu\n0,50\n"), 2).await;
    open.save(&id, cpu_policy()).await;
    ResourceOptimizerService::of(&open.engine).start_optimization();
    let beside = ReadDb::open(DataFolder::at(house.data_folder())).expect("opens");
    let points = async || {
        let (of, now) = (id.clone(), house.clock.now());
        beside.read(move |read| read.usage(&of, noon(), now, 1)).await.expect("read").rows
    };
    // Time goes on until five minutes of it have become a point.
    let mut ticks = 0;
    while points().await.is_empty() {
        ticks += 1;
        assert!(ticks < 2_000, "no five-minute point was made");
        open.tick().await;
        open.clock.advance(seconds(30));
    }
    let before = open.status(&id).await.facts;
    open.close().await;
    let open = house.open().await;
    let overview = open.ask(GetOverview {}).await.expect("an overview");
    assert_eq!(overview.deployments[0].month_to_date, before.month_to_date);
    assert!(before.month_to_date.as_units() > 0.0);
    // 50 % of a 70 % trigger is 0.5 on a scale whose upper end is 0.7.
    let scores: Vec<f64> = overview.deployments[0].score_history.iter().copied().flatten().collect();
    assert!(!scores.is_empty() && scores.iter().all(|score| (score - 0.5).abs() < 1e-6), "{scores:?}");
    open.close().await;
}

async fn an_order_left_open_by_a_crash_is_settled_and_not_repeated() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.recording("calm.csv", "timestamp_s,cpu\n0,50\n"), 2).await;
    open.save(&id, cpu_policy()).await;
    open.tick().await;
    open.close().await;
    let store = house.store();
    let order = NewIntent {
        deployment_id: id.clone(),
        cause: IntentCause::Policy,
        from_instances: instances(2),
        to_instances: instances(4),
        reason: "cut off".to_owned(),
        ordered_by: "CPU".to_owned(),
        price_change: headroom_core::units::MoneyPerHour::ZERO,
        at: noon(),
    };
    let intent = store.write.transact(move |write| write.open_intent(&order)).await.expect("committed").value;
    drop(store);

    let open = house.open().await;
    open.tick_after(30).await;
    open.tick_after(30).await;
    assert!(open.history(&id).await.iter().all(|event| event.event_type == EventType::Restored));
    open.close().await;
    let store = house.store();
    assert_eq!(store.read.read(|read| read.open_intents(10)).await.expect("read"), []);
    let row = store.read.read(move |read| read.intent(intent)).await.expect("read").expect("there");
    assert_eq!(row.outcome.map(|outcome| outcome.outcome), Some(headroom_store::Outcome::Abandoned));
}

async fn a_recording_that_is_gone_is_shown_and_the_others_go_on() {
    let house = House::new();
    let open = house.open().await;
    let gone = open.add("gone", &house.recording("gone.csv", "timestamp_s,cpu\n0,50\n"), 2).await;
    let kept = open.add("kept", &house.recording("kept.csv", "timestamp_s,cpu\n0,90\n"), 2).await;
    open.save(&kept, cpu_policy()).await;
    open.close().await;
    std::fs::remove_file(house.folder.path().join("gone.csv")).expect("removed");
    let open = house.open().await;
    open.tick().await;
    let status = open.status(&gone).await;
    assert_eq!(status.state, headroom_engine::view::DeploymentState::Failing);
    assert!(status.sentence.contains("gone.csv"), "{}", status.sentence);
    assert_eq!((open.history(&kept).await[0].event_type, open.history(&kept).await[0].outcome), (EventType::ScaleUp, Outcome::Done));
    open.close().await;
}

async fn what_was_removed_stays_removed_and_keeps_its_history() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.recording("high.csv", "timestamp_s,cpu\n0,90\n"), 2).await;
    open.save(&id, cpu_policy()).await;
    open.tick().await;
    open.ask(headroom_engine::operations::RemoveDeployment { deployment_id: id.clone() }).await.expect("removed");
    open.close().await;
    let open = house.open().await;
    assert_eq!(open.state().await.deployments, 0);
    let history = open.history(&id).await;
    assert_eq!((history.len(), history[0].deployment_name.as_str()), (1, "web"));
    open.close().await;
}
