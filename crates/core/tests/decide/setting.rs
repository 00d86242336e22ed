//! Policies, readings and pasts to decide on, so that a test names only what it is about.

use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::decide::{Circumstances, Decision, Memory, decide_and_remember};
use headroom_core::metric::{Metric, PerMetric};
use headroom_core::observation::{Counted, Hole, InstanceCount, Observation, Reading, ResponseStatistic, Traffic};
use headroom_core::policy::{Aggregation, Comparison, MetricRule, Policy, PolicyId, PolicyMode, PolicyType};
use headroom_core::units::{Instances, MoneyPerHour};

/// Tuesday, 18 November 2025, 14:32 UTC.
pub fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_763_476_320, 0).expect("a valid time")
}

pub fn seconds(seconds: i64) -> TimeDelta {
    TimeDelta::seconds(seconds)
}

pub fn rule(metric: Metric, threshold: f64, weight: f64) -> MetricRule {
    MetricRule { metric, threshold, comparison: Comparison::Gt, weight, maximum: None }
}

/// `adaptive`, 70/30, 2–10 instances, 300 s.
pub fn policy(metrics: &[MetricRule]) -> Policy {
    Policy {
        id: PolicyId("pol_test".to_owned()),
        version: 1,
        name: "Test".to_owned(),
        template_id: None,
        policy_type: PolicyType::Adaptive,
        mode: PolicyMode::Live,
        is_enabled: true,
        metrics: metrics.to_vec(),
        aggregation: Aggregation::Balanced,
        scale_up_threshold: 0.7,
        scale_down_threshold: 0.3,
        cooldown_period: 300,
        scale_up_cooldown: None,
        scale_down_cooldown: None,
        stabilization_window: 300,
        consolidation: true,
        urgent_pressure: 1.1,
        min_instances: Instances(2),
        max_instances: Instances(10),
        allow_scale_to_zero: false,
        forecast_quantile: 0.99,
        follow_objective: true,
        schedules: Vec::new(),
        updated_at: noon() - TimeDelta::days(1),
    }
}

/// CPU alone, at 70 %.
pub fn cpu_policy() -> Policy {
    policy(&[rule(Metric::Cpu, 0.7, 1.0)])
}

/// The metrics of `web-app-balanced`.
pub fn web_policy() -> Policy {
    policy(&[
        rule(Metric::Cpu, 0.70, 0.35),
        rule(Metric::Memory, 0.75, 0.25),
        rule(Metric::ResponseTime, 0.50, 0.30),
        rule(Metric::ErrorRate, 0.02, 0.10),
    ])
}

pub fn circumstances() -> Circumstances {
    Circumstances {
        freeze: None,
        manual_override: None,
        response_time_objective_ms: None,
        fresh_for: seconds(60),
        interval: seconds(30),
        engine_started_at: noon() - TimeDelta::days(1),
        budget: None,
        price_per_instance: MoneyPerHour::from_units(0.16),
    }
}

/// This many ready, and these readings; the others were never measured.
pub fn seen(ready: u32, readings: &[(Metric, f64)]) -> Observation {
    let mut observation = Observation {
        at: noon(),
        instances: Counted::Known(InstanceCount { ready: Instances(ready), starting: Instances::ZERO }),
        readings: PerMetric::from_fn(|_| Reading::missing(Hole::NotMeasured)),
        response_statistic: ResponseStatistic::P95,
        traffic: Traffic::default(),
    };
    for (metric, value) in readings {
        observation.readings[*metric] = Reading::Value { value: *value, at: noon() };
    }
    observation
}

/// CPU at this percent on this many ready instances.
pub fn cpu(ready: u32, percent: f64) -> Observation {
    seen(ready, &[(Metric::Cpu, percent)])
}

/// The observation as it would have been made later.
pub fn moved(mut observation: Observation, now: DateTime<Utc>) -> Observation {
    let shift = now - observation.at;
    observation.at = now;
    for metric in Metric::ALL {
        match &mut observation.readings[metric] {
            Reading::Value { at, .. } | Reading::NoTraffic { at } => *at += shift,
            Reading::Missing { .. } => {}
        }
    }
    observation
}

/// A deployment that is looked at again and again.
pub struct Story {
    pub policy: Policy,
    pub circumstances: Circumstances,
    pub memory: Memory,
    pub now: DateTime<Utc>,
}

impl Story {
    pub fn new(policy: Policy) -> Self {
        Self { policy, circumstances: circumstances(), memory: Memory::default(), now: noon() }
    }

    /// One evaluation, 30 s after the one before.
    pub fn look(&mut self, observation: Observation) -> Decision {
        self.now += seconds(30);
        let observation = moved(observation, self.now);
        let (decision, memory) = decide_and_remember(&self.policy, &self.circumstances, &observation, &self.memory, self.now);
        self.memory = memory;
        decision
    }

    /// The same again and again, this many times; the last decision.
    pub fn look_often(&mut self, observation: Observation, times: usize) -> Decision {
        (1..times).for_each(|_| drop(self.look(observation)));
        self.look(observation)
    }
}
