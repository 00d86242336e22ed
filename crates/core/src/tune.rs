//! Searching for a better policy: what is late against what it costs, on days that were recorded, proved on days that were held back.
//!
//! A [`Tuner`] says which policies to play ([`Tuner::batch`]) and is told what came of them ([`Tuner::tell`]); who plays them, on how
//! many threads, and whether somebody cancels meanwhile is the caller's. The same base, seed and outcomes give the same search.
//! [`propose`] then picks from the Pareto front what is better on the held-back days too, or says to keep what there is.
//!
//! The search is evolutionary with two goals, in the manner of NSGA-II (Deb et al. 2002) without its generations: parents come from
//! the front found so far, half of them from its part near the limit, children are crossed and moved a little.
//! Bounds, schedules, metrics and their weights are the person's and stay.

use crate::metric::Metric;
use crate::policy::{
    Aggregation, HIGHEST_QUANTILE, Identity, LARGEST_ERROR_RATE, LOWEST_QUANTILE, Policy, PolicyBase, PolicyDraft, PolicyMode, PolicyType,
    validate,
};
use crate::simulate::noise::uniform;

/// How many policies are played at once: enough for the threads of a machine, few enough to learn from each.
pub const BATCH: usize = 16;
/// How many policies a search plays where nobody says otherwise.
pub const USUAL_TRIALS: usize = 256;
/// The share of late requests that is aimed at where nobody says otherwise.
pub const USUAL_LIMIT: f64 = 0.01;
/// What is picked stays under this part of the limit on both parts of the days, where anything does: other days are a little different.
const MARGIN: f64 = 0.75;
/// Less cheaper than this is not worth a change.
const LEAST_GAIN: f64 = 0.01;
/// Policies of the first look around, beside the ones that are known to be good starts.
const FIRST: usize = 3 * BATCH;
/// How far a gene moves.
const MOVE: f64 = 0.12;
/// How often a gene moves.
const MOVES: f64 = 0.35;

/// What came of a policy on some days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// Share of the requests that were late or dropped, 0 to 1.
    pub late: f64,
    /// What it cost, in any unit that is the same for all: instance-hours, money.
    pub cost: f64,
}

impl Outcome {
    /// As good in both, and better in one.
    #[must_use]
    pub fn dominates(&self, other: &Self) -> bool {
        self.late <= other.late && self.cost <= other.cost && (self.late < other.late || self.cost < other.cost)
    }
}

/// A policy that was played on the days that are searched on.
#[derive(Debug, Clone, PartialEq)]
pub struct Tried {
    /// The policy.
    pub policy: Policy,
    /// What came of it.
    pub outcome: Outcome,
    genes: Genes,
}

/// A policy of the front with what came of it on the held-back days.
#[derive(Debug, Clone, PartialEq)]
pub struct Weighed {
    /// The policy.
    pub policy: Policy,
    /// On the days that were searched on.
    pub fitted: Outcome,
    /// On the days after them, which the search never saw.
    pub held_back: Outcome,
}

/// What comes of a search.
#[derive(Debug, Clone, PartialEq)]
pub enum Proposal {
    /// Nothing is better on days that it was not searched on.
    Keep,
    /// Better on them: the place in the front that was given.
    Change(usize),
}

/// A search, one batch after the other.
#[derive(Debug, Clone)]
pub struct Tuner {
    base: Policy,
    limit: f64,
    seed: u64,
    draws: u64,
    trials: usize,
    tried: Vec<Tried>,
    /// What was asked for and not told yet.
    asked: Vec<(Policy, Genes)>,
}

impl Tuner {
    /// A search from `base`, which is the first that is tried, over `trials` policies; aims at a share of late requests of `limit`.
    #[must_use]
    pub fn new(base: &Policy, limit: f64, seed: u64, trials: usize) -> Self {
        // Played as if it decided, so that nothing is compared with a policy that is off.
        let base = Policy { mode: PolicyMode::Live, is_enabled: true, ..base.clone() };
        Self { base, limit, seed, draws: 0, trials: trials.max(1), tried: Vec::new(), asked: Vec::new() }
    }

