//! Windows from a calendar: the events of an iCalendar file (RFC 5545) as schedules that still lack their bounds.
//!
//! What a schedule can say is taken over exactly; any other event is left out and named, with the reason. An event that comes back
//! is one schedule, cut where single days are excepted.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike as _, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike as _, Utc};
use serde::{Deserialize, Serialize};

use super::check::{LONGEST_WINDOW_MINUTES, MOST_SCHEDULES, ScheduleDraft};
use super::{Schedule, Window};
use crate::calendar::Zone;

/// The largest file that is read: a year of meetings of a big team is a tenth of it.
pub const LARGEST_FILE_BYTES: usize = 2_000_000;
/// The most single days out of which one event is cut.
const MOST_EXCEPTIONS: usize = 50;
/// How many events that were left out are named.
const MOST_NAMED: usize = 50;

/// Why a file gives nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarFileError {
    /// Over [`LARGEST_FILE_BYTES`].
    #[error("The file has {megabytes} MB; at most 2 MB are read. Export only the calendar that the schedules are in.")]
    TooLarge {
        /// Its size, rounded up.
        megabytes: usize,
    },
    /// No `BEGIN:VCALENDAR`.
    #[error("This is no calendar: it does not begin with BEGIN:VCALENDAR. Export it as iCalendar (.ics).")]
    NoCalendar,
    /// Not one event.
    #[error("There is no event in this calendar.")]
    NoEvent,
}

/// What a calendar came to.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct CalendarImport {
    /// Without bounds, by their start.
    pub schedules: Vec<ScheduleDraft>,
    /// The first 50 events that are not among them.
    pub left_out: Vec<LeftOut>,
    /// How many are not among them.
    pub left_out_count: usize,
}

/// An event that no schedule can say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct LeftOut {
    /// The event's summary.
    pub name: String,
    /// Why.
    pub why: String,
}

/// Reads the events of a calendar. `zone` is for events that name none; what was over before `now` is left out.
///
/// # Errors
/// [`CalendarFileError`] where nothing can be read at all.
pub fn read_calendar(text: &str, zone: Zone, now: DateTime<Utc>) -> Result<CalendarImport, CalendarFileError> {
    if text.len() > LARGEST_FILE_BYTES {
        return Err(CalendarFileError::TooLarge { megabytes: text.len().div_ceil(1_000_000) });
    }
    let lines = unfolded(text);
    if !lines.first().is_some_and(|line| line.trim_start_matches('\u{feff}').trim().eq_ignore_ascii_case("BEGIN:VCALENDAR")) {
        return Err(CalendarFileError::NoCalendar);
    }
    let events = events(&lines);
    if events.is_empty() {
        return Err(CalendarFileError::NoEvent);
    }
    let moved = moved_days(&events, zone);
    let mut import = CalendarImport::default();
    let mut found: Vec<(NaiveDateTime, ScheduleDraft)> = Vec::new();
    for event in &events {
        let name = event.name();
        match event.schedules(zone, &moved, now) {
            Ok(schedules) if found.len() + schedules.len() <= MOST_SCHEDULES => {
                found.extend(schedules.into_iter().map(|(start, schedule)| (start, ScheduleDraft::from(&schedule))));
            }
            Ok(_) => import.leave_out(name, format!("there are more than {MOST_SCHEDULES}; a policy has no room for it.")),
            Err(why) => import.leave_out(name, why),
        }
    }
    found.sort_by(|one, other| one.0.cmp(&other.0).then_with(|| one.1.name.cmp(&other.1.name)));
    import.schedules = found.into_iter().map(|(_, schedule)| schedule).collect();
    Ok(import)
}

impl CalendarImport {
    fn leave_out(&mut self, name: String, why: String) {
        self.left_out_count += 1;
        if self.left_out.len() < MOST_NAMED {
            self.left_out.push(LeftOut { name, why });
        }
    }
}

/// Lines as they were before they were folded: one that begins with a space goes on from the one before.
fn unfolded(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.split('\n').map(|line| line.trim_end_matches('\r')) {
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some(last)) => last.push_str(rest),
            _ => lines.push(line.to_owned()),
        }
    }
    lines
}

