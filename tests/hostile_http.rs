//! Hostile HTTP: heads and bodies that no client library sends.

use crate::common::{
    client::{Ask, Http, read_all},
    full_name, grpc,
    server::{Server, assert_refused},
};
use countersign::{limits, proto::zitadel::management::v1::GenerateMachineSecretRequest};
use serde_json::json;
use std::time::Duration;
use tokio::io::AsyncWriteExt;

const EVIL: &str = "evil.example";

/// A request to rotate the demo user's secret, as bytes: the head's further lines and the body are the test's.
fn rotate(server: &Server, lines: &str, body: &str) -> String {
    let (demo, token) = (&server.kit.demo, &server.kit.admin_token);
    format!(
        "PUT /management/v1/users/{demo}/secret HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n{lines}\r\n{body}"
    )
}

fn answers(said: &str) -> usize {
    said.matches("HTTP/1.1 ").count()
}

#[tokio::test]
async fn no_header_of_a_client_shows_in_an_answer() {
    let server = Server::start().await;
    let message = GenerateMachineSecretRequest { user_id: "1".into(), ..Default::default() };
    let asks = [
        (
            Http::One,
            Ask::put(format!("/management/v1/users/{}/secret", server.kit.demo)).bearer(&server.kit.admin_token),
        ),
        (Http::One, Ask::get("/")),
        (Http::Two, Ask::get("/auth/v1/users/me").bearer(&server.kit.admin_token)),
        (Http::One, Ask::post(format!("/{}", full_name("user.v2/AddSecret"))).json(&json!({}))),
        (Http::Two, grpc::call(&full_name("management/GenerateMachineSecret"), "application/grpc", &message)),
        (Http::One, Ask::get("/.well-known/openid-configuration")),
        (Http::One, Ask::get("/oauth/v2/authorize")),
        (Http::One, Ask::post("/oauth/v2/token").body("grant_type=x")),
    ];
    for (http, ask) in asks {
        let ask = if http == Http::One { ask.header("host", EVIL) } else { ask };
        let ask = [
            "x-forwarded-host",
            "x-forwarded-for",
            "x-forwarded-proto",
            "x-forwarded-prefix",
            "x-original-url",
            "x-rewrite-url",
            "x-host",
            "x-zitadel-instance-host",
            "x-zitadel-public-host",
            "origin",
            "referer",
            "accept-language",
            "user-agent",
        ]
        .into_iter()
        .fold(ask, |ask, name| ask.header(name, EVIL));
        let ask = ask.header("forwarded", format!("for=1.2.3.4;host={EVIL};proto=http"));
        let answer = server.client.send(http, ask).await;
        assert!(!answer.everything().contains(EVIL), "{}", answer.everything());
        assert!(answer.status <= 501 && answer.status != 500, "{answer:?}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("server"), "", "the program does not tell what it is");
    }
}

#[tokio::test]
async fn a_request_id_is_kept_only_if_it_is_harmless() {
    let server = Server::start().await;
    for kept in ["a", "0af7651916cd43dd8448eb211c80319c", "A-b_c.9", &"x".repeat(64)] {
        for http in [Http::One, Http::Two] {
            let answer = server.client.send(http, Ask::get("/").header("x-request-id", kept)).await;
            assert_eq!(answer.header("x-request-id"), kept);
        }
    }
    for junk in ["", " ", "a b", "a\tb", "\u{1b}[31m", "<script>", "{\"a\":1}", "a=b", "ä", "a,b", &"x".repeat(65)] {
        // HTTP itself forbids control characters other than the tab.
        if junk.contains('\u{1b}') {
            continue;
        }
        let answer = server.ask(Ask::get("/").header("x-request-id", junk)).await;
        let id = answer.header("x-request-id");
        assert!(id.len() > 8 && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-'), "{junk:?}: {id:?}");
    }
    let twice = Ask::get("/").header("x-request-id", "first").header("x-request-id", "second");
    assert_eq!(server.ask(twice).await.headers.get_all("x-request-id").iter().count(), 1);
}

#[tokio::test]
async fn tokens_of_any_size_and_bytes_are_just_wrong() {
    let server = Server::start().await;
    let path = format!("/management/v1/users/{}/secret", server.kit.demo);
    let long = "x".repeat(10 << 10);
    let dots = ".".repeat(10 << 10);
    let jwt = format!("{}.{}.{}", "e".repeat(3000), "e".repeat(3000), "e".repeat(2000));
    let pat = format!("cs_pat_{}", "A".repeat(9000));
    for token in [long.as_str(), &dots, &jwt, &pat, "\"", "é", "cs_sec_x", "eyJhbGciOiJub25lIn0.e30.", "null"] {
        for http in [Http::One, Http::Two] {
            let answer =
                server.client.send(http, Ask::put(&path).header("authorization", format!("Bearer {token}"))).await;
            if token.is_ascii() {
                assert_refused(&answer, 401, 16, "AUTH-7fs1e", "Errors.Token.Invalid");
            } else {
                assert_eq!((answer.status, &answer.json()["code"]), (400, &json!(3)), "{token}");
            }
        }
    }
    // Two of them are no header that anybody meant.
    let twice = Ask::put(&path).bearer("x").bearer(&server.kit.admin_token);
    assert_refused(&server.ask(twice).await, 401, 16, "AUTH-7fs1e", "Errors.Token.Invalid");
    for (name, value) in [("authorization", "Bearer \u{0}x"), ("x-zitadel-orgid", "1\u{0}"), ("x-request-id", "a\u{0}")]
    {
        let said =
            server.client.raw(format!("PUT {path} HTTP/1.1\r\nhost: localhost\r\n{name}: {value}\r\n\r\n")).await;
        assert!(said.starts_with("HTTP/1.1 400 "), "{said}");
    }
}

#[tokio::test]
async fn headers_have_a_size_and_a_number() {
    let server = Server::start().await;
    let before = server.next_sequence().await;
    let large = rotate(&server, &format!("x-large: {}\r\n", "x".repeat(limits::MAX_HEADER_BYTES)), "");
    let many: String = (0..limits::MAX_HEADERS).map(|number| format!("x-{number}: 1\r\n")).collect();
    for head in [large, rotate(&server, &many, "")] {
        let said = server.client.raw(head).await;
        assert!(said.starts_with("HTTP/1.1 431 "), "{said}");
    }
    let path = format!("GET /{} HTTP/1.1\r\nhost: localhost\r\n\r\n", "x".repeat(70_000));
    let said = server.client.raw(path).await;
    assert!(said.starts_with("HTTP/1.1 414 ") || said.starts_with("HTTP/1.1 431 "), "{said}");
    assert_eq!(server.next_sequence().await, before + 1);
}

#[tokio::test]
async fn a_body_that_is_cut_short_changes_nothing() {
    let server = Server::start().await;
    let before = server.next_sequence().await;
    for (lines, body) in [
        ("transfer-encoding: chunked\r\n", "2\r\n{}\r\n"),
        ("transfer-encoding: chunked\r\n", "5\r\n{}"),
        ("content-length: 10\r\n", "{}"),
    ] {
        let mut stream = server.client.tls(&["http/1.1"]).await.expect("a connection");
        stream.write_all(rotate(&server, lines, body).as_bytes()).await.expect("written");
        stream.shutdown().await.expect("closed");
        let said = read_all(&mut stream).await;
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 400 "), "{said}");
    }
    for (lines, body) in [
        ("transfer-encoding: chunked\r\n", "zz\r\n{}\r\n0\r\n\r\n"),
        ("transfer-encoding: chunked\r\n", "ffffffffffffffff0\r\n{}\r\n0\r\n\r\n"),
    ] {
        let said = server.client.raw(rotate(&server, lines, body)).await;
        assert!(said.starts_with("HTTP/1.1 400 "), "{said}");
    }
    assert_eq!(server.next_sequence().await, before + 1);
}

#[tokio::test]
async fn lengths_that_disagree_smuggle_nothing() {
    let server = Server::start().await;
    let hidden = format!("PUT /management/v1/users/{}/secret HTTP/1.1\r\nhost: localhost\r\n\r\n", server.kit.demo);
    let length = hidden.len();
    for lines in [
        "content-length: 2\r\ncontent-length: 3\r\n".to_owned(),
        format!("content-length: {length}\r\ntransfer-encoding: chunked\r\n"),
        "transfer-encoding: identity, chunked, gzip\r\n".to_owned(),
        "transfer-encoding: xchunked\r\n".to_owned(),
        "content-length: +2\r\n".to_owned(),
        "content-length: 0x2\r\n".to_owned(),
        "content-length : 2\r\n".to_owned(),
        " folded: line\r\n".to_owned(),
    ] {
        let said = server.client.raw(rotate(&server, &lines, &format!("0\r\n\r\n{hidden}"))).await;
        // Either the head is refused and the connection ends, or the body is read as chunks and then the connection
        // goes on with a request of its own that has no token.
        let refused = said.starts_with("HTTP/1.1 400 ") && answers(&said) == 1;
        let chunked = said.starts_with("HTTP/1.1 200 ") && lines.contains("chunked") && answers(&said) <= 2;
        assert!(refused || chunked, "{lines:?}: {said}");
        assert!(said.matches("clientSecret").count() <= 1, "{lines:?}: {said}");
    }
}

#[tokio::test]
async fn old_and_eager_clients_are_answered() {
    let server = Server::start().await;
    let demo = &server.kit.demo;
    let old = format!(
        "PUT /management/v1/users/{demo}/secret HTTP/1.0\r\nauthorization: Bearer {}\r\n\r\n",
        server.kit.admin_token
    );
    let said = server.client.raw(&old).await;
    assert!(said.starts_with("HTTP/1.0 200 OK") && said.contains("clientSecret"), "{said}");

    let one = rotate(&server, "content-length: 2\r\n", "{}");
    let three = server.client.raw(one.repeat(3)).await;
    assert_eq!((answers(&three), three.matches("clientSecret").count()), (3, 3), "{three}");

    let mut expecting = server.client.tls(&["http/1.1"]).await.expect("a connection");
    let head = rotate(&server, "content-length: 2\r\nexpect: 100-continue\r\n", "");
    expecting.write_all(head.as_bytes()).await.expect("written");
    tokio::time::sleep(Duration::from_millis(20)).await;
    expecting.write_all(b"{}").await.expect("written");
    assert!(read_all(&mut expecting).await.contains("HTTP/1.1 200 OK"));
}

#[tokio::test]
async fn what_is_no_request_is_refused() {
    let server = Server::start().await;
    for bytes in [
        b"\r\n\r\n\x00\x01\x02".as_slice(),
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: a\r\nx y: z\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: a\r\nx: y\rz\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: a\r\nx\x00: y\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nhost: a\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nhost: a\r\n\r\n",
        b"G\xffT / HTTP/1.1\r\nhost: a\r\n\r\n",
    ] {
        let said = server.client.raw(bytes).await;
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 4"), "{:?}: {said}", String::from_utf8_lossy(bytes));
    }
    for target in ["*", "http://evil.example/management/v1/users/1/secret", "evil.example:443"] {
        let method = if target == "*" {
            "OPTIONS"
        } else if target.contains('/') {
            "GET"
        } else {
            "CONNECT"
        };
        let said = server.client.raw(format!("{method} {target} HTTP/1.1\r\nhost: localhost\r\n\r\n")).await;
        assert!(said.starts_with("HTTP/1.1 4") && !said.contains("evil"), "{target}: {said}");
    }
    // A line break in a value, once decoded, stays within it.
    let said = server.client.raw("GET /management/v1/%0d%0aset-cookie:%20x HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    assert!(said.starts_with("HTTP/1.1 404 ") && !said.contains("set-cookie"), "{said}");
}
