//! The ways to predict, the kinds of situation, and which error belongs to which.

use serde::{Deserialize, Serialize};

use super::FLOOR;
use super::history::{History, Season};
use super::regression::{FEATURES, Features, Regression};

/// How many predictors there are.
pub(super) const PREDICTORS: usize = 13;

const NOW: usize = 0;
const MINUTE: usize = 1;
const MINUTES_5: usize = 2;
const MINUTES_15: usize = 3;
const HOUR: usize = 4;
const TREND: usize = 5;
const SEASON_SCALED: usize = 6;
const SEASON_SHIFTED: usize = 7;
const SEASON_PEAK: usize = 8;
const NOW_OR_PEAK: usize = 9;
const LARGEST_OF_5_MINUTES: usize = 10;
const LEARNED: usize = 11;
const RISE: usize = 12;

/// By what a model tells situations apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// How wrong the predictor has been lately.
    Unrest,
    /// The minute of the hour, at which timers strike.
    Phase,
    /// How far the season's peak is above the level.
    PeakAhead,
    /// How far a rise has gone.
    Rise,
}

/// A predictor whose errors are kept by kind of situation.
#[derive(Debug)]
pub(super) struct Model {
    /// Which predictor.
    pub(super) predictor: usize,
    kind: Kind,
    /// The model of the same predictor by unrest, to borrow from; it comes earlier in the list.
    parent: Option<usize>,
}

const fn usual(predictor: usize) -> Model {
    Model { predictor, kind: Kind::Unrest, parent: None }
}

/// A model by kind; the usual model of a predictor stands at the predictor's own place.
const fn by(kind: Kind, predictor: usize) -> Model {
    Model { predictor, kind, parent: Some(predictor) }
}

/// All models; of those that cost the same the first speaks.
pub(super) const MODELS: [Model; 24] = [
    usual(NOW),
    usual(MINUTE),
    usual(MINUTES_5),
    usual(MINUTES_15),
    usual(HOUR),
    usual(TREND),
    usual(SEASON_SCALED),
    usual(SEASON_SHIFTED),
    usual(SEASON_PEAK),
    usual(NOW_OR_PEAK),
    usual(LARGEST_OF_5_MINUTES),
    usual(LEARNED),
    usual(RISE),
    by(Kind::Rise, RISE),
    by(Kind::Rise, LEARNED),
    by(Kind::Rise, NOW),
    by(Kind::Phase, LEARNED),
    by(Kind::Phase, NOW),
    by(Kind::Phase, MINUTES_5),
    by(Kind::Phase, SEASON_SHIFTED),
    by(Kind::PeakAhead, NOW),
    by(Kind::PeakAhead, MINUTES_5),
    by(Kind::PeakAhead, MINUTES_15),
    by(Kind::Phase, SEASON_SCALED),
];

/// Where the cells of each model begin in a list of all cells.
pub(super) const CELLS: [usize; MODELS.len()] = {
    let mut first = [0; MODELS.len()];
    let mut at = 1;
    while at < MODELS.len() {
        first[at] = first[at - 1] + MODELS[at - 1].cells();
        at += 1;
    }
    first
};

/// Where in [`Situation::places`] each model finds its place among its cells.
pub(super) const PLACES: [usize; MODELS.len()] = {
    let mut places = [0; MODELS.len()];
    let mut at = 0;
    while at < MODELS.len() {
        places[at] = match MODELS[at].kind {
            Kind::Unrest => MODELS[at].predictor,
            Kind::Phase => PREDICTORS,
            Kind::PeakAhead => PREDICTORS + 1,
            Kind::Rise => PREDICTORS + 2,
        };
        at += 1;
    }
    places
};

/// Mean errors (log ratio) that separate calm, usual and restless.
const UNREST: [f64; 2] = [0.04, 0.15];
/// Ratios of the season's peak to the level.
const PEAK_AHEAD: [f64; 4] = [0.8, 1.25, 1.8, 3.0];
/// Ratios of level or short trend to the minutes before.
const RISES: [f64; 4] = [1.12, 1.3, 1.7, 2.5];

/// What is told apart at one step.
#[derive(Debug, Clone, Copy)]
pub(super) struct Situation {
    unrest: [u8; PREDICTORS],
    phase: u8,
    peak_ahead: u8,
    rise_class: u8,
    /// Level or short trend ÷ the minutes before.
    pub(super) rise: f64,
}

impl Situation {
    /// The unrest of each predictor, then the minute of the hour, the peak ahead, and the rise.
    #[inline]
    pub(super) fn places(&self) -> [u8; PREDICTORS + 3] {
        let mut places = [0; PREDICTORS + 3];
        places[..PREDICTORS].copy_from_slice(&self.unrest);
        places[PREDICTORS..].copy_from_slice(&[self.phase, self.peak_ahead, self.rise_class]);
        places
    }
}

impl Model {
    pub(super) const fn cells(&self) -> usize {
        match self.kind {
            Kind::Unrest => UNREST.len() + 1,
            Kind::Phase => 60,
            Kind::PeakAhead | Kind::Rise => RISES.len() + 1,
        }
    }

