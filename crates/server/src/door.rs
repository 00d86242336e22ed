//! The door as a whole: what is behind it, who may come in, and the order in which a request is asked.
//!
//! A request passes: size and time limits → its `Host` and `Origin` → its token → its rate → its route. Socket.IO connections pass the first
//! two with every request, and the token when they connect.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use headroom_engine::Engine;

use crate::gate::{self, Gate, GateSettings};
use crate::problem::Problem;
use crate::replay::Replays;
use crate::{browser, openapi, rest, routes, socket};

/// The longest body that is taken.
pub const LONGEST_BODY: usize = 1 << 20;
/// A request that is not read and answered by then is given up; longer than an order may take.
const REQUEST_LIMIT: Duration = Duration::from_secs(60);

/// How a door is set.
#[derive(Debug, Clone, Default)]
pub struct DoorSettings {
    /// Who is let near it.
    pub gate: GateSettings,
    /// Whether it is open to this machine alone: then `/docs` and `/openapi.json` need no token.
    pub is_loopback: bool,
}

/// What the routes share.
#[derive(Clone)]
pub struct Door {
    pub(crate) engine: Engine,
    pub(crate) gate: Arc<Gate>,
    pub(crate) replays: Arc<Replays>,
    pub(crate) is_loopback: bool,
}

impl Door {
    /// A door to `engine`.
    #[must_use]
    pub fn new(engine: Engine, settings: DoorSettings) -> Self {
        let gate = Arc::new(Gate::new(settings.gate));
        Self { engine, gate, replays: Arc::default(), is_loopback: settings.is_loopback }
    }

    /// All routes, and what pushes events until the engine ends.
    pub fn router(&self) -> (Router, socket::Pusher) {
        let mut router = Router::new()
            .route("/health", get(rest::health))
            .route("/metrics", get(rest::metrics))
            .route("/openapi.json", get(openapi::document))
            .route("/docs", get(openapi::page))
            .route("/docs/page.js", get(openapi::script))
            .route("/api/operations/{name}", post(rest::operation));
        for route in routes::all() {
            router = router.route(route.path, rest::of(route));
        }
        let router = router
            .fallback(browser::serve)
            .method_not_allowed_fallback(wrong_method)
            .layer(DefaultBodyLimit::max(LONGEST_BODY))
            .layer(middleware::from_fn_with_state(self.clone(), gate::admit))
            .with_state(self.clone());
        let (sockets, pusher) = socket::layer(self);
        let router = router
            .layer(sockets)
            .layer(middleware::from_fn_with_state(self.gate.clone(), gate::approach))
            .layer(middleware::from_fn(in_time));
        (router, pusher)
    }
}

/// Bounds a request in time, names it, and says to browsers what they may do with the answer.
async fn in_time(request: axum::extract::Request, next: middleware::Next) -> Response {
    let id = request_id(request.headers().get(REQUEST_ID));
    let is_socket = request.uri().path().starts_with(socket::PATH);
    let answered = next.run(request);
    // A long-polling or upgraded connection has limits of its own.
    let mut response = if is_socket {
        answered.await
    } else {
        let late =
            || Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "The request took too long and was given up. Try again.");
        tokio::time::timeout(REQUEST_LIMIT, answered).await.unwrap_or_else(|_| late().into_response())
    };
    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, id);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(browser::POLICY));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The caller's own name for the request where it is short and plain, else a new one.
fn request_id(given: Option<&HeaderValue>) -> HeaderValue {
    let is_plain = |value: &&HeaderValue| {
        let bytes = value.as_bytes();
        (1..=100).contains(&bytes.len()) && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
    };
    given.filter(is_plain).cloned().unwrap_or_else(|| {
        let id = uuid::Uuid::new_v4().to_string();
        HeaderValue::from_str(&id).unwrap_or(HeaderValue::from_static("unnamed"))
    })
}

async fn wrong_method(method: Method) -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        format!("{method} is not taken here. See /openapi.json for what is."),
    )
}
