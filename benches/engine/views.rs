//! What the window asks for, from the call to the JSON.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion};
use headroom_engine::caller::Caller;
use serde_json::{Value, json};

use crate::fleet::{Fleet, Readings};

const DEPLOYMENTS: usize = 2_000;

pub fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("views");
    group.sample_size(30).measurement_time(Duration::from_secs(6));
    let mut fleet = None;
    for (operation, input) in [("get_overview", Value::Null), ("get_scaling_status", json!({ "deploymentId": "dep_000040" }))] {
        group.bench_function(BenchmarkId::new(operation, DEPLOYMENTS), |bencher| {
            let fleet = fleet.get_or_insert_with(warm);
            let caller = Caller::window("bench");
            bencher.iter(|| {
                let answer = fleet.wait(fleet.engine.call(&caller, operation, input.clone())).expect("an answer");
                black_box(serde_json::to_string(&answer).expect("JSON"))
            });
        });
    }
    group.finish();
}

fn warm() -> Fleet {
    let mut fleet = Fleet::start(DEPLOYMENTS, Readings::Moving);
    fleet.ticks(45);
    fleet
}