    /// The next policies to play, none twice; empty once the search is over. The same ones until they are told.
    pub fn batch(&mut self) -> Vec<Policy> {
        if self.asked.is_empty() && self.tried.len() < self.trials {
            let room = self.trials - self.tried.len();
            if self.tried.is_empty() {
                self.asked = vec![(self.base.clone(), Genes::of(&self.base))];
                self.ask(Genes::starts(&self.base), room - 1);
            }
            let missing = if self.tried.is_empty() { FIRST } else { BATCH };
            // Not every child is new: a search that finds nothing new in so many tries is over.
            for _ in 0..missing * 20 {
                if self.asked.len() >= missing.min(room) {
                    break;
                }
                let child = if self.tried.len() < FIRST { self.anywhere() } else { self.child() };
                self.ask(vec![child], 1);
            }
        }
        self.asked.iter().map(|(policy, _)| policy.clone()).collect()
    }

    /// What came of the last batch, in its order.
    pub fn tell(&mut self, outcomes: &[Outcome]) {
        for ((policy, genes), outcome) in self.asked.drain(..).zip(outcomes) {
            self.tried.push(Tried { policy, outcome: *outcome, genes });
        }
    }

    /// How many were played, and of how many.
    #[must_use]
    pub fn progress(&self) -> (usize, usize) {
        (self.tried.len(), self.trials)
    }

    /// The policy that the search began from, once it was played.
    #[must_use]
    pub fn base(&self) -> Option<&Tried> {
        self.tried.first()
    }

    /// What no other one that was tried is better than in both, the cheapest first.
    #[must_use]
    pub fn front(&self) -> Vec<&Tried> {
        let mut sorted: Vec<&Tried> = self.tried.iter().collect();
        sorted.sort_by(|a, b| a.outcome.cost.total_cmp(&b.outcome.cost).then(a.outcome.late.total_cmp(&b.outcome.late)));
        let mut least = f64::INFINITY;
        sorted.retain(|tried| {
            let is_better = tried.outcome.late < least;
            least = least.min(tried.outcome.late);
            is_better
        });
        sorted
    }

    /// Takes up to `most` of these that are not there yet.
    fn ask(&mut self, all: Vec<Genes>, most: usize) {
        for genes in all.into_iter().take(most) {
            let Some(policy) = genes.policy(&self.base) else { continue };
            let is_known = self
                .tried
                .iter()
                .map(|tried| &tried.policy)
                .chain(self.asked.iter().map(|(policy, _)| policy))
                .any(|known| *known == policy);
            if !is_known {
                self.asked.push((policy, genes));
            }
        }
    }

    fn draw(&mut self) -> f64 {
        self.draws += 1;
        uniform(self.seed, self.draws)
    }

    fn anywhere(&mut self) -> Genes {
        Genes(std::array::from_fn(|_| self.draw()))
    }

    /// Of two parents from the front, one of them near the limit every other time.
    fn child(&mut self) -> Genes {
        let front: Vec<(f64, Genes)> =
            self.front().iter().map(|tried| ((tried.outcome.late - self.limit * MARGIN).abs(), tried.genes)).collect();
        let mut near = front.clone();
        near.sort_by(|a, b| a.0.total_cmp(&b.0));
        near.truncate(4);
        let pick = |from: &[(f64, Genes)], share: f64| from[((share * from.len() as f64) as usize).min(from.len() - 1)].1;
        let (which, first, second) = (self.draw(), self.draw(), self.draw());
        let mother = if which < 0.6 { pick(&near, first) } else { pick(&front, first) };
        let father = pick(&front, second);
        Genes(std::array::from_fn(|gene| {
            let (from, moves, step) = (self.draw(), self.draw(), self.draw() + self.draw() + self.draw() - 1.5);
            let value = if from < 0.7 { mother.0[gene] } else { father.0[gene] };
            if moves < MOVES { (value + step * 2.0 * MOVE).clamp(0.0, 1.0) } else { value }
        }))
    }
}

