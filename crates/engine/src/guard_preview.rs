//! What a guard would do to service in the rest of a period: recorded demand, played again with and without it.

use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::budget::guard::left_to_share;
use headroom_core::budget::{Guard, Member};
use headroom_core::decide::words;
use headroom_core::deployment::DeploymentId;
use headroom_core::policy::Policy;
use headroom_core::simulate::{Backtest, BacktestSetup, GuardPlay, NoDemand, RecordedDemand, backtest, backtest_guarded};
use headroom_core::units::{Money, MoneyPerHour};
use headroom_store::{ReadTransaction, StoreError};

use crate::budgets::{Tracked, cost_per_hour, is_scaled};
use crate::engine::Inner;
use crate::range::moment;
use crate::recorded::{interval_of, looks_between, setup_of};
use crate::standing::count;
use crate::view::{GuardPlayed, GuardPreview, amount};

/// Recorded time that is played again: a week has every hour of the week once.
const PLAYED: TimeDelta = TimeDelta::days(7);
/// Recorded time under which one busy hour is the whole pattern.
const LEAST_PLAYED: TimeDelta = TimeDelta::hours(24);
/// Deployments that are played; the others go on at what they cost now.
const MOST_PLAYED: usize = 20;
/// Steps of the rest of a period that are played at most, of each deployment.
const MOST_STEPS: i64 = 50_000;

/// One deployment as it is played.
struct Playing {
    id: DeploymentId,
    policy: Policy,
    setup: BacktestSetup,
    step: TimeDelta,
    per_hour: MoneyPerHour,
}

/// What is known before anything is read.
pub(crate) struct Question {
    tracked: Tracked,
    guard: Guard,
    now: DateTime<Utc>,
    playing: Vec<Playing>,
    members: Vec<Member>,
}

impl Inner {
    /// Who is played, and who goes on at what it costs now.
    pub(crate) fn guard_question(&self, mut tracked: Tracked, guard: Guard, now: DateTime<Utc>) -> Question {
        tracked.turn(now);
        let fleet = self.fleet.lock();
        let mut scaled: Vec<Playing> = Vec::new();
        let mut members = Vec::new();
        for live in fleet.live.values().filter(|live| tracked.budget.scope.covers(&live.deployment)) {
            let per_hour = cost_per_hour(live, &self.prices, now);
            match live.policy.as_deref().filter(|_| is_scaled(live) && count(live).is_some()) {
                None => members.push(Member { cost_per_hour: per_hour, is_fixed: true }),
                Some(policy) => scaled.push(Playing {
                    id: live.deployment.id.clone(),
                    policy: policy.clone(),
                    setup: setup_of(&fleet, live, &self.prices, now),
                    step: interval_of(&fleet, live),
                    per_hour,
                }),
            }
        }
        scaled.sort_by(|a, b| b.per_hour.cmp(&a.per_hour).then_with(|| a.id.cmp(&b.id)));
        let others = if scaled.len() > MOST_PLAYED { scaled.split_off(MOST_PLAYED) } else { Vec::new() };
        members.extend(others.iter().map(|other| Member { cost_per_hour: other.per_hour, is_fixed: true }));
        members.extend(scaled.iter().map(|playing| Member { cost_per_hour: playing.per_hour, is_fixed: false }));
        Question { tracked, guard, now, playing: scaled, members }
    }
}

