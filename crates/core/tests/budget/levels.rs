//! What is told when, and that it is told once.

use headroom_core::budget::level::Reached;
use headroom_core::budget::{Budget, BudgetDraft, BudgetLevel, BudgetMemory, Percent, Period};
use proptest::prelude::*;

use crate::setting::{at, budget, check, good, usd};

fn june() -> Period {
    Period { start: at("2026-06-01T00:00:00Z"), end: at("2026-07-01T00:00:00Z") }
}

fn july() -> Period {
    Period { start: at("2026-07-01T00:00:00Z"), end: at("2026-08-01T00:00:00Z") }
}

fn spent(units: f64) -> Reached {
    Reached { spent: usd(units), confidence_over: None }
}

fn expected(units: f64, confidence: f64) -> Reached {
    Reached { spent: usd(units), confidence_over: Some(confidence) }
}

/// What each evaluation in turn tells.
fn told(budget: &Budget, memory: &mut BudgetMemory, period: Period, amounts: &[f64]) -> Vec<Option<BudgetLevel>> {
    let evaluate = |units: &f64| {
        let (after, level) = memory.evaluated(budget, &period, spent(*units));
        *memory = after;
        level
    };
    amounts.iter().map(evaluate).collect()
}

use BudgetLevel::{Beyond, Critical, Exceeded, Forecast, Threshold, Warning};

#[test]
fn each_level_is_told_once_from_its_exact_amount_on() {
    let mut memory = BudgetMemory::default();
    let amounts = [74.999_999_999, 75.0, 80.0, 89.999_999_999, 90.0, 99.0, 100.0, 150.0];
    let wanted = [None, Some(Warning), None, None, Some(Critical), None, Some(Exceeded), None];
    assert_eq!(told(&budget(100.0), &mut memory, june(), &amounts), wanted);
}

#[test]
fn one_evaluation_that_crosses_several_levels_tells_the_worst() {
    let mut memory = BudgetMemory::default();
    assert_eq!(told(&budget(100.0), &mut memory, june(), &[95.0, 96.0, 101.0]), [Some(Critical), None, Some(Exceeded)]);
    let mut memory = BudgetMemory::default();
    assert_eq!(told(&budget(100.0), &mut memory, june(), &[120.0, 121.0]), [Some(Exceeded), None]);
}

#[test]
fn further_thresholds_are_told_at_their_shares() {
    let budget = check(&BudgetDraft { more_thresholds: Some(vec![50.0, 120.0]), monthly_limit: Some(100.0), ..good() }).unwrap();
    let mut memory = BudgetMemory::default();
    let wanted = [None, Some(Threshold(Percent::whole(50))), Some(Warning), Some(Exceeded), Some(Beyond(Percent::whole(120)))];
    assert_eq!(told(&budget, &mut memory, june(), &[49.0, 51.0, 76.0, 110.0, 121.0]), wanted);
}

#[test]
fn a_memory_that_was_stored_and_read_again_repeats_nothing() {
    let mut memory = BudgetMemory::default();
    assert_eq!(told(&budget(100.0), &mut memory, june(), &[76.0]), [Some(Warning)]);
    let text = serde_json::to_string(&memory).unwrap();
    let mut read: BudgetMemory = serde_json::from_str(&text).unwrap();
    assert_eq!(read, memory);
    assert_eq!(told(&budget(100.0), &mut read, june(), &[76.0, 91.0]), [None, Some(Critical)]);
}

#[test]
fn a_turned_period_arms_everything_and_a_clock_that_is_set_back_nothing() {
    let mut memory = BudgetMemory::default();
    assert_eq!(told(&budget(100.0), &mut memory, june(), &[101.0]), [Some(Exceeded)]);
    assert_eq!(told(&budget(100.0), &mut memory, july(), &[10.0, 76.0]), [None, Some(Warning)]);
    assert_eq!(told(&budget(100.0), &mut memory, june(), &[101.0]), [None]);
    assert_eq!(told(&budget(100.0), &mut memory, july(), &[77.0]), [None]);
}

#[test]
fn re_pricing_tells_nothing_again() {
    let mut memory = BudgetMemory::default();
    // Spent, re-priced to less, and spent again.
    assert_eq!(told(&budget(100.0), &mut memory, june(), &[91.0, 60.0, 76.0, 91.0]), [Some(Critical), None, None, None]);
}

