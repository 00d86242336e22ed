//! The first run: a real web service on this machine, under a day of traffic that is played fast.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, Utc};
use headroom_connectors::local::{SAMPLE_CORES, SAMPLE_MEMORY_GB};
use headroom_core::deployment::{
    Billing, Deployment, DeploymentId, HealthCheck, InstanceSize, LocalCommand, Objectives, RunsOn, SampleLoad,
};
use headroom_core::policy::{PolicyDraft, TemplateId};
use headroom_core::units::{Cores, Gigabytes};

/// Stands for Headroom's own program in a stored argv: the program may move between two starts.
const OWN_PROGRAM: &str = "{headroom}";
/// The longest acceptable response time of the sample, in ms.
const RESPONSE_TIME_MS: f64 = 1_000.0;
/// A newcomer should see it act, so it is looked at more often than the rest.
const INTERVAL_SECONDS: u32 = 5;
/// For the same reason it cools down in seconds, not minutes.
const COOLDOWN_SECONDS: f64 = 20.0;
/// A day in fifteen minutes: 24 × 60 / 15.
pub(crate) const SPEED: f64 = 96.0;
/// The top of the day, in fully used instances.
const PEAK_INSTANCES: f64 = 4.5;

/// The sample as it is stored.
pub(crate) fn deployment(id: DeploymentId, speed: f64, home: &Path, now: DateTime<Utc>) -> Deployment {
    let argv = [OWN_PROGRAM, "sample-service", "--port", "{port}"].map(str::to_owned).to_vec();
    Deployment {
        id,
        name: "sample-web".to_owned(),
        tags: vec!["sample".to_owned()],
        runs_on: RunsOn::Local(LocalCommand {
            argv,
            working_folder: home.display().to_string(),
            environment: BTreeMap::new(),
            health: HealthCheck::Http { path: "/healthz".to_owned() },
            listen_port: None,
            load: Some(SampleLoad { trace: None, speed, peak_instances: PEAK_INSTANCES }),
        }),
        instance_size: InstanceSize {
            cpu_cores: Cores::new(SAMPLE_CORES).expect("a positive constant"),
            memory_gb: Gigabytes::new(SAMPLE_MEMORY_GB).expect("a positive constant"),
            storage_gb: Gigabytes::ZERO,
        },
        billing: Billing::Provisioned,
        objectives: Objectives { response_time_ms: Some(RESPONSE_TIME_MS), error_rate_percent: None },
        interval_seconds: Some(INTERVAL_SECONDS),
        policy_id: None,
        paused: None,
        created_at: now,
    }
}

/// The sample's policy: the web template, quick enough to watch.
pub(crate) fn policy() -> PolicyDraft {
    PolicyDraft {
        template_id: Some(TemplateId("web-app-balanced".to_owned())),
        name: Some("Web app, balanced (sample)".to_owned()),
        cooldown_period: Some(COOLDOWN_SECONDS),
        stabilization_window: Some(3.0 * COOLDOWN_SECONDS),
        min_instances: Some(1.0),
        max_instances: Some(8.0),
        ..PolicyDraft::default()
    }
}

/// Whether a deployment runs Headroom's own sample service.
pub(crate) fn is_sample(deployment: &Deployment) -> bool {
    match &deployment.runs_on {
        RunsOn::Local(command) => command.argv.first().is_some_and(|program| program == OWN_PROGRAM),
        RunsOn::Replay(_) => false,
    }
}

/// Whether an argv names Headroom's own program by its stand-in, which only the sample may.
pub(crate) fn names_own_program(argv: &[String]) -> bool {
    argv.iter().any(|argument| argument == OWN_PROGRAM)
}

/// The deployment as it is started now: with the path of the running program.
pub(crate) fn resolve(deployment: &Deployment, program: &Path) -> Deployment {
    let mut deployment = deployment.clone();
    if let RunsOn::Local(command) = &mut deployment.runs_on {
        for argument in command.argv.iter_mut().filter(|argument| *argument == OWN_PROGRAM) {
            *argument = program.display().to_string();
        }
    }
    deployment
}
