//! What may be written into a policy: every error, every piece of advice, and the laws of validation.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use chrono::DateTime;
use headroom_core::metric::Metric;
use headroom_core::policy::{
    AdviceLevel, Aggregation, Checked, Comparison, Fault, Identity, MetricRule, Policy, PolicyBase, PolicyDraft, PolicyId, PolicyReport,
    PolicyType, TemplateId, validate,
};
use headroom_core::templates::templates;
use proptest::prelude::*;

fn identity() -> Identity {
    Identity { id: PolicyId("pol_1".to_owned()), version: 1, updated_at: DateTime::UNIX_EPOCH }
}

fn check(draft: &PolicyDraft) -> Result<Checked, Vec<Fault>> {
    validate(draft, PolicyBase::Defaults, identity())
}

fn rule(metric: Metric, threshold: f64, weight: f64) -> MetricRule {
    MetricRule { metric, threshold, comparison: Comparison::Gt, weight, maximum: None }
}

/// A policy about which there is nothing to say.
fn good() -> PolicyDraft {
    PolicyDraft { name: Some("Shop".to_owned()), ..PolicyDraft::default() }
}

/// The guide's custom policy, as it stands there.
const GUIDE_DRAFT: &str = r#"{
    "name": "Custom High-Performance API",
    "metrics": [
        {"metric": "response_time", "threshold": 0.3, "comparison": "gt", "weight": 0.4},
        {"metric": "cpu", "threshold": 0.7, "comparison": "gt", "weight": 0.35},
        {"metric": "error_rate", "threshold": 0.01, "comparison": "gt", "weight": 0.25}
    ],
    "scaleUpThreshold": 0.65, "scaleDownThreshold": 0.35, "cooldownPeriod": 180,
    "minInstances": 3, "maxInstances": 25, "isEnabled": true
}"#;

