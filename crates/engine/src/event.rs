//! What the engine tells: that something changed, and what was done.

use chrono::{DateTime, Utc};
use headroom_core::alert::{AlertKind, AlertLevel};
use headroom_core::decide::Action;
use headroom_core::deployment::DeploymentId;
use headroom_core::units::{Instances, Money, MoneyPerHour};
use serde::{Deserialize, Serialize};

use crate::view::PolicyView;

/// A kind of thing that changed. Each query says which of them make its answer stale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Topic {
    /// Readings, decisions, counts or states of deployments: every evaluation.
    Evaluations,
    /// Instances were changed, or it was tried.
    ScalingEvents,
    /// A deployment was added, changed, paused or removed.
    Deployments,
    /// A policy was saved.
    Policies,
    /// Settings, or the engine's own state.
    Settings,
    /// A budget was saved or taken away.
    Budgets,
    /// An alert, what was told of one, or a channel.
    Alerts,
}

/// One thing that changed: a topic, and the deployments it is about (none named: all).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Changed {
    /// What kind.
    pub topic: Topic,
    /// Which deployments; empty means all, or none in particular.
    pub deployment_ids: Vec<DeploymentId>,
}

impl Changed {
    /// Everything of a topic.
    pub(crate) const fn all(topic: Topic) -> Self {
        Self { topic, deployment_ids: Vec::new() }
    }
}

/// What subscribers hear, in the order in which it was committed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all_fields = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Event {
    /// What to read again.
    #[serde(rename = "changed")]
    Changed {
        /// Everything that one transaction changed.
        changes: Vec<Changed>,
    },
    /// A policy's decision was carried out.
    #[serde(rename = "scaling:executed")]
    ScalingExecuted(Scaled),
    /// A person's order was carried out.
    #[serde(rename = "scaling:manual")]
    ScalingManual(Scaled),
    /// An order could not be carried out.
    #[serde(rename = "scaling:failed")]
    ScalingFailed {
        /// Where.
        deployment_id: DeploymentId,
        /// Its name.
        deployment_name: String,
        /// What happened and what to do.
        message: String,
        /// When.
        at: DateTime<Utc>,
    },
    /// A policy was saved and is in force.
    #[serde(rename = "scaling:policy_created")]
    PolicyCreated {
        /// Where.
        deployment_id: DeploymentId,
        /// Its name.
        deployment_name: String,
        /// The policy, whole.
        policy: Box<PolicyView>,
        /// Who saved it.
        by: String,
    },
    /// An alert fires, or is over.
    #[serde(rename = "alert:changed")]
    AlertChanged(AlertNews),
    /// A budget's level was crossed, or will be.
    #[serde(rename = "budget:alert")]
    BudgetAlert {
        /// The deployment that the budget is about; none where it is about several.
        deployment_id: Option<DeploymentId>,
        /// How far it went.
        level: AlertLevel,
        /// What is spent, in percent of the limit.
        percentage: f64,
        /// What is spent.
        spent: Money,
        /// The limit.
        limit: Money,
        /// What happened and when it runs out.
        message: String,
    },
    /// The subscriber was too slow and missed something: read everything again.
    #[serde(rename = "reload")]
    Reload,
}

/// A change of instances that was carried out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Scaled {
    /// Where.
    pub deployment_id: DeploymentId,
    /// Its name.
    pub deployment_name: String,
    /// Up or down.
    pub action: Action,
    /// How many there were.
    pub from_instances: Instances,
    /// How many are ordered.
    pub to_instances: Instances,
    /// One sentence.
    pub reason: String,
    /// Of the decision; 1 for a person's order.
    pub confidence: f64,
    /// What it costs more (or less) per hour.
    pub price_change: MoneyPerHour,
    /// When.
    pub at: DateTime<Utc>,
}

/// What is told of an alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct AlertNews {
    /// Which.
    pub id: String,
    /// What kind.
    pub kind: AlertKind,
    /// How far it went.
    pub level: AlertLevel,
    /// Whether it fires; else it is over.
    pub is_firing: bool,
    /// The deployment that it is about, where it is about one.
    pub deployment_id: Option<DeploymentId>,
    /// What and where, in one line.
    pub title: String,
    /// The cause, in a sentence or two.
    pub message: String,
    /// When.
    pub at: DateTime<Utc>,
}
