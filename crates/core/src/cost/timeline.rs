//! From look to look: which time was seen, which is estimated, and that none of it is counted twice.

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};

use super::{MeterPart, Origin, Running, Stretch, meter};
use crate::price_book::Tariffs;

/// Evaluation intervals after which nobody knows any more what ran in between: one look may fail, and the next be late.
pub const LONGEST_GAP_IN_INTERVALS: i32 = 3;
/// The longest time that is estimated from one look. Whoever was away for longer knows too little; the rest of it stays unpriced.
pub const LONGEST_ESTIMATE: TimeDelta = TimeDelta::days(62);

/// What was there when it was last seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seen {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub running: Running,
}

/// One look at a deployment, as the meter takes it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// When.
    pub at: DateTime<Utc>,
    /// What was there; none where it could not be seen.
    pub running: Option<Running>,
    /// Bytes transferred since the look before, both ways.
    pub bytes: f64,
    /// Requests answered since the look before.
    pub requests: f64,
}

/// Where the meter of one deployment stands. Instants are taken to the millisecond, the ledger's grain.
///
/// | look | what the time since the last one with something in it came to |
/// |---|---|
/// | at most three evaluation intervals later | observed, with what was there at the earlier of the two |
/// | later than that, or nothing seen for longer than that | estimated, with what was last there |
/// | nothing seen, three intervals not over yet | nothing yet: the next look settles it |
/// | at or before the last one (the clock was set back) | nothing, and time that is paid stays paid |
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Meter {
    seen: Option<Seen>,
    paid_until: Option<DateTime<Utc>>,
    /// What came through since `seen` in looks that saw no instances.
    bytes: f64,
    requests: f64,
}

impl Meter {
    /// One that goes on after a restart: with what was seen last, and up to when the ledger is paid.
    #[must_use]
    pub fn resumed(seen: Option<Seen>, paid_until: Option<DateTime<Utc>>) -> Self {
        let seen = seen.map(|seen| Seen { at: seen.at.trunc_subsecs(3), ..seen });
        Self { seen, paid_until, ..Self::default() }
    }

    /// What was there when it was last seen.
    #[must_use]
    pub fn seen(&self) -> Option<&Seen> {
        self.seen.as_ref()
    }

    /// Up to when is paid; none before the first part.
    #[must_use]
    pub fn paid_until(&self) -> Option<DateTime<Utc>> {
        self.paid_until
    }

    /// What the time up to a look came to, and where the meter stands then. `interval` is the time between two evaluations.
    #[must_use]
    pub fn next(&self, look: &Look, interval: TimeDelta, tariffs: &Tariffs) -> (Vec<MeterPart>, Self) {
        let at = look.at.trunc_subsecs(3);
        let mut next = Self { bytes: self.bytes + look.bytes, requests: self.requests + look.requests, ..*self };
        let mut parts = Vec::new();
        if let Some(seen) = &self.seen
            && let Some(origin) = origin(seen, at, look.running.is_some(), interval)
        {
            let stretch = next.stretch(seen, at, origin);
            parts = meter(&stretch, &seen.running, tariffs);
            next.paid_until = self.paid_until.max(Some(at.max(seen.at)));
            (next.bytes, next.requests) = (0.0, 0.0);
        }
        if let Some(running) = look.running {
            next.seen = Some(Seen { at, running });
            (next.bytes, next.requests) = (0.0, 0.0);
        }
        (parts, next)
    }

    /// The unpaid rest of the time since something was seen, and its share of what came through.
    fn stretch(&self, seen: &Seen, to: DateTime<Utc>, origin: Origin) -> Stretch {
        let mut from = self.paid_until.map_or(seen.at, |paid| paid.max(seen.at));
        if origin == Origin::Estimated {
            from = from.max(to - LONGEST_ESTIMATE);
        }
        // What was estimated before took its traffic with it; a clock that was set back leaves the rest of the stretch its share.
        let whole = (to - seen.at).num_milliseconds() as f64;
        let share = if origin == Origin::Observed && whole > 0.0 { (to - from).num_milliseconds().max(0) as f64 / whole } else { 1.0 };
        Stretch { from, to, origin, bytes: self.bytes * share, requests: self.requests * share }
    }
}

/// Whether the time from one look to another counts as seen; none while that is open, or where it does not go forward.
fn origin(seen: &Seen, at: DateTime<Utc>, is_seen_again: bool, interval: TimeDelta) -> Option<Origin> {
    let gap = at - seen.at;
    if gap <= TimeDelta::zero() {
        return None;
    }
    let longest = interval.checked_mul(LONGEST_GAP_IN_INTERVALS).unwrap_or(TimeDelta::MAX);
    match (gap <= longest, is_seen_again) {
        (true, true) => Some(Origin::Observed),
        (true, false) => None,
        (false, _) => Some(Origin::Estimated),
    }
}
