//! Keys of machine users, and keys and personal access tokens over v2, through the operation table.

mod lists;

use crate::common::{
    Kit,
    client::Ask,
    orgs::{column, dates},
    refused_with,
    server::Server,
    text,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use countersign::{
    error::Kind::{self, FailedPrecondition, InvalidArgument, NotFound, PermissionDenied},
    id::UserId,
    keys::{Algorithm, SigningKey},
    limits::MAX_CREDENTIALS,
    model::{CredentialKind, Draft, UserFact},
    time::Timestamp,
};
use serde_json::{Value, json};

const NEVER: &str = "9999-12-31T23:59:59Z";
/// An hour after the kit's clock began.
const LATER: &str = "2026-11-23T01:00:00Z";

/// A public key as people upload it: base64 of PEM.
fn upload(label: &str, der: &[u8]) -> String {
    let pem = format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", BASE64_STANDARD.encode(der));
    BASE64_STANDARD.encode(pem)
}

fn public(algorithm: Algorithm) -> String {
    let key = SigningKey::generate(algorithm, "kid").expect("generated");
    upload("PUBLIC KEY", &key.public().to_spki().expect("DER"))
}

fn decoded(bytes: &Value) -> Value {
    serde_json::from_slice(&BASE64_STANDARD.decode(text(bytes)).expect("base64")).expect("JSON")
}

fn add(user: &str) -> Value {
    json!({ "userId": user, "type": "KEY_TYPE_JSON", "publicKey": public(Algorithm::EdDsa) })
}

#[tokio::test]
async fn a_key_that_is_made_here_comes_in_the_file_that_clients_read() {
    let kit = Kit::new().await;
    let added = kit.ok("management/AddMachineKey", json!({ "userId": kit.demo, "type": "KEY_TYPE_JSON" })).await;
    assert_eq!(dates(&added), (true, false));
    let file = decoded(&added["keyDetails"]);
    let fields: Vec<_> = file.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(fields, ["expirationDate", "key", "keyId", "type", "userId"]);
    assert_eq!((&file["type"], &file["keyId"]), (&json!("serviceaccount"), &added["keyId"]));
    assert_eq!((&file["userId"], &file["expirationDate"]), (&json!(kit.demo), &json!(NEVER)));
    let pem = text(&file["key"]);
    assert!(pem.starts_with("-----BEGIN RSA PRIVATE KEY-----\n") && pem.ends_with("-----END RSA PRIVATE KEY-----\n"));

    let ids = json!({ "userId": kit.demo, "keyId": added["keyId"] });
    let key = kit.ok("management/GetMachineKeyByIDs", ids).await["key"].clone();
    assert_eq!((&key["id"], &key["type"]), (&added["keyId"], &json!("KEY_TYPE_JSON")));
    assert_eq!((&key["expirationDate"], dates(&key)), (&json!(NEVER), (true, true)));
    kit.events_after_check();
}

#[tokio::test]
async fn keys_of_every_kind_can_be_brought() {
    let kit = Kit::new().await;
    let user = UserId::parse(&kit.demo).expect("an id");
    for algorithm in Algorithm::ALL {
        let body = json!({ "userId": kit.demo, "type": 1, "publicKey": public(algorithm), "expirationDate": LATER });
        let added = kit.ok("management/AddMachineKey", body).await;
        assert!(added.get("keyDetails").is_none());
        let id = countersign::id::CredentialId::parse(&text(&added["keyId"])).expect("an id");
        let kept = kit.app.store.snapshot().expect("a snapshot").state().credential(&user, &id).expect("read");
        let CredentialKind::Key { algorithm: kept, .. } = kept.expect("a key").kind else { panic!("no key") };
        assert_eq!(kept, algorithm.name());
        let ids = json!({ "userId": kit.demo, "keyId": added["keyId"] });
        assert_eq!(kit.ok("management/GetMachineKeyByIDs", ids).await["key"]["expirationDate"], LATER);
    }
}

#[tokio::test]
async fn what_is_no_public_key_is_refused() {
    let kit = Kit::new().await;
    let private = SigningKey::generate(Algorithm::EdDsa, "kid").expect("generated").to_pkcs8().expect("DER");
    let spki = SigningKey::generate(Algorithm::EdDsa, "kid").expect("generated").public().to_spki().expect("DER");
    let rsa_of_1024_bits = [b"\x30\x81\x88\x02\x81\x80\xc1".as_slice(), &[7; 127], b"\x02\x03\x01\x00\x01"].concat();
    for key in [
        upload("PRIVATE KEY", &private),
        upload("RSA PUBLIC KEY", &spki),
        upload("PUBLIC KEY", &rsa_of_1024_bits),
        upload("PUBLIC KEY", &spki[1..]),
        upload("PUBLIC KEY", &[]),
        BASE64_STANDARD.encode(&spki),
        BASE64_STANDARD.encode("-----BEGIN PUBLIC KEY-----\n"),
    ] {
        let body = json!({ "userId": kit.demo, "type": "KEY_TYPE_JSON", "publicKey": key });
        kit.refused("management/AddMachineKey", body, InvalidArgument, "COMMAND-5F3h1").await;
        let body = json!({ "userId": kit.demo, "publicKey": key, "expirationDate": LATER });
        kit.refused("user.v2/AddKey", body, InvalidArgument, "COMMAND-5F3h1").await;
    }
}

#[tokio::test]
async fn requests_for_keys_are_checked() {
    let kit = Kit::new().await;
    let invalid = "invalid AddMachineKeyRequest.Type: value must not be in list [KEY_TYPE_UNSPECIFIED]";
    let answer = kit.call("management/AddMachineKey", &kit.admin_token, json!({ "userId": kit.demo })).await;
    assert_eq!(refused_with(answer), (InvalidArgument, invalid.into()));
    let answer = kit.call("user.v2/AddKey", &kit.admin_token, json!({ "userId": kit.demo })).await;
    let invalid = "invalid AddKeyRequest.ExpirationDate: value is required";
    assert_eq!(refused_with(answer), (InvalidArgument, invalid.into()));

    for past in ["2026-11-22T23:59:59Z", "1999-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "0001-01-01T00:00:01Z"] {
        for made_here in [true, false] {
            let mut body = add(&kit.demo);
            body["expirationDate"] = past.into();
            if made_here {
                body["publicKey"] = json!("");
            }
            kit.refused("management/AddMachineKey", body.clone(), InvalidArgument, "DOMAIN-dv3t5").await;
            kit.refused("user.v2/AddKey", body.clone(), InvalidArgument, "DOMAIN-dv3t5").await;
            kit.refused("management/AddPersonalAccessToken", body, InvalidArgument, "DOMAIN-dv3t5").await;
        }
    }
    // What Go's clients send for no time.
    let body = json!({ "userId": kit.demo, "expirationDate": "0001-01-01T00:00:00Z" });
    let token = kit.ok("management/AddPersonalAccessToken", body).await["tokenId"].clone();
    let ids = json!({ "userId": kit.demo, "tokenId": token });
    let shown = kit.ok("management/GetPersonalAccessTokenByIDs", ids).await;
    assert_eq!(shown["token"]["expirationDate"], NEVER);
}

#[tokio::test]
async fn keys_are_the_users_own() {
    let kit = Kit::new().await;
    let other_org = kit.org_called("Other").await;
    let elsewhere = kit.machine_in(&other_org, "elsewhere").await;
    let foreign = text(&kit.ok_in(&other_org, "management/AddMachineKey", add(&elsewhere)).await["keyId"]);
    for user in ["4711", &elsewhere] {
        kit.refused("management/AddMachineKey", add(user), FailedPrecondition, "COMMAND-bnipwm1").await;
        kit.refused(
            "management/AddMachineKey",
            json!({ "userId": user, "type": 1 }),
            FailedPrecondition,
            "COMMAND-bnipwm1",
        )
        .await;
        assert_eq!(kit.ok("management/ListMachineKeys", json!({ "userId": user })).await.get("result"), None);
    }
    let admins = text(&kit.ok("management/AddMachineKey", add(&kit.admin)).await["keyId"]);
    let token = kit.ok("management/AddPersonalAccessToken", json!({ "userId": kit.demo })).await["tokenId"].clone();
    let wrong = [
        (kit.demo.as_str(), admins.as_str()),
        (kit.demo.as_str(), foreign.as_str()),
        (elsewhere.as_str(), foreign.as_str()),
        (kit.demo.as_str(), token.as_str().expect("text")),
        (kit.demo.as_str(), "4711"),
        (kit.demo.as_str(), "a/b"),
    ];
    for (user, key) in wrong {
        let ids = json!({ "userId": user, "keyId": key });
        kit.refused("management/GetMachineKeyByIDs", ids.clone(), NotFound, "QUERY-Dgr3g").await;
        kit.refused("management/RemoveMachineKey", ids, NotFound, "COMMAND-4m77G").await;
    }
}

#[tokio::test]
async fn keys_are_listed_and_removed() {
    let kit = Kit::new().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(text(&kit.ok("management/AddMachineKey", add(&kit.demo)).await["keyId"]));
    }
    kit.token(&kit.demo).await;
    let list = kit.ok("management/ListMachineKeys", json!({ "userId": kit.demo })).await;
    assert_eq!((column(&list, "id"), &list["details"]["totalResult"]), (ids.clone(), &json!("3")));
    let page = json!({ "userId": kit.demo, "query": { "offset": "1", "limit": 1 } });
    assert_eq!(column(&kit.ok("management/ListMachineKeys", page).await, "id"), ids[1..2]);

    let one = json!({ "userId": kit.demo, "keyId": ids[1] });
    assert_eq!(dates(&kit.ok("management/RemoveMachineKey", one.clone()).await), (false, true));
    kit.refused("management/RemoveMachineKey", one, NotFound, "COMMAND-4m77G").await;
    let list = kit.ok("management/ListMachineKeys", json!({ "userId": kit.demo })).await;
    assert_eq!(column(&list, "id"), [ids[0].clone(), ids[2].clone()]);
    kit.ok("management/RemoveUser", json!({ "id": kit.demo })).await;
    kit.events_after_check();
}

