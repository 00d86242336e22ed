//! The laws of the meter over whole timelines: scaling, price changes, gaps, clock jumps and restarts, against a second implementation
//! that walks through time second by second and multiplies in rational numbers.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::calendar::Zone;
use headroom_core::cost::{Cost, LONGEST_ESTIMATE, Look, Meter, MeterPart, Origin, Running, Seen, Utilization};
use headroom_core::deployment::{Billing, InstanceSize};
use headroom_core::price_book::{Discounts, ExchangeRate, PriceBook, PriceClass, PriceRow, Rates};
use headroom_core::units::{Cores, Gigabytes, Instances, Money, MoneyPerHour, Quantity, Ratio};
use proptest::prelude::*;

/// 1 June 2026, 00:00 UTC, in seconds.
const START: i64 = 1_780_272_000;
/// Seconds between evaluations.
const INTERVAL: i64 = 30;

/// What happens between one look and the next. Times are whole seconds, so that the second implementation can walk them.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// The next look, that many seconds later.
    Look(i64),
    /// The same, but nothing could be seen.
    Blind(i64),
    /// Scaled, resized, billed and used otherwise from the next look on.
    Becomes(Made),
    /// The clock is set back by so many seconds.
    Back(i64),
    /// Headroom ends and starts again: only the last look that is stored and what is paid are left.
    Restart,
}

/// A thing that runs, in whole thousandths, so that it has an exact rational twin.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Made {
    instances: u32,
    millicores: u32,
    milligigabytes: u32,
    disk_milligigabytes: u32,
    billing: Billing,
    cpu_thousandths: Option<u32>,
    memory_thousandths: Option<u32>,
}

impl Made {
    fn running(self) -> Running {
        let thousandth = |thousandths: u32| f64::from(thousandths) / 1_000.0;
        let share = |thousandths: Option<u32>| thousandths.and_then(|thousandths| Ratio::new(thousandth(thousandths)).ok());
        Running {
            instances: Instances(self.instances),
            size: InstanceSize {
                cpu_cores: Cores::new(thousandth(self.millicores)).unwrap(),
                memory_gb: Gigabytes::new(thousandth(self.milligigabytes)).unwrap(),
                storage_gb: Gigabytes::new(thousandth(self.disk_milligigabytes)).unwrap(),
            },
            billing: self.billing,
            utilization: Utilization { cpu: share(self.cpu_thousandths), memory: share(self.memory_thousandths) },
        }
    }
}

fn any_made() -> impl Strategy<Value = Made> {
    let billing = prop::sample::select(vec![Billing::Provisioned, Billing::Utilized, Billing::Allocated]);
    let share = || prop::option::weighted(0.8, 0_u32..1_500);
    (0_u32..50, 0_u32..16_000, 0_u32..64_000, 0_u32..100_000, billing, share(), share()).prop_map(
        |(instances, millicores, milligigabytes, disk_milligigabytes, billing, cpu_thousandths, memory_thousandths)| Made {
            instances,
            millicores,
            milligigabytes,
            disk_milligigabytes,
            billing,
            cpu_thousandths,
            memory_thousandths,
        },
    )
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => prop_oneof![Just(INTERVAL), 1_i64..=90, 80_i64..=100].prop_map(Step::Look),
        2 => (91_i64..20_000).prop_map(Step::Look),
        3 => (1_i64..200).prop_map(Step::Blind),
        3 => any_made().prop_map(Step::Becomes),
        1 => (1_i64..4_000).prop_map(Step::Back),
        1 => Just(Step::Restart),
    ]
}

/// Seconds since the start, and nano-units per core-hour from then on, in dollars or euros.
fn any_prices() -> impl Strategy<Value = Vec<(i64, i64, bool)>> {
    prop::collection::vec((0_i64..40_000, 0_i64..2_000_000_000, any::<bool>()), 0..4)
}

