//! A fleet's evaluation: one transaction before acting, one after.

use headroom_core::decide::Memory;
use headroom_core::metric::PerMetric;
use headroom_core::units::{Instances, MoneyPerHour};
use headroom_store::{Change, Conflict, DecisionFilter, EventFilter, EventType, NewEvent, Outcome, OutcomeOf, StoreError, TickAfter};

use crate::fixture::{calm_tick, folder, id, noon, order, order_tick, seconds, wait, with_fleet};

crate::trials![a_tick_is_remembered_whole, an_outcome_is_recorded_once_and_with_it_nothing_twice];

fn a_tick_is_remembered_whole() {
    let folder = folder();
    let store = with_fleet(&folder, 1);
    let before = wait(store.write.commit_tick_before(order_tick(1, noon()))).expect("written");
    assert!(before.changes.contains(&Change::Decision(id(1))));
    assert!(before.changes.contains(&Change::Intents(id(1))));
    let (named, intent) = before.value.intents[0].clone();
    assert_eq!(named, id(1));
    let open = store.read.read_blocking(|read| read.open_intents(10)).expect("read");
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].intent, order(1, noon()));
    assert!(open[0].decision_id.is_some());
    let memory = wait(store.read.read(|read| read.memory(&id(1)))).expect("read");
    assert_eq!(memory, Some(Memory::default()));
    let after = TickAfter { outcomes: vec![done(intent)], events: vec![scaled()], ..TickAfter::default() };
    let written = wait(store.write.commit_tick_after(after)).expect("written");
    assert!(written.changes.contains(&Change::Events(id(1))));
    let events = store.read.read_blocking(|read| read.events(&EventFilter::default(), None, 10)).expect("read");
    assert_eq!(events.rows.len(), 1);
    assert_eq!(events.rows[0].event, scaled());
    assert!(store.read.read_blocking(|read| read.open_intents(10)).expect("read").is_empty());
}

fn an_outcome_is_recorded_once_and_with_it_nothing_twice() {
    let folder = folder();
    let store = with_fleet(&folder, 1);
    let before = wait(store.write.commit_tick_before(order_tick(1, noon()))).expect("written");
    let after = TickAfter { outcomes: vec![done(before.value.intents[0].1)], events: vec![scaled()], ..TickAfter::default() };
    assert!(wait(store.write.commit_tick_after(after.clone())).is_ok());
    let again = wait(store.write.commit_tick_after(after));
    assert!(matches!(again, Err(StoreError::Conflict(Conflict::AlreadyClosed { .. }))), "{again:?}");
    let events = store.read.read_blocking(|read| read.events(&EventFilter::default(), None, 10)).expect("read");
    assert_eq!(events.rows.len(), 1);
    let calm = wait(store.write.commit_tick_before(calm_tick(1, noon() + seconds(30)))).expect("written");
    assert!(calm.value.intents.is_empty());
    let decisions = store.read.read_blocking(|read| read.decisions(&DecisionFilter::default(), None, 10)).expect("read");
    assert_eq!(decisions.rows.len(), 2);
}

pub fn done(intent: headroom_store::IntentId) -> OutcomeOf {
    OutcomeOf { intent, outcome: Outcome::Done, at: noon() + seconds(1) }
}

pub fn scaled() -> NewEvent {
    NewEvent {
        deployment_id: id(1),
        event_type: EventType::ScaleUp,
        from_instances: Instances(2),
        to_instances: Instances(3),
        reason: "CPU 92 % is 1.31 × its 70 % trigger".to_owned(),
        done_by: "policy 1".to_owned(),
        policy_id: None,
        policy_version: None,
        intent: None,
        confidence: 1.0,
        price_change: MoneyPerHour::from_units(0.14),
        outcome: Outcome::Done,
        metrics_snapshot: PerMetric { cpu: Some(92.0), ..PerMetric::default() },
        created_at: noon() + seconds(1),
    }
}
