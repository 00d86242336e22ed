//! The Kubernetes Horizontal Pod Autoscaler v2 with its special cases: integer percent, readiness, missing pods, behavior.
//!
//! Pods are counted in groups of equals, so that a fleet of any size costs the same. Defaults are those of the controller:
//! tolerance 0.1, CPU initialization 300 s, initial readiness 30 s, scale-down window 300 s, and both behavior rules of the API.

use std::collections::VecDeque;

use super::{Autoscaler, MAX_INSTANCES, Seen, TICK_SECONDS};

/// Relative distance from the target in which nothing is done.
pub const TOLERANCE: f64 = 0.1;
/// Seconds after its start in which a pod's CPU sample counts only when taken after it became ready.
pub const CPU_INITIALIZATION_SECONDS: f64 = 300.0;
/// Seconds after its start in which becoming unready means that it never was ready.
pub const INITIAL_READINESS_SECONDS: f64 = 30.0;
/// Seconds of the scale-down stabilization window.
pub const DOWNSCALE_WINDOW_SECONDS: f64 = 300.0;

/// How a pod counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PodClass {
    /// Its usage counts.
    Ready,
    /// Counts as using nothing on the way up, not at all otherwise.
    Unready,
    /// Without a sample: as using nothing on the way up, its whole request on the way down.
    Missing,
    /// Failed or being deleted.
    Ignored,
}

/// One pod as the API server and the metrics server describe it; seconds on one clock.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pod {
    /// Its phase is `Failed`, or it has a deletion timestamp.
    pub is_gone: bool,
    /// Its phase is `Pending`.
    pub is_pending: bool,
    /// When it was started.
    pub started_at: Option<f64>,
    /// Its Ready condition and when that last changed.
    pub ready: Option<(bool, f64)>,
    /// When its sample was taken, and over how many seconds.
    pub sample: Option<(f64, f64)>,
}

/// How a pod counts for a CPU metric.
#[must_use]
pub fn classify(pod: &Pod, now: f64) -> PodClass {
    if pod.is_gone {
        return PodClass::Ignored;
    }
    if pod.is_pending {
        return PodClass::Unready;
    }
    let Some((sampled_at, window)) = pod.sample else { return PodClass::Missing };
    let (Some(started_at), Some((is_ready, changed_at))) = (pod.started_at, pod.ready) else { return PodClass::Unready };
    let unready = if now < started_at + CPU_INITIALIZATION_SECONDS {
        !is_ready || sampled_at < changed_at + window
    } else {
        !is_ready && changed_at < started_at + INITIAL_READINESS_SECONDS
    };
    if unready { PodClass::Unready } else { PodClass::Ready }
}

/// Pods by how they count, all with the same request.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Pods {
    /// How many are ready.
    pub ready: u32,
    /// What the ready ones use together, in units of the target: shares of the request for utilization, raw for values.
    pub usage: f64,
    /// How many are unready.
    pub unready: u32,
    /// How many have no sample.
    pub missing: u32,
}

/// What a target is a target of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PodTarget {
    /// Percent of the request, a whole number.
    Utilization(u32),
    /// A mean value per pod.
    Value(f64),
}

impl PodTarget {
    /// Usage of `pods` pods ÷ target. Utilization is a whole percent, truncated.
    fn ratio(self, usage: f64, pods: u32) -> f64 {
        match self {
            Self::Utilization(percent) => {
                // The division itself may come out a hair under a whole percent.
                let whole = (100.0 * usage / f64::from(pods) + 1e-9).floor();
                whole / f64::from(percent)
            }
            Self::Value(target) => usage / f64::from(pods) / target,
        }
    }

    /// What a pod without a sample counts for on the way down: its whole request, or the target.
    fn presumed(self) -> f64 {
        match self {
            Self::Utilization(percent) => f64::from(percent.max(100)) / 100.0,
            Self::Value(target) => target,
        }
    }
}

fn within_tolerance(ratio: f64) -> bool {
    (1.0 - TOLERANCE..=1.0 + TOLERANCE).contains(&ratio)
}

