use crate::common::{Kit, orgs::Who, text};
use countersign::error::Kind::{InvalidArgument, Unauthenticated};
use serde_json::{Value, json};

const LIST: &str = "authorization.v2/ListAuthorizations";

/// Who has what by whom, as `user in project by organisation`.
fn rows(list: &Value) -> Vec<String> {
    let rows = list["authorizations"].as_array().map_or(&[][..], Vec::as_slice);
    let name = |row: &Value, of: &str, field: &str| text(&row[of][field]);
    let row = |row: &Value| {
        let user = name(row, "user", "preferredLoginName");
        format!("{user} in {} by {}", name(row, "project", "name"), name(row, "organization", "name"))
    };
    rows.iter().map(row).collect()
}

async fn list(kit: &Kit, token: &str, filters: Value) -> Vec<String> {
    let body = json!({ "pagination": { "asc": true }, "filters": filters });
    rows(&kit.call(LIST, token, body).await.expect("listed"))
}

/// Two organisations with a project each, of which the first one's is granted to the second; and who owns them.
struct World {
    kit: Kit,
    orgs: [String; 2],
    projects: [String; 2],
    owners: [Who; 2],
    through: String,
    ids: Vec<String>,
}

impl World {
    async fn new() -> Self {
        let kit = Kit::new().await;
        let orgs = [kit.org_called("A").await, kit.org_called("B").await];
        let projects = [
            kit.project_with(&orgs[0], "One", &["reader", "writer"]).await,
            kit.project_with(&orgs[1], "Two", &["reader"]).await,
        ];
        let owners =
            [kit.caller_in(&orgs[0], "a", &["ORG_OWNER"]).await, kit.caller_in(&orgs[1], "b", &["ORG_OWNER"]).await];
        let through = kit.share(&orgs[0], &projects[0], &orgs[1], &["reader"]).await;
        let ids = vec![
            kit.grant(&orgs[0], &kit.demo, &projects[0], &["writer"]).await,
            kit.grant(&orgs[1], &kit.demo, &projects[0], &["reader"]).await,
            kit.grant(&orgs[1], &owners[0].id, &projects[1], &["reader"]).await,
        ];
        Self { kit, orgs, projects, owners, through, ids }
    }
}

const OWN: &str = "demo in One by A";
const THROUGH: &str = "demo in One by B";
const TWO: &str = "a in Two by B";

#[tokio::test]
async fn callers_see_what_their_organisations_gave_and_their_own() {
    let World { kit, orgs, owners, .. } = World::new().await;
    assert_eq!(list(&kit, &kit.admin_token, json!([])).await, [OWN, THROUGH, TWO]);
    assert_eq!(list(&kit, &owners[0].token, json!([])).await, [OWN, TWO]);
    assert_eq!(list(&kit, &owners[1].token, json!([])).await, [THROUGH, TWO]);
    let demo = kit.token(&kit.demo).await;
    assert_eq!(list(&kit, &demo, json!([])).await, [OWN, THROUGH]);
    // Nor does a filter show more.
    for filter in [json!({ "organizationId": { "id": orgs[1] } }), json!({ "roleKey": { "key": "reader" } })] {
        assert_eq!(list(&kit, &demo, json!([filter])).await, [THROUGH], "{filter}");
        assert_eq!(list(&kit, &owners[0].token, json!([filter])).await, [TWO], "{filter}");
    }
    let nobody = kit.caller_in(&orgs[0], "nobody", &[]).await;
    assert_eq!(list(&kit, &nobody.token, json!([])).await, Vec::<String>::new());
    assert_eq!(kit.call(LIST, "", json!({})).await.expect_err("nobody").0, Unauthenticated);
}

#[tokio::test]
async fn an_authorization_is_shown_with_what_it_connects() {
    let World { kit, orgs, projects, ids, .. } = World::new().await;
    let filters = json!([{ "authorizationIds": { "ids": [ids[1]] } }]);
    let mut shown = kit.ok(LIST, json!({ "filters": filters })).await["authorizations"][0].take();
    assert!(shown["creationDate"].take().is_string() && shown["changeDate"].take().is_string());
    assert_eq!(
        shown,
        json!({
            "id": ids[1], "creationDate": null, "changeDate": null, "state": "STATE_ACTIVE",
            "project": { "id": projects[0], "name": "One", "organizationId": orgs[0] },
            "organization": { "id": orgs[1], "name": "B" },
            "user": {
                "id": kit.demo, "preferredLoginName": "demo", "displayName": "Demo", "organizationId": kit.org,
            },
            "roles": [{ "key": "reader", "displayName": "reader" }],
        })
    );
}

