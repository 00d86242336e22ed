//! Windows of time: what clocks do to them, what several of them come to, and what is refused.

use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::schedule::calendar_file::{CalendarFileError, LARGEST_FILE_BYTES, read_calendar};
use headroom_core::schedule::{OwnBounds, Schedule, ScheduleDraft, bounds_at, check_schedules};
use headroom_core::units::Instances;
use proptest::prelude::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time")
}

fn own() -> OwnBounds {
    OwnBounds { minimum: Instances(2), maximum: Instances(10) }
}

fn now() -> DateTime<Utc> {
    at("2026-01-01T00:00:00Z")
}

fn repeats(cron: &str, minutes: u32, zone: &str) -> ScheduleDraft {
    ScheduleDraft {
        name: Some("Window".to_owned()),
        cron: Some(cron.to_owned()),
        minutes: Some(f64::from(minutes)),
        zone: Some(zone.to_owned()),
        min_instances: Some(4.0),
        ..ScheduleDraft::default()
    }
}

fn once(from: &str, to: &str, zone: &str) -> ScheduleDraft {
    ScheduleDraft { cron: None, minutes: None, from: Some(from.to_owned()), to: Some(to.to_owned()), ..repeats("", 1, zone) }
}

fn typed(draft: ScheduleDraft) -> Schedule {
    check_schedules(&[draft], Some(own()), false, now()).unwrap_or_else(|faults| panic!("{faults:?}")).remove(0)
}

fn faults(drafts: &[ScheduleDraft]) -> Vec<(String, String)> {
    let faults = check_schedules(drafts, Some(own()), false, now()).expect_err("refused");
    faults.into_iter().map(|fault| (fault.field, fault.message)).collect()
}

#[test]
fn windows_follow_the_clocks_of_five_zones() {
    for (zone, cron, minutes, after, begins, ends, why) in [
        (
            "Europe/Berlin",
            "30 2 * * *",
            60,
            "2026-03-28T12:00:00Z",
            "2026-03-29T01:00:00Z",
            "2026-03-29T02:00:00Z",
            "02:30 is left out: 03:00",
        ),
        (
            "Europe/Berlin",
            "30 2 * * *",
            60,
            "2026-10-24T12:00:00Z",
            "2026-10-25T00:30:00Z",
            "2026-10-25T02:30:00Z",
            "02:30 comes twice: from the first to 03:30",
        ),
        (
            "Europe/Berlin",
            "30 2 * * *",
            60,
            "2026-10-25T00:30:00Z",
            "2026-10-26T01:30:00Z",
            "2026-10-26T02:30:00Z",
            "and not again that day",
        ),
        (
            "Europe/Berlin",
            "0 22 * * *",
            480,
            "2026-03-28T12:00:00Z",
            "2026-03-28T21:00:00Z",
            "2026-03-29T04:00:00Z",
            "to 06:00 on the wall, seven hours",
        ),
        (
            "Europe/Berlin",
            "0 22 * * *",
            480,
            "2026-10-24T12:00:00Z",
            "2026-10-24T20:00:00Z",
            "2026-10-25T05:00:00Z",
            "to 06:00 on the wall, nine hours",
        ),
        (
            "Europe/Berlin",
            "0 * * * *",
            45,
            "2026-10-25T00:00:00Z",
            "2026-10-25T01:00:00Z",
            "2026-10-25T01:45:00Z",
            "the second 02:00 ends with the second 02:45",
        ),
        (
            "America/New_York",
            "30 2 * * *",
            30,
            "2026-03-08T00:00:00Z",
            "2026-03-08T07:00:00Z",
            "2026-03-08T07:30:00Z",
            "02:30 is left out: 03:00",
        ),
        (
            "America/New_York",
            "30 1 * * *",
            30,
            "2026-11-01T00:00:00Z",
            "2026-11-01T05:30:00Z",
            "2026-11-01T07:00:00Z",
            "01:30 comes twice: from the first to 02:00",
        ),
        ("America/New_York", "0 9 * * 1-5", 60, "2026-03-06T00:00:00Z", "2026-03-06T14:00:00Z", "2026-03-06T15:00:00Z", "09:00 in winter"),
        ("America/New_York", "0 9 * * 1-5", 60, "2026-03-06T15:00:00Z", "2026-03-09T13:00:00Z", "2026-03-09T14:00:00Z", "09:00 in summer"),
        (
            "Australia/Lord_Howe",
            "15 2 * * *",
            15,
            "2026-10-03T00:00:00Z",
            "2026-10-03T15:30:00Z",
            "2026-10-03T15:45:00Z",
            "half an hour is left out: 02:30",
        ),
        (
            "Australia/Lord_Howe",
            "45 1 * * *",
            15,
            "2026-04-04T00:00:00Z",
            "2026-04-04T14:45:00Z",
            "2026-04-04T15:30:00Z",
            "half an hour comes twice: from the first to 02:00",
        ),
        (
            "Asia/Beirut",
            "0 0 * * *",
            60,
            "2026-03-28T00:00:00Z",
            "2026-03-28T22:00:00Z",
            "2026-03-28T23:00:00Z",
            "a day without midnight: 01:00",
        ),
        (
            "Asia/Beirut",
            "30 23 * * *",
            60,
            "2026-10-24T00:00:00Z",
            "2026-10-24T20:30:00Z",
            "2026-10-24T22:30:00Z",
            "23:30 comes twice: from the first to 00:30",
        ),
        (
            "America/St_Johns",
            "0 2 * * *",
            90,
            "2026-03-08T00:00:00Z",
            "2026-03-08T05:30:00Z",
            "2026-03-08T07:00:00Z",
            "02:00 is left out: 03:00",
        ),
        (
            "America/St_Johns",
            "30 1 * * *",
            90,
            "2026-11-01T00:00:00Z",
            "2026-11-01T04:00:00Z",
            "2026-11-01T06:30:00Z",
            "01:30 comes twice: from the first to 03:00",
        ),
    ] {
        let firing = typed(repeats(cron, minutes, zone)).next_after(at(after), 1)[0];
        assert_eq!((firing.from, firing.to), (at(begins), at(ends)), "{zone} {cron}: {why}");
    }
}

