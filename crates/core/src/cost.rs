//! The meter: what the time between two observations cost, to the nano-unit.
//!
//! Read [`meter`] first. The formulas, with u by [`Billing`]:
//!
//! ```text
//! cpu     = instances · cores      · u_cpu · rate · hours        provisioned  u = 1
//! memory  = instances · memory_gb  · u_mem · rate · hours        utilized     u = utilization
//! storage = instances · storage_gb         · rate · hours        allocated    u = max(1, utilization)
//! network = megabytes transferred          · rate
//! ```
//!
//! Whatever the billing, `idle` is what the unused cores and memory would cost when provisioned.

use std::ops::AddAssign;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::deployment::{Billing, InstanceSize};
use crate::metric::Metric;
use crate::observation::Observation;
use crate::price_book::{PriceBook, Rates};
use crate::units::{Instances, Money, MoneyPerHour, Ratio};

/// Evaluation intervals after which nobody knows any more what ran in between: one look may fail, and the next be late.
pub const LONGEST_GAP_IN_INTERVALS: i32 = 3;
/// Seconds in a quarter of an hour, the ledger's finest step. Every time zone is off UTC by whole quarters.
const QUARTER_HOUR_SECONDS: i64 = 900;
/// Microseconds in an hour.
const MICROSECONDS_PER_HOUR: f64 = 3.6e9;
/// Bytes in a megabyte.
const BYTES_PER_MB: f64 = 1e6;
/// Nano-units in one unit of a currency.
const NANOS: f64 = 1e9;

/// How much of an instance was used, as shares of its size; above 1 where more is used than was requested.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Utilization {
    /// Of its cores; `None` where nobody measured.
    pub cpu: Option<Ratio>,
    /// Of its memory; `None` where nobody measured.
    pub memory: Option<Ratio>,
}

impl Utilization {
    /// The means over the ready instances that an observation saw.
    #[must_use]
    pub fn of(observation: &Observation) -> Self {
        let share = |metric| observation.readings[metric].value().and_then(|percent| Ratio::new(percent / 100.0).ok());
        Self { cpu: share(Metric::Cpu), memory: share(Metric::Memory) }
    }
}

/// What was there from one observation to the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Running {
    /// Ready and starting: both are paid for.
    pub instances: Instances,
    /// What each of them has.
    pub size: InstanceSize,
    /// What share of it is billed.
    pub billing: Billing,
    /// What share of it was used.
    pub utilization: Utilization,
}

/// The time between two observations, and what came through in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stretch {
    /// The observation before.
    pub from: DateTime<Utc>,
    /// This one.
    pub to: DateTime<Utc>,
    /// Up to where the ledger is paid already. Time before it costs nothing: it makes a restart and a clock that is set back harmless.
    pub paid_until: Option<DateTime<Utc>>,
    /// The time between two evaluations of this deployment.
    pub interval: TimeDelta,
    /// Bytes transferred in it, both ways.
    pub bytes: f64,
    /// Requests answered in it.
    pub requests: f64,
}

/// Which rows of the price book hold for a deployment.
#[derive(Debug, Clone, Copy)]
pub struct PriceList<'a> {
    /// The book.
    pub book: &'a PriceBook,
    /// Whose prices.
    pub provider: &'a str,
    /// Region or instance class.
    pub class: &'a str,
}

impl PriceList<'static> {
    /// The rates that ship.
    #[must_use]
    pub fn shipped() -> Self {
        Self { book: PriceBook::shipped(), provider: "default", class: "" }
    }
}

/// What a stretch of time came to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Metered {
    /// In order, side by side, none over a quarter hour (UTC) or the beginning of a price row.
    pub parts: Vec<MeterPart>,
    /// Time that cannot be priced: too long without a look, or no price row holds.
    pub unobserved: TimeDelta,
}

/// The price of one stretch inside one quarter hour and one price row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeterPart {
    /// When it began; inside the quarter hour that it is booked in.
    pub from: DateTime<Utc>,
    /// When it ended; at most the end of that quarter hour.
    pub to: DateTime<Utc>,
    /// The beginning of the price row that holds, which names it within its provider and class.
    pub priced_by: DateTime<Utc>,
    /// What it cost.
    pub cost: Cost,
}

