//! What a deployment's past leaves behind for its next decision.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::circumstances::Circumstances;
use super::decision::{Action, Direction, OutsideChange};
use super::judge::{GUARD_REST_MS, Judgement};
use super::outlook::Outlook;
use super::start_up::StartUp;
use super::window::Window;
use crate::metric::Metric;
use crate::observation::{Counted, Observation, Reading};
use crate::policy::{Policy, PolicyMode, PolicyType};
use crate::units::Instances;

/// Calm readings after which an idle latency is believed.
const CALM_READINGS_NEEDED: u32 = 20;
/// CPU use in percent up to which a response time is an idle one.
const CALM_CPU_PERCENT: f64 = 30.0;
/// The quantile of calm response times that is learned: low, so that a slow dependency does not count as the service's own floor.
const IDLE_QUANTILE: f64 = 0.2;
/// Relative step of one calm reading toward that quantile; a rise to the double takes about 170 calm readings.
const IDLE_STEP: f64 = 0.02;

/// Everything that [`decide`](super::decide) needs to know of the past of one deployment; survives restarts as JSON.
///
/// Times are Unix milliseconds. Bounded: at most 24 peaks of a window, everything else is one number; under 2 KB as JSON.
/// `Default` knows nothing: a deployment that was never looked at.
///
/// The engine keeps one a deployment, hands it to `decide`, and calls [`Memory::after`] once the decision is on record. Orders
/// by hand go in with [`Memory::ordered_by_hand`], so that they are not taken for a change from outside.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Memory {
    /// The policy that the windows belong to: version, saved at, type. Another one starts them anew.
    policy: Option<(u32, i64, PolicyType)>,
    /// The evaluation before.
    evaluated_at: Option<i64>,
    /// The total count that was seen then.
    seen: Option<u32>,
    /// The total count that is expected: the last one ordered, or found.
    expected: Option<u32>,
    /// The last change, ordered or from outside.
    last_change: Option<Change>,
    /// The change before it: what holds again where the last order failed.
    change_before: Option<Change>,
    /// Somebody outside set the count to 0; held until resumed.
    stopped_from_outside: bool,
    /// One bit a metric: saturated in the evaluation before (the alone rule wants two in a row).
    saturated: u8,
    /// What steps asked for by guards alone came to.
    guard_steps: Option<GuardSteps>,
    /// Loads in instances at pressure 1 (`gradual`, `adaptive`), or counts wanted (`proportional`).
    window: Window,
    /// What the service answers in when nothing is to do.
    idle_latency: Option<IdleLatency>,
    /// What is known of starts.
    start_up: StartUp,
    /// What is expected as of the look at this instant; used up by it.
    #[serde(skip)]
    outlook: Option<(i64, Outlook)>,
}

/// One change of the count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    at: i64,
    direction: Direction,
}

/// Steps in a row that guards alone asked for.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GuardSteps {
    /// The guard that asked first.
    pub(super) metric: Metric,
    /// Its pressure before the first step.
    pub(super) pressure_before: f64,
    /// Steps taken.
    pub(super) steps: u8,
    /// Set while it is not asked again.
    pub(super) until: Option<i64>,
}

/// A running low quantile of response times at low CPU use.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct IdleLatency {
    ms: f64,
    readings: u32,
}

impl Memory {
    /// When the count last changed, by an order or from outside. Cooldowns run from it.
    #[must_use]
    pub fn last_change_at(&self) -> Option<DateTime<Utc>> {
        self.last_change.map(|change| at(change.at))
    }

    /// Which way it changed then.
    #[must_use]
    pub fn last_change_direction(&self) -> Option<Direction> {
        self.last_change.map(|change| change.direction)
    }

    /// The total count that is expected: the last one ordered, or found at the last look.
    #[must_use]
    pub fn expected_instances(&self) -> Option<Instances> {
        self.expected.map(Instances)
    }

    /// Whether somebody outside set the count to 0 and nobody has resumed the deployment since.
    #[must_use]
    pub fn is_stopped_from_outside(&self) -> bool {
        self.stopped_from_outside
    }

    /// The idle latency in ms: a running 0.2 quantile of the response times read at up to 30 % CPU; known after 20 of them.
    ///
    /// Each calm reading moves the estimate by 2 % × 0.2 up or by 2 % × 0.8 down, so it settles where a fifth of them is below it.
    #[must_use]
    pub fn idle_latency_ms(&self) -> Option<f64> {
        self.idle_latency.filter(|idle| idle.readings >= CALM_READINGS_NEEDED).map(|idle| idle.ms)
    }

