//! Whoever guesses waits, and nobody else does.

use crate::{
    client_address::behind_a_proxy,
    common::{
        client::{Answer, Ask},
        grpc,
        server::Server,
        text,
        web::{Auth, basic},
    },
};
use countersign::{authn::Throttle, proto::zitadel::auth::v1::GetMyUserRequest};
use serde_json::json;
use std::time::Duration;

const ATTACKER: &str = "192.0.2.66";
const OWNER: &str = "192.0.2.1";
const FREE: u32 = 3;

async fn server() -> Server {
    let throttle = Throttle { failures: FREE, failures_of_network: 20, longest: Duration::from_secs(60) };
    behind_a_proxy(|settings| settings.throttle = Some(throttle)).await
}

fn form(path: &str, from: &str, body: String) -> Ask {
    let ask = Ask::post(path).header("content-type", "application/x-www-form-urlencoded").body(body);
    ask.header("x-forwarded-for", from)
}

/// Asks for a token with the credentials in the form.
fn posted(from: &str, id: &str, secret: &str) -> Ask {
    form("/oauth/v2/token", from, format!("grant_type=client_credentials&client_id={id}&client_secret={secret}"))
}

/// The same in the header.
fn by_basic(from: &str, id: &str, secret: &str) -> Ask {
    form("/oauth/v2/token", from, "grant_type=client_credentials".into()).header("authorization", basic(id, secret))
}

/// Fails so often that the next is one too many.
async fn use_up(server: &Server, from: &str, ids: &[&str]) {
    for (count, id) in (0..=FREE).zip(ids.iter().cycle()) {
        assert_eq!(server.ask(posted(from, id, &format!("wrong-{count}"))).await.status, 401, "{id} {count}");
    }
}

/// Lets so many seconds pass. The clock moves a little with each reading, so the failure may have come a little later.
fn pass(server: &Server, seconds: &str) {
    let seconds = Duration::from_secs(seconds.parse().expect("a number"));
    server.kit.clock.advance(seconds + Duration::from_millis(1));
}

