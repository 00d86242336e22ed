//! The load generator: traffic that does not wait for answers, as many people make it.
//!
//! Arrivals are a Poisson process whose rate follows a profile; the same seed gives the same arrivals. What cannot be sent because too
//! many requests are under way is counted, not delayed: a slow service must not slow its load down.

mod profile;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clap::{Args, ValueEnum};
use hdrhistogram::Histogram;
use headroom_core::deployment::SampleLoad;
use http_body_util::{BodyExt, Empty};
use hyper::Uri;
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use serde::Serialize;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use self::profile::Profile;
use super::sample::SAMPLE_CAPACITY_RPS;
use crate::error::ConnectorError;

/// Requests under way at most.
const MAX_UNDER_WAY: usize = 1024;
/// The highest rate that one process can keep up.
const MAX_RATE: f64 = 20_000.0;
/// A day in less than a second.
const MAX_SPEED: f64 = 100_000.0;
/// A person's patience.
const PATIENCE: Duration = Duration::from_secs(15);

/// Arguments of `load`.
#[derive(Debug, Args)]
pub(crate) struct LoadArguments {
    /// What is requested, such as http://127.0.0.1:8080/.
    #[arg(long)]
    url: Uri,
    /// The built-in profile that is followed.
    #[arg(long, value_enum, default_value_t = BuiltIn::Daily, conflicts_with = "trace")]
    profile: BuiltIn,
    /// A CSV `timestamp_s,requests_per_s` that is followed instead.
    #[arg(long)]
    trace: Option<PathBuf>,
    /// The highest rate of the profile in requests a second; a trace is taken as it is where not set, the built-in day has 50.
    #[arg(long)]
    peak: Option<f64>,
    /// --peak is in fully used instances of the sample service, 20 requests a second each.
    #[arg(long, requires = "peak")]
    units: bool,
    /// How many times faster than real time the profile is played.
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
    /// The same seed gives the same arrivals.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Ends after so many seconds; runs until it is ended where not set.
    #[arg(long)]
    seconds: Option<f64>,
    /// Prints a line of JSON with what was sent every so many seconds, and one at the end.
    #[arg(long)]
    report_seconds: Option<f64>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum BuiltIn {
    /// A calm night, a busy afternoon and a flash crowd.
    Daily,
}

/// Checks that a deployment's load can be played.
///
/// # Errors
/// [`ConnectorError::InvalidCsv`] with the line of a trace that is wrong, [`ConnectorError::InvalidDeployment`] for a number out of range.
pub(crate) fn check(load: &SampleLoad) -> Result<(), ConnectorError> {
    if let Some(file) = &load.trace {
        Profile::from_file(Path::new(file))?;
    }
    let most = MAX_RATE / SAMPLE_CAPACITY_RPS;
    positive("The load's peak in instances", load.peak_instances, most).map_err(|message| ConnectorError::invalid("load", message))?;
    positive("The load's speed", load.speed, MAX_SPEED).map_err(|message| ConnectorError::invalid("load", message))?;
    Ok(())
}

fn positive(name: &str, value: f64, most: f64) -> Result<f64, String> {
    if value > 0.0 && value <= most { Ok(value) } else { Err(format!("{name} is {value}; it must be above 0 and at most {most}.")) }
}

/// The command line that plays a deployment's load against `url`.
pub(crate) fn arguments(load: &SampleLoad, url: &str, program: &Path) -> Vec<String> {
    let mut argv = vec![program.to_string_lossy().into_owned(), "load".to_owned(), "--units".to_owned()];
    argv.extend([format!("--url={url}/"), format!("--peak={}", load.peak_instances), format!("--speed={}", load.speed)]);
    argv.extend(load.trace.iter().map(|file| format!("--trace={file}")));
    argv
}

/// Sends until the time is up or the process is ended.
#[expect(clippy::print_stderr, reason = "a program of its own; the guard quotes what it prints")]
pub(crate) fn play(arguments: &LoadArguments) -> ExitCode {
    let plan = match Plan::new(arguments) {
        Ok(plan) => plan,
        Err(problem) => {
            eprintln!("{problem}");
            return ExitCode::from(2);
        }
    };
    let played = tokio::runtime::Builder::new_current_thread().enable_all().build().and_then(|runtime| runtime.block_on(send_all(plan)));
    match played {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("The load generator could not go on: {error}.");
            ExitCode::FAILURE
        }
    }
}

struct Plan {
    url: Uri,
    profile: Profile,
    /// Requests a second for a profile's rate of 1.
    factor: f64,
    speed: f64,
    arrivals: fastrand::Rng,
    length: Option<f64>,
    report_every: Option<Duration>,
}

