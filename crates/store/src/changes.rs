//! What a transaction changed. The store says it, the engine tells it, the window drops exactly those caches.

use std::collections::BTreeSet;

use headroom_core::deployment::DeploymentId;
use headroom_core::policy::PolicyId;

/// One thing that changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// A deployment was added or removed.
    DeploymentList,
    /// A deployment itself: name, size, policy, pause.
    Deployment(DeploymentId),
    /// A policy was saved.
    Policy(PolicyId),
    /// New samples; it names no deployment, since it is about all that were due.
    Samples,
    /// A deployment's decision differs from the one before.
    Decision(DeploymentId),
    /// Something was done to a deployment, or tried.
    Events(DeploymentId),
    /// An order was committed or got its outcome.
    Intents(DeploymentId),
    /// A manual order began or ended.
    Override(DeploymentId),
    /// Its instances.
    Instances(DeploymentId),
    /// Money was added to the ledger.
    Ledger,
    /// New five-minute points.
    Usage,
    /// A budget was saved or taken away.
    Budgets,
    /// The price book.
    Prices,
    /// One setting.
    Setting(String),
    /// The audit log grew.
    Audit,
    /// An alert, or what was told of one.
    Alerts,
    /// A channel, or how it does.
    Channels,
    /// Who may call over the network.
    Tokens,
}

/// Everything that one transaction changed, in a fixed order, nothing twice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes(BTreeSet<Change>);

impl Changes {
    pub(crate) fn note(&mut self, change: Change) {
        self.0.insert(change);
    }

    /// Whether nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this changed.
    #[must_use]
    pub fn contains(&self, change: &Change) -> bool {
        self.0.contains(change)
    }

    /// Each change, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Change> {
        self.0.iter()
    }
}

impl IntoIterator for Changes {
    type Item = Change;
    type IntoIter = std::collections::btree_set::IntoIter<Change>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// What a committed transaction answered, and what it changed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "the changes are to be told"]
pub struct Committed<T> {
    /// The answer.
    pub value: T,
    /// What to tell.
    pub changes: Changes,
}
