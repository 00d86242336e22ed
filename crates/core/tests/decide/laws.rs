//! What holds for every policy, every reading and every past.

use chrono::TimeDelta;
use headroom_core::decide::{
    Action, Basis, BudgetLimit, Check, Circumstances, Decision, Direction, Freeze, ManualOverride, Memory, MetricState, Outlook, Reason,
    decide, decide_and_remember, distance, explain, judge,
};
use headroom_core::metric::{Metric, PerMetric};
use headroom_core::observation::{Counted, Hole, InstanceCount, Observation, Reading, ResponseStatistic, Traffic};
use headroom_core::policy::{Aggregation, Comparison, MetricRule, Policy, PolicyMode, PolicyType};
use headroom_core::units::Instances;
use proptest::prelude::*;

use crate::setting::{circumstances, moved, noon, policy, seconds};

fn any_rule(metric: Metric) -> impl Strategy<Value = MetricRule> {
    let comparison =
        prop_oneof![4 => Just(Comparison::Gt), 2 => Just(Comparison::Gte), 1 => Just(Comparison::Lt), 1 => Just(Comparison::Lte)];
    let weight = prop_oneof![1 => Just(0.0), 6 => 0.01..1.0];
    (0.01..1.0, comparison, weight, proptest::option::weighted(0.2, 10.0..2000.0_f64))
        .prop_map(move |(threshold, comparison, weight, maximum)| MetricRule { metric, threshold, comparison, weight, maximum })
}

fn any_policy() -> impl Strategy<Value = Policy> {
    let metrics = proptest::sample::subsequence(Metric::ALL.to_vec(), 1..=5)
        .prop_flat_map(|metrics| metrics.into_iter().map(any_rule).collect::<Vec<_>>())
        .prop_filter("some weight", |rules| rules.iter().any(|rule| rule.weight > 0.0));
    let kind =
        prop_oneof![Just(PolicyType::Gradual), Just(PolicyType::Adaptive), Just(PolicyType::Proportional), Just(PolicyType::Predictive)];
    let aggregation =
        prop_oneof![Just(Aggregation::Mean), Just(Aggregation::Balanced), Just(Aggregation::Sensitive), Just(Aggregation::Max)];
    let sizes = (0_u32..5, 0_u32..30, 0_u32..600, 0_u32..600, any::<bool>(), 1.0..2.0);
    (metrics, kind, aggregation, 0.1..1.0, 0.0..1.0, sizes).prop_map(|(metrics, kind, aggregation, up, down, sizes)| {
        let (least, more, cooldown, window, consolidation, urgent) = sizes;
        Policy {
            policy_type: kind,
            aggregation,
            scale_up_threshold: up,
            scale_down_threshold: up * down * 0.99,
            cooldown_period: cooldown,
            stabilization_window: window,
            consolidation,
            urgent_pressure: urgent,
            min_instances: Instances(least),
            max_instances: Instances((least + more).max(1)),
            allow_scale_to_zero: least == 0,
            ..policy(&metrics)
        }
    })
}

/// Mostly sound numbers in the metric's own range, now and then what a broken source answers.
fn any_reading(metric: Metric) -> impl Strategy<Value = Reading> {
    let top = metric.display_maximum() * 1.3;
    let broken = proptest::sample::select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, f64::MAX, f64::MIN_POSITIVE]);
    let holes = proptest::sample::select(vec![Hole::NotMeasured, Hole::NotYet, Hole::Unreachable, Hole::Stale]);
    prop_oneof![
        12 => (0.0..top).prop_map(|value| Reading::Value { value, at: noon() }),
        1 => broken.prop_map(|value| Reading::Value { value, at: noon() }),
        1 => (0.0..top).prop_map(|value| Reading::Value { value, at: noon() - seconds(3600) }),
        1 => Just(Reading::NoTraffic { at: noon() }),
        1 => holes.prop_map(Reading::missing),
    ]
}

fn any_observation() -> impl Strategy<Value = Observation> {
    let readings = (
        any_reading(Metric::Cpu),
        any_reading(Metric::Memory),
        any_reading(Metric::ResponseTime),
        any_reading(Metric::ErrorRate),
        any_reading(Metric::Requests),
    );
    let rate = prop_oneof![4 => Just(None), 1 => Just(Some(0.0)), 2 => (0.0..5000.0).prop_map(Some), 1 => Just(Some(f64::NAN))];
    let instances = prop_oneof![
        15 => (0_u32..40, prop_oneof![3 => Just(0_u32), 1 => 0_u32..10])
            .prop_map(|(ready, starting)| Counted::Known(InstanceCount { ready: Instances(ready), starting: Instances(starting) })),
        1 => Just(Counted::Unknown { hole: Hole::Unreachable }),
    ];
    (readings, rate, instances).prop_map(|((cpu, memory, response_time, error_rate, requests), request_rate, instances)| Observation {
        at: noon(),
        instances,
        readings: PerMetric { cpu, memory, response_time, error_rate, requests },
        response_statistic: ResponseStatistic::P95,
        traffic: Traffic { request_rate, ..Traffic::default() },
    })
}

