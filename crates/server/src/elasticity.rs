//! `headroomd elasticity`: policies and other autoscalers on recorded traffic, one line of figures each.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Instant;

use anyhow::{Context, bail, ensure};
use headroom_core::policy::PolicyType;
use headroom_core::simulate::baselines::{AwsTargetTracking, Hpa, HpaRate, Kpa, Oracle, PlusMinusOne, Static};
use headroom_core::simulate::kubernetes::HpaKubernetes;
use headroom_core::simulate::{
    Autoscaler, Live, Predictive, Recorded, Scores, Setup, Size, Trace, TraceError, Workload, benchmark_policy, run as play, run_recorded,
    run_stressed,
};
use serde::Serialize;

/// Traces larger than this are refused before they are read into memory.
const LARGEST_TRACE_BYTES: u64 = 2 << 30;

/// What to score, on what, and how.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A CSV file `timestamp_s,requests_per_s`, or a folder of them.
    #[arg(long)]
    traces: PathBuf,
    /// Seconds until a started instance is ready.
    #[arg(long, default_value_t = 60.0)]
    delay: f64,
    /// 1: exact and simple; 2: uneven instances, late and missing readings, draining, varying starts.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=2))]
    plant: u8,
    /// Instances that the 99.9th percentile of the demand needs.
    #[arg(long, default_value_t = 40.0, conflicts_with = "capacity")]
    instances: f64,
    /// Requests per second that one instance carries, instead of --instances.
    #[arg(long)]
    capacity: Option<f64>,
    /// Of everything random; 0 is no noise.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// At most so many days of each trace.
    #[arg(long, default_value_t = 10.0)]
    days: f64,
    /// headroom, headroom-adaptive, headroom-gradual, hpa:T, hpa-k8s:T, hpa-rate:T, kpa:T, aws:T, plus-minus-one, static, oracle; may be given more than once.
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
            "hpa" => share().map(Self::Hpa),
            "hpa-k8s" => share().map(Self::HpaKubernetes),
            "hpa-rate" => share().map(Self::HpaRate),
            "kpa" => share().map(Self::Kpa),
            "aws" => share().map(Self::Aws),
            "plus-minus-one" => alone(Self::PlusMinusOne),
            "static" => alone(Self::Static),
            "oracle" => alone(Self::Oracle),
            _ => Err(format!(
                "no policy `{name}`; known are headroom, headroom-adaptive, headroom-gradual, hpa, hpa-k8s, hpa-rate, kpa, aws, plus-minus-one, static, oracle"
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

    fn play(self, workload: &Workload, how: How) -> Recorded {
        match self {
            Self::Headroom => how.play(workload, &mut Predictive::new(workload)),
            Self::Adaptive => how.play(workload, &mut Live::new(&benchmark_policy(PolicyType::Adaptive), workload)),
            Self::Gradual => how.play(workload, &mut Live::new(&benchmark_policy(PolicyType::Gradual), workload)),
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

/// On which plant, and whether decisions are kept.
#[derive(Debug, Clone, Copy)]
enum How {
    Exact,
    ExactKept,
    Stressed,
}

impl How {
    fn play(self, workload: &Workload, policy: &mut impl Autoscaler) -> Recorded {
        match self {
            Self::Exact => Recorded { scores: play(workload, policy), wanted: Vec::new() },
            Self::ExactKept => run_recorded(workload, policy),
            Self::Stressed => run_stressed(workload, policy),
        }
    }
}

/// One line of output.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    trace: String,
    policy: String,
    delay: f64,
    plant: u8,
    violations: f64,
    dropped: f64,
    cost: f64,
    instance_hours: f64,
    changes: u64,
    theta_u: f64,
    theta_o: f64,
    tau_u: f64,
    tau_o: f64,
    upsilon: f64,
    ticks: u64,
    seconds: f64,
}

/// Scores and prints; what is left out is said in `notes`.
///
/// # Errors
/// Settings out of range, files that cannot be read or written, traces that are none (with the line), nothing to score.
pub fn run(arguments: &Arguments, out: &mut impl Write, notes: &mut impl Write) -> anyhow::Result<()> {
    let setup = setup(arguments)?;
    let files = files(&arguments.traces)?;
    let policies = if arguments.policies.is_empty() { USUAL.to_vec() } else { arguments.policies.clone() };
    if arguments.decisions.is_some() {
        ensure!(files.len() == 1 && policies.len() == 1, "--decisions wants one trace file and one --policy");
    }
    let mut scored = 0;
    for file in &files {
        let Some(trace) = read(file, notes)? else { continue };
        let workload = Workload::new(&trace, &setup).with_context(|| format!("simulate {}", file.display()))?;
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let oracle = play(&workload, &mut Oracle::new(&workload)).instance_hours;
        for policy in &policies {
            score(arguments, &name, &workload, *policy, oracle, out)?;
            scored += 1;
        }
    }
    ensure!(scored > 0, "no trace with a requests_per_s column in {}", arguments.traces.display());
    Ok(())
}

fn setup(arguments: &Arguments) -> anyhow::Result<Setup> {
    let positive = |value: f64| value.is_finite() && value > 0.0;
    ensure!((0.0..=86_400.0).contains(&arguments.delay), "--delay must be 0 to 86400 seconds");
    ensure!(positive(arguments.instances), "--instances must be above 0");
    ensure!(arguments.capacity.is_none_or(positive), "--capacity must be above 0 requests per second");
    ensure!(positive(arguments.days), "--days must be above 0");
    Ok(Setup {
        size: arguments.capacity.map_or(Size::Instances(arguments.instances), Size::Capacity),
        delay_seconds: arguments.delay,
        seed: arguments.seed,
        days: arguments.days,
    })
}

fn files(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_path_buf()]);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(path).with_context(|| format!("read folder {}", path.display()))? {
        let file = entry.with_context(|| format!("read folder {}", path.display()))?.path();
        if file.extension().is_some_and(|extension| extension == "csv") {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() {
        bail!("no .csv file in {}", path.display());
    }
    Ok(files)
}

/// The trace, or nothing where it is of another kind.
fn read(file: &Path, notes: &mut impl Write) -> anyhow::Result<Option<Trace>> {
    let length = fs::metadata(file).with_context(|| format!("read {}", file.display()))?.len();
    ensure!(length <= LARGEST_TRACE_BYTES, "{}: larger than 2 GiB; shorten the trace", file.display());
    let text = fs::read_to_string(file).with_context(|| format!("read {}", file.display()))?;
    match Trace::parse(&text) {
        Ok(trace) => Ok(Some(trace)),
        Err(error @ TraceError::NoDemandColumn { .. }) => {
            writeln!(notes, "skipped {}: {error}", file.display())?;
            Ok(None)
        }
        Err(error) => Err(error).with_context(|| format!("read {}", file.display())),
    }
}

fn score(
    arguments: &Arguments,
    trace: &str,
    workload: &Workload,
    policy: Policy,
    oracle_hours: f64,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let how = match (arguments.plant, &arguments.decisions) {
        (1, None) => How::Exact,
        (1, Some(_)) => How::ExactKept,
        _ => How::Stressed,
    };
    let started = Instant::now();
    let Recorded { scores, wanted } = policy.play(workload, how);
    let seconds = started.elapsed().as_secs_f64();
    if let Some(file) = &arguments.decisions {
        fs::write(file, serde_json::to_string(&wanted)?).with_context(|| format!("write {}", file.display()))?;
    }
    print(&line(arguments, trace, policy, &scores, oracle_hours, seconds), arguments.json, out)
}

fn line(arguments: &Arguments, trace: &str, policy: Policy, scores: &Scores, oracle_hours: f64, seconds: f64) -> Line {
    Line {
        trace: trace.into(),
        policy: policy.name(),
        delay: arguments.delay,
        plant: arguments.plant,
        violations: scores.violations,
        dropped: scores.dropped,
        cost: scores.instance_hours / oracle_hours,
        instance_hours: scores.instance_hours,
        changes: scores.changes,
        theta_u: scores.theta_u,
        theta_o: scores.theta_o,
        tau_u: scores.tau_u,
        tau_o: scores.tau_o,
        upsilon: scores.upsilon,
        ticks: scores.ticks,
        seconds,
    }
}

fn print(line: &Line, json: bool, out: &mut impl Write) -> anyhow::Result<()> {
    if json {
        writeln!(out, "{}", serde_json::to_string(line)?)?;
    } else {
        let Line { trace, policy, violations, cost, instance_hours, changes, .. } = line;
        writeln!(
            out,
            "{trace:22} {policy:15} violations {violations:7.3} %  cost {cost:6.3}  hours {instance_hours:9.1}  changes {changes:6}"
        )?;
    }
    Ok(())
}
