//! From what a person writes to a new deployment, or to everything that is wrong with it.

use std::path::Path;

use chrono::{DateTime, Utc};
use headroom_core::deployment::{
    Billing, Deployment, DeploymentId, HealthCheck, InstanceSize, LocalCommand, Objectives, ReplayTrace, RunsOn,
};
use headroom_core::policy::Fault;
use headroom_core::units::{Cores, Gigabytes, Instances};

use crate::operations::{AddLocalDeployment, AddReplayDeployment};
use crate::sample;

/// Where the instance's port goes in an argv.
const PORT: &str = "{port}";
const LONGEST_NAME: usize = 200;
const MOST_TAGS: usize = 20;
const LONGEST_TAG: usize = 50;
const MOST_ARGUMENTS: usize = 100;
const LONGEST_ARGUMENT: usize = 4_096;
const MOST_CORES: f64 = 1_024.0;
const MOST_GIGABYTES: f64 = 65_536.0;
/// A machine runs a few hundred processes of a service at most; more is a slip of the finger.
const MOST_INSTANCES: u32 = 200;
/// The slowest evaluation, in seconds.
pub(crate) const SLOWEST_INTERVAL: u32 = 3_600;
const LONGEST_RESPONSE_MS: f64 = 600_000.0;
const DEFAULT_CORES: f64 = 1.0;
const DEFAULT_MEMORY_GB: f64 = 0.5;

/// The deployment that `input` describes, and how many instances to start with.
///
/// # Errors
/// Every fault at once, each with its field.
pub(crate) fn local(
    input: &AddLocalDeployment,
    id: DeploymentId,
    home: &Path,
    now: DateTime<Utc>,
) -> Result<(Deployment, Instances), Vec<Fault>> {
    let mut faults = Faults::default();
    check_argv(&input.argv, &mut faults);
    let working_folder = input.working_folder.clone().unwrap_or_else(|| home.display().to_string());
    faults.unless(Path::new(&working_folder).is_absolute(), "workingFolder", "Name the whole path of the folder, from the root.");
    check_environment(input, &mut faults);
    let health = input.health.clone().unwrap_or(HealthCheck::Http { path: "/".to_owned() });
    if let HealthCheck::Http { path } = &health {
        let good = path.starts_with('/') && !path.chars().any(|letter| letter.is_whitespace() || letter.is_control());
        faults.unless(good, "health.path", "Begin the path with /, without spaces: /healthz.");
    }
    faults.unless(input.listen_port != Some(0), "listenPort", "Name a port from 1 to 65535, or none for a free one.");
    let command = LocalCommand {
        argv: input.argv.clone(),
        working_folder,
        environment: input.environment.clone().unwrap_or_default(),
        health,
        listen_port: input.listen_port,
        load: None,
    };
    let common = Common {
        name: &input.name,
        tags: input.tags.as_deref().unwrap_or_default(),
        cpu_cores: input.cpu_cores,
        memory_gb: input.memory_gb,
        storage_gb: input.storage_gb,
        response_time_ms: input.response_time_ms,
        instances: input.instances,
        interval_seconds: input.interval_seconds,
    };
    common.deployment(RunsOn::Local(command), input.billing.unwrap_or_default(), id, now, faults)
}

/// The same for recorded readings.
///
/// # Errors
/// Every fault at once, each with its field.
pub(crate) fn replay(input: &AddReplayDeployment, id: DeploymentId, now: DateTime<Utc>) -> Result<(Deployment, Instances), Vec<Fault>> {
    let mut faults = Faults::default();
    faults.unless(Path::new(&input.file).is_absolute(), "file", "Name the whole path of the CSV, from the root.");
    let trace = ReplayTrace { file: input.file.clone(), instances: input.instances.unwrap_or(1) };
    let common = Common {
        name: &input.name,
        tags: input.tags.as_deref().unwrap_or_default(),
        cpu_cores: input.cpu_cores,
        memory_gb: input.memory_gb,
        storage_gb: None,
        response_time_ms: input.response_time_ms,
        instances: input.instances,
        interval_seconds: input.interval_seconds,
    };
    common.deployment(RunsOn::Replay(trace), Billing::Provisioned, id, now, faults)
}

