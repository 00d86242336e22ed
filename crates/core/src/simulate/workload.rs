//! What a plant has to serve: arrivals per tick, the instances they need, and the size of an instance.

use super::noise::gauss;
use super::plant::on_time_utilization;
use super::trace::{Trace, TraceError};
use super::{MAX_INSTANCES, OBJECTIVE_SECONDS, SERVICE_SECONDS, TICK_SECONDS, UTILIZATION_LIMIT};

/// Seconds of a day.
const DAY_SECONDS: f64 = 86_400.0;
/// The share of ticks whose demand an instance count is chosen for.
const CAPACITY_PERCENTILE: f64 = 99.9;
/// Requests per second of one fully used instance, by which the noise of arrivals is scaled.
const NOISE_RATE: f64 = 50.0;
/// An objective that an idle instance hardly meets is planned for as if it met it at this use.
const LEAST_LIMIT: f64 = 0.1;
/// Taken off before rounding up: in floats a whole number of instances may come out a hair above it.
const CEIL_SLACK: f64 = 1e-9;

/// How a trace becomes a workload.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Setup {
    /// How big an instance is.
    pub size: Size,
    /// Seconds until a started instance is ready; not negative.
    pub delay_seconds: f64,
    /// Of the noise; 0 is none.
    pub seed: u64,
    /// At most so many days of the trace are used.
    pub days: f64,
}

impl Default for Setup {
    fn default() -> Self {
        Self { size: Size::Instances(40.0), delay_seconds: 60.0, seed: 1, days: 10.0 }
    }
}

/// What the simulated instances and ticks are like; `Default` is the benchmark's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plant {
    /// Seconds of one tick; above 0.
    pub tick_seconds: f64,
    /// Seconds to serve one request on an idle instance; above 0.
    pub service_seconds: f64,
    /// Requests answered later than so many seconds are violations.
    pub objective_seconds: f64,
    /// Utilization at which the response time reaches the objective.
    pub utilization_limit: f64,
    /// Never fewer, whatever is wanted.
    pub least: u32,
    /// Never more.
    pub most: u32,
}

impl Default for Plant {
    fn default() -> Self {
        Self {
            tick_seconds: TICK_SECONDS,
            service_seconds: SERVICE_SECONDS,
            objective_seconds: OBJECTIVE_SECONDS,
            utilization_limit: UTILIZATION_LIMIT,
            least: 1,
            most: MAX_INSTANCES,
        }
    }
}

/// How big an instance is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Size {
    /// Such that the 99.9th percentile of the demand needs this many at the utilization limit.
    Instances(f64),
    /// Requests per second that one instance carries at 100 %.
    Capacity(f64),
}

/// A demand made ready to be simulated, shared by all policies that are compared on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Workload {
    /// Requests per second in each tick, noise included.
    pub(super) arrivals: Vec<f64>,
    /// The fewest instances that meet the objective in each tick.
    pub(super) need: Vec<u32>,
    /// Requests per second that one instance carries at 100 %.
    pub(super) capacity: f64,
    /// Ticks from order to readiness.
    pub(super) delay_ticks: usize,
    /// Ticks at the start that are not scored.
    pub(super) warm_up: usize,
    /// Of everything random.
    pub(super) seed: u64,
    /// What instances and ticks are like.
    pub(super) plant: Plant,
}

impl Workload {
    /// Resamples, sizes the instance, adds noise.
    ///
    /// # Errors
    /// [`TraceError::NoDemand`] where the demand is 0 in 99.9 % of the ticks, [`TraceError::TooShort`] for fewer than two ticks.
    pub fn new(trace: &Trace, setup: &Setup) -> Result<Self, TraceError> {
        let limit = (setup.days * DAY_SECONDS / TICK_SECONDS).clamp(0.0, super::trace::MAX_TICKS as f64) as usize;
        let mut arrivals = trace.ticks(limit);
        if arrivals.len() < 2 {
            return Err(TraceError::TooShort);
        }
        let capacity = match setup.size {
            Size::Instances(instances) => percentile(&arrivals, CAPACITY_PERCENTILE) / instances / UTILIZATION_LIMIT,
            Size::Capacity(capacity) => capacity,
        };
        if !(capacity.is_finite() && capacity > 0.0) || arrivals.iter().all(|rate| *rate == 0.0) {
            return Err(TraceError::NoDemand);
        }
        if setup.seed != 0 {
            for (tick, rate) in arrivals.iter_mut().enumerate() {
                let deviation = 1.0 / (*rate / capacity * NOISE_RATE * TICK_SECONDS).max(1.0).sqrt();
                *rate = (*rate * (1.0 + gauss(setup.seed, tick as u64) * deviation)).max(0.0);
            }
        }
        let need = arrivals.iter().map(|rate| needed(*rate, UTILIZATION_LIMIT * capacity, u32::MAX)).collect();
        let long = arrivals.len() as f64 > 2.5 * DAY_SECONDS / TICK_SECONDS;
        Ok(Self {
            arrivals,
            need,
            capacity,
            delay_ticks: (setup.delay_seconds / TICK_SECONDS).ceil() as usize,
            warm_up: if long { (DAY_SECONDS / TICK_SECONDS) as usize } else { 0 },
            seed: setup.seed,
            plant: Plant::default(),
        })
    }

