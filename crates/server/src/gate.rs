//! Who is let in: by the name they called us, the page they come from, the token they show, and how often they come.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use headroom_engine::tokens::{Bearer, Refused};

use crate::door::Door;
use crate::problem::Problem;

/// Requests a second that a token may make where nobody set it.
pub const REQUESTS_PER_SECOND: NonZeroU32 = NonZeroU32::new(500).expect("not zero");
/// Requests a second that an address may make without a good token: enough for a page, too few to guess.
const STRANGER_REQUESTS_PER_SECOND: NonZeroU32 = NonZeroU32::new(20).expect("not zero");
/// Callers whose rate is remembered; when there are more, those that are back at their full rate are forgotten.
const MOST_REMEMBERED: usize = 10_000;

/// How the gate is set.
#[derive(Debug, Clone)]
pub struct GateSettings {
    /// Names under which we may be called, besides addresses and `localhost`.
    pub hosts: Vec<String>,
    /// Pages of other origins that may call us, as `https://dashboard.example.org`.
    pub origins: Vec<String>,
    /// Requests a second and token.
    pub requests_per_second: NonZeroU32,
}

impl Default for GateSettings {
    fn default() -> Self {
        Self { hosts: Vec::new(), origins: Vec::new(), requests_per_second: REQUESTS_PER_SECOND }
    }
}

/// Who is let in.
pub(crate) struct Gate {
    settings: GateSettings,
    by_token: DefaultKeyedRateLimiter<String>,
    by_address: DefaultKeyedRateLimiter<Option<IpAddr>>,
}

impl Gate {
    pub(crate) fn new(settings: GateSettings) -> Self {
        let twice = |rate: NonZeroU32| Quota::per_second(rate).allow_burst(rate.saturating_mul(NonZeroU32::new(2).unwrap_or(rate)));
        Self {
            by_token: RateLimiter::keyed(twice(settings.requests_per_second)),
            by_address: RateLimiter::keyed(twice(STRANGER_REQUESTS_PER_SECOND)),
            settings,
        }
    }

    /// Whether a request for this host may be for us. A page that was lured to our address still names its own host (DNS rebinding); one
    /// that names an address needs no name server, so it cannot be lured.
    fn knows_host(&self, authority: &str) -> bool {
        let Ok(authority) = authority.parse::<Authority>() else { return false };
        let host = authority.host();
        let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        address.parse::<IpAddr>().is_ok()
            || host.eq_ignore_ascii_case("localhost")
            || self.settings.hosts.iter().any(|known| known.eq_ignore_ascii_case(host))
    }

    /// Whether a page of this origin may call us under this host: our own pages, and those that were allowed.
    fn knows_origin(&self, origin: &str, host: &str) -> bool {
        let own = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        own.is_some_and(|own| own.eq_ignore_ascii_case(host)) || self.allows_origin(origin)
    }

    fn allows_origin(&self, origin: &str) -> bool {
        self.settings.origins.iter().any(|known| known.eq_ignore_ascii_case(origin))
    }

    fn slow_down(&self, bearer: &Bearer) -> Result<(), Problem> {
        if self.by_token.len() > MOST_REMEMBERED {
            self.by_token.retain_recent();
        }
        self.by_token
            .check_key(&bearer.token_id)
            .map_err(|early| Problem::too_many(seconds(early.wait_time_from(DefaultClock::default().now()))))
    }

    /// Counts a request that shows no good token.
    pub(crate) fn slow_down_stranger(&self, address: Option<IpAddr>) -> Result<(), Problem> {
        if self.by_address.len() > MOST_REMEMBERED {
            self.by_address.retain_recent();
        }
        self.by_address.check_key(&address).map_err(|early| Problem::too_many(seconds(early.wait_time_from(DefaultClock::default().now()))))
    }
}

/// Whole seconds, at least one.
fn seconds(wait: std::time::Duration) -> u64 {
    wait.as_millis().div_ceil(1_000).max(1).try_into().unwrap_or(u64::MAX)
}

/// The host that a request names: HTTP/2 has it in the address.
fn host_of<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Option<&'a str> {
    uri.authority().map(Authority::as_str).or_else(|| headers.get(header::HOST)?.to_str().ok())
}

