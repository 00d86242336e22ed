//! The health of a policy: its figures by hand-made records, and its findings at their limits.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::cost::Cost;
use headroom_core::decide::{Check, Direction};
use headroom_core::deployment::Objectives;
use headroom_core::health::{Band, Change, Finding, Health, Held, Record, Usage, examine};
use headroom_core::metric::Metric;
use headroom_core::policy::{Identity, Policy, PolicyBase, PolicyDraft, PolicyId, validate};
use headroom_core::units::{Instances, Money};
use proptest::prelude::*;

/// 70/30, 2–10 instances, CPU at 70 %; its cooldown in seconds.
fn policy(cooldown: f64) -> Policy {
    let draft = PolicyDraft { name: Some("Shop".to_owned()), cooldown_period: Some(cooldown), ..PolicyDraft::default() };
    let identity = Identity { id: PolicyId("pol_1".to_owned()), version: 1, updated_at: DateTime::UNIX_EPOCH };
    validate(&draft, PolicyBase::Defaults, identity).unwrap().policy
}

fn minute(minute: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
}

fn step(at: i64, from: u32, to: u32, led_by: Option<Metric>) -> Change {
    Change { at: minute(at), from: Instances(from), to: Instances(to), led_by }
}

fn usage(hours: i64, ready: u32, cpu: Option<f64>, response_time_ms: Option<f64>, error_rate_percent: Option<f64>) -> Usage {
    Usage { time: TimeDelta::hours(hours), ready: Instances(ready), cpu, response_time_ms, error_rate_percent }
}

fn used(share: f64) -> Cost {
    let used_time = TimeDelta::seconds((100_000.0 * share) as i64);
    Cost { measured_time: TimeDelta::seconds(100_000), used_time, idle: Money::from_units(12.5), ..Cost::default() }
}

/// One day of it, with 2 880 evaluations.
fn of_day(changes: &[Change], usage: &[Usage], held: &[Held], cost: &Cost, policy: &Policy) -> Health {
    let record = Record { from: minute(0), to: minute(1_440), changes, usage, held, evaluations: 2_880, cost };
    examine(&record, policy, &Objectives { response_time_ms: Some(500.0), error_rate_percent: Some(1.0) })
}

#[test]
fn shares_are_of_the_time_for_which_they_are_known() {
    let seen = [
        usage(12, 2, Some(0.5), Some(200.0), Some(0.0)),
        usage(4, 10, Some(0.8), Some(900.0), Some(0.5)),
        usage(2, 0, None, None, None),
        usage(2, 2, None, Some(500.0), Some(3.0)),
    ];
    let health = of_day(&[], &seen, &[], &used(0.65), &policy(300.0));
    // (12 · 2 · 0.5 + 4 · 10 · 0.8) / (12 · 2 + 4 · 10) = 44 / 64
    assert_eq!(health.mean_utilization, Some(0.6875));
    assert_eq!(health.inside_response_time, Some(14.0 / 18.0));
    assert_eq!(health.inside_error_rate, Some(16.0 / 18.0));
    assert_eq!((health.uptime, health.time_at_max), (Some(18.0 / 20.0), Some(4.0 / 20.0)));
    assert_eq!((health.efficiency, health.events_per_day), (Some(0.65), Some(0.0)));
    let Band { lowest, highest } = health.band.unwrap();
    assert!((highest - 0.7).abs() < 1e-12 && (lowest - 0.3).abs() < 1e-12);
    assert_eq!(health.findings, []);
}

#[test]
fn what_was_not_measured_has_no_figure() {
    let record = Record { from: minute(0), to: minute(0), changes: &[], usage: &[], held: &[], evaluations: 0, cost: &Cost::default() };
    let health = examine(&record, &policy(300.0), &Objectives::default());
    let figures = [
        health.events_per_day,
        health.mean_utilization,
        health.efficiency,
        health.inside_response_time,
        health.inside_error_rate,
        health.uptime,
        health.time_at_max,
    ];
    assert_eq!(figures, [None; 7]);
    assert_eq!((health.oscillations, health.findings), (0, vec![]));
}

