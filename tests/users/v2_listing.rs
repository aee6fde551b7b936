//! ListUsers of v2.

use crate::common::{Kit, orgs::Who, text};
use countersign::error::Kind::InvalidArgument;
use serde_json::{Value, json};

const LIST: &str = "user.v2/ListUsers";

/// Two organisations with two users each beside the kit's own; the kit has `admin` and `demo`.
struct World {
    kit: Kit,
    red: String,
    blue: String,
}

async fn world() -> World {
    let kit = Kit::new().await;
    let (red, blue) = (kit.org_called("Red").await, kit.org_called("Blue").await);
    for (org, names) in [(&red, ["a-red", "c-red"]), (&blue, ["b-blue", "d-blue"])] {
        for name in names {
            kit.machine_in(org, name).await;
        }
    }
    World { kit, red, blue }
}

impl World {
    async fn list(&self, who: &Who, body: Value) -> (u64, Vec<String>) {
        let answer = self.kit.call(LIST, &who.token, body).await.expect("a list");
        let total = answer["details"].get("totalResult").map_or(0, |total| text(total).parse().expect("a number"));
        let users = answer["result"].as_array().cloned().unwrap_or_default();
        (total, users.iter().map(|user| text(&user["username"])).collect())
    }

    /// By user name.
    async fn names(&self, who: &Who, queries: Value) -> Vec<String> {
        let body =
            json!({ "query": { "asc": true }, "sortingColumn": "USER_FIELD_NAME_USER_NAME", "queries": queries });
        let (total, names) = self.list(who, body).await;
        assert_eq!(total, names.len() as u64);
        names
    }

    fn admin(&self) -> Who {
        Who { id: self.kit.admin.clone(), token: self.kit.admin_token.clone() }
    }
}

/// Everybody, by ways that use other indexes.
fn everybody() -> [Value; 3] {
    let contains = json!({ "displayName": "e", "method": "TEXT_QUERY_METHOD_CONTAINS_IGNORE_CASE" });
    [
        json!([]),
        json!([{ "orQuery": { "queries": [{ "displayNameQuery": contains }, { "typeQuery": { "type": "TYPE_MACHINE" } }] } }]),
        json!([{ "notQuery": { "query": { "userNameQuery": { "userName": "no-such-user" } } } }]),
    ]
}

#[tokio::test]
async fn everybody_sees_what_it_may_read_and_itself() {
    let world = world().await;
    let nobody = world.kit.caller_in(&world.red, "nobody", &[]).await;
    let reader = world.kit.caller_in(&world.red, "reader", &["ORG_OWNER_VIEWER"]).await;
    let guest = world.kit.caller_in(&world.red, "guest", &[]).await;
    let roles = json!({ "userId": guest.id, "roles": ["ORG_OWNER_VIEWER"] });
    world.kit.ok_in(&world.blue, "management/AddOrgMember", roles).await;
    let settings = world.kit.caller_in(&world.blue, "settings", &["ORG_SETTINGS_MANAGER"]).await;
    let all = ["a-red", "admin", "b-blue", "c-red", "d-blue", "demo", "guest", "nobody", "reader", "settings"];
    for queries in everybody() {
        assert_eq!(world.names(&world.admin(), queries.clone()).await, all);
        assert_eq!(world.names(&nobody, queries.clone()).await, ["nobody"]);
        assert_eq!(world.names(&settings, queries.clone()).await, ["settings"]);
        assert_eq!(world.names(&reader, queries.clone()).await, ["a-red", "c-red", "guest", "nobody", "reader"]);
        assert_eq!(world.names(&guest, queries).await, ["b-blue", "d-blue", "guest", "settings"]);
    }
    let by_id = json!([{ "inUserIdsQuery": { "userIds": [world.kit.demo, guest.id] } }]);
    assert_eq!(world.names(&guest, by_id).await, ["guest"]);
}

#[tokio::test]
async fn one_organisation_can_be_asked_for() {
    let world = world().await;
    let of = |org: &str| json!([{ "organizationIdQuery": { "organizationId": org } }]);
    assert_eq!(world.names(&world.admin(), of(&world.red)).await, ["a-red", "c-red"]);
    assert_eq!(world.names(&world.admin(), of("1")).await, Vec::<String>::new());
    assert_eq!(world.names(&world.admin(), of("a/b")).await, Vec::<String>::new());
    let reader = world.kit.caller_in(&world.red, "reader", &["ORG_OWNER_VIEWER"]).await;
    assert_eq!(world.names(&reader, of(&world.blue)).await, Vec::<String>::new());
    let either = json!([{ "orQuery": { "queries": [of(&world.red)[0], of(&world.blue)[0]] } }]);
    assert_eq!(world.names(&reader, either.clone()).await, ["a-red", "c-red", "reader"]);
    assert_eq!(world.names(&world.admin(), either).await, ["a-red", "b-blue", "c-red", "d-blue", "reader"]);
    let not = json!([{ "notQuery": { "query": of(&world.blue)[0] } }]);
    assert_eq!(world.names(&world.admin(), not).await, ["a-red", "admin", "c-red", "demo", "reader"]);
}

