//! What demand is coming, how sure that is, and how much capacity pays.
//!
//! A [`Forecaster`] sees the demand of one deployment step by step and says, for one fixed lead (the start-up delay and one
//! evaluation), how much demand to be ready for. Several predictors compete: the level now and over the last minutes and hour, two trends, the
//! season of the last days, and a regression that learns what combination of them suits this deployment. What each got wrong is
//! kept apart for kinds of situation (calm or restless, the minute of the hour, a season's peak ahead, a rise that has begun).
//! From its errors follows the margin that pays best: capacity kept against demand served late. The predictor that would have
//! cost least lately is the one that speaks.
//!
//! Causal, deterministic, bounded (under 200 KB) and the same live and simulated. Nothing depends on the unit of demand but
//! [`ONE`]: the demand that one instance serves within its objective is 1.
//!
//! Start reading at [`Forecaster::observe`]; [`capacity`] learns what one instance serves.

pub mod capacity;
mod history;
pub mod hours;
mod predictors;
mod regression;
mod residuals;
mod service;

use serde::{Deserialize, Serialize};

use history::History;
use predictors::{CELLS, MODELS, PLACES, PREDICTORS, Predictions, Situation};
use residuals::{Residuals, places_of};
use service::Service;

/// The demand that one instance serves within its objective.
pub const ONE: f64 = 1.0;
/// Added to demands before they are compared: under a quarter of an instance a ratio says nothing.
const FLOOR: f64 = 0.25;
/// Demand is taken to be at most this: more instances are refused everywhere.
const LARGEST_DEMAND: f64 = 1e6;
/// Steps that are filled in as holes; after a longer silence the past is only season.
const LONGEST_HOLE_STEPS: i64 = 240;
/// The longest lead, in steps.
const LONGEST_LEAD_STEPS: usize = 1_000;

/// Half-life of the errors of a predictor.
const ERRORS_HALF_LIFE_SECONDS: f64 = 24.0 * 3_600.0;
/// Half-life of the errors at one minute of the hour, in times seen.
const PHASE_HALF_LIFE: f64 = 384.0;
/// Half-life of what a predictor has cost.
const LOSSES_HALF_LIFE_SECONDS: f64 = 4.0 * 3_600.0;
/// The same for rises alone, in time spent in rises.
const RISE_LOSSES_HALF_LIFE_SECONDS: f64 = 22_500.0;
/// A rise has begun when level or short trend exceed the minutes before by this factor.
const RISE: f64 = 1.12;
/// Usual losses count for rises like this many steps of them.
const USUAL_LOSSES_WEIGHT: f64 = 20.0;
/// A situation borrows from the usual one like so many samples.
const BORROWED: f64 = 20.0;
/// What errors are presumed to be before any is known, in log ratio, and how many samples that counts as.
const PRESUMED_SCALE: f64 = 0.12;
/// See [`PRESUMED_SCALE`].
const PRESUMED_STRENGTH: f64 = 20.0;

/// What a forecaster is for; another lead or step needs another forecaster.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// Seconds between two looks, at least 1.
    pub step_seconds: f64,
    /// Seconds from an order to a ready instance.
    pub start_up_seconds: f64,
}

/// What to be ready for.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Anticipation {
    /// The capacity that pays, in instances: prediction and margin, of all leads up to the start-up delay.
    pub demand: f64,
    /// What is expected at the lead.
    pub expected: f64,
    /// 5 % of the outcomes in such situations were lower.
    pub low: f64,
    /// 5 % of the outcomes in such situations were higher.
    pub high: f64,
}

/// Predicts the demand of one deployment; survives restarts as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Forecaster {
    settings: Settings,
    lead: usize,
    fades: Fades,
    step: Option<i64>,
    seen: u64,
    history: History,
    predictions: Predictions,
    service: Service,
    /// The cells of all models, in the order of [`MODELS`].
    residuals: Vec<Residuals>,
    /// The margin that pays best in each of them, as a factor on the prediction.
    margins: Vec<f32>,
    /// What each model has cost, usually and in rises.
    losses: [[f64; MODELS.len()]; 2],
    seen_usual: f64,
    /// What was predicted for the steps to come.
    pending: Vec<Pending>,
    /// The demands that the last steps were sized for, a ring.
    sized: Vec<f64>,
    latest: Option<Anticipation>,
}

