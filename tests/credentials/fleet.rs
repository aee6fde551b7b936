use super::Holder;
use crate::common::{
    text,
    web::{Auth, CLIENT},
};
use countersign::error::Kind;
use serde_json::{Value, json};
use std::time::Duration;

const DAY: u64 = 24 * 3600;

/// Users `fleet-1` to `fleet-5`, each with a secret that is thirty days old, and `holder` with one made today.
async fn fleet() -> (Holder, Vec<(String, String)>) {
    let holder = Holder::new().await;
    let mut users = Vec::new();
    for number in 1..=5 {
        let user = holder.kit.machine(&format!("fleet-{number}")).await;
        let made = holder.kit.ok("management/GenerateMachineSecret", json!({ "userId": user })).await;
        users.push((user, text(&made["clientSecret"])));
    }
    holder.kit.clock.advance(Duration::from_secs(30 * DAY));
    let body = json!({ "userId": holder.user });
    holder.kit.ok("management/GenerateMachineSecret", body).await;
    holder.kit.ok("management/GenerateMachineSecret", json!({ "userId": holder.kit.demo })).await;
    (holder, users)
}

fn request(holder: &Holder, more: Value) -> Value {
    let mut body = json!({
        "organizationId": holder.kit.org, "olderThan": format!("{}s", 7 * DAY), "grace": "3600s", "rotation": "2026-12",
    });
    body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    body
}

async fn rotate(holder: &Holder, more: Value) -> Value {
    holder.kit.ok("credential/RotateSecrets", request(holder, more)).await
}

fn users(page: &Value) -> Vec<String> {
    page["users"].as_array().map(|users| users.iter().map(|user| text(&user["clientId"])).collect()).unwrap_or_default()
}

fn secret(page: &Value, user: usize) -> String {
    text(&page["users"][user]["clientSecret"])
}

async fn takes(holder: &Holder, client: &str, secret: &str) -> bool {
    holder.kit.ask_token(Auth::Basic(client, secret), "openid").await.status == 200
}

#[tokio::test]
async fn a_dry_run_says_what_would_happen_and_does_nothing() {
    let (holder, old) = fleet().await;
    assert!(takes(&holder, "fleet-1", &old[0].1).await);
    let before = holder.kit.app.store.event_count().expect("counted");
    let page = rotate(&holder, json!({})).await;
    assert_eq!(users(&page), ["fleet-1", "fleet-2", "fleet-3", "fleet-4", "fleet-5"]);
    assert!(page["users"][0].get("clientSecret").is_none());
    let [replaced] = &page["users"][0]["replaced"].as_array().expect("a list")[..] else { panic!("one secret") };
    let last_use = &replaced["credential"]["lastUse"];
    assert_eq!((&last_use["address"], &last_use["accepted"]), (&json!(CLIENT), &json!(true)));
    assert!(last_use["time"].is_string());
    assert!(page["users"][1]["replaced"][0]["credential"].get("lastUse").is_none(), "it was never used");
    assert_eq!(holder.kit.app.store.event_count().expect("counted"), before);
}

#[tokio::test]
async fn a_fleet_is_rotated_page_by_page_and_each_user_once() {
    let (holder, old) = fleet().await;
    let first = rotate(&holder, json!({ "apply": true, "limit": 2 })).await;
    assert_eq!(users(&first), ["fleet-1", "fleet-2"]);
    let next = json!({ "apply": true, "limit": 3, "pageToken": first["nextPageToken"] });
    let second = rotate(&holder, next).await;
    assert_eq!(users(&second), ["fleet-3", "fleet-4", "fleet-5"]);
    assert!(second.get("nextPageToken").is_none());
    for (number, (_, secret)) in (1..).zip(&old) {
        assert!(takes(&holder, &format!("fleet-{number}"), secret).await, "the old secret has its grace");
    }
    let new = text(&first["users"][0]["clientSecret"]);
    holder.kit.clock.advance(Duration::from_secs(3601));
    assert!(takes(&holder, "fleet-1", &new).await && !takes(&holder, "fleet-1", &old[0].1).await);
    // Nobody is as old any more.
    assert!(users(&rotate(&holder, json!({ "apply": true })).await).is_empty());
}

