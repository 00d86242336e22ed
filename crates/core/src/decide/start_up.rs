//! How long an instance takes from "starting" to "ready", learned from the counts of each look.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::observation::InstanceCount;

/// Weight of the newest start in the learned start-up delay, in tenths.
const NEWEST_START_TENTHS: i64 = 3;
/// A start that takes longer than this is no start-up delay but a fault; it is not learned.
const LONGEST_START_MS: i64 = 3_600_000;

/// From "starting" to "ready".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct StartUp {
    /// Since when the newest of the starting instances are seen.
    since: Option<i64>,
    /// How many were starting at the evaluation before.
    starting: u32,
    /// The learned delay in ms.
    learned_ms: Option<i64>,
}

impl StartUp {
    /// One that presumes a delay that was learned elsewhere.
    pub(crate) fn presuming(delay: Option<TimeDelta>) -> Self {
        Self { learned_ms: delay.map(|delay| delay.num_milliseconds()), ..Self::default() }
    }

    /// The learned delay; none before the first start.
    pub(crate) fn delay(&self) -> Option<TimeDelta> {
        self.learned_ms.map(TimeDelta::milliseconds)
    }

    /// Learns from one look at `now` (Unix ms); `seen` is the total count of the look before.
    pub(crate) fn learn(&mut self, count: InstanceCount, seen: Option<u32>, now: i64) {
        let starting = count.starting.0;
        if starting > self.starting {
            self.since = Some(now);
        } else if starting == 0 {
            let took = self.since.take().map(|since| now - since).filter(|took| (0..=LONGEST_START_MS).contains(took));
            if let Some(took) = took.filter(|_| seen.is_some_and(|seen| count.ready.0 >= seen)) {
                let before = self.learned_ms.unwrap_or(took);
                self.learned_ms = Some((took * NEWEST_START_TENTHS + before * (10 - NEWEST_START_TENTHS)) / 10);
            }
        }
        self.starting = starting;
    }
}
