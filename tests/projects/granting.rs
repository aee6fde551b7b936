//! Who has which roles.

use super::assert_list;
use crate::common::{Kit, orgs::dates};
use countersign::{
    error::Kind::{AlreadyExists, FailedPrecondition, InvalidArgument, NotFound},
    limits::MAX_BULK_GRANTS,
};
use serde_json::{Value, json};

#[tokio::test]
async fn a_user_of_any_organisation_is_given_roles() {
    let kit = Kit::new().await;
    let org = kit.org_called("Elsewhere").await;
    let user = kit.machine_in(&org, "client").await;
    let project = kit.project_with("", "Billing", &["reader", "writer"]).await;
    let body = json!({ "userId": user, "projectId": project, "roleKeys": ["reader", "reader"] });
    let added = kit.ok("management/AddUserGrant", body).await;
    assert_eq!((dates(&added), &added["details"]["resourceOwner"]), ((true, false), &json!(kit.org)));
    let id = json!({ "userId": user, "grantId": added["userGrantId"] });
    let mut shown = kit.ok("management/GetUserGrantByID", id).await["userGrant"].take();
    assert_eq!(shown["details"].take()["resourceOwner"], kit.org);
    assert_eq!(
        shown,
        json!({
            "id": added["userGrantId"], "details": null, "roleKeys": ["reader"], "state": "USER_GRANT_STATE_ACTIVE",
            "userId": user, "userName": "client", "displayName": "The client", "preferredLoginName": "client",
            "userType": "TYPE_MACHINE",
            "orgId": kit.org, "orgName": "ACME", "orgDomain": "acme.localhost",
            "projectId": project, "projectName": "Billing",
            "grantedOrgId": org, "grantedOrgName": "Elsewhere", "grantedOrgDomain": "elsewhere.localhost",
        })
    );
    kit.events_after_check();
}

#[tokio::test]
async fn a_grant_is_refused_for_a_reason() {
    let kit = Kit::new().await;
    let org = kit.org_called("Elsewhere").await;
    let foreign = kit.project_with(&org, "Foreign", &["reader"]).await;
    let own = kit.project_with("", "Own", &["reader"]).await;
    let api = kit.ok("management/GetIAM", json!({})).await["iamProjectId"].clone();
    let body =
        |user: &str, project: &Value, roles: Value| json!({ "userId": user, "projectId": project, "roleKeys": roles });
    let own_id = json!(own);
    let refusals = [
        (body("4711", &own_id, json!([])), FailedPrecondition, "COMMAND-4f8sg"),
        (body("../x", &own_id, json!([])), FailedPrecondition, "COMMAND-4f8sg"),
        (body(&kit.demo, &json!("4711"), json!([])), FailedPrecondition, "COMMAND-3n77S"),
        (body(&kit.demo, &json!(foreign), json!(["reader"])), FailedPrecondition, "COMMAND-3n77S"),
        (body(&kit.demo, &api, json!([])), FailedPrecondition, "COMMAND-3n77S"),
        (body(&kit.demo, &own_id, json!(["reader", "writer"])), FailedPrecondition, "COMMAND-mm9F4"),
        (body(&kit.demo, &own_id, json!(vec!["reader"; 65])), InvalidArgument, "COMMAND-kVfMa"),
        (body("", &own_id, json!([])), InvalidArgument, ""),
        (body(&kit.demo, &json!(""), json!([])), InvalidArgument, ""),
    ];
    for (body, kind, id) in refusals {
        kit.refused("management/AddUserGrant", body, kind, id).await;
    }
    let mut granted = body(&kit.demo, &own_id, json!([]));
    granted["projectGrantId"] = json!("4711");
    kit.refused("management/AddUserGrant", granted, FailedPrecondition, "COMMAND-4m9ff").await;
    kit.grant("", &kit.demo, &own, &[]).await;
    kit.refused("management/AddUserGrant", body(&kit.demo, &own_id, json!(["reader"])), AlreadyExists, "V3-DKcYh")
        .await;
}

