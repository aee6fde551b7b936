use super::{entries, pairs, value};
use crate::common::{Kit, orgs::dates};
use countersign::{
    error::Kind::{FailedPrecondition, InvalidArgument, NotFound},
    id::OrgId,
    model::Subject,
};
use serde_json::json;

#[tokio::test]
async fn an_organisation_keeps_metadata_as_a_user_does() {
    let kit = Kit::new().await;
    let set = kit.ok("management/SetOrgMetadata", json!({ "key": "plan", "value": value("free") })).await;
    assert_eq!((set.get("id"), dates(&set)), (None, (true, false)));
    assert_eq!(kit.ok("management/SetOrgMetadata", json!({ "key": "plan", "value": value("free") })).await, set);
    let metadata = json!([{ "key": "a", "value": value("1") }, { "key": "plan", "value": value("paid") }]);
    kit.ok("management/BulkSetOrgMetadata", json!({ "metadata": metadata })).await;
    let shown = kit.ok("management/GetOrgMetadata", json!({ "key": "plan" })).await["metadata"].take();
    assert_eq!((&shown["value"], &shown["details"]["resourceOwner"]), (&json!(value("paid")), &json!(kit.org)));
    let list = kit.ok("management/ListOrgMetadata", json!({ "query": { "asc": true } })).await;
    assert_eq!(entries(&list), pairs(&[("a", "1"), ("plan", "paid")]));
    kit.ok("management/RemoveOrgMetadata", json!({ "key": "plan" })).await;
    kit.ok("management/BulkRemoveOrgMetadata", json!({ "keys": ["a"] })).await;
    assert_eq!(kit.ok("management/ListOrgMetadata", json!({})).await["result"], json!(null));
    for (procedure, body, kind, id) in [
        ("management/BulkSetOrgMetadata", json!({}), FailedPrecondition, "META-9mm2d"),
        ("management/BulkRemoveOrgMetadata", json!({}), FailedPrecondition, "META-9mw2d"),
        ("management/BulkRemoveOrgMetadata", json!({ "keys": ["a"] }), NotFound, "META-2npds"),
        ("management/RemoveOrgMetadata", json!({ "key": "a" }), NotFound, "META-mcnw3"),
        ("management/GetOrgMetadata", json!({ "key": "a" }), NotFound, "QUERY-Rgh32"),
        ("management/ListOrgMetadata", json!({ "queries": [{}] }), InvalidArgument, "METAD-fdg23"),
    ] {
        kit.refused(procedure, body, kind, id).await;
    }
    kit.events_after_check();
}

#[tokio::test]
async fn v2_names_the_organisation() {
    let kit = Kit::new().await;
    let (org, token) = kit.other_org().await;
    let set = json!({ "organizationId": org, "metadata": [{ "key": "plan", "value": value("free") }] });
    assert!(kit.call("org.v2/SetOrganizationMetadata", &token, set).await.expect("set")["setDate"].is_string());
    let list =
        kit.call("org.v2/ListOrganizationMetadata", &token, json!({ "organizationId": org })).await.expect("a list");
    assert_eq!(entries(&list), pairs(&[("plan", "free")]));
    assert_eq!(list["pagination"], json!({ "totalResult": "1", "appliedLimit": "100" }));
    assert_eq!(kit.ok("management/ListOrgMetadata", json!({})).await["result"], json!(null));
    let remove = json!({ "organizationId": org, "keys": ["plan"] });
    assert!(kit.ok("org.v2/DeleteOrganizationMetadata", remove.clone()).await["deletionDate"].is_string());
    for (procedure, body, kind, id) in [
        ("org.v2/DeleteOrganizationMetadata", remove, NotFound, "META-2npds"),
        ("org.v2/DeleteOrganizationMetadata", json!({ "organizationId": org }), FailedPrecondition, "META-9mw2d"),
        ("org.v2/SetOrganizationMetadata", json!({ "organizationId": org }), FailedPrecondition, "META-9mm2d"),
        ("org.v2/SetOrganizationMetadata", json!({ "organizationId": "1" }), FailedPrecondition, "COMMAND-QXPGs"),
        ("org.v2/DeleteOrganizationMetadata", json!({ "organizationId": "1" }), FailedPrecondition, "COMMAND-QXPGs"),
        ("org.v2/ListOrganizationMetadata", json!({ "organizationId": "1" }), NotFound, "QUERY-leq5Q"),
    ] {
        kit.refused(procedure, body, kind, id).await;
    }
}

#[tokio::test]
async fn it_goes_with_the_organisation() {
    let kit = Kit::new().await;
    let (org, _) = kit.other_org().await;
    kit.ok_in(&org, "management/SetOrgMetadata", json!({ "key": "plan", "value": value("free") })).await;
    kit.ok_in(&org, "management/RemoveOrg", json!({})).await;
    kit.events_after_check();
    let snapshot = kit.app.store.snapshot().expect("a snapshot");
    let subject = Subject::Org(OrgId::parse(&org).expect("an id"));
    assert!(snapshot.state().metadata(&subject, "plan").expect("a read").is_none());
}
