//! Organisations, through the operation table.

use crate::common::{
    Kit,
    orgs::{column, dates},
    text,
};
use countersign::{
    error::Kind::{self, AlreadyExists, FailedPrecondition, InvalidArgument, NotFound, PermissionDenied},
    id::{OrgId, UserId},
    limits::MAX_ORG_CASCADE,
    model::{Draft, OrgFact},
};
use serde_json::{Value, json};

#[tokio::test]
async fn whoever_adds_an_organisation_owns_it() {
    let kit = Kit::new().await;
    let founder = kit.caller_in(&kit.org, "founder", &["SELF_MANAGEMENT_GLOBAL"]).await;
    let body = json!({ "name": "  Platform Team " });
    let added = kit.call("management/AddOrg", &founder.token, body).await.expect("added");
    let id = text(&added["id"]);
    assert_eq!((added["details"]["resourceOwner"].as_str(), dates(&added)), (Some(id.as_str()), (true, false)));
    assert_eq!(added["details"]["sequence"], "2");

    let mine = kit.call_in("management/GetMyOrg", &founder.token, &id, json!({})).await.expect("shown");
    let org = &mine["org"];
    assert_eq!((&org["id"], &org["name"]), (&json!(id), &json!("Platform Team")));
    assert_eq!((&org["primaryDomain"], &org["state"]), (&json!("platform-team.localhost"), &json!("ORG_STATE_ACTIVE")));
    assert_eq!(dates(org), (true, true));
    let members = kit.ok_in(&id, "management/ListOrgMembers", json!({})).await;
    assert_eq!(column(&members, "userId"), [founder.id.as_str()]);
    assert_eq!(members["result"][0]["roles"], json!(["ORG_OWNER"]));
    // What it owns is one organisation, and not the one that it comes from.
    kit.refused_to(&founder, "", "management/UpdateOrg", json!({ "name": "Mine" }), PermissionDenied, "AUTH-5mWD2")
        .await;
}

#[tokio::test]
async fn names_are_unique_whatever_the_case_and_fit_for_a_log() {
    let kit = Kit::new().await;
    let long = "é".repeat(201);
    let refusals = [
        (" acme ", AlreadyExists, "V3-DKcYh"),
        ("", InvalidArgument, ""),
        ("   ", InvalidArgument, "EVENT-Mf9sd"),
        ("a\u{1b}[31mb", InvalidArgument, ""),
        (&long, InvalidArgument, ""),
    ];
    let other = kit.org_called("Other").await;
    for (name, kind, id) in refusals {
        kit.refused("management/AddOrg", json!({ "name": name }), kind, id).await;
        kit.refused_in(&other, "management/UpdateOrg", json!({ "name": name }), kind, id).await;
    }
    let message =
        kit.call("management/AddOrg", &kit.admin_token, json!({ "name": "a\u{1b}b" })).await.expect_err("no").2;
    assert_eq!(message, "invalid AddOrgRequest.Name: value must not contain control characters");
    kit.org_called(&"é".repeat(200)).await;
}

#[tokio::test]
async fn an_organisation_is_renamed_with_its_domain() {
    let kit = Kit::new().await;
    let org = kit.org_called("Before").await;
    let renamed = kit.ok_in(&org, "management/UpdateOrg", json!({ "name": "After" })).await;
    assert_eq!((dates(&renamed), &renamed["details"]["resourceOwner"]), ((true, false), &json!(org)));
    let shown = kit.ok("admin/GetOrgByID", json!({ "id": org })).await;
    assert_eq!(shown["org"]["primaryDomain"], "after.localhost");
    assert_eq!(shown["org"]["details"]["sequence"], renamed["details"]["sequence"]);

    kit.refused_in(&org, "management/UpdateOrg", json!({ "name": " After" }), FailedPrecondition, "ORG-4VSdf").await;
    kit.ok_in(&org, "management/UpdateOrg", json!({ "name": "AFTER" })).await;
    kit.org_called("before").await;
}

