//! A secret's life as its owner meets it: what logs in, what no longer does, and what outlives the change.

use crate::common::{
    client::{Answer, Ask, Http},
    server::Server,
    text,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use futures_util::future::join_all;
use serde_json::json;

const GRANT: &str = "grant_type=client_credentials&scope=openid%20urn:zitadel:iam:org:project:id:zitadel:aud";

fn rotate(user: &str) -> Ask {
    Ask::put(format!("/management/v1/users/{user}/secret"))
}

fn form(path: &str, body: String) -> Ask {
    Ask::post(path).header("content-type", "application/x-www-form-urlencoded").body(body)
}

fn by_basic(client: &str, secret: &str) -> Ask {
    let credentials = BASE64_STANDARD.encode(format!("{client}:{secret}"));
    form("/oauth/v2/token", GRANT.into()).header("authorization", format!("Basic {credentials}"))
}

fn by_post(client: &str, secret: &str) -> Ask {
    form("/oauth/v2/token", format!("{GRANT}&client_id={client}&client_secret={secret}"))
}

/// Whether a secret logs in, both ways; if not, the refusals must be RFC 6749's.
async fn logs_in(server: &Server, secret: &str) -> bool {
    let (basic, post) = (server.ask(by_basic("demo", secret)).await, server.ask(by_post("demo", secret)).await);
    assert_eq!(basic.status, post.status);
    if basic.status == 200 {
        return true;
    }
    for refused in [&basic, &post] {
        assert_eq!((refused.status, &refused.json()["error"]), (401, &json!("invalid_client")));
    }
    assert!(basic.header("www-authenticate").starts_with("Basic "), "{basic:?}");
    false
}

async fn me(server: &Server, issued: &Answer) -> u16 {
    let token = text(&issued.ok()["access_token"]);
    server.client.send(Http::Two, Ask::get("/auth/v1/users/me").bearer(&token)).await.status
}

#[tokio::test]
async fn a_new_secret_ends_the_old_one_and_no_token() {
    let server = Server::start().await;
    let first = text(&server.admin(rotate(&server.kit.demo)).await.ok()["clientSecret"]);
    assert!(!logs_in(&server, &server.kit.demo_secret).await, "the one before it");
    let issued = server.ask(by_basic("DEMO", &first)).await;
    assert_eq!(issued.header("cache-control"), "no-store");
    assert_eq!(me(&server, &issued).await, 200);

    let second = text(&server.admin(rotate(&server.kit.demo)).await.ok()["clientSecret"]);
    assert!(!logs_in(&server, &first).await && logs_in(&server, &second).await);
    assert_eq!(me(&server, &issued).await, 200);
    let removed = Ask::delete(format!("/management/v1/users/{}/secret", server.kit.demo));
    assert_eq!(server.admin(removed).await.status, 200);
    assert!(!logs_in(&server, &second).await);
    assert_eq!(me(&server, &issued).await, 200);
}

#[tokio::test]
async fn a_user_that_is_locked_or_inactive_neither_logs_in_nor_calls() {
    let server = Server::start().await;
    let secret = &server.kit.demo_secret;
    for (end, begin) in [("_lock", "_unlock"), ("_deactivate", "_reactivate")] {
        let issued = server.ask(by_post("demo", secret)).await;
        assert_eq!(me(&server, &issued).await, 200);
        let change = |how: &str| Ask::post(format!("/management/v1/users/{}/{how}", server.kit.demo)).body("{}");
        assert_eq!(server.admin(change(end)).await.status, 200);
        assert_eq!(me(&server, &issued).await, 401, "{end}");
        assert!(!logs_in(&server, secret).await, "{end}");
        assert_eq!(server.admin(change(begin)).await.status, 200);
        assert_eq!(me(&server, &issued).await, 401, "a token from before {begin}");
        assert!(logs_in(&server, secret).await, "{begin}");
    }
}

#[tokio::test]
async fn of_secrets_made_at_once_only_the_last_logs_in() {
    let server = Server::start().await;
    let answers = join_all((0..6).map(|_| server.admin(rotate(&server.kit.demo)))).await;
    let mut made: Vec<_> = answers.iter().map(Answer::ok).collect();
    made.sort_by_key(|answer| text(&answer["details"]["sequence"]).parse::<u64>().expect("a number"));
    let last = made.len() - 1;
    for (number, answer) in made.iter().enumerate() {
        assert_eq!(logs_in(&server, &text(&answer["clientSecret"])).await, number == last, "{number}");
    }
}
