//! One policy on one demand: played on the plant that was asked for, and the line of figures that is printed of it.

use std::io::Write;
use std::time::Instant;

use headroom_core::simulate::baselines::Oracle;
use headroom_core::simulate::{Autoscaler, Recorded, Scores, Workload, run, run_recorded, run_stressed};
use serde::Serialize;

use crate::traces::PlantArguments;

/// On which plant, and whether decisions are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Plant 1.
    Exact,
    /// Plant 1, and what was wanted.
    ExactKept,
    /// Plant 2, and what was wanted.
    Stressed,
}

impl How {
    /// As the arguments ask for it.
    #[must_use]
    pub fn of(plant: u8, keeps_decisions: bool) -> Self {
        match (plant, keeps_decisions) {
            (1, false) => Self::Exact,
            (1, true) => Self::ExactKept,
            _ => Self::Stressed,
        }
    }

    /// Plays it.
    pub fn play(self, workload: &Workload, policy: &mut impl Autoscaler) -> Recorded {
        match self {
            Self::Exact => Recorded { scores: run(workload, policy), wanted: Vec::new() },
            Self::ExactKept => run_recorded(workload, policy),
            Self::Stressed => run_stressed(workload, policy),
        }
    }
}

/// What the scores are compared with: instance-hours of the one who knows the future, on plant 1.
#[must_use]
pub fn oracle_hours(workload: &Workload) -> f64 {
    run(workload, &mut Oracle::new(workload)).instance_hours
}

/// One line of output.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
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

impl Line {
    /// The figures of one run that began at `started`.
    #[must_use]
    pub fn new(trace: &str, policy: String, plant: &PlantArguments, scores: &Scores, oracle_hours: f64, started: Instant) -> Self {
        Self {
            trace: trace.into(),
            policy,
            delay: plant.delay,
            plant: plant.plant,
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
            seconds: started.elapsed().as_secs_f64(),
        }
    }

    /// Prints it, as a JSON object or for people.
    ///
    /// # Errors
    /// Output that cannot be written.
    pub fn print(&self, json: bool, out: &mut impl Write) -> anyhow::Result<()> {
        if json {
            writeln!(out, "{}", serde_json::to_string(self)?)?;
        } else {
            let Self { trace, policy, violations, cost, instance_hours, changes, .. } = self;
            writeln!(
                out,
                "{trace:22} {policy:15} violations {violations:7.3} %  cost {cost:6.3}  hours {instance_hours:9.1}  changes {changes:6}"
            )?;
        }
        Ok(())
    }
}