#[tokio::test]
async fn a_grant_is_changed_switched_off_and_on_and_removed() {
    let kit = Kit::new().await;
    let project = kit.project_with("", "Billing", &["reader", "writer"]).await;
    let grant = kit.grant("", &kit.demo, &project, &["reader"]).await;
    let body = |roles: Value| json!({ "userId": kit.demo, "grantId": grant, "roleKeys": roles });
    let changed = kit.ok("management/UpdateUserGrant", body(json!(["writer"]))).await;
    assert_eq!(dates(&changed), (false, true));
    kit.refused("management/UpdateUserGrant", body(json!(["writer"])), FailedPrecondition, "COMMAND-Rs8fy").await;
    kit.refused("management/UpdateUserGrant", body(json!(["no"])), FailedPrecondition, "COMMAND-mm9F4").await;
    kit.refused("management/UpdateUserGrant", body(json!(vec!["x"; 65])), InvalidArgument, "COMMAND-kVfMa").await;

    let id = body(json!([]));
    kit.refused("management/ReactivateUserGrant", id.clone(), FailedPrecondition, "COMMAND-1ML0v").await;
    assert_eq!(dates(&kit.ok("management/DeactivateUserGrant", id.clone()).await), (false, true));
    kit.refused("management/DeactivateUserGrant", id.clone(), FailedPrecondition, "COMMAND-1S9gx").await;
    let shown = kit.ok("management/GetUserGrantByID", id.clone()).await;
    assert_eq!(shown["userGrant"]["state"], "USER_GRANT_STATE_INACTIVE");
    assert_eq!(shown["userGrant"]["roleKeys"], json!(["writer"]));
    kit.ok("management/ReactivateUserGrant", id.clone()).await;
    assert_eq!(dates(&kit.ok("management/RemoveUserGrant", id.clone()).await), (false, true));

    // Gone, and free to be given anew.
    for (method, fault) in UNKNOWN {
        kit.refused(&format!("management/{method}"), id.clone(), NotFound, fault).await;
    }
    assert_ne!(kit.grant("", &kit.demo, &project, &["reader"]).await, grant);
    kit.events_after_check();
}

const UNKNOWN: [(&str, &str); 5] = [
    ("GetUserGrantByID", "QUERY-wIPkA"),
    ("UpdateUserGrant", "COMMAND-3M9sd"),
    ("DeactivateUserGrant", "COMMAND-3M9sd"),
    ("ReactivateUserGrant", "COMMAND-Lp0gs"),
    ("RemoveUserGrant", "COMMAND-1My0t"),
];

#[tokio::test]
async fn the_grants_of_others_are_not_there() {
    let kit = Kit::new().await;
    let org = kit.org_called("Elsewhere").await;
    let project = kit.project_with(&org, "Foreign", &["reader"]).await;
    let grant = kit.grant(&org, &kit.demo, &project, &["reader"]).await;
    for (method, fault) in UNKNOWN {
        let procedure = format!("management/{method}");
        // Not even if it is for a user of one's own; and not under another user's name.
        kit.refused(&procedure, json!({ "userId": kit.demo, "grantId": grant }), NotFound, fault).await;
        let other = json!({ "userId": kit.admin, "grantId": grant });
        kit.refused_in(&org, &procedure, other, NotFound, fault).await;
        kit.refused(&procedure, json!({ "userId": kit.demo, "grantId": "../x" }), NotFound, fault).await;
        kit.refused(&procedure, json!({ "userId": kit.demo }), InvalidArgument, "").await;
    }
    assert_list(&kit.ok("management/ListUserGrants", json!({})).await, "id", &[]);
}

