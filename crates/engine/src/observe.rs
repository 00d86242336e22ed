//! Step 1 of a tick, look: one batched query per source, all sources at once, each in its time.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use headroom_connectors::local::LocalConnector;
use headroom_connectors::replay::ReplayConnector;
use headroom_connectors::source::MetricSource;
use headroom_connectors::target::ScalingTarget;
use headroom_core::deployment::{Deployment, RunsOn};
use headroom_core::observation::{Hole, Observation};

/// A source that has not answered by then leaves a hole; well under the shortest interval that is common (30 s).
pub(crate) const LOOK_LIMIT: Duration = Duration::from_secs(5);

/// The edges that this engine has. To add one, see `CONTRIBUTING.md`.
pub(crate) struct Connectors {
    pub(crate) local: Arc<LocalConnector>,
    pub(crate) replay: Arc<ReplayConnector>,
}

impl Connectors {
    /// Where a deployment's orders go.
    pub(crate) fn target(&self, deployment: &Deployment) -> Arc<dyn ScalingTarget> {
        match deployment.runs_on {
            RunsOn::Local(_) => self.local.clone(),
            RunsOn::Replay(_) => self.replay.clone(),
        }
    }

    /// One observation for each deployment, in order. Total: what could not be had in time is a hole.
    pub(crate) async fn look(&self, deployments: &[Arc<Deployment>], at: DateTime<Utc>) -> Vec<Observation> {
        let (local, replay): (Vec<usize>, Vec<usize>) =
            (0..deployments.len()).partition(|&index| matches!(deployments[index].runs_on, RunsOn::Local(_)));
        let (local_seen, replay_seen) =
            tokio::join!(ask(&*self.local, deployments, &local, at), ask(&*self.replay, deployments, &replay, at));
        let mut observations = vec![Observation::unknown(at, Hole::Unreachable); deployments.len()];
        for (index, observation) in local.into_iter().zip(local_seen).chain(replay.into_iter().zip(replay_seen)) {
            observations[index] = observation;
        }
        observations
    }
}

/// Asks one source, and does not trust it to keep its time.
async fn ask(source: &dyn MetricSource, deployments: &[Arc<Deployment>], which: &[usize], at: DateTime<Utc>) -> Vec<Observation> {
    if which.is_empty() {
        return Vec::new();
    }
    let asked: Vec<&Deployment> = which.iter().map(|&index| &*deployments[index]).collect();
    let grace = LOOK_LIMIT + Duration::from_secs(1);
    tokio::time::timeout(grace, source.observe(&asked, at, LOOK_LIMIT)).await.unwrap_or_default()
}
