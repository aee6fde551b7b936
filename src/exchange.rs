//! What a face is given and what it gives back.
//!
//! The faces answer requests and the server carries them; neither imports the other, both import this.

use crate::{
    error::{Error, Result},
    limits::BODY_TIMEOUT,
};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Empty, Full, LengthLimitError, Limited, combinators::UnsyncBoxBody};
use std::{future::Future, net::SocketAddr};

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
}

/// Answers requests: the faces, seen from the server.
///
/// The server drops the returned future when the client goes away, at any `await`. What must not be left half done
/// belongs on a task or a thread of its own. A panic is answered with status 500.
pub trait Handler: Clone + Send + Sync + 'static {
    fn handle(&self, request: Request<Incoming>, peer: Peer) -> impl Future<Output = Response<Body>> + Send;
}

/// A body of these bytes.
pub fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

/// No body.
pub fn empty() -> Body {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

/// Reads a whole body of at most `most` bytes, within [`BODY_TIMEOUT`].
pub async fn read_body<B>(body: B, most: usize) -> Result<Bytes>
where
    B: http_body::Body<Data = Bytes> + Send,
    B::Error: std::error::Error + Send + Sync + 'static,
{
    let whole = Limited::new(Box::pin(body), most).collect();
    let read =
        tokio::time::timeout(BODY_TIMEOUT, whole).await.map_err(|_| Error::invalid("the body came too slowly"))?;
    let read = read.map_err(|e| match e.is::<LengthLimitError>() {
        true => Error::invalid(format!("the body is larger than {most} bytes")),
        false => Error::invalid("the body ended before it was complete"),
    })?;
    Ok(read.to_bytes())
}
