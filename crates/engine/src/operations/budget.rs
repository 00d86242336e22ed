//! Doors to budgets.

use headroom_core::alert::{AlertKind, AlertScope};
use headroom_core::budget::{Budget, BudgetDraft, BudgetId, BudgetIdentity, BudgetMemory, BudgetScope, Guard, validate};
use headroom_core::policy::Fault;
use serde::{Deserialize, Serialize};

use super::{Done, Run};
use crate::budgets::{MOST_BUDGETS, Tracked};
use crate::caller::Caller;
use crate::engine::{Engine, Inner, new_id};
use crate::error::{ErrorCode, WireError};
use crate::guard_preview::preview;
use crate::view::{self, BudgetCheck, BudgetDetail, BudgetList, BudgetProposal, BudgetView, GuardPreview};
use crate::watch::tracked;

/// Every budget with its status, the one that needs a person most first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct ListBudgets {}

/// One budget, day by day.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct GetBudget {
    /// Which.
    pub budget_id: BudgetId,
    /// What it would look like with this limit, in units of the currency. Nothing is changed.
    pub monthly_limit: Option<f64>,
}

/// What is wrong with a draft, where it would stand, and what its limit could be. Nothing is changed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct CheckBudget {
    /// The budget that is to be changed; a new one where not set.
    pub budget_id: Option<BudgetId>,
    /// The draft.
    pub draft: BudgetDraft,
}

/// Make a budget, or change one; what is not set stays.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct SaveBudget {
    /// Which to change; a new one where not set.
    pub budget_id: Option<BudgetId>,
    /// The draft.
    pub draft: BudgetDraft,
}

/// Take a budget away. What was told of it stays in the history of alerts.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DeleteBudget {
    /// Which.
    pub budget_id: BudgetId,
}

/// What a budget's guard would do to service in the rest of the period: the last week of recorded demand, played again. Nothing is changed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct PreviewGuard {
    /// Which budget.
    pub budget_id: BudgetId,
    /// Which guard; soft where not set.
    pub guard: Option<Guard>,
}

impl Run for PreviewGuard {
    async fn run(self, engine: &Engine, _caller: &Caller) -> Result<GuardPreview, WireError> {
        let inner = &*engine.0;
        let (now, currency) = (inner.now(), inner.prices.currency());
        let question = inner.guard_question(inner.tracked_budget(&self.budget_id)?, self.guard.unwrap_or(Guard::Soft), now);
        Ok(inner.read.read(move |read| preview(read, &question, &currency)).await?)
    }
}

impl Run for ListBudgets {
    async fn run(self, engine: &Engine, _caller: &Caller) -> Result<BudgetList, WireError> {
        let inner = &*engine.0;
        let (now, currency) = (inner.now(), inner.prices.currency());
        let mut tracked = inner.tracked_budgets();
        let mut budgets: Vec<BudgetView> = {
            let fleet = inner.fleet.lock();
            tracked.iter_mut().map(|tracked| view::budget_view(&fleet, tracked, &currency, now)).collect()
        };
        let fullness = |budget: &BudgetView| budget.status.projection.map_or(budget.status.spent_share, |projection| projection.share);
        budgets.sort_by(|a, b| {
            b.status.level.cmp(&a.status.level).then(fullness(b).total_cmp(&fullness(a))).then_with(|| a.name.cmp(&b.name))
        });
        let proposal = if budgets.is_empty() { inner.proposal(BudgetScope::All).await? } else { None };
        Ok(BudgetList { at: now, currency, budgets, proposal })
    }
}

impl Run for GetBudget {
    async fn run(self, engine: &Engine, _caller: &Caller) -> Result<BudgetDetail, WireError> {
        let inner = &*engine.0;
        let (now, currency) = (inner.now(), inner.prices.currency());
        let mut tracked = inner.tracked_budget(&self.budget_id)?;
        if let Some(limit) = self.monthly_limit {
            let draft = BudgetDraft { monthly_limit: Some(limit), ..BudgetDraft::default() };
            tracked.budget = inner.checked(&draft, Some(&tracked.budget)).map_err(WireError::invalid)?;
        }
        Ok(view::budget_detail(&inner.fleet.lock(), &mut tracked, &currency, now))
    }
}

impl Run for CheckBudget {
    async fn run(self, engine: &Engine, _caller: &Caller) -> Result<BudgetCheck, WireError> {
        let inner = &*engine.0;
        let (now, currency) = (inner.now(), inner.prices.currency());
        let existing = self.budget_id.as_ref().map(|id| inner.tracked_budget(id)).transpose()?.map(|tracked| tracked.budget);
        let scope = self.draft.scope.clone().or_else(|| existing.as_ref().map(|budget| budget.scope.clone())).unwrap_or(BudgetScope::All);
        let proposal = inner.proposal(scope).await?;
        match inner.checked(&self.draft, existing.as_ref()) {
            Ok(budget) => {
                let mut tracked = inner.track(budget).await?;
                let view = view::budget_view(&inner.fleet.lock(), &mut tracked, &currency, now);
                Ok(BudgetCheck { errors: Vec::new(), spent: Some(view.status.spent), sentence: Some(view.status.sentence), proposal })
            }
            Err(errors) => Ok(BudgetCheck { errors, spent: None, sentence: None, proposal }),
        }
    }
}

