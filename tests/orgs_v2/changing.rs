use crate::common::Kit;
use countersign::error::Kind::{AlreadyExists, FailedPrecondition, InvalidArgument, NotFound, Unauthenticated};
use serde_json::{Value, json};

fn named(org: &str) -> Value {
    json!({ "organizationId": org })
}

#[tokio::test]
async fn an_organisation_is_renamed() {
    let kit = Kit::new().await;
    let (org, update) = (kit.org_called("Before").await, "org.v2/UpdateOrganization");
    let body = |org: &str, name: &str| json!({ "organizationId": org, "name": name });
    // The request says which: the header does not matter.
    let owner = kit.caller_in(&org, "owner", &["ORG_OWNER"]).await;
    let renamed = kit.call(update, &owner.token, body(&org, " After ")).await.expect("renamed");
    let shown = kit.ok("admin/GetOrgByID", json!({ "id": org })).await;
    assert_eq!((&shown["org"]["name"], &shown["org"]["primaryDomain"]), (&json!("After"), &json!("after.localhost")));
    assert_eq!(shown["org"]["details"]["changeDate"], renamed["changeDate"]);

    let refusals = [
        (body(&org, "After"), FailedPrecondition, "ORG-4VSdf"),
        (body(&org, "acme"), AlreadyExists, "V3-DKcYh"),
        (body(&org, " "), InvalidArgument, "EVENT-Mf9sd"),
        (body(&org, ""), InvalidArgument, ""),
        (body("1", "New"), NotFound, "ORG-1MRds"),
    ];
    for (body, kind, id) in refusals {
        kit.refused(update, body, kind, id).await;
    }
    kit.refused_to(&owner, "", update, body(&kit.org, "Mine"), NotFound, "AUTHZ-cdgFk").await;
    kit.refused_to(&owner, "", update, body("1", "Mine"), NotFound, "AUTHZ-cdgFk").await;
}

#[tokio::test]
async fn users_are_shut_out_and_let_in() {
    let kit = Kit::new().await;
    let org = kit.org_called("Other").await;
    let owner = kit.caller_in(&org, "owner", &["ORG_OWNER"]).await;
    let (deactivate, activate) = ("org.v2/DeactivateOrganization", "org.v2/ActivateOrganization");
    kit.refused(activate, named(&org), FailedPrecondition, "EVENT-bfnrh").await;
    let done = kit.call(deactivate, &owner.token, named(&org)).await.expect("deactivated");
    assert!(done.get("changeDate").is_some());
    kit.refused_to(&owner, "", activate, named(&org), Unauthenticated, "AUTH-7fs1e").await;
    kit.refused(deactivate, named(&org), FailedPrecondition, "EVENT-Dbs2g").await;
    assert!(kit.ok(activate, named(&org)).await.get("changeDate").is_some());
    kit.refused(deactivate, named("1"), NotFound, "ORG-oL9nT").await;
    kit.refused(activate, named("1"), NotFound, "ORG-Dgf3g").await;
    // The last owner of the instance lives there.
    kit.refused(deactivate, named(&kit.org), FailedPrecondition, "COUNTERSIGN-lastowner").await;
    kit.events_after_check();
}

#[tokio::test]
async fn an_organisation_is_deleted() {
    let kit = Kit::new().await;
    let (org, delete) = (kit.org_called("Revocation").await, "org.v2/DeleteOrganization");
    let owner = kit.caller_in(&org, "owner", &["ORG_OWNER"]).await;
    assert!(kit.call(delete, &owner.token, named(&org)).await.expect("deleted").get("deletionDate").is_some());
    kit.refused_to(&owner, "", delete, named(&org), Unauthenticated, "AUTH-7fs1e").await;
    kit.refused(delete, named(&org), NotFound, "COMMA-aps2n").await;
    kit.refused(delete, named(&kit.org), FailedPrecondition, "COMMA-wG9p1").await;
    kit.refused(delete, json!({}), InvalidArgument, "").await;
    kit.events_after_check();
}
