//! Where the money goes, and how sure that is.

use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::budget::outlook::runs_out;
use headroom_core::budget::{Calendar, Period, Profile, Projection, SpendingHistory};
use headroom_core::units::Money;
use proptest::prelude::*;

use crate::setting::{at, usd};

fn calendar() -> Calendar {
    Calendar { reset_day: 1, zone: headroom_core::calendar::Zone::UTC }
}

fn june() -> Period {
    calendar().period_at(at("2026-06-10T00:00:00Z"))
}

/// Hours from `from` on, each at the cost that `cost` says for its number.
fn history(from: DateTime<Utc>, hours: i64, cost: impl Fn(i64) -> f64) -> SpendingHistory {
    let first = from.timestamp() / 3_600;
    SpendingHistory::loaded((0..hours).map(|hour| (first + hour, usd(cost(hour)), TimeDelta::hours(1))))
}

fn project(history: &SpendingHistory, spent: f64, now: DateTime<Utc>) -> Option<Projection> {
    Profile::of(history, calendar()).outlook(june(), now).map(|outlook| outlook.projection(usd(spent), now))
}

#[test]
fn an_even_spender_ends_at_an_even_pace() {
    let now = at("2026-06-11T00:00:00Z");
    let history = history(at("2026-06-01T00:00:00Z"), 240, |_| 0.5);
    let found = project(&history, 120.0, now).unwrap();
    // 20 days of 24 × 0.50 = 240 more.
    assert_eq!((found.end, found.margin), (usd(360.0), Money::ZERO));
    assert_eq!((found.confidence_over(usd(359.99)), found.confidence_over(usd(360.0))), (1.0, 0.0));
    // In the middle of an hour: half an hour of it, and the rest.
    let now = at("2026-06-11T00:30:00Z");
    assert_eq!(project(&history, 120.25, now).unwrap().end, usd(360.0));
}

#[test]
fn the_hours_of_the_week_are_told_apart() {
    // Two whole weeks from Monday 1 June 2026: $1 an hour on weekdays, $0.10 at weekends.
    let weekday = |hour: i64| if (hour / 24) % 7 < 5 { 1.0 } else { 0.1 };
    let history = history(at("2026-06-01T00:00:00Z"), 14 * 24, weekday);
    let found = project(&history, 0.0, at("2026-06-15T00:00:00Z")).unwrap();
    // 15–30 June: 12 weekdays × 24 + 4 weekend days × 2.40 = 297.60.
    assert_eq!(found.end, usd(297.6));
}

#[test]
fn under_three_days_of_data_nothing_is_projected() {
    let begun = at("2026-06-01T00:00:00Z");
    let now = begun + TimeDelta::hours(71);
    let young = history(begun, 71, |_| 1.0);
    assert_eq!(project(&young, 71.0, now), None);
    assert_eq!(Profile::of(&young, calendar()).enough_at(now), at("2026-06-04T00:00:00Z"));
    assert!(Profile::of(&young, calendar()).path(june(), usd(71.0), now).is_empty());
    let old = history(begun, 72, |_| 1.0);
    assert_eq!(project(&old, 72.0, begun + TimeDelta::hours(72)).unwrap().end, usd(720.0));
}

#[test]
fn the_interval_is_as_wide_as_past_days_were_wrong() {
    // Ten days that alternate between $24 and $48: told from the others, each is wrong by about 12 of them.
    let days = |low: f64, high: f64| move |hour: i64| if (hour / 24) % 2 == 0 { low } else { high };
    let now = at("2026-06-11T00:00:00Z");
    let calm = project(&history(at("2026-06-01T00:00:00Z"), 240, days(1.4, 1.6)), 360.0, now).unwrap();
    let wild = project(&history(at("2026-06-01T00:00:00Z"), 240, days(1.0, 2.0)), 360.0, now).unwrap();
    assert!(wild.margin > calm.margin && calm.margin > Money::ZERO, "{wild:?} {calm:?}");
    // Five times the swing, five times the error.
    let ratio = wild.margin.as_units() / calm.margin.as_units();
    assert!((ratio - 5.0).abs() < 0.01, "{ratio}");
    // Nine of ten outcomes are below end + margin, by the meaning of an 80 % interval.
    let confidence = wild.confidence_over(wild.end - wild.margin);
    assert!((confidence - 0.9).abs() < 1e-4, "{confidence}");
    assert!((wild.confidence_over(wild.end) - 0.5).abs() < 1e-6);
}

