//! Whole ticks: look, think, write down, act, write down, tell, with SQLite on disk.

use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput};

use crate::fleet::{Fleet, Readings};

/// Ticks before measuring: the first ones begin every run of decisions and every row of the ledger, and are not what a day is like.
const WARM_UP: u64 = 45;

pub fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("tick");
    group.sampling_mode(SamplingMode::Flat).sample_size(20).warm_up_time(Duration::from_millis(500));
    for (name, readings) in [("calm", Readings::Calm), ("moving", Readings::Moving)] {
        for count in [1_000, 10_000] {
            let mut fleet = None;
            group.throughput(Throughput::Elements(count)).bench_function(BenchmarkId::new(name, count), |bencher| {
                let fleet = fleet.get_or_insert_with(|| warm(count, readings));
                bencher.iter_custom(|ticks| fleet.ticks(ticks));
            });
            if let Some(fleet) = fleet {
                let (orders, first) = (fleet.orders_per_tick(), fleet.first_tick().as_secs_f64() * 1_000.0);
                eprintln!("tick/{name}/{count}: {orders:.1} orders a tick; {first:.0} ms for the first tick, which orders for all\n");
            }
        }
    }
    group.finish();
}

fn warm(count: u64, readings: Readings) -> Fleet {
    let mut fleet = Fleet::start(usize::try_from(count).expect("a fleet fits into memory"), readings);
    fleet.ticks(WARM_UP);
    fleet
}