#[test]
fn every_illegal_value_is_refused_at_its_field() {
    let metrics = |metrics: Vec<MetricRule>| PolicyDraft { metrics: Some(metrics), ..good() };
    let one = |threshold, weight| metrics(vec![rule(Metric::Cpu, threshold, weight), rule(Metric::Memory, 0.7, 0.3)]);
    let maximum = |metric, maximum| metrics(vec![MetricRule { maximum: Some(maximum), ..rule(metric, 0.1, 0.5) }]);
    let table: Vec<(&str, PolicyDraft, &str)> = vec![
        ("no name", PolicyDraft::default(), "name"),
        ("a blank name", PolicyDraft { name: Some("  ".to_owned()), ..good() }, "name"),
        ("a name of 201 characters", PolicyDraft { name: Some("é".repeat(201)), ..good() }, "name"),
        ("a name with a line break", PolicyDraft { name: Some("a\nb".to_owned()), ..good() }, "name"),
        ("a template that is not there", PolicyDraft { template_id: Some(TemplateId("web".to_owned())), ..good() }, "templateId"),
        ("no metric", metrics(vec![]), "metrics"),
        ("a metric twice", metrics(vec![rule(Metric::Cpu, 0.7, 0.5), rule(Metric::Cpu, 0.8, 0.5)]), "metrics[1].metric"),
        ("a weight below 0", one(0.7, -0.1), "metrics[0].weight"),
        ("a weight above 1", one(0.7, 1.1), "metrics[0].weight"),
        ("a weight that is no number", one(0.7, f64::NAN), "metrics[0].weight"),
        ("all weights 0", metrics(vec![rule(Metric::Cpu, 0.7, 0.0)]), "metrics"),
        ("a threshold of 0", one(0.0, 0.7), "metrics[0].threshold"),
        ("a threshold above 1", one(1.01, 0.7), "metrics[0].threshold"),
        ("an infinite threshold", one(f64::INFINITY, 0.7), "metrics[0].threshold"),
        ("a threshold too small to measure", one(f64::from_bits(1), 0.7), "metrics[0].threshold"),
        ("an error rate above 10 %", metrics(vec![rule(Metric::ErrorRate, 0.11, 1.0)]), "metrics[0].threshold"),
        ("a maximum of 0", maximum(Metric::Requests, 0.0), "metrics[0].maximum"),
        ("an infinite maximum", maximum(Metric::Requests, f64::INFINITY), "metrics[0].maximum"),
        ("more than all requests failing", maximum(Metric::ErrorRate, 101.0), "metrics[0].maximum"),
        ("an up threshold of 0", PolicyDraft { scale_up_threshold: Some(0.0), ..good() }, "scaleUpThreshold"),
        ("an up threshold above 1", PolicyDraft { scale_up_threshold: Some(1.01), ..good() }, "scaleUpThreshold"),
        ("an up threshold that is no number", PolicyDraft { scale_up_threshold: Some(f64::NAN), ..good() }, "scaleUpThreshold"),
        ("down at up", PolicyDraft { scale_down_threshold: Some(0.7), ..good() }, "scaleDownThreshold"),
        ("down below 0", PolicyDraft { scale_down_threshold: Some(-0.1), ..good() }, "scaleDownThreshold"),
        ("a negative cooldown", PolicyDraft { cooldown_period: Some(-1.0), ..good() }, "cooldownPeriod"),
        ("a cooldown of more than a day", PolicyDraft { cooldown_period: Some(86_401.0), ..good() }, "cooldownPeriod"),
        ("half a second of cooldown", PolicyDraft { cooldown_period: Some(0.5), ..good() }, "cooldownPeriod"),
        ("a long cooldown up", PolicyDraft { scale_up_cooldown: Some(86_401.0), ..good() }, "scaleUpCooldown"),
        ("a long cooldown down", PolicyDraft { scale_down_cooldown: Some(1e300), ..good() }, "scaleDownCooldown"),
        ("a window of more than an hour", PolicyDraft { stabilization_window: Some(3_601.0), ..good() }, "stabilizationWindow"),
        ("an urgent pressure under 1", PolicyDraft { urgent_pressure: Some(0.99), ..good() }, "urgentPressure"),
        ("an urgent pressure over the cap", PolicyDraft { urgent_pressure: Some(4.01), ..good() }, "urgentPressure"),
        ("a quantile under a half", PolicyDraft { forecast_quantile: Some(0.49), ..good() }, "forecastQuantile"),
        ("a quantile of 1", PolicyDraft { forecast_quantile: Some(1.0), ..good() }, "forecastQuantile"),
        ("a quantile that is none", PolicyDraft { forecast_quantile: Some(f64::NAN), ..good() }, "forecastQuantile"),
        ("min 0", PolicyDraft { min_instances: Some(0.0), ..good() }, "minInstances"),
        ("a negative min", PolicyDraft { min_instances: Some(-1.0), allow_scale_to_zero: Some(true), ..good() }, "minInstances"),
        ("two and a half instances", PolicyDraft { min_instances: Some(2.5), ..good() }, "minInstances"),
        ("max below min", PolicyDraft { max_instances: Some(1.0), ..good() }, "maxInstances"),
        ("max over 10 000", PolicyDraft { max_instances: Some(10_001.0), ..good() }, "maxInstances"),
        ("an infinite max", PolicyDraft { max_instances: Some(f64::INFINITY), ..good() }, "maxInstances"),
    ];
    for (name, draft, field) in table {
        let faults = check(&draft).expect_err(name);
        let fields: Vec<_> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, [field], "{name}: {faults:?}");
        assert!(faults[0].message.ends_with('.'), "{name}: {}", faults[0].message);
    }
}

