//! The `authorization` and `x-zitadel-orgid` headers of the API: nobody gets in but who has a token.
//!
//! Input: two lines, one for each header. `$` alone in the first is the administrator's token, so that the second
//! header meets a caller, too.

use crate::server;
use countersign::{
    api::{Call, Format},
    error::Kind,
};
use http::{HeaderMap, HeaderValue};

pub fn run(input: &[u8]) {
    let cut = input.iter().position(|&byte| byte == b'\n').unwrap_or(input.len());
    let (authorization, org) = (&input[..cut], input.get(cut + 1..).unwrap_or_default());
    server::with(|server| {
        let right = format!("Bearer {}", server.admin_token);
        let authorization = if authorization == b"$" { right.as_bytes() } else { authorization };
        let mut headers = HeaderMap::new();
        for (name, value) in [("authorization", authorization), ("x-zitadel-orgid", org)] {
            let Ok(value) = HeaderValue::from_bytes(value) else { return };
            headers.insert(name, value);
        }
        let call = Call { headers, body: bytes::Bytes::new(), format: Format::Json, remote: None };
        let answer = server.runtime.block_on(server.api.call(PROCEDURE, call));
        match answer {
            Ok(_) => assert_eq!(authorization, right.as_bytes(), "a token was guessed"),
            Err(refusal) => assert!(refusal.kind != Kind::Internal, "{:?}", refusal.cause),
        }
    });
}

const PROCEDURE: &str = "zitadel.management.v1.ManagementService/ListUsers";
