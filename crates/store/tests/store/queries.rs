//! What is asked of the store, and what is changed in it one by one.

use chrono::TimeDelta;
use headroom_core::decide::{Circumstances, Freeze, ManualOverride};
use headroom_core::deployment::{Deployment, Pause};
use headroom_core::price_book::PriceBook;
use headroom_core::units::{Instances, MoneyPerHour};
use headroom_store::{
    Change, Conflict, DecisionFilter, Evaluation, EventFilter, EventType, InstanceRow, InstanceState, NewAuditEntry, NewEvent, Store,
    StoreError, TickAfter, TickBefore, WriteTransaction,
};

use crate::fixture::{calm, deployment, evaluation, folder, id, noon, one_more, policy, seconds, wait, with_fleet};
use crate::ticks::scaled;

crate::trials![
    names_and_ids_are_used_once,
    a_removed_deployment_keeps_its_history,
    a_policy_is_saved_one_version_at_a_time,
    events_are_paged_newest_first_and_filtered,
    equal_decisions_are_one_row_and_orders_never_are,
    decisions_around_an_instant_are_found,
    a_manual_order_ends_by_time_or_by_hand_and_is_told_once,
    the_fleet_is_paged_by_id,
    settings_and_the_freeze_of_everything_are_kept,
    circumstances_hold_until_the_next_ones,
    a_past_hour_keeps_its_price,
    instances_are_replaced_whole,
    the_audit_log_is_paged,
    a_transaction_that_fails_leaves_nothing,
    a_transaction_that_panics_leaves_nothing_and_the_writer_goes_on,
];

/// Commits, and answers what changed.
fn commit<T: Send + 'static>(
    store: &Store,
    work: impl FnOnce(&mut WriteTransaction<'_>) -> Result<T, StoreError> + Send + 'static,
) -> Vec<Change> {
    store.write.transact_blocking(work).expect("committed").changes.into_iter().collect()
}

fn names_and_ids_are_used_once() {
    let folder = folder();
    let store = with_fleet(&folder, 1);
    let namesake = Deployment { name: deployment(1).name, ..deployment(2) };
    let refused = store.write.transact_blocking(move |transaction| transaction.add_deployment(&namesake)).expect_err("taken");
    assert!(matches!(&refused, StoreError::Conflict(Conflict::NameTaken { name }) if *name == deployment(1).name), "{refused}");
    commit(&store, |transaction| transaction.remove_deployment(&id(1), noon(), "Ada"));
    let refused = store.write.transact_blocking(|transaction| transaction.add_deployment(&deployment(1))).expect_err("used");
    assert!(matches!(refused, StoreError::Conflict(Conflict::IdTaken { .. })), "{refused}");
    // The name is free again.
    let namesake = Deployment { name: deployment(1).name, ..deployment(2) };
    let changes = commit(&store, move |transaction| transaction.add_deployment(&namesake));
    assert_eq!(changes, [Change::DeploymentList, Change::Deployment(id(2))]);
    let lost = Deployment { policy_id: Some(policy(9, 1).id), ..deployment(3) };
    let refused = store.write.transact_blocking(move |transaction| transaction.add_deployment(&lost)).expect_err("no such policy");
    assert!(matches!(refused, StoreError::NotFound { kind: "policy", .. }), "{refused}");
}