#[test]
fn the_edges_of_every_range_are_legal() {
    let table = [
        PolicyDraft { name: Some("é".repeat(200)), ..good() },
        PolicyDraft { metrics: Some(vec![rule(Metric::ErrorRate, 0.10, 1.0)]), ..good() },
        // 0.5 of 20 % is 10 % of requests.
        PolicyDraft { metrics: Some(vec![MetricRule { maximum: Some(20.0), ..rule(Metric::ErrorRate, 0.5, 1.0) }]), ..good() },
        PolicyDraft { metrics: Some(vec![rule(Metric::Cpu, 1.0, 1.0), rule(Metric::Memory, 1e-6, 0.0)]), ..good() },
        PolicyDraft { scale_up_threshold: Some(1.0), scale_down_threshold: Some(0.0), ..good() },
        PolicyDraft { cooldown_period: Some(0.0), scale_up_cooldown: Some(86_400.0), stabilization_window: Some(0.0), ..good() },
        PolicyDraft { stabilization_window: Some(3_600.0), urgent_pressure: Some(1.0), ..good() },
        PolicyDraft { min_instances: Some(0.0), allow_scale_to_zero: Some(true), max_instances: Some(10_000.0), ..good() },
        PolicyDraft { min_instances: Some(1.0), max_instances: Some(1.0), urgent_pressure: Some(4.0), ..good() },
    ];
    for draft in table {
        assert!(check(&draft).is_ok(), "{:?}", check(&draft));
    }
}

#[test]
fn ten_faults_at_once_are_all_reported() {
    let draft = PolicyDraft {
        template_id: Some(TemplateId("web-app-turbo".to_owned())),
        name: Some(String::new()),
        metrics: Some(vec![rule(Metric::Cpu, 1.7, 0.5), rule(Metric::Cpu, 0.7, -2.0), rule(Metric::ErrorRate, 0.2, 0.1)]),
        scale_up_threshold: Some(f64::NAN),
        scale_down_threshold: Some(1.5),
        cooldown_period: Some(1e6),
        min_instances: Some(2.5),
        max_instances: Some(f64::INFINITY),
        ..PolicyDraft::default()
    };
    let result = check(&draft);
    assert_eq!(result.as_ref().unwrap_err().len(), 11);
    insta::assert_json_snapshot!(PolicyReport::of(&result));
}

#[test]
fn advice_names_its_number_and_its_field() {
    let weights = |pairs: &[(Metric, f64)]| {
        let metrics = pairs.iter().map(|(metric, weight)| rule(*metric, 0.05, *weight)).collect();
        PolicyDraft { metrics: Some(metrics), ..good() }
    };
    let lows = |threshold| {
        let low = MetricRule { comparison: Comparison::Lt, ..rule(Metric::Requests, threshold, 0.3) };
        PolicyDraft { metrics: Some(vec![rule(Metric::Cpu, 0.7, 0.5), low, rule(Metric::ErrorRate, 0.01, 0.2)]), ..good() }
    };
    use AdviceLevel::{Recommendation, Warning};
    type Said = (&'static str, AdviceLevel, &'static str);
    let table: Vec<(PolicyDraft, Vec<Said>)> = vec![
        (good(), vec![]),
        (
            weights(&[(Metric::ErrorRate, 0.5)]),
            vec![
                ("metrics", Warning, "1 metric"),
                ("metrics", Recommendation, "sum to 0.5"),
                ("metrics[0].weight", Recommendation, "has 1;"),
            ],
        ),
        (
            weights(&[
                (Metric::Cpu, 0.3),
                (Metric::Memory, 0.2),
                (Metric::ResponseTime, 0.3),
                (Metric::ErrorRate, 0.1),
                (Metric::Requests, 0.1),
            ]),
            vec![("metrics", Recommendation, "5 metrics"), ("metrics[4].weight", Recommendation, "has 0.1;")],
        ),
        (weights(&[(Metric::Cpu, 0.4), (Metric::Memory, 0.4), (Metric::Requests, 0.4)]), {
            vec![("metrics", Recommendation, "sum to 1.2"), ("metrics", Warning, "Error rate has a weight of 0")]
        }),
        // Down at 0.3 / 0.7: a `lt` threshold of 0.43 still scores 0.301 at its maximum.
        (
            lows(0.43),
            vec![("metrics[1].comparison", Warning, "a score of 0.301 and never agrees to scale down at 0.3; lower its threshold to 0.42")],
        ),
        (lows(0.42), vec![]),
        (
            PolicyDraft { scale_down_threshold: Some(0.51), ..good() },
            vec![
                ("scaleDownThreshold", Warning, "0.19 apart"),
                // 0.51 / 0.7 · 3 / 2 = 1.0929; from 6 instances on, 0.51 / 0.7 · 6 / 5 = 0.874 stays.
                ("scaleDownThreshold", Warning, "At 3 to 5 instances a step down at 0.51 lands at 1.09"),
            ],
        ),
        (PolicyDraft { scale_down_threshold: Some(0.2), ..good() }, vec![("scaleDownThreshold", Recommendation, "0.5 apart")]),
        (
            PolicyDraft { scale_up_threshold: Some(0.95), scale_down_threshold: Some(0.55), ..good() },
            vec![("scaleUpThreshold", Recommendation, "0.05 above")],
        ),
        (PolicyDraft { scale_up_threshold: Some(0.65), ..good() }, vec![("scaleUpThreshold", Recommendation, "0.25 under")]),
        (PolicyDraft { cooldown_period: Some(119.0), ..good() }, vec![("cooldownPeriod", Warning, "119 s")]),
        (PolicyDraft { scale_down_cooldown: Some(901.0), ..good() }, vec![("scaleDownCooldown", Recommendation, "901 s")]),
        (PolicyDraft { min_instances: Some(1.0), ..good() }, vec![("minInstances", Warning, "At 1, there is no high availability")]),
        (
            PolicyDraft { min_instances: Some(10.0), max_instances: Some(101.0), ..good() },
            vec![("maxInstances", Warning, "101 instances"), ("maxInstances", Recommendation, "10.1 times")],
        ),
    ];
    for (draft, wanted) in table {
        let advice = check(&draft).unwrap().advice;
        let said: Vec<_> = advice.iter().map(|one| (one.field.as_str(), one.level)).collect();
        assert_eq!(said, wanted.iter().map(|(field, level, _)| (*field, *level)).collect::<Vec<_>>(), "{advice:#?}");
        for (one, (_, _, number)) in advice.iter().zip(&wanted) {
            assert!(one.message.contains(number), "{:?} does not say {number:?}", one.message);
        }
    }
}

