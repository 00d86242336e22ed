//! From the ledger's rows to what the doors answer about money.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::calendar::Zone;
use headroom_core::cost::Cost;
use headroom_core::decide::words;
use headroom_core::deployment::DeploymentId;
use headroom_core::price_book::Tariff;
use headroom_core::units::{Money, MoneyPerHour};
use headroom_store::{CostOf, CostTable, Origin, PricedBy};

use super::{
    CostBefore, CostDetail, CostFigures, CostLine, CostTime, CostsView, DayCost, DeploymentCost, PricedLines, Resource, ResourceCost,
};
use crate::fleet::Fleet;
use crate::prices::{billed_words, price_words};
use crate::range::{Range, month};

/// Under this share of observed time a figure carries a caution.
const SURE_FROM: f64 = 0.9;
/// The formulas of a part, as the meter applies them.
const FORMULAS: [&str; 5] = [
    "CPU = instances × cores × share billed × rate × hours",
    "Memory = instances × GB × share billed × rate × hours",
    "Storage = instances × GB of disk × rate × hours",
    "Network = MB transferred × rate",
    "Each part, at most a quarter of an hour long, is rounded half-even to a billionth once; sums are exact.",
];

/// What was read for a range.
pub(crate) struct CostsRead {
    pub(crate) table: CostTable,
    /// The range before, where the ledger reaches back so far.
    pub(crate) before: Option<BTreeMap<DeploymentId, CostOf>>,
    pub(crate) names: BTreeMap<DeploymentId, String>,
}

/// What a range has cost.
pub(crate) fn costs(fleet: &Fleet, currency: &str, zone: Zone, range: &Range, read: &CostsRead, now: DateTime<Utc>) -> CostsView {
    let CostsRead { table, before, names } = read;
    let all = table.total();
    let total = figures(&all);
    let mut deployments: Vec<DeploymentCost> = table
        .deployments
        .iter()
        .map(|(id, cost)| {
            let figures = figures(cost);
            let earlier = before.as_ref().map(|before| before.get(id).map(CostOf::total).unwrap_or_default());
            DeploymentCost {
                id: id.clone(),
                name: names.get(id).cloned().unwrap_or_else(|| id.to_string()),
                is_removed: !fleet.live.contains_key(id),
                share: share(figures.total, total.total),
                change: earlier.map(|earlier| figures.total - earlier),
                figures,
            }
        })
        .collect();
    deployments.sort_by(|a, b| b.figures.total.cmp(&a.figures.total).then_with(|| a.name.cmp(&b.name)));
    let mut tags: Vec<String> = fleet.live.values().flat_map(|live| live.deployment.tags.iter().cloned()).collect();
    tags.sort();
    tags.dedup();
    let before = before.as_ref().zip(range.before(zone)).map(|(before, range)| {
        let earlier: Money = before.values().map(CostOf::total).sum();
        CostBefore { range: range.words, total: earlier, change: total.total - earlier }
    });
    CostsView {
        at: now,
        from: range.from,
        to: range.to,
        range: range.words.clone(),
        time_zone: zone.name().to_owned(),
        currency: currency.to_owned(),
        sentence: sentence(range, &total, before.as_ref(), currency, zone),
        caution: caution(&all, &total, currency),
        resources: resources(&total),
        days: days(table, range, zone),
        total,
        before,
        deployments,
        tags,
    }
}

/// How an amount comes about.
pub(crate) fn cost_detail(
    currency: &str,
    range: &Range,
    name: Option<&str>,
    priced: &[PricedBy],
    table: &CostTable,
    is_by_hour: bool,
) -> CostDetail {
    let mut priced: Vec<PricedLines> = priced.iter().map(|part| priced_lines(part, currency)).collect();
    priced.sort_by(|a, b| b.total.cmp(&a.total).then_with(|| a.tariff_words.cmp(&b.tariff_words)));
    CostDetail {
        from: range.from,
        to: range.to,
        title: format!("{}, {}", name.unwrap_or("All deployments"), range.words),
        currency: currency.to_owned(),
        formulas: FORMULAS.map(str::to_owned).to_vec(),
        figures: figures(&table.total()),
        priced,
        times: table
            .times
            .iter()
            .map(|(at, cost)| CostTime { starts_at: *at, figures: figures(cost), mean_instances: mean_instances(cost) })
            .collect(),
        is_by_hour,
    }
}

/// An amount with what is behind it.
pub(crate) fn figures(cost: &CostOf) -> CostFigures {
    let mut all = cost.observed;
    all += cost.estimated;
    let total = all.total();
    let covered = hours(all.covered);
    CostFigures {
        total,
        cpu: all.cpu,
        memory: all.memory,
        storage: all.storage,
        network: all.network,
        used: all.used(),
        unused: all.unused,
        idle: all.idle,
        estimated: cost.estimated.total(),
        observed_share: if covered > 0.0 { hours(cost.observed.covered) / covered } else { 1.0 },
        hours: covered,
        instance_hours: hours(all.instance_time),
        efficiency: all.mean_efficiency().map(headroom_core::units::Ratio::get),
        requests: all.requests,
        cost_per_thousand_requests: (all.requests >= 1.0).then(|| Money::from_units(total.as_units() / all.requests * 1_000.0)),
    }
}

