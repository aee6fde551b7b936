//! DeactivateUser, ReactivateUser, LockUser and UnlockUser.

use crate::common::{Kit, refused_with};
use countersign::error::Kind::{self, FailedPrecondition, NotFound};
use serde_json::json;

const DEACTIVATE: &str = "management/DeactivateUser";
const REACTIVATE: &str = "management/ReactivateUser";
const LOCK: &str = "management/LockUser";
const UNLOCK: &str = "management/UnlockUser";

async fn state(kit: &Kit) -> String {
    let user = kit.ok("management/GetUserByID", json!({ "id": kit.demo })).await;
    crate::common::text(&user["user"]["state"])
}

#[tokio::test]
async fn every_step_from_every_state() {
    // The way to a state, the state, and what each step answers there.
    let table: [(&[&str], &str, [&str; 4]); 4] = [
        (&[], "USER_STATE_ACTIVE", ["", "COMMAND-6M0sf", "", "COMMAND-4M0ds"]),
        (&[DEACTIVATE], "USER_STATE_INACTIVE", ["COMMAND-5M0sf", "", "COMMAND-3NN8v", "COMMAND-4M0ds"]),
        (&[LOCK], "USER_STATE_LOCKED", ["", "COMMAND-6M0sf", "COMMAND-3NN8v", ""]),
        (&[LOCK, DEACTIVATE], "USER_STATE_INACTIVE", ["COMMAND-5M0sf", "", "COMMAND-3NN8v", "COMMAND-4M0ds"]),
    ];
    for (way, there, answers) in table {
        for (step, id) in [DEACTIVATE, REACTIVATE, LOCK, UNLOCK].into_iter().zip(answers) {
            let kit = Kit::new().await;
            for step in way {
                kit.ok(step, json!({ "id": kit.demo })).await;
            }
            assert_eq!(state(&kit).await, there);
            let body = json!({ "id": kit.demo });
            if id.is_empty() {
                let details = kit.ok(step, body).await["details"].take();
                assert!(details["changeDate"].is_string() && details.get("creationDate").is_none());
            } else {
                kit.refused(step, body, FailedPrecondition, id).await;
            }
        }
    }
}

#[tokio::test]
async fn every_way_leads_back_to_active() {
    let kit = Kit::new().await;
    for (out, back) in [(DEACTIVATE, REACTIVATE), (LOCK, UNLOCK)] {
        kit.ok(out, json!({ "id": kit.demo })).await;
        kit.ok(back, json!({ "id": kit.demo })).await;
        assert_eq!(state(&kit).await, "USER_STATE_ACTIVE");
    }
}

#[tokio::test]
async fn unknown_users_have_no_state() {
    let kit = Kit::new().await;
    for (step, id) in [
        (DEACTIVATE, "COMMAND-3M9ds"),
        (REACTIVATE, "COMMAND-4M0sd"),
        (LOCK, "COMMAND-5M9fs"),
        (UNLOCK, "COMMAND-M0dos"),
    ] {
        kit.refused(step, json!({ "id": "1" }), NotFound, id).await;
    }
}

#[tokio::test]
async fn who_is_shut_out_is_refused_from_the_next_request_on() {
    let kit = Kit::new().await;
    let token = kit.token(&kit.demo).await;
    let me = async || kit.call("auth/GetMyUser", &token, json!({})).await;
    for (out, back) in [(DEACTIVATE, REACTIVATE), (LOCK, UNLOCK)] {
        kit.ok(out, json!({ "id": kit.demo })).await;
        assert_eq!(refused_with(me().await), (Kind::Unauthenticated, "AUTH-7fs1e".into()));
        kit.ok(back, json!({ "id": kit.demo })).await;
        assert_eq!(me().await.expect("myself")["user"]["id"], kit.demo);
    }
}

#[tokio::test]
async fn an_administrator_may_shut_itself_out_if_another_remains() {
    for step in [DEACTIVATE, LOCK] {
        let kit = Kit::new().await;
        kit.refused(step, json!({ "id": kit.admin }), FailedPrecondition, "COUNTERSIGN-lastowner").await;
        kit.ok("admin/AddIAMMember", json!({ "userId": kit.demo, "roles": ["IAM_OWNER"] })).await;
        kit.ok(step, json!({ "id": kit.admin })).await;
        kit.refused("auth/GetMyUser", json!({}), Kind::Unauthenticated, "AUTH-7fs1e").await;
    }
}