#[test]
fn a_proportional_policy_is_not_tested_for_coming_back() {
    let draft = PolicyDraft { policy_type: Some(PolicyType::Proportional), scale_down_threshold: Some(0.5), ..good() };
    assert_eq!(check(&draft).unwrap().advice, []);
}

#[test]
fn what_the_template_does_is_by_design_and_what_the_draft_adds_is_not() {
    let draft = PolicyDraft {
        template_id: Some(TemplateId("dev-minimal".to_owned())),
        max_instances: Some(20.0),
        cooldown_period: Some(30.0),
        ..PolicyDraft::default()
    };
    let advice = check(&draft).unwrap().advice;
    let said: Vec<_> = advice.iter().map(|one| (one.field.as_str(), one.level)).collect();
    assert_eq!(
        said,
        [
            ("scaleUpThreshold", AdviceLevel::ByDesign),
            ("scaleDownThreshold", AdviceLevel::ByDesign),
            ("cooldownPeriod", AdviceLevel::Warning),
            ("minInstances", AdviceLevel::ByDesign),
            ("maxInstances", AdviceLevel::Recommendation),
        ]
    );
    insta::assert_json_snapshot!(PolicyReport::of(&check(&draft)));
}

#[test]
fn the_guides_custom_policy_is_taken_as_it_is_written() {
    let draft: PolicyDraft = serde_json::from_str(GUIDE_DRAFT).unwrap();
    let policy = check(&draft).unwrap().policy;
    assert_eq!((policy.name.as_str(), policy.template_id.as_ref()), ("Custom High-Performance API", None));
    // The rest comes from the defaults.
    assert_eq!((policy.policy_type, policy.aggregation, policy.stabilization_window), (PolicyType::Adaptive, Aggregation::Balanced, 300));
    let triggers: Vec<_> = policy.metrics.iter().map(|rule| rule.trigger_value(Some(500.0))).collect();
    // "30% of max acceptable (500ms -> 150ms trigger)", 70 %, "1% error rate".
    assert_eq!(triggers, [150.0, 70.0, 1.0]);
}

