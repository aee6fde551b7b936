//! A client over TLS that trusts one authority: HTTP/1.1 or HTTP/2 by choice, or bare bytes.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, header::HOST};
use http_body_util::{BodyExt, Full};
use hyper::{
    body::Incoming,
    client::conn::{http1, http2},
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs::default_provider,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use serde_json::Value;
use std::{io, net::SocketAddr, path::Path, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Http {
    One,
    Two,
}

/// Opens connections to one server.
#[derive(Clone)]
pub struct Client {
    pub address: SocketAddr,
    roots: RootCertStore,
}

/// A connection that takes requests.
pub struct Connection(Sender);

enum Sender {
    One(http1::SendRequest<Full<Bytes>>),
    Two(http2::SendRequest<Full<Bytes>>),
}

/// A request, as a test spells it.
#[derive(Clone)]
pub struct Ask {
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub trailers: HeaderMap,
}

/// How long any answer may take. A test that waits longer has found a hang.
const PATIENCE: Duration = Duration::from_secs(20);

impl Client {
    pub fn new(address: SocketAddr, ca: &Path) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(ca).expect("a CA certificate")).expect("a usable CA");
        Self { address, roots }
    }

    /// A bare TLS connection that offers these protocols.
    pub async fn tls(&self, alpn: &[&str]) -> io::Result<TlsStream<TcpStream>> {
        self.tls_over(TcpStream::connect(self.address).await?, alpn).await
    }

    async fn tls_over(&self, tcp: TcpStream, alpn: &[&str]) -> io::Result<TlsStream<TcpStream>> {
        let mut config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .expect("TLS 1.2 and 1.3")
            .with_root_certificates(self.roots.clone())
            .with_no_client_auth();
        config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        let name = ServerName::try_from("localhost").expect("a name");
        TlsConnector::from(Arc::new(config)).connect(name, tcp).await
    }

    pub async fn connect(&self, http: Http) -> io::Result<Connection> {
        Ok(Connection(match http {
            Http::One => return self.connect_over(TcpStream::connect(self.address).await?).await,
            Http::Two => {
                let io = TokioIo::new(self.tls(&["h2"]).await?);
                let (sender, connection) =
                    http2::handshake(TokioExecutor::new(), io).await.map_err(io::Error::other)?;
                tokio::spawn(connection);
                Sender::Two(sender)
            }
        }))
    }

    /// HTTP/1.1 over a connection that is there already.
    pub async fn connect_over(&self, tcp: TcpStream) -> io::Result<Connection> {
        let io = TokioIo::new(self.tls_over(tcp, &["http/1.1"]).await?);
        let (sender, connection) = http1::handshake(io).await.map_err(io::Error::other)?;
        tokio::spawn(connection);
        Ok(Connection(Sender::One(sender)))
    }

    /// Asks on a connection of its own.
    pub async fn send(&self, http: Http, ask: Ask) -> Answer {
        self.connect(http).await.expect("a connection").send(ask).await
    }

    /// Writes these bytes over HTTP/1.1, and reads what the server says until it closes or says no more for a while.
    pub async fn raw(&self, bytes: impl AsRef<[u8]>) -> String {
        let mut stream = self.tls(&["http/1.1"]).await.expect("a connection");
        // A server that has refused the head need not read the rest.
        let _ = stream.write_all(bytes.as_ref()).await;
        let _ = stream.flush().await;
        read_all(&mut stream).await
    }
}

/// Whatever the server still says, until it closes or is silent for half a second after its last word.
pub async fn read_all(stream: &mut (impl AsyncReadExt + Unpin)) -> String {
    let mut said = Vec::new();
    let mut chunk = [0; 16 << 10];
    loop {
        let patience = if said.is_empty() { PATIENCE } else { Duration::from_millis(500) };
        match timeout(patience, stream.read(&mut chunk)).await {
            Ok(Ok(count)) if count > 0 => said.extend_from_slice(&chunk[..count]),
            _ => return String::from_utf8_lossy(&said).into_owned(),
        }
    }
}

impl Connection {
    /// The same connection once more, for requests at the same time. Only HTTP/2 can.
    pub fn share(&self) -> Self {
        match &self.0 {
            Sender::One(_) => panic!("HTTP/1.1 takes one request at a time"),
            Sender::Two(sender) => Self(Sender::Two(sender.clone())),
        }
    }

    pub async fn send(&mut self, ask: Ask) -> Answer {
        self.try_send(ask).await.expect("an answer")
    }

    /// Fails if the connection ends before the answer does.
    pub async fn try_send(&mut self, ask: Ask) -> Result<Answer, hyper::Error> {
        let asked = async { Answer::read(self.begin(ask).await?).await };
        timeout(PATIENCE, asked).await.expect("an answer in time")
    }

    /// Asks, and leaves the answer's body to be read as it comes.
    pub async fn begin(&mut self, ask: Ask) -> Result<Response<Incoming>, hyper::Error> {
        match &mut self.0 {
            Sender::One(sender) => {
                sender.ready().await?;
                sender.send_request(ask.build(Http::One)).await
            }
            Sender::Two(sender) => {
                sender.ready().await?;
                sender.send_request(ask.build(Http::Two)).await
            }
        }
    }
}

impl Ask {
    pub fn new(method: &str, path: impl Into<String>) -> Self {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        Self { method, path: path.into(), headers: HeaderMap::new(), body: Bytes::new() }
    }

    pub fn get(path: impl Into<String>) -> Self {
        Self::new("GET", path)
    }

    pub fn post(path: impl Into<String>) -> Self {
        Self::new("POST", path)
    }

    pub fn put(path: impl Into<String>) -> Self {
        Self::new("PUT", path)
    }

    pub fn delete(path: impl Into<String>) -> Self {
        Self::new("DELETE", path)
    }

    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a header name");
        self.headers.append(name, HeaderValue::from_bytes(value.as_ref()).expect("a header value"));
        self
    }

    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    pub fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json").body(body.to_string())
    }

    fn build(self, http: Http) -> Request<Full<Bytes>> {
        let uri = match http {
            Http::One => self.path,
            Http::Two => format!("https://localhost{}", self.path),
        };
        let mut request = Request::new(Full::new(self.body));
        *request.method_mut() = self.method;
        *request.uri_mut() = uri.parse().unwrap_or_else(|e| panic!("{uri}: {e}"));
        *request.headers_mut() = self.headers;
        if http == Http::One {
            request.headers_mut().entry(HOST).or_insert(HeaderValue::from_static("localhost"));
        }
        request
    }
}

impl Answer {
    async fn read(response: Response<Incoming>) -> Result<Self, hyper::Error> {
        let (head, body) = response.into_parts();
        let body = body.collect().await?;
        let trailers = body.trailers().cloned().unwrap_or_default();
        Ok(Self { status: head.status.as_u16(), headers: head.headers, body: body.to_bytes(), trailers })
    }

    /// A header, or an empty text if there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a readable header"))
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.to_vec()).expect("UTF-8")
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {:?}", self.body))
    }

    /// The JSON of an answer that must be a success.
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{:?}", self.body);
        self.json()
    }

    /// Everything that the server said, for looking for what must not be there.
    pub fn everything(&self) -> String {
        format!("{:?} {:?} {}", self.headers, self.trailers, String::from_utf8_lossy(&self.body))
    }
}