    /// A demand that is ready to be played: requests per second in each tick, without noise or warm-up.
    pub(super) fn recorded(arrivals: Vec<f64>, capacity: f64, delay_seconds: f64, plant: Plant) -> Self {
        let need = arrivals.iter().map(|rate| needed(*rate, plant.utilization_limit * capacity, plant.most));
        Self {
            need: need.collect(),
            arrivals,
            capacity,
            delay_ticks: (delay_seconds / plant.tick_seconds).ceil() as usize,
            warm_up: 0,
            seed: 0,
            plant,
        }
    }

    /// The same demand, scored from a tick on: policies play what is before it too, and may learn from it.
    #[must_use]
    pub fn scored_from(&self, tick: usize) -> Self {
        Self { warm_up: tick, ..self.clone() }
    }

    /// Its first `ticks`, at least two: what a policy knows that never saw the others.
    #[must_use]
    pub fn first(&self, ticks: usize) -> Self {
        let ticks = ticks.clamp(2.min(self.arrivals.len()), self.arrivals.len());
        let (arrivals, need) = (self.arrivals[..ticks].to_vec(), self.need[..ticks].to_vec());
        Self { arrivals, need, warm_up: self.warm_up.min(ticks - 1), ..self.clone() }
    }

    /// The same demand under another objective, in seconds: what is late, and how many instances are needed, follow it.
    #[must_use]
    pub fn with_objective(self, objective_seconds: f64) -> Self {
        let mut plant = Plant { objective_seconds, ..self.plant };
        plant.utilization_limit = on_time_utilization(&plant).max(LEAST_LIMIT);
        let need = self.arrivals.iter().map(|rate| needed(*rate, plant.utilization_limit * self.capacity, plant.most)).collect();
        Self { need, plant, ..self }
    }

    /// The first tick that is scored.
    #[must_use]
    pub fn warm_up(&self) -> usize {
        self.warm_up
    }

    /// What instances and ticks are like.
    #[must_use]
    pub fn plant(&self) -> &Plant {
        &self.plant
    }

    /// How many ticks there are.
    #[must_use]
    pub fn ticks(&self) -> usize {
        self.arrivals.len()
    }

    /// Requests per second that one instance carries at 100 %.
    #[must_use]
    pub fn capacity(&self) -> f64 {
        self.capacity
    }

    /// Ticks from an order to readiness.
    #[must_use]
    pub fn delay_ticks(&self) -> usize {
        self.delay_ticks
    }

    /// Requests per second in each tick, noise included.
    #[must_use]
    pub fn arrivals(&self) -> &[f64] {
        &self.arrivals
    }

    /// The largest need from each tick to `delay_ticks` later: what one who knows the future orders.
    #[must_use]
    pub fn needed_in_time(&self) -> Vec<u32> {
        let mut largest = vec![0; self.need.len()];
        // Indices of the window, needs falling from front to back.
        let mut window = std::collections::VecDeque::new();
        for tick in (0..self.need.len()).rev() {
            while window.back().is_some_and(|&later: &usize| self.need[later] <= self.need[tick]) {
                window.pop_back();
            }
            window.push_back(tick);
            while window.front().is_some_and(|&later| later > tick + self.delay_ticks) {
                window.pop_front();
            }
            largest[tick] = window.front().map_or(0, |&later| self.need[later]);
        }
        largest
    }

    /// Instances for the largest tick of all.
    #[must_use]
    pub fn peak(&self) -> u32 {
        let largest = self.arrivals.iter().copied().fold(0.0, f64::max);
        ((largest / (UTILIZATION_LIMIT * self.capacity)).ceil() as u32).clamp(1, MAX_INSTANCES)
    }
}

/// Instances for a demand of which one instance is to carry `per_instance`, 1 to `most`.
pub(super) fn needed(demand: f64, per_instance: f64, most: u32) -> u32 {
    ((demand / per_instance - CEIL_SLACK).ceil() as u32).clamp(1, most.max(1))
}

/// Linear interpolation between the two nearest ranks, as numpy's default. `values` is not empty.
fn percentile(values: &[f64], percent: f64) -> f64 {
    let mut values = values.to_vec();
    let rank = percent / 100.0 * (values.len() - 1) as f64;
    let below = rank.floor() as usize;
    let share = rank - below as f64;
    let (_, lower, rest) = values.select_nth_unstable_by(below, f64::total_cmp);
    let lower = *lower;
    let upper = rest.iter().copied().reduce(f64::min).unwrap_or(lower);
    if share >= 0.5 { upper - (upper - lower) * (1.0 - share) } else { lower + (upper - lower) * share }
}
