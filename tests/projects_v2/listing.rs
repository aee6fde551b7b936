use super::column;
use crate::common::Kit;
use countersign::error::Kind::{InvalidArgument, NotFound, PermissionDenied};
use serde_json::{Value, json};

const LIST: &str = "project.v2/ListProjects";

/// The names of the projects in a list; with the organisation that each is granted to, if it is.
fn rows(list: &Value) -> Vec<String> {
    let granted = |row: &Value| row["grantedOrganizationName"].as_str().map(|org| format!(" to {org}"));
    let rows = list["projects"].as_array().map_or(&[][..], Vec::as_slice);
    rows.iter()
        .map(|row| row["name"].as_str().expect("a name").to_owned() + &granted(row).unwrap_or_default())
        .collect()
}

async fn list(kit: &Kit, token: &str, filters: Value) -> Vec<String> {
    let body = json!({ "pagination": { "asc": true }, "filters": filters });
    rows(&kit.call(LIST, token, body).await.expect("listed"))
}

#[tokio::test]
async fn a_caller_sees_the_projects_that_it_may_read() {
    let kit = Kit::new().await;
    let (a, b) = (kit.org_called("A").await, kit.org_called("B").await);
    let one = kit.project_with("", "One", &["reader"]).await;
    let two = kit.project_with(&a, "Two", &["reader"]).await;
    kit.share("", &one, &a, &["reader"]).await;
    kit.share(&a, &two, &b, &["reader"]).await;
    let of_a = kit.caller_in(&a, "of-a", &["ORG_OWNER"]).await;
    let of_b = kit.caller_in(&b, "of-b", &["ORG_OWNER_VIEWER"]).await;
    // One that reads projects, and not whom they are granted to.
    let users = kit.caller_in(&a, "users", &["ORG_USER_MANAGER"]).await;
    let admin = kit.admin_token.as_str();

    assert_eq!(list(&kit, admin, json!([])).await, ["One", "Two", "One to A", "Two to B"]);
    assert_eq!(list(&kit, &of_a.token, json!([])).await, ["Two", "One to A", "Two to B"]);
    assert_eq!(list(&kit, &of_b.token, json!([])).await, ["Two to B"]);
    assert_eq!(list(&kit, &users.token, json!([])).await, ["Two"]);
    let org = |id: &str, kind: &str| json!([{ "organizationIdFilter": { "organizationId": id, "type": kind } }]);
    for (filters, everybody, of) in [
        (org(&a, "OWNED"), vec!["Two"], vec!["Two"]),
        (org(&a, "GRANTED"), vec!["One to A"], vec!["One to A"]),
        (org(&a, "OWNED_OR_GRANTED"), vec!["Two", "One to A"], vec!["Two", "One to A"]),
        (org(&a, "TYPE_UNSPECIFIED"), vec!["Two", "One to A"], vec!["Two", "One to A"]),
        (org(&kit.org, "OWNED"), vec!["One"], vec![]),
        (org(&b, "GRANTED"), vec!["Two to B"], vec!["Two to B"]),
        (org("../x", "OWNED"), vec![], vec![]),
        (json!([{ "inProjectIdsFilter": { "ids": [one, "4711"] } }]), vec!["One", "One to A"], vec!["One to A"]),
        (
            json!([{ "projectNameFilter": { "projectName": "t", "method": "TEXT_FILTER_METHOD_STARTS_WITH_IGNORE_CASE" } }]),
            vec!["Two", "Two to B"],
            vec!["Two", "Two to B"],
        ),
        (json!([{ "inProjectIdsFilter": { "ids": [one, two] } }, org(&a, "OWNED")[0]]), vec!["Two"], vec!["Two"]),
    ] {
        assert_eq!(list(&kit, admin, filters.clone()).await, everybody, "{filters}");
        assert_eq!(list(&kit, &of_a.token, filters.clone()).await, of, "{filters}");
    }
    let nobody = kit.caller_in(&a, "nobody", &[]).await;
    kit.refused_to(&nobody, "", LIST, json!({}), NotFound, "AUTHZ-cdgFk").await;
    let settings = kit.caller_in(&a, "settings", &["ORG_SETTINGS_MANAGER"]).await;
    kit.refused_to(&settings, "", LIST, json!({}), PermissionDenied, "AUTH-5mWD2").await;
}

#[tokio::test]
async fn a_granted_project_has_a_row_of_its_own() {
    let kit = Kit::new().await;
    let a = kit.org_called("A").await;
    let project = kit.project_with("", "One", &["reader"]).await;
    kit.share("", &project, &a, &["reader"]).await;
    kit.ok("project.v2/DeactivateProjectGrant", json!({ "projectId": project, "grantedOrganizationId": a })).await;
    let granted = json!([{ "organizationIdFilter": { "organizationId": a, "type": "GRANTED" } }]);
    let mut row = kit.ok(LIST, json!({ "filters": granted })).await["projects"][0].take();
    let grant = kit.ok("project.v2/ListProjectGrants", json!({})).await["projectGrants"][0].take();
    assert_eq!(row["creationDate"].take(), grant["creationDate"]);
    assert_eq!(row["changeDate"].take(), grant["changeDate"]);
    assert_eq!(
        row,
        json!({
            "projectId": project, "organizationId": kit.org, "creationDate": null, "changeDate": null, "name": "One",
            "state": "PROJECT_STATE_ACTIVE", "grantedOrganizationId": a, "grantedOrganizationName": "A",
            "grantedState": "GRANTED_PROJECT_STATE_INACTIVE",
        })
    );
}

#[tokio::test]
async fn projects_are_sorted_as_asked_and_shown_in_parts() {
    let kit = Kit::new().await;
    let b = kit.project_in("", "b").await;
    kit.project_in("", "C").await;
    kit.project_in("", "a").await;
    kit.ok("project.v2/UpdateProject", json!({ "projectId": b, "projectRoleAssertion": true })).await;
    for (column, expected) in [
        (json!(null), ["b", "C", "a"]),
        (json!("PROJECT_FIELD_NAME_CREATION_DATE"), ["b", "C", "a"]),
        (json!("PROJECT_FIELD_NAME_ID"), ["b", "C", "a"]),
        (json!("PROJECT_FIELD_NAME_NAME"), ["a", "b", "C"]),
        (json!("PROJECT_FIELD_NAME_CHANGE_DATE"), ["C", "a", "b"]),
    ] {
        let mut body = json!({ "pagination": { "asc": true }, "sortingColumn": column });
        assert_eq!(rows(&kit.ok(LIST, body.clone()).await), expected, "{column}");
        body["pagination"] = json!({});
        let backwards: Vec<_> = expected.into_iter().rev().collect();
        assert_eq!(rows(&kit.ok(LIST, body).await), backwards, "{column}");
    }
    let part = kit.ok(LIST, json!({ "pagination": { "asc": true, "offset": 1, "limit": 1 } })).await;
    assert_eq!(column(&part, "projects", "name"), ["C"]);
    assert_eq!(part["pagination"], json!({ "totalResult": "3", "appliedLimit": "1" }));
    kit.refused(LIST, json!({ "filters": [{}] }), InvalidArgument, "").await;
    kit.refused(LIST, json!({ "pagination": { "limit": 1001 } }), InvalidArgument, "QUERY-4M0fs").await;
    let many = vec![json!({ "projectNameFilter": {} }); 257];
    kit.refused(LIST, json!({ "filters": many }), InvalidArgument, "QUERY-4M0fs").await;
}
