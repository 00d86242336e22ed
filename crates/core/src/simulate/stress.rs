//! Plant version 2: what a real platform does to a decision.
//!
//! As version 1, but: each instance has its own capacity (±10 %), readings come 15–60 s late, 5 % of them not at all, an instance
//! taken away drains for 30 s (billed, serving nothing new), and starting takes 0.5–2 × the delay. Everything from the workload's seed.

use super::noise::uniform;
use super::plant::on_time_utilization;
use super::scores::Tally;
use super::{Autoscaler, MAX_INSTANCES, OBJECTIVE_SECONDS, QUEUE_SECONDS, Recorded, Seen, TICK_SECONDS, Workload, curve};

/// Largest relative difference of an instance's capacity from the nominal one.
const UNEVENNESS: f64 = 0.1;
/// Readings are one to so many ticks old.
const OLDEST_READING_TICKS: u64 = 4;
/// Share of readings that never come.
const MISSING: f64 = 0.05;
/// Ticks that an instance taken away is still paid for.
const DRAINING_TICKS: usize = 2;

/// Streams of the seed, far apart so that none repeats the noise of the arrivals.
const CAPACITY_STREAM: u64 = 1 << 56;
const START_STREAM: u64 = 2 << 56;
const AGE_STREAM: u64 = 3 << 56;
const MISSING_STREAM: u64 = 4 << 56;

/// One instance: when it is ready, and what it carries.
#[derive(Debug, Clone, Copy)]
struct Instance {
    ready_at: usize,
    capacity: f64,
}

/// Plays a policy against a workload on plant 2, and keeps what was wanted.
pub fn run_stressed(workload: &Workload, policy: &mut impl Autoscaler) -> Recorded {
    Stress::new(workload).play(workload, policy)
}

struct Stress {
    /// All instances, oldest order first.
    instances: Vec<Instance>,
    started: u64,
    seed: u64,
    capacity: f64,
    delay_ticks: f64,
    /// How many were taken away in each of the last ticks.
    draining: [u32; DRAINING_TICKS],
    /// Measured values of the last ticks.
    measured: [Seen; OLDEST_READING_TICKS as usize + 1],
}

impl Stress {
    fn new(workload: &Workload) -> Self {
        let first = workload.arrivals.first().copied().unwrap_or(0.0);
        let ready = workload.need.iter().take(workload.delay_ticks + 1).copied().max().unwrap_or(1).min(MAX_INSTANCES);
        let seen = Seen {
            tick: 0,
            measured_tick: 0,
            ready,
            starting: 0,
            measured_ready: ready,
            utilization: (first / (f64::from(ready) * workload.capacity)).min(1.0),
            rate: first,
            backlog_seconds: 0.0,
            errors: 0.0,
        };
        let mut stress = Self {
            instances: Vec::with_capacity(MAX_INSTANCES as usize),
            started: 0,
            seed: workload.seed,
            capacity: workload.capacity,
            delay_ticks: workload.delay_ticks as f64,
            draining: [0; DRAINING_TICKS],
            measured: [seen; OLDEST_READING_TICKS as usize + 1],
        };
        for _ in 0..ready {
            stress.start(0, 0.0);
        }
        stress
    }

    fn draw(&self, stream: u64, index: u64) -> f64 {
        uniform(self.seed.wrapping_add(1), stream.wrapping_add(index))
    }

    fn start(&mut self, tick: usize, delay_ticks: f64) {
        let capacity = self.capacity * (1.0 + UNEVENNESS * (2.0 * self.draw(CAPACITY_STREAM, self.started) - 1.0));
        let factor = 0.5 + 1.5 * self.draw(START_STREAM, self.started);
        self.started += 1;
        self.instances.push(Instance { ready_at: tick + (delay_ticks * factor).ceil() as usize, capacity });
    }

    fn ready(&self, tick: usize) -> u32 {
        self.instances.iter().filter(|instance| instance.ready_at <= tick).count() as u32
    }

    /// Takes `count` away: those that start first, the latest ready first, then the youngest.
    fn stop(&mut self, count: u32, tick: usize) -> u32 {
        let mut drained = 0;
        for _ in 0..count {
            let latest = self.instances.iter().enumerate().max_by_key(|(at, instance)| (instance.ready_at.max(tick), *at));
            let Some((at, _)) = latest else { break };
            drained += u32::from(self.instances.remove(at).ready_at <= tick);
        }
        drained
    }

    /// The reading that has arrived by `tick`, or none.
    fn reading(&self, tick: usize) -> Option<Seen> {
        if self.draw(MISSING_STREAM, tick as u64) < MISSING {
            return None;
        }
        let age = 1 + (self.draw(AGE_STREAM, tick as u64) * OLDEST_READING_TICKS as f64) as usize;
        Some(self.measured[tick.saturating_sub(age) % self.measured.len()])
    }

    fn play(mut self, workload: &Workload, policy: &mut impl Autoscaler) -> Recorded {
        let on_time_up_to = on_time_utilization(&workload.plant);
        let (mut backlog, mut tally) = (0.0_f64, Tally::default());
        let mut wanted = Vec::with_capacity(workload.ticks());
        for (tick, (&rate, &need)) in workload.arrivals.iter().zip(&workload.need).enumerate() {
            let (ready, all) = (self.ready(tick), self.instances.len() as u32);
            let want = match self.reading(tick) {
                Some(seen) => policy.decide(&Seen { tick, ready, starting: all - ready, ..seen }),
                None => policy.decide_blind(tick, ready, all - ready),
            };
            let want = want.clamp(1, MAX_INSTANCES);
            wanted.push(want);
            for _ in all..want {
                self.start(tick, self.delay_ticks);
            }
            self.draining[tick % DRAINING_TICKS] = self.stop(all.saturating_sub(want), tick);
            let serving = self.instances.iter().filter(|instance| instance.ready_at <= tick);
            let (ready, per_second) = serving.fold((0, 0.0), |(count, sum), instance| (count + 1, sum + instance.capacity));
            let (requests, able) = (rate * TICK_SECONDS, per_second * TICK_SECONDS);
            let work = backlog + requests;
            let served = work.min(able);
            backlog = work - served;
            let dropped = (backlog - per_second * QUEUE_SECONDS).max(0.0);
            backlog -= dropped;
            let backlog_seconds = if per_second > 0.0 { backlog / per_second } else { 0.0 };
            let offered = if per_second > 0.0 { rate / per_second } else { f64::INFINITY };
            if tick >= workload.warm_up {
                let late = offered > on_time_up_to || curve(offered) + backlog_seconds > OBJECTIVE_SECONDS;
                let billed = self.instances.len() as u32 + self.draining.iter().sum::<u32>();
                tally.add(need, ready, billed, requests, if late { requests } else { dropped }, dropped);
            }
            let slot = tick % self.measured.len();
            self.measured[slot] = Seen {
                tick,
                measured_tick: tick,
                ready,
                starting: 0,
                measured_ready: ready,
                utilization: if able > 0.0 { served / able } else { 1.0 },
                rate,
                backlog_seconds,
                errors: dropped / requests.max(1e-9),
            };
        }
        Recorded { scores: tally.scores(workload.ticks(), TICK_SECONDS), wanted }
    }
}