#[tokio::test]
async fn a_page_whose_answer_was_lost_is_issued_again() {
    let (holder, old) = fleet().await;
    let lost = rotate(&holder, json!({ "apply": true, "limit": 2 })).await;
    let rest = rotate(&holder, json!({ "apply": true })).await;
    assert_eq!(users(&rest), ["fleet-3", "fleet-4", "fleet-5"]);
    let mut issued = vec![old[0].1.clone(), secret(&lost, 0)];
    // Twice from the beginning, as that answer could get lost, too.
    for _ in 0..2 {
        holder.kit.clock.advance(Duration::from_secs(60));
        let again = rotate(&holder, json!({ "apply": true, "limit": 2, "reissue": true })).await;
        assert_eq!(users(&again), ["fleet-1", "fleet-2"]);
        assert_eq!(again["users"][0]["replaced"].as_array().expect("a list").len(), issued.len());
        issued.push(secret(&again, 0));
    }
    // Whichever one the user got works for as long as its grace lasts, and the last for good.
    let last = issued.pop().expect("the last");
    holder.kit.clock.advance(Duration::from_secs(3600 - 121));
    for secret in &issued {
        assert!(takes(&holder, "fleet-1", secret).await);
    }
    holder.kit.clock.advance(Duration::from_secs(122));
    for secret in &issued {
        assert!(!takes(&holder, "fleet-1", secret).await);
    }
    assert!(takes(&holder, "fleet-1", &last).await);
}

#[tokio::test]
async fn a_secret_that_arrived_is_not_issued_again() {
    let (holder, _) = fleet().await;
    let first = rotate(&holder, json!({ "apply": true, "limit": 2 })).await;
    assert!(takes(&holder, "fleet-1", &secret(&first, 0)).await);
    // It rotates itself, and the new secret has the label of the rotation, too.
    holder.kit.ok("credential/RotateSecret", json!({ "userId": first["users"][0]["userId"], "grace": "60s" })).await;
    let again = rotate(&holder, json!({ "apply": true, "limit": 2, "reissue": true })).await;
    assert_eq!(users(&again), ["fleet-1", "fleet-2"]);
    let [kept, given] = [&again["users"][0], &again["users"][1]];
    assert!(text(&kept["skipped"]).contains("is in use") && kept.get("clientSecret").is_none());
    assert!(given.get("skipped").is_none());
    assert!(takes(&holder, "fleet-1", &secret(&first, 0)).await && takes(&holder, "fleet-2", &secret(&again, 1)).await);
}

#[tokio::test]
async fn whom_the_caller_may_not_act_as_keeps_its_secrets() {
    let (holder, old) = fleet().await;
    let org = countersign::model::OrgFact::MemberAdded {
        user: countersign::id::UserId::parse(&old[0].0).expect("an id"),
        roles: vec!["ORG_OWNER".into()],
    };
    holder.kit.happens_to_org(&holder.kit.org, org).await;
    let manager = holder.kit.machine("manager").await;
    let member = countersign::model::OrgFact::MemberAdded {
        user: countersign::id::UserId::parse(&manager).expect("an id"),
        roles: vec!["ORG_USER_MANAGER".into()],
    };
    holder.kit.happens_to_org(&holder.kit.org, member).await;
    let token = holder.kit.token(&manager).await;
    let body = request(&holder, json!({ "apply": true }));
    let page = holder.kit.call("credential/RotateSecrets", &token, body).await.expect("a page");
    assert_eq!(users(&page).len(), 5);
    assert_eq!(page["users"][0]["skipped"], "No matching permissions found");
    assert!(page["users"][0].get("clientSecret").is_none() && page["users"][1].get("skipped").is_none());
    assert!(takes(&holder, "fleet-1", &old[0].1).await);
}

#[tokio::test]
async fn what_is_no_fleet_rotation_is_refused() {
    let (holder, _) = fleet().await;
    for (more, says) in [
        (json!({ "grace": "0s" }), "grace"),
        (json!({ "grace": "0.000000001s" }), "grace"),
        (json!({ "grace": "59.999999s" }), "60 s"),
        (json!({ "olderThan": null }), "older_than"),
        (json!({ "olderThan": "-1s" }), "older_than"),
        (json!({ "limit": 101 }), "limit"),
        (json!({ "pageToken": "../x" }), "page_token"),
        (json!({ "pageToken": holder.id }), "page_token"),
        (json!({ "rotation": "" }), "Rotation"),
    ] {
        let answer = holder.kit.call("credential/RotateSecrets", &holder.kit.admin_token, request(&holder, more)).await;
        let (kind, _, message) = answer.expect_err("refused");
        assert_eq!(kind, Kind::InvalidArgument);
        assert!(message.contains(says), "{says}: {message}");
    }
    let elsewhere = request(&holder, json!({ "organizationId": "1" }));
    holder.kit.refused("credential/RotateSecrets", elsewhere, Kind::NotFound, "COUNTERSIGN-org").await;
}