    /// How long an instance takes from "starting" to "ready": the mean of the first ten starts, then each new one counts a tenth.
    ///
    /// Counted from the evaluation that ordered it to the one that saw it ready, so it is up to one interval too long.
    #[must_use]
    pub fn start_up_delay(&self) -> Option<TimeDelta> {
        self.start_up.delay()
    }

    /// Notes an order that a person gave through Headroom: it starts the cooldown and is not a change from outside.
    pub fn ordered_by_hand(&mut self, instances: Instances, now: DateTime<Utc>) {
        let expected = self.expected.or(self.seen).unwrap_or(0);
        let direction = direction_of(expected, instances.0);
        self.stopped_from_outside = false;
        self.note_change(Change { at: now.timestamp_millis(), direction });
        self.expected = Some(instances.0);
    }

    /// Hands over what is expected as of the look at `now`, for the evaluation of that look and no other.
    pub fn foresee(&mut self, now: DateTime<Utc>, outlook: Option<Outlook>) {
        self.outlook = outlook.map(|outlook| (now.timestamp_millis(), outlook));
    }

    /// What is expected, where it was said at this very instant.
    pub(super) fn outlook_at(&self, now: i64) -> Option<&Outlook> {
        self.outlook.as_ref().filter(|(at, _)| *at == now).map(|(_, outlook)| outlook)
    }

    /// How full an instance may be by the objective, where that was said at this very instant.
    pub(super) fn limit_at(&self, now: DateTime<Utc>) -> Option<f64> {
        let (at, outlook) = self.outlook.as_ref()?;
        outlook.limit.filter(|_| *at == now.timestamp_millis())
    }

    /// Takes the last order back: the target refused it. The cooldown that held before it holds again.
    pub fn order_failed(&mut self) {
        self.expected = self.seen;
        self.last_change = self.change_before;
    }

    /// Ends "stopped from outside": a person wants the deployment to run again. The next count is taken as it is, without an event;
    /// until then the last one that was ordered stays expected, so that a start of the engine brings it back.
    pub fn resume(&mut self) {
        if self.stopped_from_outside {
            self.expected = None;
        }
        self.stopped_from_outside = false;
        self.seen = None;
    }

    /// Begins at a count that was just started, at a start of the engine too: expected, and not seen yet.
    pub fn start_at(&mut self, instances: Instances) {
        self.seen = None;
        self.expected = Some(instances.0);
    }

    /// Takes the next count as it is, without an event: for targets whose instances end with the engine.
    pub fn forget_count(&mut self) {
        self.seen = None;
        self.expected = None;
    }

    /// The memory after one evaluation, for the next one. Call it with what `judge` was called with, and its answer.
    #[must_use]
    pub fn after(mut self, policy: &Policy, circumstances: &Circumstances, observation: &Observation, judgement: &Judgement) -> Self {
        self.remember(policy, circumstances, observation, judgement);
        self
    }

    /// [`Memory::after`] in place, for who evaluates millions.
    pub fn remember(&mut self, policy: &Policy, circumstances: &Circumstances, observation: &Observation, judgement: &Judgement) {
        let now = judgement.at.timestamp_millis();
        let longest_gap = circumstances.fresh_for.num_milliseconds();
        self.keep_to_time(now);
        self.keep_to_policy(policy);
        self.window_after(policy, judgement, now, longest_gap);
        self.guard_steps_after(judgement, now);
        self.saturated = judgement.pressures.saturated;
        let evaluated_before = self.evaluated_at.replace(now);
        self.outlook = None;
        self.learn_idle_latency(observation);
        if let Counted::Known(count) = observation.instances {
            self.start_up.learn(count, self.seen, evaluated_before, now);
            self.count_after(policy, judgement, count.total().0, now);
        }
    }

    /// Where the count was changed by somebody else since the evaluation before.
    ///
    /// After an order from `seen` to `expected` any count between the two is the order at work; anything else is not ours.
    pub(super) fn changed_outside(&self, total: u32) -> Option<OutsideChange> {
        let seen = self.seen?;
        let expected = self.expected.unwrap_or(seen);
        let ours = seen.min(expected)..=seen.max(expected);
        (!ours.contains(&total)).then_some(OutsideChange { from: Instances(seen), to: Instances(total) })
    }

    /// Bits of the metrics that were saturated in the evaluation before, where that is not too long ago.
    pub(super) fn saturated_before(&self, now: i64, longest_gap: i64) -> u8 {
        if self.evaluated_at.is_some_and(|before| now - before <= longest_gap) { self.saturated } else { 0 }
    }

    /// When the last change was, in Unix ms; now, where the clock was set back behind it.
    pub(super) fn changed_at_ms(&self, now: i64) -> Option<i64> {
        self.last_change.map(|change| change.at.min(now))
    }

