//! One evaluation: what was seen and what is wanted, in; one decision with its reasons, out.
//!
//! Two pure steps. [`judge()`] finds which way, how far and what holds it: numbers and codes on the stack, millions a second, for
//! who simulates. [`explain()`] makes the whole [`Decision`] of it: contributions, checks in words, prices. [`decide`] is both.
//! [`Memory::after`] makes the memory for the next evaluation, the same for live and simulated ones. [`distance`] says how far a
//! decision is from going the other way, [`Decision::sentence`] words it.
//!
//! Read [`pressure`] (from readings to one number), then [`size`] (how far), then [`judge`](mod@judge) (what holds it).

use chrono::{DateTime, Utc};

use crate::observation::Observation;
use crate::policy::Policy;

mod checks;
mod circumstances;
mod decision;
mod distance;
mod explain;
pub mod judge;
mod memory;
mod outlook;
pub mod pressure;
pub mod reason;
mod sentence;
pub mod size;
pub(crate) mod start_up;
mod window;
pub mod words;

pub use circumstances::{BudgetLimit, Circumstances, Freeze, ManualOverride};
pub use decision::{
    Action, Band, Bounds, Check, CheckOutcome, CheckResult, Contribution, Counts, Decision, Direction, MetricState, OutsideChange,
};
pub use distance::{Distance, Neighbor, distance};
pub use explain::explain;
pub use judge::{Judgement, judge};
pub use memory::Memory;
pub use outlook::{Basis, Outlook};
pub use reason::Reason;

/// Decides on one deployment at one instant: [`judge()`], then [`explain()`].
///
/// Total (every input has a decision), deterministic (the same bits on every platform), and it reads no clock: `now` is an
/// argument. What it needs to know of the past is in `memory`, which [`Memory::after`] brings up to date afterwards; both need the
/// [`Judgement`], so a caller who keeps a memory calls [`decide_and_remember`].
#[must_use]
pub fn decide(policy: &Policy, circumstances: &Circumstances, observation: &Observation, memory: &Memory, now: DateTime<Utc>) -> Decision {
    explain(policy, circumstances, observation, memory, &judge(policy, circumstances, observation, memory, now))
}

/// [`decide`], and the memory for the next evaluation.
#[must_use]
pub fn decide_and_remember(
    policy: &Policy,
    circumstances: &Circumstances,
    observation: &Observation,
    memory: &Memory,
    now: DateTime<Utc>,
) -> (Decision, Memory) {
    let judgement = judge(policy, circumstances, observation, memory, now);
    let decision = explain(policy, circumstances, observation, memory, &judgement);
    (decision, memory.clone().after(policy, circumstances, observation, &judgement))
}
