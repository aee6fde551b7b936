//! Where requests come from: what proxies may say, and that nobody else may.

use crate::common::{
    client::{Ask, Client, Http, read_all},
    grpc,
    server::Server,
};
use countersign::{
    app::Settings,
    model::Network,
    proto::zitadel::auth::v1::{GetMyUserRequest, GetMyUserResponse},
    server::ServerOptions,
};
use serde_json::json;
use std::sync::Arc;
use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    time::{Duration, timeout},
};

pub fn networks(texts: &[&str]) -> Vec<Network> {
    texts.iter().map(|text| Network::parse(text).expect("a network")).collect()
}

/// A server that trusts this machine as a proxy.
pub async fn behind_a_proxy(edit: impl FnOnce(&mut Settings)) -> Server {
    let settings = |settings: &mut Settings| {
        settings.trusted_proxies = networks(&["127.0.0.0/8"]);
        edit(settings);
    };
    Server::with(settings, |_| {}).await
}

/// A server that wants a PROXY header from everybody in these networks.
async fn with_proxy_protocol(proxies: &[&str]) -> Server {
    let proxies: Arc<[Network]> = networks(proxies).into();
    Server::with(|_| {}, |options: &mut ServerOptions| options.proxy_protocol = Some(proxies)).await
}

/// A PROXY header of version 2 for this IPv4 client.
fn proxy_header(client: [u8; 4]) -> Vec<u8> {
    let addresses = [client.as_slice(), &[127, 0, 0, 1, 0x12, 0x34, 0x20, 0xfb]].concat();
    [b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c".as_slice(), &addresses].concat()
}

/// Gives the demo user's secret bounds, so that answers show from where the server thinks a request came.
async fn admit_only(server: &Server, network: &str) {
    let credentials = server.kit.ok("credential/ListCredentials", json!({ "userId": server.kit.demo })).await;
    let id = &credentials["credentials"][0]["id"];
    let bounds = json!({ "userId": server.kit.demo, "credentialId": id, "bounds": { "networks": [network] } });
    server.kit.ok("credential/SetCredentialBounds", bounds).await;
}

fn ask_token(server: &Server) -> Ask {
    let body = format!("grant_type=client_credentials&client_id=demo&client_secret={}", server.kit.demo_secret);
    Ask::post("/oauth/v2/token").header("content-type", "application/x-www-form-urlencoded").body(body)
}

#[tokio::test]
async fn a_trusted_proxy_says_who_its_client_is_and_others_are_not_believed() {
    let server = behind_a_proxy(|_| {}).await;
    admit_only(&server, "192.0.2.0/24").await;
    let status =
        async |name: &'static str, value: &str| server.ask(ask_token(&server).header(name, value)).await.status;
    assert_eq!(status("x-forwarded-for", "192.0.2.1").await, 200);
    assert_eq!(status("forwarded", "for=192.0.2.1").await, 200);
    assert_eq!(status("x-forwarded-for", "192.0.2.1, 203.0.113.9").await, 401);
    assert_eq!(status("x-forwarded-for", "192.0.2.1, unknown").await, 401);
    assert_eq!(server.ask(ask_token(&server)).await.status, 401);

    let direct = Server::start().await;
    admit_only(&direct, "192.0.2.0/24").await;
    let answer = direct.ask(ask_token(&direct).header("x-forwarded-for", "192.0.2.1")).await;
    assert_eq!(answer.status, 401);
    admit_only(&direct, "127.0.0.1").await;
    let answer = direct.ask(ask_token(&direct).header("x-forwarded-for", "192.0.2.1")).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn the_client_is_known_on_every_wire() {
    let server = behind_a_proxy(|_| {}).await;
    let demo = &server.kit.demo;
    let added = server.kit.ok("credential/AddSecret", json!({ "userId": demo })).await;
    let bounds = json!({ "userId": demo, "credentialId": added["credential"]["id"], "bounds": { "networks": ["192.0.2.0/24"] } });
    server.kit.ok("credential/SetCredentialBounds", bounds).await;
    let secret = crate::common::text(&added["clientSecret"]);
    let token = {
        let body = format!(
            "grant_type=client_credentials&client_id=demo&client_secret={secret}&scope={}",
            crate::common::web::API
        );
        let ask = Ask::post("/oauth/v2/token").header("content-type", "application/x-www-form-urlencoded").body(body);
        crate::common::text(&server.ask(ask.header("x-forwarded-for", "192.0.2.1")).await.ok()["access_token"])
    };
    let rest = || Ask::get("/auth/v1/users/me").bearer(&token);
    let connect = || {
        Ask::post("/zitadel.auth.v1.AuthService/GetMyUser")
            .header("content-type", "application/json")
            .body("{}")
            .bearer(&token)
    };
    let userinfo = || Ask::get("/oidc/v1/userinfo").bearer(&token);
    for ask in [rest(), connect(), userinfo()] {
        assert_eq!(server.ask(ask.clone().header("x-forwarded-for", "192.0.2.1")).await.status, 200);
        assert_eq!(server.ask(ask.header("x-forwarded-for", "203.0.113.9")).await.status, 401);
    }
    for content_type in ["application/grpc", "application/grpc-web+proto"] {
        let call = |client: &str| {
            let ask = grpc::call("zitadel.auth.v1.AuthService/GetMyUser", content_type, &GetMyUserRequest::default());
            server.client.send(Http::Two, ask.bearer(&token).header("x-forwarded-for", client))
        };
        let mine: GetMyUserResponse = grpc::reply(&call("192.0.2.1").await);
        assert_eq!(mine.user.id, *demo, "{content_type}");
        assert_eq!(grpc::refusal(&call("203.0.113.9").await).code, 16, "{content_type}");
    }
}

#[tokio::test]
async fn with_the_proxy_protocol_every_connection_begins_with_its_header() {
    let server = with_proxy_protocol(&["127.0.0.0/8"]).await;
    admit_only(&server, "192.0.2.0/24").await;
    for (client, status) in [([192, 0, 2, 1], 200), ([203, 0, 113, 9], 401)] {
        let mut tcp = TcpStream::connect(server.client.address).await.expect("a connection");
        tcp.write_all(&proxy_header(client)).await.expect("written");
        let mut connection = server.client.connect_over(tcp).await.expect("TLS");
        assert_eq!(connection.send(ask_token(&server)).await.status, status);
        // What the header says counts for headers of HTTP too: this client is no proxy.
        let lie = ask_token(&server).header("x-forwarded-for", "192.0.2.1");
        assert_eq!(connection.send(lie).await.status, status);
    }
    assert!(server.client.tls(&["http/1.1"]).await.is_err(), "a connection without a header was taken");
}

#[tokio::test]
async fn the_proxy_protocol_is_for_proxies_alone() {
    let server = with_proxy_protocol(&["10.0.0.0/8"]).await;
    assert!(is_cut(&server.client, &proxy_header([192, 0, 2, 1])).await);
    let server = with_proxy_protocol(&["127.0.0.0/8"]).await;
    assert!(is_cut(&server.client, b"PROXY TCP4 192.0.2.1 127.0.0.1 1 2\r\n").await);
}

/// Whether the server closes a connection that begins so, without a word.
async fn is_cut(client: &Client, bytes: &[u8]) -> bool {
    let mut tcp = TcpStream::connect(client.address).await.expect("a connection");
    tcp.write_all(bytes).await.expect("written");
    timeout(Duration::from_secs(5), read_all(&mut tcp)).await.is_ok_and(|said| said.is_empty())
}
