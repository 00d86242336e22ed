//! The demand of the last days by the minute, and what it says about a minute to come.

use serde::{Deserialize, Serialize};

/// Minutes of a day.
const DAY: i64 = 1_440;
/// Days that are asked.
const DAYS: i64 = 4;
/// Each earlier day counts this much of the one after it.
const DAY_FADE: f64 = 0.6;
/// Minutes on either side that the mean is taken over.
const AROUND: i64 = 3;
/// Days and minutes on either side that the peak is taken over.
const PEAK_DAYS: i64 = 2;
/// See [`PEAK_DAYS`].
const PEAK_AROUND: i64 = 1;
/// Minutes that are kept: what is asked, and some to spare for the horizon.
const KEPT: i64 = DAY * DAYS + 64;

/// What earlier days had at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Season {
    /// Weighted mean of the days, ±3 minutes.
    pub(super) mean: f64,
    /// The largest minute of the last two days, ±1 minute.
    pub(super) peak: f64,
}

/// Minute means in a ring; NaN is a minute of which nothing is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct History {
    #[serde(with = "holes")]
    minutes: Vec<f32>,
    first: Option<i64>,
    minute: i64,
    sum: f64,
    count: u32,
    /// Days that must have been seen before they speak.
    #[serde(default = "one_day")]
    days_needed: u32,
}

const fn one_day() -> u32 {
    1
}

impl History {
    pub(super) fn new() -> Self {
        Self { minutes: Vec::new(), first: None, minute: 0, sum: 0.0, count: 0, days_needed: one_day() }
    }

    /// Days speak only once so many were seen.
    pub(super) fn speak_after(&mut self, days: u32) {
        self.days_needed = days.max(1);
    }

    /// Notes the demand at a minute; minutes that were left out become holes.
    pub(super) fn note(&mut self, minute: i64, demand: f64) {
        if self.first.is_none() {
            self.minutes = vec![f32::NAN; KEPT as usize];
            (self.first, self.minute) = (Some(minute), minute);
        }
        if minute != self.minute {
            for skipped in (self.minute + 1..=minute).take(KEPT as usize) {
                self.minutes[skipped.rem_euclid(KEPT) as usize] = f32::NAN;
            }
            (self.minute, self.sum, self.count) = (minute, 0.0, 0);
        }
        self.sum += demand;
        self.count += 1;
        self.minutes[minute.rem_euclid(KEPT) as usize] = (self.sum / f64::from(self.count)) as f32;
    }

    /// What the days before had at this minute; `None` within the first day.
    pub(super) fn season(&self, minute: i64) -> Option<Season> {
        let first = self.first.filter(|first| minute - DAY * i64::from(self.days_needed) >= *first)?;
        let (mut sum, mut weights, mut peak) = (0.0, 0.0, 0.0_f64);
        let mut day_weight = 1.0;
        for day in 1..=DAYS {
            let center = minute - day * DAY;
            if center < first {
                break;
            }
            day_weight *= DAY_FADE;
            let (mut total, mut count) = (0.0, 0.0);
            let mut place = (center - AROUND).rem_euclid(KEPT) as usize;
            for at in center - AROUND..=center + AROUND {
                let demand = f64::from(self.minutes[place]);
                place = if place + 1 == KEPT as usize { 0 } else { place + 1 };
                if self.is_kept(at, first) && !demand.is_nan() {
                    total += demand;
                    count += 1.0;
                    if day <= PEAK_DAYS && (at - center).abs() <= PEAK_AROUND {
                        peak = peak.max(demand);
                    }
                }
            }
            if count > 0.0 {
                sum += day_weight * total / count;
                weights += day_weight;
            }
        }
        (weights > 0.0).then(|| Season { mean: sum / weights, peak })
    }

    /// Whether a minute is one of those that are kept.
    #[inline]
    fn is_kept(&self, minute: i64, first: i64) -> bool {
        minute <= self.minute && minute > self.minute - KEPT && minute >= first
    }
}

/// JSON has no NaN: holes are written as −1, which no demand is.
mod holes {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(minutes: &[f32], serializer: S) -> Result<S::Ok, S::Error> {
        let plain: Vec<f32> = minutes.iter().map(|demand| if demand.is_nan() { -1.0 } else { *demand }).collect();
        plain.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f32>, D::Error> {
        let plain = Vec::<f32>::deserialize(deserializer)?;
        Ok(plain.into_iter().map(|demand| if demand < 0.0 { f32::NAN } else { demand }).collect())
    }
}
