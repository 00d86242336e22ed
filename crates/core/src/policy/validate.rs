//! The door to a policy: a draft is filled up from its base, everything wrong with it is found at once, and what is left is typed.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Advice, AdviceLevel, Fault, MetricRule, Policy, PolicyDraft, PolicyId, USUAL_QUANTILE, advice};
use crate::decide::pressure::{PRESSURE_CAP, SLACK};
use crate::metric::Metric;
use crate::schedule::{OwnBounds, check_schedules};
use crate::templates;
use crate::units::Instances;

/// Longest name, in characters: it must fit a line of a report.
pub const LONGEST_NAME: usize = 200;
/// Most instances that a policy may allow; a slip of the keyboard must not order a million.
pub const MOST_INSTANCES: u32 = 10_000;
/// Longest cooldown in seconds: a day. Longer ones are a policy that is switched off.
pub const LONGEST_COOLDOWN: u32 = 86_400;
/// Longest stabilization window in seconds: an hour, as for the Kubernetes HPA. A longer one outlasts the load that it saw.
pub const LONGEST_STABILIZATION_WINDOW: u32 = 3_600;
/// Lowest urgent pressure: under 1 a step would be urgent that nothing asks for.
pub const LOWEST_URGENT_PRESSURE: f64 = 1.0;
/// Highest urgent pressure: pressures are capped there, so a higher one would never be reached.
pub const HIGHEST_URGENT_PRESSURE: f64 = PRESSURE_CAP;
/// Lowest quantile of a forecast: under a half, more demand than not would wait.
pub const LOWEST_QUANTILE: f64 = 0.5;
/// Highest quantile of a forecast: what happens once in a thousand looks is as far as days of history can tell.
pub const HIGHEST_QUANTILE: f64 = 0.999;
/// Largest error-rate trigger, as a share of requests: the guide's "10 % maximum".
pub const LARGEST_ERROR_RATE: f64 = 0.10;
/// A share of 1 of something counted in percent.
const ALL_PERCENT: f64 = 100.0;

/// Where a draft's unset fields come from when it names no template.
#[derive(Debug, Clone, Copy)]
pub enum PolicyBase<'a> {
    /// A new policy: `web-app-balanced`'s numbers, and no name.
    Defaults,
    /// The policy that is changed.
    Existing(&'a Policy),
}

/// What the caller, not the draft, says about a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Names it for good.
    pub id: PolicyId,
    /// The version it would be saved as.
    pub version: u32,
    /// When.
    pub updated_at: DateTime<Utc>,
}

/// A draft that passed: the policy, and what is worth knowing about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// Valid in every field.
    pub policy: Policy,
    /// In the order of the fields.
    pub advice: Vec<Advice>,
}

/// Makes a policy of a draft, or says everything that is wrong with it.
///
/// Unset fields come from the template that the draft names, else from `base`. Deterministic and total.
///
/// # Errors
/// Every fault at once, each with the path of its field.
pub fn validate(draft: &PolicyDraft, base: PolicyBase<'_>, identity: Identity) -> Result<Checked, Vec<Fault>> {
    let policy = policy_of(draft, base, identity)?;
    let advice = advice::advise(&policy);
    Ok(Checked { policy, advice })
}

/// [`validate`] without the advice.
pub(super) fn policy_of(draft: &PolicyDraft, base: PolicyBase<'_>, identity: Identity) -> Result<Policy, Vec<Fault>> {
    let mut faults = Faults::default();
    let whole = filled(draft, base, &mut faults);
    match check(whole, identity, &mut faults) {
        Some(policy) if faults.0.is_empty() => Ok(policy),
        Some(_) | None => Err(faults.0),
    }
}

/// What validation says, as lists of text: the answer of `policy-templates/validate`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PolicyReport {
    /// No error.
    pub is_valid: bool,
    /// What is refused, each beginning with its field.
    pub errors: Vec<String>,
    /// What should be looked at.
    pub warnings: Vec<String>,
    /// What could be better, and what the template does on purpose.
    pub recommendations: Vec<String>,
}