impl Run for SaveBudget {
    async fn run(self, engine: &Engine, caller: &Caller) -> Result<BudgetView, WireError> {
        let inner = &*engine.0;
        let now = inner.now();
        {
            let _budgets = inner.budget_turn.lock().await;
            let before = self.budget_id.as_ref().map(|id| inner.tracked_budget(id)).transpose()?;
            if before.is_none() && inner.fleet.lock().budgets.len() >= MOST_BUDGETS {
                return Err(WireError::new(
                    ErrorCode::Conflict,
                    format!("There are {MOST_BUDGETS} budgets, and that is the most. Delete one first."),
                ));
            }
            let budget = inner.checked(&self.draft, before.as_ref().map(|tracked| &tracked.budget)).map_err(WireError::invalid)?;
            // The turn: nothing is metered between reading what was spent and tracking it.
            let _turn = inner.turn.lock().await;
            let mut after = inner.track(budget).await?;
            let was_told = before.as_ref().map(|before| (before.memory.told_in(&before.period).max(), before.budget.is_enabled));
            if let Some(before) = &before {
                let reached = after.reached(now);
                after.memory = before.memory.changed((&before.budget, &before.period), (&after.budget, &after.period), reached);
            }
            let is_over = was_told.is_some_and(|(worst, _)| worst.is_some() && after.memory.told_in(&after.period).max() != worst)
                || !after.budget.is_enabled;
            let mut telling = inner.alerts.telling(now).await;
            if is_over {
                telling.resolve_budget(&after.budget.id);
            }
            let audit = inner.audit(caller, "save_budget", None, serde_json::json!({ "budget": after.budget }));
            let (budget, memory) = (after.budget.clone(), after.memory.clone());
            let committed = inner
                .write
                .transact(move |write| {
                    write.set_budget(&budget)?;
                    write.set_alert_track(AlertKind::Budget, &AlertScope::Budget(budget.id.0.clone()), &memory)?;
                    write.add_audit(&audit)?;
                    telling.write(write).map(|told| (told, budget.id))
                })
                .await?;
            inner.fleet.lock().budgets.insert(after);
            inner.tell_changes(&committed.changes);
            let (told, id) = committed.value;
            engine.told(told);
            drop(_turn);
            drop(_budgets);
            engine.evaluate_budgets(now).await;
            let mut tracked = inner.tracked_budget(&id)?;
            let currency = inner.prices.currency();
            Ok(view::budget_view(&inner.fleet.lock(), &mut tracked, &currency, now))
        }
    }
}

impl Run for DeleteBudget {
    async fn run(self, engine: &Engine, caller: &Caller) -> Result<Done, WireError> {
        let inner = &*engine.0;
        let now = inner.now();
        let _budgets = inner.budget_turn.lock().await;
        let gone = inner.tracked_budget(&self.budget_id)?.budget;
        let mut telling = inner.alerts.telling(now).await;
        telling.resolve_budget(&gone.id);
        let audit = inner.audit(caller, "delete_budget", None, serde_json::json!({ "budget": gone }));
        let id = gone.id.clone();
        let committed = inner
            .write
            .transact(move |write| {
                write.remove_budget(&id)?;
                write.clear_alert_track(AlertKind::Budget, &AlertScope::Budget(id.0.clone()))?;
                write.add_audit(&audit)?;
                telling.write(write)
            })
            .await?;
        inner.fleet.lock().budgets.remove(&gone.id);
        inner.tell_changes(&committed.changes);
        engine.told(committed.value);
        Ok(Done {})
    }
}

impl Inner {
    /// Copies, so that nothing is calculated while the fleet is locked.
    fn tracked_budgets(&self) -> Vec<Tracked> {
        self.fleet.lock().budgets.iter().cloned().collect()
    }

    fn tracked_budget(&self, id: &BudgetId) -> Result<Tracked, WireError> {
        let found = self.fleet.lock().budgets.get(id).cloned();
        found.ok_or_else(|| {
            WireError::new(ErrorCode::NotFound, format!("There is no budget {id}. It may have been deleted; read the list again."))
        })
    }

    fn checked(&self, draft: &BudgetDraft, existing: Option<&Budget>) -> Result<Budget, Vec<Fault>> {
        let identity = BudgetIdentity { id: BudgetId(new_id("bud")), now: self.now() };
        let budget = validate(draft, existing, identity)?;
        let fleet = self.fleet.lock();
        match &budget.scope {
            BudgetScope::Deployment { deployment_id } if !fleet.live.contains_key(deployment_id) && draft.scope.is_some() => {
                let message = format!("There is no deployment {deployment_id}.");
                Err(vec![Fault { field: "scope".to_owned(), message }])
            }
            _ => Ok(budget),
        }
    }

    /// What the limit of a scope could be; none where the scope names nothing, or too little is known of what it spends.
    async fn proposal(&self, scope: BudgetScope) -> Result<Option<BudgetProposal>, WireError> {
        let draft = BudgetDraft {
            name: Some("Proposal".to_owned()),
            scope: Some(scope),
            monthly_limit: Some(1.0),
            time_zone: Some(self.prices.list().zone().name().to_owned()),
            ..BudgetDraft::default()
        };
        let identity = BudgetIdentity { id: BudgetId("proposal".to_owned()), now: self.now() };
        let Ok(budget) = validate(&draft, None, identity) else { return Ok(None) };
        let mut tracked = self.track(budget).await?;
        Ok(view::proposal(&mut tracked, &self.prices.currency(), self.now()))
    }

    /// A budget with what the ledger says that its scope has spent.
    async fn track(&self, budget: Budget) -> Result<Tracked, WireError> {
        let now = self.now();
        let fallback = budget.clone();
        let found = self.read.read(move |read| tracked(read, vec![budget], now)).await?.pop();
        Ok(found.unwrap_or_else(|| Tracked::loaded(fallback, BudgetMemory::default(), &[], now)))
    }
}
