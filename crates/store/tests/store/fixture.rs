//! Deployments, policies, observations and decisions to store.

use chrono::{DateTime, TimeDelta, Utc};
use headroom_core::decide::{Action, Band, Bounds, Counts, Decision, Direction, Memory, Reason};
use headroom_core::deployment::{Billing, Deployment, DeploymentId, InstanceSize, Objectives, ReplayTrace, RunsOn};
use headroom_core::metric::{Metric, PerMetric};
use headroom_core::observation::{Counted, InstanceCount, Observation, Reading, ResponseStatistic, Traffic};
use headroom_core::policy::{Aggregation, Comparison, MetricRule, Policy, PolicyId, PolicyMode, PolicyType};
use headroom_core::units::{Cores, Gigabytes, Instances, MoneyPerHour};
use headroom_store::{DataFolder, Evaluation, IntentCause, NewIntent, OpenOptions, OwnerKind, Result, Store, TickBefore, open};
use tempfile::TempDir;

/// Tuesday, 3 November 2026, 12:00 UTC.
pub fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_793_707_200, 0).expect("a date")
}

pub fn seconds(count: i64) -> TimeDelta {
    TimeDelta::seconds(count)
}

pub fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

pub fn options(folder: &TempDir) -> OpenOptions {
    OpenOptions { folder: DataFolder::at(folder.path()), kind: OwnerKind::Server, now: noon(), size_limit: None }
}

pub fn opened(folder: &TempDir) -> Store {
    try_open(folder).expect("opens")
}

pub fn try_open(folder: &TempDir) -> Result<Store> {
    open(options(folder))
}

/// A runtime for the async doors.
pub fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_time().build().expect("a runtime").block_on(work)
}

pub fn id(number: u32) -> DeploymentId {
    DeploymentId(format!("dep_{number:05}"))
}

pub fn deployment(number: u32) -> Deployment {
    Deployment {
        id: id(number),
        name: format!("service {number}"),
        tags: vec!["shop".to_owned()],
        runs_on: RunsOn::Replay(ReplayTrace { file: "day.csv".to_owned(), instances: 2 }),
        instance_size: InstanceSize {
            cpu_cores: Cores::new(2.0).expect("legal"),
            memory_gb: Gigabytes::new(4.0).expect("legal"),
            storage_gb: Gigabytes::ZERO,
        },
        billing: Billing::Provisioned,
        objectives: Objectives::default(),
        interval_seconds: None,
        policy_id: None,
        paused: None,
        created_at: noon(),
    }
}

pub fn policy(number: u32, version: u32) -> Policy {
    Policy {
        id: PolicyId(format!("pol_{number:05}")),
        version,
        name: format!("policy {number}"),
        template_id: None,
        policy_type: PolicyType::Adaptive,
        mode: PolicyMode::Live,
        is_enabled: true,
        metrics: vec![MetricRule { metric: Metric::Cpu, threshold: 0.7, comparison: Comparison::Gt, weight: 1.0, maximum: None }],
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
        updated_at: noon() + seconds(i64::from(version)),
    }
}

/// Two ready instances, CPU as given, 20 requests a second.
pub fn observation(at: DateTime<Utc>, cpu: f64) -> Observation {
    let mut readings = PerMetric::from_fn(|_| Reading::measured(1.0, at));
    readings.cpu = Reading::measured(cpu, at);
    Observation {
        at,
        instances: Counted::Known(InstanceCount { ready: Instances(2), starting: Instances::ZERO }),
        readings,
        response_statistic: ResponseStatistic::P95,
        traffic: Traffic { request_rate: Some(20.0), network_bytes: Some(1_000.0), ..Traffic::default() },
    }
}

/// A calm decision.
pub fn calm(at: DateTime<Utc>) -> Decision {
    Decision {
        at,
        policy_id: policy(1, 1).id,
        policy_version: 1,
        policy_type: PolicyType::Adaptive,
        mode: PolicyMode::Live,
        action: Action::NoChange,
        asked: Direction::Stay,
        instances: Counted::Known(InstanceCount { ready: Instances(2), starting: Instances::ZERO }),
        counts: Counts { raw: Instances(2), stabilized: Instances(2), limited: Instances(2), ordered: Instances(2) },
        changed_outside: None,
        bounds: Bounds { minimum: Instances(2), maximum: Instances(10) },
        schedules: Vec::new(),
        band: Band { down: 0.3, up: 0.7 },
        response_statistic: ResponseStatistic::P95,
        outlook: None,
        budget: None,
        pressure: Some(0.7),
        score: Some(0.5),
        score_when_ready: Some(0.5),
        down_score: Some(0.5),
        confidence: 1.0,
        contributions: PerMetric::default(),
        reason: Reason::InsideBand,
        held_by: None,
        checks: Vec::new(),
        price_change: MoneyPerHour::ZERO,
        price_per_instance: MoneyPerHour::from_units(0.14),
    }
}

/// One more instance.
pub fn one_more(at: DateTime<Utc>) -> Decision {
    Decision {
        action: Action::ScaleUp,
        asked: Direction::Up,
        counts: Counts { ordered: Instances(3), ..calm(at).counts },
        reason: Reason::ScoreUp { leader: Metric::Cpu, value: 92.0, trigger_value: 70.0, pressure: 1.31, urgent: false },
        ..calm(at)
    }
}

pub fn order(number: u32, at: DateTime<Utc>) -> NewIntent {
    NewIntent {
        deployment_id: id(number),
        cause: IntentCause::Policy,
        from_instances: Instances(2),
        to_instances: Instances(3),
        reason: "CPU 92 % is 1.31 × its 70 % trigger".to_owned(),
        ordered_by: "policy 1".to_owned(),
        price_change: MoneyPerHour::from_units(0.14),
        at,
    }
}

pub fn evaluation(number: u32, at: DateTime<Utc>, decision: Decision) -> Evaluation {
    Evaluation {
        deployment_id: id(number),
        observation: observation(at, 50.0),
        decision: Some(decision),
        memory: Some(Memory::default()),
        circumstances: None,
        intent: None,
    }
}

/// A calm tick of one deployment.
pub fn calm_tick(number: u32, at: DateTime<Utc>) -> TickBefore {
    TickBefore { at, evaluations: vec![evaluation(number, at, calm(at))] }
}

/// A tick in which one deployment is to get one more.
pub fn order_tick(number: u32, at: DateTime<Utc>) -> TickBefore {
    let evaluation = Evaluation { intent: Some(order(number, at)), ..evaluation(number, at, one_more(at)) };
    TickBefore { at, evaluations: vec![evaluation] }
}

/// An open store with these deployments in it, all under policy 1.
pub fn with_fleet(folder: &TempDir, count: u32) -> Store {
    let store = opened(folder);
    let written = store.write.transact_blocking(move |transaction| {
        transaction.save_policy(&policy(1, 1), "Ada")?;
        for number in 1..=count {
            transaction.add_deployment(&Deployment { policy_id: Some(policy(1, 1).id), ..deployment(number) })?;
        }
        Ok(())
    });
    assert!(written.is_ok(), "{written:?}");
    store
}