fn book_of(prices: &[(i64, i64, bool)]) -> PriceBook {
    let shipped = PriceBook::shipped_row();
    let later = prices.iter().map(|&(second, nanos, in_euros)| PriceRow {
        valid_from: instant(second),
        rates: Rates { cpu_core_hour: MoneyPerHour::from_nanos(nanos), ..shipped.rates },
        currency: if in_euros { "EUR".to_owned() } else { "USD".to_owned() },
        discounts: Discounts { spot: Ratio::new(0.7).ok(), commitment: None },
        ..shipped.clone()
    });
    let euro = |second, rate| ExchangeRate { currency: "EUR".to_owned(), valid_from: instant(second), rate: Quantity::from_units(rate) };
    let rows = std::iter::once(shipped.clone()).chain(later).collect();
    // Before the tenth minute nobody said what a euro is worth: a row in euros prices nothing then.
    PriceBook::new(rows, vec![euro(600, 1.137), euro(20_000, 1.2)], "USD")
}

fn instant(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(START + second, 0).unwrap()
}

/// Plays the steps through the meter; everything that it booked, in order. Bytes and requests are one and two a second seen.
fn metered(first: Made, steps: &[Step], book: &PriceBook) -> Vec<MeterPart> {
    let tariffs = book.tariffs(&PriceClass::default());
    let (mut meter, mut made, mut now) = (Meter::default(), first, 0_i64);
    let mut booked: Vec<MeterPart> = Vec::new();
    let mut stored: Option<Seen> = None;
    let mut look = |meter: &mut Meter, at: i64, made: Option<Made>| {
        let running = made.map(Made::running);
        let (parts, next) =
            meter.next(&Look { at: instant(at), running, bytes: 0.0, requests: 0.0 }, TimeDelta::seconds(INTERVAL), tariffs);
        booked.extend(parts);
        *meter = next;
        running.map(|running| Seen { at: instant(at), running })
    };
    stored = look(&mut meter, now, Some(made)).or(stored);
    let mut pending = made;
    for step in steps {
        match *step {
            Step::Becomes(other) => pending = other,
            Step::Look(after) => {
                now += after;
                made = pending;
                stored = look(&mut meter, now, Some(made)).or(stored);
            }
            Step::Blind(after) => {
                now += after;
                stored = look(&mut meter, now, None).or(stored);
            }
            Step::Back(by) => now -= by,
            // What is paid comes back from the ledger, what was seen from the samples.
            Step::Restart => meter = Meter::resumed(stored, meter.paid_until()),
        }
    }
    booked
}

/// The part of time that a second belongs to: the look that covers it, its quarter hour, its tariff.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Cell {
    look: usize,
    quarter: i64,
    tariff: Option<usize>,
    estimated: bool,
}

/// Money of each resource in nano-units, and seconds.
type Sums = BTreeMap<(i64, bool), [i128; 6]>;

/// The same bill, made by walking through every second of time: who was there, was it seen, what price held. In whole numbers only.
fn brute_force(first: Made, steps: &[Step], prices: &[(i64, i64, bool)]) -> Sums {
    // Every look, in the order in which it happened: (second, what was there).
    let mut looks: Vec<(i64, Option<Made>)> = vec![(0, Some(first))];
    let (mut now, mut pending) = (0_i64, first);
    for step in steps {
        match *step {
            Step::Becomes(other) => pending = other,
            Step::Look(after) => {
                now += after;
                looks.push((now, Some(pending)));
            }
            Step::Blind(after) => {
                now += after;
                looks.push((now, None));
            }
            Step::Back(by) => now -= by,
            Step::Restart => {}
        }
    }
    let mut paid: BTreeSet<i64> = BTreeSet::new();
    let mut paid_until: Option<i64> = None;
    let mut cells: BTreeMap<Cell, (i64, Made)> = BTreeMap::new();
    let mut seen: Option<(i64, Made)> = None;
    for (number, &(at, there)) in looks.iter().enumerate() {
        if let Some((since, made)) = seen {
            let far = at - since > 3 * INTERVAL;
            if at > since && (far || there.is_some()) {
                for second in since..at {
                    if paid_until.is_some_and(|until| second < until) {
                        continue;
                    }
                    assert!(paid.insert(second), "second {second} is paid twice");
                    let quarter = (START + second).div_euclid(900) * 900;
                    let cell = Cell { look: number, quarter, tariff: tariff_of(second, prices), estimated: far };
                    cells.entry(cell).or_insert((0, made)).0 += 1;
                }
                paid_until = paid_until.max(Some(at));
            }
        }
        if let Some(made) = there {
            seen = Some((at, made));
        }
    }
    let mut sums: Sums = BTreeMap::new();
    for (cell, (seconds, made)) in cells {
        let sum = sums.entry((cell.quarter, cell.estimated)).or_default();
        for (sum, part) in sum.iter_mut().zip(bill(cell.tariff.map(|tariff| rates_of(tariff, prices)), seconds, made)) {
            *sum += part;
        }
    }
    sums
}

