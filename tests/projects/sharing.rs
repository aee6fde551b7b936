//! Projects that another organisation may give roles in.

use super::assert_list;
use crate::common::{Kit, orgs::dates};
use countersign::error::Kind::{AlreadyExists, FailedPrecondition, InvalidArgument, NotFound, PermissionDenied};
use serde_json::{Value, json};

#[tokio::test]
async fn both_sides_see_a_project_that_is_granted() {
    let kit = Kit::new().await;
    let org = kit.org_called("Partner").await;
    let project = kit.project_with("", "Billing", &["reader", "writer", "admin"]).await;
    let body = json!({ "projectId": project, "grantedOrgId": org, "roleKeys": ["writer", "reader", "writer"] });
    let added = kit.ok("management/AddProjectGrant", body).await;
    assert_eq!((dates(&added), &added["details"]["resourceOwner"]), ((true, false), &json!(kit.org)));
    let id = json!({ "projectId": project, "grantId": added["grantId"] });
    let mut given = kit.ok("management/GetProjectGrantByID", id.clone()).await["projectGrant"].take();
    let had = kit.ok_in(&org, "management/GetGrantedProjectByID", id.clone()).await["grantedProject"].take();
    assert_eq!(given, had);
    assert_eq!(given["details"].take()["resourceOwner"], kit.org);
    assert_eq!(
        given,
        json!({
            "grantId": added["grantId"], "details": null, "state": "PROJECT_GRANT_STATE_ACTIVE",
            "grantedOrgId": org, "grantedOrgName": "Partner", "grantedRoleKeys": ["writer", "reader"],
            "projectId": project, "projectName": "Billing", "projectOwnerId": kit.org, "projectOwnerName": "ACME",
        })
    );
    // Neither side in the place of the other, and neither under another project.
    let not_there = "QUERY-n98GGs";
    kit.refused("management/GetGrantedProjectByID", id.clone(), NotFound, not_there).await;
    kit.refused_in(&org, "management/GetProjectGrantByID", id.clone(), NotFound, not_there).await;
    let other = json!({ "projectId": kit.project("Other").await, "grantId": added["grantId"] });
    kit.refused("management/GetProjectGrantByID", other.clone(), NotFound, not_there).await;
    kit.refused_in(&org, "management/GetGrantedProjectByID", other.clone(), NotFound, not_there).await;
    kit.refused_in(&org, "management/ListGrantedProjectRoles", other, NotFound, not_there).await;
    kit.events_after_check();
}

#[tokio::test]
async fn a_project_grant_is_refused_for_a_reason() {
    let kit = Kit::new().await;
    let org = kit.org_called("Partner").await;
    let own = kit.project_with("", "Own", &["reader"]).await;
    let foreign = kit.project_with(&org, "Foreign", &["reader"]).await;
    let body = |project: &str, org: &str, roles: Value| json!({ "projectId": project, "grantedOrgId": org, "roleKeys": roles });
    let refusals = [
        (body("4711", &org, json!([])), FailedPrecondition, "COMMAND-m9gsd"),
        (body("../x", &org, json!([])), FailedPrecondition, "COMMAND-m9gsd"),
        (body(&foreign, &org, json!([])), FailedPrecondition, "COMMAND-m9gsd"),
        (body(&own, "4711", json!([])), FailedPrecondition, "COMMAND-3m9gg"),
        (body(&own, "../x", json!([])), FailedPrecondition, "COMMAND-3m9gg"),
        (body(&own, &org, json!(["reader", "writer"])), FailedPrecondition, "COMMAND-6m9gd"),
        (body(&own, &kit.org, json!(["reader"])), FailedPrecondition, "PROJECT-ckUpbvboAH"),
        (body(&own, &org, json!(vec!["reader"; 1001])), InvalidArgument, "COMMAND-FYRnWEzBzV"),
        (body("", &org, json!([])), InvalidArgument, ""),
        (body(&own, "", json!([])), InvalidArgument, ""),
    ];
    for (body, kind, id) in refusals {
        kit.refused("management/AddProjectGrant", body, kind, id).await;
    }
    kit.share("", &own, &org, &[]).await;
    kit.refused("management/AddProjectGrant", body(&own, &org, json!([])), AlreadyExists, "V3-DKcYh").await;
    // A permission counts in the project's organisation.
    let owner = kit.caller_in(&org, "owner", &["ORG_OWNER"]).await;
    let third = kit.org_called("Third").await;
    let lent = body(&own, &third, json!([]));
    kit.refused_to(&owner, "", "management/AddProjectGrant", lent.clone(), FailedPrecondition, "COMMAND-m9gsd").await;
    kit.refused_to(&owner, &kit.org, "management/AddProjectGrant", lent.clone(), NotFound, "AUTHZ-cdgFk").await;
    let viewer = kit.caller_in(&kit.org, "viewer", &["ORG_OWNER_VIEWER"]).await;
    kit.refused_to(&viewer, "", "management/AddProjectGrant", lent, PermissionDenied, "AUTH-5mWD2").await;
}

