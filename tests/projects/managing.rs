//! A project's own life.

use super::assert_list;
use crate::common::{Kit, orgs::dates, text};
use countersign::{
    error::Kind::{AlreadyExists, FailedPrecondition, InvalidArgument, NotFound, PermissionDenied},
    id::{OrgId, ProjectId},
    limits::MAX_PROJECTS,
    model::{Draft, ProjectFact, ProjectSettings},
};
use serde_json::{Value, json};

const LABELING: &str = "PRIVATE_LABELING_SETTING_ENFORCE_PROJECT_RESOURCE_OWNER_POLICY";

#[tokio::test]
async fn a_project_is_shown_as_it_was_added() {
    let kit = Kit::new().await;
    let body = json!({
        "name": " Billing ", "projectRoleAssertion": true, "hasProjectCheck": true, "privateLabelingSetting": LABELING,
    });
    let added = kit.ok("management/AddProject", body).await;
    assert_eq!((dates(&added), &added["details"]["resourceOwner"]), ((true, false), &json!(kit.org)));
    let id = text(&added["id"]);
    let shown = kit.ok("management/GetProjectByID", json!({ "id": id })).await;
    let project = &shown["project"];
    assert_eq!(dates(project), (true, true));
    assert_eq!(
        (&project["id"], &project["name"], &project["state"]),
        (&json!(id), &json!("Billing"), &json!("PROJECT_STATE_ACTIVE"))
    );
    assert_eq!((&project["projectRoleAssertion"], &project["hasProjectCheck"]), (&json!(true), &json!(true)));
    assert_eq!((project.get("projectRoleCheck"), &project["privateLabelingSetting"]), (None, &json!(LABELING)));
    kit.events_after_check();
}

#[tokio::test]
async fn names_are_unique_in_their_organisation() {
    let kit = Kit::new().await;
    let (project, other) = (kit.project("Billing").await, kit.project("Other").await);
    let long = "é".repeat(201);
    let refusals = [
        (" BILLING ", AlreadyExists, "V3-DKcYh", "V3-DKcYh"),
        ("  ", InvalidArgument, "PROJECT-IOVCC", "COMMAND-4m9vS"),
        ("a\u{1b}b", InvalidArgument, "PROJECT-IOVCC", "COMMAND-4m9vS"),
        ("", InvalidArgument, "", ""),
        (&long, InvalidArgument, "", ""),
    ];
    for (name, kind, adding, changing) in refusals {
        kit.refused("management/AddProject", json!({ "name": name }), kind, adding).await;
        kit.refused("management/UpdateProject", json!({ "id": other, "name": name }), kind, changing).await;
    }
    let bad = json!({ "name": "New", "privateLabelingSetting": 9 });
    kit.refused("management/AddProject", bad, InvalidArgument, "").await;
    // The same name in another case, and in another organisation.
    kit.ok("management/UpdateProject", json!({ "id": project, "name": "BILLING" })).await;
    let org = kit.org_called("Elsewhere").await;
    kit.project_in(&org, "Billing").await;
}

#[tokio::test]
async fn a_project_is_renamed_and_set_anew() {
    let kit = Kit::new().await;
    let project = kit.project("Before").await;
    let body = json!({ "id": project, "name": "After", "projectRoleCheck": true });
    let changed = kit.ok("management/UpdateProject", body.clone()).await;
    assert_eq!(dates(&changed), (false, true));
    let shown = kit.ok("management/GetProjectByID", json!({ "id": project })).await;
    assert_eq!((&shown["project"]["name"], &shown["project"]["projectRoleCheck"]), (&json!("After"), &json!(true)));
    kit.refused("management/UpdateProject", body, FailedPrecondition, "COMMAND-2M0fs").await;
    kit.project("before").await;
    kit.events_after_check();
}

#[tokio::test]
async fn a_project_is_switched_off_and_on() {
    let kit = Kit::new().await;
    let id = json!({ "id": kit.project("Billing").await });
    kit.refused("management/ReactivateProject", id.clone(), FailedPrecondition, "COMMAND-5M9bs").await;
    assert_eq!(dates(&kit.ok("management/DeactivateProject", id.clone()).await), (false, true));
    kit.refused("management/DeactivateProject", id.clone(), FailedPrecondition, "COMMAND-mki55").await;
    let shown = kit.ok("management/GetProjectByID", id.clone()).await;
    assert_eq!(shown["project"]["state"], "PROJECT_STATE_INACTIVE");
    assert_eq!(dates(&kit.ok("management/ReactivateProject", id.clone()).await), (false, true));
}

