//! Assertions (RFC 7523): as a grant, and as the client's authentication.

mod once;
mod refused;

use crate::common::{
    ISSUER, Kit, START, text,
    web::{API, Answer, Auth, INTROSPECT, REVOKE, TOKEN},
};
use base64::{Engine, prelude::BASE64_STANDARD, prelude::BASE64_URL_SAFE_NO_PAD};
use countersign::{
    id::CredentialId,
    keys::{Algorithm, SigningKey, jwt},
    model::{AccessTokenType, UserFact},
    time::Timestamp,
};
use serde_json::{Value, json};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const TYPE: (&str, &str) = ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");

impl Kit {
    /// Gives a user a key.
    pub async fn add_key(&self, org: &str, user: &str, algorithm: Algorithm, expires: Timestamp) -> SigningKey {
        let credential: CredentialId = self.app.new_id();
        let key = SigningKey::generate(algorithm, credential.as_str()).expect("generated");
        let public_key = key.public().to_spki().expect("DER");
        let fact = UserFact::KeyAdded { credential, public_key, algorithm: algorithm.name().into(), expires };
        self.happens(org, user, fact).await;
        key
    }

    /// A key of the demo user.
    async fn demo_key(&self) -> SigningKey {
        self.add_key(&self.org, &self.demo, Algorithm::EdDsa, Timestamp::NEVER).await
    }

    pub async fn by_grant(&self, assertion: &str) -> Answer {
        let form = [("grant_type", GRANT), ("assertion", assertion), ("scope", API)];
        self.post_form(TOKEN, Auth::None, &form).await
    }

    /// At an endpoint that wants a client, with more of the form.
    async fn by_client(&self, path: &str, assertion: &str, more: &[(&str, &str)]) -> Answer {
        let form = [&[TYPE, ("client_assertion", assertion)], more].concat();
        self.post_form(path, Auth::None, &form).await
    }
}

/// The claims that clients of ZITADEL send.
fn claims(subject: &str) -> Value {
    let now = START.seconds();
    json!({ "iss": subject, "sub": subject, "aud": ISSUER, "iat": now, "exp": now + 3600 })
}

pub fn assertion(key: &SigningKey, subject: &str) -> String {
    jwt::sign(key, "JWT", &claims(subject)).expect("signed")
}

/// The claims with some in place of theirs.
fn assertion_with(key: &SigningKey, subject: &str, change: Value) -> String {
    let mut claims = claims(subject);
    for (name, value) in change.as_object().expect("an object") {
        claims[name] = value.clone();
    }
    jwt::sign(key, "JWT", &claims).expect("signed")
}

#[tokio::test]
async fn an_assertion_buys_a_token() {
    let kit = Kit::new().await;
    for algorithm in Algorithm::ALL {
        let key = kit.add_key(&kit.org, &kit.demo, algorithm, Timestamp::NEVER).await;
        let answer = kit.by_grant(&assertion(&key, &kit.demo)).await.ok();
        assert_eq!((&answer["token_type"], &answer["expires_in"]), (&json!("Bearer"), &json!(43200)));
        let token = text(&answer["access_token"]);
        assert!(kit.api_takes(&token).await);
        let seen = kit.introspect(kit.demo_auth(), &token).await;
        assert_eq!((&seen["sub"], &seen["client_id"]), (&json!(kit.demo), &json!("demo")));
        assert_eq!((&seen["amr"], &seen["scope"]), (&json!(["pop"]), &json!(API)));
    }
}

#[tokio::test]
async fn a_narrowed_key_is_taken_only_from_its_networks_and_for_its_scopes() {
    let kit = Kit::new().await;
    let key = kit.demo_key().await;
    let narrow = async |bounds: Value| {
        let request = json!({ "userId": kit.demo, "credentialId": key.public().kid(), "bounds": bounds });
        kit.ok("credential/SetCredentialBounds", request).await;
    };
    let assertion = assertion(&key, &kit.demo);
    narrow(json!({ "networks": ["192.0.2.0/24"] })).await;
    kit.by_grant(&assertion).await.ok();
    narrow(json!({ "networks": ["198.51.100.0/24"] })).await;
    kit.by_grant(&assertion).await.refuses(400, "invalid_grant", "assertion invalid");
    let client = kit.by_client(INTROSPECT, &assertion, &[("token", "x")]).await;
    client.refuses(401, "invalid_client", "client authentication failed");
    narrow(json!({ "scopes": ["openid"] })).await;
    assert_eq!(kit.by_grant(&assertion).await.refusal().1, "invalid_scope");
}

