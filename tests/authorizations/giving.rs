use crate::common::{Kit, text};
use countersign::error::Kind::{
    AlreadyExists, FailedPrecondition, InvalidArgument, NotFound, PermissionDenied, Unauthenticated,
};
use serde_json::{Value, json};

/// An organisation, and a project of another that it may give two of three roles in.
async fn shared(kit: &Kit) -> (String, String) {
    let org = kit.org_called("Partner").await;
    let project = kit.project_with("", "Billing", &["reader", "writer", "admin"]).await;
    kit.share("", &project, &org, &["reader", "writer"]).await;
    (org, project)
}

fn body(user: &str, project: &str, org: &str, roles: &[&str]) -> Value {
    json!({ "userId": user, "projectId": project, "organizationId": org, "roleKeys": roles })
}

#[tokio::test]
async fn an_authorization_is_given_changed_switched_off_and_on_and_deleted() {
    let kit = Kit::new().await;
    let (org, project) = shared(&kit).await;
    let created = kit.ok("authorization.v2/CreateAuthorization", body(&kit.demo, &project, &org, &["reader"])).await;
    let id = text(&created["id"]);
    // Over v1 it is a user grant of the organisation.
    let v1 = async || {
        let named = json!({ "userId": kit.demo, "grantId": id });
        kit.ok_in(&org, "management/GetUserGrantByID", named).await["userGrant"].take()
    };
    assert_eq!(v1().await["details"]["creationDate"], created["creationDate"]);
    assert!(v1().await["projectGrantId"].is_string());
    let call = async |method: &str, roles: Value| {
        let body = json!({ "id": id, "roleKeys": roles });
        kit.ok(&format!("authorization.v2/{method}Authorization"), body).await
    };
    let changed = call("Update", json!(["writer"])).await;
    assert_eq!(
        (&v1().await["roleKeys"], &v1().await["details"]["changeDate"]),
        (&json!(["writer"]), &changed["changeDate"])
    );
    // What is so already is fine, and happens no second time.
    let before = kit.events_after_check();
    assert_eq!(call("Update", json!(["writer"])).await, changed);
    assert_eq!(call("Activate", json!([])).await, changed);
    assert_eq!(kit.events_after_check(), before);
    let off = call("Deactivate", json!([])).await;
    assert_eq!(v1().await["state"], "USER_GRANT_STATE_INACTIVE");
    assert_eq!(call("Deactivate", json!([])).await, off);
    call("Activate", json!([])).await;
    assert_eq!(v1().await["state"], "USER_GRANT_STATE_ACTIVE");

    assert!(call("Delete", json!([])).await.get("deletionDate").is_some());
    for unknown in [&id, "4711", "../x"] {
        let body = json!({ "id": unknown });
        assert_eq!(kit.ok("authorization.v2/DeleteAuthorization", body.clone()).await, json!({}));
        for (method, fault) in
            [("Update", "COMMAND-3M9sd"), ("Deactivate", "COMMAND-3M9sd"), ("Activate", "COMMAND-Lp0gs")]
        {
            let procedure = format!("authorization.v2/{method}Authorization");
            kit.refused(&procedure, body.clone(), NotFound, fault).await;
            kit.refused(&procedure, json!({}), InvalidArgument, "").await;
        }
    }
    kit.events_after_check();
}

#[tokio::test]
async fn an_authorization_is_refused_for_a_reason() {
    let kit = Kit::new().await;
    let (org, project) = shared(&kit).await;
    let third = kit.org_called("Third").await;
    for (body, kind, id) in [
        (body("4711", &project, &org, &[]), FailedPrecondition, "COMMAND-4f8sg"),
        (body(&kit.demo, "4711", &org, &[]), FailedPrecondition, "COMMAND-4m9ff"),
        (body(&kit.demo, "../x", &org, &[]), FailedPrecondition, "COMMAND-4m9ff"),
        (body(&kit.demo, &project, &third, &[]), FailedPrecondition, "COMMAND-4m9ff"),
        (body(&kit.demo, &project, "4711", &[]), FailedPrecondition, "COMMAND-3m9gg"),
        (body(&kit.demo, &project, &org, &["admin"]), FailedPrecondition, "COMMAND-mm9F4"),
        (body(&kit.demo, &project, &kit.org, &["owner"]), FailedPrecondition, "COMMAND-mm9F4"),
        (body(&kit.demo, &project, &org, &["reader", "reader"]), InvalidArgument, ""),
        (body("", &project, &org, &[]), InvalidArgument, ""),
    ] {
        kit.refused("authorization.v2/CreateAuthorization", body, kind, id).await;
    }
    let many: Vec<_> = (0..65).map(|number| format!("r{number}")).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    let many = body(&kit.demo, &project, &org, &many);
    kit.refused("authorization.v2/CreateAuthorization", many, InvalidArgument, "COMMAND-kVfMa").await;
    let once = body(&kit.demo, &project, &org, &["reader"]);
    let id = kit.ok("authorization.v2/CreateAuthorization", once.clone()).await["id"].take();
    kit.refused("authorization.v2/CreateAuthorization", once, AlreadyExists, "V3-DKcYh").await;
    // The project's own organisation gives its own.
    kit.ok("authorization.v2/CreateAuthorization", body(&kit.demo, &project, &kit.org, &["admin"])).await;
    let beyond = json!({ "id": id, "roleKeys": ["admin"] });
    kit.refused("authorization.v2/UpdateAuthorization", beyond, FailedPrecondition, "COMMAND-mm9F4").await;
}

/// It is the organisation that gives it which counts, not that of the project, of the user or of a header.
#[tokio::test]
async fn a_permission_counts_in_the_organisation_that_gives() {
    let kit = Kit::new().await;
    let (org, project) = shared(&kit).await;
    let id = kit.grant(&org, &kit.demo, &project, &["reader"]).await;
    let owner = kit.caller_in(&kit.org, "owner", &["ORG_OWNER"]).await;
    let viewer = kit.caller_in(&org, "viewer", &["ORG_OWNER_VIEWER"]).await;
    let manager = kit.caller_in(&org, "manager", &["ORG_USER_MANAGER"]).await;
    let mut body = body(&kit.admin, &project, &org, &[]);
    body["id"] = json!(id);
    for method in ["Create", "Update", "Deactivate", "Activate", "Delete"] {
        let procedure = format!("authorization.v2/{method}Authorization");
        for header in ["", &kit.org] {
            kit.refused_to(&owner, header, &procedure, body.clone(), NotFound, "AUTHZ-cdgFk").await;
        }
        kit.refused_to(&viewer, "", &procedure, body.clone(), PermissionDenied, "AUTH-5mWD2").await;
        assert_eq!(kit.call(&procedure, "", body.clone()).await.expect_err("nobody").0, Unauthenticated);
        kit.call(&procedure, &manager.token, body.clone()).await.unwrap_or_else(|e| panic!("{procedure}: {e:?}"));
    }
}
