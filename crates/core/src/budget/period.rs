//! When a budget's month begins: on a day of the month, at midnight where the budget lives.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, TimeDelta, Timelike, Utc};

use crate::calendar::Zone;

/// Hours in a week.
pub const HOURS_PER_WEEK: usize = 168;

/// The day of the month on which periods begin, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calendar {
    /// 1–31; 29–31 are the last day of shorter months.
    pub reset_day: u8,
    /// Whose midnight.
    pub zone: Zone,
}

/// One month of a budget: `start` is in it, `end` is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// Its first instant.
    pub start: DateTime<Utc>,
    /// The first instant of the next one.
    pub end: DateTime<Utc>,
}

impl Period {
    /// How long it is.
    #[must_use]
    pub fn length(&self) -> TimeDelta {
        self.end - self.start
    }

    /// What is left of it at `now`.
    #[must_use]
    pub fn left(&self, now: DateTime<Utc>) -> TimeDelta {
        (self.end - now).clamp(TimeDelta::zero(), self.length())
    }

    /// The share of it that is gone at `now`, 0–1.
    #[must_use]
    pub fn gone(&self, now: DateTime<Utc>) -> f64 {
        let length = self.length().num_milliseconds();
        if length <= 0 { 1.0 } else { 1.0 - self.left(now).num_milliseconds() as f64 / length as f64 }
    }
}

impl Calendar {
    /// The period around an instant.
    ///
    /// | reset day | zone | at | period |
    /// |---|---|---|---|
    /// | 1 | UTC | 10 June 12:00 | 1 June – 1 July |
    /// | 31 | UTC | 15 February 2027 | 31 January – 28 February |
    /// | 1 | Europe/Berlin | 31 March 22:30 UTC | 31 March 22:00 – 30 April 22:00 UTC |
    #[must_use]
    pub fn period_at(&self, at: DateTime<Utc>) -> Period {
        let month = first_of_month(self.zone.date(at));
        // Where clocks go back at midnight a date begins twice, so the month that the date names may be one off.
        let around = [month.checked_sub_months(Months::new(1)), Some(month), month.checked_add_months(Months::new(1))];
        let starts: Vec<DateTime<Utc>> = around
            .into_iter()
            .chain([month.checked_add_months(Months::new(2))])
            .flatten()
            .map(|month| self.zone.begins(reset_date(month, self.reset_day)))
            .collect();
        let found = starts.windows(2).find(|pair| pair[0] <= at && at < pair[1]).map(|pair| Period { start: pair[0], end: pair[1] });
        // Only at the ends of what dates can say.
        found.unwrap_or(Period { start: at, end: at.checked_add_signed(TimeDelta::days(30)).unwrap_or(at) })
    }

    /// The first instant of each local day of a period, oldest first; the first is the period's start.
    #[must_use]
    pub fn days(&self, period: &Period) -> Vec<DateTime<Utc>> {
        let first = self.zone.date(period.start);
        let mut days = vec![period.start];
        days.extend(
            (1..=31)
                .filter_map(|day| first.checked_add_days(Days::new(day)))
                .map(|date| self.zone.begins(date))
                .filter(|at| *at < period.end),
        );
        days.dedup();
        days
    }

    /// The first instant of the local day around an instant.
    #[must_use]
    pub fn day_of(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        self.zone.day_start(at)
    }

    /// The local hour of the week around an instant, Monday 00:00 first: 0–167.
    #[must_use]
    pub fn hour_of_week(&self, at: DateTime<Utc>) -> usize {
        let local = self.zone.local(at);
        (local.weekday().num_days_from_monday() * 24 + local.hour()) as usize
    }
}

fn first_of_month(date: NaiveDate) -> NaiveDate {
    date.with_day(1).unwrap_or(date)
}

/// The day on which a period begins in the month that starts at `first`.
fn reset_date(first: NaiveDate, reset_day: u8) -> NaiveDate {
    let longest = u32::from(first.num_days_in_month());
    first.with_day(u32::from(reset_day).clamp(1, longest)).unwrap_or(first)
}
