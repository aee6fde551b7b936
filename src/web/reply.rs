//! Responses. None may be taken for another type than it says, and only what is public may be kept by a cache.

use crate::{
    error::whole_seconds,
    exchange::{Body, empty, full},
    oauth::OAuthError,
};
use bytes::Bytes;
use http::{
    HeaderName, HeaderValue, Response, StatusCode,
    header::{
        ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE,
        X_CONTENT_TYPE_OPTIONS,
    },
};
use http_body::Body as _;
use serde::Serialize;

const JSON: &str = "application/json";
const TEXT: &str = "text/plain; charset=utf-8";

pub(super) fn json(status: u16, value: &impl Serialize) -> Response<Body> {
    match serde_json::to_vec(value) {
        Ok(body) => uncached(status, JSON, body.into()),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written as JSON");
            uncached(500, JSON, Bytes::from_static(b"{}"))
        }
    }
}

/// JSON that was made before.
pub(super) fn document(bytes: Bytes) -> Response<Body> {
    uncached(200, JSON, bytes)
}

/// A JWK Set. A client that meets a key that it does not know asks again, whatever it keeps.
pub(super) fn keys(jwks: Bytes) -> Response<Body> {
    with(with(response(200, jwks), CONTENT_TYPE, JSON), CACHE_CONTROL, "max-age=300, must-revalidate")
}

/// JSON that was made before and changes only with the program: whoever keeps it asks whether it is still the same.
pub(super) fn tagged(bytes: Bytes, tag: &'static str) -> Response<Body> {
    with(with(with(response(200, bytes), CONTENT_TYPE, JSON), CACHE_CONTROL, "no-cache"), ETAG, tag)
}

/// What the client keeps is still the same.
pub(super) fn not_modified(tag: &'static str) -> Response<Body> {
    with(with(response(304, Bytes::new()), CACHE_CONTROL, "no-cache"), ETAG, tag)
}

pub(super) fn text(status: u16, text: &'static str) -> Response<Body> {
    uncached(status, TEXT, Bytes::from_static(text.as_bytes()))
}

pub(super) fn page(content_type: &'static str, page: String) -> Response<Body> {
    uncached(200, content_type, page.into())
}

/// An answer that says no more than that all is well. It is JSON all the same: some clients read no answer of another
/// type, and others read every answer of this one.
pub(super) fn done() -> Response<Body> {
    uncached(200, JSON, Bytes::from_static(b"{}"))
}

/// What HEAD gets: the headers, and how long the body would be (RFC 9110 section 9.3.2). HTTP/2 does not drop a body
/// by itself.
pub(super) fn without_body(response: Response<Body>) -> Response<Body> {
    let (mut parts, body) = response.into_parts();
    if let Some(length) = body.size_hint().exact() {
        parts.headers.insert(CONTENT_LENGTH, length.into());
    }
    Response::from_parts(parts, empty())
}

pub(super) fn refusal(refusal: &OAuthError) -> Response<Body> {
    let mut response = json(refusal.status, refusal);
    if let Some(wait) = refusal.wait {
        response.headers_mut().insert(RETRY_AFTER, whole_seconds(wait).into());
    }
    match refusal.challenge {
        Some(challenge) => with(response, WWW_AUTHENTICATE, challenge),
        None => response,
    }
}

pub(super) fn method_not_allowed(methods: &'static str) -> Response<Body> {
    with(text(405, "Method not allowed"), ALLOW, methods)
}

pub(super) fn not_found() -> Response<Body> {
    text(404, "Not found")
}

/// A status as a word for the metrics.
pub(super) fn outcome(status: StatusCode) -> &'static str {
    match status.as_u16() {
        200..=299 | 304 => "ok",
        401 => "unauthenticated",
        404 => "not_found",
        408 => "deadline_exceeded",
        412 | 503 => "unavailable",
        413 | 429 => "resource_exhausted",
        400..=404 | 415 => "invalid_argument",
        405 | 501 => "unimplemented",
        _ => "internal",
    }
}

fn uncached(status: u16, content_type: &'static str, body: Bytes) -> Response<Body> {
    let response = with(response(status, body), CONTENT_TYPE, content_type);
    with(with(response, CACHE_CONTROL, "no-store"), PRAGMA, "no-cache")
}

fn response(status: u16, body: Bytes) -> Response<Body> {
    let mut response = Response::new(full(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    with(response, X_CONTENT_TYPE_OPTIONS, "nosniff")
}

fn with(mut response: Response<Body>, name: HeaderName, value: &'static str) -> Response<Body> {
    response.headers_mut().insert(name, HeaderValue::from_static(value));
    response
}
