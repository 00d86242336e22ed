//! What a deployment used, and how its policy has done.

use std::ops::Range;

use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::cost::Cost;
use headroom_core::decide::{Action, Reason};
use headroom_core::deployment::{DeploymentId, Objectives};
use headroom_core::health::{self, Change, Health, Held, Record, Usage, examine};
use headroom_core::metric::Metric;
use headroom_core::policy::Policy;
use headroom_core::units::{Instances, Money};
use headroom_store::{DecisionFilter, DecisionRow, EventRow, EventType, ReadTransaction, StoreError, UsagePoint, UsageValues};
use serde::{Deserialize, Serialize};

use super::Run;
use crate::caller::Caller;
use crate::engine::Engine;
use crate::error::WireError;
use crate::fleet::Live;
use crate::prices::Prices;
use crate::standing;

/// Hours of usage at most: a week of five-minute points.
const MOST_HOURS: u32 = 168;
/// Days that a policy is judged over at most: what decisions are kept for.
const MOST_DAYS: u32 = 30;
/// Rows that are read at once.
const PAGE: u32 = 2_000;
/// Runs of equal decisions that are looked at; a policy that changes its mind more often is judged by its newest ones.
const MOST_RUNS: usize = 50_000;

/// What a deployment uses now, and in five-minute points over the last hours.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct GetResourceUsage {
    /// Which.
    pub deployment_id: DeploymentId,
    /// 1–168, 24 where not set: 288 points.
    pub hours: Option<u32>,
}

/// How a deployment's policy has done: the guide's figures, and its four troubleshooting rows as findings with numbers.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct GetScalingAnalytics {
    /// Which.
    pub deployment_id: DeploymentId,
    /// 1–30, 7 where not set.
    pub days: Option<u32>,
}

/// What a deployment uses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ResourceUsage {
    /// Which.
    pub deployment_id: DeploymentId,
    /// At the newest look; none before the first.
    pub current: Option<UsageEntry>,
    /// In five-minute points, the oldest first; five minutes that nobody saw have none.
    pub historical: Vec<UsageEntry>,
    /// ISO 4217.
    pub currency: String,
}

/// What was used at one time. What was not measured is none, never zero.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct UsageEntry {
    /// Start of the five minutes, or when it was looked.
    pub timestamp: DateTime<Utc>,
    /// Percent.
    pub cpu_usage: Option<f64>,
    /// Percent.
    pub memory_usage: Option<f64>,
    /// Bytes transferred.
    #[serde(rename = "networkIO")]
    pub network_io: Option<f64>,
    /// Bytes read and written on disk.
    #[serde(rename = "diskIO")]
    pub disk_io: Option<f64>,
    /// What the five minutes cost; now: what an hour costs.
    pub cost_estimate: f64,
    /// Ready and starting.
    pub instances: Option<f64>,
    /// Requests per second over all instances.
    pub request_rate: Option<f64>,
    /// Milliseconds.
    pub response_time: Option<f64>,
    /// Percent.
    pub error_rate: Option<f64>,
}

/// How a policy has done in a window of time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ScalingAnalytics {
    /// Which.
    pub deployment_id: DeploymentId,
    /// Start of the window; later than asked for where the deployment is younger.
    pub from: DateTime<Utc>,
    /// Its end.
    pub to: DateTime<Utc>,
    /// Evaluations in it.
    pub evaluations: u32,
    /// Instances added, how often.
    pub scale_ups: u32,
    /// Instances removed, how often.
    pub scale_downs: u32,
    /// What it cost.
    pub cost: Money,
    /// ISO 4217.
    pub currency: String,
    /// The figures; none without a policy.
    pub health: Option<Health>,
    /// Each finding as a sentence with its numbers and what to do, in the order of `health.findings`.
    pub findings: Vec<String>,
    /// What the guide calls good, to hold the figures against.
    pub goals: Goals,
}

/// The guide's goals.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Goals {
    /// Fewer are ideal.
    pub events_per_day: f64,
    /// More is good.
    pub efficiency: f64,
    /// Lowest and highest mean utilization that is good.
    pub utilization: [f64; 2],
}

