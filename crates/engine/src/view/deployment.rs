//! One deployment as it stands.

use chrono::{DateTime, Utc};
use headroom_core::deployment::{Deployment, DeploymentId, Pause};
use headroom_core::units::{Instances, Money, MoneyPerHour};
use serde::{Deserialize, Serialize};

use super::{DecisionView, PolicyView};

/// What state a deployment is in; worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum DeploymentState {
    /// An order failed, or instances keep dying.
    Failing,
    /// Wants more and is at its maximum.
    AtMax,
    /// Wants something that is held back.
    HeldBack,
    /// No fresh readings, or no instance count.
    NoData,
    /// A budget holds it.
    Guarded,
    /// Instances are on their way.
    Starting,
    /// Just ordered more.
    ScalingUp,
    /// Just ordered fewer.
    ScalingDown,
    /// Inside its cooldown and wants nothing.
    CoolingDown,
    /// A person's order is in force.
    ManualHold,
    /// The policy decides and moves nothing.
    Shadow,
    /// A person paused it, or everything.
    Paused,
    /// No policy, or a policy that is switched off.
    NoPolicy,
    /// All calm.
    Holding,
}

/// The headroom band: where the score stands between its two thresholds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Band {
    /// Where it stands; none without fresh readings.
    pub score: Option<f64>,
    /// Under it instances are shed.
    pub down: f64,
    /// From it instances are added.
    pub up: f64,
    /// Where it will stand once starting instances are ready.
    pub score_when_ready: Option<f64>,
    /// How the marker is drawn.
    pub marker: BandMarker,
    /// By how much traffic may grow before more is asked for: 0.17 is +17 %.
    pub traffic_to_up: Option<f64>,
    /// By how much it must fall before fewer would do: −0.5 is half.
    pub traffic_to_down: Option<f64>,
}

/// How the marker of a band is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum BandMarker {
    /// A bar.
    Hold,
    /// ›
    Up,
    /// ‹
    Down,
    /// A bar past the bracket, amber.
    HeldBack,
    /// A bar past the bracket, red.
    OutOfRoom,
    /// Two bars.
    Paused,
    /// None, dashed brackets.
    NoReadings,
}

/// Everything the deployment page shows at once. The first seven fields are the guide's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DeploymentStatus {
    /// Which.
    pub deployment_id: DeploymentId,
    /// Ready and starting; none while unknown.
    pub current_instances: Option<Instances>,
    /// What was last asked for.
    pub target_instances: Option<Instances>,
    /// The policy in force.
    pub policy: Option<PolicyView>,
    /// The newest evaluation.
    pub last_decision: Option<DecisionView>,
    /// A policy in force is enabled, live, and nothing is paused.
    pub is_auto_scaling_enabled: bool,
    /// Until when nothing but urgent steps moves.
    pub cooldown_until: Option<DateTime<Utc>>,
    /// A person's order in force.
    #[serde(rename = "override")]
    pub manual_override: Option<OverrideView>,
    /// Serving.
    pub ready_instances: Option<Instances>,
    /// On their way.
    pub starting_instances: Option<Instances>,
    /// What people call it.
    pub name: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// "Local command on this machine, http://127.0.0.1:41234".
    pub runs_on: String,
    /// Its state.
    pub state: DeploymentState,
    /// The state in words: "Starting 1".
    pub state_words: String,
    /// The one sentence that answers the page.
    pub sentence: String,
    /// The band.
    pub band: Option<Band>,
    /// The four facts and what money says.
    pub facts: Facts,
    /// Set while a person has paused it.
    pub paused: Option<Pause>,
    /// What the last minutes brought that a person should know: instances that died, did not become ready.
    pub notices: Vec<Notice>,
    /// It was set up by the first run.
    pub is_sample: bool,
    /// Seconds between evaluations.
    pub interval_seconds: u32,
    /// When the next evaluation is due.
    pub next_evaluation_at: Option<DateTime<Utc>>,
}

/// The figures beside the band.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Facts {
    /// Lowest and highest count allowed now.
    pub min_instances: Option<Instances>,
    /// Highest.
    pub max_instances: Option<Instances>,
    /// Length of the cooldown in seconds.
    pub cooldown_seconds: Option<u32>,
    /// Seconds from order to ready, as learned here; none before one was seen.
    pub start_up_seconds: Option<f64>,
    /// Seconds until traffic that goes on growing as it does would ask for more; none where it does not grow, or not within six hours.
    pub out_in_seconds: Option<f64>,
    /// Of all instances.
    pub cost_per_hour: Option<MoneyPerHour>,
    /// Of one instance.
    pub price_per_instance: MoneyPerHour,
    /// Since the first of the month there, observed and estimated.
    pub month_to_date: Money,
    /// Of this, what was estimated from the last known instances while nobody looked.
    pub estimated: Money,
    /// Share of the month so far that was observed.
    pub observed_share: f64,
    /// ISO 4217.
    pub currency: String,
    /// How the price comes about, in one line.
    pub price_formula: String,
}

/// A person's order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct OverrideView {
    /// The count.
    pub instances: Instances,
    /// Why.
    pub reason: String,
    /// Who.
    pub by: String,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Until when.
    pub until: DateTime<Utc>,
}

/// Something a person should know about a deployment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Notice {
    /// What happened, what still works, what to do.
    pub message: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// What a manual order would cost and give, before it is given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ManualPreview {
    /// Change of cost per hour.
    pub price_change: MoneyPerHour,
    /// Change of cost over the whole hold.
    pub price_of_hold: Money,
    /// How much more traffic fits at that count: 0.76 is +76 %; none without readings.
    pub traffic_to_up: Option<f64>,
    /// Lowest allowed.
    pub min_instances: Instances,
    /// Highest allowed.
    pub max_instances: Instances,
    /// Why it would be refused, and what to do; none when it would not.
    pub problem: Option<String>,
    /// ISO 4217.
    pub currency: String,
}

/// A deployment with everything that can be edited.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DeploymentDetails {
    /// As stored.
    pub deployment: Deployment,
    /// Where its load balancer listens, where it has one.
    pub url: Option<String>,
    /// It was set up by the first run.
    pub is_sample: bool,
}