impl PolicyReport {
    /// Words the result of [`validate`].
    #[must_use]
    pub fn of(result: &Result<Checked, Vec<Fault>>) -> Self {
        let (advice, faults): (&[Advice], &[Fault]) = match result {
            Ok(checked) => (&checked.advice, &[]),
            Err(faults) => (&[], faults),
        };
        let texts = |is_warning: bool| {
            let level_fits = |advice: &&Advice| matches!(advice.level, AdviceLevel::Warning) == is_warning;
            advice.iter().filter(level_fits).map(report_line).collect()
        };
        Self {
            is_valid: faults.is_empty(),
            errors: faults.iter().map(|fault| format!("{}: {}", fault.field, fault.message)).collect(),
            warnings: texts(true),
            recommendations: texts(false),
        }
    }
}

fn report_line(advice: &Advice) -> String {
    match advice.level {
        AdviceLevel::ByDesign => format!("{}: {} The template does this by design.", advice.field, advice.message),
        AdviceLevel::Warning | AdviceLevel::Recommendation => format!("{}: {}", advice.field, advice.message),
    }
}

/// The draft with every unset field taken from its template, else from its base, else from the defaults.
fn filled(draft: &PolicyDraft, base: PolicyBase<'_>, faults: &mut Faults) -> PolicyDraft {
    let template = draft.template_id.as_ref().and_then(|id| {
        let template = templates::template(id);
        if template.is_none() {
            let known: Vec<_> = templates::templates().iter().map(|template| template.id.as_str()).collect();
            faults.add("templateId", format!("there is no template \"{id}\"; the templates are {}.", known.join(", ")));
        }
        template
    });
    let defaults = PolicyDraft { name: None, template_id: None, ..templates::default_draft().clone() };
    let base = match (template, base) {
        (Some(template), _) => template.draft.clone(),
        (None, PolicyBase::Existing(policy)) => PolicyDraft::from(policy),
        (None, PolicyBase::Defaults) => PolicyDraft::default(),
    };
    draft.clone().or(base).or(defaults)
}

/// Checks every field of a draft; a policy only where each of them is legal.
fn check(whole: PolicyDraft, identity: Identity, faults: &mut Faults) -> Option<Policy> {
    let cooldown_words = "whole seconds from 0 to 86 400 (a day)";
    let cooldown = |faults: &mut Faults, field: &str, value: f64| faults.count(field, value, 0, LONGEST_COOLDOWN, cooldown_words);
    let name = check_name(whole.name.as_deref(), faults);
    let metrics = check_metrics(whole.metrics.unwrap_or_default(), faults);
    let (up, down) = check_thresholds(whole.scale_up_threshold, whole.scale_down_threshold, faults);
    let cooldown_period =
        faults.required("cooldownPeriod", whole.cooldown_period).and_then(|value| cooldown(faults, "cooldownPeriod", value));
    let scale_up_cooldown = whole.scale_up_cooldown.and_then(|value| cooldown(faults, "scaleUpCooldown", value));
    let scale_down_cooldown = whole.scale_down_cooldown.and_then(|value| cooldown(faults, "scaleDownCooldown", value));
    let window = faults.required("stabilizationWindow", whole.stabilization_window).and_then(|value| {
        faults.count("stabilizationWindow", value, 0, LONGEST_STABILIZATION_WINDOW, "whole seconds from 0 to 3 600 (an hour)")
    });
    let urgent = faults.required("urgentPressure", whole.urgent_pressure).and_then(|value| {
        let is_allowed = |pressure| (LOWEST_URGENT_PRESSURE..=HIGHEST_URGENT_PRESSURE).contains(&pressure);
        faults.number("urgentPressure", value, is_allowed, "a pressure from 1 (at the trigger) to 4 (where pressures are capped)")
    });
    let allow_scale_to_zero = whole.allow_scale_to_zero.unwrap_or(false);
    let quantile = faults.number(
        "forecastQuantile",
        whole.forecast_quantile.unwrap_or(USUAL_QUANTILE),
        |quantile| (LOWEST_QUANTILE..=HIGHEST_QUANTILE).contains(&quantile),
        "the share of demand that is to find its instances ready, from 0.5 to 0.999",
    );
    let (min, max) = check_bounds(whole.min_instances, whole.max_instances, allow_scale_to_zero, faults);
    // Against bounds that are wrong themselves nothing is held.
    let sound = min.zip(max).filter(|(min, max)| min <= max);
    let own = sound.map(|(min, max)| OwnBounds { minimum: Instances(min), maximum: Instances(max) });
    let written = whole.schedules.unwrap_or_default();
    let schedules = check_schedules(&written, own, allow_scale_to_zero, identity.updated_at).unwrap_or_else(|found| {
        faults.0.extend(found);
        Vec::new()
    });
    Some(Policy {
        id: identity.id,
        version: identity.version,
        name: name?,
        template_id: whole.template_id,
        policy_type: whole.policy_type.unwrap_or_default(),
        mode: whole.mode.unwrap_or_default(),
        is_enabled: whole.is_enabled.unwrap_or(true),
        metrics,
        aggregation: whole.aggregation.unwrap_or_default(),
        scale_up_threshold: up?,
        scale_down_threshold: down?,
        cooldown_period: cooldown_period?,
        scale_up_cooldown,
        scale_down_cooldown,
        stabilization_window: window?,
        consolidation: whole.consolidation.unwrap_or(true),
        urgent_pressure: urgent?,
        min_instances: Instances(min?),
        max_instances: Instances(max?),
        allow_scale_to_zero,
        forecast_quantile: quantile?,
        follow_objective: whole.follow_objective.unwrap_or(true),
        schedules,
        updated_at: identity.updated_at,
    })
}

