//! Looking ahead for one deployment: what is asked of it, what will be, how wrong that has been.
//!
//! A [`Foresight`] sees each observation once, in the order of time, and says what to be ready for when an instance that is
//! started now will serve. It learns what one instance carries ([`Capacity`]) and how long starting takes, hands the demand to a
//! [`Forecaster`], keeps what came beside what was expected, and moves its margin until the policy's quantile is what happens.
//!
//! Causal and deterministic: the same observations, policy and circumstances give the same bits, so that it is rebuilt from
//! samples after a crash. `decide` takes what it says through [`Memory::foresee`](crate::decide::Memory::foresee).

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::decide::pressure::is_fresh;
use crate::decide::start_up::StartUp;
use crate::decide::{Basis, Circumstances, Outlook};
use crate::forecast::capacity::{Capacity, IdleTime, SATURATED, utilization_limit};
use crate::forecast::{Anticipation, Forecaster, Settings, ceil};
use crate::metric::Metric;
use crate::observation::{Counted, InstanceCount, Observation, Reading};
use crate::policy::{Comparison, Policy, USUAL_QUANTILE};

/// Looks between two at how full an instance may be.
const LOOKS_PER_LIMIT: u32 = 20;
/// The season speaks only once it was seen twice.
const SEASON_AFTER_DAYS: u32 = 2;
/// How long starting is presumed to take before a start was seen.
const PRESUMED_START_UP: TimeDelta = TimeDelta::seconds(60);
/// Half-life of what is known of past errors.
const ERRORS_HALF_LIFE_SECONDS: f64 = 24.0 * 3_600.0;
/// Errors are told once so much of forecasts has come true or not.
const TOLD_AFTER_SECONDS: f64 = 3_600.0;
/// How much one late look widens the margin, in margins of the forecaster.
const GAIN: f64 = 0.05;
/// The margin is never more than so many of the forecaster's own.
const LARGEST_MARGIN: f64 = 4.0;
/// A look at this many times the usual demand counts as so many looks, and no more.
const LARGEST_WEIGHT: f64 = 10.0;
/// Forecasts that are kept to be drawn: an hour at one each 15 s.
const KEPT_FORECASTS: usize = 240;

/// What is learned to look ahead for one deployment; bounded (under 250 KB), survives restarts as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Foresight {
    capacity: Capacity,
    /// What a request takes when nothing waits.
    #[serde(default)]
    idle: IdleTime,
    start_up: StartUp,
    /// The total count of the look before.
    seen: Option<u32>,
    forecaster: Option<Forecaster>,
    record: Record,
    margin: Margin,
    /// How full an instance may be by the objective, where the policy follows it.
    #[serde(default)]
    limit: Option<f64>,
    /// The objective and the idle time, in seconds, that it was found for.
    #[serde(default)]
    limit_for: (f64, f64),
    /// Looks so far; the limit is found anew at some of them.
    #[serde(default)]
    looks: u32,
    /// Whether the instances were full at the look before.
    #[serde(default)]
    was_full: bool,
    /// What was said lately, oldest first; those whose time has not come are at the end.
    said: VecDeque<Forecast>,
    /// When it was looked last, in Unix ms.
    looked_at: Option<i64>,
}

/// What was expected for one instant.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Forecast {
    /// For when, in Unix ms.
    pub at: i64,
    /// What was expected, in instances at their trigger.
    pub expected: f64,
    /// 5 % of the outcomes were to be lower.
    pub low: f64,
    /// 5 % of the outcomes were to be higher.
    pub high: f64,
    /// What was made ready.
    pub ready_for: f64,
    /// What came, once it has.
    #[serde(default)]
    pub came: Option<f64>,
}

/// What came beside what was expected, fading.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
struct Record {
    seconds: f64,
    looks: f64,
    came: f64,
    missed: f64,
    late: f64,
    /// What one step leaves of what was before it, and how long that step is: a power a look is dear.
    #[serde(default)]
    fade: (f64, f64),
}

