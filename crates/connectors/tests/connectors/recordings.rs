//! Recordings are played as they were written; what is wrong with them is said with its line.

use std::path::Path;
use std::sync::Arc;

use chrono::TimeDelta;
use headroom_connectors::error::ConnectorError;
use headroom_connectors::replay::{Recorded, RecordedRow, Recording, ReplayConnector};
use headroom_connectors::source::MetricSource;
use headroom_connectors::target::{ScaleOrder, ScalingTarget};
use headroom_core::deployment::{Deployment, ReplayTrace, RunsOn};
use headroom_core::metric::PerMetric;
use headroom_core::observation::{Hole, Reading};
use headroom_core::units::Instances;

use crate::house::{BOUND, at, deployment, trials};

trials![
    a_recording_is_played_with_its_holes_and_begins_anew,
    a_recording_of_ten_thousand_deployments_is_one_look,
    a_file_that_changed_is_read_again,
    a_bad_recording_names_its_line,
    a_recorded_history_is_a_recording,
    a_deployment_without_instances_has_no_readings,
];

const HEADER: &str = "timestamp_s,cpu,memory,response_time,error_rate,requests\n";

async fn a_recording_is_played_with_its_holes_and_begins_anew() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("day.csv");
    // In any order of columns, with a comment, from any first time.
    let text = "timestamp_s,requests,cpu,response_time\n# measured\n100,210,41.5,no_traffic\n130, ,44,not_yet\n190,5,0,1\n";
    std::fs::write(&file, text).expect("a file");
    let trace = ReplayTrace { file: file.to_string_lossy().into_owned(), instances: 3 };
    let web = deployment("web", RunsOn::Replay(trace));
    let connector = ReplayConnector::new();
    connector.start(&web, at(0), Instances(3)).expect("a recording");
    let readings = async |seconds: i64| connector.observe(&[&web], at(seconds), BOUND).await[0].readings;
    let value = |value: f64, seconds: i64| Reading::Value { value, at: at(seconds) };

    let first = readings(0).await;
    assert_eq!((first.cpu, first.requests), (value(41.5, 0), value(210.0, 0)));
    assert_eq!(first.response_time, Reading::NoTraffic { at: at(0) });
    assert_eq!((first.memory, first.error_rate), (Reading::missing(Hole::NotMeasured), Reading::missing(Hole::NotMeasured)));
    let second = readings(30).await;
    assert_eq!(second.requests, Reading::missing(Hole::Unreachable));
    assert_eq!(second.response_time, Reading::missing(Hole::NotYet));
    // A row holds until the next and grows old meanwhile.
    assert_eq!(readings(89).await.cpu, value(44.0, 30));
    assert_eq!(readings(149).await.cpu, value(0.0, 90));
    // The last row holds 60 s, as the one before it did: then it is second 0 again.
    assert_eq!(readings(150).await.cpu, value(41.5, 150));
    // Three instances at 210 each.
    let observation = connector.observe(&[&web], at(0), BOUND).await[0];
    assert_eq!(observation.traffic.request_rate, Some(630.0));
}

async fn a_recording_of_ten_thousand_deployments_is_one_look() {
    let connector = ReplayConnector::new();
    let recording = Arc::new(Recording::from_csv("timestamp_s,cpu\n0,50\n").expect("a recording"));
    let fleet: Vec<_> = (0..10_000)
        .map(|index| {
            let one = deployment(&format!("dep_{index}"), RunsOn::Replay(ReplayTrace { file: String::new(), instances: 1 }));
            connector.add(one.id.clone(), recording.clone(), at(0), Instances(index));
            one
        })
        .collect();
    let question: Vec<_> = fleet.iter().collect();
    let answer = connector.observe(&question, at(1), BOUND).await;
    assert_eq!(answer.len(), 10_000);
    assert_eq!(answer[9_999].readings.cpu.value(), Some(50.0));
}

async fn a_file_that_changed_is_read_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("day.csv");
    let trace = ReplayTrace { file: file.to_string_lossy().into_owned(), instances: 1 };
    let (first, second) = (deployment("first", RunsOn::Replay(trace.clone())), deployment("second", RunsOn::Replay(trace)));
    let connector = ReplayConnector::new();
    let cpu = async |one: &Deployment| connector.observe(&[one], at(0), BOUND).await[0].readings.cpu.value();

    std::fs::write(&file, "timestamp_s,cpu\n0,50\n").expect("a file");
    connector.start(&first, at(0), Instances(1)).expect("a recording");
    std::fs::write(&file, "timestamp_s,cpu\n0,50.5\n").expect("a file");
    connector.start(&second, at(0), Instances(1)).expect("a recording");
    assert_eq!((cpu(&first).await, cpu(&second).await), (Some(50.0), Some(50.5)));
    // What is played goes on without its file; what is started anew misses it.
    std::fs::remove_file(&file).expect("the file goes");
    assert_eq!(cpu(&first).await, Some(50.0));
    assert!(connector.start(&first, at(0), Instances(1)).is_err());
}

