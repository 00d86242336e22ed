//! What was recorded of a deployment, made ready to be played again.

use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::deployment::DeploymentId;
use headroom_core::simulate::{BacktestSetup, Look};
use headroom_store::{ReadTransaction, StoreError};

use crate::fleet::{Fleet, Live};
use crate::observe::LOOK_LIMIT;
use crate::prices::Prices;

/// The surroundings of a deployment as they are at `now`.
pub(crate) fn setup_of(fleet: &Fleet, live: &Live, prices: &Prices, now: DateTime<Utc>) -> BacktestSetup {
    BacktestSetup {
        start_up_delay: live.memory.start_up_delay().unwrap_or_else(TimeDelta::zero),
        response_time_objective_ms: live.deployment.objectives.response_time_ms,
        fresh_for: interval_of(fleet, live) * 2 + TimeDelta::from_std(LOOK_LIMIT).unwrap_or_default(),
        price_per_instance: prices.per_instance(&live.deployment, live.observed.as_ref(), now),
    }
}

/// How often a deployment is evaluated.
pub(crate) fn interval_of(fleet: &Fleet, live: &Live) -> TimeDelta {
    TimeDelta::seconds(i64::from(fleet.interval_seconds(&live.deployment)))
}

/// Every look at a deployment in `from..to` that counted its instances, the oldest first. Blocks: off the runtime.
pub(crate) fn looks_between(
    read: &ReadTransaction<'_>,
    id: &DeploymentId,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<Look>, StoreError> {
    let (mut looks, mut next) = (Vec::new(), Some(from));
    while let Some(from) = next {
        let page = read.samples(id, from, to)?;
        looks.extend(page.rows.iter().filter_map(|sample| Look::of(&sample.observation)));
        next = page.next.filter(|next| *next > from);
    }
    Ok(looks)
}
