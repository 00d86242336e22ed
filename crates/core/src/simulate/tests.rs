//! The simulator beside figures of an independent implementation, and its answers to odd traces.

use serde::Deserialize;

use super::baselines::{AwsTargetTracking, Hpa, HpaRate, Kpa, Oracle, PlusMinusOne, Static};
use super::kubernetes::{PodTarget, Pods, average_value_replicas, largest_valid, pods_replicas};
use super::{Live, Scores, Setup, Size, Trace, TraceError, Workload, benchmark_policy, run, run_stressed};
use crate::policy::PolicyType;

/// One run of the independent implementation (numpy): what was played, and its figures.
#[derive(Debug, Deserialize)]
struct Golden {
    trace: String,
    policy: String,
    target: f64,
    delay: f64,
    instances: f64,
    seed: u64,
    theta_u: f64,
    theta_o: f64,
    tau_u: f64,
    tau_o: f64,
    upsilon: f64,
    violations: f64,
    dropped: f64,
    instance_hours: f64,
    changes: f64,
}

/// A wave with bursts in minutes, a fine one of 5 s that is averaged, a coarse one of 5 min that is interpolated.
fn generated(name: &str) -> Trace {
    let (count, step): (u32, f64) = match name {
        "wave" => (700, 60.0),
        "fine" => (2_400, 5.0),
        _ => (1_100, 300.0),
    };
    let rate = |i: u32| match name {
        "wave" => 40.0 + 30.0 * f64::from((i * 7) % 97) / 97.0 + if (8..=10).contains(&(i % 120)) { 120.0 } else { 0.0 },
        "fine" => 10.0 + f64::from(i % 37) / 3.0 + f64::from(i % 600) / 20.0,
        _ => f64::from(5 + (i * 13) % 29 + if i % 288 > 250 { 60 } else { 0 }),
    };
    Trace::regular(&(0..count).map(rate).collect::<Vec<_>>(), step)
}

fn workload(trace: &str, delay_seconds: f64, instances: f64, seed: u64) -> Workload {
    let setup = Setup { size: Size::Instances(instances), delay_seconds, seed, days: 10.0 };
    Workload::new(&generated(trace), &setup).unwrap()
}

fn played(golden: &Golden) -> Scores {
    let workload = workload(&golden.trace, golden.delay, golden.instances, golden.seed);
    match golden.policy.as_str() {
        "static" => run(&workload, &mut Static::new(&workload)),
        "oracle" => run(&workload, &mut Oracle::new(&workload)),
        "hpa" => run(&workload, &mut Hpa::new(golden.target)),
        "hpa-rate" => run(&workload, &mut HpaRate::new(&workload, golden.target)),
        "kpa" => run(&workload, &mut Kpa::new(&workload, golden.target)),
        "aws" => run(&workload, &mut AwsTargetTracking::new(golden.target)),
        _ => run(&workload, &mut PlusMinusOne::new(0.7, 0.3)),
    }
}

#[test]
fn baselines_have_the_figures_of_an_independent_implementation() {
    let golden: Vec<Golden> = serde_json::from_str(include_str!("golden/baselines.json")).unwrap();
    assert_eq!(golden.len(), 63);
    for golden in &golden {
        let scores = played(golden);
        let pairs = [
            (scores.theta_u, golden.theta_u),
            (scores.theta_o, golden.theta_o),
            (scores.tau_u, golden.tau_u),
            (scores.tau_o, golden.tau_o),
            (scores.upsilon, golden.upsilon),
            (scores.violations, golden.violations),
            (scores.dropped, golden.dropped),
            (scores.instance_hours, golden.instance_hours),
            (scores.changes as f64, golden.changes),
        ];
        for (ours, theirs) in pairs {
            assert!((ours - theirs).abs() <= 1e-6 * theirs.abs().max(1e-3), "{ours} where {theirs} is expected in {golden:?}");
        }
    }
}

