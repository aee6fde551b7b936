use crate::common::{Kit, client::Ask, orgs::column, server::Server};
use countersign::error::Kind::{
    AlreadyExists, FailedPrecondition, InvalidArgument, NotFound, PermissionDenied, Unauthenticated, Unimplemented,
};
use serde_json::{Value, json};

const CREATE: &str = "admins.v2/CreateAdministrator";
const UPDATE: &str = "admins.v2/UpdateAdministrator";
const DELETE: &str = "admins.v2/DeleteAdministrator";

fn over_org(org: &str, user: &str, roles: &[&str]) -> Value {
    json!({ "userId": user, "resource": { "organizationId": org }, "roles": roles })
}

fn over_instance(user: &str, roles: &[&str]) -> Value {
    json!({ "userId": user, "resource": { "instance": true }, "roles": roles })
}

#[tokio::test]
async fn an_administrator_of_an_organisation_is_a_member_of_it() {
    let kit = Kit::new().await;
    let org = kit.org_called("Other").await;
    // The request names the organisation, so the owner's own does not matter.
    let owner = kit.caller_in(&kit.org, "owner", &[]).await;
    kit.ok(CREATE, over_org(&org, &owner.id, &["ORG_OWNER"])).await;
    let created = kit.call(CREATE, &owner.token, over_org(&org, &kit.demo, &["ORG_OWNER_VIEWER"])).await;
    assert!(created.expect("created").get("creationDate").is_some());
    let roles = async || {
        let query = json!({ "queries": [{ "userIdQuery": { "userId": kit.demo } }] });
        kit.ok_in(&org, "management/ListOrgMembers", query).await["result"][0]["roles"].clone()
    };
    assert_eq!(roles().await, json!(["ORG_OWNER_VIEWER"]));
    let updated = kit.call(UPDATE, &owner.token, over_org(&org, &kit.demo, &["ORG_USER_MANAGER"])).await;
    let updated = updated.expect("updated");
    assert!(updated.get("changeDate").is_some());
    assert_eq!(roles().await, json!(["ORG_USER_MANAGER"]));
    let same = kit.ok(UPDATE, over_org(&org, &kit.demo, &["ORG_USER_MANAGER"])).await;
    assert_eq!(same, updated, "no change, and the date of the last one");
    let deleted = kit.call(DELETE, &owner.token, over_org(&org, &kit.demo, &[])).await.expect("deleted");
    assert!(deleted.get("deletionDate").is_some());
    assert_eq!(kit.ok(DELETE, over_org(&org, &kit.demo, &[])).await, json!({}));
    kit.events_after_check();
}

