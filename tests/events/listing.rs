use crate::common::{Kit, refused_with, text};
use countersign::error::Kind::{InvalidArgument, NotFound, PermissionDenied};
use serde_json::{Value, json};

const LIST: &str = "admin/ListEvents";

async fn events(kit: &Kit, body: Value) -> Vec<Value> {
    kit.ok(LIST, body).await["events"].as_array().cloned().unwrap_or_default()
}

async fn types(kit: &Kit, body: Value) -> Vec<String> {
    events(kit, body).await.iter().map(|event| text(&event["type"]["type"])).collect()
}

/// A user with a life that ended.
async fn removed_user(kit: &Kit) -> String {
    let user = kit.machine("bot").await;
    kit.ok("management/GenerateMachineSecret", json!({ "userId": user })).await;
    kit.ok("management/AddPersonalAccessToken", json!({ "userId": user })).await;
    kit.ok("management/AddOrgMember", json!({ "userId": user, "roles": ["ORG_OWNER"] })).await;
    kit.ok("management/RemoveUser", json!({ "id": user })).await;
    user
}

const LIFE: [&str; 4] = ["user.removed", "user.pat.added", "user.machine.secret.set", "user.machine.added"];

#[tokio::test]
async fn everything_that_happened_is_listed_newest_first() {
    let kit = Kit::new().await;
    removed_user(&kit).await;
    let all = types(&kit, json!({})).await;
    assert_eq!(all.len() as u64, kit.events_after_check());
    assert_eq!(&all[..2], ["user.removed", "org.member.cascade.removed"]);
    assert_eq!(types(&kit, json!({ "asc": true, "limit": 1 })).await, ["instance.added"]);
    assert_eq!(types(&kit, json!({ "limit": 2000 })).await.len(), all.len());
}

#[tokio::test]
async fn an_event_says_all_but_secrets() {
    let kit = Kit::new().await;
    let user = removed_user(&kit).await;
    let life = events(&kit, json!({ "aggregateId": user, "asc": true })).await;
    let added = &life[0];
    assert_eq!((&added["editor"]["userId"], added["editor"]["displayName"].is_string()), (&json!(kit.admin), true));
    assert_eq!((&added["aggregate"]["id"], &added["aggregate"]["resourceOwner"]), (&json!(user), &json!(kit.org)));
    assert_eq!(added["aggregate"]["type"]["type"], "user");
    assert_eq!(
        added["aggregate"]["type"]["localized"],
        json!({ "key": "AggregateTypes.user", "localizedMessage": "User" })
    );
    assert_eq!(added["type"]["localized"]["key"], "EventTypes.user.machine.added");
    // As the API writes it: a number without a fraction.
    assert_eq!(added["payload"], json!({ "userName": "bot", "name": "bot", "description": "", "accessTokenType": 0 }));
    let keys = |event: &Value| event["payload"].as_object().expect("a payload").keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&life[1]), ["credentialId"]);
    assert_eq!(keys(&life[2]), ["expiration", "scopes", "tokenId"]);
    assert_eq!(life[3].get("payload"), None);
    let system = &events(&kit, json!({ "asc": true, "limit": 1 })).await[0];
    assert_eq!(system["editor"], json!({ "service": "countersign" }));
}

#[tokio::test]
async fn numbers_are_whole_where_they_are() {
    let kit = Kit::new().await;
    let payload =
        async |kind: &str| events(&kit, json!({ "eventTypes": [kind], "limit": 1 })).await[0]["payload"].clone();
    kit.ok(
        "admin/UpdateOIDCSettings",
        json!({
            "accessTokenLifetime": "3600s", "idTokenLifetime": "43200s",
            "refreshTokenIdleExpiration": "2592000s", "refreshTokenExpiration": "7776000s",
        }),
    )
    .await;
    let said = payload("instance.oidc.settings.changed").await;
    assert_eq!(said["accessTokenLifetime"].as_u64(), Some(3_600_000_000_000), "{said}");
    kit.ok("management/AddMachineKey", json!({ "userId": kit.demo, "type": "KEY_TYPE_JSON" })).await;
    let said = payload("user.machine.key.added").await;
    assert_eq!(said["type"].as_u64(), Some(1), "{said}");
}

