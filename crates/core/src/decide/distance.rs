//! How far a decision is from going the other way, in traffic and in each metric's own unit.

use serde::{Deserialize, Serialize};

use super::decision::{Action, Contribution, Decision, Direction, MetricState};
use super::pressure::{PRESSURE_CAP, aggregation_of, alone_limit, raise, root};
use super::size::{CALM_PRESSURE, TOLERANCE};
use super::{Reason, words};
use crate::metric::{Metric, MetricClass, PerMetric};
use crate::observation::InstanceCount;
use crate::policy::{Aggregation, Comparison, MetricRule, Policy, PolicyType};
use crate::units::{Instances, MoneyPerHour};

/// A growth of traffic that is still told: a millionfold. A reading next to nothing says nothing about room.
const MOST_GROWTH: f64 = 1e6;

/// How far a decision was from going the other way.
///
/// Traffic moves the proportional metrics (CPU, requests) in step; the guards are held at their reading. That is an assumption: a
/// response time grows with traffic too, so the true room is at most this.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Distance {
    /// By how much traffic may grow before more is asked for: 0.17 is +17 %. Negative: past it.
    pub traffic_to_up: Option<f64>,
    /// The same once the starting instances are ready.
    pub traffic_to_up_when_ready: Option<f64>,
    /// By how much traffic must fall before fewer would do: −0.5 is half.
    pub traffic_to_down: Option<f64>,
    /// For each metric, the raw value at which it alone, all else equal, would make the policy ask for more.
    ///
    /// The smaller of what lifts the score to its threshold and (CPU, memory, requests) 90 % of the maximum, twice in a row.
    pub alone_up: PerMetric<Option<f64>>,
    /// "Scales up at CPU ≥ 88 %, or 90 % twice."
    pub words: String,
    /// Why not one more.
    pub why_not_more: Option<Neighbor>,
    /// Why not one fewer.
    pub why_not_fewer: Option<Neighbor>,
}

/// The count next to the one that was decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Neighbor {
    /// That count.
    pub instances: Instances,
    /// What is missing for it.
    pub words: String,
    /// What it would cost more (or less) per hour.
    pub price_change: MoneyPerHour,
}

/// How far `decision`, made by `policy`, is from going the other way.
#[must_use]
pub fn distance(policy: &Policy, decision: &Decision) -> Distance {
    let scene = Scene { policy, decision, aggregation: aggregation_of(policy) };
    let alone_up = PerMetric::from_fn(|metric| scene.alone_up(metric).map(|alone| alone.value));
    let traffic_to_up = scene.traffic_to_up(1.0);
    let when_ready = decision.current().filter(|count| count.starting.0 > 0 && count.ready.0 > 0);
    let mut distance = Distance {
        traffic_to_up,
        traffic_to_up_when_ready: when_ready.and_then(|count| scene.traffic_to_up(count.ready.as_f64() / count.total().as_f64())),
        traffic_to_down: scene.traffic_to_down(),
        alone_up,
        words: String::new(),
        why_not_more: None,
        why_not_fewer: None,
    };
    distance.words = scene.words(&distance);
    distance.why_not_more = scene.why_not_more(&distance);
    distance.why_not_fewer = scene.why_not_fewer(&distance);
    distance
}

/// A raw value, and whether it must be seen twice in a row.
struct AloneUp {
    value: f64,
    /// What lifts the score by itself, where that is possible at all.
    by_score: Option<f64>,
    /// 90 % of the maximum, where the alone rule holds.
    by_rule: Option<f64>,
}

struct Scene<'a> {
    policy: &'a Policy,
    decision: &'a Decision,
    aggregation: Aggregation,
}

