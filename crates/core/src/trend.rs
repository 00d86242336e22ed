//! Where a demand is going: how fast it grows, and when it reaches a level.

use chrono::{DateTime, Utc};

/// How far the two means lag behind a demand that grows evenly.
const LAGS_SECONDS: (f64, f64) = (180.0, 900.0);
/// Nothing is said before so much was seen.
const LEAST_SECONDS: f64 = 900.0;
/// A longer silence begins anew.
const LONGEST_SILENCE_SECONDS: f64 = 900.0;
/// Growth of less than this share in a quarter of an hour is noise.
const LEAST_GROWTH: f64 = 0.02;
/// Nothing is said of what is further away than this: no trend holds so long.
const FURTHEST_SECONDS: f64 = 6.0 * 3_600.0;

/// Two exponential means of a demand, one slower than the other. Under even growth each lags behind by its own time constant, so
/// their difference tells the growth. Deterministic; bounded.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Trend {
    fast: f64,
    slow: f64,
    noted_at: Option<DateTime<Utc>>,
    seconds: f64,
}

impl Trend {
    /// Notes the demand at an instant, in any unit; what is not finite, negative or not newer than the note before is left out.
    pub fn note(&mut self, at: DateTime<Utc>, demand: f64) {
        if !(demand.is_finite() && demand >= 0.0) {
            return;
        }
        let passed = self.noted_at.map(|before| (at - before).num_milliseconds() as f64 / 1e3);
        match passed {
            Some(passed) if passed <= 0.0 => return,
            Some(passed) if passed <= LONGEST_SILENCE_SECONDS => {
                self.fast += (demand - self.fast) * passed / (LAGS_SECONDS.0 + passed);
                self.slow += (demand - self.slow) * passed / (LAGS_SECONDS.1 + passed);
                self.seconds += passed;
            }
            Some(_) | None => (self.fast, self.slow, self.seconds) = (demand, demand, 0.0),
        }
        self.noted_at = Some(at);
    }

    /// Seconds until the demand reaches `level` if it goes on growing as it does; `None` where it does not grow, where too little
    /// was seen, and past six hours.
    #[must_use]
    pub fn seconds_until(&self, level: f64) -> Option<f64> {
        let growth = (self.fast - self.slow) / (LAGS_SECONDS.1 - LAGS_SECONDS.0);
        let is_growing = self.seconds >= LEAST_SECONDS && growth * LEAST_SECONDS > LEAST_GROWTH * self.fast;
        let now = self.fast + growth * LAGS_SECONDS.0;
        let seconds = ((level - now) / growth).max(0.0);
        (is_growing && seconds <= FURTHEST_SECONDS).then_some(seconds)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    /// Looked at every half minute; the demand by the number of the look.
    fn after(looks: u32, demand: impl Fn(f64) -> f64) -> Trend {
        let mut trend = Trend::default();
        (0..looks).for_each(|look| trend.note(DateTime::UNIX_EPOCH + TimeDelta::seconds(i64::from(look) * 30), demand(f64::from(look))));
        trend
    }

    #[test]
    fn even_growth_is_carried_on() {
        // 4 instances' worth, and 0.01 more at each look: at look 240 it is 6.4; 8 comes 160 looks of 30 s later.
        let seconds = after(241, |look| 4.0 + 0.01 * look).seconds_until(8.0).unwrap();
        assert!((seconds - 4_800.0).abs() < 240.0, "{seconds}");
        assert_eq!(after(241, |look| 4.0 + 0.01 * look).seconds_until(5.0), Some(0.0), "it is there");
    }

    #[test]
    fn what_does_not_grow_or_is_new_or_far_away_says_nothing() {
        assert_eq!(after(240, |_| 4.0).seconds_until(8.0), None);
        assert_eq!(after(240, |look| 6.0 - 0.01 * look).seconds_until(8.0), None);
        assert_eq!(after(20, |look| 4.0 + 0.1 * look).seconds_until(8.0), None, "ten minutes");
        assert_eq!(after(240, |look| 4.0 + 0.01 * look).seconds_until(40.0), None, "past six hours");
        let mut silent = after(240, |look| 4.0 + 0.01 * look);
        silent.note(DateTime::UNIX_EPOCH + TimeDelta::hours(4), 9.0);
        assert_eq!(silent.seconds_until(10.0), None, "begun anew");
    }

    #[test]
    fn nonsense_is_left_out() {
        let mut trend = after(100, |look| 4.0 + 0.01 * look);
        let before = trend;
        for (seconds, demand) in [(4_000, f64::NAN), (4_000, -1.0), (4_000, f64::INFINITY), (10, 5.0)] {
            trend.note(DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds), demand);
        }
        assert_eq!(trend, before);
        assert_eq!(Trend::default().seconds_until(1.0), None);
    }
}
