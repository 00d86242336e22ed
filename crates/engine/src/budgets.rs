//! Budgets beside the fleet: what their scopes have spent, equal to the ledger, and what is said of it, once.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::budget::guard::left_to_share;
use headroom_core::budget::history::{HOURS_KEPT, hour_of};
use headroom_core::budget::level::Reached;
use headroom_core::budget::outlook::ExpectedAt;
use headroom_core::budget::{
    Budget, BudgetId, BudgetLevel, BudgetMemory, BudgetScope, Guard, Member, Outlook, Period, Profile, Projection, SpendingHistory,
    affordable,
};
use headroom_core::decide::BudgetLimit;
use headroom_core::deployment::{Deployment, DeploymentId};
use headroom_core::policy::PolicyMode;
use headroom_core::units::{Money, MoneyPerHour};
use headroom_store::{MeterPart, Origin, QuarterSpent};

use crate::fleet::Live;
use crate::prices::Prices;
use crate::standing::count;

/// Budgets there may be: each is projected anew every hour.
pub(crate) const MOST_BUDGETS: usize = 500;

/// Every budget with what its scope has spent.
#[derive(Debug, Default)]
pub(crate) struct Budgets {
    by_id: BTreeMap<BudgetId, Tracked>,
    of_all: Vec<BudgetId>,
    of_tag: BTreeMap<String, Vec<BudgetId>>,
    of_deployment: BTreeMap<DeploymentId, Vec<BudgetId>>,
}

/// One budget as it stands.
#[derive(Debug, Clone)]
pub(crate) struct Tracked {
    pub(crate) budget: Budget,
    /// What was told of it.
    pub(crate) memory: BudgetMemory,
    /// The period that the figures are of.
    pub(crate) period: Period,
    /// In the period, observed and estimated.
    pub(crate) spent: Money,
    /// Of this, what was estimated.
    pub(crate) estimated: Money,
    observed_time: TimeDelta,
    priced_time: TimeDelta,
    /// By the first instant of each local day of the period.
    days: BTreeMap<DateTime<Utc>, Money>,
    history: SpendingHistory,
    outlook: Option<Outlook>,
    /// What is left for those that are scaled, and what these cost now; while it guards.
    shared: Option<Shared>,
}

/// What a guard shares out.
#[derive(Debug, Clone, Copy)]
struct Shared {
    left: Money,
    time_left: TimeDelta,
    all: MoneyPerHour,
}

impl Budgets {
    /// Tracks these, in place of what was tracked before.
    pub(crate) fn replace(&mut self, tracked: impl IntoIterator<Item = Tracked>) {
        self.by_id = tracked.into_iter().map(|tracked| (tracked.budget.id.clone(), tracked)).collect();
        self.index();
    }

    /// Tracks one more, or one anew.
    pub(crate) fn insert(&mut self, tracked: Tracked) {
        self.by_id.insert(tracked.budget.id.clone(), tracked);
        self.index();
    }

    pub(crate) fn remove(&mut self, id: &BudgetId) {
        self.by_id.remove(id);
        self.index();
    }

    pub(crate) fn get(&self, id: &BudgetId) -> Option<&Tracked> {
        self.by_id.get(id)
    }

