//! Headroom's own predictive scaling against the plant: the same [`Forecaster`] that runs live.

use super::{Autoscaler, MAX_INSTANCES, OBJECTIVE_SECONDS, Seen, TICK_SECONDS, Workload};
use crate::forecast::capacity::{Capacity, IdleTime, utilization_limit};
use crate::forecast::{Forecaster, Settings};

/// Ticks between two looks at how full an instance may be.
const TICKS_PER_LIMIT: usize = 240;

/// `policyType: predictive` as it comes out of the box.
///
/// It is told the objective and how long starting takes; what one instance carries it learns from the readings.
#[derive(Debug, Clone)]
pub struct Predictive {
    forecaster: Forecaster,
    capacity: Capacity,
    idle: IdleTime,
    limit: f64,
    nominal: f64,
}

impl Predictive {
    /// One that has seen nothing.
    #[must_use]
    pub fn new(workload: &Workload) -> Self {
        let settings = Settings { step_seconds: TICK_SECONDS, start_up_seconds: workload.delay_ticks() as f64 * TICK_SECONDS };
        Self {
            forecaster: Forecaster::new(settings),
            capacity: Capacity::default(),
            idle: IdleTime::default(),
            limit: utilization_limit(None, None),
            // The plant's own, by which it makes response times of utilization; the policy sees only those.
            nominal: workload.capacity(),
        }
    }
}

impl Autoscaler for Predictive {
    fn decide(&mut self, seen: &Seen) -> u32 {
        if seen.backlog_seconds == 0.0 {
            self.capacity.learn(seen.rate, seen.measured_ready, seen.utilization);
        }
        if seen.tick.is_multiple_of(TICKS_PER_LIMIT) || self.idle.seconds().is_none() {
            self.idle.learn(seen.response_seconds(self.nominal), seen.utilization);
            self.limit = utilization_limit(Some(OBJECTIVE_SECONDS), self.idle.seconds());
        }
        let Some(demand) = self.capacity.demand(seen.rate, self.limit) else {
            // Nothing is known yet: idle or saturated since the start.
            return if seen.utilization < 0.9 { seen.total() } else { seen.total().saturating_mul(2) };
        };
        let at = seen.measured_tick as f64 * TICK_SECONDS;
        let anticipation = self.forecaster.observe(at, demand);
        anticipation.map_or(seen.total(), |anticipation| (anticipation.demand - 1e-9).ceil().clamp(1.0, f64::from(MAX_INSTANCES)) as u32)
    }
}
