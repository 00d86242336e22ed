//! Days and months as people in a place count them. Inside, everything stays UTC.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Hours after a midnight that does not exist within which the day has begun: the largest jump that clocks make is one, a changed
/// side of the date line takes a whole day out.
const LONGEST_JUMP_HOURS: i64 = 30;

/// A time zone by its IANA name: `Asia/Kathmandu`. UTC where nobody said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "string"))]
pub struct Zone(Tz);

/// A name that is no time zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is no time zone. Give an IANA name such as Europe/Berlin or Asia/Kathmandu.")]
pub struct UnknownZone(pub String);

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(Tz::UTC);

    /// Its IANA name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// Every name that is known, in alphabetical order.
    pub fn names() -> impl Iterator<Item = &'static str> {
        chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name())
    }

    /// The zone's own rules.
    pub(crate) fn tz(self) -> Tz {
        self.0
    }

    /// The date there at an instant.
    #[must_use]
    pub fn date(self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.0).date_naive()
    }

    /// What a clock there shows at an instant.
    #[must_use]
    pub fn local(self, at: DateTime<Utc>) -> NaiveDateTime {
        at.with_timezone(&self.0).naive_local()
    }

    /// The first instant of a date there. Where clocks jump over midnight, the day begins after the jump; where midnight comes twice,
    /// with the first.
    #[must_use]
    pub fn begins(self, date: NaiveDate) -> DateTime<Utc> {
        let midnight = date.and_time(chrono::NaiveTime::MIN);
        (0..=LONGEST_JUMP_HOURS * 4)
            .find_map(|quarters| self.0.from_local_datetime(&(midnight + TimeDelta::minutes(15 * quarters))).earliest())
            .map_or_else(|| midnight.and_utc(), |at| at.to_utc())
    }

    /// The first instant of the day around one.
    #[must_use]
    pub fn day_start(self, at: DateTime<Utc>) -> DateTime<Utc> {
        self.begins(self.date(at))
    }

    /// The first instant of the day after the one around an instant.
    #[must_use]
    pub fn next_day(self, at: DateTime<Utc>) -> DateTime<Utc> {
        let date = self.date(at);
        // A day that a place left out begins where the one after it does.
        (1..=2)
            .filter_map(|days| date.checked_add_days(Days::new(days)))
            .map(|date| self.begins(date))
            .find(|next| *next > at)
            .unwrap_or(at)
    }

    /// The first instant of the month around one.
    #[must_use]
    pub fn month_start(self, at: DateTime<Utc>) -> DateTime<Utc> {
        let date = self.date(at);
        date.with_day(1).map_or(at, |first| self.begins(first))
    }

    /// The first instant of the month after the one around an instant.
    #[must_use]
    pub fn next_month(self, at: DateTime<Utc>) -> DateTime<Utc> {
        let first = self.date(at).with_day(1).and_then(|first| first.checked_add_months(Months::new(1)));
        first.map_or(at, |first| self.begins(first))
    }

    /// The first instants of the days that touch `from..to`, in order, and the end of the last of them. At most `most` days.
    #[must_use]
    pub fn days(self, from: DateTime<Utc>, to: DateTime<Utc>, most: usize) -> Vec<DateTime<Utc>> {
        let mut edges = vec![self.day_start(from)];
        while edges.len() <= most {
            let last = edges[edges.len() - 1];
            let next = self.next_day(last);
            if last >= to || next <= last {
                break;
            }
            edges.push(next);
        }
        edges
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self::UTC
    }
}

impl FromStr for Zone {
    type Err = UnknownZone;
    fn from_str(name: &str) -> Result<Self, UnknownZone> {
        name.trim().parse().map(Self).map_err(|_| UnknownZone(name.to_owned()))
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time")
    }

    fn zone(name: &str) -> Zone {
        name.parse().expect("a zone")
    }

    #[test]
    fn days_and_months_begin_where_people_count_them() {
        let noon = at("2026-06-10T12:00:00Z");
        for (name, day, month) in [
            ("UTC", "2026-06-10T00:00:00Z", "2026-06-01T00:00:00Z"),
            // UTC+5:45
            ("Asia/Kathmandu", "2026-06-09T18:15:00Z", "2026-05-31T18:15:00Z"),
            ("America/New_York", "2026-06-10T04:00:00Z", "2026-06-01T04:00:00Z"),
        ] {
            assert_eq!((zone(name).day_start(noon), zone(name).month_start(noon)), (at(day), at(month)), "{name}");
        }
        assert_eq!(zone("Asia/Kathmandu").next_month(noon), at("2026-06-30T18:15:00Z"));
    }

    #[test]
    fn a_day_on_which_clocks_change_is_an_hour_longer_or_shorter() {
        let berlin = zone("Europe/Berlin");
        let length = |day: &str| (berlin.next_day(at(day)) - berlin.day_start(at(day))).num_hours();
        assert_eq!((length("2026-03-29T12:00:00Z"), length("2026-10-25T12:00:00Z"), length("2026-06-10T12:00:00Z")), (23, 25, 24));
    }

    #[test]
    fn a_day_without_midnight_begins_after_the_jump_and_a_day_that_is_left_out_is_none() {
        // Beirut goes from 00:00 to 01:00.
        assert_eq!(zone("Asia/Beirut").day_start(at("2026-03-29T12:00:00Z")), at("2026-03-28T22:00:00Z"));
        // Samoa had no 30 December 2011.
        assert_eq!(zone("Pacific/Apia").next_day(at("2011-12-29T20:00:00Z")), at("2011-12-30T10:00:00Z"));
    }

    #[test]
    fn days_stand_side_by_side_whatever_the_clocks_do() {
        for name in ["Europe/Berlin", "Asia/Kathmandu", "Asia/Beirut", "America/St_Johns", "Pacific/Apia", "Australia/Lord_Howe"] {
            let edges = zone(name).days(at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"), 400);
            assert!((366..=367).contains(&(edges.len() - 1)) || edges.len() == 366, "{name}: {}", edges.len());
            assert!(edges.windows(2).all(|day| (22..=26).contains(&(day[1] - day[0]).num_hours())), "{name}");
            assert!(edges.iter().all(|edge| edge.timestamp() % 900 == 0), "{name}: the ledger's quarter hours fit");
        }
    }

    #[test]
    fn what_is_no_zone_is_refused_with_an_example() {
        let refused = "Mars/Olympus".parse::<Zone>().expect_err("no zone");
        assert!(refused.to_string().contains("Europe/Berlin"), "{refused}");
    }
}