#[tokio::test]
async fn an_administrator_of_the_instance_is_a_member_of_it() {
    let kit = Kit::new().await;
    assert!(kit.ok(CREATE, over_instance(&kit.demo, &["IAM_OWNER_VIEWER"])).await.get("creationDate").is_some());
    assert_eq!(column(&kit.ok("admin/ListIAMMembers", json!({})).await, "userId").len(), 2);
    assert!(kit.ok(UPDATE, over_instance(&kit.demo, &["IAM_ORG_MANAGER"])).await.get("changeDate").is_some());
    assert!(kit.ok(DELETE, over_instance(&kit.demo, &[])).await.get("deletionDate").is_some());
    assert_eq!(kit.ok(DELETE, over_instance(&kit.demo, &[])).await, json!({}));
    kit.refused(DELETE, over_instance(&kit.admin, &[]), FailedPrecondition, "COUNTERSIGN-lastowner").await;
    kit.events_after_check();
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_as_of_members() {
    let kit = Kit::new().await;
    let org = kit.org_called("Other").await;
    let before = kit.events_after_check();
    let owner = ["ORG_OWNER"];
    let refusals = [
        (CREATE, over_org(&org, &kit.demo, &[]), InvalidArgument, "ORG-4Mlfs"),
        (CREATE, over_org(&org, &kit.demo, &["IAM_OWNER"]), InvalidArgument, "Org-4N8es"),
        (CREATE, over_org(&org, "1", &owner), FailedPrecondition, "ORG-GoXOn"),
        (CREATE, over_org(&org, &kit.admin, &owner), AlreadyExists, "ORG-poWwe"),
        (CREATE, over_org("1", &kit.demo, &owner), FailedPrecondition, "COMMAND-QXPGs"),
        (CREATE, over_org(&org, "", &owner), InvalidArgument, ""),
        (CREATE, over_org(&org, &kit.demo, &["ORG_OWNER", "ORG_OWNER"]), InvalidArgument, ""),
        (CREATE, over_org(&org, &kit.demo, &[""]), InvalidArgument, ""),
        (CREATE, over_instance(&kit.demo, &owner), InvalidArgument, "INSTANCE-4m0fS"),
        (CREATE, over_instance(&kit.demo, &[]), InvalidArgument, "INSTA-SDSfs"),
        (CREATE, over_instance(&kit.admin, &["IAM_OWNER"]), AlreadyExists, "INSTA-pFDwe"),
        (UPDATE, over_org(&org, &kit.demo, &owner), NotFound, "Org-D8JxR"),
        (UPDATE, over_org(&org, &kit.admin, &[]), InvalidArgument, "Org-LiaZi"),
        (UPDATE, over_instance(&kit.demo, &["IAM_OWNER"]), NotFound, "INSTANCE-D8JxR"),
        (DELETE, over_org("1", &kit.demo, &[]), FailedPrecondition, "COMMAND-QXPGs"),
    ];
    for (procedure, body, kind, id) in refusals {
        kit.refused(procedure, body, kind, id).await;
    }
    for (procedure, id) in [(CREATE, "ADMIN-IbPp47HDP5"), (UPDATE, "ADMIN-i0V2IbdloZ"), (DELETE, "ADMIN-3UOjLtuohh")] {
        for resource in [json!({}), json!({ "instance": false }), Value::Null] {
            let body = json!({ "userId": kit.demo, "roles": owner, "resource": resource });
            kit.refused(procedure, body, InvalidArgument, id).await;
        }
        let grant = json!({ "projectGrant": { "projectId": "1", "organizationId": kit.org } });
        for resource in [json!({ "projectId": "1" }), grant] {
            let body = json!({ "userId": kit.demo, "roles": ["PROJECT_OWNER"], "resource": resource });
            kit.refused(procedure, body.clone(), Unimplemented, "COUNTERSIGN-project").await;
            assert_eq!(kit.call(procedure, "", body).await.expect_err("nobody").0, Unauthenticated);
        }
    }
    assert_eq!(kit.events_after_check(), before);
}

#[tokio::test]
async fn each_resource_asks_for_its_own_permission() {
    let kit = Kit::new().await;
    let (one, two) = (kit.org_called("One").await, kit.org_called("Two").await);
    let owner = kit.caller_in(&one, "owner", &["ORG_OWNER"]).await;
    let viewer = kit.caller_in(&one, "viewer", &["ORG_OWNER_VIEWER"]).await;
    let manager = kit.caller_in(&one, "manager", &[]).await;
    kit.ok(CREATE, over_instance(&manager.id, &["IAM_ORG_MANAGER"])).await;
    let harmless = ["ORG_END_USER_IMPERSONATOR"];
    for procedure in [CREATE, UPDATE, DELETE] {
        let no = "AUTH-5mWD2";
        let instance = over_instance(&kit.demo, &["IAM_END_USER_IMPERSONATOR"]);
        kit.refused_to(&owner, "", procedure, over_org(&two, &kit.demo, &harmless), NotFound, "AUTHZ-cdgFk").await;
        kit.refused_to(&owner, "", procedure, over_org("1", &kit.demo, &harmless), NotFound, "AUTHZ-cdgFk").await;
        kit.refused_to(&owner, "", procedure, instance.clone(), PermissionDenied, no).await;
        kit.refused_to(&viewer, "", procedure, over_org(&one, &kit.demo, &harmless), PermissionDenied, no).await;
        // It manages every organisation, and yet not the instance.
        kit.refused_to(&manager, "", procedure, instance, PermissionDenied, no).await;
        kit.call(procedure, &manager.token, over_org(&two, &kit.demo, &harmless)).await.expect(procedure);
    }
    let more = over_org(&one, &kit.demo, &["SELF_MANAGEMENT_GLOBAL"]);
    kit.refused_to(&owner, "", CREATE, more, PermissionDenied, "AUTH-5mWD2").await;
}

#[tokio::test]
async fn administrators_have_paths_of_their_own() {
    let server = Server::start().await;
    let (org, demo) = (&server.kit.org, &server.kit.demo);
    let create = Ask::post("/v2/administrators").json(&over_org(org, demo, &["ORG_OWNER_VIEWER"]));
    assert!(server.admin(create).await.ok().get("creationDate").is_some());
    let roles = json!({ "resource": { "organizationId": org }, "roles": ["ORG_OWNER"] });
    let update = Ask::put(format!("/v2/administrators/{demo}")).json(&roles);
    assert!(server.admin(update).await.ok().get("changeDate").is_some());
    let list =
        Ask::post("/v2/administrators/search").json(&json!({ "filters": [{ "role": { "roleKey": "ORG_OWNER" } }] }));
    assert_eq!(server.admin(list).await.ok()["administrators"][0]["user"]["id"], *demo);
    let delete = Ask::delete(format!("/v2/administrators/{demo}?resource.organizationId={org}"));
    assert!(server.admin(delete).await.ok().get("deletionDate").is_some());
}
