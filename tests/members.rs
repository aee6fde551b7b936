//! Members of organisations and of the instance, through the operation table.

use crate::common::{
    Kit,
    orgs::{Who, column, dates},
};
use countersign::error::Kind::{AlreadyExists, FailedPrecondition, InvalidArgument, NotFound, PermissionDenied};
use serde_json::{Value, json};

fn member(user: &str, roles: &[&str]) -> Value {
    json!({ "userId": user, "roles": roles })
}

#[tokio::test]
async fn a_user_of_another_organisation_becomes_a_member() {
    let kit = Kit::new().await;
    let org = kit.org_called("Other").await;
    let guest = kit.caller_in(&kit.org, "guest", &[]).await;
    let roles = ["ORG_OWNER_VIEWER", "ORG_USER_MANAGER", "ORG_OWNER_VIEWER"];
    let added = kit.ok_in(&org, "management/AddOrgMember", member(&guest.id, &roles)).await;
    assert_eq!((dates(&added), &added["details"]["resourceOwner"]), ((true, false), &json!(org)));

    let query = json!({ "queries": [{ "userIdQuery": { "userId": guest.id } }] });
    let list = kit.call_in("management/ListOrgMembers", &guest.token, &org, query).await.expect("a viewer reads");
    let mut shown = list["result"][0].clone();
    assert_eq!((list["details"]["totalResult"].as_str(), dates(&shown)), (Some("1"), (true, true)));
    shown.as_object_mut().expect("a member").remove("details");
    let expected = json!({
        "userId": guest.id,
        "roles": ["ORG_OWNER_VIEWER", "ORG_USER_MANAGER"],
        "preferredLoginName": "guest",
        "displayName": "The guest",
        "userType": "TYPE_MACHINE",
        "userResourceOwner": kit.org,
    });
    assert_eq!(shown, expected);
}

#[tokio::test]
async fn an_organisation_refuses_members_that_make_no_sense() {
    let kit = Kit::new().await;
    let org = kit.org_called("Other").await;
    let user = kit.machine_in(&org, "user").await;
    let many = vec!["ORG_OWNER"; 65];
    let add = "management/AddOrgMember";
    let refusals = [
        (member(&user, &[]), InvalidArgument, "ORG-4Mlfs"),
        (member(&user, &many), InvalidArgument, "ORG-4Mlfs"),
        (member(&user, &["ORG_OWNER", "IAM_OWNER"]), InvalidArgument, "Org-4N8es"),
        (member(&user, &["ORG_NOBODY"]), InvalidArgument, "Org-4N8es"),
        (member("1", &["ORG_OWNER"]), FailedPrecondition, "ORG-GoXOn"),
        (member("../1", &["ORG_OWNER"]), FailedPrecondition, "ORG-GoXOn"),
        (member("", &["ORG_OWNER"]), InvalidArgument, ""),
        (member(&kit.admin, &["ORG_OWNER"]), AlreadyExists, "ORG-poWwe"),
    ];
    for (body, kind, id) in refusals {
        kit.refused_in(&org, add, body, kind, id).await;
    }
    let update = "management/UpdateOrgMember";
    let refusals = [
        (member(&kit.admin, &[]), InvalidArgument, "Org-LiaZi"),
        (member(&kit.admin, &["PROJECT_OWNER"]), InvalidArgument, "IAM-m9fG8"),
        (member(&user, &["ORG_OWNER"]), NotFound, "Org-D8JxR"),
        (member("../1", &["ORG_OWNER"]), NotFound, "Org-D8JxR"),
    ];
    for (body, kind, id) in refusals {
        kit.refused_in(&org, update, body, kind, id).await;
    }
}

