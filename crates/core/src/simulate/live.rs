//! A policy against the plant, under the very judgement that runs live.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Autoscaler, MAX_INSTANCES, Seen, Workload, slowdown};
use crate::decide::{BudgetLimit, Circumstances, Memory, judge};
use crate::foresight::Foresight;
use crate::metric::PerMetric;
use crate::observation::{Counted, Hole, InstanceCount, Observation, Reading, ResponseStatistic, Traffic};
use crate::policy::{Identity, Policy, PolicyBase, PolicyDraft, PolicyId, PolicyMode, PolicyType, TemplateId, validate};
use crate::units::{Instances, MoneyPerHour};

/// Memory in use on the benchmark's plant, in percent: this, and half of the utilization.
const BENCHMARK_MEMORY: (f64, f64) = (25.0, 50.0);
/// How old a reading of the benchmark may be: twice its largest lag of 30 s and a source's usual timeout of 5 s.
const FRESH_SECONDS: i64 = 65;

/// Any policy as it decides live: the same [`judge`], the same [`Memory`], readings made of what the plant shows.
///
/// A policy that is off or in shadow is played as if it were on and live. Nothing is allocated while it runs.
#[derive(Debug, Clone)]
pub struct Live {
    policy: Policy,
    /// The policy as saved, and until when `policy` is what its schedules make of it; unset where it has none.
    scheduled: Option<(Policy, Option<DateTime<Utc>>)>,
    circumstances: Circumstances,
    memory: Memory,
    /// Where the policy looks ahead.
    foresight: Option<Foresight>,
    observation: Observation,
    starts_at: DateTime<Utc>,
    tick_ms: f64,
    capacity: f64,
    service_ms: f64,
    /// Memory in percent when idle, and what full use adds; unset where it is not measured.
    memory_percent: Option<(f64, f64)>,
    /// Whether arrivals are requests per second; otherwise they are instances in use.
    is_rate_known: bool,
}

impl Live {
    /// One that has seen nothing, on the benchmark's plant; the deployment's objective is the plant's.
    #[must_use]
    pub fn new(policy: &Policy, workload: &Workload) -> Self {
        let starts_at = DateTime::UNIX_EPOCH;
        let circumstances = Circumstances {
            freeze: None,
            manual_override: None,
            response_time_objective_ms: Some(workload.plant().objective_seconds * 1e3),
            fresh_for: TimeDelta::seconds(FRESH_SECONDS),
            interval: TimeDelta::milliseconds((workload.plant().tick_seconds * 1e3) as i64),
            engine_started_at: starts_at,
            budget: None,
            price_per_instance: MoneyPerHour::from_units(1.0),
        };
        Self::with(policy, workload, circumstances, starts_at, Some(BENCHMARK_MEMORY), true)
    }

    /// One that has seen nothing, under the circumstances of a deployment.
    pub(super) fn with(
        policy: &Policy,
        workload: &Workload,
        circumstances: Circumstances,
        starts_at: DateTime<Utc>,
        memory_percent: Option<(f64, f64)>,
        is_rate_known: bool,
    ) -> Self {
        let is_predictive = policy.is_predictive();
        let saved = Policy { mode: PolicyMode::Live, is_enabled: true, ..policy.clone() };
        let (policy, until) = saved.at(starts_at);
        Self {
            policy,
            scheduled: (!saved.schedules.is_empty()).then_some((saved, until)),
            circumstances,
            memory: Memory::default(),
            foresight: is_predictive.then(|| Foresight::new(None)),
            observation: Observation::unknown(starts_at, Hole::NotMeasured),
            starts_at,
            tick_ms: workload.plant().tick_seconds * 1e3,
            capacity: workload.capacity(),
            service_ms: workload.plant().service_seconds * 1e3,
            memory_percent,
            is_rate_known,
        }
    }

    /// What was observed last; the input of the latest judgement.
    #[must_use]
    pub fn observation(&self) -> &Observation {
        &self.observation
    }

    /// The circumstances in which everything is judged.
    #[must_use]
    pub fn circumstances(&self) -> &Circumstances {
        &self.circumstances
    }

    /// The policy as it is played at the latest look: its bounds are those that its schedules make.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// From now on a budget pays for so many.
    pub(super) fn guarded_to(&mut self, most: Instances, is_strict: bool) {
        let limit =
            self.circumstances.budget.get_or_insert_with(|| BudgetLimit { budget: String::new(), affordable: most, strict: is_strict });
        limit.affordable = most;
    }