/// Replicas that one per-pod metric asks for; `None` where no pod has a sample.
#[must_use]
pub fn pods_replicas(current: u32, pods: Pods, target_value: PodTarget) -> Option<u32> {
    if pods.ready == 0 {
        return None;
    }
    let ratio = target_value.ratio(pods.usage, pods.ready);
    let unready_count = pods.unready > 0 && ratio > 1.0;
    if !unready_count && pods.missing == 0 {
        // The rule multiplies the ready pods, not the current count.
        return Some(if within_tolerance(ratio) { current } else { ceil(ratio * f64::from(pods.ready)) });
    }
    let (mut usage, mut counted) = (pods.usage, pods.ready);
    if pods.missing > 0 && ratio != 1.0 {
        counted += pods.missing;
        if ratio < 1.0 {
            usage += f64::from(pods.missing) * target_value.presumed();
        }
    }
    if unready_count {
        counted += pods.unready;
    }
    let again = target_value.ratio(usage, counted);
    if within_tolerance(again) || (ratio < 1.0 && again > 1.0) || (ratio > 1.0 && again < 1.0) {
        return Some(current);
    }
    let wanted = ceil(again * f64::from(counted));
    let turned = (again < 1.0 && wanted > current) || (again > 1.0 && wanted < current);
    Some(if turned { current } else { wanted })
}

/// Replicas for an object or external metric with target type `Value`.
#[must_use]
pub fn value_replicas(current: u32, ready: u32, value: f64, target_value: f64) -> u32 {
    let ratio = value / target_value;
    if current == 0 {
        ceil(ratio)
    } else if within_tolerance(ratio) {
        current
    } else {
        ceil(ratio * f64::from(ready))
    }
}

/// Replicas for an object or external metric with target type `AverageValue`.
#[must_use]
pub fn average_value_replicas(status_replicas: u32, value: f64, target_value: f64) -> u32 {
    let ratio = value / (target_value * f64::from(status_replicas));
    if status_replicas > 0 && within_tolerance(ratio) { status_replicas } else { ceil(value / target_value) }
}

/// The largest wish of all metrics; an invalid one forbids going down, all invalid forbid everything (`None`).
#[must_use]
pub fn largest_valid(current: u32, wishes: &[Option<u32>]) -> Option<u32> {
    let best = wishes.iter().flatten().copied().max()?;
    if wishes.contains(&None) && best < current { None } else { Some(best) }
}

/// As the controller's integer conversion, without the hair that floats add to whole numbers.
fn ceil(value: f64) -> u32 {
    (value * (1.0 - 1e-12)).ceil() as u32
}

/// How far one rule lets the count move within a period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule {
    /// Pods or percent.
    pub step: Step,
    /// Seconds in which at most that much may change.
    pub period_seconds: f64,
}

/// The measure of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// That many pods.
    Pods(u32),
    /// That share of the count at the period's start.
    Percent(u32),
}

/// Which rule wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Select {
    /// The largest change.
    Max,
    /// The smallest change.
    Min,
    /// No change in this direction.
    Disabled,
}

/// What holds in one direction.
#[derive(Debug, Clone, PartialEq)]
pub struct Direction {
    /// Seconds over which the mildest wish counts.
    pub window_seconds: f64,
    /// Which rule wins.
    pub select: Select,
    /// The rules.
    pub rules: Vec<Rule>,
}

/// The `behavior` of an HPA.
#[derive(Debug, Clone, PartialEq)]
pub struct Behavior {
    /// Scaling up.
    pub up: Direction,
    /// Scaling down.
    pub down: Direction,
}

impl Default for Behavior {
    fn default() -> Self {
        let rule = |step| Rule { step, period_seconds: 15.0 };
        Self {
            up: Direction { window_seconds: 0.0, select: Select::Max, rules: vec![rule(Step::Pods(4)), rule(Step::Percent(100))] },
            down: Direction { window_seconds: DOWNSCALE_WINDOW_SECONDS, select: Select::Max, rules: vec![rule(Step::Percent(100))] },
        }
    }
}

/// What the controller remembers of one autoscaler: wishes and changes, as long as a window or period needs them.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    has_begun: bool,
    wishes: VecDeque<(f64, u32)>,
    added: VecDeque<(f64, u32)>,
    removed: VecDeque<(f64, u32)>,
}

impl Memory {
    /// From what was wanted to what is written, without `behavior`: the window down, ×2 or 4 up.
    pub fn limit_legacy(&mut self, now: f64, current: u32, wanted: u32, bounds: (u32, u32)) -> u32 {
        self.begin(now, current);
        self.forget(now, DOWNSCALE_WINDOW_SECONDS);
        let stabilized = self.wishes.iter().map(|(_, wish)| *wish).fold(wanted, u32::max);
        self.wishes.push_back((now, wanted));
        stabilized.clamp(bounds.0, bounds.1.min(current.saturating_mul(2).max(4)).max(bounds.0))
    }

