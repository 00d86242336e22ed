//! The door for schedules: what people write is typed, and what could never hold together is refused.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{MOST_FIRINGS, Schedule, Window, parsed};
use crate::calendar::Zone;
use crate::policy::Fault;
use crate::units::Instances;

/// The most schedules of one policy.
pub const MOST_SCHEDULES: usize = 100;
/// The longest window that comes back, in minutes: 31 days.
pub const LONGEST_WINDOW_MINUTES: u32 = 44_640;
/// Longest name, in characters.
const LONGEST_NAME: usize = 100;
/// How far ahead windows are held against each other: two years know every day of the week on every date but 29 February.
const CHECKED_AHEAD: TimeDelta = TimeDelta::days(732);

/// A schedule as a person writes it: everything optional, nothing trusted. Either `cron` and `minutes`, or `from` and `to`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct ScheduleDraft {
    /// What people will call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Five fields: minute, hour, day of the month, month, day of the week.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cron: Option<String>,
    /// How long each window is, in minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minutes: Option<f64>,
    /// The first day on which one may begin, `2026-11-27`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_day: Option<String>,
    /// The last day on which one may begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_day: Option<String>,
    /// The start of the one window on the wall, `2026-11-27T08:00`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// An IANA time zone; UTC where not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Never fewer in its windows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_instances: Option<f64>,
    /// Never more in its windows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_instances: Option<f64>,
}

/// The draft that checks to just this schedule.
impl From<&Schedule> for ScheduleDraft {
    fn from(schedule: &Schedule) -> Self {
        let bounds = Self {
            name: Some(schedule.name.clone()),
            zone: Some(schedule.zone.name().to_owned()),
            min_instances: schedule.min_instances.map(Instances::as_f64),
            max_instances: schedule.max_instances.map(Instances::as_f64),
            ..Self::default()
        };
        match &schedule.window {
            Window::Repeats { cron, minutes, first_day, last_day } => Self {
                cron: Some(cron.clone()),
                minutes: Some(f64::from(*minutes)),
                first_day: first_day.map(|day| day.to_string()),
                last_day: last_day.map(|day| day.to_string()),
                ..bounds
            },
            Window::Once { from, to } => Self { from: Some(wall_text(*from)), to: Some(wall_text(*to)), ..bounds },
        }
    }
}

fn wall_text(wall: NaiveDateTime) -> String {
    wall.format("%Y-%m-%dT%H:%M").to_string()
}

/// Everything that is wrong with the schedules of a draft, each with its field.
pub type ScheduleFaults = Vec<Fault>;

/// The policy's own bounds, against which schedules are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnBounds {
    /// Never fewer.
    pub minimum: Instances,
    /// Never more.
    pub maximum: Instances,
}

/// Types schedules, or says everything that is wrong with them.
///
/// Windows are held against each other over the two years from `now` on; where they would bring the minimum over the maximum, the
/// first such instant is named; without sound bounds of the policy's own they are not. What is over already is let through: it does
/// nothing any more. `allow_zero`: a minimum may be 0.
///
/// # Errors
/// Every fault at once, each with the path of its field.
pub fn check_schedules(
    drafts: &[ScheduleDraft],
    own: Option<OwnBounds>,
    allow_zero: bool,
    now: DateTime<Utc>,
) -> Result<Vec<Schedule>, ScheduleFaults> {
    let mut faults = Vec::new();
    if drafts.len() > MOST_SCHEDULES {
        let message = format!("there are {} schedules; a policy has at most {MOST_SCHEDULES}.", drafts.len());
        return Err(vec![Fault { field: "schedules".to_owned(), message }]);
    }
    let schedules: Vec<Schedule> =
        drafts.iter().enumerate().filter_map(|(place, draft)| Writing { place, faults: &mut faults }.typed(draft, allow_zero)).collect();
    if let (true, Some(own)) = (faults.is_empty(), own) {
        faults.extend(conflict(&schedules, own, now));
    }
    if faults.is_empty() { Ok(schedules) } else { Err(faults) }
}

/// One schedule of a draft, being typed.
struct Writing<'a> {
    place: usize,
    faults: &'a mut Vec<Fault>,
}

