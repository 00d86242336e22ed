//! A decision as a person reads it.

use chrono::{DateTime, Utc};
use headroom_core::decide::{
    Action, Check, CheckOutcome, CheckResult, Contribution, Counts, Decision, Direction, Distance, MetricState, Outlook, distance, words,
};
use headroom_core::deployment::DeploymentId;
use headroom_core::metric::Metric;
use headroom_core::observation::ResponseStatistic;
use headroom_core::policy::{Policy, PolicyId, PolicyMode};
use headroom_core::units::{Instances, MoneyPerHour};
use serde::{Deserialize, Serialize};

/// One decision, whole. The first five fields are the guide's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DecisionView {
    /// What is done.
    pub action: Action,
    /// The count that it ends at.
    pub target_instances: Instances,
    /// In [0, 1].
    pub confidence: f64,
    /// In [0, 1], where any metric was fresh.
    pub score: Option<f64>,
    /// The reason as a sentence: "3 → 4 instances: CPU 92 % is 1.31 × its 70 % trigger."
    pub reason: String,
    /// The reason in a few words, for a table row.
    pub short: String,
    /// The reason's code, for programs.
    pub reason_code: String,
    /// What the metrics asked for, before anything held it.
    pub asked: Direction,
    /// In shadow nothing was acted.
    pub mode: PolicyMode,
    /// Ready instances at the time, where known.
    pub ready_instances: Option<Instances>,
    /// Starting instances at the time, where known.
    pub starting_instances: Option<Instances>,
    /// The score once starting instances are ready.
    pub score_when_ready: Option<f64>,
    /// The score by which "down" is judged.
    pub down_score: Option<f64>,
    /// From what was asked to what was ordered.
    pub counts: Counts,
    /// The metrics at or past their trigger.
    pub triggered_metrics: Vec<Metric>,
    /// Each metric of the policy, in its order.
    pub contributions: Vec<ContributionView>,
    /// How far it was from going the other way.
    pub distance: Distance,
    /// What was expected, where the policy looks ahead and the demand was known.
    pub outlook: Option<Outlook>,
    /// The check that held it, if one did.
    pub held_by: Option<Check>,
    /// What was asked before moving, in order.
    pub checks: Vec<CheckView>,
    /// What the change costs per hour; negative saves.
    pub price_change: MoneyPerHour,
    /// The policy that decided.
    pub policy_id: PolicyId,
    /// Its version.
    pub policy_version: u32,
    /// When.
    pub at: DateTime<Utc>,
}

impl DecisionView {
    /// A decision as a person reads it. `policy` is the version that decided, or the nearest one known.
    pub(crate) fn of(decision: &Decision, policy: &Policy) -> Self {
        let current = decision.current();
        Self {
            action: decision.action,
            target_instances: decision.counts.ordered,
            confidence: decision.confidence,
            score: decision.score,
            reason: decision.sentence(),
            short: decision.short(),
            reason_code: decision.reason.code().to_owned(),
            asked: decision.asked,
            mode: decision.mode,
            ready_instances: current.map(|count| count.ready),
            starting_instances: current.map(|count| count.starting),
            score_when_ready: decision.score_when_ready,
            down_score: decision.down_score,
            counts: decision.counts,
            triggered_metrics: triggered(decision),
            contributions: policy.metrics.iter().filter_map(|rule| ContributionView::of(decision, rule.metric)).collect(),
            distance: distance(policy, decision),
            outlook: decision.outlook,
            held_by: decision.held_by,
            checks: decision.checks.iter().map(CheckView::of).collect(),
            price_change: decision.price_change,
            policy_id: decision.policy_id.clone(),
            policy_version: decision.policy_version,
            at: decision.at,
        }
    }
}

/// One metric's part in a decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ContributionView {
    /// Which.
    pub metric: Metric,
    /// "CPU", "Response" …
    pub label: String,
    /// What the number is when that matters: "p95" or "mean" for response time.
    pub qualifier: Option<String>,
    /// The raw reading, where there was a fresh one.
    pub value: Option<f64>,
    /// Its unit: `%`, `ms` or `rps`.
    pub unit: String,
    /// The trigger in that unit.
    pub trigger_value: f64,
    /// 1 is exactly at the trigger.
    pub pressure: f64,
    /// As in the policy.
    pub weight: f64,
    /// Of the score, 0…1.
    pub share: f64,
    /// What this metric alone would do.
    pub says: Direction,
    /// Whether it counted.
    pub state: MetricState,
    /// "up at 70 %", or why there is no reading and what to do.
    pub words: String,
}

