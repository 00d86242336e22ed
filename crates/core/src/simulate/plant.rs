//! Plant version 1: equal instances behind one queue, readings one tick old.

use std::collections::VecDeque;

use super::scores::Tally;
use super::{Autoscaler, Plant, QUEUE_SECONDS, SERVICE_SECONDS, Scores, Seen, Workload, curve};

/// The wanted counts of a run, one a tick, beside its scores.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// What the run is judged by.
    pub scores: Scores,
    /// Wanted instances in each tick, bounded.
    pub wanted: Vec<u32>,
}

/// Plays a policy against a workload on plant 1.
pub fn run(workload: &Workload, policy: &mut impl Autoscaler) -> Scores {
    play(workload, policy, |_| {})
}

/// As [`run`], and keeps what was wanted.
pub fn run_recorded(workload: &Workload, policy: &mut impl Autoscaler) -> Recorded {
    let mut wanted = Vec::with_capacity(workload.ticks());
    let scores = play(workload, policy, |count| wanted.push(count));
    Recorded { scores, wanted }
}

/// Instances on their way: batches in the order of their readiness.
struct Starting {
    batches: VecDeque<(usize, u32)>,
    count: u32,
}

impl Starting {
    fn ready_by(&mut self, tick: usize) -> u32 {
        let mut ready = 0;
        while self.batches.front().is_some_and(|(at, _)| *at <= tick) {
            ready += self.batches.pop_front().map_or(0, |(_, count)| count);
        }
        self.count -= ready;
        ready
    }

    fn order(&mut self, at: usize, count: u32) {
        self.batches.push_back((at, count));
        self.count += count;
    }

    /// Takes up to `count` away, the youngest first; returns how many it could not take.
    fn cancel(&mut self, mut count: u32) -> u32 {
        while count > 0 {
            let Some((_, youngest)) = self.batches.back_mut() else { break };
            let taken = count.min(*youngest);
            *youngest -= taken;
            self.count -= taken;
            count -= taken;
            if *youngest == 0 {
                self.batches.pop_back();
            }
        }
        count
    }
}

#[inline]
fn play(workload: &Workload, policy: &mut impl Autoscaler, mut wanted: impl FnMut(u32)) -> Scores {
    let (capacity, delay, plant) = (workload.capacity, workload.delay_ticks, workload.plant);
    let (tick_seconds, stretch) = (plant.tick_seconds, plant.service_seconds / SERVICE_SECONDS);
    let on_time_up_to = on_time_utilization(&plant);
    let mut ready = workload.need.iter().take(delay + 1).copied().max().unwrap_or(1);
    let mut starting = Starting { batches: VecDeque::with_capacity(delay.min(workload.ticks()) + 2), count: 0 };
    let mut backlog = 0.0_f64;
    let mut tally = Tally::default();
    let first = workload.arrivals.first().copied().unwrap_or(0.0);
    let mut seen = Seen {
        tick: 0,
        measured_tick: 0,
        ready,
        starting: 0,
        measured_ready: ready,
        utilization: first / (f64::from(ready) * capacity),
        rate: first,
        backlog_seconds: 0.0,
        errors: 0.0,
    };
    for (tick, (&rate, &need)) in workload.arrivals.iter().zip(&workload.need).enumerate() {
        ready += starting.ready_by(tick);
        (seen.tick, seen.ready, seen.starting) = (tick, ready, starting.count);
        let want = policy.decide(&seen).clamp(plant.least, plant.most);
        wanted(want);
        let total = ready + starting.count;
        if want > total {
            starting.order(tick + delay, want - total);
        } else if want < total {
            ready -= starting.cancel(total - want);
        }
        ready += starting.ready_by(tick);
        let per_second = f64::from(ready) * capacity;
        let (requests, able) = (rate * tick_seconds, per_second * tick_seconds);
        let work = backlog + requests;
        let served = work.min(able);
        backlog = work - served;
        let dropped = (backlog - per_second * QUEUE_SECONDS).max(0.0);
        backlog -= dropped;
        let backlog_seconds = if per_second > 0.0 { backlog / per_second } else { 0.0 };
        if tick >= workload.warm_up {
            let offered = rate / per_second;
            let is_behind = || backlog > 0.0 && curve(offered) * stretch + backlog_seconds > plant.objective_seconds;
            let late = offered > on_time_up_to || is_behind();
            tally.add(need, ready, ready + starting.count, requests, if late { requests } else { dropped }, dropped);
        }
        seen.measured_tick = tick;
        seen.measured_ready = ready;
        seen.utilization = if able > 0.0 { served / able } else { 0.0 };
        seen.rate = rate;
        seen.backlog_seconds = backlog_seconds;
        seen.errors = dropped / requests.max(1e-9);
    }
    tally.scores(workload.ticks(), tick_seconds)
}

/// The largest utilization at which the curve alone still meets the objective, by bisection: comparing with it in each tick is
/// thirty times cheaper than a power.
pub(super) fn on_time_utilization(plant: &Plant) -> f64 {
    let stretch = plant.service_seconds / SERVICE_SECONDS;
    let (mut on_time, mut late) = (0.0, 0.99);
    while late - on_time > f64::EPSILON {
        let middle = f64::midpoint(on_time, late);
        if curve(middle) * stretch > plant.objective_seconds {
            late = middle;
        } else {
            on_time = middle;
        }
        if middle == on_time && middle == late {
            break;
        }
    }
    on_time
}
