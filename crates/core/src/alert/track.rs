//! A condition that lasts: inactive → pending → firing → resolved.
//!
//! | is | present | absent | unknown |
//! |---|---|---|---|
//! | inactive | pending, or firing where no patience is asked | – | – |
//! | pending | firing once it has lasted | inactive | stays; a long silence starts it anew |
//! | firing | stays | resolved once it has been over long enough | stays: nobody saw that it is over |

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// Nobody looked for so long: what was pending before is not known to have lasted (a laptop that slept).
const LONGEST_SILENCE: TimeDelta = TimeDelta::minutes(5);

/// Whether the condition was there at a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// It is.
    Present,
    /// It is not.
    Absent,
    /// That could not be seen.
    Unknown,
}

impl Signal {
    /// From a question that may have no answer.
    #[must_use]
    pub const fn of(answer: Option<bool>) -> Self {
        match answer {
            Some(true) => Self::Present,
            Some(false) => Self::Absent,
            None => Self::Unknown,
        }
    }
}

/// How long something has to last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Present for so long before it fires; zero: at once.
    pub fires_after: TimeDelta,
    /// Absent for so long before it is resolved; zero: at once.
    pub resolves_after: TimeDelta,
}

/// Where a condition stands. What is firing is to be kept over a restart; what is pending may be forgotten, and begins anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Track {
    /// Nothing is wrong.
    #[default]
    Inactive,
    /// It is there, but not for long enough.
    Pending {
        /// Since when.
        since: DateTime<Utc>,
        /// When it was last seen.
        seen: DateTime<Utc>,
    },
    /// It was said.
    Firing {
        /// Since when the condition was there: the period of its key.
        since: DateTime<Utc>,
        /// Since when it is over, while that is too short to believe.
        absent_since: Option<DateTime<Utc>>,
    },
}

/// What is to be told after a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Say it now.
    Fired {
        /// Since when the condition was there.
        since: DateTime<Utc>,
    },
    /// Say that it is over.
    Resolved,
}

/// One look later. Total; a clock that was set back starts what it counted anew and never fires for it.
#[must_use]
pub fn step(track: Track, signal: Signal, patience: Patience, now: DateTime<Utc>) -> (Track, Option<Turn>) {
    match (track, signal) {
        (Track::Inactive, Signal::Present) => present(now, patience, now),
        (Track::Pending { since, seen }, Signal::Present) => {
            let is_known_to_last = since <= now && seen <= now && now - seen <= LONGEST_SILENCE;
            present(if is_known_to_last { since } else { now }, patience, now)
        }
        (Track::Inactive | Track::Pending { .. }, Signal::Absent) => (Track::Inactive, None),
        (Track::Firing { since, .. }, Signal::Present) => (Track::Firing { since, absent_since: None }, None),
        (Track::Firing { since, absent_since }, Signal::Absent) => {
            let over_since = absent_since.map_or(now, |absent_since| absent_since.min(now));
            if now - over_since >= patience.resolves_after {
                (Track::Inactive, Some(Turn::Resolved))
            } else {
                (Track::Firing { since, absent_since: Some(over_since) }, None)
            }
        }
        (unchanged, Signal::Unknown) => (unchanged, None),
    }
}

fn present(since: DateTime<Utc>, patience: Patience, now: DateTime<Utc>) -> (Track, Option<Turn>) {
    if now - since >= patience.fires_after {
        (Track::Firing { since, absent_since: None }, Some(Turn::Fired { since }))
    } else {
        (Track::Pending { since, seen: now }, None)
    }
}
