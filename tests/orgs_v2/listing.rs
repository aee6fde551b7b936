use crate::common::{Kit, orgs::column};
use countersign::{
    error::Kind::{InvalidArgument, PermissionDenied, Unauthenticated},
    id::OrgId,
    model::{Draft, OrgFact},
};
use serde_json::{Value, json};

const LIST: &str = "org.v2/ListOrganizations";

fn names(list: &Value) -> Vec<String> {
    column(list, "name")
}

#[tokio::test]
async fn a_caller_sees_the_organisations_that_it_may_read() {
    let kit = Kit::new().await;
    let (one, two) = (kit.org_called("One").await, kit.org_called("Two").await);
    kit.org_called("Three").await;
    let user = kit.caller_in(&one, "user", &["ORG_OWNER_VIEWER"]).await;
    kit.ok_in(&two, "management/AddOrgMember", json!({ "userId": user.id, "roles": ["ORG_OWNER"] })).await;
    // A member that may not read the organisation, which here is its own.
    kit.ok("management/AddOrgMember", json!({ "userId": user.id, "roles": ["ORG_USER_SELF_MANAGER"] })).await;
    let by_name = json!({ "query": { "asc": true }, "sortingColumn": "ORGANIZATION_FIELD_NAME_NAME" });

    let mine = kit.call(LIST, &user.token, by_name.clone()).await.expect("listed");
    assert_eq!((names(&mine), &mine["details"]["totalResult"]), (vec!["One".into(), "Two".into()], &json!("2")));
    for hidden in [
        json!({ "idQuery": { "id": kit.org } }),
        json!({ "nameQuery": { "name": "ACME" } }),
        json!({ "defaultQuery": {} }),
    ] {
        let found = kit.call(LIST, &user.token, json!({ "queries": [hidden] })).await.expect("listed");
        assert_eq!((found.get("result"), found["details"].get("totalResult")), (None, None), "{hidden}");
    }
    let all = ["ACME", "One", "Three", "Two"];
    assert_eq!(names(&kit.ok(LIST, by_name.clone()).await), all);
    kit.ok("admin/AddIAMMember", json!({ "userId": user.id, "roles": ["IAM_USER_MANAGER"] })).await;
    assert_eq!(names(&kit.call(LIST, &user.token, by_name.clone()).await.expect("listed")), all);
    kit.ok("admin/UpdateIAMMember", json!({ "userId": user.id, "roles": ["IAM_END_USER_IMPERSONATOR"] })).await;
    assert_eq!(names(&kit.call(LIST, &user.token, by_name.clone()).await.expect("listed")), ["One", "Two"]);

    let nobody = kit.caller_in(&one, "nobody", &[]).await;
    assert_eq!(names(&kit.call(LIST, &nobody.token, by_name).await.expect("listed")), Vec::<String>::new());
    kit.refused_to(&nobody, "1", LIST, json!({}), PermissionDenied, "AUTH-Bs7Ds").await;
    assert_eq!(kit.call(LIST, "", json!({})).await.expect_err("nobody").0, Unauthenticated);
}

#[tokio::test]
async fn an_organisation_is_shown_whole() {
    let kit = Kit::new().await;
    let list = kit.ok(LIST, json!({})).await;
    let v1 = kit.ok("admin/GetDefaultOrg", json!({})).await["org"].clone();
    let mut org = list["result"][0].clone();
    assert_eq!(org["state"], "ORGANIZATION_STATE_ACTIVE");
    org["state"] = v1["state"].clone();
    assert_eq!(org, v1);
}

#[tokio::test]
async fn lists_are_filtered_sorted_and_cut() {
    let kit = Kit::new().await;
    let second = kit.org_called("Zebra").await;
    let third = kit.org_called("beta").await;
    // The oldest by its id, and the youngest by its date.
    let added = OrgFact::Added { name: "Last".into(), primary_domain: "last.localhost".into() };
    kit.happen(vec![Draft::org(&OrgId::parse("0").expect("an id"), added)]).await;
    kit.ok("org.v2/DeactivateOrganization", json!({ "organizationId": third })).await;
    let reader = kit.caller_in(&kit.org, "reader", &[]).await;
    for org in [&kit.org, &second, &third, "0"] {
        kit.ok_in(org, "management/AddOrgMember", json!({ "userId": reader.id, "roles": ["ORG_OWNER_VIEWER"] })).await;
    }
    let text = |value: &str, method: i32| json!({ "name": value, "domain": value, "method": method });
    // Once by the indices of all organisations, once by the reader's memberships.
    for token in [&kit.admin_token, &reader.token] {
        let list = async |body: Value| names(&kit.call(LIST, token, body).await.expect("listed"));
        let orders = [
            ("UNSPECIFIED", ["Last", "ACME", "Zebra", "beta"]),
            ("NAME", ["ACME", "beta", "Last", "Zebra"]),
            ("CREATION_DATE", ["ACME", "Zebra", "beta", "Last"]),
        ];
        for (column, mut expected) in orders {
            let sorting = format!("ORGANIZATION_FIELD_NAME_{column}");
            for asc in [true, false] {
                let body = json!({ "query": { "asc": asc }, "sortingColumn": sorting });
                assert_eq!(list(body).await, expected, "{column} {asc}");
                let body = json!({ "query": { "asc": asc, "offset": 1, "limit": 2 }, "sortingColumn": sorting });
                assert_eq!(list(body).await, expected[1..3], "{column} {asc}");
                expected.reverse();
            }
        }
        let cases = [
            (json!({ "nameQuery": text("beta", 0) }), vec!["beta"]),
            (json!({ "nameQuery": text("BETA", 0) }), vec![]),
            (json!({ "nameQuery": text("BETA", 1) }), vec!["beta"]),
            (json!({ "nameQuery": text("E", 5) }), vec!["beta", "Zebra", "ACME"]),
            (json!({ "domainQuery": text("ta.localhost", 6) }), vec!["beta"]),
            (json!({ "stateQuery": { "state": "ORGANIZATION_STATE_INACTIVE" } }), vec!["beta"]),
            (json!({ "stateQuery": { "state": "ORGANIZATION_STATE_REMOVED" } }), vec![]),
            (json!({ "idQuery": { "id": second } }), vec!["Zebra"]),
            (json!({ "idQuery": { "id": "../x" } }), vec![]),
            (json!({ "defaultQuery": {} }), vec!["ACME"]),
        ];
        for (query, expected) in cases {
            assert_eq!(list(json!({ "queries": [query] })).await, expected, "{query}");
        }
        let both = json!([{ "idQuery": { "id": second } }, { "defaultQuery": {} }]);
        assert_eq!(list(json!({ "queries": both })).await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn lists_have_limits() {
    let kit = Kit::new().await;
    let many = vec![json!({ "idQuery": { "id": "1" } }); 257];
    kit.refused(LIST, json!({ "queries": many }), InvalidArgument, "QUERY-4M0fs").await;
    kit.refused(LIST, json!({ "query": { "limit": 1001 } }), InvalidArgument, "QUERY-4M0fs").await;
    kit.ok(LIST, json!({ "query": { "limit": 1000 } })).await;
    for query in [json!({}), json!({ "nameQuery": {} }), json!({ "idQuery": {} }), json!({ "domainQuery": {} })] {
        kit.refused(LIST, json!({ "queries": [query] }), InvalidArgument, "").await;
    }
    let past = kit.ok(LIST, json!({ "query": { "offset": 5 } })).await;
    assert_eq!((past.get("result"), past["details"].get("totalResult")), (None, None));
}
