use super::column;
use crate::common::Kit;
use countersign::error::Kind::{AlreadyExists, FailedPrecondition, InvalidArgument, NotFound};
use serde_json::{Value, json};

async fn list(kit: &Kit, project: &str, mut body: Value) -> Value {
    body["projectId"] = json!(project);
    kit.ok("project.v2/ListProjectRoles", body).await
}

fn keys(list: &Value) -> Vec<String> {
    column(list, "projectRoles", "key")
}

#[tokio::test]
async fn a_role_is_added_described_and_removed() {
    let kit = Kit::new().await;
    let org = kit.org_called("Elsewhere").await;
    let project = kit.project_in(&org, "Billing").await;
    let body = json!({ "projectId": project, "roleKey": "reader", "displayName": "Reader", "group": "people" });
    let added = kit.ok("project.v2/AddProjectRole", body.clone()).await;
    let mut shown = list(&kit, &project, json!({})).await["projectRoles"][0].take();
    assert_eq!(shown["creationDate"].take(), added["creationDate"]);
    assert_eq!(shown["changeDate"].take(), added["creationDate"]);
    let expected = json!({
        "projectId": project, "key": "reader", "creationDate": null, "changeDate": null, "displayName": "Reader",
        "group": "people",
    });
    assert_eq!(shown, expected);

    let update = async |mut body: Value| {
        body["projectId"] = json!(project);
        body["roleKey"] = json!("reader");
        kit.ok("project.v2/UpdateProjectRole", body).await["changeDate"].take()
    };
    update(json!({ "displayName": "Reads" })).await;
    let changed = update(json!({ "group": "" })).await;
    let shown = list(&kit, &project, json!({})).await["projectRoles"][0].take();
    assert_eq!((&shown["displayName"], shown.get("group")), (&json!("Reads"), None));
    assert_eq!(shown["changeDate"], changed);
    let before = kit.events_after_check();
    assert_eq!(update(json!({ "displayName": "Reads" })).await, changed);
    assert_eq!(kit.events_after_check(), before);

    let grant = kit.grant(&org, &kit.demo, &project, &["reader"]).await;
    let removed = kit.ok("project.v2/RemoveProjectRole", body.clone()).await;
    assert!(removed.get("removalDate").is_some());
    let id = json!({ "userId": kit.demo, "grantId": grant });
    assert_eq!(kit.ok_in(&org, "management/GetUserGrantByID", id).await["userGrant"].get("roleKeys"), None);
    // Gone already, or never there.
    assert_eq!(kit.ok("project.v2/RemoveProjectRole", body).await, json!({}));
    let nowhere = json!({ "projectId": "4711", "roleKey": "reader" });
    assert_eq!(kit.ok("project.v2/RemoveProjectRole", nowhere).await, json!({}));
    kit.events_after_check();
}

#[tokio::test]
async fn a_role_is_refused_for_a_reason() {
    let kit = Kit::new().await;
    let project = kit.project_with("", "Billing", &["reader"]).await;
    let body =
        |project: &str, key: &str, name: Value| json!({ "projectId": project, "roleKey": key, "displayName": name });
    for (body, kind, id) in [
        (body(&project, "reader", json!("Reader")), AlreadyExists, "V3-DKcYh"),
        (body(&project, " ", json!("Reader")), InvalidArgument, "COMMAND-4m9vS"),
        (body(&project, "writer", json!("")), InvalidArgument, ""),
        (body("4711", "writer", json!("Writer")), FailedPrecondition, "COMMAND-4M0fs"),
    ] {
        kit.refused("project.v2/AddProjectRole", body, kind, id).await;
    }
    for (body, kind, id) in [
        (body(&project, "writer", json!("Writer")), NotFound, "COMMAND-vv8M9"),
        (body(&project, "reader", json!(" ")), InvalidArgument, "COMMAND-2ilfW"),
        (body("4711", "reader", Value::Null), FailedPrecondition, "COMMAND-4M0fs"),
    ] {
        kit.refused("project.v2/UpdateProjectRole", body, kind, id).await;
    }
}

#[tokio::test]
async fn roles_are_listed_by_what_they_are() {
    let kit = Kit::new().await;
    let project = kit.project_with("", "Billing", &["b", "a"]).await;
    kit.ok("project.v2/AddProjectRole", json!({ "projectId": project, "roleKey": "0", "displayName": "Zero" })).await;
    kit.ok("project.v2/UpdateProjectRole", json!({ "projectId": project, "roleKey": "a", "displayName": "A" })).await;
    let by = |column: &str| json!({ "pagination": { "asc": true }, "sortingColumn": column });
    for (column, expected) in
        [("PROJECT_ROLE_FIELD_NAME_KEY", ["0", "a", "b"]), ("PROJECT_ROLE_FIELD_NAME_CHANGE_DATE", ["b", "0", "a"])]
    {
        assert_eq!(keys(&list(&kit, &project, by(column)).await), expected, "{column}");
    }
    // The newest first; those of one change are as old as each other.
    let all = list(&kit, &project, json!({})).await;
    assert_eq!(keys(&all), ["0", "b", "a"]);
    assert_eq!(all["pagination"], json!({ "totalResult": "3", "appliedLimit": "100" }));
    let second = list(&kit, &project, json!({ "pagination": { "offset": 1, "limit": 1 } })).await;
    assert_eq!((keys(&second), &second["pagination"]["totalResult"]), (vec!["b".to_owned()], &json!("3")));
    for (filter, expected) in [
        (json!({ "roleKeyFilter": { "key": "A", "method": "TEXT_FILTER_METHOD_EQUALS_IGNORE_CASE" } }), vec!["a"]),
        (json!({ "displayNameFilter": { "displayName": "Zero" } }), vec!["0"]),
    ] {
        assert_eq!(keys(&list(&kit, &project, json!({ "filters": [filter] })).await), expected);
    }
    assert_eq!(keys(&list(&kit, "4711", json!({})).await), Vec::<String>::new());
    let body = json!({ "projectId": project, "filters": [{}] });
    kit.refused("project.v2/ListProjectRoles", body, InvalidArgument, "").await;
    let body = json!({ "projectId": project, "pagination": { "limit": 1001 } });
    kit.refused("project.v2/ListProjectRoles", body, InvalidArgument, "QUERY-4M0fs").await;
    // A reader in another organisation is none here.
    let org = kit.org_called("Elsewhere").await;
    let reader = kit.caller_in(&org, "reader", &["ORG_OWNER"]).await;
    let body = json!({ "projectId": project });
    kit.refused_to(&reader, "", "project.v2/ListProjectRoles", body, NotFound, "AUTHZ-cdgFk").await;
}
