//! What is set for the instance as a whole, through the operation table.

use crate::common::{Kit, client::Ask, orgs::dates, server::Server, text};
use countersign::{
    error::Kind::{FailedPrecondition, InvalidArgument, Unimplemented},
    time::Timestamp,
};
use serde_json::{Value, json};
use std::time::Duration;

const GET: &str = "admin/GetOIDCSettings";
const UPDATE: &str = "admin/UpdateOIDCSettings";

/// In seconds: access token, ID token.
fn lifetimes(access: u64, id: u64) -> Value {
    json!({
        "accessTokenLifetime": format!("{access}s"),
        "idTokenLifetime": format!("{id}s"),
        "refreshTokenIdleExpiration": "86400s",
        "refreshTokenExpiration": "864000s",
    })
}

/// What the settings say, without details.
fn shown(answer: &Value) -> Value {
    let mut settings = answer["settings"].clone();
    settings.as_object_mut().expect("settings").remove("details");
    settings
}

/// `exp - iat` of a JWT.
fn life(jwt: &Value) -> i64 {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    let jwt = text(jwt);
    let claims = BASE64_URL_SAFE_NO_PAD.decode(jwt.split('.').nth(1).expect("claims")).expect("base64");
    let claims: Value = serde_json::from_slice(&claims).expect("JSON");
    claims["exp"].as_i64().expect("exp") - claims["iat"].as_i64().expect("iat")
}

#[tokio::test]
async fn settings_count_at_once_in_place_of_the_configuration() {
    let kit = Kit::new().await;
    let before = kit.ok(GET, json!({})).await;
    assert_eq!(dates(&before["settings"]), (true, true));
    let configured = json!({
        "accessTokenLifetime": "43200s",
        "idTokenLifetime": "43200s",
        "refreshTokenIdleExpiration": "2592000s",
        "refreshTokenExpiration": "7776000s",
    });
    assert_eq!(shown(&before), configured);

    let set = kit.ok(UPDATE, lifetimes(600, 1200)).await;
    let iam = kit.ok("admin/ListIAMMembers", json!({})).await;
    assert_eq!(dates(&set), (false, true));
    assert_eq!(set["details"]["resourceOwner"], iam["result"][0]["details"]["resourceOwner"]);
    let after = kit.ok(GET, json!({})).await;
    assert_eq!(shown(&after), lifetimes(600, 1200));
    assert_eq!(after["settings"]["details"]["changeDate"], set["details"]["changeDate"]);

    let tokens = kit.ask_token(kit.demo_auth(), "openid").await.ok();
    assert_eq!(tokens["expires_in"], 600);
    // A whole second, and never before what was told.
    assert!((1200..=1201).contains(&life(&tokens["id_token"])));
    let token = kit.demo_token(crate::common::web::API).await;
    assert!(kit.api_takes(&token).await);
    kit.clock.advance(Duration::from_secs(601));
    assert!(!kit.api_takes(&token).await);
    kit.events_after_check();
}

#[tokio::test]
async fn lifetimes_have_bounds() {
    let kit = Kit::new().await;
    let before = kit.events_after_check();
    let with = |field: &str, value: &str| {
        let mut body = lifetimes(600, 600);
        body[field] = json!(value);
        body
    };
    let refusals = [
        (json!({}), "INST-10sxks"),
        (with("idTokenLifetime", "0s"), "INST-10sxks"),
        (with("refreshTokenExpiration", "0s"), "INST-10sxks"),
        (with("accessTokenLifetime", "59s"), ""),
        (with("accessTokenLifetime", "2592001s"), ""),
        (with("accessTokenLifetime", "-60s"), ""),
        (with("idTokenLifetime", "60.5s"), ""),
        (with("refreshTokenIdleExpiration", "59s"), ""),
        (with("refreshTokenExpiration", "315360001s"), ""),
        (with("refreshTokenExpiration", "soon"), ""),
    ];
    for (body, id) in refusals {
        kit.refused(UPDATE, body, InvalidArgument, id).await;
    }
    let message = kit.call(UPDATE, &kit.admin_token, lifetimes(600, 59)).await.expect_err("too short").2;
    let expected = "invalid UpdateOIDCSettingsRequest.IdTokenLifetime: value must be between 60s and 2592000s, \
                    inclusive, in whole seconds";
    assert_eq!(message, expected);
    let same = shown(&kit.ok(GET, json!({})).await);
    kit.refused(UPDATE, same, FailedPrecondition, "COMMAND-0pk2nu").await;
    assert_eq!(kit.events_after_check(), before);
    kit.ok(UPDATE, lifetimes(60, 2_592_000)).await;
    kit.refused(UPDATE, lifetimes(60, 2_592_000), FailedPrecondition, "COMMAND-0pk2nu").await;
}