#[test]
fn an_oscillation_is_three_changes_of_direction_within_four_cooldowns() {
    let up_and_down = |minutes: &[i64]| -> Vec<Change> {
        minutes.iter().enumerate().map(|(index, at)| if index % 2 == 0 { step(*at, 2, 3, None) } else { step(*at, 3, 2, None) }).collect()
    };
    // The cooldown is 5 minutes. The first change has no direction before it.
    let table = [
        ("three within 20 minutes", up_and_down(&[0, 10, 20, 30]), 1),
        ("three within 21 minutes", up_and_down(&[0, 10, 20, 31]), 0),
        ("two alone", up_and_down(&[0, 6, 12]), 0),
        ("five in a row are one", up_and_down(&[0, 5, 10, 15, 20, 25]), 1),
        ("again in the evening is two", up_and_down(&[0, 10, 20, 30, 900, 910, 920, 930]), 2),
        ("up, up, up", (0..6).map(|index| step(index * 5, index as u32, index as u32 + 1, None)).collect(), 0),
    ];
    for (name, changes, wanted) in table {
        assert_eq!(of_day(&changes, &[], &[], &Cost::default(), &policy(300.0)).oscillations, wanted, "{name}");
    }
}

#[test]
fn each_common_issue_is_found_with_its_numbers_and_not_before_its_limit() {
    let ups = |count: i64, led_by| -> Vec<Change> { (0..count).map(|index| step(index * 60, 2, 3, Some(led_by))).collect() };
    let held = |evaluations| Held { check: Check::Cooldown, asked: Direction::Up, evaluations };
    let downward = Held { asked: Direction::Down, ..held(900) };
    let words = |changes: &[Change], held: &[Held], efficiency: f64, cooldown: f64| -> Vec<String> {
        let health = of_day(changes, &[], held, &used(efficiency), &policy(cooldown));
        health.findings.iter().map(Finding::sentence).collect()
    };
    let none: [&str; 0] = [];
    assert_eq!(words(&ups(9, Metric::Cpu), &[], 0.6, 300.0), none, "nine a day");
    assert_eq!(
        words(&ups(10, Metric::Cpu), &[], 0.6, 300.0),
        ["Scales 10 times a day with thresholds 40 % apart. That gap is wide enough: set a longer cooldown."]
    );
    let close = Finding::FrequentScaling { events_per_day: 31.0, gap: 0.2 };
    assert_eq!(close.sentence(), "Scales 31 times a day with thresholds 20 % apart. Set them 30 % apart or more.");
    assert_eq!(words(&[], &[held(28), downward], 0.6, 900.0), none, "28 of 2 880 is 0.97 %");
    assert_eq!(
        words(&[], &[held(72), downward], 0.6, 900.0),
        ["The cooldown of 900 s held back scale-ups in 2.5 % of the evaluations. Set 120 to 300 s."]
    );
    assert_eq!(words(&[], &[held(72)], 0.6, 300.0), none, "five minutes are quick enough");
    let costly = "45 % of what is paid for was used; the rest cost 12.50. Use smaller instances, or a lower minimum.";
    assert_eq!(words(&ups(4, Metric::Memory), &[], 0.45, 300.0), [costly], "four scale-ups say nothing of who leads");
    assert_eq!(
        words(&ups(5, Metric::Memory), &[], 0.45, 300.0),
        [
            "100 % of the scale-ups were led by memory alone, and 45 % of what they added to was used. Add metrics, or lower its weight.",
            costly
        ]
    );
    let shared: Vec<_> = ups(4, Metric::Memory).into_iter().chain(ups(2, Metric::Cpu)).collect();
    assert_eq!(words(&shared, &[], 0.45, 300.0), [costly], "four of six is under 80 %");
}

proptest! {
    #[test]
    fn every_share_is_between_nothing_and_all(
        seen in prop::collection::vec((0_i64..48, 0_u32..20, prop::option::of(0.0..1.0_f64), prop::option::of(0.0..2_000.0_f64)), 0..30),
        moves in prop::collection::vec((0_i64..1_440, 0_u32..10, 0_u32..10), 0..40),
    ) {
        let seen: Vec<_> = seen.into_iter().map(|(hours, ready, cpu, response)| usage(hours, ready, cpu, response, cpu)).collect();
        let mut changes: Vec<_> = moves.into_iter().map(|(at, from, to)| step(at, from, to, None)).collect();
        changes.sort_by_key(|change| change.at);
        let health = of_day(&changes, &seen, &[], &used(0.5), &policy(300.0));
        let shares = [health.mean_utilization, health.inside_response_time, health.inside_error_rate, health.uptime, health.time_at_max];
        prop_assert!(shares.into_iter().flatten().all(|share| (0.0..=1.0 + 1e-9).contains(&share)), "{shares:?}");
        // Each oscillation takes three changes of direction of its own.
        prop_assert!(health.oscillations as usize * 3 <= changes.len());
    }
}
