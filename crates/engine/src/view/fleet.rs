//! All deployments at once.

use chrono::{DateTime, Utc};
use headroom_core::deployment::{DeploymentId, Pause};
use headroom_core::units::{Instances, Money, MoneyPerHour};
use serde::{Deserialize, Serialize};

use super::{Band, BudgetGlance, DeploymentState};
use crate::operations::Role;

/// The fleet in figures, and a row for each deployment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Overview {
    /// When this was read.
    pub at: DateTime<Utc>,
    /// Ready instances of all deployments.
    pub ready_instances: Instances,
    /// Starting instances of all deployments.
    pub starting_instances: Instances,
    /// Of everything that runs.
    pub cost_per_hour: MoneyPerHour,
    /// Since the first of the month there, observed and estimated.
    pub month_to_date: Money,
    /// Of this, what was estimated from the last known instances while nobody looked.
    pub estimated: Money,
    /// Share of the month so far that was observed.
    pub observed_share: f64,
    /// ISO 4217.
    pub currency: String,
    /// The budget of everything, where there is one.
    pub budget: Option<BudgetGlance>,
    /// Worst first.
    pub deployments: Vec<DeploymentRow>,
    /// All tags in use, sorted.
    pub tags: Vec<String>,
}

/// One deployment in the table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DeploymentRow {
    /// Which.
    pub id: DeploymentId,
    /// What people call it.
    pub name: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its state.
    pub state: DeploymentState,
    /// The state in words: "At max", "Starting 1".
    pub state_words: String,
    /// The reason of the newest decision in a few words.
    pub reason: String,
    /// The same as a full sentence.
    pub reason_sentence: String,
    /// The band, where there is a policy.
    pub band: Option<Band>,
    /// The score over the last 24 hours in 48 steps, oldest first; none where not observed.
    pub score_history: Vec<Option<f64>>,
    /// Serving; none while unknown.
    pub ready_instances: Option<Instances>,
    /// On their way.
    pub starting_instances: Option<Instances>,
    /// Of all its instances.
    pub cost_per_hour: Option<MoneyPerHour>,
    /// Since the first of the month.
    pub month_to_date: Money,
    /// Its own budget, where it has one.
    pub budget: Option<BudgetGlance>,
    /// Share of the last 24 hours' evaluations inside the response-time objective; none without an objective or readings.
    pub objective_share: Option<f64>,
    /// When it was last looked at.
    pub observed_at: Option<DateTime<Utc>>,
    /// It was set up by the first run.
    pub is_sample: bool,
}

/// The engine's own state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct EngineState {
    /// Whether scaling is on.
    pub mode: EngineMode,
    /// Set while everything is paused.
    pub paused: Option<Pause>,
    /// How many deployments are looked after.
    pub deployments: u32,
    /// When the last evaluation ended.
    pub last_evaluation_at: Option<DateTime<Utc>>,
    /// Seconds between evaluations, where a deployment sets none of its own.
    pub interval_seconds: u32,
    /// What is wrong with the engine itself, and what to do; none when nothing is.
    pub problem: Option<String>,
    /// The product's version.
    pub version: String,
    /// Where everything is kept.
    pub data_folder: String,
    /// Who asks, as recorded in the history of what they do.
    pub user: String,
    /// What they may do.
    pub role: Role,
    /// Whether they sit before the window on this machine: what names its programs and files is taken from there alone.
    pub is_here: bool,
}

/// Whether scaling is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum EngineMode {
    /// Deciding and acting.
    On,
    /// Looking and recording, moving nothing.
    Paused,
    /// Evaluations fail.
    Failing,
}
