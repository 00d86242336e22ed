//! A decision in words: one sentence, a few words, and the line that opens a deployment's page.

use chrono::{DateTime, TimeDelta, Utc};

use super::decision::{Action, Decision, Direction};
use super::distance::Distance;
use super::reason::Reason;
use super::words::{self, capitalized, duration, is_times_its, percent, reading, score};
use crate::metric::Metric;
use crate::policy::{PolicyMode, PolicyType};
use crate::units::Instances;

impl Decision {
    /// Why, as one sentence: "3 → 4 instances: CPU 92 % is 1.31 × its 70 % trigger."
    #[must_use]
    pub fn sentence(&self) -> String {
        let total = self.total();
        match self.reason {
            Reason::PolicyDisabled => format!("Holding at {total}. The policy is switched off."),
            Reason::Paused => format!("Holding at {total}. This deployment is paused."),
            Reason::PausedAll => format!("Holding at {total}. Everything is paused."),
            Reason::CountUnknown { hole } => format!("Nothing done: how many instances there are is not known, {}.", words::hole(hole)),
            Reason::StoppedFromOutside => "Held at 0. Somebody stopped it outside Headroom; resume it to scale again.".to_owned(),
            Reason::BelowMinimum { minimum } => format!("{}: the minimum is {minimum}{}.", self.move_words(), self.scheduled()),
            Reason::AboveMaximum { maximum } => format!("{}: the maximum is {maximum}{}.", self.move_words(), self.scheduled()),
            Reason::TooFewReadings { fresh } => {
                format!("Held at {total}: fresh readings make up {} of the weight, half is needed.", percent(fresh))
            }
            Reason::MissingHoldsDown { metric, hole } => {
                format!("Held at {total}: {} has no reading ({}), so never down.", metric.words(), words::hole(hole))
            }
            Reason::ManualOverride { instances, until } => format!("Held at {instances} by hand, {} left.", self.left(until)),
            Reason::WarmUp { until } => format!("Held at {total}: just started, not down for {}.", self.left(until)),
            Reason::InsideBand | Reason::WithinTolerance => self.calm_sentence(),
            Reason::ScoreUp { .. } | Reason::AloneUp { .. } | Reason::RequestsAtZero { .. } => {
                format!("{}: {}.", self.move_words(), self.pressing())
            }
            Reason::ForecastUp { .. } => format!("{}: {}.", self.move_words(), self.pressing()),
            Reason::ForecastHolds { .. } => format!("Held at {total}: {}, but {}.", self.calming(), self.ahead()),
            Reason::ForecastDown { .. } => format!("{}: {}.", self.move_words(), self.ahead()),
            Reason::ScoreDown { .. } | Reason::Consolidated { .. } | Reason::FewerSuffice { .. } => {
                format!("{}: {}.", self.move_words(), self.calming())
            }
            Reason::GuardVetoesDown { metric, .. } => {
                format!("Held at {total}: {}, too near to go down.", self.against_trigger(metric))
            }
            Reason::MoreDoesNotHelp { metric, until } => {
                let name = words::metric_name(metric, self.response_statistic);
                format!(
                    "Held at {total}. More instances are not helping: two steps left {name} as it was. Asked again in {}.",
                    self.left(until)
                )
            }
            Reason::Cooldown { asked, until } => {
                let more = if asked == Direction::Up { self.pressing() } else { self.calming() };
                format!("Held at {total}: {more}, and the cooldown has {} left.", self.left(until))
            }
            Reason::AtMaximum { maximum, .. } => {
                format!("Held at {maximum}, the maximum{}. {}.", self.scheduled(), capitalized(&self.pressing()))
            }
            Reason::AtMinimum { minimum } => self.at_minimum(minimum),
            Reason::WouldComeBack { instances, pressure } => {
                let score_there = score((self.band.up * pressure).min(1.0));
                format!("Held at {total}: {instances} would come straight back, its score would be {score_there}.")
            }
            Reason::BudgetHolds { affordable } => {
                let now = self.score.map_or_else(|| "the policy".to_owned(), |now| format!("the score {}", score(now)));
                let asks = format!("{} asks for {}", capitalized(&now), self.counts.limited);
                format!("Held at {total}. {asks}; {} pays for {affordable}.", self.budget_words())
            }
            Reason::Stabilizing { wanted, window_seconds } => {
                let window = duration(TimeDelta::seconds(i64::from(window_seconds)));
                format!("Held at {total}: {} would do now, but {wanted} were wanted within the last {window}.", self.counts.raw)
            }
            Reason::AlreadyStarting { starting } => {
                format!("Holding at {total}: {}, and the {starting} starting cover it.", self.pressing())
            }
        }
    }

