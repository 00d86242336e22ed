//! Instances are real: they start, serve, drain, die and come back.

use std::time::Duration;

use headroom_connectors::local::Happening;
use headroom_core::deployment::{HealthCheck, RunsOn};
use headroom_core::observation::{Hole, Reading};
use headroom_core::units::Instances;

use crate::house::{House, Lifeline, counts, deployment, get, service, service_command, trials, within};
use crate::load::play;

trials![
    instances_are_processes_that_answer_through_the_balancer,
    an_instance_gets_traffic_only_after_its_health_check,
    scaling_in_under_load_fails_no_request,
    an_instance_that_dies_comes_back_as_another_process,
    pauses_between_restarts_double,
    the_port_of_a_deployment_survives_a_restart,
    removing_a_deployment_ends_its_processes_and_frees_its_port,
    a_changed_command_replaces_the_instances,
    a_port_that_accepts_is_ready_where_tcp_is_stated,
];

async fn instances_are_processes_that_answer_through_the_balancer() {
    let mut house = House::open().await;
    let web = service("web", &[]);
    let url = house.local.start(&web, Instances(2)).await.expect("a legal command");
    let mut pids = [house.hears_ready().await, house.hears_ready().await];
    assert_eq!(house.count(&web).await, counts(2, 0));

    // With nothing outstanding, requests take turns.
    let mut answered = [get(&url).await, get(&url).await].map(|(status, body)| {
        assert_eq!(status, 200);
        body.parse::<u32>().expect("a process id")
    });
    pids.sort_unstable();
    answered.sort_unstable();
    assert_eq!(answered, pids);
    let mut processes = house.local.processes(&web.id);
    processes.sort_unstable();
    assert_eq!(processes, pids);
    house.local.shutdown().await;
}

