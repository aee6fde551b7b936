//! UpdateUser, the state changes and DeleteUser of v2, and RemoveMyUser.

use crate::common::{Kit, refused_with, text};
use countersign::error::Kind::{self, AlreadyExists, FailedPrecondition, InvalidArgument, NotFound, PermissionDenied};
use serde_json::{Value, json};

const UPDATE: &str = "user.v2/UpdateUser";
const DELETE: &str = "user.v2/DeleteUser";

async fn shown(kit: &Kit, user: &str) -> Value {
    kit.ok("user.v2/GetUserByID", json!({ "userId": user })).await["user"].take()
}

#[tokio::test]
async fn an_update_changes_only_what_it_names() {
    let kit = Kit::new().await;
    let before = shown(&kit, &kit.demo).await;
    let machine = json!({ "description": "Deploys", "accessTokenType": "ACCESS_TOKEN_TYPE_JWT" });
    let updated = kit.ok(UPDATE, json!({ "userId": kit.demo, "username": " bot ", "machine": machine })).await;
    let user = shown(&kit, &kit.demo).await;
    assert_eq!((&user["username"], &user["details"]["changeDate"]), (&json!("bot"), &updated["changeDate"]));
    assert_eq!(
        (&user["machine"]["name"], &user["machine"]["description"]),
        (&before["machine"]["name"], &json!("Deploys"))
    );
    assert_eq!(user["machine"]["accessTokenType"], "ACCESS_TOKEN_TYPE_JWT");
    kit.ok(UPDATE, json!({ "userId": kit.demo, "machine": { "description": "" } })).await;
    assert_eq!(shown(&kit, &kit.demo).await["machine"].get("description"), None);
    kit.events_after_check();
}

#[tokio::test]
async fn nothing_to_change_is_fine() {
    let kit = Kit::new().await;
    let user = shown(&kit, &kit.demo).await;
    let events = kit.events_after_check();
    for body in [
        json!({ "userId": kit.demo }),
        json!({ "userId": kit.demo, "username": "demo", "machine": { "name": user["machine"]["name"] } }),
    ] {
        assert_eq!(kit.ok(UPDATE, body).await["changeDate"], user["details"]["changeDate"]);
    }
    assert_eq!(kit.events_after_check(), events);
}

#[tokio::test]
async fn an_update_can_be_refused() {
    let kit = Kit::new().await;
    for (body, kind, id) in [
        (json!({ "userId": "1" }), NotFound, "COMMAND-ugjs0upun6"),
        (json!({ "userId": kit.demo, "username": "ADMIN" }), AlreadyExists, "V3-DKcYh"),
        (json!({ "userId": kit.demo, "username": " " }), InvalidArgument, "COMMAND-bm9Ds"),
        (json!({ "userId": kit.demo, "human": {} }), Kind::Unimplemented, "COUNTERSIGN-human"),
    ] {
        kit.refused(UPDATE, body, kind, id).await;
    }
    let nameless = kit.call(UPDATE, &kit.admin_token, json!({ "userId": kit.demo, "machine": { "name": "" } })).await;
    let words = "invalid UpdateUserRequest.Machine: embedded message failed validation | caused by: \
                 invalid UpdateUserRequest_Machine.Name: value length must be between 1 and 200 runes, inclusive";
    assert_eq!(refused_with(nameless), (InvalidArgument, words.into()));
}

#[tokio::test]
async fn a_user_may_update_itself_but_not_what_is_kept_with_it() {
    let kit = Kit::new().await;
    let token = kit.token(&kit.demo).await;
    let body = json!({ "userId": kit.demo, "machine": { "name": "Me" } });
    kit.call(UPDATE, &token, body).await.expect("itself");
    let metadata = json!([{ "key": "a", "value": "YQ==" }]);
    let body = json!({ "userId": kit.demo, "metadata": metadata });
    let refused = refused_with(kit.call(UPDATE, &token, body.clone()).await);
    assert_eq!(refused, (NotFound, "AUTHZ-cdgFk".into()));
    kit.ok(UPDATE, body).await;
    let manager = kit.member("ORG_USER_MANAGER").await;
    let me = text(&kit.call("auth/GetMyUser", &manager, json!({})).await.expect("me")["user"]["id"]);
    kit.call(UPDATE, &manager, json!({ "userId": me, "metadata": metadata })).await.expect("with the permission");
    let other = refused_with(kit.call(UPDATE, &token, json!({ "userId": kit.admin })).await);
    assert_eq!(other, (NotFound, "AUTHZ-cdgFk".into()));
}

