//! To one organisation, the users of another are not there.

use crate::common::{Kit, refused_with};
use countersign::error::Kind::{self, NotFound};
use serde_json::{Value, json};

/// Every operation on one user, with its id for a user that is not there.
fn operations(user: &str) -> [(&'static str, Value, &'static str); 8] {
    [
        ("management/GetUserByID", json!({ "id": user }), "MANAG-fpo4B"),
        ("management/UpdateMachine", json!({ "userId": user, "name": "Bot" }), "COMMAND-5M0od"),
        ("management/UpdateUserName", json!({ "userId": user, "userName": "new" }), "COMMAND-5N9ds"),
        ("management/DeactivateUser", json!({ "id": user }), "COMMAND-3M9ds"),
        ("management/ReactivateUser", json!({ "id": user }), "COMMAND-4M0sd"),
        ("management/LockUser", json!({ "id": user }), "COMMAND-5M9fs"),
        ("management/UnlockUser", json!({ "id": user }), "COMMAND-M0dos"),
        ("management/RemoveUser", json!({ "id": user }), "COMMAND-m9od"),
    ]
}

#[tokio::test]
async fn an_owner_elsewhere_reaches_nobody_here() {
    let kit = Kit::new().await;
    let (_, token) = kit.other_org().await;
    for (procedure, body, id) in operations(&kit.demo) {
        assert_eq!(refused_with(kit.call(procedure, &token, body).await), (NotFound, id.into()), "{procedure}");
    }
    let body = json!({ "userId": kit.demo });
    let v2 = kit.call("user.v2/GetUserByID", &token, body).await;
    assert_eq!(refused_with(v2), (NotFound, "AUTHZ-cdgFk".into()));
}

#[tokio::test]
async fn naming_the_other_organisation_in_the_header_does_not_help() {
    let kit = Kit::new().await;
    let (_, token) = kit.other_org().await;
    for (procedure, body, _) in operations(&kit.demo) {
        let answer = kit.call_in(procedure, &token, &kit.org, body).await;
        assert_eq!(refused_with(answer), (NotFound, "AUTHZ-cdgFk".into()), "{procedure}");
    }
    let machine = json!({ "organizationId": kit.org, "machine": { "name": "Bot" } });
    assert_eq!(refused_with(kit.call("user.v2/CreateUser", &token, machine).await), (NotFound, "AUTHZ-cdgFk".into()));
    let unknown = json!({ "organizationId": "1", "machine": { "name": "Bot" } });
    assert_eq!(refused_with(kit.call("user.v2/CreateUser", &token, unknown).await), (NotFound, "AUTHZ-cdgFk".into()));
}

#[tokio::test]
async fn an_administrator_reaches_users_through_their_organisation_only() {
    let kit = Kit::new().await;
    let (org, _) = kit.other_org().await;
    for (procedure, body, id) in operations(&kit.demo) {
        let answer = kit.call_in(procedure, &kit.admin_token, &org, body).await;
        assert_eq!(refused_with(answer), (NotFound, id.into()), "{procedure}");
    }
    let lock = kit.call_in("management/LockUser", &kit.admin_token, &kit.org, json!({ "id": kit.demo })).await;
    lock.expect("locked");
}

#[tokio::test]
async fn lists_show_only_the_context_organisation() {
    let kit = Kit::new().await;
    let (org, token) = kit.other_org().await;
    for queries in [
        json!([]),
        json!([{ "displayNameQuery": { "displayName": "", "method": "TEXT_QUERY_METHOD_CONTAINS" } }]),
        json!([{ "inUserIdsQuery": { "userIds": [kit.demo, kit.admin] } }]),
        json!([{ "userNameQuery": { "userName": "demo" } }]),
        json!([{ "notQuery": { "query": { "userNameQuery": { "userName": "nobody" } } } }]),
    ] {
        let list = kit.call("management/ListUsers", &token, json!({ "queries": queries })).await.expect("a list");
        let owners = list["result"].as_array().cloned().unwrap_or_default();
        assert!(owners.iter().all(|user| user["details"]["resourceOwner"] == org), "{list}");
    }
}

#[tokio::test]
async fn a_context_that_is_no_organisation_is_refused() {
    let kit = Kit::new().await;
    for org in ["1", "a/b"] {
        let answer = kit.call_in("management/ListUsers", &kit.admin_token, org, json!({})).await;
        assert_eq!(refused_with(answer), (Kind::PermissionDenied, "AUTH-Bs7Ds".into()));
    }
}
