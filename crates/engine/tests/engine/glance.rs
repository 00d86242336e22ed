//! The whole fleet in a few words.

use headroom_engine::operations::{GetGlance, PauseAll};
use headroom_engine::view::{Glance, Sign};

use crate::house::{House, Open, cpu_policy, trials};

trials![the_worst_deployment_gives_the_sign_and_is_named, a_pause_is_said_and_an_empty_fleet_too];

async fn glance(open: &Open) -> Glance {
    open.ask(GetGlance {}).await.expect("a glance")
}

async fn the_worst_deployment_gives_the_sign_and_is_named() {
    let house = House::new();
    let open = house.open().await;
    let (calm, high) = (house.recording("calm.csv", "timestamp_s,cpu\n0,50\n"), house.recording("high.csv", "timestamp_s,cpu\n0,90\n"));
    let (easy, busy, full) = (open.add("easy", &calm, 2).await, open.add("busy", &high, 2).await, open.add("full", &high, 10).await);
    let unseen = open.add("unseen", &house.recording("holes.csv", "timestamp_s,cpu\n0,\n"), 1).await;
    open.save(&easy, cpu_policy()).await;
    open.tick().await;
    let seen = glance(&open).await;
    assert_eq!((seen.sign, seen.words.as_str(), seen.attention.len()), (Sign::Calm, "Nothing needs attention", 0));

    for id in [&busy, &full, &unseen] {
        open.save(id, cpu_policy()).await;
    }
    open.tick_after(30).await;
    let seen = glance(&open).await;
    assert_eq!((seen.sign, seen.words.as_str()), (Sign::Critical, "1 deployment is at its maximum"));
    let named: Vec<(&str, &str)> = seen.attention.iter().map(|row| (row.name.as_str(), row.words.as_str())).collect();
    assert_eq!(named, [("full", "At max"), ("unseen", "No data")], "scaling up needs nobody");
    // 2 + 2 + 10 + 1, as they were looked at; each is priced.
    assert!(seen.figures.starts_with("15 instances, $") && seen.figures.ends_with("/h"), "{}", seen.figures);
    assert_eq!(seen.runs_here, [], "recordings run nowhere");
    open.close().await;
}

async fn a_pause_is_said_and_an_empty_fleet_too() {
    let house = House::new();
    let open = house.open().await;
    let empty = glance(&open).await;
    assert_eq!((empty.sign, empty.words.as_str(), empty.figures.as_str()), (Sign::Calm, "Nothing is scaled yet", "0 instances, $0.00/h"));
    let id = open.add("busy", &house.recording("high.csv", "timestamp_s,cpu\n0,90\n"), 2).await;
    open.save(&id, cpu_policy()).await;
    open.ask(PauseAll::default()).await.expect("paused");
    open.tick().await;
    let paused = glance(&open).await;
    assert_eq!((paused.sign, paused.words.as_str(), paused.is_paused), (Sign::Paused, "Scaling is paused", true));
    open.close().await;
}