    /// Why, in a few words without a full stop, for a table row.
    #[must_use]
    pub fn short(&self) -> String {
        match self.reason {
            Reason::PolicyDisabled => "Policy switched off".to_owned(),
            Reason::Paused => "Paused".to_owned(),
            Reason::PausedAll => "Everything is paused".to_owned(),
            Reason::CountUnknown { .. } => "Count not known".to_owned(),
            Reason::StoppedFromOutside => "Stopped from outside".to_owned(),
            Reason::BelowMinimum { minimum } => format!("{}: minimum {minimum}", self.arrow()),
            Reason::AboveMaximum { maximum } => format!("{}: maximum {maximum}", self.arrow()),
            Reason::TooFewReadings { .. } => "Too few fresh readings".to_owned(),
            Reason::MissingHoldsDown { metric, .. } => format!("{}: no reading, so not down", capitalized(metric.words())),
            Reason::ManualOverride { instances, until } => format!("{instances} by hand, {} left", self.left(until)),
            Reason::WarmUp { until } => format!("Just started, not down for {}", self.left(until)),
            Reason::InsideBand => "Inside the band".to_owned(),
            Reason::WithinTolerance => format!("Within 10{}% of its target", '\u{a0}'),
            Reason::ScoreUp { .. } | Reason::AloneUp { .. } | Reason::RequestsAtZero { .. } => {
                format!("{}: {}", self.arrow(), self.pressing_short())
            }
            Reason::ScoreDown { score: at, threshold } => format!("{}: score {} ≤ {}", self.arrow(), score(at), score(threshold)),
            Reason::Consolidated { window_seconds } => {
                format!("{}: fitted for {}", self.arrow(), duration(TimeDelta::seconds(i64::from(window_seconds))))
            }
            Reason::FewerSuffice { .. } => format!("{}: {}", self.arrow(), self.pressing_short()),
            Reason::ForecastUp { expected, lead_seconds, .. } => {
                format!("{}: {} expected in {}", self.arrow(), words::trimmed(expected, 1), lead(lead_seconds))
            }
            Reason::ForecastHolds { instances, lead_seconds, .. } => format!("The forecast needs {instances} in {}", lead(lead_seconds)),
            Reason::ForecastDown { expected, lead_seconds, .. } => {
                format!("{}: {} expected in {}", self.arrow(), words::trimmed(expected, 1), lead(lead_seconds))
            }
            Reason::GuardVetoesDown { metric, .. } => format!("{} too near its trigger to go down", capitalized(metric.words())),
            Reason::MoreDoesNotHelp { .. } => "More instances are not helping".to_owned(),
            Reason::Cooldown { until, .. } => format!("Cooldown, {} left", self.left(until)),
            Reason::AtMaximum { .. } => format!("At the maximum, {}", self.pressing_short()),
            Reason::AtMinimum { .. } => "At the minimum".to_owned(),
            Reason::WouldComeBack { instances, .. } => format!("{} → {instances} would come straight back", self.total()),
            Reason::BudgetHolds { affordable } => format!("{} pays for {affordable}", capitalized(&self.budget_words())),
            Reason::Stabilizing { wanted, .. } => format!("{wanted} were wanted a moment ago"),
            Reason::AlreadyStarting { starting } => format!("{starting} starting cover it"),
        }
    }

    /// The line that opens the deployment's page: "Holding at 7. 17 % more traffic fits now, 37 % once the seventh is ready."
    ///
    /// Where something is done or held, the reason is that line.
    #[must_use]
    pub fn status_sentence(&self, distance: &Distance) -> String {
        let is_calm = matches!(self.reason, Reason::InsideBand | Reason::WithinTolerance | Reason::AlreadyStarting { .. });
        let Some(now) = distance.traffic_to_up.filter(|growth| is_calm && *growth > -0.005) else {
            return self.sentence();
        };
        let total = self.total();
        let when_ready = distance.traffic_to_up_when_ready.map_or_else(String::new, |growth| {
            let starting = self.current().map_or(Instances::ZERO, |count| count.starting);
            let who =
                if starting == Instances::ONE { format!("the {} is ready", ordinal(total)) } else { format!("all {total} are ready") };
            format!(", {} once {who}", percent(growth))
        });
        format!("Holding at {total}. {} more traffic fits now{when_ready}.", percent(now.max(0.0)))
    }