fn a_removed_deployment_keeps_its_history() {
    let folder = folder();
    let store = with_fleet(&folder, 2);
    let tick = TickBefore { at: noon(), evaluations: vec![evaluation(1, noon(), one_more(noon())), evaluation(2, noon(), calm(noon()))] };
    assert!(wait(store.write.commit_tick_before(tick)).is_ok());
    commit(&store, |transaction| transaction.add_event(&scaled()));
    commit(&store, |transaction| transaction.remove_deployment(&id(1), noon() + seconds(10), "Ada"));
    let row = store.read.read_blocking(|read| read.deployment(&id(1))).expect("read").expect("kept");
    assert_eq!(row.removed_at, Some(noon() + seconds(10)));
    assert_eq!(store.read.read_blocking(|read| read.fleet(None, 10, noon())).expect("read").rows.len(), 1);
    let events = EventFilter { deployment_id: Some(id(1)), ..EventFilter::default() };
    assert_eq!(store.read.read_blocking(|read| read.events(&events, None, 10)).expect("read").rows.len(), 1);
    assert!(store.read.read_blocking(|read| read.decision_at(&id(1), noon() + seconds(60))).expect("read").is_some());
    assert_eq!(store.read.read_blocking(|read| read.memory(&id(1))).expect("read"), None);
    // A tick that was under way when it was removed records the others, and says so.
    let at = noon() + seconds(30);
    let tick = TickBefore { at, evaluations: vec![evaluation(1, at, calm(at)), evaluation(2, at, calm(at))] };
    let written = wait(store.write.commit_tick_before(tick)).expect("written").value;
    assert_eq!(written.skipped, [id(1)]);
    assert_eq!(store.read.read_blocking(|read| read.samples(&id(2), noon(), noon() + seconds(60))).expect("read").rows.len(), 2);
}

fn a_policy_is_saved_one_version_at_a_time() {
    let folder = folder();
    let store = with_fleet(&folder, 1);
    let changes = commit(&store, |transaction| transaction.save_policy(&policy(1, 2), "Grace"));
    assert_eq!(changes, [Change::Policy(policy(1, 1).id)]);
    for version in [0, 2, 4] {
        let refused = store.write.transact_blocking(move |transaction| transaction.save_policy(&policy(1, version), "Ada"));
        let refused = refused.expect_err("out of order");
        assert!(matches!(refused, StoreError::Conflict(Conflict::VersionMoved { current: 2, .. })), "{refused}");
    }
    let versions = store.read.read_blocking(|read| read.policy_versions(&policy(1, 1).id, None, 10)).expect("read").rows;
    assert_eq!(versions.iter().map(|row| (row.policy.version, row.saved_by.as_str())).collect::<Vec<_>>(), [(2, "Grace"), (1, "Ada")]);
    assert_eq!(
        store.read.read_blocking(|read| read.policy_version(&policy(1, 1).id, 1)).expect("read").map(|row| row.policy),
        Some(policy(1, 1))
    );
    let policies = store.read.read_blocking(|read| read.policies(None, 10)).expect("read").rows;
    assert_eq!((policies[0].policy.version, policies[0].deployment_ids.clone()), (2, vec![id(1)]));
}

