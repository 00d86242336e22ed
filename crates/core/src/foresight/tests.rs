use proptest::prelude::*;

use super::*;
use crate::metric::PerMetric;
use crate::observation::{Hole, ResponseStatistic, Traffic};
use crate::policy::{Identity, PolicyBase, PolicyDraft, PolicyId, PolicyType, validate};
use crate::templates;
use crate::units::{Instances, MoneyPerHour};

const INTERVAL: i64 = 30;

fn policy(quantile: f64) -> Policy {
    let draft = PolicyDraft {
        name: Some("Test".to_owned()),
        policy_type: Some(PolicyType::Predictive),
        forecast_quantile: Some(quantile),
        ..templates::default_draft().clone()
    };
    let identity = Identity { id: PolicyId("pol_test".to_owned()), version: 1, updated_at: DateTime::UNIX_EPOCH };
    validate(&draft, PolicyBase::Defaults, identity).unwrap().policy
}

fn around() -> Circumstances {
    Circumstances {
        freeze: None,
        manual_override: None,
        response_time_objective_ms: None,
        fresh_for: TimeDelta::seconds(2 * INTERVAL + 5),
        interval: TimeDelta::seconds(INTERVAL),
        engine_started_at: DateTime::UNIX_EPOCH,
        budget: None,
        price_per_instance: MoneyPerHour::ZERO,
    }
}

fn at(look: usize) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(1_700_000_000 + look as i64 * INTERVAL)
}

/// So many ready instances that carry 50 requests a second each when full; no request rate where it is not known.
fn seen(look: usize, ready: u32, rate: f64, is_rate_known: bool) -> Observation {
    let used = (rate / (f64::from(ready) * 50.0)).min(1.0);
    let mut readings = PerMetric::from_fn(|_| Reading::missing(Hole::NotMeasured));
    readings.cpu = Reading::Value { value: used * 100.0, at: at(look) };
    Observation {
        at: at(look),
        instances: Counted::Known(InstanceCount { ready: Instances(ready), starting: Instances::ZERO }),
        readings,
        response_statistic: ResponseStatistic::Mean,
        traffic: Traffic { request_rate: is_rate_known.then_some(rate), ..Traffic::default() },
    }
}

/// Requests a second: a wave of a day between 100 and 400.
fn wave(look: usize) -> f64 {
    250.0 - 150.0 * (look as f64 * INTERVAL as f64 / 86_400.0 * std::f64::consts::TAU).cos()
}

fn outlooks(quantile: f64, looks: usize, rate: impl Fn(usize) -> f64) -> Vec<Outlook> {
    let (policy, around) = (policy(quantile), around());
    let mut foresight = Foresight::new(None);
    (0..looks).filter_map(|look| foresight.look(&policy, &around, &seen(look, 10, rate(look), true), at(look))).collect()
}

/// Minutes without a reading are NaN inside, which equals nothing; as text they are the same.
fn text(foresight: &Foresight) -> String {
    serde_json::to_string(foresight).unwrap()
}

#[test]
fn demand_is_counted_in_instances_at_their_trigger() {
    // 350 rps ÷ (50 rps × 70 %) = 10 instances at the trigger of `web-app-balanced`, by the learned capacity or by CPU alone.
    let (policy, around) = (policy(0.99), around());
    for is_rate_known in [true, false] {
        let mut foresight = Foresight::new(None);
        let outlook = foresight.look(&policy, &around, &seen(0, 10, 350.0, is_rate_known), at(0)).unwrap();
        assert!((outlook.now - 10.0).abs() < 1e-9, "{outlook:?}");
    }
}

#[test]
fn the_rate_tells_how_much_is_asked_for_when_the_instances_are_full() {
    let (policy, around) = (policy(0.99), around());
    let mut foresight = Foresight::new(None);
    foresight.look(&policy, &around, &seen(0, 10, 350.0, true), at(0));
    // Full: CPU says 10 ÷ 0.7 = 14.3 instances, the rate 1 400 ÷ 35 = 40.
    let outlook = foresight.look(&policy, &around, &seen(1, 10, 1_400.0, true), at(1)).unwrap();
    assert!((outlook.now - 40.0).abs() < 1e-9, "{outlook:?}");
    assert_eq!(foresight.capacity_per_instance(), Some(50.0));
}

#[test]
fn the_lead_is_the_learned_start_up_delay_and_one_evaluation() {
    let (policy, around) = (policy(0.99), around());
    let mut foresight = Foresight::new(None);
    let lead = |foresight: &mut Foresight, look, starting: u32| {
        let mut observation = seen(look, 4, 100.0, true);
        observation.instances = Counted::Known(InstanceCount { ready: Instances(4), starting: Instances(starting) });
        foresight.look(&policy, &around, &observation, at(look)).unwrap().lead_seconds
    };
    assert_eq!(lead(&mut foresight, 0, 0), 90.0, "60 s are presumed");
    (1..5).for_each(|look| _ = lead(&mut foresight, look, 2));
    // Ordered after the first look, ready at the sixth: 5 × 30 s, and one evaluation. It took them all, so the count stays.
    let mut observation = seen(5, 6, 100.0, true);
    observation.instances = Counted::Known(InstanceCount { ready: Instances(6), starting: Instances::ZERO });
    let outlook = foresight.look(&policy, &around, &observation, at(5)).unwrap();
    assert_eq!(outlook.lead_seconds, 180.0);
}

