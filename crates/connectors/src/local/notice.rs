//! What happens to instances by itself, for the engine to record.

use std::fmt;
use std::time::Duration;

use headroom_core::deployment::DeploymentId;

/// Something that happened to a deployment without an order.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// Where.
    pub deployment_id: DeploymentId,
    /// What.
    pub what: Happening,
}

/// What happened. Its text says it to a person, with what to do where something is wrong.
#[derive(Debug, Clone, PartialEq)]
pub enum Happening {
    /// An instance passed its health check and gets traffic.
    Ready {
        /// Its process.
        pid: u32,
        /// From the start of its process.
        after: Duration,
    },
    /// An instance ended although nobody ordered it. It is started again.
    Died {
        /// Its process.
        pid: u32,
        /// "exit status 1", "signal SIGKILL".
        how: String,
        /// The last it printed; may be empty.
        said: String,
        /// When it is started again.
        restart_in: Duration,
    },
    /// An instance ran, but did not pass its health check in time. It was ended and is started again.
    NeverReady {
        /// How long it was given.
        waited: Duration,
        /// What it was asked: "GET http://127.0.0.1:4000/ to answer below 500".
        check: String,
        /// The last it printed; may be empty.
        said: String,
        /// When it is started again.
        restart_in: Duration,
    },
    /// An instance could not be started at all. It is tried again.
    NotStarted {
        /// Why, and what to do.
        message: String,
        /// When it is tried again.
        restart_in: Duration,
    },
    /// An instance was taken out of service with requests that it had not answered.
    CutOff {
        /// How many.
        requests: usize,
    },
    /// The traffic that is played against the deployment ended. It is started again.
    LoadEnded {
        /// "exit status 1".
        how: String,
        /// The last it printed; may be empty.
        said: String,
        /// When it is started again.
        restart_in: Duration,
    },
}

impl Happening {
    /// Whether a person should know.
    #[must_use]
    pub fn is_trouble(&self) -> bool {
        !matches!(self, Self::Ready { .. })
    }
}

impl fmt::Display for Happening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ready { pid, after } => write!(f, "An instance (process {pid}) was ready after {:.1} s.", after.as_secs_f64()),
            Self::Died { pid, how, said, restart_in } => {
                write!(f, "An instance (process {pid}) died: {how}. It is started again in {}.{}", seconds(*restart_in), Quoted(said))
            }
            Self::NeverReady { waited, check, said, restart_in } => write!(
                f,
                "An instance ran for {} and never became ready; expected was {check}. Check its command and health check. It is started again in {}.{}",
                seconds(*waited),
                seconds(*restart_in),
                Quoted(said)
            ),
            Self::NotStarted { message, restart_in } => {
                write!(f, "An instance could not be started. {message} It is tried again in {}.", seconds(*restart_in))
            }
            Self::CutOff { requests } => {
                write!(f, "An instance was stopped before it had answered {requests} requests, because they took longer than it may drain.")
            }
            Self::LoadEnded { how, said, restart_in } => {
                write!(
                    f,
                    "The traffic that is played against it ended: {how}. It is started again in {}.{}",
                    seconds(*restart_in),
                    Quoted(said)
                )
            }
        }
    }
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, " The last it printed: {}", self.0) }
    }
}
