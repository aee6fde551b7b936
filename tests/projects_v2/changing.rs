use crate::common::{Kit, text};
use countersign::error::Kind::{
    AlreadyExists, FailedPrecondition, InvalidArgument, NotFound, PermissionDenied, Unauthenticated,
};
use serde_json::{Value, json};

const LABELING: &str = "PRIVATE_LABELING_SETTING_ALLOW_LOGIN_USER_RESOURCE_OWNER_POLICY";

impl Kit {
    async fn project_v2(&self, id: &str) -> Value {
        self.ok("project.v2/GetProject", json!({ "projectId": id })).await["project"].take()
    }
}

#[tokio::test]
async fn a_project_is_shown_as_it_was_created() {
    let kit = Kit::new().await;
    let org = kit.org_called("Elsewhere").await;
    let body = json!({
        "organizationId": org, "projectId": "billing-1", "name": " Billing ", "projectRoleAssertion": true,
        "projectAccessRequired": true, "privateLabelingSetting": LABELING,
    });
    let created = kit.ok("project.v2/CreateProject", body).await;
    assert_eq!(created["projectId"], "billing-1");
    let mut shown = kit.project_v2("billing-1").await;
    assert_eq!(shown["creationDate"].take(), created["creationDate"]);
    assert_eq!(shown["changeDate"].take(), created["creationDate"]);
    assert_eq!(
        shown,
        json!({
            "projectId": "billing-1", "organizationId": org, "creationDate": null, "changeDate": null,
            "name": "Billing", "state": "PROJECT_STATE_ACTIVE", "projectRoleAssertion": true,
            "projectAccessRequired": true, "privateLabelingSetting": LABELING,
        })
    );
    // Over v1 it is the same project.
    let v1 = kit.ok_in(&org, "management/GetProjectByID", json!({ "id": "billing-1" })).await;
    assert_eq!((&v1["project"]["name"], &v1["project"]["hasProjectCheck"]), (&json!("Billing"), &json!(true)));
    let made = kit.ok("project.v2/CreateProject", json!({ "organizationId": org, "name": "Made" })).await;
    assert_eq!(kit.project_v2(&text(&made["projectId"])).await["name"], "Made");
    kit.events_after_check();
}

#[tokio::test]
async fn a_project_is_not_created_without_a_reason() {
    let kit = Kit::new().await;
    let api = kit.ok("management/GetIAM", json!({})).await["iamProjectId"].clone();
    let body = |id: Value, name: &str| json!({ "organizationId": kit.org, "projectId": id, "name": name });
    kit.ok("project.v2/CreateProject", body(json!("one"), "One")).await;
    kit.ok("project.v2/CreateProject", body(json!("gone"), "Gone")).await;
    kit.ok("project.v2/DeleteProject", json!({ "projectId": "gone" })).await;
    let unknown = json!({ "organizationId": "4711", "name": "New" });
    for (body, kind, id) in [
        (body(json!("one"), "New"), AlreadyExists, "COMMAND-opamwu"),
        // Ids are never given twice, and the API has one of its own, and a word for it.
        (body(json!("zitadel"), "New"), AlreadyExists, "COMMAND-opamwu"),
        (body(json!("gone"), "New"), AlreadyExists, "COMMAND-opamwu"),
        (body(api, "New"), AlreadyExists, "COMMAND-opamwu"),
        (body(json!("two"), "ONE"), AlreadyExists, "V3-DKcYh"),
        (body(json!("../x"), "New"), InvalidArgument, ""),
        (body(json!(""), "New"), InvalidArgument, ""),
        (body(Value::Null, "  "), InvalidArgument, "PROJECT-IOVCC"),
        (body(Value::Null, ""), InvalidArgument, ""),
        (unknown, FailedPrecondition, "COMMAND-QXPGs"),
    ] {
        kit.refused("project.v2/CreateProject", body, kind, id).await;
    }
}

