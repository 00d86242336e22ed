//! What is said when: each level once in a period, over restarts, whatever is re-priced.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Budget, Percent, Period};
use crate::units::Money;

/// From this confidence on a projected month end past the limit is told.
pub const FORECAST_CONFIDENCE: f64 = 0.8;
/// Periods of which it is remembered what was told: a clock that is set to another month and back must not repeat anything.
const PERIODS_KEPT: usize = 4;

/// What is told of a budget; later is worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "level", content = "percent", rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum BudgetLevel {
    /// A further share that a person asked to be told of.
    Threshold(Percent),
    /// The warning threshold is spent.
    Warning,
    /// The projected end of the period passes the limit, with at least 80 % confidence.
    Forecast,
    /// The critical threshold is spent.
    Critical,
    /// All of it is spent.
    Exceeded,
    /// A share above the limit that a person asked to be told of.
    Beyond(Percent),
}

impl BudgetLevel {
    /// Its name on the wire: `warning`, `critical`, `exceeded`, `forecast`, `threshold`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Threshold(_) | Self::Beyond(_) => "threshold",
            Self::Warning => "warning",
            Self::Forecast => "forecast",
            Self::Critical => "critical",
            Self::Exceeded => "exceeded",
        }
    }
}

/// What the newest evaluation found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reached {
    /// Observed and estimated.
    pub spent: Money,
    /// The confidence that the period ends past the limit; `None` while there is no projection.
    pub confidence_over: Option<f64>,
}

/// What was told in which period.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BudgetMemory {
    /// By the period's first instant.
    told: BTreeMap<DateTime<Utc>, BTreeSet<BudgetLevel>>,
}

impl BudgetMemory {
    /// What is to be told now, if anything, and the memory after it.
    ///
    /// Everything that is reached counts as told, and the worst of what was not told before is told: one evaluation that crosses three
    /// levels sends one alert. A level that is left and reached again in the same period is not told again, whatever was re-priced.
    #[must_use]
    pub fn evaluated(&self, budget: &Budget, period: &Period, reached: Reached) -> (Self, Option<BudgetLevel>) {
        if !budget.is_enabled {
            return (self.clone(), None);
        }
        let before = self.told.get(&period.start);
        let news: Vec<BudgetLevel> = levels(budget)
            .into_iter()
            .filter(|level| is_reached(*level, budget, reached) && before.is_none_or(|told| !told.contains(level)))
            .collect();
        if news.is_empty() {
            return (self.clone(), None);
        }
        // Once money has run out, that it will is no news.
        let worst = news
            .iter()
            .copied()
            .filter(|level| *level != BudgetLevel::Forecast || !Percent::ALL.is_reached(reached.spent, budget.monthly_limit))
            .max();
        let mut after = self.clone();
        after.told.entry(period.start).or_default().extend(news);
        after.forget(period.start);
        (after, worst)
    }

    /// The memory after a person changed the budget from `before` to `after`, `reached` by the new one.
    ///
    /// A lower limit alerts anew; any other change forgets what is not reached any more, so a limit that was raised past a level arms it
    /// again. Another calendar takes over what was told.
    #[must_use]
    pub fn changed(&self, before: (&Budget, &Period), after: (&Budget, &Period), reached: Reached) -> Self {
        let (before, before_period) = before;
        let (budget, period) = after;
        let mut memory = self.clone();
        let told = memory.told.remove(&before_period.start).unwrap_or_default();
        if budget.monthly_limit < before.monthly_limit {
            return memory;
        }
        let kept: BTreeSet<BudgetLevel> = told.into_iter().filter(|level| is_reached(*level, budget, reached)).collect();
        if !kept.is_empty() {
            memory.told.insert(period.start, kept);
        }
        memory
    }

    /// What was told in a period.
    pub fn told_in(&self, period: &Period) -> impl Iterator<Item = BudgetLevel> {
        self.told.get(&period.start).into_iter().flatten().copied()
    }

    /// Keeps the periods nearest to this one.
    fn forget(&mut self, now: DateTime<Utc>) {
        while self.told.len() > PERIODS_KEPT {
            let farthest = self.told.keys().copied().max_by_key(|start| (*start - now).abs());
            farthest.and_then(|start| self.told.remove(&start));
        }
    }
}

/// Every level of a budget.
fn levels(budget: &Budget) -> Vec<BudgetLevel> {
    let more = budget.more_thresholds.iter().map(|percent| match *percent < Percent::ALL {
        true => BudgetLevel::Threshold(*percent),
        false => BudgetLevel::Beyond(*percent),
    });
    more.chain([BudgetLevel::Warning, BudgetLevel::Forecast, BudgetLevel::Critical, BudgetLevel::Exceeded]).collect()
}

fn is_reached(level: BudgetLevel, budget: &Budget, reached: Reached) -> bool {
    let percent = match level {
        BudgetLevel::Forecast => return reached.confidence_over.is_some_and(|confidence| confidence >= FORECAST_CONFIDENCE),
        BudgetLevel::Threshold(percent) | BudgetLevel::Beyond(percent) => percent,
        BudgetLevel::Warning => budget.warning_threshold,
        BudgetLevel::Critical => budget.critical_threshold,
        BudgetLevel::Exceeded => Percent::ALL,
    };
    percent.is_reached(reached.spent, budget.monthly_limit)
}
