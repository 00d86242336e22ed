//! The guide's doors to what one deployment costs: its budget, and what could be better.

use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::budget::{BudgetDraft, BudgetScope};
use headroom_core::deployment::DeploymentId;
use headroom_core::health::Finding;
use headroom_core::metric::Metric;
use headroom_core::units::Money;
use headroom_store::UsagePoint;
use serde::{Deserialize, Serialize};

use super::usage::{Past, usage_of};
use super::{Run, SaveBudget};
use crate::caller::Caller;
use crate::engine::{Engine, Inner};
use crate::error::{ErrorCode, WireError};
use crate::view::{self, BudgetView};

/// Days that costs are analysed over at most: what five-minute points are kept for.
const MOST_DAYS: u32 = 90;

/// What a deployment has cost and how much of it was used, with what could be better.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct GetResourceOptimization {
    /// Which.
    pub deployment_id: DeploymentId,
    /// 1–90, 30 where not set.
    pub days: Option<u32>,
}

/// A deployment's own budget.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct GetDeploymentBudget {
    /// Which deployment.
    pub deployment_id: DeploymentId,
}

/// Make a deployment's own budget, or change it; what is not set stays.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct SetDeploymentBudget {
    /// Which deployment.
    pub deployment_id: DeploymentId,
    /// The draft; whose spending counts is the deployment's, whatever it says.
    pub draft: BudgetDraft,
}

/// What a deployment has cost, and what could be better.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ResourceOptimization {
    /// Which.
    pub deployment_id: DeploymentId,
    /// What it has cost.
    pub cost_analytics: CostAnalytics,
    /// What its figures say could be better, each with its numbers.
    pub recommendations: Vec<ResourceRecommendation>,
}

/// What a deployment has cost in a window of time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct CostAnalytics {
    /// Start of the window; later than asked for where the deployment is younger.
    pub from: DateTime<Utc>,
    /// Its end.
    pub to: DateTime<Utc>,
    /// Observed and estimated.
    pub total_cost: Money,
    /// What it is made of; the parts sum to the total.
    pub cost_breakdown: CostBreakdown,
    /// How much was in use.
    pub utilization_metrics: UtilizationMetrics,
    /// The cost-weighted share of cores and memory that was used; none where nobody measured.
    pub efficiency: Option<f64>,
    /// Of the total, what was paid for cores and memory that were not used.
    pub unused_cost: Money,
    /// Of the total, what was estimated while nobody looked.
    pub estimated_cost: Money,
    /// ISO 4217.
    pub currency: String,
}

/// What a cost is made of.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct CostBreakdown {
    /// Cores and memory.
    pub compute: Money,
    /// Disk.
    pub storage: Money,
    /// Bytes transferred.
    pub network: Money,
    /// What is none of these: nothing yet has such a price.
    pub other: Money,
}

/// How much was in use, in percent; none where nobody measured.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct UtilizationMetrics {
    /// Mean of the five-minute means.
    pub cpu_average: Option<f64>,
    /// The largest five-minute 95th percentile.
    pub cpu_peak: Option<f64>,
    /// Mean of the five-minute means.
    pub memory_average: Option<f64>,
    /// The largest five-minute 95th percentile.
    pub memory_peak: Option<f64>,
}

/// Something that could be better.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ResourceRecommendation {
    /// The guide's kind.
    #[serde(rename = "type")]
    pub kind: RecommendationKind,
    /// With its numbers, and what to do.
    pub message: String,
}

/// The guide's kinds of recommendations, as far as the figures of a policy say one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum RecommendationKind {
    /// Paid for and not used.
    CostReduction,
    /// Slower to scale than it could be, or restless.
    PerformanceImprovement,
}

