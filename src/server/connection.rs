//! One connection: the handshake, then requests, until either side has had enough.

use super::{
    Timeouts,
    activity::{Activity, Reason, Watched},
    drain::Shutdown,
    proxy_protocol::{self, Source},
    service,
    tls::Tls,
};
use crate::{
    exchange::{Handler, Peer},
    limits,
    model::Network,
    telemetry::Metrics,
};
use http::Version;
use hyper::service::service_fn;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use std::{
    convert::Infallible,
    future::{Future, poll_fn},
    io,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    task::Poll,
    time::Duration,
};
use tokio::{
    net::TcpStream,
    time::{Instant, sleep_until, timeout},
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

/// What all connections of a listener share.
pub(super) struct Connections {
    acceptor: TlsAcceptor,
    /// Whose connections begin with a PROXY header, if any do: then all do.
    proxies: Option<Arc<[Network]>>,
    http: auto::Builder<TokioExecutor>,
    timeouts: Timeouts,
    metrics: Arc<Metrics>,
    /// When it was last said that a connection did not come from a proxy as it should.
    told: Mutex<Option<Instant>>,
}

/// How often that is said at most. Whoever can connect can be the reason.
const TOLD_EVERY: Duration = Duration::from_secs(1);

impl Connections {
    pub fn new(tls: &Tls, proxies: Option<Arc<[Network]>>, timeouts: Timeouts, metrics: Arc<Metrics>) -> Self {
        let (acceptor, http, told) = (tls.config().into(), http(&timeouts), Mutex::new(None));
        Self { acceptor, proxies, http, timeouts, metrics, told }
    }

    /// Serves a client that has just connected, until the connection is closed.
    pub async fn serve<H: Handler>(&self, stream: TcpStream, peer: Peer, handler: H, shutdown: Shutdown) {
        let _counted = self.metrics.connection();
        // Responses are written whole; waiting for more to put in the packet only delays them.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(peer = %peer.address, %error, "TCP_NODELAY was refused");
        }
        let handshake = timeout(self.timeouts.handshake, self.handshake(stream, peer));
        let handshake = tokio::select! {
            done = handshake => done,
            () = shutdown.wait() => return,
        };
        match handshake {
            Ok(Ok((stream, peer))) => self.exchange(stream, peer, handler, shutdown).await,
            Ok(Err(error)) => tracing::debug!(peer = %peer.address, %error, "the handshake failed"),
            Err(_) => tracing::debug!(peer = %peer.address, "the handshake took too long"),
        }
    }

    /// What stands before the first request: the proxy's word, if there is a proxy, and TLS.
    async fn handshake(&self, mut stream: TcpStream, peer: Peer) -> io::Result<(TlsStream<TcpStream>, Peer)> {
        let peer = self.introduce(&mut stream, peer).await.inspect_err(|error| self.tell(peer, error))?;
        Ok((self.acceptor.accept(stream).await?, peer))
    }

    /// A proxy that is set up wrongly would have nothing else to go by: all that its clients see is that they are cut off.
    fn tell(&self, peer: Peer, error: &io::Error) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_none_or(|told| told.elapsed() >= TOLD_EVERY) {
            *told = Some(Instant::now());
            tracing::warn!(peer = %peer.address, %error, "a connection was cut off, as it did not begin as a proxy's");
        }
    }

    async fn introduce(&self, stream: &mut TcpStream, peer: Peer) -> io::Result<Peer> {
        let Some(proxies) = &self.proxies else { return Ok(peer) };
        if !proxies.iter().any(|network| network.contains(peer.address.ip())) {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the address is not a proxy's"));
        }
        Ok(match proxy_protocol::read(stream).await? {
            Source::Proxy => peer,
            Source::Client(client) => Peer { client, ..peer },
        })
    }

    async fn exchange<H: Handler>(&self, stream: TlsStream<TcpStream>, peer: Peer, handler: H, shutdown: Shutdown) {
        let activity = Activity::new(stream.get_ref().1.alpn_protocol() == Some(b"h2"));
        let service = service_fn(|request: http::Request<_>| {
            let flight = activity.request(request.version() == Version::HTTP_2);
            let answer = service::answer(handler.clone(), request, peer, flight);
            async { Ok::<_, Infallible>(answer.await) }
        });
        let io = TokioIo::new(Watched { stream, activity: activity.clone() });
        let mut connection = pin!(self.http.serve_connection(io, service));

        let mut timeouts = self.timeouts;
        let mut stop = pin!(shutdown.wait());
        let mut closing = false;
        let mut alarm = pin!(sleep_until(activity.due(&timeouts).at));
        loop {
            let event = poll_fn(|cx| {
                if let Poll::Ready(end) = connection.as_mut().poll(cx) {
                    return Poll::Ready(Event::Closed(end.err()));
                }
                if !closing && stop.as_mut().poll(cx).is_ready() {
                    return Poll::Ready(Event::Shutdown);
                }
                // A limit that moves away needs no new alarm: the old one rings and is set again. One that comes
                // nearer comes with bytes, so this task was just woken.
                let due = activity.due(&timeouts);
                if due.at < alarm.deadline() {
                    alarm.as_mut().reset(due.at);
                }
                while alarm.as_mut().poll(cx).is_ready() {
                    let due = activity.due(&timeouts);
                    if due.at <= Instant::now() {
                        return Poll::Ready(Event::Due(due.reason));
                    }
                    alarm.as_mut().reset(due.at);
                }
                Poll::Pending
            });
            match event.await {
                Event::Closed(None) => return,
                Event::Closed(Some(error)) => {
                    return tracing::debug!(peer = %peer.address, error, "a connection ended early");
                }
                Event::Shutdown => {}
                Event::Due(Reason::Idle) if !closing => {}
                Event::Due(reason) => return tracing::debug!(peer = %peer.address, ?reason, "a connection was cut"),
            }
            // Requests in flight, also those that the client sent before it learns of this, are still answered.
            connection.as_mut().graceful_shutdown();
            closing = true;
            timeouts.idle = timeouts.closing;
            activity.touch();
        }
    }
}

enum Event {
    Closed(Option<Box<dyn std::error::Error + Send + Sync>>),
    Due(Reason),
    Shutdown,
}

fn http(timeouts: &Timeouts) -> auto::Builder<TokioExecutor> {
    let mut http = auto::Builder::new(TokioExecutor::new());
    http.http1()
        .timer(TokioTimer::new())
        // hyper counts the time between two requests as header time. [`Activity`] tells the two apart and acts first.
        .header_read_timeout(timeouts.idle + timeouts.headers)
        .max_buf_size(limits::MAX_HEADER_BYTES)
        .max_headers(limits::MAX_HEADERS);
    http.http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits::MAX_CONCURRENT_STREAMS)
        .max_header_list_size(limits::MAX_HEADER_BYTES as u32)
        // Fixed windows: adaptive ones grow to 16 MB a connection, and requests here are small.
        .initial_stream_window_size(limits::HTTP2_STREAM_WINDOW)
        .initial_connection_window_size(limits::HTTP2_CONNECTION_WINDOW)
        .max_send_buf_size(limits::HTTP2_SEND_BUFFER)
        .keep_alive_interval(limits::HTTP2_PING_INTERVAL)
        .keep_alive_timeout(limits::HTTP2_PING_TIMEOUT);
    http
}
