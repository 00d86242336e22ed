//! From what the fleet knows to what the doors answer.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::calendar::Zone;
use headroom_core::decide::{Decision, Distance, distance, words};
use headroom_core::deployment::{Deployment, DeploymentId, RunsOn};
use headroom_core::foresight::Foresight;
use headroom_core::metric::{Metric, PerMetric};
use headroom_core::policy::{Policy, PolicyMode};
use headroom_core::templates::Template;
use headroom_core::units::{Instances, MoneyPerHour};
use headroom_store::{DecisionFilter, DecisionRow, EventFilter, EventRow, Series, Spread};

use super::build_budget::glance;
use super::decision::row_label;
use super::{
    DecisionItem, DecisionView, DeploymentRow, DeploymentStatus, EngineMode, EngineState, EventType, EventView, Facts, ForecastSeries, Gap,
    Highlight, ManualPreview, MetricRuleView, MetricSeries, Outcome, OverrideView, Overview, PolicyView, SeriesEvent, SeriesView,
    TemplateView,
};
use crate::caller::{Caller, Origin};
use crate::engine::Inner;
use crate::error::WireError;
use crate::fleet::{Fleet, Live};
use crate::operations::{bounds, hold};
use crate::prices::Prices;
use crate::sample;
use crate::standing::{cooldown_until, count, standing};

/// Events drawn into one chart; the newest ones.
const MOST_EVENTS: u32 = 500;
/// Runs of decisions that a shadow's line is made of; the newest ones.
const MOST_SHADOWS: u32 = 1_000;

/// Everything the overview shows, worst first.
pub(crate) fn overview(fleet: &Fleet, prices: &Prices, now: DateTime<Utc>) -> Overview {
    let mut deployments: Vec<DeploymentRow> = fleet.live.values().map(|live| row(fleet, live, prices, now)).collect();
    deployments.sort_by(|a, b| {
        let room = |row: &DeploymentRow| row.band.and_then(|band| band.traffic_to_up).unwrap_or(f64::INFINITY);
        a.state.cmp(&b.state).then(room(a).total_cmp(&room(b))).then_with(|| a.name.cmp(&b.name))
    });
    let counts = || fleet.live.values().filter_map(count);
    let mut tags: Vec<String> = fleet.live.values().flat_map(|live| live.deployment.tags.iter().cloned()).collect();
    tags.sort();
    tags.dedup();
    Overview {
        at: now,
        ready_instances: counts().fold(Instances::ZERO, |sum, count| sum + count.ready),
        starting_instances: counts().fold(Instances::ZERO, |sum, count| sum + count.starting),
        cost_per_hour: deployments.iter().filter_map(|row| row.cost_per_hour).sum(),
        month_to_date: deployments.iter().map(|row| row.month_to_date).sum(),
        estimated: fleet.live.values().map(|live| live.spending.estimated(prices.list().zone(), now)).sum(),
        observed_share: observed_share(fleet, prices.list().zone(), now),
        currency: prices.currency(),
        budget: fleet.budgets.of_all().and_then(|tracked| glance(tracked, now)),
        deployments,
        tags,
    }
}

/// The mean over deployments of the share of the month so far in which each was observed.
fn observed_share(fleet: &Fleet, zone: Zone, now: DateTime<Utc>) -> f64 {
    if fleet.live.is_empty() {
        return 0.0;
    }
    let sum: f64 = fleet.live.values().map(|live| live.spending.observed_share(live.deployment.created_at, zone, now)).sum();
    sum / fleet.live.len() as f64
}

/// One deployment in a list.
pub(crate) fn row(fleet: &Fleet, live: &Live, prices: &Prices, now: DateTime<Utc>) -> DeploymentRow {
    let standing = standing(fleet, live, now);
    let decision = live.decision.as_deref();
    DeploymentRow {
        id: live.deployment.id.clone(),
        name: live.deployment.name.clone(),
        tags: live.deployment.tags.clone(),
        state: standing.state,
        state_words: standing.words,
        reason: decision.map_or_else(|| without_decision(live), headroom_core::decide::Decision::short),
        reason_sentence: sentence(live),
        band: standing.band,
        score_history: live.day.scores(now),
        ready_instances: count(live).map(|count| count.ready),
        starting_instances: count(live).map(|count| count.starting),
        cost_per_hour: cost_per_hour(live, prices, now),
        month_to_date: live.spending.month_to_date(prices.list().zone(), now),
        budget: fleet.budgets.of_deployment(&live.deployment.id).and_then(|tracked| glance(tracked, now)),
        objective_share: live.day.objective_share(now),
        observed_at: live.observed.map(|seen| seen.at),
        is_sample: sample::is_sample(&live.deployment),
    }
}

