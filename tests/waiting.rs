//! While changes wait for the writer: nobody takes all the places, and whoever may no longer make a change does not.

use crate::common::{
    Kit, Refusal,
    client::Ask,
    refused_with,
    server::{Server, assert_refused},
    text,
    web::REVOKE,
};
use countersign::{error::Kind, id::UserId, model::OrgFact};
use futures_util::{FutureExt, future::join_all};
use serde_json::{Value, json};
use std::{future::Future, pin::Pin, time::Duration};

pub type Waiting<'a> = Pin<Box<dyn Future<Output = Result<Value, Refusal>> + 'a>>;

const OWN_SHARE: &str = "Too many changes of this caller are waiting; try again when some are answered";

/// A call that has been sent, and waits.
pub fn sent<'a>(kit: &'a Kit, procedure: &'a str, token: &'a str, body: Value) -> Waiting<'a> {
    let mut call: Waiting<'a> = Box::pin(kit.call(procedure, token, body));
    let answer = call.as_mut().now_or_never();
    assert!(answer.is_none(), "{procedure} was answered at once: {answer:?}");
    call
}

/// Sends as many calls as get a place, and returns them with the refusal of the next one.
fn flood<'a>(kit: &'a Kit, token: &'a str) -> (Vec<Waiting<'a>>, Refusal) {
    let mut waiting = Vec::new();
    loop {
        let mut call: Waiting<'a> = Box::pin(kit.call("user.v2/AddSecret", token, json!({ "userId": kit.demo })));
        match call.as_mut().now_or_never() {
            None => waiting.push(call),
            Some(answer) => return (waiting, answer.expect_err("the writer is halted")),
        }
    }
}

#[tokio::test]
async fn a_caller_that_floods_the_queue_leaves_room_for_the_others() {
    let server = Server::start().await;
    let kit = &server.kit;
    let token = kit.token(&kit.demo).await;
    let halted = kit.halt_writer().await;

    let (flood, refusal) = flood(kit, &token);
    assert!(flood.len() > 64, "room for a burst: {}", flood.len());
    assert_eq!(refusal, (Kind::ResourceExhausted, None, OWN_SHARE.into()));
    let again = Ask::post(format!("/v2/users/{}/secret", kit.demo)).bearer(&token);
    let again = server.ask(again).await;
    assert_refused(&again, 429, 8, "", OWN_SHARE);
    assert_eq!(again.header("retry-after"), "1");
    // RFC 7009 section 2.2.1 has 503 for it.
    let revoke = kit.post_form(REVOKE, kit.demo_auth(), &[("token", &token)]).await;
    revoke.refuses(503, "temporarily_unavailable", "the server cannot answer now; try again");
    assert_eq!(revoke.header("retry-after"), "1");

    let burst = (0..64).map(|n| {
        let body = json!({ "userName": format!("robot-{n}"), "name": "Robot" });
        sent(kit, "management/AddMachineUser", &kit.admin_token, body)
    });
    let burst: Vec<_> = burst.collect();
    drop(halted);
    assert!(join_all(burst).await.iter().all(Result::is_ok), "nobody else has to do without");
    assert!(join_all(flood).await.iter().all(Result::is_ok), "what got a place is done");
    kit.call("user.v2/AddSecret", &token, json!({ "userId": kit.demo })).await.expect("there is room again");
}

/// A machine user of the administrator's organisation with a role, and its token.
struct Owner {
    user: String,
    token: String,
    token_id: String,
}

impl Owner {
    async fn new(kit: &Kit) -> Self {
        let user = kit.machine("owner").await;
        let id = UserId::parse(&user).expect("an id");
        kit.happens_to_org(&kit.org, OrgFact::MemberAdded { user: id, roles: vec!["ORG_OWNER".into()] }).await;
        let added = kit.ok("management/AddPersonalAccessToken", json!({ "userId": user })).await;
        Self { user, token: text(&added["token"]), token_id: text(&added["tokenId"]) }
    }
}

