//! UpdateMachine, UpdateUserName and IsUserUnique.

use crate::common::{Kit, refused_with};
use countersign::error::Kind;
use serde_json::json;

const UPDATE: &str = "management/UpdateMachine";
const RENAME: &str = "management/UpdateUserName";

#[tokio::test]
async fn an_update_replaces_everything() {
    let kit = Kit::new().await;
    let full = json!({
        "userId": kit.demo, "name": "Robot", "description": "Deploys", "accessTokenType": "ACCESS_TOKEN_TYPE_JWT",
    });
    let details = kit.ok(UPDATE, full).await["details"].take();
    assert!(details["changeDate"].is_string() && details.get("creationDate").is_none());
    kit.ok(UPDATE, json!({ "userId": kit.demo, "name": "Robot" })).await;
    let user = &kit.ok("management/GetUserByID", json!({ "id": kit.demo })).await["user"];
    assert_eq!(user["machine"], json!({ "name": "Robot", "hasSecret": true }));
    assert_eq!(user["userName"], "demo");
}

#[tokio::test]
async fn an_update_must_change_something_of_somebody() {
    let kit = Kit::new().await;
    let same = json!({ "userId": kit.demo, "name": "Demo" });
    kit.refused(UPDATE, same, Kind::FailedPrecondition, "COMMAND-2n8vs").await;
    for id in ["1", "a/b"] {
        kit.refused(UPDATE, json!({ "userId": id, "name": "Bot" }), Kind::NotFound, "COMMAND-5M0od").await;
    }
    let nameless = kit.call(UPDATE, &kit.admin_token, json!({ "userId": kit.demo })).await;
    let text = "invalid UpdateMachineRequest.Name: value length must be between 1 and 200 runes, inclusive";
    assert_eq!(refused_with(nameless), (Kind::InvalidArgument, text.into()));
}

#[tokio::test]
async fn a_rename_is_trimmed_and_counts_at_once() {
    let kit = Kit::new().await;
    kit.ok(RENAME, json!({ "userId": kit.demo, "userName": " Renamed " })).await;
    let user = &kit.ok("management/GetUserByID", json!({ "id": kit.demo })).await["user"];
    assert_eq!(user["userName"], "Renamed");
    assert_eq!(user["loginNames"], json!(["Renamed"]));
    assert_eq!(user["preferredLoginName"], "Renamed");
    kit.machine("demo").await;
}

#[tokio::test]
async fn a_rename_may_change_only_the_case() {
    let kit = Kit::new().await;
    kit.ok(RENAME, json!({ "userId": kit.demo, "userName": "DEMO" })).await;
    kit.refused(RENAME, json!({ "userId": kit.admin, "userName": "demo" }), Kind::AlreadyExists, "V3-DKcYh").await;
    let found = kit.ok("management/GetUserByLoginNameGlobal", json!({ "loginName": "demo" })).await;
    assert_eq!(found["user"]["userName"], "DEMO");
}

#[tokio::test]
async fn refused_renames() {
    let kit = Kit::new().await;
    for (user, user_name, kind, id) in [
        (kit.demo.as_str(), " demo ", Kind::FailedPrecondition, "COMMAND-6m9gs"),
        (kit.demo.as_str(), "Admin", Kind::AlreadyExists, "V3-DKcYh"),
        (kit.demo.as_str(), "  ", Kind::InvalidArgument, "COMMAND-2N9fs"),
        ("1", "new", Kind::NotFound, "COMMAND-5N9ds"),
    ] {
        kit.refused(RENAME, json!({ "userId": user, "userName": user_name }), kind, id).await;
    }
    let answer = kit.call(RENAME, &kit.admin_token, json!({ "userId": kit.demo, "userName": "a\rb" })).await;
    let text = "invalid UpdateUserNameRequest.UserName: value must not contain control characters";
    assert_eq!(refused_with(answer), (Kind::InvalidArgument, text.into()));
}

#[tokio::test]
async fn a_caller_renames_itself_without_any_role() {
    let kit = Kit::new().await;
    let token = kit.token(&kit.demo).await;
    let rename = async |name: &str| kit.call("auth/UpdateMyUserName", &token, json!({ "userName": name })).await;
    let renamed = rename(" robot ").await.expect("renamed");
    assert_eq!(renamed["details"]["resourceOwner"], kit.org);
    let shown = kit.ok("management/GetUserByID", json!({ "id": kit.demo })).await;
    assert_eq!(shown["user"]["userName"], "robot");
    assert_eq!(shown["user"]["details"]["sequence"], renamed["details"]["sequence"]);
    assert_eq!(refused_with(rename("robot").await), (Kind::FailedPrecondition, "COMMAND-6m9gs".into()));
    assert_eq!(refused_with(rename("ADMIN").await), (Kind::AlreadyExists, "V3-DKcYh".into()));
    assert_eq!(refused_with(rename(" ").await), (Kind::InvalidArgument, "COMMAND-2N9fs".into()));
}

#[tokio::test]
async fn a_name_is_unique_until_somebody_has_it() {
    let kit = Kit::new().await;
    let unique = async |body| kit.ok("management/IsUserUnique", body).await;
    assert_eq!(unique(json!({ "userName": "bot" })).await, json!({ "isUnique": true }));
    assert_eq!(unique(json!({ "email": "a@example.org" })).await, json!({ "isUnique": true }));
    assert_eq!(unique(json!({ "userName": " DEMO ", "email": "a@example.org" })).await, json!({}));
    assert_eq!(unique(json!({ "userName": kit.demo })).await, json!({}));
    assert_eq!(unique(json!({})).await, json!({}));
    let (org, token) = kit.other_org().await;
    let elsewhere = kit.call_in("management/IsUserUnique", &token, &org, json!({ "userName": "demo" })).await;
    assert_eq!(elsewhere.expect("an answer"), json!({}));
}
