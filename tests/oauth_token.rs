//! The token endpoint: what is asked for, what is granted.

use crate::common::{
    Kit, text,
    web::{API, Auth, TOKEN, request, send},
};
use countersign::model::AccessTokenType;
use http::{HeaderValue, Method};
use serde_json::json;

#[tokio::test]
async fn a_secret_buys_a_token() {
    let kit = Kit::new().await;
    for auth in [kit.demo_auth(), Auth::Post("demo", &kit.demo_secret)] {
        let answer = kit.ask_token(auth, "").await;
        assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
        assert_eq!((answer.header("cache-control"), answer.header("pragma")), ("no-store", "no-cache"));
        let body = answer.json();
        let names: Vec<_> = body.as_object().expect("an object").keys().collect();
        assert_eq!(names, ["access_token", "expires_in", "token_type"]);
        assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("Bearer"), &json!(43200)));
        assert!(text(&body["access_token"]).starts_with("cs_at_"));
    }
}

#[tokio::test]
async fn two_tokens_are_never_the_same() {
    let kit = Kit::new().await;
    assert_ne!(kit.demo_token(API).await, kit.demo_token(API).await);
}

#[tokio::test]
async fn a_scope_makes_a_token_good_for_the_api() {
    let kit = Kit::new().await;
    assert!(kit.api_takes(&kit.demo_token(API).await).await);
    assert!(!kit.api_takes(&kit.demo_token("openid").await).await);
    assert!(!kit.api_takes(&kit.demo_token("").await).await);
}

#[tokio::test]
async fn an_id_token_comes_for_openid_alone() {
    let kit = Kit::new().await;
    assert!(kit.ask_token(kit.demo_auth(), "profile openid").await.ok()["id_token"].is_string());
    assert!(kit.ask_token(kit.demo_auth(), "profile").await.ok().get("id_token").is_none());
}

#[tokio::test]
async fn scopes_are_what_is_known_and_true() {
    let kit = Kit::new().await;
    let own_org = format!("urn:zitadel:iam:org:id:{}", kit.org);
    let kept = [
        "openid",
        "profile",
        "email",
        "phone",
        "address",
        "offline_access",
        API,
        "urn:zitadel:iam:org:project:id:4711:aud",
        "urn:zitadel:iam:user:metadata",
        "urn:zitadel:iam:user:resourceowner",
        &own_org,
        "urn:zitadel:iam:org:domain:primary:acme.localhost",
        "urn:zitadel:iam:org:projects:roles",
        "urn:zitadel:iam:org:roles:id:4711",
    ]
    .join(" ");
    let dropped = [
        "admin",
        "urn:zitadel:iam:org:project:role:admin",
        "urn:zitadel:iam:org:id:4711",
        "urn:zitadel:iam:org:domain:primary:other.localhost",
        "urn:zitadel:iam:org:roles:id:a:b",
        "urn:zitadel:iam:org:idp:id:4711",
        "urn:zitadel:iam:org:project:id::aud",
        "urn:zitadel:iam:org:project:id:a%2fb:aud",
    ]
    .join(" ");
    let answer = kit.ask_token(kit.demo_auth(), &format!("{dropped} {kept} openid")).await.ok();
    assert_eq!(answer["scope"], kept);
    let token = text(&answer["access_token"]);
    let seen = kit.introspect(kit.demo_auth(), &token).await;
    assert_eq!(seen["scope"], kept);
    let project = kit.ok("management/GetIAM", json!({})).await["iamProjectId"].clone();
    assert_eq!(seen["aud"], json!([project, "4711"]));

    // Said only if it is not what was asked for.
    assert_eq!(kit.ask_token(kit.demo_auth(), "admin").await.ok()["scope"], "");
    for all in [kept.as_str(), "", "openid  profile openid"] {
        assert_eq!(kit.ask_token(kit.demo_auth(), all).await.ok().get("scope"), None, "{all}");
    }
}

