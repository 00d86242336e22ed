//! Where the money goes: the hours that are left, by what the same hours of past weeks cost, and how wrong that was before.

use chrono::{DateTime, TimeDelta, Utc};

use super::history::{SpendingHistory, hour_of, start_of};
use super::period::{Calendar, HOURS_PER_WEEK, Period};
use crate::units::Money;

/// Priced time without which nothing is projected: under it one odd day is the whole pattern.
pub const LEAST_DATA: TimeDelta = TimeDelta::hours(72);
/// The days of a burn rate.
pub const BURN_DAYS: i64 = 7;
/// Of a normal distribution, 80 % are within this many standard deviations.
const SIGMAS_OF_80_PERCENT: f64 = 1.281_551_565_544_6;
/// Hours in a day.
const HOURS_PER_DAY: usize = 24;
/// Milliseconds in an hour.
const HOUR_MS: f64 = 3_600_000.0;
/// Hours that a projection walks at most: a period has at most 31 days, and clocks are set back once in it.
const MOST_HOURS: i64 = 32 * 24;

/// What each hour of the week costs, and how far whole days were from that.
///
/// An hour's mean is over the priced parts of the same local hour of past weeks; where there was none, of the same hour of any day, then
/// of all hours.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    calendar: Calendar,
    /// Currency units per hour.
    of_week: [Mean; HOURS_PER_WEEK],
    of_day: [Mean; HOURS_PER_DAY],
    of_all: Mean,
    /// Standard error of a day, in currency units.
    day_error: f64,
    /// Days it is from.
    days: f64,
    covered: TimeDelta,
}

/// A weighted mean.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Mean {
    sum: f64,
    weight: f64,
}

impl Mean {
    fn add(&mut self, sum: f64, weight: f64) {
        self.sum += sum;
        self.weight += weight;
    }

    /// The mean without one part of it.
    fn without(self, sum: f64, weight: f64) -> Self {
        Self { sum: self.sum - sum, weight: self.weight - weight }
    }

    fn value(self) -> Option<f64> {
        // Sums of parts of hours: what is left of nothing after a subtraction is nothing.
        (self.weight > 1e-6).then(|| (self.sum / self.weight).max(0.0))
    }
}

/// What is expected of the hours that are left, made once an hour; [`Outlook::projection`] adds what is spent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outlook {
    /// The hour it is of, since the epoch.
    hour: i64,
    period: Period,
    /// Currency units per hour in this hour.
    rate: f64,
    /// Currency units in the whole hours after it.
    later: f64,
    day_error: f64,
    days: f64,
}

/// Where a period ends if it goes on like this.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Projection {
    /// Spent at its end.
    pub end: Money,
    /// 80 % of outcomes are within this of `end`.
    pub margin: Money,
    /// Standard deviation of `end`, in currency units.
    pub deviation: f64,
}

impl Projection {
    /// The confidence that the period ends past `limit`, 0–1.
    #[must_use]
    pub fn confidence_over(&self, limit: Money) -> f64 {
        let over = (self.end - limit).as_units();
        if self.deviation > 0.0 { normal_share_below(over / self.deviation) } else { f64::from(u8::from(over > 0.0)) }
    }
}

/// When a limit will be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunsOut {
    /// Most likely; `None` when not before the period's end.
    pub at: Option<DateTime<Utc>>,
    /// Nine of ten outcomes are later; `None` when not before the period's end.
    pub earliest: Option<DateTime<Utc>>,
    /// Nine of ten outcomes are earlier; `None` when not before the period's end.
    pub latest: Option<DateTime<Utc>>,
}

/// What is expected to be spent by an instant to come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExpectedAt {
    /// When.
    pub at: DateTime<Utc>,
    /// Expected.
    pub spent: Money,
    /// 80 % of outcomes are at least this.
    pub low: Money,
    /// 80 % of outcomes are at most this, with `low` as the other end.
    pub high: Money,
}