    /// From what was wanted to what is written, with `behavior`; remembers the change as made.
    pub fn limit(&mut self, behavior: &Behavior, now: f64, current: u32, wanted: u32, bounds: (u32, u32)) -> u32 {
        self.begin(now, current);
        let longest =
            |direction: &Direction| direction.rules.iter().map(|rule| rule.period_seconds).fold(direction.window_seconds, f64::max);
        self.forget(now, longest(&behavior.up).max(longest(&behavior.down)));
        let since = |window: f64| self.wishes.iter().filter(move |(at, _)| *at > now - window).map(|(_, wish)| *wish);
        let up = since(behavior.up.window_seconds).fold(wanted, u32::min);
        let down = since(behavior.down.window_seconds).fold(wanted, u32::max);
        let mut next = if current < up { up } else { current };
        if next > down {
            next = down;
        }
        self.wishes.push_back((now, wanted));
        if next > current {
            next = next.min(bounds.1).min(self.most(&behavior.up, now, current));
            self.added.push_back((now, next.saturating_sub(current)));
        } else if next < current {
            next = next.max(bounds.0).max(self.least(&behavior.down, now, current));
            self.removed.push_back((now, current.saturating_sub(next)));
        }
        next
    }

    /// The first look remembers what there is, which protects from scaling in at once after a restart.
    fn begin(&mut self, now: f64, current: u32) {
        if !self.has_begun {
            self.has_begun = true;
            self.wishes.push_back((now, current));
        }
    }

    fn forget(&mut self, now: f64, seconds: f64) {
        for list in [&mut self.wishes, &mut self.added, &mut self.removed] {
            while list.front().is_some_and(|(at, _)| *at <= now - seconds) {
                list.pop_front();
            }
        }
    }

    /// The count at the start of a period.
    fn base(&self, now: f64, period: f64, current: u32) -> f64 {
        let sum =
            |list: &VecDeque<(f64, u32)>| list.iter().filter(|(at, _)| *at > now - period).map(|(_, count)| f64::from(*count)).sum::<f64>();
        f64::from(current) - sum(&self.added) + sum(&self.removed)
    }

    fn most(&self, direction: &Direction, now: f64, current: u32) -> u32 {
        let limit = |rule: &Rule| {
            let base = self.base(now, rule.period_seconds, current);
            match rule.step {
                Step::Pods(pods) => (base + f64::from(pods)).max(0.0) as u32,
                Step::Percent(percent) => ceil((base * (1.0 + f64::from(percent) / 100.0)).max(0.0)),
            }
        };
        let limits = direction.rules.iter().map(limit);
        let chosen = match direction.select {
            Select::Max => limits.max(),
            Select::Min => limits.min(),
            Select::Disabled => Some(current),
        };
        chosen.unwrap_or(current).max(current)
    }

    fn least(&self, direction: &Direction, now: f64, current: u32) -> u32 {
        let limit = |rule: &Rule| {
            let base = self.base(now, rule.period_seconds, current);
            match rule.step {
                Step::Pods(pods) => (base - f64::from(pods)).max(0.0) as u32,
                Step::Percent(percent) => (base * (1.0 - f64::from(percent) / 100.0)).max(0.0) as u32,
            }
        };
        let limits = direction.rules.iter().map(limit);
        let chosen = match direction.select {
            Select::Max => limits.min(),
            Select::Min => limits.max(),
            Select::Disabled => Some(current),
        };
        chosen.unwrap_or(current).min(current)
    }
}

/// The HPA on CPU utilization against the plant, with the default behavior.
///
/// Its sample is the mean of the last two ticks. Starting pods are unready; pods that became ready within the last tick are too,
/// because their sample began before.
#[derive(Debug, Clone)]
pub struct HpaKubernetes {
    percent: u32,
    behavior: Behavior,
    memory: Memory,
    before: Option<f64>,
    ready_before: Option<u32>,
}

impl HpaKubernetes {
    /// With a target in whole percent of the request.
    #[must_use]
    pub fn new(percent: u32) -> Self {
        Self { percent, behavior: Behavior::default(), memory: Memory::default(), before: None, ready_before: None }
    }
}

impl Autoscaler for HpaKubernetes {
    fn decide(&mut self, seen: &Seen) -> u32 {
        let mean = self.before.map_or(seen.utilization, |before| f64::midpoint(before, seen.utilization));
        self.before = Some(seen.utilization);
        let fresh = seen.ready.saturating_sub(self.ready_before.unwrap_or(seen.ready)).min(seen.ready.saturating_sub(1));
        self.ready_before = Some(seen.ready);
        let sampled = seen.ready - fresh;
        let pods = Pods { ready: sampled, usage: mean * f64::from(sampled), unready: seen.starting + fresh, missing: 0 };
        let current = seen.total();
        match pods_replicas(current, pods, PodTarget::Utilization(self.percent)) {
            Some(wanted) => self.memory.limit(&self.behavior, seen.tick as f64 * TICK_SECONDS, current, wanted, (1, MAX_INSTANCES)),
            None => current,
        }
    }
}
