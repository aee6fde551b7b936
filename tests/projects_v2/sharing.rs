use super::column;
use crate::common::Kit;
use countersign::error::Kind::{AlreadyExists, FailedPrecondition, InvalidArgument, NotFound, PermissionDenied};
use serde_json::{Value, json};

#[tokio::test]
async fn a_grant_is_named_by_its_project_and_organisation() {
    let kit = Kit::new().await;
    let org = kit.org_called("Partner").await;
    let project = kit.project_with("", "Billing", &["reader", "writer"]).await;
    let body = |roles: Value| json!({ "projectId": project, "grantedOrganizationId": org, "roleKeys": roles });
    let shown = async || kit.ok("project.v2/ListProjectGrants", json!({})).await["projectGrants"][0].take();
    let call = async |method: &str, roles: Value| kit.ok(&format!("project.v2/{method}"), body(roles)).await;

    let created = call("CreateProjectGrant", json!(["reader", "writer"])).await;
    let mut first = shown().await;
    assert_eq!(first["creationDate"].take(), created["creationDate"]);
    assert_eq!(first["changeDate"].take(), created["creationDate"]);
    assert_eq!(
        first,
        json!({
            "organizationId": kit.org, "creationDate": null, "changeDate": null, "grantedOrganizationId": org,
            "grantedOrganizationName": "Partner", "grantedRoleKeys": ["reader", "writer"], "projectId": project,
            "projectName": "Billing", "state": "PROJECT_GRANT_STATE_ACTIVE",
        })
    );
    let given = kit.grant(&org, &kit.demo, &project, &["reader", "writer"]).await;
    let changed = call("UpdateProjectGrant", json!(["writer"])).await["changeDate"].take();
    assert_eq!((&shown().await["grantedRoleKeys"], &shown().await["changeDate"]), (&json!(["writer"]), &changed));
    let id = json!({ "userId": kit.demo, "grantId": given });
    let user_grant = kit.ok_in(&org, "management/GetUserGrantByID", id.clone()).await;
    assert_eq!(user_grant["userGrant"]["roleKeys"], json!(["writer"]));
    let before = kit.events_after_check();
    assert_eq!(call("UpdateProjectGrant", json!(["writer"])).await["changeDate"], changed);
    assert_eq!(call("ActivateProjectGrant", json!([])).await["changeDate"], changed);
    assert_eq!(kit.events_after_check(), before);
    let off = call("DeactivateProjectGrant", json!([])).await;
    assert_eq!(shown().await["state"], "PROJECT_GRANT_STATE_INACTIVE");
    assert_eq!(call("DeactivateProjectGrant", json!([])).await, off);
    call("ActivateProjectGrant", json!([])).await;
    assert_eq!(shown().await["state"], "PROJECT_GRANT_STATE_ACTIVE");

    assert!(call("DeleteProjectGrant", json!([])).await.get("deletionDate").is_some());
    kit.refused_in(&org, "management/GetUserGrantByID", id, NotFound, "QUERY-wIPkA").await;
    assert_eq!(call("DeleteProjectGrant", json!([])).await, json!({}));
    for method in ["UpdateProjectGrant", "DeactivateProjectGrant", "ActivateProjectGrant"] {
        kit.refused(&format!("project.v2/{method}"), body(json!([])), NotFound, "PROJECT-D8JxR").await;
        kit.refused(&format!("project.v2/{method}"), json!({ "projectId": project }), InvalidArgument, "").await;
    }
    for nothing in [
        json!({ "projectId": "4711", "grantedOrganizationId": org }),
        json!({ "projectId": project, "grantedOrganizationId": "../x" }),
    ] {
        assert_eq!(kit.ok("project.v2/DeleteProjectGrant", nothing).await, json!({}));
    }
    kit.events_after_check();
}

#[tokio::test]
async fn a_grant_is_refused_for_a_reason() {
    let kit = Kit::new().await;
    let org = kit.org_called("Partner").await;
    let project = kit.project_with("", "Billing", &["reader"]).await;
    let body = |project: &str, org: &str, roles: Value| json!({ "projectId": project, "grantedOrganizationId": org, "roleKeys": roles });
    for (body, kind, id) in [
        (body("4711", &org, json!([])), FailedPrecondition, "COMMAND-m9gsd"),
        (body(&project, "4711", json!([])), FailedPrecondition, "COMMAND-3m9gg"),
        (body(&project, &org, json!(["writer"])), FailedPrecondition, "COMMAND-6m9gd"),
        (body(&project, &kit.org, json!([])), FailedPrecondition, "PROJECT-ckUpbvboAH"),
    ] {
        kit.refused("project.v2/CreateProjectGrant", body, kind, id).await;
    }
    kit.ok("project.v2/CreateProjectGrant", body(&project, &org, json!([]))).await;
    kit.refused("project.v2/CreateProjectGrant", body(&project, &org, json!([])), AlreadyExists, "V3-DKcYh").await;
    // Whoever has it is not the one to change it, and not everybody in the project's organisation is.
    let partner = kit.caller_in(&org, "partner", &["ORG_OWNER"]).await;
    let editor = kit.caller_in(&kit.org, "editor", &["ORG_USER_PERMISSION_EDITOR"]).await;
    for method in ["Create", "Update", "Deactivate", "Activate", "Delete"] {
        let (procedure, body) = (format!("project.v2/{method}ProjectGrant"), body(&project, &org, json!([])));
        kit.refused_to(&partner, "", &procedure, body.clone(), NotFound, "AUTHZ-cdgFk").await;
        kit.refused_to(&editor, "", &procedure, body, PermissionDenied, "AUTH-5mWD2").await;
    }
}

