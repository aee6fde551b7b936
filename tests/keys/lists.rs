//! Lists across users (v2).

use super::{LATER, NEVER, add};
use crate::common::{
    Kit,
    orgs::{Who, column},
    refused_with, text,
};
use countersign::error::Kind::InvalidArgument;
use serde_json::{Value, json};
use std::time::Duration;

/// Two organisations with a user each, two keys and two tokens for each user.
struct World {
    kit: Kit,
    other_org: String,
    elsewhere: Who,
    /// In the order in which they were made: two of the demo user's, two of the other's.
    keys: Vec<String>,
}

impl World {
    async fn make() -> Self {
        let kit = Kit::new().await;
        let other_org = kit.org_called("Other").await;
        let elsewhere = kit.caller_in(&other_org, "elsewhere", &[]).await;
        let mut keys = Vec::new();
        for (org, user) in [(&kit.org, &kit.demo), (&other_org, &elsewhere.id)] {
            for expires in [NEVER, LATER] {
                kit.clock.advance(Duration::from_secs(1));
                let mut body = add(user);
                body["expirationDate"] = expires.into();
                keys.push(text(&kit.ok_in(org, "management/AddMachineKey", body).await["keyId"]));
            }
        }
        Self { kit, other_org, elsewhere, keys }
    }

    async fn list(&self, token: &str, body: Value) -> Value {
        self.kit.call("user.v2/ListKeys", token, body).await.expect("a list")
    }

    /// The keys that the administrator sees, oldest first, as their places in [`Self::keys`].
    async fn found(&self, filters: Value) -> Vec<usize> {
        let body = json!({ "filters": filters, "pagination": { "asc": true } });
        let list = self.list(&self.kit.admin_token, body).await;
        self.places(&list)
    }

    fn places(&self, list: &Value) -> Vec<usize> {
        column(list, "id").iter().map(|id| self.keys.iter().position(|key| key == id).expect("a key")).collect()
    }
}

#[tokio::test]
async fn everybody_sees_what_it_may_read_and_its_own() {
    let world = World::make().await;
    let kit = &world.kit;
    let viewer = kit.caller_in(&kit.org, "viewer", &["ORG_OWNER_VIEWER"]).await;
    let demo = kit.token(&kit.demo).await;
    let nobody = kit.caller_in(&kit.org, "nobody", &[]).await;
    let manager = kit.caller_in(&kit.org, "manager", &[]).await;
    let member = json!({ "userId": manager.id, "roles": ["ORG_USER_MANAGER"] });
    kit.ok_in(&world.other_org, "management/AddOrgMember", member).await;
    for (token, expected) in [
        (&kit.admin_token, vec![3, 2, 1, 0]),
        (&viewer.token, vec![1, 0]),
        (&demo, vec![1, 0]),
        (&nobody.token, vec![]),
        (&manager.token, vec![3, 2]),
        (&world.elsewhere.token, vec![3, 2]),
    ] {
        let list = world.list(token, json!({})).await;
        assert_eq!(world.places(&list), expected);
        let total = if expected.is_empty() { Value::Null } else { json!(expected.len().to_string()) };
        assert_eq!(list["pagination"]["totalResult"], total);
        assert_eq!(list["pagination"]["appliedLimit"], "100");
        // Naming what it may not read shows nobody more.
        for (user, org, places) in [(&kit.demo, &kit.org, [0, 1]), (&world.elsewhere.id, &world.other_org, [2, 3])] {
            let seen: Vec<_> = expected.iter().copied().filter(|place| places.contains(place)).collect();
            for filter in [json!({ "userIdFilter": { "id": user } }), json!({ "organizationIdFilter": { "id": org } })]
            {
                let list = world.list(token, json!({ "filters": [filter] })).await;
                assert_eq!(world.places(&list), seen);
            }
        }
    }
}

#[tokio::test]
async fn a_key_is_shown_with_its_six_fields() {
    let world = World::make().await;
    let kit = &world.kit;
    let filters = json!([{ "keyIdFilter": { "id": world.keys[1] } }]);
    let key = world.list(&kit.admin_token, json!({ "filters": filters })).await["result"][0].clone();
    let created = key["creationDate"].clone();
    let expected = json!({
        "creationDate": created, "changeDate": created, "id": world.keys[1], "userId": kit.demo,
        "organizationId": kit.org, "expirationDate": LATER,
    });
    assert_eq!(key, expected);
}

