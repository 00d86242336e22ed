//! What would have happened: a closed loop of demand, plant, readings, decision and instances.
//!
//! A [`Trace`] becomes a [`Workload`]; [`run`] plays an [`Autoscaler`] against it on one of two plants and returns [`Scores`].
//! Version 1 is exact and simple: equal instances, readings one tick old. Version 2 is stress: uneven instances, late and missing
//! readings, draining, start-up times that vary. The other autoscalers of the field, which Headroom is compared with, are in
//! [`baselines`], [`kubernetes`] and [`keda`]. [`Live`] is any policy under the very judgement that runs live; [`backtest`] plays one
//! over what was recorded of a deployment.
//!
//! Nothing here knows the time of day or draws randomness of its own: everything random comes from the workload's seed.

use std::sync::LazyLock;

mod backtest;
pub mod baselines;
pub mod keda;
pub mod kubernetes;
mod live;
pub mod noise;
mod plant;
mod scores;
mod stress;
mod trace;
mod workload;

pub use backtest::{Backtest, BacktestSetup, GuardPlay, Look, MemoryUse, NoDemand, RecordedDemand, backtest, backtest_guarded};
pub use live::{Live, benchmark_policy};
pub use plant::{Recorded, run, run_recorded};
pub use scores::Scores;
pub use stress::run_stressed;
pub use trace::{DEMAND_COLUMN, MAX_RATE, MAX_TICKS, TIME_COLUMN, Trace, TraceError};
pub use workload::{Plant, Setup, Size, Workload};

/// Seconds of one simulated tick.
pub const TICK_SECONDS: f64 = 15.0;
/// The most instances that any policy gets on the benchmark's plant.
pub const MAX_INSTANCES: u32 = 400;
/// Seconds to serve one request on an idle instance.
pub const SERVICE_SECONDS: f64 = 0.1;
/// The simulated objective: requests answered later are violations.
pub const OBJECTIVE_SECONDS: f64 = 0.3;
/// Utilization at which the response time reaches the objective; what the oracle fills instances to.
pub const UTILIZATION_LIMIT: f64 = 0.9;
/// Servers in one instance, in the response-time curve.
const WORKERS: f64 = 4.0;
/// Seconds of work that may queue before requests are dropped.
const QUEUE_SECONDS: f64 = 10.0;
/// Utilization up to which the response-time curve is followed.
const CURVE_END: f64 = 0.995;

/// What a policy sees at a tick. Everything measured is from an earlier tick.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seen {
    /// Which tick it is.
    pub tick: usize,
    /// The tick that the measured values are of; the tick before on plant 1.
    pub measured_tick: usize,
    /// Instances that serve, now.
    pub ready: u32,
    /// Instances on their way, now.
    pub starting: u32,
    /// Instances that served when it was measured.
    pub measured_ready: u32,
    /// Share of the serving instances' capacity in use.
    pub utilization: f64,
    /// Arrivals, requests per second.
    pub rate: f64,
    /// Seconds of work that waited at the end of the measured tick, as response time beyond the curve.
    pub backlog_seconds: f64,
    /// Share of requests dropped.
    pub errors: f64,
}

impl Seen {
    /// Ready and starting.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.ready + self.starting
    }

    /// Mean response time in seconds: the curve at arrivals ÷ `capacity` of the serving instances, and what waited before.
    #[must_use]
    pub fn response_seconds(&self, capacity: f64) -> f64 {
        curve(self.offered(capacity)) + self.backlog_seconds
    }

    /// Arrivals ÷ what the serving instances carry.
    fn offered(&self, capacity: f64) -> f64 {
        self.rate / (f64::from(self.measured_ready.max(1)) * capacity)
    }
}

/// Something that says how many instances there should be.
pub trait Autoscaler {
    /// The wanted count for this tick; the plant bounds it to 1…[`MAX_INSTANCES`].
    fn decide(&mut self, seen: &Seen) -> u32;

    /// A tick without a reading. Keeps what there is unless the policy knows better.
    fn decide_blind(&mut self, _tick: usize, ready: u32, starting: u32) -> u32 {
        ready + starting
    }
}

/// Response time at a utilization without backlog: Sakasegawa's approximation for M/M/4,
/// `S·(1 + ρ^(√(2(m+1)) − 1) / (m·(1 − ρ)))`, with ρ held at 0.995.
#[must_use]
pub fn curve(utilization: f64) -> f64 {
    let rho = utilization.min(CURVE_END);
    SERVICE_SECONDS * (1.0 + rho.powf(exponent()) / (WORKERS * (1.0 - rho)))
}

/// [`curve`] ÷ [`SERVICE_SECONDS`] by a table, for readings: right to 2 · 10⁻⁵, and several times cheaper than a power.
fn slowdown(utilization: f64) -> f64 {
    let rho = utilization.clamp(0.0, CURVE_END);
    let at = rho * (POWERS.len() - 2) as f64;
    let below = at as usize;
    let power = POWERS[below] + (POWERS[below + 1] - POWERS[below]) * (at - below as f64);
    1.0 + power / (WORKERS * (1.0 - rho))
}

/// ρ to the power of the curve, in even steps from 0 to 1, and one to spare.
static POWERS: LazyLock<[f64; 1_026]> = LazyLock::new(|| std::array::from_fn(|at| (at as f64 / 1_024.0).powf(exponent())));

fn exponent() -> f64 {
    (2.0 * (WORKERS + 1.0)).sqrt() - 1.0
}

#[cfg(test)]
mod tests;