async fn a_bad_recording_names_its_line() {
    for (rows, line, words) in [
        ("", 2, "no rows"),
        ("0,1,1,1,1,1\n0,1,1,1,1,1\n", 3, "occurs twice"),
        ("60,1,1,1,1,1\n0,1,1,1,1,1\n", 3, "goes back from 60 to 0"),
        ("0,-1,1,1,1,1\n", 2, "cpu: -1 is negative"),
        ("0,1,1e300,1,1,1\n", 2, "memory: 1e300 is larger"),
        ("0,1,1,NaN,1,1\n", 2, "response_time: NaN is not a finite number"),
        ("0,1,1,inf,1,1\n", 2, "not a finite number"),
        ("0,1,1,1,many,1\n", 2, "error_rate: \"many\" is not a number"),
        ("0,1,1,1,1\n", 2, "5 cells; the header has 6"),
        ("0,1,1,1,1,1,1\n", 2, "7 cells; the header has 6"),
        ("noon,1,1,1,1,1\n", 2, "not a number of seconds"),
        ("-5,1,1,1,1,1\n", 2, "not between 0"),
        ("1e99,1,1,1,1,1\n", 2, "not between 0"),
    ] {
        refused(&format!("{HEADER}{rows}"), line, words);
    }
    for (header, words) in [
        ("", "no header"),
        ("\n\n", "no header"),
        ("cpu,memory\n", "first column is called \"cpu\""),
        ("timestamp_s\n", "no column besides the time"),
        ("timestamp_s,cpu,cpu\n", "occurs twice"),
        ("timestamp_s,cpu_percent\n", "\"cpu_percent\" is not known"),
    ] {
        refused(header, 1, words);
    }
    let error = Recording::from_file(Path::new("/no/such/file.csv")).expect_err("there is none");
    assert!(error.to_string().starts_with("Could not open /no/such/file.csv"), "{error}");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("latin1.csv");
    std::fs::write(&file, b"timestamp_s,cpu\n0,1\n1,\xe9\n").expect("a file");
    let error = Recording::from_file(&file).expect_err("not UTF-8");
    assert!(error.to_string().contains("latin1.csv, line 3") && error.to_string().contains("UTF-8"), "{error}");
}

fn refused(text: &str, expected_line: u64, words: &str) {
    match Recording::from_csv(text) {
        Err(ConnectorError::InvalidCsv { line, problem, .. }) => {
            assert_eq!(line, expected_line, "{text:?}: {problem}");
            assert!(problem.contains(words), "{text:?}: {problem}");
        }
        other => panic!("{text:?} gave {other:?}"),
    }
}

async fn a_recorded_history_is_a_recording() {
    let row = |seconds: i64, cpu: f64| RecordedRow {
        offset: TimeDelta::seconds(seconds),
        cells: PerMetric { cpu: Recorded::Value(cpu), ..PerMetric::from_fn(|_| Recorded::Missing(Hole::NotMeasured)) },
    };
    let recording = Recording::from_rows(vec![row(500, 10.0), row(530, 20.0)]).expect("growing times");
    assert_eq!(recording.length(), TimeDelta::seconds(60));
    assert!(matches!(Recording::from_rows(Vec::new()), Err(ConnectorError::InvalidCsv { .. })));
    let backwards = Recording::from_rows(vec![row(30, 1.0), row(30, 1.0)]);
    assert!(matches!(backwards, Err(ConnectorError::InvalidCsv { line: 2, .. })), "{backwards:?}");
}

async fn a_deployment_without_instances_has_no_readings() {
    let web = deployment("web", RunsOn::Replay(ReplayTrace { file: String::new(), instances: 1 }));
    let connector = ReplayConnector::new();
    let recording = Arc::new(Recording::from_csv("timestamp_s,cpu\n0,50\n").expect("a recording"));
    connector.add(web.id.clone(), recording, at(0), Instances(1));
    connector
        .scale(&ScaleOrder { deployment: &web, target_instances: Instances::ZERO, decision_id: "d" })
        .await
        .expect("the order is taken");
    let observation = connector.observe(&[&web], at(1), BOUND).await[0];
    assert_eq!(observation.readings.cpu, Reading::missing(Hole::NoInstance));
    connector.remove(&web.id);
    assert!(connector.stop(&web).await.is_err());
}
