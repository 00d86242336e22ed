//! What is worth knowing about a legal policy: the guide's best practices, each with the number it is about.

use super::validate::{Identity, PolicyBase, plain, policy_of};
use super::{Advice, AdviceLevel, Comparison, MetricRule, Policy, PolicyType};
use crate::decide::pressure::{ALONE_SHARE, SLACK};
use crate::decide::size::CALM_PRESSURE;
use crate::metric::Metric;
use crate::templates;

/// The score that must not be reached: where a metric asks for more all by itself.
const CRITICAL_SCORE: f64 = ALONE_SHARE;
/// How far under the critical level the guide wants the scale-up threshold, as points of the score.
const BELOW_CRITICAL: (f64, f64) = (0.10, 0.20);
/// How far apart the guide wants the thresholds.
const GAP: (f64, f64) = (0.20, 0.40);
/// The cooldowns of the guide's templates, in seconds: 2 to 15 minutes.
const COOLDOWN_SECONDS: (u32, u32) = (120, 900);
/// How many metrics the guide wants.
const METRICS: (usize, usize) = (2, 4);
/// More instances than this are worth a second look.
const MANY_INSTANCES: u32 = 100;
/// How many times its minimum a deployment grows to without a second look.
const WIDE_RANGE: u32 = 10;

/// Everything worth knowing about a policy, in the order of its fields. What its own template does too is marked "by design".
pub(super) fn advise(policy: &Policy) -> Vec<Advice> {
    let by_design = findings_of_template(policy);
    let mut advice = findings(policy);
    for one in &mut advice {
        if by_design.iter().any(|other| other.field == one.field && other.message == one.message) {
            one.level = AdviceLevel::ByDesign;
        }
    }
    advice
}

fn findings_of_template(policy: &Policy) -> Vec<Advice> {
    let Some(template) = policy.template_id.as_ref().and_then(templates::template) else { return Vec::new() };
    let identity = Identity { id: policy.id.clone(), version: policy.version, updated_at: policy.updated_at };
    policy_of(&template.draft, PolicyBase::Defaults, identity).map(|pure| findings(&pure)).unwrap_or_default()
}

fn findings(policy: &Policy) -> Vec<Advice> {
    let mut found = Found::default();
    about_metrics(policy, &mut found);
    about_thresholds(policy, &mut found);
    about_cooldowns(policy, &mut found);
    about_bounds(policy, &mut found);
    found.0
}

fn about_metrics(policy: &Policy, found: &mut Found) {
    let metrics = &policy.metrics;
    let counting = metrics.iter().filter(|rule| rule.weight > 0.0).count();
    if counting < METRICS.0 {
        found.warning("metrics", format!("{counting} metric decides alone; 2 to 4 balance each other."));
    } else if counting > METRICS.1 {
        found.recommendation("metrics", format!("{counting} metrics decide together; with more than 4 a single one hardly counts."));
    }
    let all_weight: f64 = metrics.iter().map(|rule| rule.weight).sum();
    if (all_weight - 1.0).abs() > SLACK {
        found.recommendation("metrics", format!("The weights sum to {}, not to 1; they are normalized.", plain(all_weight)));
    }
    if !metrics.iter().any(|rule| rule.metric == Metric::ErrorRate && rule.weight > 0.0) {
        found.warning("metrics", "Error rate has a weight of 0: failing requests never ask for more instances.");
    }
    for (index, rule) in metrics.iter().enumerate() {
        about_weight(index, rule, all_weight, found);
        about_inverse(index, rule, policy, found);
    }
}

/// The weight counts as its share of all weights: multiplying all of them changes nothing.
fn about_weight(index: usize, rule: &MetricRule, all_weight: f64, found: &mut Found) {
    let share = rule.weight / all_weight;
    let recommended = rule.metric.recommended_weight();
    let (lowest, highest) = (*recommended.start(), *recommended.end());
    if rule.weight > 0.0 && (share < lowest - SLACK || share > highest + SLACK) {
        let name = rule.metric.words();
        let message = format!("Of all weight, {name} has {}; {} to {} is recommended for it.", plain(share), plain(lowest), plain(highest));
        found.recommendation(format!("metrics[{index}].weight"), message);
    }
}

/// A metric that asks for more when it is low presses least at its maximum, with just its threshold.
fn about_inverse(index: usize, rule: &MetricRule, policy: &Policy, found: &mut Found) {
    let is_inverse = matches!(rule.comparison, Comparison::Lt | Comparison::Lte);
    let least_score = policy.scale_up_threshold * rule.threshold;
    if is_inverse && rule.weight > 0.0 && least_score > policy.scale_down_threshold + SLACK {
        let message = format!(
            "Even at its maximum, {} has a score of {} and never agrees to scale down at {}; lower its threshold to {} or less.",
            rule.metric.words(),
            plain(least_score),
            plain(policy.scale_down_threshold),
            plain((policy.scale_down_threshold / policy.scale_up_threshold * 100.0).floor() / 100.0)
        );
        found.warning(format!("metrics[{index}].comparison"), message);
    }
}

