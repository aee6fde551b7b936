use super::value;
use crate::common::{Kit, text, web::Auth};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use countersign::model::AccessTokenType;
use serde_json::{Value, json};

const SCOPE: &str = "urn:zitadel:iam:user:metadata";

fn claims(jwt: &str) -> Value {
    let body = BASE64_URL_SAFE_NO_PAD.decode(jwt.split('.').nth(1).expect("three parts")).expect("base64");
    serde_json::from_slice(&body).expect("JSON")
}

#[tokio::test]
async fn whoever_asks_for_metadata_gets_it_everywhere() {
    let kit = Kit::new().await;
    let (user, secret) = kit.add_machine(&kit.org, "bot", AccessTokenType::Jwt).await;
    let auth = || Auth::Basic("bot", &secret);
    let empty = kit.ask_token(auth(), &format!("openid {SCOPE}")).await.ok();
    assert!(claims(&text(&empty["access_token"])).get(SCOPE).is_none());
    let set = json!({ "id": user, "key": "team", "value": value("red?>") });
    kit.ok("management/SetUserMetadata", set).await;
    let expected = json!({ "team": "cmVkPz4" });
    let asked = kit.ask_token(auth(), &format!("openid {SCOPE}")).await.ok();
    let token = text(&asked["access_token"]);
    assert_eq!(claims(&token)[SCOPE], expected);
    assert_eq!(claims(&text(&asked["id_token"]))[SCOPE], expected);
    assert_eq!(kit.introspect(auth(), &token).await[SCOPE], expected);
    assert_eq!(kit.userinfo(&token).await.ok()[SCOPE], expected);
    let not_asked = kit.ask_token(auth(), "openid").await.ok();
    let token = text(&not_asked["access_token"]);
    assert!(claims(&token).get(SCOPE).is_none());
    assert!(kit.userinfo(&token).await.ok().get(SCOPE).is_none());
}

#[tokio::test]
async fn more_than_a_token_can_carry_is_the_requests_fault() {
    let kit = Kit::new().await;
    let (user, secret) = kit.add_machine(&kit.org, "bot", AccessTokenType::Jwt).await;
    kit.ok("management/SetUserMetadata", json!({ "id": user, "key": "a", "value": value(&"x".repeat(10_000)) })).await;
    let answer = kit.ask_token(Auth::Basic("bot", &secret), SCOPE).await;
    assert_eq!((answer.status, &answer.json()["error"]), (400, &json!("invalid_scope")));
    kit.ask_token(Auth::Basic("bot", &secret), "openid").await.ok();
}
