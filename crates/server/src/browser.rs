//! The window's pages for a browser: the same ones that the desktop app shows, carried in this binary.

use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use rust_embed::RustEmbed;

use crate::problem::Problem;

/// Built by `npm run build` in `ui`. A build without them serves the API alone.
#[derive(RustEmbed)]
#[folder = "../../ui/dist"]
#[allow_missing = true]
struct Pages;

/// What our pages may do: load from here, talk to here, nothing else.
pub(crate) const POLICY: &str = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A file of the pages.
pub(crate) async fn serve(request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    let is_page = !path.starts_with("api/") && path != "api" && matches!(*request.method(), Method::GET | Method::HEAD);
    if !is_page {
        return nothing_here();
    }
    if let Some(file) = Pages::get(path) {
        let kept = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
        return answer(&request, file, kept);
    }
    // Places in the app are behind the address's #, so there is one page.
    match Pages::get("index.html") {
        Some(page) if path.is_empty() => answer(&request, page, "no-cache"),
        _ => nothing_here(),
    }
}

fn answer(request: &Request, file: rust_embed::EmbeddedFile, kept: &'static str) -> Response {
    let headers = [(header::CONTENT_TYPE, file.metadata.mimetype().to_owned()), (header::CACHE_CONTROL, kept.to_owned())];
    let body = if request.method() == Method::HEAD { Bytes::new() } else { Bytes::from(file.data.into_owned()) };
    (headers, body).into_response()
}

fn nothing_here() -> Response {
    Problem::new(StatusCode::NOT_FOUND, "not_found", "There is nothing under this address. See /openapi.json for what there is.")
        .into_response()
}
