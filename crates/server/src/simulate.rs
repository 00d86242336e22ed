//! `headroomd simulate`: one policy of the user's own, or a template, on one recorded demand.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, anyhow, bail, ensure};
use chrono::DateTime;
use headroom_core::policy::{Fault, Identity, Policy, PolicyBase, PolicyDraft, PolicyId, TemplateId, validate};
use headroom_core::simulate::{Live, Workload};
use headroom_core::templates::templates;
use serde_json::Value;

use crate::schema;
use crate::score::{How, Line, oracle_hours};
use crate::traces::{self, Found, PlantArguments};

/// Policy files larger than this are no policies.
const LARGEST_POLICY_BYTES: u64 = 1 << 20;

/// What to play, and against what.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A CSV file `timestamp_s,requests_per_s`.
    #[arg(long)]
    trace: PathBuf,
    /// A file with a policy, in JSON or TOML with the fields of the API, or the id of a template.
    #[arg(long)]
    policy: String,
    #[command(flatten)]
    plant: PlantArguments,
    /// One JSON object instead of a line for people.
    #[arg(long)]
    json: bool,
}

/// Plays the policy and prints its figures. Its bounds are its own: a maximum of 10 instances is one here too.
///
/// # Errors
/// A policy that is none, with every fault; a trace that is none, with the line; settings out of range.
pub fn run(arguments: &Arguments, out: &mut impl Write) -> anyhow::Result<()> {
    let setup = arguments.plant.setup()?;
    let policy = policy(&arguments.policy)?;
    let trace = match traces::read(&arguments.trace)? {
        Found::Trace(trace) => trace,
        Found::Other(error) => return Err(error).with_context(|| format!("read {}", arguments.trace.display())),
    };
    let workload = Workload::new(&trace, &setup).with_context(|| format!("simulate {}", arguments.trace.display()))?;
    let oracle = oracle_hours(&workload);
    let started = Instant::now();
    let played = How::of(arguments.plant.plant, false).play(&workload, &mut Live::new(&policy, &workload));
    let name = traces::name(&arguments.trace);
    Line::new(&name, policy.name.clone(), &arguments.plant, &played.scores, oracle, started).print(arguments.json, out)
}

/// The policy of a file, else of the template of that name.
fn policy(file_or_template: &str) -> anyhow::Result<Policy> {
    let file = Path::new(file_or_template);
    let draft = if file.is_file() { read(file)? } else { template(file_or_template)? };
    let fallback = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let draft = PolicyDraft { name: draft.name.or(Some(fallback)), ..draft };
    let identity = Identity { id: PolicyId("pol_simulated".to_owned()), version: 1, updated_at: DateTime::UNIX_EPOCH };
    match validate(&draft, PolicyBase::Defaults, identity) {
        Ok(checked) => Ok(checked.policy),
        Err(faults) => Err(anyhow!("the policy {file_or_template} is not valid:{}", worded(&faults))),
    }
}

fn worded(faults: &[Fault]) -> String {
    faults.iter().map(|fault| format!("\n  {}: {}", fault.field, fault.message)).collect()
}

fn template(id: &str) -> anyhow::Result<PolicyDraft> {
    if templates().iter().any(|template| template.id.as_str() == id) {
        return Ok(PolicyDraft { template_id: Some(TemplateId(id.to_owned())), name: Some(id.to_owned()), ..PolicyDraft::default() });
    }
    let known: Vec<&str> = templates().iter().map(|template| template.id.as_str()).collect();
    bail!("{id} is neither a file nor a template; the templates are {}", known.join(", "))
}

/// Reads TOML where the name says so, else JSON; a field that no policy has is refused, since its intention would be lost.
fn read(file: &Path) -> anyhow::Result<PolicyDraft> {
    let context = || format!("read the policy {}", file.display());
    let length = fs::metadata(file).with_context(context)?.len();
    ensure!(length <= LARGEST_POLICY_BYTES, "{}: larger than 1 MiB, which is no policy", file.display());
    let text = fs::read_to_string(file).with_context(context)?;
    let is_toml = file.extension().is_some_and(|extension| extension == "toml");
    let written: Value =
        if is_toml { toml::from_str(&text).with_context(context)? } else { serde_json::from_str(&text).with_context(context)? };
    ensure!(written.is_object(), "{}: a policy is an object of fields", file.display());
    let unknown = schema::all().unknown_fields(&schema::reference("PolicyDraft"), &written);
    ensure!(unknown.is_empty(), "{}: no policy has the field {}", file.display(), unknown.join(", "));
    serde_json::from_value(written).with_context(context)
}
