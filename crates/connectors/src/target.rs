//! Where orders go.

use std::time::Duration;

use async_trait::async_trait;
use headroom_core::deployment::Deployment;
use headroom_core::observation::{Counted, InstanceCount};
use headroom_core::units::Instances;

use crate::error::ConnectorError;

/// An order to have so many instances.
#[derive(Debug, Clone, Copy)]
pub struct ScaleOrder<'a> {
    /// Of what.
    pub deployment: &'a Deployment,
    /// How many there shall be, ready and starting together.
    pub target_instances: Instances,
    /// The committed decision this carries out. It goes into the target's own records where it keeps any.
    pub decision_id: &'a str,
}

/// What a target did with an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted {
    /// What there was before the order.
    pub before: InstanceCount,
    /// What is wanted from now on.
    pub target_instances: Instances,
}

/// What a target can do, so that nothing impossible is asked of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// The fewest instances it can keep; 0 where it can stop a deployment and start it again.
    pub min_instances: Instances,
    /// The most instances of one deployment.
    pub max_instances: Instances,
    /// Whether it tells instances that are still starting from ready ones.
    pub tells_starting: bool,
}

/// Counts and changes instances.
///
/// The contract, held by the same tests for every target:
/// - counts are answered in the order of the question, and within its limit: what could not be had is a hole;
/// - an order is accepted, not awaited: `scale` returns once the target has taken it, and the instances become ready afterwards;
/// - the same order given twice has the same effect as given once, so a repeat after a crash is harmless;
/// - an order that cannot be carried out changes nothing and says what to do.
#[async_trait]
pub trait ScalingTarget: Send + Sync {
    /// What this target can do.
    fn capabilities(&self) -> Capabilities;

    /// How many instances each deployment has now, in the order of `deployments`. Total: what is not known is a hole.
    async fn current_instances(&self, deployments: &[&Deployment], limit: Duration) -> Vec<Counted>;

    /// Makes the count of one deployment what the order says.
    ///
    /// # Errors
    /// [`ConnectorError::NotStarted`] for a deployment this target does not run, [`ConnectorError::TooMany`] above its most.
    async fn scale(&self, order: &ScaleOrder<'_>) -> Result<Accepted, ConnectorError>;

    /// Takes the count to 0 and waits, within the target's own bounds, until no instance runs any more. The deployment stays known.
    ///
    /// # Errors
    /// [`ConnectorError::NotStarted`] for a deployment this target does not run.
    async fn stop(&self, deployment: &Deployment) -> Result<(), ConnectorError>;
}
