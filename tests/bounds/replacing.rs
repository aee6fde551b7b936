//! What takes the place of a narrowed secret is narrowed as well, whoever puts it there and by whatever call.

use super::{narrow, secret};
use crate::{
    common::{Kit, text},
    permission_matrix::{World, requests},
};
use countersign::{api::operations, id::UserId, model::Credential};
use serde_json::{Value, json};
use std::time::Duration;

const BOUNDS: &str = r#"{"networks":["192.0.2.0/24"],"readOnly":true}"#;

fn secrets(kit: &Kit, user: &str) -> Vec<Credential> {
    let snapshot = kit.app.store.snapshot().expect("a snapshot");
    let id = UserId::parse(user).expect("an id");
    let state = snapshot.state();
    let all = state.credentials(&id).expect("read").map(|found| found.expect("a credential"));
    all.filter(Credential::is_secret).collect()
}

/// Every operation of the table, as an administrator who is not narrowed.
#[tokio::test]
async fn no_operation_replaces_a_narrowed_secret_by_a_wider_one() {
    let world = World::make().await;
    let bounds: Value = serde_json::from_str(BOUNDS).expect("JSON");
    let mut replaced = Vec::new();
    for (procedure, _) in operations() {
        let kit = world.image.open();
        let removed = json!({ "userId": world.victim });
        let _ = kit.call_in("management/RemoveMachineSecret", &kit.admin_token, &world.org, removed).await;
        secret(&kit, &world.victim, bounds.clone()).await;
        let [old] = &secrets(&kit, &world.victim)[..] else { panic!("one secret") };
        let body = requests::about(procedure, &world.org, &world.victim, &world.objects);
        let _ = kit.call_in(procedure, &kit.admin_token, &world.org, body).await;
        let left = secrets(&kit, &world.victim);
        if left.iter().all(|secret| secret.id != old.id || secret.expires < old.expires) {
            for new in left {
                replaced.push(procedure);
                assert_eq!(new.bounds, old.bounds, "{procedure}");
            }
        }
    }
    assert!(replaced.len() >= 3, "{replaced:?}");
}

#[tokio::test]
async fn the_calls_of_zitadel_keep_the_bounds_with_and_without_a_grace() {
    for grace in [0, 60] {
        let kit = Kit::with_settings(|settings| settings.rotation_grace = Duration::from_secs(grace)).await;
        let bounds: Value = serde_json::from_str(BOUNDS).expect("JSON");
        for (name, procedure) in [("v1", "management/GenerateMachineSecret"), ("v2", "user.v2/AddSecret")] {
            let user = kit.machine(name).await;
            kit.ok("credential/AddSecret", json!({ "userId": user })).await;
            let (id, _) = secret(&kit, &user, json!({})).await;
            narrow(&kit, &user, &id, bounds.clone()).await;
            let made = kit.ok(procedure, json!({ "userId": user })).await;
            let listed = kit.ok("credential/ListCredentials", json!({ "userId": user })).await;
            let newest = listed["credentials"].as_array().and_then(|all| all.last()).expect("a secret");
            assert_eq!(newest["bounds"], bounds, "{procedure} {grace}");
            assert!(text(&made["clientSecret"]).ends_with(&text(&newest["hint"])));
        }
        kit.events_after_check();
    }
}
