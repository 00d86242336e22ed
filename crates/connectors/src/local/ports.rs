//! The port that each deployment's load balancer had last, so that its address survives a restart.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use headroom_core::deployment::DeploymentId;

/// Ports by deployment, in one small JSON file that is replaced whole.
pub(crate) struct Ports {
    file: PathBuf,
    by_deployment: BTreeMap<DeploymentId, u16>,
}

impl Ports {
    /// A file that is not there, or cannot be understood, remembers nothing.
    pub(crate) fn open(file: PathBuf) -> Self {
        let by_deployment = fs::read(&file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        Self { file, by_deployment }
    }

    pub(crate) fn of(&self, id: &DeploymentId) -> Option<u16> {
        self.by_deployment.get(id).copied()
    }

    pub(crate) fn remember(&mut self, id: &DeploymentId, port: u16) {
        if self.by_deployment.insert(id.clone(), port) != Some(port) {
            self.write();
        }
    }

    pub(crate) fn forget(&mut self, id: &DeploymentId) {
        if self.by_deployment.remove(id).is_some() {
            self.write();
        }
    }

    /// Losing it costs a deployment its address after the next restart, not more: a full disk must not stop a start.
    fn write(&self) {
        let next = self.file.with_extension("next");
        let text = serde_json::to_vec(&self.by_deployment).expect("ids and ports have a JSON form");
        if let Err(error) = fs::write(&next, text).and_then(|()| fs::rename(&next, &self.file)) {
            tracing::warn!(%error, file = %self.file.display(), "the ports of local deployments could not be remembered");
        }
    }
}
