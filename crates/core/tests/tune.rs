//! The search for a better policy, and what it may propose.

use headroom_core::policy::{Policy, PolicyType};
use headroom_core::simulate::{Live, Setup, Size, Trace, Workload, benchmark_policy, run};
use headroom_core::tune::{Outcome, Proposal, Tuner, Weighed, propose};
use proptest::prelude::*;

const LIMIT: f64 = 0.01;

fn outcome(policy: &Policy, workload: &Workload) -> Outcome {
    let scores = run(workload, &mut Live::new(policy, workload));
    Outcome { late: scores.violations / 100.0, cost: scores.instance_hours }
}

/// Hours of demand that breathes: a level, a wave, and bursts of a minute, by three numbers.
fn history(hours: usize, wave: f64, burst: f64, noise: u64) -> Workload {
    let rows: String = (0..hours * 60)
        .map(|minute| {
            let at = minute as f64;
            let bursting = if minute % 47 < 2 { burst } else { 0.0 };
            format!("{},{:.3}\n", minute * 60, 100.0 * (1.0 + wave * (at / 60.0).sin() + bursting))
        })
        .collect();
    let trace = Trace::parse(&format!("timestamp_s,requests_per_s\n{rows}")).expect("a trace");
    Workload::new(&trace, &Setup { size: Size::Instances(12.0), seed: noise, ..Setup::default() }).expect("a workload")
}

/// Searches on the first part, weighs on the rest.
fn search(base: &Policy, history: &Workload, seed: u64, trials: usize) -> (Weighed, Vec<Weighed>) {
    let split = history.ticks() * 2 / 3;
    let (fit, held) = (history.first(split), history.scored_from(split));
    let mut tuner = Tuner::new(base, LIMIT, seed, trials);
    loop {
        let batch = tuner.batch();
        if batch.is_empty() {
            break;
        }
        let outcomes: Vec<Outcome> = batch.iter().map(|policy| outcome(policy, &fit)).collect();
        tuner.tell(&outcomes);
    }
    assert!(tuner.progress().0 <= trials);
    let weigh = |policy: &Policy, fitted: Outcome| Weighed { policy: policy.clone(), fitted, held_back: outcome(policy, &held) };
    let front: Vec<Weighed> = tuner.front().iter().map(|tried| weigh(&tried.policy, tried.outcome)).collect();
    let current = tuner.base().expect("the base was played");
    (weigh(&current.policy, current.outcome), front)
}

#[test]
fn the_same_seed_searches_the_same_and_another_one_another_way() {
    let history = history(6, 0.5, 0.6, 1);
    let base = benchmark_policy(PolicyType::Adaptive);
    let first = search(&base, &history, 7, 80);
    assert_eq!(first, search(&base, &history, 7, 80));
    assert_ne!(first.1, search(&base, &history, 8, 80).1);
}

#[test]
fn the_front_is_sorted_by_cost_and_nothing_in_it_is_dominated() {
    let (_, front) = search(&benchmark_policy(PolicyType::Adaptive), &history(6, 0.5, 0.6, 1), 7, 80);
    assert!(front.len() > 2, "{front:?}");
    for pair in front.windows(2) {
        assert!(pair[0].fitted.cost < pair[1].fitted.cost && pair[0].fitted.late > pair[1].fitted.late, "{pair:?}");
    }
}

#[test]
fn a_batch_stays_the_same_until_it_is_told_and_holds_no_policy_twice() {
    let mut tuner = Tuner::new(&benchmark_policy(PolicyType::Adaptive), LIMIT, 3, 100);
    let batch = tuner.batch();
    assert_eq!(batch, tuner.batch());
    for (place, policy) in batch.iter().enumerate() {
        assert!(!batch[..place].contains(policy), "{policy:?}");
    }
}

#[test]
fn what_a_person_chose_for_good_reason_stays() {
    let base = benchmark_policy(PolicyType::Gradual);
    for tried in Tuner::new(&base, LIMIT, 3, 100).batch() {
        assert_eq!((tried.min_instances, tried.max_instances, &tried.name), (base.min_instances, base.max_instances, &base.name));
        let weights = |policy: &Policy| policy.metrics.iter().map(|rule| (rule.metric, rule.weight.to_bits())).collect::<Vec<_>>();
        assert_eq!(weights(&tried), weights(&base));
    }
}

#[test]
fn what_is_late_on_the_held_back_days_is_not_proposed_however_cheap() {
    let policy = benchmark_policy(PolicyType::Adaptive);
    let weighed = |fitted: (f64, f64), held_back: (f64, f64)| {
        let outcome = |(late, cost)| Outcome { late, cost };
        Weighed { policy: policy.clone(), fitted: outcome(fitted), held_back: outcome(held_back) }
    };
    let current = weighed((0.004, 100.0), (0.004, 50.0));
    let table = [
        ("nothing there", vec![], Proposal::Keep),
        ("cheap on the days it was made for, late on the others", vec![weighed((0.001, 50.0), (0.02, 25.0))], Proposal::Keep),
        ("a trifle cheaper", vec![weighed((0.004, 99.9), (0.004, 49.9))], Proposal::Keep),
        ("cheaper here, dearer there", vec![weighed((0.004, 60.0), (0.004, 60.0))], Proposal::Keep),
        ("cheaper inside the limit", vec![weighed((0.006, 80.0), (0.007, 40.0))], Proposal::Change(0)),
        (
            "the one clear of the limit",
            vec![weighed((0.0099, 70.0), (0.0099, 35.0)), weighed((0.006, 80.0), (0.007, 40.0))],
            Proposal::Change(1),
        ),
    ];
    for (name, front, expected) in table {
        assert_eq!(propose(&current, &front, LIMIT), expected, "{name}");
    }
    let late = weighed((0.05, 100.0), (0.06, 50.0));
    assert_eq!(propose(&late, &[weighed((0.005, 130.0), (0.005, 65.0))], LIMIT), Proposal::Change(0), "dearer, but inside");
    assert_eq!(propose(&late, &[weighed((0.005, 70.0), (0.07, 35.0))], LIMIT), Proposal::Keep, "cheaper, and later still");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// Over generated histories: inside the limit it costs less and stays inside, over it fewer are late.
    #[test]
    fn nothing_is_proposed_that_is_worse_on_held_back_days(
        wave in 0.0..0.9_f64, burst in 0.0..2.0_f64, noise in 1..1_000_u64, seed in 0..1_000_u64, gradual in any::<bool>()
    ) {
        let base = benchmark_policy(if gradual { PolicyType::Gradual } else { PolicyType::Adaptive });
        let (current, front) = search(&base, &history(4, wave, burst, noise), seed, 64);
        if let Proposal::Change(place) = propose(&current, &front, LIMIT) {
            let (before, after) = (current.held_back, front[place].held_back);
            prop_assert!(!before.dominates(&after), "{before:?} {after:?}");
            if before.late <= LIMIT {
                prop_assert!(after.late <= LIMIT && after.cost < before.cost, "{before:?} {after:?}");
            } else {
                prop_assert!(after.late < before.late, "{before:?} {after:?}");
            }
        }
    }
}
