//! Watching budgets: what they have spent is loaded at the start, followed from tick to tick, and told when it crosses a level.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use headroom_core::alert::{AlertKind, AlertScope};
use headroom_core::budget::outlook::runs_out;
use headroom_core::budget::{Budget, BudgetId, BudgetLevel, BudgetMemory, BudgetScope};
use headroom_core::decide::words;
use headroom_core::units::Money;
use headroom_store::{Grain, ReadTransaction, StoreError};

use crate::alerts::BudgetNews;
use crate::budgets::Tracked;
use crate::engine::Engine;
use crate::range::moment;
use crate::view::{amount, left_words};

/// A level that is told now, with all that its message needs.
struct Crossed {
    tracked: Tracked,
    memory: BudgetMemory,
    level: Option<BudgetLevel>,
    /// Where it ends and when it runs out.
    outlook: Option<String>,
}

impl Engine {
    /// Reads every budget, what was told of it and what its scope has spent. Under the turn, so that nothing is metered meanwhile.
    pub(crate) async fn load_budgets(&self) -> Result<(), StoreError> {
        let inner = &*self.0;
        let _turn = inner.turn.lock().await;
        let now = inner.now();
        let tracked = inner.read.read(move |read| tracked(read, read.budgets()?, now)).await?;
        inner.fleet.lock().budgets.replace(tracked);
        Ok(())
    }

    /// Reads it all again: history was priced anew, or a tag covers something else now. What was told stays told.
    pub(crate) async fn recount_budgets(&self) -> Result<(), StoreError> {
        let _turn = self.0.budget_turn.lock().await;
        self.load_budgets().await
    }

    /// Looks whether a budget crossed a level, and tells it: once in its period, over restarts.
    ///
    /// What was told and the memory of it are written in one transaction. What could not be written is told at the next evaluation.
    pub(crate) async fn evaluate_budgets(&self, now: DateTime<Utc>) {
        let inner = &*self.0;
        let _turn = inner.budget_turn.lock().await;
        let crossed: Vec<Crossed> = {
            let mut fleet = inner.fleet.lock();
            let currency = inner.prices.currency();
            let budgets = fleet.budgets.iter_mut();
            budgets
                .filter_map(|tracked| {
                    let (memory, level) = tracked.evaluated(now)?;
                    let outlook = level.and_then(|_| outlook_words(tracked, &currency, now));
                    Some(Crossed { tracked: tracked.clone(), memory, level, outlook })
                })
                .collect()
        };
        if crossed.is_empty() {
            return;
        }
        match self.tell_crossed(crossed, now).await {
            Ok(memories) => {
                let mut fleet = inner.fleet.lock();
                for (id, memory) in memories {
                    if let Some(tracked) = fleet.budgets.get_mut(&id) {
                        tracked.memory = memory;
                    }
                }
            }
            Err(error) => {
                tracing::error!(target: "ResourceOptimizerService", %error, "a budget's alert could not be written down; it is told at the next evaluation");
            }
        }
    }

    async fn tell_crossed(&self, crossed: Vec<Crossed>, now: DateTime<Utc>) -> Result<Vec<(BudgetId, BudgetMemory)>, StoreError> {
        let inner = &*self.0;
        let mut telling = inner.alerts.telling(now).await;
        let mut memories = Vec::with_capacity(crossed.len());
        for Crossed { tracked, memory, level, outlook } in crossed {
            if let Some(level) = level {
                let largest = self.largest_part(&tracked).await?;
                let message = self.message(&tracked, outlook.as_deref(), largest.as_deref(), now);
                let Tracked { budget, period, spent, .. } = &tracked;
                telling.raise_budget(&BudgetNews { budget, period, level, spent: *spent, message: &message, now });
                tracing::info!(target: "ResourceOptimizerService", budget = %budget.id, level = level.name(), message, "budget:alert");
            }
            memories.push((tracked.budget.id, memory));
        }
        let written = memories.clone();
        let committed = inner
            .write
            .transact(move |write| {
                for (id, memory) in &written {
                    write.set_alert_track(AlertKind::Budget, &AlertScope::Budget(id.0.clone()), memory)?;
                }
                telling.write(write)
            })
            .await?;
        inner.tell_changes(&committed.changes);
        self.told(committed.value);
        Ok(memories)
    }