#[tokio::test]
async fn a_membership_changes_and_ends() {
    let kit = Kit::new().await;
    let org = kit.org_called("Other").await;
    let user = kit.caller_in(&org, "user", &["ORG_OWNER"]).await;
    let (update, remove) = ("management/UpdateOrgMember", "management/RemoveOrgMember");
    let changed = kit.ok_in(&org, update, member(&user.id, &["ORG_OWNER_VIEWER"])).await;
    assert_eq!((dates(&changed), &changed["details"]["resourceOwner"]), ((false, true), &json!(org)));
    kit.refused_to(&user, "", "management/UpdateOrg", json!({ "name": "X" }), PermissionDenied, "AUTH-5mWD2").await;

    let events = kit.events_after_check();
    let same = kit.ok_in(&org, update, member(&user.id, &["ORG_OWNER_VIEWER", "ORG_OWNER_VIEWER"])).await;
    assert_eq!((same, kit.events_after_check()), (changed, events));

    let removed = kit.ok_in(&org, remove, json!({ "userId": user.id })).await;
    assert_eq!(dates(&removed), (false, true));
    kit.refused_to(&user, "", "management/GetMyOrg", json!({}), NotFound, "AUTHZ-cdgFk").await;
    for nobody in [&user.id, "../1"] {
        assert_eq!(kit.ok_in(&org, remove, json!({ "userId": nobody })).await, json!({ "details": {} }));
    }
    // Nobody is left who owns it but the owners of the instance; that is fine.
    kit.ok_in(&org, remove, json!({ "userId": kit.admin })).await;
    kit.ok_in(&org, "management/GetMyOrg", json!({})).await;
    kit.events_after_check();
}

#[tokio::test]
async fn nobody_gives_what_it_does_not_have() {
    let kit = Kit::new().await;
    let org = kit.org_called("Other").await;
    let owner = kit.caller_in(&org, "owner", &["ORG_OWNER"]).await;
    let user = kit.machine_in(&org, "user").await;
    let other = kit.machine_in(&org, "other").await;
    // Members of the instance by that role may change members, but own nothing.
    let login = kit.caller_in(&org, "login", &[]).await;
    kit.ok("admin/AddIAMMember", member(&login.id, &["IAM_LOGIN_CLIENT"])).await;

    let (add, update) = ("management/AddOrgMember", "management/UpdateOrgMember");
    let no = "AUTH-5mWD2";
    kit.refused_to(&owner, "", add, member(&user, &["SELF_MANAGEMENT_GLOBAL"]), PermissionDenied, no).await;
    kit.refused_to(&login, "", add, member(&user, &["ORG_OWNER"]), PermissionDenied, no).await;
    kit.refused_to(&login, "", add, member(&login.id, &["ORG_OWNER"]), PermissionDenied, no).await;
    let body = member(&login.id, &["IAM_LOGIN_CLIENT", "IAM_OWNER"]);
    kit.refused_to(&login, "", "admin/UpdateIAMMember", body, PermissionDenied, no).await;
    let body = member(&user, &["IAM_ORG_MANAGER"]);
    kit.refused_to(&login, "", "admin/AddIAMMember", body, PermissionDenied, no).await;

    kit.refused_to(&login, "", add, member(&user, &["ORG_USER_SELF_MANAGER"]), PermissionDenied, no).await;
    kit.call(add, &login.token, member(&user, &["ORG_END_USER_IMPERSONATOR"]))
        .await
        .expect("a role that permits nothing here");
    kit.refused_to(&login, "", update, member(&user, &["ORG_OWNER"]), PermissionDenied, no).await;
    kit.call(update, &owner.token, member(&user, &["ORG_OWNER"])).await.expect("its own");
    kit.call(update, &owner.token, member(&user, &["ORG_USER_SELF_MANAGER"]))
        .await
        .expect("it may delete users anyway");

    let all = kit.ok_in(&kit.org, "management/ListOrgMemberRoles", json!({})).await["result"].clone();
    kit.ok_in(&org, add, json!({ "userId": other, "roles": all })).await;
    let all = kit.ok("admin/ListIAMMemberRoles", json!({})).await["roles"].clone();
    kit.ok("admin/AddIAMMember", json!({ "userId": other, "roles": all })).await;
}

#[tokio::test]
async fn the_roles_on_offer_are_listed() {
    let kit = Kit::new().await;
    let org = kit.org_called("Other").await;
    let roles = "management/ListOrgMemberRoles";
    let (default, other) = (kit.ok(roles, json!({})).await, kit.ok_in(&org, roles, json!({})).await);
    let (default, other) = (default["result"].as_array().expect("roles"), other["result"].as_array().expect("roles"));
    assert_eq!((default.len(), other.len()), (11, 10));
    assert_eq!((&default[..10], &default[10]), (&other[..], &json!("SELF_MANAGEMENT_GLOBAL")));
    let iam = kit.ok("admin/ListIAMMemberRoles", json!({})).await;
    assert_eq!((&iam["details"]["totalResult"], &iam["roles"][0]), (&json!("7"), &json!("IAM_OWNER")));
    assert!(iam["details"].get("viewTimestamp").is_some());
}

