use super::{entries, of_demo, pairs, sequence, value};
use crate::common::{Kit, orgs::dates, refused_with, text};
use countersign::error::Kind::{self, FailedPrecondition, NotFound};
use serde_json::json;

const SET: &str = "management/SetUserMetadata";
const BULK_SET: &str = "management/BulkSetUserMetadata";
const REMOVE: &str = "management/RemoveUserMetadata";
const BULK_REMOVE: &str = "management/BulkRemoveUserMetadata";

#[tokio::test]
async fn what_is_set_is_shown_until_it_is_removed() {
    let kit = Kit::new().await;
    let set = kit.ok(SET, json!({ "id": kit.demo, "key": "team", "value": value("red") })).await;
    assert_eq!((&set["id"], dates(&set)), (&json!(kit.demo), (true, false)));
    let get = json!({ "id": kit.demo, "key": "team" });
    let shown = kit.ok("management/GetUserMetadata", get.clone()).await["metadata"].take();
    assert_eq!((&shown["key"], &shown["value"]), (&json!("team"), &json!(value("red"))));
    assert_eq!(shown["details"]["sequence"], set["details"]["sequence"]);
    assert_eq!(shown["details"]["resourceOwner"], kit.org);
    kit.ok(SET, json!({ "id": kit.demo, "key": "team", "value": value("blue") })).await;
    let changed = kit.ok("management/GetUserMetadata", get.clone()).await["metadata"].take();
    assert_eq!(changed["value"], value("blue"));
    assert_eq!(changed["details"]["creationDate"], shown["details"]["creationDate"]);
    assert_ne!(changed["details"]["changeDate"], shown["details"]["changeDate"]);
    let removed = kit.ok(REMOVE, get.clone()).await;
    assert_eq!(dates(&removed), (false, true));
    kit.refused("management/GetUserMetadata", get.clone(), NotFound, "QUERY-Rgh32").await;
    kit.refused(REMOVE, get, NotFound, "META-ncnw3").await;
    kit.events_after_check();
}

#[tokio::test]
async fn setting_what_is_set_already_is_no_event() {
    let kit = Kit::new().await;
    let body = json!({ "id": kit.demo, "key": "team", "value": value("red") });
    let first = kit.ok(SET, body.clone()).await;
    let events = kit.events_after_check();
    assert_eq!(kit.ok(SET, body).await["details"], first["details"]);
    let bulk = json!({ "id": kit.demo, "metadata": [{ "key": "team", "value": value("red") }] });
    let again = kit.ok(BULK_SET, bulk).await;
    assert_eq!((sequence(&again), dates(&again)), (sequence(&first), (false, true)));
    assert_eq!(kit.events_after_check(), events);
}

#[tokio::test]
async fn several_are_set_and_removed_at_once_or_not_at_all() {
    let kit = Kit::new().await;
    let metadata = json!([
        { "key": "b", "value": value("2") }, { "key": "a", "value": value("1") }, { "key": "b", "value": value("3") },
    ]);
    let set = kit.ok(BULK_SET, json!({ "id": kit.demo, "metadata": metadata })).await;
    assert_eq!(dates(&set), (false, true));
    assert_eq!(of_demo(&kit).await, pairs(&[("a", "1"), ("b", "3")]));
    kit.refused(BULK_SET, json!({ "id": kit.demo }), FailedPrecondition, "META-9mm2d").await;
    kit.refused(BULK_REMOVE, json!({ "id": kit.demo }), FailedPrecondition, "META-9mm2d").await;
    kit.refused(BULK_REMOVE, json!({ "id": kit.demo, "keys": ["a", "c"] }), NotFound, "META-2nnds").await;
    assert_eq!(of_demo(&kit).await.len(), 2);
    kit.ok(BULK_REMOVE, json!({ "id": kit.demo, "keys": ["a", "b", "a"] })).await;
    assert_eq!(of_demo(&kit).await, []);
    kit.events_after_check();
}

#[tokio::test]
async fn a_list_is_filtered_sorted_and_cut() {
    let kit = Kit::new().await;
    let metadata = ["app/a", "app/b", "team"].map(|key| json!({ "key": key, "value": value(key) }));
    kit.ok(BULK_SET, json!({ "id": kit.demo, "metadata": metadata })).await;
    let apps = json!([{ "keyQuery": { "key": "app/", "method": "TEXT_QUERY_METHOD_STARTS_WITH" } }]);
    let list = async |query, queries| {
        kit.ok("management/ListUserMetadata", json!({ "id": kit.demo, "query": query, "queries": queries })).await
    };
    let all = list(json!({ "limit": 2 }), apps).await;
    assert_eq!(entries(&all), pairs(&[("app/b", "app/b"), ("app/a", "app/a")]));
    assert_eq!(all["details"]["totalResult"], "2");
    let second = list(json!({ "limit": 1, "offset": 1, "asc": true }), json!([])).await;
    assert_eq!((entries(&second), &second["details"]["totalResult"]), (pairs(&[("app/b", "app/b")]), &json!("3")));
    let token = kit.token(&kit.demo).await;
    let mine = kit.call("auth/ListMyMetadata", &token, json!({ "query": { "asc": true } })).await.expect("a list");
    assert_eq!(entries(&mine), of_demo(&kit).await);
    let get = async |key: &str| kit.call("auth/GetMyMetadata", &token, json!({ "key": key })).await;
    let first = &mine["result"][0];
    assert_eq!(get(&text(&first["key"])).await.expect("an entry")["metadata"], *first);
    assert_eq!(refused_with(get("nothing").await), (NotFound, "QUERY-Rgh32".into()));
    let list = json!({ "id": kit.demo, "queries": [{}] });
    kit.refused("management/ListUserMetadata", list, Kind::InvalidArgument, "METAD-fdg23").await;
}

