//! How a policy has done over a window of time: the guide's key figures, and its four troubleshooting rows as findings with numbers.
//!
//! Read [`examine`] first. What was not measured is `None`, never a guess.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::cost::Cost;
use crate::decide::{Check, Direction};
use crate::deployment::Objectives;
use crate::metric::Metric;
use crate::policy::{Comparison, Policy};
use crate::units::{Instances, Money};

/// Fewer events a day are ideal, says the guide.
pub const IDEAL_EVENTS_PER_DAY: f64 = 10.0;
/// A higher efficiency is the guide's goal.
pub const EFFICIENCY_GOAL: f64 = 0.60;
/// The mean utilization that the guide aims at.
pub const UTILIZATION_GOAL: (f64, f64) = (0.70, 0.80);
/// The gap that the guide prescribes against frequent scaling.
const CALM_GAP: f64 = 0.30;
/// The longest cooldown that the guide prescribes against slow scaling: five minutes.
const QUICK_COOLDOWN_SECONDS: u32 = 300;
/// Share of the time from which a held scale-up is a finding: under 1 % a user hardly meets it.
const HELD_SHARE: f64 = 0.01;
/// Share of the scale-ups from which one metric leads alone.
const LEADING_SHARE: f64 = 0.8;
/// Fewer scale-ups say nothing about who leads them.
const LEAST_SCALE_UPS: u32 = 5;
/// Changes of direction that make an oscillation.
const FLIPS: usize = 3;
/// Cooldowns within which they make one.
const COOLDOWNS: i32 = 4;
/// Without a cooldown an oscillation is sought within four times this.
const LEAST_COOLDOWN: TimeDelta = TimeDelta::seconds(60);

/// A change of instances that the policy ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// When.
    pub at: DateTime<Utc>,
    /// Instances before.
    pub from: Instances,
    /// Instances after.
    pub to: Instances,
    /// The metric that led it, where one did.
    pub led_by: Option<Metric>,
}

/// What was seen for a while.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Usage {
    /// For how long.
    pub time: TimeDelta,
    /// Ready instances.
    pub ready: Instances,
    /// CPU in use as a share, 0.5 is half; `None` where nobody measured.
    pub cpu: Option<f64>,
    /// Response time in ms; `None` without requests, or where nobody measured.
    pub response_time_ms: Option<f64>,
    /// Failed requests in percent; `None` without requests, or where nobody measured.
    pub error_rate_percent: Option<f64>,
}

/// How long one check held what the metrics asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Held {
    /// Which check.
    pub check: Check,
    /// What the metrics asked for.
    pub asked: Direction,
    /// Evaluations that it held.
    pub evaluations: u32,
}

/// What happened to one deployment under one policy in a window of time.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// Its beginning.
    pub from: DateTime<Utc>,
    /// Its end.
    pub to: DateTime<Utc>,
    /// What the policy changed in it, the oldest first.
    pub changes: &'a [Change],
    /// What was seen in it; time that nobody saw is left out.
    pub usage: &'a [Usage],
    /// What was held, each check and direction once.
    pub held: &'a [Held],
    /// All evaluations in it.
    pub evaluations: u32,
    /// What it cost.
    pub cost: &'a Cost,
}

/// The health of a policy. Shares are in [0, 1]; `None` where nothing was measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Health {
    /// Changes a day; under 10 is ideal.
    pub events_per_day: Option<f64>,
    /// Mean CPU utilization over ready instances and time.
    pub mean_utilization: Option<f64>,
    /// The CPU utilizations between which the policy, by CPU alone, changes nothing; `None` without a CPU rule.
    pub band: Option<Band>,
    /// Cost-weighted share that was used; over 0.6 is the goal.
    pub efficiency: Option<f64>,
    /// Share of the time with a response time inside its objective.
    pub inside_response_time: Option<f64>,
    /// Share of the time with an error rate inside its objective.
    pub inside_error_rate: Option<f64>,
    /// Share of the time with at least one ready instance.
    pub uptime: Option<f64>,
    /// How often the direction changed three times or more within four cooldowns.
    pub oscillations: u32,
    /// Share of the time at the maximum.
    pub time_at_max: Option<f64>,
    /// What held decisions back, as given.
    pub held: Vec<Held>,
    /// What could be wrong, with its numbers.
    pub findings: Vec<Finding>,
}

/// A range of utilization.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "UtilizationBand"))]
pub struct Band {
    /// At this or below, fewer would do.
    pub lowest: f64,
    /// Above this, more is asked for.
    pub highest: f64,
}