#[tokio::test]
async fn members_of_the_instance_come_change_and_go() {
    let kit = Kit::new().await;
    let org = kit.org_called("Other").await;
    let user = kit.caller_in(&org, "user", &[]).await;
    kit.refused_to(&user, "", "admin/ListIAMMembers", json!({}), NotFound, "AUTHZ-cdgFk").await;

    let added = kit.ok("admin/AddIAMMember", member(&user.id, &["IAM_OWNER_VIEWER"])).await;
    let list = kit.call("admin/ListIAMMembers", &user.token, json!({})).await.expect("a viewer reads");
    let owner = &list["result"][0]["details"]["resourceOwner"];
    assert_eq!((dates(&added), &added["details"]["resourceOwner"]), ((true, false), owner));
    assert!(owner.is_string() && *owner != kit.org && *owner != org);
    kit.call_in("management/GetMyOrg", &user.token, &kit.org, json!({})).await.expect("its role counts everywhere");

    let changed = kit.ok("admin/UpdateIAMMember", member(&user.id, &["IAM_ORG_MANAGER"])).await;
    assert_eq!((dates(&changed), &changed["details"]["resourceOwner"]), ((false, true), owner));
    let same = kit.ok("admin/UpdateIAMMember", member(&user.id, &["IAM_ORG_MANAGER"])).await;
    assert_eq!(same, changed);
    kit.refused_to(&user, "", "admin/ListIAMMembers", json!({}), PermissionDenied, "AUTH-5mWD2").await;

    let removed = kit.ok("admin/RemoveIAMMember", json!({ "userId": user.id })).await;
    assert_eq!((dates(&removed), &removed["details"]["resourceOwner"]), ((false, true), owner));
    let again = kit.ok("admin/RemoveIAMMember", json!({ "userId": user.id })).await;
    assert_eq!(again, json!({ "details": {} }));
    kit.events_after_check();
}

#[tokio::test]
async fn the_instance_refuses_members_that_make_no_sense() {
    let kit = Kit::new().await;
    let refusals = [
        ("AddIAMMember", member(&kit.demo, &[]), InvalidArgument, "INSTA-SDSfs"),
        ("AddIAMMember", member(&kit.demo, &["ORG_OWNER"]), InvalidArgument, "INSTANCE-4m0fS"),
        ("AddIAMMember", member("1", &["IAM_OWNER"]), FailedPrecondition, "INSTA-GSXOn"),
        ("AddIAMMember", member(&kit.admin, &["IAM_OWNER"]), AlreadyExists, "INSTA-pFDwe"),
        ("AddIAMMember", member("", &["IAM_OWNER"]), InvalidArgument, ""),
        ("UpdateIAMMember", member(&kit.demo, &[]), InvalidArgument, "INSTANCE-LiaZi"),
        ("UpdateIAMMember", member(&kit.demo, &["ORG_OWNER"]), InvalidArgument, "INSTANCE-3m9fs"),
        ("UpdateIAMMember", member(&kit.demo, &["IAM_OWNER"]), NotFound, "INSTANCE-D8JxR"),
    ];
    for (method, body, kind, id) in refusals {
        kit.refused(&format!("admin/{method}"), body, kind, id).await;
    }
}

#[tokio::test]
async fn the_last_owner_of_the_instance_stays() {
    let kit = Kit::new().await;
    let (update, remove) = ("admin/UpdateIAMMember", "admin/RemoveIAMMember");
    let less = member(&kit.admin, &["IAM_OWNER_VIEWER"]);
    let me = json!({ "userId": kit.admin });
    kit.ok("admin/AddIAMMember", member(&kit.demo, &["IAM_OWNER_VIEWER"])).await;
    kit.refused(update, less.clone(), FailedPrecondition, "COUNTERSIGN-lastowner").await;
    kit.refused(remove, me.clone(), FailedPrecondition, "COUNTERSIGN-lastowner").await;
    kit.ok(update, member(&kit.admin, &["IAM_OWNER", "IAM_ORG_MANAGER"])).await;
    kit.ok(update, member(&kit.demo, &["IAM_OWNER"])).await;
    kit.ok(remove, me).await;
    kit.refused(update, less, NotFound, "AUTHZ-cdgFk").await;
}