/// Money by resource, and what it was paid for. Sums exactly.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Cost {
    /// For cores.
    pub cpu: Money,
    /// For memory.
    pub memory: Money,
    /// For disk.
    pub storage: Money,
    /// For bytes transferred.
    pub network: Money,
    /// What unused cores and memory would cost when provisioned. Shown beside the total, no part of it.
    pub idle: Money,
    /// How much time is priced.
    pub covered: TimeDelta,
    /// Instances × time.
    pub instance_time: TimeDelta,
    /// Instances × time in which the utilization was known.
    pub measured_time: TimeDelta,
    /// [`efficiency`] × instances × time; over `measured_time` it is the mean utilization.
    pub used_time: TimeDelta,
    /// Requests answered.
    pub requests: f64,
}

impl Cost {
    /// What is billed: CPU, memory, storage and network.
    #[must_use]
    pub fn total(&self) -> Money {
        self.cpu + self.memory + self.storage + self.network
    }
}

impl AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        self.cpu += other.cpu;
        self.memory += other.memory;
        self.storage += other.storage;
        self.network += other.network;
        self.idle += other.idle;
        self.covered = sum(self.covered, other.covered);
        self.instance_time = sum(self.instance_time, other.instance_time);
        self.measured_time = sum(self.measured_time, other.measured_time);
        self.used_time = sum(self.used_time, other.used_time);
        self.requests += other.requests;
    }
}

/// What the time between two observations cost, with what was there at the first of them.
///
/// Cut at quarter hours (UTC) and where a price row begins; each part of each cut is rounded half-even once. Total and
/// deterministic: the same stretch always gives the same parts.
///
/// | stretch | result |
/// |---|---|
/// | 12:10–12:20 | two parts, 12:10–12:15 and 12:15–12:20 |
/// | longer than three evaluation intervals | no part; all of it unobserved |
/// | `to` at or before `from` (the clock was set back) | nothing |
/// | `paid_until` at 12:14 | parts from 12:14 on; bytes and requests by their share of the time |
#[must_use]
pub fn meter(stretch: &Stretch, running: &Running, prices: PriceList<'_>) -> Metered {
    let from = stretch.paid_until.map_or(stretch.from, |paid| paid.max(stretch.from));
    let mut metered = Metered::default();
    if stretch.to <= from {
        return metered;
    }
    let longest_gap = stretch.interval.checked_mul(LONGEST_GAP_IN_INTERVALS).unwrap_or(TimeDelta::MAX);
    if stretch.to - stretch.from > longest_gap {
        metered.unobserved = stretch.to - from;
        return metered;
    }
    for (from, to) in cuts(from, stretch.to, prices) {
        match prices.book.price_at(prices.provider, prices.class, from) {
            Some(row) => {
                let share = microseconds(to - from) / microseconds(stretch.to - stretch.from);
                let cost = price(running, &row.rates, to - from, stretch.bytes * share, stretch.requests * share);
                metered.parts.push(MeterPart { from, to, priced_by: row.valid_from, cost });
            }
            None => metered.unobserved += to - from,
        }
    }
    metered
}

/// What one instance costs per hour, without what it transfers. Each of its three parts is rounded half-even once.
#[must_use]
pub fn price_per_instance_hour(rates: &Rates, size: &InstanceSize, billing: Billing, utilization: Utilization) -> MoneyPerHour {
    let part = |rate: MoneyPerHour, amount: f64| MoneyPerHour::from_nanos(to_nanos(amount * rate.nanos() as f64));
    part(rates.cpu_core_hour, size.cpu_cores.get() * billed_share(billing, utilization.cpu))
        + part(rates.memory_gb_hour, size.memory_gb.get() * billed_share(billing, utilization.memory))
        + part(rates.storage_gb_hour, size.storage_gb.get())
}

/// The cost-weighted share of cores and memory that was used: `(cpu_cost · u_cpu + mem_cost · u_mem) / (cpu_cost + mem_cost)`.
///
/// With provisioned costs, whatever the billing. What was not measured is left out of both sums; `None` where nothing was, or nothing
/// costs anything. At 2 cores, 4 GB, 50 % and 25 %: `(0.10 · 0.5 + 0.04 · 0.25) / 0.14 = 0.43`.
#[must_use]
pub fn efficiency(rates: &Rates, size: &InstanceSize, utilization: Utilization) -> Option<Ratio> {
    let (mut used, mut provisioned) = (0.0, 0.0);
    for (hourly, share) in provisioned_and_used(rates, size, utilization) {
        if let Some(share) = share {
            used += hourly * share.get();
            provisioned += hourly;
        }
    }
    if provisioned > 0.0 { Ratio::new(used / provisioned).ok() } else { None }
}