/// What was paid in a range, in a sentence.
fn sentence(range: &Range, total: &CostFigures, before: Option<&CostBefore>, currency: &str, zone: Zone) -> String {
    let money = |amount| words::money(amount, currency);
    if total.hours <= 0.0 {
        return format!("Nothing was metered in {}.", range.words.replace(" so far", ""));
    }
    let when = words::capitalized(&range.words);
    let change = before.map_or_else(String::new, |before| match before.change {
        Money::ZERO => format!(", as much as {}", before.range),
        more if more > Money::ZERO => format!(", {} more than {}", money(more), before.range),
        less => format!(", {} less than {}", money(-less), before.range),
    });
    let unused = if total.unused > Money::ZERO {
        let part = words::percent(share(total.unused, total.total));
        format!(" {} of it, {part}, was paid for cores and memory that were not used.", money(total.unused))
    } else {
        String::new()
    };
    let when = if range.open_end().is_none() && range.words.ends_with("so far") {
        format!("{} has cost {} so far", month(zone, range.from), money(total.total))
    } else {
        format!("{when} cost {}", money(total.total))
    };
    format!("{when}{change}.{unused}")
}

/// What a reader must know before trusting the total.
fn caution(all: &CostOf, total: &CostFigures, currency: &str) -> Option<String> {
    if total.hours > 0.0 && total.observed_share < SURE_FROM {
        return Some(format!(
            "{} of the time was observed. {} are estimated from the instances that were last seen. \
             Run headroomd on a machine that stays on, and all of it is.",
            words::percent(total.observed_share),
            words::money(all.estimated.total(), currency)
        ));
    }
    None
}

fn resources(total: &CostFigures) -> Vec<ResourceCost> {
    [(Resource::Cpu, total.cpu), (Resource::Memory, total.memory), (Resource::Storage, total.storage), (Resource::Network, total.network)]
        .into_iter()
        .map(|(resource, cost)| ResourceCost { resource, name: resource.name().to_owned(), cost, share: share(cost, total.total) })
        .collect()
}

fn days(table: &CostTable, range: &Range, zone: Zone) -> Vec<DayCost> {
    let known: BTreeMap<DateTime<Utc>, &CostOf> = table.times.iter().map(|(at, cost)| (*at, cost)).collect();
    range
        .days(zone)
        .into_iter()
        .map(|day| DayCost { date: zone.date(day), starts_at: day, figures: known.get(&day).map(|cost| figures(cost)) })
        .collect()
}

fn priced_lines(part: &PricedBy, currency: &str) -> PricedLines {
    let Cost { cpu, memory, storage, network, quantities, .. } = part.cost;
    let rates = part.tariff.as_ref().map(|tariff| tariff.rates).unwrap_or_default();
    let line = |resource: Resource, quantity: f64, rate: f64, cost| CostLine {
        resource,
        name: resource.name().to_owned(),
        quantity,
        unit: resource.unit().to_owned(),
        rate,
        cost,
    };
    PricedLines {
        tariff_words: part.tariff.as_ref().map_or_else(
            || {
                "No price row held for this class at that time: the hours are kept and cost nothing. Add a row and price history anew."
                    .to_owned()
            },
            |tariff| tariff_words(tariff, currency),
        ),
        tariff: part.tariff.clone(),
        billed: billed_words(part.billing).to_owned(),
        is_estimated: part.origin == Origin::Estimated,
        instance_hours: hours(part.cost.instance_time),
        total: part.cost.total(),
        lines: vec![
            line(Resource::Cpu, quantities.cpu.as_units(), rates.cpu_core_hour.as_units(), cpu),
            line(Resource::Memory, quantities.memory.as_units(), rates.memory_gb_hour.as_units(), memory),
            line(Resource::Storage, quantities.storage.as_units(), rates.storage_gb_hour.as_units(), storage),
            line(Resource::Network, quantities.network.as_units(), rates.network_mb.as_units(), network),
        ],
    }
}

/// Whose rates, since when, and what they come from.
pub(crate) fn tariff_words(tariff: &Tariff, currency: &str) -> String {
    let class = if tariff.class.is_empty() { String::new() } else { format!(", {}", tariff.class) };
    let since = if tariff.valid_from.timestamp() == 0 {
        "at all times".to_owned()
    } else {
        format!("from {} UTC on", tariff.valid_from.format("%Y-%m-%d %H:%M"))
    };
    let mut words = format!("{}{class}, {since}: {}.", tariff.provider, tariff.source);
    let units = |rate: MoneyPerHour, currency: &str| price_words(rate.as_units(), currency);
    if tariff.discount.as_units() < 1.0 {
        words += &format!(" Of the listed {} a core-hour, {} are paid.", units(tariff.listed.cpu_core_hour, &tariff.listed_currency), {
            words::share(tariff.discount.as_units())
        });
    }
    if tariff.listed_currency != currency {
        words += &format!(" 1 {} = {}.", tariff.listed_currency, price_words(tariff.exchange.as_units(), currency));
    }
    words
}

impl Resource {
    /// What people call it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Cpu => "CPU",
            Self::Memory => "Memory",
            Self::Storage => "Storage",
            Self::Network => "Network",
        }
    }

    /// What is paid for.
    const fn unit(self) -> &'static str {
        match self {
            Self::Cpu => "core-hours",
            Self::Memory | Self::Storage => "GB-hours",
            Self::Network => "MB",
        }
    }
}

fn mean_instances(cost: &CostOf) -> f64 {
    let covered = hours(cost.observed.covered + cost.estimated.covered);
    if covered > 0.0 { hours(cost.observed.instance_time + cost.estimated.instance_time) / covered } else { 0.0 }
}

fn share(part: Money, whole: Money) -> f64 {
    if whole > Money::ZERO { part.nanos() as f64 / whole.nanos() as f64 } else { 0.0 }
}

fn hours(time: TimeDelta) -> f64 {
    time.num_milliseconds() as f64 / 3_600_000.0
}
