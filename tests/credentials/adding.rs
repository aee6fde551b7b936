use super::Holder;
use crate::{
    common::{Kit, text},
    permission_matrix::requests::PUBLIC_KEY,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use countersign::error::Kind;
use serde_json::{Value, json};
use std::time::Duration;

const KINDS: [(&str, &str); 2] = [
    ("credential/AddKey", "CREDENTIAL_TYPE_KEY"),
    ("credential/AddPersonalAccessToken", "CREDENTIAL_TYPE_PERSONAL_ACCESS_TOKEN"),
];

fn body(procedure: &str, user: &str, more: Value) -> Value {
    let mut body = json!({ "userId": user });
    if procedure == "credential/AddKey" {
        body["publicKey"] = json!(PUBLIC_KEY);
    }
    body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    body
}

#[tokio::test]
async fn keys_and_tokens_are_made_with_a_label_an_end_and_bounds() {
    let holder = Holder::new().await;
    let bounds = json!({ "networks": ["192.0.2.0/24"], "roles": ["ORG_OWNER"], "readOnly": true });
    for (procedure, kind) in KINDS {
        let more = json!({ "label": " ci ", "expires": "2027-01-31T13:00:00+01:00", "bounds": bounds });
        let made = holder.kit.ok(procedure, body(procedure, &holder.user, more)).await["credential"].clone();
        assert_eq!((&made["type"], &made["label"]), (&json!(kind), &json!("ci")));
        assert_eq!((&made["expires"], &made["bounds"]), (&json!("2027-01-31T12:00:00Z"), &bounds));
        assert_eq!(made["creatorId"], holder.kit.admin);
        assert_eq!(holder.on("GetCredential", &text(&made["id"]), json!({})).await["credential"], made);
        for never in [json!({}), json!({ "expires": "never" })] {
            let events = holder.kit.app.store.event_count().expect("counted");
            let made = holder.kit.ok(procedure, body(procedure, &holder.user, never)).await["credential"].clone();
            assert_eq!((&made["expires"], made.get("bounds"), made.get("label")), (&json!("never"), None, None));
            assert_eq!(holder.kit.app.store.event_count().expect("counted"), events + 1, "no more than ZITADEL's call");
        }
    }
    holder.kit.events_after_check();
}

#[tokio::test]
async fn a_token_that_is_made_narrow_is_narrow_at_once() {
    let kit = Kit::new().await;
    kit.give_instance_role(&kit.demo, "IAM_OWNER").await;
    let body = json!({ "userId": kit.demo, "bounds": { "readOnly": true } });
    let token = text(&kit.ok("credential/AddPersonalAccessToken", body).await["token"]);
    kit.call("management/GetUserByID", &token, json!({ "id": kit.demo })).await.expect("reading");
    let written = kit.call("management/LockUser", &token, json!({ "id": kit.demo })).await;
    assert_eq!(written.expect_err("writing").0, Kind::PermissionDenied);
}

#[tokio::test]
async fn a_key_that_the_server_makes_comes_as_a_file() {
    let kit = Kit::new().await;
    let made = kit.ok("credential/AddKey", json!({ "userId": kit.demo, "expires": "2027-01-31T12:00:00Z" })).await;
    let file = BASE64_STANDARD.decode(text(&made["keyContent"])).expect("base64");
    let file: Value = serde_json::from_slice(&file).expect("JSON");
    assert_eq!((&file["keyId"], &file["userId"]), (&made["credential"]["id"], &json!(kit.demo)));
    assert_eq!(file["expirationDate"], "2027-01-31T12:00:00Z");
    // Where the organisation sets the end, the file says it.
    let policy = json!({ "organizationId": kit.org, "maxLifetime": "3600s" });
    kit.ok("policy/SetCredentialPolicy", policy).await;
    let made = kit.ok("management/AddMachineKey", json!({ "userId": kit.demo, "type": "KEY_TYPE_JSON" })).await;
    let file = BASE64_STANDARD.decode(text(&made["keyDetails"])).expect("base64");
    let file: Value = serde_json::from_slice(&file).expect("JSON");
    let query = json!({ "userId": kit.demo, "credentialId": made["keyId"] });
    let shown = kit.ok("credential/GetCredential", query).await["credential"]["expires"].clone();
    assert_eq!(file["expirationDate"], shown);
    kit.clock.advance(Duration::from_secs(3601));
    let query = json!({ "userId": kit.demo, "credentialId": made["keyId"] });
    let state = kit.ok("credential/GetCredential", query).await["credential"]["state"].clone();
    assert_eq!(state, "CREDENTIAL_STATE_EXPIRED");
}

#[tokio::test]
async fn what_is_no_key_or_token_to_be_is_refused() {
    let holder = Holder::new().await;
    for (procedure, _) in KINDS {
        for (more, says) in [
            (json!({ "expires": "2027-01-31" }), "RFC 3339"),
            (json!({ "expires": "2026-11-22T00:00:00Z" }), "expires must be in the future"),
            (json!({ "label": "two\nlines" }), "one line"),
            (json!({ "bounds": { "networks": ["192.0.2.1/24"] } }), "no bits after the prefix"),
            (json!({ "bounds": { "roles": ["org_owner"] } }), "there is no role org_owner; there are IAM_OWNER"),
        ] {
            let answer = holder.kit.call(procedure, &holder.kit.admin_token, body(procedure, &holder.user, more)).await;
            let (kind, _, message) = answer.expect_err("refused");
            assert_eq!(kind, Kind::InvalidArgument, "{procedure}: {message}");
            assert!(message.contains(says), "{procedure}: {message}");
        }
        let stranger = holder.kit.other_org().await.1;
        let answer = holder.kit.call(procedure, &stranger, body(procedure, &holder.user, json!({}))).await;
        assert_eq!(answer.expect_err("refused").0, Kind::NotFound, "{procedure}");
    }
    let no_key = json!({ "userId": holder.user, "publicKey": BASE64_STANDARD.encode("no key") });
    let answer = holder.kit.call("credential/AddKey", &holder.kit.admin_token, no_key).await;
    assert_eq!(answer.expect_err("refused").0, Kind::InvalidArgument);
}