impl Record {
    fn fade(&mut self, step_seconds: f64) -> f64 {
        if self.fade.1.to_bits() != step_seconds.to_bits() {
            self.fade = (0.5_f64.powf(step_seconds / ERRORS_HALF_LIFE_SECONDS), step_seconds);
        }
        self.fade.0
    }
}

/// How much of the forecaster's margin is kept over what is expected.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Margin {
    quantile: f64,
    share: f64,
}

impl Margin {
    /// The forecaster's own margin is the one for 0.99; others begin at the share that a logistic error would ask for.
    fn at(quantile: f64) -> Self {
        let odds = |quantile: f64| (quantile / (1.0 - quantile)).ln();
        let share = odds(quantile) / odds(USUAL_QUANTILE);
        Self { quantile, share: if share.is_finite() { share.clamp(0.0, LARGEST_MARGIN) } else { 1.0 } }
    }

    /// Widens after a late look and narrows slowly after all others: the two balance where `1 − quantile` of the demand is late.
    ///
    /// The usual quantile leaves the margin to the forecaster, which weighs what lateness costs there against what capacity does.
    fn learn(&mut self, is_late: bool, weight: f64) {
        if self.quantile.to_bits() == USUAL_QUANTILE.to_bits() {
            return;
        }
        let late = f64::from(u8::from(is_late));
        self.share = (self.share + GAIN * weight * (late - (1.0 - self.quantile))).clamp(0.0, LARGEST_MARGIN);
    }
}

impl Foresight {
    /// One that has seen nothing but, elsewhere, how long starting takes.
    #[must_use]
    pub fn new(start_up_delay: Option<TimeDelta>) -> Self {
        Self {
            capacity: Capacity::default(),
            idle: IdleTime::default(),
            start_up: StartUp::presuming(start_up_delay),
            seen: None,
            forecaster: None,
            record: Record::default(),
            margin: Margin::at(USUAL_QUANTILE),
            limit: None,
            limit_for: (0.0, 0.0),
            looks: 0,
            was_full: false,
            said: VecDeque::new(),
            looked_at: None,
        }
    }

    /// When it was looked last; what comes at or before it changes nothing.
    #[must_use]
    pub fn looked_at(&self) -> Option<DateTime<Utc>> {
        self.looked_at.and_then(DateTime::from_timestamp_millis)
    }

    /// What was said lately, by the time that it is about; the last ones are about times to come.
    pub fn said(&self) -> impl Iterator<Item = &Forecast> {
        self.said.iter()
    }

    /// Requests per second that one full instance carries, where requests and CPU were measured together.
    #[must_use]
    pub fn capacity_per_instance(&self) -> Option<f64> {
        self.capacity.per_instance()
    }

    /// Learns from one observation and says what to be ready for; `None` where the demand is not known from it.
    ///
    /// Total. An observation that is not newer than the one before changes nothing and has no outlook.
    pub fn look(
        &mut self,
        policy: &Policy,
        circumstances: &Circumstances,
        observation: &Observation,
        now: DateTime<Utc>,
    ) -> Option<Outlook> {
        let at = now.timestamp_millis();
        if self.looked_at.is_some_and(|before| at <= before) {
            return None;
        }
        let looked_before = self.looked_at.replace(at);
        let Counted::Known(count) = observation.instances else { return None };
        self.start_up.learn(count, self.seen, looked_before, at);
        self.seen = Some(count.total().0);
        if self.margin.quantile.to_bits() != policy.forecast_quantile.to_bits() {
            self.margin = Margin::at(policy.forecast_quantile);
        }
        let demand = self.demand(policy, circumstances, observation, count, now)?;
        let step_seconds = (circumstances.interval.num_milliseconds() as f64 / 1e3).max(1.0);
        self.settle(at, demand, step_seconds);
        let settings = Settings { step_seconds, start_up_seconds: self.start_up_seconds() };
        if !self.forecaster.as_ref().is_some_and(|forecaster| is_kept(forecaster, settings)) {
            self.forecaster = Some(retimed(self.forecaster.take(), settings));
        }
        let forecaster = self.forecaster.as_mut()?;
        let anticipation = forecaster.observe(at as f64 / 1e3, demand)?;
        let lead_seconds = forecaster.lead_seconds();
        let basis = if forecaster.knows_season() { Basis::Season } else { Basis::LevelAndTrend };
        Some(self.outlook(at, demand, &anticipation, lead_seconds, basis))
    }