fn events_are_paged_newest_first_and_filtered() {
    let folder = folder();
    let store = with_fleet(&folder, 2);
    let events: Vec<NewEvent> = (0..30_u32)
        .map(|number| NewEvent {
            deployment_id: id(number % 2 + 1),
            event_type: if number % 3 == 0 { EventType::Manual } else { EventType::ScaleUp },
            created_at: noon() + seconds(i64::from(number)),
            ..scaled()
        })
        .collect();
    let written = wait(store.write.commit_tick_after(TickAfter { events: events.clone(), ..TickAfter::default() })).expect("written");
    assert_eq!(written.value.events.len(), 30);
    let filters = [
        EventFilter::default(),
        EventFilter { deployment_id: Some(id(2)), event_type: None },
        EventFilter { deployment_id: None, event_type: Some(EventType::Manual) },
        EventFilter { deployment_id: Some(id(1)), event_type: Some(EventType::Manual) },
    ];
    for filter in filters {
        let wanted: Vec<_> = events
            .iter()
            .rev()
            .filter(|event| filter.deployment_id.as_ref().is_none_or(|id| *id == event.deployment_id))
            .filter(|event| filter.event_type.is_none_or(|event_type| event_type == event.event_type))
            .cloned()
            .collect();
        let (mut found, mut before) = (Vec::new(), None);
        loop {
            let page = store.read.read_blocking(|read| read.events(&filter, before, 4)).expect("read");
            assert!(page.rows.len() <= 4);
            found.extend(page.rows.into_iter().map(|row| row.event));
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(found, wanted, "{filter:?}");
    }
    let marks = store.read.read_blocking(|read| read.events_between(&id(1), noon() + seconds(2), noon() + seconds(6))).expect("read");
    assert_eq!(marks.iter().map(|row| row.event.created_at).collect::<Vec<_>>(), [noon() + seconds(2), noon() + seconds(4)]);
}

fn equal_decisions_are_one_row_and_orders_never_are() {
    let folder = folder();
    let store = with_fleet(&folder, 1);
    let instant = |tick: i64| noon() + seconds(30 * tick);
    let decisions = [calm(instant(0)), calm(instant(1)), calm(instant(2)), one_more(instant(3)), one_more(instant(4)), calm(instant(5))];
    for decision in &decisions {
        let tick = TickBefore { at: decision.at, evaluations: vec![evaluation(1, decision.at, decision.clone())] };
        assert!(wait(store.write.commit_tick_before(tick)).is_ok());
    }
    let rows = store.read.read_blocking(|read| read.decisions(&DecisionFilter::default(), None, 10)).expect("read").rows;
    let runs: Vec<_> = rows.iter().rev().map(|row| (row.decision.action, row.first_at, row.last_at, row.count)).collect();
    let expected = [(0, 0, 2, 3), (3, 3, 3, 1), (4, 4, 4, 1), (5, 5, 5, 1)]
        .map(|(decision, first, last, count): (usize, i64, i64, u32)| (decisions[decision].action, instant(first), instant(last), count));
    assert_eq!(runs, expected);
    assert_eq!(rows[3].decision, decisions[0]);
    let notable = DecisionFilter { only_notable: true, ..DecisionFilter::default() };
    assert_eq!(store.read.read_blocking(|read| read.decisions(&notable, None, 10)).expect("read").rows.len(), 2);
    let page = store.read.read_blocking(|read| read.decisions(&DecisionFilter::default(), None, 3)).expect("read");
    let rest = store.read.read_blocking(|read| read.decisions(&DecisionFilter::default(), page.next, 3)).expect("read");
    assert_eq!((page.rows.len(), rest.rows.len(), rest.next), (3, 1, None));
}

fn decisions_around_an_instant_are_found() {
    let folder = folder();
    let store = with_fleet(&folder, 1);
    for tick in 0..6 {
        let at = noon() + seconds(30 * tick);
        let tick = TickBefore { at, evaluations: vec![evaluation(1, at, one_more(at))] };
        assert!(wait(store.write.commit_tick_before(tick)).is_ok());
    }
    let around = store.read.read_blocking(|read| read.decisions_around(&id(1), noon() + seconds(75), 2)).expect("read");
    assert_eq!(around.iter().map(|row| (row.first_at - noon()).num_seconds()).collect::<Vec<_>>(), [30, 60, 90, 120]);
    let at = store.read.read_blocking(|read| read.decision_at(&id(1), noon() + seconds(75))).expect("read").expect("one");
    assert_eq!(at.first_at, noon() + seconds(60));
    assert_eq!(store.read.read_blocking(|read| read.decision_at(&id(1), noon() - seconds(1))).expect("read"), None);
}

fn a_manual_order_ends_by_time_or_by_hand_and_is_told_once() {
    let folder = folder();
    let store = with_fleet(&folder, 1);
    let order = |instances: u32, since: i64| ManualOverride {
        instances: Instances(instances),
        reason: "launch day".to_owned(),
        by: "Ada".to_owned(),
        since: noon() + seconds(since),
        until: noon() + seconds(since + 300),
    };
    let in_force = |at: i64| {
        let row = store.read.read_blocking(|read| read.override_in_force(&id(1), noon() + seconds(at))).expect("read");
        row.map(|row| row.manual_override.instances.0)
    };
    let first = order(5, 0);
    let changes = commit(&store, move |transaction| transaction.start_override(&id(1), &first));
    assert_eq!(changes, [Change::Override(id(1))]);
    assert_eq!((in_force(0), in_force(299), in_force(300)), (Some(5), Some(5), None));
    let second = order(7, 60);
    commit(&store, move |transaction| transaction.start_override(&id(1), &second));
    assert_eq!(in_force(61), Some(7));
    let lapsed = |at: i64| {
        let ended = store.write.transact_blocking(move |transaction| transaction.end_lapsed_overrides(noon() + seconds(at)));
        ended.expect("committed").value.len()
    };
    assert_eq!((lapsed(359), lapsed(360), lapsed(361)), (0, 1, 0));
    let third = order(6, 400);
    commit(&store, move |transaction| transaction.start_override(&id(1), &third));
    let ended = store.write.transact_blocking(|transaction| transaction.end_override(&id(1), noon() + seconds(410), "Grace"));
    assert!(ended.expect("committed").value);
    assert_eq!((in_force(411), lapsed(1_000)), (None, 0));
    assert_eq!(store.read.read_blocking(|read| read.overrides(&id(1))).expect("read").len(), 3);
}

fn the_fleet_is_paged_by_id() {
    let folder = folder();
    let store = with_fleet(&folder, 25);
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = store.read.read_blocking(|read| read.fleet(after.as_ref(), 10, noon())).expect("read");
        seen.extend(page.rows.into_iter().map(|row| row.deployment.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, (1..=25).map(id).collect::<Vec<_>>());
}

fn settings_and_the_freeze_of_everything_are_kept() {
    let folder = folder();
    let store = with_fleet(&folder, 1);
    let changes = commit(&store, |transaction| transaction.set_setting("evaluation_interval_seconds", &30_u32, noon()));
    assert_eq!(changes, [Change::Setting("evaluation_interval_seconds".to_owned())]);
    assert_eq!(store.read.read_blocking(|read| read.setting::<u32>("evaluation_interval_seconds")).expect("read"), Some(30));
    assert_eq!(store.read.read_blocking(|read| read.setting::<u32>("theme")).expect("read"), None);
    let wrong = store.read.read_blocking(|read| read.setting::<Vec<String>>("evaluation_interval_seconds")).expect_err("another type");
    assert!(matches!(wrong, StoreError::Undecodable { what: "setting", .. }), "{wrong}");
    let pause = Pause { reason: "release".to_owned(), by: "Ada".to_owned(), at: noon() };
    let given = pause.clone();
    commit(&store, move |transaction| transaction.pause_all(&given));
    assert_eq!(store.read.read_blocking(|read| read.paused_all()).expect("read"), Some(pause));
    commit(&store, |transaction| transaction.resume_all());
    assert_eq!(store.read.read_blocking(|read| read.paused_all()).expect("read"), None);
    assert!(commit(&store, |transaction| transaction.resume_all()).is_empty());
}

fn circumstances_hold_until_the_next_ones() {
    let folder = folder();
    let store = with_fleet(&folder, 1);
    let circumstances = |freeze| Circumstances {
        freeze,
        manual_override: None,
        response_time_objective_ms: Some(0.1 + 0.2),
        fresh_for: TimeDelta::nanoseconds(60_123_456_789),
        interval: TimeDelta::seconds(30),
        engine_started_at: noon() + TimeDelta::nanoseconds(17),
        budget: None,
        price_per_instance: MoneyPerHour::from_nanos(140_000_001),
    };
    for (tick, circumstances) in [(0, Some(circumstances(None))), (1, None), (2, Some(circumstances(Some(Freeze::Paused))))] {
        let at = noon() + seconds(30 * tick);
        let evaluation = Evaluation { circumstances, ..evaluation(1, at, calm(at)) };
        assert!(wait(store.write.commit_tick_before(TickBefore { at, evaluations: vec![evaluation] })).is_ok());
    }
    let at = |offset: i64| store.read.read_blocking(|read| read.circumstances_at(&id(1), noon() + seconds(offset))).expect("read");
    assert_eq!(at(-1), None);
    assert_eq!(at(0), Some(circumstances(None)));
    assert_eq!(at(59), Some(circumstances(None)));
    assert_eq!(at(60), Some(circumstances(Some(Freeze::Paused))));
}

fn a_past_hour_keeps_its_price() {
    let folder = folder();
    let store = with_fleet(&folder, 1);
    let price = |from: i64, cents: f64| {
        let mut row = PriceBook::shipped_row();
        row.valid_from = noon() + seconds(from);
        row.rates.cpu_core_hour = MoneyPerHour::from_units(cents / 100.0);
        row
    };
    let (old, new, corrected) = (price(0, 5.0), price(3_600, 6.0), price(3_600, 7.0));
    let given = (old.clone(), new, corrected.clone());
    let changes = commit(&store, move |transaction| {
        transaction.set_price(&given.0)?;
        transaction.set_price(&given.1)?;
        transaction.set_price(&given.2)
    });
    assert_eq!(changes, [Change::Prices]);
    let stored = store.read.read_blocking(|read| read.prices()).expect("read");
    assert_eq!(stored.iter().map(|stored| stored.row.clone()).collect::<Vec<_>>(), [old, corrected]);
    let removed = stored[1].id;
    let changes = commit(&store, move |transaction| transaction.remove_price(removed));
    assert_eq!(changes, [Change::Prices]);
    let again = store.write.transact_blocking(move |transaction| transaction.remove_price(removed)).expect_err("gone");
    assert!(matches!(again, StoreError::NotFound { .. }), "{again}");
}

fn instances_are_replaced_whole() {
    let folder = folder();
    let store = with_fleet(&folder, 1);
    let instance = |name: &str, process_id| InstanceRow {
        instance_id: name.to_owned(),
        state: InstanceState::Ready,
        started_at: noon(),
        process_id: Some(process_id),
        port: Some(4_000),
    };
    let (first, second) = ([instance("a", 11), instance("b", 12)], [instance("b", 12), instance("c", 13)]);
    let expected = second.to_vec();
    commit(&store, move |transaction| transaction.set_instances(&id(1), &first));
    let changes = commit(&store, move |transaction| transaction.set_instances(&id(1), &second));
    assert_eq!(changes, [Change::Instances(id(1))]);
    assert_eq!(store.read.read_blocking(|read| read.instances(&id(1))).expect("read"), expected);
}

fn the_audit_log_is_paged() {
    let folder = folder();
    let store = with_fleet(&folder, 1);
    let entry = |number: i64| NewAuditEntry {
        at: noon() + seconds(number),
        actor: "Ada".to_owned(),
        operation: "scale_manually".to_owned(),
        subject: id(1).to_string(),
        detail: serde_json::json!({ "targetInstances": number }),
    };
    for number in 0..5 {
        let entry = entry(number);
        assert_eq!(commit(&store, move |transaction| transaction.add_audit(&entry)), [Change::Audit]);
    }
    let first = store.read.read_blocking(|read| read.audit(None, 3)).expect("read");
    let rest = store.read.read_blocking(|read| read.audit(first.next, 3)).expect("read");
    let all: Vec<_> = first.rows.into_iter().chain(rest.rows).map(|row| row.entry).collect();
    assert_eq!(all, (0..5).rev().map(entry).collect::<Vec<_>>());
}

fn a_transaction_that_fails_leaves_nothing() {
    let folder = folder();
    let store = with_fleet(&folder, 1);
    let failed = store.write.transact_blocking(|transaction| {
        transaction.add_deployment(&deployment(2))?;
        transaction.update_deployment(&deployment(9))
    });
    assert!(matches!(failed, Err(StoreError::NotFound { .. })), "{failed:?}");
    assert_eq!(store.read.read_blocking(|read| read.deployment(&id(2))).expect("read"), None);
    // The number that the failed transaction gave it is forgotten too.
    commit(&store, |transaction| transaction.add_deployment(&deployment(2)));
    let at = noon();
    let tick = TickBefore { at, evaluations: vec![evaluation(2, at, calm(at))] };
    assert!(wait(store.write.commit_tick_before(tick)).expect("written").value.skipped.is_empty());
}

fn a_transaction_that_panics_leaves_nothing_and_the_writer_goes_on() {
    let folder = folder();
    let store = with_fleet(&folder, 1);
    let broken = store.write.transact_blocking(|transaction| {
        transaction.add_deployment(&deployment(2))?;
        if transaction.reading().deployment(&id(2))?.is_some() {
            panic!("a bug");
        }
        Ok(())
    });
    assert!(matches!(broken, Err(StoreError::Closed)), "{broken:?}");
    assert_eq!(store.read.read_blocking(|read| read.deployment(&id(2))).expect("read"), None);
    assert!(!commit(&store, |transaction| transaction.add_deployment(&deployment(2))).is_empty());
}
