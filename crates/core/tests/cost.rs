//! The meter: the guide's examples to the cent, and the laws of money.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::cost::{
    Cost, MeterPart, Origin, Running, Stretch, Utilization, efficiency, meter, price_per_instance_hour, quarter_hour,
};
use headroom_core::deployment::{Billing, InstanceSize};
use headroom_core::price_book::{Discounts, ExchangeRate, PriceBook, PriceClass, PriceRow, Rates, Tariffs, faults_of, faults_of_exchange};
use headroom_core::units::{Cores, Gigabytes, Instances, Money, MoneyPerHour, Quantity, Ratio};
use proptest::prelude::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn size(cores: f64, memory_gb: f64) -> InstanceSize {
    InstanceSize { cpu_cores: Cores::new(cores).unwrap(), memory_gb: Gigabytes::new(memory_gb).unwrap(), storage_gb: Gigabytes::ZERO }
}

fn used(cpu: f64, memory: f64) -> Utilization {
    Utilization { cpu: Ratio::new(cpu).ok(), memory: Ratio::new(memory).ok() }
}

fn small(billing: Billing) -> Running {
    Running { instances: Instances(2), size: size(2.0, 4.0), billing, utilization: used(0.5, 0.5) }
}

fn stretch(from: DateTime<Utc>, to: DateTime<Utc>) -> Stretch {
    Stretch { from, to, origin: Origin::Observed, bytes: 0.0, requests: 0.0 }
}

fn shipped() -> &'static Tariffs {
    PriceBook::shipped().tariffs(&PriceClass::default())
}

fn sum(parts: &[MeterPart]) -> Cost {
    let mut all = Cost::default();
    for part in parts {
        all += part.cost;
    }
    all
}

fn shipped_rates() -> Rates {
    PriceBook::shipped().rows()[0].rates
}

#[test]
fn the_shipped_rates_are_those_of_the_guide() {
    let rates = shipped_rates();
    assert_eq!((rates.cpu_core_hour, rates.memory_gb_hour), (MoneyPerHour::from_nanos(50_000_000), MoneyPerHour::from_nanos(10_000_000)));
    assert_eq!((rates.storage_gb_hour, rates.network_mb), (MoneyPerHour::from_nanos(1_000_000), Money::from_nanos(10_000)));
    assert_eq!(PriceBook::shipped().rows()[0].currency, "USD");
}

/// A month of 720 hours of the guide's three examples, in dollars.
///
/// The guide prints the CPU part alone, by use: 2 cores × 2 × 50 % × 0.05 $ × 720 h = $72.00, 4 × 3 × 60 % = $259.20. Its third
/// figure, ~$756, is given by no combination of its rates: 8 cores × 5 × 70 % × 0.05 $ × 720 h is $1 008.00, as here.
#[test]
fn the_guides_monthly_examples_come_out_to_the_cent() {
    let table = [
        ("small", 2.0, 4.0, 2, 0.5, 72.00, 100.80, 201.60),
        ("medium", 4.0, 8.0, 3, 0.6, 259.20, 362.88, 604.80),
        ("large", 8.0, 16.0, 5, 0.7, 1_008.00, 1_411.20, 2_016.00),
    ];
    let from = at("2026-06-01T00:00:00Z");
    let month = stretch(from, from + TimeDelta::hours(720));
    for (name, cores, memory_gb, instances, share, cpu, with_memory, provisioned) in table {
        let of = |billing| {
            let running =
                Running { instances: Instances(instances), size: size(cores, memory_gb), billing, utilization: used(share, share) };
            sum(&meter(&month, &running, shipped()))
        };
        assert_eq!(of(Billing::Utilized).cpu, Money::from_units(cpu), "{name}");
        assert_eq!(of(Billing::Utilized).total(), Money::from_units(with_memory), "{name}");
        assert_eq!(of(Billing::Provisioned).total(), Money::from_units(provisioned), "{name}");
        assert_eq!(of(Billing::Provisioned).idle, Money::from_units(provisioned - with_memory), "{name}");
    }
}

