//! The autoscalers that Headroom is compared with, in the simple form in which they are usually simulated.
//!
//! Settings are their makers' defaults. The Kubernetes HPA with all its special cases is in [`super::kubernetes`].

use super::{Autoscaler, Seen, TICK_SECONDS, Workload};

/// Ticks in the HPA's scale-down window of 300 s.
const WINDOW_TICKS: usize = 20;
/// Relative distance from the target in which the HPA does nothing.
const TOLERANCE: f64 = 0.1;

/// The latest values, a fixed number of them.
#[derive(Debug, Clone)]
struct Latest<const N: usize> {
    values: [f64; N],
    count: usize,
}

impl<const N: usize> Latest<N> {
    const fn new() -> Self {
        Self { values: [0.0; N], count: 0 }
    }

    fn push(&mut self, value: f64) {
        self.values[self.count % N] = value;
        self.count += 1;
    }

    /// Mean of those there are, oldest first, as the order of additions decides the last bit.
    fn mean(&self) -> f64 {
        let held = self.count.min(N);
        let sum: f64 = (self.count - held..self.count).map(|at| self.values[at % N]).sum();
        sum / held as f64
    }

    fn max(&self) -> f64 {
        let held = self.count.min(N);
        self.values[..held].iter().copied().fold(f64::NEG_INFINITY, f64::max)
    }
}

/// As many as the largest tick needs, always.
#[derive(Debug, Clone)]
pub struct Static {
    peak: u32,
}

impl Static {
    /// Knows the whole workload.
    #[must_use]
    pub fn new(workload: &Workload) -> Self {
        Self { peak: workload.peak() }
    }
}

impl Autoscaler for Static {
    fn decide(&mut self, _: &Seen) -> u32 {
        self.peak
    }
}

/// Knows the future: the fewest instances that meet the objective, started in time. What cost is measured against.
#[derive(Debug, Clone)]
pub struct Oracle {
    needed: Vec<u32>,
}

impl Oracle {
    /// Knows the whole workload.
    #[must_use]
    pub fn new(workload: &Workload) -> Self {
        Self { needed: workload.needed_in_time() }
    }
}

impl Autoscaler for Oracle {
    fn decide(&mut self, seen: &Seen) -> u32 {
        self.needed[seen.tick]
    }
}

/// The HPA's brakes: at most ×2 or +4 a tick up, the largest wish of 300 s down.
#[derive(Debug, Clone)]
struct Brakes {
    wishes: Latest<WINDOW_TICKS>,
}

impl Brakes {
    const fn new() -> Self {
        Self { wishes: Latest::new() }
    }

    fn apply(&mut self, want: f64, total: u32) -> u32 {
        let total = f64::from(total);
        let want = want.min((2.0 * total).max(total + 4.0));
        self.wishes.push(want);
        (if want < total { self.wishes.max() } else { want }) as u32
    }
}

/// Kubernetes HPA on CPU: tolerance 0.1, starting pods count 0 on the way up, ×2 or +4 per 15 s, 300 s window down.
#[derive(Debug, Clone)]
pub struct Hpa {
    target_value: f64,
    utilization: Latest<2>,
    brakes: Brakes,
}

impl Hpa {
    /// With a target utilization, 0.7 for 70 %.
    #[must_use]
    pub const fn new(target_value: f64) -> Self {
        Self { target_value, utilization: Latest::new(), brakes: Brakes::new() }
    }
}

impl Autoscaler for Hpa {
    fn decide(&mut self, seen: &Seen) -> u32 {
        self.utilization.push(seen.utilization);
        let mean = self.utilization.mean();
        let (ready, total) = (f64::from(seen.ready), f64::from(seen.total()));
        let ratio = mean / self.target_value;
        let want = if (ratio - 1.0).abs() <= TOLERANCE {
            total
        } else if ratio > 1.0 && seen.starting > 0 {
            let ratio = mean * ready / (self.target_value * total);
            if ratio <= 1.0 + TOLERANCE { total } else { (ratio * total).ceil() }
        } else {
            (ratio * ready).ceil()
        };
        self.brakes.apply(want, seen.total())
    }
}

/// HPA on requests per second and pod, as with KEDA or a Prometheus adapter; the signal does not saturate.
#[derive(Debug, Clone)]
pub struct HpaRate {
    per_instance: f64,
    rate: Latest<2>,
    brakes: Brakes,
}

impl HpaRate {
    /// With a target share of an instance's capacity.
    #[must_use]
    pub fn new(workload: &Workload, target_value: f64) -> Self {
        Self { per_instance: target_value * workload.capacity, rate: Latest::new(), brakes: Brakes::new() }
    }
}