/// Picks from a front what to change to: cheaper inside the limit, or, where the current policy is over it, less late.
///
/// Never what is worse on the held-back days: under a limit that the current policy keeps, the pick keeps it too and costs less; over
/// it, the pick is less late. Of several, the cheapest that stays clear of the limit on both parts of the days.
#[must_use]
pub fn propose(current: &Weighed, front: &[Weighed], limit: f64) -> Proposal {
    let is_inside = |weighed: &Weighed, limit: f64| weighed.fitted.late <= limit && weighed.held_back.late <= limit;
    let is_better = |weighed: &Weighed| {
        if current.held_back.late <= limit {
            weighed.held_back.late <= limit && weighed.held_back.cost < current.held_back.cost * (1.0 - LEAST_GAIN)
        } else {
            weighed.held_back.late < current.held_back.late && weighed.fitted.late <= current.fitted.late.max(limit)
        }
    };
    let cost = |weighed: &Weighed| weighed.fitted.cost + weighed.held_back.cost;
    let better = || front.iter().enumerate().filter(|(_, weighed)| is_better(weighed));
    let cheapest_under =
        |limit: f64| better().filter(|(_, weighed)| is_inside(weighed, limit)).min_by(|(_, a), (_, b)| cost(a).total_cmp(&cost(b)));
    let least_late = || better().min_by(|(_, a), (_, b)| a.held_back.late.total_cmp(&b.held_back.late).then(cost(a).total_cmp(&cost(b))));
    // Where the current policy keeps the limit, being better is being inside it: what slips over it on the days searched on is no gain.
    let found = cheapest_under(limit * MARGIN).or_else(|| cheapest_under(limit));
    let found = if current.held_back.late > limit { found.or_else(least_late) } else { found };
    found.map_or(Proposal::Keep, |(place, _)| Proposal::Change(place))
}

/// A place in the space of policies: each in 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Genes([f64; 11]);

/// Multiples of a metric's threshold that are looked at.
const THRESHOLDS: (f64, f64) = (0.5, 1.5);
/// Cooldowns up to this, seconds.
const COOLDOWN: f64 = 900.0;
/// Windows up to this, seconds.
const WINDOW: f64 = 900.0;
/// Pressures from which a step is urgent.
const URGENT: (f64, f64) = (1.0, 1.5);
/// Down thresholds as a part of the up threshold.
const DOWN: (f64, f64) = (0.2, 0.9);

impl Genes {
    /// Where a policy is. Its thresholds are the middle: they are moved by a multiple.
    fn of(policy: &Policy) -> Self {
        Self([
            if policy.is_predictive() { 0.0 } else { 1.0 },
            ((1.0 - policy.forecast_quantile) / (1.0 - HIGHEST_QUANTILE)).ln() / spread_of_quantiles(),
            0.5,
            0.5,
            within(policy.scale_down_threshold / policy.scale_up_threshold, DOWN),
            within(policy.urgent_pressure, URGENT),
            (policy.cooldown_up().num_seconds() as f64 / COOLDOWN).clamp(0.0, 1.0).sqrt(),
            (policy.cooldown_down().num_seconds() as f64 / COOLDOWN).clamp(0.0, 1.0).sqrt(),
            if policy.consolidation { (f64::from(policy.stabilization_window) / WINDOW).clamp(0.0, 1.0) * 0.8 } else { 1.0 },
            place_of_aggregation(policy.aggregation),
            if policy.follow_objective { 0.0 } else { 1.0 },
        ])
    }

    /// Known good starts: looking ahead at several quantiles, and stepping as needed, with the policy's own thresholds.
    fn starts(base: &Policy) -> Vec<Self> {
        let own = Self::of(base);
        let with = |changes: &[(usize, f64)]| {
            let mut genes = own;
            for (gene, value) in changes {
                genes.0[*gene] = *value;
            }
            genes
        };
        let mut starts: Vec<Self> = [0.02, 0.15, 0.3, 0.45, 0.6, 0.8].map(|quantile| with(&[(0, 0.0), (1, quantile), (10, 0.0)])).into();
        starts.extend([0.3, 0.6].map(|quantile| with(&[(0, 0.0), (1, quantile), (8, 0.2), (7, 0.2), (10, 0.0)])));
        starts.extend([0.35, 0.65, 0.8].map(|threshold| with(&[(0, 1.0), (2, threshold), (3, threshold)])));
        starts
    }

