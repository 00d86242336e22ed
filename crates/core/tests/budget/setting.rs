//! What the tests of budgets share.

use chrono::{DateTime, Utc};
use headroom_core::budget::{Budget, BudgetDraft, BudgetId, BudgetIdentity, BudgetScope, validate};
use headroom_core::policy::Fault;
use headroom_core::units::Money;

pub fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

pub fn usd(units: f64) -> Money {
    Money::from_units(units)
}

pub fn identity() -> BudgetIdentity {
    BudgetIdentity { id: BudgetId("bud_1".to_owned()), now: at("2026-06-10T12:00:00Z") }
}

/// A draft about which there is nothing to say.
pub fn good() -> BudgetDraft {
    BudgetDraft { name: Some("Everything".to_owned()), scope: Some(BudgetScope::All), monthly_limit: Some(500.0), ..BudgetDraft::default() }
}

pub fn check(draft: &BudgetDraft) -> Result<Budget, Vec<Fault>> {
    validate(draft, None, identity())
}

pub fn budget(limit: f64) -> Budget {
    check(&BudgetDraft { monthly_limit: Some(limit), ..good() }).unwrap()
}
