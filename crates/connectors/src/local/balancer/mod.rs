//! The HTTP load balancer in front of a local deployment, and what it measures on the way.
//!
//! HTTP/1.1, bodies streamed in both directions, connections to instances kept and used again. A request goes to the instance with the
//! fewest unanswered requests. Requests for an upgrade (WebSocket) are passed on as plain requests.

mod meter;

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http_body::{Body, Frame, SizeHint};
use http_body_util::{Either, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;

use crate::error::ConnectorError;
pub(crate) use meter::{Meter, Window};

/// Connections of clients that are served at once; more wait in the system's own queue.
const MAX_CONNECTIONS: usize = 1024;
/// How long a client may take to send the head of a request.
const HEAD_LIMIT: Duration = Duration::from_secs(30);
/// How long an instance may take to accept a connection.
const CONNECT_LIMIT: Duration = Duration::from_secs(2);
/// How long an instance may take until its answer begins: then it is a timeout, and counts as an error.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);
/// Unused connections to instances are closed before the 5 s after which widespread servers close them, so that none breaks in use.
const IDLE_LIMIT: Duration = Duration::from_secs(4);
/// Unused connections kept to one instance.
const MAX_IDLE: usize = 64;
/// A port is asked for during half a second.
const BIND_ATTEMPTS: u32 = 11;
const BIND_PAUSE: Duration = Duration::from_millis(50);
/// Pause after the system refused a connection (out of file descriptors), so that the loop does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Headers that belong to one connection and are not passed on (RFC 9110, 7.6.1).
const HOP_BY_HOP: [HeaderName; 8] = [
    header::CONNECTION,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    HeaderName::from_static("keep-alive"),
];

/// What is sent to a client: an instance's answer, or a sentence of the balancer's own.
type Answer = Response<Either<Counted, Full<Bytes>>>;

/// A load balancer that listens. Dropping it closes the port and every connection.
pub(crate) struct Balancer {
    shared: Arc<Shared>,
    address: SocketAddr,
    serving: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    backends: Mutex<Vec<Arc<Backend>>>,
    turn: AtomicUsize,
    meter: Arc<Meter>,
    client: Client<HttpConnector, Counted>,
}

/// One ready instance.
pub(crate) struct Backend {
    address: SocketAddr,
    outstanding: AtomicUsize,
    answered_all: Notify,
}

impl Balancer {
    /// Listens on 127.0.0.1, on `port`, or on a free one for 0.
    pub(crate) async fn listen(port: u16) -> Result<Self, ConnectorError> {
        let listener = bind(port).await?;
        let address = listener.local_addr().map_err(ConnectorError::system("read the load balancer's own port"))?;
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(CONNECT_LIMIT));
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_LIMIT)
            .pool_max_idle_per_host(MAX_IDLE)
            .build(connector);
        let shared =
            Arc::new(Shared { backends: Mutex::new(Vec::new()), turn: AtomicUsize::new(0), meter: Arc::new(Meter::new()), client });
        let serving = Mutex::new(Some(tokio::spawn(accept(listener, shared.clone()))));
        Ok(Self { shared, address, serving })
    }

    /// Where clients connect.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What was measured.
    pub(crate) fn meter(&self) -> &Meter {
        &self.shared.meter
    }

    /// Sends traffic to a new instance from now on.
    pub(crate) fn add(&self, address: SocketAddr) -> Arc<Backend> {
        let backend = Arc::new(Backend { address, outstanding: AtomicUsize::new(0), answered_all: Notify::new() });
        self.shared.lock().push(backend.clone());
        backend
    }

    /// Sends it no new request from now on.
    pub(crate) fn remove(&self, backend: &Arc<Backend>) {
        self.shared.lock().retain(|other| !Arc::ptr_eq(other, backend));
    }

    /// Sends it no new request and waits until it has answered all it has, at most `limit`. Returns how many it still owes.
    pub(crate) async fn drain(&self, backend: &Arc<Backend>, limit: Duration) -> usize {
        self.remove(backend);
        let deadline = Instant::now() + limit;
        loop {
            let answered_all = backend.answered_all.notified();
            let owed = backend.outstanding.load(Ordering::Acquire);
            if owed == 0 || tokio::time::timeout_at(deadline, answered_all).await.is_err() {
                return owed;
            }
        }
    }
}

