//! Months that begin on any day, anywhere, whatever the clocks do.

use chrono::{TimeDelta, Utc};
use headroom_core::budget::Calendar;
use headroom_core::calendar::Zone;
use proptest::prelude::*;

use crate::setting::at;

fn calendar(reset_day: u8, zone: &str) -> Calendar {
    Calendar { reset_day, zone: zone.parse().unwrap() }
}

#[test]
fn a_period_begins_at_local_midnight_of_its_day() {
    let table = [
        // (reset day, zone, at, start, end)
        (1, "UTC", "2026-06-10T12:00:00Z", "2026-06-01T00:00:00Z", "2026-07-01T00:00:00Z"),
        (1, "UTC", "2026-06-01T00:00:00Z", "2026-06-01T00:00:00Z", "2026-07-01T00:00:00Z"),
        (1, "UTC", "2026-05-31T23:59:59Z", "2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z"),
        (15, "UTC", "2026-01-10T00:00:00Z", "2025-12-15T00:00:00Z", "2026-01-15T00:00:00Z"),
        // 29–31 are the last day of shorter months.
        (31, "UTC", "2027-02-15T00:00:00Z", "2027-01-31T00:00:00Z", "2027-02-28T00:00:00Z"),
        (31, "UTC", "2027-02-28T00:00:00Z", "2027-02-28T00:00:00Z", "2027-03-31T00:00:00Z"),
        (30, "UTC", "2028-02-29T12:00:00Z", "2028-02-29T00:00:00Z", "2028-03-30T00:00:00Z"),
        (29, "UTC", "2026-03-01T00:00:00Z", "2026-02-28T00:00:00Z", "2026-03-29T00:00:00Z"),
        // Summer time begins on 29 March 2026 in Berlin: UTC+1 before, UTC+2 after.
        (1, "Europe/Berlin", "2026-03-15T00:00:00Z", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z"),
        (1, "Europe/Berlin", "2026-03-31T22:30:00Z", "2026-03-31T22:00:00Z", "2026-04-30T22:00:00Z"),
        (1, "America/New_York", "2026-11-01T05:00:00Z", "2026-11-01T04:00:00Z", "2026-12-01T05:00:00Z"),
        // UTC+5:45.
        (1, "Asia/Kathmandu", "2026-06-30T18:20:00Z", "2026-06-30T18:15:00Z", "2026-07-31T18:15:00Z"),
        (1, "Asia/Kathmandu", "2026-06-30T18:10:00Z", "2026-05-31T18:15:00Z", "2026-06-30T18:15:00Z"),
        // Clocks went forward at midnight in Beirut on 29 March 2026: that day began at 01:00, UTC+3.
        (29, "Asia/Beirut", "2026-03-29T12:00:00Z", "2026-03-28T22:00:00Z", "2026-04-28T21:00:00Z"),
        // They go back at midnight in Havana on 1 November 2026: 00:00 comes twice, the first counts.
        (1, "America/Havana", "2026-11-01T04:30:00Z", "2026-11-01T04:00:00Z", "2026-12-01T05:00:00Z"),
        (1, "America/Havana", "2026-11-01T05:30:00Z", "2026-11-01T04:00:00Z", "2026-12-01T05:00:00Z"),
        // Samoa left out 30 December 2011 when the date line moved.
        (30, "Pacific/Apia", "2011-12-31T12:00:00Z", "2011-12-30T10:00:00Z", "2012-01-29T10:00:00Z"),
    ];
    for (day, zone, now, start, end) in table {
        let period = calendar(day, zone).period_at(at(now));
        assert_eq!((period.start, period.end), (at(start), at(end)), "day {day} in {zone} at {now}");
    }
}

#[test]
fn days_are_local_and_as_long_as_the_clocks_make_them() {
    let calendar = calendar(1, "Europe/Berlin");
    let march = calendar.period_at(at("2026-03-15T00:00:00Z"));
    let days = calendar.days(&march);
    assert_eq!(days.len(), 31);
    // 29 March has 23 hours, all others 24.
    let lengths: Vec<i64> = days.windows(2).map(|pair| (pair[1] - pair[0]).num_hours()).collect();
    assert_eq!(lengths.iter().filter(|hours| **hours == 23).count(), 1);
    assert_eq!(lengths[28], 23);
    // Monday 00:00 in Berlin is hour 0 of the week; Sunday 23:00 is hour 167.
    assert_eq!(calendar.hour_of_week(at("2026-06-07T22:00:00Z")), 0);
    assert_eq!(calendar.hour_of_week(at("2026-06-07T21:30:00Z")), 167);
}

fn zones() -> impl Strategy<Value = Zone> {
    let known: Vec<Zone> = Zone::names().map(|name| name.parse().unwrap()).collect();
    proptest::sample::select(known)
}

proptest! {
    #[test]
    fn periods_lie_side_by_side_and_hold_their_instant(day in 1_u8..=31, zone in zones(), seconds in 946_684_800_i64..4_102_444_800) {
        let calendar = Calendar { reset_day: day, zone };
        let now = chrono::DateTime::<Utc>::from_timestamp(seconds, 0).unwrap();
        let period = calendar.period_at(now);
        prop_assert!(period.start <= now && now < period.end);
        prop_assert!((27..=32).contains(&period.length().num_days()), "{:?}", period);
        prop_assert_eq!(calendar.period_at(period.end).start, period.end);
        prop_assert_eq!(calendar.period_at(period.end - TimeDelta::milliseconds(1)), period);
        prop_assert_eq!(calendar.period_at(period.start), period);
        // The ledger's quarter hours never straddle a period.
        prop_assert_eq!(period.start.timestamp().rem_euclid(900), 0);
        let days = calendar.days(&period);
        prop_assert!(days.windows(2).all(|pair| pair[0] < pair[1]));
        prop_assert!((27..=31).contains(&days.len()), "{} days", days.len());
    }
}
