//! A page of 50 of 2,000 takes as many rows as one of 200.

use super::Crowd;
use serde_json::{Value, json};

/// More than this is not a matter of where a page begins.
const SLACK: u64 = 12;

/// Lists as people ask for them: the operation, a name for the failure, and what is asked beside the page.
fn lists(crowd: &Crowd) -> Vec<(&'static str, Value)> {
    let sorted = |column: &str| json!({ "sortingColumn": column });
    let queries = |query: Value| json!({ "queries": [query] });
    let starts = "TEXT_QUERY_METHOD_STARTS_WITH";
    let ignoring = "TEXT_QUERY_METHOD_STARTS_WITH_IGNORE_CASE";
    let mut lists = vec![
        ("admin/ListIAMMembers", json!({})),
        ("management/ListOrgMembers", json!({})),
        ("management/ListOrgMembers", queries(json!({ "userIdQuery": { "userId": "000150" } }))),
        ("management/ListUserGrants", json!({})),
        ("management/ListUserGrants", queries(json!({ "projectIdQuery": { "projectId": crowd.project.as_str() } }))),
        ("management/ListUserGrants", queries(json!({ "userIdQuery": { "userId": "000150" } }))),
        ("management/ListAllProjectGrants", json!({})),
        ("management/ListProjectGrants", json!({ "projectId": crowd.project.as_str() })),
        ("management/ListUserMemberships", json!({ "userId": crowd.kit.admin })),
    ];
    for column in ["UNSPECIFIED", "USER_NAME", "DISPLAY_NAME", "STATE", "CREATION_DATE"] {
        let column = format!("USER_FIELD_NAME_{column}");
        lists.push(("management/ListUsers", sorted(&column)));
        lists.push(("user.v2/ListUsers", sorted(&column)));
    }
    for query in [
        json!({ "userNameQuery": { "userName": "bot-000150" } }),
        json!({ "userNameQuery": { "userName": "Bot-00010", "method": ignoring } }),
        json!({ "displayNameQuery": { "displayName": "The bot-00010", "method": starts } }),
        json!({ "inUserIdsQuery": { "userIds": ["000150", "000151"] } }),
        json!({ "stateQuery": { "state": "USER_STATE_LOCKED" } }),
        json!({ "typeQuery": { "type": "TYPE_MACHINE" } }),
        json!({ "orQuery": { "queries": [
            { "userNameQuery": { "userName": "bot-000150" } }, { "loginNameQuery": { "loginName": "bot-000151" } },
        ] } }),
    ] {
        lists.push(("management/ListUsers", queries(query.clone())));
        lists.push(("user.v2/ListUsers", queries(query)));
    }
    lists.push(("user.v2/ListUsers", queries(json!({ "organizationIdQuery": { "organizationId": crowd.kit.org } }))));
    for column in ["UNSPECIFIED", "NAME"] {
        lists.push(("admin/ListOrgs", sorted(&format!("ORG_FIELD_NAME_{column}"))));
    }
    for column in ["UNSPECIFIED", "NAME", "CREATION_DATE"] {
        lists.push(("org.v2/ListOrganizations", sorted(&format!("ORGANIZATION_FIELD_NAME_{column}"))));
    }
    for query in [
        json!({ "nameQuery": { "name": "Org 000150" } }),
        json!({ "nameQuery": { "name": "org 00010", "method": ignoring } }),
        json!({ "domainQuery": { "domain": "org-000150.localhost" } }),
        json!({ "domainQuery": { "domain": "org-00010", "method": starts } }),
        json!({ "idQuery": { "id": "000150" } }),
    ] {
        lists.push(("admin/ListOrgs", queries(query.clone())));
        lists.push(("org.v2/ListOrganizations", queries(query)));
    }
    lists.push(("admin/ListOrgs", queries(json!({ "stateQuery": { "state": "ORG_STATE_INACTIVE" } }))));
    for column in ["UNSPECIFIED", "USER_ID", "CREATION_DATE", "CHANGE_DATE"] {
        lists.push(("admins.v2/ListAdministrators", sorted(&format!("ADMINISTRATOR_FIELD_NAME_{column}"))));
    }
    for filter in [
        json!({ "inUserIdsFilter": { "ids": ["000150"] } }),
        json!({ "userPreferredLoginName": { "preferredLoginName": "bot-000150" } }),
        json!({ "resource": { "instance": true } }),
        json!({ "resource": { "organizationId": crowd.kit.org } }),
    ] {
        lists.push(("admins.v2/ListAdministrators", json!({ "filters": [filter] })));
    }
    for column in ["CREATED_DATE", "ID", "USER_ID", "ORGANIZATION_ID", "KEY_EXPIRATION_DATE"] {
        lists.push(("user.v2/ListKeys", sorted(&format!("KEY_FIELD_NAME_{column}"))));
    }
    for filter in [
        json!({ "keyIdFilter": { "id": "000150" } }),
        json!({ "userIdFilter": { "id": "000150" } }),
        json!({ "organizationIdFilter": { "id": crowd.kit.org } }),
        json!({ "expirationDateFilter": { "timestamp": "2026-11-23T00:00:40Z", "method": "TIMESTAMP_FILTER_METHOD_BEFORE" } }),
    ] {
        lists.push(("user.v2/ListKeys", json!({ "filters": [filter] })));
    }
    lists
}