impl Balancer {
    /// Closes every connection and waits until the port is free.
    pub(crate) async fn close(&self) {
        let serving = self.serving.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(serving) = serving {
            serving.abort();
            // An aborted task is what was asked for.
            let _ = serving.await;
        }
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        if let Some(serving) = self.serving.get_mut().unwrap_or_else(PoisonError::into_inner).take() {
            serving.abort();
        }
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Backend>>> {
        self.backends.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The instance with the fewest unanswered requests, ties in turn. Chosen and counted under one lock, so that an instance that is
    /// drained cannot be handed a request after it was seen idle.
    fn choose(&self) -> Option<Ticket> {
        let backends = self.lock();
        let first = self.turn.fetch_add(1, Ordering::Relaxed) % backends.len().max(1);
        let in_turn = backends[first..].iter().chain(&backends[..first]);
        let chosen = in_turn.min_by_key(|backend| backend.outstanding.load(Ordering::Relaxed))?;
        chosen.outstanding.fetch_add(1, Ordering::AcqRel);
        Some(Ticket(chosen.clone()))
    }
}

/// One unanswered request of an instance, until it is dropped.
struct Ticket(Arc<Backend>);

impl Drop for Ticket {
    fn drop(&mut self) {
        if self.0.outstanding.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.answered_all.notify_waiters();
        }
    }
}

/// Asks again for a port that is in use: one that was just let go is held a moment longer by any process that is between `fork` and `exec`.
async fn bind(port: u16) -> Result<TcpListener, ConnectorError> {
    let mut attempts = 1;
    loop {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
            Ok(listener) => return Ok(listener),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && attempts < BIND_ATTEMPTS => {
                attempts += 1;
                tokio::time::sleep(BIND_PAUSE).await;
            }
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(ConnectorError::PortInUse { port }),
            Err(error) => return Err(ConnectorError::system(format!("listen on port {port} of this machine"))(error)),
        }
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let free = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    // Ends with this task, and every connection with it.
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok(permit) = free.clone().acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let shared = shared.clone();
                connections.spawn(async move {
                    serve(stream, shared).await;
                    drop(permit);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a load balancer could not accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let peer = stream.peer_addr().ok();
    // Small answers must not wait for the client's acknowledgement; without it they are only slower.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let shared = shared.clone();
        async move { Ok::<_, Infallible>(forward(&shared, request, peer).await) }
    });
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_LIMIT);
    if let Err(error) = http.serve_connection(TokioIo::new(stream), service).await {
        tracing::trace!(%error, "a connection to a load balancer broke");
    }
}

async fn forward(shared: &Shared, request: Request<Incoming>, peer: Option<SocketAddr>) -> Answer {
    if request.method() == Method::CONNECT {
        return say(StatusCode::METHOD_NOT_ALLOWED, "This is a load balancer, not a proxy.\n");
    }
    let Some(ticket) = shared.choose() else {
        shared.meter.refused();
        return say(StatusCode::SERVICE_UNAVAILABLE, "No instance is ready. Try again in a moment.\n");
    };
    let pending = shared.meter.began();
    let request = readdress(request, ticket.0.address, peer, &shared.meter);
    match tokio::time::timeout(ANSWER_LIMIT, shared.client.request(request)).await {
        Ok(Ok(answer)) => {
            pending.answered(answer.status().is_server_error());
            let (mut head, body) = answer.into_parts();
            remove_hop_by_hop(&mut head.headers);
            Response::from_parts(head, Either::Left(Counted { body, meter: shared.meter.clone(), answers: Some(ticket) }))
        }
        Ok(Err(error)) => {
            pending.answered(true);
            tracing::debug!(%error, address = %ticket.0.address, "an instance did not answer a request");
            say(StatusCode::BAD_GATEWAY, "The instance broke off before it answered.\n")
        }
        Err(_) => {
            pending.answered(true);
            say(StatusCode::GATEWAY_TIMEOUT, "The instance did not answer in time.\n")
        }
    }
}

fn say(status: StatusCode, sentence: &'static str) -> Answer {
    let mut answer = Response::new(Either::Right(Full::from(sentence)));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    answer
}

fn readdress(request: Request<Incoming>, instance: SocketAddr, peer: Option<SocketAddr>, meter: &Arc<Meter>) -> Request<Counted> {
    let (mut head, body) = request.into_parts();
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    head.uri = Uri::builder()
        .scheme("http")
        .authority(instance.to_string())
        .path_and_query(path)
        .build()
        .expect("an address and the path of a valid URI make a valid URI");
    head.version = hyper::Version::HTTP_11;
    remove_hop_by_hop(&mut head.headers);
    if let Some(from) = peer.and_then(|peer| HeaderValue::from_str(&peer.ip().to_string()).ok()) {
        head.headers.append("x-forwarded-for", from);
    }
    if let Some(host) = head.headers.get(header::HOST).cloned() {
        head.headers.entry("x-forwarded-host").or_insert(host);
    }
    head.headers.entry("x-forwarded-proto").or_insert(HeaderValue::from_static("http"));
    Request::from_parts(head, Counted { body, meter: meter.clone(), answers: None })
}

/// Also the headers that `Connection` names.
fn remove_hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named.iter().chain(&HOP_BY_HOP) {
        headers.remove(name);
    }
}

/// A body on its way, counted. An answer's body keeps its request unanswered until it ends.
pub(crate) struct Counted {
    body: Incoming,
    meter: Arc<Meter>,
    answers: Option<Ticket>,
}

impl Body for Counted {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        match &frame {
            Some(Ok(frame)) => self.meter.transferred(frame.data_ref().map_or(0, Bytes::len)),
            Some(Err(_)) if self.answers.is_some() => self.meter.broke_off(),
            Some(Err(_)) | None => {}
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