#[test]
fn a_trigger_is_the_share_of_the_maximum_in_its_own_unit() {
    let own = |metric, maximum| MetricRule { maximum: Some(maximum), ..rule(metric, 0.5, 1.0) };
    let table = [
        ("half of the cores", rule(Metric::Cpu, 0.5, 1.0), None, 50.0),
        ("half of the memory", rule(Metric::Memory, 0.5, 1.0), Some(500.0), 50.0),
        ("half of the guide's five seconds", rule(Metric::ResponseTime, 0.5, 1.0), None, 2_500.0),
        ("half of the objective", rule(Metric::ResponseTime, 0.5, 1.0), Some(500.0), 250.0),
        ("a twentieth of all requests", rule(Metric::ErrorRate, 0.05, 1.0), Some(500.0), 5.0),
        ("half of a thousand requests per second", rule(Metric::Requests, 0.5, 1.0), None, 500.0),
        ("its own maximum before the objective", own(Metric::ResponseTime, 800.0), Some(500.0), 400.0),
        ("its own maximum before the metric's", own(Metric::Requests, 40.0), None, 20.0),
    ];
    for (name, rule, objective, trigger) in table {
        assert_eq!(rule.trigger_value(objective), trigger, "{name}");
    }
}

#[test]
fn unset_fields_come_from_the_template_then_the_base_then_the_defaults() {
    let old = check(&PolicyDraft { cooldown_period: Some(240.0), max_instances: Some(7.0), ..good() }).unwrap().policy;
    let changed = |draft: PolicyDraft| validate(&draft, PolicyBase::Existing(&old), identity()).unwrap().policy;

    let renamed = changed(PolicyDraft { name: Some("  Shop front ".to_owned()), ..PolicyDraft::default() });
    assert_eq!((renamed.name.as_str(), renamed.cooldown_period, renamed.max_instances.0), ("Shop front", 240, 7));

    let api = changed(PolicyDraft {
        template_id: Some(TemplateId("api-performance".to_owned())),
        max_instances: Some(9.0),
        ..PolicyDraft::default()
    });
    assert_eq!((api.name.as_str(), api.cooldown_period, api.min_instances.0, api.max_instances.0), ("API, performance", 180, 3, 9));

    assert_eq!(check(&good()).unwrap().policy.cooldown_period, 300);
}

#[test]
fn an_unknown_template_does_not_hide_the_other_faults() {
    let draft = PolicyDraft { template_id: Some(TemplateId("web".to_owned())), min_instances: Some(0.0), ..good() };
    let faults = check(&draft).unwrap_err();
    assert_eq!(faults.iter().map(|fault| fault.field.as_str()).collect::<Vec<_>>(), ["templateId", "minInstances"]);
    for shipped in templates() {
        assert!(faults[0].message.contains(shipped.id.as_str()), "{}", faults[0].message);
    }
}

/// Any number at all, the awkward ones often.
fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![any::<f64>(), Just(f64::NAN), Just(f64::INFINITY), -1.0..2.0_f64, 0.0..20_000.0_f64, (0_u32..20).prop_map(f64::from)]
}

fn any_rule() -> impl Strategy<Value = MetricRule> {
    let comparison = prop::sample::select(vec![Comparison::Gt, Comparison::Gte, Comparison::Lt, Comparison::Lte]);
    (prop::sample::select(Metric::ALL.to_vec()), any_number(), comparison, any_number(), prop::option::of(any_number()))
        .prop_map(|(metric, threshold, comparison, weight, maximum)| MetricRule { metric, threshold, comparison, weight, maximum })
}

