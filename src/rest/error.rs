//! A refusal as grpc-gateway writes it.

use crate::{
    api::{grpc_code, http_status},
    error::{Error, Kind},
    exchange::{Body, full},
};
use http::{
    HeaderValue, Response, StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
};
use serde::Serialize;

/// In the order in which the API reference shows it.
#[derive(Serialize)]
struct Status<'a> {
    code: u32,
    message: &'a str,
    details: Vec<Detail<'a>>,
}

#[derive(Serialize)]
struct Detail<'a> {
    #[serde(rename = "@type")]
    kind: &'static str,
    id: &'static str,
    message: &'a str,
}

const DETAIL_TYPE: &str = "type.googleapis.com/zitadel.v1.ErrorDetail";

/// `{"code":5,"message":"... (ID)","details":[...]}` with the status that belongs to the code.
pub fn response(refusal: &Error) -> Response<Body> {
    let detail = refusal.id.map(|id| Detail { kind: DETAIL_TYPE, id, message: &refusal.message });
    let status = Status {
        code: grpc_code(refusal.kind),
        message: &refusal.wire_message(),
        details: detail.into_iter().collect(),
    };
    // Text and numbers always become JSON.
    let body = serde_json::to_vec(&status).unwrap_or_default();
    let mut response = Response::new(full(body));
    *response.status_mut() =
        StatusCode::from_u16(http_status(refusal.kind)).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    match refusal.kind {
        Kind::Unauthenticated => headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")),
        Kind::ResourceExhausted | Kind::Unavailable => headers.insert(RETRY_AFTER, refusal.retry_after().into()),
        _ => None,
    };
    response
}