#[tokio::test]
async fn pages_and_columns_run_across_organisations() {
    let world = world().await;
    for queries in everybody() {
        let page = async |offset: u64, limit: u32, asc: bool| {
            let query = json!({ "offset": offset, "limit": limit, "asc": asc });
            let sorted = "USER_FIELD_NAME_USER_NAME";
            world.list(&world.admin(), json!({ "query": query, "sortingColumn": sorted, "queries": queries })).await
        };
        assert_eq!(page(0, 2, true).await, (6, vec!["a-red".into(), "admin".into()]));
        assert_eq!(page(2, 2, true).await, (6, vec!["b-blue".into(), "c-red".into()]));
        assert_eq!(page(0, 2, false).await, (6, vec!["demo".into(), "d-blue".into()]));
        assert_eq!(page(6, 2, true).await, (0, vec![]));
    }
    for column in ["DISPLAY_NAME", "STATE", "CREATION_DATE", "UNSPECIFIED", "EMAIL"] {
        let sorted = format!("USER_FIELD_NAME_{column}");
        let body = json!({ "query": { "asc": true }, "sortingColumn": sorted });
        let (_, mut up) = world.list(&world.admin(), body).await;
        let (_, down) = world.list(&world.admin(), json!({ "sortingColumn": sorted })).await;
        up.reverse();
        assert_eq!((up.len(), up), (6, down), "{column}");
    }
}

#[tokio::test]
async fn every_query_has_its_meaning() {
    let world = world().await;
    world.kit.ok("user.v2/LockUser", json!({ "userId": world.kit.demo })).await;
    for (query, expected) in [
        (
            json!({ "userNameQuery": { "userName": "DEMO", "method": "TEXT_QUERY_METHOD_EQUALS_IGNORE_CASE" } }),
            vec!["demo"],
        ),
        (
            json!({ "loginNameQuery": { "loginName": "-red", "method": "TEXT_QUERY_METHOD_ENDS_WITH" } }),
            vec!["a-red", "c-red"],
        ),
        (json!({ "displayNameQuery": { "displayName": "The b-blue" } }), vec!["b-blue"]),
        (json!({ "stateQuery": { "state": "USER_STATE_LOCKED" } }), vec!["demo"]),
        (json!({ "stateQuery": { "state": "USER_STATE_INITIAL" } }), vec![]),
        (json!({ "typeQuery": { "type": "TYPE_HUMAN" } }), vec![]),
        (json!({ "emailQuery": { "emailAddress": "a@b" } }), vec![]),
        (json!({ "emailQuery": {} }), vec![]),
        (json!({ "phoneQuery": { "number": "1" } }), vec![]),
        (json!({ "firstNameQuery": { "firstName": "a" } }), vec![]),
        (json!({ "inUserEmailsQuery": { "userEmails": ["a"] } }), vec![]),
        (json!({ "inUserIdsQuery": { "userIds": [world.kit.demo] } }), vec!["demo"]),
        (
            json!({ "andQuery": { "queries": [
                { "loginNameQuery": { "loginName": "d", "method": "TEXT_QUERY_METHOD_STARTS_WITH" } },
                { "notQuery": { "query": { "userNameQuery": { "userName": "demo" } } } },
            ] } }),
            vec!["d-blue"],
        ),
    ] {
        assert_eq!(world.names(&world.admin(), json!([query])).await, expected, "{query}");
    }
    for (body, kind, id) in [
        (json!({ "query": { "limit": 1001 } }), InvalidArgument, "QUERY-4M0fs"),
        (json!({ "queries": [{}] }), InvalidArgument, "GRPC-vR9nC"),
        (json!({ "queries": [{ "orQuery": {} }] }), InvalidArgument, "GRPC-vR9nC"),
        (json!({ "queries": [{ "notQuery": {} }] }), InvalidArgument, "GRPC-vR9nC"),
        (json!({ "queries": [{ "userNameQuery": { "userName": "" } }] }), InvalidArgument, ""),
    ] {
        world.kit.refused(LIST, body, kind, id).await;
    }
}

#[tokio::test]
async fn without_a_limit_a_hundred_are_shown() {
    let kit = Kit::new().await;
    for number in 0..101 {
        kit.machine_in(&kit.org, &format!("bot-{number}")).await;
    }
    let list = kit.ok(LIST, json!({})).await;
    assert_eq!(
        (list["result"].as_array().expect("users").len(), &list["details"]["totalResult"]),
        (100, &json!("103"))
    );
}
