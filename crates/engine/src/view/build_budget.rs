//! From what a budget tracks to what the doors answer.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::budget::level::FORECAST_CONFIDENCE;
use headroom_core::budget::outlook::{BURN_DAYS, runs_out};
use headroom_core::budget::{Budget, BudgetScope, Percent, Period, Projection};
use headroom_core::calendar::Zone;
use headroom_core::decide::{Check, words};
use headroom_core::deployment::DeploymentId;
use headroom_core::units::Money;

use super::{
    BudgetDay, BudgetDetail, BudgetGlance, BudgetPathPoint, BudgetProposal, BudgetStanding, BudgetStatus, BudgetView, ProjectionView,
    RunsOutView, ThresholdView,
};
use crate::budgets::Tracked;
use crate::fleet::{Fleet, Live};
use crate::range::{date, moment, month};

/// The guide's buffer over what is expected: 10–15 %.
const BUFFER: f64 = 1.15;
/// Hours in a day.
const HOURS_PER_DAY: f64 = 24.0;

/// A budget with its status.
pub(crate) fn budget_view(fleet: &Fleet, tracked: &mut Tracked, currency: &str, now: DateTime<Utc>) -> BudgetView {
    tracked.turn(now);
    let status = status(&fleet.live, tracked, currency, now);
    let Budget { id, name, scope, monthly_limit, warning_threshold, critical_threshold, .. } = tracked.budget.clone();
    BudgetView {
        scope_words: scope_words(&fleet.live, &scope),
        id,
        name,
        scope,
        monthly_limit,
        warning_threshold,
        critical_threshold,
        more_thresholds: tracked.budget.more_thresholds.clone(),
        reset_day: tracked.budget.reset_day,
        time_zone: tracked.budget.time_zone.name().to_owned(),
        is_enabled: tracked.budget.is_enabled,
        guard: tracked.budget.guard,
        status,
    }
}

/// A budget at one look; none where its period is over and nothing was evaluated since.
pub(crate) fn glance(tracked: &Tracked, now: DateTime<Utc>) -> Option<BudgetGlance> {
    if now < tracked.period.start || tracked.period.end <= now {
        return None;
    }
    let projection = tracked.known_projection(now);
    Some(BudgetGlance {
        id: tracked.budget.id.clone(),
        name: tracked.budget.name.clone(),
        level: standing(tracked, projection),
        monthly_limit: tracked.budget.monthly_limit,
        spent: tracked.spent,
        spent_share: tracked.budget.share_of(tracked.spent),
        gone_share: tracked.period.gone(now),
        projection: projection.map(|projection| projected(tracked, projection, now)),
    })
}

/// A budget day by day.
pub(crate) fn budget_detail(fleet: &Fleet, tracked: &mut Tracked, currency: &str, now: DateTime<Utc>) -> BudgetDetail {
    let budget = budget_view(fleet, tracked, currency, now);
    let limit = tracked.budget.monthly_limit;
    let path = tracked.path(now).into_iter();
    // More spent is less left.
    let path = path.map(|step| BudgetPathPoint { at: step.at, left: limit - step.spent, low: limit - step.high, high: limit - step.low });
    BudgetDetail {
        at: now,
        currency: currency.to_owned(),
        budget,
        days: days(tracked, now),
        path: path.collect(),
        thresholds: thresholds(&tracked.budget),
    }
}

/// What a scope could be allowed: what it is expected to spend in a period, and the guide's buffer.
pub(crate) fn proposal(tracked: &mut Tracked, currency: &str, now: DateTime<Utc>) -> Option<BudgetProposal> {
    tracked.turn(now);
    let zone = tracked.budget.time_zone;
    let (expected, because) = match tracked.projection(now) {
        Some(projection) => {
            (projection.end, format!("{} ends at {}", month_words(&tracked.period, zone), amount(projection.end, currency)))
        }
        None => {
            let (spent, covered) = tracked.since(Tracked::looks_back_to(now));
            let hours = covered.num_milliseconds() as f64 / 3.6e6;
            if hours < 1.0 || spent <= Money::ZERO {
                return None;
            }
            let rate = spent.as_units() / hours;
            let whole = Money::from_units(rate * tracked.period.length().num_milliseconds() as f64 / 3.6e6);
            (whole, format!("a month at the pace so far comes to {}", amount(whole, currency)))
        }
    };
    let limit = nice(expected.as_units() * BUFFER);
    (limit > 0.0).then(|| BudgetProposal {
        monthly_limit: Money::from_units(limit),
        because: format!("{}; 15 % are added so that a busy week does not alarm.", words::capitalized(&because)),
    })
}