pub(super) fn cost_per_hour(live: &Live, prices: &Prices, now: DateTime<Utc>) -> Option<MoneyPerHour> {
    count(live).map(|count| prices.per_instance(&live.deployment, live.observed.as_ref(), now) * count.total())
}

/// What is said of a deployment that nothing was decided on.
fn without_decision(live: &Live) -> String {
    let words = match (&live.failure, &live.observed, &live.policy) {
        (Some(failure), _, _) => return failure.message.clone(),
        (None, None, _) => "Collecting the first readings",
        (None, Some(_), None) => "No policy yet: nothing is scaled",
        (None, Some(_), Some(_)) => "The first decision comes with the next evaluation",
    };
    words.to_owned()
}

/// The one sentence that answers the deployment's page.
fn sentence(live: &Live) -> String {
    match (&live.failure, &live.decision, &live.policy) {
        (Some(failure), _, _) => failure.message.clone(),
        (None, Some(decision), Some(policy)) => decision.status_sentence(&distance(policy, decision)),
        (None, _, _) => format!("{}.", without_decision(live)),
    }
}

/// The engine's own state.
pub(crate) fn engine_state(inner: &Inner, caller: &Caller) -> EngineState {
    let fleet = inner.fleet.lock();
    let mode = match (&fleet.problem, &fleet.paused) {
        (Some(_), _) => EngineMode::Failing,
        (None, Some(_)) => EngineMode::Paused,
        (None, None) => EngineMode::On,
    };
    EngineState {
        mode,
        paused: fleet.paused.clone(),
        deployments: u32::try_from(fleet.live.len()).unwrap_or(u32::MAX),
        last_evaluation_at: fleet.last_evaluation_at,
        interval_seconds: fleet.interval_seconds,
        problem: fleet.problem.clone(),
        version: inner.version.clone(),
        data_folder: inner.data_folder.display().to_string(),
        user: caller.name.clone(),
        role: caller.role,
        is_here: caller.origin == Origin::Window,
    }
}

/// Everything the deployment page shows at once.
pub(crate) fn status(inner: &Inner, id: &DeploymentId) -> Result<DeploymentStatus, WireError> {
    let now = inner.now();
    let url = inner.connectors.local.url(id);
    let fleet = inner.fleet.lock();
    let live = fleet.live(id)?;
    let deployment = &*live.deployment;
    let standing = standing(&fleet, live, now);
    let objective = deployment.objectives.response_time_ms;
    let price = inner.prices.per_instance(deployment, live.observed.as_ref(), now);
    let seen = count(live);
    let is_live = |policy: &Policy| policy.is_enabled && policy.mode == headroom_core::policy::PolicyMode::Live;
    Ok(DeploymentStatus {
        deployment_id: id.clone(),
        current_instances: seen.map(|count| count.total()),
        target_instances: live.target_instances.or(seen.map(|count| count.total())),
        policy: live.policy.as_deref().map(|policy| PolicyView::of(policy, objective, price, now)),
        last_decision: live.decision.as_deref().zip(live.policy.as_deref()).map(|(decision, policy)| DecisionView::of(decision, policy)),
        is_auto_scaling_enabled: live.policy.as_deref().is_some_and(is_live) && fleet.freeze(deployment).is_none(),
        cooldown_until: cooldown_until(live).filter(|until| now < *until),
        manual_override: live.override_at(now).map(|lease| OverrideView {
            instances: lease.instances,
            reason: lease.reason.clone(),
            by: lease.by.clone(),
            since: lease.since,
            until: lease.until,
        }),
        ready_instances: seen.map(|count| count.ready),
        starting_instances: seen.map(|count| count.starting),
        name: deployment.name.clone(),
        tags: deployment.tags.clone(),
        runs_on: runs_on(deployment, url),
        state: standing.state,
        state_words: standing.words,
        sentence: sentence(live),
        band: standing.band,
        facts: facts(live, &inner.prices, price, now),
        paused: deployment.paused.clone().or_else(|| fleet.paused.clone()),
        notices: live.notices_at(now),
        is_sample: sample::is_sample(deployment),
        interval_seconds: fleet.interval_seconds(deployment),
        next_evaluation_at: live.order.is_none().then_some(live.next_due),
    })
}

