//! The ledger: parts sum to the whole, whichever way they are cut.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::deployment::Billing;
use headroom_core::units::Money;
use headroom_store::{Cost, MeterPart, Origin, Store, TickAfter};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::fixture::{folder, id, noon, wait, with_fleet};

crate::trials![
    parts_sum_to_the_total_wherever_the_range_is_cut,
    what_was_estimated_stays_apart,
    a_removed_deployment_keeps_its_costs,
    quarter_hours_hold_what_began_in_them,
];

fn part(number: u32, at: DateTime<Utc>, origin: Origin, nanos: i64) -> MeterPart {
    let cost = Cost {
        cpu: Money::from_nanos(nanos),
        memory: Money::from_nanos(2 * nanos),
        storage: Money::from_nanos(3 * nanos),
        network: Money::from_nanos(4 * nanos),
        idle: Money::from_nanos(nanos),
        covered: TimeDelta::seconds(30),
        instance_time: TimeDelta::seconds(60),
        measured_time: TimeDelta::seconds(60),
        used_time: TimeDelta::seconds(15),
        requests: 600.0,
        ..Cost::default()
    };
    MeterPart {
        deployment_id: id(number),
        at,
        until: at + TimeDelta::seconds(30),
        origin,
        billing: Billing::Provisioned,
        tariff: None,
        cost,
    }
}

fn book(store: &Store, meter: Vec<MeterPart>) {
    let written = wait(store.write.commit_tick_after(TickAfter { meter, ..TickAfter::default() }));
    assert!(written.is_ok(), "{written:?}");
}

fn parts_sum_to_the_total_wherever_the_range_is_cut() {
    let folder = folder();
    let store = with_fleet(&folder, 2);
    let quarter = TimeDelta::minutes(15);
    // Eight days of quarter hours, the first deployment in each, the second in every third.
    let start = noon() - TimeDelta::days(4) + TimeDelta::minutes(5);
    let parts: Vec<_> = (0..768_i32)
        .flat_map(|step| {
            let at = start + quarter * step;
            let second = (step % 3 == 0).then(|| part(2, at, Origin::Observed, 7));
            std::iter::once(part(1, at, Origin::Observed, i64::from(step) + 1)).chain(second)
        })
        .collect();
    book(&store, parts);
    let (from, to) = (noon() - TimeDelta::days(4), noon() + TimeDelta::days(4));
    let whole = costs(&store, from, Some(to));
    // 1 + 2 + … + 768 = 295 296, ten times each over the four resources; 256 times 70.
    assert_eq!(whole[&id(1)], Money::from_nanos(2_952_960));
    assert_eq!(whole[&id(2)], Money::from_nanos(17_920));
    assert_eq!(costs(&store, from, None), whole);
    let mut runner = TestRunner::new(Config { cases: 64, failure_persistence: None, ..Config::default() });
    let law = runner.run(&(0..768_i32), |cut| {
        let cut = from + quarter * cut;
        let mut sum = costs(&store, from, Some(cut));
        for (id, money) in costs(&store, cut, Some(to)) {
            *sum.entry(id).or_default() += money;
        }
        prop_assert_eq!(&sum, &whole);
        let one = |from, to| store.read.read_blocking(|read| read.cost(&id(1), from, to)).expect("read").total();
        prop_assert_eq!(one(from, Some(cut)) + one(cut, None), whole[&id(1)]);
        Ok(())
    });
    assert!(law.is_ok(), "{law:?}");
}

fn costs(store: &Store, from: DateTime<Utc>, to: Option<DateTime<Utc>>) -> BTreeMap<headroom_core::deployment::DeploymentId, Money> {
    let costs = store.read.read_blocking(|read| read.costs(from, to)).expect("read");
    costs.into_iter().map(|(id, cost)| (id, cost.total())).collect()
}

fn what_was_estimated_stays_apart() {
    let folder = folder();
    let store = with_fleet(&folder, 1);
    book(&store, vec![part(1, noon(), Origin::Observed, 1), part(1, noon(), Origin::Observed, 1), part(1, noon(), Origin::Estimated, 5)]);
    let cost = store.read.read_blocking(|read| read.cost(&id(1), noon(), None)).expect("read");
    assert_eq!((cost.observed.total(), cost.estimated.total()), (Money::from_nanos(20), Money::from_nanos(50)));
    assert_eq!((cost.observed.covered, cost.observed.requests), (TimeDelta::seconds(60), 1_200.0));
}

fn a_removed_deployment_keeps_its_costs() {
    let folder = folder();
    let store = with_fleet(&folder, 1);
    let removed = store.write.transact_blocking(|transaction| transaction.remove_deployment(&id(1), noon(), "Ada"));
    assert!(removed.is_ok(), "{removed:?}");
    // The last stretch before the removal is booked after it.
    book(&store, vec![part(1, noon(), Origin::Observed, 1)]);
    assert_eq!(costs(&store, noon(), None)[&id(1)], Money::from_nanos(10));
}

fn quarter_hours_hold_what_began_in_them() {
    let folder = folder();
    let store = with_fleet(&folder, 1);
    let minutes = TimeDelta::minutes;
    book(
        &store,
        vec![
            part(1, noon() + minutes(14), Origin::Observed, 1),
            part(1, noon() + minutes(15), Origin::Observed, 2),
            part(1, noon() + minutes(44), Origin::Observed, 3),
        ],
    );
    let quarters = store.read.read_blocking(|read| read.quarter_hours(&id(1), noon(), noon() + minutes(60))).expect("read");
    let quarters: Vec<_> = quarters.into_iter().map(|(at, cost)| (at, cost.total().nanos())).collect();
    assert_eq!(quarters, [(noon(), 10), (noon() + minutes(15), 20), (noon() + minutes(30), 30)]);
    let days = store.read.read_blocking(|read| read.cost_days(&id(1), noon(), noon() + minutes(60))).expect("read");
    assert_eq!(days.iter().map(|(_, cost)| cost.total().nanos()).collect::<Vec<_>>(), [60]);
}
