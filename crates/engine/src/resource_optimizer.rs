//! `ResourceOptimizerService`: what everything costs, from the first tick on, and the housekeeping of what was recorded.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::cost::LONGEST_GAP_IN_INTERVALS;
use headroom_core::deployment::{Deployment, DeploymentId};
use headroom_core::units::Money;
use headroom_store::{StoreError, UsageValues};

use crate::engine::{Engine, stopped};
use crate::operations::read_settings;
use crate::record::override_ended;
use crate::spending::{Spending, five_minutes};

/// Between two looks at what is to be tidied up.
const TIDY_EVERY: TimeDelta = TimeDelta::seconds(60);

/// Five-minute points that a crash cut off are made later, of this long ago at most.
const LONGEST_CATCH_UP: TimeDelta = TimeDelta::days(1);

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
        tracing::info!(target: "ResourceOptimizerService", "optimization starts");
        let service = self.clone();
        self.engine.spawn(async move { service.run().await });
    }

    async fn run(&self) {
        let inner = &*self.engine.0;
        let mut stopping = inner.stopping.subscribe();
        let mut rolled_up_to = self.first_step().await.unwrap_or_else(|error| {
            tracing::warn!(target: "ResourceOptimizerService", %error, "five-minute points that were cut off cannot be made");
            five_minutes(inner.now())
        });
        let mut tidied_hour = None;
        loop {
            // A beat of its own: what tidying up takes does not put the next one off.
            let next = inner.now() + TIDY_EVERY;
            if let Err(error) = self.tidy(&mut rolled_up_to, &mut tidied_hour).await {
                tracing::warn!(target: "ResourceOptimizerService", %error, "tidying up failed; it is tried again");
            }
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
            let kept = inner.read.read(read_settings).await?.settings.retention();
            inner.write.retire(kept, now).await?;
            *tidied_hour = Some(hour);
        }
        Ok(())
    }

    /// The first five minutes without a point: those in which the last engine ended are finished, at most a day of them. What they
    /// cost is worked out from their samples as the meter did then.
    async fn first_step(&self) -> Result<DateTime<Utc>, StoreError> {
        let inner = &*self.engine.0;
        let (now, started_at) = (inner.now(), *inner.warm_since.lock());
        let lives: Vec<(Arc<Deployment>, u32)> = {
            let fleet = inner.fleet.lock();
            fleet.live.values().map(|live| (live.deployment.clone(), fleet.interval_seconds(&live.deployment))).collect()
        };
        let mut first = five_minutes(now);
        for (deployment, interval) in lives {
            let id = deployment.id.clone();
            let newest = inner.read.read(move |read| read.newest_usage(&id)).await?;
            let begins = newest.map_or(deployment.created_at, |at| at + UsageValues::STEP).max(now - LONGEST_CATCH_UP);
            let (id, from) = (deployment.id.clone(), five_minutes(begins));
            let before = from - TimeDelta::seconds(i64::from(interval)) * LONGEST_GAP_IN_INTERVALS;
            let samples = inner.read.read(move |read| read.samples(&id, before, started_at)).await?.rows;
            let mut spent = Spending::default();
            for sample in &samples {
                let metered = spent.meter(&deployment, &sample.observation, interval, inner.prices.list().tariffs(&deployment.id));
                spent.add(&metered, inner.prices.list().zone(), now);
                if let Ok(live) = inner.fleet.lock().live_mut(&deployment.id) {
                    live.spending.add_cut_off(&metered, from);
                }
            }
            if samples.iter().any(|sample| sample.observation.at >= from) {
                first = first.min(from);
            }
        }
        Ok(first)
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
        inner.fleet.lock().live.values_mut().for_each(|live| live.spending.rolled_up(at));
        inner.tell_changes(&committed.changes);
        Ok(())
    }
}
