//! RemoveUser, and what goes with a user.

use crate::common::{Kit, refused_with};
use countersign::{
    error::Kind,
    id::{OrgId, UserId},
    model::{Draft, InstanceFact, OrgFact},
};
use serde_json::json;

const REMOVE: &str = "management/RemoveUser";

#[tokio::test]
async fn a_removed_user_is_gone_with_its_name_free_and_its_tokens_dead() {
    let kit = Kit::new().await;
    let token = kit.token(&kit.demo).await;
    let details = kit.ok(REMOVE, json!({ "id": kit.demo })).await["details"].take();
    assert!(details["changeDate"].is_string() && details.get("creationDate").is_none());
    assert_eq!(details["resourceOwner"], kit.org);
    kit.refused("management/GetUserByID", json!({ "id": kit.demo }), Kind::NotFound, "QUERY-Dfbg2").await;
    kit.refused(REMOVE, json!({ "id": kit.demo }), Kind::NotFound, "COMMAND-m9od").await;
    let me = kit.call("auth/GetMyUser", &token, json!({})).await;
    assert_eq!(refused_with(me), (Kind::Unauthenticated, "AUTH-7fs1e".into()));
    kit.machine("demo").await;
}

#[tokio::test]
async fn memberships_end_in_their_owners_logs_and_the_answer_is_about_the_user() {
    let kit = Kit::new().await;
    let (other, _) = kit.other_org().await;
    let id = |text: &str| OrgId::parse(text).expect("an id");
    let user = UserId::parse(&kit.demo).expect("an id");
    let instance = kit.app.store.snapshot().expect("a snapshot").state().instance().expect("an instance").id;
    let roles = || vec!["ORG_OWNER".to_owned()];
    kit.happen(vec![
        Draft::instance(&instance, InstanceFact::MemberAdded { user: user.clone(), roles: vec!["IAM_OWNER".into()] }),
        Draft::org(&id(&other), OrgFact::MemberAdded { user: user.clone(), roles: roles() }),
        Draft::org(&id(&kit.org), OrgFact::MemberAdded { user: user.clone(), roles: roles() }),
    ])
    .await;
    let locked = kit.ok("management/LockUser", json!({ "id": kit.demo })).await["details"].take();
    let removed = kit.ok(REMOVE, json!({ "id": kit.demo })).await["details"].take();
    assert_eq!(removed["resourceOwner"], kit.org);
    let number =
        |details: &serde_json::Value| crate::common::text(&details["sequence"]).parse::<u64>().expect("a number");
    // In the organisation's log: the end of the membership there, and then the removal.
    assert_eq!(number(&removed), number(&locked) + 2);
    let snapshot = kit.app.store.snapshot().expect("a snapshot");
    let state = snapshot.state();
    assert_eq!(state.memberships(&user).expect("memberships").count(), 0);
    for owner in [instance, id(&other), id(&kit.org)] {
        assert!(state.member(&owner, &user).expect("a read").is_none(), "{owner}");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let report = countersign::store::check(&kit.app.store, &folder.path().join("scratch"), |_| {});
    assert_eq!(report.map_err(|e| e.cause).expect("a report").findings, Vec::<String>::new());
}

#[tokio::test]
async fn an_administrator_may_remove_itself_unless_it_is_the_last() {
    let kit = Kit::new().await;
    kit.refused(REMOVE, json!({ "id": kit.admin }), Kind::FailedPrecondition, "COUNTERSIGN-lastowner").await;
    let other = kit.machine("other").await;
    kit.ok("admin/AddIAMMember", json!({ "userId": other, "roles": ["IAM_OWNER"] })).await;
    kit.ok(REMOVE, json!({ "id": kit.admin })).await;
    kit.refused("auth/GetMyUser", json!({}), Kind::Unauthenticated, "AUTH-7fs1e").await;
}

#[tokio::test]
async fn a_user_manager_may_remove_users_of_its_organisation() {
    let kit = Kit::new().await;
    let token = kit.member("ORG_USER_MANAGER").await;
    kit.call(REMOVE, &token, json!({ "id": kit.demo })).await.expect("removed");
}
