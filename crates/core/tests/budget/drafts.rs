//! What may be written into a budget.

use headroom_core::budget::{BudgetDraft, BudgetScope, Guard, Percent, validate};
use headroom_core::units::Money;
use proptest::prelude::*;

use crate::setting::{check, good, identity, usd};

#[test]
fn every_illegal_value_is_refused_at_its_field() {
    let limit = |limit| BudgetDraft { monthly_limit: Some(limit), ..good() };
    let thresholds = |warning, critical| BudgetDraft { warning_threshold: Some(warning), critical_threshold: Some(critical), ..good() };
    let more = |more: &[f64]| BudgetDraft { more_thresholds: Some(more.to_vec()), ..good() };
    let day = |day| BudgetDraft { reset_day: Some(day), ..good() };
    let zone = |zone: &str| BudgetDraft { time_zone: Some(zone.to_owned()), ..good() };
    let name = |name: &str| BudgetDraft { name: Some(name.to_owned()), ..good() };
    let table = [
        ("no name", BudgetDraft { name: None, ..good() }, "name"),
        ("a blank name", name("  "), "name"),
        ("a name of two lines", name("a\nb"), "name"),
        ("a name of 201 characters", name(&"é".repeat(201)), "name"),
        ("no scope", BudgetDraft { scope: None, ..good() }, "scope"),
        ("an empty tag", BudgetDraft { scope: Some(BudgetScope::Tag { tag: " ".to_owned() }), ..good() }, "scope"),
        ("no limit", BudgetDraft { monthly_limit: None, ..good() }, "monthlyLimit"),
        ("a limit of zero", limit(0.0), "monthlyLimit"),
        ("a negative limit", limit(-500.0), "monthlyLimit"),
        ("a limit that is no number", limit(f64::NAN), "monthlyLimit"),
        ("an infinite limit", limit(f64::INFINITY), "monthlyLimit"),
        ("a limit under a hundredth of a cent", limit(0.000_05), "monthlyLimit"),
        ("a limit over a billion", limit(1e9 + 1.0), "monthlyLimit"),
        ("a limit of 1e300", limit(1e300), "monthlyLimit"),
        ("a threshold of 0", thresholds(0.0, 90.0), "warningThreshold"),
        ("a threshold below 0", thresholds(-75.0, 90.0), "warningThreshold"),
        ("a threshold that is no number", thresholds(75.0, f64::NAN), "criticalThreshold"),
        ("critical above the limit", thresholds(75.0, 101.0), "criticalThreshold"),
        ("warning after critical", thresholds(95.0, 90.0), "warningThreshold"),
        ("warning with critical", thresholds(90.0, 90.0), "warningThreshold"),
        ("a further threshold twice", more(&[50.0, 50.0]), "moreThresholds[1]"),
        ("a further threshold that is the warning", more(&[75.0]), "moreThresholds[0]"),
        ("a further threshold of 100", more(&[100.0]), "moreThresholds[0]"),
        ("further thresholds out of order", more(&[60.0, 50.0]), "moreThresholds[1]"),
        ("a further threshold over 1 000", more(&[1_001.0]), "moreThresholds[0]"),
        ("eleven further thresholds", more(&[1.0; 11]), "moreThresholds"),
        ("day 0", day(0.0), "resetDay"),
        ("day 32", day(32.0), "resetDay"),
        ("half a day", day(1.5), "resetDay"),
        ("no zone of this world", zone("Mars/Olympus"), "timeZone"),
        ("an offset for a zone", zone("+05:45"), "timeZone"),
        ("an empty zone", zone(""), "timeZone"),
    ];
    for (name, draft, field) in table {
        let faults = check(&draft).expect_err(name);
        assert_eq!(faults.iter().map(|fault| fault.field.as_str()).collect::<Vec<_>>(), [field], "{name}");
        assert!(faults[0].message.ends_with('.'), "{}", faults[0].message);
    }
}

#[test]
fn all_faults_are_told_at_once() {
    let draft = BudgetDraft {
        monthly_limit: Some(-1.0),
        warning_threshold: Some(95.0),
        reset_day: Some(40.0),
        time_zone: Some("Nowhere".to_owned()),
        ..BudgetDraft::default()
    };
    let fields: Vec<String> = check(&draft).unwrap_err().into_iter().map(|fault| fault.field).collect();
    assert_eq!(fields, ["name", "scope", "monthlyLimit", "warningThreshold", "resetDay", "timeZone"]);
}

#[test]
fn the_guides_budget_is_taken_as_it_is_written_there() {
    let draft: BudgetDraft =
        serde_json::from_str(r#"{ "monthlyLimit": 500, "warningThreshold": 75, "criticalThreshold": 90, "isEnabled": true }"#).unwrap();
    let budget = check(&BudgetDraft { name: good().name, scope: good().scope, ..draft }).unwrap();
    assert_eq!(budget.monthly_limit, usd(500.0));
    assert_eq!((budget.warning_threshold, budget.critical_threshold), (Percent::whole(75), Percent::whole(90)));
    assert_eq!((budget.reset_day, budget.time_zone.name(), budget.is_enabled, budget.guard), (1, "UTC", true, Guard::Off));
}

#[test]
fn what_a_draft_does_not_name_stays() {
    let before =
        check(&BudgetDraft { more_thresholds: Some(vec![50.0, 120.0]), time_zone: Some("Asia/Kathmandu".to_owned()), ..good() }).unwrap();
    let draft = BudgetDraft { monthly_limit: Some(600.0), guard: Some(Guard::Strict), ..BudgetDraft::default() };
    let after = validate(&draft, Some(&before), identity()).unwrap();
    let wanted = headroom_core::budget::Budget { monthly_limit: usd(600.0), guard: Guard::Strict, ..before };
    assert_eq!(after, wanted);
    let text = serde_json::to_string(&after).unwrap();
    assert_eq!(serde_json::from_str::<headroom_core::budget::Budget>(&text).unwrap(), after);
}

proptest! {
    #[test]
    fn whatever_is_written_is_refused_or_valid(
        limit in proptest::num::f64::ANY, warning in proptest::num::f64::ANY, critical in -10.0..200.0_f64, day in proptest::num::f64::ANY,
    ) {
        let draft = BudgetDraft {
            monthly_limit: Some(limit), warning_threshold: Some(warning), critical_threshold: Some(critical), reset_day: Some(day), ..good()
        };
        if let Ok(budget) = check(&draft) {
            prop_assert!(budget.monthly_limit > Money::ZERO);
            prop_assert!(budget.warning_threshold < budget.critical_threshold && budget.critical_threshold <= Percent::ALL);
            prop_assert!((1..=31).contains(&budget.reset_day));
        }
    }

    #[test]
    fn a_share_is_reached_exactly_from_its_amount_on(limit in 1_i64..=1_000_000_000_000_000_000, hundredths in 1_u32..=100_000) {
        let percent = Percent::new(f64::from(hundredths) / 100.0).unwrap();
        let limit = Money::from_nanos(limit);
        // The least amount whose 10 000-fold is at least limit × hundredths.
        let least = (i128::from(limit.nanos()) * i128::from(hundredths) + 9_999) / 10_000;
        if let Ok(least) = i64::try_from(least) {
            prop_assert!(percent.is_reached(Money::from_nanos(least), limit));
            prop_assert!(!percent.is_reached(Money::from_nanos(least - 1), limit));
            prop_assert!((percent.of(limit).nanos() - least).abs() <= 1);
        }
    }
}