impl ContributionView {
    fn of(decision: &Decision, metric: Metric) -> Option<Self> {
        let contribution = decision.contributions[metric]?;
        let is_by_objective = decision.outlook.is_some_and(|outlook| outlook.limit.is_some());
        Some(Self {
            metric,
            label: row_label(metric).to_owned(),
            qualifier: qualifier(decision, metric).map(str::to_owned),
            value: contribution.value,
            unit: metric.unit().to_owned(),
            trigger_value: contribution.trigger_value,
            pressure: contribution.pressure,
            weight: contribution.weight,
            share: contribution.share,
            says: contribution.says,
            state: contribution.state,
            words: contribution_words(metric, &contribution, is_by_objective),
        })
    }
}

/// The metrics at or past their trigger.
fn triggered(decision: &Decision) -> Vec<Metric> {
    let past = |contribution: &Contribution| contribution.weight > 0.0 && contribution.says == Direction::Up;
    decision.contributions.iter().filter(|(_, contribution)| contribution.as_ref().is_some_and(past)).map(|(metric, _)| metric).collect()
}

/// "up at 70 %", or why there is no reading.
fn contribution_words(metric: Metric, contribution: &Contribution, is_by_objective: bool) -> String {
    let by_objective = if is_by_objective && matches!(metric, Metric::Cpu | Metric::ResponseTime) { ", by the objective" } else { "" };
    let trigger = format!("{}{by_objective}", words::reading(metric, contribution.trigger_value));
    match contribution.state {
        MetricState::Fresh if contribution.trigger_raised => format!("up at {trigger}, raised over its idle latency"),
        MetricState::Fresh => format!("up at {trigger}"),
        MetricState::NoTraffic => format!("no traffic, up at {trigger}"),
        MetricState::Missing { hole } => words::capitalized(words::hole(hole)),
    }
}

/// The metric's name in a narrow row.
pub(crate) fn row_label(metric: Metric) -> &'static str {
    match metric {
        Metric::ResponseTime => "Response",
        Metric::Cpu | Metric::Memory | Metric::ErrorRate | Metric::Requests => super::policy::metric_label(metric),
    }
}

fn qualifier(decision: &Decision, metric: Metric) -> Option<&'static str> {
    match (metric, decision.response_statistic) {
        (Metric::ResponseTime, ResponseStatistic::P95) => Some("p95"),
        (Metric::ResponseTime, ResponseStatistic::Mean) => Some("mean"),
        (Metric::Cpu | Metric::Memory | Metric::ErrorRate | Metric::Requests, _) => None,
    }
}

/// What one of the checks said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct CheckView {
    /// Which.
    pub check: Check,
    /// How it went.
    pub outcome: CheckOutcome,
    /// One short sentence: "Cooldown, 3 min 02 s left".
    pub words: String,
}

impl CheckView {
    fn of(result: &CheckResult) -> Self {
        Self { check: result.check, outcome: result.outcome, words: result.words.clone() }
    }
}

impl Highlight {
    /// How a decision is to be looked at.
    pub(crate) fn of(decision: &Decision) -> Self {
        if decision.order().is_some() {
            Self::Acted
        } else if decision.held_by.is_some() && decision.asked != Direction::Stay {
            Self::Held
        } else {
            Self::Calm
        }
    }
}

/// One line of the latest decisions: the same decision in a row is one item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DecisionItem {
    /// Where.
    pub deployment_id: DeploymentId,
    /// Its name.
    pub deployment_name: String,
    /// What was done.
    pub action: Action,
    /// How it is to be looked at.
    pub highlight: Highlight,
    /// The reason as a sentence.
    pub reason: String,
    /// The reason's code.
    pub reason_code: String,
    /// What the metrics asked for.
    pub asked: Direction,
    /// The count that it ended at.
    pub target_instances: Instances,
    /// What the change costs per hour.
    pub price_change: MoneyPerHour,
    /// The first time in a row.
    pub first_at: DateTime<Utc>,
    /// The last time in a row.
    pub last_at: DateTime<Utc>,
    /// How many times in a row.
    pub count: u32,
}

/// How a decision is to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Highlight {
    /// Something was moved.
    Acted,
    /// Something was wanted and held back.
    Held,
    /// All calm.
    Calm,
}

/// A page of decisions, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DecisionPage {
    /// Newest first.
    pub decisions: Vec<DecisionItem>,
    /// Give it back as `before` for the next page.
    pub next_cursor: Option<String>,
}

/// The decision that was in force at an instant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DecisionFound {
    /// None where nothing is recorded for it.
    pub decision: Option<DecisionView>,
}
