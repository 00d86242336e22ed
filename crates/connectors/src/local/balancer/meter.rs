//! What the balancer counts between two looks.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hdrhistogram::Histogram;
use tokio::time::Instant;

/// Longest response time that is told apart: above it, it is this. Twice the balancer's own limit.
const MAX_MICROSECONDS: u64 = 60_000_000;
/// Significant digits of a response time: it is within 1 %, in 10 KB a deployment.
const DIGITS: u8 = 2;

/// Counts requests. Cheap enough to be asked for each of them.
pub(crate) struct Meter {
    window: Mutex<Window>,
}

/// What happened between two looks.
#[derive(Debug)]
pub(crate) struct Window {
    /// All requests that came, answered or not.
    pub requests: u64,
    /// Of these, those that failed: 5xx, timeouts, broken off, given up by the client, or no instance to send them to.
    pub failed: u64,
    /// Bytes of bodies, both ways.
    pub bytes: u64,
    /// Until the answer begins, of the requests that were sent to an instance, in µs.
    response_times: Histogram<u32>,
    response_time_sum: Duration,
}

impl Window {
    fn new() -> Self {
        let response_times = Histogram::new_with_max(MAX_MICROSECONDS, DIGITS).expect("the bounds are legal constants");
        Self { requests: 0, failed: 0, bytes: 0, response_times, response_time_sum: Duration::ZERO }
    }

    /// p95 of the response time in ms; none where no request reached an instance.
    pub(crate) fn response_ms_p95(&self) -> Option<f64> {
        (!self.response_times.is_empty()).then(|| self.response_times.value_at_quantile(0.95) as f64 / 1000.0)
    }

    /// Mean response time in ms; none where no request reached an instance.
    pub(crate) fn response_ms_mean(&self) -> Option<f64> {
        let count = self.response_times.len();
        (count > 0).then(|| self.response_time_sum.as_secs_f64() * 1000.0 / count as f64)
    }
}

impl Meter {
    pub(crate) fn new() -> Self {
        Self { window: Mutex::new(Window::new()) }
    }

    /// What happened since this was last called.
    pub(crate) fn take(&self) -> Window {
        std::mem::replace(&mut *self.lock(), Window::new())
    }

    /// A request that no instance could be found for.
    pub(crate) fn refused(&self) {
        let mut window = self.lock();
        window.requests += 1;
        window.failed += 1;
    }

    /// A request that is now sent to an instance.
    pub(crate) fn began(&self) -> Pending<'_> {
        Pending { meter: self, at: Instant::now(), outcome: None }
    }

    /// Bytes of a body.
    pub(crate) fn transferred(&self, bytes: usize) {
        self.lock().bytes += bytes as u64;
    }

    /// An answer that had begun and did not come to its end.
    pub(crate) fn broke_off(&self) {
        let mut window = self.lock();
        window.failed = (window.failed + 1).min(window.requests);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Window> {
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request without an answer. When it is dropped before [`Pending::answered`], the client gave up, which is a timeout of its own.
pub(crate) struct Pending<'m> {
    meter: &'m Meter,
    at: Instant,
    outcome: Option<bool>,
}

impl Pending<'_> {
    /// The answer begins, or will never.
    pub(crate) fn answered(mut self, failed: bool) {
        self.outcome = Some(failed);
    }
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        let took = self.at.elapsed();
        let mut window = self.meter.lock();
        window.requests += 1;
        window.failed += u64::from(self.outcome.unwrap_or(true));
        window.response_times.saturating_record(u64::try_from(took.as_micros()).unwrap_or(MAX_MICROSECONDS));
        window.response_time_sum += took;
    }
}
