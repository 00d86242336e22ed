//! What is scaled: a deployment, its instances' size, its objectives, and the way to reach it.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::policy::PolicyId;
use crate::units::{Cores, Gigabytes};

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS))]
        pub struct $name(pub String);

        impl $name {
            /// The text of the id.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}
pub(crate) use text_id;

text_id!(
    /// Names one deployment for good, `dep_…`.
    DeploymentId
);

/// Something that runs as a number of equal instances.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Deployment {
    /// Names it for good.
    pub id: DeploymentId,
    /// What people call it; 1–200 characters.
    pub name: String,
    /// Free words to group by.
    pub tags: Vec<String>,
    /// How it is reached, read and scaled.
    pub runs_on: RunsOn,
    /// What one instance has.
    pub instance_size: InstanceSize,
    /// What the cloud bills.
    pub billing: Billing,
    /// What is good enough.
    pub objectives: Objectives,
    /// Seconds between two evaluations; the fleet's own where not set.
    pub interval_seconds: Option<u32>,
    /// The policy in force, if any.
    pub policy_id: Option<PolicyId>,
    /// Set while a person has paused it.
    pub paused: Option<Pause>,
    /// When it was made known to Headroom.
    pub created_at: DateTime<Utc>,
}

/// Why, since when and by whom scaling is paused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Pause {
    /// In the person's words; may be empty.
    pub reason: String,
    /// Who.
    pub by: String,
    /// Since when.
    pub at: DateTime<Utc>,
}

/// Cores, memory and disk of one instance, as requested or declared.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct InstanceSize {
    /// CPU cores.
    pub cpu_cores: Cores,
    /// Memory in GB of 10⁹ bytes.
    pub memory_gb: Gigabytes,
    /// Disk in GB of 10⁹ bytes.
    pub storage_gb: Gigabytes,
}

/// What share of an instance is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Billing {
    /// All of it, used or not: what a cloud bills.
    #[default]
    Provisioned,
    /// What is used.
    Utilized,
    /// The larger of what is requested and what is used.
    Allocated,
}

/// What is good enough; unset means nobody said.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Objectives {
    /// The longest acceptable response time in ms.
    pub response_time_ms: Option<f64>,
    /// The largest acceptable share of failed requests, in percent.
    pub error_rate_percent: Option<f64>,
}

/// The way to a deployment. To add one, see `CONTRIBUTING.md`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum RunsOn {
    /// Processes on this machine behind the built-in load balancer.
    Local(LocalCommand),
    /// Recorded readings and a target that only counts.
    Replay(ReplayTrace),
}

/// A program that is started once an instance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct LocalCommand {
    /// Program and arguments, no shell. One argument holds `{port}`, where the instance's port goes.
    pub argv: Vec<String>,
    /// The folder the program runs in.
    pub working_folder: String,
    /// Environment variables the program gets, besides `PATH`, `HOME`, `LANG` and `PORT`.
    pub environment: BTreeMap<String, String>,
    /// How an instance says that it is ready.
    pub health: HealthCheck,
    /// The load balancer's port on 127.0.0.1; a free one is taken where not set.
    pub listen_port: Option<u16>,
    /// Set for the sample: a traffic profile that is played against the load balancer.
    pub load: Option<SampleLoad>,
}

/// How an instance says that it is ready.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum HealthCheck {
    /// It answers this path with a status under 500.
    Http {
        /// Begins with `/`.
        path: String,
    },
    /// It accepts a connection.
    Tcp,
}

/// Traffic for the sample service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct SampleLoad {
    /// A CSV of `timestamp_s,requests_per_s`; the built-in daily profile where not set.
    pub trace: Option<String>,
    /// How many times faster than real time the profile is played.
    pub speed: f64,
    /// The profile's peak, in fully used instances.
    pub peak_instances: f64,
}

/// Recorded readings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ReplayTrace {
    /// A CSV of readings.
    pub file: String,
    /// How many instances run at the start.
    pub instances: u32,
}
