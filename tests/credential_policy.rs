//! How long an organisation lets credentials live.

use crate::{
    common::{Kit, Refusal, refused_with, text, web::Auth},
    permission_matrix::requests::PUBLIC_KEY,
};
use countersign::{
    error::Kind,
    id::{CredentialId, UserId},
    time::Timestamp,
};
use serde_json::{Value, json};
use std::time::Duration;

const DAY: u64 = 24 * 3600;
const SET: &str = "policy/SetCredentialPolicy";

impl Kit {
    /// An organisation that lets credentials live for 90 days.
    async fn with_policy() -> Self {
        let kit = Self::new().await;
        kit.set_policy(json!("7776000s")).await;
        kit
    }

    async fn set_policy(&self, max: Value) -> Value {
        self.ok(SET, json!({ "organizationId": self.org, "maxLifetime": max })).await["policy"].clone()
    }

    /// When a credential of the demo user ends; `None` for never.
    fn end(&self, id: &str) -> Option<Timestamp> {
        let (user, id) = (UserId::parse(&self.demo).expect("an id"), CredentialId::parse(id).expect("an id"));
        let snapshot = self.app.store.snapshot().expect("a snapshot");
        let found = snapshot.state().credential(&user, &id).expect("read").expect("the credential");
        Some(found.expires).filter(|expires| *expires != Timestamp::NEVER)
    }

    /// When one that is made about now ends at the latest.
    fn latest(&self) -> Timestamp {
        self.clock.now() + Duration::from_secs(90 * DAY)
    }

    /// In so many days from the start, in another zone than UTC.
    fn in_days(&self, days: u64) -> String {
        let at = crate::common::START + Duration::from_secs(days * DAY);
        at.to_rfc3339().replace("T00:00:00Z", "T02:00:00+02:00")
    }
}

/// Whether an end is the latest that is allowed, give or take what the test took.
fn is_latest(kit: &Kit, end: Option<Timestamp>) -> bool {
    end.is_some_and(|end| end <= kit.latest() && kit.latest() - end < Duration::from_secs(1))
}

fn too_long(answer: Result<Value, Refusal>) {
    let message = answer.clone().expect_err("a refusal").2;
    assert_eq!(refused_with(answer), (Kind::InvalidArgument, "COUNTERSIGN-lifetime".into()));
    assert!(
        message.starts_with("The organisation lets credentials live for 90 days at most: this one may expire at 2027-")
    );
}

#[tokio::test]
async fn a_policy_is_set_and_shown_and_taken_back() {
    let kit = Kit::new().await;
    let get = || kit.ok("policy/GetCredentialPolicy", json!({ "organizationId": kit.org }));
    assert_eq!(get().await, json!({ "policy": {} }));
    let set = kit.set_policy(json!("7776000s")).await;
    assert_eq!((&set["maxLifetime"], get().await["policy"] == set), (&json!("7776000s"), true));
    let events = kit.app.store.event_count().expect("counted");
    assert_eq!(kit.set_policy(json!("7776000s")).await, set, "to set it again is no error, and no event");
    assert_eq!(kit.app.store.event_count().expect("counted"), events);
    let gone = kit.set_policy(Value::Null).await;
    assert!(gone.get("maxLifetime").is_none() && gone["changeDate"].is_string());
    let body = json!({ "eventTypes": ["org.credential.policy.set"], "asc": true });
    let events = kit.ok("admin/ListEvents", body).await["events"].clone();
    assert_eq!(
        (&events[0]["payload"], events[1].get("payload")),
        (&json!({ "maxLifetime": 7_776_000_000_000_000_u64 }), None)
    );
    kit.events_after_check();
}

