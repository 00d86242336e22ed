//! From two looks at the machine and the balancer to one observation.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use headroom_core::deployment::Deployment;
use headroom_core::metric::{Metric, PerMetric};
use headroom_core::observation::{Counted, Hole, InstanceCount, Observation, Reading, ResponseStatistic, Traffic};
use headroom_core::units::Instances;
use tokio::time::Instant;

use super::balancer::Window;
use super::processes::{self, ProcessStat};
use super::site::Site;

/// Looks closer together than this share one measurement: the system counts CPU time in steps of 10 ms.
const MIN_WINDOW: Duration = Duration::from_secs(1);

/// What is kept from one look to the next.
pub(crate) struct Measure {
    since: Instant,
    /// CPU ticks of each ready instance, by the leader of its session and that leader's start.
    cpu_before: HashMap<(u32, u64), u64>,
    last: Option<Observation>,
}

/// CPU and memory of all processes of one session.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SessionUse {
    /// When the leader started; none when it is over.
    leader_start: Option<u64>,
    cpu_ticks: u64,
    memory_bytes: u64,
}

/// One pass over the machine's processes, summed by session.
pub(crate) fn sessions() -> HashMap<u32, SessionUse> {
    let mut sessions: HashMap<u32, SessionUse> = HashMap::new();
    for stat in processes::all() {
        let ProcessStat { pid, session, cpu_ticks, start_ticks, memory_bytes, .. } = stat;
        let one = sessions.entry(session).or_default();
        one.cpu_ticks += cpu_ticks;
        one.memory_bytes += memory_bytes;
        if pid == session {
            one.leader_start = Some(start_ticks);
        }
    }
    sessions
}

impl Measure {
    /// Nothing is known before the first window closes.
    pub(crate) fn new() -> Self {
        Self { since: Instant::now(), cpu_before: HashMap::new(), last: None }
    }

    /// Closes the window that began with the look before. `sessions` is none when the machine's processes could not be read.
    pub(crate) fn look(
        &mut self,
        site: &Site,
        deployment: &Deployment,
        sessions: Option<&HashMap<u32, SessionUse>>,
        at: DateTime<Utc>,
    ) -> Observation {
        let count = site.count();
        let window = self.since.elapsed();
        if window < MIN_WINDOW {
            return self.again(at, count);
        }
        let began = std::mem::replace(&mut self.since, Instant::now());
        let traffic = site.balancer.meter().take();
        let [cpu, memory] = match sessions {
            Some(sessions) => self.usage(&site.ready(), deployment, sessions, began, window, at),
            None => [Reading::missing(Hole::Unreachable); 2],
        };
        let observation = Observation {
            at,
            instances: Counted::Known(count),
            readings: PerMetric::from_fn(|metric| match metric {
                Metric::Cpu => cpu,
                Metric::Memory => memory,
                Metric::ResponseTime => response_time(&traffic, at),
                Metric::ErrorRate => error_rate(&traffic, at),
                Metric::Requests => requests_per_instance(&traffic, count, window, at),
            }),
            response_statistic: ResponseStatistic::P95,
            traffic: Traffic {
                request_rate: Some(traffic.requests as f64 / window.as_secs_f64()),
                response_time_mean_ms: traffic.response_ms_mean(),
                network_bytes: Some(traffic.bytes as f64),
                disk_bytes: None,
                requests: Some(traffic.requests as f64),
            },
        };
        self.last = Some(observation);
        observation
    }

    /// The last measurement once more, with nothing new counted.
    fn again(&self, at: DateTime<Utc>, count: InstanceCount) -> Observation {
        let before = self.last.unwrap_or_else(|| Observation::unknown(at, Hole::NotYet));
        let traffic = match self.last {
            Some(last) => Traffic { network_bytes: Some(0.0), requests: Some(0.0), ..last.traffic },
            None => Traffic::default(),
        };
        Observation { at, instances: Counted::Known(count), traffic, ..before }
    }

    /// Means over the instances that were ready for the whole window. A younger one is in no mean: its start is not its work.
    fn usage(
        &mut self,
        ready: &[(u32, Instant)],
        deployment: &Deployment,
        sessions: &HashMap<u32, SessionUse>,
        began: Instant,
        window: Duration,
        at: DateTime<Utc>,
    ) -> [Reading; 2] {
        let before = std::mem::take(&mut self.cpu_before);
        let (mut cpu_ticks, mut memory_bytes, mut measured) = (0, 0, 0_u32);
        for (pid, since) in ready {
            let Some((session, start)) = sessions.get(pid).and_then(|session| Some((session, session.leader_start?))) else { continue };
            self.cpu_before.insert((*pid, start), session.cpu_ticks);
            if let Some(ticks_before) = before.get(&(*pid, start)).filter(|_| *since <= began) {
                // Fewer than before when a grandchild left: its time went with it.
                cpu_ticks += session.cpu_ticks.saturating_sub(*ticks_before);
                memory_bytes += session.memory_bytes;
                measured += 1;
            }
        }
        let (cores, gigabytes) = (deployment.instance_size.cpu_cores.get(), deployment.instance_size.memory_gb.get());
        let hole = match (ready.is_empty(), cfg!(target_os = "linux")) {
            (_, false) => Hole::NotMeasured,
            (true, true) => Hole::NoInstance,
            (false, true) => Hole::NotYet,
        };
        let share = |used: f64, declared: f64| match (measured, declared > 0.0) {
            (0, _) => Reading::missing(hole),
            (_, false) => Reading::missing(Hole::NotMeasured),
            (_, true) => Reading::measured(100.0 * used / (declared * f64::from(measured)), at),
        };
        let cores_used = cpu_ticks as f64 / processes::ticks_per_second() / window.as_secs_f64();
        [share(cores_used, cores), share(memory_bytes as f64 / 1e9, gigabytes)]
    }
}

fn response_time(traffic: &Window, at: DateTime<Utc>) -> Reading {
    match traffic.response_ms_p95() {
        Some(milliseconds) => Reading::measured(milliseconds, at),
        None if traffic.requests == 0 => Reading::NoTraffic { at },
        // Requests came and none could be sent to an instance.
        None => Reading::missing(Hole::NoInstance),
    }
}

fn error_rate(traffic: &Window, at: DateTime<Utc>) -> Reading {
    if traffic.requests == 0 {
        Reading::NoTraffic { at }
    } else {
        Reading::measured(100.0 * traffic.failed as f64 / traffic.requests as f64, at)
    }
}

fn requests_per_instance(traffic: &Window, count: InstanceCount, window: Duration, at: DateTime<Utc>) -> Reading {
    if count.ready == Instances::ZERO {
        Reading::missing(Hole::NoInstance)
    } else {
        Reading::measured(traffic.requests as f64 / window.as_secs_f64() / count.ready.as_f64(), at)
    }
}
