//! What a caller over the network is told when a request is refused: RFC 9457 `application/problem+json`.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use headroom_core::policy::Fault;
use headroom_engine::error::{ErrorCode, WireError};
use serde::Serialize;

/// A refusal.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// The status of the answer.
    pub status: StatusCode,
    /// For programs.
    pub code: String,
    /// What happened, to what, and what to do.
    pub detail: String,
    /// Every fault of the input, each with its field.
    pub errors: Vec<Fault>,
    /// Seconds after which trying again makes sense, where it does.
    pub retry_after: Option<u64>,
}

#[derive(Serialize)]
struct Body<'a> {
    /// No page describes the kinds of problems one by one; the code names them (RFC 9457 §4.2.1).
    r#type: &'static str,
    title: &'a str,
    status: u16,
    code: &'a str,
    detail: &'a str,
    errors: &'a [Fault],
}

/// The media type of a refusal.
pub const MEDIA_TYPE: &str = "application/problem+json";

impl Problem {
    /// A refusal without single faults.
    pub fn new(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), detail: detail.into(), errors: Vec::new(), retry_after: None }
    }

    /// A request that cannot be read.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", detail)
    }

    /// One part of the request's address that is wrong.
    #[must_use]
    pub fn bad_parameter(name: &str, message: &str) -> Self {
        let fault = Fault { field: name.to_owned(), message: message.to_owned() };
        Self { errors: vec![fault], ..Self::bad_request(format!("{name}: {message}")) }
    }

    /// No token, or none that lets in.
    pub fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", detail)
    }

    /// Too many requests.
    #[must_use]
    pub fn too_many(retry_after: u64) -> Self {
        let detail = format!("Too many requests. Wait {retry_after} s, then go on more slowly.");
        Self { retry_after: Some(retry_after), ..Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", detail) }
    }
}

/// The status that an engine's refusal has.
#[must_use]
pub const fn status_of(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::BadRequest => StatusCode::BAD_REQUEST,
        ErrorCode::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorCode::NotFound => StatusCode::NOT_FOUND,
        ErrorCode::Conflict => StatusCode::CONFLICT,
        ErrorCode::Forbidden | ErrorCode::LocalOnly => StatusCode::FORBIDDEN,
        ErrorCode::Unavailable | ErrorCode::Storage => StatusCode::SERVICE_UNAVAILABLE,
    }
}

impl From<WireError> for Problem {
    fn from(error: WireError) -> Self {
        let code = match serde_json::to_value(error.code) {
            Ok(serde_json::Value::String(word)) => word,
            _ => String::from("unavailable"),
        };
        Self { status: status_of(error.code), code, detail: error.message, errors: error.errors, retry_after: None }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = Body {
            r#type: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Refused"),
            status: self.status.as_u16(),
            code: &self.code,
            detail: &self.detail,
            errors: &self.errors,
        };
        let text = serde_json::to_vec(&body).unwrap_or_default();
        let mut response = (self.status, [(header::CONTENT_TYPE, MEDIA_TYPE)], text).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
