//! The REST face: plain HTTP and JSON over the operation table, as the protos' HTTP annotations say.

mod csv;
mod error;
mod routes;
mod transcode;

use crate::{
    api::{Api, Call, Format},
    error::{Error, Kind, Result},
    exchange::{Body, full, read_body},
    limits::MAX_BODY_BYTES,
    model::fault,
};
use bytes::Bytes;
use http::{
    HeaderValue, Request, Response, StatusCode,
    header::{ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE},
};
pub use routes::HUMAN_PATHS;
use routes::{Found, Routes};
use std::{net::IpAddr, sync::Arc};

/// Serves every operation that has an HTTP rule.
#[derive(Clone)]
pub struct Rest {
    api: Arc<Api>,
    routes: Arc<Routes>,
}

impl Rest {
    pub fn new(api: Arc<Api>) -> Self {
        Self { api, routes: Arc::new(Routes::new()) }
    }

    /// Answers a request to any path: one that is not known is refused in this face's shape.
    pub async fn handle<B>(&self, request: Request<B>, remote: Option<IpAddr>) -> Response<Body>
    where
        B: http_body::Body<Data = Bytes> + Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (head, body) = request.into_parts();
        let (route, rest, variables) = match self.routes.find(head.method.as_str(), head.uri.path()) {
            Found::Route { route, rest, variables } => (route, rest, variables),
            Found::OtherMethods(allowed) => return method_not_allowed(&allowed),
            Found::Human => return error::response(&fault::HUMANS_UNSUPPORTED.into()),
            Found::Nothing => return error::response(&Error::new(Kind::NotFound, "Not Found")),
        };
        let table = csv::Table::wanted(route.procedure, &head.headers);
        let answer = async {
            if head.headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
                return Err(Error::invalid("a compressed body is not accepted here"));
            }
            let body = match rest.body || route.request.is_own() {
                true => read_body(body, MAX_BODY_BYTES).await.map_err(|e| Error::invalid(e.message(MAX_BODY_BYTES)))?,
                false => Bytes::new(),
            };
            let body = transcode::message(route.request, rest, &variables, head.uri.query(), body)?;
            let call = Call { headers: head.headers, body, format: Format::Json, remote };
            self.api.call(route.procedure, call).await
        };
        match answer.await {
            Ok(json) => match table {
                Some(table) => table.response(&json).unwrap_or_else(|error| error::response(&error)),
                None => success(rest.success, json),
            },
            Err(refusal) => error::response(&refusal),
        }
    }
}

fn success(status: u16, json: Bytes) -> Response<Body> {
    let mut response = answer(json, "application/json");
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    response
}

fn answer(body: Bytes, content_type: &'static str) -> Response<Body> {
    let mut response = Response::new(full(body));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    // Any answer of the API may hold a secret, and none is worth keeping.
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn method_not_allowed(allowed: &str) -> Response<Body> {
    let refusal = Error::new(Kind::Unimplemented, "Method Not Allowed");
    let mut response = error::response(&refusal);
    *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    if let Ok(allowed) = HeaderValue::from_str(allowed) {
        response.headers_mut().insert(ALLOW, allowed);
    }
    response
}

/// Reads a request's body as the REST face does, for the fuzzer: the JSON of the request message.
pub fn read_message(
    procedure: &str,
    variables: &[(String, String)],
    query: Option<&str>,
    body: &[u8],
) -> Result<Bytes> {
    let route = crate::proto::ROUTES.iter().find(|route| route.procedure == procedure);
    let route = route.ok_or_else(|| crate::api::not_served(procedure))?;
    let rest = route.rest.first().ok_or_else(|| crate::api::not_served(procedure))?;
    transcode::message(route.request, rest, variables, query, Bytes::copy_from_slice(body))
}