    /// Steps that guards alone asked for, while they still speak.
    pub(super) fn guard_steps(&self) -> Option<&GuardSteps> {
        self.guard_steps.as_ref()
    }

    /// The window, where it belongs to this policy.
    pub(super) fn window_of(&self, policy: &Policy) -> Option<&Window> {
        (self.policy == Some(stamp(policy))).then_some(&self.window)
    }

    /// After a clock was set back, what lies ahead of it happened now: a cooldown lasts no longer than it is.
    fn keep_to_time(&mut self, now: i64) {
        for change in [&mut self.last_change, &mut self.change_before].into_iter().flatten() {
            change.at = change.at.min(now);
        }
        if let Some(until) = self.guard_steps.as_mut().and_then(|steps| steps.until.as_mut()) {
            *until = (*until).min(now.saturating_add(GUARD_REST_MS));
        }
    }

    fn keep_to_policy(&mut self, policy: &Policy) {
        let stamp = stamp(policy);
        if self.policy != Some(stamp) {
            self.policy = Some(stamp);
            self.window.clear();
            self.guard_steps = None;
            self.saturated = 0;
        }
    }

    fn window_after(&mut self, policy: &Policy, judgement: &Judgement, now: i64, longest_gap: i64) {
        let length = i64::from(policy.stabilization_window) * 1000;
        if let Some(value) = judgement.window_value {
            self.window.push(now, value, length, longest_gap);
        }
    }

    fn guard_steps_after(&mut self, judgement: &Judgement, now: i64) {
        if let Some(steps) = self.guard_steps {
            let recovered = judgement.pressures.of(steps.metric).is_none_or(|felt| felt.counts() && felt.pressure < 1.0);
            let over = steps.until.is_some_and(|until| until <= now);
            if recovered || over {
                self.guard_steps = None;
            }
        }
        if let Some(next) = judgement.guard_steps {
            self.guard_steps = Some(next);
        }
    }

    fn count_after(&mut self, policy: &Policy, judgement: &Judgement, total: u32, now: i64) {
        if let Some(outside) = judgement.changed_outside {
            self.note_change(Change { at: now, direction: direction_of(outside.from.0, outside.to.0) });
            self.expected = Some(total);
            self.stopped_from_outside = total == 0;
        }
        self.stopped_from_outside &= total == 0;
        self.seen = Some(total);
        if self.expected.is_none() {
            self.expected = Some(total);
        }
        let direction = match judgement.action {
            Action::ScaleUp => Direction::Up,
            Action::ScaleDown => Direction::Down,
            Action::NoChange => return,
        };
        // A shadow's order moves nothing, but starts the cooldown as the real one would: else it would be counted at every tick.
        self.note_change(Change { at: now, direction });
        match policy.mode {
            PolicyMode::Live => self.expected = Some(judgement.counts.ordered.0),
            PolicyMode::Shadow => {}
        }
    }

    fn note_change(&mut self, change: Change) {
        self.change_before = self.last_change;
        self.last_change = Some(change);
    }

    fn learn_idle_latency(&mut self, observation: &Observation) {
        let Reading::Value { value: cpu, .. } = observation.readings.cpu else { return };
        let Reading::Value { value: ms, .. } = observation.readings.response_time else { return };
        if !(cpu <= CALM_CPU_PERCENT && ms.is_finite() && ms > 0.0) {
            return;
        }
        let mut idle = self.idle_latency.unwrap_or(IdleLatency { ms, readings: 0 });
        if ms > idle.ms {
            idle.ms *= 1.0 + IDLE_STEP * IDLE_QUANTILE;
        } else if ms < idle.ms {
            idle.ms *= 1.0 - IDLE_STEP * (1.0 - IDLE_QUANTILE);
        }
        idle.readings = idle.readings.saturating_add(1);
        self.idle_latency = Some(idle);
    }
}

fn stamp(policy: &Policy) -> (u32, i64, PolicyType) {
    (policy.version, policy.updated_at.timestamp_millis(), policy.policy_type)
}

fn direction_of(from: u32, to: u32) -> Direction {
    match to.cmp(&from) {
        std::cmp::Ordering::Greater => Direction::Up,
        std::cmp::Ordering::Less => Direction::Down,
        std::cmp::Ordering::Equal => Direction::Stay,
    }
}

/// An instant from Unix ms; the far ends of time are clamped.
pub(super) fn at(unix_ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(unix_ms).unwrap_or(if unix_ms < 0 { DateTime::<Utc>::MIN_UTC } else { DateTime::<Utc>::MAX_UTC })
}
