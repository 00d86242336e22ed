//! What can go wrong at the edges, named by what the caller can do about it.

use std::io;
use std::path::PathBuf;

use headroom_core::deployment::DeploymentId;
use headroom_core::observation::Hole;

/// Why a connector could not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum ConnectorError {
    /// The deployment cannot run as it is described: mend the named field.
    #[error("{message}")]
    InvalidDeployment {
        /// The field of the description: `argv`, `workingFolder`, `health`, …
        field: &'static str,
        /// What is wrong with it and what to do.
        message: String,
    },
    /// Another program listens on the port that was asked for: choose another port, or end that program.
    #[error(
        "Port {port} on this machine is in use by another program. Choose another port for the load balancer, leave it empty to take a free one, or end the program that uses it."
    )]
    PortInUse {
        /// The port that was asked for.
        port: u16,
    },
    /// A CSV cannot be used: mend the named line.
    #[error("{}, line {line}: {problem}", file.display())]
    InvalidCsv {
        /// The file, or `-` for text that was handed in.
        file: PathBuf,
        /// Counted from 1, the header included.
        line: u64,
        /// What is wrong with it and what to do.
        problem: String,
    },
    /// This connector does not know the deployment: start it first.
    #[error("{id} is not running here. Start it before it is read or scaled.")]
    NotStarted {
        /// Which.
        id: DeploymentId,
    },
    /// The order is outside what this connector can do: ask for less.
    #[error("{asked} instances are more than the {limit} that one deployment may have here. Lower the maximum of its policy.")]
    TooMany {
        /// What was asked for.
        asked: u32,
        /// The most that is possible.
        limit: u32,
    },
    /// This connector cannot do that on this system: use another one.
    #[error("{what} is not supported on this system. {instead}")]
    Unsupported {
        /// What was asked for.
        what: &'static str,
        /// What to do instead.
        instead: &'static str,
    },
    /// Something outside did not answer in time: try again later.
    #[error("{what} did not answer within {seconds} s. It is tried again at the next evaluation.")]
    TimedOut {
        /// What was asked.
        what: String,
        /// How long it was waited for.
        seconds: u64,
    },
    /// A file, a process or a socket of this machine failed: mend what the system names, then try again.
    #[error("Could not {doing}: {source}.")]
    System {
        /// In the infinitive: "read /tmp/day.csv".
        doing: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl ConnectorError {
    /// A failure of the machine while `doing` something, in the infinitive.
    pub(crate) fn system(doing: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let doing = doing.into();
        move |source| Self::System { doing, source }
    }

    /// A fault in one field of a deployment.
    pub(crate) fn invalid(field: &'static str, message: impl Into<String>) -> Self {
        Self::InvalidDeployment { field, message: message.into() }
    }

    /// The hole that this error leaves in an observation.
    #[must_use]
    pub fn hole(&self) -> Hole {
        match self {
            Self::InvalidDeployment { .. } | Self::Unsupported { .. } | Self::TooMany { .. } => Hole::NotMeasured,
            Self::InvalidCsv { .. } => Hole::NotANumber,
            Self::PortInUse { .. } | Self::NotStarted { .. } | Self::TimedOut { .. } | Self::System { .. } => Hole::Unreachable,
        }
    }
}
