//! What is coming in the next hours: a forecast for people and plans, from days of history in even bins.
//!
//! One robust linear regression a bin ahead, on log ratios to the latest level: levels of the last hour and day, the days before at
//! the same time, and the strongest period within the day. Its weights lean to recent days and are pulled toward "as now, and half
//! the way the usual day goes". The quantiles are those of its own residuals. Scaling itself looks minutes ahead, with
//! [`Forecaster`](super::Forecaster).

/// Features of the regression.
const FEATURES: usize = 16;
/// Passes of reweighting toward least absolute errors.
const PASSES: usize = 2;
/// Half-life of a sample, in days.
const HALF_LIFE_DAYS: f64 = 8.0;
/// How strongly the weights are pulled to what is presumed, in samples of a spread of 1.
const RIDGE: f64 = 0.1;
/// Added to demands, in mean demands, before their logarithm is taken.
const FLOOR: f64 = 0.1;
/// The largest log ratio that a forecast may reach: 400 times the mean.
const LARGEST_LOG: f64 = 6.0;
/// Days that are asked for their demand at the same time.
const DAYS: usize = 6;
/// Bins behind the first sample: what its levels are made of.
const BEHIND: usize = 6;
/// Days that must be known: the day before is asked for, and there must be something to learn from.
pub const LEAST_DAYS: usize = 2;

/// Expected demand in one bin to come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expected {
    /// About as likely more as less.
    pub demand: f64,
    /// 5 % of the outcomes are lower.
    pub low: f64,
    /// 5 % of the outcomes are higher.
    pub high: f64,
}

/// Forecasts the next `ahead` bins, in the unit of `history`: mean demands in even bins, `bins_per_day` of them a day, latest last.
///
/// `None` with fewer than two days, without any demand, with fewer than eight bins a day, or past a day ahead. Values that are not
/// finite or negative are taken as 0. Never NaN, never negative, and `low ≤ demand ≤ high`.
#[must_use]
pub fn forecast(history: &[f64], bins_per_day: usize, ahead: usize) -> Option<Vec<Expected>> {
    let day = bins_per_day;
    if day < BEHIND + 2 || ahead == 0 || ahead > day || history.len() < LEAST_DAYS * day + ahead {
        return None;
    }
    let sound = |demand: &f64| if demand.is_finite() { demand.clamp(0.0, 1e15) } else { 0.0 };
    let mean = history.iter().map(sound).sum::<f64>() / history.len() as f64;
    if mean <= 0.0 {
        return None;
    }
    let logs = Logs::new(history.iter().map(|demand| (sound(demand) / mean + FLOOR).ln()).collect(), day, ahead);
    let outcome = |log: f64| ((log.min(LARGEST_LOG).exp() - FLOOR) * mean).max(0.0);
    let fade = 0.5_f64.powf(1.0 / (HALF_LIFE_DAYS * day as f64));
    Some(
        (1..=ahead)
            .map(|step| fit(&logs, step, fade))
            .map(|(log, low, high)| Expected { demand: outcome(log), low: outcome(log + low.min(0.0)), high: outcome(log + high.max(0.0)) })
            .collect(),
    )
}

/// The forecast so many bins ahead, in logs, and how far 5 % of its errors lay below and above.
fn fit(logs: &Logs, step: usize, fade: f64) -> (f64, f64, f64) {
    let last = logs.values.len() - 1;
    let samples: Vec<Sample> = (logs.day + BEHIND..=last - step)
        .map(|at| Sample {
            features: logs.features(at, step),
            outcome: logs.values[at + step],
            weight: fade.powi((last - step - at) as i32),
        })
        .collect();
    let mut weights = PRESUMED;
    let mut emphasis: Vec<f64> = samples.iter().map(|sample| sample.weight).collect();
    for _ in 0..PASSES {
        weights = solve(&samples, &emphasis);
        let errors: Vec<f64> = samples.iter().map(|sample| sample.error(&weights).abs()).collect();
        let near = 0.5 * errors.iter().sum::<f64>() / errors.len() as f64 + 1e-9;
        for ((emphasis, error), sample) in emphasis.iter_mut().zip(&errors).zip(&samples) {
            *emphasis = sample.weight * near / error.max(near);
        }
    }
    let mut errors: Vec<(f64, f64)> = samples.iter().map(|sample| (sample.error(&weights), sample.weight)).collect();
    errors.sort_by(|one, other| one.0.total_cmp(&other.0));
    (dot(&weights, &logs.features(last, step)), quantile(&errors, 0.05), quantile(&errors, 0.95))
}

/// As now: the level of the last three bins, and half of the way that the days before went from this time to that.
const PRESUMED: [f64; FEATURES] = {
    let mut presumed = [0.0; FEATURES];
    presumed[0] = 1.0;
    presumed[9] = 0.5;
    presumed[11] = -0.5;
    presumed
};

struct Sample {
    features: [f64; FEATURES],
    outcome: f64,
    weight: f64,
}

