//! What ships: the guide's table, and that every template keeps to the guide's own recommendations.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use chrono::{DateTime, TimeDelta};
use headroom_core::decide::{Circumstances, Direction, Memory, decide, decide_and_remember};
use headroom_core::metric::{Metric, PerMetric};
use headroom_core::observation::{Counted, InstanceCount, Observation, Reading, ResponseStatistic, Traffic};
use headroom_core::policy::{AdviceLevel, Aggregation, Comparison, PolicyType, TemplateId};
use headroom_core::templates::{find_templates, template, templates};
use headroom_core::units::{Instances, MoneyPerHour};

/// One row of the table: id, use case, category, metrics with threshold and weight, up, down, cooldown, min, max.
type Row = (&'static str, &'static str, &'static str, &'static [(Metric, f64, f64)], f64, f64, u32, u32, u32);

const TABLE: [Row; 6] = [
    (
        "web-app-balanced",
        "General web applications",
        "web",
        &[(Metric::Cpu, 0.70, 0.35), (Metric::Memory, 0.75, 0.25), (Metric::ResponseTime, 0.50, 0.30), (Metric::ErrorRate, 0.02, 0.10)],
        0.70,
        0.30,
        300,
        2,
        10,
    ),
    (
        "web-app-aggressive",
        "High-traffic web apps",
        "web",
        &[(Metric::Cpu, 0.60, 0.30), (Metric::Memory, 0.65, 0.20), (Metric::ResponseTime, 0.40, 0.30), (Metric::Requests, 0.50, 0.20)],
        0.60,
        0.40,
        120,
        5,
        50,
    ),
    (
        "api-performance",
        "Low-latency API services",
        "api",
        &[(Metric::ResponseTime, 0.30, 0.50), (Metric::Cpu, 0.60, 0.30), (Metric::ErrorRate, 0.01, 0.20)],
        0.60,
        0.40,
        180,
        3,
        20,
    ),
    (
        "batch-cost-optimized",
        "Batch processing",
        "batch",
        &[(Metric::Cpu, 0.85, 0.50), (Metric::Memory, 0.90, 0.40), (Metric::ErrorRate, 0.05, 0.10)],
        0.80,
        0.20,
        600,
        1,
        5,
    ),
    (
        "ml-gpu-optimized",
        "Machine learning workloads",
        "ml",
        &[(Metric::Cpu, 0.75, 0.30), (Metric::Memory, 0.80, 0.40), (Metric::Requests, 0.60, 0.30)],
        0.75,
        0.25,
        900,
        1,
        8,
    ),
    (
        "dev-minimal",
        "Development environments",
        "general",
        &[(Metric::Cpu, 0.90, 0.50), (Metric::Memory, 0.95, 0.40), (Metric::ErrorRate, 0.05, 0.10)],
        0.90,
        0.10,
        900,
        1,
        2,
    ),
];

#[test]
fn the_templates_are_those_of_the_guide() {
    assert_eq!(templates().len(), TABLE.len());
    for (shipped, (id, use_case, category, metrics, up, down, cooldown, min, max)) in templates().iter().zip(TABLE) {
        let policy = shipped.checked().unwrap().policy;
        let rules: Vec<_> = policy.metrics.iter().map(|rule| (rule.metric, rule.threshold, rule.weight)).collect();
        assert_eq!((shipped.id.as_str(), shipped.use_case.as_str(), shipped.category.name()), (id, use_case, category));
        assert_eq!(rules, metrics, "{id}");
        assert_eq!((policy.scale_up_threshold, policy.scale_down_threshold), (up, down), "{id}");
        assert_eq!((policy.cooldown_period, policy.min_instances.0, policy.max_instances.0), (cooldown, min, max), "{id}");
        assert_eq!((policy.policy_type, policy.aggregation), (PolicyType::Adaptive, Aggregation::Balanced), "{id}");
        assert_eq!((policy.stabilization_window, policy.consolidation, policy.urgent_pressure), (300, true, 1.10), "{id}");
        assert!(policy.metrics.iter().all(|rule| rule.comparison == Comparison::Gt && rule.maximum.is_none()), "{id}");
        assert!(policy.is_enabled && !shipped.name.is_empty() && !shipped.description.is_empty(), "{id}");
        assert_eq!(policy.template_id, Some(TemplateId(id.to_owned())));
    }
}

#[test]
fn what_a_template_does_is_by_design_and_its_weights_are_in_the_recommended_ranges() {
    for shipped in templates() {
        let checked = shipped.checked().unwrap();
        for advice in &checked.advice {
            assert_eq!(advice.level, AdviceLevel::ByDesign, "{}: {advice:?}", shipped.id);
            assert!(!advice.field.ends_with("weight") && !advice.message.contains("sum to"), "{}: {advice:?}", shipped.id);
        }
        for rule in &checked.policy.metrics {
            assert!(rule.metric.recommended_weight().contains(&rule.weight), "{}: {rule:?}", shipped.id);
        }
    }
    // The one template that does nothing the guide advises against.
    assert_eq!(template(&TemplateId("web-app-balanced".to_owned())).unwrap().checked().unwrap().advice, []);
}