/// First: is the request for us, and may its page ask? Answers preflights of the pages that were allowed (Fetch standard, CORS protocol).
pub(crate) async fn approach(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    let host = host_of(request.uri(), request.headers()).unwrap_or_default().to_owned();
    if request.headers().get_all(header::HOST).iter().count() > 1 || !gate.knows_host(&host) {
        let detail = "This Headroom is not known under that name. Call it by its address, or start it with --host NAME.";
        return Problem::new(StatusCode::FORBIDDEN, "unknown_host", detail).into_response();
    }
    let Some(origin) = request.headers().get(header::ORIGIN).cloned() else { return next.run(request).await };
    let text = origin.to_str().unwrap_or_default();
    if !gate.knows_origin(text, &host) {
        let detail = "Pages of that origin may not call this Headroom. Start it with --allow-origin to let them.";
        return Problem::new(StatusCode::FORBIDDEN, "unknown_origin", detail).into_response();
    }
    let allowed = gate.allows_origin(text);
    let is_preflight = request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if is_preflight && allowed { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    if allowed {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.append(header::VARY, HeaderValue::from_static("Origin"));
        if is_preflight {
            let say = |name: HeaderName, value: &'static str| (name, HeaderValue::from_static(value));
            headers.extend([
                say(header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, PATCH, DELETE"),
                say(header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type, idempotency-key, x-request-id"),
                say(header::ACCESS_CONTROL_MAX_AGE, "600"),
            ]);
        } else {
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("x-request-id, retry-after"));
        }
    }
    response
}

/// What anybody may ask: whether we are there, and the page of the browser, which asks for a token itself.
fn is_open(door: &Door, request: &Request) -> bool {
    let path = request.uri().path();
    let is_described = path == "/docs" || path == "/docs/page.js" || path == "/openapi.json";
    let is_page = !path.starts_with("/api/") && path != "/api" && path != "/metrics" && !is_described;
    path == "/health" || (is_described && door.is_loopback) || is_page
}

/// Second: who asks, and how often?
pub(crate) async fn admit(State(door): State<Door>, mut request: Request, next: Next) -> Response {
    let address = request.extensions().get::<ConnectInfo<std::net::SocketAddr>>().map(|info| info.0.ip());
    match bearer(&door, request.headers()) {
        Ok(bearer) => {
            if let Err(problem) = door.gate.slow_down(&bearer) {
                return problem.into_response();
            }
            request.extensions_mut().insert(bearer);
        }
        // A page is files: its first sight takes a few dozen of them.
        Err(NotIn::NoToken) if is_open(&door, &request) => {}
        Err(refused) => {
            if let Err(problem) = door.gate.slow_down_stranger(address) {
                return problem.into_response();
            }
            return Problem::unauthorized(refused.message()).into_response();
        }
    }
    next.run(request).await
}

enum NotIn {
    NoToken,
    Refused(Refused),
}

impl NotIn {
    const fn message(&self) -> &'static str {
        match self {
            Self::NoToken => "Show a token: `Authorization: Bearer …`. Make one in Settings or with `headroomd token create`.",
            Self::Refused(refused) => refused.message(),
        }
    }
}

fn bearer(door: &Door, headers: &HeaderMap) -> Result<Bearer, NotIn> {
    let mut shown = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(shown), None) = (shown.next(), shown.next()) else { return Err(NotIn::NoToken) };
    let text = shown.to_str().map_err(|_| NotIn::Refused(Refused::Unknown))?;
    let (scheme, token) = text.split_once(' ').ok_or(NotIn::Refused(Refused::Unknown))?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(NotIn::Refused(Refused::Unknown));
    }
    door.engine.authenticate(token.trim()).map_err(NotIn::Refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate() -> Gate {
        Gate::new(GateSettings {
            hosts: vec!["headroom.example.org".to_owned()],
            origins: vec!["https://dashboard.example.org".to_owned()],
            ..GateSettings::default()
        })
    }

    #[test]
    fn addresses_and_known_names_are_us() {
        for host in ["127.0.0.1:3000", "[::1]:3000", "localhost:3000", "LOCALHOST", "192.0.2.7", "headroom.example.org:443"] {
            assert!(gate().knows_host(host), "{host}");
        }
        for host in ["", "evil.example.org", "127.0.0.1.evil.example.org", "localhost.evil.example.org", "local host", "@", "user@"] {
            assert!(!gate().knows_host(host), "{host}");
        }
    }

    #[test]
    fn own_pages_and_allowed_ones_may_ask() {
        let gate = gate();
        assert!(gate.knows_origin("http://localhost:3000", "localhost:3000"));
        assert!(gate.knows_origin("https://dashboard.example.org", "localhost:3000"));
        for origin in ["http://localhost:3001", "http://evil.example.org", "null", "", "file://", "http://localhost:3000.evil.example.org"]
        {
            assert!(!gate.knows_origin(origin, "localhost:3000"), "{origin}");
        }
    }
}