impl Sample {
    fn error(&self, weights: &[f64; FEATURES]) -> f64 {
        self.outcome - dot(weights, &self.features)
    }
}

/// The history in logs, with sums to take means from.
struct Logs {
    values: Vec<f64>,
    /// Sum of all values before each index; one more than there are values.
    sums: Vec<f64>,
    day: usize,
    /// The strongest period within the day, in bins; longer than what is forecast.
    period: usize,
}

impl Logs {
    fn new(values: Vec<f64>, day: usize, ahead: usize) -> Self {
        let mut sum = 0.0;
        let mut sums = vec![0.0];
        sums.extend(values.iter().map(|value| {
            sum += value;
            sum
        }));
        let period = strongest_period(&values, ahead + 1, (day / 2).max(ahead + 1));
        Self { values, sums, day, period }
    }

    /// The mean of `from..=to`, cut to what there is.
    fn mean(&self, from: usize, to: usize) -> f64 {
        let to = to.min(self.values.len() - 1);
        (self.sums[to + 1] - self.sums[from]) / (to + 1 - from) as f64
    }

    /// The mean of ±`width` bins around one, of what is known at `now`.
    fn around(&self, center: usize, width: usize, now: usize) -> f64 {
        self.mean(center.saturating_sub(width), (center + width).min(now))
    }

    /// What the bin `step` after `now` is predicted from; `now` is a day and [`BEHIND`] bins after the first or later.
    fn features(&self, now: usize, step: usize) -> [f64; FEATURES] {
        let (day, then) = (self.day, now + step);
        let level = |bins: usize| self.mean(now + 1 - bins.min(now + 1), now);
        let (mut before_then, mut before_now, mut days) = (0.0, 0.0, 0.0);
        for back in (1..=DAYS).take_while(|back| back * day <= now).map(|back| back * day) {
            before_then += self.around(then - back, 2, now);
            before_now += self.around(now - back, 2, now);
            days += 1.0;
        }
        let second = if 2 * day <= now { 2 * day } else { day };
        let base = level(3);
        [
            base,
            1.0,
            self.values[now] - base,
            self.values[now - 1] - base,
            level(6) - base,
            level(18) - base,
            level(72) - base,
            self.values[then - day] - base,
            self.around(then - day, 2, now) - base,
            before_then / days - base,
            self.around(then - second, 2, now) - base,
            before_now / days - base,
            self.around(now - day, 2, now) - base,
            self.around(now - second, 2, now) - base,
            self.values[then - self.period.min(then)] - base,
            level(36) - base,
        ]
    }
}

/// The lag in `shortest..=longest` at which changes resemble themselves most.
fn strongest_period(values: &[f64], shortest: usize, longest: usize) -> usize {
    let changes: Vec<f64> = values.windows(3).map(|three| three[2] - 0.5 * (three[0] + three[1])).collect();
    let alike = |lag: usize| changes.iter().zip(changes.iter().skip(lag)).map(|(one, other)| one * other).sum::<f64>();
    let best = (shortest..=longest).map(|lag| (lag, alike(lag))).reduce(|best, next| if next.1 > best.1 { next } else { best });
    best.map_or(shortest, |(lag, _)| lag)
}

/// Weighted least squares with [`RIDGE`] toward [`PRESUMED`], by Cholesky's way.
fn solve(samples: &[Sample], emphasis: &[f64]) -> [f64; FEATURES] {
    let mut matrix = [[0.0; FEATURES]; FEATURES];
    let mut right = [0.0; FEATURES];
    for (sample, weight) in samples.iter().zip(emphasis) {
        for row in 0..FEATURES {
            let weighted = weight * sample.features[row];
            right[row] += weighted * sample.outcome;
            for (entry, feature) in matrix[row].iter_mut().zip(&sample.features[..=row]) {
                *entry += weighted * feature;
            }
        }
    }
    for row in 0..FEATURES {
        matrix[row][row] += RIDGE;
        right[row] += RIDGE * PRESUMED[row];
    }
    // The matrix becomes its lower factor, then forward and back.
    for row in 0..FEATURES {
        for column in 0..=row {
            let known: f64 = (0..column).map(|at| matrix[row][at] * matrix[column][at]).sum();
            let left = matrix[row][column] - known;
            matrix[row][column] = if row == column { left.max(1e-12).sqrt() } else { left / matrix[column][column] };
        }
    }
    for row in 0..FEATURES {
        let known: f64 = (0..row).map(|at| matrix[row][at] * right[at]).sum();
        right[row] = (right[row] - known) / matrix[row][row];
    }
    for row in (0..FEATURES).rev() {
        let known: f64 = (row + 1..FEATURES).map(|at| matrix[at][row] * right[at]).sum();
        right[row] = (right[row] - known) / matrix[row][row];
    }
    right
}

