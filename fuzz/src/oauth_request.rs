//! Whole requests to the OAuth endpoints: whatever comes, nobody gets a token but who has a secret, and the server is not
//! at fault.
//!
//! Input, in lines: `METHOD path?query`; the `Authorization` header; the form. `$` alone as the header stands for the
//! credentials of a machine user, and `$T` in the form for a token that it once got.

use crate::{
    route,
    server::{self, Server},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use http::{Request, header::HeaderValue};
use http_body_util::{BodyExt, Full};
use serde_json::Value;
use std::net::Ipv4Addr;

pub fn run(input: &[u8]) {
    let mut form = input;
    let Ok(line) = std::str::from_utf8(route::line(&mut form)) else { return };
    let Some((method, target)) = line.split_once(' ') else { return };
    let header = route::line(&mut form);
    server::with(|server| {
        let secret = format!("Basic {}", BASE64_STANDARD.encode(format!("demo:{}", server.demo_secret)));
        let header = if header == b"$" { secret.as_bytes() } else { header };
        let Ok(authorization) = HeaderValue::from_bytes(header) else { return };
        let Some((status, answer)) = send(server, method, target, authorization, &with_token(server, form)) else {
            return;
        };
        assert!(status != 500, "{status} {}", String::from_utf8_lossy(&answer));
        let json: Option<Value> = serde_json::from_slice(&answer).ok();
        if let Some(token) = json.as_ref().and_then(|json| json.get("access_token")) {
            assert_eq!(header, secret.as_bytes(), "a secret was guessed");
            server.token = token.as_str().expect("text").into();
        }
        if json.is_some_and(|json| json.get("active") == Some(&Value::Bool(true))) {
            assert_eq!(header, secret.as_bytes(), "a stranger learned something");
        }
    });
}

fn send(
    server: &Server,
    method: &str,
    target: &str,
    authorization: HeaderValue,
    form: &[u8],
) -> Option<(u16, bytes::Bytes)> {
    let request = Request::builder()
        .method(method)
        .uri(target)
        .header("authorization", authorization)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Full::new(bytes::Bytes::copy_from_slice(form)))
        .ok()?;
    if !server.web.serves(request.uri().path()) {
        return None;
    }
    Some(server.runtime.block_on(async {
        let response = server.web.handle(request, Some(Ipv4Addr::LOCALHOST.into())).await;
        let status = response.status().as_u16();
        (status, response.into_body().collect().await.expect("a whole body").to_bytes())
    }))
}

fn with_token(server: &Server, form: &[u8]) -> Vec<u8> {
    match form.windows(2).position(|two| two == b"$T") {
        Some(at) => [&form[..at], server.token.as_bytes(), &form[at + 2..]].concat(),
        None => form.into(),
    }
}