/// One property: its parameters and its value.
#[derive(Debug, Clone, Default)]
struct Property {
    parameters: BTreeMap<String, String>,
    value: String,
}

/// The properties of one event by name; of those that come several times, all.
#[derive(Debug, Default)]
struct Event(BTreeMap<String, Vec<Property>>);

fn events(lines: &[String]) -> Vec<Event> {
    let mut events = Vec::new();
    let mut inside: Vec<String> = Vec::new();
    let mut event: Option<Event> = None;
    for line in lines {
        let Some((name, property)) = property(line) else { continue };
        match name.as_str() {
            "BEGIN" => {
                let what = property.value.to_ascii_uppercase();
                if what == "VEVENT" && event.is_none() {
                    event = Some(Event::default());
                }
                inside.push(what);
            }
            "END" => {
                if inside.pop().as_deref() == Some("VEVENT")
                    && let Some(done) = event.take()
                {
                    events.push(done);
                }
            }
            // Alarms inside an event have properties of their own.
            _ if inside.last().is_some_and(|what| what == "VEVENT") => {
                if let Some(event) = &mut event {
                    event.0.entry(name).or_default().push(property);
                }
            }
            _ => {}
        }
    }
    events
}

/// `NAME;PARAMETER=value:value`, where a parameter's value may stand in quotes.
fn property(line: &str) -> Option<(String, Property)> {
    let mut quoted = false;
    let colon = line.char_indices().find_map(|(at, letter)| {
        quoted ^= letter == '"';
        (letter == ':' && !quoted).then_some(at)
    })?;
    let (head, value) = (&line[..colon], &line[colon + 1..]);
    let mut parts = head.split(';');
    let name = parts.next()?.trim().to_ascii_uppercase();
    let parameters = parts
        .filter_map(|part| part.split_once('='))
        .map(|(name, value)| (name.to_ascii_uppercase(), value.trim_matches('"').to_owned()))
        .collect();
    Some((name, Property { parameters, value: value.trim().to_owned() }))
}

/// A start or an end: what the wall shows, where, and whether only a day was given.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Moment {
    wall: NaiveDateTime,
    zone: Zone,
    is_day: bool,
}

impl Property {
    fn moment(&self, usual: Zone) -> Result<Moment, String> {
        let text = self.value.as_str();
        if let Ok(day) = NaiveDate::parse_from_str(text, "%Y%m%d") {
            return Ok(Moment { wall: day.and_time(NaiveTime::MIN), zone: usual, is_day: true });
        }
        let (text, is_utc) = text.strip_suffix('Z').map_or((text, false), |text| (text, true));
        let wall = NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S").map_err(|_| format!("“{}” is no time.", self.value))?;
        let zone = match self.parameters.get("TZID") {
            _ if is_utc => Zone::UTC,
            None => usual,
            Some(name) => zone_named(name).ok_or_else(|| format!("its time zone “{name}” is no IANA zone."))?,
        };
        Ok(Moment { wall: wall.with_second(0).unwrap_or(wall), zone, is_day: false })
    }
}

/// An IANA zone, also where a program has put its own prefix before it.
fn zone_named(name: &str) -> Option<Zone> {
    let parts: Vec<&str> = name.trim_matches('/').split('/').collect();
    (0..parts.len()).find_map(|from| parts[from..].join("/").parse().ok())
}

/// Days on which an event that comes back was moved, by its UID: its own window of that day does not hold.
fn moved_days(events: &[Event], zone: Zone) -> BTreeMap<String, BTreeSet<NaiveDate>> {
    let mut moved = BTreeMap::<String, BTreeSet<NaiveDate>>::new();
    for event in events {
        if let (Some(uid), Some(Ok(original))) = (event.text("UID"), event.first("RECURRENCE-ID").map(|id| id.moment(zone))) {
            moved.entry(uid.to_owned()).or_default().insert(original.wall.date());
        }
    }
    moved
}

impl Event {
    fn first(&self, name: &str) -> Option<&Property> {
        self.0.get(name).and_then(|all| all.first())
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.first(name).map(|property| property.value.as_str())
    }

