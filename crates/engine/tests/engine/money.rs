//! Dollars per hour and month to date, against arithmetic done by hand.

use headroom_engine::operations::GetOverview;

use crate::house::{House, Open, cpu_policy, noon, seconds, trials};

trials![
    money_is_rate_times_time_from_the_first_tick,
    a_gap_longer_than_three_intervals_is_estimated_apart,
    what_went_on_while_the_engine_was_away_is_estimated,
    a_clock_set_back_costs_nothing_twice,
    a_clock_set_back_over_a_restart_costs_nothing_twice,
    a_new_month_begins_at_nothing,
];

async fn month_to_date(open: &Open) -> f64 {
    open.ask(GetOverview {}).await.expect("an overview").month_to_date.as_units()
}

/// Money is exact to the nano-unit, and each resource of each part is rounded there once.
fn is_about(found: f64, wanted: f64) -> bool {
    (found - wanted).abs() < 1e-7
}

async fn money_is_rate_times_time_from_the_first_tick() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.step("over.csv", 50, 1_800, 72), 4).await;
    open.save(&id, cpu_policy()).await;
    open.tick().await;
    let overview = open.ask(GetOverview {}).await.expect("an overview");
    // 4 instances × (1 core × $0.05 + 0.5 GB × $0.01) = 4 × $0.055 = $0.22 per hour.
    assert_eq!((overview.cost_per_hour.as_units(), overview.month_to_date.as_units()), (0.22, 0.0));
    assert_eq!(overview.currency, "USD");
    for _ in 0..60 {
        open.tick_after(30).await;
    }
    // Half an hour of 4: 0.22 / 2 = 0.11. At 12:30:00 a fifth is ordered.
    assert!(is_about(month_to_date(&open).await, 0.11), "{}", month_to_date(&open).await);
    open.tick_after(30).await;
    // What was seen at 12:30:00 was 4, so these 30 s are still 4 × 0.055 / 120 = 0.001833.
    assert!(is_about(month_to_date(&open).await, 0.11 + 0.22 / 120.0));
    open.tick_after(30).await;
    // From 12:30:30 on there are 5: 0.275 / 120.
    assert!(is_about(month_to_date(&open).await, 0.11 + 0.22 / 120.0 + 0.275 / 120.0));
    let facts = open.status(&id).await.facts;
    assert_eq!(facts.cost_per_hour.expect("known").as_units(), 0.275);
    assert!(facts.price_formula.contains("0.05"), "{}", facts.price_formula);
    assert!((facts.observed_share - 1.0).abs() < 1e-9, "{}", facts.observed_share);
    open.close().await;
}

async fn a_gap_longer_than_three_intervals_is_estimated_apart() {
    let house = House::new();
    let open = house.open().await;
    open.add("web", &house.recording("calm.csv", "timestamp_s,cpu\n0,50\n"), 4).await;
    open.tick().await;
    // Three intervals of 30 s are known: 0.22 × 90 / 3600 = 0.0055.
    open.tick_after(90).await;
    assert!(is_about(month_to_date(&open).await, 0.0055));
    open.tick_after(91).await;
    // 91 s are more than three intervals: what was there before them is taken to have been there all the time.
    let gap = 0.22 * 91.0 / 3_600.0;
    assert!(is_about(month_to_date(&open).await, 0.0055 + gap));
    open.tick_after(30).await;
    assert!(is_about(month_to_date(&open).await, 0.0055 + gap + 0.22 / 120.0));
    // 90 + 30 of 211 s were observed, and the money of the other 91 is said apart.
    let overview = open.ask(GetOverview {}).await.expect("an overview");
    assert!((overview.observed_share - 120.0 / 211.0).abs() < 1e-9, "{}", overview.observed_share);
    assert!(is_about(overview.estimated.as_units(), gap), "{:?}", overview.estimated);
    open.close().await;
}

async fn what_went_on_while_the_engine_was_away_is_estimated() {
    let house = House::new();
    let open = house.open().await;
    let id = open.add("web", &house.recording("calm.csv", "timestamp_s,cpu\n0,50\n"), 4).await;
    open.tick().await;
    open.tick_after(30).await;
    open.close().await;
    house.clock.advance(seconds(2 * 3_600));
    let open = house.open().await;
    // Up to 12:00:30 it was seen; two hours passed since, in which the four went on elsewhere.
    open.tick().await;
    let away = 0.22 * 2.0;
    assert!(is_about(month_to_date(&open).await, 0.22 / 120.0 + away), "{}", month_to_date(&open).await);
    assert!(is_about(open.status(&id).await.facts.estimated.as_units(), away));
    // The ledger says the same after another start.
    open.close().await;
    let open = house.open().await;
    assert!(is_about(month_to_date(&open).await, 0.22 / 120.0 + away), "{}", month_to_date(&open).await);
    open.close().await;
}

async fn a_clock_set_back_costs_nothing_twice() {
    let house = House::new();
    let open = house.open().await;
    open.add("web", &house.recording("calm.csv", "timestamp_s,cpu\n0,50\n"), 4).await;
    open.tick().await;
    open.tick_after(60).await;
    let paid = month_to_date(&open).await;
    assert!(is_about(paid, 0.22 / 60.0));
    open.clock.set(noon());
    for _ in 0..3 {
        open.tick().await;
        assert_eq!(month_to_date(&open).await, paid);
        open.clock.advance(seconds(30));
    }
    // Up to 12:01:00 it is paid; the first 30 s after that are new.
    open.tick().await;
    assert!(is_about(month_to_date(&open).await, paid + 0.22 / 120.0), "{}", month_to_date(&open).await);
    open.close().await;
}

async fn a_clock_set_back_over_a_restart_costs_nothing_twice() {
    let house = House::new();
    let open = house.open().await;
    open.add("web", &house.recording("calm.csv", "timestamp_s,cpu\n0,50\n"), 4).await;
    for _ in 0..11 {
        open.tick().await;
        open.clock.advance(seconds(30));
    }
    // 12:00:00 to 12:05:00: 0.22 / 12.
    let paid = month_to_date(&open).await;
    assert!(is_about(paid, 0.22 / 12.0), "{paid}");
    open.close().await;
    house.clock.set(noon() + seconds(120));
    let open = house.open().await;
    // 12:02:00 to 12:05:00 is paid already.
    for _ in 0..7 {
        open.tick().await;
        assert!(is_about(month_to_date(&open).await, paid), "{}", month_to_date(&open).await);
        open.clock.advance(seconds(30));
    }
    open.tick().await;
    assert!(is_about(month_to_date(&open).await, paid + 0.22 / 120.0), "{}", month_to_date(&open).await);
    open.close().await;
}

async fn a_new_month_begins_at_nothing() {
    let house = House::new();
    let july = chrono::DateTime::parse_from_rfc3339("2026-07-01T00:00:00Z").expect("a time").to_utc();
    house.clock.set(july - seconds(60));
    let open = house.open().await;
    open.add("web", &house.recording("calm.csv", "timestamp_s,cpu\n0,50\n"), 4).await;
    open.tick().await;
    open.tick_after(45).await;
    assert!(is_about(month_to_date(&open).await, 0.22 * 45.0 / 3_600.0));
    // 15 s of this stretch are June's, 30 s July's.
    open.tick_after(45).await;
    assert!(is_about(month_to_date(&open).await, 0.22 * 30.0 / 3_600.0), "{}", month_to_date(&open).await);
    open.close().await;
}
