//! GetUserByID (v1, v2), GetUserByLoginNameGlobal and GetMyUser.

use crate::common::Kit;
use countersign::error::Kind;
use serde_json::json;

#[tokio::test]
async fn a_user_shows_what_it_has_and_omits_what_it_has_not() {
    let kit = Kit::new().await;
    let mut user = kit.ok("management/GetUserByID", json!({ "id": kit.demo })).await["user"].take();
    let details = user["details"].take();
    assert_eq!(details["creationDate"], details["changeDate"]);
    assert_eq!(details["resourceOwner"], kit.org);
    assert!(details["sequence"].is_string());
    let expected = json!({
        "id": kit.demo, "details": null, "state": "USER_STATE_ACTIVE",
        "userName": "demo", "loginNames": ["demo"], "preferredLoginName": "demo",
        "machine": { "name": "Demo", "hasSecret": true },
    });
    assert_eq!(user, expected);
}

#[tokio::test]
async fn v2_shows_the_same_under_its_own_names() {
    let kit = Kit::new().await;
    let mut answer = kit.ok("user.v2/GetUserByID", json!({ "userId": kit.demo })).await;
    let details = answer["user"]["details"].take();
    assert_eq!(answer["details"], details);
    assert_eq!(details["creationDate"], details["changeDate"]);
    assert_eq!(details["resourceOwner"], kit.org);
    let expected = json!({
        "userId": kit.demo, "details": null, "state": "USER_STATE_ACTIVE",
        "username": "demo", "loginNames": ["demo"], "preferredLoginName": "demo",
        "machine": { "name": "Demo", "hasSecret": true },
    });
    assert_eq!(answer["user"], expected);
}

#[tokio::test]
async fn details_follow_the_last_change() {
    let kit = Kit::new().await;
    let details = async || kit.ok("management/GetUserByID", json!({ "id": kit.demo })).await["user"]["details"].take();
    let before = details().await;
    let changed = kit.ok("management/LockUser", json!({ "id": kit.demo })).await["details"].take();
    let after = details().await;
    assert_eq!(after["creationDate"], before["creationDate"]);
    assert_eq!((&after["changeDate"], &after["sequence"]), (&changed["changeDate"], &changed["sequence"]));
    assert_ne!(after["changeDate"], before["changeDate"]);
}

#[tokio::test]
async fn unknown_users_are_not_found() {
    let kit = Kit::new().await;
    for id in ["1", "a/b"] {
        kit.refused("management/GetUserByID", json!({ "id": id }), Kind::NotFound, "QUERY-Dfbg2").await;
        kit.refused("user.v2/GetUserByID", json!({ "userId": id }), Kind::NotFound, "QUERY-Dfbg2").await;
        let by_name = json!({ "loginName": id });
        kit.refused("management/GetUserByLoginNameGlobal", by_name, Kind::NotFound, "QUERY-Dfbg2").await;
    }
}

#[tokio::test]
async fn a_login_name_finds_a_user_of_any_organisation_whatever_the_case() {
    let kit = Kit::new().await;
    let (_, token) = kit.other_org().await;
    let found = kit.call("management/GetUserByLoginNameGlobal", &token, json!({ "loginName": "DEMO" })).await;
    assert_eq!(found.expect("a user")["user"]["id"], kit.demo);
}

#[tokio::test]
async fn everybody_may_look_at_itself() {
    let kit = Kit::new().await;
    let token = kit.token(&kit.demo).await;
    let me = kit.call("auth/GetMyUser", &token, json!({})).await.expect("myself");
    assert_eq!(me["user"]["id"], kit.demo);
    assert!(me.get("lastLogin").is_none());
    let me = kit.call("user.v2/GetUserByID", &token, json!({ "userId": kit.demo })).await.expect("myself");
    assert_eq!(me["user"]["userId"], kit.demo);
}