#[tokio::test]
async fn members_are_listed_sorted_and_filtered() {
    let kit = Kit::new().await;
    let org = kit.org_called("Other").await;
    let first = kit.machine_in(&org, "first").await;
    let second = kit.machine_in(&kit.org, "second").await;
    kit.ok("admin/AddIAMMember", member(&second, &["IAM_OWNER_VIEWER"])).await;
    kit.ok("admin/AddIAMMember", member(&first, &["IAM_OWNER_VIEWER"])).await;
    kit.ok("admin/UpdateIAMMember", member(&second, &["IAM_USER_MANAGER"])).await;
    let (admin, first, second) = (kit.admin.as_str(), first.as_str(), second.as_str());
    let orders = [
        ("UNSPECIFIED", [admin, first, second]),
        ("USER_ID", [admin, first, second]),
        ("CREATION_DATE", [admin, second, first]),
        ("CHANGE_DATE", [admin, first, second]),
        ("USER_RESOURCE_OWNER", [admin, second, first]),
    ];
    for (name, mut expected) in orders {
        for asc in [true, false] {
            let body = json!({ "query": { "asc": asc }, "sortingColumn": format!("MEMBER_FIELD_NAME_{name}") });
            assert_eq!(column(&kit.ok("admin/ListIAMMembers", body).await, "userId"), expected, "{name} {asc}");
            expected.reverse();
        }
    }
    let page = kit.ok("admin/ListIAMMembers", json!({ "query": { "asc": true, "offset": "1", "limit": 1 } })).await;
    assert_eq!((column(&page, "userId"), &page["details"]["totalResult"]), (vec![first.into()], &json!("3")));

    for list in ["admin/ListIAMMembers", "management/ListOrgMembers"] {
        let nothing = [
            json!({ "firstNameQuery": { "firstName": "", "method": "TEXT_QUERY_METHOD_CONTAINS" } }),
            json!({ "lastNameQuery": { "lastName": "x" } }),
            json!({ "emailQuery": { "email": "" } }),
            json!({ "userIdQuery": { "userId": "1" } }),
        ];
        for query in nothing {
            let answer = kit.ok_in(&org, list, json!({ "queries": [query] })).await;
            assert_eq!(column(&answer, "userId"), Vec::<String>::new(), "{list} {query}");
        }
        let one = kit.ok_in(&org, list, json!({ "queries": [{ "userIdQuery": { "userId": admin } }] })).await;
        assert_eq!(column(&one, "userId"), [admin], "{list}");
        kit.refused_in(&org, list, json!({ "queries": [{}] }), InvalidArgument, "MEMBE-7Bb92").await;
        let many = vec![json!({ "emailQuery": {} }); 257];
        kit.refused_in(&org, list, json!({ "queries": many }), InvalidArgument, "QUERY-4M0fs").await;
    }
}

