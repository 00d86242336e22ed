//! Ranges of time as people ask for them: whole days and months where the workspace counts them.

use chrono::{DateTime, Datelike as _, Days, Months, TimeDelta, Utc};
use headroom_core::calendar::Zone;
use serde::{Deserialize, Serialize};

const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/// A range that goes with the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum CostRange {
    /// Since the first of the month.
    #[default]
    ThisMonth,
    /// The month before.
    LastMonth,
    /// Today and the six days before.
    #[serde(rename = "last_7_days")]
    Last7Days,
    /// Today and the 29 days before.
    #[serde(rename = "last_30_days")]
    Last30Days,
    /// This month and the eleven before.
    #[serde(rename = "last_12_months")]
    Last12Months,
}

/// A range of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) from: DateTime<Utc>,
    pub(crate) to: DateTime<Utc>,
    /// In words.
    pub(crate) words: String,
    /// It ends now and will go on.
    is_open: bool,
    before: Option<Before>,
}

/// How the range before is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    /// As much of the month before as has passed of this one.
    Month,
    /// As many days before.
    Days(u64),
    /// The same length right before.
    Length,
}

/// The range before another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RangeBefore {
    pub(crate) from: DateTime<Utc>,
    pub(crate) to: DateTime<Utc>,
    pub(crate) words: String,
}

impl CostRange {
    /// The range at an instant.
    pub(crate) fn at(self, zone: Zone, now: DateTime<Utc>) -> Range {
        let days_ago = |days: u64| zone.date(now).checked_sub_days(Days::new(days)).map_or(now, |date| zone.begins(date));
        match self {
            Self::ThisMonth => {
                let from = zone.month_start(now);
                Range { from, to: now, words: format!("{} so far", month(zone, from)), is_open: true, before: Some(Before::Month) }
            }
            Self::LastMonth => {
                let to = zone.month_start(now);
                let from = month_before(zone, to);
                Range { from, to, words: month(zone, from), is_open: false, before: Some(Before::Month) }
            }
            Self::Last7Days => {
                let before = Some(Before::Days(7));
                Range { from: days_ago(6), to: now, words: "the last 7 days".to_owned(), is_open: true, before }
            }
            Self::Last30Days => {
                let before = Some(Before::Days(30));
                Range { from: days_ago(29), to: now, words: "the last 30 days".to_owned(), is_open: true, before }
            }
            Self::Last12Months => {
                let first = zone.date(zone.month_start(now)).checked_sub_months(Months::new(11));
                let from = first.map_or(now, |first| zone.begins(first));
                Range { from, to: now, words: "the last 12 months".to_owned(), is_open: true, before: None }
            }
        }
    }
}

impl Range {
    /// A range by its ends.
    pub(crate) fn between(from: DateTime<Utc>, to: DateTime<Utc>, zone: Zone, now: DateTime<Utc>) -> Self {
        let is_day = zone.day_start(from) == from && zone.next_day(from) == to;
        let words = if is_day { date(zone, from) } else { format!("{} to {}", moment(zone, from), moment(zone, to)) };
        Self { from, to, words, is_open: to >= now, before: Some(Before::Length) }
    }

    /// Where to stop reading; none where everything up to the newest entry is wanted.
    pub(crate) fn open_end(&self) -> Option<DateTime<Utc>> {
        (!self.is_open).then_some(self.to)
    }

    /// What to compare with.
    pub(crate) fn before(&self, zone: Zone) -> Option<RangeBefore> {
        let length = self.to - self.from;
        let (from, to, words) = match self.before? {
            Before::Month => {
                let from = month_before(zone, self.from);
                let whole = format!("all of {}", month(zone, from));
                if self.is_open {
                    let to = (from + length).min(self.from);
                    (from, to, if to == self.from { whole } else { format!("the same days of {}", month(zone, from)) })
                } else {
                    (from, self.from, month(zone, from))
                }
            }
            Before::Days(days) => {
                let back = |at: DateTime<Utc>| {
                    let (date, since) = (zone.date(at), at - zone.day_start(at));
                    date.checked_sub_days(Days::new(days)).map_or(at, |date| zone.begins(date) + since)
                };
                (back(self.from), back(self.to), format!("the {days} days before"))
            }
            Before::Length => (self.from - length, self.from, "the same time right before".to_owned()),
        };
        Some(RangeBefore { from, to, words })
    }

    /// The first instants of its days.
    pub(crate) fn days(&self, zone: Zone) -> Vec<DateTime<Utc>> {
        let most = usize::try_from((self.to - self.from + TimeDelta::days(2)).num_days()).unwrap_or(0) + 1;
        let mut days = zone.days(self.from, self.to, most);
        days.retain(|day| *day < self.to || *day == self.from);
        days
    }
}

fn month_before(zone: Zone, month_start: DateTime<Utc>) -> DateTime<Utc> {
    zone.date(month_start).checked_sub_months(Months::new(1)).map_or(month_start, |first| zone.begins(first))
}

/// The month's name there.
pub(crate) fn month(zone: Zone, at: DateTime<Utc>) -> String {
    MONTHS[zone.date(at).month0() as usize].to_owned()
}

/// "18 November" there.
pub(crate) fn date(zone: Zone, at: DateTime<Utc>) -> String {
    format!("{} {}", zone.date(at).day(), month(zone, at))
}

/// "18 November, 14:30" there; the day alone at its first instant.
pub(crate) fn moment(zone: Zone, at: DateTime<Utc>) -> String {
    if zone.day_start(at) == at { date(zone, at) } else { format!("{}, {}", date(zone, at), zone.local(at).format("%H:%M")) }
}
