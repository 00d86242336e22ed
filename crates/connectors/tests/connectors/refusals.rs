//! What cannot work is refused with what to do, and leaves nothing behind.

use std::time::Duration;

use headroom_connectors::error::ConnectorError;
use headroom_connectors::local::Happening;
use headroom_core::deployment::{HealthCheck, LocalCommand, RunsOn};
use headroom_core::units::Instances;

use crate::house::{House, deployment, service, service_command, trials};

trials![
    a_command_that_cannot_run_is_refused_with_its_field,
    a_port_in_use_is_refused_with_what_to_do,
    an_instance_that_never_becomes_ready_says_so,
    a_program_that_vanished_says_so,
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