#[test]
fn every_hour_is_every_hour_also_where_one_comes_twice() {
    let hourly = typed(repeats("0 * * * *", 30, "Europe/Berlin"));
    let night = hourly.beginning_in(at("2026-10-24T23:00:00Z"), at("2026-10-25T03:00:00Z"), 10);
    let begins: Vec<_> = night.iter().map(|firing| firing.from).collect();
    assert_eq!(begins, [23, 24, 25, 26].map(|hour| at("2026-10-24T00:00:00Z") + TimeDelta::hours(hour)));
}

#[test]
fn a_dated_window_covers_what_was_meant_where_clocks_change() {
    for (from, to, zone, begins, ends) in [
        ("2026-11-27T08:00", "2026-11-30T22:00", "America/New_York", "2026-11-27T13:00:00Z", "2026-12-01T03:00:00Z"),
        // 02:30 is left out.
        ("2026-03-29T02:30", "2026-03-29T12:00", "Europe/Berlin", "2026-03-29T01:00:00Z", "2026-03-29T10:00:00Z"),
        // 02:30 comes twice: the window ends with the second.
        ("2026-10-25T01:00", "2026-10-25T02:30", "Europe/Berlin", "2026-10-24T23:00:00Z", "2026-10-25T01:30:00Z"),
    ] {
        let schedule = typed(once(from, to, zone));
        let firing = schedule.next_after(now(), 2);
        assert_eq!(firing.iter().map(|firing| (firing.from, firing.to)).collect::<Vec<_>>(), [(at(begins), at(ends))], "{zone} {from}");
        assert_eq!(schedule.running_at(at(begins)), Some(firing[0]));
        assert_eq!(schedule.running_at(at(ends)), None, "the end is no longer in it");
        assert!(schedule.is_over_at(at(ends)) && !schedule.is_over_at(at(begins)));
    }
}

#[test]
fn first_and_last_day_bound_the_starts_and_the_last_window_runs_out() {
    let draft = ScheduleDraft {
        first_day: Some("2026-06-10".to_owned()),
        last_day: Some("2026-06-11".to_owned()),
        ..repeats("0 20 * * *", 600, "Europe/Berlin")
    };
    let schedule = typed(draft);
    let begins: Vec<_> = schedule.next_after(now(), 5).iter().map(|firing| firing.from).collect();
    assert_eq!(begins, [at("2026-06-10T18:00:00Z"), at("2026-06-11T18:00:00Z")]);
    assert!(schedule.running_at(at("2026-06-12T03:59:59Z")).is_some());
    assert!(schedule.running_at(at("2026-06-12T04:00:00Z")).is_none());
    assert!(schedule.running_at(at("2026-06-12T19:00:00Z")).is_none(), "the day after the last");
    assert_eq!(schedule.words(), "At 20:00, for 10\u{a0}h, from 2026-06-10, until 2026-06-11");
}

