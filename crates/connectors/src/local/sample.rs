//! The sample service: real work for each request, inside the cores it declares.
//!
//! It throttles itself by its own CPU clock like a container with a quota, so that load in units of its declared capacity saturates it on
//! any machine without taking the machine: requests wait, response times grow, and past a bound they are refused.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::hash::{DefaultHasher, Hasher};
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use clap::Args;
use headroom_core::deployment::{HealthCheck, LocalCommand, SampleLoad};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// Cores that one instance of the sample declares, and keeps to.
pub const SAMPLE_CORES: f64 = 0.1;
/// Memory that one instance of the sample declares, in GB of 10⁹ bytes: what it holds and its program.
pub const SAMPLE_MEMORY_GB: f64 = 0.25;
/// CPU time of one request in ms.
const SAMPLE_WORK_MS: f64 = 5.0;
/// Requests a second that use up one instance of the sample: `0.1 cores × 1000 ms/s / 5 ms = 20`.
pub const SAMPLE_CAPACITY_RPS: f64 = SAMPLE_CORES * 1000.0 / SAMPLE_WORK_MS;

/// Requests that may wait for the worker: at 5 ms each and 0.1 cores the last of them waits 5 s.
const QUEUE: usize = 100;
/// CPU time in which the speed of this machine is measured: at 0.1 cores it takes a second or more, as a real service takes to start.
const CALIBRATION: Duration = Duration::from_millis(120);
/// Rounds that are timed first; doubled until they fill a slice.
const FIRST_CHUNK: u64 = 1_000;
/// CPU time of one slice of work; the quota is looked at after each.
const SLICE: Duration = Duration::from_millis(1);
/// A quota that was not used is kept for this long: short bursts are served at full speed.
const BURST: Duration = Duration::from_millis(200);
/// Bytes of an answer, so that the network has something to carry.
const ANSWER_BYTES: usize = 2_000;

/// The sample as a deployment's command: `program` offers the subcommands; the load plays the built-in day at `speed` times real time with
/// its peak at `peak_instances` fully used instances.
#[must_use]
pub fn sample_command(program: &Path, speed: f64, peak_instances: f64) -> LocalCommand {
    let folder = program.parent().unwrap_or(Path::new("/"));
    let argv = [program.to_string_lossy().as_ref(), "sample-service", "--port", super::PORT_PLACEHOLDER].map(str::to_owned).to_vec();
    LocalCommand {
        argv,
        working_folder: folder.to_string_lossy().into_owned(),
        environment: BTreeMap::new(),
        health: HealthCheck::Http { path: "/healthz".to_owned() },
        listen_port: None,
        load: Some(SampleLoad { trace: None, speed, peak_instances }),
    }
}

/// Arguments of `sample-service`.
#[derive(Debug, Args)]
pub(crate) struct SampleArguments {
    /// The port on 127.0.0.1.
    #[arg(long)]
    port: u16,
    /// Cores that it keeps to.
    #[arg(long, default_value_t = SAMPLE_CORES, value_parser = in_range::<1, 64_000>)]
    cores: f64,
    /// CPU time of one request in ms.
    #[arg(long, default_value_t = SAMPLE_WORK_MS, value_parser = in_range::<1, 60_000_000>)]
    work_ms: f64,
    /// Memory that it holds besides its program, in MB.
    #[arg(long, default_value_t = 48, value_parser = clap::value_parser!(u32).range(0..=65_536))]
    memory_mb: u32,
}

/// A number between `MIN` and `MAX` thousandths.
fn in_range<const MIN: u32, const MAX: u32>(text: &str) -> Result<f64, String> {
    let (min, max) = (f64::from(MIN) / 1000.0, f64::from(MAX) / 1000.0);
    match text.parse::<f64>() {
        Ok(value) if (min..=max).contains(&value) => Ok(value),
        _ => Err(format!("must be a number from {min} to {max}")),
    }
}

/// Serves until the process is ended.
#[expect(clippy::print_stderr, reason = "a program of its own; the guard quotes what it prints")]
pub(crate) fn serve(arguments: &SampleArguments) -> ExitCode {
    let serving =
        tokio::runtime::Builder::new_current_thread().enable_all().build().and_then(|runtime| runtime.block_on(listen(arguments)));
    match serving {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("The sample service could not serve on port {}: {error}. Choose another port with --port.", arguments.port);
            ExitCode::FAILURE
        }
    }
}

type Job = oneshot::Sender<u64>;

async fn listen(arguments: &SampleArguments) -> std::io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, arguments.port)).await?;
    let memory = held_memory(arguments.memory_mb);
    let is_ready = Arc::new(AtomicBool::new(false));
    let (jobs, waiting) = sync_channel(QUEUE);
    let (cores, work) = (arguments.cores, Duration::from_secs_f64(arguments.work_ms / 1000.0));
    let ready = is_ready.clone();
    std::thread::Builder::new().name("worker".to_owned()).spawn(move || work_off(&waiting, cores, work, &ready, &memory))?;
    loop {
        let (stream, _) = listener.accept().await?;
        let (jobs, is_ready) = (jobs.clone(), is_ready.clone());
        let service = service_fn(move |request| {
            let (jobs, is_ready) = (jobs.clone(), is_ready.clone());
            async move { Ok::<_, Infallible>(answer(request, &jobs, &is_ready).await) }
        });
        tokio::spawn(async move {
            let connection =
                hyper::server::conn::http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
            // A client that went away is no concern of the service.
            let _ = connection.await;
        });
    }
}

