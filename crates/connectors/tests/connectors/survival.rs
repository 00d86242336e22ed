//! Whatever is killed, nothing runs unowned.

use std::path::Path;
use std::process::Stdio;

use headroom_connectors::local::{Happening, LocalConnector};
use headroom_core::units::Instances;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::house::{House, Lifeline, Living, program, service, settings, trials, within};

trials![
    a_killed_engine_takes_its_instances_and_their_children_along,
    an_engine_that_is_started_right_after_a_kill_takes_over,
    a_killed_guard_takes_its_instances_along_and_they_come_back,
    a_dropped_connector_ends_its_instances,
    a_child_in_a_session_of_its_own_ends_with_its_instance,
    strays_are_reaped_only_when_their_start_times_match,
    a_record_that_makes_no_sense_names_nothing,
];

fn sigkill(pid: u32) {
    kill(Pid::from_raw(pid.try_into().expect("a process id")), Signal::SIGKILL).expect("the process is there");
}

/// An engine with two instances and a child of each, all of them up, and what reports their lives.
async fn engine_with_instances(folder: &Path, lifeline: &Lifeline) -> (Child, Vec<Living>) {
    let mut command = Command::new(program());
    command.arg("test-engine").args([folder.as_os_str(), lifeline.address().as_ref()]).stdout(Stdio::piped());
    let mut engine = command.spawn().expect("an engine");
    let mut living = Vec::new();
    for _ in 0..4 {
        living.push(lifeline.next().await);
    }
    let mut said = BufReader::new(engine.stdout.take().expect("stdout is piped")).lines();
    let line = within("the instances to be ready", said.next_line()).await.expect("the engine speaks");
    assert_eq!(line.as_deref(), Some("ready"));
    assert!(living.iter().all(Living::is_alive));
    (engine, living)
}

async fn a_killed_engine_takes_its_instances_and_their_children_along() {
    let lifeline = Lifeline::open().await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (mut engine, living) = engine_with_instances(folder.path(), &lifeline).await;
    sigkill(engine.id().expect("it runs"));
    within("the engine to be over", engine.wait()).await.expect("its status");
    for one in living {
        one.ends().await;
    }
}

async fn an_engine_that_is_started_right_after_a_kill_takes_over() {
    let lifeline = Lifeline::open().await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (mut engine, living) = engine_with_instances(folder.path(), &lifeline).await;
    sigkill(engine.id().expect("it runs"));
    within("the engine to be over", engine.wait()).await.expect("its status");
    // The guard of the first may still be ending what it owns: the second waits for it.
    let (mut second, mut new) = engine_with_instances(folder.path(), &lifeline).await;
    for one in living {
        one.ends().await;
    }
    assert!(new.iter().all(Living::is_alive));
    second.kill().await.expect("it is ours");
    for one in new.drain(..) {
        one.ends().await;
    }
}

async fn a_killed_guard_takes_its_instances_along_and_they_come_back() {
    let lifeline = Lifeline::open().await;
    let mut house = House::open().await;
    let web = service("web", &["--lifeline", &lifeline.address(), "--child"]);
    house.local.start(&web, Instances(1)).await.expect("a legal command");
    let (one, other) = (lifeline.next().await, lifeline.next().await);
    let instance = house.hears_ready().await;
    let stat = std::fs::read_to_string(format!("/proc/{instance}/stat")).expect("it runs");
    let guard = stat.rsplit_once(") ").and_then(|(_, rest)| rest.split(' ').nth(1)?.parse().ok()).expect("a parent");
    sigkill(guard);
    // Its child is in a session of its own; the next guard finds it by its tag.
    one.ends().await;
    other.ends().await;
    let again = house.hears_ready().await;
    assert_ne!(again, instance);
    house.local.shutdown().await;
}

async fn a_dropped_connector_ends_its_instances() {
    let lifeline = Lifeline::open().await;
    let mut house = House::open().await;
    let web = service("web", &["--lifeline", &lifeline.address()]);
    house.local.start(&web, Instances(1)).await.expect("a legal command");
    let living = lifeline.next().await;
    house.hears_ready().await;
    drop(house);
    living.ends().await;
}

async fn a_child_in_a_session_of_its_own_ends_with_its_instance() {
    let lifeline = Lifeline::open().await;
    let mut house = House::open().await;
    let web = service("web", &["--lifeline", &lifeline.address(), "--child"]);
    house.local.start(&web, Instances(1)).await.expect("a legal command");
    let living = [lifeline.next().await, lifeline.next().await];
    house.hears_ready().await;
    house.scale(&web, 0).await;
    for one in living {
        one.ends().await;
    }
    house.local.shutdown().await;
}

async fn strays_are_reaped_only_when_their_start_times_match() {
    let lifeline = Lifeline::open().await;
    let boot_id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").expect("Linux tells").trim().to_owned();
    let mut strays = Vec::new();
    let mut living = Vec::new();
    for _ in 0..2 {
        strays.push(Command::new(program()).args(["test-child", &lifeline.address()]).spawn().expect("a stray"));
        living.push(lifeline.next().await);
    }
    let start_ticks = |pid: u32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("it runs");
        stat.rsplit_once(") ").and_then(|(_, rest)| rest.split(' ').nth(19)?.parse::<u64>().ok()).expect("a start time")
    };
    let (mine, foreign) = (living.remove(0), living.remove(0));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let record = json!({"boot_id": boot_id, "processes": [
        {"pid": mine.pid, "start_ticks": start_ticks(mine.pid), "tag": "1-1-1"},
        // The number was given to another process since.
        {"pid": foreign.pid, "start_ticks": start_ticks(foreign.pid) - 1, "tag": "1-1-2"},
    ]});
    std::fs::write(folder.path().join("local-processes.json"), record.to_string()).expect("a record");
    let (local, _notices) = LocalConnector::open(settings(folder.path())).await.expect("a guard");
    mine.ends().await;
    // The guard reaps before it serves: once it has started something, it is done with strays.
    let web = service("web", &["--lifeline", &lifeline.address()]);
    local.start(&web, Instances(1)).await.expect("a legal command");
    let started = lifeline.next().await;
    assert!(started.is_alive());
    assert!(foreign.is_alive());
    local.shutdown().await;
    for mut stray in strays {
        stray.kill().await.expect("it is ours");
    }
}

async fn a_record_that_makes_no_sense_names_nothing() {
    let mut house = House::open().await;
    let folder = house.folder.path().to_owned();
    house.local.shutdown().await;
    std::fs::write(folder.join("local-processes.json"), "{\"processes\": [{\"pid\": -1}]}").expect("a record");
    std::fs::write(folder.join("local-ports.json"), "[]").expect("a file");
    let (local, notices) = LocalConnector::open(settings(&folder)).await.expect("a guard");
    (house.local, house.notices) = (local, notices);
    house.local.start(&service("web", &[]), Instances(1)).await.expect("a legal command");
    let ready = house.hears("a ready instance", |what| matches!(what, Happening::Ready { .. }).then_some(())).await;
    assert_eq!(ready, ());
    house.local.shutdown().await;
}