/// Which price holds at a second: 0 is the shipped row, then twice the number of the row and whether the second euro rate holds.
fn tariff_of(second: i64, prices: &[(i64, i64, bool)]) -> Option<usize> {
    let mut order: Vec<usize> = (0..prices.len()).collect();
    order.sort_by_key(|&row| prices[row].0);
    let newest = order.into_iter().rfind(|&row| prices[row].0 <= second);
    match newest {
        None => Some(0),
        Some(row) if !prices[row].2 => Some(2 + 2 * row),
        Some(_) if second < 600 => None,
        Some(row) => Some(2 + 2 * row + usize::from(second >= 20_000)),
    }
}

/// The four rates of such a price in nano-units: core, GB, disk, and nothing for traffic, of which there is none.
fn rates_of(tariff: usize, prices: &[(i64, i64, bool)]) -> [i128; 3] {
    let Some(row) = tariff.checked_sub(2).map(|rest| rest / 2) else { return [50_000_000, 10_000_000, 1_000_000] };
    let (_, nanos, in_euros) = prices[row];
    let euro: i128 = if !in_euros {
        1_000_000_000
    } else if tariff.is_multiple_of(2) {
        1_137_000_000
    } else {
        1_200_000_000
    };
    let compute = half_even(700_000_000 * euro, 1_000_000_000);
    [
        half_even(i128::from(nanos) * compute, 1_000_000_000),
        half_even(10_000_000 * compute, 1_000_000_000),
        half_even(1_000_000 * euro, 1_000_000_000),
    ]
}

/// CPU, memory, disk, idle, unused in nano-units, and the seconds.
fn bill(rates: Option<[i128; 3]>, seconds: i64, made: Made) -> [i128; 6] {
    let [cpu_rate, memory_rate, disk_rate] = rates.unwrap_or_default();
    let billed = |share: Option<u32>| match (made.billing, share) {
        (Billing::Provisioned, _) | (_, None) => 1_000,
        (Billing::Utilized, Some(used)) => i128::from(used),
        (Billing::Allocated, Some(used)) => i128::from(used).max(1_000),
    };
    let idle = |share: Option<u32>| share.map_or(0, |used| (1_000 - i128::from(used)).max(0));
    // Thousandths × thousandths × seconds to billionths of an hour's worth.
    let quantity =
        |size: u32, share: i128| half_even(i128::from(made.instances) * i128::from(size) * share * i128::from(seconds) * 1_000, 3_600);
    let money = |rate: i128, quantity: i128| half_even(rate * quantity, 1_000_000_000);
    let cpu = money(cpu_rate, quantity(made.millicores, billed(made.cpu_thousandths)));
    let memory = money(memory_rate, quantity(made.milligigabytes, billed(made.memory_thousandths)));
    let disk = money(disk_rate, quantity(made.disk_milligigabytes, 1_000));
    let idle_cost = money(cpu_rate, quantity(made.millicores, idle(made.cpu_thousandths)))
        + money(memory_rate, quantity(made.milligigabytes, idle(made.memory_thousandths)));
    let unused = if made.billing == Billing::Utilized { 0 } else { idle_cost };
    [cpu, memory, disk, idle_cost, unused, i128::from(seconds)]
}

/// To the nearest whole number, halves to the even one: by what is left over, not by adding a half.
fn half_even(numerator: i128, denominator: i128) -> i128 {
    let (whole, rest) = (numerator / denominator, numerator % denominator);
    match (2 * rest).cmp(&denominator) {
        std::cmp::Ordering::Less => whole,
        std::cmp::Ordering::Greater => whole + 1,
        std::cmp::Ordering::Equal => whole + whole % 2,
    }
}

