//! What a draft of a policy would have done: the last week of recorded demand, played under it and under the policy in force.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::decide::words;
use headroom_core::deployment::DeploymentId;
use headroom_core::policy::Policy;
use headroom_core::simulate::{Backtest, BacktestSetup, NoDemand, RecordedDemand, backtest};
use headroom_core::units::{Instances, Money};
use headroom_store::{ReadTransaction, StoreError};
use parking_lot::Mutex;

use crate::recorded::looks_between;
use crate::view::{Tone, WhatIf, WhatIfFigure, WhatIfKind, WhatIfPlayed};

/// Recorded time that is played: a week has every hour of the week once.
pub(crate) const PLAYED: TimeDelta = TimeDelta::days(7);
/// Less recorded time says nothing of a policy.
const LEAST_PLAYED: TimeDelta = TimeDelta::hours(1);
/// Steps that are played at most; with shorter intervals several looks are one step.
const MOST_STEPS: i32 = 50_000;
/// Points of a line at most: one for each pixel or two of a chart.
const MOST_POINTS: usize = 336;
/// Demands that are kept ready: what a person or two have open.
const KEPT: usize = 4;
/// How long one is kept. A week changes little in it.
const KEPT_FOR: TimeDelta = TimeDelta::minutes(5);
/// A smaller change of the share of late requests is none: a request in two thousand.
const LATE_MATTERS: f64 = 0.0005;
/// A smaller change of a month's cost is none, as a share.
const COST_MATTERS: f64 = 0.001;

/// What was asked of the deployments whose policies are being edited, read once for many drafts.
#[derive(Default)]
pub(crate) struct Demands(Mutex<Vec<Kept>>);

struct Kept {
    id: DeploymentId,
    read_at: DateTime<Utc>,
    step: TimeDelta,
    demand: Arc<Result<RecordedDemand, NoDemand>>,
}

