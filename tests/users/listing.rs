//! ListUsers.

use crate::common::{Kit, refused_with, text};
use countersign::error::Kind;
use serde_json::{Value, json};

const LIST: &str = "management/ListUsers";

/// Four machines beside the administrator and the demo user, which `machines` leaves out.
async fn kit() -> Kit {
    let kit = Kit::new().await;
    for (user_name, name, description) in
        [("ci-a", "Carol", ""), ("CI-B", "alice", "x"), ("ci-c", "Bob", ""), ("deploy", "Dora", "")]
    {
        let body = json!({ "userName": user_name, "name": name, "description": description, "userId": user_name });
        kit.ok("management/AddMachineUser", body).await;
    }
    kit.ok("management/LockUser", json!({ "id": "ci-c" })).await;
    kit.ok("management/DeactivateUser", json!({ "id": "deploy" })).await;
    kit
}

async fn list(kit: &Kit, body: Value) -> (u64, Vec<String>) {
    let answer = kit.ok(LIST, body).await;
    assert!(answer.get("sortingColumn").is_none());
    let total = answer["details"].get("totalResult").map_or(0, |total| text(total).parse().expect("a number"));
    let users = answer["result"].as_array().cloned().unwrap_or_default();
    (total, users.iter().map(|user| text(&user["userName"])).collect())
}

/// The user names that one query finds, sorted; those of the kit itself left out.
async fn found(kit: &Kit, query: Value) -> Vec<String> {
    let body = json!({ "query": { "asc": true }, "sortingColumn": "USER_FIELD_NAME_USER_NAME", "queries": [query] });
    let (total, mut names) = list(kit, body).await;
    assert_eq!(total, names.len() as u64);
    names.retain(|name| name != "admin" && name != "demo");
    names
}

#[tokio::test]
async fn without_a_query_everybody_is_listed() {
    let kit = kit().await;
    let (total, names) = list(&kit, json!({})).await;
    assert_eq!((total, names.len()), (6, 6));
    let answer = kit.ok(LIST, json!({ "queries": [{ "inUserIdsQuery": { "userIds": ["CI-B"] } }] })).await;
    let user = &kit.ok("management/GetUserByID", json!({ "id": "CI-B" })).await["user"];
    assert_eq!(answer["result"], json!([user]));
}

#[tokio::test]
async fn pages_follow_one_another() {
    let kit = kit().await;
    // Of everybody, of those whom a walk finds, and of those whom an index knows.
    let walked = json!([{ "displayNameQuery": { "displayName": "", "method": "TEXT_QUERY_METHOD_CONTAINS" } }]);
    let ids = json!(["ci-a", "CI-B", "ci-c", "deploy", kit.admin, kit.demo]);
    let known = json!([{ "inUserIdsQuery": { "userIds": ids } }]);
    for queries in [json!([]), walked, known] {
        let page = async |offset: u64, limit: u64| {
            let query = json!({ "offset": offset, "limit": limit, "asc": true });
            let sorted = "USER_FIELD_NAME_USER_NAME";
            list(&kit, json!({ "query": query, "sortingColumn": sorted, "queries": queries })).await
        };
        assert_eq!(page(0, 2).await, (6, vec!["admin".into(), "ci-a".into()]));
        assert_eq!(page(2, 2).await, (6, vec!["CI-B".into(), "ci-c".into()]));
        assert_eq!(page(5, 2).await, (6, vec!["deploy".into()]));
        assert_eq!(page(6, 2).await, (0, vec![]));
        assert_eq!(page(u64::MAX, 0).await, (0, vec![]));
    }
    kit.refused(LIST, json!({ "query": { "limit": 10_001 } }), Kind::InvalidArgument, "QUERY-4M0fs").await;
}