#[tokio::test]
async fn a_user_sees_its_memberships_everywhere_and_others_see_those_in_their_sight() {
    let kit = Kit::new().await;
    let (one, two) = (kit.org_called("One").await, kit.org_called("Two").await);
    let user = kit.caller_in(&one, "user", &["ORG_OWNER"]).await;
    kit.ok_in(&two, "management/AddOrgMember", member(&user.id, &["ORG_OWNER_VIEWER"])).await;
    kit.ok("admin/AddIAMMember", member(&user.id, &["IAM_ORG_MANAGER"])).await;

    let ask = |queries: Value| json!({ "userId": user.id, "query": { "asc": true }, "queries": queries });
    let names = |list: &Value| column(list, "displayName");
    let mine = kit.call("auth/ListMyMemberships", &user.token, ask(json!([]))).await.expect("listed");
    assert_eq!(names(&mine), ["localhost", "One", "Two"]);
    assert_eq!((&mine["result"][0]["iam"], &mine["result"][1]["orgId"]), (&json!(true), &json!(one)));
    assert_eq!((&mine["result"][2]["roles"], dates(&mine["result"][2])), (&json!(["ORG_OWNER_VIEWER"]), (true, true)));

    let of_user = "management/ListUserMemberships";
    assert_eq!(names(&kit.ok_in(&two, of_user, ask(json!([]))).await), ["localhost", "Two"]);
    let mut descending = ask(json!([]));
    descending["query"] = json!({ "limit": 1 });
    let page = kit.ok_in(&two, of_user, descending).await;
    assert_eq!((names(&page), &page["details"]["totalResult"]), (vec!["Two".into()], &json!("2")));
    let cases = [
        (json!({ "orgQuery": { "orgId": two } }), vec!["Two"]),
        (json!({ "orgQuery": { "orgId": one } }), vec![]),
        (json!({ "iamQuery": { "iam": true } }), vec!["localhost"]),
        (json!({ "projectQuery": { "projectId": "1" } }), vec![]),
        (json!({ "projectGrantQuery": {} }), vec![]),
    ];
    for (query, expected) in cases {
        assert_eq!(names(&kit.ok_in(&two, of_user, ask(json!([query]))).await), expected, "{query}");
    }
    kit.refused(of_user, ask(json!([{}])), InvalidArgument, "USER-dsg3z").await;
    for unknown in ["1", "../1"] {
        assert_eq!(names(&kit.ok(of_user, json!({ "userId": unknown })).await), Vec::<String>::new());
    }
    kit.refused(of_user, json!({}), InvalidArgument, "").await;
}

#[tokio::test]
async fn permissions_are_those_of_the_context() {
    let kit = Kit::new().await;
    let (one, two) = (kit.org_called("One").await, kit.org_called("Two").await);
    let user = kit.caller_in(&one, "user", &["ORG_USER_SELF_MANAGER"]).await;
    let mine = "auth/ListMyZitadelPermissions";
    let here = kit.call(mine, &user.token, json!({})).await.expect("listed");
    assert_eq!(here["result"], json!(["policy.read", "user.self.delete"]));
    kit.refused_to(&user, &two, mine, json!({}), NotFound, "AUTHZ-cdgFk").await;
    kit.refused_to(&user, "1", mine, json!({}), PermissionDenied, "AUTH-Bs7Ds").await;
    let none: Vec<String> =
        column(&kit.call_in("auth/ListMyMemberships", &user.token, &two, json!({})).await.expect("listed"), "orgId");
    assert_eq!(none, [one.as_str()]);
    kit.ok("admin/AddIAMMember", member(&user.id, &["IAM_END_USER_IMPERSONATOR"])).await;
    let there = kit.call_in(mine, &user.token, &two, json!({})).await.expect("listed");
    assert_eq!(there["result"], json!(["impersonation"]));
}

#[tokio::test]
async fn strangers_change_no_members() {
    let kit = Kit::new().await;
    let (one, two) = (kit.org_called("One").await, kit.org_called("Two").await);
    let owner: Who = kit.caller_in(&one, "owner", &["ORG_OWNER"]).await;
    let viewer: Who = kit.caller_in(&two, "viewer", &["ORG_OWNER_VIEWER"]).await;
    let body = member(&owner.id, &["ORG_OWNER"]);
    for method in [
        "ListOrgMembers",
        "ListOrgMemberRoles",
        "AddOrgMember",
        "UpdateOrgMember",
        "RemoveOrgMember",
        "ListUserMemberships",
    ] {
        let procedure = format!("management/{method}");
        kit.refused_to(&owner, &two, &procedure, body.clone(), NotFound, "AUTHZ-cdgFk").await;
    }
    for method in ["AddOrgMember", "UpdateOrgMember", "RemoveOrgMember"] {
        let procedure = format!("management/{method}");
        kit.refused_to(&viewer, "", &procedure, body.clone(), PermissionDenied, "AUTH-5mWD2").await;
    }
    let body = member(&owner.id, &["IAM_OWNER"]);
    for method in ["ListIAMMembers", "ListIAMMemberRoles", "AddIAMMember", "UpdateIAMMember", "RemoveIAMMember"] {
        let procedure = format!("admin/{method}");
        kit.refused_to(&owner, "", &procedure, body.clone(), PermissionDenied, "AUTH-5mWD2").await;
    }
}
