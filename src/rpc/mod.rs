//! The RPC face: gRPC, gRPC-Web and Connect (JSON and binary) over the operation table.
//!
//! The framing of all three is connectrpc's; what stands here is which procedures there are and how a refusal looks.

mod dispatch;
mod error;
mod health;
mod reflection;

use crate::{
    api::Api,
    exchange::Body,
    limits::{BODY_TIMEOUT, MAX_BODY_BYTES, MAX_CALL_TIME, MAX_MESSAGE_ELEMENT_BYTES},
};
use bytes::Bytes;
use connectrpc::{ConnectRpcService, DeadlinePolicy, Limits};
use dispatch::Procedures;
use http::{
    HeaderValue, Request, Response, StatusCode,
    header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE},
};
use http_body_util::BodyExt;
use std::{net::IpAddr, sync::Arc};
use tokio::sync::watch;
use tower_service::Service;

/// Serves every operation, and the health and reflection services of gRPC.
#[derive(Clone)]
pub struct Rpc {
    service: ConnectRpcService<Procedures>,
}

/// Where a call comes from, if anybody knows.
#[derive(Debug, Clone, Copy)]
struct From(Option<IpAddr>);

impl Rpc {
    /// Streams that would go on for ever end when `stopping` becomes true.
    pub fn new(api: Arc<Api>, stopping: watch::Receiver<bool>) -> Self {
        let limits = Limits::default()
            .with_max_request_body_size(MAX_BODY_BYTES)
            .with_max_message_size(MAX_BODY_BYTES)
            .with_element_memory_limit(MAX_MESSAGE_ELEMENT_BYTES);
        // A call that says nothing gets what a request over REST has, and none can ask for more: otherwise a client could
        // keep a body in memory for as long as it likes by never ending it. Streams of answers have limits of their own.
        let deadlines = DeadlinePolicy::new().with_default_timeout(BODY_TIMEOUT).with_max(MAX_CALL_TIME);
        let service = ConnectRpcService::new(Procedures::new(api, stopping));
        Self { service: service.with_limits(limits).with_deadline_policy(deadlines) }
    }

    /// Whether a path is a procedure's: `/package.Service/Method`.
    pub fn serves(path: &str) -> bool {
        let mut segments = path.strip_prefix('/').unwrap_or_default().split('/');
        let service = segments.next().unwrap_or_default();
        let method = segments.next().unwrap_or_default();
        service.contains('.') && !service.starts_with('.') && !method.is_empty() && segments.next().is_none()
    }

    /// Answers a call.
    pub async fn handle<B>(&self, mut request: Request<B>, remote: Option<IpAddr>) -> Response<Body>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: std::error::Error + Send + Sync + 'static,
    {
        let asked_in = request.headers().get(CONTENT_TYPE).cloned();
        // connectrpc hands this on to the procedure.
        request.extensions_mut().insert(From(remote));
        let Ok(response) = self.service.clone().call(request).await;
        let (mut head, body) = response.into_parts();
        head.headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        // `application/grpc` and `application/grpc+proto` are the same; the answer is named as the question was.
        if let Some(asked_in) = asked_in
            && let Some(answered_in) = head.headers.get_mut(CONTENT_TYPE)
            && answered_in.as_bytes().strip_suffix(b"+proto") == Some(asked_in.as_bytes())
        {
            *answered_in = asked_in;
        }
        if head.status == StatusCode::METHOD_NOT_ALLOWED {
            head.headers.entry(ALLOW).or_insert(HeaderValue::from_static("POST"));
        }
        Response::from_parts(head, body.map_err(Into::into).boxed_unsync())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn procedures_are_told_from_other_paths() {
        assert!(Rpc::serves("/zitadel.user.v2.UserService/AddSecret"));
        assert!(Rpc::serves("/grpc.health.v1.Health/Check"));
        for path in ["/", "/management/v1/users", "/.well-known/openid-configuration", "/a.b", "/a.b/", "/a.b/c/d"] {
            assert!(!Rpc::serves(path), "{path}");
        }
    }
}