fn runs_on(deployment: &Deployment, url: Option<String>) -> String {
    match &deployment.runs_on {
        RunsOn::Local(_) => url.map_or_else(|| "Local command, not running".to_owned(), |url| format!("Local command at {url}")),
        RunsOn::Replay(trace) => format!("Replay of {}", trace.file),
    }
}

fn facts(live: &Live, prices: &Prices, price: MoneyPerHour, now: DateTime<Utc>) -> Facts {
    let policy = live.in_force(now);
    let policy = policy.as_deref();
    let zone = prices.list().zone();
    Facts {
        min_instances: policy.map(|policy| policy.min_instances),
        max_instances: policy.map(|policy| policy.max_instances),
        cooldown_seconds: policy.map(|policy| policy.cooldown_period),
        start_up_seconds: live.memory.start_up_delay().map(|delay| delay.num_milliseconds() as f64 / 1_000.0),
        out_in_seconds: out_in_seconds(live),
        cost_per_hour: cost_per_hour(live, prices, now),
        price_per_instance: price,
        month_to_date: live.spending.month_to_date(zone, now),
        estimated: live.spending.estimated(zone, now),
        observed_share: live.spending.observed_share(live.deployment.created_at, zone, now),
        currency: prices.currency(),
        price_formula: prices.formula(&live.deployment, now),
    }
}

/// When what fits now is used up, by the trend of the demand.
fn out_in_seconds(live: &Live) -> Option<f64> {
    let (decision, policy) = (live.decision.as_deref()?, live.policy.as_deref()?);
    let room = distance(policy, decision).traffic_to_up.filter(|growth| *growth > 0.0)?;
    live.trend.seconds_until(decision.load()? * (1.0 + room))
}

/// What a manual order would cost and give.
pub(crate) fn manual_preview(
    inner: &Inner,
    id: &DeploymentId,
    to: Instances,
    hold_seconds: Option<u32>,
) -> Result<ManualPreview, WireError> {
    let now = inner.now();
    let fleet = inner.fleet.lock();
    let live = fleet.live(id)?;
    let policy = live.in_force(now);
    let policy = policy.as_deref();
    let (min_instances, max_instances) = bounds(policy);
    let price = inner.prices.per_instance(&live.deployment, live.observed.as_ref(), now);
    let seen = count(live);
    // What was ordered since the last look counts already.
    let from = live.memory.expected_instances().or(seen.map(|count| count.total()));
    let price_change = from.map_or(MoneyPerHour::ZERO, |from| price * to - price * from);
    let held: TimeDelta = hold(policy, hold_seconds);
    let problem = if to < min_instances || max_instances < to {
        Some(format!("Outside the policy's {min_instances} to {max_instances}. Choose a count inside, or change the policy."))
    } else if seen.is_none() {
        Some("How many instances there are is not known yet. Try again after the next evaluation.".to_owned())
    } else {
        None
    };
    Ok(ManualPreview {
        price_change,
        price_of_hold: price_change * held,
        traffic_to_up: room_at(live, to),
        min_instances,
        max_instances,
        problem,
        currency: inner.prices.currency(),
    })
}

/// How much more traffic fits at another count: demand stays, so each instance's share of it is scaled by `ready / to`.
fn room_at(live: &Live, to: Instances) -> Option<f64> {
    let (decision, policy) = (live.decision.as_deref()?, live.policy.as_deref()?);
    let now: Distance = distance(policy, decision);
    let ready = decision.current()?.ready;
    (ready > Instances::ZERO && to > Instances::ZERO).then_some(())?;
    Some((1.0 + now.traffic_to_up?) * to.as_f64() / ready.as_f64() - 1.0)
}

