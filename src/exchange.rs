//! What a face is given and what it gives back.
//!
//! The faces answer requests and the server carries them; neither imports the other, both import this.

use crate::limits::BODY_TIMEOUT;
use bytes::Bytes;
use http::{HeaderMap, Request, Response, header::USER_AGENT};
use http_body_util::{BodyExt, Empty, Full, LengthLimitError, Limited, combinators::UnsyncBoxBody};
use std::{
    borrow::Cow,
    future::Future,
    net::{IpAddr, SocketAddr},
};

/// The body of a request, as it arrives. It has no limit of its own: whoever reads it sets one.
pub use hyper::body::Incoming;

/// The body of a response.
pub type Body = UnsyncBoxBody<Bytes, Box<dyn std::error::Error + Send + Sync>>;

/// Who sent a request, as far as the transport knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// The other end of the TCP connection: the client, or the proxy before it. An IPv4 address stays one, also on a
    /// listener that takes both families.
    pub address: SocketAddr,
    /// For whom the connection is: the same, unless a proxy began it with another. `None` if it did not say.
    pub client: Option<IpAddr>,
}

impl Peer {
    /// A client that connected itself.
    pub fn direct(address: SocketAddr) -> Self {
        let address = SocketAddr::new(address.ip().to_canonical(), address.port());
        Self { address, client: Some(address.ip()) }
    }
}

/// Answers requests: the faces, seen from the server.
///
/// The server drops the returned future when the client goes away, at any `await`. What must not be left half done
/// belongs on a task or a thread of its own. A panic is answered with status 500.
pub trait Handler: Clone + Send + Sync + 'static {
    fn handle(&self, request: Request<Incoming>, peer: Peer) -> impl Future<Output = Response<Body>> + Send;
}

/// What a client says of itself; nothing if it says nothing.
pub fn user_agent(headers: &HeaderMap) -> Cow<'_, str> {
    headers.get(USER_AGENT).map(|value| String::from_utf8_lossy(value.as_bytes())).unwrap_or_default()
}

/// A body of these bytes.
pub fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

/// No body.
pub fn empty() -> Body {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

/// Why a request's body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyError {
    /// The connection broke, or the body is not what HTTP says it should be.
    Broken,
    /// Longer than the reader allows.
    TooLarge,
    /// Longer on its way than [`BODY_TIMEOUT`].
    TooSlow,
}

impl BodyError {
    /// In words for whoever sent it; `max` is the limit that was set.
    pub fn message(self, max: usize) -> Cow<'static, str> {
        match self {
            Self::Broken => "the body ended before it was complete".into(),
            Self::TooLarge => format!("the body is larger than {max} bytes").into(),
            Self::TooSlow => "the body came too slowly".into(),
        }
    }
}

/// All of a request's body, at most `max` bytes. One that says beforehand that it is longer is not read at all.
pub async fn read_body<B>(body: B, max: usize) -> Result<Bytes, BodyError>
where
    B: http_body::Body<Data = Bytes>,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    if body.size_hint().lower() > max as u64 {
        return Err(BodyError::TooLarge);
    }
    let read = tokio::time::timeout(BODY_TIMEOUT, Limited::new(body, max).collect());
    match read.await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(BodyError::TooLarge),
        Ok(Err(_)) => Err(BodyError::Broken),
        Err(_) => Err(BodyError::TooSlow),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        pin::Pin,
        task::{Context, Poll},
    };

    /// Comes in pieces, and does not say how many.
    struct Chunked(&'static [u8]);

    impl http_body::Body for Chunked {
        type Data = Bytes;
        type Error = std::io::Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<std::io::Result<http_body::Frame<Bytes>>>> {
            let (piece, rest) = self.0.split_at(self.0.len().min(2));
            self.0 = rest;
            Poll::Ready((!piece.is_empty()).then(|| Ok(http_body::Frame::data(Bytes::from_static(piece)))))
        }
    }

    #[tokio::test]
    async fn a_body_ends_at_its_limit() {
        assert_eq!(read_body(full("12345"), 5).await, Ok("12345".into()));
        assert_eq!(read_body(full("12345"), 4).await, Err(BodyError::TooLarge));
        assert_eq!(read_body(Chunked(b"12345"), 5).await, Ok("12345".into()));
        assert_eq!(read_body(Chunked(b"12345"), 4).await, Err(BodyError::TooLarge));
        assert_eq!(read_body(empty(), 0).await, Ok("".into()));
    }
}
