//! Where readings come from.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use headroom_core::deployment::Deployment;
use headroom_core::observation::Observation;

/// Measures deployments. One call is one look at many of them: a source with a query language asks once for all.
///
/// The contract, held by the same tests for every source:
/// - the answer has one observation for each deployment, in the order of `deployments`;
/// - it comes within `limit`: what could not be had by then is a hole with its reason, and never holds up the others;
/// - a deployment the source does not know is an observation full of holes, not an error;
/// - every number is finite and not negative, in the unit of its [`Metric`](headroom_core::metric::Metric);
/// - `Observation::at` is `at`; the time of each reading is when it was measured, so a late source cannot pass for a fresh one;
/// - a source that does not count instances leaves `Counted::Unknown { hole: NotMeasured }`, and the target is asked.
#[async_trait]
pub trait MetricSource: Send + Sync {
    /// Looks at `deployments` once. Total: what goes wrong is a hole.
    ///
    /// `at` is the instant of the look by the engine's clock. What a source counts (requests, bytes) it counts since the look before.
    async fn observe(&self, deployments: &[&Deployment], at: DateTime<Utc>, limit: Duration) -> Vec<Observation>;
}