/// How fast what was learned fades.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Fades {
    /// By how much each error weighs more than the one before.
    errors: f32,
    phase: f32,
    /// What older losses keep of their weight.
    losses: f64,
    rise_losses: f64,
}

/// One step's predictions, kept until the step has come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Pending {
    step: i64,
    predicted: [f64; PREDICTORS],
    cells: [u16; MODELS.len()],
    sizes: [f64; MODELS.len()],
    is_rise: bool,
    chosen: f64,
}

impl Pending {
    /// A place for a step that has not come.
    fn empty() -> Self {
        Self {
            step: i64::MIN,
            predicted: [0.0; PREDICTORS],
            cells: [0; MODELS.len()],
            sizes: [0.0; MODELS.len()],
            is_rise: false,
            chosen: 0.0,
        }
    }
}

impl Forecaster {
    /// One that has seen nothing.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let step = settings.step_seconds.max(1.0);
        let start_up = (settings.start_up_seconds.max(0.0) / step).ceil() as usize;
        let lead = (start_up + 1).min(LONGEST_LEAD_STEPS);
        let fade = |half_life: f64| 0.5_f64.powf(1.0 / half_life);
        let service = Service::new(step, lead);
        let price = service.price();
        let cells = MODELS.iter().flat_map(|model| (0..model.cells()).map(|cell| model.presumed(cell)));
        let residuals: Vec<Residuals> =
            cells.map(|(scale, strength)| Residuals::presumed(scale * PRESUMED_SCALE, strength * PRESUMED_STRENGTH)).collect();
        Self {
            settings,
            lead,
            fades: Fades {
                errors: fade(ERRORS_HALF_LIFE_SECONDS / step).recip() as f32,
                phase: fade(PHASE_HALF_LIFE).recip() as f32,
                losses: fade(LOSSES_HALF_LIFE_SECONDS / step),
                rise_losses: fade(RISE_LOSSES_HALF_LIFE_SECONDS / step),
            },
            step: None,
            seen: 0,
            history: History::new(),
            predictions: Predictions::new(step, lead),
            service,
            margins: residuals.iter().map(|residuals| residuals.margin(price, None)).collect(),
            residuals,
            losses: [[0.0; MODELS.len()]; 2],
            seen_usual: 0.0,
            pending: Vec::new(),
            sized: vec![0.0; lead],
            latest: None,
        }
    }

    /// The same, where seasons speak only once this many days were seen; 1 otherwise.
    #[must_use]
    pub fn with_season_after(mut self, days: u32) -> Self {
        self.history.speak_after(days);
        self
    }

    /// One for other settings that goes on from the same past.
    ///
    /// Seasons are kept always. At the same step, and a lead that is not twice or half, errors are kept too, and the margins that
    /// follow from them; else they are learned anew.
    #[must_use]
    pub fn retimed(self, settings: Settings) -> Self {
        let fresh = Self::new(settings);
        let is_same_step = self.settings.step_seconds.to_bits() == settings.step_seconds.to_bits();
        if !is_same_step || fresh.lead > self.lead * 2 || self.lead > fresh.lead * 2 {
            return Self { history: self.history, ..fresh };
        }
        let sized = self.sized.iter().copied().fold(0.0, f64::max);
        Self {
            step: self.step,
            seen: self.seen,
            history: self.history,
            predictions: self.predictions.retimed(settings.step_seconds.max(1.0), fresh.lead),
            service: self.service.retimed(settings.step_seconds.max(1.0), fresh.lead),
            residuals: self.residuals,
            margins: self.margins,
            losses: self.losses,
            seen_usual: self.seen_usual,
            sized: vec![sized; fresh.lead],
            latest: self.latest,
            ..fresh
        }
    }

    /// Whether the days before speak.
    #[must_use]
    pub fn knows_season(&self) -> bool {
        self.step.is_some_and(|step| self.history.season(self.minute_of(step)).is_some())
    }

    /// How far ahead it looks, in seconds: the start-up delay in whole steps, and one step.
    #[must_use]
    pub fn lead_seconds(&self) -> f64 {
        self.lead as f64 * self.settings.step_seconds.max(1.0)
    }

    /// What it was made for.
    #[must_use]
    pub fn settings(&self) -> Settings {
        self.settings
    }

    /// How long it has watched, in seconds of steps with a reading.
    #[must_use]
    pub fn seconds_seen(&self) -> f64 {
        self.seen as f64 * self.settings.step_seconds
    }

    /// What to be ready for, as of the latest observation; `None` before the first.
    #[must_use]
    pub fn anticipation(&self) -> Option<Anticipation> {
        self.latest
    }

    /// Notes the demand at an instant and says what to be ready for.
    ///
    /// `at_seconds` may skip steps (they are holes) and is ignored where it does not pass the one before; a demand that is not
    /// finite or negative is a hole. Never NaN, never under the latest demand, never below 0.
    pub fn observe(&mut self, at_seconds: f64, demand: f64) -> Option<Anticipation> {
        let step = floor(at_seconds / self.settings.step_seconds.max(1.0));
        if !at_seconds.is_finite() || self.step.is_some_and(|latest| step <= latest) {
            return self.latest;
        }
        if !(demand.is_finite() && demand >= 0.0) {
            return self.latest;
        }
        let demand = demand.min(LARGEST_DEMAND);
        if self.step.is_some_and(|latest| step - latest > LONGEST_HOLE_STEPS) {
            self.pending.clear();
        }
        self.step = Some(step);
        self.seen += 1;
        self.settle(step, demand);
        self.history.note(self.minute_of(step), demand);
        let anticipation = self.predict(step, demand);
        self.latest = Some(anticipation);
        self.latest
    }

    fn minute_of(&self, step: i64) -> i64 {
        floor(step as f64 * self.settings.step_seconds.max(1.0) / 60.0)
    }

    /// Learns from what was predicted for this step.
    fn settle(&mut self, step: i64, demand: f64) {
        let slot = step.rem_euclid(self.lead as i64 + 1) as usize;
        let Some(pending) = self.pending.get(slot).filter(|pending| pending.step == step) else { return };
        self.service.note(demand, pending.chosen);
        self.predictions.learn(slot, demand);
        let price = self.service.price();
        let mut ratios = pending.predicted;
        ratios.iter_mut().for_each(|predicted| *predicted = (demand + FLOOR) / (*predicted + FLOOR));
        let places = places_of(&ratios);
        self.predictions.note_errors(demand, &pending.predicted);
        let kind = usize::from(pending.is_rise);
        let fade = if pending.is_rise { self.fades.rise_losses } else { self.fades.losses };
        self.seen_usual += f64::from(u8::from(!pending.is_rise));
        let weight = 0.2 / ceil(demand).max(1.0);
        let late = price * demand;
        for (loss, size) in self.losses[kind].iter_mut().zip(&pending.sizes) {
            let cost = size + if demand > size + 1e-6 { late } else { 0.0 };
            *loss = *loss * fade + cost * weight;
        }
        for (model, &cell) in MODELS.iter().zip(&pending.cells) {
            let cell = usize::from(cell);
            let Some(residuals) = self.residuals.get_mut(cell) else { continue };
            residuals.note(places[model.predictor], if model.is_phase() { self.fades.phase } else { self.fades.errors });
            if residuals.is_due() {
                let parent = model.parent_cell().map(|parent| (&self.residuals[parent], BORROWED));
                self.margins[cell] = self.residuals[cell].margin(price, parent);
            }
        }
    }

    /// Predicts the step at the lead, and sizes for it.
    fn predict(&mut self, step: i64, demand: f64) -> Anticipation {
        if self.pending.is_empty() {
            self.pending = vec![Pending::empty(); self.lead + 1];
        }
        let target = step + self.lead as i64;
        let (now, then) = (self.minute_of(step), self.minute_of(target));
        let slot = target.rem_euclid(self.lead as i64 + 1) as usize;
        let (predicted, situation) = self.predictions.predict(slot, demand, now, then, &self.history);
        let best = self.size_all(slot, target, &predicted, &situation);
        let pending = &mut self.pending[slot];
        pending.chosen = pending.sizes[best].max(demand);
        let window = self.sized.len();
        self.sized[step.rem_euclid(window as i64) as usize] = pending.chosen;
        let expected = predicted[MODELS[best].predictor];
        let (low, high) = match self.latest {
            // The band moves slowly; finding it is dear.
            Some(latest) if !self.seen.is_multiple_of(4) => (latest.low, latest.high),
            Some(_) | None => {
                let (low, high) = self.residuals[usize::from(pending.cells[best])].band(0.1);
                let outcome = |ratio: f64| ((expected + FLOOR) * ratio - FLOOR).max(0.0);
                (outcome(low), outcome(high))
            }
        };
        let demand = self.sized.iter().copied().fold(demand, f64::max);
        Anticipation { demand, expected, low, high }
    }

    /// The size that each model would choose; returns the model that has cost least in situations like this.
    fn size_all(&mut self, slot: usize, step: i64, predicted: &[f64; PREDICTORS], situation: &Situation) -> usize {
        let pending = &mut self.pending[slot];
        (pending.step, pending.predicted, pending.is_rise) = (step, *predicted, situation.rise > RISE);
        let places = situation.places();
        for (at, (size, kept)) in pending.sizes.iter_mut().zip(&mut pending.cells).enumerate() {
            let cell = CELLS[at] + usize::from(places[PLACES[at]]);
            *kept = cell as u16;
            *size = (predicted[MODELS[at].predictor] + FLOOR) * f64::from(self.margins[cell]) - FLOOR;
        }
        for size in &mut pending.sizes {
            let wanted = ceil(*size);
            *size = if wanted > 1.0 { wanted } else { 1.0 };
        }
        let [usual, rising] = &self.losses;
        let weight = USUAL_LOSSES_WEIGHT / self.seen_usual.clamp(1.0, LOSSES_HALF_LIFE_SECONDS / self.settings.step_seconds * 1.458);
        let (mut best, mut least) = (0, f64::INFINITY);
        for at in 0..MODELS.len() {
            let loss = if pending.is_rise { rising[at] + usual[at] * weight } else { usual[at] };
            if loss < least {
                (best, least) = (at, loss);
            }
        }
        best
    }
}