#[test]
fn of_windows_that_overlap_the_highest_minimum_and_the_lowest_maximum_hold() {
    let bounds =
        |draft: ScheduleDraft, min: Option<f64>, max: Option<f64>| typed(ScheduleDraft { min_instances: min, max_instances: max, ..draft });
    let schedules = [
        bounds(repeats("0 8 * * *", 600, "UTC"), Some(4.0), None),
        bounds(repeats("0 10 * * *", 60, "UTC"), Some(6.0), Some(9.0)),
        bounds(repeats("0 10 * * *", 120, "UTC"), None, Some(8.0)),
    ];
    for (time, min, max, running, until) in [
        ("07:59", 2, 10, vec![], "08:00"),
        ("08:00", 4, 10, vec![0], "10:00"),
        ("10:30", 6, 8, vec![0, 1, 2], "11:00"),
        ("11:00", 4, 8, vec![0, 2], "12:00"),
        ("18:00", 2, 10, vec![], "32:00"),
    ] {
        let day = |time: &str| {
            let (hour, minute) = time.split_once(':').expect("a time");
            at("2026-06-10T00:00:00Z")
                + TimeDelta::minutes(hour.parse::<i64>().expect("hours") * 60 + minute.parse::<i64>().expect("minutes"))
        };
        let found = bounds_at(Instances(2), Instances(10), &schedules, day(time));
        assert_eq!((found.minimum.0, found.maximum.0, found.running, found.until), (min, max, running, Some(day(until))), "{time}");
    }
}

#[test]
fn a_minimum_over_a_maximum_is_refused_with_its_first_instant() {
    let sale = ScheduleDraft {
        name: Some("Sale".to_owned()),
        min_instances: Some(8.0),
        ..once("2026-11-27T08:00", "2026-11-28T08:00", "Europe/Berlin")
    };
    let night = ScheduleDraft {
        name: Some("Night".to_owned()),
        min_instances: None,
        max_instances: Some(4.0),
        ..repeats("0 22 * * *", 480, "Europe/Berlin")
    };
    assert_eq!(
        faults(&[night.clone(), sale.clone()]),
        [(
            "schedules[1].minInstances".to_owned(),
            "“Sale” asks for at least 8 while “Night” allows at most 4, first on 2026-11-27 22:00 (Europe/Berlin). \
             Lower the minimum, raise the maximum, or move a window."
                .to_owned()
        )]
    );
    // The policy's own maximum is 10, its minimum 2.
    let over = faults(&[ScheduleDraft { min_instances: Some(11.0), ..sale.clone() }]);
    assert!(over[0].1.contains("“Sale” asks for at least 11 while the policy itself allows at most 10"), "{over:?}");
    let under = faults(&[ScheduleDraft { min_instances: None, max_instances: Some(1.0), ..sale.clone() }]);
    assert_eq!(under[0].0, "schedules[0].maxInstances");
    // Windows that only touch do not overlap, in the nights either in which clocks change.
    let day = ScheduleDraft { min_instances: Some(8.0), ..repeats("0 6 * * *", 960, "Europe/Berlin") };
    assert!(check_schedules(&[night, day], Some(own()), false, now()).is_ok());
    // One that is over does nothing any more.
    assert!(
        check_schedules(
            &[ScheduleDraft { min_instances: Some(50.0), ..once("2025-01-01T00:00", "2025-01-02T00:00", "UTC") }],
            Some(own()),
            false,
            now()
        )
        .is_ok()
    );
}