#[test]
fn billing_says_what_share_is_paid_for() {
    let table = [
        ("provisioned, half used", Billing::Provisioned, used(0.5, 0.25), 0.14),
        // 0.10 × 0.5 + 0.04 × 0.25
        ("utilized, half used", Billing::Utilized, used(0.5, 0.25), 0.06),
        ("allocated, half used", Billing::Allocated, used(0.5, 0.25), 0.14),
        // 0.10 × 1.5 + 0.04
        ("allocated, more used than requested", Billing::Allocated, used(1.5, 0.25), 0.19),
        ("provisioned, more used than requested", Billing::Provisioned, used(1.5, 0.25), 0.14),
        // What is not known is billed whole: 0.10 + 0.04 × 0.25
        ("utilized, CPU not known", Billing::Utilized, Utilization { cpu: None, ..used(0.5, 0.25) }, 0.11),
    ];
    for (name, billing, utilization, wanted) in table {
        let price = price_per_instance_hour(&shipped_rates(), &size(2.0, 4.0), billing, utilization);
        assert_eq!(price, MoneyPerHour::from_units(wanted), "{name}");
    }
}

#[test]
fn storage_and_traffic_are_priced_whatever_is_used() {
    let size = InstanceSize { storage_gb: Gigabytes::new(50.0).unwrap(), ..size(0.0, 0.0) };
    let running = Running { instances: Instances(3), size, billing: Billing::Utilized, utilization: used(0.0, 0.0) };
    let from = at("2026-06-01T10:00:00Z");
    let hour = Stretch { bytes: 2e9, requests: 90.0, ..stretch(from, from + TimeDelta::hours(1)) };
    let cost = sum(&meter(&hour, &running, shipped()));
    // 3 × 50 GB × 0.001 $; 2 000 MB × 0.00001 $
    assert_eq!((cost.storage, cost.network, cost.total()), (Money::from_units(0.15), Money::from_units(0.02), Money::from_units(0.17)));
    assert_eq!((cost.requests, cost.covered, cost.instance_time), (90.0, TimeDelta::hours(1), TimeDelta::hours(3)));
}

#[test]
fn efficiency_is_the_cost_weighted_share_that_was_used() {
    let rates = shipped_rates();
    let share = |utilization| efficiency(&rates, &size(2.0, 4.0), utilization).map(Ratio::get);
    // (0.10 · 0.5 + 0.04 · 0.25) / 0.14
    assert!((share(used(0.5, 0.25)).unwrap() - 0.06 / 0.14).abs() < 1e-12);
    assert_eq!(share(Utilization { cpu: None, ..used(0.5, 0.25) }), Some(0.25));
    assert_eq!(share(Utilization::default()), None);
    assert_eq!(efficiency(&Rates::default(), &size(2.0, 4.0), used(0.5, 0.5)), None);
}

#[test]
fn time_whose_utilization_is_not_known_is_no_part_of_the_mean() {
    let from = at("2026-06-01T10:00:00Z");
    let hour = stretch(from, from + TimeDelta::hours(1));
    let blind = Running { utilization: Utilization::default(), ..small(Billing::Provisioned) };
    let cost = sum(&meter(&hour, &blind, shipped()));
    assert_eq!((cost.measured_time, cost.used_time, cost.idle), (TimeDelta::zero(), TimeDelta::zero(), Money::ZERO));
    let seen = sum(&meter(&hour, &small(Billing::Provisioned), shipped()));
    // 2 instances × 1 h × 50 %
    assert_eq!((seen.measured_time, seen.used_time), (TimeDelta::hours(2), TimeDelta::hours(1)));
}

#[test]
fn a_stretch_is_cut_at_quarter_hours_and_where_a_price_begins() {
    let dearer = PriceRow {
        valid_from: at("2026-06-01T12:17:30Z"),
        rates: Rates { cpu_core_hour: MoneyPerHour::from_units(0.10), ..shipped_rates() },
        ..PriceBook::shipped().rows()[0].clone()
    };
    let elsewhere = PriceRow { provider: "other".to_owned(), valid_from: at("2026-06-01T12:18:00Z"), ..dearer.clone() };
    let book = PriceBook::new(vec![elsewhere, dearer.clone(), PriceBook::shipped_row()], vec![], "USD");
    let tariffs = book.tariffs(&PriceClass::default());
    let parts = meter(&stretch(at("2026-06-01T12:10:00Z"), at("2026-06-01T12:30:00Z")), &small(Billing::Provisioned), tariffs);
    let said: Vec<_> = parts.iter().map(|part| (part.from, part.to, part.cost.cpu)).collect();
    let early = at("1970-01-01T00:00:00Z");
    assert_eq!(
        said,
        [
            // 2 × 2 cores × 0.05 $ × 5 min
            (at("2026-06-01T12:10:00Z"), at("2026-06-01T12:15:00Z"), Money::from_nanos(16_666_667)),
            (at("2026-06-01T12:15:00Z"), at("2026-06-01T12:17:30Z"), Money::from_nanos(8_333_333)),
            // and × 0.10 $ × 12.5 min
            (at("2026-06-01T12:17:30Z"), at("2026-06-01T12:30:00Z"), Money::from_nanos(83_333_333)),
        ]
    );
    let rows: Vec<_> = parts.iter().filter_map(|part| part.tariff.as_ref()).map(|tariff| tariff.valid_from).collect();
    assert_eq!(rows, [early, early, dearer.valid_from]);
}