fn any_circumstances() -> impl Strategy<Value = Circumstances> {
    let objective =
        prop_oneof![4 => Just(None), 2 => (50.0..5000.0).prop_map(Some), 1 => proptest::sample::select(vec![Some(0.0), Some(f64::NAN)])];
    let budget = proptest::option::weighted(0.3, (0_u32..40, any::<bool>())).prop_map(|budget| {
        budget.map(|(affordable, strict)| BudgetLimit { budget: "web".to_owned(), affordable: Instances(affordable), strict })
    });
    let lease = proptest::option::weighted(0.1, -600_i64..600).prop_map(|left| {
        left.map(|left| ManualOverride {
            instances: Instances(6),
            reason: "launch".to_owned(),
            by: "Ada".to_owned(),
            since: noon() - seconds(3600),
            until: noon() + seconds(left),
        })
    });
    let started = prop_oneof![3 => Just(100_000_i64), 1 => 0_i64..600];
    (objective, budget, lease, started).prop_map(|(objective, budget, manual_override, started)| Circumstances {
        response_time_objective_ms: objective,
        budget,
        manual_override,
        engine_started_at: noon() - seconds(started),
        ..circumstances()
    })
}

/// A past of up to 40 evaluations, none to two minutes apart, the last one 30 s before noon; counts follow the orders or do not.
fn any_past() -> impl Strategy<Value = Vec<(Observation, i64, bool)>> {
    proptest::collection::vec((any_observation(), 1_i64..120, any::<bool>()), 0..40)
}

fn remembered(policy: &Policy, circumstances: &Circumstances, past: &[(Observation, i64, bool)]) -> Memory {
    let mut memory = Memory::default();
    let mut now = noon() - seconds(past.iter().map(|(_, gap, _)| gap).sum::<i64>() + 30);
    for (observation, gap, follows) in past {
        now += seconds(*gap);
        let mut observation = moved(*observation, now);
        if let Some(expected) = memory.expected_instances().filter(|_| *follows) {
            observation.instances = Counted::Known(InstanceCount { ready: expected, starting: Instances::ZERO });
        }
        let judgement = judge(policy, circumstances, &observation, &memory, now);
        memory.remember(policy, circumstances, &observation, &judgement);
    }
    // Every other past ends in an outlook, from next to nothing to far more than any policy here allows.
    let demand = past.len() as f64 * 1.3;
    memory.foresee(noon(), (past.len() % 2 == 1).then(|| outlook(demand)));
    memory
}

/// What is expected where so many instances' worth are to be made ready for.
pub fn outlook(ready_for: f64) -> Outlook {
    Outlook {
        now: ready_for * 0.7,
        expected: ready_for * 0.9,
        low: ready_for * 0.8,
        high: ready_for * 0.95,
        ready_for,
        quantile: 0.99,
        lead_seconds: 120.0,
        limit: None,
        basis: Basis::Season,
        error: Some(0.06),
        enough: Some(0.991),
    }
}

/// The count at which the largest proportional pressure is 1; none where no such metric counts. What asks below its threshold sets no size.
fn size_for_now(policy: &Policy, decision: &Decision) -> Option<Instances> {
    let Counted::Known(count) = decision.instances else { return None };
    let counting = |metric: Metric| {
        decision.contributions[metric].filter(|part| part.weight > 0.0 && !matches!(part.state, MetricState::Missing { .. }))
    };
    let is_above = |metric: &Metric| {
        policy.metrics.iter().any(|rule| rule.metric == *metric && !matches!(rule.comparison, Comparison::Lt | Comparison::Lte))
    };
    let largest =
        [Metric::Cpu, Metric::Requests].into_iter().filter(is_above).filter_map(counting).map(|part| part.pressure).reduce(f64::max)?;
    Some(Instances((count.ready.as_f64() * largest * (1.0 - 1e-9)).ceil() as u32))
}

fn total(observation: &Observation) -> Option<Instances> {
    match observation.instances {
        Counted::Known(count) => Some(count.total()),
        Counted::Unknown { .. } => None,
    }
}