    #[inline]
    pub(super) const fn is_phase(&self) -> bool {
        matches!(self.kind, Kind::Phase)
    }

    /// The cell to borrow from: of the usual unrest.
    #[inline]
    pub(super) fn parent_cell(&self) -> Option<usize> {
        self.parent.map(|parent| CELLS[parent] + 1)
    }

    /// Scale and strength of what is presumed of a cell's errors, relative to the usual.
    pub(super) fn presumed(&self, cell: usize) -> (f64, f64) {
        match self.kind {
            Kind::Unrest => ([0.4, 1.0, 2.5][cell.min(2)], 1.0),
            Kind::Phase | Kind::PeakAhead | Kind::Rise => (1.0, 0.05),
        }
    }
}

/// How many of the bounds, which rise, are reached.
#[inline]
fn class_of<const N: usize>(value: f64, bounds: &[f64; N]) -> u8 {
    bounds.iter().map(|bound| u8::from(value >= *bound)).sum()
}

/// The latest demands, and everything that is predicted from them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Predictions {
    seen: u64,
    /// Means over about a minute, 5, 15 and 60.
    means: [f64; 4],
    mean_steps: [f64; 4],
    recent: Vec<f64>,
    trend_steps: usize,
    short_steps: usize,
    largest_steps: usize,
    lead: f64,
    season_level: (f64, f64),
    season_gain: f64,
    /// The season of the minutes between now and the lead, a ring: what is ahead now is now later.
    seasons: Vec<(i64, Option<Season>)>,
    unrest: [f64; PREDICTORS],
    unrest_gain: f64,
    regression: Regression,
    fade: f64,
    features: Vec<(Features, f64)>,
}

/// Latest demands that are kept.
const RECENT: usize = 64;
/// Half-life of what the regression has learned.
const REGRESSION_HALF_LIFE_SECONDS: f64 = 48.0 * 3_600.0;

impl Predictions {
    pub(super) fn new(step_seconds: f64, lead: usize) -> Self {
        let steps = |seconds: f64| (seconds / step_seconds).max(1.0);
        let whole = |seconds: f64, least: usize| (steps(seconds).round() as usize).clamp(least, RECENT);
        Self {
            seen: 0,
            means: [0.0; 4],
            mean_steps: [steps(45.0), steps(300.0), steps(900.0), steps(3_600.0)],
            recent: vec![0.0; 2 * RECENT],
            trend_steps: whole(240.0, 4),
            short_steps: whole(75.0, 3),
            largest_steps: whole(300.0, 1),
            lead: lead as f64,
            season_level: (0.0, 0.0),
            season_gain: 1.0 / steps(1_800.0),
            seasons: ring_of_seasons(step_seconds, lead),
            unrest: [0.1; PREDICTORS],
            unrest_gain: 1.0 / steps(1_800.0),
            // Level now, of a minute, of 15 minutes, of an hour.
            regression: Regression::new([0.0, 0.3, 0.2, 0.3, 0.2, 0.0, 0.0, 0.0, 0.0]),
            fade: 0.5_f64.powf(step_seconds / REGRESSION_HALF_LIFE_SECONDS),
            features: vec![([0.0; FEATURES], 0.0); lead + 1],
        }
    }

    /// The same at another lead.
    pub(super) fn retimed(self, step_seconds: f64, lead: usize) -> Self {
        let seasons = ring_of_seasons(step_seconds, lead);
        Self { lead: lead as f64, seasons, features: vec![([0.0; FEATURES], 0.0); lead + 1], ..self }
    }

    /// Teaches the regression what became of the features kept at `slot`.
    pub(super) fn learn(&mut self, slot: usize, demand: f64) {
        let (features, level) = self.features[slot];
        self.regression.learn(&features, (demand + FLOOR).ln() - level, self.fade);
    }

    /// Keeps how wrong each predictor has been lately.
    pub(super) fn note_errors(&mut self, demand: f64, predicted: &[f64; PREDICTORS]) {
        let demand = demand + FLOOR;
        for (unrest, predicted) in self.unrest.iter_mut().zip(predicted) {
            // |ln r| without a logarithm: 2·|r − 1| ÷ (r + 1), its first Padé approximant.
            let predicted = predicted + FLOOR;
            let error = (2.0 * (demand - predicted).abs() / (demand + predicted)).min(1.5);
            *unrest += (error - *unrest) * self.unrest_gain;
        }
    }