fn total(answer: &Value) -> u64 {
    let total = [&answer["details"]["totalResult"], &answer["pagination"]["totalResult"]];
    total.iter().find_map(|total| total.as_str()).map_or(0, |total| total.parse().expect("a number"))
}

fn rows(answer: &Value) -> usize {
    [&answer["result"], &answer["administrators"]].iter().find_map(|rows| rows.as_array()).map_or(0, Vec::len)
}

impl Crowd {
    /// The rows that an operation reads, and its answer.
    async fn cost(&self, procedure: &str, body: &Value) -> (u64, Value) {
        let before = self.kit.app.store.rows_read();
        let answer = self.kit.ok(procedure, body.clone()).await;
        (self.kit.app.store.rows_read() - before, answer)
    }
}

#[tokio::test]
async fn a_page_costs_the_same_however_long_the_list_is() {
    let (few, many) = tokio::join!(Crowd::of(200), Crowd::of(2000));
    for (procedure, asked) in lists(&few) {
        for (offset, asc) in [(0, true), (0, false), (20, true)] {
            let page = json!({ "offset": offset, "limit": 50, "asc": asc });
            let body = |crowd: &Crowd| {
                let text =
                    asked.to_string().replace(&few.kit.org, &crowd.kit.org).replace(&few.kit.admin, &crowd.kit.admin);
                let mut body: Value = serde_json::from_str(&text).expect("JSON");
                body["query"] = page.clone();
                body["pagination"] = page.clone();
                body
            };
            let (short, answer) = few.cost(procedure, &body(&few)).await;
            let (long, of_many) = many.cost(procedure, &body(&many)).await;
            assert!(long.abs_diff(short) <= SLACK, "{procedure} {asked} {page}: {short} rows of few, {long} of many");
            assert_eq!(rows(&of_many), rows(&answer), "{procedure} {asked} {page}");
            assert!(offset > 0 || total(&answer) > 0, "{procedure} {asked} finds nothing");
            assert!(total(&of_many) >= total(&answer), "{procedure} {asked}");
        }
    }
}

#[tokio::test]
async fn the_last_page_costs_as_little_as_the_first() {
    let crowd = Crowd::of(1000).await;
    let page = async |offset: u64| {
        let query = json!({ "query": { "offset": offset, "limit": 50, "asc": true } });
        crowd.cost("management/ListUsers", &query).await
    };
    let (first, answer) = page(0).await;
    assert_eq!(total(&answer), 1002);
    let (last, answer) = page(960).await;
    assert_eq!((rows(&answer), total(&answer)), (42, 1002));
    assert!(last <= first, "{last} rows for the last page, {first} for the first");
    let (middle, _) = page(480).await;
    assert!(middle < first + 480 / 8, "{middle} rows for the middle page, {first} for the first");
}

#[tokio::test]
async fn a_name_and_a_domain_are_looked_up() {
    let (few, many) = tokio::join!(Crowd::of(20), Crowd::of(400));
    for asked in [
        json!({ "name": "Org 000007" }),
        json!({ "domain": "ORG-000007.localhost" }),
        json!({ "name": "no such", "domain": "no.such" }),
    ] {
        let (short, answer) = few.cost("admin/IsOrgUnique", &asked).await;
        let (long, _) = many.cost("admin/IsOrgUnique", &asked).await;
        assert_eq!(short, long, "{asked}");
        let is_unique = asked["domain"] == "no.such";
        assert_eq!(answer.get("isUnique"), is_unique.then_some(&json!(true)), "{asked}");
    }
}
