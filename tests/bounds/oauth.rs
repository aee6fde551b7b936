//! At the OAuth endpoints.

use super::{narrow, secret, token};
use crate::common::{
    Kit, text,
    web::{API, Auth, CLIENT, INTROSPECT, REVOKE, TOKEN, request, send_from},
};
use http::Method;
use serde_json::{Value, json};

const HERE: &str = "192.0.2.0/24";
const ELSEWHERE: &str = "198.51.100.9";

#[tokio::test]
async fn a_secret_is_taken_only_from_its_networks_and_the_refusal_does_not_say_so() {
    let kit = Kit::new().await;
    let (_, secret) = secret(&kit, &kit.demo, json!({ "networks": [HERE, "2001:db8::/32"] })).await;
    let form = [("grant_type", "client_credentials"), ("token", "x")];
    for path in [TOKEN, INTROSPECT, REVOKE] {
        for auth in [Auth::Basic("demo", &secret), Auth::Post("demo", &secret)] {
            let ask = |client| {
                let request = request(Method::POST, path, auth, &form);
                let web = kit.web();
                async move { send_from(&web, client, request).await }
            };
            for client in [CLIENT, "2001:db8::1"] {
                assert_eq!(ask(client).await.status, 200, "{path} from {client}");
            }
            let wrong = kit.post_form(path, Auth::Basic("demo", "wrong"), &form).await;
            assert_eq!(ask(ELSEWHERE).await.refusal(), wrong.refusal(), "{path}");
        }
    }
}

#[tokio::test]
async fn tokens_of_a_narrowed_secret_are_narrowed_too_and_from_now_on() {
    let kit = Kit::new().await;
    let (id, secret) = secret(&kit, &kit.demo, json!({})).await;
    let token = text(&kit.ask_token(Auth::Basic("demo", &secret), &format!("openid {API}")).await.ok()["access_token"]);
    assert_eq!(kit.userinfo(&token).await.status, 200);
    assert_eq!(kit.introspect(kit.demo_auth(), &token).await["urn:countersign:networks"], Value::Null);
    narrow(&kit, &kit.demo, &id, json!({ "networks": ["203.0.113.0/24"] })).await;
    kit.userinfo(&token).await.refuses(401, "access_denied", "access token invalid");
    assert!(!kit.api_takes(&token).await);
    // Who is shown the token must look for itself.
    let shown = kit.introspect(kit.demo_auth(), &token).await;
    assert_eq!((&shown["active"], &shown["urn:countersign:networks"]), (&json!(true), &json!(["203.0.113.0/24"])));
}

#[tokio::test]
async fn scopes_outside_are_refused_by_name_and_none_come_unasked() {
    let kit = Kit::new().await;
    let (_, secret) = secret(&kit, &kit.demo, json!({ "scopes": ["openid", "profile"] })).await;
    let auth = Auth::Basic("demo", &secret);
    kit.ask_token(auth, &format!("openid email {API}")).await.refuses(
        400,
        "invalid_scope",
        &format!("the credential may not ask for: email {API}"),
    );
    let none = text(&kit.ask_token(auth, "").await.ok()["access_token"]);
    let shown = kit.introspect(kit.demo_auth(), &none).await;
    assert_eq!((&shown["active"], &shown["scope"]), (&json!(true), &json!("")));
    assert!(!kit.api_takes(&none).await);
    let some = text(&kit.ask_token(auth, "profile").await.ok()["access_token"]);
    assert_eq!(kit.introspect(kit.demo_auth(), &some).await["scope"], "profile");
}

#[tokio::test]
async fn scopes_narrowed_later_are_gone_from_tokens() {
    let kit = Kit::new().await;
    let (id, secret) = secret(&kit, &kit.demo, json!({})).await;
    let scope = format!("openid urn:zitadel:iam:user:resourceowner {API}");
    let token = text(&kit.ask_token(Auth::Basic("demo", &secret), &scope).await.ok()["access_token"]);
    assert!(kit.api_takes(&token).await);
    narrow(&kit, &kit.demo, &id, json!({ "scopes": ["openid"] })).await;
    assert!(!kit.api_takes(&token).await);
    let shown = kit.introspect(kit.demo_auth(), &token).await;
    assert_eq!(shown["scope"], "openid");
    assert_eq!((&shown["aud"], &shown["urn:zitadel:iam:user:resourceowner:id"]), (&json!([]), &Value::Null));
    assert_eq!(kit.userinfo(&token).await.ok()["urn:zitadel:iam:user:resourceowner:id"], Value::Null);
}

#[tokio::test]
async fn personal_access_tokens_are_narrowed_in_what_is_shown() {
    let kit = Kit::new().await;
    let (id, token) = token(&kit, &kit.demo, json!({ "scopes": ["openid"] })).await;
    let shown = kit.introspect(kit.demo_auth(), &token).await;
    assert_eq!((&shown["scope"], &shown["aud"]), (&json!("openid"), &json!([kit.demo])));
    assert!(!kit.api_takes(&token).await);
    narrow(&kit, &kit.demo, &id, json!({ "scopes": ["openid", API] })).await;
    assert!(kit.api_takes(&token).await);
    assert_eq!(kit.introspect(kit.demo_auth(), &token).await["aud"].as_array().expect("a list").len(), 2);
}

#[tokio::test]
async fn what_only_reads_revokes_its_own_tokens_alone() {
    let kit = Kit::new().await;
    let (_, narrow) = secret(&kit, &kit.demo, json!({ "readOnly": true })).await;
    let (pat, other) = (kit.token(&kit.demo).await, kit.demo_token(API).await);
    let own = text(&kit.ask_token(Auth::Basic("demo", &narrow), API).await.ok()["access_token"]);
    for token in [&pat, &other] {
        let refused = kit.post_form(REVOKE, Auth::Basic("demo", &narrow), &[("token", token)]).await;
        assert_eq!(refused.refusal().1, "unauthorized_client");
        assert_eq!(kit.introspect(kit.demo_auth(), token).await["active"], true);
    }
    assert_eq!(kit.post_form(REVOKE, Auth::Basic("demo", &narrow), &[("token", &own)]).await.status, 200);
    assert_eq!(kit.introspect(kit.demo_auth(), &own).await["active"], false);
}