#[test]
fn seasons_speak_only_after_two_days_and_errors_only_after_an_hour() {
    let said = outlooks(0.99, 2 * 2_880 + 240, wave);
    assert!(said[..2 * 2_880].iter().all(|outlook| outlook.basis == Basis::LevelAndTrend));
    assert_eq!(said.last().unwrap().basis, Basis::Season);
    assert!(said[..120].iter().all(|outlook| outlook.error.is_none() && outlook.enough.is_none()));
    let last = said.last().unwrap();
    assert!(last.error.is_some_and(|error| error < 0.05), "a smooth wave is easy: {last:?}");
}

#[test]
fn what_comes_true_is_the_quantile_that_the_policy_sets() {
    // A level with noise that nobody can foresee: the margin alone decides how often it is enough.
    let noise = |look: usize| 300.0 * (1.0 + 0.25 * crate::simulate::noise::gauss(7, look as u64));
    for (quantile, least, most) in [(0.8, 0.74, 0.90), (0.99, 0.975, 1.0)] {
        let said = outlooks(quantile, 3 * 2_880, |look| noise(look).max(0.0));
        let enough = said.last().unwrap().enough.unwrap();
        assert!((least..=most).contains(&enough), "{enough} at {quantile}");
    }
}

#[test]
fn a_higher_quantile_makes_more_ready() {
    let rate = |look: usize| wave(look) * (1.0 + 0.1 * crate::simulate::noise::gauss(3, look as u64));
    let mean = |quantile| {
        let said = outlooks(quantile, 2_880, rate);
        said.iter().map(|outlook| outlook.ready_for).sum::<f64>() / said.len() as f64
    };
    assert!(mean(0.8) < mean(0.95) && mean(0.95) < mean(0.999));
}

#[test]
fn it_goes_on_as_before_from_json_and_stays_small() {
    let (policy, around) = (policy(0.99), around());
    let mut one = Foresight::new(None);
    (0..3_000).for_each(|look| _ = one.look(&policy, &around, &seen(look, 10, wave(look), true), at(look)));
    let written = serde_json::to_vec(&one).unwrap();
    assert!(written.len() < 700_000, "{} bytes", written.len());
    let mut other: Foresight = serde_json::from_slice(&written).unwrap();
    for look in 3_000..3_300 {
        let observation = seen(look, 10, wave(look), true);
        assert_eq!(one.look(&policy, &around, &observation, at(look)), other.look(&policy, &around, &observation, at(look)));
    }
    assert!(text(&one) == text(&other));
}

#[test]
fn what_is_asked_for_twice_or_from_the_past_changes_nothing() {
    let (policy, around) = (policy(0.99), around());
    let mut foresight = Foresight::new(None);
    foresight.look(&policy, &around, &seen(5, 4, 100.0, true), at(5));
    let before = text(&foresight);
    assert_eq!(foresight.look(&policy, &around, &seen(5, 4, 900.0, true), at(5)), None);
    assert_eq!(foresight.look(&policy, &around, &seen(4, 4, 900.0, true), at(4)), None);
    assert!(text(&foresight) == before);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_a_source_answers_makes_an_outlook_that_is_none(
        looks in prop::collection::vec(
            (1_usize..50, 0_u32..20, prop_oneof![0.0..2_000.0, Just(f64::NAN), Just(-1.0), Just(1e300), Just(0.0)], any::<bool>()), 1..120
        )
    ) {
        let (policy, around) = (policy(0.95), around());
        let mut foresight = Foresight::new(None);
        let mut look = 0;
        for (passed, ready, rate, is_rate_known) in looks {
            look += passed;
            let Some(outlook) = foresight.look(&policy, &around, &seen(look, ready, rate, is_rate_known), at(look)) else { continue };
            let numbers = [outlook.now, outlook.expected, outlook.low, outlook.high, outlook.ready_for, outlook.lead_seconds];
            prop_assert!(numbers.iter().all(|number| number.is_finite() && *number >= 0.0), "{outlook:?}");
            prop_assert!(outlook.ready_for >= outlook.now.min(1e6) && outlook.low <= outlook.expected && outlook.expected <= outlook.high, "{outlook:?}");
            prop_assert!(outlook.enough.is_none_or(|enough| (0.0..=1.0).contains(&enough)) && outlook.error.is_none_or(f64::is_finite));
        }
    }
}
