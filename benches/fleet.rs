//! A fleet that plays recordings, on a database on disk: what the benches measure.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use futures::FutureExt as _;
use headroom_core::deployment::{Billing, Deployment, DeploymentId, InstanceSize, Objectives, ReplayTrace, RunsOn};
use headroom_core::policy::{Identity, Policy, PolicyBase, PolicyId, TemplateId, validate};
use headroom_core::templates::template;
use headroom_core::units::{Cores, Gigabytes};
use headroom_engine::clock::ManualClock;
use headroom_engine::event::Event;
use headroom_engine::{AutoScalingService, Engine, EngineConfig, Subscription};
use headroom_store::{DataFolder, OpenOptions, OwnerKind, Store, open};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Seconds between two ticks.
const INTERVAL: i64 = 30;
/// Rows of a recording: a day.
const ROWS: i64 = 2_880;
/// Recordings that swing, each a tick behind the one before, so that every tick some of them cross the band.
const SWINGS: usize = 40;
/// Of a moving fleet every tenth deployment swings; its other nine stay inside their band.
const SWINGING: usize = 10;
/// Deployments that are stored in one transaction.
const STORED_AT_ONCE: usize = 1_000;

/// What the fleet's recordings say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readings {
    /// All stay inside their band: nothing is ordered.
    Calm,
    /// A tenth of the fleet swings across its band, so that about one deployment in a hundred is scaled in each tick.
    Moving,
}

/// A running engine with its fleet. Its clock stands still between ticks.
pub struct Fleet {
    /// The engine.
    pub engine: Engine,
    runtime: Runtime,
    clock: ManualClock,
    first_tick: Duration,
    heard: Subscription,
    scaled: u64,
    ticks: u64,
    /// Where its database is.
    pub data_folder: PathBuf,
    _folder: TempDir,
}

/// Tuesday, 3 November 2026, 12:00 UTC.
pub fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_793_707_200, 0).expect("a date")
}

/// The policy of a deployment: the first template, with its four metrics.
pub fn policy(number: usize) -> Policy {
    let first = template(&TemplateId("web-app-balanced".to_owned())).expect("a shipped template");
    let identity = Identity { id: PolicyId(format!("pol_{number:06}")), version: 1, updated_at: noon() - TimeDelta::days(1) };
    validate(&first.draft, PolicyBase::Defaults, identity).expect("a shipped template is valid").policy
}

impl Fleet {
    /// Stores `count` deployments, each with its own policy, starts an engine on them and runs the first tick: it finds every
    /// deployment under its policy's minimum, so all of them are ordered at once.
    pub fn start(count: usize, readings: Readings) -> Self {
        Self::after(count, readings, |_| ())
    }

    /// The same, over a database that `prepare` has written to.
    pub fn after(count: usize, readings: Readings, prepare: impl FnOnce(&Store)) -> Self {
        // Beside the build, so that the database is on the disk that the code is on, never in memory.
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder");
        let recordings = write_recordings(folder.path());
        let data_folder = folder.path().join("data");
        prepare(&store(&data_folder, count, |number| recordings.file(number, readings)));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        let clock = ManualClock::starting_at(noon());
        let config = EngineConfig {
            data_folder: data_folder.clone(),
            program: std::env::current_exe().expect("this program has a path"),
            home: folder.path().to_owned(),
            environment: BTreeMap::new(),
            kind: OwnerKind::Server,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            user: "bench".to_owned(),
            clock: std::sync::Arc::new(clock.clone()),
            database_limit: None,
            offer_sample: false,
            notifier: None,
        };
        let engine = runtime.block_on(Engine::start(config)).expect("the engine starts");
        let begun = Instant::now();
        runtime.block_on(AutoScalingService::of(&engine).tick());
        let first_tick = begun.elapsed();
        let heard = engine.subscribe();
        Self { engine, runtime, clock, first_tick, heard, scaled: 0, ticks: 0, data_folder, _folder: folder }
    }

    /// Runs `count` ticks, one interval apart, and answers how long they took together.
    pub fn ticks(&mut self, count: u64) -> Duration {
        let service = AutoScalingService::of(&self.engine);
        let mut spent = Duration::ZERO;
        for _ in 0..count {
            self.clock.advance(TimeDelta::seconds(INTERVAL));
            let begun = Instant::now();
            self.runtime.block_on(service.tick());
            spent += begun.elapsed();
            self.listen();
        }
        self.ticks += count;
        spent
    }

    /// How long the first tick took, the one with an order for every deployment.
    pub fn first_tick(&self) -> Duration {
        self.first_tick
    }