fn status(live: &BTreeMap<DeploymentId, Live>, tracked: &mut Tracked, currency: &str, now: DateTime<Utc>) -> BudgetStatus {
    let projection = tracked.projection(now);
    let limit = tracked.budget.monthly_limit;
    let runs_out = projection.map(|_| runs_out(&tracked.path(now), tracked.spent, limit, now));
    let runs_out = runs_out.filter(|out| out.earliest.is_some());
    let (burned, over) = tracked.since(now - TimeDelta::days(BURN_DAYS));
    let standing = standing(tracked, projection);
    BudgetStatus {
        level: standing,
        sentence: sentence(tracked, standing, projection, currency, now),
        period_start: tracked.period.start,
        period_end: tracked.period.end,
        period_words: period_words(tracked, now),
        gone_share: tracked.period.gone(now),
        spent: tracked.spent,
        estimated: tracked.estimated,
        spent_share: tracked.budget.share_of(tracked.spent),
        observed_share: tracked.observed_share(),
        left: limit - tracked.spent,
        burn_rate_per_day: (over >= TimeDelta::hours(1)).then(|| Money::from_units(burned.as_units() / in_days(over))),
        even_pace_per_day: Money::from_units(limit.as_units() / in_days(tracked.period.length())),
        projection: projection.map(|projection| projected(tracked, projection, now)),
        projected_from: projection.is_none().then(|| tracked.profile().enough_at(now)),
        runs_out: runs_out.map(|out| RunsOutView { at: out.at, earliest: out.earliest, latest: out.latest }),
        told: tracked.memory.told_in(&tracked.period).map(|level| level.name().to_owned()).collect(),
        held_back: u32::try_from(live.values().filter(|live| is_held_by(live, &tracked.budget)).count()).unwrap_or(u32::MAX),
    }
}

fn projected(tracked: &Tracked, projection: Projection, now: DateTime<Utc>) -> ProjectionView {
    let limit = tracked.budget.monthly_limit;
    let (over, expected) = (projection.end - limit, (projection.end - tracked.spent).as_units());
    let days_left = in_days(tracked.period.left(now));
    ProjectionView {
        end: projection.end,
        margin: projection.margin,
        share: tracked.budget.share_of(projection.end),
        over,
        confidence_over: projection.confidence_over(limit),
        to_stay_inside_per_day: if days_left > 0.0 { Money::from_units(over.as_units() / days_left) } else { Money::ZERO },
        to_stay_inside_share: if expected > 0.0 { over.as_units() / expected } else { 0.0 },
    }
}

/// Whether the budget is what holds a deployment back now.
pub(crate) fn is_held_by(live: &Live, budget: &Budget) -> bool {
    live.decision.as_deref().is_some_and(|decision| {
        decision.held_by == Some(Check::Budget) && decision.budget.as_ref().is_some_and(|limit| limit.budget == budget.name)
    })
}

fn standing(tracked: &Tracked, projection: Option<Projection>) -> BudgetStanding {
    let (budget, spent) = (&tracked.budget, tracked.spent);
    let is_reached = |percent: Percent| percent.is_reached(spent, budget.monthly_limit);
    let is_over = projection.is_some_and(|projection| projection.confidence_over(budget.monthly_limit) >= FORECAST_CONFIDENCE);
    if !budget.is_enabled {
        BudgetStanding::Off
    } else if is_reached(Percent::ALL) {
        BudgetStanding::Exceeded
    } else if is_reached(budget.critical_threshold) {
        BudgetStanding::Critical
    } else if is_over {
        BudgetStanding::Forecast
    } else if is_reached(budget.warning_threshold) {
        BudgetStanding::Warning
    } else {
        BudgetStanding::Inside
    }
}

