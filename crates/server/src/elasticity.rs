//! `headroomd elasticity`: policies and other autoscalers on recorded traffic, one line of figures each.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Instant;

use anyhow::{Context, ensure};
use headroom_core::policy::PolicyType;
use headroom_core::simulate::baselines::{AwsTargetTracking, Hpa, HpaRate, Kpa, Oracle, PlusMinusOne, Static};
use headroom_core::simulate::kubernetes::HpaKubernetes;
use headroom_core::simulate::{DEMAND_COLUMN, Live, Recorded, Setup, Workload, benchmark_policy};
use headroom_core::tune::{USUAL_LIMIT, USUAL_TRIALS};
use indicatif::ProgressBar;

use crate::progress;
use crate::score::{How, Line, oracle_hours};
use crate::traces::{self, Found, PlantArguments};
use crate::tune::tune;

/// What to score, on what, and how.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A CSV file `timestamp_s,requests_per_s`, or a folder of them.
    #[arg(long)]
    traces: PathBuf,
    #[command(flatten)]
    plant: PlantArguments,
    /// headroom, headroom-adaptive, headroom-gradual, tuned, hpa:T, hpa-k8s:T, hpa-rate:T, kpa:T, aws:T, plus-minus-one, static, oracle; may be given more than once. With `tuned`, which is tuned on the first half of each trace, all are scored on the second.
    #[arg(long = "policy")]
    policies: Vec<Policy>,
    /// Write the wanted instances per tick as a JSON array; for one trace and one policy.
    #[arg(long)]
    decisions: Option<PathBuf>,
    /// One JSON object a line instead of a table.
    #[arg(long)]
    json: bool,
}

/// A policy by its name on the command line.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Policy {
    Headroom,
    Adaptive,
    Gradual,
    /// Tuned on the first half, from `Headroom` on.
    Tuned,
    Hpa(f64),
    HpaKubernetes(f64),
    HpaRate(f64),
    Kpa(f64),
    Aws(f64),
    PlusMinusOne,
    Static,
    Oracle,
}

/// What is scored when nothing is named.
const USUAL: [Policy; 11] = [
    Policy::Oracle,
    Policy::Static,
    Policy::Headroom,
    Policy::Adaptive,
    Policy::Gradual,
    Policy::Hpa(0.7),
    Policy::HpaKubernetes(0.7),
    Policy::HpaRate(0.7),
    Policy::Kpa(0.7),
    Policy::Aws(0.7),
    Policy::PlusMinusOne,
];

impl FromStr for Policy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, target) = text.split_once(':').map_or((text, None), |(name, target)| (name, Some(target)));
        let share = || match target.unwrap_or("0.7").parse::<f64>() {
            Ok(share) if share > 0.0 && share <= 1.0 => Ok(share),
            Ok(_) | Err(_) => Err(format!("`{text}`: the target must be a share in (0, 1], such as `{name}:0.7`")),
        };
        let alone = |policy| if target.is_none() { Ok(policy) } else { Err(format!("`{name}` takes no target")) };
        match name {
            "headroom" => alone(Self::Headroom),
            "headroom-adaptive" => alone(Self::Adaptive),
            "headroom-gradual" => alone(Self::Gradual),
            "tuned" => alone(Self::Tuned),
            "hpa" => share().map(Self::Hpa),
            "hpa-k8s" => share().map(Self::HpaKubernetes),
            "hpa-rate" => share().map(Self::HpaRate),
            "kpa" => share().map(Self::Kpa),
            "aws" => share().map(Self::Aws),
            "plus-minus-one" => alone(Self::PlusMinusOne),
            "static" => alone(Self::Static),
            "oracle" => alone(Self::Oracle),
            _ => Err(format!(
                "no policy `{name}`; known are headroom, headroom-adaptive, headroom-gradual, tuned, hpa, hpa-k8s, hpa-rate, kpa, aws, plus-minus-one, static, oracle"
            )),
        }
    }
}

impl Policy {
    fn name(self) -> String {
        match self {
            Self::Headroom => "headroom".into(),
            Self::Adaptive => "headroom-adaptive".into(),
            Self::Gradual => "headroom-gradual".into(),
            Self::Tuned => "tuned".into(),
            Self::Hpa(share) => format!("hpa:{share}"),
            Self::HpaKubernetes(share) => format!("hpa-k8s:{share}"),
            Self::HpaRate(share) => format!("hpa-rate:{share}"),
            Self::Kpa(share) => format!("kpa:{share}"),
            Self::Aws(share) => format!("aws:{share}"),
            Self::PlusMinusOne => "plus-minus-one".into(),
            Self::Static => "static".into(),
            Self::Oracle => "oracle".into(),
        }
    }