    /// How many orders a tick carried out, on average since the start.
    pub fn orders_per_tick(&self) -> f64 {
        self.scaled as f64 / self.ticks.max(1) as f64
    }

    /// Waits for an answer of the engine.
    pub fn wait<T>(&self, answer: impl Future<Output = T>) -> T {
        self.runtime.block_on(answer)
    }

    fn listen(&mut self) {
        while let Some(Some(event)) = self.heard.next().now_or_never() {
            match &*event {
                Event::ScalingExecuted(_) => self.scaled += 1,
                Event::Reload => panic!("more happened in one tick than the engine keeps events for; the orders cannot be counted"),
                other => assert!(!matches!(other, Event::ScalingFailed { .. }), "{other:?}"),
            }
        }
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        self.runtime.block_on(self.engine.shutdown());
    }
}

struct Recordings {
    calm: PathBuf,
    swings: Vec<PathBuf>,
}

impl Recordings {
    fn file(&self, number: usize, readings: Readings) -> &Path {
        match readings {
            Readings::Moving if number.is_multiple_of(SWINGING) => &self.swings[number / SWINGING % SWINGS],
            Readings::Moving | Readings::Calm => &self.calm,
        }
    }
}

fn write_recordings(folder: &Path) -> Recordings {
    let write = |name: String, readings: &dyn Fn(i64) -> [f64; 5]| {
        let mut text = "timestamp_s,cpu,memory,response_time,error_rate,requests\n".to_owned();
        for row in 0..ROWS {
            let [cpu, memory, response_time, error_rate, requests] = readings(row);
            writeln!(text, "{},{cpu:.2},{memory:.2},{response_time:.1},{error_rate:.3},{requests:.1}", row * INTERVAL)
                .expect("text takes text");
        }
        let file = folder.join(name);
        std::fs::write(&file, text).expect("a recording");
        file
    };
    let calm = write("calm.csv".to_owned(), &inside_band);
    let swing = |late: usize| write(format!("swing-{late}.csv"), &move |row| across_band(row - late as i64));
    Recordings { calm, swings: (0..SWINGS).map(swing).collect() }
}

/// A day that stays inside the band of the policy, never twice the same.
fn inside_band(row: i64) -> [f64; 5] {
    let wave = (row as f64 / 90.0).sin() + 0.3 * (row as f64 * 1.7).sin();
    [48.0 + 4.0 * wave, 52.0 + wave, 210.0 + 15.0 * wave, 0.5 + 0.1 * wave, 120.0 + 12.0 * wave]
}

/// Ten minutes above the band, ten minutes below it.
fn across_band(row: i64) -> [f64; 5] {
    let half = SWINGS as i64 / 2;
    let load = if row.div_euclid(half) % 2 == 0 { 1.0 } else { 0.25 };
    let wave = 1.0 + 0.02 * (row as f64 * 1.7).sin();
    [86.0 * load * wave, 80.0 * load * wave, 600.0 * load * wave, 1.0 * load * wave, 240.0 * load * wave]
}

/// A new database with `count` deployments, each with its own policy.
pub fn store<'a>(data_folder: &Path, count: usize, file: impl Fn(usize) -> &'a Path) -> Store {
    let options = OpenOptions { folder: DataFolder::at(data_folder), kind: OwnerKind::Server, now: noon(), size_limit: None };
    let store = open(options).expect("a new database");
    let numbers: Vec<usize> = (0..count).collect();
    for some in numbers.chunks(STORED_AT_ONCE) {
        let rows: Vec<(Policy, Deployment)> = some.iter().map(|&number| (policy(number), deployment(number, file(number)))).collect();
        let written = store.write.transact_blocking(move |write| {
            rows.iter().try_for_each(|(policy, deployment)| {
                write.save_policy(policy, "bench")?;
                write.add_deployment(deployment)
            })
        });
        assert!(written.is_ok(), "{written:?}");
    }
    store
}

fn deployment(number: usize, file: &Path) -> Deployment {
    Deployment {
        id: DeploymentId(format!("dep_{number:06}")),
        name: format!("service {number}"),
        tags: vec![format!("team {}", number % 12)],
        runs_on: RunsOn::Replay(ReplayTrace { file: file.display().to_string(), instances: 4 }),
        instance_size: InstanceSize {
            cpu_cores: Cores::new(2.0).expect("legal"),
            memory_gb: Gigabytes::new(4.0).expect("legal"),
            storage_gb: Gigabytes::ZERO,
        },
        billing: Billing::Provisioned,
        objectives: Objectives { response_time_ms: Some(500.0), ..Objectives::default() },
        interval_seconds: None,
        policy_id: Some(policy(number).id),
        paused: None,
        created_at: noon() - TimeDelta::days(1),
    }
}
