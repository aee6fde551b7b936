use crate::common::{Kit, orgs::Who, text};
use countersign::error::Kind::{InvalidArgument, Unauthenticated};
use serde_json::{Value, json};

const LIST: &str = "admins.v2/ListAdministrators";

/// Who administrates what, as `user@organisation`; `*` is the instance.
fn pairs(list: &Value) -> Vec<String> {
    let rows = list["administrators"].as_array().map_or(&[][..], Vec::as_slice);
    let pair = |row: &Value| {
        let place = if row["instance"] == true { "*".into() } else { text(&row["organization"]["name"]) };
        format!("{}@{place}", text(&row["user"]["preferredLoginName"]))
    };
    rows.iter().map(pair).collect()
}

async fn list(kit: &Kit, token: &str, filters: Value) -> Vec<String> {
    let body = json!({ "pagination": { "asc": true }, "filters": filters });
    pairs(&kit.call(LIST, token, body).await.expect("listed"))
}

/// Two organisations with an owner each; the first one's is a viewer of the second and of the instance, too.
async fn some(kit: &Kit) -> (Who, Who) {
    let (one, two) = (kit.org_called("One").await, kit.org_called("Two").await);
    let first = kit.caller_in(&one, "first", &["ORG_OWNER"]).await;
    let second = kit.caller_in(&two, "second", &["ORG_OWNER"]).await;
    kit.ok_in(&two, "management/AddOrgMember", json!({ "userId": first.id, "roles": ["ORG_USER_MANAGER"] })).await;
    (first, second)
}

#[tokio::test]
async fn callers_see_the_administrators_of_what_they_may_see_and_themselves() {
    let kit = Kit::new().await;
    let (first, second) = some(&kit).await;
    let everything = ["admin@*", "admin@One", "admin@Two", "first@One", "first@Two", "second@Two"];
    assert_eq!(list(&kit, &kit.admin_token, json!([])).await, everything);
    // Of the second organisation it may not read the members, but is one.
    assert_eq!(list(&kit, &first.token, json!([])).await, ["admin@One", "first@One", "first@Two"]);
    assert_eq!(list(&kit, &second.token, json!([])).await, ["admin@Two", "first@Two", "second@Two"]);
    let nobody = kit.caller_in(&kit.org, "nobody", &[]).await;
    assert_eq!(list(&kit, &nobody.token, json!([])).await, Vec::<String>::new());

    // Over every organisation, and yet not over the instance.
    kit.ok("admin/AddIAMMember", json!({ "userId": second.id, "roles": ["IAM_ORG_MANAGER"] })).await;
    let mut found = list(&kit, &second.token, json!([])).await;
    found.sort();
    assert_eq!(found, ["admin@One", "admin@Two", "first@One", "first@Two", "second@*", "second@Two"]);
    assert_eq!(kit.call(LIST, "", json!({})).await.expect_err("nobody").0, Unauthenticated);
}

#[tokio::test]
async fn an_administrator_is_shown_whole() {
    let kit = Kit::new().await;
    let (first, _) = some(&kit).await;
    let by_role = json!({ "filters": [{ "role": { "roleKey": "ORG_USER_MANAGER" } }] });
    let mut shown = kit.ok(LIST, by_role).await;
    let org = text(&shown["administrators"][0]["organization"]["id"]);
    let row = shown["administrators"][0].as_object_mut().expect("a row");
    assert!(row.remove("creationDate").is_some() && row.remove("changeDate").is_some());
    let expected = json!({
        "pagination": { "totalResult": "1", "appliedLimit": "100" },
        "administrators": [{
            "user": {
                "id": first.id,
                "preferredLoginName": "first",
                "displayName": "The first",
                "organizationId": kit.ok("management/GetUserByLoginNameGlobal", json!({ "loginName": "first" })).await
                    ["user"]["details"]["resourceOwner"],
            },
            "roles": ["ORG_USER_MANAGER"],
            "organization": { "id": org, "name": "Two" },
        }],
    });
    assert_eq!(shown, expected);
}

