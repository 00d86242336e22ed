//! What time costs, to the nano-unit.
//!
//! Read [`Meter`] first: it goes from look to look and says what the time in between came to, seen or estimated. Then [`meter`], which
//! prices one stretch. The formulas, with u by [`Billing`]:
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
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::deployment::{Billing, InstanceSize};
use crate::metric::Metric;
use crate::observation::Observation;
use crate::price_book::{Rates, Tariff, Tariffs, tariff_at};
use crate::units::{Instances, Money, MoneyPerHour, Quantity, Ratio};

mod timeline;
pub use timeline::{LONGEST_ESTIMATE, LONGEST_GAP_IN_INTERVALS, Look, Meter, Seen};

/// Seconds in a quarter of an hour, the ledger's finest step. Every time zone is off UTC by whole quarters.
const QUARTER_HOUR_SECONDS: i64 = 900;
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

/// Time in which the same ran at the same size, and what came through in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stretch {
    /// When it began.
    pub from: DateTime<Utc>,
    /// When it ended.
    pub to: DateTime<Utc>,
    /// Whether it was seen.
    pub origin: Origin,
    /// Bytes transferred in it, both ways.
    pub bytes: f64,
    /// Requests answered in it.
    pub requests: f64,
}

/// Whether money is for what was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Origin {
    /// Between two observations, or from the source's own history.
    Observed,
    /// From the last known instances, while nobody looked.
    Estimated,
}

/// The price of one stretch inside one quarter hour and one tariff.
#[derive(Debug, Clone, PartialEq)]
pub struct MeterPart {
    /// When it began; inside the quarter hour that it is booked in.
    pub from: DateTime<Utc>,
    /// When it ended; at most the end of that quarter hour.
    pub to: DateTime<Utc>,
    /// Seen or estimated.
    pub origin: Origin,
    /// What share is billed.
    pub billing: Billing,
    /// What priced it; none where no price held: then the quantities are kept and the money is 0, so that it can be priced later.
    pub tariff: Option<Arc<Tariff>>,
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
    /// Of the total, what was paid for cores and memory that were not used: `idle`, but nothing where only what is used is billed.
    pub unused: Money,
    /// What is paid for.
    pub quantities: Quantities,
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

/// What is paid for: the money of a resource is its rate times its quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Quantities {
    /// Core-hours that are billed.
    pub cpu: Quantity,
    /// GB-hours of memory that are billed.
    pub memory: Quantity,
    /// GB-hours of disk.
    pub storage: Quantity,
    /// MB transferred.
    pub network: Quantity,
    /// Core-hours that were there and not used.
    pub idle_cpu: Quantity,
    /// GB-hours of memory that were there and not used.
    pub idle_memory: Quantity,
}

impl Cost {
    /// What is billed: CPU, memory, storage and network.
    #[must_use]
    pub fn total(&self) -> Money {
        self.cpu + self.memory + self.storage + self.network
    }

    /// What is billed for what was used.
    #[must_use]
    pub fn used(&self) -> Money {
        self.total() - self.unused
    }

    /// The mean share that was used, weighted by cost, over the time in which it was measured.
    #[must_use]
    pub fn mean_efficiency(&self) -> Option<Ratio> {
        let measured = self.measured_time.num_milliseconds();
        if measured > 0 { Ratio::new(self.used_time.num_milliseconds() as f64 / measured as f64).ok() } else { None }
    }

    /// The same quantities at other rates. Each resource is rounded half-even once.
    ///
    /// Times, requests and utilization are what was measured and stay.
    #[must_use]
    pub fn priced(self, rates: &Rates, billing: Billing) -> Self {
        let Quantities { cpu, memory, storage, network, idle_cpu, idle_memory } = self.quantities;
        let idle = rates.cpu_core_hour * idle_cpu + rates.memory_gb_hour * idle_memory;
        Self {
            cpu: rates.cpu_core_hour * cpu,
            memory: rates.memory_gb_hour * memory,
            storage: rates.storage_gb_hour * storage,
            network: rates.network_mb * network,
            idle,
            unused: match billing {
                Billing::Provisioned | Billing::Allocated => idle,
                Billing::Utilized => Money::ZERO,
            },
            ..self
        }
    }
}

impl AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        self.cpu += other.cpu;
        self.memory += other.memory;
        self.storage += other.storage;
        self.network += other.network;
        self.idle += other.idle;
        self.unused += other.unused;
        self.quantities += other.quantities;
        self.covered = sum(self.covered, other.covered);
        self.instance_time = sum(self.instance_time, other.instance_time);
        self.measured_time = sum(self.measured_time, other.measured_time);
        self.used_time = sum(self.used_time, other.used_time);
        self.requests += other.requests;
    }
}