impl EventView {
    /// A line of the history with its deployment's name.
    pub(crate) fn of(row: &EventRow, names: &BTreeMap<DeploymentId, String>) -> Self {
        let event = &row.event;
        let (outcome, error) = match &event.outcome {
            headroom_store::Outcome::Done => (Outcome::Done, None),
            headroom_store::Outcome::Failed { error } => (Outcome::Failed, Some(error.clone())),
            headroom_store::Outcome::Abandoned => (Outcome::Open, None),
        };
        Self {
            id: row.id.0.to_string(),
            deployment_id: event.deployment_id.clone(),
            deployment_name: names.get(&event.deployment_id).cloned().unwrap_or_else(|| event.deployment_id.to_string()),
            event_type: event.event_type.into(),
            from_instances: event.from_instances,
            to_instances: event.to_instances,
            reason: event.reason.clone(),
            by: event.done_by.clone(),
            policy_id: event.policy_id.clone(),
            policy_version: event.policy_version,
            price_change: event.price_change,
            outcome,
            error,
            metrics_snapshot: event.metrics_snapshot,
            created_at: event.created_at,
        }
    }
}

macro_rules! same_event_types {
    ($($name:ident),*) => {
        impl From<headroom_store::EventType> for EventType {
            fn from(stored: headroom_store::EventType) -> Self {
                match stored { $(headroom_store::EventType::$name => Self::$name,)* }
            }
        }
        impl From<EventType> for headroom_store::EventType {
            fn from(asked: EventType) -> Self {
                match asked { $(EventType::$name => Self::$name,)* }
            }
        }
    };
}
same_event_types!(ScaleUp, ScaleDown, Manual, External, Restored, OverrideEnded, Failed);

impl DecisionItem {
    /// A run of equal decisions as one line.
    pub(crate) fn of(row: &DecisionRow, names: &BTreeMap<DeploymentId, String>) -> Self {
        let decision = &row.decision;
        Self {
            deployment_id: row.deployment_id.clone(),
            deployment_name: names.get(&row.deployment_id).cloned().unwrap_or_else(|| row.deployment_id.to_string()),
            action: decision.action,
            highlight: Highlight::of(decision),
            reason: decision.sentence(),
            reason_code: decision.reason.code().to_owned(),
            asked: decision.asked,
            target_instances: decision.counts.ordered,
            price_change: decision.price_change,
            first_at: row.first_at,
            last_at: row.last_at,
            count: row.count,
        }
    }
}

impl TemplateView {
    /// A shipped template with triggers in raw units.
    pub(crate) fn of(template: &Template) -> Self {
        let rules = template.draft.metrics.as_deref().unwrap_or_default();
        Self {
            id: template.id.clone(),
            name: template.name.clone(),
            use_case: template.use_case.clone(),
            description: template.description.clone(),
            category: template.category.name().to_owned(),
            workload_types: template.workload_types.iter().map(|workload| workload.name().to_owned()).collect(),
            draft: template.draft.clone(),
            metrics: rules.iter().map(|rule| MetricRuleView::of(rule, None)).collect(),
            advice: template.checked().map(|checked| checked.advice).unwrap_or_default(),
        }
    }
}

/// All series of one deployment over one range.
pub(crate) async fn series(
    inner: &Inner,
    id: &DeploymentId,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    points: u32,
) -> Result<SeriesView, WireError> {
    let (policy, objective, interval, forecast) = {
        let fleet = inner.fleet.lock();
        let live = fleet.live(id)?;
        let interval = TimeDelta::seconds(i64::from(fleet.interval_seconds(&live.deployment)));
        let forecast = live.foresight.as_deref().filter(|_| live.policy.as_ref().is_some_and(|policy| policy.is_predictive()));
        let forecast = forecast.and_then(|foresight| forecast_series(foresight, live.decision.as_deref(), from));
        (live.policy.clone(), live.deployment.objectives.response_time_ms, interval, forecast)
    };
    let filter = EventFilter { deployment_id: Some(id.clone()), event_type: None };
    let wanted = id.clone();
    let of_deployment = DecisionFilter { deployment_id: Some(id.clone()), only_notable: false };
    let is_shadow = policy.as_ref().is_some_and(|policy| policy.mode == PolicyMode::Shadow);
    // The ledger's rule: a gap of more than three intervals is unobserved.
    let gap_after = interval * 3;
    let (mut drawn, events, shadows) = inner
        .read
        .read(move |read| {
            let decisions = if is_shadow { read.decisions(&of_deployment, None, MOST_SHADOWS)?.rows } else { Vec::new() };
            Ok((read.series(&wanted, from, to, points, gap_after)?, read.events(&filter, None, MOST_EVENTS)?.rows, decisions))
        })
        .await?;
    // However fine the points could be, nothing is seen between two evaluations: whoever joins points must know.
    drawn.step = drawn.step.max(interval);
    let wanted = if is_shadow { wanted_in_shadow(&drawn, &shadows) } else { Vec::new() };
    Ok(SeriesView { wanted, forecast, ..series_view(drawn, &events, from..to, policy.as_deref(), objective) })
}

