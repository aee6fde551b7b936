//! The first thing that a request meets: it gets an id, a face, and a line in the log.

mod client_address;
mod leftover;

use crate::{
    api::Api,
    app::App,
    exchange::{Body, Handler, Incoming, Peer},
    model::Network,
    rest::Rest,
    rpc::Rpc,
    telemetry::RequestIds,
    web::Web,
};
use http::{
    HeaderMap, HeaderName, HeaderValue, Request, Response,
    header::{CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS},
};
use leftover::Upload;
use std::{net::IpAddr, sync::Arc, time::Instant};
use tokio::sync::watch;
use tracing::Instrument;

/// All faces behind one port.
#[derive(Clone)]
pub struct Front {
    rest: Rest,
    rpc: Rpc,
    web: Web,
    ids: Arc<RequestIds>,
    /// Who may say for whom a request is.
    proxies: Arc<[Network]>,
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

impl Front {
    /// `stopping` becomes true when no answer may go on for ever.
    pub fn new(app: App, stopping: watch::Receiver<bool>) -> Self {
        let api = Arc::new(Api::new(app.clone()));
        Self {
            rest: Rest::new(api.clone()),
            rpc: Rpc::new(api, stopping),
            ids: Arc::new(RequestIds::new(&app.random)),
            proxies: app.settings.trusted_proxies.clone().into(),
            web: Web::new(app),
        }
    }

    /// The content type tells gRPC, the path the rest. What no face knows is refused in REST's shape.
    async fn answer(&self, request: Request<Upload>, remote: Option<IpAddr>) -> Response<Body> {
        let path = request.uri().path();
        if Rpc::serves(path) || is_grpc(request.headers()) {
            return self.rpc.handle(request, remote).await;
        }
        if self.web.serves(path) {
            return self.web.handle(request, remote).await;
        }
        self.rest.handle(request, remote).await
    }
}

impl Handler for Front {
    async fn handle(&self, request: Request<Incoming>, peer: Peer) -> Response<Body> {
        let started = Instant::now();
        let id = self.ids.accept_or_next(request.headers().get(REQUEST_ID).map(HeaderValue::as_bytes));
        let remote = client_address::resolve(peer.client, request.headers(), &self.proxies);
        // The query string stays out of the log: somebody will put a secret into it.
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        // Clients of gRPC know how streams end, and may keep theirs open until they are answered.
        let reads_leftover = !is_grpc(request.headers());
        let (request, leftover) = leftover::lend(request);
        let answered = async {
            let response = self.answer(request, remote).await;
            let (status, millis) = (response.status().as_u16(), started.elapsed().as_millis());
            tracing::info!(%method, path, status, millis, client = remote.map(tracing::field::display), "answered");
            response
        };
        let mut response = answered.instrument(id.span()).await;
        if reads_leftover {
            leftover.read().await;
        }
        let headers = response.headers_mut();
        if let Ok(id) = HeaderValue::try_from(id.to_string()) {
            headers.insert(REQUEST_ID, id);
        }
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        response
    }
}

fn is_grpc(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"application/grpc"))
}