#[tokio::test]
async fn the_users_of_a_deactivated_organisation_are_shut_out() {
    let kit = Kit::new().await;
    let org = kit.org_called("Other").await;
    let owner = kit.caller_in(&org, "owner", &["ORG_OWNER"]).await;
    let mine = "management/GetMyOrg";

    let done = kit.call("management/DeactivateOrg", &owner.token, json!({})).await.expect("deactivated");
    assert_eq!((dates(&done), &done["details"]["resourceOwner"]), ((false, true), &json!(org)));
    kit.refused_to(&owner, "", mine, json!({}), Kind::Unauthenticated, "AUTH-7fs1e").await;
    kit.refused_to(&owner, "", "management/ReactivateOrg", json!({}), Kind::Unauthenticated, "AUTH-7fs1e").await;
    assert_eq!(kit.ok_in(&org, mine, json!({})).await["org"]["state"], "ORG_STATE_INACTIVE");
    kit.refused_in(&org, "management/DeactivateOrg", json!({}), FailedPrecondition, "EVENT-Dbs2g").await;

    // An owner of the instance comes from another organisation, and names this one in the header.
    let done = kit.ok_in(&org, "management/ReactivateOrg", json!({})).await;
    assert_eq!(dates(&done), (false, true));
    kit.call(mine, &owner.token, json!({})).await.expect("let in again");
    kit.refused_in(&org, "management/ReactivateOrg", json!({}), FailedPrecondition, "EVENT-bfnrh").await;
    kit.events_after_check();
}

#[tokio::test]
async fn an_organisation_is_removed_with_all_that_it_owns() {
    let kit = Kit::new().await;
    let (org, other) = (kit.org_called("Revocation").await, kit.org_called("Other").await);
    let inside = kit.caller_in(&org, "inside", &["ORG_OWNER"]).await;
    let plain = kit.caller_in(&org, "plain", &[]).await;
    let guest = kit.caller_in(&other, "guest", &[]).await;
    let member = |user: &str, role: &str| json!({ "userId": user, "roles": [role] });
    kit.ok_in(&org, "management/AddOrgMember", member(&guest.id, "ORG_OWNER_VIEWER")).await;
    kit.ok_in(&other, "management/AddOrgMember", member(&inside.id, "ORG_OWNER_VIEWER")).await;
    kit.ok("admin/AddIAMMember", member(&inside.id, "IAM_OWNER_VIEWER")).await;
    let before = kit.events_after_check();

    let instance = text(&kit.ok("admin/ListIAMMembers", json!({})).await["result"][0]["details"]["resourceOwner"]);
    let removed = kit.call("management/RemoveOrg", &inside.token, json!({})).await.expect("removed");
    assert_eq!((dates(&removed), &removed["details"]["resourceOwner"]), ((false, true), &json!(instance)));
    // Two memberships elsewhere, two users, three members (the administrator added the organisation), and itself.
    assert_eq!(kit.events_after_check() - before, 8);

    for dead in [&inside, &plain] {
        kit.refused_to(dead, "", "auth/ListMyMemberships", json!({}), Kind::Unauthenticated, "AUTH-7fs1e").await;
    }
    let left = kit.call("auth/ListMyMemberships", &guest.token, json!({})).await.expect("memberships");
    assert_eq!(column(&left, "userId"), Vec::<String>::new());
    assert_eq!(
        column(&kit.ok_in(&other, "management/ListOrgMembers", json!({})).await, "userId"),
        [kit.admin.as_str()]
    );
    assert_eq!(column(&kit.ok("admin/ListIAMMembers", json!({})).await, "userId"), [kit.admin.as_str()]);
    kit.refused("admin/GetOrgByID", json!({ "id": org }), NotFound, "QUERY-leq5Q").await;
    kit.refused_in(&org, "management/GetMyOrg", json!({}), PermissionDenied, "AUTH-Bs7Ds").await;
    kit.refused_in(&org, "auth/ListMyMemberships", json!({}), PermissionDenied, "AUTH-Bs7Ds").await;
    kit.refused("admin/RemoveOrg", json!({ "orgId": org }), NotFound, "COMMA-aps2n").await;

    // The names are free again; the id is not.
    assert_ne!(kit.org_called("revocation").await, org);
    kit.machine_in(&other, "inside").await;
    let state = kit.app.store.snapshot().expect("a snapshot");
    assert!(state.state().org_was_removed(&OrgId::parse(&org).expect("an id")).expect("read"));
    assert!(state.state().user_was_removed(&UserId::parse(&plain.id).expect("an id")).expect("read"));
    kit.events_after_check();
}

