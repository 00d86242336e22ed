//! Samples come back bit for bit, packed or not, and a hole stays a hole.

use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::metric::PerMetric;
use headroom_core::observation::{Counted, Hole, InstanceCount, Observation, Reading, ResponseStatistic, Traffic};
use headroom_core::units::{Instances, Money};
use headroom_store::{Evaluation, Retention, Sample, Store, TickBefore};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::fixture::{calm, calm_tick, evaluation, folder, id, noon, observation, seconds, wait, with_fleet};

crate::trials![
    samples_come_back_bit_for_bit,
    packing_twice_changes_nothing,
    a_clock_that_goes_back_loses_nothing,
    a_gap_in_a_series_stays_a_gap,
    a_series_has_at_most_the_points_that_were_asked_for,
    five_minutes_are_rolled_up_from_their_samples_and_again_the_same,
    what_is_past_its_time_goes_and_nothing_else,
];

fn float() -> impl Strategy<Value = f64> {
    prop_oneof![any::<u64>().prop_map(f64::from_bits), 0.0..100.0]
}

fn hole() -> impl Strategy<Value = Hole> {
    prop::sample::select(vec![
        Hole::NotMeasured,
        Hole::NotYet,
        Hole::NoInstance,
        Hole::Unreachable,
        Hole::Unauthorized,
        Hole::NotANumber,
        Hole::Stale,
    ])
}

/// Between 2020 and 2030, to the nanosecond.
fn instant() -> impl Strategy<Value = DateTime<Utc>> {
    (1_577_836_800_i64..1_893_456_000, 0_u32..1_000_000_000)
        .prop_map(|(seconds, nanoseconds)| DateTime::from_timestamp(seconds, nanoseconds).expect("a date"))
}

fn reading(now: DateTime<Utc>) -> impl Strategy<Value = Reading> {
    let at = prop_oneof![Just(now), instant()];
    prop_oneof![
        (float(), at.clone()).prop_map(|(value, at)| Reading::Value { value, at }),
        at.prop_map(|at| Reading::NoTraffic { at }),
        hole().prop_map(|hole| Reading::Missing { hole }),
    ]
}

fn sample() -> impl Strategy<Value = Sample> {
    instant().prop_flat_map(|at| {
        let counted = prop_oneof![
            (any::<u32>(), any::<u32>())
                .prop_map(|(ready, starting)| { Counted::Known(InstanceCount { ready: Instances(ready), starting: Instances(starting) }) }),
            hole().prop_map(|hole| Counted::Unknown { hole }),
        ];
        let readings = [reading(at), reading(at), reading(at), reading(at), reading(at)];
        let floats = proptest::array::uniform6(prop::option::of(float()));
        (counted, readings, any::<bool>(), floats).prop_map(move |(instances, readings, is_p95, floats)| {
            let [cpu, memory, response_time, error_rate, requests] = readings;
            let [request_rate, response_time_mean_ms, network_bytes, disk_bytes, answered, score] = floats;
            Sample {
                observation: Observation {
                    at,
                    instances,
                    readings: PerMetric { cpu, memory, response_time, error_rate, requests },
                    response_statistic: if is_p95 { ResponseStatistic::P95 } else { ResponseStatistic::Mean },
                    traffic: Traffic { request_rate, response_time_mean_ms, network_bytes, disk_bytes, requests: answered },
                },
                score,
            }
        })
    })
}

/// A sample in which floats are their bits, so that NaN equals itself and −0 is not 0.
fn bits(sample: &Sample) -> String {
    let traffic = sample.observation.traffic;
    let floats =
        [traffic.request_rate, traffic.response_time_mean_ms, traffic.network_bytes, traffic.disk_bytes, traffic.requests, sample.score];
    let readings: Vec<_> = sample.observation.readings.iter().map(|(_, reading)| reading.value().map(f64::to_bits)).collect();
    format!("{sample:?} {readings:?} {:?}", floats.map(|float| float.map(f64::to_bits)))
}

