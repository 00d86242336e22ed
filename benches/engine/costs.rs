//! Money: what a year of a fleet has cost, and what metering adds to a tick.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use criterion::{BenchmarkId, Criterion};
use headroom_core::cost::{Look, Meter, Origin, Running, Utilization};
use headroom_core::deployment::{Billing, InstanceSize};
use headroom_core::price_book::{PriceBook, PriceClass};
use headroom_core::units::{Cores, Gigabytes, Instances, Ratio};
use headroom_engine::caller::Caller;
use headroom_store::{DataFolder, Grain, MeterPart, ReadDb, Store, TickAfter};
use serde_json::json;

use crate::fleet::{Fleet, Readings, noon};

const DEPLOYMENTS: usize = 1_000;
/// Days of the ledger before today.
const DAYS: i64 = 365;
/// Quarter hours of each day that hold anything. Days and months are answered from the sums of days; all 96 of a year would be 35 million rows.
const QUARTERS_A_DAY: i64 = 4;

pub fn bench(criterion: &mut Criterion) {
    year(criterion);
    metering(criterion);
}

fn year(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("costs");
    group.sample_size(20).measurement_time(Duration::from_secs(8)).warm_up_time(Duration::from_secs(1));
    let mut fleet = None;
    let mut with_year = || Fleet::after(DEPLOYMENTS, Readings::Calm, fill);
    group.bench_function(BenchmarkId::new("month_to_date", DEPLOYMENTS), |bencher| {
        let fleet = fleet.get_or_insert_with(&mut with_year);
        let month = DateTime::parse_from_rfc3339("2026-11-01T00:00:00Z").expect("a time").to_utc();
        let read = ReadDb::open(DataFolder::at(&fleet.data_folder)).expect("a reader");
        bencher.iter(|| black_box(read.read_blocking(|read| read.costs(month, None)).expect("costs")).len());
    });
    group.bench_function(BenchmarkId::new("year_by_day", DEPLOYMENTS), |bencher| {
        let fleet = fleet.get_or_insert_with(&mut with_year);
        let read = ReadDb::open(DataFolder::at(&fleet.data_folder)).expect("a reader");
        let from = noon() - TimeDelta::days(DAYS);
        bencher.iter(|| {
            let table = read.read_blocking(|read| read.cost_table(None, from, None, Grain::Day)).expect("costs");
            assert!(table.times.len() > 360 && table.deployments.len() == DEPLOYMENTS);
        });
    });
    for range in ["this_month", "last_12_months"] {
        group.bench_function(BenchmarkId::new("get_costs", range), |bencher| {
            let fleet = fleet.get_or_insert_with(&mut with_year);
            let caller = Caller::window("bench");
            bencher.iter(|| {
                let answer = fleet.wait(fleet.engine.call(&caller, "get_costs", json!({ "range": range }))).expect("an answer");
                black_box(serde_json::to_string(&answer).expect("JSON"))
            });
        });
    }
    group.finish();
}

fn running() -> Running {
    let share = |share| Ratio::new(share).ok();
    Running {
        instances: Instances(4),
        size: InstanceSize {
            cpu_cores: Cores::new(2.0).expect("legal"),
            memory_gb: Gigabytes::new(4.0).expect("legal"),
            storage_gb: Gigabytes::ZERO,
        },
        billing: Billing::Provisioned,
        utilization: Utilization { cpu: share(0.48), memory: share(0.52) },
    }
}

/// What a deployment's meter makes of half a minute.
fn half_a_minute(number: usize, at: DateTime<Utc>, tariffs: &headroom_core::price_book::Tariffs) -> Vec<MeterPart> {
    let look = |at| Look { at, running: Some(running()), bytes: 1e6, requests: 3_600.0 };
    let (_, meter) = Meter::default().next(&look(at), TimeDelta::seconds(30), tariffs);
    let (parts, _) = meter.next(&look(at + TimeDelta::seconds(30)), TimeDelta::seconds(30), tariffs);
    parts.into_iter().map(|part| stored(number, part)).collect()
}

