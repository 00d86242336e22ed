//! Doors to one deployment.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::decide::ManualOverride;
use headroom_core::deployment::{Billing, Deployment, DeploymentId, HealthCheck, Pause, RunsOn};
use headroom_core::policy::Policy;
use headroom_core::units::Instances;
use headroom_store::{IntentCause, IntentId, NewIntent, TickAfter};
use serde::{Deserialize, Serialize};

use super::fleet::checked_reason;
use super::{Done, Run};
use crate::act::Order;
use crate::auto_scaling::AutoScalingService;
use crate::caller::{Caller, Origin};
use crate::engine::{Engine, Inner, new_id};
use crate::error::{ErrorCode, WireError};
use crate::fleet::OpenOrder;
use crate::view::{self, DecisionFound, DeploymentDetails, DeploymentStatus, EventView, ManualPreview, SeriesView};
use crate::{new_deployment, sample, standing};

/// Points of a series where the caller does not say.
const POINTS: u32 = 360;
/// The longest hold: a week. Longer ones are a policy.
const LONGEST_HOLD: u32 = 7 * 86_400;
/// The most instances of a deployment without a policy.
const MOST_WITHOUT_POLICY: u32 = 10_000;

/// Everything the deployment page shows at once; the guide's scaling status and more.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct GetScalingStatus {
    /// Which.
    pub deployment_id: DeploymentId,
}

/// A deployment with everything that can be edited.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct GetDeployment {
    /// Which.
    pub deployment_id: DeploymentId,
}

/// Readings over time, for charts.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct GetSeries {
    /// Which.
    pub deployment_id: DeploymentId,
    /// Start of the range.
    pub from: DateTime<Utc>,
    /// End of the range; now where not set.
    pub to: Option<DateTime<Utc>>,
    /// 10–2000, 360 where not set.
    pub max_points: Option<u32>,
}

/// The decision that was in force at one instant, whole.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct GetDecision {
    /// Which deployment.
    pub deployment_id: DeploymentId,
    /// The instant.
    pub at: DateTime<Utc>,
}

/// What a manual order would cost and give.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct PreviewManualScaling {
    /// Which.
    pub deployment_id: DeploymentId,
    /// The count.
    pub target_instances: u32,
    /// How long policy decisions are held; the cooldown where not set, 0 for not at all.
    pub hold_seconds: Option<u32>,
}

/// Set the count by hand, with a reason, for a time.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct ScaleManually {
    /// Which.
    pub deployment_id: DeploymentId,
    /// The count, inside the policy's bounds.
    pub target_instances: u32,
    /// Why; 1–500 characters.
    pub reason: String,
    /// How long policy decisions are held; the cooldown where not set, 0 for not at all.
    pub hold_seconds: Option<u32>,
}

/// End a manual order before its time.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct EndOverride {
    /// Which.
    pub deployment_id: DeploymentId,
}

/// Stop moving this deployment; looking and recording go on.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct PauseDeployment {
    /// Which.
    pub deployment_id: DeploymentId,
    /// Why; may be left out.
    pub reason: Option<String>,
}

/// Take back [`PauseDeployment`], and accept a count of 0 that was set from outside.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ResumeDeployment {
    /// Which.
    pub deployment_id: DeploymentId,
}

/// Run a command on this machine as a deployment. Only from the desktop window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct AddLocalDeployment {
    /// 1–200 characters, not taken yet.
    pub name: String,
    /// Free words to group by.
    pub tags: Option<Vec<String>>,
    /// Program and arguments, no shell; one argument holds `{port}`.
    pub argv: Vec<String>,
    /// The folder it runs in; the home folder where not set.
    pub working_folder: Option<String>,
    /// Environment variables for it.
    pub environment: Option<BTreeMap<String, String>>,
    /// How an instance says that it is ready; `GET /` where not set.
    pub health: Option<HealthCheck>,
    /// The load balancer's port; a free one where not set.
    pub listen_port: Option<u16>,
    /// CPU cores an instance may use; 1 where not set.
    pub cpu_cores: Option<f64>,
    /// Memory an instance may use, in GB; 0.5 where not set.
    pub memory_gb: Option<f64>,
    /// Disk, in GB; 0 where not set.
    pub storage_gb: Option<f64>,
    /// What is paid for; `provisioned` where not set.
    pub billing: Option<Billing>,
    /// The longest acceptable response time in ms.
    pub response_time_ms: Option<f64>,
    /// How many to start with; 1 where not set.
    pub instances: Option<u32>,
    /// Seconds between evaluations; the fleet's own where not set.
    pub interval_seconds: Option<u32>,
}