#[test]
fn a_limit_that_is_raised_past_a_level_arms_it_again() {
    let mut memory = BudgetMemory::default();
    let (before, after) = (budget(100.0), budget(110.0));
    assert_eq!(told(&before, &mut memory, june(), &[95.0]), [Some(Critical)]);
    // 95 of 110 is 86 %: past the warning still, under critical.
    let mut memory = memory.changed((&before, &june()), (&after, &june()), spent(95.0));
    assert_eq!(told(&after, &mut memory, june(), &[96.0, 99.0, 110.0]), [None, Some(Critical), Some(Exceeded)]);
}

#[test]
fn lowering_a_limit_tells_anew() {
    let mut memory = BudgetMemory::default();
    let (before, after) = (budget(100.0), budget(99.0));
    assert_eq!(told(&before, &mut memory, june(), &[80.0, 81.0]), [Some(Warning), None]);
    let mut memory = memory.changed((&before, &june()), (&after, &june()), spent(81.0));
    assert_eq!(told(&after, &mut memory, june(), &[81.0, 82.0]), [Some(Warning), None]);
}

#[test]
fn a_change_of_name_or_calendar_tells_nothing_again() {
    let mut memory = BudgetMemory::default();
    let before = budget(100.0);
    let after = check(&BudgetDraft { monthly_limit: Some(100.0), time_zone: Some("Asia/Tokyo".to_owned()), ..good() }).unwrap();
    let period = Period { start: at("2026-05-31T15:00:00Z"), end: at("2026-06-30T15:00:00Z") };
    assert_eq!(told(&before, &mut memory, june(), &[80.0]), [Some(Warning)]);
    let mut memory = memory.changed((&before, &june()), (&after, &period), spent(80.0));
    assert_eq!(told(&after, &mut memory, period, &[80.0, 91.0]), [None, Some(Critical)]);
}

#[test]
fn a_budget_that_is_off_tells_nothing_and_remembers_nothing_of_it() {
    let off = check(&BudgetDraft { is_enabled: Some(false), monthly_limit: Some(100.0), ..good() }).unwrap();
    let mut memory = BudgetMemory::default();
    assert_eq!(told(&off, &mut memory, june(), &[76.0, 101.0]), [None, None]);
    assert_eq!(told(&budget(100.0), &mut memory, june(), &[101.0]), [Some(Exceeded)]);
}

#[test]
fn a_forecast_is_told_once_from_80_percent_confidence_on() {
    let budget = budget(100.0);
    let table = [
        ("not sure enough", expected(40.0, 0.799), None),
        ("sure enough", expected(41.0, 0.80), Some(Forecast)),
        ("still", expected(42.0, 0.95), None),
        ("less sure", expected(43.0, 0.5), None),
        ("and again", expected(44.0, 0.99), None),
        ("then it is spent", expected(76.0, 0.99), Some(Warning)),
        ("then all of it", expected(101.0, 1.0), Some(Exceeded)),
    ];
    let mut memory = BudgetMemory::default();
    for (name, reached, wanted) in table {
        let (after, level) = memory.evaluated(&budget, &june(), reached);
        assert_eq!(level, wanted, "{name}");
        memory = after;
    }
    // What is spent already needs no forecast.
    let (_, level) = BudgetMemory::default().evaluated(&budget, &june(), expected(101.0, 1.0));
    assert_eq!(level, Some(Exceeded));
}

proptest! {
    #[test]
    fn whatever_is_spent_each_level_is_told_at_most_once_a_period(amounts in proptest::collection::vec(0_i64..200_000_000_000, 1..40)) {
        let (budget, mut memory) = (budget(100.0), BudgetMemory::default());
        let units: Vec<f64> = amounts.iter().map(|nanos| *nanos as f64 / 1e9).collect();
        let levels: Vec<BudgetLevel> = told(&budget, &mut memory, june(), &units).into_iter().flatten().collect();
        prop_assert!(levels.windows(2).all(|pair| pair[0] < pair[1]), "{levels:?}");
        // And nothing that was reached stays untold: the worst of all is that of the largest amount.
        let largest = usd(units.iter().copied().fold(0.0, f64::max));
        let worst = [(Percent::ALL, Exceeded), (Percent::whole(90), Critical), (Percent::whole(75), Warning)]
            .into_iter().find(|(percent, _)| percent.is_reached(largest, budget.monthly_limit)).map(|(_, level)| level);
        prop_assert_eq!(levels.last().copied(), worst);
    }

    #[test]
    fn who_spends_more_has_never_the_lower_share(one in 0_i64..=i64::MAX, more in 0_i64..=i64::MAX, limit in 0.0001..1e9_f64) {
        let budget = budget(limit);
        let (less, more) = (headroom_core::units::Money::from_nanos(one.min(more)), headroom_core::units::Money::from_nanos(one.max(more)));
        prop_assert!(budget.share_of(less) <= budget.share_of(more));
    }
}
