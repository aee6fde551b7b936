//! Who may do what with users.

use crate::common::{Kit, refused_with};
use countersign::error::Kind::{self, NotFound, PermissionDenied, Unauthenticated};
use serde_json::{Value, json};

fn reads(user: &str) -> Vec<(&'static str, Value)> {
    vec![
        ("management/GetUserByID", json!({ "id": user })),
        ("management/GetUserByLoginNameGlobal", json!({ "loginName": "demo" })),
        ("management/ListUsers", json!({})),
        ("management/IsUserUnique", json!({ "userName": "demo" })),
        ("user.v2/GetUserByID", json!({ "userId": user })),
    ]
}

fn writes(org: &str, user: &str) -> Vec<(&'static str, Value)> {
    vec![
        ("management/AddMachineUser", json!({ "userName": "bot", "name": "Bot" })),
        ("management/UpdateMachine", json!({ "userId": user, "name": "Bot" })),
        ("management/UpdateUserName", json!({ "userId": user, "userName": "bot" })),
        ("management/DeactivateUser", json!({ "id": user })),
        ("management/ReactivateUser", json!({ "id": user })),
        ("management/LockUser", json!({ "id": user })),
        ("management/UnlockUser", json!({ "id": user })),
        ("management/RemoveUser", json!({ "id": user })),
        ("user.v2/CreateUser", json!({ "organizationId": org, "machine": { "name": "Bot" } })),
    ]
}

#[tokio::test]
async fn nobody_may_do_anything() {
    let kit = Kit::new().await;
    let mut all = [reads(&kit.demo), writes(&kit.org, &kit.demo)].concat();
    all.push(("auth/GetMyUser", json!({})));
    for (procedure, body) in all {
        let answer = refused_with(kit.call(procedure, "", body).await);
        assert_eq!(answer, (Unauthenticated, "auth header missing".into()), "{procedure}");
    }
}

#[tokio::test]
async fn a_user_without_roles_may_not_even_change_itself() {
    let kit = Kit::new().await;
    let token = kit.token(&kit.demo).await;
    let mut all = [reads(&kit.admin), writes(&kit.org, &kit.admin)].concat();
    all.extend(writes(&kit.org, &kit.demo));
    for (procedure, body) in all {
        let answer = refused_with(kit.call(procedure, &token, body).await);
        assert_eq!(answer, (NotFound, "AUTHZ-cdgFk".into()), "{procedure}");
    }
}

#[tokio::test]
async fn a_viewer_reads_and_does_not_write() {
    let kit = Kit::new().await;
    let token = kit.member("ORG_OWNER_VIEWER").await;
    for (procedure, body) in reads(&kit.demo) {
        kit.call(procedure, &token, body).await.unwrap_or_else(|e| panic!("{procedure}: {e:?}"));
    }
    for (procedure, body) in writes(&kit.org, &kit.demo) {
        let answer = refused_with(kit.call(procedure, &token, body).await);
        assert_eq!(answer, (PermissionDenied, "AUTH-5mWD2".into()), "{procedure}");
    }
}

#[tokio::test]
async fn a_settings_manager_has_nothing_to_do_with_users() {
    let kit = Kit::new().await;
    let token = kit.member("ORG_SETTINGS_MANAGER").await;
    for (procedure, body) in [reads(&kit.demo), writes(&kit.org, &kit.demo)].concat() {
        let answer = refused_with(kit.call(procedure, &token, body).await);
        assert_eq!(answer, (PermissionDenied, "AUTH-5mWD2".into()), "{procedure}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_told_only_to_those_who_may_make_it() {
    let kit = Kit::new().await;
    let token = kit.member("ORG_OWNER_VIEWER").await;
    let (kind, _) = refused_with(kit.call("management/AddMachineUser", &token, json!({})).await);
    assert_eq!(kind, PermissionDenied);
    let (kind, _) = refused_with(kit.call("management/AddMachineUser", &kit.admin_token, json!({})).await);
    assert_eq!(kind, Kind::InvalidArgument);
}

/// v2 says what is wrong with a request to everybody known, as ZITADEL does; v1 only to those with the permission.
#[tokio::test]
async fn a_request_of_v2_is_looked_at_before_the_permission() {
    let kit = Kit::new().await;
    let nobody = kit.token(&kit.demo).await;
    let long = "1".repeat(201);
    for procedure in ["AddSecret", "RemoveSecret", "GetUserByID", "DeleteUser", "LockUser"] {
        let (procedure, message) = (format!("user.v2/{procedure}"), format!("{procedure}Request.UserId"));
        for (token, id) in [(&nobody, ""), (&nobody, &long), (&kit.admin_token, "")] {
            let answer = refused_with(kit.call(&procedure, token, json!({ "userId": id })).await);
            let text = format!("invalid {message}: value length must be between 1 and 200 runes, inclusive");
            assert_eq!(answer, (Kind::InvalidArgument, text), "{procedure}");
        }
        let answer = refused_with(kit.call(&procedure, "wrong", json!({})).await);
        assert_eq!(answer, (Unauthenticated, "AUTH-7fs1e".into()), "{procedure}");
    }
    let answer = refused_with(kit.call("management/GenerateMachineSecret", &nobody, json!({ "userId": long })).await);
    assert_eq!(answer, (NotFound, "AUTHZ-cdgFk".into()));
}