#[test]
fn what_can_never_be_is_refused_with_its_field() {
    let with = |change: fn(&mut ScheduleDraft)| {
        let mut draft = repeats("0 8 * * 1-5", 60, "UTC");
        change(&mut draft);
        draft
    };
    for (draft, field, words) in [
        (with(|draft| draft.cron = Some("0 0 30 2 *".to_owned())), "cron", "never fires"),
        (with(|draft| draft.cron = Some("61 8 * * *".to_owned())), "cron", "is no cron pattern of five fields"),
        (with(|draft| draft.cron = Some("0 0 8 * * *".to_owned())), "cron", "is no cron pattern of five fields"),
        (with(|draft| draft.cron = Some(String::new())), "cron", "is no cron pattern of five fields"),
        (with(|draft| draft.cron = None), "cron", "says nothing about when"),
        (with(|draft| draft.from = Some("2026-11-27T08:00".to_owned())), "cron", "either comes back or is between two dates"),
        (with(|draft| draft.zone = Some("Mars/Olympus".to_owned())), "zone", "Europe/Berlin"),
        (with(|draft| draft.minutes = Some(0.0)), "minutes", "whole minutes from 1"),
        (with(|draft| draft.minutes = Some(f64::NAN)), "minutes", "whole minutes from 1"),
        (with(|draft| draft.minutes = None), "minutes", "whole minutes from 1"),
        (with(|draft| draft.last_day = Some("soon".to_owned())), "lastDay", "is no date"),
        (with(|draft| draft.name = Some(" ".to_owned())), "name", "give it a name"),
        (with(|draft| draft.min_instances = None), "minInstances", "moves no bound"),
        (with(|draft| draft.min_instances = Some(0.0)), "minInstances", "from 1 to 10 000"),
        (with(|draft| draft.max_instances = Some(2.5)), "maxInstances", "from 1 to 10 000"),
        (once("2026-11-27T08:00", "2026-11-27T08:00", "UTC"), "to", "not after its start"),
        (once("tomorrow", "2026-11-27T08:00", "UTC"), "from", "is no time"),
    ] {
        let found = faults(std::slice::from_ref(&draft));
        assert!(
            found.iter().any(|(at, message)| *at == format!("schedules[0].{field}") && message.contains(words)),
            "{draft:?}: {found:?}"
        );
    }
    let backwards = with(|draft| (draft.first_day, draft.last_day) = (Some("2026-06-11".to_owned()), Some("2026-06-10".to_owned())));
    assert!(faults(&[backwards]).iter().any(|(field, _)| field == "schedules[0].lastDay"));
    assert_eq!(faults(&vec![with(|_| ()); 101])[0].0, "schedules");
}

#[test]
fn a_schedule_written_out_and_read_again_is_the_same() {
    for draft in [repeats("0 8 * * 1-5", 60, "Asia/Kathmandu"), once("2026-11-27T08:00", "2026-11-28T08:00", "Europe/Berlin")] {
        let schedule = typed(draft);
        assert_eq!(typed(ScheduleDraft::from(&schedule)), schedule);
        let text = serde_json::to_string(&schedule).expect("written");
        assert_eq!(serde_json::from_str::<Schedule>(&text).expect("read"), schedule);
    }
}

const CALENDAR: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n\
BEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Black Friday\\, all regio\r\n ns\r\nDTSTART;TZID=America/New_York:20261127T080000\r\nDTEND;TZID=America/New_York:20261130T220000\r\n\
BEGIN:VALARM\r\nSUMMARY:Alarm\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nUID:2\r\nSUMMARY:Office\r\nDTSTART;TZID=Europe/Berlin:20260105T080000\r\nDURATION:PT10H\r\nRRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR\r\n\
EXDATE;TZID=Europe/Berlin:20260525T080000\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nUID:3\r\nSUMMARY:Close\r\nDTSTART;VALUE=DATE:20260131\r\nRRULE:FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nUID:4\r\nSUMMARY:Release\r\nDTSTART:20260106T120000Z\r\nDTEND:20260106T130000Z\r\nRRULE:FREQ=MONTHLY;BYDAY=1TU;UNTIL=20260401T000000Z\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nSUMMARY:Every other week\r\nDTSTART:20260106T120000Z\r\nDTEND:20260106T130000Z\r\nRRULE:FREQ=WEEKLY;INTERVAL=2\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nSUMMARY:Elsewhere\r\nDTSTART;TZID=W. Europe Standard Time:20260106T120000\r\nDTEND:20260106T130000Z\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nSUMMARY:Past\r\nDTSTART:20200106T120000Z\r\nDTEND:20200106T130000Z\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nSUMMARY:Off\r\nSTATUS:CANCELLED\r\nDTSTART:20270106T120000Z\r\nDTEND:20270106T130000Z\r\nEND:VEVENT\r\n\
END:VCALENDAR\r\n";