#[tokio::test]
async fn only_a_length_that_makes_sense_is_taken() {
    let kit = Kit::new().await;
    for max in ["0s", "3599s", "-1s", "3600.5s", "315360001s"] {
        let answer = kit.call(SET, &kit.admin_token, json!({ "organizationId": kit.org, "maxLifetime": max })).await;
        let message = "max_lifetime must be from 3600s to 315360000s, in whole seconds";
        assert_eq!(refused_with(answer), (Kind::InvalidArgument, message.into()), "{max}");
    }
    let unknown = json!({ "organizationId": "999", "maxLifetime": "3600s" });
    kit.refused(SET, unknown, Kind::NotFound, "COUNTERSIGN-org").await;
    let stranger = kit.other_org().await.1;
    let answer = kit.call(SET, &stranger, json!({ "organizationId": kit.org })).await;
    assert_eq!(refused_with(answer), (Kind::NotFound, "AUTHZ-cdgFk".into()));
    let viewer = kit.member("ORG_OWNER_VIEWER").await;
    kit.call("policy/GetCredentialPolicy", &viewer, json!({ "organizationId": kit.org })).await.expect("may look");
    let answer = kit.call(SET, &viewer, json!({ "organizationId": kit.org })).await;
    assert_eq!(refused_with(answer), (Kind::PermissionDenied, "AUTH-5mWD2".into()));
}

#[tokio::test]
async fn a_credential_without_an_end_gets_the_longest_life_and_a_longer_one_is_refused() {
    let kit = Kit::with_policy().await;
    let (id, ours) = (["/keyId", "/tokenId"], "/credential/id");
    // To the v2 calls of ZITADEL a date must be given, and the first of all says as little as none.
    let (none, zero) = (Value::Null, json!("0001-01-01T00:00:00Z"));
    for (procedure, id, open) in [
        ("management/AddMachineKey", id[0], &none),
        ("user.v2/AddKey", id[0], &zero),
        ("management/AddPersonalAccessToken", id[1], &none),
        ("user.v2/AddPersonalAccessToken", id[1], &zero),
        ("credential/AddKey", ours, &none),
        ("credential/AddPersonalAccessToken", ours, &none),
        ("credential/AddSecret", ours, &none),
        ("credential/RotateSecret", ours, &none),
    ] {
        let (field, never) = match id == ours {
            true => ("expires", "never"),
            false => ("expirationDate", "9999-12-31T23:59:59Z"),
        };
        let ask = async |end: Value| {
            let mut body = json!({ "userId": kit.demo });
            if procedure.contains("Key") {
                body["publicKey"] = json!(PUBLIC_KEY);
            }
            if procedure == "management/AddMachineKey" {
                body["type"] = json!("KEY_TYPE_JSON");
            }
            body[field] = end;
            kit.call(procedure, &kit.admin_token, body).await
        };
        let end = |made: Result<Value, Refusal>| {
            let made = made.unwrap_or_else(|refusal| panic!("{procedure}: {refusal:?}"));
            kit.end(&text(made.pointer(id).expect("an id")))
        };
        assert!(is_latest(&kit, end(ask(open.clone()).await)), "{procedure}");
        let shorter = kit.in_days(30);
        assert_eq!(end(ask(json!(shorter)).await), Timestamp::from_rfc3339(&shorter), "{procedure}");
        too_long(ask(json!(kit.in_days(91))).await);
        too_long(ask(json!(never)).await);
    }
}

#[tokio::test]
async fn zitadels_secrets_get_an_end() {
    for grace in [Duration::ZERO, Duration::from_secs(3600)] {
        let kit = Kit::with_settings(|settings| settings.rotation_grace = grace).await;
        let before = kit.secret_id(&kit.demo);
        assert_eq!(kit.end(before.as_str()), None, "made before, and left alone");
        kit.set_policy(json!("7776000s")).await;
        for procedure in ["management/GenerateMachineSecret", "user.v2/AddSecret"] {
            let secret = text(&kit.ok(procedure, json!({ "userId": kit.demo })).await["clientSecret"]);
            let auth = Auth::Basic("demo", &secret);
            assert_eq!(kit.ask_token(auth, "").await.status, 200);
            let listed = kit.ok("credential/ListCredentials", json!({ "userId": kit.demo })).await;
            let secrets = listed["credentials"].as_array().expect("some");
            let newest = text(&secrets.last().expect("a secret")["id"]);
            assert!(is_latest(&kit, kit.end(&newest)), "{procedure}");
            assert_eq!(secrets.len() == 1, grace.is_zero());
        }
        kit.events_after_check();
    }
}