#[tokio::test]
async fn what_the_server_needs_is_not_removed() {
    let kit = Kit::new().await;
    let org = kit.org_called("Next").await;
    let default = json!({ "orgId": kit.org });
    kit.refused("management/RemoveOrg", json!({}), FailedPrecondition, "COMMA-wG9p1").await;
    kit.refused("admin/RemoveOrg", default.clone(), FailedPrecondition, "COMMA-wG9p1").await;
    kit.refused("admin/RemoveOrg", json!({ "orgId": "../x" }), NotFound, "COMMA-aps2n").await;
    kit.refused("admin/RemoveOrg", json!({}), InvalidArgument, "").await;

    // It is the default no more, but the only owner of the instance lives there.
    kit.ok("admin/SetDefaultOrg", json!({ "orgId": org })).await;
    kit.refused("admin/RemoveOrg", default.clone(), FailedPrecondition, "COUNTERSIGN-lastowner").await;
    let heir = kit.caller_in(&org, "heir", &[]).await;
    kit.ok("admin/AddIAMMember", json!({ "userId": heir.id, "roles": ["IAM_OWNER"] })).await;
    let removed = kit.call("admin/RemoveOrg", &heir.token, default).await.expect("removed");
    assert_eq!(dates(&removed), (false, true));
    kit.events_after_check();
}

#[tokio::test]
async fn a_removal_that_would_hold_up_everybody_is_refused() {
    let kit = Kit::new().await;
    let org = kit.org_called("Large").await;
    let id = OrgId::parse(&org).expect("an id");
    let member =
        |number| OrgFact::MemberAdded { user: UserId::parse(&format!("u{number}")).expect("an id"), roles: vec![] };
    // One member is there already; the organisation itself is one event more.
    kit.happen((2..MAX_ORG_CASCADE).map(|number| Draft::org(&id, member(number))).collect()).await;
    kit.happen(vec![Draft::org(&id, member(MAX_ORG_CASCADE))]).await;
    kit.refused_in(&org, "management/RemoveOrg", json!({}), FailedPrecondition, "COUNTERSIGN-large").await;
    let one = UserId::parse("u2").expect("an id");
    kit.happen(vec![Draft::org(&id, OrgFact::MemberRemoved { user: one })]).await;
    kit.ok_in(&org, "management/RemoveOrg", json!({})).await;
}

#[tokio::test]
async fn the_default_organisation_is_one_that_exists() {
    let kit = Kit::new().await;
    let org = kit.org_called("Other").await;
    assert_eq!(kit.ok("admin/GetDefaultOrg", json!({})).await["org"]["id"], kit.org);
    let set = kit.ok("admin/SetDefaultOrg", json!({ "orgId": org })).await;
    assert_eq!(dates(&set), (false, true));
    let defaults = (kit.ok("admin/GetDefaultOrg", json!({})).await, kit.ok("management/GetIAM", json!({})).await);
    assert_eq!((&defaults.0["org"]["id"], &defaults.1["defaultOrgId"]), (&json!(org), &json!(org)));
    kit.refused("admin/SetDefaultOrg", json!({ "orgId": org }), FailedPrecondition, "INST-SDfw2").await;
    kit.refused("admin/SetDefaultOrg", json!({ "orgId": "1" }), FailedPrecondition, "INSTA-Wfe21").await;
    kit.refused("admin/SetDefaultOrg", json!({}), InvalidArgument, "").await;
}

#[tokio::test]
async fn uniqueness_counts_names_and_domains() {
    let kit = Kit::new().await;
    kit.org_called("Platform Team").await;
    let cases = [
        (json!({ "name": "platform team" }), false),
        (json!({ "name": "New" }), true),
        (json!({ "domain": "PLATFORM-team.localhost" }), false),
        (json!({ "name": "New", "domain": "acme.localhost" }), false),
        (json!({ "name": "New", "domain": "new.localhost" }), true),
    ];
    for (body, unique) in cases {
        let answer = kit.ok("admin/IsOrgUnique", body.clone()).await;
        assert_eq!(answer, if unique { json!({ "isUnique": true }) } else { json!({}) }, "{body}");
    }
    kit.refused("admin/IsOrgUnique", json!({}), InvalidArgument, "QUERY-DGqfd").await;
}

