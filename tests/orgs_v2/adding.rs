use crate::common::{Kit, client::Ask, orgs::column, server::Server, text};
use countersign::error::Kind::{
    AlreadyExists, FailedPrecondition, InvalidArgument, PermissionDenied, Unauthenticated, Unimplemented,
};
use serde_json::{Value, json};

const ADD: &str = "org.v2/AddOrganization";

async fn members(kit: &Kit, org: &str) -> Value {
    kit.ok_in(org, "management/ListOrgMembers", json!({ "query": { "asc": true } })).await
}

#[tokio::test]
async fn an_organisation_begins_with_the_members_that_were_named() {
    let kit = Kit::new().await;
    let admins = json!([
        { "userId": kit.admin },
        { "userId": kit.demo, "roles": ["ORG_OWNER_VIEWER", "ORG_USER_MANAGER", "ORG_OWNER_VIEWER"] },
    ]);
    let added = kit.ok(ADD, json!({ "name": " Platform Team ", "admins": admins })).await;
    let id = text(&added["organizationId"]);
    let details = &added["details"];
    assert_eq!((&details["resourceOwner"], &details["sequence"]), (&json!(id), &json!("3")));
    assert!(details.get("creationDate").is_some() && details["creationDate"] == details["changeDate"]);
    assert_eq!(added.get("createdAdmins"), None, "nobody was made on the way");

    let members = members(&kit, &id).await;
    assert_eq!(column(&members, "userId"), [kit.admin.as_str(), &kit.demo]);
    assert_eq!(members["result"][0]["roles"], json!(["ORG_OWNER"]));
    assert_eq!(members["result"][1]["roles"], json!(["ORG_OWNER_VIEWER", "ORG_USER_MANAGER"]));
    let org = kit.ok("admin/GetOrgByID", json!({ "id": id })).await;
    assert_eq!(org["org"]["primaryDomain"], "platform-team.localhost");
    kit.events_after_check();
}

#[tokio::test]
async fn without_admins_there_are_no_members() {
    let kit = Kit::new().await;
    let added = kit.ok(ADD, json!({ "name": "Empty" })).await;
    let id = text(&added["organizationId"]);
    assert_eq!(column(&members(&kit, &id).await, "userId"), Vec::<String>::new());
}

#[tokio::test]
async fn ids_may_be_chosen_and_are_never_given_twice() {
    let kit = Kit::new().await;
    let added = kit.ok(ADD, json!({ "name": "One", "organizationId": "team-1", "orgId": "ignored" })).await;
    assert_eq!(added["organizationId"], "team-1");
    let added = kit.ok(ADD, json!({ "name": "Two", "orgId": "team-2" })).await;
    assert_eq!(added["organizationId"], "team-2");
    kit.ok("org.v2/DeleteOrganization", json!({ "organizationId": "team-2" })).await;

    let iam = kit.ok("admin/ListIAMMembers", json!({})).await;
    let instance = text(&iam["result"][0]["details"]["resourceOwner"]);
    for taken in ["team-1", "team-2", &kit.org, &instance] {
        let body = json!({ "name": "Three", "organizationId": taken });
        kit.refused(ADD, body, AlreadyExists, "ORG-laho2n").await;
    }
    for no_id in ["../x", "-x", "a b", "ид"] {
        kit.refused(ADD, json!({ "name": "Three", "orgId": no_id }), InvalidArgument, "").await;
    }
    kit.refused(ADD, json!({ "name": "Three", "organizationId": "" }), InvalidArgument, "").await;
    kit.events_after_check();
}

#[tokio::test]
async fn what_makes_no_sense_adds_nothing() {
    let kit = Kit::new().await;
    let before = kit.events_after_check();
    let admin = |admin: Value| json!({ "name": "New", "admins": [admin] });
    let me = json!({ "userId": kit.demo });
    let refusals = [
        (json!({ "name": " ACME" }), AlreadyExists, "V3-DKcYh"),
        (json!({}), InvalidArgument, ""),
        (json!({ "name": "  " }), InvalidArgument, "EVENT-Mf9sd"),
        (json!({ "name": "a\u{1b}b" }), InvalidArgument, ""),
        (json!({ "name": "n".repeat(201) }), InvalidArgument, ""),
        (admin(json!({ "human": { "email": { "email": "a@b" } } })), Unimplemented, "ORGv2-SD2r1"),
        (admin(json!({ "roles": ["ORG_OWNER"] })), Unimplemented, "ORGv2-SD2r1"),
        (admin(json!({ "userId": "1" })), FailedPrecondition, "ORG-GoXOn"),
        (admin(json!({ "userId": "" })), FailedPrecondition, "ORG-GoXOn"),
        (admin(json!({ "userId": kit.demo, "roles": ["IAM_OWNER"] })), InvalidArgument, "Org-4N8es"),
        (admin(json!({ "userId": kit.demo, "roles": vec!["ORG_OWNER"; 65] })), InvalidArgument, "ORG-4Mlfs"),
        (json!({ "name": "New", "admins": [me, me] }), AlreadyExists, "ORG-poWwe"),
        (json!({ "name": "New", "admins": vec![me; 101] }), InvalidArgument, ""),
    ];
    for (body, kind, id) in refusals {
        kit.refused(ADD, body, kind, id).await;
    }
    assert_eq!(kit.events_after_check(), before);
}

#[tokio::test]
async fn nobody_gives_more_than_it_could_take() {
    let kit = Kit::new().await;
    let founder = kit.caller_in(&kit.org, "founder", &["SELF_MANAGEMENT_GLOBAL"]).await;
    let with = |role: &str| json!({ "name": role, "admins": [{ "userId": kit.demo, "roles": [role] }] });
    // As a founder over v1 it would own the organisation itself.
    kit.call(ADD, &founder.token, with("ORG_OWNER")).await.expect("an owner's role");
    // That role permits to add organisations, which no owner of one may.
    kit.refused_to(&founder, "", ADD, with("SELF_MANAGEMENT_GLOBAL"), PermissionDenied, "AUTH-5mWD2").await;
    kit.ok(ADD, with("SELF_MANAGEMENT_GLOBAL")).await;

    let owner = kit.caller_in(&kit.org, "owner", &["ORG_OWNER"]).await;
    kit.refused_to(&owner, "", ADD, json!({ "name": "Mine" }), PermissionDenied, "AUTH-5mWD2").await;
    let (kind, ..) = kit.call(ADD, "", json!({ "name": "Mine" })).await.expect_err("nobody");
    assert_eq!(kind, Unauthenticated);
}

#[tokio::test]
async fn plain_http_answers_that_something_was_created() {
    let server = Server::start().await;
    let answer = server.admin(Ask::post("/v2/organizations").json(&json!({ "name": "New" }))).await;
    assert_eq!(answer.status, 201);
    let id = text(&answer.json()["organizationId"]);
    let renamed = server.admin(Ask::post(format!("/v2/organizations/{id}")).json(&json!({ "name": "Newer" }))).await;
    assert!(renamed.ok().get("changeDate").is_some());
    let search = Ask::post("/v2/organizations/_search").json(&json!({ "queries": [{ "idQuery": { "id": id } }] }));
    assert_eq!(column(&server.admin(search).await.ok(), "name"), ["Newer"]);
    let removed = server.admin(Ask::delete(format!("/v2/organizations/{id}"))).await;
    assert!(removed.ok().get("deletionDate").is_some());
}