impl Writing<'_> {
    fn fault(&mut self, field: &str, message: impl Into<String>) {
        self.faults.push(Fault { field: format!("schedules[{}].{field}", self.place), message: message.into() });
    }

    fn typed(&mut self, draft: &ScheduleDraft, allow_zero: bool) -> Option<Schedule> {
        let name = self.name(draft.name.as_deref());
        let zone = match draft.zone.as_deref().unwrap_or("UTC").parse::<Zone>() {
            Ok(zone) => Some(zone),
            Err(unknown) => {
                self.fault("zone", unknown.to_string());
                None
            }
        };
        let window = match (&draft.cron, draft.from.as_ref().or(draft.to.as_ref())) {
            (Some(cron), None) => self.repeats(cron, draft),
            (None, Some(_)) => self.once(draft),
            (Some(_), Some(_)) => {
                self.fault("cron", "a schedule either comes back or is between two dates; give a pattern and minutes, or from and to.");
                None
            }
            (None, None) => {
                self.fault("cron", "says nothing about when; give a cron pattern such as 0 8 * * 1-5, or from and to.");
                None
            }
        };
        let lowest = u32::from(!allow_zero);
        let min_instances = self.count("minInstances", draft.min_instances, lowest);
        let max_instances = self.count("maxInstances", draft.max_instances, 1);
        if draft.min_instances.is_none() && draft.max_instances.is_none() {
            self.fault("minInstances", "moves no bound; give a minimum, a maximum or both.");
        }
        let schedule = Schedule { name, window: window?, zone: zone?, min_instances, max_instances };
        self.fires(&schedule).then_some(schedule)
    }

    fn name(&mut self, name: Option<&str>) -> String {
        let name = name.unwrap_or_default().trim();
        if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
            self.fault("name", format!("give it a name of 1 to {LONGEST_NAME} characters on one line; decisions name it."));
        }
        name.to_owned()
    }

    fn repeats(&mut self, cron: &str, draft: &ScheduleDraft) -> Option<Window> {
        let cron = cron.split_whitespace().collect::<Vec<_>>().join(" ");
        let pattern = parsed(&cron);
        if let Err(error) = &pattern {
            let why = error.to_string();
            self.fault(
                "cron",
                format!("“{cron}” is no cron pattern of five fields ({}); 0 8 * * 1-5 is 08:00 on weekdays.", why.trim_end_matches('.')),
            );
        }
        let most = f64::from(LONGEST_WINDOW_MINUTES);
        let minutes = draft.minutes.filter(|minutes| minutes.fract() == 0.0 && (1.0..=most).contains(minutes));
        if minutes.is_none() {
            self.fault("minutes", "give how long a window is: whole minutes from 1 to 44 640 (31 days).");
        }
        let first_day = self.day("firstDay", draft.first_day.as_deref());
        let last_day = self.day("lastDay", draft.last_day.as_deref());
        if let (Some(first), Some(last)) = (first_day, last_day)
            && last < first
        {
            self.fault("lastDay", format!("{last} is before the first day, {first}; no window would ever begin."));
        }
        pattern.ok()?;
        // Whole and in range, so the cast is exact.
        Some(Window::Repeats { cron, minutes: minutes? as u32, first_day, last_day })
    }

    fn once(&mut self, draft: &ScheduleDraft) -> Option<Window> {
        let (from, to) = (self.wall("from", draft.from.as_deref()), self.wall("to", draft.to.as_deref()));
        let (from, to) = (from?, to?);
        if to <= from {
            self.fault("to", format!("ends at {to}, not after its start at {from}; no instant would ever be in it."));
            return None;
        }
        Some(Window::Once { from, to })
    }

    fn day(&mut self, field: &str, text: Option<&str>) -> Option<NaiveDate> {
        let text = text.filter(|text| !text.trim().is_empty())?;
        let day = text.trim().parse().ok();
        if day.is_none() {
            self.fault(field, format!("“{text}” is no date; write it as 2026-11-27."));
        }
        day
    }

    fn wall(&mut self, field: &str, text: Option<&str>) -> Option<NaiveDateTime> {
        let text = text.unwrap_or_default().trim();
        let wall = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
            .iter()
            .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
            .filter(|wall| (1970..=2200).contains(&chrono::Datelike::year(wall)));
        if wall.is_none() {
            self.fault(field, format!("“{text}” is no time between 1970 and 2200; write it as 2026-11-27T08:00."));
        }
        wall
    }

    fn count(&mut self, field: &str, value: Option<f64>, lowest: u32) -> Option<Instances> {
        let most = crate::policy::MOST_INSTANCES;
        let value = value?;
        if value.fract() == 0.0 && value >= f64::from(lowest) && value <= f64::from(most) {
            return Some(Instances(value as u32));
        }
        self.fault(field, format!("give a whole number from {lowest} to 10 000."));
        None
    }

    /// A pattern such as 30 February names no day at all.
    fn fires(&mut self, schedule: &Schedule) -> bool {
        let from_the_start = match &schedule.window {
            Window::Once { .. } => return true,
            Window::Repeats { first_day, .. } => first_day.map_or(DateTime::UNIX_EPOCH, |day| schedule.zone.begins(day)),
        };
        let fires = !schedule.beginning_in(from_the_start, DateTime::<Utc>::MAX_UTC, 1).is_empty();
        if !fires {
            self.fault("cron", "never fires: no day is like that. Take another pattern, or a later last day.");
        }
        fires
    }
}

