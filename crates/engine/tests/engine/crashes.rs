//! What was cut off is finished, and a clock that jumps makes neither money nor moves.

use headroom_engine::ResourceOptimizerService;
use headroom_engine::clock::Clock as _;
use headroom_engine::operations::{GetOverview, PauseDeployment, ResumeDeployment};
use headroom_engine::view::EventType;
use headroom_store::{DataFolder, IntentCause, NewIntent, Outcome, ReadDb};

use crate::house::{House, Open, cpu_policy, instances, noon, seconds, trials, within};

trials![
    a_hold_that_ran_out_while_nobody_was_here_ends_in_the_history,
    an_order_that_was_cut_off_and_brought_back_is_in_the_history_once,
    what_could_not_be_written_after_acting_is_written_with_the_next,
    a_count_without_a_policy_is_brought_back_after_a_pause_too,
    five_minutes_that_were_cut_off_become_a_point_at_the_next_start,
    after_a_clock_was_set_back_a_cooldown_lasts_no_longer_than_it_is,
    a_clock_that_is_set_on_costs_nothing,
    what_was_read_over_a_sleep_decides_nothing,
];

async fn a_hold_that_ran_out_while_nobody_was_here_ends_in_the_history() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.recording("calm.csv", "timestamp_s,cpu\n0,50\n"), 2).await;
    open.save(&id, cpu_policy()).await;
    open.tick().await;
    open.scale(&id, 5, "a launch", Some(600)).await.expect("scaled");
    open.close().await;
    house.clock.advance(seconds(3_600));
    for _ in 0..2 {
        let open = house.open().await;
        let history = open.history(&id).await;
        let ended: Vec<_> = history.iter().filter(|event| event.event_type == EventType::OverrideEnded).collect();
        assert_eq!(ended.len(), 1, "{history:?}");
        assert_eq!(ended[0].created_at, noon() + seconds(600));
        assert!(ended[0].reason.contains("a launch"), "{}", ended[0].reason);
        open.close().await;
    }
}

async fn an_order_that_was_cut_off_and_brought_back_is_in_the_history_once() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.recording("calm.csv", "timestamp_s,cpu\n0,50\n"), 2).await;
    open.save(&id, cpu_policy()).await;
    open.tick().await;
    open.close().await;
    // As a crash between the two transactions of a tick leaves it: the order and the memory of it are there, the outcome is not.
    let store = house.store();
    let of = id.clone();
    let intent = store
        .write
        .transact(move |write| {
            let mut memory = headroom_core::decide::Memory::default();
            memory.start_at(instances(3));
            write.set_memory(&of, &memory)?;
            write.open_intent(&NewIntent {
                deployment_id: of.clone(),
                cause: IntentCause::Policy,
                from_instances: instances(2),
                to_instances: instances(3),
                reason: "CPU is over its trigger.".to_owned(),
                ordered_by: "CPU".to_owned(),
                price_change: headroom_core::units::MoneyPerHour::from_units(0.055),
                at: noon(),
            })
        })
        .await
        .expect("committed")
        .value;
    drop(store);
    for _ in 0..2 {
        let open = house.open().await;
        let history = open.history(&id).await;
        let ups: Vec<_> = history.iter().filter(|event| event.event_type == EventType::ScaleUp).collect();
        assert_eq!(ups.len(), 1, "{history:?}");
        assert_eq!((ups[0].from_instances, ups[0].to_instances, ups[0].by.as_str()), (instances(2), instances(3), "CPU"));
        open.tick_after(30).await;
        assert_eq!(open.count(&id).await, 3);
        open.close().await;
    }
    let row = house.store().read.read(move |read| read.intent(intent)).await.expect("read").expect("there");
    assert_eq!(row.outcome.map(|outcome| outcome.outcome), Some(Outcome::Done));
}

async fn what_could_not_be_written_after_acting_is_written_with_the_next() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.step("rise.csv", 50, 30, 72), 2).await;
    open.save(&id, cpu_policy()).await;
    open.tick().await;
    let beside = rusqlite::Connection::open(DataFolder::at(house.data_folder()).database()).expect("opens");
    beside.execute_batch("CREATE TRIGGER refuse BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'the disk is gone'); END").expect("made");
    open.tick_after(30).await;
    assert_eq!(open.status(&id).await.target_instances, Some(instances(3)), "it was moved");
    assert_eq!(open.history(&id).await.len(), 0, "and could not be written down");
    beside.execute_batch("DROP TRIGGER refuse").expect("dropped");
    open.tick_after(30).await;
    let kinds = |history: Vec<headroom_engine::view::EventView>| history.into_iter().map(|event| event.event_type).collect::<Vec<_>>();
    assert_eq!(kinds(open.history(&id).await), [EventType::ScaleUp]);
    // 30 s of 2 instances, then 30 s of 2 more: 0.11 / 60 = $0.001833.
    let paid = open.ask(GetOverview {}).await.expect("an overview").month_to_date;
    assert!((paid.as_units() - 0.11 / 60.0).abs() < 1e-7, "{paid:?}");
    open.close().await;
    let open = house.open().await;
    assert_eq!(open.ask(GetOverview {}).await.expect("an overview").month_to_date, paid, "the ledger has it all");
    assert_eq!(kinds(open.history(&id).await), [EventType::Restored, EventType::ScaleUp]);
    open.close().await;
}

