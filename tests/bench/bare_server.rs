//! The least that a hyper and rustls server can do: as many bytes as Countersign answers, and nothing else. What a
//! token costs beyond this is ours.
//!
//! `bare-server ADDRESS CERTIFICATE KEY BYTES`

use countersign::{
    exchange::{Body, Handler, Incoming, Peer, full},
    server::{Server, ServerOptions, Shutdown, Tls},
    telemetry::Metrics,
};
use http::{Request, Response};
use http_body_util::BodyExt;
use std::sync::Arc;

#[derive(Clone)]
struct Bytes(bytes::Bytes);

impl Handler for Bytes {
    async fn handle(&self, request: Request<Incoming>, _: Peer) -> Response<Body> {
        let _ = request.into_body().collect().await;
        Response::new(full(self.0.clone()))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, address, certificate, key, bytes] = arguments.as_slice() else {
        return Err("usage: bare-server ADDRESS CERTIFICATE KEY BYTES".into());
    };
    let refused = |error: countersign::error::Error| error.message.into_owned();
    let tls = Tls::from_files(certificate, key).map_err(refused)?;
    let bound =
        Server::bind(ServerOptions::new(address.parse()?, tls, Arc::new(Metrics::new()))).await.map_err(refused)?;
    bound.serve(Bytes(vec![b'x'; bytes.parse()?].into()), Shutdown::new()).await;
    Ok(())
}