    /// `fit` is what a policy may be tuned on.
    fn play(self, workload: &Workload, fit: &Workload, how: How) -> Recorded {
        match self {
            Self::Headroom => how.play(workload, &mut Live::new(&benchmark_policy(PolicyType::Predictive), workload)),
            Self::Adaptive => how.play(workload, &mut Live::new(&benchmark_policy(PolicyType::Adaptive), workload)),
            Self::Gradual => how.play(workload, &mut Live::new(&benchmark_policy(PolicyType::Gradual), workload)),
            Self::Tuned => {
                let base = benchmark_policy(PolicyType::Predictive);
                let plant = if how == How::Stressed { 2 } else { 1 };
                let found = tune(&base, fit, plant, USUAL_LIMIT, USUAL_TRIALS, |_| {});
                let policy = found.proposed().map_or(&base, |weighed| &weighed.policy);
                how.play(workload, &mut Live::new(policy, workload))
            }
            Self::Hpa(share) => how.play(workload, &mut Hpa::new(share)),
            Self::HpaKubernetes(share) => how.play(workload, &mut HpaKubernetes::new((share * 100.0).round() as u32)),
            Self::HpaRate(share) => how.play(workload, &mut HpaRate::new(workload, share)),
            Self::Kpa(share) => how.play(workload, &mut Kpa::new(workload, share)),
            Self::Aws(share) => how.play(workload, &mut AwsTargetTracking::new(share)),
            Self::PlusMinusOne => how.play(workload, &mut PlusMinusOne::new(0.7, 0.3)),
            Self::Static => how.play(workload, &mut Static::new(workload)),
            Self::Oracle => how.play(workload, &mut Oracle::new(workload)),
        }
    }
}

/// Scores and prints; what is left out is said in `notes`.
///
/// Files of another kind are skipped with a note; of a folder, an odd trace is noted too and the others are scored all the same.
///
/// # Errors
/// Settings out of range, files that cannot be read or written, traces that are none (with the line), nothing to score.
pub fn run(arguments: &Arguments, out: &mut impl Write, notes: &mut impl Write, bar: &ProgressBar) -> anyhow::Result<()> {
    let setup = arguments.plant.setup()?;
    let files = traces::files(&arguments.traces)?;
    let policies = if arguments.policies.is_empty() { USUAL.to_vec() } else { arguments.policies.clone() };
    if arguments.decisions.is_some() {
        ensure!(files.len() == 1 && policies.len() == 1, "--decisions wants one trace file and one --policy");
    }
    bar.set_length((files.len() * policies.len()) as u64);
    let (mut scored, mut odd) = (0, 0);
    let halved = policies.contains(&Policy::Tuned);
    for file in &files {
        let workload = match workload(file, &setup) {
            Ok(Some(workload)) => workload,
            Ok(None) => {
                bar.suspend(|| writeln!(notes, "skipped {}: it has no column {DEMAND_COLUMN}", file.display()))?;
                bar.inc(policies.len() as u64);
                continue;
            }
            Err(error) if files.len() > 1 => {
                bar.suspend(|| writeln!(notes, "left out: {error:#}"))?;
                bar.inc(policies.len() as u64);
                odd += 1;
                continue;
            }
            Err(error) => return Err(error),
        };
        let name = traces::name(file);
        let half = workload.warm_up() + (workload.ticks() - workload.warm_up()) / 2;
        let fit = if halved { workload.first(half) } else { workload.clone() };
        let workload = if halved { workload.scored_from(half) } else { workload };
        let oracle = oracle_hours(&workload);
        for policy in &policies {
            progress::say(bar, format!("{name} {}", policy.name()));
            let line = score(arguments, &name, (&workload, &fit), *policy, oracle)?;
            bar.suspend(|| line.print(arguments.json, out))?;
            bar.inc(1);
            scored += 1;
        }
    }
    bar.finish_and_clear();
    ensure!(odd == 0, "{odd} of {} traces could not be scored", files.len());
    ensure!(scored > 0, "no trace with a {DEMAND_COLUMN} column in {}", arguments.traces.display());
    Ok(())
}

/// The demand of a file, or nothing where it is of another kind.
fn workload(file: &Path, setup: &Setup) -> anyhow::Result<Option<Workload>> {
    let Found::Trace(trace) = traces::read(file)? else { return Ok(None) };
    Ok(Some(Workload::new(&trace, setup).with_context(|| format!("simulate {}", file.display()))?))
}

fn score(
    arguments: &Arguments,
    trace: &str,
    (workload, fit): (&Workload, &Workload),
    policy: Policy,
    oracle_hours: f64,
) -> anyhow::Result<Line> {
    let how = How::of(arguments.plant.plant, arguments.decisions.is_some());
    let started = Instant::now();
    let Recorded { scores, wanted } = policy.play(workload, fit, how);
    let line = Line::new(trace, policy.name(), &arguments.plant, &scores, oracle_hours, started);
    if let Some(file) = &arguments.decisions {
        fs::write(file, serde_json::to_string(&wanted)?).with_context(|| format!("write {}", file.display()))?;
    }
    Ok(line)
}
