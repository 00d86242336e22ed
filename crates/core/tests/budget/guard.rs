//! How many instances the rest of a period can pay for.

use chrono::TimeDelta;
use headroom_core::budget::guard::left_to_share;
use headroom_core::budget::{Member, affordable};
use headroom_core::units::{Instances, Money, MoneyPerHour};
use proptest::prelude::*;

use crate::setting::usd;

fn hourly(units: f64) -> MoneyPerHour {
    MoneyPerHour::from_units(units)
}

fn member(cost: f64, is_fixed: bool) -> Member {
    Member { cost_per_hour: hourly(cost), is_fixed }
}

#[test]
fn the_bound_is_the_rest_of_the_limit_over_the_rest_of_the_time() {
    let hours = TimeDelta::hours;
    let table = [
        // (name, left, time, own, all, price, bound)
        ("alone: floor(100 / (200 × 0.05)) = 10", 100.0, hours(200), 0.5, 0.5, 0.05, 10),
        ("alone: floor(109.99 / 10) = 10", 109.99, hours(200), 0.5, 0.5, 0.05, 10),
        ("a quarter of the scope: floor(25 / 10) = 2", 100.0, hours(200), 1.0, 4.0, 0.05, 2),
        ("nothing runs yet: all of it", 100.0, hours(200), 0.0, 0.0, 0.05, 10),
        ("nothing is left", 0.0, hours(200), 0.5, 0.5, 0.05, 0),
        ("more than all is spent", -5.0, hours(200), 0.5, 0.5, 0.05, 0),
        ("what costs nothing has no limit", 0.0, hours(200), 0.0, 0.5, 0.0, u32::MAX),
        ("the period is over", 10.0, hours(0), 0.5, 0.5, 0.05, u32::MAX),
        ("a minute is left: floor(1 / (0.05 / 60)) = 1200", 1.0, TimeDelta::minutes(1), 0.5, 0.5, 0.05, 1_200),
    ];
    for (name, left, time, own, all, price, bound) in table {
        assert_eq!(affordable(usd(left), time, hourly(own), hourly(all), hourly(price)), Instances(bound), "{name}");
    }
}

#[test]
fn what_nobody_scales_is_paid_first() {
    // 500 − 200 − 2 × 100 h of the fixed one = 100.
    let members = [member(2.0, true), member(1.0, false)];
    assert_eq!(left_to_share(usd(500.0), usd(200.0), &members, TimeDelta::hours(100)), usd(100.0));
    assert_eq!(left_to_share(usd(500.0), usd(400.0), &members, TimeDelta::hours(100)), Money::ZERO);
}

proptest! {
    #[test]
    fn the_bound_never_grows_with_what_is_spent_the_price_or_the_time(
        spent in 0_i64..10_000_000_000_000, more in 0_i64..1_000_000_000_000, minutes in 1_i64..44_640, longer in 0_i64..1_000,
        price in 1_i64..10_000_000_000, dearer in 0_i64..1_000_000_000, own in 0_i64..100_000_000_000, others in 0_i64..100_000_000_000,
    ) {
        let limit = usd(10_000.0);
        let bound = |spent, minutes, price| {
            let left = left_to_share(limit, Money::from_nanos(spent), &[], TimeDelta::minutes(minutes));
            affordable(left, TimeDelta::minutes(minutes), MoneyPerHour::from_nanos(own), MoneyPerHour::from_nanos(own + others), MoneyPerHour::from_nanos(price))
        };
        let here = bound(spent, minutes, price);
        prop_assert!(bound(spent + more, minutes, price) <= here);
        prop_assert!(bound(spent, minutes + longer, price) <= here);
        prop_assert!(bound(spent, minutes, price + dearer) <= here);
    }

    #[test]
    fn all_bounds_together_are_paid_by_what_is_left(
        left in 0_i64..10_000_000_000_000, minutes in 1_i64..44_640,
        scaled in proptest::collection::vec((0_u32..200, 1_i64..10_000_000_000), 1..8),
    ) {
        let time = TimeDelta::minutes(minutes);
        let own = |(count, price): (u32, i64)| MoneyPerHour::from_nanos(price) * Instances(count);
        let all = scaled.iter().fold(MoneyPerHour::ZERO, |sum, member| sum + own(*member));
        prop_assume!(all > MoneyPerHour::ZERO);
        let left = Money::from_nanos(left);
        let cost: i128 = scaled.iter().map(|member| {
            let bound = affordable(left, time, own(*member), all, MoneyPerHour::from_nanos(member.1));
            i128::from(bound.0) * i128::from(member.1) * i128::from(minutes)
        }).sum();
        // In nano-units × minutes of an hour.
        prop_assert!(cost <= i128::from(left.nanos()) * 60);
    }
}
