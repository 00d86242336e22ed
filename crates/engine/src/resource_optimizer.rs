//! `ResourceOptimizerService`: what everything costs, from the first tick on, and the housekeeping of what was recorded.

use std::collections::{HashMap, VecDeque};

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use headroom_core::cost::{PriceList, Running, Stretch, Utilization, meter, price_per_instance_hour};
use headroom_core::deployment::{Billing, Deployment, DeploymentId};
use headroom_core::observation::{Counted, Observation};
use headroom_core::price_book::PriceRow;
use headroom_core::units::{Money, MoneyPerHour};
use headroom_store::{CostOf, MeterPart, Origin, Retention, StoreError, UsageValues};

use crate::engine::{Engine, stopped};
use crate::record::override_ended;

/// Five-minute steps whose cost is remembered until they are rolled up: a few, in case tidying up is late.
const RECENT_STEPS: usize = 6;
/// Between two looks at what is to be tidied up.
const TIDY_EVERY: TimeDelta = TimeDelta::seconds(60);

/// What things cost here.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Prices(PriceList<'static>);

impl Prices {
    /// The rates that ship.
    pub(crate) fn shipped() -> Self {
        Self(PriceList::shipped())
    }

    fn row(&self, at: DateTime<Utc>) -> Option<&'static PriceRow> {
        self.0.book.price_at(self.0.provider, self.0.class, at)
    }

    /// What one instance costs per hour now.
    pub(crate) fn per_instance(&self, deployment: &Deployment, observed: Option<&Observation>, at: DateTime<Utc>) -> MoneyPerHour {
        let utilization = observed.map(Utilization::of).unwrap_or_default();
        self.row(at).map_or(MoneyPerHour::ZERO, |row| {
            price_per_instance_hour(&row.rates, &deployment.instance_size, deployment.billing, utilization)
        })
    }

    /// ISO 4217.
    pub(crate) fn currency(&self) -> &'static str {
        self.0.book.rows().first().map_or("USD", |row| &row.currency)
    }

    /// How the price of an instance comes about, in one line.
    pub(crate) fn formula(&self, deployment: &Deployment, at: DateTime<Utc>) -> String {
        let Some(row) = self.row(at) else { return "No price row holds at this time.".to_owned() };
        let (size, rates) = (&deployment.instance_size, &row.rates);
        let billed = match deployment.billing {
            Billing::Provisioned => "provisioned, used or not",
            Billing::Utilized => "what is used",
            Billing::Allocated => "the larger of requested and used",
        };
        format!(
            "{} cores × ${}/h + {} GB × ${}/h + {} GB disk × ${}/h, {billed}; {}.",
            size.cpu_cores.get(),
            rates.cpu_core_hour.as_units(),
            size.memory_gb.get(),
            rates.memory_gb_hour.as_units(),
            size.storage_gb.get(),
            rates.storage_gb_hour.as_units(),
            row.source
        )
    }
}

/// What a deployment has cost this month, and up to when it is metered.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spending {
    month: Option<DateTime<Utc>>,
    month_to_date: Money,
    /// Of the month so far.
    observed: TimeDelta,
    /// Up to when is paid: a clock that jumps back is not paid twice.
    paid_until: Option<DateTime<Utc>>,
    /// The newest five minutes and what they cost, for their points.
    recent: VecDeque<(DateTime<Utc>, Money)>,
}

/// What the time since the last observation came to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Metered {
    pub(crate) parts: Vec<MeterPart>,
}

impl Spending {
    /// From what the ledger has since the beginning of the month.
    pub(crate) fn loaded(cost: Option<&CostOf>, paid_until: Option<DateTime<Utc>>, month: DateTime<Utc>) -> Self {
        Self {
            month: Some(month),
            month_to_date: cost.map(CostOf::total).unwrap_or_default(),
            observed: cost.map(|cost| cost.observed.covered).unwrap_or_default(),
            paid_until,
            ..Self::default()
        }
    }

