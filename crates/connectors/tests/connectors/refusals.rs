//! What cannot work is refused with what to do, and leaves nothing behind.

use std::time::Duration;

use headroom_connectors::error::ConnectorError;
use headroom_connectors::local::{Happening, LocalConnector, LocalSettings, sample_command};
use headroom_core::deployment::{HealthCheck, LocalCommand, RunsOn, SampleLoad};
use headroom_core::units::Instances;

use crate::house::{House, deployment, get, service, service_command, settings, trials};

trials![
    a_command_that_cannot_run_is_refused_with_its_field,
    a_port_in_use_is_refused_with_what_to_do,
    an_instance_that_never_becomes_ready_says_so,
    a_program_that_vanished_says_so,
    a_second_engine_on_one_folder_is_refused,
    a_guard_that_cannot_serve_says_why,
    a_load_that_cannot_be_played_is_refused_with_its_line,
];

async fn a_command_that_cannot_run_is_refused_with_its_field() {
    type Change = fn(&mut LocalCommand);
    let cases: [(&str, Change, &str); 10] = [
        ("argv", |command| command.argv.clear(), "There is no command."),
        ("argv", |command| command.argv[0].clear(), "There is no command."),
        ("argv", |command| command.argv.retain(|argument| argument != "{port}"), "holds {port}"),
        ("argv", |command| command.argv[0] = "no-such-program".to_owned(), "in any folder of PATH"),
        ("argv", |command| command.argv[0] = "/no/such/program".to_owned(), "There is no program /no/such/program."),
        ("argv", |command| command.argv[0] = "/etc/passwd".to_owned(), "not a program that may be started"),
        ("argv", |command| command.argv.push("a\0b".to_owned()), "zero byte"),
        ("workingFolder", |command| command.working_folder = "/no/such/folder".to_owned(), "There is no folder"),
        ("health", |command| command.health = HealthCheck::Http { path: "healthz".to_owned() }, "begins with /"),
        ("environment", |command| drop(command.environment.insert("A=B".to_owned(), String::new())), "cannot be set"),
    ];
    let house = House::open().await;
    for (expected_field, change, words) in cases {
        let mut command = service_command(&[]);
        change(&mut command);
        let web = deployment("web", RunsOn::Local(command));
        match house.local.start(&web, Instances(1)).await {
            Err(ConnectorError::InvalidDeployment { field, message }) => {
                assert_eq!(field, expected_field, "{message}");
                assert!(message.contains(words), "{message}");
            }
            other => panic!("{expected_field}, {words}: {other:?}"),
        }
        assert_eq!(house.local.url(&web.id), None);
    }
    house.local.shutdown().await;
}

async fn a_port_in_use_is_refused_with_what_to_do() {
    let house = House::open().await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = taken.local_addr().expect("an address").port();
    let mut command = service_command(&[]);
    command.listen_port = Some(port);
    let web = deployment("web", RunsOn::Local(command));
    let error = house.local.start(&web, Instances(1)).await.expect_err("the port is taken");
    assert!(matches!(error, ConnectorError::PortInUse { port: named } if named == port), "{error:?}");
    assert!(error.to_string().contains("Choose another port"), "{error}");
    assert_eq!(house.local.url(&web.id), None);
    // Free again, it is taken.
    drop(taken);
    assert_eq!(house.local.start(&web, Instances(0)).await.expect("a free port"), format!("http://127.0.0.1:{port}"));
    house.local.shutdown().await;
}

async fn an_instance_that_never_becomes_ready_says_so() {
    let mut house = House::open_with(|settings| settings.timing.ready_limit = Duration::from_secs(1)).await;
    let web = service("web", &["--never-ready"]);
    house.local.start(&web, Instances(1)).await.expect("a legal command");
    let message = house
        .hears("the notice", |what| match what {
            Happening::NeverReady { .. } => Some(what.to_string()),
            _ => None,
        })
        .await;
    for words in ["never became ready", "expected was GET http://127.0.0.1:", "Check its command", "waiting for a database"] {
        assert!(message.contains(words), "{message}");
    }
    house.local.shutdown().await;
}

async fn a_program_that_vanished_says_so() {
    let mut house = House::open().await;
    let program = house.folder.path().join("service");
    std::fs::copy(crate::house::program(), &program).expect("a copy");
    let mut command = service_command(&["--die-at-once"]);
    command.argv[0] = program.to_string_lossy().into_owned();
    let web = deployment("web", RunsOn::Local(command));
    house.local.start(&web, Instances(1)).await.expect("a legal command");
    std::fs::remove_file(&program).expect("it is there");
    let said = house
        .hears("the failed start", |what| match what {
            Happening::Died { how, said, .. } if how == "exit status 127" => Some(said.clone()),
            _ => None,
        })
        .await;
    assert!(said.starts_with(&format!("Could not start {}: No such file", program.display())), "{said}");
    house.local.shutdown().await;
}

async fn a_second_engine_on_one_folder_is_refused() {
    let mut house = House::open().await;
    let web = service("web", &[]);
    let url = house.local.start(&web, Instances(1)).await.expect("a legal command");
    let pid = house.hears_ready().await;
    let error = LocalConnector::open(settings(house.folder.path())).await.err().expect("the folder has an owner");
    assert!(error.to_string().contains("another Headroom runs local deployments from this data folder"), "{error}");
    // The first goes on untouched.
    assert_eq!(get(&url).await, (200, pid.to_string()));
    house.local.shutdown().await;
}

async fn a_guard_that_cannot_serve_says_why() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let nowhere = folder.path().join("nowhere");
    for (data_folder, program, words) in [
        (nowhere.as_path(), crate::house::program(), "No such file or directory"),
        (folder.path(), "/no/such/program".into(), "start the guard process (/no/such/program guard): No such file"),
        (folder.path(), "/bin/true".into(), "does not answer as a guard; install Headroom anew"),
    ] {
        let settings = LocalSettings { program, ..settings(data_folder) };
        let error = LocalConnector::open(settings).await.err().expect("it cannot serve");
        assert!(error.to_string().contains(words), "{error}");
    }
}

async fn a_load_that_cannot_be_played_is_refused_with_its_line() {
    let house = House::open().await;
    let file = house.folder.path().join("day.csv");
    std::fs::write(&file, "timestamp_s,requests_per_s\n0,5\n60,4\n30,4\n").expect("a file");
    let mut command = sample_command(&crate::house::program(), 60.0, 3.0);
    command.load = Some(SampleLoad { trace: Some(file.to_string_lossy().into_owned()), speed: 60.0, peak_instances: 3.0 });
    let error = house.local.start(&deployment("web", RunsOn::Local(command.clone())), Instances(1)).await.expect_err("it goes back");
    assert!(matches!(error, ConnectorError::InvalidCsv { line: 4, .. }), "{error:?}");
    command.load = Some(SampleLoad { trace: None, speed: 0.0, peak_instances: 3.0 });
    let error = house.local.start(&deployment("web", RunsOn::Local(command)), Instances(1)).await.expect_err("it stands still");
    assert!(error.to_string().contains("speed is 0"), "{error}");
    house.local.shutdown().await;
}
