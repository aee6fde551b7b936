//! What is wrong with an assertion is told to nobody but the log.

use super::{GRANT, TYPE, assertion, assertion_with};
use crate::common::{
    Kit, START,
    web::{Auth, INTROSPECT, REVOKE, TOKEN},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use countersign::{
    id::CredentialId,
    keys::{Algorithm, SigningKey, jwt},
    model::{AccessTokenType, OrgFact, UserFact},
    time::Timestamp,
};
use serde_json::{Value, json};
use std::time::Duration;

/// Refused as a grant and as every endpoint's client.
async fn refused(kit: &Kit, assertion: &str, why: &str) {
    let (status, error, description) = kit.by_grant(assertion).await.refusal();
    assert_eq!((status, error.as_str(), description.as_str()), (400, "invalid_grant", "assertion invalid"), "{why}");
    refused_as_client(kit, assertion, why).await;
}

async fn refused_as_client(kit: &Kit, assertion: &str, why: &str) {
    for path in [TOKEN, INTROSPECT, REVOKE] {
        let more = [("grant_type", "client_credentials"), ("token", "x")];
        let answer = kit.by_client(path, assertion, &more).await;
        let expected = (401, "invalid_client".to_owned(), "client authentication failed".to_owned());
        assert_eq!(answer.refusal(), expected, "{why} at {path}");
        assert!(answer.header("www-authenticate").starts_with("Basic "));
    }
}

/// A header of one's own over the demo user's claims.
fn signed(key: &SigningKey, header: &Value, subject: &str) -> String {
    let sound = assertion(key, subject);
    let claims = sound.split('.').nth(1).expect("claims");
    let message = format!("{}.{claims}", BASE64_URL_SAFE_NO_PAD.encode(header.to_string()));
    let signature = key.sign(message.as_bytes()).expect("signed");
    format!("{message}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
}

#[tokio::test]
async fn claims_that_are_wrong() {
    let kit = Kit::new().await;
    let key = kit.demo_key().await;
    let now = START.seconds();
    for change in [
        json!({ "iss": "demo" }),
        json!({ "iss": kit.admin }),
        json!({ "sub": kit.admin }),
        json!({ "sub": kit.admin, "iss": kit.admin }),
        json!({ "sub": "4711", "iss": "4711" }),
        json!({ "sub": "", "iss": "" }),
        json!({ "sub": Value::Null }),
        json!({ "aud": "https://other.example.org" }),
        json!({ "aud": [] }),
        json!({ "aud": Value::Null }),
        json!({ "exp": now }),
        json!({ "exp": now + 3700 }),
        json!({ "exp": Value::Null }),
        json!({ "iat": now + 60 }),
        json!({ "iat": now - 3700, "exp": now + 60 }),
        json!({ "iat": Value::Null }),
        json!({ "nbf": now + 60 }),
        json!({ "jti": 7 }),
    ] {
        refused(&kit, &assertion_with(&key, &kit.demo, change.clone()), &change.to_string()).await;
    }
}

#[tokio::test]
async fn keys_and_headers_that_are_wrong() {
    let kit = Kit::new().await;
    let key = kit.demo_key().await;
    let admins = kit.add_key(&kit.org, &kit.admin, Algorithm::EdDsa, Timestamp::NEVER).await;
    let stranger = SigningKey::generate(Algorithm::EdDsa, key.kid()).expect("generated");
    let unknown = SigningKey::generate(Algorithm::EdDsa, "4711").expect("generated");
    let odd = SigningKey::generate(Algorithm::EdDsa, "a/b").expect("generated");
    let secret = SigningKey::generate(Algorithm::EdDsa, kit.secret_id(&kit.demo).as_str()).expect("generated");
    for (key, why) in [
        (&admins, "another user's key"),
        (&stranger, "a key that only has the name"),
        (&unknown, "an unknown key"),
        (&odd, "a name that no key has"),
        (&secret, "a secret for a key"),
    ] {
        refused(&kit, &assertion(key, &kit.demo), why).await;
    }
    refused(&kit, &assertion(&key, &kit.admin), "another user").await;

    for other in [Algorithm::Es256, Algorithm::Rs256] {
        let stranger = SigningKey::generate(other, key.kid()).expect("generated");
        refused(&kit, &assertion(&stranger, &kit.demo), "another algorithm").await;
    }
    for header in [
        json!({ "alg": "EdDSA" }),
        json!({ "alg": "RS256", "kid": key.kid() }),
        json!({ "alg": "none", "kid": key.kid() }),
        json!({ "alg": "HS256", "kid": key.kid() }),
        json!({ "alg": "PS256", "kid": key.kid() }),
        json!({ "alg": "EdDSA", "kid": "" }),
        json!({ "alg": "EdDSA", "kid": key.kid(), "crit": ["exp"] }),
        json!({ "alg": "EdDSA", "kid": key.kid(), "typ": "at+jwt" }),
    ] {
        refused(&kit, &signed(&key, &header, &kit.demo), &header.to_string()).await;
    }
    let header = json!({ "alg": "EdDSA", "kid": key.kid() });
    assert_eq!(kit.by_grant(&signed(&key, &header, &kit.demo)).await.status, 200, "a header without a type");
}

#[tokio::test]
async fn what_is_no_assertion() {
    let kit = Kit::new().await;
    let key = kit.demo_key().await;
    let sound = assertion(&key, &kit.demo);
    let (signed, _) = sound.rsplit_once('.').expect("three parts");
    let own = crate::common::text(&kit.ask_token(kit.demo_auth(), "openid").await.ok()["id_token"]);
    let huge = assertion_with(&key, &kit.demo, json!({ "x": "x".repeat(5000) }));
    assert_eq!(kit.by_grant(&huge).await.status, 200, "large, but not too large");
    for text in [
        "x".to_owned(),
        format!("{signed}."),
        format!("{signed}.AAAA"),
        format!("{sound}.x"),
        format!("{sound} "),
        own,
        "é".into(),
        "x.".repeat(7000),
    ] {
        refused(&kit, &text, &text).await;
    }
}

#[tokio::test]
async fn an_assertion_names_its_type_and_no_other_client() {
    let kit = Kit::new().await;
    let key = kit.demo_key().await;
    let (assertion, grant) = (assertion(&key, &kit.demo), ("grant_type", "client_credentials"));
    let sent = ("client_assertion", assertion.as_str());
    for form in [
        vec![grant, sent],
        vec![grant, TYPE],
        vec![grant, sent, ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer")],
        vec![grant, sent, TYPE, ("client_id", "admin")],
        vec![grant, sent, TYPE, ("client_id", &kit.admin)],
    ] {
        let answer = kit.post_form(TOKEN, Auth::None, &form).await;
        answer.refuses(401, "invalid_client", "client authentication failed");
    }
    let two = "client authentication must not use more than one method";
    let answer = kit.post_form(TOKEN, kit.demo_auth(), &[grant, sent, TYPE]).await;
    answer.refuses(400, "invalid_request", two);
    let missing = kit.post_form(TOKEN, Auth::None, &[("grant_type", GRANT)]).await;
    missing.refuses(400, "invalid_request", "assertion missing");
    let empty = kit.post_form(TOKEN, Auth::None, &[("grant_type", GRANT), ("assertion", "")]).await;
    empty.refuses(400, "invalid_request", "assertion missing");
}

/// A user name that is another's id must not open that one's account, nor shut it.
#[tokio::test]
async fn a_user_name_counts_for_clients_alone() {
    let kit = Kit::new().await;
    let key = kit.demo_key().await;
    let by_name = assertion(&key, "demo");
    let answer = kit.by_grant(&by_name).await;
    answer.refuses(400, "invalid_grant", "assertion invalid");
    let (squatter, _) = kit.add_machine(&kit.org, &kit.demo, AccessTokenType::Bearer).await;
    let squatters = kit.add_key(&kit.org, &squatter, Algorithm::EdDsa, Timestamp::NEVER).await;
    for (key, user) in [(&key, &kit.demo), (&squatters, &squatter)] {
        let form = [("grant_type", "client_credentials")];
        let token = kit.by_client(TOKEN, &assertion(key, &kit.demo), &form).await.ok();
        let seen = kit.introspect(kit.demo_auth(), &crate::common::text(&token["access_token"])).await;
        assert_eq!(&crate::common::text(&seen["sub"]), user);
    }
    kit.by_grant(&assertion(&squatters, &kit.demo)).await.refuses(400, "invalid_grant", "assertion invalid");
}

#[tokio::test]
async fn what_is_over_is_over() {
    let kit = Kit::new().await;
    let org = kit.add_org("Victims").await;
    let (user, _) = kit.add_machine(&org, "victim", AccessTokenType::Bearer).await;
    let key = kit.add_key(&org, &user, Algorithm::EdDsa, Timestamp::NEVER).await;
    let brief = kit.add_key(&org, &user, Algorithm::EdDsa, START + Duration::from_secs(60)).await;
    let is_taken = async || kit.by_grant(&assertion(&key, &user)).await.status == 200;
    assert!(is_taken().await && kit.by_grant(&assertion(&brief, &user)).await.status == 200);

    for (end, begin) in [(UserFact::Locked, UserFact::Unlocked), (UserFact::Deactivated, UserFact::Reactivated)] {
        kit.happens(&org, &user, end).await;
        refused(&kit, &assertion(&key, &user), "a user that is locked or inactive").await;
        kit.happens(&org, &user, begin).await;
        assert!(is_taken().await);
    }
    kit.happens_to_org(&org, OrgFact::Deactivated).await;
    refused(&kit, &assertion(&key, &user), "an organisation that is inactive").await;
    kit.happens_to_org(&org, OrgFact::Reactivated).await;
    assert!(is_taken().await);

    kit.clock.advance(Duration::from_secs(61));
    refused(&kit, &assertion(&brief, &user), "a key that has expired").await;
    assert!(is_taken().await);
    let credential = CredentialId::parse(key.kid()).expect("an id");
    kit.happens(&org, &user, UserFact::KeyRemoved { credential }).await;
    refused(&kit, &assertion(&key, &user), "a key that was removed").await;

    let another = kit.add_key(&org, &user, Algorithm::EdDsa, Timestamp::NEVER).await;
    kit.happens(&org, &user, UserFact::Removed).await;
    refused(&kit, &assertion(&another, &user), "a user that was removed").await;
}

#[tokio::test]
async fn an_assertion_ends_at_its_second() {
    let kit = Kit::new().await;
    let key = kit.demo_key().await;
    let assertion = jwt::sign(&key, "JWT", &super::claims(&kit.demo)).expect("signed");
    kit.clock.advance(Duration::from_secs(3599));
    assert_eq!(kit.by_grant(&assertion).await.status, 200);
    kit.clock.advance(Duration::from_secs(1));
    refused(&kit, &assertion, "an assertion that has expired").await;
}
