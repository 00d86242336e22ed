//! What one instance serves within its objective, learned from what is measured.

use serde::{Deserialize, Serialize};

/// Use of an instance above which its rate says nothing about its capacity: it may be saturated.
pub(crate) const SATURATED: f64 = 0.97;
/// Use below which measurement noise dominates.
const IDLE: f64 = 0.05;
/// The same while nothing is known: a rough figure is better than none.
const FIRST_IDLE: f64 = 1e-4;
/// Servers presumed in one instance, in the response-time curve.
const WORKERS: f64 = 4.0;
/// Where the objective is not known or cannot be met, instances are filled to this.
const USUAL_LIMIT: f64 = 0.8;
/// Never filled beyond.
const LARGEST_LIMIT: f64 = 0.95;
/// Never filled less: an objective under twice the idle time is about the code, not about instances.
const SMALLEST_LIMIT: f64 = 0.3;
/// Weight of the newest reading once many were seen.
const NEWEST: f64 = 0.02;

/// Requests per second that an instance carries, and how full it may be.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Capacity {
    rate: f64,
    readings: u32,
}

impl Capacity {
    /// Learns from one reading: requests per second over all, ready instances, their mean use as a share.
    ///
    /// Readings that say nothing (idle, saturated, not finite) are left out.
    pub fn learn(&mut self, rate: f64, ready: u32, utilization: f64) {
        let able = rate / (f64::from(ready) * utilization);
        let least = if self.readings == 0 { FIRST_IDLE } else { IDLE };
        if !(least..SATURATED).contains(&utilization) || !able.is_finite() || able <= 0.0 {
            return;
        }
        self.readings = self.readings.saturating_add(1);
        self.rate += (able - self.rate) * NEWEST.max(1.0 / f64::from(self.readings));
    }

    /// Requests per second that one instance carries when it is full; `None` before the first useful reading.
    #[must_use]
    pub fn per_instance(&self) -> Option<f64> {
        (self.readings > 0).then_some(self.rate)
    }

    /// Demand in instances filled to `limit`; `None` before the first useful reading.
    #[must_use]
    pub fn demand(&self, rate: f64, limit: f64) -> Option<f64> {
        self.per_instance().map(|per_instance| rate / (per_instance * limit))
    }
}

/// The use at which the response time reaches `objective`, both times in the same unit, from what it is when idle.
///
/// Sakasegawa's approximation for four servers: `idle · (1 + ρ^(√10 − 1) / (4 (1 − ρ)))`, by bisection. At three times the idle
/// time that is 0.90. An unknown or unreachable objective gives 0.8.
#[must_use]
pub fn utilization_limit(objective: Option<f64>, idle: Option<f64>) -> f64 {
    let (Some(objective), Some(idle)) = (objective, idle) else { return USUAL_LIMIT };
    if !(objective > idle && idle > 0.0) {
        return USUAL_LIMIT;
    }
    let power = (2.0 * (WORKERS + 1.0)).sqrt() - 1.0;
    let (mut met, mut missed) = (0.0, 1.0);
    for _ in 0..40 {
        let middle = f64::midpoint(met, missed);
        if 1.0 + middle.powf(power) / (WORKERS * (1.0 - middle)) > objective / idle {
            missed = middle;
        } else {
            met = middle;
        }
    }
    met.clamp(SMALLEST_LIMIT, LARGEST_LIMIT)
}

/// Learns the idle response time: what is left of a response time when the queue's part is taken off.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IdleTime {
    seconds: f64,
    readings: u32,
}

impl IdleTime {
    /// Learns from one reading at a use of at most 70 %; others are left out.
    pub fn learn(&mut self, response_seconds: f64, utilization: f64) {
        let is_useful = response_seconds.is_finite() && response_seconds > 0.0 && (0.0..=0.7).contains(&utilization);
        if !is_useful {
            return;
        }
        let power = (2.0 * (WORKERS + 1.0)).sqrt() - 1.0;
        let idle = response_seconds / (1.0 + utilization.powf(power) / (WORKERS * (1.0 - utilization)));
        self.readings = self.readings.saturating_add(1);
        self.seconds += (idle - self.seconds) * NEWEST.max(1.0 / f64::from(self.readings));
    }

    /// Seconds to serve one request on an idle instance; `None` before the first useful reading.
    #[must_use]
    pub fn seconds(&self) -> Option<f64> {
        (self.readings > 0).then_some(self.seconds)
    }
}
