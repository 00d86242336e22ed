//! What each deployment has cost, kept beside the fleet and equal to the ledger.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::calendar::Zone;
use headroom_core::cost::{LONGEST_GAP_IN_INTERVALS, Look, Meter, Origin, Running, Seen, Utilization};
use headroom_core::deployment::{Deployment, DeploymentId, RunsOn};
use headroom_core::observation::{Counted, Observation};
use headroom_core::price_book::Tariffs;
use headroom_core::units::Money;
use headroom_store::{CostOf, MeterPart, UsageValues};

use crate::time_break::TimeBreak;

/// Five-minute steps whose cost is remembered until they are rolled up: a day of them, in case tidying up is late.
const RECENT_STEPS: usize = 288;

/// What a deployment has cost this month, and where its meter stands.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spending {
    meter: Meter,
    month: Option<DateTime<Utc>>,
    month_to_date: Money,
    /// Of the month so far.
    estimated: Money,
    /// Of the month so far.
    observed: TimeDelta,
    /// The five minutes that are no points yet, and what they cost.
    recent: BTreeMap<DateTime<Utc>, Money>,
}

/// What the time since the last observation came to, and where the meter stands then.
#[derive(Debug, Clone)]
pub(crate) struct Metered {
    pub(crate) parts: Vec<MeterPart>,
    meter: Meter,
}

impl Spending {
    /// Goes on after a start, with what was last seen of the deployment.
    ///
    /// What runs on this machine ended with the engine: the time in between cost nothing. What runs elsewhere went on, unseen.
    pub(crate) fn resumed(deployment: &Deployment, last: Option<&Observation>, paid_until: Option<DateTime<Utc>>) -> Self {
        let seen = match deployment.runs_on {
            RunsOn::Local(_) => None,
            RunsOn::Replay(_) => last.and_then(|last| Some(Seen { at: last.at, running: running(deployment, last)? })),
        };
        Self { meter: Meter::resumed(seen, paid_until), ..Self::default() }
    }

    /// After a break in time: what runs on this machine slept with it and cost nothing. What runs elsewhere went on while the machine
    /// slept, unseen; a clock that was set on is no time at all.
    pub(crate) fn time_broke(&mut self, deployment: &Deployment, found: TimeBreak) {
        let seen = match deployment.runs_on {
            RunsOn::Local(_) => None,
            RunsOn::Replay(_) => self.meter.seen().map(|seen| Seen { at: seen.at + found.set.max(TimeDelta::zero()), ..*seen }),
        };
        self.meter = Meter::resumed(seen, self.meter.paid_until());
    }

    /// Takes over what the ledger has since the beginning of the month.
    pub(crate) fn set_month(&mut self, cost: Option<&CostOf>, month: DateTime<Utc>) {
        self.month = Some(month);
        self.month_to_date = cost.map(CostOf::total).unwrap_or_default();
        self.estimated = cost.map(|cost| cost.estimated.total()).unwrap_or_default();
        self.observed = cost.map(|cost| cost.observed.covered).unwrap_or_default();
    }

    /// Meters up to a look; nothing of it counts until it is written down.
    pub(crate) fn meter(&self, deployment: &Deployment, seen: &Observation, interval_seconds: u32, tariffs: &Tariffs) -> Metered {
        let look = Look {
            at: seen.at,
            running: running(deployment, seen),
            bytes: seen.traffic.network_bytes.unwrap_or(0.0),
            requests: self.requests(seen, interval_seconds),
        };
        let (parts, meter) = self.meter.next(&look, TimeDelta::seconds(i64::from(interval_seconds)), tariffs);
        Metered { parts: parts.into_iter().map(|part| stored(&deployment.id, part)).collect(), meter }
    }

    /// Requests answered since the look before: counted, or else at the rate of now, where that look is near enough.
    fn requests(&self, seen: &Observation, interval_seconds: u32) -> f64 {
        let counted = seen.traffic.requests;
        let by_rate = || {
            let since = seen.at - self.meter.seen()?.at;
            let is_near = since > TimeDelta::zero() && since <= TimeDelta::seconds(i64::from(interval_seconds)) * LONGEST_GAP_IN_INTERVALS;
            is_near.then(|| Some(seen.traffic.request_rate? * since.num_milliseconds() as f64 / 1_000.0))?
        };
        counted.or_else(by_rate).unwrap_or(0.0)
    }