#[tokio::test]
async fn filters_must_all_be_met() {
    let world = World::make().await;
    let (kit, none) = (&world.kit, Vec::<usize>::new());
    let user = |id: &str| json!({ "userIdFilter": { "id": id } });
    let org = |id: &str| json!({ "organizationIdFilter": { "id": id } });
    let key = |id: &str| json!({ "keyIdFilter": { "id": id } });
    let expires = |method: &str| {
        let method = format!("TIMESTAMP_FILTER_METHOD_{method}");
        json!({ "expirationDateFilter": { "timestamp": LATER, "method": method } })
    };
    assert_eq!(world.found(json!([])).await, [0, 1, 2, 3]);
    assert_eq!(world.found(json!([key(&world.keys[2])])).await, [2]);
    assert_eq!(world.found(json!([key(&world.keys[2]), user(&kit.demo)])).await, none);
    assert_eq!(world.found(json!([user(&kit.demo), org(&kit.org), expires("EQUALS")])).await, [1]);
    assert_eq!(world.found(json!([user(&kit.demo), user(&world.elsewhere.id)])).await, none);
    assert_eq!(world.found(json!([org(&kit.org), org(&world.other_org)])).await, none);
    for (method, expected) in [
        ("EQUALS", vec![1, 3]),
        ("AFTER", vec![0, 2]),
        ("AFTER_OR_EQUALS", vec![0, 1, 2, 3]),
        ("BEFORE", vec![]),
        ("BEFORE_OR_EQUALS", vec![1, 3]),
    ] {
        assert_eq!(world.found(json!([expires(method)])).await, expected, "{method}");
    }
    let since = json!({ "createdDateFilter": { "timestamp": "2026-11-23T00:00:03Z", "method": 2 } });
    assert_eq!(world.found(json!([since])).await, [2, 3]);
    for filter in [user(""), user("a/b"), user("4711"), org(""), key("")] {
        assert_eq!(world.found(json!([filter])).await, none, "{filter}");
    }
    let answer = kit.call("user.v2/ListKeys", &kit.admin_token, json!({ "filters": [{}] })).await;
    assert_eq!(refused_with(answer), (InvalidArgument, "GRPC-vR9nC".into()));
}

#[tokio::test]
async fn lists_are_sorted_and_come_in_pages() {
    let world = World::make().await;
    let admin = world.kit.admin_token.as_str();
    let is_first = world.kit.demo < world.elsewhere.id;
    let by_user = if is_first { vec![0, 1, 2, 3] } else { vec![2, 3, 0, 1] };
    let by_org = if world.kit.org < world.other_org { vec![0, 1, 2, 3] } else { vec![2, 3, 0, 1] };
    for (column, ascending) in [
        ("UNSPECIFIED", vec![0, 1, 2, 3]),
        ("CREATED_DATE", vec![0, 1, 2, 3]),
        ("ID", vec![0, 1, 2, 3]),
        ("USER_ID", by_user),
        ("ORGANIZATION_ID", by_org),
        ("KEY_EXPIRATION_DATE", vec![1, 3, 0, 2]),
    ] {
        let sorting = format!("KEY_FIELD_NAME_{column}");
        for asc in [true, false] {
            let mut expected = ascending.clone();
            if !asc {
                expected.reverse();
            }
            let mut paged = Vec::new();
            for offset in 0..5 {
                let pagination = json!({ "offset": offset, "limit": 1, "asc": asc });
                let list = world.list(admin, json!({ "pagination": pagination, "sortingColumn": sorting })).await;
                assert_eq!(list["pagination"], json!({ "totalResult": "4", "appliedLimit": "1" }));
                paged.extend(world.places(&list));
            }
            assert_eq!(paged, expected, "{column}");
        }
    }
    let answer = world.kit.call("user.v2/ListKeys", admin, json!({ "pagination": { "limit": 1001 } })).await;
    assert_eq!(refused_with(answer), (InvalidArgument, "QUERY-4M0fs".into()));
    let most = world.list(admin, json!({ "pagination": { "limit": 1000 } })).await;
    assert_eq!(most["pagination"]["appliedLimit"], "1000");
    let answer = world.kit.call("user.v2/ListKeys", admin, json!({ "sortingColumn": 9 })).await;
    let invalid = "invalid ListKeysRequest.SortingColumn: value must be one of the defined enum values";
    assert_eq!(refused_with(answer), (InvalidArgument, invalid.into()));
}

#[tokio::test]
async fn tokens_are_listed_likewise_and_apart() {
    let world = World::make().await;
    let kit = &world.kit;
    let added = kit.ok("management/AddPersonalAccessToken", json!({ "userId": kit.demo })).await;
    let list = async |filters: Value| {
        let body = json!({ "filters": filters, "sortingColumn": "PERSONAL_ACCESS_TOKEN_FIELD_NAME_CREATED_DATE" });
        kit.call("user.v2/ListPersonalAccessTokens", &kit.admin_token, body).await.expect("a list")
    };
    let own = list(json!([{ "userIdFilter": { "id": kit.demo } }])).await;
    assert_eq!(column(&own, "id"), [text(&added["tokenId"])]);
    assert_eq!(own["result"][0].as_object().expect("an object").len(), 6);
    let all = column(&list(json!([])).await, "id");
    // The administrator's, the other user's, and this one.
    assert_eq!((all.len(), &all[0]), (3, &text(&added["tokenId"])));
    let one = list(json!([{ "tokenIdFilter": { "id": added["tokenId"] } }])).await;
    assert_eq!(one["pagination"]["totalResult"], "1");
    assert!(list(json!([{ "tokenIdFilter": { "id": world.keys[0] } }])).await.get("result").is_none());
    kit.events_after_check();
}