    fn total(&self) -> Instances {
        self.current().map_or(Instances::ZERO, |count| count.total())
    }

    fn left(&self, until: DateTime<Utc>) -> String {
        duration(until - self.at)
    }

    fn arrow(&self) -> String {
        format!("{} → {}", self.total(), self.counts.ordered)
    }

    /// "3 → 4 instances"; in shadow, where nothing moves, "Would go 3 → 4".
    fn move_words(&self) -> String {
        match (self.mode, self.action) {
            (PolicyMode::Shadow, Action::ScaleUp | Action::ScaleDown) => format!("Would go {}", self.arrow()),
            (PolicyMode::Live, _) | (PolicyMode::Shadow, Action::NoChange) => format!("{} instances", self.arrow()),
        }
    }

    /// "CPU 92 % is 1.31 × its 70 % trigger".
    fn against_trigger(&self, metric: Metric) -> String {
        let name = words::metric_name(metric, self.response_statistic);
        match self.contributions[metric].and_then(|contribution| Some((contribution, contribution.value?))) {
            Some((contribution, value)) => {
                let (value, trigger) = (reading(metric, value), reading(metric, contribution.trigger_value));
                format!("{name} {value} {} {trigger} trigger", is_times_its(metric, contribution.pressure))
            }
            None => format!("{name} has no reading"),
        }
    }

    /// The metric that presses most: of those at or past their trigger the one with the largest share, else the largest share.
    fn leader(&self) -> Option<Metric> {
        let counted = self.contributions.iter().filter_map(|(metric, contribution)| {
            let contribution = contribution.as_ref().filter(|contribution| contribution.value.is_some() && contribution.weight > 0.0)?;
            Some((metric, contribution.pressure >= 1.0 - super::pressure::SLACK, contribution.share))
        });
        let better =
            |best: (Metric, bool, f64), other: (Metric, bool, f64)| if (other.1, other.2) > (best.1, best.2) { other } else { best };
        counted.reduce(better).map(|(metric, ..)| metric)
    }

    /// What asks for more, as a clause.
    pub(super) fn pressing(&self) -> String {
        match self.reason {
            Reason::AloneUp { metric, value } => {
                format!("{} {}, at its limit twice in a row", words::metric_name(metric, self.response_statistic), reading(metric, value))
            }
            Reason::RequestsAtZero { rate } => format!("{}\u{a0}requests per second come and no instance answers", words::trimmed(rate, 1)),
            Reason::ScoreUp { leader, .. } => self.against_trigger(leader),
            Reason::ForecastUp { .. } => self.ahead(),
            _ => self.leader().map_or_else(|| "more is asked for".to_owned(), |leader| self.against_trigger(leader)),
        }
    }

    fn pressing_short(&self) -> String {
        let named = |metric, pressure| {
            format!("{} {} trigger", words::metric_name(metric, self.response_statistic), is_times_its(metric, pressure))
        };
        match self.reason {
            Reason::AloneUp { metric, value } => {
                format!("{} {} twice", words::metric_name(metric, self.response_statistic), reading(metric, value))
            }
            Reason::RequestsAtZero { .. } => "requests wait".to_owned(),
            Reason::ForecastUp { expected, lead_seconds, .. } => {
                format!("{} expected in {}", words::trimmed(expected, 1), lead(lead_seconds))
            }
            Reason::ScoreUp { leader, pressure, .. } => named(leader, pressure),
            _ => match self.leader().and_then(|metric| Some((metric, self.contributions[metric]?.pressure))) {
                Some((metric, pressure)) => named(metric, pressure),
                None => "more is asked for".to_owned(),
            },
        }
    }