#[tokio::test]
async fn every_step_has_its_own_refusals() {
    let kit = Kit::new().await;
    let body = json!({ "userId": kit.demo });
    for (method, state, unknown, refused) in [
        ("DeactivateUser", "USER_STATE_INACTIVE", "COMMAND-5gp2p62iin", "COMMAND-5gunjw0cd7"),
        ("ReactivateUser", "USER_STATE_ACTIVE", "COMMAND-9hy5kzbuk6", "COMMAND-s5qqcz97hf"),
        ("LockUser", "USER_STATE_LOCKED", "COMMAND-450yxuqrh1", "COMMAND-lgws8wtsqf"),
        ("UnlockUser", "USER_STATE_ACTIVE", "COMMAND-x377t913pw", "COMMAND-olb9vb0oca"),
    ] {
        let procedure = format!("user.v2/{method}");
        let details = kit.ok(&procedure, body.clone()).await["details"].take();
        assert!(details["changeDate"].is_string() && details.get("creationDate").is_none());
        assert_eq!(details["resourceOwner"], kit.org);
        let user = shown(&kit, &kit.demo).await;
        assert_eq!((&user["state"], &user["details"]["sequence"]), (&json!(state), &details["sequence"]));
        kit.refused(&procedure, body.clone(), FailedPrecondition, refused).await;
        kit.refused(&procedure, json!({ "userId": "1" }), NotFound, unknown).await;
        let token = kit.token(&kit.admin).await;
        kit.call(&procedure, &token, json!({})).await.expect_err("no id");
    }
    let token = kit.token(&kit.demo).await;
    let itself = refused_with(kit.call("user.v2/LockUser", &token, body).await);
    assert_eq!(itself, (NotFound, "AUTHZ-cdgFk".into()));
}

#[tokio::test]
async fn a_user_is_deleted_by_whoever_may_delete_users() {
    let kit = Kit::new().await;
    let viewer = kit.member("ORG_OWNER_VIEWER").await;
    let body = json!({ "userId": kit.demo });
    let answer = refused_with(kit.call(DELETE, &viewer, body.clone()).await);
    assert_eq!(answer, (PermissionDenied, "AUTH-5mWD2".into()));
    let details = kit.ok(DELETE, body.clone()).await["details"].take();
    assert!(details["changeDate"].is_string());
    kit.refused(DELETE, body, NotFound, "COMMAND-bd4ir1mblj").await;
    kit.refused(DELETE, json!({ "userId": kit.admin }), FailedPrecondition, "COUNTERSIGN-lastowner").await;
}

#[tokio::test]
async fn a_user_deletes_itself_only_with_a_role_for_that() {
    let kit = Kit::new().await;
    let calls = async |who: &crate::common::orgs::Who| {
        let v2 = kit.call(DELETE, &who.token, json!({ "userId": who.id })).await.map(drop).map_err(|e| e.1);
        let v1 = kit.call("auth/RemoveMyUser", &who.token, json!({})).await.map(drop).map_err(|e| e.1);
        (v2, v1)
    };
    let nobody = kit.caller_in(&kit.org, "nobody", &[]).await;
    assert_eq!(calls(&nobody).await, (Err(Some("AUTHZ-cdgFk")), Err(Some("AUTHZ-cdgFk"))));
    let viewer = kit.caller_in(&kit.org, "viewer", &["ORG_OWNER_VIEWER"]).await;
    assert_eq!(calls(&viewer).await, (Err(Some("AUTH-5mWD2")), Err(Some("AUTH-5mWD2"))));
    let free = kit.caller_in(&kit.org, "free", &["ORG_USER_SELF_MANAGER"]).await;
    let other = kit.call(DELETE, &free.token, json!({ "userId": kit.demo })).await;
    assert_eq!(refused_with(other), (PermissionDenied, "AUTH-5mWD2".into()));
    // It is gone with its token after the first.
    assert_eq!(calls(&free).await, (Ok(()), Err(Some("AUTH-7fs1e"))));
    let free = kit.caller_in(&kit.org, "free", &["ORG_USER_SELF_MANAGER"]).await;
    let removed = kit.call("auth/RemoveMyUser", &free.token, json!({})).await.expect("removed");
    assert!(removed["details"]["changeDate"].is_string());
    kit.refused("user.v2/GetUserByID", json!({ "userId": free.id }), NotFound, "QUERY-Dfbg2").await;
    kit.events_after_check();
}

/// A role elsewhere says nothing about one's account here, whatever organisation the header names.
#[tokio::test]
async fn a_role_elsewhere_removes_nobody_at_home() {
    let kit = Kit::new().await;
    let (other, _) = kit.other_org().await;
    let guest = kit.caller_in(&kit.org, "guest", &[]).await;
    let roles = json!({ "userId": guest.id, "roles": ["ORG_USER_SELF_MANAGER"] });
    kit.ok_in(&other, "management/AddOrgMember", roles).await;
    let answer = kit.call_in("auth/RemoveMyUser", &guest.token, &other, json!({})).await;
    assert_eq!(refused_with(answer), (NotFound, "AUTHZ-cdgFk".into()));
}
