//! What is known ahead: windows of time in which a policy's bounds are others.
//!
//! A [`Schedule`] is a window that comes back (a cron pattern and a length) or one between two dates, in a time zone, and the bounds
//! that hold in it. Metrics keep working inside them. [`bounds_at`] says what holds at an instant and until when; [`check_schedules`]
//! is the door for what people write; [`calendar_file`] reads windows from an iCalendar file.
//!
//! What a zone's clocks do, the windows do. A pattern that names fixed times and falls into an hour that is left out starts at the
//! first minute after it, and in an hour that comes twice it starts once, with the first. A window's length is that on the wall: eight
//! hours from 22:00 end at 06:00 also in the night in which clocks change, so that windows which meet on the wall always meet.

use chrono::{DateTime, NaiveDate, NaiveDateTime, SubsecRound as _, TimeDelta, TimeZone as _, Utc};
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use serde::{Deserialize, Serialize};

use crate::calendar::Zone;
use crate::decide::words::duration;
use crate::units::Instances;

pub mod calendar_file;
mod check;

pub use check::{LONGEST_WINDOW_MINUTES, MOST_SCHEDULES, OwnBounds, ScheduleDraft, ScheduleFaults, check_schedules};

/// The most firings of one schedule that are looked at in one go.
const MOST_FIRINGS: usize = 4_000;
/// A wall-clock time that clocks leave out is followed by one that they show within so many quarter hours.
const LONGEST_JUMP_QUARTERS: i64 = 120;
/// The same as a length of time.
const LONGEST_JUMP: TimeDelta = TimeDelta::hours(30);

/// Bounds that hold in windows of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Schedule {
    /// What people call it.
    pub name: String,
    /// When it holds.
    pub window: Window,
    /// The zone whose clocks it goes by.
    pub zone: Zone,
    /// Never fewer in its windows; the policy's own where not set.
    pub min_instances: Option<Instances>,
    /// Never more in its windows; the policy's own where not set.
    pub max_instances: Option<Instances>,
}

/// When a schedule holds, by the clocks of its zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Window {
    /// From each time that a cron pattern names, for a while.
    Repeats {
        /// Five fields: minute, hour, day of the month, month, day of the week.
        cron: String,
        /// How long each window is, in minutes.
        minutes: u32,
        /// No window begins before this day.
        first_day: Option<NaiveDate>,
        /// No window begins after this day.
        last_day: Option<NaiveDate>,
    },
    /// Once.
    Once {
        /// Its first instant on the wall.
        from: NaiveDateTime,
        /// Its end on the wall.
        to: NaiveDateTime,
    },
}

/// One window as it falls: from its first instant to its end, which is no longer in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Firing {
    /// Its first instant.
    pub from: DateTime<Utc>,
    /// Its end.
    pub to: DateTime<Utc>,
}

impl Firing {
    fn holds_at(&self, at: DateTime<Utc>) -> bool {
        self.from <= at && at < self.to
    }
}

/// A cron pattern of five fields, as people of cron know it: a day of the month or a day of the week is enough.
fn parsed(cron: &str) -> Result<Cron, croner::errors::CronError> {
    CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build().parse(cron)
}

impl Schedule {
    /// The windows that begin in `from..to`, in order; at most `most` of them, and never more than 4 000.
    #[must_use]
    pub fn beginning_in(&self, from: DateTime<Utc>, to: DateTime<Utc>, most: usize) -> Vec<Firing> {
        match &self.window {
            Window::Once { .. } => self.once().into_iter().filter(|firing| from <= firing.from && firing.from < to).take(most).collect(),
            Window::Repeats { cron, minutes, first_day, last_day } => {
                let Ok(cron) = parsed(cron) else { return Vec::new() };
                let from = first_day.map_or(from, |day| from.max(self.zone.begins(day)));
                let after_last = last_day.and_then(|day| day.succ_opt()).map(|day| self.zone.begins(day));
                let to = after_last.map_or(to, |end| to.min(end));
                let mut firings = Vec::new();
                // The search looks at whole seconds: the one that `from` is in the middle of has begun before it.
                let mut at = from.trunc_subsecs(0).with_timezone(&self.zone.tz());
                let mut inclusive = from.timestamp_subsec_nanos() == 0;
                while firings.len() < most.min(MOST_FIRINGS) {
                    let Ok(next) = cron.find_next_occurrence(&at, inclusive) else { break };
                    let begins = next.to_utc();
                    // A search that does not move on would never end.
                    if begins >= to || (!inclusive && next <= at) {
                        break;
                    }
                    firings.push(Firing { from: begins, to: self.end_of(begins, *minutes) });
                    (at, inclusive) = (next, false);
                }
                firings
            }
        }
    }

