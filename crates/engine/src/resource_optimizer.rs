//! `ResourceOptimizerService`: what everything costs, from the first tick on, and the housekeeping of what was recorded.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::deployment::DeploymentId;
use headroom_core::units::Money;
use headroom_store::{Retention, StoreError, UsageValues};

use crate::engine::{Engine, stopped};
use crate::record::override_ended;
use crate::spending::five_minutes;

/// Between two looks at what is to be tidied up.
const TIDY_EVERY: TimeDelta = TimeDelta::seconds(60);

/// The second of the guide's two services. Metering is part of each evaluation, so that time is priced with what was there; this
/// loop makes five-minute points, ends manual orders that ran out, packs what is old and lets go of what is past its time.
#[derive(Clone)]
pub struct ResourceOptimizerService {
    engine: Engine,
}

impl ResourceOptimizerService {
    /// The service of an engine.
    #[must_use]
    pub fn of(engine: &Engine) -> Self {
        Self { engine: engine.clone() }
    }

    /// Starts the loop; it ends with the engine's shutdown.
    pub fn start_optimization(&self) {
        let service = self.clone();
        self.engine.spawn(async move { service.run().await });
    }

    async fn run(&self) {
        let inner = &*self.engine.0;
        let mut stopping = inner.stopping.subscribe();
        let mut rolled_up_to = five_minutes(inner.now());
        let mut tidied_hour = None;
        loop {
            if let Err(error) = self.tidy(&mut rolled_up_to, &mut tidied_hour).await {
                tracing::warn!(target: "ResourceOptimizerService", %error, "tidying up failed; it is tried again");
            }
            let next = inner.now() + TIDY_EVERY;
            tokio::select! {
                () = inner.clock.wait_until(next) => {}
                () = stopped(&mut stopping) => return,
            }
        }
    }

    async fn tidy(&self, rolled_up_to: &mut DateTime<Utc>, tidied_hour: &mut Option<i64>) -> Result<(), StoreError> {
        let inner = &*self.engine.0;
        let now = inner.now();
        self.end_lapsed(now).await?;
        while *rolled_up_to + UsageValues::STEP <= now {
            self.roll_up(*rolled_up_to).await?;
            *rolled_up_to += UsageValues::STEP;
        }
        let hour = now.timestamp().div_euclid(3_600);
        if *tidied_hour != Some(hour) {
            inner.write.compact_samples(now).await?;
            inner.write.retire(Retention::default(), now).await?;
            *tidied_hour = Some(hour);
        }
        Ok(())
    }

    /// Manual orders that ran out are events too.
    async fn end_lapsed(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let inner = &*self.engine.0;
        let _turn = inner.turn.lock().await;
        let events: Vec<_> = {
            let fleet = inner.fleet.lock();
            let lapsed = fleet.live.values().filter(|live| live.manual_override.is_some() && live.override_at(now).is_none());
            lapsed.filter_map(|live| override_ended(live, "Headroom".to_owned(), now)).collect()
        };
        if events.is_empty() {
            return Ok(());
        }
        let ended: Vec<DeploymentId> = events.iter().map(|event| event.deployment_id.clone()).collect();
        let committed = inner
            .write
            .transact(move |write| {
                write.end_lapsed_overrides(now)?;
                events.iter().try_for_each(|event| write.add_event(event).map(|_| ()))
            })
            .await?;
        {
            let mut fleet = inner.fleet.lock();
            for id in &ended {
                if let Ok(live) = fleet.live_mut(id) {
                    live.manual_override = None;
                }
            }
        }
        inner.tell_changes(&committed.changes);
        Ok(())
    }

    /// The five minutes from `at` as one point a deployment, with what they cost.
    async fn roll_up(&self, at: DateTime<Utc>) -> Result<(), StoreError> {
        let inner = &*self.engine.0;
        let costs: HashMap<DeploymentId, Money> =
            inner.fleet.lock().live.iter().map(|(id, live)| (id.clone(), live.spending.cost_of_step(at))).collect();
        let cost_of = move |id: &DeploymentId| costs.get(id).copied().unwrap_or_default();
        let committed = inner.write.transact(move |write| write.roll_up_usage(at, cost_of)).await?;
        inner.tell_changes(&committed.changes);
        Ok(())
    }
}
