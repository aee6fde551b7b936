//! From a request to the handler and back: panics caught, the response followed to its end.

use super::activity;
use crate::exchange::{Body, Handler, Incoming, Peer, full};
use bytes::Bytes;
use http::{Request, Response, StatusCode, header::CONTENT_TYPE};
use http_body::{Frame, SizeHint};
use std::{
    any::Any,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{Context, Poll},
};

/// Hands a request to the handler. The request is in flight until the returned body ends or is dropped.
pub(super) async fn answer<H: Handler>(
    handler: H,
    request: Request<Incoming>,
    peer: Peer,
    flight: activity::Request,
) -> Response<Tracked> {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let response = Caught(Box::pin(async move { handler.handle(request, peer).await })).await;
    let response = response.unwrap_or_else(|panic| {
        tracing::error!(%method, path, panic = text_of(panic.as_ref()), "a request ended in a panic");
        internal_error()
    });
    response.map(|body| Tracked { body, flight })
}

/// A response body that reports its progress.
pub(super) struct Tracked {
    body: Body,
    flight: activity::Request,
}

impl http_body::Body for Tracked {
    type Data = Bytes;
    type Error = <Body as http_body::Body>::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        if frame.is_ready() {
            self.flight.touch();
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A future whose panic is a value.
///
/// Nothing is seen again of what the panic may have left half changed: the future is dropped, and what handlers share
/// is guarded by locks and transactions of its own.
struct Caught<F>(Pin<Box<F>>);

impl<F: Future> Future for Caught<F> {
    type Output = Result<F::Output, Box<dyn Any + Send>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match catch_unwind(AssertUnwindSafe(|| self.0.as_mut().poll(cx))) {
            Ok(poll) => poll.map(Ok),
            Err(panic) => Poll::Ready(Err(panic)),
        }
    }
}

fn internal_error() -> Response<Body> {
    let mut response = Response::new(full("{}"));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
    response
}

fn text_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no text")
}
