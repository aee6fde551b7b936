//! Introspection, revocation and userinfo: who learns what of which token.

use crate::common::{
    Kit, START,
    web::{API, Auth, INTROSPECT, REVOKE, USERINFO, request},
};
use countersign::model::AccessTokenType;
use http::Method;
use serde_json::{Value, json};

const OWNER: &str = "urn:zitadel:iam:user:resourceowner";

fn inactive() -> Value {
    json!({ "active": false })
}

/// A token of `name`, which is a new machine user of `org`.
async fn token_of(kit: &Kit, org: &str, name: &str, scope: &str) -> (String, String) {
    let (_, secret) = kit.add_machine(org, name, AccessTokenType::Bearer).await;
    let token = kit.ask_token(Auth::Basic(name, &secret), scope).await.ok();
    (crate::common::text(&token["access_token"]), secret)
}

#[tokio::test]
async fn introspection_tells_everything_there_is() {
    let kit = Kit::new().await;
    let project = kit.ok("management/GetIAM", json!({})).await["iamProjectId"].clone();
    let token = kit.demo_token(&format!("openid {API} {OWNER}")).await;
    let answer = kit.post_form(INTROSPECT, kit.demo_auth(), &[("token", &token), ("token_type_hint", "x")]).await;
    assert_eq!((answer.header("cache-control"), answer.header("pragma")), ("no-store", "no-cache"));
    let mut seen = answer.ok();
    let id = seen["jti"].take();
    assert_eq!(crate::common::text(&id).len(), 22);
    let start = START.seconds();
    assert_eq!(
        seen,
        json!({
            "active": true,
            "scope": format!("openid {API} {OWNER}"),
            "client_id": "demo",
            "token_type": "Bearer",
            "exp": start + 12 * 3600 + 1,
            "iat": start,
            "nbf": start,
            "sub": kit.demo,
            "aud": [project],
            "iss": crate::common::ISSUER,
            "jti": null,
            "username": "demo",
            "auth_time": start,
            "amr": ["pwd"],
            "name": "Demo",
            "preferred_username": "demo",
            "updated_at": start,
            "urn:zitadel:iam:user:resourceowner:id": kit.org,
            "urn:zitadel:iam:user:resourceowner:name": "ACME",
            "urn:zitadel:iam:user:resourceowner:primary_domain": "acme.localhost",
        })
    );
}

#[tokio::test]
async fn a_personal_access_token_is_good_for_whoever_asks() {
    let kit = Kit::new().await;
    let project = kit.ok("management/GetIAM", json!({})).await["iamProjectId"].clone();
    let seen = kit.introspect(kit.demo_auth(), &kit.admin_token).await;
    assert_eq!(seen["aud"], json!([kit.demo, project]));
    assert_eq!((&seen["username"], &seen["exp"]), (&json!("admin"), &json!(253_402_300_799i64)));
    assert!(
        seen.get("amr").is_none() && seen.get("auth_time").is_none() && seen[format!("{OWNER}:id")] == kit.org.as_str()
    );
}

#[tokio::test]
async fn a_jwt_for_nobody_names_its_client() {
    let kit = Kit::new().await;
    let (_, secret) = kit.add_machine(&kit.org, "jwt", AccessTokenType::Jwt).await;
    let token = kit.ask_token(Auth::Basic("jwt", &secret), "").await.ok();
    let seen = kit.introspect(kit.demo_auth(), &crate::common::text(&token["access_token"])).await;
    assert_eq!(seen["aud"], json!(["jwt"]));
    assert_eq!(kit.introspect(kit.demo_auth(), &kit.demo_token("").await).await["aud"], json!([]));
}