impl Plan {
    fn new(arguments: &LoadArguments) -> Result<Self, String> {
        if arguments.url.scheme_str() != Some("http") || arguments.url.authority().is_none() {
            return Err(format!("--url {} is not a plain http address. Give one such as http://127.0.0.1:8080/.", arguments.url));
        }
        let profile = match (&arguments.trace, arguments.profile) {
            (Some(file), _) => Profile::from_file(file).map_err(|error| error.to_string())?,
            (None, BuiltIn::Daily) => Profile::Daily,
        };
        let default_peak = if arguments.trace.is_some() { profile.peak() } else { 50.0 };
        let peak = arguments.peak.map_or(default_peak, |peak| if arguments.units { peak * SAMPLE_CAPACITY_RPS } else { peak });
        positive("The highest rate in requests a second", peak, MAX_RATE)?;
        positive("--speed", arguments.speed, MAX_SPEED)?;
        let length = arguments.seconds.map(|seconds| positive("--seconds", seconds, 1e9)).transpose()?;
        let report_every = arguments.report_seconds.map(|seconds| positive("--report-seconds", seconds, 86_400.0)).transpose()?;
        Ok(Self {
            url: arguments.url.clone(),
            factor: peak / profile.peak(),
            profile,
            speed: arguments.speed,
            arrivals: fastrand::Rng::with_seed(arguments.seed),
            length,
            report_every: report_every.map(Duration::from_secs_f64),
        })
    }

    /// Requests a second, `seconds` of real time after the start.
    fn rate(&self, seconds: f64) -> f64 {
        self.factor * self.profile.rate(seconds * self.speed)
    }

    /// The arrival after the one at `seconds`: candidates at the highest rate, each kept with its share of it (Lewis and Shedler,
    /// "Simulation of nonhomogeneous Poisson processes by thinning", 1979). None after the end.
    fn next_arrival(&mut self, mut seconds: f64) -> Option<f64> {
        let highest = self.factor * self.profile.peak();
        loop {
            seconds -= (1.0 - self.arrivals.f64()).ln() / highest;
            if self.length.is_some_and(|length| seconds >= length) {
                return None;
            }
            if self.arrivals.f64() * highest < self.rate(seconds) {
                return Some(seconds);
            }
        }
    }
}

/// What was sent so far. Counts grow; the percentile is of the time since the line before.
#[derive(Debug, Default, Clone, Serialize)]
struct Report {
    elapsed_s: f64,
    /// What the profile asks for now.
    offered_per_s: f64,
    sent: u64,
    answered: u64,
    /// 5xx, broken connections, patience at its end.
    failed: u64,
    /// Not sent, because too many were under way.
    skipped: u64,
    response_ms_p95: Option<f64>,
}

struct Tally {
    counts: Report,
    response_times: Histogram<u32>,
}

async fn send_all(mut plan: Plan) -> io::Result<()> {
    let client = Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build_http::<Empty<Bytes>>();
    let response_times = Histogram::new_with_max(60_000_000, 2).expect("the bounds are legal constants");
    let tally = Arc::new(Mutex::new(Tally { counts: Report::default(), response_times }));
    let under_way = Arc::new(Semaphore::new(MAX_UNDER_WAY));
    let began = Instant::now();
    let mut next_report = plan.report_every.map(|every| began + every);
    let mut arrival = 0.0;
    while let Some(seconds) = plan.next_arrival(arrival) {
        arrival = seconds;
        let at = began + Duration::from_secs_f64(seconds);
        while let (Some(due), Some(every)) = (next_report.filter(|due| *due <= at), plan.report_every) {
            tokio::time::sleep_until(due).await;
            print_report(&tally, &plan, began)?;
            next_report = Some(due + every);
        }
        tokio::time::sleep_until(at).await;
        match under_way.clone().try_acquire_owned() {
            Ok(permit) => {
                lock(&tally).counts.sent += 1;
                let (client, url, tally) = (client.clone(), plan.url.clone(), tally.clone());
                tokio::spawn(async move {
                    send(&client, url, &tally).await;
                    drop(permit);
                });
            }
            Err(_) => lock(&tally).counts.skipped += 1,
        }
    }
    // Every request ends by itself within its patience.
    let all = u32::try_from(MAX_UNDER_WAY).expect("the bound fits");
    let _ = under_way.acquire_many(all).await;
    if plan.report_every.is_some() {
        print_report(&tally, &plan, began)?;
    }
    Ok(())
}

async fn send(client: &Client<HttpConnector, Empty<Bytes>>, url: Uri, tally: &Mutex<Tally>) {
    let began = Instant::now();
    let exchange = async {
        let answer = client.get(url).await.ok()?;
        let is_good = !answer.status().is_server_error();
        answer.into_body().collect().await.ok()?;
        Some(is_good)
    };
    let is_good = tokio::time::timeout(PATIENCE, exchange).await.ok().flatten() == Some(true);
    let mut tally = lock(tally);
    if is_good {
        tally.counts.answered += 1;
    } else {
        tally.counts.failed += 1;
    }
    tally.response_times.saturating_record(u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX));
}

fn print_report(tally: &Mutex<Tally>, plan: &Plan, began: Instant) -> io::Result<()> {
    let elapsed_s = began.elapsed().as_secs_f64();
    let report = {
        let mut tally = lock(tally);
        let times = &tally.response_times;
        let response_ms_p95 = (!times.is_empty()).then(|| times.value_at_quantile(0.95) as f64 / 1000.0);
        tally.response_times.reset();
        Report { elapsed_s, offered_per_s: plan.rate(elapsed_s), response_ms_p95, ..tally.counts.clone() }
    };
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{}", serde_json::to_string(&report).map_err(io::Error::from)?)?;
    stdout.flush()
}

fn lock(tally: &Mutex<Tally>) -> std::sync::MutexGuard<'_, Tally> {
    tally.lock().unwrap_or_else(PoisonError::into_inner)
}
