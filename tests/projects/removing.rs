//! What goes with what.

use super::assert_list;
use crate::common::{Kit, orgs::dates, text};
use countersign::{
    error::Kind::{FailedPrecondition, NotFound},
    id::{OrgId, ProjectId, UserGrantId, UserId},
    limits::MAX_PROJECT_CASCADE,
    model::{Draft, UserGrantFact},
};
use serde_json::json;

#[tokio::test]
async fn a_project_goes_with_its_roles_and_grants() {
    let kit = Kit::new().await;
    let project = kit.project_with("", "Billing", &["reader"]).await;
    let other = kit.project_with("", "Other", &["reader"]).await;
    kit.grant("", &kit.demo, &project, &["reader"]).await;
    let kept = kit.grant("", &kit.demo, &other, &["reader"]).await;
    let before = kit.events_after_check();
    let removed = kit.ok("management/RemoveProject", json!({ "id": project })).await;
    assert_eq!(dates(&removed), (false, true));
    assert_eq!(kit.events_after_check() - before, 2);
    assert_list(&kit.ok("management/ListUserGrants", json!({})).await, "id", &[&kept]);
    kit.refused("management/GetProjectByID", json!({ "id": project }), NotFound, "QUERY-fk2fs").await;
    kit.refused("management/RemoveProject", json!({ "id": project }), NotFound, "COMMAND-3M9sd").await;
    // The name is free again; the id is not.
    assert_ne!(kit.project("Billing").await, project);
    let snapshot = kit.app.store.snapshot().expect("a snapshot");
    assert!(snapshot.state().project_was_removed(&ProjectId::parse(&project).expect("an id")).expect("read"));
}

#[tokio::test]
async fn a_role_goes_from_everybody_who_has_it() {
    let kit = Kit::new().await;
    let project = kit.project_with("", "Billing", &["reader", "writer"]).await;
    let grant = kit.grant("", &kit.demo, &project, &["reader", "writer"]).await;
    kit.grant("", &kit.admin, &project, &["writer"]).await;
    let role = json!({ "projectId": project, "roleKey": "reader", "displayName": "Reader" });
    let before = kit.events_after_check();
    assert_eq!(dates(&kit.ok("management/RemoveProjectRole", role.clone()).await), (false, true));
    assert_eq!(kit.events_after_check() - before, 2);
    // A role of the same name is another role.
    kit.ok("management/AddProjectRole", role).await;
    let shown = kit.ok("management/GetUserGrantByID", json!({ "userId": kit.demo, "grantId": grant })).await;
    assert_eq!(shown["userGrant"]["roleKeys"], json!(["writer"]));
}

#[tokio::test]
async fn a_user_goes_with_its_grants() {
    let kit = Kit::new().await;
    let org = kit.org_called("Elsewhere").await;
    let user = kit.machine("client").await;
    for owner in ["", &org] {
        let project = kit.project_with(owner, "Billing", &["reader"]).await;
        kit.grant(owner, &user, &project, &["reader"]).await;
    }
    let before = kit.events_after_check();
    kit.ok("management/RemoveUser", json!({ "id": user })).await;
    assert_eq!(kit.events_after_check() - before, 3);
    for owner in ["", &org] {
        assert_list(&kit.ok_in(owner, "management/ListUserGrants", json!({})).await, "id", &[]);
    }
}

#[tokio::test]
async fn an_organisation_goes_with_its_projects() {
    let kit = Kit::new().await;
    let org = kit.org_called("Revocation").await;
    let inside = kit.machine_in(&org, "inside").await;
    let (theirs, ours) =
        (kit.project_with(&org, "Theirs", &["reader"]).await, kit.project_with("", "Ours", &["reader"]).await);
    for user in [&inside, &kit.demo] {
        kit.grant(&org, user, &theirs, &["reader"]).await;
    }
    kit.grant("", &inside, &ours, &["reader"]).await;
    let kept = kit.grant("", &kit.demo, &ours, &["reader"]).await;
    let before = kit.events_after_check();
    kit.ok_in(&org, "management/RemoveOrg", json!({})).await;
    // Two grants of the user inside, and the user; the founder's membership; the grant of the user from elsewhere; the
    // project, and the organisation.
    assert_eq!(kit.events_after_check() - before, 7);
    assert_list(&kit.ok("management/ListUserGrants", json!({})).await, "id", &[&kept]);
    let snapshot = kit.app.store.snapshot().expect("a snapshot");
    assert!(snapshot.state().project(&ProjectId::parse(&theirs).expect("an id")).expect("read").is_none());
}

#[tokio::test]
async fn a_removal_that_would_hold_up_everybody_is_refused() {
    let kit = Kit::new().await;
    let project = kit.project_with("", "Large", &["reader"]).await;
    let (org, id) = (OrgId::parse(&kit.org).expect("an id"), ProjectId::parse(&project).expect("an id"));
    let grant = |number: usize| UserGrantId::parse(&format!("g{number}")).expect("an id");
    let added = |number: usize| {
        let user = UserId::parse(&format!("u{number}")).expect("an id");
        let fact = UserGrantFact::Added { user, project: id.clone(), roles: vec!["reader".into()] };
        Draft::user_grant(&org, &grant(number), fact)
    };
    kit.happen((0..=MAX_PROJECT_CASCADE).map(added).collect()).await;
    let role = json!({ "projectId": project, "roleKey": "reader" });
    kit.refused("management/RemoveProject", json!({ "id": project }), FailedPrecondition, "COUNTERSIGN-large").await;
    kit.refused("management/RemoveProjectRole", role.clone(), FailedPrecondition, "COUNTERSIGN-large").await;
    kit.happen(vec![Draft::user_grant(&org, &grant(0), UserGrantFact::Removed)]).await;
    kit.ok("management/RemoveProjectRole", role).await;
    kit.ok("management/RemoveProject", json!({ "id": project })).await;
}

/// Ids of projects are the server's to choose, and never one that is in use.
#[tokio::test]
async fn every_project_has_an_id_of_its_own() {
    let kit = Kit::new().await;
    let (one, two) = (kit.project("One").await, kit.project("Two").await);
    let own = text(&kit.ok("management/GetIAM", json!({})).await["iamProjectId"]);
    assert!(one != two && one != own && two != own);
}