#[test]
fn an_hour_is_priced_with_the_row_that_held_then() {
    let row = |provider: &str, class: &str, valid_from: &str, cpu: f64| PriceRow {
        provider: provider.to_owned(),
        class: class.to_owned(),
        currency: "USD".to_owned(),
        source: "test".to_owned(),
        valid_from: at(valid_from),
        rates: Rates { cpu_core_hour: MoneyPerHour::from_units(cpu), ..Rates::default() },
        discounts: Discounts::default(),
    };
    let rows = vec![
        row("cloud", "", "2026-03-01T00:00:00Z", 3.0),
        row("cloud", "", "2026-01-01T00:00:00Z", 1.0),
        row("cloud", "west", "2026-02-01T00:00:00Z", 2.0),
        row("cloud", "west", "2026-02-01T00:00:00Z", 2.5),
    ];
    let book = PriceBook::new(rows, vec![], "USD");
    let cpu = |provider: &str, class: &str, when: &str| {
        let prices = PriceClass { provider: provider.to_owned(), class: class.to_owned() };
        book.price_at(&prices, at(when)).map(|tariff| tariff.rates.cpu_core_hour.as_units())
    };
    assert_eq!(cpu("cloud", "", "2025-12-31T23:59:59Z"), None, "before the first row");
    assert_eq!(cpu("cloud", "", "2026-01-01T00:00:00Z"), Some(1.0), "from its very instant");
    assert_eq!(cpu("cloud", "", "2026-04-01T00:00:00Z"), Some(3.0), "the newest");
    assert_eq!(cpu("cloud", "west", "2026-01-15T00:00:00Z"), Some(1.0), "the row for all classes while the class has none");
    assert_eq!(cpu("cloud", "west", "2026-04-01T00:00:00Z"), Some(2.5), "the class before all classes, the correction before the error");
    assert_eq!(cpu("cloud", "east", "2026-04-01T00:00:00Z"), Some(3.0), "a class without rows of its own");
    assert_eq!(cpu("other", "", "2026-04-01T00:00:00Z"), None, "a provider that is not in the book");
}

#[test]
fn discounts_and_exchange_rates_are_factors_on_the_rates() {
    let share = |share| Ratio::new(share).ok();
    let row = PriceRow {
        currency: "EUR".to_owned(),
        discounts: Discounts { spot: share(0.3), commitment: share(0.5) },
        valid_from: at("2026-01-01T00:00:00Z"),
        ..PriceBook::shipped_row()
    };
    let euro = |from: &str, rate| ExchangeRate { currency: "EUR".to_owned(), valid_from: at(from), rate: Quantity::from_units(rate) };
    let book = PriceBook::new(vec![row], vec![euro("2026-03-01T00:00:00Z", 1.25), euro("2026-02-01T00:00:00Z", 1.1)], "USD");
    let rates = |when: &str| book.price_at(&PriceClass::default(), at(when)).map(|tariff| tariff.rates);
    assert_eq!(rates("2026-01-15T00:00:00Z"), None, "nobody said what a euro was worth then");
    // 0.05 € × 0.3 × 0.5 × 1.1 and 0.01 € likewise; disk and network at 1.1 alone.
    let wanted = Rates {
        cpu_core_hour: MoneyPerHour::from_nanos(8_250_000),
        memory_gb_hour: MoneyPerHour::from_nanos(1_650_000),
        storage_gb_hour: MoneyPerHour::from_nanos(1_100_000),
        network_mb: Money::from_nanos(11_000),
    };
    assert_eq!(rates("2026-02-01T00:00:00Z"), Some(wanted));
    assert_eq!(rates("2026-03-01T00:00:00Z").map(|rates| rates.cpu_core_hour), Some(MoneyPerHour::from_nanos(9_375_000)));
    // A stretch over the day on which the euro moved is cut there.
    let parts = meter(
        &stretch(at("2026-02-28T23:55:00Z"), at("2026-03-01T00:05:00Z")),
        &small(Billing::Provisioned),
        book.tariffs(&PriceClass::default()),
    );
    assert_eq!(parts.iter().map(|part| part.from).collect::<Vec<_>>(), [at("2026-02-28T23:55:00Z"), at("2026-03-01T00:00:00Z")]);
}

