//! What a monitoring system reads: what was counted since the start, and what is so now. Described in `docs/metrics.md`.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use headroom_core::decide::Decision;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use crate::engine::Engine;
use crate::standing;

/// Bounds of the durations of a tick in seconds: from a few deployments in memory to a source at its time limit.
const TICK_SECONDS: [f64; 10] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0];

type Number = Gauge<f64, AtomicU64>;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Decided {
    action: String,
    reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Ordered {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfDeployment {
    deployment: String,
    name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Spent {
    deployment: String,
    name: String,
    currency: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfBudget {
    budget: String,
    name: String,
}

/// The engine's counters, and the registry that prints them.
pub(crate) struct Counters {
    registry: Registry,
    evaluations: Counter,
    ticks: Histogram,
    decisions: Family<Decided, Counter>,
    orders: Family<Ordered, Counter>,
    not_written: Counter,
    deployments: Gauge,
    last_evaluation: Number,
    ready: Family<OfDeployment, Gauge>,
    score: Family<OfDeployment, Number>,
    spend: Family<Spent, Number>,
    budgets: Family<OfBudget, Number>,
}

impl Counters {
    pub(crate) fn new(version: &str) -> Self {
        let mut registry = Registry::with_prefix("headroom");
        let counters = Self {
            evaluations: Counter::default(),
            ticks: Histogram::new(TICK_SECONDS),
            decisions: Family::default(),
            orders: Family::default(),
            not_written: Counter::default(),
            deployments: Gauge::default(),
            last_evaluation: Gauge::default(),
            ready: Family::default(),
            score: Family::default(),
            spend: Family::default(),
            budgets: Family::default(),
            registry: Registry::default(),
        };
        registry.register("build", "This Headroom", Info::new([("version", version.to_owned())]));
        registry.register("evaluations", "Deployments that were evaluated", counters.evaluations.clone());
        registry.register_with_unit(
            "tick_duration",
            "From looking to writing down, for all that was due",
            Unit::Seconds,
            counters.ticks.clone(),
        );
        registry.register("decisions", "Decisions by what they do and why", counters.decisions.clone());
        registry.register("orders", "Orders to change instances by their outcome", counters.orders.clone());
        registry.register(
            "evaluations_not_written",
            "Ticks that could not be written down, so that nothing moved",
            counters.not_written.clone(),
        );
        registry.register("deployments", "Deployments that are looked after", counters.deployments.clone());
        registry.register(
            "last_evaluation_timestamp",
            "When the last tick was written down, in seconds since the epoch",
            counters.last_evaluation.clone(),
        );
        registry.register("ready_instances", "Instances that serve", counters.ready.clone());
        registry.register("score", "The newest decision's score", counters.score.clone());
        registry.register("spend_month_to_date", "Since the first of the month, what was estimated included", counters.spend.clone());
        registry.register("budget_used_ratio", "What is spent of each budget's limit", counters.budgets.clone());
        Self { registry, ..counters }
    }

    pub(crate) fn evaluated(&self, deployments: usize, took: Duration) {
        self.evaluations.inc_by(deployments as u64);
        self.ticks.observe(took.as_secs_f64());
    }

    pub(crate) fn decided(&self, decision: &Decision) {
        let action = match serde_json::to_value(decision.action) {
            Ok(serde_json::Value::String(word)) => word,
            _ => return,
        };
        self.decisions.get_or_create(&Decided { action, reason: decision.reason.code().to_owned() }).inc();
    }

    pub(crate) fn ordered(&self, done: bool) {
        self.orders.get_or_create(&Ordered { outcome: if done { "done" } else { "failed" } }).inc();
    }

    pub(crate) fn not_written(&self) {
        self.not_written.inc();
    }
}

impl Engine {
    /// Everything that is counted, in the OpenMetrics text format 1.0.
    #[must_use]
    pub fn metrics(&self) -> String {
        let inner = &*self.0;
        let counters = &inner.counters;
        counters.ready.clear();
        counters.score.clear();
        counters.spend.clear();
        counters.budgets.clear();
        let now = inner.now();
        let (zone, currency) = (inner.prices.list().zone(), inner.prices.currency());
        {
            let fleet = inner.fleet.lock();
            counters.deployments.set(i64::try_from(fleet.live.len()).unwrap_or(i64::MAX));
            if let Some(at) = fleet.last_evaluation_at {
                counters.last_evaluation.set(at.timestamp_millis() as f64 / 1_000.0);
            }
            for tracked in fleet.budgets.iter().filter(|tracked| tracked.budget.is_enabled) {
                let of = OfBudget { budget: tracked.budget.id.to_string(), name: tracked.budget.name.clone() };
                counters.budgets.get_or_create(&of).set(tracked.budget.share_of(tracked.spent));
            }
            for (id, live) in &fleet.live {
                let (deployment, name) = (id.to_string(), live.deployment.name.clone());
                let of = OfDeployment { deployment: deployment.clone(), name: name.clone() };
                if let Some(count) = standing::count(live) {
                    counters.ready.get_or_create(&of).set(i64::from(count.ready.0));
                }
                if let Some(score) = live.decision.as_ref().and_then(|decision| decision.score) {
                    counters.score.get_or_create(&of).set(score);
                }
                let spent = live.spending.month_to_date(zone, now).as_units();
                counters.spend.get_or_create(&Spent { deployment, name, currency: currency.clone() }).set(spent);
            }
        }
        let mut written = String::new();
        // Writing into a text cannot fail.
        let _ = text::encode(&mut written, &counters.registry);
        written
    }
}
