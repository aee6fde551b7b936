//! Request messages of every operation, in both formats, from an administrator: decoded, validated, done.
//!
//! Input: `p` for protobuf or anything else for JSON, and the procedure, in one line; then the message.

use crate::{route, server};
use countersign::{
    api::{Call, Format},
    error::Kind,
};
use http::{HeaderMap, HeaderValue};
use serde_json::Value;

pub fn run(input: &[u8]) {
    let Some((&format, mut body)) = input.split_first() else { return };
    let procedure = route::take(&mut body).procedure;
    if route::makes_a_key(procedure, body) {
        return;
    }
    let format = if format == b'p' { Format::Proto } else { Format::Json };
    server::with(|server| {
        let token = format!("Bearer {}", server.admin_token);
        let mut headers = HeaderMap::new();
        headers.insert("authorization", HeaderValue::from_str(&token).expect("a header"));
        let call = Call { headers, body: bytes::Bytes::copy_from_slice(body), format, remote: None };
        match server.runtime.block_on(server.api.call(procedure, call)) {
            Ok(answer) if format == Format::Json => {
                let answer: Value = serde_json::from_slice(&answer).expect("the answer is JSON");
                assert!(answer.is_object(), "{procedure}: {answer}");
            }
            Ok(_) => {}
            Err(refusal) if refusal.kind == Kind::Internal => panic!("{procedure}: {:?}", refusal.cause),
            Err(refusal) if matches!(refusal.kind, Kind::Unauthenticated | Kind::PermissionDenied) => server.retire(),
            Err(_) => {}
        }
    });
}
