//! The whole fleet in a few words.

use std::sync::atomic::Ordering;

use serde::{Deserialize, Serialize};

use super::Run;
use crate::caller::Caller;
use crate::engine::Engine;
use crate::error::WireError;
use crate::view::{self, Glance};

/// The worst state, the figures, who needs attention, and what runs on this machine: all that a tray shows.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct GetGlance {}

impl Run for GetGlance {
    async fn run(self, engine: &Engine, _caller: &Caller) -> Result<Glance, WireError> {
        let now = engine.0.now();
        let is_locked = engine.0.read_only.load(Ordering::Acquire);
        Ok(view::glance(&engine.0.fleet.lock(), &engine.0.prices, is_locked, now))
    }
}
