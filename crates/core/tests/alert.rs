//! Alerts: the states, once per episode over restarts, quiet hours.

use chrono::{DateTime, NaiveTime, TimeDelta, TimeZone as _, Utc};
use headroom_core::alert::quiet::QuietHours;
use headroom_core::alert::track::{Patience, Signal, Track, Turn, step};
use headroom_core::alert::{AlertKind, AlertLevel, AlertScope};
use headroom_core::deployment::DeploymentId;
use proptest::prelude::*;

const PATIENCE: Patience = Patience { fires_after: TimeDelta::minutes(5), resolves_after: TimeDelta::minutes(2) };

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_780_000_000 + seconds, 0).expect("a date")
}

/// Steps through `signals`, one every 30 s, and answers when something was told: the number of the look and what.
fn told(signals: &str) -> Vec<(usize, &'static str)> {
    let mut track = Track::Inactive;
    let mut told = Vec::new();
    for (look, letter) in signals.chars().filter(|letter| !letter.is_whitespace()).enumerate() {
        let signal = match letter {
            '+' => Signal::Present,
            '-' => Signal::Absent,
            _ => Signal::Unknown,
        };
        let (after, turn) = step(track, signal, PATIENCE, at(look as i64 * 30));
        track = after;
        match turn {
            Some(Turn::Fired { .. }) => told.push((look, "fired")),
            Some(Turn::Resolved) => told.push((look, "resolved")),
            None => {}
        }
    }
    told
}

#[test]
fn a_condition_fires_once_it_has_lasted_and_is_over_once_that_has() {
    // 5 min of 30 s are ten steps; 2 min are four.
    for (name, signals, expected) in [
        ("too short", "+++++++++ -", vec![]),
        ("just long enough", "+++++++++++", vec![(10, "fired")]),
        ("an interruption begins anew", "+++++ - ++++++++++ -", vec![]),
        ("stays firing without another word", "+++++++++++ ++++++++", vec![(10, "fired")]),
        ("over after two minutes", "+++++++++++ -----", vec![(10, "fired"), (15, "resolved")]),
        ("a short absence is none", "+++++++++++ --- + ---- +", vec![(10, "fired")]),
        ("what is not seen is not over", "+++++++++++ ????????", vec![(10, "fired")]),
        ("what is not seen does not begin", "????????????", vec![]),
        ("a hole does not interrupt", "+++++ ? +++++", vec![(10, "fired")]),
        ("a second episode fires again", "+++++++++++ ----- +++++++++++", vec![(10, "fired"), (15, "resolved"), (26, "fired")]),
    ] {
        assert_eq!(told(signals), expected, "{name}");
    }
}

#[test]
fn without_patience_it_fires_and_resolves_at_once() {
    let now = AlertKind::ScalingFailed.patience();
    let (track, turn) = step(Track::Inactive, Signal::Present, now, at(0));
    assert_eq!(turn, Some(Turn::Fired { since: at(0) }));
    assert_eq!(step(track, Signal::Absent, now, at(1)), (Track::Inactive, Some(Turn::Resolved)));
}

#[test]
fn a_laptop_that_slept_does_not_fire_for_the_night() {
    let (track, _) = step(Track::Inactive, Signal::Present, PATIENCE, at(0));
    let (track, turn) = step(track, Signal::Present, PATIENCE, at(8 * 3_600));
    assert_eq!((track, turn), (Track::Pending { since: at(8 * 3_600), seen: at(8 * 3_600) }, None));
}

#[test]
fn a_clock_that_is_set_back_does_not_fire_by_itself() {
    let (track, _) = step(Track::Inactive, Signal::Present, PATIENCE, at(0));
    let (track, turn) = step(track, Signal::Present, PATIENCE, at(-600));
    assert_eq!((track, turn), (Track::Pending { since: at(-600), seen: at(-600) }, None));
}

