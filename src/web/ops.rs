//! Health and metrics.

use super::reply;
use crate::{app::App, exchange::Body, telemetry::metrics::Metrics};
use http::Response;
use serde_json::json;

/// Whether to send requests here. ZITADEL says no with 412.
pub(super) fn ready(app: &App) -> Response<Body> {
    match not_ready(app) {
        None => reply::json(200, &"ok"),
        Some(reason) => reply::json(412, &json!({ "error": reason })),
    }
}

/// Readiness in the shape of gRPC's health message; unlike `rpc::health` it also says whether changes can be stored.
pub(super) fn gateway_healthz(app: &App) -> Response<Body> {
    match not_ready(app) {
        None => reply::json(200, &json!({ "status": "SERVING" })),
        Some(_) => reply::json(503, &json!({ "status": "NOT_SERVING" })),
    }
}

pub(super) fn metrics(app: &App) -> Response<Body> {
    if !app.settings.metrics {
        return reply::not_found();
    }
    app.metrics.set_database_bytes(app.store.file_bytes());
    reply::page(Metrics::CONTENT_TYPE, app.metrics.render())
}

fn not_ready(app: &App) -> Option<&'static str> {
    if !app.store.is_writable() {
        return Some("the database accepts no more changes");
    }
    if app.keys.load().active(app.settings.signing_algorithm).is_none() {
        return Some("the signing key is being made");
    }
    None
}
