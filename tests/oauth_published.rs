//! What is published, and what a stranger can check with it: discovery, JWKS, JWTs; health and metrics.

use crate::common::{
    ISSUER, Kit, START,
    web::{API, Auth, TOKEN, request},
};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use countersign::{keys::Algorithm, keys::KeyRing, model::AccessTokenType, secret::SecretKey};
use http::{HeaderValue, Method};
use serde_json::{Value, json};

const OPENID: &str = "/.well-known/openid-configuration";
const OAUTH: &str = "/.well-known/oauth-authorization-server";
const KEYS: &str = "/oauth/v2/keys";

fn bytes(base64url: &Value) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD.decode(base64url.as_str().expect("text")).expect("base64url")
}

/// Header and claims of a JWT, if a key of the JWKS signed it. Knows nothing of the server's own code.
fn verified(jwks: &Value, token: &str) -> Option<(Value, Value)> {
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let part = |text: &str| serde_json::from_slice::<Value>(&BASE64_URL_SAFE_NO_PAD.decode(text).expect("base64url"));
    let (header, claims) = (part(header).expect("JSON"), part(claims).expect("JSON"));
    let key = jwks["keys"].as_array()?.iter().find(|key| key["kid"] == header["kid"])?;
    assert_eq!((&key["alg"], &key["use"]), (&header["alg"], &json!("sig")));
    let (message, signature) = (signed.as_bytes(), BASE64_URL_SAFE_NO_PAD.decode(signature).expect("base64url"));
    let outcome = match key["kty"].as_str()? {
        "RSA" => RsaPublicKeyComponents { n: bytes(&key["n"]), e: bytes(&key["e"]) }
            .verify(&RSA_PKCS1_2048_8192_SHA256, message, &signature)
            .is_ok(),
        "EC" => {
            let point = [&[4], &*bytes(&key["x"]), &*bytes(&key["y"])].concat();
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, &signature).is_ok()
        }
        _ => UnparsedPublicKey::new(&ED25519, bytes(&key["x"])).verify(message, &signature).is_ok(),
    };
    outcome.then_some((header, claims))
}

#[tokio::test]
async fn a_stranger_can_verify_tokens_of_every_algorithm() {
    for algorithm in Algorithm::ALL {
        let kit = Kit::with_algorithm(algorithm).await;
        let (user, secret) = kit.add_machine(&kit.org, "jwt", AccessTokenType::Jwt).await;
        let scope = format!("openid profile {API} urn:zitadel:iam:user:resourceowner");
        let tokens = kit.ask_token(Auth::Post("jwt", &secret), &scope).await.ok();
        let jwks = kit.get(KEYS).await.ok();
        let project = kit.ok("management/GetIAM", json!({})).await["iamProjectId"].clone();
        let owner = |name: &str| format!("urn:zitadel:iam:user:resourceowner:{name}");
        let start = START.seconds();

        let (header, claims) = verified(&jwks, &crate::common::text(&tokens["access_token"])).expect("verified");
        assert_eq!((&header["typ"], &header["alg"]), (&json!("JWT"), &json!(algorithm.name())));
        assert_eq!(crate::common::text(&claims["jti"]).len(), 22);
        let expected = json!({
            "iss": ISSUER, "sub": user, "aud": [project], "exp": start + 12 * 3600 + 1, "iat": start, "nbf": start,
            "jti": claims["jti"], "client_id": "jwt", "scope": scope,
            "urn:countersign:credential": kit.secret_id(&user).as_str(),
            owner("id"): kit.org, owner("name"): "ACME", owner("primary_domain"): "acme.localhost",
        });
        assert_eq!(claims, expected);

        let (header, claims) = verified(&jwks, &crate::common::text(&tokens["id_token"])).expect("verified");
        assert_eq!(header["typ"], "JWT");
        let expected = json!({
            "iss": ISSUER, "sub": user, "aud": ["jwt"], "exp": start + 12 * 3600 + 1, "iat": start,
            "auth_time": start, "amr": ["pwd"], "azp": "jwt", "client_id": "jwt",
            "name": "jwt", "preferred_username": "jwt", "updated_at": start,
            owner("id"): kit.org, owner("name"): "ACME", owner("primary_domain"): "acme.localhost",
        });
        assert_eq!(claims, expected);
    }
}