#[tokio::test]
async fn every_column_sorts_both_ways_with_and_without_an_index() {
    let kit = kit().await;
    let orders = [
        ("USER_FIELD_NAME_USER_NAME", ["ci-a", "CI-B", "ci-c", "deploy"]),
        ("USER_FIELD_NAME_DISPLAY_NAME", ["CI-B", "ci-c", "ci-a", "deploy"]),
        ("USER_FIELD_NAME_STATE", ["CI-B", "ci-a", "deploy", "ci-c"]),
        ("USER_FIELD_NAME_CREATION_DATE", ["ci-a", "CI-B", "ci-c", "deploy"]),
        ("USER_FIELD_NAME_UNSPECIFIED", ["CI-B", "ci-a", "ci-c", "deploy"]),
        ("USER_FIELD_NAME_TYPE", ["CI-B", "ci-a", "ci-c", "deploy"]),
        ("USER_FIELD_NAME_EMAIL", ["CI-B", "ci-a", "ci-c", "deploy"]),
    ];
    let known = json!([{ "inUserIdsQuery": { "userIds": ["ci-a", "CI-B", "ci-c", "deploy"] } }]);
    let walked = json!([{ "notQuery": { "query": { "inUserIdsQuery": { "userIds": [kit.admin, kit.demo] } } } }]);
    for (column, ascending) in orders {
        for queries in [&known, &walked] {
            let sorted = async |asc: bool| {
                list(&kit, json!({ "query": { "asc": asc }, "sortingColumn": column, "queries": queries })).await.1
            };
            assert_eq!(sorted(true).await, ascending, "{column}");
            let descending: Vec<_> = ascending.into_iter().rev().collect();
            assert_eq!(sorted(false).await, descending, "{column}");
        }
    }
}

#[tokio::test]
async fn texts_compare_by_every_method() {
    let kit = kit().await;
    let answers: [(&str, &[&str]); 8] = [
        ("TEXT_QUERY_METHOD_EQUALS", &[]),
        ("TEXT_QUERY_METHOD_EQUALS_IGNORE_CASE", &["CI-B"]),
        ("TEXT_QUERY_METHOD_STARTS_WITH", &["ci-a", "ci-c"]),
        ("TEXT_QUERY_METHOD_STARTS_WITH_IGNORE_CASE", &["ci-a", "CI-B", "ci-c"]),
        ("TEXT_QUERY_METHOD_CONTAINS", &["ci-a", "ci-c"]),
        ("TEXT_QUERY_METHOD_CONTAINS_IGNORE_CASE", &["ci-a", "CI-B", "ci-c"]),
        ("TEXT_QUERY_METHOD_ENDS_WITH", &[]),
        ("TEXT_QUERY_METHOD_ENDS_WITH_IGNORE_CASE", &["CI-B"]),
    ];
    for (method, expected) in answers {
        let wanted = match method {
            _ if method.contains("EQUALS") => "ci-b",
            _ if method.contains("ENDS") => "-b",
            _ => "ci-",
        };
        let by_user_name = json!({ "userNameQuery": { "userName": wanted, "method": method } });
        assert_eq!(found(&kit, by_user_name).await, expected, "{method}");
        let by_login_name = json!({ "loginNameQuery": { "loginName": wanted, "method": method } });
        assert_eq!(found(&kit, by_login_name).await, expected, "{method}");
    }
    let bob = json!({ "displayNameQuery": { "displayName": "bob", "method": "TEXT_QUERY_METHOD_EQUALS_IGNORE_CASE" } });
    assert_eq!(found(&kit, bob).await, ["ci-c"]);
}

#[tokio::test]
async fn states_types_and_ids() {
    let kit = kit().await;
    for (query, expected) in [
        (json!({ "stateQuery": { "state": "USER_STATE_LOCKED" } }), vec!["ci-c"]),
        (json!({ "stateQuery": { "state": "USER_STATE_INACTIVE" } }), vec!["deploy"]),
        (json!({ "stateQuery": { "state": "USER_STATE_ACTIVE" } }), vec!["ci-a", "CI-B"]),
        (json!({ "stateQuery": { "state": "USER_STATE_INITIAL" } }), vec![]),
        (json!({ "typeQuery": { "type": "TYPE_MACHINE" } }), vec!["ci-a", "CI-B", "ci-c", "deploy"]),
        (json!({ "typeQuery": { "type": "TYPE_HUMAN" } }), vec![]),
        (json!({ "inUserIdsQuery": { "userIds": ["ci-a", "ci-a", "a/b", "nobody"] } }), vec!["ci-a"]),
        (json!({ "inUserIdsQuery": {} }), vec![]),
    ] {
        assert_eq!(found(&kit, query.clone()).await, expected, "{query}");
    }
}