/// Whoever can add a key to an account can act as the account.
#[tokio::test]
async fn nobody_makes_credentials_for_those_who_may_more() {
    let kit = Kit::new().await;
    let manager = kit.caller_in(&kit.org, "manager", &["ORG_USER_MANAGER"]).await;
    let owner = kit.caller_in(&kit.org, "owner", &["ORG_OWNER"]).await;
    let mut body = add(&owner.id);
    body["expirationDate"] = LATER.into();
    for procedure in ["management/AddMachineKey", "user.v2/AddKey", "user.v2/AddPersonalAccessToken"] {
        kit.refused_to(&manager, "", procedure, body.clone(), PermissionDenied, "AUTH-5mWD2").await;
        body["userId"] = json!(manager.id);
        kit.call(procedure, &manager.token, body.clone()).await.expect("for itself");
        body["userId"] = json!(owner.id);
    }
}

#[tokio::test]
async fn a_user_has_so_many_credentials_and_no_more() {
    let kit = Kit::new().await;
    let (org, user) =
        (countersign::id::OrgId::parse(&kit.org).expect("an id"), UserId::parse(&kit.demo).expect("an id"));
    let many = (1..MAX_CREDENTIALS).map(|_| UserFact::KeyAdded {
        credential: kit.app.new_id(),
        public_key: vec![],
        algorithm: "EdDSA".into(),
        expires: Timestamp::NEVER,
    });
    kit.happen(many.map(|fact| Draft::user(&org, &user, fact)).collect()).await;
    kit.refused("management/AddMachineKey", add(&kit.demo), FailedPrecondition, "COUNTERSIGN-many").await;
    let body = json!({ "userId": kit.demo, "type": 1 });
    kit.refused("management/AddMachineKey", body, FailedPrecondition, "COUNTERSIGN-many").await;
}

