//! What is measured agrees with what was sent; the sample keeps to its cores.

use headroom_connectors::local::{SAMPLE_CAPACITY_RPS, sample_command};
use headroom_core::deployment::{Deployment, RunsOn};
use headroom_core::observation::{Hole, Observation, Reading};
use headroom_core::units::Instances;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Command;

use crate::house::{House, Lifeline, at, deployment, get, program, service, trials, within};
use crate::instances::flat_trace;

trials![
    what_is_measured_agrees_with_the_load_that_was_sent,
    failed_answers_are_the_error_rate,
    a_client_that_gives_up_is_an_error,
    bodies_pass_in_both_directions_and_are_counted,
    a_process_younger_than_one_window_is_a_hole_and_not_zero,
    the_sample_saturates_at_its_declared_cores,
    the_load_of_a_deployment_runs_with_it,
    the_same_seed_sends_the_same_requests,
    a_load_that_cannot_be_played_says_what_to_do,
];

/// Runs the load generator to its end and returns its last report.
pub async fn play(arguments: &[&str]) -> Value {
    let output =
        within("the load to end", Command::new(program()).arg("load").args(arguments).args(["--report-seconds", "60"]).output()).await;
    let output = output.expect("the load generator runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("JSON is text");
    serde_json::from_str(text.lines().last().expect("a last report")).expect("a line of JSON")
}

async fn what_is_measured_agrees_with_the_load_that_was_sent() {
    let mut house = House::open().await;
    let web = service("web", &["--delay-ms", "20"]);
    let url = house.local.start(&web, Instances(2)).await.expect("a legal command");
    house.hears_ready().await;
    house.hears_ready().await;
    let trace = flat_trace(50);
    // Two windows: CPU is a difference of two looks.
    play(&["--url", &url, "--trace", &trace, "--seconds", "1.5"]).await;
    house.observe(&web, 0).await;
    let report = play(&["--url", &url, "--trace", &trace, "--seconds", "2", "--seed", "7"]).await;
    let observation = house.observe(&web, 2).await;

    let sent = report["sent"].as_f64().expect("a count");
    let readings = &observation.readings;
    assert!(sent > 50.0, "{report}");
    assert_eq!(observation.traffic.requests, Some(sent));
    assert_eq!(readings.error_rate.value(), Some(0.0));
    // Two instances: each has half of the rate.
    let rate = observation.traffic.request_rate.expect("a rate");
    assert!((readings.requests.value().expect("a reading") * 2.0 - rate).abs() < 1e-9);
    // Every answer takes 20 ms at least, 1 % less in the histogram.
    assert!(readings.response_time.value() >= Some(19.8), "{readings:?}");
    assert!(observation.traffic.response_time_mean_ms >= Some(19.8), "{observation:?}");
    // The body of an answer is a process id of one digit or more.
    assert!(observation.traffic.network_bytes >= Some(sent), "{observation:?}");
    assert!(readings.cpu.value().is_some(), "{readings:?}");
    assert!(readings.memory.value() > Some(0.0), "{readings:?}");
    house.local.shutdown().await;
}

async fn failed_answers_are_the_error_rate() {
    let mut house = House::open().await;
    let web = service("web", &[]);
    let url = house.local.start(&web, Instances(1)).await.expect("a legal command");
    house.hears_ready().await;
    for path in ["/", "/fail", "/", "/"] {
        get(&format!("{url}{path}")).await;
    }
    let observation = first_window(&house, &web).await;
    // 1 of 4
    assert_eq!(observation.readings.error_rate.value(), Some(25.0));
    house.local.shutdown().await;
}

/// The first observation that closes a window: a second after the deployment was started.
async fn first_window(house: &House, deployment: &Deployment) -> Observation {
    within("the first window", async {
        loop {
            let observation = house.observe(deployment, 1).await;
            if observation.traffic.requests.is_some() {
                return observation;
            }
            tokio::task::yield_now().await;
        }
    })
    .await
}

async fn a_client_that_gives_up_is_an_error() {
    let lifeline = Lifeline::open().await;
    let mut house = House::open().await;
    let web = service("web", &[]);
    let url = house.local.start(&web, Instances(1)).await.expect("a legal command");
    house.hears_ready().await;
    let mut client = TcpStream::connect(url.strip_prefix("http://").expect("a URL")).await.expect("the balancer listens");
    let request = format!("GET /hold?{} HTTP/1.1\r\nhost: web\r\n\r\n", lifeline.address());
    client.write_all(request.as_bytes()).await.expect("it reads");
    // The instance has the request.
    let held = lifeline.next().await;
    client.shutdown().await.expect("it is open");
    let mut answer = Vec::new();
    within("the balancer to let go", client.read_to_end(&mut answer)).await.expect("an end");
    assert!(answer.is_empty(), "{}", String::from_utf8_lossy(&answer));
    let observation = first_window(&house, &web).await;
    assert_eq!((observation.traffic.requests, observation.readings.error_rate.value()), (Some(1.0), Some(100.0)));
    // The instance heard of it too.
    held.ends().await;
    house.local.shutdown().await;
}

async fn bodies_pass_in_both_directions_and_are_counted() {
    const BYTES: usize = 3_000_000;
    let mut house = House::open().await;
    let web = service("web", &[]);
    let url = house.local.start(&web, Instances(1)).await.expect("a legal command");
    house.hears_ready().await;
    let sent: Bytes = (0..BYTES).map(|index| index as u8).collect();
    let request = Request::post(format!("{url}/echo")).body(Full::new(sent.clone())).expect("a request");
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let answer = within("the echo", client.request(request)).await.expect("the balancer answers");
    let back = within("its body", answer.into_body().collect()).await.expect("the body comes to its end").to_bytes();
    assert!(back == sent, "{} bytes came back of {BYTES}", back.len());
    assert_eq!(first_window(&house, &web).await.traffic.network_bytes, Some(2.0 * BYTES as f64));
    house.local.shutdown().await;
}

async fn a_process_younger_than_one_window_is_a_hole_and_not_zero() {
    let mut house = House::open().await;
    let web = service("web", &[]);
    house.local.start(&web, Instances(1)).await.expect("a legal command");
    house.hears_ready().await;
    let first = first_window(&house, &web).await.readings;
    assert_eq!((first.cpu, first.memory), (Reading::missing(Hole::NotYet), Reading::missing(Hole::NotYet)));
    // Nobody asked for anything: that is known, and calm.
    assert_eq!((first.response_time, first.error_rate), (Reading::NoTraffic { at: at(1) }, Reading::NoTraffic { at: at(1) }));
    assert_eq!(first.requests, Reading::Value { value: 0.0, at: at(1) });

    // The next window is a whole one; an instance that joins in it changes nothing of its means.
    house.scale(&web, 2).await;
    house.hears_ready().await;
    let second = within("the second window", async {
        loop {
            let observation = house.observe(&web, 2).await;
            if observation.readings.cpu.value().is_some() {
                return observation.readings;
            }
            tokio::task::yield_now().await;
        }
    })
    .await;
    let resident = |pid: u32| {
        let statm = std::fs::read_to_string(format!("/proc/{pid}/statm")).expect("it runs");
        statm.split(' ').nth(1).and_then(|pages| pages.parse::<f64>().ok()).expect("pages") * 4096.0
    };
    let largest = house.local.processes(&web.id).into_iter().map(resident).fold(0.0, f64::max);
    // In percent of 0.25 GB; the second instance is not added to the first.
    let memory = second.memory.value().expect("a reading");
    assert!(memory > 0.0 && memory <= 1.2 * 100.0 * largest / 0.25e9, "{memory} % with {largest} bytes");
    house.local.shutdown().await;
}

async fn the_sample_saturates_at_its_declared_cores() {
    let mut house = House::open().await;
    let mut command = sample_command(&program(), 1.0, 1.0);
    command.load = None;
    let sample = deployment("sample", RunsOn::Local(command));
    let url = house.local.start(&sample, Instances(1)).await.expect("a legal command");
    house.hears_ready().await;
    let twice_its_capacity = flat_trace((2.0 * SAMPLE_CAPACITY_RPS) as u32);
    play(&["--url", &url, "--trace", &twice_its_capacity, "--seconds", "1"]).await;
    house.observe(&sample, 0).await;
    play(&["--url", &url, "--trace", &twice_its_capacity, "--seconds", "3"]).await;
    let observation = house.observe(&sample, 4).await;
    // 100 % is its quota. A busy machine may give less; more would be taking the machine.
    let cpu = observation.readings.cpu.value().expect("a reading");
    assert!((30.0..=130.0).contains(&cpu), "{observation:?}");
    // A request of 5 ms waits for those before it: after 3 s at twice the capacity the queue holds about 60.
    assert!(observation.readings.response_time.value() >= Some(500.0), "{observation:?}");
    assert!(observation.readings.memory.value().is_some_and(|memory| (10.0..100.0).contains(&memory)), "{observation:?}");
    house.local.shutdown().await;
}

async fn the_load_of_a_deployment_runs_with_it() {
    let mut house = House::open().await;
    let sample = deployment("sample", RunsOn::Local(sample_command(&program(), 60.0, 3.0)));
    house.local.start(&sample, Instances(1)).await.expect("a legal command");
    house.hears_ready().await;
    let observed = within("requests of its load", async {
        loop {
            let observation = house.observe(&sample, 1).await;
            if observation.traffic.requests > Some(0.0) && observation.readings.response_time.value().is_some() {
                return observation;
            }
            tokio::task::yield_now().await;
        }
    });
    assert!(observed.await.traffic.request_rate > Some(0.0));
    house.local.shutdown().await;
}

async fn the_same_seed_sends_the_same_requests() {
    let mut house = House::open().await;
    let web = service("web", &[]);
    let url = house.local.start(&web, Instances(1)).await.expect("a legal command");
    house.hears_ready().await;
    let day = ["--url", url.as_str(), "--peak", "80", "--speed", "3600", "--seconds", "1", "--seed"];
    let mut sent = Vec::new();
    for seed in ["3", "3", "4"] {
        sent.push(play(&[&day[..], &[seed]].concat()).await["sent"].as_u64().expect("a count"));
    }
    assert_eq!(sent[0], sent[1]);
    assert_ne!(sent[0], sent[2]);
    house.local.shutdown().await;
}

async fn a_load_that_cannot_be_played_says_what_to_do() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("day.csv");
    std::fs::write(&file, "timestamp_s,requests_per_s\n0,5\n60,-1\n").expect("a file");
    let file = file.to_string_lossy().into_owned();
    let url = "http://127.0.0.1:9/";
    for (arguments, words) in [
        (vec!["--url", url, "--trace", &file], "day.csv, line 3: requests_per_s: -1 is negative"),
        (vec!["--url", url, "--trace", "/no/such/file"], "open /no/such/file"),
        (vec!["--url", "ftp://127.0.0.1/"], "not a plain http address"),
        (vec!["--url", url, "--speed", "0"], "--speed is 0; it must be above 0"),
        (vec!["--url", url, "--peak", "1e9"], "at most 20000"),
        (vec!["--url", url, "--units"], "--peak"),
    ] {
        let output = Command::new(program()).arg("load").args(&arguments).output().await.expect("the load generator runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(words), "{arguments:?}: {said}");
    }
}
