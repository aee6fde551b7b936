//! The description of the REST face. It was made when the program was built, so an answer costs nothing.

use super::reply;
use crate::{
    exchange::Body,
    proto::{OPENAPI, OPENAPI_TAG},
};
use bytes::Bytes;
use http::{HeaderMap, Response, header::IF_NONE_MATCH};

/// The document, or that the client has it already (RFC 9110 section 13.1.2).
pub(super) fn document(headers: &HeaderMap) -> Response<Body> {
    let known = headers.get_all(IF_NONE_MATCH).iter().any(|value| names(value.as_bytes(), OPENAPI_TAG.as_bytes()));
    match known {
        true => reply::not_modified(OPENAPI_TAG),
        false => reply::tagged(Bytes::from_static(OPENAPI.as_bytes()), OPENAPI_TAG),
    }
}

/// Whether a list of entity tags has this one. Weak ones count, too: proxies that compress make them weak.
fn names(list: &[u8], tag: &[u8]) -> bool {
    let mut tags = list.split(|&byte| byte == b',').map(<[u8]>::trim_ascii);
    tags.any(|one| one == b"*" || one.strip_prefix(b"W/").unwrap_or(one) == tag)
}
