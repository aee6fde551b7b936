//! A refusal as the RPC protocols carry it.

use crate::{
    api::grpc_code,
    error::{Error, Kind},
    proto::zitadel::v1::ErrorDetail,
};
use connectrpc::{ConnectError, ErrorCode, ErrorDetail as Detail};
use http::{
    HeaderMap, HeaderValue,
    header::{RETRY_AFTER, WWW_AUTHENTICATE},
};
use serde_json::json;

/// The same code, text and `zitadel.v1.ErrorDetail` on all of them.
pub fn connect_error(refusal: &Error) -> ConnectError {
    let code = ErrorCode::from_grpc_code(grpc_code(refusal.kind)).unwrap_or(ErrorCode::Unknown);
    let error = ConnectError::new(code, refusal.wire_message()).with_headers(headers(refusal));
    match refusal.id {
        Some(id) => {
            let message = ErrorDetail { id: id.into(), message: refusal.message.clone().into() };
            let mut detail = Detail::from_message("zitadel.v1.ErrorDetail", &message);
            detail.debug = Some(json!({ "id": id, "message": refusal.message }));
            error.with_detail(detail)
        }
        None => error,
    }
}

fn headers(refusal: &Error) -> HeaderMap {
    let mut headers = HeaderMap::new();
    match refusal.kind {
        Kind::Unauthenticated => headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")),
        Kind::ResourceExhausted | Kind::Unavailable => headers.insert(RETRY_AFTER, refusal.retry_after().into()),
        _ => None,
    };
    headers
}