#[tokio::test]
async fn projects_are_listed_by_id() {
    let kit = Kit::new().await;
    let org = kit.org_called("Elsewhere").await;
    kit.project_in(&org, "Foreign").await;
    let (one, two) = (kit.project("Billing").await, kit.project("Shipping").await);
    let list = async |body: Value| kit.ok("management/ListProjects", body).await;
    assert_list(&list(json!({})).await, "id", &[&two, &one]);
    assert_list(&list(json!({ "query": { "asc": true } })).await, "id", &[&one, &two]);
    let page = list(json!({ "query": { "offset": 1, "limit": 1 } })).await;
    assert_list(&page, "id", &[&one]);
    assert_eq!(page["details"]["totalResult"], "2");
    let method = "TEXT_QUERY_METHOD_ENDS_WITH_IGNORE_CASE";
    let cases = [
        (json!({ "nameQuery": { "name": "Billing" } }), vec!["Billing"]),
        (json!({ "nameQuery": { "name": "ING", "method": method } }), vec!["Shipping", "Billing"]),
        (json!({ "projectResourceOwnerQuery": { "resourceOwner": kit.org } }), vec!["Shipping", "Billing"]),
        (json!({ "projectResourceOwnerQuery": { "resourceOwner": org } }), vec![]),
    ];
    for (query, expected) in cases {
        assert_list(&list(json!({ "queries": [query] })).await, "name", &expected);
    }
    kit.refused("management/ListProjects", json!({ "queries": [{}] }), InvalidArgument, "").await;
    let many = vec![json!({ "nameQuery": {} }); 257];
    kit.refused("management/ListProjects", json!({ "queries": many }), InvalidArgument, "QUERY-4M0fs").await;
    kit.refused("management/ListProjects", json!({ "query": { "limit": 10_001 } }), InvalidArgument, "QUERY-4M0fs")
        .await;
}

/// A project of another organisation, one that was never there, and the server's own: none can be seen or changed.
#[tokio::test]
async fn other_projects_are_not_there() {
    let kit = Kit::new().await;
    let org = kit.org_called("Elsewhere").await;
    let foreign = kit.project_in(&org, "Foreign").await;
    let own = text(&kit.ok("management/GetIAM", json!({})).await["iamProjectId"]);
    for id in [foreign.as_str(), "4711", "../x", &own] {
        let cases = [
            ("GetProjectByID", "QUERY-fk2fs"),
            ("UpdateProject", "COMMAND-3M9sd"),
            ("DeactivateProject", "COMMAND-112M9"),
            ("ReactivateProject", "COMMAND-3M9sd"),
            ("RemoveProject", "COMMAND-3M9sd"),
        ];
        for (method, fault) in cases {
            let body = json!({ "id": id, "name": "Mine" });
            kit.refused(&format!("management/{method}"), body, NotFound, fault).await;
        }
    }
    for method in ["GetProjectByID", "UpdateProject", "DeactivateProject", "ReactivateProject", "RemoveProject"] {
        kit.refused(&format!("management/{method}"), json!({ "name": "x" }), InvalidArgument, "").await;
    }
}

#[tokio::test]
async fn an_organisation_has_so_many_projects() {
    let kit = Kit::new().await;
    let org = OrgId::parse(&kit.org).expect("an id");
    let added = |number: usize| {
        let id = ProjectId::parse(&format!("p{number}")).expect("an id");
        let fact = ProjectFact::Added { name: format!("P{number}"), settings: ProjectSettings::default() };
        Draft::project(&org, &id, fact)
    };
    kit.happen((1..MAX_PROJECTS).map(added).collect()).await;
    kit.project("Last").await;
    kit.refused("management/AddProject", json!({ "name": "Over" }), FailedPrecondition, "COUNTERSIGN-many").await;
    kit.ok("management/RemoveProject", json!({ "id": "p1" })).await;
    kit.project("Again").await;
}

#[tokio::test]
async fn roles_say_who_may_manage_projects() {
    let kit = Kit::new().await;
    let project = kit.project("Billing").await;
    let viewer = kit.member("ORG_OWNER_VIEWER").await;
    let body = json!({ "id": project, "name": "x", "projectId": project, "roleKey": "r", "displayName": "r" });
    kit.call("management/GetProjectByID", &viewer, body.clone()).await.expect("seen");
    for method in ["AddProject", "UpdateProject", "DeactivateProject", "RemoveProject", "AddProjectRole"] {
        let answer = kit.call(&format!("management/{method}"), &viewer, body.clone()).await;
        let (kind, id) = crate::common::refused_with(answer);
        assert_eq!((kind, id.as_str()), (PermissionDenied, "AUTH-5mWD2"), "{method}");
    }
}