#[tokio::test]
async fn requests_that_are_wrong_say_what_is() {
    let kit = Kit::new().await;
    let auth = kit.demo_auth();
    let grant = ("grant_type", "client_credentials");
    let ask = async |form: &[(&str, &str)]| kit.post_form(TOKEN, auth, form).await;

    ask(&[("scope", "openid")]).await.refuses(400, "invalid_request", "grant_type missing");
    ask(&[("grant_type", "")]).await.refuses(400, "invalid_request", "grant_type missing");
    for other in ["password", "authorization_code", "refresh_token", "CLIENT_CREDENTIALS", "x"] {
        ask(&[("grant_type", other)]).await.refuses(400, "unsupported_grant_type", "this grant_type is not supported");
    }
    ask(&[grant, grant]).await.refuses(400, "invalid_request", "a parameter must not be repeated");
    ask(&[grant, ("scope", "a\"b")]).await.refuses(400, "invalid_scope", "a scope has a character that is not allowed");
    let long = "x".repeat(600);
    ask(&[grant, ("scope", &long)]).await.refuses(400, "invalid_scope", "a scope is too long");
    let many: String = (0..100).map(|n| format!("s{n} ")).collect();
    ask(&[grant, ("scope", &many)]).await.refuses(400, "invalid_scope", "too many scopes");
    assert_eq!(ask(&[grant, ("unknown", "1"), ("resource", "https://x"), ("resource", "https://y")]).await.status, 200);
}

#[tokio::test]
async fn a_token_that_would_be_too_large_is_refused() {
    let kit = Kit::new().await;
    let (_, secret) = kit.add_machine(&kit.org, "jwt", AccessTokenType::Jwt).await;
    let scope: String = (0..60).map(|n| format!("urn:zitadel:iam:org:project:id:{n:0>180}:aud ")).collect();
    for auth in [kit.demo_auth(), Auth::Basic("jwt", &secret)] {
        let description = "the token would be too large; ask for fewer scopes";
        kit.ask_token(auth, &scope).await.refuses(400, "invalid_scope", description);
    }
}

#[tokio::test]
async fn only_plain_forms_of_some_size_are_read() {
    let kit = Kit::new().await;
    let form = [("grant_type", "client_credentials")];
    let with = async |name: &'static str, value: &'static str| {
        let mut request = request(Method::POST, TOKEN, kit.demo_auth(), &form);
        request.headers_mut().insert(name, HeaderValue::from_static(value));
        kit.send(request).await
    };
    assert_eq!(with("content-type", "Application/X-WWW-Form-Urlencoded; charset=UTF-8").await.status, 200);
    assert_eq!(with("content-encoding", "identity").await.status, 200);
    for other in ["application/json", "text/plain", "", "application/x-www-form-urlencodedx"] {
        let description = "the content type must be application/x-www-form-urlencoded";
        with("content-type", other).await.refuses(400, "invalid_request", description);
    }
    for coding in ["gzip", "deflate, gzip", ""] {
        with("content-encoding", coding).await.refuses(415, "invalid_request", "the body must not be compressed");
    }
    let huge = "x".repeat(70_000);
    let answer = kit.post_form(TOKEN, kit.demo_auth(), &[("scope", &huge)]).await;
    answer.refuses(413, "invalid_request", "the body is too large");
    let mut broken = request(Method::POST, TOKEN, kit.demo_auth(), &form);
    *broken.body_mut() = "grant_type=%zz".into();
    let description = "the parameters are not form-encoded UTF-8";
    kit.send(broken).await.refuses(400, "invalid_request", description);
}

#[tokio::test]
async fn answers_are_counted_by_grant_and_result() {
    let kit = Kit::new().await;
    let web = kit.web();
    for (grant, auth) in [
        ("client_credentials", kit.demo_auth()),
        ("client_credentials", Auth::Basic("demo", "wrong")),
        ("made-up", kit.demo_auth()),
    ] {
        send(&web, request(Method::POST, TOKEN, auth, &[("grant_type", grant)])).await;
    }
    let page = kit.app.metrics.render();
    for line in [
        r#"countersign_tokens_total{grant="client_credentials",result="ok"} 1"#,
        r#"countersign_tokens_total{grant="client_credentials",result="invalid_client"} 1"#,
        r#"countersign_tokens_total{grant="unknown",result="unsupported_grant_type"} 1"#,
        r#"countersign_requests_total{operation="oauth.token",code="ok"} 1"#,
        r#"countersign_requests_total{operation="oauth.token",code="unauthenticated"} 1"#,
    ] {
        assert!(page.lines().any(|found| found == line), "{line}\n{page}");
    }
}