/// What every deployment has, as a person writes it.
struct Common<'a> {
    name: &'a str,
    tags: &'a [String],
    cpu_cores: Option<f64>,
    memory_gb: Option<f64>,
    storage_gb: Option<f64>,
    response_time_ms: Option<f64>,
    instances: Option<u32>,
    interval_seconds: Option<u32>,
}

impl Common<'_> {
    fn deployment(
        self,
        runs_on: RunsOn,
        billing: Billing,
        id: DeploymentId,
        now: DateTime<Utc>,
        mut faults: Faults,
    ) -> Result<(Deployment, Instances), Vec<Fault>> {
        let name = self.name.trim();
        faults.unless((1..=LONGEST_NAME).contains(&name.chars().count()), "name", "Give it a name of 1 to 200 characters.");
        let tags = clean_tags(self.tags);
        faults.unless(tags.len() <= MOST_TAGS, "tags", "At most 20 tags.");
        faults.unless(tags.iter().all(|tag| tag.chars().count() <= LONGEST_TAG), "tags", "A tag has at most 50 characters.");
        let instances = self.instances.unwrap_or(1);
        faults.unless((1..=MOST_INSTANCES).contains(&instances), "instances", "Start with 1 to 200 instances.");
        let interval_fits = self.interval_seconds.is_none_or(|seconds| (1..=SLOWEST_INTERVAL).contains(&seconds));
        faults.unless(interval_fits, "intervalSeconds", "Evaluate every 1 to 3,600 seconds.");
        let response_fits = self.response_time_ms.is_none_or(|ms| ms.is_finite() && ms > 0.0 && ms <= LONGEST_RESPONSE_MS);
        faults.unless(response_fits, "responseTimeMs", "The longest acceptable time is more than 0 and at most 600,000 ms.");
        let instance_size = self.instance_size(&mut faults);
        if !faults.0.is_empty() {
            return Err(faults.0);
        }
        let deployment = Deployment {
            id,
            name: name.to_owned(),
            tags,
            runs_on,
            instance_size,
            billing,
            objectives: Objectives { response_time_ms: self.response_time_ms, error_rate_percent: None },
            interval_seconds: self.interval_seconds,
            policy_id: None,
            paused: None,
            created_at: now,
        };
        Ok((deployment, Instances(instances)))
    }

    fn instance_size(&self, faults: &mut Faults) -> InstanceSize {
        let cores = Cores::new(self.cpu_cores.unwrap_or(DEFAULT_CORES)).ok();
        let cores = cores.filter(|cores| cores.get() > 0.0 && cores.get() <= MOST_CORES);
        faults.unless(cores.is_some(), "cpuCores", "An instance may use more than 0 and at most 1,024 cores.");
        let memory = Gigabytes::new(self.memory_gb.unwrap_or(DEFAULT_MEMORY_GB)).ok();
        let memory = memory.filter(|memory| memory.get() > 0.0 && memory.get() <= MOST_GIGABYTES);
        faults.unless(memory.is_some(), "memoryGb", "An instance may use more than 0 and at most 65,536 GB of memory.");
        let storage = Gigabytes::new(self.storage_gb.unwrap_or(0.0)).ok().filter(|storage| storage.get() <= MOST_GIGABYTES);
        faults.unless(storage.is_some(), "storageGb", "An instance may use 0 to 65,536 GB of disk.");
        InstanceSize {
            cpu_cores: cores.unwrap_or_default(),
            memory_gb: memory.unwrap_or_default(),
            storage_gb: storage.unwrap_or_default(),
        }
    }
}

/// What is wrong so far.
#[derive(Default)]
struct Faults(Vec<Fault>);

impl Faults {
    fn unless(&mut self, good: bool, field: &str, message: &str) {
        if !good {
            self.0.push(Fault { field: field.to_owned(), message: message.to_owned() });
        }
    }
}