    fn outlook(&mut self, at: i64, demand: f64, anticipation: &Anticipation, lead_seconds: f64, basis: Basis) -> Outlook {
        let Anticipation { expected, low, high, .. } = *anticipation;
        let margin = anticipation.demand - expected;
        let share = if margin < 0.0 { 1.0 } else { self.margin.share };
        let ready_for = (expected + share * margin).max(demand);
        if self.said.len() == KEPT_FORECASTS {
            self.said.pop_front();
        }
        self.said.push_back(Forecast { at: at + (lead_seconds * 1e3) as i64, expected, low, high, ready_for, came: None });
        let is_told = self.record.seconds >= TOLD_AFTER_SECONDS && self.record.came > 0.0;
        Outlook {
            now: demand,
            expected,
            low: low.min(expected),
            high: high.max(expected),
            ready_for,
            quantile: self.margin.quantile,
            limit: self.limit,
            lead_seconds,
            basis,
            error: is_told.then(|| self.record.missed / self.record.came),
            enough: is_told.then(|| (1.0 - self.record.late / self.record.came).clamp(0.0, 1.0)),
        }
    }

    /// Holds what has come against what was said for this look.
    fn settle(&mut self, at: i64, demand: f64, step_seconds: f64) {
        let slack = (step_seconds * 500.0) as i64;
        let Some(said) = self.said.iter_mut().rev().find(|said| (said.at - at).abs() <= slack) else { return };
        said.came = Some(demand);
        let said = *said;
        let usual = if self.record.looks > 20.0 { self.record.came / self.record.looks } else { demand };
        let is_late = ceil(demand) > ceil(said.ready_for) * (1.0 + 1e-9);
        let record = &mut self.record;
        let fade = record.fade(step_seconds);
        record.seconds += step_seconds;
        record.looks = record.looks * fade + 1.0;
        record.came = record.came * fade + demand;
        record.missed = record.missed * fade + (demand - said.expected).abs();
        record.late = record.late * fade + if is_late { demand } else { 0.0 };
        let weight = if usual > 0.0 { (demand / usual).min(LARGEST_WEIGHT) } else { 1.0 };
        self.margin.learn(is_late, weight);
    }

    /// Finds how full an instance may be by the objective, now and then: the idle time moves slowly.
    fn follow_objective(&mut self, policy: &Policy, circumstances: &Circumstances, response_ms: Option<f64>, used: Option<f64>) {
        let objective = circumstances.response_time_objective_ms.filter(|_| policy.follows_objective());
        let is_due = self.idle.seconds().is_none() || self.looks.is_multiple_of(LOOKS_PER_LIMIT);
        if let (Some(ms), Some(used), true) = (response_ms, used, is_due) {
            self.idle.learn(ms / 1e3, used);
            let wanted = objective.map(|ms| ms / 1e3).zip(self.idle.seconds());
            // Finding it is dear, and an idle time that is a ten-thousandth off makes no difference.
            let is_same = |(objective, idle): (f64, f64)| {
                self.limit.is_some() && objective == self.limit_for.0 && (idle / self.limit_for.1 - 1.0).abs() < 1e-4
            };
            match wanted {
                Some(wanted) if is_same(wanted) => {}
                Some(wanted) => {
                    self.limit = Some(utilization_limit(Some(wanted.0), Some(wanted.1)));
                    self.limit_for = wanted;
                }
                None => self.limit = objective.map(|ms| utilization_limit(Some(ms / 1e3), None)),
            }
        }
        if objective.is_none() {
            self.limit = None;
        }
        self.looks = self.looks.wrapping_add(1);
    }

    fn start_up_seconds(&self) -> f64 {
        self.start_up.delay().unwrap_or(PRESUMED_START_UP).num_milliseconds() as f64 / 1e3
    }