#[tokio::test]
async fn a_credential_is_not_prolonged_beyond_its_longest_life() {
    let kit = Kit::new().await;
    let id = kit.secret_id(&kit.demo).to_string();
    kit.set_policy(json!("7776000s")).await;
    let set = |end: String| {
        let body = json!({ "userId": kit.demo, "credentialId": id, "expires": end });
        let kit = &kit;
        async move { kit.call("credential/SetCredentialExpiry", &kit.admin_token, body).await }
    };
    // It never ended, so any end is sooner.
    set("never".into()).await.expect("no change");
    set(kit.in_days(200)).await.expect("sooner");
    too_long(set(kit.in_days(201)).await);
    set(kit.in_days(30)).await.expect("sooner");
    set(kit.in_days(90).replace("02:00:00", "01:59:59")).await.expect("within its life");
    too_long(set(kit.in_days(91)).await);
    too_long(set("never".into()).await);
    // Its life began when it was made, not when it is prolonged.
    kit.clock.advance(Duration::from_secs(10 * DAY));
    too_long(set(kit.in_days(95)).await);
}

#[tokio::test]
async fn a_fleets_rotation_obeys_too() {
    let kit = Kit::with_policy().await;
    kit.clock.advance(Duration::from_secs(60));
    let body = json!({ "organizationId": kit.org, "olderThan": "1s", "grace": "60s", "rotation": "r", "apply": true });
    kit.ok("credential/RotateSecrets", body).await;
    let listed = kit.ok("credential/ListCredentials", json!({ "userId": kit.demo })).await;
    let newest = listed["credentials"].as_array().and_then(|all| all.last()).expect("a secret").clone();
    assert!(is_latest(&kit, kit.end(&text(&newest["id"]))));
}

#[tokio::test]
async fn what_is_demanded_no_more_is_forgotten() {
    let kit = Kit::with_policy().await;
    let add = async |more: Value| {
        let mut body = json!({ "userId": kit.demo });
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        kit.call("credential/AddSecret", &kit.admin_token, body).await
    };
    let limited = text(&add(json!({})).await.expect("made")["credential"]["id"]);
    too_long(add(json!({ "expires": "never" })).await);
    kit.set_policy(Value::Null).await;
    for body in [json!({}), json!({ "expires": "never" })] {
        assert_eq!(add(body).await.expect("made")["credential"]["expires"], "never");
    }
    let long = json!({ "userId": kit.demo, "credentialId": limited, "expires": "never" });
    assert!(is_latest(&kit, kit.end(&limited)), "it keeps what it got");
    assert_eq!(kit.ok("credential/SetCredentialExpiry", long).await["credential"]["expires"], "never");
}

#[tokio::test]
async fn a_policy_counts_for_its_organisation_alone_and_goes_with_it() {
    let kit = Kit::with_policy().await;
    let (org, owner) = kit.other_org().await;
    let user = kit.machine_in(&org, "elsewhere").await;
    let added = kit.call("credential/AddSecret", &owner, json!({ "userId": user, "expires": "never" })).await;
    assert_eq!(added.expect("allowed")["credential"]["expires"], "never");
    let made = kit.call("user.v2/AddSecret", &owner, json!({ "userId": user })).await.expect("allowed");
    assert_eq!(kit.ask_token(Auth::Basic("elsewhere", &text(&made["clientSecret"])), "").await.status, 200);
    let listed = kit.call("credential/ListCredentials", &owner, json!({ "userId": user })).await.expect("a list");
    assert_eq!(listed["credentials"][0]["expires"], "never");
    kit.ok(SET, json!({ "organizationId": org, "maxLifetime": "3600s" })).await;
    kit.ok("org.v2/DeleteOrganization", json!({ "organizationId": org })).await;
    kit.events_after_check();
}