/// An edge of a window: from here on it holds, or no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Edge {
    at: DateTime<Utc>,
    /// Ends come before beginnings at the same instant: windows that touch do not overlap.
    begins: bool,
    place: usize,
}

/// The first instant at which the highest minimum would be over the lowest maximum.
fn conflict(schedules: &[Schedule], own: OwnBounds, now: DateTime<Utc>) -> Option<Fault> {
    let mut edges = Vec::new();
    for (place, schedule) in schedules.iter().enumerate() {
        let ahead = schedule.running_at(now).into_iter().chain(schedule.beginning_in(
            now + TimeDelta::milliseconds(1),
            now + CHECKED_AHEAD,
            MOST_FIRINGS,
        ));
        for firing in ahead {
            edges.push(Edge { at: firing.from, begins: true, place });
            edges.push(Edge { at: firing.to, begins: false, place });
        }
    }
    edges.sort_unstable();
    // How many windows of each schedule hold, by what they ask for.
    let (mut minima, mut maxima) = (BTreeMap::<(u32, usize), u32>::new(), BTreeMap::<(u32, usize), u32>::new());
    for (index, edge) in edges.iter().enumerate() {
        let schedule = &schedules[edge.place];
        for (bounds, bound) in [(&mut minima, schedule.min_instances), (&mut maxima, schedule.max_instances)] {
            let Some(bound) = bound else { continue };
            let open = bounds.entry((bound.0, edge.place)).or_default();
            *open = if edge.begins { *open + 1 } else { open.saturating_sub(1) };
            if *open == 0 {
                bounds.remove(&(bound.0, edge.place));
            }
        }
        if edges.get(index + 1).is_some_and(|next| next.at == edge.at) {
            continue;
        }
        let highest = minima.last_key_value().map(|((bound, place), _)| (*bound, Some(*place)));
        let lowest = maxima.first_key_value().map(|((bound, place), _)| (*bound, Some(*place)));
        let ((minimum, low), (maximum, high)) = (highest.unwrap_or((own.minimum.0, None)), lowest.unwrap_or((own.maximum.0, None)));
        if minimum > maximum {
            return Some(conflict_words(schedules, (minimum, low), (maximum, high), edge.at));
        }
    }
    None
}

fn conflict_words(schedules: &[Schedule], min: (u32, Option<usize>), max: (u32, Option<usize>), at: DateTime<Utc>) -> Fault {
    let named = |place: Option<usize>| place.map_or_else(|| "the policy itself".to_owned(), |place| format!("“{}”", schedules[place].name));
    let (place, field) = match (min.1, max.1) {
        (Some(place), _) => (place, "minInstances"),
        (None, Some(place)) => (place, "maxInstances"),
        (None, None) => (0, "minInstances"),
    };
    let zone = schedules.get(place).map_or(Zone::UTC, |schedule| schedule.zone);
    let when = zone.local(at).format("%Y-%m-%d %H:%M");
    let message = format!(
        "{} asks for at least {} while {} allows at most {}, first on {when} ({}). Lower the minimum, raise the maximum, or move a window.",
        named(min.1),
        min.0,
        named(max.1),
        max.0,
        zone.name()
    );
    Fault { field: format!("schedules[{place}].{field}"), message }
}