    /// What is asked for, in instances at exactly their trigger.
    ///
    /// The largest of what CPU and what requests ask for. The arrival rate does not saturate, so where it is known CPU is read off it
    /// by the learned capacity; else it is `ready × CPU ÷ trigger`. A policy with neither fills instances to 80 % of their CPU.
    fn demand(
        &mut self,
        policy: &Policy,
        circumstances: &Circumstances,
        observation: &Observation,
        count: InstanceCount,
        now: DateTime<Utc>,
    ) -> Option<f64> {
        let ready = count.ready.as_f64();
        let is_fresh = |at| is_fresh(at, now, circumstances.fresh_for);
        let fresh = |metric: Metric| match observation.readings[metric] {
            Reading::Value { value, at } if value.is_finite() && value >= 0.0 && is_fresh(at) => Some(value),
            Reading::NoTraffic { at } if is_fresh(at) => (metric == Metric::Requests).then_some(0.0),
            Reading::Value { .. } | Reading::NoTraffic { .. } | Reading::Missing { .. } => None,
        };
        let used = fresh(Metric::Cpu).map(|percent| percent / 100.0);
        let sound = |rate: &f64| rate.is_finite() && *rate >= 0.0;
        let rate = observation.traffic.request_rate.filter(sound).or_else(|| fresh(Metric::Requests).map(|rate| rate * ready));
        let response_ms = fresh(Metric::ResponseTime);
        if let (Some(rate), Some(used)) = (rate, used) {
            // Just after instances were full they also serve what waited: then use and arrivals do not belong together.
            if !self.was_full {
                self.capacity.learn(rate, count.ready.0, used);
            }
            self.was_full = used >= SATURATED;
        }
        self.follow_objective(policy, circumstances, response_ms, used);
        let trigger = |metric: Metric| {
            let asks = |comparison| matches!(comparison, Comparison::Gt | Comparison::Gte);
            let rule = policy.metrics.iter().find(|rule| rule.metric == metric && rule.weight > 0.0 && asks(rule.comparison))?;
            Some(rule.trigger_value(circumstances.response_time_objective_ms))
        };
        let (cpu_trigger, requests_trigger) = (trigger(Metric::Cpu), trigger(Metric::Requests));
        let by_requests = requests_trigger.zip(rate).map(|(trigger, rate)| rate / trigger);
        let limit = match (cpu_trigger, requests_trigger) {
            _ if self.limit.is_some() => self.limit,
            (Some(percent), _) => Some(percent / 100.0),
            (None, Some(_)) => None,
            (None, None) => Some(utilization_limit(None, None)),
        };
        let by_cpu = limit.and_then(|limit| {
            let by_rate = rate.and_then(|rate| if rate > 0.0 { self.capacity.demand(rate, limit) } else { Some(0.0) });
            by_rate.or_else(|| used.filter(|_| ready > 0.0).map(|used| ready * used / limit))
        });
        [by_cpu, by_requests].into_iter().flatten().filter(sound).reduce(f64::max)
    }
}

/// Whether a forecaster is right for these settings.
///
/// A lead that has become shorter is kept until it is so by more than a step and an eighth: learned delays waver.
fn is_kept(forecaster: &Forecaster, settings: Settings) -> bool {
    let before = forecaster.settings();
    if before == settings {
        return true;
    }
    let steps = |settings: &Settings| (settings.start_up_seconds / settings.step_seconds.max(1.0)).ceil();
    before.step_seconds.to_bits() == settings.step_seconds.to_bits()
        && (steps(&before) - (steps(&before) / 8.0).max(1.0)..=steps(&before)).contains(&steps(&settings))
}

/// The forecaster for other settings, which goes on from the same past; a new one where there is none.
fn retimed(forecaster: Option<Forecaster>, settings: Settings) -> Forecaster {
    match forecaster {
        Some(forecaster) => forecaster.retimed(settings),
        None => Forecaster::new(settings).with_season_after(SEASON_AFTER_DAYS),
    }
}

#[cfg(test)]
mod tests;
