//! The server as a client meets it: real TLS on a free port, with limits short enough to be reached.

use crate::common::client::Client;
use bytes::Bytes;
use countersign::{
    exchange::{Body, Handler, Incoming, Peer, full},
    limits,
    server::{Bound, LocalCa, Server, ServerOptions, Shutdown, Tls},
    telemetry::Metrics,
    time::Timestamp,
};
use http::{HeaderName, Request, Response, StatusCode, Version};
use http_body_util::{BodyExt, Empty};
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::{
    fs,
    net::SocketAddr,
    os::unix::fs::PermissionsExt,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Notify,
    task::JoinHandle,
    time::timeout,
};
use tokio_rustls::client::TlsStream;

type H1 = hyper::client::conn::http1::SendRequest<Empty<Bytes>>;
type H2 = hyper::client::conn::http2::SendRequest<Empty<Bytes>>;

/// `/slow` answers when it is released, `/panic` panics, everything else answers the protocol version.
#[derive(Clone, Default)]
struct Echo {
    arrived: Arc<Notify>,
    release: Arc<Notify>,
}

impl Handler for Echo {
    async fn handle(&self, request: Request<Incoming>, peer: Peer) -> Response<Body> {
        assert!(peer.address.ip().is_loopback());
        match request.uri().path() {
            "/panic" => panic!("on purpose"),
            "/slow" => {
                self.arrived.notify_one();
                self.release.notified().await;
            }
            _ => {}
        }
        Response::new(full(format!("{:?}", request.version())))
    }
}

struct Running {
    address: SocketAddr,
    tls: Tls,
    ca: LocalCa,
    echo: Echo,
    shutdown: Shutdown,
    done: JoinHandle<usize>,
    _dir: TempDir,
}

async fn start(adjust: impl FnOnce(&mut ServerOptions)) -> Running {
    let dir = tempfile::tempdir().unwrap();
    let ca = local_ca(dir.path());
    let tls = Tls::from_files(&ca.certificate, &ca.key).map_err(|e| e.message).unwrap();
    let mut options = ServerOptions::new(([127, 0, 0, 1], 0).into(), tls.clone(), Arc::new(Metrics::new()));
    adjust(&mut options);
    let bound: Bound = Server::bind(options).await.map_err(|e| e.message).unwrap();
    let (address, echo, shutdown) = (bound.local_addr(), Echo::default(), Shutdown::new());
    let done = tokio::spawn(bound.serve(echo.clone(), shutdown.clone()));
    Running { address, tls, ca, echo, shutdown, done, _dir: dir }
}

fn local_ca(dir: &Path) -> LocalCa {
    let now = std::time::UNIX_EPOCH.elapsed().unwrap();
    let now = Timestamp::from_micros(now.as_micros().try_into().unwrap());
    LocalCa::create_or_load(dir, &[], now).map_err(|e| e.message).unwrap()
}

impl Running {
    async fn connect(&self, alpn: &[&str]) -> std::io::Result<TlsStream<TcpStream>> {
        Client::new(self.address, &self.ca.ca).tls(alpn).await
    }

    async fn h1(&self) -> H1 {
        let stream = self.connect(&["http/1.1"]).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(b"http/1.1".as_slice()));
        let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        sender
    }

    async fn h2(&self, alpn: &[&str]) -> H2 {
        let io = TokioIo::new(self.connect(alpn).await.unwrap());
        let (sender, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), io).await.unwrap();
        tokio::spawn(connection);
        sender
    }
}

fn get(path: &str) -> Request<Empty<Bytes>> {
    Request::get(format!("https://localhost{path}")).header("host", "localhost").body(Empty::new()).unwrap()
}

async fn text(response: Response<Incoming>) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

/// Whatever the server still says, until it closes. Fails if it does not.
async fn read_to_close(stream: &mut (impl AsyncReadExt + Unpin)) -> String {
    let mut said = Vec::new();
    // A connection that is cut ends without TLS's goodbye.
    let _ = timeout(Duration::from_secs(5), stream.read_to_end(&mut said)).await.expect("the connection was closed");
    String::from_utf8_lossy(&said).into_owned()
}

#[tokio::test]
async fn alpn_or_the_first_bytes_choose_the_version() {
    let server = start(|_| {}).await;
    assert_eq!(text(server.h1().await.send_request(get("/")).await.unwrap()).await, "HTTP/1.1");
    for alpn in [["h2", "http/1.1"].as_slice(), &[]] {
        let response = server.h2(alpn).await.send_request(get("/")).await.unwrap();
        assert_eq!(response.version(), Version::HTTP_2);
        assert_eq!(text(response).await, "HTTP/2.0");
    }
}