    pub(crate) fn get_mut(&mut self, id: &BudgetId) -> Option<&mut Tracked> {
        self.by_id.get_mut(id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Tracked> {
        self.by_id.values()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Tracked> {
        self.by_id.values_mut()
    }

    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    fn index(&mut self) {
        self.of_all.clear();
        self.of_tag.clear();
        self.of_deployment.clear();
        for Tracked { budget, .. } in self.by_id.values() {
            let of = match &budget.scope {
                BudgetScope::All => &mut self.of_all,
                BudgetScope::Tag { tag } => self.of_tag.entry(tag.clone()).or_default(),
                BudgetScope::Deployment { deployment_id } => self.of_deployment.entry(deployment_id.clone()).or_default(),
            };
            of.push(budget.id.clone());
        }
    }

    /// The first budget of everything.
    pub(crate) fn of_all(&self) -> Option<&Tracked> {
        self.of_all.first().and_then(|id| self.by_id.get(id))
    }

    /// The first budget of one deployment alone.
    pub(crate) fn of_deployment(&self, id: &DeploymentId) -> Option<&Tracked> {
        self.of_deployment.get(id)?.first().and_then(|id| self.by_id.get(id))
    }

    /// The budgets that a deployment's spending counts for.
    pub(crate) fn covering(&self, deployment: &Deployment) -> impl Iterator<Item = &Tracked> {
        let tagged = deployment.tags.iter().filter_map(|tag| self.of_tag.get(tag)).flatten();
        let own = self.of_deployment.get(&deployment.id).into_iter().flatten();
        self.of_all.iter().chain(tagged).chain(own).filter_map(|id| self.by_id.get(id))
    }

    /// Takes over what the ledger has taken of one deployment.
    pub(crate) fn add(&mut self, deployment: &Deployment, parts: &[MeterPart], now: DateTime<Utc>) {
        let ids: Vec<BudgetId> = self.covering(deployment).map(|tracked| tracked.budget.id.clone()).collect();
        for id in ids {
            if let Some(tracked) = self.by_id.get_mut(&id) {
                tracked.turn(now);
                parts.iter().for_each(|part| tracked.add(part));
            }
        }
    }

    /// What each guard may share out now.
    pub(crate) fn refresh_guards(&mut self, live: &BTreeMap<DeploymentId, Live>, prices: &Prices, now: DateTime<Utc>) {
        for tracked in self.by_id.values_mut() {
            tracked.shared = tracked.budget.guards().then(|| {
                tracked.turn(now);
                let members: Vec<Member> = live
                    .values()
                    .filter(|live| tracked.budget.scope.covers(&live.deployment))
                    .map(|live| Member { cost_per_hour: cost_per_hour(live, prices, now), is_fixed: !is_scaled(live) })
                    .collect();
                let time_left = tracked.period.left(now);
                Shared {
                    left: left_to_share(tracked.budget.monthly_limit, tracked.spent, &members, time_left),
                    time_left,
                    all: members
                        .iter()
                        .filter(|member| !member.is_fixed)
                        .fold(MoneyPerHour::ZERO, |sum, member| sum + member.cost_per_hour),
                }
            });
        }
    }

    /// The most that the tightest guard lets a deployment grow to.
    pub(crate) fn limit_of(&self, live: &Live, price: MoneyPerHour) -> Option<BudgetLimit> {
        let own = count(live).map_or(MoneyPerHour::ZERO, |count| price * count.total());
        self.covering(&live.deployment)
            .filter_map(|tracked| {
                let Shared { left, time_left, all } = tracked.shared?;
                Some(BudgetLimit {
                    budget: tracked.budget.name.clone(),
                    affordable: affordable(left, time_left, own, all, price),
                    strict: tracked.budget.guard == Guard::Strict,
                })
            })
            .min_by_key(|limit| (limit.affordable, !limit.strict))
    }
}

impl Tracked {
    /// A budget with what the ledger says that its scope has spent.
    pub(crate) fn loaded(budget: Budget, memory: BudgetMemory, quarters: &[QuarterSpent], now: DateTime<Utc>) -> Self {
        let calendar = budget.calendar();
        let period = calendar.period_at(now);
        let mut hours: BTreeMap<i64, (Money, TimeDelta)> = BTreeMap::new();
        for quarter in quarters {
            let (cost, covered) = hours.entry(hour_of(quarter.at)).or_default();
            *cost += quarter.cost;
            *covered += quarter.covered;
        }
        let history = SpendingHistory::loaded(hours.into_iter().map(|(hour, (cost, covered))| (hour, cost, covered)));
        let mut tracked = Self {
            budget,
            memory,
            period,
            spent: Money::ZERO,
            estimated: Money::ZERO,
            observed_time: TimeDelta::zero(),
            priced_time: TimeDelta::zero(),
            days: BTreeMap::new(),
            history,
            outlook: None,
            shared: None,
        };
        for quarter in quarters.iter().filter(|quarter| period.start <= quarter.at && quarter.at < period.end) {
            tracked.spent += quarter.cost;
            tracked.estimated += quarter.estimated;
            tracked.observed_time += quarter.observed_time;
            tracked.priced_time += quarter.priced_time;
            *tracked.days.entry(calendar.day_of(quarter.at)).or_default() += quarter.cost;
        }
        tracked
    }

    /// As far back as a budget looks.
    pub(crate) fn looks_back_to(now: DateTime<Utc>) -> DateTime<Utc> {
        now - TimeDelta::hours(HOURS_KEPT as i64)
    }

    /// Begins a new period when the old one is over, or when the clock was set to another one.
    pub(crate) fn turn(&mut self, now: DateTime<Utc>) {
        if self.period.start <= now && now < self.period.end {
            return;
        }
        let calendar = self.budget.calendar();
        self.period = calendar.period_at(now);
        (self.spent, self.estimated) = (Money::ZERO, Money::ZERO);
        (self.observed_time, self.priced_time) = (TimeDelta::zero(), TimeDelta::zero());
        self.days.clear();
        self.outlook = None;
        // Only where the clock was set back is anything of it spent already.
        for spent in self.history.hours().filter(|spent| self.period.start <= spent.start() && spent.start() < self.period.end) {
            self.spent += spent.cost;
            self.priced_time += spent.covered;
            self.observed_time += spent.covered;
            *self.days.entry(calendar.day_of(spent.start())).or_default() += spent.cost;
        }
    }

    fn add(&mut self, part: &MeterPart) {
        let cost = part.cost.total();
        self.history.add(part.at, part.until, cost);
        if part.at < self.period.start || self.period.end <= part.at {
            return;
        }
        self.spent += cost;
        self.priced_time += part.cost.covered;
        match part.origin {
            Origin::Observed => self.observed_time += part.cost.covered,
            Origin::Estimated => self.estimated += cost,
        }
        let day = match self.days.last_key_value() {
            // A day is at most 25 hours: most parts fall into the newest.
            Some((day, _)) if *day <= part.at && part.at < *day + TimeDelta::hours(22) => *day,
            Some(_) | None => self.budget.calendar().day_of(part.at),
        };
        *self.days.entry(day).or_default() += cost;
    }

    /// Where the period ends; none under three days of data.
    pub(crate) fn projection(&mut self, now: DateTime<Utc>) -> Option<Projection> {
        if !self.outlook.as_ref().is_some_and(|outlook| outlook.holds(&self.period, now)) {
            self.outlook = self.profile().outlook(self.period, now);
        }
        self.outlook.map(|outlook| outlook.projection(self.spent, now))
    }

    /// The same from what the last evaluation worked out, where it still holds.
    pub(crate) fn known_projection(&self, now: DateTime<Utc>) -> Option<Projection> {
        self.outlook.filter(|outlook| outlook.holds(&self.period, now)).map(|outlook| outlook.projection(self.spent, now))
    }

    /// What each hour of the week costs.
    pub(crate) fn profile(&self) -> Profile {
        Profile::of(&self.history, self.budget.calendar())
    }

    /// What is expected to be spent, hour by hour, up to the period's end.
    pub(crate) fn path(&self, now: DateTime<Utc>) -> Vec<ExpectedAt> {
        self.profile().path(self.period, self.spent, now)
    }

    /// What was spent since an instant, and over how much priced time.
    pub(crate) fn since(&self, from: DateTime<Utc>) -> (Money, TimeDelta) {
        self.history.since(from)
    }

    /// What each local day of the period cost, oldest first.
    pub(crate) fn days(&self) -> &BTreeMap<DateTime<Utc>, Money> {
        &self.days
    }

    /// The share of the priced time that was observed; 1 where nothing is priced.
    pub(crate) fn observed_share(&self) -> f64 {
        let priced = self.priced_time.num_milliseconds();
        if priced > 0 { self.observed_time.num_milliseconds() as f64 / priced as f64 } else { 1.0 }
    }

    /// What the newest evaluation found.
    pub(crate) fn reached(&mut self, now: DateTime<Utc>) -> Reached {
        let limit = self.budget.monthly_limit;
        Reached { spent: self.spent, confidence_over: self.projection(now).map(|projection| projection.confidence_over(limit)) }
    }

    /// What is to be told now, with the memory after it; none where nothing changed.
    pub(crate) fn evaluated(&mut self, now: DateTime<Utc>) -> Option<(BudgetMemory, Option<BudgetLevel>)> {
        self.turn(now);
        let reached = self.reached(now);
        let (memory, level) = self.memory.evaluated(&self.budget, &self.period, reached);
        (memory != self.memory).then_some((memory, level))
    }
}

/// Whether anything but a person changes its count.
pub(crate) fn is_scaled(live: &Live) -> bool {
    live.policy.as_ref().is_some_and(|policy| policy.is_enabled && policy.mode == PolicyMode::Live) && live.deployment.paused.is_none()
}

pub(crate) fn cost_per_hour(live: &Live, prices: &Prices, now: DateTime<Utc>) -> MoneyPerHour {
    let price = prices.per_instance(&live.deployment, live.observed.as_ref(), now);
    count(live).map_or(MoneyPerHour::ZERO, |count| price * count.total())
}
