use crate::common::{Kit, refused_with, text};
use countersign::error::Kind::{InvalidArgument, NotFound};
use serde_json::{Value, json};

const LIST: &str = "management/ListUserChanges";

fn types(answer: &Value) -> Vec<String> {
    let changes = answer["result"].as_array().cloned().unwrap_or_default();
    changes.iter().map(|change| text(&change["eventType"]["key"]).replace("EventTypes.user.", "")).collect()
}

/// A user to whom some things happened, and others to others in between.
async fn user(kit: &Kit) -> String {
    let user = kit.machine("bot").await;
    kit.ok("management/LockUser", json!({ "id": kit.demo })).await;
    kit.ok("management/GenerateMachineSecret", json!({ "userId": user })).await;
    kit.ok("management/SetUserMetadata", json!({ "id": user, "key": "a", "value": "YQ==" })).await;
    kit.ok("management/UnlockUser", json!({ "id": kit.demo })).await;
    kit.ok("management/LockUser", json!({ "id": user })).await;
    user
}

#[tokio::test]
async fn a_users_history_is_its_own_newest_first() {
    let kit = Kit::new().await;
    let user = user(&kit).await;
    let newest_first = ["locked", "metadata.set", "machine.secret.set", "machine.added"];
    let list = kit.ok(LIST, json!({ "userId": user })).await;
    assert_eq!(types(&list), newest_first);
    let last = &list["result"][0];
    assert_eq!(last["eventType"]["localizedMessage"], "User locked");
    assert_eq!((&last["editorId"], &last["editorPreferredLoginName"]), (&json!(kit.admin), &json!("admin")));
    assert_eq!(last["resourceOwnerId"], kit.org);
    assert!(last["changeDate"].is_string() && last["editorDisplayName"].is_string());
    let shown = kit.ok("management/GetUserByID", json!({ "id": user })).await;
    assert_eq!(last["sequence"], shown["user"]["details"]["sequence"]);
    let asc = kit.ok(LIST, json!({ "userId": user, "query": { "asc": true, "limit": 2 } })).await;
    assert_eq!(types(&asc), ["machine.added", "machine.secret.set"]);
    let after = json!({ "userId": user, "query": { "sequence": asc["result"][1]["sequence"] } });
    assert_eq!(types(&kit.ok(LIST, after).await), ["locked", "metadata.set"]);
    let none = json!({ "userId": user, "query": { "sequence": u64::MAX.to_string() } });
    assert_eq!(kit.ok(LIST, none).await, json!({}));
    kit.events_after_check();
}

#[tokio::test]
async fn a_caller_has_a_history_too() {
    let kit = Kit::new().await;
    let token = kit.token(&kit.demo).await;
    let mine = kit.call("auth/ListMyUserChanges", &token, json!({ "query": { "limit": 1 } })).await.expect("a list");
    assert_eq!(types(&mine), ["pat.added"]);
}

#[tokio::test]
async fn a_history_can_be_refused() {
    let kit = Kit::new().await;
    let (other, stranger) = kit.other_org().await;
    kit.refused(LIST, json!({ "userId": "1" }), NotFound, "QUERY-Dfbg2").await;
    kit.refused_in(&other, LIST, json!({ "userId": kit.demo }), NotFound, "MANAG-fpo4B").await;
    let too_many = json!({ "userId": kit.demo, "query": { "limit": 10_001 } });
    kit.refused(LIST, too_many, InvalidArgument, "QUERY-4M0fs").await;
    let answer = refused_with(kit.call_in(LIST, &stranger, &kit.org, json!({ "userId": kit.demo })).await);
    assert_eq!(answer, (NotFound, "AUTHZ-cdgFk".into()));
    kit.ok("management/RemoveUser", json!({ "id": kit.demo })).await;
    kit.refused(LIST, json!({ "userId": kit.demo }), NotFound, "QUERY-Dfbg2").await;
}