#[tokio::test]
async fn a_jwt_without_an_audience_is_for_its_own_client() {
    let kit = Kit::new().await;
    let (_, secret) = kit.add_machine(&kit.org, "jwt", AccessTokenType::Jwt).await;
    let token = kit.ask_token(Auth::Basic("jwt", &secret), "").await.ok();
    let token = crate::common::text(&token["access_token"]);
    let (_, claims) = verified(&kit.get(KEYS).await.ok(), &token).expect("verified");
    assert_eq!((&claims["aud"], claims.get("scope")), (&json!(["jwt"]), None));
    // That name is nobody else's permission.
    assert!(!kit.api_takes(&token).await);
}

#[tokio::test]
async fn a_token_outlives_the_rotation_of_its_key() {
    let kit = Kit::new().await;
    let (_, secret) = kit.add_machine(&kit.org, "jwt", AccessTokenType::Jwt).await;
    let token = async || {
        let answer = kit.ask_token(Auth::Basic("jwt", &secret), API).await.ok();
        crate::common::text(&answer["access_token"])
    };
    let old = token().await;
    kit.ok("keys/RotateSigningKey", json!({})).await;
    let new = token().await;
    let jwks = kit.get(KEYS).await.ok();
    let kid = |token: &str| verified(&jwks, token).expect("verified").0["kid"].clone();
    assert_ne!(kid(&old), kid(&new));
    assert!(kit.api_takes(&old).await && kit.api_takes(&new).await);
}

#[tokio::test]
async fn discovery_names_what_is_served() {
    let kit = Kit::new().await;
    let methods = json!(["client_secret_basic", "client_secret_post", "private_key_jwt"]);
    let algorithms = json!(["EdDSA", "ES256", "RS256", "PS256"]);
    let mut oauth = json!({
        "issuer": ISSUER,
        "authorization_endpoint": format!("{ISSUER}/oauth/v2/authorize"),
        "token_endpoint": format!("{ISSUER}/oauth/v2/token"),
        "introspection_endpoint": format!("{ISSUER}/oauth/v2/introspect"),
        "revocation_endpoint": format!("{ISSUER}/oauth/v2/revoke"),
        "jwks_uri": format!("{ISSUER}/oauth/v2/keys"),
        "scopes_supported": ["openid", "profile", "urn:zitadel:iam:user:resourceowner", API],
        "response_types_supported": ["code"],
        "grant_types_supported": ["client_credentials", "urn:ietf:params:oauth:grant-type:jwt-bearer"],
        "token_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
        "introspection_endpoint_auth_methods_supported": methods,
        "introspection_endpoint_auth_signing_alg_values_supported": algorithms,
        "revocation_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_signing_alg_values_supported": algorithms,
    });
    assert_eq!(kit.get(OAUTH).await.ok(), oauth);
    oauth["userinfo_endpoint"] = format!("{ISSUER}/oidc/v1/userinfo").into();
    oauth["subject_types_supported"] = json!(["public"]);
    oauth["id_token_signing_alg_values_supported"] = json!(["EdDSA"]);
    oauth["request_uri_parameter_supported"] = json!(false);
    let mut openid = kit.get(OPENID).await.ok();
    assert!(openid["claims_supported"].as_array().expect("claims").contains(&json!("sub")));
    openid.as_object_mut().expect("an object").remove("claims_supported");
    assert_eq!(openid, oauth);
}