/// Plays the rest of the period with and without the guard. Blocks: off the runtime.
pub(crate) fn preview(read: &ReadTransaction<'_>, question: &Question, currency: &str) -> Result<GuardPreview, StoreError> {
    let Question { tracked, guard, now, playing, members } = question;
    let time_left = tracked.period.left(*now);
    let left = left_to_share(tracked.budget.monthly_limit, tracked.spent, members, time_left);
    let all = members.iter().filter(|member| !member.is_fixed).fold(MoneyPerHour::ZERO, |sum, member| sum + member.cost_per_hour);
    let fixed =
        members.iter().filter(|member| member.is_fixed).fold(MoneyPerHour::ZERO, |sum, member| sum + member.cost_per_hour) * time_left;
    let (mut off, mut on) = (Sum::new(tracked.spent + fixed), Sum::new(tracked.spent + fixed));
    let (mut played, mut unknown, mut recorded) = (0_usize, Vec::new(), TimeDelta::zero());
    for one in playing {
        let Ok(demand) = demand_of(read, one, *now, time_left)? else {
            // What was never measured goes on at what it costs now.
            unknown.push(one.id.clone());
            off.end += one.per_hour * time_left;
            on.end += one.per_hour * time_left;
            continue;
        };
        played += 1;
        recorded = recorded.max(demand.length());
        let demand = demand.repeated(time_left);
        let work = demand.demands().iter().sum::<f64>() / demand.per_instance;
        off.add(&backtest(&one.policy, &demand, &one.setup), work);
        let share = if all > MoneyPerHour::ZERO { one.per_hour.nanos() as f64 / all.nanos() as f64 } else { 1.0 / playing.len() as f64 };
        let guard = GuardPlay { left: Money::from_units(left.as_units() * share), time_left, is_strict: *guard == Guard::Strict };
        on.add(&backtest_guarded(&one.policy, &demand, &one.setup, &guard), work);
    }
    let until = moment(tracked.budget.time_zone, tracked.period.end);
    let based_on = if played == 0 {
        format!("Nothing could be played: a day of recorded readings is needed, with requests or CPU in them.{}", missing(&unknown))
    } else {
        format!("The last {} of recorded demand, played again until {until}.{}", length_words(recorded.min(time_left)), missing(&unknown))
    };
    let (off, on) = (off.played(), on.played());
    let sentence = (played > 0).then(|| sentence(&off, &on, currency, tracked.budget.monthly_limit));
    Ok(GuardPreview { until: tracked.period.end, off, on, deployments: played, based_on, sentence })
}

fn missing(unknown: &[DeploymentId]) -> String {
    if unknown.is_empty() { String::new() } else { format!(" {} without such a day go on at what they cost now.", unknown.len()) }
}

fn length_words(length: TimeDelta) -> String {
    // Two days and more are counted in days.
    if length.num_hours() >= 48 { format!("{} days", (length.num_minutes() + 720) / 1_440) } else { words::duration(length) }
}

fn sentence(off: &GuardPlayed, on: &GuardPlayed, currency: &str, limit: Money) -> String {
    if off.month_end == on.month_end {
        return "It would hold nothing back: the rest of the period is paid for.".to_owned();
    }
    let late = words::share((on.over_objective - off.over_objective).max(0.0));
    let inside = if on.month_end <= limit { "" } else { " That is still over the limit: policies' minimums and what is fixed cost more." };
    format!(
        "It would end the period at {} instead of {}, with {late} more of the requests over the objective.{inside}",
        amount(on.month_end, currency),
        amount(off.month_end, currency)
    )
}

/// What was asked of a deployment in the last week.
fn demand_of(
    read: &ReadTransaction<'_>,
    one: &Playing,
    now: DateTime<Utc>,
    time_left: TimeDelta,
) -> Result<Result<RecordedDemand, NoDemand>, StoreError> {
    // Coarser steps where the rest of the period is long: the shape stays.
    let least = TimeDelta::milliseconds(time_left.num_milliseconds() / MOST_STEPS);
    let step = one.step.max(least);
    let looks = looks_between(read, &one.id, now - PLAYED, now)?;
    let span = looks.first().zip(looks.last()).map_or(TimeDelta::zero(), |(first, last)| last.at - first.at);
    if span < LEAST_PLAYED {
        return Ok(Err(NoDemand::TooShort));
    }
    Ok(RecordedDemand::of(looks, step))
}

/// Sums over deployments.
struct Sum {
    end: Money,
    instances: f64,
    /// In steps of fully used instances, so that deployments with and without a request rate weigh alike.
    work: f64,
    late: f64,
}

impl Sum {
    fn new(end: Money) -> Self {
        Self { end, instances: 0.0, work: 0.0, late: 0.0 }
    }

    fn add(&mut self, played: &Backtest, work: f64) {
        self.end += played.cost;
        let billed: u64 = played.instances.iter().map(|count| u64::from(*count)).sum();
        self.instances += billed as f64 / played.instances.len().max(1) as f64;
        self.work += work;
        self.late += work * played.scores.violations / 100.0;
    }

    fn played(self) -> GuardPlayed {
        GuardPlayed {
            month_end: self.end,
            mean_instances: self.instances,
            over_objective: if self.work > 0.0 { self.late / self.work } else { 0.0 },
        }
    }
}