#[tokio::test]
async fn every_condition_narrows() {
    let kit = Kit::new().await;
    let user = removed_user(&kit).await;
    assert_eq!(types(&kit, json!({ "aggregateId": user })).await, LIFE);
    assert_eq!(
        types(&kit, json!({ "aggregateId": user, "resourceOwner": kit.org, "aggregateTypes": ["user"] })).await,
        LIFE
    );
    for nothing in [
        json!({ "aggregateId": user, "aggregateTypes": ["org"] }),
        json!({ "aggregateId": user, "resourceOwner": "1" }),
        json!({ "aggregateId": "a/b" }),
        json!({ "resourceOwner": "1" }),
        json!({ "editorUserId": kit.demo }),
        json!({ "eventTypes": ["user.nothing"] }),
        json!({ "sequence": u64::MAX.to_string() }),
        json!({ "resourceOwner": kit.org, "sequence": u64::MAX.to_string() }),
    ] {
        assert_eq!(types(&kit, nothing.clone()).await, Vec::<String>::new(), "{nothing}");
    }
    let members = json!({ "aggregateId": kit.org, "eventTypes": ["org.member.added", "org.member.cascade.removed"] });
    assert_eq!(types(&kit, members).await[0], "org.member.cascade.removed");
    let by_admin = json!({ "editorUserId": kit.admin, "resourceOwner": kit.org, "aggregateTypes": ["org"] });
    assert_eq!(types(&kit, by_admin).await, ["org.member.cascade.removed", "org.member.added"]);
    let first = events(&kit, json!({ "aggregateId": user, "asc": true, "limit": 1 })).await;
    let later = json!({ "aggregateId": user, "sequence": first[0]["sequence"] });
    assert_eq!(types(&kit, later).await, LIFE[..3]);
}

#[tokio::test]
async fn times_are_boundaries_outside() {
    let kit = Kit::new().await;
    let user = removed_user(&kit).await;
    for place in [
        json!({ "aggregateId": user }),
        json!({ "resourceOwner": kit.org, "aggregateTypes": ["user"] }),
        json!({ "eventTypes": LIFE }),
    ] {
        let with = |more: Value| {
            let mut body = place.clone();
            body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            body
        };
        let life = events(&kit, with(json!({ "limit": 4 }))).await;
        let at = |index: usize| life[index]["creationDate"].clone();
        assert_eq!(types(&kit, with(json!({ "from": at(0), "limit": 3 }))).await, LIFE[1..]);
        assert_eq!(types(&kit, with(json!({ "creationDate": at(2), "limit": 1 }))).await, LIFE[3..]);
        assert_eq!(types(&kit, with(json!({ "asc": true, "from": at(2) }))).await, ["user.pat.added", "user.removed"]);
        let range = json!({ "range": { "since": at(3), "until": at(0) }, "creationDate": at(3) });
        assert_eq!(types(&kit, with(range)).await, LIFE[1..3]);
        assert_eq!(types(&kit, with(json!({ "range": { "since": at(0) } }))).await, Vec::<String>::new());
        assert_eq!(
            types(&kit, with(json!({ "range": { "since": at(0), "until": at(3) } }))).await,
            Vec::<String>::new()
        );
    }
}

#[tokio::test]
async fn only_who_may_read_events_of_the_instance_does() {
    let kit = Kit::new().await;
    let token = kit.token(&kit.demo).await;
    let owner = kit.member("ORG_OWNER").await;
    for procedure in [LIST, "admin/ListEventTypes", "admin/ListAggregateTypes"] {
        let answer = refused_with(kit.call(procedure, &token, json!({})).await);
        assert_eq!(answer, (NotFound, "AUTHZ-cdgFk".into()), "{procedure}");
        let answer = refused_with(kit.call(procedure, &owner, json!({})).await);
        assert_eq!(answer, (PermissionDenied, "AUTH-5mWD2".into()), "{procedure}");
    }
    let many: Vec<_> = (0..31).map(|number| number.to_string()).collect();
    kit.refused(LIST, json!({ "eventTypes": many }), InvalidArgument, "").await;
    kit.refused(LIST, json!({ "aggregateTypes": many[..11] }), InvalidArgument, "").await;
}
