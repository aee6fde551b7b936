//! Answers that are ready before the request's body was sent: they must arrive all the same, with nothing after them.

use crate::common::{client::Client, server::Server};
use bytes::{Buf, BufMut, BytesMut};
use countersign::limits::{MAX_FORM_BYTES, MAX_LEFTOVER_TIME};
use std::time::{Duration, Instant};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};
use tokio_rustls::client::TlsStream;

/// The kinds of frames and flags that are used here (RFC 9113 section 6).
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// HTTP/2 frame by frame: no client library shows how a stream ended after its answer.
struct Frames(TlsStream<TcpStream>);

/// What the server did with the one stream.
#[derive(Debug, Default, PartialEq, Eq)]
struct Seen {
    answered: bool,
    ended: bool,
    reset: bool,
}

impl Frames {
    async fn open(client: &Client) -> Self {
        let mut stream = client.tls(&["h2"]).await.expect("a connection");
        stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.expect("written");
        let mut frames = Self(stream);
        frames.send(SETTINGS, 0, 0, b"").await;
        frames
    }

    async fn send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let mut frame = BytesMut::new();
        frame.put_uint(payload.len() as u64, 3);
        frame.put_u8(kind);
        frame.put_u8(flags);
        frame.put_u32(stream);
        frame.put_slice(payload);
        self.0.write_all(&frame).await.expect("written");
        self.0.flush().await.expect("flushed");
    }

    /// Headers without compression (RFC 7541 section 6.2.2).
    async fn head(&mut self, headers: &[(&str, &str)]) {
        let mut block = BytesMut::new();
        for text in headers.iter().flat_map(|(name, value)| [(true, name), (false, value)]) {
            if text.0 {
                block.put_u8(0);
            }
            block.put_u8(u8::try_from(text.1.len()).expect("short"));
            block.put_slice(text.1.as_bytes());
        }
        self.send(HEADERS, END_HEADERS, 1, &block).await;
    }

    async fn body(&mut self, body: &[u8]) {
        let mut pieces = body.chunks(16 << 10).peekable();
        while let Some(piece) = pieces.next() {
            let flags = if pieces.peek().is_none() { END_STREAM } else { 0 };
            self.send(DATA, flags, 1, piece).await;
        }
    }

    /// What comes for the stream until nothing has come for a while.
    async fn read(&mut self, patience: Duration) -> Seen {
        let mut seen = Seen::default();
        while let Ok(Ok((kind, flags, stream))) = timeout(patience, self.frame()).await {
            if stream != 1 {
                continue;
            }
            match kind {
                HEADERS => seen.answered = true,
                RST_STREAM => seen.reset = true,
                _ => {}
            }
            seen.ended |= kind != RST_STREAM && flags & END_STREAM != 0;
        }
        seen
    }

    async fn frame(&mut self) -> std::io::Result<(u8, u8, u32)> {
        let mut head = [0; 9];
        self.0.read_exact(&mut head).await?;
        let mut head = &head[..];
        let length = usize::try_from(head.get_uint(3)).expect("small");
        let (kind, flags, stream) = (head.get_u8(), head.get_u8(), head.get_u32());
        self.0.read_exact(&mut vec![0; length]).await?;
        Ok((kind, flags, stream))
    }
}

async fn asked(server: &Server, method: &str, path: &str, content_type: &str) -> Frames {
    let mut frames = Frames::open(&server.client).await;
    let head = [
        (":method", method),
        (":scheme", "https"),
        (":authority", "localhost"),
        (":path", path),
        ("content-type", content_type),
    ];
    frames.head(&head).await;
    frames
}

#[tokio::test]
async fn an_early_answer_ends_its_stream_and_does_not_reset_it() {
    const FORM: &str = "application/x-www-form-urlencoded";
    let server = Server::start().await;
    let large = vec![b'a'; MAX_FORM_BYTES - 5];
    let too_large = vec![b'a'; MAX_FORM_BYTES + 1000];
    for (method, path, content_type, body) in [
        ("POST", "/oauth/v2/token", "application/json", b"{}".as_slice()),
        ("PUT", "/oauth/v2/token", FORM, b"a=b"),
        ("POST", "/oauth/v2/keys", FORM, b"a=b"),
        ("POST", "/management/v1/userz", "application/json", b"{}"),
        ("PUT", "/management/v1/users/machine", "application/json", &large),
        ("POST", "/management/v1/nobody/knows", "application/json", &too_large),
        ("POST", "/a.b/C", "application/json", b"{}"),
        ("POST", "/oauth/v2/token", FORM, &too_large),
    ] {
        let mut frames = asked(&server, method, path, content_type).await;
        // Long enough for the answer to be ready.
        sleep(Duration::from_millis(50)).await;
        frames.body(body).await;
        let seen = frames.read(Duration::from_millis(300)).await;
        assert_eq!(seen, Seen { answered: true, ended: true, reset: false }, "{method} {path}");
    }
}

#[tokio::test]
async fn an_early_answer_waits_for_nobody_for_long() {
    let server = Server::start().await;
    let started = Instant::now();
    let mut frames = asked(&server, "POST", "/management/v1/userz", "application/json").await;
    let seen = frames.read(MAX_LEFTOVER_TIME + Duration::from_secs(2)).await;
    assert!(seen.ended && started.elapsed() >= MAX_LEFTOVER_TIME, "{seen:?}");

    // HTTP/2 tells nobody to go on, so clients that ask send the body all the same.
    let mut frames = Frames::open(&server.client).await;
    let head = [(":method", "POST"), (":scheme", "https"), (":authority", "localhost"), (":path", "/nope")];
    frames.head(&[&head[..], &[("expect", "100-continue")]].concat()).await;
    frames.body(b"{}").await;
    let seen = frames.read(Duration::from_millis(300)).await;
    assert_eq!(seen, Seen { answered: true, ended: true, reset: false });

    // Whoever asks whether to send a body hears the answer instead.
    let head =
        "POST /management/v1/userz HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\ncontent-length: 10\r\n\r\n";
    let started = Instant::now();
    let said = server.client.raw(head).await;
    assert!(said.starts_with("HTTP/1.1 404 "), "{said}");
    assert!(started.elapsed() < MAX_LEFTOVER_TIME, "{:?}", started.elapsed());
}
