//! Whole REST requests of an administrator, from the path to the answer: whatever comes, the server is not at fault.
//!
//! Input: `METHOD path?query` in one line, then the body. `$U`, `$D` and `$O` in that line stand for the ids of the
//! administrator, of another user and of their organisation, which the fuzzer could not find.

use crate::server;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use serde_json::Value;

pub fn run(input: &[u8]) {
    let cut = input.iter().position(|&byte| byte == b'\n').unwrap_or(input.len());
    let Ok(line) = std::str::from_utf8(&input[..cut]) else { return };
    let body = input.get(cut + 1..).unwrap_or_default();
    let Some((method, target)) = line.split_once(' ') else { return };
    server::with(|server| {
        let kit = &*server;
        let target = target.replace("$U", &kit.admin).replace("$D", &kit.demo).replace("$O", &kit.org);
        let request = Request::builder()
            .method(method)
            .uri(target)
            .header("authorization", format!("Bearer {}", kit.admin_token))
            .body(Full::new(bytes::Bytes::copy_from_slice(body)));
        let Ok(request) = request else { return };
        let (status, answer) = server.runtime.block_on(async {
            let response = server.rest.handle(request, None).await;
            let status = response.status();
            (status, response.into_body().collect().await.expect("a whole body").to_bytes())
        });
        let json: Value = serde_json::from_slice(&answer).expect("the answer is JSON");
        assert!(json.is_object());
        assert!(status != StatusCode::INTERNAL_SERVER_ERROR, "{json}");
        assert_eq!(status.is_success(), json.get("code").is_none(), "{status} {json}");
        if status == StatusCode::UNAUTHORIZED || status == StatusCode::FORBIDDEN {
            server.retire();
        }
    });
}
