//! The table as connectrpc asks for it.

use super::{From, error::connect_error, health, reflection};
use crate::{
    api::{Api, Call, Format, not_served},
    error::Error,
};
use bytes::Bytes;
use connectrpc::{
    CodecFormat, ConnectError, Dispatcher, EncodedBody, MethodDescriptor, Payload, RequestContext, Response,
    dispatcher::{RequestStream, StreamingResult, UnaryResult},
};
use std::{future::Future, sync::Arc};
use tokio::sync::watch;

/// Every procedure that is served.
pub struct Procedures {
    api: Arc<Api>,
    stopping: watch::Receiver<bool>,
}

impl Procedures {
    pub fn new(api: Arc<Api>, stopping: watch::Receiver<bool>) -> Self {
        Self { api, stopping }
    }

    /// Ends when the server is to stop.
    fn stop(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut stopping = self.stopping.clone();
        async move {
            let _ = stopping.wait_for(|stopping| *stopping).await;
        }
    }
}

impl Dispatcher for Procedures {
    fn lookup(&self, path: &str) -> Option<MethodDescriptor> {
        if path == health::WATCH {
            return Some(MethodDescriptor::server_streaming());
        }
        if reflection::PROCEDURES.contains(&path) {
            return Some(MethodDescriptor::bidi_streaming());
        }
        // What ZITADEL has and this server has not is known too: it is refused with a reason.
        let known = path == health::CHECK || path.starts_with("zitadel.") || self.api.find(path).is_some();
        known.then(|| MethodDescriptor::unary(false))
    }

    fn call_unary(&self, path: &str, context: RequestContext, request: Payload, format: CodecFormat) -> UnaryResult {
        if path == health::CHECK {
            return Box::pin(async move { health::check(&request.encoded()?, format) });
        }
        let (api, path) = (self.api.clone(), path.to_owned());
        Box::pin(async move {
            let format = wire_format(format)?;
            let remote = context.extensions().get::<From>().and_then(|From(remote)| *remote);
            let call = Call { headers: context.headers().clone(), body: request.encoded()?, format, remote };
            let answer = api.call(&path, call).await.map_err(|refusal| connect_error(&refusal))?;
            Ok(Response::new(EncodedBody::Contiguous(answer)))
        })
    }

    fn call_server_streaming(
        &self,
        path: &str,
        context: RequestContext,
        request: Bytes,
        format: CodecFormat,
    ) -> StreamingResult {
        match path {
            health::WATCH => {
                let stop = self.stop();
                Box::pin(async move { health::watch(&request, format, context.deadline(), stop) })
            }
            _ => refused(path),
        }
    }

    fn call_client_streaming(&self, path: &str, _: RequestContext, _: RequestStream, _: CodecFormat) -> UnaryResult {
        let refusal = connect_error(&not_served(path));
        Box::pin(async move { Err(refusal) })
    }

    fn call_bidi_streaming(
        &self,
        path: &str,
        _: RequestContext,
        requests: RequestStream,
        format: CodecFormat,
    ) -> StreamingResult {
        if reflection::PROCEDURES.contains(&path) {
            let stop = self.stop();
            return Box::pin(async move { Ok(reflection::answer(requests, format, stop)) });
        }
        refused(path)
    }
}

/// The format of a call's messages.
pub fn wire_format(format: CodecFormat) -> Result<Format, ConnectError> {
    match format {
        CodecFormat::Json => Ok(Format::Json),
        CodecFormat::Proto => Ok(Format::Proto),
        _ => Err(connect_error(&Error::invalid("messages are written as JSON or as binary protobuf"))),
    }
}

fn refused(path: &str) -> StreamingResult {
    let refusal = connect_error(&not_served(path));
    Box::pin(async move { Err(refusal) })
}