#[tokio::test]
async fn every_filter_has_its_own_answers() {
    let kit = Kit::new().await;
    let (first, second) = some(&kit).await;
    let home = json!({ "filters": [{ "role": { "roleKey": "ORG_USER_MANAGER" } }] });
    let row = kit.ok(LIST, home).await["administrators"][0].clone();
    let (two, created) = (text(&row["organization"]["id"]), text(&row["creationDate"]));
    let name = |name: &str, method: &str| json!({ "preferredLoginName": name, "displayName": name, "method": format!("TEXT_FILTER_METHOD_{method}") });
    let by_date = |method: &str| json!({ "creationDate": { "timestamp": created, "method": format!("TIMESTAMP_FILTER_METHOD_{method}") } });
    let one_user = json!({ "inUserIdsFilter": { "ids": [first.id, "../x"] } });
    let in_two = json!({ "resource": { "organizationId": two } });
    let grant = json!({ "resource": { "projectGrant": { "projectId": "1", "organizationId": two } } });
    let iam = kit.ok("admin/ListIAMMembers", json!({})).await;
    let instance = &iam["result"][0]["details"]["resourceOwner"];
    let cases = [
        (one_user.clone(), vec!["first@One", "first@Two"]),
        (in_two.clone(), vec!["admin@Two", "first@Two", "second@Two"]),
        (json!({ "resource": { "instance": true } }), vec!["admin@*"]),
        (json!({ "resource": { "instance": false } }), vec![]),
        (json!({ "resource": { "organizationId": instance } }), vec![]),
        (json!({ "resource": { "projectId": "1" } }), vec![]),
        (grant, vec![]),
        (json!({ "userOrganizationId": { "id": two } }), vec!["second@Two"]),
        (json!({ "userPreferredLoginName": name("SECOND", "EQUALS_IGNORE_CASE") }), vec!["second@Two"]),
        (json!({ "userDisplayName": name("The s", "STARTS_WITH") }), vec!["second@Two"]),
        (json!({ "role": { "roleKey": "IAM_OWNER" } }), vec!["admin@*"]),
        (by_date("EQUALS"), vec!["first@Two"]),
        (by_date("AFTER"), vec![]),
        (json!({ "changeDate": by_date("AFTER_OR_EQUALS")["creationDate"] }), vec!["first@Two"]),
        (json!({ "and": { "queries": [one_user, in_two] } }), vec!["first@Two"]),
        (
            json!({ "or": { "queries": [by_date("EQUALS"), { "role": { "roleKey": "IAM_OWNER" } }] } }),
            vec!["admin@*", "first@Two"],
        ),
        (json!({ "not": { "query": { "role": { "roleKey": "ORG_OWNER" } } } }), vec!["admin@*", "first@Two"]),
    ];
    for (filter, expected) in cases {
        assert_eq!(list(&kit, &kit.admin_token, json!([filter])).await, expected, "{filter}");
    }
    assert_eq!(list(&kit, &kit.admin_token, json!([one_user, in_two])).await, ["first@Two"]);
    // A filter that an index answers shows no more than any other.
    assert_eq!(list(&kit, &second.token, json!([one_user])).await, ["first@Two"]);
    assert_eq!(list(&kit, &first.token, json!([in_two])).await, ["first@Two"]);
    assert_eq!(list(&kit, &second.token, json!([{ "resource": { "instance": true } }])).await, Vec::<String>::new());
}

#[tokio::test]
async fn lists_are_sorted_and_cut() {
    let kit = Kit::new().await;
    some(&kit).await;
    let orders = [
        ("UNSPECIFIED", ["admin@*", "admin@One", "admin@Two", "first@One", "first@Two", "second@Two"]),
        ("USER_ID", ["admin@*", "admin@One", "admin@Two", "first@One", "first@Two", "second@Two"]),
        ("CREATION_DATE", ["admin@*", "admin@One", "admin@Two", "first@One", "second@Two", "first@Two"]),
        ("CHANGE_DATE", ["admin@*", "admin@One", "admin@Two", "first@One", "second@Two", "first@Two"]),
    ];
    for (column, mut expected) in orders {
        let column = format!("ADMINISTRATOR_FIELD_NAME_{column}");
        for asc in [true, false] {
            let all = json!({ "pagination": { "asc": asc }, "sortingColumn": column });
            assert_eq!(pairs(&kit.ok(LIST, all).await), expected, "{column} {asc}");
            let part = json!({ "pagination": { "asc": asc, "offset": 2, "limit": 3 }, "sortingColumn": column });
            let part = kit.ok(LIST, part).await;
            assert_eq!(pairs(&part), expected[2..5], "{column} {asc}");
            assert_eq!(part["pagination"], json!({ "totalResult": "6", "appliedLimit": "3" }));
            expected.reverse();
        }
    }
}

#[tokio::test]
async fn lists_have_limits() {
    let kit = Kit::new().await;
    let role = json!({ "role": { "roleKey": "ORG_OWNER" } });
    kit.refused(LIST, json!({ "pagination": { "limit": 1001 } }), InvalidArgument, "QUERY-4M0fs").await;
    let many = vec![role.clone(); 257];
    assert_eq!(
        kit.call(LIST, &kit.admin_token, json!({ "filters": many })).await.expect_err("many").0,
        InvalidArgument
    );
    let nested = |depth| (0..depth).fold(role.clone(), |inner, _| json!({ "not": { "query": inner } }));
    kit.ok(LIST, json!({ "filters": [nested(20)] })).await;
    kit.refused(LIST, json!({ "filters": [nested(21)] }), InvalidArgument, "USER-zsQ97").await;
    for nothing in [json!({ "and": {} }), json!({ "or": {} }), json!({ "not": {} })] {
        kit.refused(LIST, json!({ "filters": [nothing] }), InvalidArgument, "GRPC-vR9nC").await;
    }
    for wrong in
        [json!({}), json!({ "resource": {} }), json!({ "role": {} }), json!({ "inUserIdsFilter": { "ids": [""] } })]
    {
        kit.refused(LIST, json!({ "filters": [wrong] }), InvalidArgument, "").await;
    }
}
