//! The thinking alone, on one core: whole decisions as a live tick makes them, and judgements as a simulation does.

use std::hint::black_box;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use criterion::{Criterion, Throughput};
use headroom_core::decide::{Circumstances, Memory, decide_and_remember, judge};
use headroom_core::metric::{Metric, PerMetric};
use headroom_core::observation::{Counted, InstanceCount, Observation, Reading, ResponseStatistic, Traffic};
use headroom_core::policy::Policy;
use headroom_core::units::{Instances, MoneyPerHour};

use crate::fleet::{noon, policy};

const DEPLOYMENTS: usize = 10_000;
/// Evaluations that each deployment has behind it, so that its window is full and its idle latency is known.
const PAST: usize = 30;

/// One deployment's part of the fleet.
struct One {
    policy: Policy,
    memory: Memory,
    observation: Observation,
}

/// Deployments with a past, looked at every half minute.
struct Thinking {
    fleet: Vec<One>,
    circumstances: Circumstances,
    now: DateTime<Utc>,
}

pub fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decide");
    group.throughput(Throughput::Elements(DEPLOYMENTS as u64)).sample_size(30).measurement_time(Duration::from_secs(8));
    let mut thinking = None;
    group.bench_function("decide_and_remember/10000", |bencher| {
        let thinking = thinking.get_or_insert_with(Thinking::new);
        bencher.iter_custom(|passes| thinking.passes(passes, decide_one));
    });
    group.bench_function("judge_and_remember/10000", |bencher| {
        let thinking = thinking.get_or_insert_with(Thinking::new);
        bencher.iter_custom(|passes| thinking.passes(passes, judge_one));
    });
    group.finish();
}

fn decide_one(one: &mut One, circumstances: &Circumstances, now: DateTime<Utc>) {
    let (decision, memory) = decide_and_remember(&one.policy, circumstances, &one.observation, &one.memory, now);
    one.memory = memory;
    black_box(decision);
}

fn judge_one(one: &mut One, circumstances: &Circumstances, now: DateTime<Utc>) {
    let judgement = judge(&one.policy, circumstances, &one.observation, &one.memory, now);
    one.memory.remember(&one.policy, circumstances, &one.observation, &judgement);
    black_box(judgement);
}

impl Thinking {
    fn new() -> Self {
        let circumstances = Circumstances {
            freeze: None,
            manual_override: None,
            response_time_objective_ms: Some(500.0),
            fresh_for: TimeDelta::seconds(65),
            interval: TimeDelta::seconds(30),
            engine_started_at: noon() - TimeDelta::days(1),
            budget: None,
            price_per_instance: MoneyPerHour::from_units(0.16),
        };
        let one = |number| One { policy: policy(number), memory: Memory::default(), observation: seen(number, 0, noon()) };
        let mut thinking = Self { fleet: (0..DEPLOYMENTS).map(one).collect(), circumstances, now: noon() };
        for _ in 0..PAST {
            thinking.passes(1, judge_one);
        }
        thinking
    }

    /// Evaluates everything `passes` times, half a minute apart; the time that the evaluations alone took.
    fn passes(&mut self, passes: u64, evaluate: fn(&mut One, &Circumstances, DateTime<Utc>)) -> Duration {
        let mut spent = Duration::ZERO;
        for _ in 0..passes {
            self.now += TimeDelta::seconds(30);
            let look = self.now.timestamp() / 30;
            for (number, one) in self.fleet.iter_mut().enumerate() {
                one.observation = seen(number, look, self.now);
            }
            let begun = Instant::now();
            for one in &mut self.fleet {
                evaluate(one, &self.circumstances, self.now);
            }
            spent += begun.elapsed();
        }
        spent
    }
}

/// Readings inside the band, other ones at each look; CPU is calm at times, so that the idle latency is learned.
fn seen(number: usize, look: i64, at: DateTime<Utc>) -> Observation {
    let wave = ((number as i64 + look) as f64 * 0.7).sin();
    let readings = PerMetric::from_fn(|metric| {
        let value = match metric {
            Metric::Cpu => 46.0 + 17.0 * wave,
            Metric::Memory => 52.0 + 3.0 * wave,
            Metric::ResponseTime => 220.0 + 40.0 * wave,
            Metric::ErrorRate => 0.5 + 0.1 * wave,
            Metric::Requests => 120.0 + 12.0 * wave,
        };
        Reading::Value { value, at }
    });
    Observation {
        at,
        instances: Counted::Known(InstanceCount { ready: Instances(4), starting: Instances::ZERO }),
        readings,
        response_statistic: ResponseStatistic::P95,
        traffic: Traffic::default(),
    }
}