    /// The deployment of a shared scope that has spent most in the period, with what it spent.
    async fn largest_part(&self, tracked: &Tracked) -> Result<Option<String>, StoreError> {
        let (scope, from) = (tracked.budget.scope.clone(), tracked.period.start);
        if matches!(scope, BudgetScope::Deployment { .. }) {
            return Ok(None);
        }
        let currency = self.0.prices.currency();
        self.0
            .read
            .read(move |read| {
                let only = match &scope {
                    BudgetScope::All => None,
                    BudgetScope::Tag { .. } | BudgetScope::Deployment { .. } => Some(read.deployments_in(&scope)?),
                };
                let table = read.cost_table(only.as_ref(), from, None, Grain::Day)?;
                let Some((id, cost)) = table.deployments.iter().max_by_key(|(_, cost)| cost.total()) else { return Ok(None) };
                let name = read.deployment(id)?.map_or_else(|| id.to_string(), |row| row.deployment.name);
                Ok(Some(format!("Largest part: {name}, {}.", words::money(cost.total(), &currency))))
            })
            .await
    }

    /// What is said of a level: whose money, how much, how long it has to last, where it goes, who spent most of it.
    fn message(&self, tracked: &Tracked, outlook: Option<&str>, largest: Option<&str>, now: DateTime<Utc>) -> String {
        let (currency, budget) = (self.0.prices.currency(), &tracked.budget);
        let whose = match &budget.scope {
            BudgetScope::Deployment { deployment_id } => {
                let fleet = self.0.fleet.lock();
                fleet.live.get(deployment_id).map_or_else(|| "A removed deployment".to_owned(), |live| live.deployment.name.clone())
            }
            BudgetScope::Tag { tag } => format!("What is tagged {tag}"),
            BudgetScope::All => "Everything".to_owned(),
        };
        let mut message = format!(
            "{whose} has spent {} of {}, with {} left.",
            words::money(tracked.spent, &currency),
            amount(budget.monthly_limit, &currency),
            left_words(&tracked.period, now)
        );
        for more in [outlook, largest].into_iter().flatten() {
            message.push(' ');
            message.push_str(more);
        }
        message
    }
}

/// Some budgets with what was told of them and what their scopes have spent.
pub(crate) fn tracked(read: &ReadTransaction<'_>, budgets: Vec<Budget>, now: DateTime<Utc>) -> Result<Vec<Tracked>, StoreError> {
    if budgets.is_empty() {
        return Ok(Vec::new());
    }
    let mut memories: BTreeMap<AlertScope, BudgetMemory> = read.alert_tracks(AlertKind::Budget)?.into_iter().collect();
    let scopes: Vec<BudgetScope> = budgets.iter().map(|budget| budget.scope.clone()).collect();
    let spending = read.spending(&scopes, Tracked::looks_back_to(now))?;
    let tracked = budgets.into_iter().zip(spending).map(|(budget, quarters)| {
        let memory = memories.remove(&AlertScope::Budget(budget.id.0.clone())).unwrap_or_default();
        Tracked::loaded(budget, memory, &quarters, now)
    });
    Ok(tracked.collect())
}

/// Where the period ends and when the money runs out, where that is known and still to come.
fn outlook_words(tracked: &mut Tracked, currency: &str, now: DateTime<Utc>) -> Option<String> {
    let projection = tracked.projection(now)?;
    let (limit, spent): (Money, Money) = (tracked.budget.monthly_limit, tracked.spent);
    let ends = format!("It ends at {} ± {}", amount(projection.end, currency), amount(projection.margin, currency));
    let out = if spent < limit { runs_out(&tracked.path(now), spent, limit, now).at } else { None };
    Some(match out {
        Some(at) => format!("{ends} and runs out on {}.", moment(tracked.budget.time_zone, at)),
        None => format!("{ends}."),
    })
}