impl Autoscaler for HpaRate {
    fn decide(&mut self, seen: &Seen) -> u32 {
        self.rate.push(seen.rate);
        let (mean, total) = (self.rate.mean(), f64::from(seen.total()));
        let ratio = mean / (total * self.per_instance);
        let want = if (ratio - 1.0).abs() <= TOLERANCE { total } else { (mean / self.per_instance).ceil() };
        self.brakes.apply(want, seen.total())
    }
}

/// Knative's autoscaler: stable over 60 s, panic on one tick of twice the capacity, at most half per tick down.
#[derive(Debug, Clone)]
pub struct Kpa {
    per_instance: f64,
    rate: Latest<4>,
    panicked_at: f64,
    most: u32,
}

impl Kpa {
    /// With a target share of an instance's capacity.
    #[must_use]
    pub fn new(workload: &Workload, target_value: f64) -> Self {
        Self { per_instance: target_value * workload.capacity, rate: Latest::new(), panicked_at: f64::NEG_INFINITY, most: 0 }
    }
}

impl Autoscaler for Kpa {
    fn decide(&mut self, seen: &Seen) -> u32 {
        const PANIC_SECONDS: f64 = 60.0;
        self.rate.push(seen.rate);
        let panic = (seen.rate / self.per_instance).ceil();
        let now = seen.tick as f64 * TICK_SECONDS;
        if panic >= 2.0 * f64::from(seen.ready.max(1)) {
            self.panicked_at = now;
        }
        if now - self.panicked_at < PANIC_SECONDS {
            self.most = self.most.max(panic as u32).max(seen.ready);
            return self.most.max(1);
        }
        self.most = 0;
        let stable = (self.rate.mean() / self.per_instance).ceil() as u32;
        stable.max(seen.ready.div_ceil(2)).max(1)
    }
}

/// AWS target tracking as documented: three one-minute points over the target scale out in proportion, fifteen under 0.9 × the
/// target scale in, 300 s apart.
#[derive(Debug, Clone)]
pub struct AwsTargetTracking {
    target_value: f64,
    ticks: Latest<4>,
    minutes: Latest<15>,
    changed_at: f64,
}

impl AwsTargetTracking {
    /// With a target utilization.
    #[must_use]
    pub const fn new(target_value: f64) -> Self {
        Self { target_value, ticks: Latest::new(), minutes: Latest::new(), changed_at: f64::NEG_INFINITY }
    }
}

impl Autoscaler for AwsTargetTracking {
    fn decide(&mut self, seen: &Seen) -> u32 {
        const TICKS_PER_MINUTE: usize = 4;
        const COOLDOWN_SECONDS: f64 = 300.0;
        self.ticks.push(seen.utilization);
        let total = seen.total();
        if !seen.tick.is_multiple_of(TICKS_PER_MINUTE) || self.ticks.count < TICKS_PER_MINUTE {
            return total;
        }
        self.minutes.push(self.ticks.mean());
        let points = self.minutes.count;
        if points < 3 {
            return total;
        }
        let latest = self.minutes.values[(points - 1) % 15];
        let lowest_of_three = (points - 3..points).map(|at| self.minutes.values[at % 15]).fold(f64::INFINITY, f64::min);
        let (ready, now) = (f64::from(seen.ready), seen.tick as f64 * TICK_SECONDS);
        if lowest_of_three > self.target_value {
            let want = (ready * latest / self.target_value).ceil() as u32;
            if want > total {
                self.changed_at = now;
                return want;
            }
        }
        if points >= 15 && self.minutes.max() < 0.9 * self.target_value && now - self.changed_at >= COOLDOWN_SECONDS {
            self.changed_at = now;
            return ((ready * latest / self.target_value).ceil() as u32).max(1);
        }
        total
    }
}

/// Thresholds on CPU, one instance at a time, every 30 s, 300 s cooldown.
#[derive(Debug, Clone)]
pub struct PlusMinusOne {
    up: f64,
    down: f64,
    utilization: Latest<2>,
    changed_at: f64,
}

impl PlusMinusOne {
    /// One more above `up`, one fewer under `down`.
    #[must_use]
    pub const fn new(up: f64, down: f64) -> Self {
        Self { up, down, utilization: Latest::new(), changed_at: f64::NEG_INFINITY }
    }
}

impl Autoscaler for PlusMinusOne {
    fn decide(&mut self, seen: &Seen) -> u32 {
        const COOLDOWN_SECONDS: f64 = 300.0;
        self.utilization.push(seen.utilization);
        let (total, now) = (seen.total(), seen.tick as f64 * TICK_SECONDS);
        if !seen.tick.is_multiple_of(2) || now - self.changed_at < COOLDOWN_SECONDS {
            return total;
        }
        let score = self.utilization.mean();
        if score > self.up {
            self.changed_at = now;
            return total + 1;
        }
        if score < self.down && total > 1 {
            self.changed_at = now;
            return total - 1;
        }
        total
    }
}