#[test]
fn money_runs_out_where_the_path_crosses_the_limit() {
    let now = at("2026-06-11T00:00:00Z");
    let profile = Profile::of(&history(at("2026-06-01T00:00:00Z"), 240, |_| 1.0), calendar());
    let path = profile.path(june(), usd(240.0), now);
    assert_eq!(path.last().unwrap().at, june().end);
    assert_eq!(path.last().unwrap().spent, usd(720.0));
    // 60.5 more at $1 an hour: 13 June, 12:30.
    let found = runs_out(&path, usd(240.0), usd(300.5), now);
    assert_eq!(found.at, Some(at("2026-06-13T12:30:00Z")));
    assert_eq!((found.earliest, found.latest), (found.at, found.at));
    assert_eq!(runs_out(&path, usd(240.0), usd(800.0), now).at, None);
    assert_eq!(runs_out(&path, usd(240.0), usd(200.0), now).at, Some(now));
}

#[test]
fn hours_that_are_priced_in_part_count_in_part() {
    // Nine hours a day are seen, at $2 an hour: the other fifteen are not taken for free.
    let first = at("2026-06-01T00:00:00Z").timestamp() / 3_600;
    let seen = SpendingHistory::loaded((0..240).filter(|hour| hour % 24 < 9).map(|hour| (first + hour, usd(2.0), TimeDelta::hours(1))));
    let found = project(&seen, 180.0, at("2026-06-11T00:00:00Z")).unwrap();
    assert_eq!(found.end, usd(180.0 + 480.0 * 2.0));
}

#[test]
fn several_deployments_at_the_same_time_cover_it_once() {
    let mut history = SpendingHistory::default();
    let noon = at("2026-06-10T12:00:00Z");
    for minute in 0..90 {
        let from = noon + TimeDelta::minutes(minute);
        for _ in 0..3 {
            history.add(from, from + TimeDelta::minutes(1), usd(0.01));
        }
    }
    let hours: Vec<_> = history.hours().map(|spent| (spent.start(), spent.cost, spent.covered)).collect();
    let hour = TimeDelta::hours(1);
    assert_eq!(hours, [(noon, usd(1.8), hour), (noon + hour, usd(0.9), TimeDelta::minutes(30))]);
    assert_eq!(history.since(noon + hour), (usd(0.9), TimeDelta::minutes(30)));
}

proptest! {
    #[test]
    fn what_is_projected_is_never_less_than_what_is_spent(
        costs in proptest::collection::vec(0.0..100.0_f64, 72..400), spent in 0.0..10_000.0_f64, minutes in 0_i64..43_200, limit in 1.0..20_000.0_f64,
    ) {
        let now = june().start + TimeDelta::minutes(minutes);
        let history = history(at("2026-05-10T00:00:00Z"), costs.len() as i64, |hour| costs[hour as usize]);
        let profile = Profile::of(&history, calendar());
        let found = profile.outlook(june(), now).unwrap().projection(usd(spent), now);
        prop_assert!(found.end >= usd(spent) && found.margin >= Money::ZERO);
        prop_assert!(found.margin < usd(1e7), "{found:?}");
        let confidence = found.confidence_over(usd(limit));
        prop_assert!((0.0..=1.0).contains(&confidence), "{confidence}");
        prop_assert!(found.confidence_over(usd(limit + 1.0)) <= confidence);
        // The path and the sum say the same, and the band holds the line.
        let path = profile.path(june(), usd(spent), now);
        let last = path.last().unwrap();
        prop_assert!((last.spent - found.end).as_units().abs() < 1e-3, "{last:?} {found:?}");
        prop_assert!(path.iter().all(|step| step.low <= step.spent && step.spent <= step.high));
        prop_assert!(path.windows(2).all(|pair| pair[0].spent <= pair[1].spent && pair[0].high <= pair[1].high));
        let out = runs_out(&path, usd(spent), usd(limit), now);
        prop_assert!(out.at.is_none() || (out.earliest <= out.at && out.latest.is_none_or(|latest| out.at <= Some(latest))), "{out:?}");
    }
}