#[test]
fn a_calendar_becomes_windows_and_says_what_it_left_out() {
    let zone = "Europe/Berlin".parse().expect("a zone");
    let import = read_calendar(CALENDAR, zone, now()).expect("a calendar");
    let told: Vec<_> = import
        .schedules
        .iter()
        .map(|draft| {
            let schedule = typed(ScheduleDraft { min_instances: Some(4.0), ..draft.clone() });
            let next = schedule.next_after(now(), 1)[0];
            (schedule.name.clone(), schedule.words(), next.from, next.to)
        })
        .collect();
    let expected = [
        ("Office", "2026-01-05T07:00:00Z", "2026-01-05T17:00:00Z"),
        ("Office", "2026-05-26T06:00:00Z", "2026-05-26T16:00:00Z"),
        ("Release", "2026-01-06T12:00:00Z", "2026-01-06T13:00:00Z"),
        ("Close", "2026-01-30T23:00:00Z", "2026-01-31T23:00:00Z"),
        ("Black Friday, all regions", "2026-11-27T13:00:00Z", "2026-12-01T03:00:00Z"),
    ];
    assert_eq!(told.len(), expected.len(), "{told:?}");
    for ((name, words, from, to), (a, c, d)) in told.iter().zip(expected) {
        assert_eq!((name.as_str(), *from, *to), (a, at(c), at(d)), "{words}");
    }
    // The office's 25 May is excepted; the month's close comes three times; the release ends in March.
    assert_eq!(import.schedules[0].last_day.as_deref(), Some("2026-05-24"));
    assert_eq!(import.schedules[3].last_day.as_deref(), Some("2026-03-31"));
    let releases = typed(ScheduleDraft { min_instances: Some(4.0), ..import.schedules[2].clone() }).next_after(now(), 10);
    assert_eq!(releases.len(), 3);
    let left: Vec<_> = import.left_out.iter().map(|left| (left.name.as_str(), left.why.as_str())).collect();
    assert_eq!(
        left,
        [
            ("Every other week", "it comes back every 2 times only."),
            ("Elsewhere", "its time zone “W. Europe Standard Time” is no IANA zone."),
            ("Past", "it is over."),
            ("Off", "it is cancelled."),
        ]
    );
    assert_eq!(import.left_out_count, 4);
}

#[test]
fn files_that_are_no_calendars_are_refused() {
    let zone = "UTC".parse().expect("a zone");
    let huge = format!("BEGIN:VCALENDAR\n{}", "X".repeat(10_000_000));
    assert_eq!(read_calendar(&huge, zone, now()), Err(CalendarFileError::TooLarge { megabytes: 11 }));
    assert_eq!(read_calendar("<html>", zone, now()), Err(CalendarFileError::NoCalendar));
    assert_eq!(read_calendar("", zone, now()), Err(CalendarFileError::NoCalendar));
    assert_eq!(read_calendar("BEGIN:VCALENDAR\nEND:VCALENDAR\n", zone, now()), Err(CalendarFileError::NoEvent));
    // As many events as fit a file: a hundred are taken, the rest is counted.
    let event = "BEGIN:VEVENT\nSUMMARY:One\nDTSTART:20270106T120000Z\nDTEND:20270106T130000Z\nEND:VEVENT\n";
    let many = format!("BEGIN:VCALENDAR\n{}", event.repeat((LARGEST_FILE_BYTES - 20) / event.len()));
    let import = read_calendar(&many, zone, now()).expect("a calendar");
    assert_eq!((import.schedules.len(), import.left_out.len()), (100, 50));
    assert_eq!(import.left_out_count, many.matches("SUMMARY").count() - 100);
}

const CRONS: [&str; 8] =
    ["0 8 * * 1-5", "30 2 * * *", "0 0 1 * *", "15 */6 * * *", "0 22 * * 6,0", "0 * * * *", "45 23 31 12 *", "0 12 L * *"];
const ZONES: [&str; 5] = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Beirut", "America/St_Johns"];