fn samples_come_back_bit_for_bit() {
    let mut runner = TestRunner::new(Config { cases: 32, failure_persistence: None, ..Config::default() });
    let law = runner.run(&prop::collection::vec(sample(), 1..24), |mut samples| {
        samples.sort_by_key(|sample| sample.observation.at);
        samples.dedup_by_key(|sample| sample.observation.at);
        let folder = folder();
        let store = with_fleet(&folder, 1);
        for sample in &samples {
            let at = sample.observation.at;
            let decision = headroom_core::decide::Decision { score: sample.score, ..calm(at) };
            let evaluation = Evaluation { observation: sample.observation, ..evaluation(1, at, decision) };
            let written = wait(store.write.commit_tick_before(TickBefore { at, evaluations: vec![evaluation] }));
            prop_assert!(written.is_ok(), "{written:?}");
        }
        let given: Vec<_> = samples.iter().map(bits).collect();
        prop_assert_eq!(&all(&store), &given);
        let end = samples.last().expect("not empty").observation.at;
        wait(store.write.compact_samples(end)).expect("packed");
        prop_assert_eq!(&all(&store), &given);
        wait(store.write.compact_samples(end + TimeDelta::days(2))).expect("packed");
        prop_assert_eq!(&all(&store), &given);
        Ok(())
    });
    assert!(law.is_ok(), "{law:?}");
}

fn all(store: &Store) -> Vec<String> {
    let (from, to) = (DateTime::UNIX_EPOCH, DateTime::from_timestamp(2_000_000_000, 0).expect("a date"));
    let page = store.read.read_blocking(|read| read.samples(&id(1), from, to)).expect("read");
    assert_eq!(page.next, None);
    page.rows.iter().map(bits).collect()
}

fn write(store: &Store, instants: impl IntoIterator<Item = DateTime<Utc>>) {
    for at in instants {
        let written = wait(store.write.commit_tick_before(calm_tick(1, at)));
        assert!(written.is_ok(), "{written:?}");
    }
}

fn packing_twice_changes_nothing() {
    let folder = folder();
    let store = with_fleet(&folder, 1);
    write(&store, (0..100).map(|tick| noon() + seconds(60 * tick)));
    let before = all(&store);
    let first = wait(store.write.compact_samples(noon() + TimeDelta::hours(3))).expect("packed");
    assert_eq!((first.hours, first.days), (2, 0));
    let again = wait(store.write.compact_samples(noon() + TimeDelta::hours(3))).expect("packed");
    assert_eq!((again.hours, again.days), (0, 0));
    let next_day = wait(store.write.compact_samples(noon() + TimeDelta::days(1))).expect("packed");
    assert_eq!((next_day.hours, next_day.days), (0, 1));
    assert_eq!(all(&store), before);
}

fn a_clock_that_goes_back_loses_nothing() {
    let folder = folder();
    let store = with_fleet(&folder, 1);
    write(&store, (0..10).map(|tick| noon() + seconds(60 * tick)));
    wait(store.write.compact_samples(noon() + TimeDelta::days(1))).expect("packed");
    // The same hour again, half a minute shifted.
    write(&store, (0..10).map(|tick| noon() + seconds(60 * tick + 30)));
    wait(store.write.compact_samples(noon() + TimeDelta::days(1))).expect("packed");
    assert_eq!(all(&store).len(), 20);
}