    /// The window that holds at an instant; of several that overlap, the one that began last.
    #[must_use]
    pub fn running_at(&self, at: DateTime<Utc>) -> Option<Firing> {
        match &self.window {
            Window::Once { .. } => self.once().filter(|firing| firing.holds_at(at)),
            Window::Repeats { cron, minutes, first_day, last_day } => {
                let cron = parsed(cron).ok()?;
                let began = cron.find_previous_occurrence(&at.with_timezone(&self.zone.tz()), true).ok()?.to_utc();
                let day = self.zone.date(began);
                let is_inside = first_day.is_none_or(|first| first <= day) && last_day.is_none_or(|last| day <= last);
                if is_inside {
                    return Some(Firing { from: began, to: self.end_of(began, *minutes) }).filter(|firing| firing.holds_at(at));
                }
                // After the last day the last window may still be running.
                let since = at - TimeDelta::minutes(i64::from(*minutes)) - LONGEST_JUMP;
                self.beginning_in(since, at, MOST_FIRINGS).pop().filter(|firing| firing.holds_at(at))
            }
        }
    }

    /// Where a window that begins at an instant ends: so much later on the wall, the first time that this is shown after the start.
    fn end_of(&self, begins: DateTime<Utc>, minutes: u32) -> DateTime<Utc> {
        let length = TimeDelta::minutes(i64::from(minutes));
        let wall = self.zone.local(begins).checked_add_signed(length);
        let ends = |fold| wall.and_then(|wall| instant(self.zone, wall, fold)).filter(|end| begins < *end);
        ends(Fold::First).or_else(|| ends(Fold::Last)).unwrap_or(begins + length)
    }

    /// The next windows that begin after an instant, in order; at most `most`.
    #[must_use]
    pub fn next_after(&self, after: DateTime<Utc>, most: usize) -> Vec<Firing> {
        self.beginning_in(after + TimeDelta::milliseconds(1), DateTime::<Utc>::MAX_UTC, most)
    }

    /// The one window of a dated schedule. A time that clocks leave out is the first one after it; of one that comes twice, the start
    /// takes the first and the end the last, so that the window covers what was meant.
    fn once(&self) -> Option<Firing> {
        let Window::Once { from, to } = &self.window else { return None };
        let firing = Firing { from: instant(self.zone, *from, Fold::First)?, to: instant(self.zone, *to, Fold::Last)? };
        (firing.from < firing.to).then_some(firing)
    }

    /// When it holds, in words: "At 08:00, Monday through Friday, for 10 h".
    #[must_use]
    pub fn words(&self) -> String {
        match &self.window {
            Window::Once { from, to } => format!("Once, from {} to {}", from.format("%Y-%m-%d %H:%M"), to.format("%Y-%m-%d %H:%M")),
            Window::Repeats { cron, minutes, first_day, last_day } => {
                let when = parsed(cron).map_or_else(|_| cron.clone(), |cron| cron.describe());
                let mut words = format!("{}, for {}", when.trim_end_matches('.'), duration(TimeDelta::minutes(i64::from(*minutes))));
                if let Some(first) = first_day {
                    words.push_str(&format!(", from {first}"));
                }
                if let Some(last) = last_day {
                    words.push_str(&format!(", until {last}"));
                }
                words
            }
        }
    }

    /// Whether no window begins or runs any more from an instant on.
    #[must_use]
    pub fn is_over_at(&self, at: DateTime<Utc>) -> bool {
        self.running_at(at).is_none() && self.next_after(at, 1).is_empty()
    }
}

/// Which of two instants a wall-clock time that comes twice means.
#[derive(Clone, Copy)]
enum Fold {
    First,
    Last,
}

fn instant(zone: Zone, wall: NaiveDateTime, fold: Fold) -> Option<DateTime<Utc>> {
    let tz = zone.tz();
    (0..=LONGEST_JUMP_QUARTERS).find_map(|quarters| {
        let shown = tz.from_local_datetime(&wall.checked_add_signed(TimeDelta::minutes(15 * quarters))?);
        let at = match fold {
            Fold::First => shown.earliest(),
            Fold::Last => shown.latest(),
        };
        at.map(|at| at.to_utc())
    })
}

/// The bounds in force at an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InForce {
    /// Never fewer.
    pub minimum: Instances,
    /// Never more.
    pub maximum: Instances,
    /// The places of the schedules whose windows hold, in the policy's order.
    pub running: Vec<usize>,
    /// Nothing of this changes before then; `None` where it never does.
    pub until: Option<DateTime<Utc>>,
}

/// What schedules make of a policy's own bounds at an instant.
///
/// Of the windows that hold, the highest minimum and the lowest maximum; the policy's own where none of them sets one. Saving
/// refuses windows by which the minimum would come over the maximum; should a zone's rules change so that it does after all, the
/// maximum holds for both.
#[must_use]
pub fn bounds_at(minimum: Instances, maximum: Instances, schedules: &[Schedule], at: DateTime<Utc>) -> InForce {
    let mut running = Vec::new();
    let (mut highest, mut lowest) = (None::<Instances>, None::<Instances>);
    let mut until = None::<DateTime<Utc>>;
    for (place, schedule) in schedules.iter().enumerate() {
        let holds = schedule.running_at(at);
        if holds.is_some() {
            running.push(place);
            highest = highest.max(schedule.min_instances);
            lowest = [lowest, schedule.max_instances].into_iter().flatten().min();
        }
        let next = schedule.next_after(at, 1).first().map(|firing| firing.from);
        until = [until, holds.map(|firing| firing.to), next].into_iter().flatten().min();
    }
    let maximum = lowest.unwrap_or(maximum);
    InForce { minimum: highest.unwrap_or(minimum).min(maximum), maximum, running, until }
}