/// From the request for a key to a token, with nothing in between but what a client does.
#[tokio::test]
async fn the_key_file_is_enough() {
    use aws_lc_rs::{
        rand::SystemRandom,
        signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair},
    };
    let kit = Kit::new().await;
    let body = json!({ "userId": kit.demo, "type": "KEY_TYPE_JSON" });
    let added = kit.ok("management/AddMachineKey", body).await;
    let file: Value = serde_json::from_slice(&BASE64_STANDARD.decode(text(&added["keyDetails"])).expect("base64"))
        .expect("a key file");
    let pem: String = text(&file["key"]).lines().filter(|line| !line.starts_with("-----")).collect();
    let pair = RsaKeyPair::from_der(&BASE64_STANDARD.decode(pem).expect("base64")).expect("a private key");
    let part = |value: Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let assertion = |alg: &str, encoding: &'static dyn RsaEncoding| {
        let header = json!({ "alg": alg, "kid": file["keyId"] });
        let message = [part(header), part(claims(&text(&file["userId"])))].join(".");
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(encoding, &SystemRandom::new(), message.as_bytes(), &mut signature).expect("signed");
        format!("{message}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    };
    for good in [assertion("RS256", &RSA_PKCS1_SHA256), assertion("PS256", &RSA_PSS_SHA256)] {
        assert!(kit.api_takes(&text(&kit.by_grant(&good).await.ok()["access_token"])).await);
    }
    // What the header says decides nothing more than which of the two it must be.
    for bad in [assertion("PS256", &RSA_PKCS1_SHA256), assertion("RS256", &RSA_PSS_SHA256)] {
        kit.by_grant(&bad).await.refuses(400, "invalid_grant", "assertion invalid");
    }
    // It is also enough to end the key with all that it minted.
    let token = text(&kit.by_grant(&assertion("RS256", &RSA_PKCS1_SHA256)).await.ok()["access_token"]);
    kit.ok("credential/ReportLeakedCredential", json!({ "credential": file.to_string() })).await;
    assert!(!kit.api_takes(&token).await);
}

#[tokio::test]
async fn tokens_say_how_their_user_was_known() {
    let kit = Kit::new().await;
    let (user, _) = kit.add_machine(&kit.org, "jwt", AccessTokenType::Jwt).await;
    let key = kit.add_key(&kit.org, &user, Algorithm::EdDsa, Timestamp::NEVER).await;
    let assertion = assertion(&key, &user);
    let form = [("grant_type", GRANT), ("assertion", assertion.as_str()), ("scope", "openid")];
    let answer = kit.post_form(TOKEN, Auth::None, &form).await.ok();
    let id_token = text(&answer["id_token"]);
    let claims = id_token.split('.').nth(1).expect("claims");
    let claims: Value = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(claims).expect("base64")).expect("JSON");
    assert_eq!((&claims["sub"], &claims["amr"]), (&json!(user), &json!(["pop"])));

    // Tokens outlive the key that minted them, as they outlive secrets; how is then not known any more.
    let credential = CredentialId::parse(key.kid()).expect("an id");
    kit.happens(&kit.org, &user, UserFact::KeyRemoved { credential }).await;
    let seen = kit.introspect(kit.demo_auth(), &text(&answer["access_token"])).await;
    assert_eq!((&seen["active"], seen.get("amr")), (&json!(true), None));
}

#[tokio::test]
async fn a_client_can_be_known_by_an_assertion_everywhere() {
    let kit = Kit::new().await;
    let key = kit.demo_key().await;
    let grant = ("grant_type", "client_credentials");
    for name in [kit.demo.as_str(), "demo", "Demo"] {
        let assertion = assertion(&key, name);
        let answer = kit.by_client(TOKEN, &assertion, &[grant, ("scope", API)]).await.ok();
        let token = text(&answer["access_token"]);
        let seen = kit.by_client(INTROSPECT, &assertion, &[("token", &token)]).await.ok();
        assert_eq!((&seen["sub"], &seen["amr"]), (&json!(kit.demo), &json!(["pop"])));
        for id in [kit.demo.as_str(), "demo"] {
            assert_eq!(kit.by_client(TOKEN, &assertion, &[grant, ("client_id", id)]).await.status, 200);
        }
        assert_eq!(kit.by_client(REVOKE, &assertion, &[("token", &token)]).await.status, 200);
        assert!(!kit.api_takes(&token).await);
    }
}