impl Profile {
    /// The profile of a history, in a calendar's local hours.
    #[must_use]
    pub fn of(history: &SpendingHistory, calendar: Calendar) -> Self {
        let mut profile = Self {
            calendar,
            of_week: [Mean::default(); HOURS_PER_WEEK],
            of_day: [Mean::default(); HOURS_PER_DAY],
            of_all: Mean::default(),
            day_error: 0.0,
            days: 0.0,
            covered: history.covered(),
        };
        let hours: Vec<LocalHour> = history
            .hours()
            .filter(|spent| spent.weight() > 0.0)
            .map(|spent| LocalHour {
                day: calendar.day_of(spent.start()),
                of_week: calendar.hour_of_week(spent.start()),
                cost: spent.cost.as_units(),
                weight: spent.weight(),
            })
            .collect();
        for hour in &hours {
            profile.of_week[hour.of_week].add(hour.cost, hour.weight);
            profile.of_day[hour.of_week % HOURS_PER_DAY].add(hour.cost, hour.weight);
            profile.of_all.add(hour.cost, hour.weight);
        }
        profile.learn_errors(&hours);
        profile
    }

    /// Each past day is told from the other days alone; its error counts by how much of the day is priced.
    fn learn_errors(&mut self, hours: &[LocalHour]) {
        let (mut squares, mut days) = (0.0, 0.0);
        for day in hours.chunk_by(|one, other| one.day == other.day) {
            let all = day.iter().fold(Mean::default(), |mut sum, hour| {
                sum.add(hour.cost, hour.weight);
                sum
            });
            let told: Option<f64> = day.iter().map(|hour| self.told_without(day, hour, all)).sum();
            let Some(told) = told else { continue };
            let priced = all.weight / HOURS_PER_DAY as f64;
            // An error over part of a day is taken up to a whole one; its weight is that part.
            let error = (all.sum - told) / priced;
            squares += priced * error * error;
            days += priced;
        }
        if days > 0.0 {
            self.day_error = (squares / days).sqrt();
            self.days = days;
        }
    }

    /// What one hour of a day would have been told to cost without that day.
    fn told_without(&self, day: &[LocalHour], hour: &LocalHour, all: Mean) -> Option<f64> {
        let same = |other: &&LocalHour| other.of_week == hour.of_week;
        let own = day.iter().filter(same).fold(Mean::default(), |mut sum, other| {
            sum.add(other.cost, other.weight);
            sum
        });
        let rate = self.of_week[hour.of_week]
            .without(own.sum, own.weight)
            .value()
            .or_else(|| self.of_day[hour.of_week % HOURS_PER_DAY].without(own.sum, own.weight).value())
            .or_else(|| self.of_all.without(all.sum, all.weight).value())?;
        Some(rate * hour.weight)
    }

    /// What an hour costs, in currency units per hour.
    fn rate(&self, hour: i64) -> f64 {
        let of_week = self.calendar.hour_of_week(start_of(hour));
        self.of_week[of_week]
            .value()
            .or_else(|| self.of_day[of_week % HOURS_PER_DAY].value())
            .or_else(|| self.of_all.value())
            .unwrap_or(0.0)
    }

    /// Whether there is data enough to project.
    #[must_use]
    pub fn is_enough(&self) -> bool {
        self.covered >= LEAST_DATA
    }

    /// When there will be data enough, if everything is priced from now on; `now` where there is.
    #[must_use]
    pub fn enough_at(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + (LEAST_DATA - self.covered).max(TimeDelta::zero())
    }

    /// What is expected of the rest of a period; `None` under three days of data.
    #[must_use]
    pub fn outlook(&self, period: Period, now: DateTime<Utc>) -> Option<Outlook> {
        if !self.is_enough() {
            return None;
        }
        let hour = hour_of(now);
        let last = hour_of(period.end).min(hour + MOST_HOURS);
        let mut later: f64 = (hour + 1..last).map(|hour| self.rate(hour)).sum();
        if last > hour {
            later += self.rate(last) * hours(period.end - start_of(last));
        }
        Some(Outlook { hour, period, rate: self.rate(hour), later, day_error: self.day_error, days: self.days })
    }