#[tokio::test]
async fn a_panic_is_answered_and_the_connection_goes_on() {
    let server = start(|_| {}).await;
    let mut h1 = server.h1().await;
    let refused = h1.send_request(get("/panic")).await.unwrap();
    assert_eq!(refused.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(refused.headers()["content-type"], "application/json");
    assert_eq!(text(refused).await, "{}");
    assert_eq!(h1.send_request(get("/")).await.unwrap().status(), StatusCode::OK);

    let mut h2 = server.h2(&["h2"]).await;
    assert_eq!(h2.send_request(get("/panic")).await.unwrap().status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(h2.send_request(get("/")).await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn headers_have_a_size_and_a_number() {
    let server = start(|_| {}).await;
    let large = "x".repeat(limits::MAX_HEADER_BYTES);
    let with = |name: &str| {
        let mut request = get("/");
        request.headers_mut().insert(HeaderName::from_bytes(name.as_bytes()).unwrap(), large.parse().unwrap());
        request
    };
    let h1 = server.h1().await.send_request(with("x-large")).await.unwrap();
    assert_eq!(h1.status(), StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    // The client library itself may refuse to send what the server's settings forbid.
    if let Ok(h2) = server.h2(&["h2"]).await.send_request(with("x-large")).await {
        assert_eq!(h2.status(), StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    }

    let mut many = get("/");
    for number in 0..limits::MAX_HEADERS {
        let name = HeaderName::from_bytes(format!("x-{number}").as_bytes()).unwrap();
        many.headers_mut().insert(name, "1".parse().unwrap());
    }
    let many = server.h1().await.send_request(many).await.unwrap();
    assert_eq!(many.status(), StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
}

#[tokio::test]
async fn a_client_that_drips_its_headers_is_cut_and_a_quiet_one_is_not() {
    let server = start(|options| options.timeouts.headers = Duration::from_millis(250)).await;
    let mut quiet = server.h1().await;
    assert_eq!(text(quiet.send_request(get("/")).await.unwrap()).await, "HTTP/1.1");

    let mut slow = server.connect(&["http/1.1"]).await.unwrap();
    let start = Instant::now();
    let (mut reading, mut writing) = tokio::io::split(&mut slow);
    let drip = async {
        loop {
            let _ = writing.write_all(b"G").await.and(writing.flush().await);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::select! {
        said = read_to_close(&mut reading) => assert!(!said.contains("200 OK")),
        () = drip => {}
    }
    assert!(start.elapsed() >= Duration::from_millis(240));

    assert_eq!(text(quiet.send_request(get("/")).await.unwrap()).await, "HTTP/1.1");
}

#[tokio::test]
async fn an_idle_connection_is_closed() {
    let server = start(|options| options.timeouts.idle = Duration::from_millis(250)).await;
    let mut h1 = server.h1().await;
    assert_eq!(text(h1.send_request(get("/")).await.unwrap()).await, "HTTP/1.1");
    let mut h2 = server.h2(&["h2"]).await;
    assert_eq!(text(h2.send_request(get("/")).await.unwrap()).await, "HTTP/2.0");
    let closed = async {
        while !h1.is_closed() || !h2.is_closed() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(2), closed).await.expect("both are closed");
}

#[tokio::test]
async fn a_client_that_never_shakes_hands_is_dropped() {
    let server = start(|options| options.timeouts.handshake = Duration::from_millis(50)).await;
    let mut silent = TcpStream::connect(server.address).await.unwrap();
    read_to_close(&mut silent).await;
}

#[tokio::test]
async fn a_request_that_stands_still_is_cut() {
    let server = start(|options| options.timeouts.stall = Duration::from_millis(80)).await;
    assert!(server.h1().await.send_request(get("/slow")).await.is_err());
    assert!(server.h2(&["h2"]).await.send_request(get("/slow")).await.is_err());
}

#[tokio::test]
async fn a_client_beyond_the_limit_waits_for_another_to_leave() {
    let server = start(|options| options.max_connections = 1).await;
    let mut first = server.h1().await;
    assert_eq!(text(first.send_request(get("/")).await.unwrap()).await, "HTTP/1.1");
    assert!(timeout(Duration::from_millis(80), server.connect(&["http/1.1"])).await.is_err());
    drop(first);
    let second = timeout(Duration::from_secs(2), server.h1()).await.expect("a slot is free");
    assert!(!second.is_closed());
}

#[tokio::test]
async fn draining_answers_what_is_in_flight_and_refuses_what_is_new() {
    let server = start(|_| {}).await;
    let (mut h1, mut h2, mut idle) = (server.h1().await, server.h2(&["h2"]).await, server.h1().await);
    assert_eq!(text(idle.send_request(get("/")).await.unwrap()).await, "HTTP/1.1");
    let slow = [tokio::spawn(h1.send_request(get("/slow"))), tokio::spawn(h2.send_request(get("/slow")))];
    for _ in &slow {
        server.echo.arrived.notified().await;
    }
    server.shutdown.begin();
    let refused = async {
        while TcpStream::connect(server.address).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(2), refused).await.expect("the port is closed");
    assert!(!server.done.is_finished());

    server.echo.release.notify_waiters();
    for request in slow {
        assert_eq!(request.await.unwrap().unwrap().status(), StatusCode::OK);
    }
    assert_eq!(timeout(Duration::from_secs(2), server.done).await.expect("the server stops").unwrap(), 0);
    assert!(idle.is_closed());
}

#[tokio::test]
async fn draining_does_not_wait_for_ever() {
    let server = start(|options| options.drain_limit = Duration::from_millis(80)).await;
    let (mut h1, _idle) = (server.h1().await, server.h1().await);
    let request = tokio::spawn(h1.send_request(get("/slow")));
    server.echo.arrived.notified().await;
    server.shutdown.begin();
    assert_eq!(timeout(Duration::from_secs(2), server.done).await.expect("the server stops").unwrap(), 1);
    assert!(request.await.unwrap().is_err());
}

#[tokio::test]
async fn a_new_certificate_is_shown_to_new_connections_only() {
    let server = start(|_| {}).await;
    let shown = |stream: &TlsStream<TcpStream>| stream.get_ref().1.peer_certificates().unwrap()[0].to_vec();
    let mut old = server.h1().await;
    let before = shown(&server.connect(&[]).await.unwrap());

    tokio::spawn(server.tls.clone().follow(Duration::from_millis(10), server.shutdown.clone()));
    let other = tempfile::tempdir().unwrap();
    let renewed = local_ca(other.path());
    // Half of the renewal: the key does not belong to the certificate yet, so the old pair stays.
    fs::copy(&renewed.certificate, &server.ca.certificate).unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(server.tls.reload().is_err());
    assert_eq!(shown(&server.connect(&[]).await.unwrap()), before);

    fs::copy(&renewed.key, &server.ca.key).unwrap();
    fs::copy(&renewed.ca, &server.ca.ca).unwrap();
    let changed = async {
        loop {
            match server.connect(&[]).await {
                Ok(stream) if shown(&stream) != before => break,
                _ => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
    };
    timeout(Duration::from_secs(2), changed).await.expect("the new certificate is shown");
    assert_eq!(old.send_request(get("/")).await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let server = start(|_| {}).await;
    let refused = Server::bind(ServerOptions::new(server.address, server.tls.clone(), Arc::new(Metrics::new())))
        .await
        .unwrap_err();
    assert_eq!(refused.message, format!("{} is in use by another program", server.address));
}

#[test]
fn unusable_files_are_explained() {
    let dir = tempfile::tempdir().unwrap();
    let (ours, theirs) = (local_ca(&dir.path().join("a")), local_ca(&dir.path().join("b")));
    let explain = |certificate: &Path, key: &Path| Tls::from_files(certificate, key).unwrap_err().message.into_owned();
    let assert_in = |text: &str, message: String| assert!(message.contains(text), "{message:?} lacks {text:?}");

    let nowhere = dir.path().join("nowhere.pem");
    assert_in("nowhere.pem: cannot be read: No such file", explain(&nowhere, &ours.key));
    assert_in("nowhere.pem: there is no such file", explain(&ours.certificate, &nowhere));
    assert_in("does not belong to the certificate", explain(&ours.certificate, &theirs.key));
    assert_in("holds no certificate", explain(&ours.key, &ours.key));
    assert_in("holds no private key", explain(&ours.certificate, &ours.certificate));

    let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    fs::write(&theirs.key, encrypted).unwrap();
    assert_in("openssl pkey -in", explain(&ours.certificate, &theirs.key));

    fs::set_permissions(&ours.key, fs::Permissions::from_mode(0o644)).unwrap();
    assert_in(&format!("chmod 600 {}", ours.key.display()), explain(&ours.certificate, &ours.key));
}