proptest! {
    /// Whatever is seen, and whenever the engine is started anew, one episode is told once: firing and over take turns.
    #[test]
    fn each_episode_is_told_once_over_restarts(looks in prop::collection::vec((0..3_u8, 1..400_i64, prop::bool::weighted(0.1)), 1..300)) {
        let mut track = Track::Inactive;
        let mut now = 0;
        let mut is_told = false;
        let mut periods = std::collections::BTreeSet::new();
        for (signal, seconds, restarts) in looks {
            now += seconds;
            if restarts {
                // What fires is kept as text, what is pending is forgotten.
                let kept = matches!(track, Track::Firing { .. }).then(|| serde_json::to_string(&track).expect("text"));
                track = kept.map_or(Track::Inactive, |text| serde_json::from_str(&text).expect("a track"));
            }
            let signal = [Signal::Present, Signal::Absent, Signal::Unknown][usize::from(signal)];
            let (after, turn) = step(track, signal, PATIENCE, at(now));
            track = after;
            match turn {
                Some(Turn::Fired { since }) => {
                    prop_assert!(!is_told, "told twice");
                    prop_assert!(periods.insert(since), "the same period twice");
                    prop_assert!(at(now) - since >= PATIENCE.fires_after);
                    is_told = true;
                }
                Some(Turn::Resolved) => {
                    prop_assert!(is_told, "over before it was told");
                    is_told = false;
                }
                None => {}
            }
        }
    }

    /// Quiet hours end after now, within a day and a bit, and it is not quiet any more then.
    #[test]
    fn quiet_hours_end(from in 0..1_440_u32, to in 0..1_440_u32, seconds in 0..40_000_000_i64, zone in 0..4_usize) {
        let time = |minutes: u32| NaiveTime::from_hms_opt(minutes / 60, minutes % 60, 0).expect("a time");
        let zone = [chrono_tz::UTC, chrono_tz::Europe::Berlin, chrono_tz::Asia::Kathmandu, chrono_tz::America::New_York][zone];
        let quiet = QuietHours { is_enabled: true, from: time(from), to: time(to), zone };
        if let Some(end) = quiet.end(at(seconds)) {
            prop_assert!(end > at(seconds));
            prop_assert!(end - at(seconds) <= TimeDelta::hours(25));
            prop_assert_eq!(quiet.end(end), None);
        }
    }
}

#[test]
fn quiet_hours_span_midnight_and_follow_the_place() {
    let time = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").expect("a time");
    let quiet = |from, to, zone| QuietHours { is_enabled: true, from: time(from), to: time(to), zone };
    let utc = |day, hour, minute| Utc.with_ymd_and_hms(2026, 3, day, hour, minute, 0).single().expect("a time");
    let night = quiet("22:00", "07:00", chrono_tz::Europe::Berlin);
    for (name, hours, now, end) in [
        ("before midnight", night, utc(10, 22, 0), Some(utc(11, 6, 0))),
        ("after midnight", night, utc(11, 3, 0), Some(utc(11, 6, 0))),
        ("at their end", night, utc(11, 6, 0), None),
        ("at noon", night, utc(11, 12, 0), None),
        // On 29 March the clock goes from 02:00 to 03:00: 07:00 is 05:00 UTC.
        ("over the change to summer time", night, utc(28, 23, 0), Some(utc(29, 5, 0))),
        ("within a day", quiet("12:00", "13:00", chrono_tz::UTC), utc(11, 12, 30), Some(utc(11, 13, 0))),
        ("no span", quiet("12:00", "12:00", chrono_tz::UTC), utc(11, 12, 0), None),
        ("switched off", QuietHours { is_enabled: false, ..night }, utc(10, 22, 0), None),
    ] {
        assert_eq!(hours.end(now), end, "{name}");
    }
}

#[test]
fn words_of_levels_and_scopes_come_back() {
    for level in [AlertLevel::Forecast, AlertLevel::Share(8_750), AlertLevel::Warning, AlertLevel::Critical, AlertLevel::Exceeded] {
        assert_eq!(level.to_string().parse(), Ok(level));
    }
    assert_eq!(AlertLevel::Share(8_750).to_string(), "share_87.5");
    assert!("share_x".parse::<AlertLevel>().is_err());
    for scope in [AlertScope::Workspace, AlertScope::Budget("bud:1".to_owned()), AlertScope::Deployment(DeploymentId("dep_1".to_owned()))] {
        assert_eq!(scope.to_string().parse(), Ok(scope));
    }
}