prop_compose! {
    fn any_draft()(
        name in prop::option::of(".{0,210}"),
        template in prop::option::of(prop::sample::select(vec!["api-performance", "dev-minimal", "nothing"])),
        metrics in prop::option::of(prop::collection::vec(any_rule(), 0..5)),
        numbers in prop::collection::vec(prop::option::weighted(0.4, any_number()), 9),
        allow_scale_to_zero in prop::option::of(any::<bool>()),
    ) -> PolicyDraft {
        PolicyDraft {
            name,
            template_id: template.map(|id| TemplateId(id.to_owned())),
            metrics,
            scale_up_threshold: numbers[0],
            scale_down_threshold: numbers[1],
            cooldown_period: numbers[2],
            scale_up_cooldown: numbers[3],
            scale_down_cooldown: numbers[4],
            stabilization_window: numbers[5],
            urgent_pressure: numbers[6],
            min_instances: numbers[7],
            max_instances: numbers[8],
            allow_scale_to_zero,
            ..PolicyDraft::default()
        }
    }
}

prop_compose! {
    /// Drafts of which most are legal.
    fn legal_draft()(
        up in 0.01..=1.0_f64,
        down in 0.0..0.99_f64,
        cooldown in 0_u32..=86_400,
        min in 1_u32..20,
        more in 0_u32..200,
        cpu in 0.01..=1.0_f64,
        weights in (0.01..=1.0_f64, 0.0..=1.0_f64),
        comparison in prop::sample::select(vec![Comparison::Gt, Comparison::Lt]),
    ) -> PolicyDraft {
        PolicyDraft {
            metrics: Some(vec![rule(Metric::Cpu, cpu, weights.0), MetricRule { comparison, ..rule(Metric::Requests, cpu, weights.1) }]),
            scale_up_threshold: Some(up),
            scale_down_threshold: Some(down * up),
            cooldown_period: Some(f64::from(cooldown)),
            min_instances: Some(f64::from(min)),
            max_instances: Some(f64::from(min + more)),
            ..good()
        }
    }
}

fn assert_valid(policy: &Policy) {
    assert!((1..=200).contains(&policy.name.chars().count()));
    assert!(policy.scale_up_threshold > 0.0 && policy.scale_up_threshold <= 1.0);
    assert!((0.0..policy.scale_up_threshold).contains(&policy.scale_down_threshold));
    assert!(policy.cooldown_period <= 86_400 && policy.stabilization_window <= 3_600);
    assert!((1.0..=4.0).contains(&policy.urgent_pressure));
    assert!(policy.min_instances <= policy.max_instances && policy.max_instances.0 <= 10_000);
    assert!(policy.allow_scale_to_zero || policy.min_instances.0 >= 1);
    assert!(policy.metrics.iter().any(|rule| rule.weight > 0.0));
    for rule in &policy.metrics {
        assert!((0.0..=1.0).contains(&rule.weight) && rule.trigger_value(None).is_normal() && rule.trigger_value(None) > 0.0);
    }
}

proptest! {
    #[test]
    fn whatever_is_written_is_a_valid_policy_or_a_list_of_faults(draft in any_draft()) {
        match check(&draft) {
            Ok(checked) => assert_valid(&checked.policy),
            Err(faults) => {
                prop_assert!(!faults.is_empty());
                prop_assert!(faults.iter().all(|fault| !fault.field.is_empty() && fault.message.ends_with('.')));
            }
        }
    }

    #[test]
    fn a_policy_written_as_a_draft_is_that_policy_again(draft in legal_draft()) {
        let first = check(&draft).unwrap();
        let again = validate(&PolicyDraft::from(&first.policy), PolicyBase::Existing(&first.policy), identity()).unwrap();
        prop_assert_eq!(&first, &again);
        let stored: Policy = serde_json::from_str(&serde_json::to_string(&first.policy).unwrap()).unwrap();
        prop_assert_eq!(stored, first.policy);
    }

    #[test]
    fn multiplying_all_weights_changes_only_what_is_said_of_their_sum(draft in legal_draft(), factor in 0.1..1.0_f64) {
        let mut lighter = draft.clone();
        for rule in lighter.metrics.iter_mut().flatten() {
            rule.weight *= factor;
        }
        let about_others = |draft: &PolicyDraft| -> Vec<_> {
            check(draft).unwrap().advice.into_iter().filter(|one| !one.message.contains("sum to")).collect()
        };
        prop_assert_eq!(about_others(&draft), about_others(&lighter));
    }
}