fn sentence(tracked: &Tracked, standing: BudgetStanding, projection: Option<Projection>, currency: &str, now: DateTime<Utc>) -> String {
    let Budget { name, monthly_limit, time_zone, .. } = &tracked.budget;
    let (spent, limit) = (words::money(tracked.spent, currency), amount(*monthly_limit, currency));
    let left = left_words(&tracked.period, now);
    if standing == BudgetStanding::Off {
        return format!("{name} is switched off: it tells nothing. {spent} of {limit} are spent.");
    }
    if standing == BudgetStanding::Exceeded {
        let over = tracked.spent - *monthly_limit;
        let beyond = if over > Money::ZERO { format!(", {} more than it may", words::money(over, currency)) } else { String::new() };
        return format!("{name} has spent {spent}{beyond}, with {left} left.");
    }
    match projection {
        Some(projection) if projection.end > *monthly_limit => {
            let sure = words::percent(projection.confidence_over(*monthly_limit));
            format!("{name} ends {} over its {limit}, with {sure} confidence.", amount(projection.end - *monthly_limit, currency))
        }
        Some(projection) => {
            let sure = words::percent(1.0 - projection.confidence_over(*monthly_limit));
            format!("{name} ends {} under its {limit}, with {sure} confidence.", amount(*monthly_limit - projection.end, currency))
        }
        None => {
            let from = moment(*time_zone, tracked.profile().enough_at(now));
            format!("{name} has spent {spent} of its {limit}. Where it ends is projected from {from} on: that takes three days of data.")
        }
    }
}

/// "November, 12 days left", "15 October to 14 November, 3 days left".
fn period_words(tracked: &Tracked, now: DateTime<Utc>) -> String {
    format!("{}, {} left", month_words(&tracked.period, tracked.budget.time_zone), left_words(&tracked.period, now))
}

/// The period's month, or its first and last day where it is none.
pub(crate) fn month_words(period: &Period, zone: Zone) -> String {
    if zone.month_start(period.start) == period.start && zone.next_month(period.start) == period.end {
        return month(zone, period.start);
    }
    format!("{} to {}", date(zone, period.start), date(zone, period.end - TimeDelta::seconds(1)))
}

/// "12 days", "7 h 20 min".
pub(crate) fn left_words(period: &Period, now: DateTime<Utc>) -> String {
    let left = period.left(now);
    match left.num_hours() {
        hours if hours >= 48 => format!("{} days", (hours + 12) / 24),
        _ => words::duration(TimeDelta::minutes(left.num_minutes())),
    }
}

fn scope_words(live: &BTreeMap<DeploymentId, Live>, scope: &BudgetScope) -> String {
    let covered = live.values().filter(|live| scope.covers(&live.deployment)).count();
    let deployments = if covered == 1 { "1 deployment".to_owned() } else { format!("{covered} deployments") };
    match scope {
        BudgetScope::All => deployments,
        BudgetScope::Tag { tag } => format!("tag {tag}, {deployments}"),
        BudgetScope::Deployment { deployment_id } => {
            live.get(deployment_id).map_or_else(|| "a removed deployment".to_owned(), |live| format!("deployment {}", live.deployment.name))
        }
    }
}

fn days(tracked: &Tracked, now: DateTime<Utc>) -> Vec<BudgetDay> {
    let calendar = tracked.budget.calendar();
    let starts = calendar.days(&tracked.period);
    let ends = starts.iter().skip(1).copied().chain([tracked.period.end]);
    let mut spent = Money::ZERO;
    starts
        .iter()
        .zip(ends)
        .take_while(|(start, _)| **start <= now)
        .map(|(start, end)| {
            let cost = tracked.days().get(start).copied().unwrap_or_default();
            spent += cost;
            BudgetDay { date: calendar.zone.date(*start), ends_at: end.min(now), cost, spent, left: tracked.budget.monthly_limit - spent }
        })
        .collect()
}

fn thresholds(budget: &Budget) -> Vec<ThresholdView> {
    let named = [(budget.warning_threshold, ", warning"), (budget.critical_threshold, ", critical"), (Percent::ALL, ", nothing left")];
    let mut all: Vec<(Percent, &str)> = budget.more_thresholds.iter().map(|percent| (*percent, "")).chain(named).collect();
    all.sort_by_key(|(percent, _)| *percent);
    all.into_iter()
        .map(|(percent, name)| ThresholdView {
            percent,
            words: format!("{} % spent{name}", words::trimmed(percent.get(), 2)),
            left: budget.monthly_limit - budget.amount_at(percent),
        })
        .collect()
}

/// A limit or a projection in words.
pub(crate) fn amount(amount: Money, currency: &str) -> String {
    words::whole_money(amount, currency)
}

fn in_days(time: TimeDelta) -> f64 {
    time.num_milliseconds() as f64 / 3.6e6 / HOURS_PER_DAY
}

/// Rounded up to two digits that people would choose: 0.37, 8.4, 620, 9,900.
fn nice(units: f64) -> f64 {
    if units <= 0.0 || !units.is_finite() {
        return 0.0;
    }
    let step = 10_f64.powf(units.log10().floor() - 1.0);
    // 119.99999 steps are 120.
    ((units / step - 1e-9).ceil() * step * 1e9).round() / 1e9
}
