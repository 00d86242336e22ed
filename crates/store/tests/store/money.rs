//! Days in time zones, pricing anew, estimates that are replaced: against the meter itself.

use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::calendar::Zone;
use headroom_core::cost::{Running, Stretch, Utilization, meter};
use headroom_core::deployment::Billing;
use headroom_core::observation::{Counted, Hole};
use headroom_core::price_book::{ExchangeRate, PriceBook, PriceClass, PriceRow};
use headroom_core::units::{Instances, Money, MoneyPerHour, Quantity, Ratio};
use headroom_store::{Change, MeterPart, Origin, Store, TickAfter};

use crate::fixture::{calm_tick, deployment, folder, id, noon, observation, seconds, wait, with_fleet};

crate::trials![
    days_are_those_of_the_workspace_whatever_its_zone,
    history_is_priced_anew_on_purpose_and_only_once,
    history_in_another_currency_is_priced_by_the_rates_of_its_time,
    what_no_price_holds_for_is_priced_later,
    an_estimate_gives_way_to_what_the_source_remembers,
    money_opens_to_the_rates_and_amounts_behind_it,
    the_last_look_that_counted_is_found_before_and_after_packing,
];

fn running(billing: Billing) -> Running {
    let half = Ratio::new(0.5).ok();
    Running { instances: Instances(2), size: deployment(1).instance_size, billing, utilization: Utilization { cpu: half, memory: half } }
}

/// What the meter makes of a stretch in which two instances ran half used.
fn metered(book: &PriceBook, from: DateTime<Utc>, to: DateTime<Utc>, origin: Origin) -> Vec<MeterPart> {
    let stretch = Stretch { from, to, origin, bytes: 3e9, requests: 1_000.0 };
    meter(&stretch, &running(Billing::Provisioned), book.tariffs(&PriceClass::default()))
        .into_iter()
        .map(|part| MeterPart {
            deployment_id: id(1),
            at: part.from,
            until: part.to,
            origin: part.origin,
            billing: part.billing,
            tariff: part.tariff,
            cost: part.cost,
        })
        .collect()
}

fn book_parts(store: &Store, meter: Vec<MeterPart>) {
    let written = wait(store.write.commit_tick_after(TickAfter { meter, ..TickAfter::default() }));
    assert!(written.is_ok(), "{written:?}");
}

fn total(store: &Store, from: DateTime<Utc>, to: Option<DateTime<Utc>>) -> Money {
    store.read.read_blocking(|read| read.cost(&id(1), from, to)).expect("read").total()
}

fn sum(parts: &[MeterPart]) -> Money {
    parts.iter().map(|part| part.cost.total()).sum()
}

fn dearer(from: DateTime<Utc>) -> PriceRow {
    let mut row = PriceBook::shipped_row();
    row.valid_from = from;
    row.rates.cpu_core_hour = MoneyPerHour::from_units(0.08);
    row
}

fn book_with(rows: Vec<PriceRow>) -> PriceBook {
    PriceBook::new(std::iter::once(PriceBook::shipped_row()).chain(rows).collect(), Vec::new(), "USD")
}

fn days_are_those_of_the_workspace_whatever_its_zone() {
    let folder = folder();
    let store = with_fleet(&folder, 1);
    let (from, to) = (noon() - TimeDelta::days(10), noon());
    let parts = metered(PriceBook::shipped(), from, to, Origin::Observed);
    book_parts(&store, parts.clone());
    for name in ["Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe", "UTC"] {
        let zone: Zone = name.parse().expect("a zone");
        let changed = store.write.transact_blocking(move |write| write.set_time_zone(zone, noon())).expect("set");
        assert!(changed.changes.into_iter().any(|change| change == Change::Ledger));
        // New York sets its clocks back on 1 November: that day has 25 hours.
        let days = store.read.read_blocking(|read| read.cost_by_day(from, to)).expect("read");
        for (day, cost) in &days {
            let inside: Vec<_> = parts.iter().filter(|part| (*day..zone.next_day(*day)).contains(&part.at)).cloned().collect();
            assert_eq!((zone.day_start(*day), cost.total()), (*day, sum(&inside)), "{name} {day}");
        }
        assert_eq!(days.iter().map(|(_, cost)| cost.total()).sum::<Money>(), sum(&parts), "{name}");
        assert_eq!(total(&store, from, None), sum(&parts), "{name}");
        let month: Vec<_> = parts.iter().filter(|part| part.at >= zone.month_start(to)).cloned().collect();
        assert_eq!(total(&store, zone.month_start(to), Some(to)), sum(&month), "{name}");
    }
}