    fn instant(&self, tick: usize) -> DateTime<Utc> {
        self.starts_at + TimeDelta::milliseconds((tick as f64 * self.tick_ms) as i64)
    }

    /// Turns what the plant shows into what a source would have answered.
    #[inline]
    fn look(&mut self, seen: &Seen) {
        let now = self.instant(seen.tick);
        // What was measured over a tick is known at its end.
        let at = if seen.measured_tick + 1 >= seen.tick { now } else { self.instant(seen.measured_tick + 1) };
        let value = |value: f64| Reading::Value { value, at };
        let ready = f64::from(seen.measured_ready.max(1));
        let not_measured = Reading::Missing { hole: Hole::NotMeasured };
        let (response_time, error_rate) = if seen.rate > 0.0 {
            let waited_ms = seen.backlog_seconds * 1e3;
            (value(self.service_ms * slowdown(seen.offered(self.capacity)) + waited_ms), value(seen.errors * 100.0))
        } else {
            (Reading::NoTraffic { at }, Reading::NoTraffic { at })
        };
        self.observation.at = now;
        self.observation.instances = Counted::Known(InstanceCount { ready: Instances(seen.ready), starting: Instances(seen.starting) });
        self.observation.readings = PerMetric {
            cpu: value(seen.utilization * 100.0),
            memory: self.memory_percent.map_or(not_measured, |(idle, full)| value(idle + full * seen.utilization)),
            response_time,
            error_rate,
            requests: if self.is_rate_known { value(seen.rate / ready) } else { not_measured },
        };
        self.observation.response_statistic = ResponseStatistic::Mean;
        self.observation.traffic.request_rate = self.is_rate_known.then_some(seen.rate);
    }

    /// Follows the policy's schedules to the instant of the look.
    fn follow_schedules(&mut self) {
        let now = self.observation.at;
        if let Some((saved, until)) = &mut self.scheduled
            && until.is_some_and(|until| until <= now)
        {
            (self.policy, *until) = saved.at(now);
        }
    }

    #[inline]
    fn judge(&mut self) -> u32 {
        self.follow_schedules();
        if let Some(foresight) = &mut self.foresight {
            let now = self.observation.at;
            self.memory.foresee(now, foresight.look(&self.policy, &self.circumstances, &self.observation, now));
        }
        let judgement = judge(&self.policy, &self.circumstances, &self.observation, &self.memory, self.observation.at);
        self.memory.remember(&self.policy, &self.circumstances, &self.observation, &judgement);
        match judgement.instances {
            Counted::Known(_) => judgement.counts.ordered.0,
            Counted::Unknown { .. } => self.observation_total(),
        }
    }

    fn observation_total(&self) -> u32 {
        match self.observation.instances {
            Counted::Known(count) => count.total().0,
            Counted::Unknown { .. } => 0,
        }
    }
}

/// The policy of the benchmark: what `web-app-balanced` ships, of the given type, between 1 and [`MAX_INSTANCES`] instances.
#[must_use]
pub fn benchmark_policy(policy_type: PolicyType) -> Policy {
    let draft = PolicyDraft {
        template_id: Some(TemplateId("web-app-balanced".to_owned())),
        policy_type: Some(policy_type),
        min_instances: Some(1.0),
        max_instances: Some(f64::from(MAX_INSTANCES)),
        ..PolicyDraft::default()
    };
    let identity = Identity { id: PolicyId("pol_benchmark".to_owned()), version: 1, updated_at: DateTime::UNIX_EPOCH };
    validate(&draft, PolicyBase::Defaults, identity).expect("a shipped template is valid; a test checks each of them").policy
}

impl Autoscaler for Live {
    fn decide(&mut self, seen: &Seen) -> u32 {
        self.look(seen);
        self.judge()
    }

    fn decide_blind(&mut self, tick: usize, ready: u32, starting: u32) -> u32 {
        self.observation = Observation {
            instances: Counted::Known(InstanceCount { ready: Instances(ready), starting: Instances(starting) }),
            traffic: Traffic::default(),
            ..Observation::unknown(self.instant(tick), Hole::Unreachable)
        };
        self.judge()
    }
}