    /// Predicts the minute `then` from the demand at the minute `now`; features are kept at `slot`.
    pub(super) fn predict(&mut self, slot: usize, demand: f64, now: i64, then: i64, history: &History) -> ([f64; PREDICTORS], Situation) {
        self.note(demand);
        let (ahead, current) = self.seasons(now, then, history);
        let [minute, minutes_5, minutes_15, hour] = self.means;
        let (level, slope) = self.line(self.trend_steps);
        let trend = (level.max(0.0) + slope * self.lead).clamp(level.max(0.0) * 0.5, level.max(0.0) * 2.0 + 0.2);
        let (_, slope) = self.line(self.short_steps);
        let short = (demand + slope * self.lead).clamp(demand * 0.5, demand * 2.0 + 0.3);
        let (scaled, shifted, peak) = match (ahead, current) {
            (Some(ahead), Some(current)) => {
                self.season_level.0 += (demand - self.season_level.0) * self.season_gain;
                self.season_level.1 += (current.mean - self.season_level.1) * self.season_gain;
                let scale = ((self.season_level.0 + 0.1) / (self.season_level.1 + 0.1)).clamp(0.3, 3.0);
                (ahead.mean * scale, (minutes_5 + ahead.mean - current.mean).max(0.0), ahead.peak)
            }
            (_, _) => (minutes_5, minutes_5, demand),
        };
        let seen = (self.seen as usize).min(self.largest_steps);
        let largest = self.latest(seen).iter().fold(demand, |largest, past| if *past > largest { *past } else { largest });
        let log = |value: f64| (value + FLOOR).ln();
        let base = log(minutes_5);
        let season_now = current.map_or(minutes_5, |season| season.mean);
        let season_then = ahead.map_or(season_now, |season| season.mean);
        let (log_now, log_season) = (log(demand), log(season_now));
        let features = [
            0.1,
            log_now - base,
            log(minute) - base,
            log(minutes_15) - base,
            log(hour) - base,
            log(season_then) - log_season,
            log(trend) - base,
            if current.is_some() { log_season - base } else { 0.0 },
            log(short) - log_now,
        ];
        self.features[slot] = (features, base);
        let learned = ((base + self.regression.predict(&features)).min(20.0).exp() - FLOOR).max(0.0);
        let predicted = [
            demand,
            minute,
            minutes_5,
            minutes_15,
            hour,
            trend,
            scaled,
            shifted,
            peak,
            demand.max(peak),
            largest,
            learned,
            short.max(demand),
        ];
        let rise = (demand.max(short) + 1.0) / (minutes_5.min(minutes_15) + 1.0);
        let situation = Situation {
            unrest: self.unrest.map(|unrest| class_of(unrest, &UNREST)),
            phase: then.rem_euclid(60) as u8,
            peak_ahead: class_of((peak + FLOOR) / (minutes_5 + FLOOR), &PEAK_AHEAD),
            rise_class: class_of(rise, &RISES),
            rise,
        };
        (predicted, situation)
    }

    fn note(&mut self, demand: f64) {
        if self.seen == 0 {
            self.means = [demand; 4];
            self.recent.fill(demand);
        }
        for (mean, steps) in self.means.iter_mut().zip(self.mean_steps) {
            *mean += (demand - *mean) / steps.min(self.seen as f64 + 1.0);
        }
        // Twice, so that the latest are always in a row.
        let at = (self.seen % RECENT as u64) as usize;
        self.recent[at] = demand;
        self.recent[at + RECENT] = demand;
        self.seen += 1;
    }

    /// The latest `count` demands, at most [`RECENT`], oldest first.
    #[inline]
    fn latest(&self, count: usize) -> &[f64] {
        let end = ((self.seen - 1) % RECENT as u64) as usize + RECENT + 1;
        &self.recent[end - count.min(RECENT)..end]
    }

    /// Least-squares line through the latest `steps`: its value at the latest, and its slope per step.
    #[inline]
    fn line(&self, steps: usize) -> (f64, f64) {
        let latest = self.latest(steps.min(self.seen as usize));
        let count = latest.len();
        if count < 3 {
            return (latest[count - 1], 0.0);
        }
        let n = count as f64;
        let middle = (n - 1.0) / 2.0;
        // Two sums side by side each, so that no addition waits for the one before.
        let (mut sum, mut weighted, mut place) = ([0.0; 2], [0.0; 2], [-middle, 1.0 - middle]);
        let pairs = latest.chunks_exact(2);
        let odd = pairs.remainder();
        for pair in pairs {
            for lane in 0..2 {
                sum[lane] += pair[lane];
                weighted[lane] += place[lane] * pair[lane];
                place[lane] += 2.0;
            }
        }
        for demand in odd {
            sum[0] += demand;
            weighted[0] += middle * demand;
        }
        let slope = (weighted[0] + weighted[1]) / (n * (n * n - 1.0) / 12.0);
        ((sum[0] + sum[1]) / n + slope * middle, slope)
    }

    /// The season at the lead and now; each minute is looked up once. The days before it do not change any more.
    fn seasons(&mut self, now: i64, then: i64, history: &History) -> (Option<Season>, Option<Season>) {
        let length = self.seasons.len() as i64;
        let mut look_up = |minute: i64| {
            let kept = &mut self.seasons[minute.rem_euclid(length) as usize];
            if kept.0 != minute {
                *kept = (minute, history.season(minute));
            }
            kept.1
        };
        (look_up(then), look_up(now))
    }
}

/// Room for every minute from now to the lead.
fn ring_of_seasons(step_seconds: f64, lead: usize) -> Vec<(i64, Option<Season>)> {
    let minutes = (lead as f64 * step_seconds / 60.0).ceil() as usize + 2;
    vec![(i64::MIN, None); minutes]
}