    fn name(&self) -> String {
        let raw = self.text("SUMMARY").unwrap_or("Without a name");
        let plain = raw.replace("\\n", " ").replace("\\N", " ").replace("\\,", ",").replace("\\;", ";").replace("\\\\", "\\");
        let one_line: String = plain.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(100).collect();
        let trimmed = one_line.trim();
        if trimmed.is_empty() { "Without a name".to_owned() } else { trimmed.to_owned() }
    }

    /// The schedules that this event is, each with its start; or why it is none.
    fn schedules(
        &self,
        usual: Zone,
        moved: &BTreeMap<String, BTreeSet<NaiveDate>>,
        now: DateTime<Utc>,
    ) -> Result<Vec<(NaiveDateTime, Schedule)>, String> {
        if self.text("STATUS").is_some_and(|status| status.eq_ignore_ascii_case("CANCELLED")) {
            return Err("it is cancelled.".to_owned());
        }
        let start = self.first("DTSTART").ok_or("it has no start.")?.moment(usual)?;
        let end = self.end(start, usual)?;
        if end <= start.wall {
            return Err("it ends when it begins.".to_owned());
        }
        let window = |window| Schedule { name: self.name(), window, zone: start.zone, min_instances: None, max_instances: None };
        let schedules = match self.text("RRULE") {
            None => vec![window(Window::Once { from: start.wall, to: end })],
            Some(_) if self.0.contains_key("RDATE") => return Err("it has single dates beside its rule.".to_owned()),
            Some(rule) => {
                let minutes =
                    u32::try_from((end - start.wall).num_minutes()).ok().filter(|minutes| (1..=LONGEST_WINDOW_MINUTES).contains(minutes));
                let minutes = minutes.ok_or("it comes back and lasts longer than 31 days.")?;
                let rule = Rule::of(rule, start)?;
                let whole = window(Window::Repeats {
                    cron: rule.cron.clone(),
                    minutes,
                    first_day: Some(start.wall.date()),
                    last_day: rule.last_day,
                });
                let last_day = rule.last(&whole)?;
                let mut exceptions = self.exceptions(usual)?;
                exceptions.extend(self.text("UID").and_then(|uid| moved.get(uid)).into_iter().flatten());
                if exceptions.len() > MOST_EXCEPTIONS {
                    return Err(format!("more than {MOST_EXCEPTIONS} of its days are excepted."));
                }
                let ranges = without(start.wall.date(), last_day, &exceptions);
                let repeats = |(first, last)| Window::Repeats { cron: rule.cron.clone(), minutes, first_day: Some(first), last_day: last };
                ranges.into_iter().map(|range| window(repeats(range))).collect()
            }
        };
        let ahead: Vec<_> =
            schedules.into_iter().filter(|schedule| !schedule.is_over_at(now)).map(|schedule| (start.wall, schedule)).collect();
        if ahead.is_empty() { Err("it is over.".to_owned()) } else { Ok(ahead) }
    }

    fn end(&self, start: Moment, usual: Zone) -> Result<NaiveDateTime, String> {
        if let Some(end) = self.first("DTEND") {
            let end = end.moment(usual)?;
            if end.zone == start.zone {
                return Ok(end.wall);
            }
            let at = super::instant(end.zone, end.wall, super::Fold::Last).ok_or("its end is no time.")?;
            return Ok(start.zone.local(at));
        }
        let length = match self.text("DURATION") {
            Some(text) => duration(text).ok_or_else(|| format!("“{text}” is no duration."))?,
            None if start.is_day => TimeDelta::days(1),
            None => return Err("it has no end.".to_owned()),
        };
        start.wall.checked_add_signed(length).ok_or_else(|| "it has no end.".to_owned())
    }

    fn exceptions(&self, usual: Zone) -> Result<BTreeSet<NaiveDate>, String> {
        let mut days = BTreeSet::new();
        for property in self.0.get("EXDATE").into_iter().flatten() {
            for value in property.value.split(',') {
                let one = Property { value: value.trim().to_owned(), ..property.clone() };
                days.insert(one.moment(usual)?.wall.date());
            }
        }
        Ok(days)
    }
}

