//! Looking ahead for the deployments whose policy is predictive: begun from samples, kept now and then, made whole after a restart.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::decide::Circumstances;
use headroom_core::deployment::{Deployment, DeploymentId};
use headroom_core::foresight::Foresight;
use headroom_core::observation::Observation;
use headroom_core::policy::Policy;
use headroom_store::{ReadTransaction, StoreError};

use crate::auto_scaling::{AutoScalingService, circumstances};
use crate::engine::Inner;
use crate::error::WireError;

/// How far back samples are looked at where nothing was kept: what a forecast remembers of days.
const LEARNED_FROM: TimeDelta = TimeDelta::days(4);
/// What is kept is at most so old: its samples are read again in a moment, and writing it costs more than a thousand evaluations.
const KEPT_EVERY: TimeDelta = TimeDelta::hours(6);

/// Begins to look ahead at `now`, from the samples before it, as if `policy` and what is true around it now had held all the time.
pub(crate) fn learned(
    read: &ReadTransaction<'_>,
    id: &DeploymentId,
    policy: &Policy,
    around: &Circumstances,
    start_up_delay: Option<TimeDelta>,
    now: DateTime<Utc>,
) -> Result<Foresight, StoreError> {
    let mut foresight = Foresight::new(start_up_delay);
    each_sample(read, id, now - LEARNED_FROM, now, |observation| {
        foresight.look(policy, around, observation, observation.at);
    })?;
    Ok(foresight)
}

/// What was kept, and what the samples since then add: bit for bit what was known when the last of them was seen.
pub(crate) fn restored(
    read: &ReadTransaction<'_>,
    id: &DeploymentId,
    policy: &Policy,
    now: DateTime<Utc>,
) -> Result<Option<Foresight>, StoreError> {
    let Some(mut foresight) = read.foresight(id)? else { return Ok(None) };
    let Some(kept_at) = foresight.looked_at() else { return Ok(Some(foresight)) };
    let around = read.circumstances_between(id, kept_at, now)?;
    each_sample(read, id, kept_at, now + TimeDelta::milliseconds(1), |observation| {
        let at = observation.at.timestamp_millis();
        let held = around.iter().rev().find(|(since, _)| since.timestamp_millis() <= at);
        if let Some((_, circumstances)) = held {
            foresight.look(policy, circumstances, observation, observation.at);
        }
    })?;
    Ok(Some(foresight))
}

/// Each observation in `from..to`, oldest first.
fn each_sample(
    read: &ReadTransaction<'_>,
    id: &DeploymentId,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    mut look: impl FnMut(&Observation),
) -> Result<(), StoreError> {
    let mut from = Some(from);
    while let Some(begin) = from {
        let page = read.samples(id, begin, to)?;
        page.rows.iter().for_each(|sample| look(&sample.observation));
        from = page.next;
    }
    Ok(())
}

/// Whether it is time to keep what was learned: each deployment has its own moment of the six hours, so that no tick writes many.
fn is_due(id: &DeploymentId, now: DateTime<Utc>, before: DateTime<Utc>) -> bool {
    let mut hasher = DefaultHasher::new();
    id.as_str().hash(&mut hasher);
    let period = KEPT_EVERY.num_seconds();
    let offset = (hasher.finish() % period.unsigned_abs()).cast_signed();
    (now.timestamp() + offset).div_euclid(period) != (before.timestamp() + offset).div_euclid(period)
}

impl AutoScalingService {
    /// What of these is to be kept now.
    pub(crate) fn foresights_to_keep(&self, evaluated: &[Arc<Deployment>], now: DateTime<Utc>) -> Vec<(DeploymentId, Foresight)> {
        let mut fleet = self.inner().fleet.lock();
        let mut due = Vec::new();
        for deployment in evaluated {
            let Some(live) = fleet.live.get_mut(&deployment.id) else { continue };
            let Some(foresight) = &live.foresight else { continue };
            if live.foresight_kept_at.is_none_or(|before| is_due(&deployment.id, now, before)) {
                live.foresight_kept_at = Some(now);
                due.push((deployment.id.clone(), (**foresight).clone()));
            }
        }
        due
    }

    /// What was learned from a look that could not be written down is forgotten: what is kept, and the samples since, say it again.
    pub(crate) async fn look_ahead_anew(&self, ids: &[DeploymentId], now: DateTime<Utc>) {
        let inner = self.inner();
        let looking_ahead: Vec<(DeploymentId, Arc<Policy>)> = {
            let fleet = inner.fleet.lock();
            let predictive = ids.iter().filter_map(|id| fleet.live.get(id).zip(Some(id))).filter(|(live, _)| live.foresight.is_some());
            predictive.filter_map(|(live, id)| Some((id.clone(), live.policy.clone()?))).collect()
        };
        for (id, policy) in looking_ahead {
            let wanted = id.clone();
            let found = inner.read.read(move |read| restored(read, &wanted, &policy, now)).await;
            if let (Ok(found), Ok(live)) = (found, inner.fleet.lock().live_mut(&id)) {
                live.foresight = found.map(Box::new);
            }
        }
    }
}

impl Inner {
    /// What is known to look ahead with under a policy that is about to be saved: what was learned so far, else what the samples say.
    pub(crate) async fn foresight_under(
        &self,
        id: &DeploymentId,
        policy: &Policy,
        now: DateTime<Utc>,
    ) -> Result<Option<Foresight>, WireError> {
        if !policy.is_predictive() {
            return Ok(None);
        }
        let (around, start_up_delay) = {
            let fleet = self.fleet.lock();
            let live = fleet.live(id)?;
            if let Some(foresight) = &live.foresight {
                return Ok(Some((**foresight).clone()));
            }
            (circumstances(&fleet, live, &self.prices, *self.warm_since.lock(), now), live.memory.start_up_delay())
        };
        let (id, policy) = (id.clone(), policy.clone());
        Ok(Some(self.read.read(move |read| learned(read, &id, &policy, &around, start_up_delay, now)).await?))
    }

    /// Keeps what was learned about these deployments. What fails is only kept later: the samples make it whole all the same.
    pub(crate) async fn keep_foresights(&self, due: Vec<(DeploymentId, Foresight)>) {
        if due.is_empty() {
            return;
        }
        let written = self.write.transact(move |write| due.iter().try_for_each(|(id, foresight)| write.set_foresight(id, foresight))).await;
        if let Err(error) = written {
            tracing::warn!(target: "AutoScalingService", %error, "what was learned to look ahead could not be kept");
        }
    }
}