/// One of the guide's four common issues, found in the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Finding {
    /// Ten events a day or more.
    FrequentScaling {
        /// How many.
        events_per_day: f64,
        /// How far the thresholds are apart.
        gap: f64,
    },
    /// A cooldown over five minutes held back scale-ups.
    SlowScaling {
        /// In how many of the evaluations, as a share.
        held_share: f64,
        /// The cooldown of scaling up in seconds.
        cooldown_seconds: u32,
    },
    /// One metric led most scale-ups, and what it added was little used.
    OverScaling {
        /// Which.
        metric: Metric,
        /// Its share of the scale-ups.
        share: f64,
        /// The cost-weighted share that was used.
        efficiency: f64,
    },
    /// Less was used than is worth its price.
    HighCost {
        /// The cost-weighted share that was used.
        efficiency: f64,
        /// What the unused part cost.
        idle: Money,
    },
}

/// Reads a record against its policy and the deployment's objectives. Total; the record's order of usage does not matter.
#[must_use]
pub fn examine(record: &Record<'_>, policy: &Policy, objectives: &Objectives) -> Health {
    let days = (record.to - record.from).as_seconds_f64() / 86_400.0;
    let is_inside = |limit: Option<f64>, value: Option<f64>| Some(value? <= limit?);
    let mut health = Health {
        events_per_day: (days > 0.0).then(|| record.changes.len() as f64 / days),
        mean_utilization: mean_utilization(record.usage),
        band: band(policy),
        efficiency: efficiency(record.cost),
        inside_response_time: share_of_time(record.usage, |usage| is_inside(objectives.response_time_ms, usage.response_time_ms)),
        inside_error_rate: share_of_time(record.usage, |usage| is_inside(objectives.error_rate_percent, usage.error_rate_percent)),
        uptime: share_of_time(record.usage, |usage| Some(usage.ready > Instances::ZERO)),
        oscillations: oscillations(record.changes, policy),
        time_at_max: share_of_time(record.usage, |usage| Some(usage.ready >= policy.max_instances)),
        held: record.held.to_vec(),
        findings: Vec::new(),
    };
    health.findings = findings(&health, record, policy);
    health
}

impl Finding {
    /// What it is, with its numbers, and what to do.
    #[must_use]
    pub fn sentence(&self) -> String {
        let percent = |share: f64| format!("{:.0} %", share * 100.0);
        match self {
            Self::FrequentScaling { events_per_day, gap } => {
                let remedy = if *gap < CALM_GAP {
                    format!("Set them {} apart or more.", percent(CALM_GAP))
                } else {
                    "That gap is wide enough: set a longer cooldown.".to_owned()
                };
                format!("Scales {events_per_day:.0} times a day with thresholds {} apart. {remedy}", percent(*gap))
            }
            Self::SlowScaling { held_share, cooldown_seconds } => format!(
                "The cooldown of {cooldown_seconds} s held back scale-ups in {:.1} % of the evaluations. Set 120 to 300 s.",
                held_share * 100.0
            ),
            Self::OverScaling { metric, share, efficiency } => format!(
                "{} of the scale-ups were led by {} alone, and {} of what they added to was used. Add metrics, or lower its weight.",
                percent(*share),
                metric.words(),
                percent(*efficiency)
            ),
            Self::HighCost { efficiency, idle } => format!(
                "{} of what is paid for was used; the rest cost {:.2}. Use smaller instances, or a lower minimum.",
                percent(*efficiency),
                idle.as_units()
            ),
        }
    }
}

fn findings(health: &Health, record: &Record<'_>, policy: &Policy) -> Vec<Finding> {
    let frequent = health.events_per_day.filter(|events| *events >= IDEAL_EVENTS_PER_DAY).map(|events_per_day| {
        let gap = policy.scale_up_threshold - policy.scale_down_threshold;
        Finding::FrequentScaling { events_per_day, gap }
    });
    let is_inefficient = health.efficiency.filter(|efficiency| *efficiency < EFFICIENCY_GOAL);
    let over = is_inefficient.and_then(|efficiency| {
        let (metric, share) = leader(record.changes)?;
        (share >= LEADING_SHARE).then_some(Finding::OverScaling { metric, share, efficiency })
    });
    let costly = is_inefficient.map(|efficiency| Finding::HighCost { efficiency, idle: record.cost.idle });
    [frequent, slow(record, policy), over, costly].into_iter().flatten().collect()
}