impl Scene<'_> {
    /// The rules that count now, with their contribution.
    fn counting(&self) -> impl Iterator<Item = (&MetricRule, &Contribution)> {
        self.policy.metrics.iter().filter_map(|rule| {
            let contribution = self.decision.contributions[rule.metric].as_ref()?;
            let is_missing = matches!(contribution.state, MetricState::Missing { .. });
            (contribution.weight > 0.0 && !is_missing).then_some((rule, contribution))
        })
    }

    /// The growth of traffic at which more is asked for, when pressures are multiplied by `share` first.
    ///
    /// From `Σ_guards w·p^q + (1 + g)^q · Σ_proportional w·(share·p)^q = Σ w`; under `max` from the largest; the alone rule's 90 % if
    /// that comes first. `None` where traffic does not move the score, where guards alone are past it, or beyond [`MOST_GROWTH`].
    fn traffic_to_up(&self, share: f64) -> Option<f64> {
        let by_score = match self.aggregation {
            Aggregation::Max => self.growth_by_max(share),
            Aggregation::Mean | Aggregation::Balanced | Aggregation::Sensitive => self.growth_by_mean(share),
        };
        let by_rule = self.counting().filter(|(rule, _)| is_proportional(rule)).filter_map(|(rule, contribution)| {
            let (value, limit) = (contribution.value? * share, alone_limit(rule, contribution.trigger_value)?);
            (value > 0.0).then(|| limit / value - 1.0)
        });
        by_rule.chain(by_score).reduce(f64::min).filter(|growth| *growth <= MOST_GROWTH)
    }

    fn growth_by_mean(&self, share: f64) -> Option<f64> {
        let (mut weight, mut guards, mut proportional) = (0.0, 0.0, 0.0);
        for (rule, contribution) in self.counting() {
            weight += contribution.weight;
            if is_proportional(rule) {
                proportional += contribution.weight * raise(contribution.pressure * share, self.aggregation);
            } else {
                guards += contribution.weight * raise(contribution.pressure, self.aggregation);
            }
        }
        (proportional > 0.0 && guards < weight).then(|| root((weight - guards) / proportional, self.aggregation) - 1.0)
    }

    fn growth_by_max(&self, share: f64) -> Option<f64> {
        let threshold = self.up_pressure();
        if self.counting().any(|(rule, contribution)| !is_proportional(rule) && contribution.pressure >= threshold) {
            return None;
        }
        let largest = self.largest_proportional()? * share;
        (largest > 0.0).then(|| threshold / largest - 1.0)
    }

    /// The pressure from which the policy asks for more.
    fn up_pressure(&self) -> f64 {
        match self.policy.policy_type {
            PolicyType::Proportional => 1.0 + TOLERANCE,
            PolicyType::Gradual | PolicyType::Adaptive | PolicyType::Predictive => 1.0,
        }
    }

    fn largest_proportional(&self) -> Option<f64> {
        self.counting().filter(|(rule, _)| is_proportional(rule)).map(|(_, contribution)| contribution.pressure).reduce(f64::max)
    }

    /// The fall of traffic at which one fewer would do, guards held: the down threshold and the come-back test, whichever needs less.
    fn traffic_to_down(&self) -> Option<f64> {
        let count = self.decision.current()?;
        let fewer = count.total() - Instances::ONE;
        if fewer.0 == 0 || !self.policy.metrics.iter().any(|rule| is_proportional(rule) && rule.weight > 0.0) {
            return None;
        }
        let down_pressure = self.decision.down_score? / self.policy.scale_up_threshold;
        let largest = self.largest_proportional().filter(|largest| *largest > 0.0)?;
        let pressure = match self.policy.policy_type {
            PolicyType::Proportional => {
                // ceil(ready × p) ≤ total − 1, and out of the tolerance.
                let by_count = fewer.as_f64() / count.ready.as_f64().max(1.0);
                return Some(by_count.min(1.0 - TOLERANCE) / largest - 1.0);
            }
            PolicyType::Gradual | PolicyType::Adaptive | PolicyType::Predictive => {
                self.policy.scale_down_threshold / self.policy.scale_up_threshold
            }
        };
        let come_back = CALM_PRESSURE * fewer.as_f64() / count.ready.as_f64().max(1.0);
        (down_pressure > 0.0).then(|| pressure.min(come_back) / down_pressure - 1.0)
    }

    fn alone_up(&self, metric: Metric) -> Option<AloneUp> {
        let (rule, contribution) = self.counting().find(|(rule, _)| rule.metric == metric)?;
        let by_rule = alone_limit(rule, contribution.trigger_value);
        let by_score = self.lifting_pressure(metric).map(|pressure| match rule.comparison {
            Comparison::Gt | Comparison::Gte => pressure * contribution.trigger_value,
            Comparison::Lt | Comparison::Lte => contribution.trigger_value / pressure,
        });
        let value = match (by_score, by_rule) {
            (Some(by_score), Some(by_rule)) => by_score.min(by_rule),
            (by_score, by_rule) => by_score.or(by_rule)?,
        };
        Some(AloneUp { value, by_score, by_rule })
    }

    /// The pressure of this metric that lifts P to 1 with all others held: `((Σw − Σ_others w·p^q) / w)^(1/q)`.
    ///
    /// `None` where the others do it already, or where more than the cap of 4 would be needed.
    fn lifting_pressure(&self, metric: Metric) -> Option<f64> {
        let pressure = match self.aggregation {
            Aggregation::Max => self.up_pressure(),
            Aggregation::Mean | Aggregation::Balanced | Aggregation::Sensitive => {
                let (mut weight, mut own, mut others) = (0.0, 0.0, 0.0);
                for (rule, contribution) in self.counting() {
                    weight += contribution.weight;
                    if rule.metric == metric {
                        own = contribution.weight;
                    } else {
                        others += contribution.weight * raise(contribution.pressure, self.aggregation);
                    }
                }
                if others >= weight || own <= 0.0 {
                    return None;
                }
                root((weight - others) / own, self.aggregation)
            }
        };
        (pressure <= PRESSURE_CAP).then_some(pressure)
    }

    /// The metric that is nearest to asking, by the share of its present value that is missing.
    fn nearest(&self) -> Option<(Metric, AloneUp)> {
        let candidates = self.counting().filter_map(|(rule, contribution)| {
            let alone = self.alone_up(rule.metric)?;
            let missing = contribution.value.filter(|value| *value > 0.0).map_or(f64::INFINITY, |value| alone.value / value);
            Some((rule, missing, alone))
        });
        let mut best: Option<(&MetricRule, f64, AloneUp)> = None;
        for candidate in candidates {
            // Metrics that follow traffic speak first: they are what a person expects to grow.
            let rank = |(rule, missing, _): &(&MetricRule, f64, AloneUp)| (!is_proportional(rule), *missing);
            if best.as_ref().is_none_or(|best| rank(&candidate) < rank(best)) {
                best = Some(candidate);
            }
        }
        best.map(|(rule, _, alone)| (rule.metric, alone))
    }

    /// "CPU ≥ 88 %, or 90 % twice".
    fn alone_words(&self, metric: Metric, alone: &AloneUp) -> String {
        let name = words::metric_name(metric, self.decision.response_statistic);
        match (alone.by_score, alone.by_rule) {
            (Some(by_score), Some(by_rule)) if by_score < by_rule => {
                format!("{name} ≥ {}, or {} twice", words::reading(metric, by_score), words::reading(metric, by_rule))
            }
            (_, Some(by_rule)) => format!("{name} ≥ {} twice", words::reading(metric, by_rule)),
            (_, None) => {
                let rule = self.policy.metrics.iter().find(|rule| rule.metric == metric);
                let is_below = rule.is_some_and(|rule| matches!(rule.comparison, Comparison::Lt | Comparison::Lte));
                format!("{name} {} {}", if is_below { "≤" } else { "≥" }, words::reading(metric, alone.value))
            }
        }
    }

    fn words(&self, distance: &Distance) -> String {
        let up = match self.nearest() {
            _ if self.decision.asked == Direction::Up => "More is asked for now.".to_owned(),
            Some((metric, alone)) => format!("Scales up at {}.", self.alone_words(metric, &alone)),
            None => "No reading tells when it would scale up.".to_owned(),
        };
        let down = match distance.traffic_to_down {
            Some(fall) if fall < 0.0 => format!(" Scales down at {} less traffic.", words::percent(-fall)),
            Some(_) | None => String::new(),
        };
        format!("{up}{down}")
    }

    fn why_not_more(&self, distance: &Distance) -> Option<Neighbor> {
        let count = self.decision.current()?;
        let instances = self.decision.counts.ordered + Instances::ONE;
        let words = if instances > self.decision.bounds.maximum {
            format!("The maximum is {}.", self.decision.bounds.maximum)
        } else if self.decision.held_by.is_some() && self.decision.asked == Direction::Up {
            self.decision.sentence()
        } else if self.decision.action == Action::ScaleUp {
            let is_whole = self.decision.counts.limited >= self.decision.counts.raw;
            if is_whole { "The readings ask for no more.".to_owned() } else { "That would be too large a step at once.".to_owned() }
        } else if self.decision.action == Action::ScaleDown {
            format!("{} are enough for what is asked now.", self.decision.counts.ordered)
        } else {
            let metric = self.nearest().map(|(metric, alone)| self.alone_words(metric, &alone));
            let traffic =
                distance.traffic_to_up.filter(|growth| *growth >= 0.0).map(|growth| format!("{} more traffic", words::percent(growth)));
            match (metric, traffic) {
                (Some(metric), Some(traffic)) => format!("Needs {metric}, or {traffic}."),
                (Some(need), None) | (None, Some(need)) => format!("Needs {need}."),
                (None, None) => "No fresh reading asks for it.".to_owned(),
            }
        };
        Some(Neighbor { instances, words, price_change: self.price_to(count, instances) })
    }

    fn why_not_fewer(&self, distance: &Distance) -> Option<Neighbor> {
        let count = self.decision.current()?;
        if self.decision.counts.ordered == Instances::ZERO {
            return None;
        }
        let instances = self.decision.counts.ordered - Instances::ONE;
        let words = if instances < self.decision.bounds.minimum {
            format!("The minimum is {}.", self.decision.bounds.minimum)
        } else if self.decision.held_by.is_some() && self.decision.asked == Direction::Down {
            self.decision.sentence()
        } else if self.decision.asked == Direction::Up {
            format!("More is asked for: {}.", self.decision.pressing())
        } else if self.decision.action == Action::ScaleDown {
            match self.decision.reason {
                Reason::ScoreDown { .. } => "One step at a time, then the cooldown.".to_owned(),
                _ => format!("More than {instances} were needed within the window."),
            }
        } else {
            self.what_fewer_needs(count, instances, distance)
        };
        Some(Neighbor { instances, words, price_change: self.price_to(count, instances) })
    }

    fn what_fewer_needs(&self, count: InstanceCount, instances: Instances, distance: &Distance) -> String {
        let missing = self.policy.metrics.iter().find(|rule| {
            let state = self.decision.contributions[rule.metric].map(|contribution| contribution.state);
            rule.weight > 0.0 && matches!(state, Some(MetricState::Missing { .. }))
        });
        if let Some(rule) = missing {
            return format!("{} has no reading, so never down.", words::capitalized(rule.metric.words()));
        }
        let load = self.largest_proportional().map(|largest| largest * count.ready.as_f64());
        let fits_calmly = load.is_some_and(|load| instances.0 > 0 && load / instances.as_f64() <= CALM_PRESSURE);
        if self.policy.is_adaptive() && self.policy.consolidation && fits_calmly {
            let window = words::duration(chrono::TimeDelta::seconds(i64::from(self.policy.stabilization_window)));
            return format!("Fits now; needs {window} in a row that would have fitted.");
        }
        match (distance.traffic_to_down, self.decision.reason) {
            (Some(fall), _) if fall < 0.0 => format!("Needs {} less traffic.", words::percent(-fall)),
            (_, Reason::AlreadyStarting { .. }) => "More was asked for just now.".to_owned(),
            (Some(_) | None, _) => format!("Needs a score of {} or less.", words::score(self.decision.band.down)),
        }
    }

    /// The price of going from what there is to `instances`.
    fn price_to(&self, count: InstanceCount, instances: Instances) -> MoneyPerHour {
        self.decision.price_per_instance * instances - self.decision.price_per_instance * count.total()
    }
}

fn is_proportional(rule: &MetricRule) -> bool {
    rule.metric.class() == MetricClass::Proportional && matches!(rule.comparison, Comparison::Gt | Comparison::Gte)
}
