//! What a run is judged by.

/// Seconds of an hour.
const HOUR_SECONDS: f64 = 3_600.0;

/// The figures of one run, over the scored ticks.
///
/// θ, τ and υ are those of the SPEC research group (Herbst et al.): mean shortfall and excess ÷ need, share of time short and over,
/// instability. All shares in percent; 0 is best.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Scores {
    /// Requests answered after the objective or dropped.
    pub violations: f64,
    /// Requests dropped.
    pub dropped: f64,
    /// Ready and starting instances over time (and draining ones on plant 2).
    pub instance_hours: f64,
    /// Ticks at which the ready count differs from the one before.
    pub changes: u64,
    /// Mean shortfall ÷ need.
    pub theta_u: f64,
    /// Mean excess ÷ need.
    pub theta_o: f64,
    /// Time with too few.
    pub tau_u: f64,
    /// Time with too many.
    pub tau_o: f64,
    /// Steps in which the need moved and the instances did not, or the other way round.
    pub upsilon: f64,
    /// How many ticks were simulated, warm-up included.
    pub ticks: u64,
}

/// Sums while a run goes on.
#[derive(Debug, Default)]
pub(super) struct Tally {
    requests: f64,
    late: f64,
    dropped: f64,
    billed: u64,
    shortfall: f64,
    excess: f64,
    short: u64,
    over: u64,
    unstable: u64,
    changes: u64,
    ticks: u64,
    before: Option<(u32, u32)>,
}

impl Tally {
    /// One scored tick. `late` and `dropped` are requests.
    #[inline]
    pub(super) fn add(&mut self, need: u32, supply: u32, billed: u32, requests: f64, late: f64, dropped: f64) {
        self.requests += requests;
        self.late += late;
        self.dropped += dropped;
        self.billed += u64::from(billed);
        self.ticks += 1;
        let difference = (f64::from(supply) - f64::from(need)) / f64::from(need);
        self.shortfall += (-difference).max(0.0);
        self.excess += difference.max(0.0);
        self.short += u64::from(supply < need);
        self.over += u64::from(supply > need);
        if let Some((supply_before, need_before)) = self.before {
            let moved = supply.cmp(&supply_before);
            self.changes += u64::from(supply != supply_before);
            self.unstable += u64::from(moved != need.cmp(&need_before));
        }
        self.before = Some((supply, need));
    }

    pub(super) fn scores(&self, ticks: usize, tick_seconds: f64) -> Scores {
        let share = |part: f64, whole: f64| if whole > 0.0 { 100.0 * part / whole } else { 0.0 };
        let scored = self.ticks as f64;
        Scores {
            violations: share(self.late, self.requests),
            dropped: share(self.dropped, self.requests),
            instance_hours: self.billed as f64 * tick_seconds / HOUR_SECONDS,
            changes: self.changes,
            theta_u: share(self.shortfall, scored),
            theta_o: share(self.excess, scored),
            tau_u: share(self.short as f64, scored),
            tau_o: share(self.over as f64, scored),
            upsilon: share(self.unstable as f64, scored - 1.0),
            ticks: ticks as u64,
        }
    }
}