#[test]
fn what_no_price_holds_for_is_counted_and_can_be_priced_later() {
    let nobodys = PriceClass { provider: "other".to_owned(), class: String::new() };
    let from = at("2026-06-01T10:00:00Z");
    let parts = meter(&stretch(from, from + TimeDelta::minutes(15)), &small(Billing::Utilized), PriceBook::shipped().tariffs(&nobodys));
    let [part] = parts.as_slice() else { panic!("{parts:?}") };
    assert_eq!((&part.tariff, part.cost.total(), part.cost.covered), (&None, Money::ZERO, TimeDelta::minutes(15)));
    let priced = part.cost.priced(&shipped_rates(), part.billing);
    // 2 × 2 cores × 50 % × 0.25 h × 0.05 $ and 2 × 4 GB × 50 % × 0.25 h × 0.01 $
    assert_eq!((priced.cpu, priced.memory), (Money::from_units(0.025), Money::from_units(0.01)));
}

#[test]
fn a_price_row_that_makes_no_sense_is_refused_with_every_fault() {
    let row = PriceRow {
        provider: " ".to_owned(),
        currency: "dollars".to_owned(),
        rates: Rates { cpu_core_hour: MoneyPerHour::from_units(-0.05), memory_gb_hour: MoneyPerHour::from_units(2e6), ..shipped_rates() },
        discounts: Discounts { spot: Some(Ratio::ZERO), commitment: Ratio::new(1.5).ok() },
        valid_from: at("2026-06-01T12:07:00Z"),
        ..PriceBook::shipped_row()
    };
    let fields: Vec<String> = faults_of(&row).into_iter().map(|fault| fault.field).collect();
    assert_eq!(fields, ["provider", "currency", "cpuCoreHour", "memoryGbHour", "spot", "commitment", "validFrom"]);
    assert_eq!(faults_of(&PriceBook::shipped_row()), []);
    for rate in [0.0, -1.0, 2e6] {
        let rate = ExchangeRate { currency: "EUR".to_owned(), valid_from: at("2026-06-01T12:15:00Z"), rate: Quantity::from_units(rate) };
        assert_eq!(faults_of_exchange(&rate).len(), 1, "{rate:?}");
    }
    assert!(serde_json::from_str::<MoneyPerHour>("1e999").is_err(), "no infinity gets as far as a row");
}

/// Seconds in a range of two years, to the millisecond.
fn any_instant() -> impl Strategy<Value = DateTime<Utc>> {
    (1_767_225_600_000_i64..1_830_297_600_000).prop_map(|ms| DateTime::from_timestamp_millis(ms).unwrap())
}

fn any_running() -> impl Strategy<Value = Running> {
    let share = || prop::option::of(0.0..2.0_f64);
    let billing = prop::sample::select(vec![Billing::Provisioned, Billing::Utilized, Billing::Allocated]);
    (0_u32..500, 0.0..64.0_f64, 0.0..256.0_f64, 0.0..500.0_f64, billing, share(), share()).prop_map(
        |(instances, cores, memory, storage, billing, cpu, mem)| Running {
            instances: Instances(instances),
            size: InstanceSize { storage_gb: Gigabytes::new(storage).unwrap(), ..size(cores, memory) },
            billing,
            utilization: Utilization { cpu: cpu.and_then(|u| Ratio::new(u).ok()), memory: mem.and_then(|u| Ratio::new(u).ok()) },
        },
    )
}

/// A book whose rates change at some instants.
fn any_book() -> impl Strategy<Value = PriceBook> {
    prop::collection::vec((any_instant(), 0_i64..1_000_000_000), 0..4).prop_map(|changes| {
        let first = PriceBook::shipped().rows()[0].clone();
        let later = changes.into_iter().map(|(valid_from, nanos)| PriceRow {
            valid_from,
            rates: Rates { cpu_core_hour: MoneyPerHour::from_nanos(nanos), ..first.rates },
            ..first.clone()
        });
        PriceBook::new(std::iter::once(first.clone()).chain(later).collect(), vec![], "USD")
    })
}

prop_compose! {
    fn any_stretch()(from in any_instant(), ms in 1_i64..200_000_000, bytes in 0.0..1e12_f64, requests in 0.0..1e9_f64) -> Stretch {
        Stretch { bytes, requests, ..stretch(from, from + TimeDelta::milliseconds(ms)) }
    }
}

