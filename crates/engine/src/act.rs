//! Step 5 of a tick, act: the only file from which instances change. Everything in it was committed before.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use headroom_connectors::target::{ScaleOrder, ScalingTarget};
use headroom_core::deployment::{Deployment, DeploymentId};
use headroom_core::units::Instances;
use headroom_store::IntentId;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::Instant;

/// Orders that are out at the same time.
const MOST_AT_ONCE: usize = 32;
/// A target that has not taken an order by then has failed it.
const ORDER_LIMIT: Duration = Duration::from_secs(30);
/// A tick waits this long for its orders; what is slower is written down when it is known.
const TICK_PATIENCE: Duration = Duration::from_secs(2);

/// A committed order.
#[derive(Clone)]
pub(crate) struct Order {
    pub(crate) intent_id: IntentId,
    pub(crate) deployment: Arc<Deployment>,
    pub(crate) target: Arc<dyn ScalingTarget>,
    pub(crate) to: Instances,
}

/// How an order went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OrderOutcome {
    pub(crate) intent_id: IntentId,
    pub(crate) deployment_id: DeploymentId,
    /// What went wrong and what to do, where something did.
    pub(crate) error: Option<String>,
}

/// Carries out committed orders, bounded in number and time.
#[derive(Clone)]
pub(crate) struct Actor {
    places: Arc<Semaphore>,
    late: mpsc::Sender<OrderOutcome>,
}

impl Actor {
    /// An actor, and where the outcomes of orders arrive that outlasted their tick.
    pub(crate) fn new() -> (Self, mpsc::Receiver<OrderOutcome>) {
        let (late, late_outcomes) = mpsc::channel(1_024);
        (Self { places: Arc::new(Semaphore::new(MOST_AT_ONCE)), late }, late_outcomes)
    }

    /// Gives every order and answers with the outcomes that came while the tick waited; the others come later by the channel.
    pub(crate) async fn carry_out(&self, orders: Vec<Order>) -> Vec<OrderOutcome> {
        let mut running: FuturesUnordered<_> = orders
            .into_iter()
            .map(|order| {
                let places = self.places.clone();
                tokio::spawn(async move {
                    // The semaphore is never closed; without a place the order would only wait longer.
                    let _place = places.acquire_owned().await;
                    give(&order).await
                })
            })
            .collect();
        let until = Instant::now() + TICK_PATIENCE;
        let mut outcomes = Vec::with_capacity(running.len());
        while let Ok(Some(finished)) = tokio::time::timeout_at(until, running.next()).await {
            outcomes.extend(finished.ok());
        }
        if !running.is_empty() {
            let late = self.late.clone();
            tokio::spawn(async move {
                while let Some(finished) = running.next().await {
                    if let Ok(outcome) = finished {
                        // The receiver ends only with the engine, which asks the target anew at its next start.
                        let _ = late.send(outcome).await;
                    }
                }
            });
        }
        outcomes
    }
}

/// Gives one order. A target that hangs or panics has failed it, and nothing else.
async fn give(order: &Order) -> OrderOutcome {
    let (target, deployment) = (order.target.clone(), order.deployment.clone());
    let (to, decision_id) = (order.to, order.intent_id.0.to_string());
    let given = tokio::spawn(async move {
        let order = ScaleOrder { deployment: &deployment, target_instances: to, decision_id: &decision_id };
        target.scale(&order).await
    });
    let abort = given.abort_handle();
    let error = match tokio::time::timeout(ORDER_LIMIT, given).await {
        Ok(Ok(Ok(_accepted))) => None,
        Ok(Ok(Err(error))) => Some(error.to_string()),
        Ok(Err(_panicked)) => {
            Some("The connector failed while it gave the order. See the log; the next evaluation tries again.".to_owned())
        }
        Err(_elapsed) => {
            abort.abort();
            Some(format!("The target has not taken the order within {} s. The next evaluation tries again.", ORDER_LIMIT.as_secs()))
        }
    };
    OrderOutcome { intent_id: order.intent_id, deployment_id: order.deployment.id.clone(), error }
}