/// What was expected since `from`, with what is still to come, and how wrong that has been.
fn forecast_series(foresight: &Foresight, decision: Option<&Decision>, from: DateTime<Utc>) -> Option<ForecastSeries> {
    let said: Vec<_> = foresight.said().filter(|said| said.at >= from.timestamp_millis()).collect();
    let outlook = decision.and_then(|decision| decision.outlook);
    let words = match outlook.and_then(|outlook| outlook.error.zip(outlook.enough)) {
        Some((error, enough)) => format!("forecast off by {}, enough for {}", words::percent(error), words::share(enough)),
        None => "forecast; how wrong it is shows after an hour".to_owned(),
    };
    (!said.is_empty()).then(|| ForecastSeries {
        times: said.iter().map(|said| said.at).collect(),
        came: said.iter().map(|said| said.came).collect(),
        expected: said.iter().map(|said| said.expected).collect(),
        low: said.iter().map(|said| said.low.min(said.expected)).collect(),
        high: said.iter().map(|said| said.high.max(said.expected)).collect(),
        words,
    })
}

/// What the policy would have ordered at each point, by the runs of its decisions in shadow.
fn wanted_in_shadow(drawn: &Series, shadows: &[DecisionRow]) -> Vec<Option<f64>> {
    let at = |at: DateTime<Utc>| {
        let run = shadows.iter().find(|run| run.first_at <= at && at <= run.last_at + drawn.step)?;
        (run.decision.mode == PolicyMode::Shadow).then(|| run.decision.counts.ordered.as_f64())
    };
    drawn.points.iter().map(|point| at(point.at)).collect()
}

fn series_view(
    drawn: Series,
    events: &[EventRow],
    range: std::ops::Range<DateTime<Utc>>,
    policy: Option<&Policy>,
    objective: Option<f64>,
) -> SeriesView {
    let column = |pick: &dyn Fn(&headroom_store::SeriesPoint) -> Option<Spread>| -> Vec<Option<f64>> {
        drawn.points.iter().map(|point| pick(point).map(|spread| spread.mean)).collect()
    };
    let triggers: PerMetric<Option<f64>> =
        PerMetric::from_fn(|metric| policy?.metrics.iter().find(|rule| rule.metric == metric).map(|rule| rule.trigger_value(objective)));
    let shown: Vec<Metric> = match policy {
        Some(policy) => policy.metrics.iter().map(|rule| rule.metric).collect(),
        None => Metric::ALL.into_iter().filter(|&metric| drawn.points.iter().any(|point| point.metrics[metric].is_some())).collect(),
    };
    let metrics = shown.into_iter().map(|metric| MetricSeries {
        metric,
        label: row_label(metric).to_owned(),
        unit: metric.unit().to_owned(),
        trigger_value: triggers[metric],
        values: column(&|point| point.metrics[metric]),
    });
    let in_range = events.iter().filter(|row| range.contains(&row.event.created_at)).map(|row| SeriesEvent {
        id: row.id.0.to_string(),
        at: row.event.created_at.timestamp_millis(),
        event_type: row.event.event_type.into(),
        from_instances: row.event.from_instances,
        to_instances: row.event.to_instances,
        reason: row.event.reason.clone(),
    });
    let mut events: Vec<SeriesEvent> = in_range.collect();
    events.reverse();
    SeriesView {
        from: range.start,
        to: range.end,
        step_seconds: drawn.step.num_milliseconds() as f64 / 1_000.0,
        times: drawn.points.iter().map(|point| point.at.timestamp_millis()).collect(),
        metrics: metrics.collect(),
        score: column(&|point| point.score),
        score_up: policy.map(|policy| policy.scale_up_threshold),
        score_down: policy.map(|policy| policy.scale_down_threshold),
        ready: column(&|point| point.ready),
        total: column(&|point| point.total),
        wanted: Vec::new(),
        forecast: None,
        events,
        gaps: drawn
            .gaps
            .iter()
            .map(|(from, to)| Gap {
                from: from.timestamp_millis(),
                to: to.timestamp_millis(),
                words: format!("not observed {}", words::duration(*to - *from)),
            })
            .collect(),
    }
}