async fn answer(request: Request<Incoming>, jobs: &SyncSender<Job>, is_ready: &AtomicBool) -> Response<Full<Bytes>> {
    if !is_ready.load(Ordering::Acquire) {
        return say(StatusCode::SERVICE_UNAVAILABLE, "Warming up.\n".to_owned());
    }
    if request.uri().path() == "/healthz" {
        return say(StatusCode::OK, "Ready.\n".to_owned());
    }
    let (job, done) = oneshot::channel();
    if jobs.try_send(job).is_err() {
        return say(StatusCode::SERVICE_UNAVAILABLE, "Too many requests are waiting.\n".to_owned());
    }
    match done.await {
        Ok(digest) => say(StatusCode::OK, format!("{digest:016x}\n").repeat(ANSWER_BYTES / 17)),
        Err(_) => say(StatusCode::INTERNAL_SERVER_ERROR, "The worker is gone.\n".to_owned()),
    }
}

fn say(status: StatusCode, text: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = status;
    response
}

/// Memory that is really there: every page is written.
fn held_memory(megabytes: u32) -> Vec<u8> {
    (0..megabytes as usize * 1_000_000).map(|index| index as u8).collect()
}

/// The worker: calibrates, then does one request after the other.
fn work_off(jobs: &Receiver<Job>, cores: f64, work: Duration, is_ready: &AtomicBool, memory: &[u8]) {
    let mut quota = Quota::new(cores);
    let rounds_per_slice = calibrate(&mut quota);
    is_ready.store(true, Ordering::Release);
    let slices = (work.as_secs_f64() / SLICE.as_secs_f64()).max(1.0).round() as u64;
    let rounds = (rounds_per_slice * work.as_secs_f64() / SLICE.as_secs_f64() / slices as f64) as u64;
    let mut seed = memory.len() as u64;
    while let Ok(job) = jobs.recv() {
        // Who gave up waiting needs no work.
        if job.is_closed() {
            continue;
        }
        for _ in 0..slices {
            seed = hash_rounds(seed, rounds);
            quota.keep();
        }
        // Gone meanwhile: the work is done all the same.
        let _ = job.send(seed);
    }
}

/// How many rounds this machine does in one slice of CPU time. Only the rounds are timed: waking up costs as much as many of them.
fn calibrate(quota: &mut Quota) -> f64 {
    let mut chunk = FIRST_CHUNK;
    let (mut rounds, mut spent) = (0, Duration::ZERO);
    let mut digest = 0;
    while spent < CALIBRATION {
        let began = cpu_time(Clock::Thread);
        digest = hash_rounds(digest, chunk);
        let took = cpu_time(Clock::Thread).saturating_sub(began);
        if took < SLICE {
            // Too short to be told from the noise of the clock.
            chunk *= 2;
        } else {
            rounds += chunk;
            spent += took;
        }
        quota.keep();
    }
    std::hint::black_box(digest);
    rounds as f64 * SLICE.as_secs_f64() / spent.as_secs_f64()
}

fn hash_rounds(seed: u64, rounds: u64) -> u64 {
    let mut digest = seed;
    for _ in 0..rounds {
        let mut hasher = DefaultHasher::new();
        hasher.write_u64(digest);
        digest = hasher.finish();
    }
    digest
}

/// A token bucket of CPU time: filled by the wall clock at `cores`, emptied by what the whole process used.
struct Quota {
    cores: f64,
    level: f64,
    filled_at: Instant,
    used: Duration,
}

impl Quota {
    fn new(cores: f64) -> Self {
        Self { cores, level: 0.0, filled_at: Instant::now(), used: cpu_time(Clock::Process) }
    }

    /// Comes back when the process is inside its quota.
    #[expect(clippy::disallowed_methods, reason = "being held back for a time is what a quota does to a thread")]
    fn keep(&mut self) {
        loop {
            let (now, used) = (Instant::now(), cpu_time(Clock::Process));
            let earned = self.cores * (now - self.filled_at).as_secs_f64();
            let spent = used.saturating_sub(self.used).as_secs_f64();
            self.level = (self.level + earned - spent).min(self.cores * BURST.as_secs_f64());
            (self.filled_at, self.used) = (now, used);
            if self.level >= 0.0 {
                return;
            }
            std::thread::sleep(Duration::from_secs_f64(-self.level / self.cores));
        }
    }
}

/// Whose CPU time.
#[derive(Clone, Copy)]
enum Clock {
    /// Of all threads: what the quota is about.
    Process,
    /// Of the one that asks.
    Thread,
}

/// CPU time so far.
#[cfg(unix)]
fn cpu_time(clock: Clock) -> Duration {
    use nix::time::{ClockId, clock_gettime};
    let id = match clock {
        Clock::Process => ClockId::CLOCK_PROCESS_CPUTIME_ID,
        Clock::Thread => ClockId::CLOCK_THREAD_CPUTIME_ID,
    };
    clock_gettime(id).map_or(Duration::ZERO, Duration::from)
}

/// Without a CPU clock the wall clock stands in; the sample runs under the guard only, which is not offered here.
#[cfg(not(unix))]
fn cpu_time(_clock: Clock) -> Duration {
    static BEGAN: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    BEGAN.get_or_init(Instant::now).elapsed()
}