    /// The policy there, in round numbers; none where it would be none.
    fn policy(&self, base: &Policy) -> Option<Policy> {
        let [kind, quantile, size, guard, down, urgent, up_cooldown, down_cooldown, window, aggregation, objective] = self.0;
        let is_predictive = kind < 0.6;
        let policy_type = match base.policy_type {
            _ if is_predictive => PolicyType::Predictive,
            PolicyType::Predictive => PolicyType::Adaptive,
            other @ (PolicyType::Gradual | PolicyType::Adaptive | PolicyType::Proportional) => other,
        };
        let metrics = base.metrics.iter().map(|rule| {
            let share = match rule.metric {
                Metric::Cpu | Metric::Requests => size,
                Metric::Memory | Metric::ResponseTime | Metric::ErrorRate => guard,
            };
            let threshold = rounded(rule.threshold * between(share, THRESHOLDS), 0.001);
            let most = if rule.metric == Metric::ErrorRate { LARGEST_ERROR_RATE } else { 0.98 };
            // Memory says what an instance holds, not what it carries: moving its threshold breaks more than it saves.
            let moved = if rule.metric == Metric::Memory { rule.threshold } else { threshold.min(most).max(0.001) };
            crate::policy::MetricRule { threshold: moved, ..*rule }
        });
        let consolidates = window < 0.9;
        let seconds = |share: f64, most: f64| rounded(share * most, 15.0);
        let draft = PolicyDraft {
            policy_type: Some(policy_type),
            metrics: Some(metrics.collect()),
            aggregation: Some(AGGREGATIONS[((aggregation * 4.0) as usize).min(3)]),
            scale_down_threshold: Some(rounded(base.scale_up_threshold * between(down, DOWN), 0.01)),
            urgent_pressure: Some(rounded(between(urgent, URGENT), 0.01)),
            scale_up_cooldown: Some(seconds(up_cooldown * up_cooldown, COOLDOWN)),
            scale_down_cooldown: Some(seconds(down_cooldown * down_cooldown, COOLDOWN)),
            consolidation: Some(consolidates),
            stabilization_window: Some(if consolidates {
                seconds((window / 0.8).min(1.0), WINDOW)
            } else {
                f64::from(base.stabilization_window)
            }),
            forecast_quantile: Some(if is_predictive { quantile_at(quantile) } else { base.forecast_quantile }),
            follow_objective: Some(if is_predictive { objective < 0.5 } else { base.follow_objective }),
            ..PolicyDraft::from(base)
        };
        let identity = Identity { id: base.id.clone(), version: base.version, updated_at: base.updated_at };
        validate(&draft, PolicyBase::Existing(base), identity).ok().map(|checked| checked.policy)
    }
}

/// From the calmest to the one that a single metric moves most.
const AGGREGATIONS: [Aggregation; 4] = [Aggregation::Mean, Aggregation::Balanced, Aggregation::Sensitive, Aggregation::Max];

fn place_of_aggregation(aggregation: Aggregation) -> f64 {
    let place = AGGREGATIONS.iter().position(|known| *known == aggregation).unwrap_or(0);
    (place as f64 + 0.5) / 4.0
}

fn spread_of_quantiles() -> f64 {
    ((1.0 - LOWEST_QUANTILE) / (1.0 - HIGHEST_QUANTILE)).ln()
}

/// From the highest at 0 to the lowest at 1, evenly in what is left over: each step doubles what may come too late.
fn quantile_at(share: f64) -> f64 {
    let left = (1.0 - HIGHEST_QUANTILE) * (share * spread_of_quantiles()).exp();
    rounded(1.0 - left, 0.001).clamp(LOWEST_QUANTILE, HIGHEST_QUANTILE)
}

fn between(share: f64, (low, high): (f64, f64)) -> f64 {
    low + share * (high - low)
}

fn within(value: f64, (low, high): (f64, f64)) -> f64 {
    ((value - low) / (high - low)).clamp(0.0, 1.0)
}

/// To the nearest multiple of a step that divides 1 or is whole.
fn rounded(value: f64, step: f64) -> f64 {
    if step >= 1.0 { (value / step).round() * step } else { (value / step).round() / (1.0 / step).round() }
}