/// The observation under more load: every reading of a metric that asks above its threshold grows.
fn under_more_load(policy: &Policy, mut observation: Observation, factor: f64) -> Observation {
    for rule in &policy.metrics {
        if let Reading::Value { value, .. } = &mut observation.readings[rule.metric]
            && value.is_finite()
        {
            *value = (*value * factor).min(f64::MAX);
        }
    }
    observation
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_count_ordered_is_inside_the_bounds_when_anything_may_move(
        policy in any_policy(), circumstances in any_circumstances(), observation in any_observation(), past in any_past()
    ) {
        let memory = remembered(&policy, &circumstances, &past);
        let decision = decide(&policy, &circumstances, &observation, &memory, noon());
        match (total(&observation), decision.held_by) {
            (Some(_), None | Some(Check::Bounds | Check::Readings | Check::Override | Check::WarmUp | Check::Band | Check::Cooldown | Check::ComeBack | Check::Forecast | Check::Budget)) => {
                prop_assert!((policy.min_instances..=policy.max_instances).contains(&decision.counts.ordered), "{decision:?}");
            }
            (known, Some(Check::Active)) => prop_assert_eq!(decision.counts.ordered, known.unwrap_or_default()),
            (None, _) => prop_assert!(false, "an unknown count is always held by the first check"),
        }
    }

    #[test]
    fn more_load_all_else_equal_never_means_fewer_instances(
        policy in any_policy(), circumstances in any_circumstances(), observation in any_observation(), past in any_past(), factor in 1.0..5.0_f64
    ) {
        let mut policy = policy;
        policy.metrics.iter_mut().for_each(|rule| rule.comparison = if rule.weight > 0.5 { Comparison::Gte } else { Comparison::Gt });
        let memory = remembered(&policy, &circumstances, &past);
        let calm = decide(&policy, &circumstances, &observation, &memory, noon());
        let loaded = decide(&policy, &circumstances, &under_more_load(&policy, observation, factor), &memory, noon());
        // The one exception is a rule of its own: guards that did not answer to two steps are not followed further.
        let is_given_up = matches!(loaded.reason, Reason::MoreDoesNotHelp { .. });
        prop_assert!(is_given_up || loaded.counts.ordered >= calm.counts.ordered, "calm {calm:#?}\nloaded {loaded:#?}");
    }

    #[test]
    fn a_forecast_never_leaves_fewer_than_the_readings_ask_for_now(
        policy in any_policy(), circumstances in any_circumstances(), observation in any_observation(), past in any_past(), demand in 0.0..50.0_f64
    ) {
        let reactive = Policy { policy_type: PolicyType::Adaptive, ..policy.clone() };
        let predictive = Policy { policy_type: PolicyType::Predictive, ..policy };
        let floor = decide(&reactive, &circumstances, &observation, &remembered(&reactive, &circumstances, &past), noon());
        let mut memory = remembered(&predictive, &circumstances, &past);
        memory.foresee(noon(), Some(outlook(demand)));
        let ahead = decide(&predictive, &circumstances, &observation, &memory, noon());
        // What is asked for now: more by the score, or the size at which no proportional metric is past its trigger.
        let least = if floor.action == Action::ScaleUp { Some(floor.counts.ordered) } else { size_for_now(&reactive, &floor) };
        let least = least.unwrap_or(floor.counts.ordered).min(floor.counts.ordered);
        prop_assert!(ahead.counts.ordered >= least, "floor {floor:#?}\nahead {ahead:#?}");
        memory.foresee(noon(), None);
        let blind = decide(&predictive, &circumstances, &observation, &memory, noon());
        prop_assert_eq!((blind.action, blind.counts), (floor.action, floor.counts), "without an outlook nothing differs");
    }

    #[test]
    fn more_demand_expected_never_means_fewer_instances(
        policy in any_policy(), circumstances in any_circumstances(), observation in any_observation(), past in any_past(),
        demand in 0.0..50.0_f64, more in 0.0..20.0_f64
    ) {
        let mut memory = remembered(&policy, &circumstances, &past);
        memory.foresee(noon(), Some(outlook(demand)));
        let calm = decide(&policy, &circumstances, &observation, &memory, noon());
        memory.foresee(noon(), Some(outlook(demand + more)));
        let loaded = decide(&policy, &circumstances, &observation, &memory, noon());
        prop_assert!(loaded.counts.ordered >= calm.counts.ordered, "calm {calm:#?}\nloaded {loaded:#?}");
    }

    #[test]
    fn an_outlook_of_another_instant_or_of_nonsense_moves_nothing_up(
        policy in any_policy(), circumstances in any_circumstances(), observation in any_observation(), past in any_past(),
        nonsense in proptest::sample::select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -5.0])
    ) {
        let predictive = Policy { policy_type: PolicyType::Predictive, ..policy };
        let mut memory = remembered(&predictive, &circumstances, &past);
        memory.foresee(noon(), None);
        let blind = decide(&predictive, &circumstances, &observation, &memory, noon());
        memory.foresee(noon() - seconds(1), Some(outlook(40.0)));
        let late = decide(&predictive, &circumstances, &observation, &memory, noon());
        memory.foresee(noon(), Some(Outlook { ready_for: nonsense, ..outlook(4.0) }));
        let broken = decide(&predictive, &circumstances, &observation, &memory, noon());
        prop_assert_eq!((late.action, late.counts), (blind.action, blind.counts));
        prop_assert_eq!((broken.action, broken.counts), (blind.action, blind.counts));
    }

    #[test]
    fn no_reading_whatever_makes_a_number_that_is_none(
        policy in any_policy(), circumstances in any_circumstances(), observation in any_observation(), past in any_past()
    ) {
        let memory = remembered(&policy, &circumstances, &past);
        let decision = decide(&policy, &circumstances, &observation, &memory, noon());
        let scores = [decision.score, decision.score_when_ready, decision.down_score];
        prop_assert!(scores.into_iter().flatten().all(|score| (0.0..=1.0).contains(&score)));
        prop_assert!(decision.pressure.is_none_or(|pressure| (0.0..=4.0 + 1e-9).contains(&pressure)));
        prop_assert!((0.0..=1.0).contains(&decision.confidence));
        let contributions: Vec<_> = decision.contributions.iter().filter_map(|(_, contribution)| *contribution).collect();
        for contribution in &contributions {
            prop_assert!((0.0..=4.0).contains(&contribution.pressure));
            prop_assert!((0.0..=1.0).contains(&contribution.share));
            prop_assert!(contribution.value.is_none_or(|value| value.is_finite() && value >= 0.0));
            prop_assert!(contribution.normalized.is_none_or(|normalized| (0.0..=1.0).contains(&normalized)));
            prop_assert!(contribution.trigger_value.is_finite());
        }
        let shares: f64 = contributions.iter().map(|contribution| contribution.share).sum();
        prop_assert!((shares - 1.0).abs() < 1e-9 || shares == 0.0, "shares sum to {shares}");
        let distance = distance(&policy, &decision);
        let traffic = [distance.traffic_to_up, distance.traffic_to_up_when_ready, distance.traffic_to_down];
        prop_assert!(traffic.into_iter().flatten().all(|growth| !growth.is_nan() && growth >= -1.0), "{distance:?}");
        prop_assert!(distance.alone_up.iter().all(|(_, value)| value.is_none_or(f64::is_finite)));
        let words = format!("{}{}{}{}", decision.sentence(), decision.short(), decision.status_sentence(&distance), distance.words);
        prop_assert!(!words.contains("NaN") && !words.contains("inf") && !words.contains("unknown"), "{words}");
    }

    #[test]
    fn a_decision_is_the_same_every_time_and_its_words_agree_with_its_judgement(
        policy in any_policy(), circumstances in any_circumstances(), observation in any_observation(), past in any_past()
    ) {
        let memory = remembered(&policy, &circumstances, &past);
        let judgement = judge(&policy, &circumstances, &observation, &memory, noon());
        let decision = decide(&policy, &circumstances, &observation, &memory, noon());
        prop_assert_eq!(&decision, &decide(&policy, &circumstances, &observation, &memory, noon()));
        prop_assert_eq!(&decision, &explain(&policy, &circumstances, &observation, &memory, &judgement));
        prop_assert_eq!(decision.order(), judgement.order(&policy));
        prop_assert_eq!((decision.action, decision.asked, decision.counts), (judgement.action, judgement.asked, judgement.counts));
        prop_assert_eq!((decision.reason, decision.held_by), (judgement.reason, judgement.held_by));
        let asked: Vec<_> = Check::ALL.into_iter().filter(|check| *check != Check::Forecast || policy.is_predictive()).collect();
        prop_assert_eq!(decision.checks.iter().map(|result| result.check).collect::<Vec<_>>(), asked);
        let moves = decision.counts.ordered != total(&observation).unwrap_or_default();
        prop_assert_eq!(moves, decision.action != Action::NoChange);
        prop_assert_eq!(moves, decision.price_change.nanos() != 0, "every change has its price");
    }

    #[test]
    fn multiplying_all_weights_changes_nothing(
        policy in any_policy(), circumstances in any_circumstances(), observation in any_observation(), factor in 0.01..100.0_f64
    ) {
        let mut heavier = policy.clone();
        heavier.metrics.iter_mut().for_each(|rule| rule.weight *= factor);
        let decision = decide(&policy, &circumstances, &observation, &Memory::default(), noon());
        let same = decide(&heavier, &circumstances, &observation, &Memory::default(), noon());
        prop_assert_eq!((decision.action, decision.counts, decision.held_by), (same.action, same.counts, same.held_by));
        prop_assert!((decision.pressure.unwrap_or(0.0) - same.pressure.unwrap_or(0.0)).abs() < 1e-9);
        prop_assert!((decision.confidence - same.confidence).abs() < 1e-9);
    }

    #[test]
    fn a_missing_metric_never_scales_down(
        policy in any_policy(), circumstances in any_circumstances(), observation in any_observation(), past in any_past(), which in 0_usize..5
    ) {
        let memory = remembered(&policy, &circumstances, &past);
        let weighted: Vec<_> = policy.metrics.iter().filter(|rule| rule.weight > 0.0).collect();
        let mut observation = observation;
        observation.readings[weighted[which % weighted.len()].metric] = Reading::missing(Hole::Unreachable);
        // Without requests a response time is not missing but calm.
        observation.traffic.request_rate = Some(10.0);
        let decision = decide(&policy, &circumstances, &observation, &memory, noon());
        let to_the_bound = matches!(decision.reason, Reason::AboveMaximum { .. });
        prop_assert!(decision.action != Action::ScaleDown || to_the_bound, "{decision:?}");
    }

    #[test]
    fn the_cooldown_holds_whatever_is_not_urgent(
        policy in any_policy(), circumstances in any_circumstances(), observation in any_observation(), past in any_past()
    ) {
        let memory = remembered(&policy, &circumstances, &past);
        let judgement = judge(&policy, &circumstances, &observation, &memory, noon());
        let is_bound = matches!(judgement.reason, Reason::BelowMinimum { .. } | Reason::AboveMaximum { .. } | Reason::RequestsAtZero { .. });
        if !is_bound && judgement.action != Action::NoChange && !judgement.is_urgent {
            let cooldown = if judgement.asked == Direction::Up { policy.cooldown_up() } else { policy.cooldown_down() };
            prop_assert!(memory.last_change_at().is_none_or(|changed| noon() - changed >= cooldown));
            prop_assert!(judgement.changed_outside.is_none() || cooldown == TimeDelta::zero());
        }
    }

    #[test]
    fn a_memory_round_trips_bit_for_bit_and_decides_the_same(
        policy in any_policy(), circumstances in any_circumstances(), observation in any_observation(), past in any_past()
    ) {
        let mut memory = remembered(&policy, &circumstances, &past);
        // An outlook is for one evaluation alone and is not kept.
        memory.foresee(noon(), None);
        let text = serde_json::to_string(&memory).expect("a memory is plain data");
        prop_assert!(text.len() <= 2048, "{} bytes: {text}", text.len());
        let read: Memory = serde_json::from_str(&text).expect("what was written can be read");
        prop_assert_eq!(&read, &memory);
        prop_assert_eq!(serde_json::to_string(&read).expect("a memory is plain data"), text);
        prop_assert_eq!(
            decide_and_remember(&policy, &circumstances, &observation, &read, noon()),
            decide_and_remember(&policy, &circumstances, &observation, &memory, noon())
        );
    }

    #[test]
    fn nothing_moves_while_frozen(
        policy in any_policy(), circumstances in any_circumstances(), observation in any_observation(), past in any_past(), all in any::<bool>()
    ) {
        let memory = remembered(&policy, &circumstances, &past);
        let frozen = Circumstances { freeze: Some(if all { Freeze::PausedAll } else { Freeze::Paused }), ..circumstances };
        let decision = decide(&policy, &frozen, &observation, &memory, noon());
        prop_assert_eq!((decision.action, decision.order()), (Action::NoChange, None));
    }

    #[test]
    fn a_shadow_decides_as_live_does_and_orders_nothing(
        policy in any_policy(), circumstances in any_circumstances(), observation in any_observation(), past in any_past()
    ) {
        let memory = remembered(&policy, &circumstances, &past);
        let live = decide(&policy, &circumstances, &observation, &memory, noon());
        let shadow = decide(&Policy { mode: PolicyMode::Shadow, ..policy }, &circumstances, &observation, &memory, noon());
        prop_assert_eq!(shadow.order(), None);
        prop_assert_eq!((shadow.action, shadow.counts, shadow.reason), (live.action, live.counts, live.reason));
    }
}
