//! What is left of a request's body when its answer is ready.
//!
//! An answer that is sent before the body has come to its end makes HTTP/2 reset the stream, and HTTP/1 close the
//! connection. Both are allowed, and both make some clients lose the answer: curl before version 8 does. So a little of
//! what nobody wants to know is read all the same, and dropped, before the answer goes out.

use crate::{
    exchange::Incoming,
    limits::{MAX_LEFTOVER_BYTES, MAX_LEFTOVER_TIME},
};
use bytes::Bytes;
use http::{Request, Version, header::EXPECT};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use std::{
    pin::Pin,
    task::{Context, Poll},
};
use tokio::sync::oneshot;

/// A request's body that comes back to [`Leftover`] when its reader drops it before its end.
pub(super) struct Upload {
    body: Option<Incoming>,
    back: Option<oneshot::Sender<Incoming>>,
    /// Whether the client asked first, and was not told yet to send the body: it shall hear the answer instead.
    is_held_back: bool,
}

/// Where the body comes back to.
pub(super) struct Leftover(oneshot::Receiver<Incoming>);

/// Lends a request's body to whoever answers.
pub(super) fn lend(request: Request<Incoming>) -> (Request<Upload>, Leftover) {
    let (sender, receiver) = oneshot::channel();
    // Over HTTP/2 clients send the body all the same after a moment, as nobody tells them to.
    let is_held_back = request.headers().contains_key(EXPECT) && request.version() < Version::HTTP_2;
    (request.map(|body| Upload { body: Some(body), back: Some(sender), is_held_back }), Leftover(receiver))
}

impl Leftover {
    /// Reads what is left to its end, as far as that is near. Nothing is left of a body that its reader still has.
    pub async fn read(mut self) {
        let Ok(mut body) = self.0.try_recv() else { return };
        let mut left = MAX_LEFTOVER_BYTES;
        if body.size_hint().lower() > left {
            return;
        }
        let to_the_end = async {
            while let Some(Ok(frame)) = body.frame().await {
                let length = frame.data_ref().map_or(0, |data| data.len() as u64);
                let Some(rest) = left.checked_sub(length) else { return };
                left = rest;
            }
        };
        // Whoever sends so slowly gets the answer as it is.
        let _ = tokio::time::timeout(MAX_LEFTOVER_TIME, to_the_end).await;
    }
}

impl Body for Upload {
    type Data = Bytes;
    type Error = <Incoming as Body>::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.is_held_back = false;
        self.body.as_mut().map_or(Poll::Ready(None), |body| Pin::new(body).poll_frame(cx))
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(SizeHint::default, Body::size_hint)
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if let (Some(body), Some(back)) = (self.body.take(), self.back.take())
            && !body.is_end_stream()
            && !self.is_held_back
        {
            // Nobody waits for it if the answer went out before.
            let _ = back.send(body);
        }
    }
}