#[test]
fn every_metric_of_every_template_can_trigger_alone() {
    for shipped in templates() {
        let policy = shipped.checked().unwrap().policy;
        for rule in &policy.metrics {
            let alone = policy.alone_trigger_value(rule, None).unwrap();
            assert!(alone >= rule.trigger_value(None) * (1.0 - 1e-12), "{}: {rule:?} alone at {alone}", shipped.id);
            assert!(alone <= rule.maximum_in_force(None), "{}: {rule:?} alone at {alone}", shipped.id);
        }
    }
}

#[test]
fn the_alone_trigger_is_where_decisions_begin_to_ask_for_more() {
    let now = DateTime::UNIX_EPOCH;
    let circumstances = Circumstances {
        freeze: None,
        manual_override: None,
        response_time_objective_ms: None,
        fresh_for: TimeDelta::seconds(60),
        interval: TimeDelta::seconds(30),
        engine_started_at: now,
        budget: None,
        price_per_instance: MoneyPerHour::ZERO,
    };
    for shipped in templates() {
        let policy = shipped.checked().unwrap().policy;
        for rule in &policy.metrics {
            let asks_at = |value| {
                let seen = |at| Observation {
                    at,
                    instances: Counted::Known(InstanceCount { ready: Instances(5), starting: Instances::ZERO }),
                    readings: PerMetric::from_fn(|metric| Reading::measured(if metric == rule.metric { value } else { 0.0 }, at)),
                    response_statistic: ResponseStatistic::P95,
                    traffic: Traffic { request_rate: Some(1.0), ..Traffic::default() },
                };
                // The alone rule wants two evaluations in a row.
                let next = now + TimeDelta::seconds(30);
                let (_, memory) = decide_and_remember(&policy, &circumstances, &seen(now), &Memory::default(), now);
                decide(&policy, &circumstances, &seen(next), &memory, next).asked == Direction::Up
            };
            let alone = policy.alone_trigger_value(rule, None).unwrap();
            assert!(asks_at(alone * 1.0001), "{}: {rule:?} just above {alone}", shipped.id);
            assert!(!asks_at(alone * 0.9999), "{}: {rule:?} just under {alone}", shipped.id);
        }
    }
}

#[test]
fn the_alone_trigger_is_the_smaller_of_score_and_alone_rule() {
    let policy = templates()[0].checked().unwrap().policy;
    let alone = |metric| {
        let rule = policy.metrics.iter().find(|rule| rule.metric == metric).unwrap();
        policy.alone_trigger_value(rule, Some(500.0)).unwrap()
    };
    // 0.70 · (1 / 0.35)^(1/4) = 0.9101: past the alone rule's 90 %.
    assert_eq!(alone(Metric::Cpu), 90.0);
    // 0.75 · (1 / 0.25)^(1/4) = 1.0607: only the alone rule can.
    assert_eq!(alone(Metric::Memory), 90.0);
    // 250 ms · (1 / 0.30)^(1/4) = 337.8 ms
    assert!((alone(Metric::ResponseTime) - 337.8).abs() < 0.1);
    // 2 % · (1 / 0.10)^(1/4) = 3.557 %
    assert!((alone(Metric::ErrorRate) - 3.557).abs() < 0.001);
}

#[test]
fn filters_let_through_what_passes_both() {
    let ids = |category, workload_type| -> Vec<&str> {
        find_templates(category, workload_type).unwrap().into_iter().map(|template| template.id.as_str()).collect()
    };
    assert_eq!(ids(None, None).len(), 6);
    for (id, _, category, ..) in TABLE {
        assert!(ids(Some(category), None).contains(&id));
    }
    assert_eq!(ids(Some("web"), None), ["web-app-balanced", "web-app-aggressive"]);
    let by_workload: [(&str, &[&str]); 5] = [
        ("web", &["web-app-balanced", "web-app-aggressive"]),
        ("api", &["web-app-balanced", "api-performance"]),
        ("batch", &["batch-cost-optimized", "dev-minimal"]),
        ("ml", &["batch-cost-optimized", "ml-gpu-optimized"]),
        ("development", &["dev-minimal"]),
    ];
    for (workload_type, wanted) in by_workload {
        assert_eq!(ids(None, Some(workload_type)), wanted, "{workload_type}");
    }
    assert_eq!(ids(Some("web"), Some("api")), ["web-app-balanced"]);
    assert_eq!(ids(Some("general"), Some("web")), [""; 0]);
}

#[test]
fn an_unknown_filter_value_is_refused_and_lists_the_known_ones() {
    let faults = find_templates(Some("gaming"), Some("")).unwrap_err();
    let texts: Vec<_> = faults.iter().map(|fault| (fault.field.as_str(), fault.message.as_str())).collect();
    assert_eq!(
        texts,
        [
            ("category", "there is no category \"gaming\"; the known ones are web, api, batch, ml, general."),
            ("workloadType", "there is no workloadType \"\"; the known ones are web, api, batch, ml, development."),
        ]
    );
}