async fn an_instance_gets_traffic_only_after_its_health_check() {
    let house = House::open().await;
    let web = service("web", &["--never-ready"]);
    let url = house.local.start(&web, Instances(1)).await.expect("a legal command");
    assert_eq!(house.count(&web).await, counts(0, 1));
    let (status, body) = get(&url).await;
    assert_eq!(status, 503, "{body}");
    assert!(body.contains("No instance is ready"), "{body}");

    // A request that nobody could take is an error, and no response time.
    let observation = within("the first window", async {
        loop {
            let observation = house.observe(&web, 1).await;
            if observation.readings.error_rate.value().is_some() {
                return observation;
            }
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(observation.readings.error_rate.value(), Some(100.0));
    assert_eq!(observation.traffic.requests, Some(1.0));
    for reading in
        [observation.readings.cpu, observation.readings.memory, observation.readings.response_time, observation.readings.requests]
    {
        assert_eq!(reading, Reading::missing(Hole::NoInstance));
    }
    house.local.shutdown().await;
}

async fn scaling_in_under_load_fails_no_request() {
    let mut house = House::open().await;
    let web = service("web", &["--delay-ms", "50"]);
    let url = house.local.start(&web, Instances(4)).await.expect("a legal command");
    for _ in 0..4 {
        house.hears_ready().await;
    }
    // 100 requests a second of 50 ms each: about five are under way at any time.
    let playing = tokio::spawn(async move { play(&["--url", &url, "--trace", &flat_trace(100), "--seconds", "3"]).await });
    for wanted in [3, 1, 2, 1] {
        house.scale(&web, wanted).await;
    }
    let report = playing.await.expect("the load ran");
    assert!(report["sent"].as_u64() > Some(200), "{report}");
    assert_eq!(report["failed"], 0, "{report}");
    assert_eq!(report["answered"], report["sent"]);
    assert_eq!(house.count(&web).await.total(), Instances(1));
    house.local.shutdown().await;
}

async fn an_instance_that_dies_comes_back_as_another_process() {
    let mut house = House::open().await;
    let web = service("web", &[]);
    let url = house.local.start(&web, Instances(1)).await.expect("a legal command");
    let first = house.hears_ready().await;
    let (status, _) = get(&format!("{url}/die")).await;
    assert_eq!(status, 502);
    let message = house
        .hears("the death", |what| match what {
            Happening::Died { pid, how, said, .. } => {
                assert_eq!((*pid, how.as_str(), said.as_str()), (first, "exit status 3", "told to die"));
                Some(what.to_string())
            }
            _ => None,
        })
        .await;
    assert!(
        message.contains("died: exit status 3. It is started again in") && message.ends_with("The last it printed: told to die"),
        "{message}"
    );
    let second = house.hears_ready().await;
    assert_ne!(first, second);
    assert_eq!(get(&url).await, (200, second.to_string()));
    house.local.shutdown().await;
}

async fn pauses_between_restarts_double() {
    let mut house = House::open().await;
    let web = service("web", &["--die-at-once"]);
    house.local.start(&web, Instances(1)).await.expect("a legal command");
    let mut pauses = Vec::new();
    while pauses.len() < 7 {
        let pause = house.hears("a death", |what| match what {
            Happening::Died { restart_in, .. } => Some(*restart_in),
            _ => None,
        });
        pauses.push(pause.await);
    }
    // 20 ms doubled, at most 500 ms.
    assert_eq!(pauses, [20, 40, 80, 160, 320, 500, 500].map(Duration::from_millis));
    assert_eq!(house.count(&web).await, counts(0, 1));
    house.local.shutdown().await;
}

async fn the_port_of_a_deployment_survives_a_restart() {
    let house = House::open().await;
    let web = service("web", &[]);
    let before = house.local.start(&web, Instances(0)).await.expect("a legal command");
    house.local.shutdown().await;
    let (again, _notices) =
        headroom_connectors::local::LocalConnector::open(crate::house::settings(house.folder.path())).await.expect("a guard");
    let after = again.start(&web, Instances(0)).await.expect("a legal command");
    assert_eq!(before, after);
    again.shutdown().await;
}

async fn removing_a_deployment_ends_its_processes_and_frees_its_port() {
    let lifeline = Lifeline::open().await;
    let mut house = House::open().await;
    let web = service("web", &["--lifeline", &lifeline.address()]);
    let url = house.local.start(&web, Instances(1)).await.expect("a legal command");
    let living = lifeline.next().await;
    house.hears_ready().await;
    house.local.remove(&web.id).await;
    living.ends().await;
    assert_eq!(house.local.url(&web.id), None);
    let mut command = service_command(&[]);
    command.listen_port = url.rsplit(':').next().and_then(|port| port.parse().ok());
    let next = deployment("next", RunsOn::Local(command));
    assert_eq!(house.local.start(&next, Instances(0)).await.expect("the port is free"), url);
    house.local.shutdown().await;
}

async fn a_changed_command_replaces_the_instances() {
    let lifeline = Lifeline::open().await;
    let mut house = House::open().await;
    let mut web = service("web", &["--lifeline", &lifeline.address()]);
    let url = house.local.start(&web, Instances(1)).await.expect("a legal command");
    let first = lifeline.next().await;
    house.hears_ready().await;
    let mut command = service_command(&["--lifeline", &lifeline.address()]);
    command.environment.insert("COLOR".to_owned(), "blue".to_owned());
    web.runs_on = RunsOn::Local(command);
    let same_url = house.local.start(&web, Instances(1)).await.expect("a legal command");
    assert_eq!(url, same_url);
    first.ends().await;
    let second = house.hears_ready().await;
    assert_eq!(get(&url).await, (200, second.to_string()));
    house.local.shutdown().await;
}

async fn a_port_that_accepts_is_ready_where_tcp_is_stated() {
    let mut house = House::open().await;
    let mut command = service_command(&[]);
    command.health = HealthCheck::Tcp;
    let web = deployment("web", RunsOn::Local(command));
    house.local.start(&web, Instances(1)).await.expect("a legal command");
    house.hears_ready().await;
    house.local.shutdown().await;
}

/// A file with one rate for all times, kept until the program ends.
pub fn flat_trace(rate: u32) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder").keep();
    let file = folder.join("flat.csv");
    std::fs::write(&file, format!("timestamp_s,requests_per_s\n0,{rate}\n60,{rate}\n")).expect("a file");
    file.to_string_lossy().into_owned()
}