#[tokio::test]
async fn v2_sets_drops_lists_and_removes() {
    let kit = Kit::new().await;
    let set =
        async |metadata| kit.ok("user.v2/SetUserMetadata", json!({ "userId": kit.demo, "metadata": metadata })).await;
    let first = set(json!([{ "key": "a", "value": value("1") }, { "key": "b", "value": value("2") }])).await;
    let events = kit.events_after_check();
    assert_eq!(set(json!([{ "key": "a", "value": value("1") }])).await, first);
    set(json!([{ "key": "nothing", "value": "" }])).await;
    assert_eq!(kit.events_after_check(), events);
    set(json!([{ "key": "a" }])).await;
    assert_eq!(of_demo(&kit).await, pairs(&[("b", "2")]));
    let body = json!({ "userId": kit.demo, "filters": [{ "keyFilter": { "key": "b" } }] });
    let list = kit.ok("user.v2/ListUserMetadata", body).await;
    assert_eq!(list["pagination"], json!({ "totalResult": "1", "appliedLimit": "100" }));
    assert!(list["metadata"][0]["creationDate"].is_string() && list["metadata"][0]["changeDate"].is_string());
    assert_eq!(entries(&list), pairs(&[("b", "2")]));
    let removed = kit.ok("user.v2/DeleteUserMetadata", json!({ "userId": kit.demo, "keys": ["b"] })).await;
    assert!(removed["deletionDate"].is_string());
    for (procedure, body, kind, id) in [
        ("user.v2/SetUserMetadata", json!({ "userId": kit.demo }), FailedPrecondition, "META-9mm2d"),
        ("user.v2/DeleteUserMetadata", json!({ "userId": kit.demo }), FailedPrecondition, "META-9mm2d"),
        ("user.v2/DeleteUserMetadata", json!({ "userId": kit.demo, "keys": ["b"] }), NotFound, "META-2nnds"),
        ("user.v2/DeleteUserMetadata", json!({ "userId": "1", "keys": ["b"] }), FailedPrecondition, "COMMAND-uXHNj"),
        ("user.v2/SetUserMetadata", json!({ "userId": "1" }), FailedPrecondition, "COMMAND-uXHNj"),
        ("user.v2/ListUserMetadata", json!({ "userId": "1" }), NotFound, "QUERY-Dfbg2"),
        (
            "user.v2/ListUserMetadata",
            json!({ "userId": kit.demo, "pagination": { "limit": 1001 } }),
            Kind::InvalidArgument,
            "QUERY-4M0fs",
        ),
        (
            "user.v2/ListUserMetadata",
            json!({ "userId": kit.demo, "filters": [{}] }),
            Kind::InvalidArgument,
            "METAD-fdg23",
        ),
    ] {
        kit.refused(procedure, body, kind, id).await;
    }
    kit.events_after_check();
}

#[tokio::test]
async fn a_user_can_be_created_with_metadata_and_takes_it_along() {
    let kit = Kit::new().await;
    let metadata = json!([{ "key": "a", "value": value("1") }, { "key": "b" }]);
    let body = json!({ "organizationId": kit.org, "machine": { "name": "Bot" }, "metadata": metadata });
    let id = text(&kit.ok("user.v2/CreateUser", body).await["id"]);
    let list = kit.ok("management/ListUserMetadata", json!({ "id": id })).await;
    assert_eq!(entries(&list), pairs(&[("a", "1")]));
    kit.ok("management/RemoveUser", json!({ "id": id })).await;
    assert_eq!(kit.ok("management/ListUserMetadata", json!({ "id": id })).await.get("result"), None);
    // Nothing of it stays behind: a replay finds the same rows, and none of a user that is gone.
    kit.events_after_check();
    let snapshot = kit.app.store.snapshot().expect("a snapshot");
    let subject = countersign::model::Subject::User(countersign::id::UserId::parse(&id).expect("an id"));
    assert_eq!(snapshot.state().metadata_size(&subject).expect("a read"), Default::default());
}

#[tokio::test]
async fn a_user_that_is_not_there_has_none() {
    let kit = Kit::new().await;
    let (other, _) = kit.other_org().await;
    for (org, user) in [(kit.org.as_str(), "1"), (other.as_str(), kit.demo.as_str())] {
        for (procedure, body, kind, id) in [
            (SET, json!({ "id": user, "key": "a", "value": value("1") }), FailedPrecondition, "COMMAND-uXHNj"),
            (
                BULK_SET,
                json!({ "id": user, "metadata": [{ "key": "a", "value": "YQ==" }] }),
                FailedPrecondition,
                "COMMAND-uXHNj",
            ),
            (REMOVE, json!({ "id": user, "key": "a" }), FailedPrecondition, "COMMAND-uXHNj"),
            (BULK_REMOVE, json!({ "id": user, "keys": ["a"] }), FailedPrecondition, "COMMAND-uXHNj"),
            ("management/GetUserMetadata", json!({ "id": user, "key": "a" }), NotFound, "QUERY-Rgh32"),
        ] {
            kit.refused_in(org, procedure, body, kind, id).await;
        }
        assert_eq!(kit.ok_in(org, "management/ListUserMetadata", json!({ "id": user })).await.get("result"), None);
    }
}