#[tokio::test]
async fn strangers_learn_nothing_unless_the_token_names_them() {
    let kit = Kit::new().await;
    let other = kit.add_org("Other").await;
    let (asking, secret) = kit.add_machine(&other, "asking", AccessTokenType::Bearer).await;
    let auth = Auth::Basic("asking", &secret);
    for scope in ["", "openid", API, "urn:zitadel:iam:org:project:id:4711:aud"] {
        assert_eq!(kit.introspect(auth, &kit.demo_token(scope).await).await, inactive(), "{scope}");
    }
    assert_eq!(kit.introspect(auth, &kit.admin_token).await, inactive());
    for name in [asking.as_str(), "asking"] {
        let scope = format!("urn:zitadel:iam:org:project:id:{name}:aud");
        assert_eq!(kit.introspect(auth, &kit.demo_token(&scope).await).await["active"], true, "{name}");
    }
    let (colleagues, _) = token_of(&kit, &other, "colleague", "").await;
    assert_eq!(kit.introspect(auth, &colleagues).await["active"], true);

    kit.give_instance_role(&asking, "IAM_OWNER_VIEWER").await;
    assert_eq!(kit.introspect(auth, &kit.demo_token("").await).await["active"], true);
    assert_eq!(kit.introspect(auth, &kit.admin_token).await["active"], true);
}

/// Whoever is called like the API's project is still not the API.
#[tokio::test]
async fn a_squatter_on_the_projects_id_learns_nothing() {
    let kit = Kit::new().await;
    let project = crate::common::text(&kit.ok("management/GetIAM", json!({})).await["iamProjectId"]);
    let other = kit.add_org("Other").await;
    let (_, secret) = kit.add_machine(&other, &project, AccessTokenType::Bearer).await;
    let seen = kit.introspect(Auth::Basic(&project, &secret), &kit.demo_token(API).await).await;
    assert_eq!(seen, inactive());
}

#[tokio::test]
async fn tokens_have_one_text_each() {
    let kit = Kit::new().await;
    let (_, secret) = kit.add_machine(&kit.org, "jwt", AccessTokenType::Jwt).await;
    let jwt = kit.ask_token(Auth::Basic("jwt", &secret), "openid").await.ok();
    let access = crate::common::text(&jwt["access_token"]);
    for token in [kit.demo_token("").await, access, kit.admin_token.clone()] {
        assert_eq!(kit.introspect(kit.demo_auth(), &token).await["active"], true);
        for at in (0..token.len()).step_by(7) {
            let mut other = token.clone();
            other.replace_range(at..=at, if &token[at..=at] == "A" { "B" } else { "A" });
            for changed in [other.as_str(), &token[..at]] {
                // An empty parameter is none.
                if !changed.is_empty() {
                    assert_eq!(kit.introspect(kit.demo_auth(), changed).await, inactive(), "{at}");
                }
            }
        }
        for more in [format!("{token}A"), format!("{token}="), format!(" {token}"), format!("{token}{token}")] {
            assert_eq!(kit.introspect(kit.demo_auth(), &more).await, inactive());
        }
    }
    let long = "x".repeat(9000);
    for other in ["x", "a.b.c", "cs_at_", "cs_pat_", &kit.demo_secret, &long] {
        assert_eq!(kit.introspect(kit.demo_auth(), other).await, inactive());
    }
}

#[tokio::test]
async fn an_id_token_is_no_access_token_anywhere() {
    let kit = Kit::new().await;
    let id_token =
        crate::common::text(&kit.ask_token(kit.demo_auth(), &format!("openid {API}")).await.ok()["id_token"]);
    assert_eq!(kit.introspect(kit.demo_auth(), &id_token).await, inactive());
    assert_eq!(kit.userinfo(&id_token).await.status, 401);
    assert!(!kit.api_takes(&id_token).await);
}

#[tokio::test]
async fn a_token_must_be_given_and_its_reader_known() {
    let kit = Kit::new().await;
    for path in [INTROSPECT, REVOKE] {
        kit.post_form(path, kit.demo_auth(), &[("token", "")]).await.refuses(400, "invalid_request", "token missing");
        let nobody = kit.post_form(path, Auth::None, &[("token", &kit.admin_token)]).await;
        nobody.refuses(401, "invalid_client", "client authentication is missing");
        let bearer = kit.post_form(path, Auth::Bearer(&kit.admin_token), &[("token", &kit.admin_token)]).await;
        bearer.refuses(401, "invalid_client", "client authentication failed");
    }
}