fn history_is_priced_anew_on_purpose_and_only_once() {
    let folder = folder();
    let store = with_fleet(&folder, 1);
    let (from, to) = (noon() - TimeDelta::days(3), noon());
    let parts = metered(PriceBook::shipped(), from, to, Origin::Observed);
    book_parts(&store, parts.clone());
    let from_yesterday = noon() - TimeDelta::days(1);
    let book = book_with(vec![dearer(from_yesterday)]);
    let anew = metered(&book, from, to, Origin::Observed);
    let given = book.clone();
    let done = store.write.transact_blocking(move |write| write.reprice(&given, from, to)).expect("priced").value;
    // A day has 96 quarter hours; two instances of 2 cores cost 0.03 more for each core-hour: 4 × 24 × 0.03 = 2.88.
    assert_eq!((done.rows, done.unpriced), (96, 0));
    assert_eq!(done.after - done.before, Money::from_units(2.88));
    assert_eq!(total(&store, from, None), sum(&anew));
    assert_eq!(total(&store, from, Some(from_yesterday)) + total(&store, from_yesterday, None), sum(&anew));
    let again = store.write.transact_blocking(move |write| write.reprice(&book, from, to)).expect("priced").value;
    assert_eq!(again.rows, 0, "nothing the second time");
    // Outside of the range nothing is touched.
    let back = PriceBook::shipped().clone();
    let done = store.write.transact_blocking(move |write| write.reprice(&back, to - TimeDelta::hours(1), to)).expect("priced").value;
    assert_eq!((done.rows, done.before - done.after), (4, Money::from_units(0.12)));
    assert_eq!(total(&store, from, None), sum(&anew) - Money::from_units(0.12));
}

fn history_in_another_currency_is_priced_by_the_rates_of_its_time() {
    let folder = folder();
    let store = with_fleet(&folder, 1);
    let (from, to) = (noon() - TimeDelta::hours(2), noon());
    book_parts(&store, metered(PriceBook::shipped(), from, to, Origin::Observed));
    let before = total(&store, from, None);
    let dollar =
        |at: DateTime<Utc>, rate: f64| ExchangeRate { currency: "USD".to_owned(), valid_from: at, rate: Quantity::from_units(rate) };
    let exchange = vec![dollar(from, 0.8), dollar(from + TimeDelta::hours(1), 0.5)];
    let book = PriceBook::new(vec![PriceBook::shipped_row()], exchange, "EUR");
    let done = store.write.transact_blocking(move |write| write.reprice(&book, from, to)).expect("priced").value;
    assert_eq!((done.rows, done.unpriced, done.before), (8, 0, before));
    // Half of the time at 0.8, half at 0.5.
    let wanted = before.as_units() * 0.65;
    assert!((done.after.as_units() - wanted).abs() < 1e-7, "{} {wanted}", done.after.as_units());
}

fn what_no_price_holds_for_is_priced_later() {
    let folder = folder();
    let store = with_fleet(&folder, 1);
    let (from, to) = (noon() - TimeDelta::hours(1), noon());
    let nothing = PriceBook::new(Vec::new(), Vec::new(), "USD");
    book_parts(&store, metered(&nothing, from, to, Origin::Observed));
    assert_eq!(total(&store, from, None), Money::ZERO);
    let done = store.write.transact_blocking(move |write| write.reprice(PriceBook::shipped(), from, to)).expect("priced").value;
    assert_eq!((done.rows, done.before), (4, Money::ZERO));
    assert_eq!(total(&store, from, None), sum(&metered(PriceBook::shipped(), from, to, Origin::Observed)));
}

