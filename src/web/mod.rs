//! The face for everything that is neither gRPC nor REST: OAuth and OpenID Connect, the JWKS, health, metrics and the
//! description of REST.
//!
//! Only the configuration decides what is published: neither the `Host` header nor what a proxy says of the request
//! changes it.

mod oauth;
mod openapi;
mod ops;
mod reply;
mod route;

use crate::{app::App, exchange::Body, oauth::Discovery};
use bytes::Bytes;
use http::{Method, Request, Response};
use route::Route;
use std::{net::IpAddr, time::Instant};

/// Answers what is sent to its paths. Cheap to clone.
#[derive(Clone)]
pub struct Web {
    app: App,
    discovery: Discovery,
}

impl Web {
    pub fn new(app: App) -> Self {
        Self { discovery: Discovery::new(&app.settings), app }
    }

    /// Whether this face is the one to answer at `path`.
    pub fn serves(&self, path: &str) -> bool {
        Route::find(path).is_some()
    }

    pub async fn handle<B>(&self, request: Request<B>, remote: Option<IpAddr>) -> Response<Body>
    where
        B: http_body::Body<Data = Bytes> + Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let Some(route) = Route::find(request.uri().path()) else { return reply::not_found() };
        let (started, is_head) = (Instant::now(), request.method() == Method::HEAD);
        let response = match route.allows(request.method()) {
            true => self.answer(route, request, remote).await,
            false => reply::method_not_allowed(route.methods()),
        };
        self.app.metrics.request(route.name(), reply::outcome(response.status()), started.elapsed().as_secs_f64());
        if is_head { reply::without_body(response) } else { response }
    }

    async fn answer<B>(&self, route: Route, request: Request<B>, remote: Option<IpAddr>) -> Response<Body>
    where
        B: http_body::Body<Data = Bytes> + Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        match route {
            Route::OpenIdConfiguration => reply::document(self.discovery.openid.clone()),
            Route::OAuthMetadata => reply::document(self.discovery.oauth.clone()),
            Route::Authorize => reply::text(501, oauth::NO_LOGINS),
            Route::Keys => oauth::keys(&self.app),
            Route::Introspect | Route::Revoke | Route::Token | Route::Userinfo => {
                self.oauth(route, request, remote).await
            }
            Route::Healthz => reply::text(200, "ok"),
            Route::OpenApi => openapi::document(request.headers()),
            Route::Ready => ops::ready(&self.app),
            Route::Metrics => ops::metrics(&self.app),
            Route::GatewayHealthz => ops::gateway_healthz(&self.app),
        }
    }
}
