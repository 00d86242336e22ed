//! The door to a budget: a draft is filled up from what is there, everything wrong with it is found at once, and what is left is typed.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Budget, BudgetId, BudgetScope, Guard, Percent};
use crate::calendar::Zone;
use crate::policy::Fault;
use crate::units::Money;

/// Longest name, in characters: it must fit a line of a report.
pub const LONGEST_NAME: usize = 200;
/// Smallest limit in units of the currency. Less than a hundredth of a cent a month is a slip of the keyboard.
pub const SMALLEST_LIMIT: f64 = 0.000_1;
/// Largest limit in units of the currency. Beyond a billion a month sums of several years would not be exact.
pub const LARGEST_LIMIT: f64 = 1_000_000_000.0;
/// Most further thresholds; more than that is noise.
pub const MOST_THRESHOLDS: usize = 10;
/// The guide's warning threshold.
const WARNING: Percent = Percent::whole(75);
/// The guide's critical threshold.
const CRITICAL: Percent = Percent::whole(90);

/// A budget as a person writes it; what is not set stays as it is, or has its default.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct BudgetDraft {
    /// What people call it; 1–200 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whose spending counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<BudgetScope>,
    /// Units of the currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub monthly_limit: Option<f64>,
    /// Percent of the limit; 75 where never set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning_threshold: Option<f64>,
    /// Percent of the limit; 90 where never set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub critical_threshold: Option<f64>,
    /// Further percents of the limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more_thresholds: Option<Vec<f64>>,
    /// 1–31; 1 where never set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reset_day: Option<f64>,
    /// An IANA name; UTC where never set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// On where never set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_enabled: Option<bool>,
    /// Off where never set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guard: Option<Guard>,
}

/// What the caller, not the draft, says about a budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetIdentity {
    /// Names it for good; a changed budget keeps its own.
    pub id: BudgetId,
    /// Now.
    pub now: DateTime<Utc>,
}

/// Makes a budget of a draft, on top of `existing` where there is one, or says everything that is wrong with it.
///
/// # Errors
/// Every fault, each with its field.
pub fn validate(draft: &BudgetDraft, existing: Option<&Budget>, identity: BudgetIdentity) -> Result<Budget, Vec<Fault>> {
    let mut faults = Faults::default();
    let name = match &draft.name {
        Some(name) => checked_name(name, &mut faults),
        None => existing.map_or_else(|| faults.add("name", "Give the budget a name."), |budget| Some(budget.name.clone())),
    };
    let scope = match &draft.scope {
        Some(scope) => checked_scope(scope, &mut faults),
        None => existing.map_or_else(|| faults.add("scope", "Say whose spending counts."), |budget| Some(budget.scope.clone())),
    };
    let monthly_limit = match draft.monthly_limit {
        Some(limit) => checked_limit(limit, &mut faults),
        None => existing
            .map_or_else(|| faults.add("monthlyLimit", "Say how much may be spent in a month."), |budget| Some(budget.monthly_limit)),
    };
    let threshold = |field: &'static str, given: Option<f64>, before: Option<Percent>, default: Percent, faults: &mut Faults| match given {
        Some(percent) => checked_percent(field, percent, 100.0, faults),
        None => Some(before.unwrap_or(default)),
    };
    let warning =
        threshold("warningThreshold", draft.warning_threshold, existing.map(|budget| budget.warning_threshold), WARNING, &mut faults);
    let critical =
        threshold("criticalThreshold", draft.critical_threshold, existing.map(|budget| budget.critical_threshold), CRITICAL, &mut faults);
    if let (Some(warning), Some(critical)) = (warning, critical)
        && warning >= critical
    {
        let field = if draft.warning_threshold.is_some() { "warningThreshold" } else { "criticalThreshold" };
        let _ = faults.add::<()>(field, &format!("The warning at {warning} % must come before critical at {critical} %."));
    }
    let more_thresholds = match &draft.more_thresholds {
        Some(percents) => checked_more(percents, &[warning, critical, Some(Percent::ALL)], &mut faults),
        None => Some(existing.map(|budget| budget.more_thresholds.clone()).unwrap_or_default()),
    };
    let reset_day = match draft.reset_day {
        Some(day) => checked_day(day, &mut faults),
        None => Some(existing.map_or(1, |budget| budget.reset_day)),
    };
    let time_zone = match &draft.time_zone {
        Some(zone) => checked_zone(zone, &mut faults),
        None => Some(existing.map_or(Zone::UTC, |budget| budget.time_zone)),
    };
    let all = (name, scope, monthly_limit, warning, critical, more_thresholds, reset_day, time_zone);
    match all {
        (
            Some(name),
            Some(scope),
            Some(monthly_limit),
            Some(warning_threshold),
            Some(critical_threshold),
            Some(more),
            Some(reset_day),
            Some(time_zone),
        ) if faults.0.is_empty() => {
            // A threshold that has become the warning or critical one is told as that.
            let is_own = |percent: &Percent| [warning_threshold, critical_threshold].contains(percent);
            Ok(Budget {
                id: existing.map_or(identity.id, |budget| budget.id.clone()),
                name,
                scope,
                monthly_limit,
                warning_threshold,
                critical_threshold,
                more_thresholds: more.into_iter().filter(|percent| !is_own(percent)).collect(),
                reset_day,
                time_zone,
                is_enabled: draft.is_enabled.unwrap_or_else(|| existing.is_none_or(|budget| budget.is_enabled)),
                guard: draft.guard.unwrap_or_else(|| existing.map_or(Guard::Off, |budget| budget.guard)),
                created_at: existing.map_or(identity.now, |budget| budget.created_at),
                updated_at: identity.now,
            })
        }
        _ => Err(faults.0),
    }
}