fn sums_of(parts: &[MeterPart]) -> Sums {
    let mut sums: Sums = BTreeMap::new();
    for part in parts {
        let quarter = part.from.timestamp().div_euclid(900) * 900;
        let Cost { cpu, memory, storage, idle, unused, covered, .. } = part.cost;
        let found = [cpu, memory, storage, idle, unused].map(|money| i128::from(money.nanos()));
        let sum = sums.entry((quarter, part.origin == Origin::Estimated)).or_default();
        for (sum, part) in sum.iter_mut().zip(found.into_iter().chain([i128::from(covered.num_seconds())])) {
            *sum += part;
        }
    }
    sums
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_second_implementation_agrees_to_the_nano_unit(
        first in any_made(),
        steps in prop::collection::vec(any_step(), 1..60),
        prices in any_prices(),
    ) {
        let parts = metered(first, &steps, &book_of(&prices));
        prop_assert_eq!(sums_of(&parts), brute_force(first, &steps, &prices));
    }

    #[test]
    fn nothing_is_counted_twice_whatever_the_clock_does_and_whenever_it_restarts(
        first in any_made(),
        steps in prop::collection::vec(any_step(), 1..80),
    ) {
        let mut paid_until = None;
        for part in metered(first, &steps, PriceBook::shipped()) {
            prop_assert!(part.from < part.to);
            prop_assert!(paid_until.is_none_or(|until| until <= part.from), "{part:?} begins before {paid_until:?}");
            paid_until = Some(part.to);
        }
    }

    #[test]
    fn a_restart_changes_no_bill(
        first in any_made(),
        steps in prop::collection::vec(any_step(), 1..60),
        prices in any_prices(),
    ) {
        let never: Vec<Step> = steps.iter().copied().filter(|step| !matches!(step, Step::Restart)).collect();
        let book = book_of(&prices);
        prop_assert_eq!(sums_of(&metered(first, &steps, &book)), sums_of(&metered(first, &never, &book)));
    }

    #[test]
    fn quarter_hours_sum_to_the_hour_the_day_in_every_zone_and_the_month(
        first in any_made(),
        steps in prop::collection::vec(any_step(), 1..60),
        zone in prop::sample::select(vec!["UTC", "Asia/Kathmandu", "America/St_Johns", "Europe/Berlin", "Pacific/Chatham"]),
    ) {
        let zone: Zone = zone.parse().unwrap();
        let parts = metered(first, &steps, PriceBook::shipped());
        let total: Money = parts.iter().map(|part| part.cost.total()).sum();
        type Start = fn(Zone, DateTime<Utc>) -> DateTime<Utc>;
        let buckets: [Start; 3] = [|_, at| DateTime::from_timestamp(at.timestamp().div_euclid(3_600) * 3_600, 0).unwrap(), Zone::day_start, Zone::month_start];
        for start in buckets {
            let mut of_parts: BTreeMap<DateTime<Utc>, Money> = BTreeMap::new();
            let mut of_quarters = of_parts.clone();
            for part in &parts {
                *of_parts.entry(start(zone, part.from)).or_default() += part.cost.total();
                // No part reaches into the next bucket, so that the quarter hour may stand for it.
                prop_assert_eq!(start(zone, part.from), start(zone, part.to - TimeDelta::milliseconds(1)));
            }
            for ((quarter, _), [cpu, memory, disk, ..]) in sums_of(&parts) {
                let money = Money::from_nanos(i64::try_from(cpu + memory + disk).unwrap());
                *of_quarters.entry(start(zone, DateTime::from_timestamp(quarter, 0).unwrap())).or_default() += money;
            }
            prop_assert_eq!(&of_quarters, &of_parts);
            prop_assert_eq!(of_parts.values().copied().sum::<Money>(), total);
        }
    }

    #[test]
    fn what_was_not_seen_is_estimated_apart_and_all_time_is_one_or_the_other(
        first in any_made(),
        gaps in prop::collection::vec(1_i64..40_000, 1..20),
    ) {
        let steps: Vec<Step> = gaps.iter().map(|&gap| Step::Look(gap)).collect();
        let parts = metered(first, &steps, PriceBook::shipped());
        let of = |origin| parts.iter().filter(|part| part.origin == origin).map(|part| part.cost.covered.num_seconds()).sum::<i64>();
        let wanted = |seen: bool| gaps.iter().filter(|&&gap| (gap <= 3 * INTERVAL) == seen).sum::<i64>();
        prop_assert_eq!((of(Origin::Observed), of(Origin::Estimated)), (wanted(true), wanted(false)));
    }

    #[test]
    fn pricing_anew_with_the_same_rates_is_off_by_half_a_nano_unit_a_part_at_most(
        first in any_made(),
        steps in prop::collection::vec(any_step(), 1..60),
    ) {
        let parts = metered(first, &steps, PriceBook::shipped());
        let mut sum = Cost::default();
        for part in &parts {
            let again = part.cost.priced(&PriceBook::shipped_row().rates, part.billing);
            prop_assert_eq!(again, part.cost, "a part alone comes to the very same");
            sum += part.cost;
        }
        let anew = sum.priced(&PriceBook::shipped_row().rates, Billing::Provisioned);
        let most = 1 + parts.len() as i64 / 2;
        for (anew, before) in [(anew.cpu, sum.cpu), (anew.memory, sum.memory), (anew.storage, sum.storage)] {
            prop_assert!((anew - before).nanos().abs() <= most, "{anew:?} {before:?}");
        }
    }
}