    /// What is expected to be spent by the end of each hour that is left, the period's end last. Empty under three days of data.
    #[must_use]
    pub fn path(&self, period: Period, spent: Money, now: DateTime<Utc>) -> Vec<ExpectedAt> {
        if !self.is_enough() {
            return Vec::new();
        }
        let (mut at, mut expected) = (now, spent.as_units());
        let mut path = Vec::new();
        while at < period.end && path.len() < MOST_HOURS as usize {
            let hour = hour_of(at);
            let next = start_of(hour + 1).min(period.end);
            expected += self.rate(hour) * hours(next - at);
            at = next;
            let margin = SIGMAS_OF_80_PERCENT * deviation(self.day_error, self.days, at - now);
            path.push(ExpectedAt {
                at,
                spent: Money::from_units(expected),
                low: Money::from_units((expected - margin).max(spent.as_units())),
                high: Money::from_units(expected + margin),
            });
        }
        path
    }
}

/// One past hour in local terms.
struct LocalHour {
    day: DateTime<Utc>,
    of_week: usize,
    cost: f64,
    weight: f64,
}

impl Outlook {
    /// Whether it can still be asked at `now`: the same hour of the same period.
    #[must_use]
    pub fn holds(&self, period: &Period, now: DateTime<Utc>) -> bool {
        self.hour == hour_of(now) && self.period == *period
    }

    /// Where the period ends, given what is spent at `now`.
    #[must_use]
    pub fn projection(&self, spent: Money, now: DateTime<Utc>) -> Projection {
        let this_hour = hours((start_of(self.hour + 1).min(self.period.end) - now).max(TimeDelta::zero()));
        let deviation = deviation(self.day_error, self.days, self.period.left(now));
        Projection {
            end: spent + Money::from_units(self.rate * this_hour + self.later),
            margin: Money::from_units(SIGMAS_OF_80_PERCENT * deviation),
            deviation,
        }
    }
}

/// When a path passes a limit. Where it is passed already, that is `now` in all three.
#[must_use]
pub fn runs_out(path: &[ExpectedAt], spent: Money, limit: Money, now: DateTime<Utc>) -> RunsOut {
    if spent >= limit {
        return RunsOut { at: Some(now), earliest: Some(now), latest: Some(now) };
    }
    let crossing = |amount: fn(&ExpectedAt) -> Money| {
        let (mut before, mut before_at) = (spent, now);
        for step in path {
            let after = amount(step);
            if after >= limit {
                let part = (limit - before).as_units() / (after - before).as_units();
                let time = (step.at - before_at).num_milliseconds() as f64;
                return Some(before_at + TimeDelta::milliseconds((time * part.clamp(0.0, 1.0)) as i64));
            }
            (before, before_at) = (after, step.at);
        }
        None
    };
    RunsOut { at: crossing(|step| step.spent), earliest: crossing(|step| step.high), latest: crossing(|step| step.low) }
}

/// The standard deviation of what is spent over some time to come: days err by themselves, and all together in one direction, which
/// `n` past days know to `1/√n`.
fn deviation(day_error: f64, days: f64, time: TimeDelta) -> f64 {
    let ahead = hours(time) / HOURS_PER_DAY as f64;
    if days <= 0.0 { 0.0 } else { day_error * (ahead + ahead * ahead / days).sqrt() }
}

fn hours(time: TimeDelta) -> f64 {
    time.num_milliseconds() as f64 / HOUR_MS
}

/// The share of a normal distribution below `sigmas` standard deviations; to 10⁻⁷ (Abramowitz and Stegun 26.2.17).
fn normal_share_below(sigmas: f64) -> f64 {
    let x = sigmas.abs();
    let t = 1.0 / (1.0 + 0.231_641_9 * x);
    let polynomial = t * (0.319_381_530 + t * (-0.356_563_782 + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))));
    let above = (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt() * polynomial;
    if sigmas >= 0.0 { 1.0 - above } else { above }
}