fn about_thresholds(policy: &Policy, found: &mut Found) {
    let (up, down) = (policy.scale_up_threshold, policy.scale_down_threshold);
    let below = CRITICAL_SCORE - up;
    if below < BELOW_CRITICAL.0 - SLACK || below > BELOW_CRITICAL.1 + SLACK {
        let distance = if below.abs() <= SLACK {
            "at".to_owned()
        } else {
            format!("{} {}", plain(below.abs()), if below > 0.0 { "under" } else { "above" })
        };
        let message = format!("{} is {distance} the critical level of {CRITICAL_SCORE}; 0.1 to 0.2 under it is recommended.", plain(up));
        found.recommendation("scaleUpThreshold", message);
    }
    let gap = up - down;
    if gap < GAP.0 - SLACK {
        found.warning("scaleDownThreshold", format!("The thresholds are {} apart; under 0.2 a deployment scales often.", plain(gap)));
    } else if gap > GAP.1 + SLACK {
        found.recommendation("scaleDownThreshold", format!("The thresholds are {} apart; over 0.4 idle instances stay long.", plain(gap)));
    }
    about_coming_back(policy, found);
}

/// The come-back test over all n: down from n at its threshold lands at `down / up · n / (n − 1)` of the trigger.
///
/// That is largest at the smallest n, `min + 1`, and falls as n grows. At 0.5 / 0.6 and 2 instances it is 1.67: straight back up.
/// A `proportional` policy has no down threshold and no such test.
fn about_coming_back(policy: &Policy, found: &mut Found) {
    match policy.policy_type {
        PolicyType::Proportional => return,
        PolicyType::Gradual | PolicyType::Adaptive | PolicyType::Predictive => {}
    }
    let ratio = policy.scale_down_threshold / policy.scale_up_threshold;
    let first = policy.min_instances.0.max(1) + 1;
    let lands_at = |from: u32| ratio * f64::from(from) / f64::from(from - 1);
    let comes_back = |from: &u32| lands_at(*from) >= CALM_PRESSURE - SLACK;
    let Some(last) = (first..=policy.max_instances.0).take_while(comes_back).last() else { return };
    let counts = if last == first { format!("{first} instances") } else { format!("{first} to {last} instances") };
    let message = format!(
        "At {counts} a step down at {} lands at {} of the scale-up trigger and would come straight back; it is held until the load falls further.",
        plain(policy.scale_down_threshold),
        plain((lands_at(first) * 100.0).round() / 100.0)
    );
    found.warning("scaleDownThreshold", message);
}

fn about_cooldowns(policy: &Policy, found: &mut Found) {
    let all = [
        ("cooldownPeriod", Some(policy.cooldown_period)),
        ("scaleUpCooldown", policy.scale_up_cooldown),
        ("scaleDownCooldown", policy.scale_down_cooldown),
    ];
    for (field, seconds) in all {
        let Some(seconds) = seconds else { continue };
        if seconds < COOLDOWN_SECONDS.0 {
            found.warning(field, format!("{seconds} s may be over before a new instance helps; 120 to 900 s is recommended."));
        } else if seconds > COOLDOWN_SECONDS.1 {
            found.recommendation(field, format!("{seconds} s makes scaling slow; 120 to 900 s is recommended."));
        }
    }
}

fn about_bounds(policy: &Policy, found: &mut Found) {
    let (min, max) = (policy.min_instances.0, policy.max_instances.0);
    if min < 2 {
        found.warning("minInstances", format!("At {min}, there is no high availability; 2 or more keep serving when one fails."));
    }
    if max > MANY_INSTANCES {
        found.warning("maxInstances", format!("{max} instances are more than 100; make sure that the budget and the platform carry them."));
    }
    if max > min.max(1).saturating_mul(WIDE_RANGE) {
        let times = f64::from(max) / f64::from(min.max(1));
        found.recommendation(
            "maxInstances",
            format!("The deployment may grow to {} times its minimum; over 10 times is hard to size for.", plain(times)),
        );
    }
}

/// What was found so far.
#[derive(Default)]
struct Found(Vec<Advice>);

impl Found {
    fn warning(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(Advice { field: field.into(), level: AdviceLevel::Warning, message: message.into() });
    }

    fn recommendation(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(Advice { field: field.into(), level: AdviceLevel::Recommendation, message: message.into() });
    }
}