/// ZITADEL's later versions have these paths, and scripts use them.
#[tokio::test]
async fn over_v2_there_are_paths_for_all_of_it() {
    let server = Server::start().await;
    let demo = server.kit.demo.clone();
    for (kind, id) in [("keys", "keyId"), ("pats", "tokenId")] {
        let body = json!({ "expirationDate": LATER, "publicKey": public(Algorithm::EdDsa) });
        let added = server.admin(Ask::post(format!("/v2/users/{demo}/{kind}")).json(&body)).await.ok();
        let found = json!({ "filters": [{ "userIdFilter": { "id": demo } }] });
        let list = server.admin(Ask::post(format!("/v2/users/{kind}/search")).json(&found)).await.ok();
        assert_eq!(column(&list, "id"), [text(&added[id])]);
        let path = format!("/v2/users/{demo}/{kind}/{}", text(&added[id]));
        assert!(server.admin(Ask::delete(path)).await.ok()["deletionDate"].is_string());
    }
}

#[tokio::test]
async fn over_v2_a_user_without_roles_cares_for_itself_alone() {
    let kit = Kit::new().await;
    let bot = kit.caller_in(&kit.org, "bot", &[]).await;
    let call = async |procedure: &str, body: Value| kit.call(procedure, &bot.token, body).await;
    let made = call("user.v2/AddKey", json!({ "userId": bot.id, "expirationDate": LATER })).await.expect("a key");
    assert_eq!(decoded(&made["keyContent"])["expirationDate"], LATER);
    let body = json!({ "userId": bot.id, "expirationDate": LATER, "publicKey": public(Algorithm::Es256) });
    let brought = call("user.v2/AddKey", body).await.expect("a key");
    assert!(brought.get("keyContent").is_none() && brought["creationDate"].is_string());
    let token = call("user.v2/AddPersonalAccessToken", json!({ "userId": bot.id, "expirationDate": LATER })).await;
    let token = token.expect("a token");
    assert!(kit.api_takes(&text(&token["token"])).await);

    let ids = json!({ "userId": bot.id, "keyId": made["keyId"], "tokenId": token["tokenId"] });
    for procedure in ["user.v2/RemoveKey", "user.v2/RemovePersonalAccessToken"] {
        assert!(call(procedure, ids.clone()).await.expect("removed")["deletionDate"].is_string());
        assert_eq!(refused_with(call(procedure, ids.clone()).await), (NotFound, "COMMAND-4m77G".into()));
    }
    assert!(!kit.api_takes(&text(&token["token"])).await);

    for (user, added, removed) in [
        (kit.demo.as_str(), (NotFound, "AUTHZ-cdgFk"), (NotFound, "AUTHZ-cdgFk")),
        ("4711", (FailedPrecondition, "COMMAND-bnipwm1"), (NotFound, "COMMAND-4m77G")),
    ] {
        let body = json!({ "userId": user, "expirationDate": LATER, "keyId": "1", "tokenId": "1" });
        let refused = async |procedure: &str, (kind, id): (Kind, &str)| {
            assert_eq!(refused_with(call(procedure, body.clone()).await), (kind, id.into()), "{procedure} of {user}");
        };
        refused("user.v2/AddKey", added).await;
        refused("user.v2/RemoveKey", removed).await;
        refused("user.v2/RemovePersonalAccessToken", removed).await;
        let added = if user == "4711" { (FailedPrecondition, "COMMAND-Dggw2") } else { added };
        refused("user.v2/AddPersonalAccessToken", added).await;
    }
}