#[tokio::test]
async fn grants_are_listed_to_both_sides() {
    let kit = Kit::new().await;
    let (a, b) = (kit.org_called("A").await, kit.org_called("B").await);
    let one = kit.project_with("", "One", &["reader", "writer"]).await;
    let two = kit.project_with(&a, "Two", &["reader"]).await;
    kit.share("", &one, &a, &["reader"]).await;
    kit.share("", &one, &b, &["writer"]).await;
    kit.share(&a, &two, &b, &["reader"]).await;
    let list = async |token: &str, mut body: Value| {
        body["pagination"]["asc"] = json!(true);
        let list = kit.call("project.v2/ListProjectGrants", token, body).await.expect("listed");
        let (names, orgs) =
            (column(&list, "projectGrants", "projectName"), column(&list, "projectGrants", "grantedOrganizationName"));
        names.into_iter().zip(orgs).map(|(name, org)| format!("{name} to {org}")).collect::<Vec<_>>()
    };
    let admin = kit.admin_token.as_str();
    let all = ["One to A", "One to B", "Two to B"];
    assert_eq!(list(admin, json!({})).await, all);
    let of_a = kit.caller_in(&a, "of-a", &["ORG_OWNER"]).await;
    let of_b = kit.caller_in(&b, "of-b", &["ORG_OWNER_VIEWER"]).await;
    assert_eq!(list(&of_a.token, json!({})).await, ["One to A", "Two to B"]);
    assert_eq!(list(&of_b.token, json!({})).await, ["One to B", "Two to B"]);
    for (filter, everybody, of) in [
        (json!({ "inProjectIdsFilter": { "ids": [one, "../x"] } }), vec!["One to A", "One to B"], vec!["One to A"]),
        (json!({ "organizationIdFilter": { "id": kit.org } }), vec!["One to A", "One to B"], vec!["One to A"]),
        (json!({ "grantedOrganizationIdFilter": { "id": b } }), vec!["One to B", "Two to B"], vec!["Two to B"]),
        (json!({ "projectNameFilter": { "projectName": "Two" } }), vec!["Two to B"], vec!["Two to B"]),
        (json!({ "roleKeyFilter": { "key": "writer" } }), vec!["One to B"], vec![]),
        (json!({ "organizationIdFilter": { "id": "../x" } }), vec![], vec![]),
    ] {
        assert_eq!(list(admin, json!({ "filters": [filter] })).await, everybody, "{filter}");
        assert_eq!(list(&of_a.token, json!({ "filters": [filter] })).await, of, "{filter}");
    }
    let two_filters =
        json!([{ "organizationIdFilter": { "id": kit.org } }, { "grantedOrganizationIdFilter": { "id": b } }]);
    assert_eq!(list(admin, json!({ "filters": two_filters })).await, ["One to B"]);

    // Newest first, or by project, or by the last change.
    let by = async |body: Value| {
        let list = kit.ok("project.v2/ListProjectGrants", body).await;
        (column(&list, "projectGrants", "projectName"), list["pagination"].clone())
    };
    let (names, pagination) = by(json!({ "pagination": { "limit": 1 } })).await;
    assert_eq!((names, pagination), (vec!["Two".into()], json!({ "totalResult": "3", "appliedLimit": "1" })));
    kit.ok("project.v2/DeactivateProjectGrant", json!({ "projectId": one, "grantedOrganizationId": a })).await;
    let changed = json!({ "pagination": { "limit": 1 }, "sortingColumn": "PROJECT_GRANT_FIELD_NAME_CHANGE_DATE" });
    assert_eq!(by(changed).await.0, ["One"]);
    let project = json!({ "pagination": { "limit": 1 }, "sortingColumn": "PROJECT_GRANT_FIELD_NAME_PROJECT_ID" });
    assert_eq!(by(project).await.0, ["Two"]);
    kit.refused("project.v2/ListProjectGrants", json!({ "filters": [{}] }), InvalidArgument, "").await;
    let nobody = kit.caller_in(&a, "nobody", &[]).await;
    kit.refused_to(&nobody, "", "project.v2/ListProjectGrants", json!({}), NotFound, "AUTHZ-cdgFk").await;
}
