//! The last 24 hours of one deployment in 48 steps: the mean score, and how often the objective was met.

use chrono::{DateTime, TimeDelta, Utc};

/// Steps in a day.
pub(crate) const STEPS: usize = 48;
const STEP_MILLISECONDS: i64 = 24 * 3_600_000 / STEPS as i64;

/// A ring of half-hour steps; a step is cleared when its time comes round again.
#[derive(Debug, Clone)]
pub(crate) struct DayStrip {
    steps: Box<[Step; STEPS]>,
}

#[derive(Debug, Clone, Copy)]
struct Step {
    /// Half hours since the epoch.
    index: i64,
    score_sum: f32,
    scores: u32,
    judged: u32,
    met: u32,
}

/// A step that no time has.
const EMPTY: Step = Step { index: i64::MIN, score_sum: 0.0, scores: 0, judged: 0, met: 0 };

impl Default for DayStrip {
    fn default() -> Self {
        Self { steps: Box::new([EMPTY; STEPS]) }
    }
}

impl DayStrip {
    /// Adds one evaluation: its score, and whether the response-time objective was met, where either is known.
    pub(crate) fn add(&mut self, at: DateTime<Utc>, score: Option<f64>, objective_met: Option<bool>) {
        let index = at.timestamp_millis().div_euclid(STEP_MILLISECONDS);
        let step = &mut self.steps[index.rem_euclid(STEPS as i64) as usize];
        if step.index != index {
            *step = Step { index, ..EMPTY };
        }
        if let Some(score) = score {
            step.score_sum += score as f32;
            step.scores += 1;
        }
        if let Some(met) = objective_met {
            step.judged += 1;
            step.met += u32::from(met);
        }
    }

    /// The mean score of each step of the 24 hours before `now`, oldest first; none where nothing was seen.
    pub(crate) fn scores(&self, now: DateTime<Utc>) -> Vec<Option<f64>> {
        self.recent(now)
            .map(|step| step.filter(|step| step.scores > 0).map(|step| f64::from(step.score_sum) / f64::from(step.scores)))
            .collect()
    }

    /// The share of evaluations of the 24 hours before `now` that met the objective; none where none was judged.
    pub(crate) fn objective_share(&self, now: DateTime<Utc>) -> Option<f64> {
        let (met, judged) = self.recent(now).flatten().fold((0, 0), |(met, judged), step| (met + step.met, judged + step.judged));
        (judged > 0).then(|| f64::from(met) / f64::from(judged))
    }

    /// The start of the time that is remembered at `now`.
    pub(crate) fn begins(now: DateTime<Utc>) -> DateTime<Utc> {
        now - TimeDelta::milliseconds(STEP_MILLISECONDS * STEPS as i64)
    }

    fn recent(&self, now: DateTime<Utc>) -> impl Iterator<Item = Option<&Step>> {
        let last = now.timestamp_millis().div_euclid(STEP_MILLISECONDS);
        (last - STEPS as i64 + 1..=last).map(|index| {
            let step = &self.steps[index.rem_euclid(STEPS as i64) as usize];
            (step.index == index).then_some(step)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(half_hours: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(30 * half_hours)
    }

    #[test]
    fn a_step_is_the_mean_of_what_was_seen_in_it() {
        let mut day = DayStrip::default();
        day.add(at(100), Some(0.2), None);
        day.add(at(100) + TimeDelta::minutes(29), Some(0.4), None);
        let scores = day.scores(at(101));
        assert_eq!(scores.len(), STEPS);
        // The step before the last; (0.2 + 0.4) / 2 = 0.3
        assert!((scores[STEPS - 2].expect("seen") - 0.3).abs() < 1e-6);
        assert_eq!(scores[STEPS - 1], None);
    }

    #[test]
    fn what_is_older_than_a_day_is_forgotten() {
        let mut day = DayStrip::default();
        day.add(at(100), Some(0.2), Some(false));
        assert_eq!(day.objective_share(at(147)), Some(0.0));
        assert_eq!(day.objective_share(at(148)), None);
        assert!(day.scores(at(148)).iter().all(Option::is_none));
    }
}
