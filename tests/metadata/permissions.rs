use super::value;
use crate::common::{Kit, refused_with};
use countersign::error::Kind::{NotFound, PermissionDenied, Unauthenticated};
use serde_json::{Value, json};

fn reads(org: &str, user: &str) -> Vec<(&'static str, Value)> {
    vec![
        ("management/ListUserMetadata", json!({ "id": user })),
        ("management/ListOrgMetadata", json!({})),
        ("user.v2/ListUserMetadata", json!({ "userId": user })),
        ("org.v2/ListOrganizationMetadata", json!({ "organizationId": org })),
    ]
}

fn writes(org: &str, user: &str) -> Vec<(&'static str, Value)> {
    let entry = json!({ "key": "a", "value": value("1") });
    vec![
        ("management/SetUserMetadata", json!({ "id": user, "key": "a", "value": value("1") })),
        ("management/BulkSetUserMetadata", json!({ "id": user, "metadata": [entry] })),
        ("management/RemoveUserMetadata", json!({ "id": user, "key": "a" })),
        ("management/BulkRemoveUserMetadata", json!({ "id": user, "keys": ["a"] })),
        ("management/SetOrgMetadata", entry.clone()),
        ("management/BulkSetOrgMetadata", json!({ "metadata": [entry] })),
        ("management/RemoveOrgMetadata", json!({ "key": "a" })),
        ("management/BulkRemoveOrgMetadata", json!({ "keys": ["a"] })),
        ("user.v2/SetUserMetadata", json!({ "userId": user, "metadata": [entry] })),
        ("user.v2/DeleteUserMetadata", json!({ "userId": user, "keys": ["a"] })),
        ("org.v2/SetOrganizationMetadata", json!({ "organizationId": org, "metadata": [entry] })),
        ("org.v2/DeleteOrganizationMetadata", json!({ "organizationId": org, "keys": ["a"] })),
    ]
}

#[tokio::test]
async fn a_viewer_reads_and_does_not_write() {
    let kit = Kit::new().await;
    let token = kit.member("ORG_OWNER_VIEWER").await;
    for (procedure, body) in reads(&kit.org, &kit.demo) {
        kit.call(procedure, &token, body).await.unwrap_or_else(|e| panic!("{procedure}: {e:?}"));
    }
    for (procedure, body) in writes(&kit.org, &kit.demo) {
        let answer = refused_with(kit.call(procedure, &token, body).await);
        assert_eq!(answer, (PermissionDenied, "AUTH-5mWD2".into()), "{procedure}");
    }
}

#[tokio::test]
async fn nobody_and_strangers_do_nothing() {
    let kit = Kit::new().await;
    let (_, stranger) = kit.other_org().await;
    let mut all = [reads(&kit.org, &kit.demo), writes(&kit.org, &kit.demo)].concat();
    for (procedure, body) in &all {
        let answer = refused_with(kit.call_in(procedure, &stranger, &kit.org, body.clone()).await);
        assert_eq!(answer, (NotFound, "AUTHZ-cdgFk".into()), "{procedure}");
    }
    all.push(("auth/ListMyMetadata", json!({})));
    for (procedure, body) in all {
        let answer = refused_with(kit.call(procedure, "", body).await);
        assert_eq!(answer, (Unauthenticated, "auth header missing".into()), "{procedure}");
    }
}

/// Others may trust what an account's metadata says, so it is not for the account to write.
#[tokio::test]
async fn a_user_reads_its_own_and_does_not_write_it() {
    let kit = Kit::new().await;
    let token = kit.token(&kit.demo).await;
    kit.call("user.v2/ListUserMetadata", &token, json!({ "userId": kit.demo })).await.expect("its own");
    kit.call("auth/ListMyMetadata", &token, json!({})).await.expect("its own");
    for (procedure, body) in writes(&kit.org, &kit.demo) {
        let answer = refused_with(kit.call(procedure, &token, body).await);
        assert_eq!(answer, (NotFound, "AUTHZ-cdgFk".into()), "{procedure}");
    }
}
