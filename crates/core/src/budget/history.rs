//! What was spent in each hour, as far back as a projection looks.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};

use crate::units::Money;

/// Hours that are remembered: five weeks. A month's pattern needs each hour of the week a few times; older habits are not today's.
pub const HOURS_KEPT: usize = 35 * 24;
/// Milliseconds in an hour.
const HOUR_MS: i64 = 3_600_000;

/// What was spent in one hour (UTC), and how much of it anybody can speak for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HourSpent {
    /// Hours since the epoch.
    pub hour: i64,
    /// What was spent in what is covered of it.
    pub cost: Money,
    /// How much of it is priced, observed or estimated; at most an hour.
    pub covered: TimeDelta,
    /// Up to where it is priced.
    until: DateTime<Utc>,
}

/// What a scope spent hour by hour, the last five weeks of it, oldest first; hours without any price are left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SpendingHistory {
    hours: VecDeque<HourSpent>,
}

impl SpendingHistory {
    /// From whole hours, oldest first: hours since the epoch, what was spent, how much of the hour is priced.
    #[must_use]
    pub fn loaded(hours: impl IntoIterator<Item = (i64, Money, TimeDelta)>) -> Self {
        let mut history = Self::default();
        for (hour, cost, covered) in hours {
            let covered = covered.clamp(TimeDelta::zero(), TimeDelta::hours(1));
            history.hours.push_back(HourSpent { hour, cost, covered, until: start_of(hour) + covered });
        }
        history.forget();
        history
    }

    /// Adds what one stretch of one deployment cost. Several deployments over the same time cover it once.
    pub fn add(&mut self, from: DateTime<Utc>, to: DateTime<Utc>, cost: Money) {
        let hour = hour_of(from);
        let at = match self.hours.iter().rposition(|spent| spent.hour <= hour) {
            Some(index) if self.hours[index].hour == hour => index,
            Some(index) => {
                self.hours.insert(index + 1, HourSpent { hour, cost: Money::ZERO, covered: TimeDelta::zero(), until: from });
                index + 1
            }
            None => {
                self.hours.push_front(HourSpent { hour, cost: Money::ZERO, covered: TimeDelta::zero(), until: from });
                0
            }
        };
        let spent = &mut self.hours[at];
        spent.cost += cost;
        let fresh = (to - from.max(spent.until)).max(TimeDelta::zero());
        spent.covered = (spent.covered + fresh).min(TimeDelta::hours(1));
        spent.until = spent.until.max(to);
        self.forget();
    }

    /// The hours, oldest first.
    pub fn hours(&self) -> impl DoubleEndedIterator<Item = &HourSpent> {
        self.hours.iter()
    }

    /// How much time is priced.
    #[must_use]
    pub fn covered(&self) -> TimeDelta {
        self.hours.iter().fold(TimeDelta::zero(), |sum, spent| sum + spent.covered)
    }

    /// What was spent since an instant, to whole hours, and over how much priced time.
    #[must_use]
    pub fn since(&self, from: DateTime<Utc>) -> (Money, TimeDelta) {
        let first = hour_of(from);
        let newer = self.hours.iter().rev().take_while(|spent| spent.hour >= first);
        newer.fold((Money::ZERO, TimeDelta::zero()), |(cost, covered), spent| (cost + spent.cost, covered + spent.covered))
    }

    fn forget(&mut self) {
        let Some(newest) = self.hours.back().map(|spent| spent.hour) else { return };
        while self.hours.front().is_some_and(|oldest| oldest.hour <= newest - HOURS_KEPT as i64) {
            self.hours.pop_front();
        }
    }
}

impl HourSpent {
    /// When the hour began.
    #[must_use]
    pub fn start(&self) -> DateTime<Utc> {
        start_of(self.hour)
    }

    /// The part of the hour that is priced, 0–1.
    #[must_use]
    pub fn weight(&self) -> f64 {
        self.covered.num_milliseconds() as f64 / HOUR_MS as f64
    }
}

/// Hours since the epoch of the hour around an instant.
#[must_use]
pub fn hour_of(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis().div_euclid(HOUR_MS)
}

/// The first instant of an hour.
#[must_use]
pub fn start_of(hour: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(hour.saturating_mul(HOUR_MS)).unwrap_or_default()
}