/// What becomes of a change that waits behind another one by the administrator.
async fn behind(kit: &Kit, owner: &Owner, procedure: &str, body: Value) -> (Kind, String) {
    let halted = kit.halt_writer().await;
    let first = sent(kit, procedure, &kit.admin_token, body);
    let change = json!({ "userName": "robot", "name": "Robot" });
    let second = sent(kit, "management/AddMachineUser", &owner.token, change);
    drop(halted);
    first.await.expect("the administrator may");
    let refusal = refused_with(second.await);
    assert_eq!(kit.ok("management/IsUserUnique", json!({ "userName": "robot" })).await["isUnique"], true);
    refusal
}

#[tokio::test]
async fn a_change_that_waits_is_refused_if_its_caller_loses_its_role() {
    let kit = Kit::new().await;
    let owner = Owner::new(&kit).await;
    let lesser = json!({ "userId": owner.user, "roles": ["ORG_OWNER_VIEWER"] });
    let refusal = behind(&kit, &owner, "management/UpdateOrgMember", lesser).await;
    assert_eq!(refusal, (Kind::PermissionDenied, "AUTH-5mWD2".into()));
    let kit = Kit::new().await;
    let owner = Owner::new(&kit).await;
    let refusal = behind(&kit, &owner, "management/RemoveOrgMember", json!({ "userId": owner.user })).await;
    assert_eq!(refusal, (Kind::NotFound, "AUTHZ-cdgFk".into()));
}

#[tokio::test]
async fn a_change_that_waits_is_refused_if_its_caller_is_shut_out() {
    for procedure in ["management/LockUser", "management/DeactivateUser", "management/RemoveUser"] {
        let kit = Kit::new().await;
        let owner = Owner::new(&kit).await;
        let refusal = behind(&kit, &owner, procedure, json!({ "id": owner.user })).await;
        assert_eq!(refusal, (Kind::Unauthenticated, "AUTH-7fs1e".into()), "{procedure}");
    }
    let kit = Kit::new().await;
    let owner = Owner::new(&kit).await;
    let token = json!({ "userId": owner.user, "tokenId": owner.token_id });
    let refusal = behind(&kit, &owner, "management/RemovePersonalAccessToken", token).await;
    assert_eq!(refusal, (Kind::Unauthenticated, "AUTH-7fs1e".into()));
}

#[tokio::test]
async fn what_a_user_does_to_itself_waits_no_longer_than_it_may() {
    let kit = Kit::new().await;
    let token = kit.token(&kit.demo).await;
    let halted = kit.halt_writer().await;
    let lock = sent(&kit, "management/LockUser", &kit.admin_token, json!({ "id": kit.demo }));
    let secret = sent(&kit, "user.v2/AddSecret", &token, json!({ "userId": kit.demo }));
    drop(halted);
    lock.await.expect("locked");
    assert_eq!(refused_with(secret.await), (Kind::Unauthenticated, "AUTH-7fs1e".into()));
}

#[tokio::test]
async fn a_revocation_that_waits_is_refused_if_its_client_is_shut_out() {
    let kit = Kit::new().await;
    let token = kit.demo_token("").await;
    let halted = kit.halt_writer().await;
    let secret = sent(&kit, "management/RemoveMachineSecret", &kit.admin_token, json!({ "userId": kit.demo }));
    let form = [("token", token.as_str())];
    let mut revoke = Box::pin(kit.post_form(REVOKE, kit.demo_auth(), &form));
    assert!(revoke.as_mut().now_or_never().is_none());
    drop(halted);
    secret.await.expect("removed");
    revoke.await.refuses(401, "invalid_client", "client authentication failed");
}

/// What was found when the caller came in is not what counts.
#[tokio::test]
async fn a_change_that_waits_is_refused_if_its_token_expires_sooner_now() {
    let kit = Kit::new().await;
    let owner = Owner::new(&kit).await;
    let halted = kit.halt_writer().await;
    let sooner = json!({ "userId": owner.user, "credentialId": owner.token_id, "expires": "2026-11-23T01:00:00Z" });
    let sooner = sent(&kit, "credential/SetCredentialExpiry", &kit.admin_token, sooner);
    let halted = kit.halt_before_commit(halted).await;
    let change = json!({ "userName": "robot", "name": "Robot" });
    let change = sent(&kit, "management/AddMachineUser", &owner.token, change);
    kit.clock.advance(Duration::from_secs(3600));
    drop(halted);
    sooner.await.expect("set");
    assert_eq!(refused_with(change.await), (Kind::Unauthenticated, "AUTH-7fs1e".into()));
}