impl Run for GetResourceOptimization {
    async fn run(self, engine: &Engine, _caller: &Caller) -> Result<ResourceOptimization, WireError> {
        let days = self.days.unwrap_or(30);
        if !(1..=MOST_DAYS).contains(&days) {
            return Err(WireError::invalid_field("days", "Ask for 1 to 90 days."));
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
        let (past, points, cost) = inner
            .read
            .read(move |read| {
                let cost = read.costs(from, None)?.remove(&id).unwrap_or_default();
                Ok((Past::read(read, &id, from, to)?, usage_of(read, &id, from, to)?, cost))
            })
            .await?;
        let health = policy.map(|policy| past.health(from..to, &policy, &deployment.objectives));
        let mut all = cost.observed;
        all += cost.estimated;
        let measured = all.measured_time.as_seconds_f64();
        Ok(ResourceOptimization {
            deployment_id: self.deployment_id,
            cost_analytics: CostAnalytics {
                from,
                to,
                total_cost: all.total(),
                cost_breakdown: CostBreakdown {
                    compute: all.cpu + all.memory,
                    storage: all.storage,
                    network: all.network,
                    other: Money::ZERO,
                },
                utilization_metrics: UtilizationMetrics::of(&points),
                efficiency: (measured > 0.0).then(|| all.used_time.as_seconds_f64() / measured),
                unused_cost: all.unused,
                estimated_cost: cost.estimated.total(),
                currency: inner.prices.currency(),
            },
            recommendations: health.iter().flat_map(|health| &health.findings).map(ResourceRecommendation::of).collect(),
        })
    }
}

impl UtilizationMetrics {
    fn of(points: &[UsagePoint]) -> Self {
        let usage = |metric: Metric| points.iter().filter_map(move |point| point.values.metrics[metric]);
        let average = |metric: Metric| {
            let (sum, count) = usage(metric).fold((0.0, 0.0), |(sum, count), usage| (sum + usage.mean, count + 1.0));
            (count > 0.0).then(|| sum / count)
        };
        let peak = |metric: Metric| usage(metric).map(|usage| usage.p95).max_by(f64::total_cmp);
        Self {
            cpu_average: average(Metric::Cpu),
            cpu_peak: peak(Metric::Cpu),
            memory_average: average(Metric::Memory),
            memory_peak: peak(Metric::Memory),
        }
    }
}

impl ResourceRecommendation {
    fn of(finding: &Finding) -> Self {
        let kind = match finding {
            Finding::OverScaling { .. } | Finding::HighCost { .. } => RecommendationKind::CostReduction,
            Finding::FrequentScaling { .. } | Finding::SlowScaling { .. } => RecommendationKind::PerformanceImprovement,
        };
        Self { kind, message: finding.sentence() }
    }
}

impl Run for GetDeploymentBudget {
    async fn run(self, engine: &Engine, _caller: &Caller) -> Result<BudgetView, WireError> {
        let inner = &*engine.0;
        inner.fleet.lock().live(&self.deployment_id)?;
        let mut tracked = inner.own_budget(&self.deployment_id).ok_or_else(|| {
            WireError::new(ErrorCode::NotFound, "This deployment has no budget of its own. Set one, or read the list of budgets.")
        })?;
        let currency = inner.prices.currency();
        Ok(view::budget_view(&inner.fleet.lock(), &mut tracked, &currency, inner.now()))
    }
}

impl Run for SetDeploymentBudget {
    async fn run(self, engine: &Engine, caller: &Caller) -> Result<BudgetView, WireError> {
        let inner = &*engine.0;
        let name = inner.fleet.lock().live(&self.deployment_id)?.deployment.name.clone();
        let before = inner.own_budget(&self.deployment_id).map(|tracked| tracked.budget);
        let scope = BudgetScope::Deployment { deployment_id: self.deployment_id };
        let mut draft = BudgetDraft { scope: Some(scope), ..self.draft };
        if before.is_none() {
            draft.name = draft.name.or(Some(name));
        }
        SaveBudget { budget_id: before.map(|budget| budget.id), draft }.run(engine, caller).await
    }
}

impl Inner {
    /// The budget that is about this deployment alone; the first made where there are several.
    fn own_budget(&self, id: &DeploymentId) -> Option<crate::budgets::Tracked> {
        let is_own = |scope: &BudgetScope| matches!(scope, BudgetScope::Deployment { deployment_id } if deployment_id == id);
        self.fleet.lock().budgets.iter().find(|tracked| is_own(&tracked.budget.scope)).cloned()
    }
}