fn an_estimate_gives_way_to_what_the_source_remembers() {
    let folder = folder();
    let store = with_fleet(&folder, 1);
    let (from, to) = (noon() + TimeDelta::minutes(5), noon() + TimeDelta::minutes(50));
    let estimate = metered(PriceBook::shipped(), from, to, Origin::Estimated);
    book_parts(&store, estimate.clone());
    let remembered = metered(PriceBook::shipped(), from, to, Origin::Observed);
    let given = remembered.clone();
    let replaced = store.write.transact_blocking(move |write| write.replace_estimate(&id(1), from, to, &given));
    assert!(replaced.is_ok(), "{replaced:?}");
    let cost = store.read.read_blocking(|read| read.cost(&id(1), noon(), None)).expect("read");
    // 12:15 to 12:45 lies inside as a whole; 12:05 to 12:15 and 12:45 to 12:50 stay estimated.
    assert_eq!((cost.observed.covered, cost.estimated.covered), (TimeDelta::minutes(30), TimeDelta::minutes(15)));
    assert_eq!(cost.observed.total(), remembered[1].cost.total() + remembered[2].cost.total());
    assert_eq!(cost.estimated.total(), estimate[0].cost.total() + estimate[3].cost.total());
    let days = store.read.read_blocking(|read| read.cost_by_day(noon(), noon() + seconds(1))).expect("read");
    assert_eq!(days.iter().map(|(_, day)| day.total()).collect::<Vec<_>>(), [cost.total()], "the day is made anew");
}

fn money_opens_to_the_rates_and_amounts_behind_it() {
    let folder = folder();
    let store = with_fleet(&folder, 1);
    let (from, change, to) = (noon() - TimeDelta::hours(4), noon() - TimeDelta::hours(1), noon());
    let book = book_with(vec![dearer(change)]);
    book_parts(&store, metered(&book, from, to, Origin::Observed));
    let found = store.read.read_blocking(|read| read.priced_by(Some(&id(1)), from, None)).expect("read");
    let rows: Vec<_> = found
        .iter()
        .map(|row| {
            let tariff = row.tariff.as_ref().expect("a price held");
            (tariff.valid_from, tariff.rates.cpu_core_hour.as_units(), row.cost.quantities.cpu.as_units(), row.cost.cpu.as_units())
        })
        .collect();
    // 2 instances × 2 cores: 12 core-hours at 0.05, 4 at 0.08.
    assert_eq!(rows, [(DateTime::UNIX_EPOCH, 0.05, 12.0, 0.6), (change, 0.08, 4.0, 0.32)]);
    assert_eq!(found.iter().map(|row| row.cost.total()).sum::<Money>(), total(&store, from, None));
}

fn the_last_look_that_counted_is_found_before_and_after_packing() {
    let folder = folder();
    let store = with_fleet(&folder, 1);
    let last = || store.read.read_blocking(|read| read.last_counted(&id(1))).expect("read");
    assert_eq!(last(), None);
    let mut blind = calm_tick(1, noon() + seconds(60));
    blind.evaluations[0].observation.instances = Counted::Unknown { hole: Hole::Unreachable };
    for tick in [calm_tick(1, noon()), calm_tick(1, noon() + seconds(30)), blind] {
        let _ = wait(store.write.commit_tick_before(tick)).expect("written");
    }
    assert_eq!(last(), Some(observation(noon() + seconds(30), 50.0)));
    wait(store.write.compact_samples(noon() + TimeDelta::hours(2))).expect("packed");
    assert_eq!(last(), Some(observation(noon() + seconds(30), 50.0)));
}