#[tokio::test]
async fn only_what_is_named_of_a_project_changes() {
    let kit = Kit::new().await;
    let project = kit.project_in("", "Before").await;
    let update = async |mut body: Value| {
        body["projectId"] = json!(project);
        kit.ok("project.v2/UpdateProject", body).await["changeDate"].take()
    };
    update(json!({ "projectRoleAssertion": true, "authorizationRequired": true })).await;
    update(json!({ "name": "After", "privateLabelingSetting": LABELING, "authorizationRequired": false })).await;
    let shown = kit.project_v2(&project).await;
    assert_eq!((&shown["name"], &shown["privateLabelingSetting"]), (&json!("After"), &json!(LABELING)));
    assert_eq!((&shown["projectRoleAssertion"], shown.get("authorizationRequired")), (&json!(true), None));
    // What is so already is fine, and happens no second time.
    let before = kit.events_after_check();
    assert_eq!(update(json!({ "name": "After" })).await, shown["changeDate"]);
    assert_eq!(update(json!({})).await, shown["changeDate"]);
    assert_eq!(kit.events_after_check(), before);
    kit.project_in("", "Taken").await;
    for (name, kind, id) in [
        (json!("taken"), AlreadyExists, "V3-DKcYh"),
        (json!("  "), InvalidArgument, "COMMAND-4m9vS"),
        (json!(""), InvalidArgument, ""),
    ] {
        let body = json!({ "projectId": project, "name": name });
        kit.refused("project.v2/UpdateProject", body, kind, id).await;
    }
}

#[tokio::test]
async fn a_project_is_switched_off_and_on() {
    let kit = Kit::new().await;
    let project = kit.project_in("", "Billing").await;
    let named = json!({ "projectId": project });
    kit.refused("project.v2/ActivateProject", named.clone(), FailedPrecondition, "COMMAND-5M9bs").await;
    let done = kit.ok("project.v2/DeactivateProject", named.clone()).await;
    let shown = kit.project_v2(&project).await;
    assert_eq!((&shown["state"], &shown["changeDate"]), (&json!("PROJECT_STATE_INACTIVE"), &done["changeDate"]));
    kit.refused("project.v2/DeactivateProject", named.clone(), FailedPrecondition, "COMMAND-mki55").await;
    kit.ok("project.v2/ActivateProject", named).await;
    assert_eq!(kit.project_v2(&project).await["state"], "PROJECT_STATE_ACTIVE");
}

#[tokio::test]
async fn a_deleted_project_may_be_deleted_again() {
    let kit = Kit::new().await;
    let project = kit.project_with("", "Billing", &["reader"]).await;
    kit.grant("", &kit.demo, &project, &["reader"]).await;
    let id = json!({ "projectId": project });
    let deleted = kit.ok("project.v2/DeleteProject", id.clone()).await;
    assert!(deleted.get("deletionDate").is_some());
    for id in [id, json!({ "projectId": "4711" }), json!({ "projectId": "../x" })] {
        assert_eq!(kit.ok("project.v2/DeleteProject", id).await, json!({}));
    }
    for (method, fault) in [
        ("GetProject", "QUERY-fk2fs"),
        ("UpdateProject", "COMMAND-3M9sd"),
        ("DeactivateProject", "COMMAND-112M9"),
        ("ActivateProject", "COMMAND-3M9sd"),
    ] {
        let body = json!({ "projectId": project, "id": project });
        kit.refused(&format!("project.v2/{method}"), body, NotFound, fault).await;
        kit.refused(&format!("project.v2/{method}"), json!({}), InvalidArgument, "").await;
    }
    kit.events_after_check();
}

/// It is the project's organisation that counts, not the header's.
#[tokio::test]
async fn a_permission_counts_in_the_projects_organisation() {
    let kit = Kit::new().await;
    let org = kit.org_called("Elsewhere").await;
    let project = kit.project_in(&org, "Billing").await;
    let owner = kit.caller_in(&kit.org, "owner", &["ORG_OWNER"]).await;
    let viewer = kit.caller_in(&org, "viewer", &["ORG_OWNER_VIEWER"]).await;
    let body = json!({ "projectId": project, "id": project, "organizationId": org, "name": "New" });
    for method in ["CreateProject", "UpdateProject", "DeactivateProject", "ActivateProject", "DeleteProject"] {
        let procedure = format!("project.v2/{method}");
        for header in ["", &kit.org] {
            kit.refused_to(&owner, header, &procedure, body.clone(), NotFound, "AUTHZ-cdgFk").await;
        }
        kit.refused_to(&viewer, "", &procedure, body.clone(), PermissionDenied, "AUTH-5mWD2").await;
        assert_eq!(kit.call(&procedure, "", body.clone()).await.expect_err("nobody").0, Unauthenticated);
    }
    kit.call("project.v2/GetProject", &viewer.token, body.clone()).await.expect("shown");
    kit.refused_to(&owner, "", "project.v2/GetProject", body, NotFound, "AUTHZ-cdgFk").await;
    // Nor does whoever may do nothing hear that there is nothing to delete.
    let nobody = kit.caller_in(&org, "nobody", &[]).await;
    let unknown = json!({ "projectId": "4711" });
    kit.refused_to(&nobody, "", "project.v2/DeleteProject", unknown, NotFound, "AUTHZ-cdgFk").await;
}
