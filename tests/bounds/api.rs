//! At the API.

use super::token;
use crate::{
    common::{Kit, refused_with},
    permission_matrix::{World, requests},
};
use countersign::{
    api::{Call, Format, operations},
    error::Kind,
    permission::Permission,
};
use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};

async fn call_from(kit: &Kit, client: Option<&str>, token: &str) -> Result<(), Option<&'static str>> {
    let mut headers = HeaderMap::new();
    headers.insert("authorization", HeaderValue::from_str(&format!("Bearer {token}")).expect("a header"));
    let client = client.map(|client| client.parse().expect("an address"));
    let call = Call { headers, body: "{}".into(), format: Format::Json, remote: client };
    let answer = kit.api.call("zitadel.auth.v1.AuthService/GetMyUser", call).await;
    answer.map(|_| ()).map_err(|refusal| refusal.id)
}

#[tokio::test]
async fn a_token_is_taken_only_from_its_networks() {
    let kit = Kit::new().await;
    let (_, token) = token(&kit, &kit.demo, json!({ "networks": ["192.0.2.0/24"] })).await;
    assert_eq!(call_from(&kit, Some("192.0.2.1"), &token).await, Ok(()));
    assert_eq!(call_from(&kit, Some("::ffff:192.0.2.1"), &token).await, Ok(()));
    for client in [Some("198.51.100.9"), Some("2001:db8::1"), None] {
        assert_eq!(call_from(&kit, client, &token).await, Err(Some("AUTH-7fs1e")), "{client:?}");
    }
}

#[tokio::test]
async fn only_the_roles_count_that_are_named() {
    let kit = Kit::new().await;
    let admin = kit.admin.clone();
    let (_, token) = token(&kit, &admin, json!({ "roles": ["ORG_OWNER"] })).await;
    let refused = kit.call("admin/ListOrgs", &token, json!({})).await;
    assert_eq!(refused_with(refused), (Kind::PermissionDenied, "AUTH-5mWD2".into()));
    let mine = kit.call("auth/ListMyZitadelPermissions", &token, json!({})).await.expect("a list");
    assert_eq!(mine["result"], Value::Null, "the administrator has IAM_OWNER alone");
    let memberships = kit.call("auth/ListMyMemberships", &token, json!({})).await.expect("a list");
    assert!(!memberships.to_string().contains("IAM_OWNER"), "{memberships}");
    // Nor can it give what does not count for it.
    let given = json!({ "userId": kit.demo, "roles": ["ORG_OWNER"] });
    assert!(kit.call("management/AddOrgMember", &token, given).await.is_err());
}

#[tokio::test]
async fn a_role_that_is_named_counts() {
    let kit = Kit::new().await;
    let admin = kit.admin.clone();
    let (_, token) = token(&kit, &admin, json!({ "roles": ["IAM_OWNER"] })).await;
    kit.call("admin/ListOrgs", &token, json!({})).await.expect("a list");
}

#[tokio::test]
async fn who_only_reads_is_told_so() {
    let kit = Kit::new().await;
    let admin = kit.admin.clone();
    let (_, token) = token(&kit, &admin, json!({ "read_only": true })).await;
    let mine = kit.call("auth/ListMyZitadelPermissions", &token, json!({})).await.expect("a list");
    let names: Vec<_> =
        mine["result"].as_array().expect("a list").iter().map(|name| name.as_str().expect("text")).collect();
    assert!(names.contains(&"user.read") && names.iter().all(|name| name.ends_with(".read")), "{names:?}");
    // Also to itself, for which nobody needs a role.
    let refused = kit.call("user.v2/AddSecret", &token, json!({ "userId": kit.admin })).await;
    assert_eq!(refused_with(refused), (Kind::PermissionDenied, "AUTH-5mWD2".into()));
}

/// Every operation of the table: whoever only reads is let into those that only read, and changes nothing by any.
#[tokio::test]
async fn a_credential_that_only_reads_changes_nothing() {
    let world = World::make().await;
    let kit = world.image.open();
    let admin = kit.admin.clone();
    let (_, token) = token(&kit, &admin, json!({ "read_only": true })).await;
    let before = kit.app.store.event_count().expect("counted");
    for (procedure, operation) in operations() {
        for user in [&world.victim, &admin] {
            let body = requests::about(procedure, &world.org, user, &world.objects);
            let answer = kit.call_in(procedure, &token, &world.org, body).await;
            let after = kit.app.store.event_count().expect("counted");
            assert_eq!(after, before, "{procedure} changed something");
            let refused = matches!(&answer, Err((Kind::PermissionDenied, Some("AUTH-5mWD2"), _)));
            match Permission::from_name(operation.permission) {
                Some(permission) if permission.reads() => assert!(!refused, "{procedure}: {answer:?}"),
                Some(_) => assert!(refused, "{procedure} let somebody in who only reads: {answer:?}"),
                None => {}
            }
        }
    }
}