/// A token lives as long as was said when it was issued, so its key must be published for as long, whatever was set
/// since.
#[tokio::test]
async fn a_retired_key_outlives_the_tokens_of_longer_settings() {
    let kit = Kit::new().await;
    kit.ok(UPDATE, lifetimes(60, 864_000)).await;
    kit.ok(UPDATE, lifetimes(60, 60)).await;
    let until = async || {
        kit.ok("keys/RotateSigningKey", json!({})).await;
        let keys = kit.ok("keys/ListSigningKeys", json!({})).await;
        text(&keys["keys"][1]["retiredUntil"])
    };
    let ten_days = kit.clock.now() + Duration::from_secs(864_000);
    assert!(until().await > ten_days.to_rfc3339());

    // The configured 12 hours count as long as nothing longer was set.
    let other = Kit::new().await;
    other.ok(UPDATE, lifetimes(60, 60)).await;
    let now: Timestamp = other.clock.now();
    other.ok("keys/RotateSigningKey", json!({})).await;
    let keys = other.ok("keys/ListSigningKeys", json!({})).await;
    let until = text(&keys["keys"][1]["retiredUntil"]);
    assert!(until > (now + Duration::from_secs(43_200)).to_rfc3339());
    assert!(until < (now + Duration::from_secs(43_300)).to_rfc3339());
}

#[tokio::test]
async fn the_form_of_secrets_is_told_and_fixed() {
    let kit = Kit::new().await;
    let app_secret = json!({ "generatorType": "SECRET_GENERATOR_TYPE_APP_SECRET" });
    let mut generator = kit.ok("admin/GetSecretGenerator", app_secret).await["secretGenerator"].clone();
    assert!(generator.as_object_mut().expect("a generator").remove("details").is_some());
    let expected = json!({
        "generatorType": "SECRET_GENERATOR_TYPE_APP_SECRET",
        "length": 56,
        "includeLowerLetters": true,
        "includeUpperLetters": true,
        "includeDigits": true,
    });
    assert_eq!(generator, expected);
    let made = kit.ok("management/GenerateMachineSecret", json!({ "userId": kit.demo })).await;
    assert_eq!(text(&made["clientSecret"]).len(), 56);

    let update = "admin/UpdateSecretGenerator";
    assert!(kit.ok(update, generator.clone()).await["details"].get("sequence").is_some());
    for (field, value) in [
        ("length", json!(64)),
        ("length", json!(0)),
        ("expiry", json!("3600s")),
        ("includeLowerLetters", json!(false)),
        ("includeUpperLetters", json!(false)),
        ("includeDigits", json!(false)),
        ("includeSymbols", json!(true)),
    ] {
        let mut other = generator.clone();
        other[field] = value;
        kit.refused(update, other, FailedPrecondition, "COUNTERSIGN-generator").await;
    }
    for procedure in ["admin/GetSecretGenerator", update] {
        for kind in [1, 2, 3, 4, 5, 7, 8] {
            kit.refused(procedure, json!({ "generatorType": kind }), Unimplemented, "COUNTERSIGN-human").await;
        }
        for kind in [0, 9] {
            kit.refused(procedure, json!({ "generatorType": kind }), InvalidArgument, "").await;
        }
    }
}

#[tokio::test]
async fn an_organisation_is_not_set_up_with_a_person() {
    let kit = Kit::new().await;
    let set_up = "admin/SetUpOrg";
    let human = json!({ "userName": "gigi", "profile": { "firstName": "Gigi", "lastName": "Giraffe" } });
    let body = json!({ "org": { "name": "New" }, "human": human });
    kit.refused(set_up, body, Unimplemented, "COUNTERSIGN-human").await;
    for malformed in [
        json!({}),
        json!({ "org": { "name": "New" } }),
        json!({ "human": human }),
        json!({ "org": { "name": "" }, "human": human }),
        json!({ "org": { "name": "New", "domain": "d".repeat(201) }, "human": human }),
    ] {
        kit.refused(set_up, malformed, InvalidArgument, "").await;
    }
}

#[tokio::test]
async fn settings_have_their_paths() {
    let server = Server::start().await;
    let settings = server.admin(Ask::put("/admin/v1/settings/oidc").json(&lifetimes(600, 600))).await;
    assert!(settings.ok().get("details").is_some());
    let settings = server.admin(Ask::get("/admin/v1/settings/oidc")).await.ok();
    assert_eq!(settings["settings"]["accessTokenLifetime"], "600s");
    for kind in ["SECRET_GENERATOR_TYPE_APP_SECRET", "6"] {
        let generator = server.admin(Ask::get(format!("/admin/v1/secretgenerators/{kind}"))).await.ok();
        assert_eq!(generator["secretGenerator"]["length"], 56, "{kind}");
    }
    let unknown = server.admin(Ask::get("/admin/v1/secretgenerators/NONE")).await;
    assert_eq!(unknown.status, 400);
    let set_up = Ask::post("/admin/v1/orgs/_setup").json(&json!({ "org": { "name": "New" }, "human": {} }));
    assert_eq!(server.admin(set_up).await.status, 501);
}

#[tokio::test]
async fn the_one_generator_is_a_list_too() {
    let kit = Kit::new().await;
    let list = "admin/ListSecretGenerators";
    let one = json!({ "generatorType": "SECRET_GENERATOR_TYPE_APP_SECRET" });
    let generator = kit.ok("admin/GetSecretGenerator", one.clone()).await["secretGenerator"].clone();
    for queries in [json!([]), json!([{ "typeQuery": one }])] {
        let all = kit.ok(list, json!({ "queries": queries })).await;
        assert_eq!((&all["result"], &all["details"]["totalResult"]), (&json!([generator]), &json!("1")));
    }
    let codes = json!({ "queries": [{ "typeQuery": { "generatorType": "SECRET_GENERATOR_TYPE_OTP_SMS" } }] });
    assert_eq!(kit.ok(list, codes).await.get("result"), None);
}