#[tokio::test]
async fn organisations_are_listed_by_name_or_id() {
    let kit = Kit::new().await;
    let second = kit.org_called("Zebra").await;
    let third = kit.org_called("beta").await;
    kit.ok_in(&third, "management/DeactivateOrg", json!({})).await;
    let names = |list: &Value| column(list, "name");
    let by_name = json!({ "query": { "asc": true }, "sortingColumn": "ORG_FIELD_NAME_NAME" });
    let list = kit.ok("admin/ListOrgs", by_name).await;
    assert_eq!(names(&list), ["ACME", "beta", "Zebra"]);
    let list = kit.ok("admin/ListOrgs", json!({})).await;
    assert_eq!(column(&list, "id"), [third.as_str(), &second, &kit.org]);
    let list = kit.ok("admin/ListOrgs", json!({ "query": { "offset": "1", "limit": 1 } })).await;
    assert_eq!((column(&list, "id"), &list["details"]["totalResult"]), (vec![second.clone()], &json!("3")));

    let cases = [
        (json!({ "nameQuery": { "name": "BETA" } }), vec![]),
        (
            json!({ "nameQuery": { "name": "E", "method": "TEXT_QUERY_METHOD_CONTAINS_IGNORE_CASE" } }),
            vec!["beta", "Zebra", "ACME"],
        ),
        (json!({ "nameQuery": { "name": "Ze", "method": "TEXT_QUERY_METHOD_STARTS_WITH" } }), vec!["Zebra"]),
        (json!({ "domainQuery": { "domain": "ta.localhost", "method": "TEXT_QUERY_METHOD_ENDS_WITH" } }), vec!["beta"]),
        (json!({ "stateQuery": { "state": "ORG_STATE_INACTIVE" } }), vec!["beta"]),
        (json!({ "stateQuery": { "state": "ORG_STATE_REMOVED" } }), vec![]),
        (json!({ "idQuery": { "id": second } }), vec!["Zebra"]),
    ];
    for (query, expected) in cases {
        let list = kit.ok("admin/ListOrgs", json!({ "queries": [query] })).await;
        assert_eq!(names(&list), expected, "{query}");
    }
    let both = json!([{ "idQuery": { "id": second } }, { "stateQuery": { "state": "ORG_STATE_INACTIVE" } }]);
    assert_eq!(names(&kit.ok("admin/ListOrgs", json!({ "queries": both })).await), Vec::<String>::new());
    kit.refused("admin/ListOrgs", json!({ "queries": [{}] }), InvalidArgument, "ORG-vR9nC").await;
    let many = vec![json!({ "idQuery": {} }); 257];
    kit.refused("admin/ListOrgs", json!({ "queries": many }), InvalidArgument, "QUERY-4M0fs").await;
    kit.refused("admin/ListOrgs", json!({ "query": { "limit": 10_001 } }), InvalidArgument, "QUERY-4M0fs").await;
}

#[tokio::test]
async fn an_owner_of_one_organisation_is_a_stranger_in_another() {
    let kit = Kit::new().await;
    let (org, other) = (kit.org_called("One").await, kit.org_called("Two").await);
    let owner = kit.caller_in(&org, "owner", &["ORG_OWNER"]).await;
    let on_orgs = [
        ("GetMyOrg", json!({})),
        ("UpdateOrg", json!({ "name": "Taken over" })),
        ("DeactivateOrg", json!({})),
        ("ReactivateOrg", json!({})),
        ("RemoveOrg", json!({})),
    ];
    for (method, body) in on_orgs {
        let procedure = format!("management/{method}");
        kit.refused_to(&owner, &other, &procedure, body, NotFound, "AUTHZ-cdgFk").await;
    }
    kit.refused_to(&owner, "", "management/AddOrg", json!({ "name": "Three" }), PermissionDenied, "AUTH-5mWD2").await;
    let on_instance = ["ListOrgs", "GetOrgByID", "IsOrgUnique", "GetDefaultOrg", "SetDefaultOrg", "RemoveOrg"];
    for method in on_instance {
        let procedure = format!("admin/{method}");
        let body = json!({ "id": org, "orgId": org, "name": "x" });
        kit.refused_to(&owner, "", &procedure, body, PermissionDenied, "AUTH-5mWD2").await;
    }
}

#[tokio::test]
async fn an_organisation_is_found_by_its_domain() {
    let kit = Kit::new().await;
    let other = kit.org_called("Other").await;
    let viewer = kit.member("ORG_OWNER").await;
    let find = "management/GetOrgByDomainGlobal";
    for domain in ["other.localhost", "OTHER.localhost"] {
        let found = kit.ok(find, json!({ "domain": domain })).await;
        assert_eq!((&found["org"]["id"], &found["org"]["primaryDomain"]), (&json!(other), &json!("other.localhost")));
    }
    kit.call(find, &viewer, json!({ "domain": "other.localhost" })).await.expect("whoever may look for them");
    kit.refused(find, json!({ "domain": "none.localhost" }), NotFound, "QUERY-leq5Q").await;
    kit.refused(find, json!({}), InvalidArgument, "").await;
}

#[tokio::test]
async fn names_need_no_domain() {
    let kit = Kit::new().await;
    let token = kit.token(&kit.demo).await;
    let mut policy = kit.call("management/GetDomainPolicy", &token, json!({})).await.expect("shown")["policy"].take();
    assert!(policy["details"].take()["resourceOwner"].is_string());
    assert_eq!(policy, json!({ "details": null, "isDefault": true }));
}