/// `P1DT2H30M`; weeks too.
fn duration(text: &str) -> Option<TimeDelta> {
    let mut rest = text.strip_prefix('+').unwrap_or(text).strip_prefix('P')?;
    let mut length = TimeDelta::zero();
    let mut digits = String::new();
    while let Some(letter) = rest.chars().next() {
        rest = &rest[letter.len_utf8()..];
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        if letter == 'T' {
            continue;
        }
        let count: i64 = digits.parse().ok().filter(|count| *count < 100_000)?;
        digits.clear();
        length += match letter {
            'W' => TimeDelta::weeks(count),
            'D' => TimeDelta::days(count),
            'H' => TimeDelta::hours(count),
            'M' => TimeDelta::minutes(count),
            'S' => TimeDelta::seconds(count),
            _ => return None,
        };
    }
    digits.is_empty().then_some(length)
}

/// A recurrence rule as a cron pattern.
#[derive(Debug)]
struct Rule {
    cron: String,
    last_day: Option<NaiveDate>,
    count: Option<usize>,
}

const DAYS: [(&str, &str); 7] = [("MO", "1"), ("TU", "2"), ("WE", "3"), ("TH", "4"), ("FR", "5"), ("SA", "6"), ("SU", "0")];

impl Rule {
    fn of(text: &str, start: Moment) -> Result<Self, String> {
        let parts: BTreeMap<String, String> = text
            .split(';')
            .filter_map(|part| part.split_once('='))
            .map(|(name, value)| (name.to_ascii_uppercase(), value.to_ascii_uppercase()))
            .collect();
        const KNOWN: [&str; 9] = ["FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYMONTH", "UNTIL", "COUNT", "WKST", "X-"];
        if let Some(other) = parts.keys().find(|name| !KNOWN.contains(&name.as_str())) {
            return Err(format!("it comes back by {other}, which no schedule can say."));
        }
        let get = |name: &str| parts.get(name).map(String::as_str);
        if get("INTERVAL").is_some_and(|every| every != "1") {
            return Err(format!("it comes back every {} times only.", get("INTERVAL").unwrap_or_default()));
        }
        let list = |name: &str| get(name).map(|values| values.split(',').map(str::to_owned).collect::<Vec<_>>());
        let (mut days, mut months, mut weekdays) = ("*".to_owned(), "*".to_owned(), "*".to_owned());
        if let Some(named) = list("BYMONTH") {
            months = whole_numbers(&named, 1, 12)?;
        }
        let by_month_day = list("BYMONTHDAY").map(|named| whole_numbers(&named, 1, 31)).transpose()?;
        let by_day = list("BYDAY").map(|named| named.iter().map(|day| weekday(day)).collect::<Result<Vec<_>, _>>()).transpose()?;
        let frequency = get("FREQ").unwrap_or_default().to_owned();
        if by_month_day.is_some() && by_day.is_some() {
            return Err("it comes back by days of the month that are certain days of the week too.".to_owned());
        }
        let ordinals = by_day.as_ref().is_some_and(|days| days.iter().any(|(_, ordinal)| ordinal.is_some()));
        match frequency.as_str() {
            "DAILY" | "WEEKLY" if ordinals => return Err("its rule counts days of the week in a week.".to_owned()),
            "DAILY" => {}
            "WEEKLY" if by_day.is_none() => weekdays = DAYS[start.wall.weekday().num_days_from_monday() as usize].1.to_owned(),
            "WEEKLY" => {}
            "MONTHLY" if by_day.is_none() && by_month_day.is_none() => days = start.wall.day().to_string(),
            "MONTHLY" => {}
            "YEARLY" if by_day.is_none() => {
                if get("BYMONTH").is_none() {
                    months = start.wall.month().to_string();
                }
                if by_month_day.is_none() {
                    days = start.wall.day().to_string();
                }
            }
            "YEARLY" => return Err("it comes back by days of the week in a year.".to_owned()),
            other => return Err(format!("it comes back {}, which no schedule can say.", other.to_lowercase())),
        }
        if let Some(named) = by_month_day {
            days = named;
        }
        if let Some(named) = by_day {
            let said =
                named.iter().map(|(day, ordinal)| ordinal.as_ref().map_or_else(|| (*day).to_owned(), |ordinal| format!("{day}#{ordinal}")));
            weekdays = said.collect::<Vec<_>>().join(",");
        }
        let count = get("COUNT").map(|count| count.parse::<usize>().map_err(|_| format!("“{count}” is no count."))).transpose()?;
        let last_day = get("UNTIL").map(|until| last_day(until, start)).transpose()?;
        let cron = format!("{} {} {days} {months} {weekdays}", start.wall.minute(), start.wall.hour());
        Ok(Self { cron, last_day, count })
    }

