//! Where the machine slept or its clock was set: time on the wall that nobody was there for.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;

use crate::clock::Clock;

/// A clock that is kept by the network drifts less than this between two evaluations; a nap shorter than this spoils no reading.
const SMALLEST: TimeDelta = TimeDelta::seconds(10);

/// What the clocks say at one instant.
#[derive(Debug, Clone, Copy)]
struct Reading {
    wall: DateTime<Utc>,
    awake: Duration,
    elapsed: Duration,
}

/// A hole in the time between two evaluations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TimeBreak {
    /// How long the machine slept.
    pub(crate) slept: TimeDelta,
    /// How far the clock was set on; negative where it was set back.
    pub(crate) set: TimeDelta,
}

/// Watches for them from one evaluation to the next.
#[derive(Debug)]
pub(crate) struct Watch(Mutex<Reading>);

impl Watch {
    pub(crate) fn starting(clock: &dyn Clock) -> Self {
        Self(Mutex::new(Reading::of(clock)))
    }

    /// What broke the time since this was last asked.
    pub(crate) fn look(&self, clock: &dyn Clock) -> Option<TimeBreak> {
        let now = Reading::of(clock);
        let before = std::mem::replace(&mut *self.0.lock(), now);
        now.broken_since(&before)
    }
}

impl Reading {
    fn of(clock: &dyn Clock) -> Self {
        Self { wall: clock.now(), awake: clock.awake(), elapsed: clock.elapsed() }
    }

    fn broken_since(&self, before: &Self) -> Option<TimeBreak> {
        let delta = |now: Duration, before: Duration| TimeDelta::from_std(now.saturating_sub(before)).unwrap_or(TimeDelta::MAX);
        let elapsed = delta(self.elapsed, before.elapsed);
        let found = TimeBreak { slept: elapsed - delta(self.awake, before.awake), set: (self.wall - before.wall) - elapsed };
        (found.slept >= SMALLEST || found.set.abs() >= SMALLEST).then_some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sleep_and_a_set_clock_are_told_apart() {
        let at = |wall: i64, awake: u64, elapsed: u64| Reading {
            wall: DateTime::from_timestamp(1_780_000_000 + wall, 0).expect("a time"),
            awake: Duration::from_secs(awake),
            elapsed: Duration::from_secs(elapsed),
        };
        let start = at(0, 0, 0);
        let broken = |slept, set| Some(TimeBreak { slept: TimeDelta::seconds(slept), set: TimeDelta::seconds(set) });
        assert_eq!(at(30, 30, 30).broken_since(&start), None);
        assert_eq!(at(33, 30, 31).broken_since(&start), None, "drift is no break");
        assert_eq!(at(3_630, 30, 3_630).broken_since(&start), broken(3_600, 0));
        assert_eq!(at(3_630, 30, 30).broken_since(&start), broken(0, 3_600));
        assert_eq!(at(-3_570, 30, 30).broken_since(&start), broken(0, -3_600));
        assert_eq!(at(30, 30, 630).broken_since(&start), broken(600, -600), "slept, and set back by as much");
    }
}