fn small() -> Made {
    Made {
        instances: 2,
        millicores: 2_000,
        milligigabytes: 4_000,
        disk_milligigabytes: 0,
        billing: Billing::Provisioned,
        cpu_thousandths: Some(500),
        memory_thousandths: Some(500),
    }
}

#[test]
fn three_intervals_are_seen_and_a_longer_gap_is_estimated() {
    let covered = |gap| {
        let parts = metered(small(), &[Step::Look(gap)], PriceBook::shipped());
        parts.iter().map(|part| (part.origin, part.cost.covered.num_seconds())).collect::<Vec<_>>()
    };
    assert_eq!(covered(90), [(Origin::Observed, 90)]);
    assert_eq!(covered(91), [(Origin::Estimated, 91)]);
}

#[test]
fn while_nothing_can_be_seen_the_estimate_grows_from_look_to_look() {
    let blind = [Step::Blind(60), Step::Blind(60), Step::Blind(60), Step::Look(60)];
    let parts = metered(small(), &blind, PriceBook::shipped());
    let said: Vec<_> = parts.iter().map(|part| (part.from, part.to, part.origin)).collect();
    // One minute is still open; after two minutes nobody knows any more.
    assert_eq!(
        said,
        [
            (instant(0), instant(120), Origin::Estimated),
            (instant(120), instant(180), Origin::Estimated),
            (instant(180), instant(240), Origin::Estimated),
        ]
    );
    let short = metered(small(), &[Step::Blind(30), Step::Look(30)], PriceBook::shipped());
    assert_eq!(short.iter().map(|part| (part.origin, part.cost.covered.num_seconds())).collect::<Vec<_>>(), [(Origin::Observed, 60)]);
}

#[test]
fn an_estimate_has_an_end() {
    let longest = LONGEST_ESTIMATE.num_seconds();
    let parts = metered(small(), &[Step::Look(longest + 86_400)], PriceBook::shipped());
    assert_eq!(parts.iter().map(|part| part.cost.covered.num_seconds()).sum::<i64>(), longest);
    assert_eq!(parts[0].from, instant(86_400));
}

#[test]
fn traffic_of_looks_that_saw_no_instances_is_not_lost() {
    let tariffs = PriceBook::shipped().tariffs(&PriceClass::default());
    let look = |at, running, bytes| Look { at: instant(at), running, bytes, requests: bytes };
    let interval = TimeDelta::seconds(INTERVAL);
    let (_, meter) = Meter::default().next(&look(0, Some(small().running()), 5e6), interval, tariffs);
    let (none, meter) = meter.next(&look(30, None, 1e6), interval, tariffs);
    assert!(none.is_empty());
    let (parts, _) = meter.next(&look(60, Some(small().running()), 2e6), interval, tariffs);
    // 1 + 2 MB; what came before the first look is nobody's.
    assert_eq!((parts[0].cost.quantities.network, parts[0].cost.requests), (Quantity::from_units(3.0), 3e6));
}