#[tokio::test]
async fn authorizations_are_listed_by_what_they_connect() {
    let World { kit, orgs, projects, owners, through, ids } = World::new().await;
    kit.ok("authorization.v2/DeactivateAuthorization", json!({ "id": ids[0] })).await;
    let none: Vec<&str> = vec![];
    for (filter, expected) in [
        (json!({ "authorizationIds": { "ids": [ids[2], ids[0], "4711", "../x"] } }), vec![OWN, TWO]),
        (json!({ "organizationId": { "id": orgs[1] } }), vec![THROUGH, TWO]),
        (json!({ "organizationId": { "id": "../x" } }), none.clone()),
        (json!({ "state": { "state": "STATE_INACTIVE" } }), vec![OWN]),
        (json!({ "state": { "state": "STATE_ACTIVE" } }), vec![THROUGH, TWO]),
        (json!({ "inUserIds": { "ids": [kit.demo, "4711", "../x"] } }), vec![OWN, THROUGH]),
        (json!({ "inUserIds": { "ids": [] } }), none.clone()),
        (json!({ "userOrganizationId": { "id": orgs[0] } }), vec![TWO]),
        (json!({ "userPreferredLoginName": { "loginName": "a" } }), vec![TWO]),
        (
            json!({ "userDisplayName": { "displayName": "dem", "method": "TEXT_FILTER_METHOD_STARTS_WITH_IGNORE_CASE" } }),
            vec![OWN, THROUGH],
        ),
        (json!({ "projectId": { "id": projects[0] } }), vec![OWN, THROUGH]),
        (json!({ "projectName": { "name": "Two" } }), vec![TWO]),
        (json!({ "roleKey": { "key": "writer" } }), vec![OWN]),
        (json!({ "projectGrantId": { "id": through } }), vec![THROUGH]),
        (json!({ "projectGrantId": { "id": "4711" } }), none.clone()),
    ] {
        assert_eq!(list(&kit, &kit.admin_token, json!([filter])).await, expected, "{filter}");
        // And together with another, whichever is looked up.
        let both = json!([filter, { "inUserIds": { "ids": [owners[0].id] } }]);
        let of_both: Vec<_> = expected.into_iter().filter(|row| *row == TWO).collect();
        assert_eq!(list(&kit, &kit.admin_token, both).await, of_both, "{filter}");
    }
    for bad in [json!({}), json!({ "state": {} }), json!({ "userDisplayName": {} })] {
        kit.refused(LIST, json!({ "filters": [bad] }), InvalidArgument, "").await;
    }
    let many = vec![json!({ "roleKey": {} }); 257];
    kit.refused(LIST, json!({ "filters": many }), InvalidArgument, "QUERY-4M0fs").await;
}

#[tokio::test]
async fn authorizations_are_sorted_as_asked_and_shown_in_parts() {
    let World { kit, ids, .. } = World::new().await;
    kit.ok("authorization.v2/UpdateAuthorization", json!({ "id": ids[0], "roleKeys": ["reader"] })).await;
    for (column, expected) in [
        ("UNSPECIFIED", [OWN, THROUGH, TWO]),
        ("CREATED_DATE", [OWN, THROUGH, TWO]),
        ("CHANGED_DATE", [THROUGH, TWO, OWN]),
        ("ID", [OWN, THROUGH, TWO]),
        // The demo user and its organisation were there before the others.
        ("USER_ID", [OWN, THROUGH, TWO]),
        ("PROJECT_ID", [OWN, THROUGH, TWO]),
        ("ORGANIZATION_ID", [OWN, THROUGH, TWO]),
        ("USER_ORGANIZATION_ID", [OWN, THROUGH, TWO]),
    ] {
        let column = format!("AUTHORIZATION_FIELD_NAME_{column}");
        let mut body = json!({ "pagination": { "asc": true }, "sortingColumn": column });
        assert_eq!(rows(&kit.ok(LIST, body.clone()).await), expected, "{column}");
        body["pagination"] = json!({});
        let backwards: Vec<_> = expected.into_iter().rev().collect();
        assert_eq!(rows(&kit.ok(LIST, body).await), backwards, "{column}");
    }
    let part = kit.ok(LIST, json!({ "pagination": { "asc": true, "offset": 1, "limit": 1 } })).await;
    assert_eq!(rows(&part), [THROUGH]);
    assert_eq!(part["pagination"], json!({ "totalResult": "3", "appliedLimit": "1" }));
    kit.refused(LIST, json!({ "pagination": { "limit": 1001 } }), InvalidArgument, "QUERY-4M0fs").await;
}