fn any_draft() -> impl Strategy<Value = ScheduleDraft> {
    let bounds = (proptest::option::of(2_u32..8), proptest::option::of(3_u32..12));
    (0..CRONS.len(), 1_u32..3_000, 0..ZONES.len(), bounds, proptest::option::of(0_u32..300)).prop_map(
        |(cron, minutes, zone, (min, max), once_on)| {
            let min = if max.is_none() { Some(min.unwrap_or(3)) } else { min };
            let bounded = ScheduleDraft {
                min_instances: min.map(f64::from),
                max_instances: max.map(f64::from),
                ..repeats(CRONS[cron], minutes, ZONES[zone])
            };
            match once_on {
                None => bounded,
                Some(day) => {
                    let from = now().naive_utc() + TimeDelta::days(i64::from(day)) + TimeDelta::minutes(i64::from(minutes % 1_440));
                    let wall = |at: chrono::NaiveDateTime| Some(at.format("%Y-%m-%dT%H:%M").to_string());
                    ScheduleDraft {
                        cron: None,
                        minutes: None,
                        from: wall(from),
                        // Longer than any jump of a clock.
                        to: wall(from + TimeDelta::minutes(i64::from(minutes) + 120)),
                        ..bounded
                    }
                }
            }
        },
    )
}

/// Every window from a month before an instant until after it, looked at one by one.
fn by_hand(schedules: &[Schedule], at: DateTime<Utc>) -> (Option<Instances>, Option<Instances>, Vec<usize>) {
    let holds = |schedule: &Schedule| {
        schedule
            .beginning_in(at - TimeDelta::days(31), at + TimeDelta::milliseconds(1), 4_000)
            .iter()
            .any(|firing| firing.from <= at && at < firing.to)
    };
    let running: Vec<usize> = (0..schedules.len()).filter(|place| holds(&schedules[*place])).collect();
    let min = running.iter().filter_map(|place| schedules[*place].min_instances).max();
    let max = running.iter().filter_map(|place| schedules[*place].max_instances).min();
    (min, max, running)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn windows_that_overlap_give_the_stated_bounds_and_the_minimum_is_never_over_the_maximum(
        drafts in proptest::collection::vec(any_draft(), 0..5),
        minutes in 0_i64..500_000,
    ) {
        let Ok(schedules) = check_schedules(&drafts, Some(own()), false, now()) else { return Ok(()) };
        let instant = now() + TimeDelta::minutes(minutes);
        let found = bounds_at(own().minimum, own().maximum, &schedules, instant);
        let (min, max, running) = by_hand(&schedules, instant);
        // What was accepted never comes to a minimum over a maximum, so nothing had to give.
        prop_assert_eq!((found.minimum, found.maximum), (min.unwrap_or(own().minimum), max.unwrap_or(own().maximum)));
        prop_assert!(found.minimum <= found.maximum);
        prop_assert_eq!(&found.running, &running);
        // Nothing changes before it is said to.
        if let Some(until) = found.until {
            prop_assert!(until > instant);
            let last = bounds_at(own().minimum, own().maximum, &schedules, until - TimeDelta::milliseconds(1));
            prop_assert_eq!((last.minimum, last.maximum, last.running), (found.minimum, found.maximum, found.running));
        }
    }

    #[test]
    fn what_is_refused_for_a_conflict_really_has_one(drafts in proptest::collection::vec(any_draft(), 1..5)) {
        let alone = |draft: &ScheduleDraft| check_schedules(std::slice::from_ref(draft), None, false, now());
        let Err(faults) = check_schedules(&drafts, Some(own()), false, now()) else { return Ok(()) };
        let schedules: Vec<Schedule> = drafts.iter().map(|draft| alone(draft).expect("sound by itself").remove(0)).collect();
        let (_, rest) = faults[0].message.split_once("first on ").expect("an instant");
        let place: usize = faults[0].field.trim_start_matches("schedules[").split(']').next().expect("a place").parse().expect("a number");
        let wall = chrono::NaiveDateTime::parse_from_str(&rest[..16], "%Y-%m-%d %H:%M").expect("a time");
        // Words are to the minute, and a wall-clock minute may come twice: one of the instants around it has the conflict.
        let shown = |at: &DateTime<Utc>| schedules[place].zone.local(*at).format("%Y-%m-%d %H:%M").to_string() == rest[..16];
        let around = (-30 * 60..=30 * 60).map(|minutes| wall.and_utc() + TimeDelta::minutes(minutes)).filter(shown);
        let conflicts = |at: DateTime<Utc>| {
            let (min, max, _) = by_hand(&schedules, at);
            min.unwrap_or(own().minimum) > max.unwrap_or(own().maximum)
        };
        prop_assert!(around.into_iter().any(conflicts), "{:?}", faults);
    }
}