fn check_name(name: Option<&str>, faults: &mut Faults) -> Option<String> {
    let name = name.unwrap_or_default().trim();
    let length = name.chars().count();
    if length == 0 {
        faults.add("name", "the policy has no name; give it one of 1 to 200 characters.");
    } else if length > LONGEST_NAME {
        faults.add("name", format!("the name has {length} characters; give one of 1 to 200."));
    } else if name.chars().any(char::is_control) {
        faults.add("name", "the name has a line break or another control character; give it on one line.");
    }
    Some(name.to_owned())
}

fn check_thresholds(up: Option<f64>, down: Option<f64>, faults: &mut Faults) -> (Option<f64>, Option<f64>) {
    let up = faults.required("scaleUpThreshold", up).and_then(|value| {
        faults.number("scaleUpThreshold", value, |up| up > 0.0 && up <= 1.0, "a share above 0 and at most 1, such as 0.7")
    });
    let down = faults.required("scaleDownThreshold", down).and_then(|value| match up {
        Some(up) => {
            let wanted = format!("a share from 0 to below the scale-up threshold, which is {}", plain(up));
            faults.number("scaleDownThreshold", value, |down| down >= 0.0 && down < up, &wanted)
        }
        None => {
            faults.number("scaleDownThreshold", value, |down| (0.0..1.0).contains(&down), "a share from 0 to below the scale-up threshold")
        }
    });
    (up, down)
}

fn check_bounds(min: Option<f64>, max: Option<f64>, allow_zero: bool, faults: &mut Faults) -> (Option<u32>, Option<u32>) {
    let min = faults.required("minInstances", min).and_then(|value| {
        if value == 0.0 && !allow_zero {
            faults.add("minInstances", "is 0, which would stop the deployment; give at least 1, or set allowScaleToZero.");
            return None;
        }
        let lowest = u32::from(!allow_zero);
        faults.count("minInstances", value, lowest, MOST_INSTANCES, &format!("a whole number from {lowest} to 10 000"))
    });
    let max = faults
        .required("maxInstances", max)
        .and_then(|value| faults.count("maxInstances", value, 1, MOST_INSTANCES, "a whole number from 1 to 10 000"));
    if let (Some(min), Some(max)) = (min, max)
        && max < min
    {
        faults.add("maxInstances", format!("is {max}, fewer than minInstances, which is {min}; raise it or lower minInstances."));
    }
    (min, max)
}