#[tokio::test]
async fn a_project_grant_is_changed_switched_off_and_on_and_removed() {
    let kit = Kit::new().await;
    let org = kit.org_called("Partner").await;
    let project = kit.project_with("", "Billing", &["reader", "writer"]).await;
    let grant = kit.share("", &project, &org, &["reader"]).await;
    let body = |roles: Value| json!({ "projectId": project, "grantId": grant, "roleKeys": roles });
    let shown = async || kit.ok("management/GetProjectGrantByID", body(json!([]))).await["projectGrant"].take();

    let changed = kit.ok("management/UpdateProjectGrant", body(json!(["writer", "reader"]))).await;
    assert_eq!(dates(&changed), (false, true));
    assert_eq!(shown().await["grantedRoleKeys"], json!(["writer", "reader"]));
    // What is so already is fine, and happens no second time.
    let before = kit.events_after_check();
    let again = kit.ok("management/UpdateProjectGrant", body(json!(["writer", "reader"]))).await;
    assert_eq!(again["details"], changed["details"]);
    kit.ok("management/ReactivateProjectGrant", body(json!([]))).await;
    assert_eq!(kit.events_after_check(), before);
    kit.refused("management/UpdateProjectGrant", body(json!(["no"])), FailedPrecondition, "COMMAND-6m9gd").await;
    let many = body(json!(vec!["reader"; 1001]));
    kit.refused("management/UpdateProjectGrant", many, InvalidArgument, "COMMAND-FYRnWEzBzV").await;

    assert_eq!(dates(&kit.ok("management/DeactivateProjectGrant", body(json!([]))).await), (false, true));
    assert_eq!(shown().await["state"], "PROJECT_GRANT_STATE_INACTIVE");
    kit.ok("management/DeactivateProjectGrant", body(json!([]))).await;
    kit.ok("management/ReactivateProjectGrant", body(json!([]))).await;
    assert_eq!(shown().await["state"], "PROJECT_GRANT_STATE_ACTIVE");
    assert_eq!(kit.events_after_check(), before + 2);

    // The organisation that has it is not the one to change it.
    for (method, fault) in UNKNOWN {
        kit.refused_in(&org, &format!("management/{method}"), body(json!([])), NotFound, fault).await;
    }
    assert_eq!(dates(&kit.ok("management/RemoveProjectGrant", body(json!([]))).await), (false, true));
    for (method, fault) in UNKNOWN {
        kit.refused(&format!("management/{method}"), body(json!([])), NotFound, fault).await;
        kit.refused(&format!("management/{method}"), json!({ "projectId": project }), InvalidArgument, "").await;
    }
    assert_ne!(kit.share("", &project, &org, &["reader"]).await, grant);
    kit.events_after_check();
}

const UNKNOWN: [(&str, &str); 5] = [
    ("GetProjectGrantByID", "QUERY-n98GGs"),
    ("UpdateProjectGrant", "PROJECT-D8JxR"),
    ("DeactivateProjectGrant", "PROJECT-D8JxR"),
    ("ReactivateProjectGrant", "PROJECT-D8JxR"),
    ("RemoveProjectGrant", "PROJECT-D8JxR"),
];