    /// Meters from the observation before to this one, with what was there then.
    pub(crate) fn meter(
        &self,
        deployment: &Deployment,
        before: Option<&Observation>,
        seen: &Observation,
        interval_seconds: u32,
        prices: &Prices,
    ) -> Metered {
        let Some(before) = before else { return Metered::default() };
        let Counted::Known(count) = before.instances else { return Metered::default() };
        let running = Running {
            instances: count.total(),
            size: deployment.instance_size,
            billing: deployment.billing,
            utilization: Utilization::of(before),
        };
        let stretch = Stretch {
            from: before.at,
            to: seen.at,
            paid_until: self.paid_until,
            interval: TimeDelta::seconds(i64::from(interval_seconds)),
            bytes: seen.traffic.network_bytes.unwrap_or(0.0),
            requests: seen.traffic.requests.unwrap_or(0.0),
        };
        let metered = meter(&stretch, &running, prices.0);
        Metered { parts: metered.parts.iter().map(|part| stored(&deployment.id, part)).collect() }
    }

    /// Takes over what was committed.
    pub(crate) fn add(&mut self, metered: &Metered, now: DateTime<Utc>) {
        let month = month_start(now);
        if self.month != Some(month) {
            self.month = Some(month);
            self.month_to_date = Money::ZERO;
            self.observed = TimeDelta::zero();
        }
        for part in metered.parts.iter().filter(|part| part.at >= month) {
            self.month_to_date += part.cost.total();
            self.observed += part.cost.covered;
        }
        for part in &metered.parts {
            self.add_recent(five_minutes(part.at), part.cost.total());
        }
        if let Some(last) = metered.parts.last() {
            self.paid_until = self.paid_until.max(Some(last.at + last.cost.covered));
        }
    }

    fn add_recent(&mut self, step: DateTime<Utc>, cost: Money) {
        match self.recent.back_mut() {
            Some((newest, sum)) if *newest == step => *sum += cost,
            _ => self.recent.push_back((step, cost)),
        }
        if self.recent.len() > RECENT_STEPS {
            self.recent.pop_front();
        }
    }

    /// What the five minutes from `step` cost; a part that spans two is counted where it began.
    pub(crate) fn cost_of_step(&self, step: DateTime<Utc>) -> Money {
        self.recent.iter().filter(|(at, _)| *at == step).map(|(_, cost)| *cost).sum()
    }

    /// Since the first of the month.
    pub(crate) fn month_to_date(&self, now: DateTime<Utc>) -> Money {
        if self.month == Some(month_start(now)) { self.month_to_date } else { Money::ZERO }
    }

    /// Share of the month so far, or of the time since the deployment was added, that was observed.
    pub(crate) fn observed_share(&self, since: DateTime<Utc>, now: DateTime<Utc>) -> f64 {
        let span = (now - since.max(month_start(now))).num_milliseconds();
        if span <= 0 || self.month != Some(month_start(now)) {
            return 0.0;
        }
        (self.observed.num_milliseconds() as f64 / span as f64).min(1.0)
    }
}

/// A metered part as the ledger takes it.
fn stored(id: &DeploymentId, part: &headroom_core::cost::MeterPart) -> MeterPart {
    let cost = &part.cost;
    MeterPart {
        deployment_id: id.clone(),
        at: part.from,
        origin: Origin::Observed,
        cost: headroom_store::Cost {
            cpu: cost.cpu,
            memory: cost.memory,
            storage: cost.storage,
            network: cost.network,
            idle: cost.idle,
            covered: cost.covered,
            instance_time: cost.instance_time,
            used_time: cost.used_time,
            requests: cost.requests,
        },
    }
}

/// The first instant of the month in UTC.
pub(crate) fn month_start(now: DateTime<Utc>) -> DateTime<Utc> {
    NaiveDate::from_ymd_opt(now.year(), now.month(), 1).and_then(|day| day.and_hms_opt(0, 0, 0)).map_or(now, |start| start.and_utc())
}

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

/// The start of the five minutes around an instant.
fn five_minutes(at: DateTime<Utc>) -> DateTime<Utc> {
    let step = UsageValues::STEP.num_seconds();
    DateTime::from_timestamp(at.timestamp().div_euclid(step) * step, 0).unwrap_or(at)
}