/// Goes from page to page until the last, in a world in which time passes.
async fn all_pages(holder: &Holder, more: Value) -> Vec<String> {
    let (mut seen, mut token) = (Vec::new(), Value::Null);
    for _ in 0..20 {
        let mut body = json!({ "apply": true, "limit": 2, "pageToken": token });
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        let page = rotate(holder, body).await;
        seen.extend(users(&page));
        holder.kit.clock.advance(Duration::from_secs(30));
        match page.get("nextPageToken") {
            Some(next) => token = next.clone(),
            None => return seen,
        }
    }
    panic!("it never ends: {seen:?}");
}

#[tokio::test]
async fn a_rotation_of_all_secrets_ends_however_long_it_takes() {
    for age in ["0s", "10s"] {
        let (holder, _) = fleet().await;
        holder.kit.clock.advance(Duration::from_secs(11));
        let mut rotated = all_pages(&holder, json!({ "olderThan": age })).await;
        rotated.sort();
        assert_eq!(rotated, ["demo", "fleet-1", "fleet-2", "fleet-3", "fleet-4", "fleet-5", "holder"], "{age}");
    }
}

#[tokio::test]
async fn what_is_lost_of_a_rotation_of_all_secrets_is_issued_again() {
    let (holder, old) = fleet().await;
    let all = json!({ "olderThan": "0s", "grace": "60s" });
    let page = async |more: Value| {
        let mut body = all.clone();
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        rotate(&holder, body).await
    };
    let first = page(json!({ "apply": true, "limit": 2 })).await;
    let next = first["nextPageToken"].clone();
    page(json!({ "apply": true, "limit": 2, "pageToken": next })).await;
    let second = json!({ "apply": true, "limit": 2, "pageToken": next, "reissue": true });
    holder.kit.clock.advance(Duration::from_secs(30));
    let again = page(second.clone()).await;
    assert_eq!(users(&again), ["fleet-3", "fleet-4"]);
    assert!(takes(&holder, "fleet-4", &secret(&again, 1)).await);
    // What fleet-3 got was lost once more, and that is noticed too late for its old one.
    holder.kit.clock.advance(Duration::from_secs(61));
    let again = page(second).await;
    assert_eq!(users(&again), ["fleet-3", "fleet-4"]);
    assert!(takes(&holder, "fleet-3", &secret(&again, 0)).await && !takes(&holder, "fleet-3", &old[2].1).await);
    assert!(text(&again["users"][1]["skipped"]).contains("is in use"));
    let again = page(json!({ "apply": true, "limit": 2, "reissue": true })).await;
    assert_eq!(users(&again), ["fleet-1", "fleet-2"]);
    assert!(takes(&holder, "fleet-1", &secret(&again, 0)).await && !takes(&holder, "fleet-1", &old[0].1).await);
}

#[tokio::test]
async fn what_is_issued_again_goes_on_to_those_who_had_no_turn() {
    let (holder, old) = fleet().await;
    let body = json!({ "userId": old[1].0, "credentialId": holder.kit.secret_id(&old[1].0).as_str() });
    holder.kit.ok("credential/SuspendCredential", body).await;
    rotate(&holder, json!({ "apply": true, "limit": 3 })).await;
    let again = rotate(&holder, json!({ "apply": true, "limit": 3, "reissue": true })).await;
    assert_eq!(users(&again), ["fleet-1", "fleet-2", "fleet-3"]);
    let next = rotate(&holder, json!({ "apply": true, "limit": 3, "pageToken": again["nextPageToken"] })).await;
    assert_eq!(users(&next), ["fleet-4", "fleet-5"]);
}

#[tokio::test]
async fn a_rotation_of_all_secrets_is_issued_again_once_for_each_user() {
    let (holder, _) = fleet().await;
    holder.kit.clock.advance(Duration::from_secs(11));
    let all = json!({ "olderThan": "0s" });
    all_pages(&holder, all.clone()).await;
    holder.kit.clock.advance(Duration::from_secs(11));
    let mut again = all_pages(&holder, json!({ "olderThan": "0s", "reissue": true })).await;
    again.sort();
    assert_eq!(again, ["demo", "fleet-1", "fleet-2", "fleet-3", "fleet-4", "fleet-5", "holder"]);
}

#[tokio::test]
async fn who_sleeps_is_not_woken_by_a_rotation() {
    let (holder, old) = fleet().await;
    let body = json!({ "userId": old[0].0, "credentialId": holder.kit.secret_id(&old[0].0).as_str() });
    holder.kit.ok("credential/SuspendCredential", body).await;
    let page = rotate(&holder, json!({ "apply": true })).await;
    assert_eq!(users(&page).len(), 5);
    assert!(
        text(&page["users"][0]["skipped"]).contains("is suspended") && page["users"][0].get("clientSecret").is_none()
    );
    assert!(page["users"][1].get("skipped").is_none());
}