async fn a_count_without_a_policy_is_brought_back_after_a_pause_too() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.recording("calm.csv", "timestamp_s,cpu\n0,50\n"), 3).await;
    open.ask(PauseDeployment { deployment_id: id.clone(), reason: None }).await.expect("paused");
    open.ask(ResumeDeployment { deployment_id: id.clone() }).await.expect("resumed");
    open.close().await;
    let open = house.open().await;
    open.tick().await;
    assert_eq!(open.count(&id).await, 3);
    open.close().await;
}

async fn five_minutes_that_were_cut_off_become_a_point_at_the_next_start() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.recording("calm.csv", "timestamp_s,cpu\n0,50\n"), 4).await;
    open.save(&id, cpu_policy()).await;
    // 12:00:00 to 12:07:00, and no point was made of it.
    open.tick().await;
    for _ in 0..14 {
        open.tick_after(30).await;
    }
    open.close().await;
    house.clock.advance(seconds(600));

    let open = house.open().await;
    ResourceOptimizerService::of(&open.engine).start_optimization();
    let beside = ReadDb::open(DataFolder::at(house.data_folder())).expect("opens");
    let of = id.clone();
    let points = within("the points", async {
        loop {
            let (of, now) = (of.clone(), house.clock.now());
            let points = beside.read(move |read| read.usage(&of, noon(), now, 10)).await.expect("read").rows;
            if points.len() >= 2 {
                return points;
            }
            tokio::task::yield_now().await;
        }
    })
    .await;
    let starts: Vec<_> = points.iter().map(|point| point.at).collect();
    assert_eq!(starts, [noon(), noon() + seconds(300)]);
    // Five minutes of $0.22/h, then two.
    let costs: Vec<f64> = points.iter().map(|point| point.values.cost.as_units()).collect();
    assert!((costs[0] - 0.22 / 12.0).abs() < 1e-7 && (costs[1] - 0.22 / 30.0).abs() < 1e-7, "{costs:?}");
    open.close().await;
}

async fn after_a_clock_was_set_back_a_cooldown_lasts_no_longer_than_it_is() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.recording("over.csv", "timestamp_s,cpu\n0,72\n30,72\n60,72\n"), 2).await;
    open.save(&id, cpu_policy()).await;
    open.tick().await;
    assert_eq!(open.history(&id).await[0].event_type, EventType::ScaleUp);
    let earlier = noon() - seconds(7_200);
    open.clock.set(earlier);
    open.tick().await;
    let status = open.status(&id).await;
    assert_eq!(status.last_decision.expect("a decision").reason_code, "cooldown");
    assert_eq!(status.cooldown_until, Some(earlier + seconds(300)));
    for _ in 0..10 {
        open.tick_after(30).await;
    }
    assert_eq!(ups(&open, &id).await, 2, "five minutes later it scales again");
    open.close().await;
}

async fn ups(open: &Open, id: &headroom_core::deployment::DeploymentId) -> usize {
    open.history(id).await.iter().filter(|event| event.event_type == EventType::ScaleUp).count()
}

async fn a_clock_that_is_set_on_costs_nothing() {
    let house = House::new();
    let open = house.open().await;
    open.add("web", &house.recording("calm.csv", "timestamp_s,cpu\n0,50\n"), 4).await;
    open.tick().await;
    open.tick_after(30).await;
    let paid = open.ask(GetOverview {}).await.expect("an overview").month_to_date.as_units();
    open.clock.advance(seconds(30));
    open.clock.set(noon() + seconds(86_400));
    open.tick().await;
    let after = open.ask(GetOverview {}).await.expect("an overview");
    // The half minute that passed is paid, the day that did not is not.
    assert!((after.month_to_date.as_units() - paid - 0.22 / 120.0).abs() < 1e-7, "{after:?}");
    assert_eq!(after.estimated.as_units(), 0.0);
    open.close().await;
}

async fn what_was_read_over_a_sleep_decides_nothing() {
    let house = House::new();
    let open = house.open().await;
    // Calm, then idle from 15 minutes on: fewer are wanted.
    let rows = (0..240).map(|row| row * 30).map(|at| format!("{at},{}\n", if at < 900 { 50 } else { 20 }));
    let id = open.add("web", &house.recording("idle.csv", &format!("timestamp_s,cpu\n{}", rows.collect::<String>())), 4).await;
    open.save(&id, cpu_policy()).await;
    for _ in 0..20 {
        open.tick_after(30).await;
    }
    open.clock.sleep(seconds(3_600));
    open.tick().await;
    let decision = open.status(&id).await.last_decision.expect("a decision");
    assert_eq!(decision.reason_code, "warm_up", "{}", decision.reason);
    for _ in 0..9 {
        open.tick_after(30).await;
    }
    assert_eq!(open.history(&id).await.len(), 0, "nothing is shed before readings have followed each other for a cooldown");
    open.tick_after(30).await;
    assert_eq!(open.history(&id).await[0].event_type, EventType::ScaleDown);
    open.close().await;
}
