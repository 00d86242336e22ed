//! What subscribers hear.

use headroom_engine::event::{Event, Topic};

use crate::house::{House, cpu_policy, heard, instances, so_far, trials, within};

trials![
    an_evaluation_that_scales_is_told_once_with_its_topics,
    what_a_person_changes_is_told_by_topic,
    a_slow_subscriber_is_told_to_read_everything_again,
];

fn topics(told: &[Event]) -> Vec<Topic> {
    let changes = told.iter().filter_map(|event| match event {
        Event::Changed { changes } => Some(changes.iter().map(|change| change.topic)),
        _ => None,
    });
    let mut topics: Vec<Topic> = changes.flatten().collect();
    topics.sort();
    topics.dedup();
    topics
}

async fn an_evaluation_that_scales_is_told_once_with_its_topics() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.recording("high.csv", "timestamp_s,cpu\n0,90\n"), 3).await;
    open.save(&id, cpu_policy()).await;
    let mut events = open.engine.subscribe();
    open.tick().await;
    let told = so_far(&open, &mut events).await;
    assert_eq!(topics(&told), [Topic::Evaluations, Topic::ScalingEvents]);
    let executed: Vec<_> =
        told.iter().filter_map(|event| if let Event::ScalingExecuted(scaled) = event { Some(scaled) } else { None }).collect();
    assert_eq!(executed.len(), 1, "{told:?}");
    assert_eq!((&executed[0].deployment_id, executed[0].deployment_name.as_str()), (&id, "web"));
    assert_eq!((executed[0].from_instances, executed[0].to_instances), (instances(3), instances(4)));
    // The order is told as a change before it is told as done.
    let first = told.iter().position(|event| matches!(event, Event::Changed { .. }));
    let done = told.iter().position(|event| matches!(event, Event::ScalingExecuted(_)));
    assert!(first < done, "{told:?}");
    open.close().await;
}

async fn what_a_person_changes_is_told_by_topic() {
    let house = House::new();
    let open = house.open().await;
    let mut events = open.engine.subscribe();
    let id = open.add("web", &house.recording("calm.csv", "timestamp_s,cpu\n0,50\n"), 3).await;
    assert_eq!(topics(&so_far(&open, &mut events).await), [Topic::Deployments]);
    open.save(&id, cpu_policy()).await;
    assert_eq!(topics(&so_far(&open, &mut events).await), [Topic::Deployments, Topic::Policies]);
    open.tick().await;
    assert_eq!(topics(&so_far(&open, &mut events).await), [Topic::Evaluations]);
    open.scale(&id, 4, "a launch", None).await.expect("scaled");
    assert!(topics(&so_far(&open, &mut events).await).contains(&Topic::ScalingEvents));
    open.close().await;
}

async fn a_slow_subscriber_is_told_to_read_everything_again() {
    let house = House::new();
    let open = house.open().await;
    open.add("web", &house.recording("calm.csv", "timestamp_s,cpu\n0,50\n"), 3).await;
    let mut slow = open.engine.subscribe();
    for _ in 0..1_100 {
        open.tick_after(30).await;
    }
    let first = within("the first event", slow.next()).await.expect("the engine is there");
    assert_eq!(*first, Event::Reload);
    // After that it hears on.
    heard("an evaluation", &mut slow, |event| matches!(event, Event::Changed { .. }).then_some(())).await;
    open.close().await;
}