fn check_metrics(metrics: Vec<MetricRule>, faults: &mut Faults) -> Vec<MetricRule> {
    if metrics.is_empty() {
        let known = Metric::ALL.map(Metric::name).join(", ");
        faults.add("metrics", format!("the policy has no metric; give at least one of {known}."));
        return metrics;
    }
    let mut seen = BTreeSet::new();
    for (index, rule) in metrics.iter().enumerate() {
        if !seen.insert(rule.metric) {
            let name = rule.metric.name();
            faults.add(format!("metrics[{index}].metric"), format!("{name} is there twice; keep one of the two."));
        }
        check_rule(index, rule, faults);
    }
    if metrics.iter().all(|rule| rule.weight == 0.0) {
        faults.add("metrics", "all weights are 0, so nothing could be decided; give at least one metric a weight above 0.");
    }
    metrics
}

fn check_rule(index: usize, rule: &MetricRule, faults: &mut Faults) {
    let field = |name: &str| format!("metrics[{index}].{name}");
    faults.number(&field("weight"), rule.weight, |weight| (0.0..=1.0).contains(&weight), "a weight from 0 to 1");
    let is_error_rate = rule.metric == Metric::ErrorRate;
    let maximum = match rule.maximum {
        None => Some(rule.metric.default_maximum()),
        Some(maximum) if is_error_rate => faults.number(
            &field("maximum"),
            maximum,
            |most| most > 0.0 && most <= ALL_PERCENT,
            "percent of requests above 0 and at most 100",
        ),
        Some(maximum) => {
            let wanted = format!("the {} reading that a threshold of 1 means, above 0 {}", rule.metric.words(), rule.metric.unit());
            faults.number(&field("maximum"), maximum, |most| most > 0.0, &wanted)
        }
    };
    let wanted = if is_error_rate { "a share of requests above 0 and at most 0.1" } else { "a share of the maximum above 0 and at most 1" };
    let threshold = faults.number(&field("threshold"), rule.threshold, |share| share > 0.0 && share <= 1.0, wanted);
    let (Some(threshold), Some(maximum)) = (threshold, maximum) else { return };
    let trigger = threshold * maximum;
    if is_error_rate && trigger > LARGEST_ERROR_RATE * ALL_PERCENT * (1.0 + SLACK) {
        let message = format!("would trigger at {} % of requests; the highest trigger is 10 %, a threshold of 0.1.", plain(trigger));
        faults.add(field("threshold"), message);
    } else if !trigger.is_normal() {
        let message = format!("gives a trigger of {trigger:e} {}, which nothing can measure; give a larger one.", rule.metric.unit());
        faults.add(field("threshold"), message);
    }
}

/// What is wrong so far.
#[derive(Default)]
struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(Fault { field: field.into(), message: message.into() });
    }

    fn required(&mut self, field: &str, value: Option<f64>) -> Option<f64> {
        if value.is_none() {
            self.add(field, "is missing; give a number.");
        }
        value
    }

    fn number(&mut self, field: &str, value: f64, is_allowed: impl Fn(f64) -> bool, wanted: &str) -> Option<f64> {
        if !value.is_finite() {
            self.add(field, format!("is not a finite number; give {wanted}."));
            None
        } else if !is_allowed(value) {
            self.add(field, format!("is {}; give {wanted}.", plain(value)));
            None
        } else {
            Some(value)
        }
    }

    fn count(&mut self, field: &str, value: f64, lowest: u32, highest: u32, wanted: &str) -> Option<u32> {
        let is_allowed = |count: f64| count.fract() == 0.0 && count >= f64::from(lowest) && count <= f64::from(highest);
        // In range and whole, so the cast is exact.
        self.number(field, value, is_allowed, wanted).map(|count| count as u32)
    }
}

/// A number for people: at most four decimals, none that say nothing; an exponent where digits would run on.
pub(super) fn plain(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude >= 1e9 || (magnitude > 0.0 && magnitude < 1e-4) {
        format!("{value:e}")
    } else {
        format!("{}", (value * 1e4).round() / 1e4)
    }
}