fn a_gap_in_a_series_stays_a_gap() {
    let folder = folder();
    let store = with_fleet(&folder, 1);
    // Ten minutes seen, ten not, ten seen.
    write(&store, (0..20).chain(40..60).map(|tick| noon() + seconds(30 * tick)));
    for points in [2_000, 12] {
        let series = store
            .read
            .read_blocking(|read| read.series(&id(1), noon(), noon() + TimeDelta::minutes(30), points, seconds(75)))
            .expect("read");
        assert_eq!(series.gaps, [(noon() + seconds(570), noon() + seconds(1_200))]);
        assert!(series.points.iter().all(|point| point.at <= noon() + seconds(570) || point.at >= noon() + seconds(1_200)));
        assert_eq!(series.points[0].metrics.cpu.map(|cpu| (cpu.mean, cpu.max)), Some((50.0, 50.0)));
    }
    let nothing = store
        .read
        .read_blocking(|read| read.series(&id(1), noon() - TimeDelta::hours(2), noon() - TimeDelta::hours(1), 100, seconds(75)))
        .expect("read");
    assert!(nothing.points.is_empty());
    assert_eq!(nothing.gaps, [(noon() - TimeDelta::hours(2), noon() - TimeDelta::hours(1))]);
}

fn a_series_has_at_most_the_points_that_were_asked_for() {
    let folder = folder();
    let store = with_fleet(&folder, 1);
    for tick in 0..200_i64 {
        let at = noon() + seconds(30 * tick);
        let peak = if tick == 77 { 99.0 } else { 10.0 };
        let evaluation = Evaluation { observation: observation(at, peak), ..evaluation(1, at, calm(at)) };
        let written = wait(store.write.commit_tick_before(TickBefore { at, evaluations: vec![evaluation] }));
        assert!(written.is_ok(), "{written:?}");
    }
    let series = store.read.read_blocking(|read| read.series(&id(1), noon(), noon() + seconds(6_000), 20, seconds(75))).expect("read");
    assert_eq!(series.points.len(), 20);
    assert_eq!(series.gaps, []);
    let peaks: Vec<f64> = series.points.iter().filter_map(|point| point.metrics.cpu).map(|cpu| cpu.max).filter(|max| *max > 50.0).collect();
    assert_eq!(peaks, [99.0]);
}

fn five_minutes_are_rolled_up_from_their_samples_and_again_the_same() {
    let folder = folder();
    let store = with_fleet(&folder, 1);
    for tick in 0..11_i64 {
        let at = noon() + seconds(30 * tick);
        let evaluation = Evaluation { observation: observation(at, 10.0 * (tick + 1) as f64), ..evaluation(1, at, calm(at)) };
        let written = wait(store.write.commit_tick_before(TickBefore { at, evaluations: vec![evaluation] }));
        assert!(written.is_ok(), "{written:?}");
    }
    for _ in 0..2 {
        let rolled = store.write.transact_blocking(|transaction| transaction.roll_up_usage(noon(), |_| Money::from_units(0.25)));
        assert_eq!(rolled.expect("written").value, 1);
        let points = store.read.read_blocking(|read| read.usage(&id(1), noon(), noon() + seconds(600), 100)).expect("read").rows;
        assert_eq!(points.len(), 1);
        let values = points[0].values;
        // The ten samples before 12:05: 10, 20 … 100 %; the nearest rank of 95 % is the tenth.
        let cpu = values.metrics.cpu.expect("measured");
        assert_eq!((values.samples, cpu.mean, cpu.p95, cpu.max), (10, 55.0, 100.0, 100.0));
        assert_eq!((values.ready, values.network_bytes, values.cost), (Some(2.0), Some(10_000.0), Money::from_units(0.25)));
        assert_eq!(values.disk_bytes, None);
    }
}

fn what_is_past_its_time_goes_and_nothing_else() {
    let folder = folder();
    let store = with_fleet(&folder, 1);
    write(&store, [noon(), noon() + TimeDelta::days(20), noon() + TimeDelta::days(40)]);
    let now = noon() + TimeDelta::days(41);
    wait(store.write.compact_samples(now)).expect("packed");
    let retired = wait(store.write.retire(Retention::default(), now)).expect("retired");
    assert_eq!(retired.chunks, 1);
    assert_eq!(all(&store).len(), 2);
    let decisions = store.read.read_blocking(|read| read.decision_at(&id(1), now)).expect("read").expect("kept");
    assert_eq!(decisions.count, 3);
}