/// The value under which `share` of the weights lie; values are sorted and not empty.
fn quantile(sorted: &[(f64, f64)], share: f64) -> f64 {
    let wanted = share * sorted.iter().map(|(_, weight)| weight).sum::<f64>();
    let mut below = 0.0;
    let reached = sorted.iter().find(|(_, weight)| {
        below += weight;
        below >= wanted
    });
    reached.or(sorted.last()).map_or(0.0, |(value, _)| *value)
}

fn dot(left: &[f64; FEATURES], right: &[f64; FEATURES]) -> f64 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}

/// How right the forecasts of one recorded demand were, over all origins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Accuracy {
    /// Mean absolute scaled error: distance ÷ what the day before as a forecast misses in the history by (Hyndman and Koehler 2006).
    pub mase: f64,
    /// Pinball loss of the 0.95 quantile, in mean demands.
    pub pinball95: f64,
    /// Share of the outcomes at or under the 0.95 quantile.
    pub coverage95: f64,
    /// How many times it was forecast.
    pub origins: usize,
}

/// Forecasts `ahead` bins from each origin, `ahead` bins apart, from the `days` before it; `None` where the demand is too short or 0.
///
/// `forecasting` is handed a history and answers the expected demand of each bin and its 0.95 quantile.
pub fn rolling<E: IntoIterator<Item = (f64, f64)>>(
    bins: &[f64],
    bins_per_day: usize,
    days: usize,
    ahead: usize,
    mut forecasting: impl FnMut(&[f64]) -> Option<E>,
) -> Option<Accuracy> {
    let window = days * bins_per_day;
    let (mut scaled, mut pinball, mut covered, mut came, mut count, mut origins) = (0.0, 0.0, 0.0, 0.0, 0.0, 0);
    let mut origin = window;
    while origin + ahead <= bins.len() {
        let history = &bins[origin - window..origin];
        let usual: f64 = history.iter().zip(&history[bins_per_day..]).map(|(before, after)| (after - before).abs()).sum();
        let usual = usual / (window - bins_per_day).max(1) as f64;
        let outcomes = &bins[origin..origin + ahead];
        origin += ahead;
        let Some(said) = forecasting(history).filter(|_| usual > 0.0) else { continue };
        origins += 1;
        for ((expected, high), outcome) in said.into_iter().zip(outcomes) {
            scaled += (outcome - expected).abs() / usual;
            pinball += if *outcome > high { 0.95 * (outcome - high) } else { 0.05 * (high - outcome) };
            covered += f64::from(u8::from(*outcome <= high));
            came += outcome;
            count += 1.0;
        }
    }
    (count > 0.0 && came > 0.0).then(|| Accuracy { mase: scaled / count, pinball95: pinball / came, coverage95: covered / count, origins })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Bins of 10 minutes: a wave of a day, and a ripple that nobody can foresee.
    fn wave(bins: usize) -> Vec<f64> {
        let wave = |bin: usize| 50.0 - 40.0 * (bin as f64 / 144.0 * std::f64::consts::TAU).cos();
        (0..bins).map(|bin| wave(bin) * (1.0 + 0.05 * crate::simulate::noise::gauss(3, bin as u64))).collect()
    }

    #[test]
    fn a_daily_wave_is_followed_better_than_by_the_day_before() {
        let bins = wave(144 * 10);
        let said = |history: &[f64]| forecast(history, 144, 6).map(|expected| expected.into_iter().map(|bin| (bin.demand, bin.high)));
        let accuracy = rolling(&bins, 144, 7, 6, said).unwrap();
        assert!(accuracy.mase < 0.85, "{accuracy:?}");
        assert!((0.9..=0.98).contains(&accuracy.coverage95), "{accuracy:?}");
        assert_eq!(accuracy.origins, 72, "three days of hours");
    }

    #[test]
    fn what_comes_later_changes_no_forecast() {
        let bins = wave(144 * 8);
        let mut other = bins.clone();
        other[144 * 7 + 1..].iter_mut().for_each(|demand| *demand *= 9.0);
        let until = ..=144 * 7;
        assert_eq!(forecast(&bins[until], 144, 6), forecast(&other[until], 144, 6));
    }

    #[test]
    fn too_little_is_refused() {
        assert_eq!(forecast(&wave(2 * 144), 144, 6), None, "two days, and not one outcome to learn from");
        assert_eq!(forecast(&[0.0; 1_000], 144, 6), None, "no demand");
        assert_eq!(forecast(&wave(1_000), 144, 0), None);
        assert_eq!(forecast(&wave(1_000), 144, 145), None, "more than a day ahead");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_history_makes_a_forecast_that_is_none(
            history in prop::collection::vec(prop_oneof![4 => 0.0..100.0_f64, 1 => Just(0.0), 1 => prop::sample::select(vec![f64::NAN, -3.0, 1e300])], 100..200)
        ) {
            for expected in forecast(&history, 24, 5).into_iter().flatten() {
                let numbers = [expected.low, expected.demand, expected.high];
                prop_assert!(numbers.iter().all(|number| number.is_finite() && *number >= 0.0) && numbers.is_sorted(), "{expected:?}");
            }
        }
    }
}
