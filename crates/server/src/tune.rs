//! `headroomd tune`: a better policy for a recorded traffic, proved on its last third.

use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, bail, ensure};
use headroom_core::policy::{Policy, PolicyDraft, PolicyType};
use headroom_core::simulate::{Live, Workload, benchmark_policy, run as play, run_stressed};
use headroom_core::tune::{Outcome, USUAL_LIMIT, USUAL_TRIALS, Weighed};
use headroom_engine::tuning::{Found, Search, search};
use indicatif::ProgressBar;
use serde::Serialize;

use crate::progress;
use crate::traces::{self, PlantArguments};

/// What to tune on, and to what end.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A CSV file `timestamp_s,requests_per_s`.
    #[arg(long)]
    trace: PathBuf,
    /// The longest acceptable response time in milliseconds.
    #[arg(long, default_value_t = 300.0)]
    objective_ms: f64,
    /// The share of requests that may be later, in percent.
    #[arg(long, default_value_t = USUAL_LIMIT * 100.0)]
    late_percent: f64,
    /// How many policies are played.
    #[arg(long, default_value_t = USUAL_TRIALS)]
    trials: usize,
    #[command(flatten)]
    plant: PlantArguments,
    /// One JSON object instead of text.
    #[arg(long)]
    json: bool,
}

/// Policies that one search plays at most: an hour on long traces.
const MOST_TRIALS: usize = 100_000;

/// The whole answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    trace: String,
    objective_ms: f64,
    late_percent: f64,
    tried: usize,
    days_fitted: f64,
    days_held_back: f64,
    sentence: String,
    current: Row,
    /// None: keep what there is.
    proposal: Option<Row>,
    front: Vec<Row>,
}

/// One policy on both parts of the days.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    fitted: Figures,
    held_back: Figures,
    policy: PolicyDraft,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Figures {
    late_percent: f64,
    instance_hours: f64,
}

impl Row {
    fn of(weighed: &Weighed) -> Self {
        let figures = |outcome: Outcome| Figures { late_percent: outcome.late * 100.0, instance_hours: outcome.cost };
        Self { fitted: figures(weighed.fitted), held_back: figures(weighed.held_back), policy: PolicyDraft::from(&weighed.policy) }
    }
}

/// Searches on the first two thirds of the trace, and prints what to change to and what it gains on the last.
///
/// # Errors
/// Settings out of range, a file that cannot be read or is no trace (with the line), output that cannot be written.
pub fn run(arguments: &Arguments, out: &mut impl Write, bar: &ProgressBar) -> anyhow::Result<()> {
    let positive = |value: f64| value.is_finite() && value > 0.0;
    ensure!(positive(arguments.objective_ms), "--objective-ms must be above 0");
    ensure!(positive(arguments.late_percent) && arguments.late_percent < 100.0, "--late-percent must be between 0 and 100");
    ensure!((1..=MOST_TRIALS).contains(&arguments.trials), "--trials must be 1 to {MOST_TRIALS}");
    let setup = arguments.plant.setup()?;
    let trace = match traces::read(&arguments.trace)? {
        traces::Found::Trace(trace) => trace,
        traces::Found::Other(error) => bail!("{}: {error}", arguments.trace.display()),
    };
    let workload = Workload::new(&trace, &setup).with_context(|| format!("simulate {}", arguments.trace.display()))?;
    let workload = workload.with_objective(arguments.objective_ms / 1e3);
    let name = traces::name(&arguments.trace);
    progress::say(bar, name.clone());
    bar.set_length(arguments.trials as u64);
    let limit = arguments.late_percent / 100.0;
    let base = benchmark_policy(PolicyType::Adaptive);
    let found = tune(&base, &workload, arguments.plant.plant, limit, arguments.trials, |tried| bar.set_position(tried as u64));
    bar.finish_and_clear();
    let days = |ticks: usize| ticks as f64 * workload.plant().tick_seconds / 86_400.0;
    let answer = Answer {
        trace: name,
        objective_ms: arguments.objective_ms,
        late_percent: arguments.late_percent,
        tried: found.tried,
        days_fitted: days(split(&workload)),
        days_held_back: days(workload.ticks() - split(&workload)),
        sentence: sentence(&found),
        current: Row::of(&found.current),
        proposal: found.proposed().map(Row::of),
        front: found.front.iter().map(Row::of).collect(),
    };
    print(&answer, arguments.json, out)
}

/// Searches on the first two thirds of a workload and weighs on the last. The seed is the workload's own.
pub(crate) fn tune(base: &Policy, workload: &Workload, plant: u8, limit: f64, trials: usize, mut progress: impl FnMut(usize)) -> Found {
    let split = split(workload);
    let (fit, held_back) = (workload.first(split), workload.scored_from(split));
    let outcome = |policy: &Policy, workload: &Workload| {
        let mut live = Live::new(policy, workload);
        let scores = if plant == 1 { play(workload, &mut live) } else { run_stressed(workload, &mut live).scores };
        Outcome { late: scores.violations / 100.0, cost: scores.instance_hours }
    };
    let what = Search { base, limit, seed: 1, trials };
    let never = AtomicBool::new(false);
    search(what, |policy| outcome(policy, &fit), |policy| outcome(policy, &held_back), |tried, _| progress(tried), &never)
        .expect("nobody cancels it, and the base is always played")
}

fn split(workload: &Workload) -> usize {
    (workload.warm_up() + (workload.ticks() - workload.warm_up()) * 2 / 3).max(2).min(workload.ticks())
}

fn sentence(found: &Found) -> String {
    let before = found.current.held_back;
    match found.proposed() {
        None => format!("Keep what you have: of {} policies, none is better on the days held back.", found.tried),
        Some(proposed) => {
            let after = proposed.held_back;
            let change = (after.cost / before.cost - 1.0) * 100.0;
            let (less, size) = (if change < 0.0 { "less" } else { "more" }, change.abs());
            format!(
                "On the days held back it costs {size:.1} % {less}, with {:.2} % of the requests late instead of {:.2} %.",
                after.late * 100.0,
                before.late * 100.0
            )
        }
    }
}

fn print(answer: &Answer, json: bool, out: &mut impl Write) -> anyhow::Result<()> {
    if json {
        writeln!(out, "{}", serde_json::to_string(answer)?)?;
        return Ok(());
    }
    let Answer { trace, tried, days_fitted, days_held_back, sentence, current, proposal, front, .. } = answer;
    writeln!(out, "{trace}: {tried} policies on {days_fitted:.1} days, proved on the {days_held_back:.1} days after them")?;
    writeln!(out, "{sentence}")?;
    let row = |mark: &str, row: &Row, out: &mut dyn Write| {
        let Row { fitted, held_back, policy } = row;
        let kind = policy.policy_type.map_or_else(String::new, |kind| format!("{kind:?}").to_lowercase());
        writeln!(
            out,
            "{mark} late {:6.2} % then {:6.2} %  hours {:9.1} then {:9.1}  {kind}",
            fitted.late_percent, held_back.late_percent, fitted.instance_hours, held_back.instance_hours
        )
    };
    row("now     ", current, out)?;
    for one in front {
        row("front   ", one, out)?;
    }
    if let Some(proposal) = proposal {
        row("proposed", proposal, out)?;
        writeln!(out, "{}", serde_json::to_string_pretty(&proposal.policy)?)?;
    }
    Ok(())
}