impl Run for GetResourceUsage {
    async fn run(self, engine: &Engine, _caller: &Caller) -> Result<ResourceUsage, WireError> {
        let hours = self.hours.unwrap_or(24);
        if !(1..=MOST_HOURS).contains(&hours) {
            return Err(WireError::invalid_field("hours", "Ask for 1 to 168 hours."));
        }
        let inner = &*engine.0;
        let now = inner.now();
        let current = {
            let fleet = inner.fleet.lock();
            let live = fleet.live(&self.deployment_id)?;
            UsageEntry::now(live, &inner.prices, now)
        };
        let (id, from) = (self.deployment_id.clone(), now - TimeDelta::hours(i64::from(hours)));
        // Without the five minutes that began just before: 24 hours are 288.
        let first = from + UsageValues::STEP - TimeDelta::milliseconds(1);
        let first = crate::spending::five_minutes(first);
        let points = inner.read.read(move |read| usage_of(read, &id, first, now)).await?;
        Ok(ResourceUsage {
            deployment_id: self.deployment_id,
            current,
            historical: points.iter().map(UsageEntry::of).collect(),
            currency: inner.prices.currency(),
        })
    }
}

impl UsageEntry {
    /// At the newest look.
    pub(crate) fn now(live: &Live, prices: &Prices, now: DateTime<Utc>) -> Option<Self> {
        let seen = live.observed.as_ref()?;
        let count = standing::count(live);
        let price = prices.per_instance(&live.deployment, Some(seen), now);
        let reading = |metric: Metric| seen.readings[metric].value();
        Some(Self {
            timestamp: seen.at,
            cpu_usage: reading(Metric::Cpu),
            memory_usage: reading(Metric::Memory),
            network_io: seen.traffic.network_bytes,
            disk_io: seen.traffic.disk_bytes,
            cost_estimate: count.map_or(0.0, |count| (price * count.total()).as_units()),
            instances: count.map(|count| count.total().as_f64()),
            request_rate: seen.traffic.request_rate,
            response_time: reading(Metric::ResponseTime),
            error_rate: reading(Metric::ErrorRate),
        })
    }

    fn of(point: &UsagePoint) -> Self {
        let values = &point.values;
        let mean = |metric: Metric| values.metrics[metric].map(|usage| usage.mean);
        Self {
            timestamp: point.at,
            cpu_usage: mean(Metric::Cpu),
            memory_usage: mean(Metric::Memory),
            network_io: values.network_bytes,
            disk_io: values.disk_bytes,
            cost_estimate: values.cost.as_units(),
            instances: values.total,
            request_rate: values.request_rate,
            response_time: mean(Metric::ResponseTime),
            error_rate: mean(Metric::ErrorRate),
        }
    }
}