/// Look at recorded readings as if they came now, with a target that only counts: for a dry look at a policy. Only from the
/// desktop window, since it names a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct AddReplayDeployment {
    /// 1–200 characters, not taken yet.
    pub name: String,
    /// The whole path of a CSV of readings.
    pub file: String,
    /// Free words to group by.
    pub tags: Option<Vec<String>>,
    /// CPU cores of an instance; 1 where not set.
    pub cpu_cores: Option<f64>,
    /// Memory of an instance, in GB; 0.5 where not set.
    pub memory_gb: Option<f64>,
    /// The longest acceptable response time in ms.
    pub response_time_ms: Option<f64>,
    /// How many to start with; 1 where not set.
    pub instances: Option<u32>,
    /// Seconds between evaluations; the fleet's own where not set.
    pub interval_seconds: Option<u32>,
}

/// Take a deployment out of Headroom. Local instances end with it; anything else keeps running as it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct RemoveDeployment {
    /// Which.
    pub deployment_id: DeploymentId,
}

/// Start the sample service with its load on this machine. Only from the desktop window. Does nothing where it runs already.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct AddSample {
    /// How many times faster than real time the day is played, 1–1440.
    pub speed: Option<f64>,
}

impl Run for GetScalingStatus {
    async fn run(self, engine: &Engine, _caller: &Caller) -> Result<DeploymentStatus, WireError> {
        view::status(&engine.0, &self.deployment_id)
    }
}

impl Run for GetDeployment {
    async fn run(self, engine: &Engine, _caller: &Caller) -> Result<DeploymentDetails, WireError> {
        engine.0.details(&self.deployment_id)
    }
}

impl Run for GetSeries {
    async fn run(self, engine: &Engine, _caller: &Caller) -> Result<SeriesView, WireError> {
        let points = self.max_points.unwrap_or(POINTS);
        if !(10..=2_000).contains(&points) {
            return Err(WireError::invalid_field("maxPoints", "Ask for 10 to 2,000 points."));
        }
        let to = self.to.unwrap_or_else(|| engine.0.now());
        if self.from >= to {
            return Err(WireError::invalid_field("from", "The range must begin before it ends."));
        }
        view::series(&engine.0, &self.deployment_id, self.from, to, points).await
    }
}

impl Run for GetDecision {
    async fn run(self, engine: &Engine, _caller: &Caller) -> Result<DecisionFound, WireError> {
        let inner = &*engine.0;
        let (id, at) = (self.deployment_id, self.at);
        inner.fleet.lock().live(&id)?;
        let found = inner
            .read
            .read(move |read| {
                let Some(row) = read.decision_at(&id, at)? else { return Ok(None) };
                let version = read.policy_version(&row.decision.policy_id, row.decision.policy_version)?;
                Ok(version.map(|version| (row.decision, version.policy)))
            })
            .await?;
        Ok(DecisionFound { decision: found.map(|(decision, policy)| view::DecisionView::of(&decision, &policy)) })
    }
}

impl Run for PreviewManualScaling {
    async fn run(self, engine: &Engine, _caller: &Caller) -> Result<ManualPreview, WireError> {
        view::manual_preview(&engine.0, &self.deployment_id, Instances(self.target_instances), self.hold_seconds)
    }
}

