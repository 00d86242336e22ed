//! How wrong a prediction has been: a histogram of observed ÷ predicted that forgets, and the margin that pays best.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// Bins of the histogram. They are narrow around "as predicted" and wide in the tails.
pub(super) const BINS: usize = ROWS * LANES;
/// The histogram is cut into so many stretches, which are walked side by side: that is four times as fast as one after the other.
const LANES: usize = 4;
/// Bins of one stretch.
const ROWS: usize = 19;
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
/// Weights are rescaled when that of one sample has grown to this.
const LARGEST_WEIGHT: f32 = 1e6;

/// One number a bin: a row holds the bins that have the same place in each stretch.
type Histogram = [[f32; LANES]; ROWS];

struct Tables {
    /// Upper edge of each bin as a ratio.
    edges: [f64; BINS],
    /// The same, as the histogram is laid out.
    rows: Histogram,
    /// Place of a ratio's bin in the histogram, by the ratio's leading bits.
    places: Vec<u8>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let edge = |bin: usize| FINE * ((bin as f64 + 0.5 - CENTER) / PER_FOLD).sinh();
    let bin = |ratio: f64| ((ratio.ln() / FINE).asinh() * PER_FOLD + CENTER).round().clamp(0.0, (BINS - 1) as f64) as usize;
    let per_power = 1_usize << MANTISSA_BITS;
    let places = (0..POWERS * per_power).map(|index| {
        let mantissa = 1.0 + ((index % per_power) as f64 + 0.5) / per_power as f64;
        place(bin(mantissa * 2.0_f64.powi(LOWEST_POWER as i32 + (index / per_power) as i32))) as u8
    });
    let edges: [f64; BINS] = std::array::from_fn(|bin| edge(bin).exp());
    Tables { edges, rows: laid_out(|bin| edges[bin] as f32), places: places.collect() }
});

/// Where a bin is in the histogram: bins that have the same place in each stretch are beside one another.
const fn place(bin: usize) -> usize {
    bin % ROWS * LANES + bin / ROWS
}

fn laid_out(number: impl Fn(usize) -> f32) -> Histogram {
    std::array::from_fn(|row| std::array::from_fn(|lane| number(lane * ROWS + row)))
}

/// Looks up the places of the bins of `observed ÷ predicted`; ratios are above 0.
#[inline]
pub(super) fn places_of<const N: usize>(ratios: &[f64; N]) -> [u8; N] {
    let first = ((1023 + LOWEST_POWER) << MANTISSA_BITS) as u64;
    let table = TABLES.places.as_slice();
    let mut places = [0; N];
    for (place, ratio) in places.iter_mut().zip(ratios) {
        let leading = ratio.max(0.0).to_bits() >> (52 - MANTISSA_BITS);
        let index = leading.saturating_sub(first).min((POWERS << MANTISSA_BITS) as u64 - 1);
        *place = table.get(index as usize).copied().unwrap_or(0);
    }
    places
}

/// Observed ÷ predicted of one way to predict in one kind of situation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Residuals {
    /// Weight in each bin; grows with the weight of a sample instead of shrinking the old ones.
    weights: Histogram,
    total: f32,
    /// Weight of the next sample.
    sample: f32,
    count: u32,
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
        Self { weights: laid_out(|bin| (shape[bin] * strength / all) as f32), total: strength as f32, sample: 1.0, count: 0 }
    }

    /// Notes one outcome by its place; older ones keep 1 ÷ `growth` of their weight.
    #[inline]
    pub(super) fn note(&mut self, place: u8, growth: f32) {
        let place = usize::from(place);
        self.weights[place / LANES][place % LANES] += self.sample;
        self.total += self.sample;
        self.sample *= growth;
        self.count = self.count.wrapping_add(1);
        if self.sample > LARGEST_WEIGHT {
            let sample = self.sample;
            self.weights.iter_mut().flatten().for_each(|weight| *weight /= sample);
            self.total /= sample;
            self.sample = 1.0;
        }
    }

    /// Whether the margin should be found anew: at each of the first samples, then at every eighth, later at every sixteenth.
    #[inline]
    pub(super) fn is_due(&self) -> bool {
        self.count < 32 || self.count.is_multiple_of(if self.count < 256 { 8 } else { 16 })
    }

    /// Finds the margin `m` with the least `m + price · E[ratio; ratio > m]`: what is kept, and what is late.
    ///
    /// A newsvendor's rule. `price` is what one late unit of demand costs in units of demand kept for the same time. `parent`
    /// counts as `strength` samples more: a situation that was seldom seen borrows from the usual one.
    pub(super) fn margin(&self, price: f64, parent: Option<(&Self, f64)>) -> f32 {
        let own = 1.0 / self.sample;
        match parent {
            None => pays_best(price as f32 / (self.total * own), |row, lane| self.weights[row][lane] * own),
            Some((parent, strength)) => {
                let strength = strength as f32;
                let lent = strength / parent.total;
                let weight = |row: usize, lane: usize| self.weights[row][lane] * own + parent.weights[row][lane] * lent;
                pays_best(price as f32 / (self.total * own + strength), weight)
            }
        }
    }

    /// Ratios between which all but `outside` of the outcomes lie, half of the rest on either side: the outer edges of their bins.
    pub(super) fn band(&self, outside: f64) -> (f64, f64) {
        let edges = &TABLES.edges;
        let mut below = [0.0; BINS];
        let mut sum = 0.0;
        for (bin, below) in below.iter_mut().enumerate() {
            sum += f64::from(self.weights[bin % ROWS][bin / ROWS]);
            *below = sum;
        }
        let bin = |share: f64| below.partition_point(|below| *below < share * f64::from(self.total)).min(BINS - 1);
        let (low, high) = (bin(outside / 2.0), bin(1.0 - outside / 2.0));
        // The look-up of a bin rounds up by as much as one.
        (edges[low.saturating_sub(2)], edges[high])
    }
}

/// The edge with the least `edge + price · Σ weight · edge` over the bins above it.
///
/// Each stretch is summed from its own top; what lies above it adds the same to all of its edges.
#[inline]
fn pays_best(price: f32, weight: impl Fn(usize, usize) -> f32) -> f32 {
    let (mut late, mut least, mut best) = ([0.0_f32; LANES], [f32::INFINITY; LANES], [0.0_f32; LANES]);
    for (row, edges) in TABLES.rows.iter().enumerate().rev() {
        for lane in 0..LANES {
            let loss = edges[lane] + price * late[lane];
            let is_less = loss < least[lane];
            least[lane] = if is_less { loss } else { least[lane] };
            best[lane] = if is_less { edges[lane] } else { best[lane] };
            late[lane] += weight(row, lane) * edges[lane];
        }
    }
    let (mut above, mut least_of_all, mut best_of_all) = (0.0, f32::INFINITY, 1.0);
    for lane in (0..LANES).rev() {
        let loss = least[lane] + price * above;
        if loss < least_of_all {
            (least_of_all, best_of_all) = (loss, best[lane]);
        }
        above += late[lane];
    }
    best_of_all
}