/// All points of a range, page by page.
pub(super) fn usage_of(
    read: &ReadTransaction<'_>,
    id: &DeploymentId,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<UsagePoint>, StoreError> {
    let (mut points, mut next) = (Vec::new(), Some(from));
    while let Some(from) = next {
        let mut page = read.usage(id, from, to, PAGE)?;
        points.append(&mut page.rows);
        next = page.next;
    }
    Ok(points)
}

impl Run for GetScalingAnalytics {
    async fn run(self, engine: &Engine, _caller: &Caller) -> Result<ScalingAnalytics, WireError> {
        let days = self.days.unwrap_or(7);
        if !(1..=MOST_DAYS).contains(&days) {
            return Err(WireError::invalid_field("days", "Ask for 1 to 30 days."));
        }
        let inner = &*engine.0;
        let to = inner.now();
        let (deployment, policy) = {
            let fleet = inner.fleet.lock();
            let live = fleet.live(&self.deployment_id)?;
            (live.deployment.clone(), live.policy.clone())
        };
        let from = (to - TimeDelta::days(i64::from(days))).max(deployment.created_at);
        let id = self.deployment_id.clone();
        let past = inner.read.read(move |read| Past::read(read, &id, from, to)).await?;
        let health = policy.map(|policy| past.health(from..to, &policy, &deployment.objectives));
        let moved = |up: bool| past.changes.iter().filter(|change| (change.to > change.from) == up).count();
        Ok(ScalingAnalytics {
            deployment_id: self.deployment_id,
            from,
            to,
            evaluations: past.evaluations,
            scale_ups: u32::try_from(moved(true)).unwrap_or(u32::MAX),
            scale_downs: u32::try_from(moved(false)).unwrap_or(u32::MAX),
            cost: past.cost.total(),
            currency: inner.prices.currency(),
            findings: health.iter().flat_map(|health| &health.findings).map(health::Finding::sentence).collect(),
            health,
            goals: Goals {
                events_per_day: health::IDEAL_EVENTS_PER_DAY,
                efficiency: health::EFFICIENCY_GOAL,
                utilization: [health::UTILIZATION_GOAL.0, health::UTILIZATION_GOAL.1],
            },
        })
    }
}

/// What the store has of a window of time, as the health of a policy takes it.
pub(super) struct Past {
    changes: Vec<Change>,
    usage: Vec<Usage>,
    held: Vec<Held>,
    evaluations: u32,
    cost: Cost,
}

impl Past {
    /// How a policy has done in it.
    pub(super) fn health(&self, window: Range<DateTime<Utc>>, policy: &Policy, objectives: &Objectives) -> Health {
        let record = Record {
            from: window.start,
            to: window.end,
            changes: &self.changes,
            usage: &self.usage,
            held: &self.held,
            evaluations: self.evaluations,
            cost: &self.cost,
        };
        examine(&record, policy, objectives)
    }

    pub(super) fn read(read: &ReadTransaction<'_>, id: &DeploymentId, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Self, StoreError> {
        let runs = runs(read, id, from)?;
        let usage = usage_of(read, id, from, to)?.iter().filter_map(usage_part).collect();
        let mut changes: Vec<Change> = Vec::new();
        let mut after = from;
        // Two thousand at a time; one that fell on the same instant as the last of a page is read with it.
        loop {
            let page = read.events_between(id, after, to)?;
            changes.extend(page.iter().filter_map(|row| change_of(row, &runs)));
            match page.last() {
                Some(last) if page.len() >= PAGE as usize => after = last.event.created_at + TimeDelta::milliseconds(1),
                _ => break,
            }
        }
        let cost = read.costs(from, None)?.remove(id).map(|cost| cost.observed).unwrap_or_default();
        let evaluations = runs.iter().map(|run| run.count).sum();
        Ok(Self { changes, usage, held: held(&runs), evaluations, cost })
    }
}

/// Runs of equal decisions since `from`, the newest first.
fn runs(read: &ReadTransaction<'_>, id: &DeploymentId, from: DateTime<Utc>) -> Result<Vec<DecisionRow>, StoreError> {
    let filter = DecisionFilter { deployment_id: Some(id.clone()), only_notable: false };
    let (mut runs, mut before) = (Vec::new(), None);
    loop {
        let page = read.decisions(&filter, before, PAGE)?;
        runs.extend(page.rows.into_iter().take_while(|run| run.last_at >= from));
        let is_whole = runs.last().is_none_or(|run: &DecisionRow| run.first_at < from);
        match page.next {
            Some(next) if !is_whole && runs.len() < MOST_RUNS => before = Some(next),
            _ => return Ok(runs),
        }
    }
}

/// How often each check held what was asked.
fn held(runs: &[DecisionRow]) -> Vec<Held> {
    let mut all: Vec<Held> = Vec::new();
    for run in runs {
        let Some(check) = run.decision.held_by else { continue };
        let asked = run.decision.asked;
        match all.iter_mut().find(|held| held.check == check && held.asked == asked) {
            Some(held) => held.evaluations = held.evaluations.saturating_add(run.count),
            None => all.push(Held { check, asked, evaluations: run.count }),
        }
    }
    all
}

/// A line of the history as a change, where a policy did it; with the metric that led, by the decision of that time.
fn change_of(row: &EventRow, runs: &[DecisionRow]) -> Option<Change> {
    let event = &row.event;
    if !matches!(event.event_type, EventType::ScaleUp | EventType::ScaleDown) {
        return None;
    }
    let decision =
        runs.iter().map(|run| &run.decision).find(|decision| decision.at <= event.created_at && decision.action != Action::NoChange);
    let led_by = decision.and_then(|decision| match decision.reason {
        Reason::ScoreUp { leader, .. } => Some(leader),
        Reason::AloneUp { metric, .. } => Some(metric),
        _ => None,
    });
    Some(Change { at: event.created_at, from: event.from_instances, to: event.to_instances, led_by })
}

/// Five minutes of use; none where nobody counted the instances.
fn usage_part(point: &UsagePoint) -> Option<Usage> {
    let values = &point.values;
    let ready = values.ready?;
    let mean = |metric: Metric| values.metrics[metric].map(|usage| usage.mean);
    Some(Usage {
        time: UsageValues::STEP,
        ready: Instances(ready.round() as u32),
        cpu: mean(Metric::Cpu).map(|percent| percent / 100.0),
        response_time_ms: mean(Metric::ResponseTime),
        error_rate_percent: mean(Metric::ErrorRate),
    })
}
