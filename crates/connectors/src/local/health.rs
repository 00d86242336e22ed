//! Whether an instance is ready.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use headroom_core::deployment::HealthCheck;
use http_body_util::Empty;
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::MissedTickBehavior;

/// How long one check may take. A service that is busy starting may answer late; it is asked again.
const CHECK_LIMIT: Duration = Duration::from_secs(2);

/// Resolves once a check passes; asks again every `step` until then.
pub(crate) async fn ready(port: u16, check: &HealthCheck, step: Duration) {
    let mut steps = tokio::time::interval(step);
    steps.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        steps.tick().await;
        if tokio::time::timeout(CHECK_LIMIT, passes(port, check)).await.is_ok_and(|passed| passed) {
            return;
        }
    }
}

/// What is asked of an instance, in words.
pub(crate) fn in_words(port: u16, check: &HealthCheck) -> String {
    match check {
        HealthCheck::Http { path } => format!("GET http://127.0.0.1:{port}{path} to answer below 500"),
        HealthCheck::Tcp => format!("a connection to port {port}"),
    }
}

async fn passes(port: u16, check: &HealthCheck) -> bool {
    let Ok(stream) = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await else { return false };
    match check {
        HealthCheck::Tcp => true,
        HealthCheck::Http { path } => answers(stream, port, path).await,
    }
}

async fn answers(stream: TcpStream, port: u16, path: &str) -> bool {
    let request =
        Request::get(path).header("host", format!("127.0.0.1:{port}")).header("user-agent", "headroom").body(Empty::<Bytes>::new());
    let Ok(request) = request else { return false };
    let Ok((mut sender, connection)) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await else { return false };
    let talk = async { sender.send_request(request).await.is_ok_and(|answer| !answer.status().is_server_error()) };
    tokio::pin!(talk);
    tokio::select! {
        passed = &mut talk => passed,
        _ = connection => talk.await,
    }
}
