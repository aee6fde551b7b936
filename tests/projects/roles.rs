//! The roles of a project.

use super::assert_list;
use crate::common::{Kit, client::Ask, orgs::dates, server::Server};
use countersign::{
    error::Kind::{AlreadyExists, FailedPrecondition, InvalidArgument, NotFound},
    limits::MAX_PROJECT_ROLES,
};
use serde_json::{Value, json};

#[tokio::test]
async fn roles_are_added_changed_and_listed() {
    let kit = Kit::new().await;
    let project = kit.project("Billing").await;
    let role =
        |key: &str, name: &str| json!({ "projectId": project, "roleKey": key, "displayName": name, "group": "g" });
    let added = kit.ok("management/AddProjectRole", role("writer", "Writer")).await;
    assert_eq!((dates(&added), &added["details"]["resourceOwner"]), ((true, false), &json!(kit.org)));
    let roles = json!([{ "key": "reader", "displayName": "Reader" }, { "key": "Äther 1", "displayName": "x" }]);
    let bulk = kit.ok("management/BulkAddProjectRoles", json!({ "projectId": project, "roles": roles })).await;
    assert_eq!(dates(&bulk), (true, false));

    let changed = kit.ok("management/UpdateProjectRole", role("writer", "Scribe")).await;
    assert_eq!(dates(&changed), (false, true));
    let list = async |mut body: Value| {
        body["projectId"] = json!(project);
        kit.ok("management/ListProjectRoles", body).await
    };
    let all = list(json!({})).await;
    assert_list(&all, "key", &["Äther 1", "writer", "reader"]);
    let writer = &all["result"][1];
    assert_eq!(
        (&writer["displayName"], &writer["group"], dates(writer)),
        (&json!("Scribe"), &json!("g"), (true, true))
    );
    assert_list(&list(json!({ "query": { "asc": true, "limit": 1 } })).await, "key", &["reader"]);
    let starts = "TEXT_QUERY_METHOD_STARTS_WITH_IGNORE_CASE";
    let cases = [
        (json!({ "keyQuery": { "key": "READ", "method": starts } }), vec!["reader"]),
        (json!({ "displayNameQuery": { "displayName": "Scribe" } }), vec!["writer"]),
    ];
    for (query, expected) in cases {
        assert_list(&list(json!({ "queries": [query] })).await, "key", &expected);
    }
    let empty = json!({ "projectId": project, "queries": [{}] });
    kit.refused("management/ListProjectRoles", empty, InvalidArgument, "").await;
    kit.events_after_check();
}

/// ZITADEL's paths end in the whole key, however many slashes it has.
#[tokio::test]
async fn a_key_with_slashes_stands_in_a_path() {
    let server = Server::start().await;
    let project = server.kit.project_with("", "Billing", &["team/a", "team/b/c"]).await;
    let path = |key: &str| format!("/management/v1/projects/{project}/roles/{key}");
    let names = json!({ "displayName": "A" });
    server.admin(Ask::put(path("team/a")).json(&names)).await.ok();
    server.admin(Ask::put(path("team%2Fb/c")).json(&names)).await.ok();
    server.admin(Ask::delete(path("team%2Fa"))).await.ok();
    server.admin(Ask::delete(path("team/b/c"))).await.ok();
    let left = server.kit.ok("management/ListProjectRoles", json!({ "projectId": project })).await;
    assert_eq!(left.get("result"), None);
    assert_eq!(server.admin(Ask::delete(path("team/a"))).await.status, 404);
}

#[tokio::test]
async fn bad_roles_are_refused_together() {
    let kit = Kit::new().await;
    let project = kit.project_with("", "Billing", &["reader"]).await;
    let role = |key: &str, name: &str| json!({ "projectId": project, "roleKey": key, "displayName": name });
    let long = "x".repeat(201);
    let refusals = [
        (role("reader", "Reader"), AlreadyExists, "V3-DKcYh"),
        (role(" reader ", "Reader"), AlreadyExists, "V3-DKcYh"),
        (role(" ", "x"), InvalidArgument, "COMMAND-4m9vS"),
        (role("a\nb", "x"), InvalidArgument, "COMMAND-4m9vS"),
        (role("x", " "), InvalidArgument, "COMMAND-4m9vS"),
        (role("", "x"), InvalidArgument, ""),
        (role("x", ""), InvalidArgument, ""),
        (role(&long, "x"), InvalidArgument, ""),
    ];
    for (body, kind, id) in refusals {
        kit.refused("management/AddProjectRole", body, kind, id).await;
    }
    let bulk = |roles: Value| json!({ "projectId": project, "roles": roles });
    let one = |key: &str| json!({ "key": key, "displayName": "x" });
    let refusals = [
        (bulk(json!([])), InvalidArgument, "COMMAND-4m9vS"),
        (bulk(json!([one("a"), one("a")])), AlreadyExists, "V3-DKcYh"),
        (bulk(json!([one("a"), one("reader")])), AlreadyExists, "V3-DKcYh"),
        (bulk(json!([one("a"), one("")])), InvalidArgument, ""),
    ];
    for (body, kind, id) in refusals {
        kit.refused("management/BulkAddProjectRoles", body, kind, id).await;
    }
    // None of them left a role behind.
    assert_list(&kit.ok("management/ListProjectRoles", json!({ "projectId": project })).await, "key", &["reader"]);
    let many: Vec<_> = (0..MAX_PROJECT_ROLES).map(|number| one(&format!("r{number}"))).collect();
    kit.refused("management/BulkAddProjectRoles", bulk(json!(many)), FailedPrecondition, "COUNTERSIGN-many").await;
    kit.ok("management/BulkAddProjectRoles", bulk(json!(many[1..]))).await;
    kit.refused("management/AddProjectRole", role("over", "x"), FailedPrecondition, "COUNTERSIGN-many").await;
}

#[tokio::test]
async fn what_is_not_there_is_not_changed() {
    let kit = Kit::new().await;
    let org = kit.org_called("Elsewhere").await;
    let foreign = kit.project_with(&org, "Foreign", &["reader"]).await;
    let own = kit.project_with("", "Own", &["reader"]).await;
    let body = |project: &str, key: &str| json!({ "projectId": project, "roleKey": key, "displayName": "reader" });
    for project in [foreign.as_str(), "4711"] {
        let role = body(project, "reader");
        kit.refused("management/AddProjectRole", role.clone(), FailedPrecondition, "COMMAND-4M0fs").await;
        kit.refused("management/UpdateProjectRole", role.clone(), FailedPrecondition, "COMMAND-4M0fs").await;
        kit.refused("management/RemoveProjectRole", role.clone(), NotFound, "COMMAND-m9vMf").await;
        kit.refused("management/ListProjectRoles", role, NotFound, "QUERY-fk2fs").await;
        let bulk = json!({ "projectId": project, "roles": [{ "key": "x", "displayName": "x" }] });
        kit.refused("management/BulkAddProjectRoles", bulk, FailedPrecondition, "COMMAND-4M0fs").await;
    }
    kit.refused("management/UpdateProjectRole", body(&own, "writer"), NotFound, "COMMAND-vv8M9").await;
    kit.refused("management/UpdateProjectRole", body(&own, "reader"), FailedPrecondition, "COMMAND-5M0cs").await;
    let blank = json!({ "projectId": own, "roleKey": "reader", "displayName": " " });
    kit.refused("management/UpdateProjectRole", blank, InvalidArgument, "COMMAND-2ilfW").await;
    kit.refused("management/RemoveProjectRole", body(&own, "writer"), NotFound, "COMMAND-m9vMf").await;
}