#[tokio::test]
async fn what_only_people_have_matches_no_machine() {
    let kit = kit().await;
    for query in [
        json!({ "firstNameQuery": { "method": "TEXT_QUERY_METHOD_CONTAINS" } }),
        json!({ "lastNameQuery": { "method": "TEXT_QUERY_METHOD_CONTAINS" } }),
        json!({ "nickNameQuery": { "method": "TEXT_QUERY_METHOD_CONTAINS" } }),
        json!({ "emailQuery": { "emailAddress": "", "method": "TEXT_QUERY_METHOD_CONTAINS" } }),
        json!({ "inUserEmailsQuery": { "userEmails": ["ci-a", ""] } }),
    ] {
        assert_eq!(found(&kit, query.clone()).await, [""; 0], "{query}");
        let not = json!({ "notQuery": { "query": query } });
        assert_eq!(found(&kit, not.clone()).await, ["ci-a", "CI-B", "ci-c", "deploy"], "{not}");
    }
}

#[tokio::test]
async fn queries_combine() {
    let kit = kit().await;
    let name = |name: &str| json!({ "userNameQuery": { "userName": name } });
    let starts = json!({ "userNameQuery": { "userName": "ci-", "method": "TEXT_QUERY_METHOD_STARTS_WITH" } });
    let locked = json!({ "stateQuery": { "state": "USER_STATE_LOCKED" } });
    for (query, expected) in [
        (json!({ "andQuery": { "queries": [starts, locked] } }), vec!["ci-c"]),
        (json!({ "orQuery": { "queries": [name("ci-a"), name("deploy"), name("ci-a")] } }), vec!["ci-a", "deploy"]),
        (json!({ "orQuery": { "queries": [name("deploy"), locked] } }), vec!["ci-c", "deploy"]),
        (json!({ "andQuery": { "queries": [starts, { "notQuery": { "query": locked } }] } }), vec!["ci-a"]),
        (json!({ "andQuery": { "queries": [name("ci-a"), locked] } }), vec![]),
    ] {
        assert_eq!(found(&kit, query.clone()).await, expected, "{query}");
    }
    let both = list(&kit, json!({ "queries": [starts, locked] })).await;
    assert_eq!(both, (1, vec!["ci-c".into()]));
}

#[tokio::test]
async fn queries_that_ask_nothing_are_refused() {
    let kit = Kit::new().await;
    for query in [
        json!({}),
        json!({ "orQuery": {} }),
        json!({ "andQuery": { "queries": [] } }),
        json!({ "notQuery": {} }),
        json!({ "notQuery": { "query": {} } }),
        json!({ "orQuery": { "queries": [{ "typeQuery": { "type": "TYPE_MACHINE" } }, {}] } }),
    ] {
        kit.refused(LIST, json!({ "queries": [query] }), Kind::InvalidArgument, "GRPC-vR9nC").await;
    }
    let bad = json!({ "queries": [{ "userNameQuery": { "userName": "a", "method": 8 } }] });
    let (kind, text) = refused_with(kit.call(LIST, &kit.admin_token, bad).await);
    assert_eq!(kind, Kind::InvalidArgument);
    assert!(text.ends_with("invalid UserNameQuery.Method: value must be one of the defined enum values"), "{text}");
}

#[tokio::test]
async fn queries_nest_20_deep() {
    let kit = Kit::new().await;
    let nested = |depth: usize| {
        let inner = json!({ "userNameQuery": { "userName": "demo" } });
        let query = (0..depth).fold(inner, |query, _| json!({ "notQuery": { "query": query } }));
        json!({ "queries": [query] })
    };
    assert_eq!(list(&kit, nested(20)).await, (1, vec!["demo".into()]));
    for depth in [21, 35] {
        kit.refused(LIST, nested(depth), Kind::InvalidArgument, "USER-zsQ97").await;
    }
}

#[tokio::test]
async fn conditions_are_counted_in_all() {
    let kit = Kit::new().await;
    let one = json!({ "userNameQuery": { "userName": "demo" } });
    let many = |count: usize| json!({ "queries": [{ "orQuery": { "queries": vec![one.clone(); count] } }] });
    assert_eq!(list(&kit, many(255)).await, (1, vec!["demo".into()]));
    let answer = kit.call(LIST, &kit.admin_token, many(256)).await;
    assert_eq!(refused_with(answer), (Kind::InvalidArgument, "a list query may have 256 conditions at most".into()));
}