#[test]
fn prediction_serves_a_wave_better_than_thresholds_at_less_than_twice_the_cost_of_the_oracle() {
    let workload = workload("wave", 60.0, 40.0, 1);
    let ours = run(&workload, &mut Live::new(&benchmark_policy(PolicyType::Predictive), &workload));
    let thresholds = run(&workload, &mut PlusMinusOne::new(0.7, 0.3));
    let oracle = run(&workload, &mut Oracle::new(&workload));
    assert!(ours.violations < thresholds.violations / 2.0, "{ours:?} against {thresholds:?}");
    assert!(ours.instance_hours < 2.0 * oracle.instance_hours, "{ours:?} against {oracle:?}");
}

#[test]
fn the_stressed_plant_is_the_same_twice_and_differs_by_seed() {
    let play = |seed| {
        let workload = workload("wave", 60.0, 20.0, seed);
        run_stressed(&workload, &mut Hpa::new(0.7))
    };
    assert_eq!(play(5), play(5));
    assert_ne!(play(5), play(6));
}

#[test]
fn odd_traces_are_refused_with_their_line() {
    let rows = |rows: &str| Trace::parse(&format!("timestamp_s,requests_per_s\n{rows}"));
    let cases = [
        (Trace::parse(""), "empty"),
        (Trace::parse("timestamp_s,cpu_percent\n0,1\n"), "line 1: no column `requests_per_s`"),
        (Trace::parse("time,requests_per_s\n0,1\n"), "line 1: no column `timestamp_s`"),
        (rows("0,1\n60,-2\n"), "line 3: -2 requests per second is negative"),
        (rows("0,1\n60,NaN\n"), "line 3: `NaN` is not a finite number"),
        (rows("0,1\n60,1e300\n"), "line 3: 1e300 requests per second is more than"),
        (rows("60,1\n0,1\n"), "line 3: time goes back from 60 s to 0 s"),
        (rows("0,1\n60\n"), "line 3: 1 fields where the header has 2"),
        (rows("0,1\n1e15,1\n"), "line 3: 1000000000000000 s after the start"),
        (rows("0,1\n"), "fewer than two rows"),
    ];
    for (answer, expected) in cases {
        let message = answer.unwrap_err().to_string();
        assert!(message.contains(expected), "`{message}` should say `{expected}`");
    }
    let silent = rows("0,0\n60,0\n120,0\n").unwrap();
    assert_eq!(Workload::new(&silent, &Setup::default()), Err(TraceError::NoDemand));
}

#[test]
fn holes_are_held_and_the_last_of_two_rows_at_one_instant_counts() {
    let plain = Trace::parse("timestamp_s,requests_per_s\n0,8\n60,2\n120,2\n180,4\n240,4\n").unwrap();
    let odd = Trace::parse("timestamp_s,requests_per_s\n0,8\n60,9\n60,2\n\n120,\n180,4\n240,4\n").unwrap();
    assert_eq!(plain.ticks(100), odd.ticks(100));
}

#[test]
fn the_kubernetes_rule_has_its_special_cases() {
    let pods = |ready, usage, unready, missing| Pods { ready, usage, unready, missing };
    let percent = PodTarget::Utilization(70);
    let cases = [
        ("4 pods at 90 %: 4 × 90 / 70 = 5.1", 4, pods(4, 3.6, 0, 0), percent, Some(6)),
        ("76.99 % is truncated to 76 %: 76 / 70 = 1.086, within tolerance", 4, pods(4, 3.0796, 0, 0), percent, Some(4)),
        ("unready pods count 0 on the way up: 3.6 / 8 = 45 %, turned around", 8, pods(4, 3.6, 4, 0), percent, Some(8)),
        ("missing pods count their whole request on the way down: (0.8 + 2) / 6 = 46 %", 6, pods(4, 0.8, 0, 2), percent, Some(4)),
        ("no sample at all", 3, pods(0, 0.0, 3, 0), percent, None),
        ("a plain value: 5 × 30 / 20 = 7.5", 5, pods(5, 150.0, 0, 0), PodTarget::Value(20.0), Some(8)),
    ];
    for (name, current, pods, target_value, expected) in cases {
        assert_eq!(pods_replicas(current, pods, target_value), expected, "{name}");
    }
    assert_eq!(average_value_replicas(4, 40.0, 5.0), 8);
    assert_eq!(largest_valid(5, &[Some(3), None]), None, "an invalid metric forbids going down");
    assert_eq!(largest_valid(5, &[Some(7), None]), Some(7), "and not up");
}
