//! What late demand is worth: the price that the margins are found with.

use serde::{Deserialize, Serialize};

/// What one late request costs, in instance-steps that could serve it, at a lead of [`USUAL_LEAD_SECONDS`].
///
/// The trade between cost and lateness on public traces: at 14 about half a percent of the requests of an ordinary service is late.
const PRICE: f64 = 14.0;
/// The lead at which [`PRICE`] holds. It falls with the root of the lead: being early costs more, the longer it takes to be.
const USUAL_LEAD_SECONDS: f64 = 75.0;
/// The share of late requests that is meant; where more are late the price rises, where fewer, it falls.
const GOAL: f64 = 0.01;
/// The price follows lateness by this power, within [`PRICE_RANGE`].
const FOLLOWING: f64 = 1.5;
/// See [`FOLLOWING`].
const PRICE_RANGE: (f64, f64) = (0.4, 2.4);
/// The price follows instances paid for per demand by this power: where a service is idle most of the time, a late request is a
/// larger share of all.
const IDLENESS: f64 = 0.1;
/// Largest idleness that counts.
const LARGEST_IDLENESS: f64 = 20.0;
/// Half-life-like memory of lateness and of idleness.
const LATENESS_SECONDS: f64 = 72.0 * 3_600.0;
/// See [`LATENESS_SECONDS`].
const IDLENESS_SECONDS: f64 = 48.0 * 3_600.0;
/// Steps between two looks at the price.
const STEPS_PER_PRICE: u32 = 8;

/// How a deployment has been served, and the price of lateness that follows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Service {
    usual_price: f64,
    late: f64,
    demand: f64,
    needed: f64,
    demanded: f64,
    gains: (f64, f64),
    /// Needs of the last steps, a ring as long as the lead: started in time, the largest of them has to run.
    needs: Vec<u32>,
    steps: u32,
    price: f64,
}

impl Service {
    pub(super) fn new(step_seconds: f64, lead: usize) -> Self {
        let usual_price = PRICE * (USUAL_LEAD_SECONDS / (lead as f64 * step_seconds).max(USUAL_LEAD_SECONDS)).sqrt();
        // As if 0.7 of the goal had been late of five units of demand.
        Self {
            usual_price,
            late: 5.0 * 0.7 * GOAL,
            demand: 5.0,
            needed: 1.0,
            demanded: 1.0,
            gains: (step_seconds / LATENESS_SECONDS, step_seconds / IDLENESS_SECONDS),
            needs: vec![1; lead],
            steps: 0,
            price: usual_price * 0.7_f64.powf(FOLLOWING),
        }
    }

    /// The same at another lead.
    pub(super) fn retimed(self, step_seconds: f64, lead: usize) -> Self {
        let fresh = Self::new(step_seconds, lead);
        let needs = vec![self.needs.iter().copied().max().unwrap_or(1); lead];
        Self { usual_price: fresh.usual_price, needs, ..self }
    }

    /// Notes one step's demand and what was chosen for it.
    pub(super) fn note(&mut self, demand: f64, chosen: f64) {
        let (lateness, idleness) = self.gains;
        self.late += (if demand > chosen + 1e-6 { demand } else { 0.0 } - self.late) * lateness;
        self.demand += (demand - self.demand) * lateness;
        let length = self.needs.len();
        self.needs[self.steps as usize % length] = demand.ceil().max(1.0) as u32;
        self.steps = self.steps.wrapping_add(1);
        if self.steps.is_multiple_of(STEPS_PER_PRICE) {
            let gain = idleness * f64::from(STEPS_PER_PRICE);
            let needed = self.needs.iter().copied().max().map_or(1.0, f64::from);
            self.needed += (needed - self.needed) * gain;
            self.demanded += (demand - self.demanded) * gain;
            let idle = (self.needed / self.demanded.max(1e-9)).powf(IDLENESS).clamp(1.0, LARGEST_IDLENESS);
            let late = (self.late / self.demand.max(1e-9) / GOAL).powf(FOLLOWING).clamp(PRICE_RANGE.0, PRICE_RANGE.1);
            self.price = self.usual_price * idle * late;
        }
    }

    /// What one late unit of demand costs in units of capacity kept.
    pub(super) fn price(&self) -> f64 {
        self.price
    }
}