impl Run for ScaleManually {
    async fn run(self, engine: &Engine, caller: &Caller) -> Result<EventView, WireError> {
        let reason = checked_reason(self.reason)?;
        if reason.is_empty() {
            return Err(WireError::invalid_field("reason", "Say why: whoever looks at the history will ask."));
        }
        if self.hold_seconds.is_some_and(|hold| hold > LONGEST_HOLD) {
            return Err(WireError::invalid_field("holdSeconds", "Hold for at most 604,800 s (7 days). For longer, change the policy."));
        }
        let target = Instances(self.target_instances);
        engine.scale_by_hand(&self.deployment_id, target, reason, self.hold_seconds, caller).await
    }
}

/// The bounds that hold for an order by hand.
pub(crate) fn bounds(policy: Option<&Policy>) -> (Instances, Instances) {
    policy.map_or((Instances::ZERO, Instances(MOST_WITHOUT_POLICY)), |policy| (policy.min_instances, policy.max_instances))
}

/// How long policy decisions are held after an order by hand.
pub(crate) fn hold(policy: Option<&Policy>, hold_seconds: Option<u32>) -> TimeDelta {
    let cooldown = policy.map_or(0, |policy| policy.cooldown_period);
    TimeDelta::seconds(i64::from(hold_seconds.unwrap_or(cooldown)))
}

impl Engine {
    /// Commits a person's order, carries it out, and answers with what became of it.
    async fn scale_by_hand(
        &self,
        id: &DeploymentId,
        to: Instances,
        reason: String,
        hold_seconds: Option<u32>,
        caller: &Caller,
    ) -> Result<EventView, WireError> {
        let inner = &*self.0;
        inner.until_answered(id).await?;
        let turn = inner.turn.lock().await;
        let now = inner.now();
        let (order, lease, intent, memory) = {
            let fleet = inner.fleet.lock();
            let live = fleet.live(id)?;
            let (min, max) = bounds(live.in_force(now).as_deref());
            if to < min || max < to {
                let message =
                    format!("{to} instances are outside the policy's {min} to {max}. Choose a count inside, or change the policy.");
                return Err(WireError::new(ErrorCode::Conflict, message));
            }
            let Some(count) = standing::count(live) else {
                let message = "How many instances there are is not known yet. Try again after the next evaluation.";
                return Err(WireError::new(ErrorCode::Unavailable, message));
            };
            // What was ordered since the last look counts already.
            let from = live.memory.expected_instances().unwrap_or(count.total());
            let price = inner.prices.per_instance(&live.deployment, live.observed.as_ref(), now);
            let target = inner.connectors.target(&live.deployment);
            let order = Order { intent_id: IntentId(0), deployment: live.runnable.clone(), target, to };
            let until = now + hold(live.policy.as_deref(), hold_seconds);
            let lease = ManualOverride { instances: to, reason: reason.clone(), by: caller.name.clone(), since: now, until };
            let intent = NewIntent {
                deployment_id: id.clone(),
                cause: IntentCause::Manual,
                from_instances: from,
                to_instances: to,
                reason,
                ordered_by: caller.name.clone(),
                price_change: price * to - price * from,
                at: now,
            };
            let mut memory = live.memory.clone();
            memory.ordered_by_hand(to, now);
            (order, lease, intent, memory)
        };
        let intent_id = inner.commit_manual(&intent, &lease, &memory, caller).await?;
        {
            let mut fleet = inner.fleet.lock();
            let live = fleet.live_mut(id)?;
            live.memory = memory;
            live.manual_override = (lease.until > now).then_some(lease);
            live.target_instances = Some(to);
            let metrics_snapshot = live.snapshot();
            live.order = Some(OpenOrder { intent_id, intent, confidence: 1.0, metrics_snapshot });
        }
        drop(turn);
        let outcomes = inner.actor.carry_out(vec![Order { intent_id, ..order }]).await;
        AutoScalingService::of(self).settle(outcomes, TickAfter::default(), Vec::new()).await;
        inner.until_answered(id).await?;
        inner.event_of(id, intent_id).await
    }
}

impl Run for EndOverride {
    async fn run(self, engine: &Engine, caller: &Caller) -> Result<Done, WireError> {
        let inner = &*engine.0;
        let _turn = inner.turn.lock().await;
        let now = inner.now();
        let id = self.deployment_id;
        if inner.fleet.lock().live(&id)?.override_at(now).is_none() {
            return Err(WireError::new(ErrorCode::Conflict, "No manual order is in force here. It may have just run out."));
        }
        inner.end_override(&id, caller, now).await?;
        Ok(Done {})
    }
}

