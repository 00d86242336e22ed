//! Randomness from a seed, the same on every platform and in every language.

use std::f64::consts::PI;

/// One SplitMix64 draw for the state `x`.
#[must_use]
pub fn splitmix64(x: u64) -> u64 {
    let mut z = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The `draw`-th uniform number of a seed, in (0, 1).
#[must_use]
pub fn uniform(seed: u64, draw: u64) -> f64 {
    let bits = splitmix64((seed << 32).wrapping_add(draw)) >> 11;
    (bits as f64 + 0.5) / (1_u64 << 53) as f64
}

/// A standard normal for one tick: Box–Muller on two SplitMix64 draws.
#[must_use]
pub fn gauss(seed: u64, tick: u64) -> f64 {
    let (radius, angle) = (uniform(seed, 2 * tick), uniform(seed, 2 * tick + 1));
    (-2.0 * radius.ln()).sqrt() * (2.0 * PI * angle).cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_those_of_the_published_generator() {
        // The first three outputs of SplitMix64 from state 0 (Vigna's reference).
        let published = [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F];
        let golden_ratio = 0x9E37_79B9_7F4A_7C15_u64;
        for (index, output) in (0_u64..).zip(published) {
            assert_eq!(splitmix64(golden_ratio.wrapping_mul(index)), output);
        }
    }

    #[test]
    fn normals_have_mean_zero_and_variance_one() {
        let draws: Vec<f64> = (0..100_000).map(|tick| gauss(7, tick)).collect();
        let mean = draws.iter().sum::<f64>() / 1e5;
        let variance = draws.iter().map(|draw| (draw - mean).powi(2)).sum::<f64>() / 1e5;
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.02, "mean {mean}, variance {variance}");
    }
}
