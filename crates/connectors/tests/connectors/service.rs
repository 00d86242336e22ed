//! Programs that this test binary can be: a small service that reports its life, and an engine that can be killed.

use std::convert::Infallible;
use std::io::Write;
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

use headroom_connectors::local::{Happening, LocalConnector};
use headroom_core::units::Instances;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::house;

/// Exit status of a service that was asked to die.
pub const DEATH: u8 = 3;

/// Runs one of the programs when the arguments ask for it.
pub fn run(arguments: Vec<String>) -> Option<ExitCode> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.get(1..)? {
        ["test-service", port, options @ ..] => Some(serve(port.parse().expect("a port"), options)),
        ["test-engine", folder, lifeline] => Some(engine(Path::new(folder), lifeline)),
        ["test-child", lifeline] => {
            nix::unistd::setsid().expect("it leads no group yet");
            let _held = report_to(lifeline);
            forever()
        }
        _ => None,
    }
}

/// Options: `--lifeline ADDRESS`, `--child` (with a lifeline: a grandchild in a session of its own), `--never-ready`, `--die-at-once`,
/// `--delay-ms N`.
#[expect(clippy::zombie_processes, reason = "a child that nobody waits for is what is tested")]
fn serve(port: u16, options: &[&str]) -> ExitCode {
    let has = |name: &str| options.contains(&name);
    let value = |name: &str| options.iter().position(|option| *option == name).map(|place| options[place + 1]);
    let _held = value("--lifeline").map(report_to);
    if has("--die-at-once") {
        eprintln!("no database");
        return ExitCode::from(DEATH);
    }
    if has("--child") {
        let lifeline = value("--lifeline").expect("a child needs a lifeline");
        let mut child = Command::new(house::program());
        child.arg("test-child").arg(lifeline).spawn().expect("a child");
    }
    if has("--never-ready") {
        say("waiting for a database");
        forever();
    }
    let delay = Duration::from_millis(value("--delay-ms").map_or(0, |delay| delay.parse().expect("milliseconds")));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.expect("the port is free");
        loop {
            let (stream, _) = listener.accept().await.expect("a connection");
            let service = service_fn(move |request| async move { Ok::<_, Infallible>(answer(request, delay).await) });
            tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    })
}

async fn answer(request: Request<Incoming>, delay: Duration) -> Response<Full<Bytes>> {
    let mut status = StatusCode::OK;
    match request.uri().path() {
        "/echo" => {
            let body = request.into_body().collect().await.expect("the body comes to its end").to_bytes();
            return Response::new(Full::from(body));
        }
        "/die" => {
            eprintln!("told to die");
            std::process::exit(DEATH.into());
        }
        "/hold" => {
            // The request is here, and is never answered.
            let _held = report_to(request.uri().query().expect("a lifeline"));
            std::future::pending::<()>().await;
        }
        "/fail" => status = StatusCode::INTERNAL_SERVER_ERROR,
        _ => tokio::time::sleep(delay).await,
    }
    let mut response = Response::new(Full::from(std::process::id().to_string()));
    *response.status_mut() = status;
    response
}

/// Runs a deployment of two instances, each with a grandchild, until it is killed.
fn engine(folder: &Path, lifeline: &str) -> ExitCode {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let (local, mut notices) = LocalConnector::open(house::settings(folder)).await.expect("a guard");
        let deployment = house::service("victim", &["--lifeline", lifeline, "--child"]);
        local.start(&deployment, Instances(2)).await.expect("a legal command");
        let mut ready = 0;
        while let Some(notice) = notices.recv().await {
            ready += u32::from(matches!(notice.what, Happening::Ready { .. }));
            if ready == 2 {
                say("ready");
            }
        }
    });
    ExitCode::SUCCESS
}

fn say(line: &str) {
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{line}").and_then(|()| stdout.flush()).expect("somebody reads");
}

fn report_to(lifeline: &str) -> TcpStream {
    let mut stream = TcpStream::connect(lifeline).expect("the test listens");
    stream.write_all(&std::process::id().to_be_bytes()).expect("the test reads");
    stream
}

fn forever() -> ! {
    loop {
        std::thread::park();
    }
}