/// The parts' money by the bucket that a function names.
fn by<K: Ord>(parts: &[MeterPart], bucket: impl Fn(DateTime<Utc>) -> K) -> BTreeMap<K, [Money; 5]> {
    let mut sums = BTreeMap::new();
    for MeterPart { from, cost, .. } in parts {
        let sum = sums.entry(bucket(*from)).or_insert([Money::ZERO; 5]);
        for (sum, part) in sum.iter_mut().zip([cost.cpu, cost.memory, cost.storage, cost.network, cost.idle]) {
            *sum += part;
        }
    }
    sums
}

proptest! {
    #[test]
    fn parts_lie_side_by_side_inside_quarter_hours_and_price_rows(stretch in any_stretch(), running in any_running(), book in any_book()) {
        let prices = PriceClass::default();
        let parts = meter(&stretch, &running, book.tariffs(&prices));
        prop_assert_eq!((parts[0].from, parts[parts.len() - 1].to), (stretch.from, stretch.to));
        prop_assert!(parts.windows(2).all(|pair| pair[0].to == pair[1].from));
        for part in &parts {
            let last = part.to - TimeDelta::milliseconds(1);
            prop_assert_eq!(quarter_hour(part.from), quarter_hour(last));
            prop_assert_eq!(part.tariff.as_ref(), book.price_at(&prices, last));
        }
        let all = sum(&parts);
        prop_assert_eq!(all.covered, stretch.to - stretch.from);
        prop_assert_eq!(all.total(), parts.iter().map(|part| part.cost.total()).sum::<Money>());
        prop_assert!((all.requests - stretch.requests).abs() <= 1e-6 * stretch.requests.max(1.0));
    }

    #[test]
    fn quarter_hours_sum_to_the_day_and_the_month_of_every_time_zone(
        stretch in any_stretch(),
        running in any_running(),
        quarters_off_utc in -48_i64..=56,
    ) {
        let parts = meter(&stretch, &running, shipped());
        let quarters = by(&parts, quarter_hour);
        // +5:45 is 23 quarters. A part is booked by its quarter hour alone, so no quarter may lie in two local days.
        let local = |at: DateTime<Utc>| at + TimeDelta::minutes(15 * quarters_off_utc);
        type Bucket = fn(DateTime<Utc>) -> String;
        let buckets: [Bucket; 3] = [|at| at.format("%F %H").to_string(), |at| at.format("%F").to_string(), |at| at.format("%Y-%m").to_string()];
        for bucket in buckets {
            let mut rolled_up: BTreeMap<String, [Money; 5]> = BTreeMap::new();
            for (quarter, money) in &quarters {
                let sum = rolled_up.entry(bucket(local(*quarter))).or_insert([Money::ZERO; 5]);
                for (sum, part) in sum.iter_mut().zip(money) {
                    *sum += *part;
                }
            }
            prop_assert_eq!(rolled_up, by(&parts, |at| bucket(local(at))));
        }
        for part in &parts {
            prop_assert_eq!(local(part.from).date_naive(), local(part.to - TimeDelta::milliseconds(1)).date_naive());
        }
    }

    #[test]
    fn reading_the_same_stretch_again_gives_the_same_bill(stretch in any_stretch(), running in any_running(), book in any_book()) {
        let tariffs = book.tariffs(&PriceClass::default());
        prop_assert_eq!(meter(&stretch, &running, tariffs), meter(&stretch, &running, tariffs));
    }

    #[test]
    fn idle_is_what_provisioned_costs_over_utilized(stretch in any_stretch(), cpu in 0.0..=1.0_f64, memory in 0.0..=1.0_f64) {
        let of = |billing| {
            let running = Running { utilization: used(cpu, memory), ..small(billing) };
            meter(&stretch, &running, shipped())
        };
        for (provisioned, utilized) in of(Billing::Provisioned).iter().zip(of(Billing::Utilized)) {
            let difference = provisioned.cost.total() - utilized.cost.total();
            prop_assert!((difference - provisioned.cost.idle).nanos().abs() <= 3);
            prop_assert_eq!(provisioned.cost.idle, utilized.cost.idle);
        }
    }

    #[test]
    fn no_input_makes_a_negative_bill(stretch in any_stretch(), running in any_running(), bytes in any::<f64>(), requests in any::<f64>()) {
        for part in meter(&Stretch { bytes, requests, ..stretch }, &running, shipped()) {
            let Cost { cpu, memory, storage, network, idle, unused, requests, .. } = part.cost;
            prop_assert!([cpu, memory, storage, network, idle, unused, part.cost.used()].into_iter().all(|money| money >= Money::ZERO));
            prop_assert!(requests >= 0.0 && requests.is_finite());
        }
    }
}