/// The beginning of the quarter hour (UTC) around an instant: where its cost is booked.
#[must_use]
pub fn quarter_hour(at: DateTime<Utc>) -> DateTime<Utc> {
    let seconds = at.timestamp().div_euclid(QUARTER_HOUR_SECONDS) * QUARTER_HOUR_SECONDS;
    DateTime::from_timestamp(seconds, 0).unwrap_or(at)
}

/// The stretch cut at quarter hours and price rows, in order.
fn cuts(from: DateTime<Utc>, to: DateTime<Utc>, prices: PriceList<'_>) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
    let quarter = TimeDelta::seconds(QUARTER_HOUR_SECONDS);
    let next_quarter = |at: &DateTime<Utc>| quarter_hour(*at).checked_add_signed(quarter).filter(|next| *next < to);
    let mut edges = vec![from, to];
    edges.extend(std::iter::successors(next_quarter(&from), next_quarter));
    edges.extend(prices.book.boundaries(prices.provider, from, to));
    edges.sort_unstable();
    edges.dedup();
    edges.windows(2).map(|pair| (pair[0], pair[1])).collect()
}

fn price(running: &Running, rates: &Rates, time: TimeDelta, bytes: f64, requests: f64) -> Cost {
    let Running { instances, size, billing, utilization } = running;
    let hours = instances.as_f64() * microseconds(time) / MICROSECONDS_PER_HOUR;
    let money = |rate: MoneyPerHour, amount: f64| Money::from_nanos(to_nanos(amount * rate.nanos() as f64 * hours));
    let unused: f64 = provisioned_and_used(rates, size, *utilization)
        .into_iter()
        .map(|(hourly, share)| share.map_or(0.0, |share| hourly * (1.0 - share.get()).max(0.0)))
        .sum();
    let instance_time = scaled(time, instances.as_f64());
    let used = efficiency(rates, size, *utilization);
    Cost {
        cpu: money(rates.cpu_core_hour, size.cpu_cores.get() * billed_share(*billing, utilization.cpu)),
        memory: money(rates.memory_gb_hour, size.memory_gb.get() * billed_share(*billing, utilization.memory)),
        storage: money(rates.storage_gb_hour, size.storage_gb.get()),
        network: Money::from_nanos(to_nanos(rates.network_mb.nanos() as f64 * bytes.max(0.0) / BYTES_PER_MB)),
        idle: Money::from_units(unused * hours),
        covered: time,
        instance_time,
        measured_time: if used.is_some() { instance_time } else { TimeDelta::zero() },
        used_time: used.map_or(TimeDelta::zero(), |used| scaled(time, instances.as_f64() * used.get())),
        requests: if requests.is_finite() { requests.max(0.0) } else { 0.0 },
    }
}

/// Where the utilization is not known, all of the instance is billed: what the provider would, and never too little.
fn billed_share(billing: Billing, utilization: Option<Ratio>) -> f64 {
    match (billing, utilization) {
        (Billing::Provisioned, _) | (_, None) => 1.0,
        (Billing::Utilized, Some(used)) => used.get(),
        (Billing::Allocated, Some(used)) => used.get().max(1.0),
    }
}

/// For cores, then memory: what an instance's cost per hour in currency units, provisioned, and the share of it that was used.
fn provisioned_and_used(rates: &Rates, size: &InstanceSize, utilization: Utilization) -> [(f64, Option<Ratio>); 2] {
    [
        (size.cpu_cores.get() * rates.cpu_core_hour.nanos() as f64 / NANOS, utilization.cpu),
        (size.memory_gb.get() * rates.memory_gb_hour.nanos() as f64 / NANOS, utilization.memory),
    ]
}

fn microseconds(time: TimeDelta) -> f64 {
    time.num_microseconds().unwrap_or(i64::MAX) as f64
}

/// A time as long as `factor` times this one, to the microsecond.
fn scaled(time: TimeDelta, factor: f64) -> TimeDelta {
    TimeDelta::microseconds((microseconds(time) * factor).round_ties_even() as i64)
}

/// Both together; saturates.
fn sum(one: TimeDelta, other: TimeDelta) -> TimeDelta {
    one.checked_add(&other).unwrap_or(TimeDelta::MAX)
}

/// Rounded half-even; saturates at the ends of `i64`; NaN is 0.
fn to_nanos(nanos: f64) -> i64 {
    nanos.round_ties_even() as i64
}