impl AddAssign for Quantities {
    fn add_assign(&mut self, other: Self) {
        self.cpu += other.cpu;
        self.memory += other.memory;
        self.storage += other.storage;
        self.network += other.network;
        self.idle_cpu += other.idle_cpu;
        self.idle_memory += other.idle_memory;
    }
}

/// What a stretch of time cost.
///
/// Cut at quarter hours (UTC) and where another tariff begins; each resource of each part is rounded half-even once. Total and
/// deterministic: the same stretch always gives the same parts, in order and side by side. Nothing where it does not go forward.
/// 12:10–12:20 are two parts, 12:10–12:15 and 12:15–12:20; bytes and requests are shared out by time.
#[must_use]
pub fn meter(stretch: &Stretch, running: &Running, tariffs: &Tariffs) -> Vec<MeterPart> {
    let Stretch { from, to, origin, bytes, requests } = *stretch;
    let whole = microseconds(to - from);
    cuts(from, to, tariffs)
        .into_iter()
        .map(|(from, to)| {
            let share = microseconds(to - from) / whole;
            let tariff = tariff_at(tariffs, from);
            let cost = price(running, tariff.map(|tariff| &tariff.rates), to - from, bytes * share, requests * share);
            MeterPart { from, to, origin, billing: running.billing, tariff: tariff.cloned(), cost }
        })
        .collect()
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

/// The stretch cut at quarter hours and tariffs, in order.
fn cuts(from: DateTime<Utc>, to: DateTime<Utc>, tariffs: &Tariffs) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
    if to <= from {
        return Vec::new();
    }
    let quarter = TimeDelta::seconds(QUARTER_HOUR_SECONDS);
    let next_quarter = |at: &DateTime<Utc>| quarter_hour(*at).checked_add_signed(quarter).filter(|next| *next < to);
    let mut edges = vec![from, to];
    edges.extend(std::iter::successors(next_quarter(&from), next_quarter));
    edges.extend(tariffs.iter().map(|(at, _)| *at).filter(|at| from < *at && *at < to));
    edges.sort_unstable();
    edges.dedup();
    edges.windows(2).map(|pair| (pair[0], pair[1])).collect()
}

fn price(running: &Running, rates: Option<&Rates>, time: TimeDelta, bytes: f64, requests: f64) -> Cost {
    let Running { instances, size, billing, utilization } = *running;
    let held = |amount: f64, share: f64| Quantity::held(instances, amount, share, time);
    let idle = |amount: f64, share: Option<Ratio>| share.map_or(Quantity::ZERO, |used| held(amount, (1.0 - used.get()).max(0.0)));
    let (cores, memory_gb) = (size.cpu_cores.get(), size.memory_gb.get());
    let quantities = Quantities {
        cpu: held(cores, billed_share(billing, utilization.cpu)),
        memory: held(memory_gb, billed_share(billing, utilization.memory)),
        storage: held(size.storage_gb.get(), 1.0),
        network: Quantity::from_units(bytes.max(0.0) / BYTES_PER_MB),
        idle_cpu: idle(cores, utilization.cpu),
        idle_memory: idle(memory_gb, utilization.memory),
    };
    let instance_time = scaled(time, instances.as_f64());
    let used = rates.and_then(|rates| efficiency(rates, &size, utilization));
    let measured = Cost {
        quantities,
        covered: time,
        instance_time,
        measured_time: if used.is_some() { instance_time } else { TimeDelta::zero() },
        used_time: used.map_or(TimeDelta::zero(), |used| scaled(time, instances.as_f64() * used.get())),
        requests: if requests.is_finite() { requests.max(0.0) } else { 0.0 },
        ..Cost::default()
    };
    rates.map_or(measured, |rates| measured.priced(rates, billing))
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

/// A time as long as `factor` times this one, to the millisecond: the ledger's grain.
fn scaled(time: TimeDelta, factor: f64) -> TimeDelta {
    let milliseconds = (microseconds(time) / 1_000.0 * factor).round_ties_even();
    // `TimeDelta` holds as many milliseconds as an i64, but for one.
    TimeDelta::milliseconds((milliseconds as i64).clamp(-i64::MAX, i64::MAX))
}

/// Both together; saturates.
fn sum(one: TimeDelta, other: TimeDelta) -> TimeDelta {
    one.checked_add(&other).unwrap_or(TimeDelta::MAX)
}

/// Rounded half-even; saturates at the ends of `i64`; NaN is 0.
fn to_nanos(nanos: f64) -> i64 {
    nanos.round_ties_even() as i64
}