fn assert_waits(answer: &Answer, seconds: &str) {
    assert_eq!((answer.status, answer.header("retry-after")), (429, seconds), "{answer:?}");
    assert_eq!(
        answer.json(),
        json!({
            "error": "temporarily_unavailable",
            "error_description": "Too many wrong credentials came from this network; wait as Retry-After says",
        })
    );
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn an_attacker_waits_longer_each_time_and_the_owner_never() {
    let server = server().await;
    let secret = server.kit.demo_secret.clone();
    use_up(&server, ATTACKER, &["demo"]).await;
    for wait in ["1", "2", "4"] {
        assert_waits(&server.ask(posted(ATTACKER, "demo", &secret)).await, wait);
        assert_eq!(server.ask(posted(OWNER, "demo", &secret)).await.status, 200);
        pass(&server, wait);
        assert_eq!(server.ask(posted(ATTACKER, "demo", &format!("again-{wait}"))).await.status, 401);
    }
    // What is right is taken when the time is over; and nobody hears before that it is right.
    assert_waits(&server.ask(posted(ATTACKER, "demo", &secret)).await, "8");
    pass(&server, "8");
    assert_eq!(server.ask(posted(ATTACKER, "demo", &secret)).await.status, 200);
}

#[tokio::test]
async fn every_name_of_an_account_is_one_and_unknown_ones_are_treated_alike() {
    let server = server().await;
    let id = server.kit.demo.clone();
    use_up(&server, ATTACKER, &["demo", "DEMO", &id, "Demo"]).await;
    for name in ["demo", "deMO", &id] {
        assert_waits(&server.ask(posted(ATTACKER, name, "more")).await, "1");
    }
    use_up(&server, ATTACKER, &["nobody", "NOBODY"]).await;
    assert_waits(&server.ask(posted(ATTACKER, "Nobody", "more")).await, "1");
    // Others at the same address do not wait yet.
    let (_, other) = server.kit.add_machine(&server.kit.org, "other", Default::default()).await;
    assert_eq!(server.ask(posted(ATTACKER, "other", &other)).await.status, 200);
}

#[tokio::test]
async fn the_same_wrong_secret_counts_once_however_it_is_sent() {
    let server = server().await;
    for _ in 0..10 {
        assert_eq!(server.ask(by_basic(ATTACKER, "demo", "stale")).await.status, 401);
        assert_eq!(server.ask(posted(ATTACKER, "demo", "stale")).await.status, 401);
    }
    assert_eq!(server.ask(posted(ATTACKER, "demo", &server.kit.demo_secret)).await.status, 200);
}

/// Some clients encode what stands in the header, and some do not.
#[tokio::test]
async fn the_same_wrong_secret_counts_once_however_it_is_encoded() {
    let server = server().await;
    for secret in ["a+b", "50%25", "%zz", "a%2Bb+c%", "%2525+"] {
        let encoded = percent_encoding::utf8_percent_encode(secret, percent_encoding::NON_ALPHANUMERIC).to_string();
        for _ in 0..10 {
            for ask in [
                by_basic(ATTACKER, "demo", secret),
                by_basic(ATTACKER, "demo", &encoded),
                posted(ATTACKER, "demo", &encoded),
            ] {
                assert_eq!(server.ask(ask).await.status, 401, "{secret}");
            }
        }
        pass(&server, "300");
    }
}

#[tokio::test]
async fn every_endpoint_that_knows_clients_lets_guessers_wait() {
    let server = server().await;
    use_up(&server, ATTACKER, &["demo"]).await;
    for path in ["/oauth/v2/introspect", "/oauth/v2/revoke"] {
        let body = format!("token=x&client_id=demo&client_secret={}", server.kit.demo_secret);
        assert_waits(&server.ask(form(path, ATTACKER, body)).await, "1");
    }
    let metrics = server.ask(Ask::get("/debug/metrics")).await.text();
    assert!(metrics.contains("countersign_throttled_total 2"), "{metrics}");
}

#[tokio::test]
async fn whoever_guesses_tokens_waits_on_every_wire() {
    let server = server().await;
    let token = server.kit.admin_token.clone();
    let me = |from: &str, token: &str| Ask::get("/auth/v1/users/me").bearer(token).header("x-forwarded-for", from);
    // A stale token, again and again, is no guess; nor is one that this server made.
    for _ in 0..30 {
        assert_eq!(server.ask(me(ATTACKER, "stale")).await.status, 401);
    }
    let foreign = server.kit.demo_token("openid").await;
    for _ in 0..30 {
        assert_eq!(server.ask(me(ATTACKER, &foreign)).await.status, 401);
    }
    assert_eq!(server.ask(me(ATTACKER, &token)).await.status, 200);
    for guess in 0..20 {
        assert_eq!(server.ask(me(ATTACKER, &format!("guess-{guess}"))).await.status, 401);
    }
    let refused = server.ask(me(ATTACKER, &token)).await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, "1"), "{refused:?}");
    assert_eq!(refused.json()["details"][0]["id"], "COUNTERSIGN-attempts");
    let userinfo = Ask::get("/oidc/v1/userinfo").bearer(&token).header("x-forwarded-for", ATTACKER);
    assert_waits(&server.ask(userinfo).await, "1");
    let method = "/zitadel.auth.v1.AuthService/GetMyUser";
    let connect = Ask::post(method).json(&json!({})).bearer(&token).header("x-forwarded-for", ATTACKER);
    let refused = server.ask(connect).await;
    assert_eq!((refused.status, text(&refused.json()["code"])), (429, "resource_exhausted".into()));
    assert_eq!(refused.header("retry-after"), "1");
    let call = grpc::call(&method[1..], "application/grpc", &GetMyUserRequest::default());
    let refused = server
        .client
        .send(crate::common::client::Http::Two, call.bearer(&token).header("x-forwarded-for", ATTACKER))
        .await;
    assert!(refused.everything().contains("\"grpc-status\": \"8\""), "{}", refused.everything());
    // The owner of the token is elsewhere, and health needs no token.
    assert_eq!(server.ask(me(OWNER, &token)).await.status, 200);
    let health = Ask::get("/management/v1/healthz").header("x-forwarded-for", ATTACKER);
    assert_eq!(server.ask(health).await.status, 200);
}

#[tokio::test]
async fn assertions_are_guesses_too() {
    let server = server().await;
    let assertion = |count: u32| {
        // Of the right form, and signed by nobody.
        use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
        let part = |value: serde_json::Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let header = part(json!({ "alg": "EdDSA", "kid": "1", "typ": "JWT" }));
        let claims = part(json!({ "iss": server.kit.demo, "sub": server.kit.demo, "jti": count }));
        format!("{header}.{claims}.{}", BASE64_URL_SAFE_NO_PAD.encode([0; 64]))
    };
    let grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    let ask = |count| form("/oauth/v2/token", ATTACKER, format!("grant_type={grant}&assertion={}", assertion(count)));
    for count in 0..=FREE {
        assert_eq!(server.ask(ask(count)).await.status, 400);
    }
    assert_waits(&server.ask(ask(99)).await, "1");
    // It is one account, whatever it proves itself with.
    assert_waits(&server.ask(posted(ATTACKER, "demo", &server.kit.demo_secret)).await, "1");
    assert_eq!(server.ask(posted(OWNER, "demo", &server.kit.demo_secret)).await.status, 200);
}

#[tokio::test]
async fn where_nobody_knows_the_address_guesses_count_together() {
    let server = server().await;
    use_up(&server, "unknown", &["demo"]).await;
    assert_waits(&server.ask(posted("_hidden", "demo", &server.kit.demo_secret)).await, "1");
    let token = Auth::Basic("demo", &server.kit.demo_secret);
    assert_eq!(server.kit.ask_token(token, "openid").await.status, 200);
}
