//! The one place where time is read. Everything else takes `now` as an argument.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
#[cfg(target_os = "linux")]
use nix::time::ClockId;
use parking_lot::Mutex;
use tokio::sync::watch;

/// Something that knows the time and can wait for it.
#[async_trait]
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> DateTime<Utc>;
    /// How long this machine has been awake, from an origin of the clock's own: neither sleep nor setting the clock moves it.
    fn awake(&self) -> Duration;
    /// The same with the time that the machine slept, where the system tells; else as [`Clock::awake`].
    fn elapsed(&self) -> Duration;
    /// Returns once `at` is reached; at once when it is past.
    async fn wait_until(&self, at: DateTime<Utc>);
}

/// The machine's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the clock is read")]
    fn now(&self) -> DateTime<Utc> {
        std::time::SystemTime::now().into()
    }

    #[cfg(target_os = "linux")]
    fn awake(&self) -> Duration {
        read(ClockId::CLOCK_MONOTONIC)
    }

    #[cfg(target_os = "linux")]
    fn elapsed(&self) -> Duration {
        read(ClockId::CLOCK_BOOTTIME)
    }

    #[cfg(not(target_os = "linux"))]
    #[expect(clippy::disallowed_methods, reason = "the one place where the clock is read")]
    fn awake(&self) -> Duration {
        static ORIGIN: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
        ORIGIN.get_or_init(std::time::Instant::now).elapsed()
    }

    #[cfg(not(target_os = "linux"))]
    fn elapsed(&self) -> Duration {
        self.awake()
    }

    async fn wait_until(&self, at: DateTime<Utc>) {
        if let Ok(left) = (at - self.now()).to_std() {
            tokio::time::sleep(left).await;
        }
    }
}

/// How long something took: for figures, never for decisions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stopwatch(std::time::Instant);

impl Stopwatch {
    pub(crate) fn started() -> Self {
        Self(std::time::Instant::now())
    }

    pub(crate) fn read(self) -> std::time::Duration {
        self.0.elapsed()
    }
}

#[cfg(target_os = "linux")]
fn read(clock: ClockId) -> Duration {
    // Both clocks are there on every Linux.
    nix::time::clock_gettime(clock).map(Duration::from).unwrap_or_default()
}

/// A clock that only moves when told to: for tests, benches and replays.
#[derive(Debug, Clone)]
pub struct ManualClock {
    now: Arc<watch::Sender<DateTime<Utc>>>,
    /// Awake, and elapsed.
    ran: Arc<Mutex<(Duration, Duration)>>,
}

impl ManualClock {
    /// A clock that stands at `start`.
    #[must_use]
    pub fn starting_at(start: DateTime<Utc>) -> Self {
        Self { now: Arc::new(watch::Sender::new(start)), ran: Arc::default() }
    }

    /// Sets it to `at`, back too, and wakes who waits: no time passes.
    pub fn set(&self, at: DateTime<Utc>) {
        self.now.send_replace(at);
    }

    /// Lets time pass.
    pub fn advance(&self, by: chrono::TimeDelta) {
        {
            let passed = by.to_std().unwrap_or_default();
            let mut ran = self.ran.lock();
            *ran = (ran.0 + passed, ran.1 + passed);
        }
        self.now.send_modify(|now| *now += by);
    }

    /// Lets time pass while the machine sleeps.
    pub fn sleep(&self, by: chrono::TimeDelta) {
        self.ran.lock().1 += by.to_std().unwrap_or_default();
        self.now.send_modify(|now| *now += by);
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        *self.now.borrow()
    }

    fn awake(&self) -> Duration {
        self.ran.lock().0
    }

    fn elapsed(&self) -> Duration {
        self.ran.lock().1
    }

    async fn wait_until(&self, at: DateTime<Utc>) {
        let mut now = self.now.subscribe();
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = now.wait_for(|now| *now >= at).await;
    }
}