/// `number.ceil()` for numbers under 10¹⁵, and 10¹⁵ for larger ones; NaN for NaN. Without SSE 4.1 `f64::ceil` is a call, and a branch here is guessed wrong.
#[inline]
pub(crate) fn ceil(number: f64) -> f64 {
    /// Added and taken away again it leaves whole numbers: 1.5 · 2⁵².
    const WHOLE: f64 = 6_755_399_441_055_744.0;
    let number = if number > 1e15 { 1e15 } else { number };
    let nearest = (number + WHOLE) - WHOLE;
    nearest + if nearest < number { 1.0 } else { 0.0 }
}

/// `number.floor()` as a whole number, for numbers that one can be.
#[inline]
fn floor(number: f64) -> i64 {
    let whole = number as i64;
    whole - i64::from(whole as f64 > number)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SETTINGS: Settings = Settings { step_seconds: 15.0, start_up_seconds: 60.0 };

    /// What a forecaster says after each of these demands.
    fn anticipations(demands: &[f64]) -> Vec<Option<Anticipation>> {
        let mut forecaster = Forecaster::new(SETTINGS);
        demands.iter().enumerate().map(|(step, demand)| forecaster.observe(step as f64 * 15.0, *demand)).collect()
    }

    /// Two days with a daily wave and a burst at the eighth minute of each hour.
    fn wave_with_bursts(steps: usize) -> Vec<f64> {
        let demand = |step: usize| {
            let day = (step as f64 / 5_760.0 * std::f64::consts::TAU).sin();
            let burst = if (step / 4) % 60 == 8 { 20.0 } else { 0.0 };
            10.0 + 5.0 * day + burst
        };
        (0..steps).map(demand).collect()
    }

    #[test]
    fn a_burst_at_the_same_minute_of_every_hour_is_met() {
        let demands = wave_with_bursts(2 * 5_760);
        let sizes: Vec<f64> = anticipations(&demands).iter().map(|said| said.map_or(0.0, |said| said.demand)).collect();
        // Of the second day: what is sized five steps earlier has to hold.
        let late = (5_760..demands.len()).filter(|step| demands[*step] > sizes[step - 5].ceil()).count();
        let bursts = (5_760..demands.len()).filter(|step| (step / 4) % 60 == 8).count();
        assert!(late * 10 < bursts, "{late} late steps, {bursts} steps of bursts");
    }

    #[test]
    fn a_demand_after_an_instant_changes_nothing_before_it() {
        let demands = wave_with_bursts(3_000);
        let mut other = demands.clone();
        other[2_000..].iter_mut().for_each(|demand| *demand *= 7.0);
        assert_eq!(anticipations(&demands)[..2_000], anticipations(&other)[..2_000]);
        assert_ne!(anticipations(&demands)[2_000..], anticipations(&other)[2_000..]);
    }

    #[test]
    fn a_forecaster_read_back_from_json_goes_on_as_before() {
        let demands = wave_with_bursts(2_000);
        let mut one = Forecaster::new(SETTINGS);
        for (step, demand) in demands[..1_500].iter().enumerate() {
            one.observe(step as f64 * 15.0, *demand);
        }
        let written = serde_json::to_string(&one).unwrap();
        let mut other: Forecaster = serde_json::from_str(&written).unwrap();
        for (step, demand) in demands.iter().enumerate().skip(1_500) {
            assert_eq!(one.observe(step as f64 * 15.0, *demand), other.observe(step as f64 * 15.0, *demand), "at step {step}");
        }
    }

    #[test]
    fn time_that_does_not_pass_changes_nothing() {
        let mut forecaster = Forecaster::new(SETTINGS);
        let said = forecaster.observe(1_000.0, 3.0);
        assert_eq!(forecaster.observe(900.0, 50.0), said);
        assert_eq!(forecaster.observe(1_001.0, 50.0), said);
        assert_eq!(forecaster.observe(f64::NAN, 50.0), said);
        assert_eq!(forecaster.observe(1_030.0, f64::NAN), said);
        assert_eq!(forecaster.observe(1_030.0, -1.0), said);
    }

    #[test]
    fn a_constant_demand_needs_next_to_no_margin() {
        let said = anticipations(&[8.0; 2_000]);
        let last = said[1_999].unwrap();
        assert!((8.0..=9.0).contains(&last.demand), "{last:?}");
        assert!(last.low <= 8.0 && 8.0 <= last.high + 0.1, "{last:?}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn what_is_said_is_finite_and_never_under_the_demand(
            steps in prop::collection::vec((0_u16..400, prop_oneof![0.0..50.0, 0.0..1e9, Just(f64::NAN), Just(0.0)]), 1..400)
        ) {
            let mut forecaster = Forecaster::new(SETTINGS);
            let mut at = 0.0;
            for (passed, demand) in steps {
                at += 15.0 * f64::from(passed);
                let before = forecaster.anticipation();
                let Some(said) = forecaster.observe(at, demand) else { continue };
                prop_assert!([said.demand, said.expected, said.low, said.high].iter().all(|value| value.is_finite() && *value >= 0.0));
                prop_assert!(said.low <= said.high);
                if Some(said) != before && demand.is_finite() {
                    prop_assert!(said.demand >= demand.min(LARGEST_DEMAND));
                }
            }
        }
    }
}