/// What was changed of a deployment, checked as if it were new.
///
/// # Errors
/// Every fault at once, each with its field.
pub(crate) fn changed(deployment: &Deployment) -> Result<Deployment, Vec<Fault>> {
    let common = Common {
        name: &deployment.name,
        tags: &deployment.tags,
        cpu_cores: Some(deployment.instance_size.cpu_cores.get()),
        memory_gb: Some(deployment.instance_size.memory_gb.get()),
        storage_gb: Some(deployment.instance_size.storage_gb.get()),
        response_time_ms: deployment.objectives.response_time_ms,
        instances: None,
        interval_seconds: deployment.interval_seconds,
    };
    let mut faults = Faults::default();
    let error_rate_fits = deployment.objectives.error_rate_percent.is_none_or(|percent| (0.0..=100.0).contains(&percent));
    faults.unless(error_rate_fits, "errorRatePercent", "The largest acceptable share of failed requests is 0 to 100 %.");
    let runs_on = deployment.runs_on.clone();
    let (checked, _) = common.deployment(runs_on, deployment.billing, deployment.id.clone(), deployment.created_at, faults)?;
    let objectives = Objectives { error_rate_percent: deployment.objectives.error_rate_percent, ..checked.objectives };
    Ok(Deployment { objectives, policy_id: deployment.policy_id.clone(), paused: deployment.paused.clone(), ..checked })
}

/// Without spaces around, empty ones and repeats; sorted.
fn clean_tags(written: &[String]) -> Vec<String> {
    let mut tags: Vec<String> = written.iter().map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect();
    tags.sort();
    tags.dedup();
    tags
}

fn check_argv(argv: &[String], faults: &mut Faults) {
    let named = argv.first().is_some_and(|program| !program.trim().is_empty());
    faults.unless(named, "argv", "Name the program to run.");
    let fits = argv.len() <= MOST_ARGUMENTS && argv.iter().all(|argument| argument.len() <= LONGEST_ARGUMENT && !argument.contains('\0'));
    faults.unless(fits, "argv", "At most 100 arguments of at most 4,096 bytes each, without NUL.");
    let holds_port = argv.iter().skip(1).any(|argument| argument.contains(PORT));
    faults.unless(holds_port, "argv", "Write {port} where the instance's port goes: node server.js --port {port}.");
    let own = argv.first().is_some_and(|program| program.contains(PORT)) || sample::names_own_program(argv);
    faults.unless(!own, "argv", "The program itself must be a fixed name or path.");
}

fn check_environment(input: &AddLocalDeployment, faults: &mut Faults) {
    for (name, value) in input.environment.iter().flatten() {
        let first_fits = name.chars().next().is_some_and(|letter| letter.is_ascii_alphabetic() || letter == '_');
        let fits = first_fits && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_') && !value.contains('\0');
        faults.unless(fits, &format!("environment.{name}"), "A variable's name has letters, digits and _ only, its value no NUL.");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input() -> AddLocalDeployment {
        let argv = ["node", "server.js", "--port", "{port}"].map(str::to_owned).to_vec();
        serde_json::from_value(serde_json::json!({ "name": "web", "argv": argv })).expect("an input")
    }

    fn faults(input: &AddLocalDeployment) -> Vec<String> {
        let made = local(input, DeploymentId("dep_1".to_owned()), Path::new("/home/lead"), DateTime::UNIX_EPOCH);
        made.err().unwrap_or_default().into_iter().map(|fault| fault.field).collect()
    }

    #[test]
    fn a_name_and_an_argv_with_a_port_are_enough() {
        assert_eq!(faults(&input()), Vec::<String>::new());
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let bad = AddLocalDeployment {
            name: " ".to_owned(),
            argv: vec!["{headroom}".to_owned()],
            working_folder: Some("here".to_owned()),
            health: Some(HealthCheck::Http { path: "healthz".to_owned() }),
            listen_port: Some(0),
            cpu_cores: Some(0.0),
            memory_gb: Some(f64::INFINITY),
            storage_gb: Some(-1.0),
            response_time_ms: Some(0.0),
            instances: Some(0),
            interval_seconds: Some(0),
            environment: Some([("1X".to_owned(), String::new())].into()),
            ..input()
        };
        let fields = [
            "argv",
            "argv",
            "workingFolder",
            "environment.1X",
            "health.path",
            "listenPort",
            "name",
            "instances",
            "intervalSeconds",
            "responseTimeMs",
            "cpuCores",
            "memoryGb",
            "storageGb",
        ];
        assert_eq!(faults(&bad), fields);
    }
}
