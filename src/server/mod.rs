//! The server: one TLS port that speaks HTTP/1.1 and HTTP/2, and everything around it that is not a request.
//!
//! [`Server::bind`] opens the port, [`Bound::serve`] answers on it until a [`Shutdown`] begins:
//!
//! * `listener` accepts and counts; `proxy_protocol` hears for whom a connection is; `connection` does the handshake and holds the limits of `activity`;
//!   `service` calls the handler and survives its panics; `drain` ends it all;
//! * `tls` holds the certificate and exchanges it, `certificate` reads it, `self_signed` makes one;
//! * [`signals`] and [`systemd`] talk to whoever started the process.

mod activity;
mod certificate;
mod connection;
mod drain;
mod files;
mod listener;
mod proxy_protocol;
mod self_signed;
mod service;
pub mod signals;
pub mod systemd;
mod tls;

pub use drain::Shutdown;
pub use self_signed::LocalCa;
pub use tls::Tls;

use crate::{
    error::{Error, Kind, Result},
    exchange::Handler,
    limits,
    model::Network,
    telemetry::Metrics,
};
use connection::Connections;
use std::{future::Future, io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::net::TcpListener;

/// How a server listens and what it puts up with.
#[derive(Debug, Clone)]
pub struct ServerOptions {
    /// The address and port. Port 0 takes any that is free.
    pub listen: SocketAddr,
    pub tls: Tls,
    /// If set, connections come from proxies in these networks and begin with a PROXY header; others are cut.
    pub proxy_protocol: Option<Arc<[Network]>>,
    /// How many connections may be open at once; further ones wait.
    pub max_connections: usize,
    /// How long a stopping server waits for requests in flight.
    pub drain_limit: Duration,
    pub timeouts: Timeouts,
    /// Where open connections are counted.
    pub metrics: Arc<Metrics>,
}

/// How long a client may take for what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For the TLS handshake.
    pub handshake: Duration,
    /// For a request's headers, from their first byte; over HTTP/1 also from the handshake to the end of the first
    /// request's headers.
    pub headers: Duration,
    /// Between two requests.
    pub idle: Duration,
    /// For a request and its response to move on.
    pub stall: Duration,
    /// To close a connection that it was told is over.
    pub closing: Duration,
}

/// Opens ports.
#[derive(Debug)]
pub struct Server;

/// An open port on which nobody answers yet: clients that connect wait.
#[derive(Debug)]
pub struct Bound {
    listener: TcpListener,
    address: SocketAddr,
    options: ServerOptions,
}

impl ServerOptions {
    /// With the limits of [`crate::limits`].
    pub fn new(listen: SocketAddr, tls: Tls, metrics: Arc<Metrics>) -> Self {
        Self {
            listen,
            tls,
            proxy_protocol: None,
            max_connections: limits::MAX_CONNECTIONS,
            drain_limit: limits::DRAIN_TIMEOUT,
            timeouts: Timeouts::default(),
            metrics,
        }
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            handshake: limits::TLS_HANDSHAKE_TIMEOUT,
            headers: limits::HEADER_TIMEOUT,
            idle: limits::IDLE_TIMEOUT,
            stall: limits::STALL_TIMEOUT,
            closing: limits::CLOSING_TIMEOUT,
        }
    }
}

impl Server {
    /// Opens the port. Fails, with a text for the operator, if it is taken or not ours to take.
    pub async fn bind(options: ServerOptions) -> Result<Bound> {
        let refused = |e| cannot_listen(options.listen, &e);
        let listener = TcpListener::bind(options.listen).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        Ok(Bound { listener, address, options })
    }
}

impl Bound {
    /// Where clients reach it: the port that was chosen if the options said 0.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Answers with `handler` until the shutdown begins. Then the port is closed, idle connections end, requests in
    /// flight are answered for at most the drain limit, and the rest is cut.
    ///
    /// Gives the number of connections that were cut: 0 for a clean stop.
    pub fn serve<H: Handler>(self, handler: H, shutdown: Shutdown) -> impl Future<Output = usize> + Send {
        let Self { listener, options, .. } = self;
        let connections =
            Connections::new(&options.tls, options.proxy_protocol, options.timeouts, options.metrics.clone());
        let connections = Arc::new(connections);
        async move {
            let open = listener::accept(listener, connections, options.max_connections, handler, shutdown).await;
            let cut = drain::drain(open, options.drain_limit).await;
            if cut > 0 {
                tracing::warn!(connections = cut, limit = ?options.drain_limit, "requests did not end in time");
            }
            cut
        }
    }
}

fn cannot_listen(address: SocketAddr, error: &io::Error) -> Error {
    let text = match error.kind() {
        io::ErrorKind::AddrInUse => format!("{address} is in use by another program"),
        io::ErrorKind::AddrNotAvailable => format!("this machine has no address {}", address.ip()),
        io::ErrorKind::PermissionDenied => format!(
            "no permission to listen on {address}: ports below 1024 need CAP_NET_BIND_SERVICE \
             (systemd: AmbientCapabilities=CAP_NET_BIND_SERVICE)"
        ),
        _ => format!("cannot listen on {address}: {error}"),
    };
    Error::new(Kind::FailedPrecondition, text)
}
