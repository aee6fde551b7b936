//! The health service of gRPC (grpc.health.v1). It answers whenever it is asked, so it says that the server serves;
//! whether changes can be stored is what `/debug/ready` tells.

use crate::proto::{
    ROUTES,
    grpc::health::v1::{HealthCheckRequest, HealthCheckResponse, health_check_response::ServingStatus},
};
use connectrpc::{
    CodecFormat, ConnectError, EncodedBody, EncodedResponse, EncodedStream, Response,
    codec::{decode_json, decode_proto, encode_json, encode_proto},
};
use futures_util::{StreamExt, stream};
use std::{
    future::{Future, pending},
    time::Instant,
};
use tokio::time::sleep_until;

pub const CHECK: &str = "grpc.health.v1.Health/Check";
pub const WATCH: &str = "grpc.health.v1.Health/Watch";

/// Whether the service that the request names is served; the whole server if it names none.
pub fn check(request: &[u8], format: CodecFormat) -> Result<EncodedResponse, ConnectError> {
    let request: HealthCheckRequest = match format {
        CodecFormat::Json => decode_json(request)?,
        _ => decode_proto(request)?,
    };
    if !is_served(&request.service) {
        return Err(ConnectError::not_found("unknown service"));
    }
    Ok(Response::new(encode(ServingStatus::SERVING, format)?))
}

/// Tells the present status, which does not change while the server runs, and at `stop` that it is over. Until then the
/// stream stays open, as the protocol asks, or until the client's deadline.
pub fn watch(
    request: &[u8],
    format: CodecFormat,
    deadline: Option<Instant>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<Response<EncodedStream>, ConnectError> {
    let request: HealthCheckRequest = match format {
        CodecFormat::Json => decode_json(request)?,
        _ => decode_proto(request)?,
    };
    let status = if is_served(&request.service) { ServingStatus::SERVING } else { ServingStatus::SERVICE_UNKNOWN };
    let first = encode(status, format);
    let end = async move {
        let late = async {
            match deadline {
                Some(deadline) => sleep_until(deadline.into()).await,
                None => pending().await,
            }
        };
        tokio::select! {
            () = stop => encode(ServingStatus::NOT_SERVING, format),
            () = late => Err(ConnectError::deadline_exceeded("the deadline has passed")),
        }
    };
    let statuses: EncodedStream = Box::pin(stream::iter([first]).chain(stream::once(end)));
    Ok(Response::new(statuses))
}

fn encode(status: ServingStatus, format: CodecFormat) -> Result<EncodedBody, ConnectError> {
    let response = HealthCheckResponse { status: status.into() };
    Ok(EncodedBody::Contiguous(match format {
        CodecFormat::Json => encode_json(&response)?,
        _ => encode_proto(&response)?,
    }))
}

fn is_served(service: &str) -> bool {
    service.is_empty() || ROUTES.iter().any(|route| route.procedure.split('/').next() == Some(service))
}