    /// The last day on which a window begins.
    fn last(&self, whole: &Schedule) -> Result<Option<NaiveDate>, String> {
        let Some(count) = self.count else { return Ok(self.last_day) };
        if count == 0 || count > super::MOST_FIRINGS {
            return Err(format!("it comes back {count} times."));
        }
        let firings = whole.beginning_in(DateTime::UNIX_EPOCH, DateTime::<Utc>::MAX_UTC, count);
        Ok(firings.last().map(|firing| whole.zone.date(firing.from)))
    }
}

fn whole_numbers(named: &[String], lowest: i32, highest: i32) -> Result<String, String> {
    let fits = |text: &String| text.parse::<i32>().is_ok_and(|number| (lowest..=highest).contains(&number));
    match named.iter().find(|text| !fits(text)) {
        None => Ok(named.join(",")),
        // The only day from the end that cron knows.
        Some(last) if last == "-1" && highest == 31 && named.len() == 1 => Ok("L".to_owned()),
        Some(other) => Err(format!("it comes back on {other}, which no schedule can say.")),
    }
}

/// `MO`, `2TU` or `-1FR` as cron's day and which of the month.
fn weekday(text: &str) -> Result<(&'static str, Option<String>), String> {
    let known = DAYS.iter().find(|(name, _)| text.ends_with(name));
    let (name, number) = known.ok_or_else(|| format!("“{text}” is no day of the week."))?;
    let ordinal = &text[..text.len() - name.len()];
    match ordinal.trim_start_matches('+') {
        "" => Ok((number, None)),
        "-1" => Ok((number, Some("L".to_owned()))),
        one @ ("1" | "2" | "3" | "4" | "5") => Ok((number, Some(one.to_owned()))),
        _ => Err(format!("it comes back on {text}, which no schedule can say.")),
    }
}

/// The last day on which a start is not after `UNTIL`.
fn last_day(until: &str, start: Moment) -> Result<NaiveDate, String> {
    if let Ok(day) = NaiveDate::parse_from_str(until, "%Y%m%d") {
        return Ok(day);
    }
    let wrong = || format!("“{until}” is no end of a rule.");
    let wall = NaiveDateTime::parse_from_str(until.trim_end_matches('Z'), "%Y%m%dT%H%M%S").map_err(|_| wrong())?;
    let wall = if until.ends_with('Z') { start.zone.local(wall.and_utc()) } else { wall };
    let day = wall.date();
    Ok(if start.wall.time() <= wall.time() { day } else { day.pred_opt().ok_or_else(wrong)? })
}

/// The ranges of days that remain when single days are taken out.
fn without(first: NaiveDate, last: Option<NaiveDate>, exceptions: &BTreeSet<NaiveDate>) -> Vec<(NaiveDate, Option<NaiveDate>)> {
    let mut ranges = Vec::new();
    let mut begins = first;
    for day in exceptions.iter().filter(|day| **day >= first && last.is_none_or(|last| **day <= last)) {
        if let Some(before) = day.pred_opt().filter(|before| begins <= *before) {
            ranges.push((begins, Some(before)));
        }
        begins = day.checked_add_days(Days::new(1)).unwrap_or(*day);
    }
    if last.is_none_or(|last| begins <= last) {
        ranges.push((begins, last));
    }
    ranges
}