impl Run for PauseDeployment {
    async fn run(self, engine: &Engine, caller: &Caller) -> Result<Done, WireError> {
        let reason = checked_reason(self.reason.unwrap_or_default())?;
        let pause = Pause { reason, by: caller.name.clone(), at: engine.0.now() };
        engine.0.set_pause(&self.deployment_id, Some(pause), caller).await
    }
}

impl Run for ResumeDeployment {
    async fn run(self, engine: &Engine, caller: &Caller) -> Result<Done, WireError> {
        engine.0.set_pause(&self.deployment_id, None, caller).await
    }
}

impl Inner {
    async fn set_pause(&self, id: &DeploymentId, pause: Option<Pause>, caller: &Caller) -> Result<Done, WireError> {
        let _turn = self.turn.lock().await;
        let resumed = pause.is_none();
        let (deployment, memory) = {
            let fleet = self.fleet.lock();
            let live = fleet.live(id)?;
            let mut memory = live.memory.clone();
            // Without a policy nothing follows the count: the last one that was ordered stays the one to bring back.
            if resumed && live.policy.is_some() {
                memory.resume();
            }
            (Deployment { paused: pause, ..(*live.deployment).clone() }, memory)
        };
        let action = if resumed { "resume_deployment" } else { "pause_deployment" };
        self.change_deployment(deployment, Some(memory), self.audit(caller, action, Some(id), serde_json::Value::Null)).await?;
        Ok(Done {})
    }
}

impl Run for AddLocalDeployment {
    async fn run(self, engine: &Engine, caller: &Caller) -> Result<DeploymentDetails, WireError> {
        let inner = &*engine.0;
        let id = DeploymentId(new_id("dep"));
        let (deployment, instances) = new_deployment::local(&self, id, &inner.home, inner.now()).map_err(WireError::invalid)?;
        let _turn = inner.turn.lock().await;
        inner.add_deployment(deployment, instances, None, caller).await
    }
}

impl Run for AddReplayDeployment {
    async fn run(self, engine: &Engine, caller: &Caller) -> Result<DeploymentDetails, WireError> {
        let inner = &*engine.0;
        let id = DeploymentId(new_id("dep"));
        let (deployment, instances) = new_deployment::replay(&self, id, inner.now()).map_err(WireError::invalid)?;
        let _turn = inner.turn.lock().await;
        inner.add_deployment(deployment, instances, None, caller).await
    }
}

impl Run for AddSample {
    async fn run(self, engine: &Engine, caller: &Caller) -> Result<DeploymentDetails, WireError> {
        let inner = &*engine.0;
        let speed = self.speed.unwrap_or(sample::SPEED);
        if !(speed.is_finite() && (1.0..=1_440.0).contains(&speed)) {
            return Err(WireError::invalid_field("speed", "Play the day 1 to 1,440 times faster than real time."));
        }
        let _turn = inner.turn.lock().await;
        let there =
            inner.fleet.lock().live.values().find(|live| sample::is_sample(&live.deployment)).map(|live| live.deployment.id.clone());
        if let Some(id) = there {
            return inner.details(&id);
        }
        let deployment = sample::deployment(DeploymentId(new_id("dep")), speed, &inner.home, inner.now());
        inner.add_deployment(deployment, Instances::ONE, Some(sample::policy()), caller).await
    }
}

impl Run for RemoveDeployment {
    async fn run(self, engine: &Engine, caller: &Caller) -> Result<Done, WireError> {
        // Its instances would end with it, and only this machine's window may say that.
        let runs_here = matches!(engine.0.fleet.lock().live(&self.deployment_id)?.deployment.runs_on, RunsOn::Local(_));
        if runs_here && caller.origin == Origin::Api {
            return Err(WireError::local_only());
        }
        engine.0.until_answered(&self.deployment_id).await?;
        let _turn = engine.0.turn.lock().await;
        engine.0.remove_deployment(&self.deployment_id, caller).await?;
        Ok(Done {})
    }
}
