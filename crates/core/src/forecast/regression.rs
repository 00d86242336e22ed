//! Linear regression that learns one sample at a time and forgets: recursive least squares.

use serde::{Deserialize, Serialize};

/// How many features there are.
pub(super) const FEATURES: usize = 9;
/// An error counts at most so much, in log ratio: one burst does not teach everything anew.
const LARGEST_ERROR: f64 = 0.7;
/// The trace of the covariance is kept under this: without new information it would grow for ever.
const LARGEST_TRACE: f64 = 50.0;

/// What is predicted from: log ratios to the level of five minutes.
pub(super) type Features = [f64; FEATURES];

/// Weights of the features and what is known about them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Regression {
    weights: Features,
    covariance: [Features; FEATURES],
}

impl Regression {
    /// Starts from weights that are reasonable anywhere.
    pub(super) fn new(weights: Features) -> Self {
        let covariance = std::array::from_fn(|row| std::array::from_fn(|column| if row == column { 0.5 } else { 0.0 }));
        Self { weights, covariance }
    }

    /// The prediction for these features.
    pub(super) fn predict(&self, features: &Features) -> f64 {
        dot(&self.weights, features)
    }

    /// Learns that `features` were followed by `outcome`; `fade` < 1 is what older samples keep of their weight.
    pub(super) fn learn(&mut self, features: &Features, outcome: f64, fade: f64) {
        let gain: Features = std::array::from_fn(|row| dot(&self.covariance[row], features));
        let scale = 1.0 / (fade + dot(features, &gain));
        let error = (outcome - self.predict(features)).clamp(-LARGEST_ERROR, LARGEST_ERROR);
        let grown = 1.0 / fade;
        let mut trace = 0.0;
        for (row, gained) in gain.iter().enumerate() {
            let share = gained * scale;
            self.weights[row] += share * error;
            for (entry, other) in self.covariance[row].iter_mut().zip(&gain) {
                *entry = (*entry - share * other) * grown;
            }
            trace += self.covariance[row][row];
        }
        if trace > LARGEST_TRACE {
            let shrink = LARGEST_TRACE / trace;
            self.covariance.iter_mut().flatten().for_each(|entry| *entry *= shrink);
        }
    }
}

fn dot(left: &Features, right: &Features) -> f64 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}