    /// Takes over what was committed.
    pub(crate) fn add(&mut self, metered: &Metered, zone: Zone, now: DateTime<Utc>) {
        let month = zone.month_start(now);
        if self.month != Some(month) {
            self.set_month(None, month);
        }
        for part in metered.parts.iter().filter(|part| part.at >= month) {
            let cost = part.cost.total();
            self.month_to_date += cost;
            match part.origin {
                Origin::Observed => self.observed += part.cost.covered,
                Origin::Estimated => self.estimated += cost,
            }
        }
        for part in metered.parts.iter().filter(|part| part.origin == Origin::Observed) {
            self.add_recent(five_minutes(part.at), part.cost.total());
        }
        self.meter = metered.meter;
    }

    fn add_recent(&mut self, step: DateTime<Utc>, cost: Money) {
        *self.recent.entry(step).or_default() += cost;
        if self.recent.len() > RECENT_STEPS {
            self.recent.pop_first();
        }
    }

    /// What the five minutes from `step` cost; a part that spans two is counted where it began.
    pub(crate) fn cost_of_step(&self, step: DateTime<Utc>) -> Money {
        self.recent.get(&step).copied().unwrap_or_default()
    }

    /// The five minutes from `step` are a point now.
    pub(crate) fn rolled_up(&mut self, step: DateTime<Utc>) {
        self.recent.retain(|at, _| *at > step);
    }

    /// Takes up what an earlier engine metered from `from` on, for the points that it did not make; nothing is paid by it.
    pub(crate) fn add_cut_off(&mut self, metered: &Metered, from: DateTime<Utc>) {
        for part in metered.parts.iter().filter(|part| part.origin == Origin::Observed && part.at >= from) {
            self.add_recent(five_minutes(part.at), part.cost.total());
        }
    }

    /// Since the first of the month, what was estimated included.
    pub(crate) fn month_to_date(&self, zone: Zone, now: DateTime<Utc>) -> Money {
        if self.month == Some(zone.month_start(now)) { self.month_to_date } else { Money::ZERO }
    }

    /// Of the month to date, what was estimated because nobody looked.
    pub(crate) fn estimated(&self, zone: Zone, now: DateTime<Utc>) -> Money {
        if self.month == Some(zone.month_start(now)) { self.estimated } else { Money::ZERO }
    }

    /// Share of the month so far, or of the time since the deployment was added, that was observed.
    pub(crate) fn observed_share(&self, since: DateTime<Utc>, zone: Zone, now: DateTime<Utc>) -> f64 {
        let month = zone.month_start(now);
        let span = (now - since.max(month)).num_milliseconds();
        if span <= 0 || self.month != Some(month) {
            return 0.0;
        }
        (self.observed.num_milliseconds() as f64 / span as f64).min(1.0)
    }
}

/// What an observation saw, as the meter takes it; none where the instances were not counted.
fn running(deployment: &Deployment, seen: &Observation) -> Option<Running> {
    let Counted::Known(count) = seen.instances else { return None };
    Some(Running {
        instances: count.total(),
        size: deployment.instance_size,
        billing: deployment.billing,
        utilization: Utilization::of(seen),
    })
}

/// A metered part as the ledger takes it.
fn stored(id: &DeploymentId, part: headroom_core::cost::MeterPart) -> MeterPart {
    let headroom_core::cost::MeterPart { from, to, origin, billing, tariff, cost } = part;
    MeterPart { deployment_id: id.clone(), at: from, until: to, origin, billing, tariff, cost }
}

/// The start of the five minutes around an instant.
pub(crate) fn five_minutes(at: DateTime<Utc>) -> DateTime<Utc> {
    let step = UsageValues::STEP.num_seconds();
    DateTime::from_timestamp(at.timestamp().div_euclid(step) * step, 0).unwrap_or(at)
}