#[derive(Default)]
struct Faults(Vec<Fault>);

impl Faults {
    /// Notes a fault; the value that was to be is none.
    fn add<T>(&mut self, field: &str, message: &str) -> Option<T> {
        self.0.push(Fault { field: field.to_owned(), message: message.to_owned() });
        None
    }
}

fn checked_name(name: &str, faults: &mut Faults) -> Option<String> {
    let name = name.trim();
    if name.is_empty() {
        return faults.add("name", "Give the budget a name.");
    }
    if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return faults.add("name", "A name is one line of at most 200 characters.");
    }
    Some(name.to_owned())
}

fn checked_scope(scope: &BudgetScope, faults: &mut Faults) -> Option<BudgetScope> {
    match scope {
        BudgetScope::Tag { tag } if tag.trim().is_empty() => faults.add("scope", "Name the tag whose spending counts."),
        BudgetScope::Tag { .. } | BudgetScope::All | BudgetScope::Deployment { .. } => Some(scope.clone()),
    }
}

fn checked_limit(limit: f64, faults: &mut Faults) -> Option<Money> {
    let message = if !limit.is_finite() {
        "The limit must be a number.".to_owned()
    } else if limit <= 0.0 {
        "The limit must be above 0. To stop a budget, switch it off.".to_owned()
    } else if limit < SMALLEST_LIMIT {
        format!("The limit must be at least {SMALLEST_LIMIT}.")
    } else if limit > LARGEST_LIMIT {
        "The limit must be at most a billion.".to_owned()
    } else {
        return Some(Money::from_units(limit));
    };
    faults.add("monthlyLimit", &message)
}

fn checked_percent(field: &str, percent: f64, most: f64, faults: &mut Faults) -> Option<Percent> {
    match Percent::new(percent).filter(|checked| checked.get() <= most) {
        Some(percent) => Some(percent),
        None => faults.add(field, &format!("A threshold is a share of the limit in percent, above 0 and at most {most}.")),
    }
}

fn checked_more(percents: &[f64], taken: &[Option<Percent>], faults: &mut Faults) -> Option<Vec<Percent>> {
    if percents.len() > MOST_THRESHOLDS {
        return faults.add("moreThresholds", &format!("At most {MOST_THRESHOLDS} further thresholds."));
    }
    let mut checked: Vec<Percent> = Vec::with_capacity(percents.len());
    let before = faults.0.len();
    for (index, percent) in percents.iter().enumerate() {
        let field = format!("moreThresholds[{index}]");
        let Some(percent) = checked_percent(&field, *percent, 1_000.0, faults) else { continue };
        if checked.contains(&percent) || taken.contains(&Some(percent)) {
            let _ = faults.add::<()>(&field, &format!("{percent} % is told already."));
        } else if checked.last().is_some_and(|last| *last > percent) {
            let _ = faults.add::<()>(&field, "Thresholds must grow.");
        }
        checked.push(percent);
    }
    (faults.0.len() == before).then_some(checked)
}

fn checked_day(day: f64, faults: &mut Faults) -> Option<u8> {
    if day.fract() == 0.0 && (1.0..=31.0).contains(&day) {
        return Some(day as u8);
    }
    faults.add("resetDay", "A period begins on day 1 to 31 of the month.")
}

fn checked_zone(zone: &str, faults: &mut Faults) -> Option<Zone> {
    match zone.parse::<Zone>() {
        Ok(zone) => Some(zone),
        Err(unknown) => faults.add("timeZone", &unknown.to_string()),
    }
}
