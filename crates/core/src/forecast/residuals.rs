//! How wrong a prediction has been: a histogram of observed ÷ predicted that forgets, and the margin that pays best.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// Bins of the histogram. They are narrow around "as predicted" and wide in the tails.
pub(super) const BINS: usize = 76;
/// The bin of "as predicted".
const CENTER: f64 = 30.0;
/// Width of the narrow part, in log ratio.
const FINE: f64 = 0.015;
/// Bins per e-fold of the tails.
const PER_FOLD: f64 = 7.0;
/// Mantissa bits by which a ratio is looked up: steps of 0.4 %.
const MANTISSA_BITS: u32 = 8;
/// Powers of two covered by the look-up: 2⁻² to 2⁸.
const LOWEST_POWER: i64 = -2;
/// How many.
const POWERS: usize = 10;
/// Ratios are rescaled when the weight of one sample has grown to this.
const LARGEST_WEIGHT: f32 = 1e6;

struct Tables {
    /// Upper edge of each bin as a ratio.
    edges: [f64; BINS],
    /// Bin of a ratio by its leading bits.
    bins: Vec<u8>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let edge = |bin: usize| FINE * ((bin as f64 + 0.5 - CENTER) / PER_FOLD).sinh();
    let bin = |ratio: f64| ((ratio.ln() / FINE).asinh() * PER_FOLD + CENTER).round().clamp(0.0, (BINS - 1) as f64) as u8;
    let per_power = 1_usize << MANTISSA_BITS;
    let bins = (0..POWERS * per_power).map(|index| {
        let mantissa = 1.0 + ((index % per_power) as f64 + 0.5) / per_power as f64;
        bin(mantissa * 2.0_f64.powi(LOWEST_POWER as i32 + (index / per_power) as i32))
    });
    Tables { edges: std::array::from_fn(|bin| edge(bin).exp()), bins: bins.collect() }
});

/// The bin of `observed ÷ predicted`; both above 0.
pub(super) fn bin_of(ratio: f64) -> usize {
    let first = ((1023 + LOWEST_POWER) << MANTISSA_BITS) as u64;
    let leading = ratio.max(0.0).to_bits() >> (52 - MANTISSA_BITS);
    let index = leading.saturating_sub(first).min((POWERS << MANTISSA_BITS) as u64 - 1);
    TABLES.bins.get(index as usize).map_or(0, |bin| usize::from(*bin))
}

/// Observed ÷ predicted of one way to predict in one kind of situation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Residuals {
    /// Weight in each bin; grows with the weight of a sample instead of shrinking the old ones.
    weights: Vec<f32>,
    total: f32,
    /// Weight of the next sample.
    sample: f32,
    count: u32,
    /// The margin that pays best, as a factor on the prediction.
    margin: f64,
}

impl Residuals {
    /// A heavy-tailed guess of `scale` (in log ratio) that counts as `strength` samples.
    pub(super) fn presumed(scale: f64, strength: f64) -> Self {
        let edges = &TABLES.edges;
        let density = |bin: usize| {
            let deviation = (edges[bin].ln() / scale).abs();
            (edges[bin].ln() - edges[bin - 1].ln()) / (1.0 + deviation.powi(4))
        };
        let shape: Vec<f64> = (0..BINS).map(|bin| if bin == 0 || bin == BINS - 1 { 0.0 } else { density(bin) }).collect();
        let all: f64 = shape.iter().sum();
        let weights = shape.iter().map(|share| (share * strength / all) as f32).collect();
        Self { weights, total: strength as f32, sample: 1.0, count: 0, margin: 1.0 }
    }

    /// Notes one outcome; `fade` < 1 is what older ones keep of their weight.
    pub(super) fn note(&mut self, bin: usize, fade: f64) {
        self.weights[bin] += self.sample;
        self.total += self.sample;
        self.sample /= fade as f32;
        self.count = self.count.wrapping_add(1);
        if self.sample > LARGEST_WEIGHT {
            let sample = self.sample;
            self.weights.iter_mut().for_each(|weight| *weight /= sample);
            self.total /= sample;
            self.sample = 1.0;
        }
    }

    /// Whether the margin should be found anew: at each of the first samples, later at every eighth.
    pub(super) fn is_due(&self) -> bool {
        self.count < 32 || self.count.is_multiple_of(8)
    }

    /// The margin that pays best.
    pub(super) fn margin(&self) -> f64 {
        self.margin
    }

    /// Finds the margin `m` with the least `m + price · E[ratio; ratio > m]`: what is kept, and what is late.
    ///
    /// A newsvendor's rule. `price` is what one late unit of demand costs in units of demand kept for the same time. `parent`
    /// counts as `strength` samples more: a situation that was seldom seen borrows from the usual one.
    pub(super) fn settle(&mut self, price: f64, parent: Option<(&Self, f64)>) {
        let own = f64::from(1.0 / self.sample);
        let (lent, strength) = parent.map_or((0.0, 0.0), |(parent, strength)| (strength / f64::from(parent.total), strength));
        let all = f64::from(self.total) * own + strength;
        let edges = &TABLES.edges;
        let (mut least, mut best, mut late) = (f64::INFINITY, BINS - 1, 0.0);
        for bin in (0..BINS).rev() {
            let loss = edges[bin] + price * late / all;
            if loss < least {
                (least, best) = (loss, bin);
            }
            let mut weight = f64::from(self.weights[bin]) * own;
            if let Some((parent, _)) = parent {
                weight += f64::from(parent.weights[bin]) * lent;
            }
            late += weight * edges[bin];
        }
        self.margin = edges[best];
    }

    /// Ratios between which all but `outside` of the outcomes lie, half of the rest on either side: the outer edges of their bins.
    pub(super) fn band(&self, outside: f64) -> (f64, f64) {
        let edges = &TABLES.edges;
        let bin = |share: f64| {
            let wanted = share * f64::from(self.total);
            let mut below = 0.0;
            let reached = self.weights.iter().position(|weight| {
                below += f64::from(*weight);
                below >= wanted
            });
            reached.unwrap_or(BINS - 1)
        };
        let (low, high) = (bin(outside / 2.0), bin(1.0 - outside / 2.0));
        // The look-up of a bin rounds up by as much as one.
        (edges[low.saturating_sub(2)], edges[high])
    }
}