#[tokio::test]
async fn an_assertion_may_be_for_the_issuer_or_the_token_endpoint() {
    let kit = Kit::new().await;
    let key = kit.demo_key().await;
    let endpoint = format!("{ISSUER}{TOKEN}");
    for aud in [json!([ISSUER]), json!(endpoint), json!(["https://other", endpoint]), json!(format!("{ISSUER}/"))] {
        let assertion = assertion_with(&key, &kit.demo, json!({ "aud": aud }));
        assert_eq!(kit.by_grant(&assertion).await.status, 200, "{aud}");
    }
}

/// As libraries have it that know no other name for the server than where they call.
#[tokio::test]
async fn an_assertion_may_be_for_the_endpoint_that_it_is_sent_to() {
    let kit = Kit::new().await;
    let key = kit.demo_key().await;
    let token = kit.demo_token(API).await;
    for endpoint in [INTROSPECT, REVOKE] {
        let sent = |aud: String| assertion_with(&key, &kit.demo, json!({ "aud": aud }));
        let form = [("token", token.as_str())];
        assert_eq!(
            kit.by_client(endpoint, &sent(format!("{ISSUER}{endpoint}")), &form).await.status,
            200,
            "{endpoint}"
        );
        let userinfo = sent(format!("{ISSUER}/oidc/v1/userinfo"));
        kit.by_client(endpoint, &userinfo, &form).await.refuses(401, "invalid_client", "client authentication failed");
    }
}

/// OpenID Connect Core section 3.1.3.7: a client refuses an ID token that is not for the name that it goes by.
#[tokio::test]
async fn an_id_token_is_for_the_name_that_the_client_goes_by() {
    let kit = Kit::new().await;
    let key = kit.demo_key().await;
    let form = [("grant_type", "client_credentials"), ("scope", "openid")];
    let is_for = |answer: &Value| {
        let token = text(&answer["id_token"]);
        let payload = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1).expect("a payload")).expect("base64");
        let claims: Value = serde_json::from_slice(&payload).expect("JSON");
        json!([claims["aud"], claims["azp"], claims["client_id"]])
    };
    for name in [kit.demo.as_str(), "demo", "Demo"] {
        let wanted = json!([[name], name, name]);
        let by_key = kit.by_client(TOKEN, &assertion(&key, name), &form).await.ok();
        assert_eq!(is_for(&by_key), wanted, "by key");
        let by_secret = kit.post_form(TOKEN, Auth::Basic(name, &kit.demo_secret), &form).await.ok();
        assert_eq!(is_for(&by_secret), wanted, "by secret");
    }
    let assertion = assertion(&key, &kit.demo);
    let form = [("grant_type", GRANT), ("assertion", &assertion), ("scope", "openid")];
    let granted = kit.post_form(TOKEN, Auth::None, &form).await.ok();
    assert_eq!(is_for(&granted), json!([[kit.demo], kit.demo, kit.demo]));
}

/// RFC 7523 section 3.1: to name a client is optional, but if it is done, it must be true.
#[tokio::test]
async fn a_client_beside_the_assertion_must_be_its_user() {
    let kit = Kit::new().await;
    let key = kit.demo_key().await;
    let (_, secret) = kit.add_machine(&kit.org, "other", AccessTokenType::Bearer).await;
    let assertion = assertion(&key, &kit.demo);
    let form = [("grant_type", GRANT), ("assertion", assertion.as_str())];
    assert_eq!(kit.post_form(TOKEN, kit.demo_auth(), &form).await.status, 200);
    let more = [&form[..], &[("client_id", "whatever")]].concat();
    assert_eq!(kit.post_form(TOKEN, Auth::None, &more).await.status, 200);
    let answer = kit.post_form(TOKEN, Auth::Basic("other", &secret), &form).await;
    answer.refuses(400, "invalid_grant", "assertion invalid");
    let answer = kit.post_form(TOKEN, Auth::Basic("demo", "wrong"), &form).await;
    answer.refuses(401, "invalid_client", "client authentication failed");
}