#[tokio::test]
async fn project_grants_are_listed_by_what_they_connect() {
    let kit = Kit::new().await;
    let (a, b) = (kit.org_called("A").await, kit.org_called("B").await);
    let one = kit.project_with("", "One", &["reader", "writer"]).await;
    let two = kit.project_with("", "Two", &["reader"]).await;
    let first = kit.share("", &one, &b, &["reader"]).await;
    let second = kit.share("", &two, &a, &["reader"]).await;
    let third = kit.share("", &one, &a, &["writer"]).await;
    let (first, second, third) = (first.as_str(), second.as_str(), third.as_str());

    let all = async |body: Value| kit.ok("management/ListAllProjectGrants", body).await;
    let list = all(json!({})).await;
    assert_list(&list, "grantId", &[third, second, first]);
    assert_eq!(list["details"]["totalResult"], "3");
    assert_list(&all(json!({ "query": { "asc": true, "limit": 2 } })).await, "grantId", &[first, second]);
    for (query, expected) in [
        (
            json!({ "projectNameQuery": { "name": "ONE", "method": "TEXT_QUERY_METHOD_EQUALS_IGNORE_CASE" } }),
            vec![third, first],
        ),
        (json!({ "roleKeyQuery": { "roleKey": "reader" } }), vec![second, first]),
        (json!({ "projectIdQuery": { "projectId": two } }), vec![second]),
        (json!({ "grantedOrgIdQuery": { "grantedOrgId": a } }), vec![third, second]),
    ] {
        assert_list(&all(json!({ "queries": [query] })).await, "grantId", &expected);
    }
    kit.refused("management/ListAllProjectGrants", json!({ "queries": [{}] }), InvalidArgument, "").await;

    let of = async |body: Value| kit.ok("management/ListProjectGrants", body).await;
    let asc = json!({ "asc": true });
    assert_list(&of(json!({ "projectId": one, "query": asc })).await, "grantId", &[third, first]);
    assert_list(&of(json!({ "projectId": one })).await, "grantId", &[first, third]);
    let writers = json!([{ "roleKeyQuery": { "roleKey": "writer" } }, { "projectNameQuery": { "name": "One" } }]);
    assert_list(&of(json!({ "projectId": one, "queries": writers })).await, "grantId", &[third]);
    for unknown in ["4711", "../x"] {
        assert_list(&of(json!({ "projectId": unknown })).await, "grantId", &[]);
    }
    // Another's project has none to show.
    assert_list(&kit.ok_in(&a, "management/ListProjectGrants", json!({ "projectId": one })).await, "grantId", &[]);
    assert_list(&kit.ok_in(&a, "management/ListAllProjectGrants", json!({})).await, "grantId", &[]);

    let had = async |body: Value| kit.ok_in(&a, "management/ListGrantedProjects", body).await;
    assert_list(&had(json!({})).await, "grantId", &[third, second]);
    assert_list(&had(json!({ "queries": [{ "nameQuery": { "name": "Two" } }] })).await, "grantId", &[second]);
    let owned = json!({ "queries": [{ "projectResourceOwnerQuery": { "resourceOwner": a } }] });
    assert_list(&had(owned).await, "grantId", &[]);
    assert_list(&kit.ok("management/ListGrantedProjects", json!({})).await, "grantId", &[]);
    let many = vec![json!({ "nameQuery": {} }); 257];
    let many = json!({ "queries": many });
    kit.refused("management/ListGrantedProjects", many, InvalidArgument, "QUERY-4M0fs").await;
}

#[tokio::test]
async fn whoever_has_a_project_sees_the_roles_that_it_may_give() {
    let kit = Kit::new().await;
    let org = kit.org_called("Partner").await;
    let project = kit.project_with("", "Billing", &["writer", "admin", "reader"]).await;
    let grant = kit.share("", &project, &org, &["writer", "reader"]).await;
    let list = async |queries: Value| {
        let body = json!({ "projectId": project, "grantId": grant, "query": { "asc": true }, "queries": queries });
        kit.ok_in(&org, "management/ListGrantedProjectRoles", body).await
    };
    let all = list(json!([])).await;
    assert_list(&all, "key", &["reader", "writer"]);
    assert_eq!((&all["result"][0]["displayName"], &all["details"]["totalResult"]), (&json!("reader"), &json!("2")));
    assert_list(&list(json!([{ "keyQuery": { "key": "writer" } }])).await, "key", &["writer"]);
    let named = json!([{ "displayNameQuery": { "displayName": "admin" } }]);
    assert_list(&list(named).await, "key", &[]);
    let backwards = json!({ "projectId": project, "grantId": grant });
    let backwards = kit.ok_in(&org, "management/ListGrantedProjectRoles", backwards).await;
    assert_list(&backwards, "key", &["writer", "reader"]);
}