#[tokio::test]
async fn grants_are_listed_by_what_they_connect() {
    let kit = Kit::new().await;
    let one = kit.project_with("", "One", &["reader", "writer"]).await;
    let two = kit.project_with("", "Two", &["reader"]).await;
    let first = kit.grant("", &kit.demo, &two, &["reader"]).await;
    let second = kit.grant("", &kit.demo, &one, &["writer"]).await;
    let third = kit.grant("", &kit.admin, &one, &["reader"]).await;
    let (first, second, third) = (first.as_str(), second.as_str(), third.as_str());
    let list = async |body: Value| kit.ok("management/ListUserGrants", body).await;
    let all = list(json!({})).await;
    assert_list(&all, "id", &[third, second, first]);
    assert_eq!(all["details"]["totalResult"], "3");
    assert_list(&list(json!({ "query": { "asc": true, "limit": 2 } })).await, "id", &[first, second]);
    let cases = [
        (json!({ "userIdQuery": { "userId": kit.demo } }), vec![second, first]),
        (json!({ "userIdQuery": { "userId": "../x" } }), vec![]),
        (json!({ "projectIdQuery": { "projectId": one } }), vec![third, second]),
        (json!({ "projectIdQuery": { "projectId": "../x" } }), vec![]),
        (json!({ "withGrantedQuery": { "withGranted": true } }), vec![third, second, first]),
        (json!({ "roleKeyQuery": { "roleKey": "writer" } }), vec![second]),
        (json!({ "projectGrantIdQuery": { "projectGrantId": "4711" } }), vec![]),
        (json!({ "userNameQuery": { "userName": "demo" } }), vec![second, first]),
        (json!({ "firstNameQuery": {} }), vec![]),
        (json!({ "lastNameQuery": {} }), vec![]),
        (json!({ "emailQuery": {} }), vec![]),
        (json!({ "orgNameQuery": { "orgName": "ACME" } }), vec![third, second, first]),
        (json!({ "orgDomainQuery": { "orgDomain": "x" } }), vec![]),
        (json!({ "projectNameQuery": { "projectName": "Two" } }), vec![first]),
        (json!({ "displayNameQuery": { "displayName": "Demo" } }), vec![second, first]),
        (json!({ "userTypeQuery": { "type": "TYPE_HUMAN" } }), vec![]),
        (json!({ "userTypeQuery": { "type": "TYPE_MACHINE" } }), vec![third, second, first]),
    ];
    for (query, expected) in cases {
        assert_list(&list(json!({ "queries": [query] })).await, "id", &expected);
    }
    let both = json!([{ "userIdQuery": { "userId": kit.demo } }, { "projectIdQuery": { "projectId": one } }]);
    assert_list(&list(json!({ "queries": both })).await, "id", &[second]);
    kit.refused("management/ListUserGrants", json!({ "queries": [{}] }), InvalidArgument, "").await;
    let many = vec![json!({ "userIdQuery": {} }); 257];
    kit.refused("management/ListUserGrants", json!({ "queries": many }), InvalidArgument, "QUERY-4M0fs").await;
}

#[tokio::test]
async fn a_caller_sees_what_it_was_given_by_whomever() {
    let kit = Kit::new().await;
    let org = kit.org_called("Elsewhere").await;
    let foreign = kit.project_with(&org, "Foreign", &["reader"]).await;
    let own = kit.project_with("", "Own", &["writer"]).await;
    kit.grant("", &kit.admin, &own, &["writer"]).await;
    let first = kit.grant(&org, &kit.demo, &foreign, &["reader"]).await;
    let second = kit.grant("", &kit.demo, &own, &["writer"]).await;
    let token = kit.token(&kit.demo).await;
    let mine = async |query: Value| kit.call("auth/ListMyUserGrants", &token, query).await.expect("a list");
    let list = mine(json!({ "query": { "asc": true } })).await;
    assert_list(&list, "grantId", &[&first, &second]);
    let mut shown = list["result"][0].clone();
    assert_eq!(shown["details"].take()["resourceOwner"], org);
    assert_eq!(
        shown,
        json!({
            "grantId": first, "details": null, "userId": kit.demo, "userType": "TYPE_MACHINE",
            "orgId": org, "orgName": "Elsewhere", "orgDomain": "elsewhere.localhost",
            "projectId": foreign, "projectName": "Foreign", "roles": ["reader"], "roleKeys": ["reader"],
            "state": "USER_GRANT_STATE_ACTIVE",
        })
    );
    assert_list(&mine(json!({ "query": { "limit": 1 } })).await, "grantId", &[&second]);
}

#[tokio::test]
async fn several_grants_go_together_or_not_at_all() {
    let kit = Kit::new().await;
    let org = kit.org_called("Elsewhere").await;
    let theirs = kit.project_with(&org, "Theirs", &["reader"]).await;
    let project = kit.project_with("", "Billing", &["reader"]).await;
    let foreign = kit.grant(&org, &kit.demo, &theirs, &[]).await;
    let demo = kit.grant("", &kit.demo, &project, &["reader"]).await;
    let admin = kit.grant("", &kit.admin, &project, &["reader"]).await;
    let remove = "management/BulkRemoveUserGrant";
    for unknown in [json!("1"), json!(foreign)] {
        let body = json!({ "grantId": [demo, unknown] });
        kit.refused(remove, body, NotFound, "COMMAND-1My0t").await;
    }
    for wrong in [json!([]), json!(vec![demo.clone(); MAX_BULK_GRANTS + 1])] {
        kit.refused(remove, json!({ "grantId": wrong }), InvalidArgument, "COMMAND-kVfMa").await;
    }
    assert_list(
        &kit.ok("management/ListUserGrants", json!({ "query": { "asc": true } })).await,
        "id",
        &[&demo, &admin],
    );
    assert_eq!(kit.ok(remove, json!({ "grantId": [demo, admin, demo] })).await, json!({}));
    assert_list(&kit.ok("management/ListUserGrants", json!({})).await, "id", &[]);
    kit.events_after_check();
}