#[tokio::test]
async fn whoever_the_client_says_it_talks_to_the_answers_are_the_same() {
    let kit = Kit::new().await;
    for path in [OPENID, OAUTH, KEYS, "/oauth/v2/authorize", "/debug/ready"] {
        let plain = kit.get(path).await;
        let mut hostile = request(Method::GET, path, Auth::None, &[]);
        for name in ["host", "x-forwarded-host", "x-forwarded-proto", "forwarded", "x-original-url", "origin"] {
            hostile.headers_mut().insert(name, HeaderValue::from_static("evil.example"));
        }
        assert_eq!(kit.send(hostile).await, plain, "{path}");
        let absolute = request(Method::GET, &format!("https://evil.example{path}"), Auth::None, &[]);
        assert_eq!(kit.send(absolute).await, plain, "{path}");
    }
}

#[tokio::test]
async fn the_jwks_may_be_kept_for_a_while() {
    let kit = Kit::new().await;
    let keys = kit.get(KEYS).await;
    assert_eq!((keys.status, keys.header("content-type")), (200, "application/json"));
    assert_eq!(keys.header("cache-control"), "max-age=300, must-revalidate");
}

#[tokio::test]
async fn methods_that_are_not_served_are_named() {
    let kit = Kit::new().await;
    for (path, allow) in [
        (TOKEN, "POST"),
        ("/oauth/v2/introspect", "POST"),
        ("/oauth/v2/revoke", "POST"),
        ("/oidc/v1/userinfo", "GET, HEAD, POST"),
        ("/oauth/v2/authorize", "GET, HEAD, POST"),
        (KEYS, "GET, HEAD"),
        (OPENID, "GET, HEAD"),
        (OAUTH, "GET, HEAD"),
        ("/debug/healthz", "GET, HEAD"),
        ("/debug/ready", "GET, HEAD"),
        ("/debug/metrics", "GET, HEAD"),
        ("/healthz", "GET, HEAD"),
    ] {
        for method in [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
            let answer = kit.send(request(method.clone(), path, Auth::None, &[])).await;
            let is_allowed = allow.split(", ").any(|allowed| allowed == method.as_str());
            assert_eq!(answer.status != 405, is_allowed, "{method} {path}");
            assert_eq!(answer.header("allow"), if is_allowed { "" } else { allow }, "{method} {path}");
        }
    }
    let head = kit.send(request(Method::HEAD, OPENID, Auth::None, &[])).await;
    let length = kit.get(OPENID).await.body.len().to_string();
    assert_eq!((head.status, head.body.len(), head.header("content-length")), (200, 0, length.as_str()));
    let web = kit.web();
    for other in ["/", "/oauth/v2/token/", "/oauth/v2", "/OAUTH/v2/token", "/debug", "/management/v1/healthz", "*"] {
        assert!(!web.serves(other), "{other}");
    }
}

#[tokio::test]
async fn there_are_no_people_to_log_in() {
    let kit = Kit::new().await;
    let answer = kit.get("/oauth/v2/authorize?response_type=code&client_id=x&redirect_uri=https://evil.example").await;
    assert_eq!((answer.status, answer.header("location")), (501, ""));
    assert!(String::from_utf8_lossy(&answer.body).contains("client_credentials"));
}

#[tokio::test]
async fn health_is_told_as_zitadel_tells_it() {
    let kit = Kit::new().await;
    let answer = async |path| {
        let answer = kit.get(path).await;
        (answer.status, String::from_utf8(answer.body.to_vec()).expect("UTF-8"))
    };
    assert_eq!(answer("/debug/healthz").await, (200, "ok".into()));
    assert_eq!(answer("/debug/ready").await, (200, r#""ok""#.into()));
    assert_eq!(answer("/healthz").await, (200, r#"{"status":"SERVING"}"#.into()));
    let (status, page) = answer("/debug/metrics").await;
    assert!(status == 200 && page.ends_with("# EOF\n"));

    let other = KeyRing::new(&SecretKey::new([1; 32]), Vec::new());
    kit.app.keys.rebuild(|| Ok(other)).map_err(|e| e.message).expect("rebuilt");
    assert_eq!(answer("/debug/healthz").await, (200, "ok".into()));
    assert_eq!(answer("/debug/ready").await, (412, r#"{"error":"the signing key is being made"}"#.into()));
    assert_eq!(answer("/healthz").await, (503, r#"{"status":"NOT_SERVING"}"#.into()));
}
