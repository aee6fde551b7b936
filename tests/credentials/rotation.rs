use super::Holder;
use crate::common::{Kit, text};
use countersign::error::Kind;
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn the_old_secret_runs_out_after_the_grace() {
    let holder = Holder::new().await;
    let body = json!({ "userId": holder.user, "grace": "3600s" });
    let rotated = holder.kit.ok("credential/RotateSecret", body).await;
    let new = text(&rotated["clientSecret"]);
    assert_eq!((&rotated["clientId"], &rotated["credential"]["label"]), (&json!("holder"), &json!("blue")));
    assert_eq!(rotated["replaced"][0]["credential"]["id"], holder.id);
    assert!(holder.takes(&holder.secret).await && holder.takes(&new).await);
    holder.kit.clock.advance(Duration::from_secs(3599));
    assert!(holder.takes(&holder.secret).await);
    holder.kit.clock.advance(Duration::from_secs(2));
    assert!(!holder.takes(&holder.secret).await && holder.takes(&new).await);
}

#[tokio::test]
async fn without_grace_the_old_secret_ends_with_the_answer_and_its_tokens_live_on() {
    let holder = Holder::new().await;
    let token = holder.mint(&holder.secret).await;
    let rotated = holder.kit.ok("credential/RotateSecret", json!({ "userId": holder.user })).await;
    assert!(!holder.takes(&holder.secret).await && holder.takes(&text(&rotated["clientSecret"])).await);
    assert!(holder.lives(&token).await);
}

#[tokio::test]
async fn a_compromised_secret_ends_with_all_that_it_minted() {
    let holder = Holder::new().await;
    let (_, other) = holder.add(json!({})).await;
    let tokens = [holder.mint(&holder.secret).await, holder.mint(&other).await];
    let body = json!({ "userId": holder.user, "compromised": true });
    let new = text(&holder.kit.ok("credential/RotateSecret", body).await["clientSecret"]);
    assert!(!holder.takes(&holder.secret).await && !holder.takes(&other).await && holder.takes(&new).await);
    for token in tokens {
        assert!(!holder.lives(&token).await);
    }
    assert!(holder.lives(&holder.mint(&new).await).await);
}

#[tokio::test]
async fn a_rotation_widens_nothing_and_lengthens_nothing() {
    let holder = Holder::new().await;
    let networks = json!({ "networks": ["192.0.2.0/24"] });
    holder.on_first("SetCredentialBounds", json!({ "bounds": networks })).await;
    holder.on_first("SetCredentialExpiry", json!({ "expires": "2026-11-23T00:10:00Z" })).await;
    let body = json!({ "userId": holder.user, "grace": "3600s", "label": "green" });
    let rotated = holder.kit.ok("credential/RotateSecret", body).await;
    assert_eq!(rotated["credential"]["bounds"], networks);
    assert_eq!(rotated["credential"]["label"], "green");
    assert_eq!(rotated["replaced"][0]["ends"], "2026-11-23T00:10:00Z");
}

#[tokio::test]
async fn what_is_no_rotation_is_refused_and_changes_nothing() {
    let holder = Holder::new().await;
    for (more, says) in [
        (json!({ "grace": "2592001s" }), "30 days"),
        (json!({ "grace": "-1s" }), "30 days"),
        (json!({ "grace": "1s", "compromised": true }), "compromised"),
        (json!({ "expires": "soon" }), "RFC 3339"),
    ] {
        let mut body = json!({ "userId": holder.user });
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        let answer = holder.kit.call("credential/RotateSecret", &holder.kit.admin_token, body).await;
        let (kind, _, message) = answer.expect_err("refused");
        assert_eq!(kind, Kind::InvalidArgument);
        assert!(message.contains(says), "{message}");
    }
    for _ in 1..10 {
        holder.add(json!({})).await;
    }
    let body = json!({ "userId": holder.user, "grace": "60s" });
    holder.kit.refused("credential/RotateSecret", body, Kind::FailedPrecondition, "COUNTERSIGN-secrets").await;
    assert!(holder.takes(&holder.secret).await && holder.secrets().await.len() == 10);
}

#[tokio::test]
async fn a_configured_grace_holds_for_the_calls_of_zitadel_too() {
    let holder =
        Holder::of(Kit::with_settings(|settings| settings.rotation_grace = Duration::from_secs(60)).await).await;
    let body = json!({ "userId": holder.user });
    let mut last = holder.secret.clone();
    // More often than there may be secrets: the one that ends first makes room.
    for _ in 0..12 {
        last = text(&holder.kit.ok("management/GenerateMachineSecret", body.clone()).await["clientSecret"]);
    }
    assert!(!holder.takes(&holder.secret).await && holder.takes(&last).await);
    assert_eq!(holder.secrets().await.len(), 10);
    let next = text(&holder.kit.ok("user.v2/AddSecret", body.clone()).await["clientSecret"]);
    assert!(holder.takes(&last).await && holder.takes(&next).await);
    // A rotation may ask for another.
    let now = json!({ "userId": holder.user, "grace": "0s" });
    holder.kit.ok("credential/RotateSecret", now).await;
    assert!(!holder.takes(&next).await && holder.secrets().await.len() == 1);
}