impl Demands {
    /// The demand of the last week, from memory where it was read a moment ago. Blocks: off the runtime.
    pub(crate) fn of(
        &self,
        read: &ReadTransaction<'_>,
        id: &DeploymentId,
        interval: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<Arc<Result<RecordedDemand, NoDemand>>, StoreError> {
        let step = interval.max(PLAYED / MOST_STEPS);
        {
            let mut kept = self.0.lock();
            kept.retain(|kept| kept.read_at <= now && now - kept.read_at < KEPT_FOR);
            if let Some(kept) = kept.iter().find(|kept| kept.id == *id && kept.step == step) {
                return Ok(Arc::clone(&kept.demand));
            }
        }
        let looks = looks_between(read, id, now - PLAYED, now)?;
        let span = looks.first().zip(looks.last()).map_or(TimeDelta::zero(), |(first, last)| last.at - first.at);
        let demand = if span < LEAST_PLAYED { Err(NoDemand::TooShort) } else { RecordedDemand::of(looks, step) };
        let demand = Arc::new(demand);
        // What is too little now may be enough with the next look.
        if demand.is_ok() {
            let mut kept = self.0.lock();
            if kept.len() >= KEPT {
                kept.remove(0);
            }
            kept.push(Kept { id: id.clone(), read_at: now, step, demand: Arc::clone(&demand) });
        }
        Ok(demand)
    }
}

/// Why nothing can be played, in words.
pub(crate) fn why_not(reason: NoDemand) -> String {
    match reason {
        NoDemand::TooShort => "An hour of readings is needed to play a policy again. They are collected with every evaluation.".to_owned(),
        NoDemand::NothingMeasured | NoDemand::CapacityUnknown | NoDemand::Idle | NoDemand::TooLong => {
            format!("The last 7 days cannot be played again: {reason}.")
        }
    }
}

/// Plays both and compares them. Takes milliseconds to tenths of a second: off the runtime.
pub(crate) fn what_if(demand: &RecordedDemand, setup: &BacktestSetup, current: Option<&Policy>, draft: &Policy, currency: &str) -> WhatIf {
    let edited = backtest(draft, demand, setup);
    let current = current.map(|current| (current, if same(current, draft) { edited.clone() } else { backtest(current, demand, setup) }));
    let before = current.as_ref().map(|(_, played)| played);
    let needed = demand.needed(setup.response_time_objective_ms);
    let (needed, per_point) = points(&needed);
    let steps = i32::try_from(per_point).unwrap_or(i32::MAX);
    let figures = figures(demand, before, &edited);
    let (sentence, tone) = verdict(&figures, current.as_ref().map(|(policy, _)| policy.version), currency);
    WhatIf {
        based_on: based_on(demand, setup),
        played: Some(WhatIfPlayed {
            sentence,
            tone,
            from: demand.starts_at,
            to: demand.starts_at + demand.length(),
            seconds_per_point: (demand.step * steps).num_milliseconds() as f64 / 1e3,
            needed,
            current: before.map(|before| points(&before.instances).0),
            objective_ms: edited.objective_ms,
            edited: points(&edited.instances).0,
            figures,
        }),
    }
}

/// They decide alike.
fn same(a: &Policy, b: &Policy) -> bool {
    let like = Policy { version: a.version, updated_at: a.updated_at, id: a.id.clone(), mode: a.mode, ..b.clone() };
    like == *a
}

/// The most of each stretch, so that no peak is lost, and how many steps one is.
fn points(line: &[u32]) -> (Vec<Instances>, usize) {
    let per_point = line.len().div_ceil(MOST_POINTS).max(1);
    (line.chunks(per_point).map(|part| Instances(part.iter().copied().max().unwrap_or(0))).collect(), per_point)
}

fn based_on(demand: &RecordedDemand, setup: &BacktestSetup) -> String {
    let length = demand.length();
    let length = if length.num_hours() >= 48 { format!("{} days", (length.num_minutes() + 720) / 1_440) } else { words::duration(length) };
    let decisions = words::number(demand.demands().len() as f64, 0);
    let start_up = words::duration(setup.start_up_delay);
    let holes = i32::try_from(demand.holes).unwrap_or(i32::MAX);
    let held =
        if holes == 0 { String::new() } else { format!(" {} of it were not observed and are held.", words::duration(demand.step * holes)) };
    format!("The last {length} of readings, played again: {decisions} decisions, start-up {start_up}.{held}")
}

fn figures(demand: &RecordedDemand, current: Option<&Backtest>, edited: &Backtest) -> Vec<WhatIfFigure> {
    let seconds = demand.length().num_milliseconds() as f64 / 1e3;
    let days = seconds / 86_400.0;
    let work: f64 = demand.demands().iter().sum();
    let utilization = |played: &Backtest| {
        let able = played.instances.iter().map(|count| f64::from(*count)).sum::<f64>() * demand.per_instance;
        if able > 0.0 { (work / able).min(1.0) } else { 0.0 }
    };
    let figure = |kind, of: &dyn Fn(&Backtest) -> f64, matters: f64| {
        let (before, edited) = (current.map(of), of(edited));
        let difference = before.map(|before| edited - before);
        let tone = match difference {
            _ if matters.is_infinite() => Tone::Even,
            Some(difference) if difference > matters => Tone::Worse,
            Some(difference) if difference < -matters => Tone::Better,
            Some(_) | None => Tone::Even,
        };
        WhatIfFigure { kind, current: before, edited, difference, tone }
    };
    let cost = |played: &Backtest| played.cost.as_units();
    let cost_matters = current.map_or(0.0, |current| cost(current) * COST_MATTERS);
    vec![
        figure(WhatIfKind::Cost, &cost, cost_matters),
        figure(WhatIfKind::CostPerMonth, &|played| cost(played) * 30.0 / days, cost_matters * 30.0 / days),
        figure(WhatIfKind::LateRequests, &|played| played.scores.violations / 100.0, LATE_MATTERS),
        figure(WhatIfKind::ShortTime, &|played| played.scores.tau_u / 100.0 * seconds, LATE_MATTERS * seconds),
        figure(WhatIfKind::MeanUtilization, &utilization, f64::INFINITY),
        figure(WhatIfKind::ChangesPerDay, &|played| (played.scale_ups + played.scale_downs) as f64 / days, 1.0),
        figure(WhatIfKind::TimeAtMaximum, &|played| played.at_maximum, f64::INFINITY),
    ]
}

fn verdict(figures: &[WhatIfFigure], version: Option<u32>, currency: &str) -> (String, Tone) {
    let of = |kind| figures.iter().find(|figure| figure.kind == kind);
    let (Some(cost), Some(late)) = (of(WhatIfKind::CostPerMonth), of(WhatIfKind::LateRequests)) else { return (String::new(), Tone::Even) };
    let amount = |units: f64| words::money(Money::from_units(units.abs()), currency);
    let share = |share: f64| words::trimmed(share * 100.0, 2) + "\u{a0}%";
    let (Some(difference), Some(late_before), Some(version)) = (cost.difference, late.current, version) else {
        return (format!("It would cost {} a month, with {} of the requests late.", amount(cost.edited), share(late.edited)), Tone::Even);
    };
    let service = match late.tone {
        Tone::Even => format!("as many requests late: {}", share(late.edited)),
        Tone::Better | Tone::Worse => format!("{} of the requests late instead of {}", share(late.edited), share(late_before)),
    };
    let sentence = match cost.tone {
        Tone::Better => format!("Saves {} a month, with {service}.", amount(difference)),
        Tone::Worse => format!("Costs {} a month more, with {service}.", amount(difference)),
        Tone::Even if late.tone == Tone::Even => format!("Would have cost and served as v{version} does."),
        Tone::Even => format!("Costs the same, with {service}."),
    };
    let tone = match (cost.tone, late.tone) {
        (_, Tone::Worse) => Tone::Worse,
        (Tone::Better, Tone::Even | Tone::Better) | (Tone::Even, Tone::Better) => Tone::Better,
        // More money for better service is the reader's choice.
        (Tone::Worse, Tone::Better) | (Tone::Even, Tone::Even) => Tone::Even,
        (Tone::Worse, Tone::Even) => Tone::Worse,
    };
    (sentence, tone)
}