#[tokio::test]
async fn a_client_ends_only_its_own_tokens() {
    let kit = Kit::new().await;
    let (foreign, secret) = token_of(&kit, &kit.org, "other", "").await;
    let revoke = async |auth, token: &str| kit.post_form(REVOKE, auth, &[("token", token)]).await;
    for token in [&foreign, &kit.admin_token] {
        let refused = revoke(kit.demo_auth(), token).await;
        refused.refuses(400, "invalid_client", "token was not issued for this client");
        assert_eq!(kit.introspect(kit.demo_auth(), token).await["active"], true);
    }
    for unknown in ["x", "cs_at_AQ", "a.b.c"] {
        let answer = revoke(kit.demo_auth(), unknown).await;
        assert_eq!((answer.ok(), answer.header("cache-control")), (json!({}), "no-store"));
        assert_eq!(answer.header("content-type"), "application/json");
    }
    assert_eq!(revoke(Auth::Basic("other", &secret), &foreign).await.status, 200);
    // Dead tokens are nobody's.
    assert_eq!(revoke(kit.demo_auth(), &foreign).await.status, 200);
}

#[tokio::test]
async fn a_revocation_is_one_event() {
    let kit = Kit::new().await;
    let token = kit.demo_token("").await;
    let before = kit.happens(&kit.org, &kit.demo, countersign::model::UserFact::Unlocked).await.sequence;
    // That ended the token, so there is nothing left to revoke; a newer one takes one event, once.
    let newer = kit.demo_token("").await;
    for token in [&token, &newer, &newer] {
        assert_eq!(kit.post_form(REVOKE, kit.demo_auth(), &[("token", token)]).await.status, 200);
    }
    let after = kit.happens(&kit.org, &kit.demo, countersign::model::UserFact::Unlocked).await.sequence;
    assert_eq!(after - before, 2);
}

#[tokio::test]
async fn userinfo_tells_the_bearer_whose_token_it_is() {
    let kit = Kit::new().await;
    let token = kit.demo_token(OWNER).await;
    let expected = json!({
        "sub": kit.demo,
        "name": "Demo",
        "preferred_username": "demo",
        "updated_at": START.seconds(),
        "urn:zitadel:iam:user:resourceowner:id": kit.org,
        "urn:zitadel:iam:user:resourceowner:name": "ACME",
        "urn:zitadel:iam:user:resourceowner:primary_domain": "acme.localhost",
    });
    assert_eq!(kit.userinfo(&token).await.ok(), expected);
    let post = async |auth, form: &[(&str, &str)]| kit.send(request(Method::POST, USERINFO, auth, form)).await;
    assert_eq!(post(Auth::Bearer(&token), &[]).await.ok(), expected);
    assert_eq!(post(Auth::None, &[("access_token", &token)]).await.ok(), expected);
    assert_eq!(kit.userinfo(&kit.admin_token).await.ok()["preferred_username"], "admin");
    let both = post(Auth::Bearer(&token), &[("access_token", &token)]).await;
    both.refuses(400, "invalid_request", "a token must not be sent in more than one way");
}

#[tokio::test]
async fn userinfo_challenges_as_rfc_6750_says() {
    let kit = Kit::new().await;
    let bare = r#"Bearer realm="countersign""#;
    let invalid = r#"Bearer realm="countersign", error="invalid_token", error_description="access token invalid""#;
    for auth in [Auth::None, Auth::Raw(b"Basic eA=="), Auth::Raw(b"Bearer"), Auth::Raw(b"")] {
        let answer = kit.send(request(Method::GET, USERINFO, auth, &[])).await;
        answer.refuses(401, "invalid_request", "access token missing");
        assert_eq!(answer.header("www-authenticate"), bare);
    }
    for auth in [Auth::Bearer("x"), Auth::Bearer(&kit.demo_secret), Auth::Raw(b"Bearer \xff")] {
        let answer = kit.send(request(Method::GET, USERINFO, auth, &[])).await;
        answer.refuses(401, "access_denied", "access token invalid");
        assert_eq!(answer.header("www-authenticate"), invalid);
    }
    let answer = kit.get(&format!("{USERINFO}?access_token={}", kit.admin_token)).await;
    answer.refuses(400, "invalid_request", "credentials must not be sent in the URL");
}