fn stored(number: usize, part: headroom_core::cost::MeterPart) -> MeterPart {
    MeterPart {
        deployment_id: headroom_core::deployment::DeploymentId(format!("dep_{number:06}")),
        at: part.from,
        until: part.to,
        origin: part.origin,
        billing: part.billing,
        tariff: part.tariff,
        cost: part.cost,
    }
}

/// A year before today of everything.
fn fill(store: &Store) {
    let tariffs = PriceBook::shipped().tariffs(&PriceClass::default());
    let tariff = PriceBook::shipped().price_at(&PriceClass::default(), noon()).cloned();
    let sample = half_a_minute(0, noon(), tariffs).remove(0);
    for day in 1..=DAYS {
        let start = (noon() - TimeDelta::days(day)).date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
        let parts: Vec<MeterPart> = (0..QUARTERS_A_DAY)
            .flat_map(|quarter| (0..DEPLOYMENTS).map(move |number| (quarter, number)))
            .map(|(quarter, number)| {
                let at = start + TimeDelta::hours(quarter * 24 / QUARTERS_A_DAY);
                let id = headroom_core::deployment::DeploymentId(format!("dep_{number:06}"));
                MeterPart {
                    deployment_id: id,
                    at,
                    until: at + TimeDelta::minutes(15),
                    tariff: tariff.as_ref().map(Arc::clone),
                    ..sample.clone()
                }
            })
            .collect();
        let written = store.write.transact_blocking(move |write| parts.iter().try_for_each(|part| write.add_meter_part(part)));
        assert!(written.is_ok(), "{written:?}");
    }
}

/// What metering adds to a tick of the same fleet: the meter's own arithmetic, and the ledger's share of what is written.
fn metering(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("metering");
    group.sample_size(20).measurement_time(Duration::from_secs(5)).warm_up_time(Duration::from_millis(500));
    let tariffs = PriceBook::shipped().tariffs(&PriceClass::default());
    let look = |at: DateTime<Utc>| Look { at, running: Some(running()), bytes: 1e6, requests: 3_600.0 };
    let (_, meter) = Meter::default().next(&look(noon()), TimeDelta::seconds(30), tariffs);
    group.bench_function(BenchmarkId::new("meter", DEPLOYMENTS), |bencher| {
        let next = look(noon() + TimeDelta::seconds(30));
        bencher.iter(|| (0..DEPLOYMENTS).map(|_| black_box(&meter).next(&next, TimeDelta::seconds(30), tariffs).0.len()).sum::<usize>());
    });
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder");
    let store = crate::fleet::store(&folder.path().join("data"), DEPLOYMENTS, |_| folder.path());
    let parts: Vec<MeterPart> = (0..DEPLOYMENTS).flat_map(|number| half_a_minute(number, noon(), tariffs)).collect();
    assert!(parts.iter().all(|part| part.origin == Origin::Observed));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    for (name, meter) in [("ledger", parts), ("nothing", Vec::new())] {
        group.bench_function(BenchmarkId::new(format!("commit_{name}"), DEPLOYMENTS), |bencher| {
            bencher.iter(|| {
                let after = TickAfter { meter: meter.clone(), ..TickAfter::default() };
                runtime.block_on(store.write.commit_tick_after(after)).expect("written")
            });
        });
    }
    let mut fleet = None;
    group.bench_function(BenchmarkId::new("tick", DEPLOYMENTS), |bencher| {
        let fleet = fleet.get_or_insert_with(|| {
            let mut fleet = Fleet::start(DEPLOYMENTS, Readings::Calm);
            fleet.ticks(45);
            fleet
        });
        bencher.iter_custom(|ticks| fleet.ticks(ticks));
    });
    group.finish();
}