fn slow(record: &Record<'_>, policy: &Policy) -> Option<Finding> {
    let cooldown_seconds = policy.scale_up_cooldown.unwrap_or(policy.cooldown_period);
    let held_up = |held: &&Held| held.check == Check::Cooldown && held.asked == Direction::Up;
    let evaluations: u32 = record.held.iter().filter(held_up).map(|held| held.evaluations).sum();
    let held_share = f64::from(evaluations) / f64::from(record.evaluations.max(1));
    (cooldown_seconds > QUICK_COOLDOWN_SECONDS && held_share >= HELD_SHARE).then_some(Finding::SlowScaling { held_share, cooldown_seconds })
}

/// The metric that led the most scale-ups, and its share of those that any metric led.
fn leader(changes: &[Change]) -> Option<(Metric, f64)> {
    let led = |metric: Metric| changes.iter().filter(|change| change.to > change.from && change.led_by == Some(metric)).count() as u32;
    let all: u32 = Metric::ALL.into_iter().map(led).sum();
    let metric = Metric::ALL.into_iter().max_by_key(|metric| led(*metric))?;
    (all >= LEAST_SCALE_UPS).then(|| (metric, f64::from(led(metric)) / f64::from(all)))
}

/// By CPU alone: up above its threshold, down at `threshold · scaleDownThreshold / scaleUpThreshold`.
fn band(policy: &Policy) -> Option<Band> {
    let is_upward = |comparison| matches!(comparison, Comparison::Gt | Comparison::Gte);
    let rule = policy.metrics.iter().find(|rule| rule.metric == Metric::Cpu && is_upward(rule.comparison))?;
    let highest = rule.trigger_value(None) / 100.0;
    Some(Band { lowest: highest * policy.scale_down_threshold / policy.scale_up_threshold, highest })
}

fn efficiency(cost: &Cost) -> Option<f64> {
    let measured = cost.measured_time.as_seconds_f64();
    (measured > 0.0).then(|| cost.used_time.as_seconds_f64() / measured)
}

fn mean_utilization(usage: &[Usage]) -> Option<f64> {
    let (mut used, mut there) = (0.0, 0.0);
    for one in usage {
        if let Some(cpu) = one.cpu {
            let time = one.ready.as_f64() * seconds(one);
            used += cpu * time;
            there += time;
        }
    }
    (there > 0.0).then(|| used / there)
}

/// Of the time for which the question has an answer, the share for which it is yes.
fn share_of_time(usage: &[Usage], question: impl Fn(&Usage) -> Option<bool>) -> Option<f64> {
    let (mut yes, mut all) = (0.0, 0.0);
    for one in usage {
        if let Some(answer) = question(one) {
            all += seconds(one);
            yes += if answer { seconds(one) } else { 0.0 };
        }
    }
    (all > 0.0).then(|| yes / all)
}

fn seconds(usage: &Usage) -> f64 {
    usage.time.as_seconds_f64().max(0.0)
}

/// Groups of at least three changes of direction within four cooldowns; a change of direction counts in one group alone.
fn oscillations(changes: &[Change], policy: &Policy) -> u32 {
    let longest = policy.cooldown_up().max(policy.cooldown_down()).max(LEAST_COOLDOWN) * COOLDOWNS;
    let moves: Vec<_> = changes.iter().filter(|change| change.to != change.from).collect();
    let is_up = |change: &Change| change.to > change.from;
    let flips: Vec<_> = moves.windows(2).filter(|pair| is_up(pair[0]) != is_up(pair[1])).map(|pair| pair[1].at).collect();
    let (mut groups, mut next) = (0, 0);
    while next + FLIPS <= flips.len() {
        let first = flips[next];
        let within = flips[next..].iter().take_while(|at| **at - first <= longest).count();
        if within >= FLIPS {
            groups += 1;
            next += within;
        } else {
            next += 1;
        }
    }
    groups
}

/// Whether the count swings at `now`: at least three changes of direction within the last four cooldowns.
#[must_use]
pub fn is_oscillating(changes: &[Change], policy: &Policy, now: DateTime<Utc>) -> bool {
    let longest = policy.cooldown_up().max(policy.cooldown_down()).max(LEAST_COOLDOWN) * COOLDOWNS;
    let moves: Vec<_> = changes.iter().filter(|change| change.to != change.from).collect();
    let is_up = |change: &Change| change.to > change.from;
    let flips = moves.windows(2).filter(|pair| is_up(pair[0]) != is_up(pair[1]) && now - pair[1].at <= longest && pair[1].at <= now);
    flips.count() >= FLIPS
}
