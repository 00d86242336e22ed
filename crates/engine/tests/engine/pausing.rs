//! Nothing moves while a person says so; looking and recording go on.

use headroom_engine::operations::{ListDecisions, PauseAll, PauseDeployment, ResumeAll, ResumeDeployment};
use headroom_engine::view::{DeploymentState, EngineMode, EventType};

use crate::house::{House, cpu_policy, noon, trials};

trials![a_paused_deployment_is_looked_at_and_not_moved_and_survives_a_restart, pausing_everything_freezes_the_fleet_and_survives_a_restart,];

async fn a_paused_deployment_is_looked_at_and_not_moved_and_survives_a_restart() {
    let house = House::new();
    let open = house.open().await;
    let file = house.recording("high.csv", "timestamp_s,cpu\n0,90\n");
    let (still, other) = (open.add("still", &file, 2).await, open.add("other", &file, 2).await);
    open.save(&still, cpu_policy()).await;
    open.save(&other, cpu_policy()).await;
    open.ask(PauseDeployment { deployment_id: still.clone(), reason: Some("a migration".to_owned()) }).await.expect("paused");
    open.tick().await;
    open.close().await;

    let open = house.open().await;
    open.tick_after(30).await;
    let status = open.status(&still).await;
    assert_eq!((status.state, status.state_words.as_str()), (DeploymentState::Paused, "Paused"));
    let pause = status.paused.expect("paused");
    assert_eq!((pause.reason.as_str(), pause.by.as_str(), pause.at), ("a migration", "Ada", noon()));
    assert_eq!(open.reason(&still).await, "paused");
    assert!(open.history(&still).await.iter().all(|event| event.event_type == EventType::Restored));
    let decisions = ListDecisions { deployment_id: Some(still.clone()), ..Default::default() };
    assert_eq!(open.ask(decisions).await.expect("decisions").decisions[0].count, 2);
    assert!(open.history(&other).await.iter().any(|event| event.event_type == EventType::ScaleUp));

    open.ask(ResumeDeployment { deployment_id: still.clone() }).await.expect("resumed");
    open.tick().await;
    assert_eq!(open.history(&still).await[0].event_type, EventType::ScaleUp);
    open.close().await;
}

async fn pausing_everything_freezes_the_fleet_and_survives_a_restart() {
    let house = House::new();
    let open = house.open().await;
    let file = house.recording("high.csv", "timestamp_s,cpu\n0,90\n");
    let ids = [open.add("one", &file, 2).await, open.add("two", &file, 2).await];
    for id in &ids {
        open.save(id, cpu_policy()).await;
    }
    open.ask(PauseAll { reason: Some("an incident".to_owned()) }).await.expect("paused");
    open.tick().await;
    open.close().await;

    let open = house.open().await;
    let state = open.state().await;
    assert_eq!((state.mode, state.paused.map(|pause| pause.reason)), (EngineMode::Paused, Some("an incident".to_owned())));
    open.tick_after(30).await;
    for id in &ids {
        assert_eq!((open.reason(id).await.as_str(), open.status(id).await.state_words.as_str()), ("paused_all", "All paused"));
        assert!(open.history(id).await.iter().all(|event| event.event_type == EventType::Restored));
    }
    open.ask(ResumeAll {}).await.expect("resumed");
    open.tick().await;
    for id in &ids {
        assert_eq!(open.history(id).await[0].event_type, EventType::ScaleUp);
    }
    assert_eq!(open.state().await.mode, EngineMode::On);
    open.close().await;
}