    /// "in 2 min 14 instances’ worth is expected; 16 are enough with 99 %", as a clause; empty without an outlook.
    fn ahead(&self) -> String {
        let Some(outlook) = &self.outlook else { return String::new() };
        let worth = words::trimmed(outlook.expected, 1);
        let instances = outlook.instances();
        let noun = if worth == "1" { "instance’s" } else { "instances’" };
        let enough = if instances == Instances::ONE { "1 is enough".to_owned() } else { format!("{instances} are enough") };
        format!("in {} {worth} {noun} worth is expected; {enough} with {}", lead(outlook.lead_seconds), words::share(outlook.quantile))
    }

    /// What asks for fewer, as a clause.
    fn calming(&self) -> String {
        match self.reason {
            Reason::Consolidated { window_seconds } => {
                let window = duration(TimeDelta::seconds(i64::from(window_seconds)));
                format!("all of the last {window} would have fitted in {}", self.counts.stabilized)
            }
            Reason::ScoreDown { score: at, threshold } => {
                let there = self
                    .down_score_at(self.counts.ordered)
                    .map_or_else(String::new, |there| format!("; at {} it will be {}", self.counts.ordered, score(there)));
                format!("the score {} is at or under {}{there}", score(at), score(threshold))
            }
            _ if self.policy_type == PolicyType::Proportional => {
                self.leader().map_or_else(|| "nothing presses".to_owned(), |leader| self.against_trigger(leader))
            }
            _ => match self.down_score {
                Some(at) if at <= self.band.down => format!("the score {} is at or under {}", score(at), score(self.band.down)),
                Some(_) | None if self.outlook.is_some() => self.ahead(),
                Some(_) | None => "a whole calm window would fit in fewer".to_owned(),
            },
        }
    }

    /// The down score that this load would have at another count.
    fn down_score_at(&self, instances: Instances) -> Option<f64> {
        let ready = self.current()?.ready;
        let there = self.down_score? * ready.as_f64() / instances.as_f64();
        there.is_finite().then_some(there.min(1.0))
    }

    /// By which schedules the bounds are what they are.
    fn scheduled(&self) -> String {
        if self.schedules.is_empty() {
            return String::new();
        }
        let names: Vec<String> = self.schedules.iter().map(|name| format!("“{name}”")).collect();
        format!(" while {} {}", names.join(" and "), if names.len() == 1 { "runs" } else { "run" })
    }

    fn at_minimum(&self, minimum: Instances) -> String {
        if minimum == Instances::ZERO {
            return "Holding at 0. No request waits.".to_owned();
        }
        format!("Held at {minimum}, the minimum{}. {}.", self.scheduled(), capitalized(&self.calming()))
    }

    /// "Holding at 7. The score 0.60 is inside 0.30–0.70."
    fn calm_sentence(&self) -> String {
        let total = self.total();
        let Some(now) = self.score else { return format!("Holding at {total}. No metric has a fresh reading.") };
        if self.policy_type == PolicyType::Proportional {
            let leader = self.leader().map_or_else(|| "nothing presses".to_owned(), |leader| self.against_trigger(leader));
            return format!("Holding at {total}. {}, inside its 10\u{a0}% tolerance.", capitalized(&leader));
        }
        let (down, up) = (score(self.band.down), score(self.band.up));
        match self.down_score {
            Some(down_score) if now <= self.band.down && down_score > self.band.down => {
                format!(
                    "Holding at {total}. The score {} is low, but what sets the size comes to {}, over {down}.",
                    score(now),
                    score(down_score)
                )
            }
            Some(_) | None => format!("Holding at {total}. The score {} is inside {down}–{up}.", score(now)),
        }
    }

    fn budget_words(&self) -> String {
        self.budget.as_ref().map_or_else(|| "the budget".to_owned(), |limit| format!("budget “{}”", limit.budget))
    }
}

/// A lead as words: "1 min 30 s".
pub(super) fn lead(seconds: f64) -> String {
    duration(TimeDelta::milliseconds((seconds * 1_000.0) as i64))
}

/// "seventh"; from the thirteenth on "13th".
fn ordinal(instances: Instances) -> String {
    const WORDS: [&str; 13] =
        ["zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth"];
    if let Some(word) = WORDS.get(instances.0 as usize) {
        return (*word).to_owned();
    }
    let ending = match (instances.0 % 100, instances.0 % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{instances}{ending}")
}
