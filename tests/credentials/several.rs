use super::Holder;
use countersign::error::Kind;
use serde_json::json;

#[tokio::test]
async fn secrets_stand_beside_each_other_and_are_shown_with_what_they_are() {
    let holder = Holder::new().await;
    let (second, green) = holder.add(json!({ "label": " green ", "expires": "2027-01-31T13:00:00+01:00" })).await;
    assert!(holder.takes(&holder.secret).await && holder.takes(&green).await);
    let [first, other] = &holder.secrets().await[..] else { panic!("two secrets") };
    assert_eq!((&first["id"], &other["id"]), (&json!(holder.id), &json!(second)));
    assert_eq!((&first["label"], &first["expires"]), (&json!("blue"), &json!("never")));
    assert_eq!((&other["label"], &other["expires"]), (&json!("green"), &json!("2027-01-31T12:00:00Z")));
    assert_eq!(other["hint"], green[green.len() - 4..]);
    assert_eq!(other["creatorId"], holder.kit.admin);
    assert_eq!(other["state"], "CREDENTIAL_STATE_ACTIVE");
    assert_eq!(other["type"], "CREDENTIAL_TYPE_SECRET");
    let one = holder.on("GetCredential", &second, json!({})).await;
    assert_eq!(one["credential"], *other);
}

#[tokio::test]
async fn a_user_has_ten_secrets_that_count_and_no_more() {
    let holder = Holder::new().await;
    let soon = "2026-11-23T01:00:00Z";
    for _ in 1..10 {
        holder.add(json!({ "expires": soon })).await;
    }
    let one_more = json!({ "userId": holder.user });
    holder.kit.refused("credential/AddSecret", one_more, Kind::FailedPrecondition, "COUNTERSIGN-secrets").await;
    holder.kit.clock.advance(std::time::Duration::from_secs(3600));
    let states: Vec<_> = holder.secrets().await.iter().map(|secret| secret["state"].clone()).collect();
    assert_eq!(states.iter().filter(|state| *state == "CREDENTIAL_STATE_EXPIRED").count(), 9);
    // Those that have expired make room, and go.
    holder.add(json!({})).await;
    assert_eq!(holder.secrets().await.len(), 2);
}

#[tokio::test]
async fn the_calls_of_zitadel_keep_their_meaning() {
    let holder = Holder::new().await;
    let (_, green) = holder.add(json!({})).await;
    let body = json!({ "userId": holder.user });
    let only = holder.kit.ok("management/GenerateMachineSecret", body.clone()).await;
    let only = crate::common::text(&only["clientSecret"]);
    assert_eq!(holder.secrets().await.len(), 1);
    assert!(holder.takes(&only).await && !holder.takes(&green).await && !holder.takes(&holder.secret).await);
    let (_, another) = holder.add(json!({})).await;
    holder.kit.ok("management/RemoveMachineSecret", body.clone()).await;
    assert!(holder.secrets().await.is_empty() && !holder.takes(&only).await && !holder.takes(&another).await);
    let user = holder.kit.ok("management/GetUserByID", json!({ "id": holder.user })).await;
    assert_ne!(user["user"]["machine"]["hasSecret"], true);
}

#[tokio::test]
async fn a_secret_that_has_expired_is_none() {
    let holder = Holder::new().await;
    let (_, only) = holder.add(json!({ "expires": "2026-11-23T01:00:00Z" })).await;
    holder.on_first("RemoveCredential", json!({})).await;
    let has_secret = async || {
        let user = holder.kit.ok("management/GetUserByID", json!({ "id": holder.user })).await;
        user["user"]["machine"]["hasSecret"].as_bool().unwrap_or_default()
    };
    assert!(holder.takes(&only).await && has_secret().await);
    holder.kit.clock.advance(std::time::Duration::from_secs(3600));
    assert!(!holder.takes(&only).await && !has_secret().await);
}

#[tokio::test]
async fn what_is_no_secret_to_be_is_refused() {
    let holder = Holder::new().await;
    let refused = async |more: serde_json::Value, says: &str| {
        let mut body = json!({ "userId": holder.user });
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        let answer = holder.kit.call("credential/AddSecret", &holder.kit.admin_token, body).await;
        let (kind, _, message) = answer.expect_err("refused");
        assert_eq!(kind, Kind::InvalidArgument, "{message}");
        assert!(message.contains(says), "{message}");
    };
    refused(json!({ "expires": "2027-01-31" }), "RFC 3339").await;
    refused(json!({ "expires": "2026-11-22T00:00:00Z" }), "expires must be in the future").await;
    refused(json!({ "label": "two\nlines" }), "one line").await;
    refused(json!({ "label": "x".repeat(201) }), "Label").await;
    refused(json!({ "bounds": { "networks": ["192.0.2.1/24"] } }), "no bits after the prefix").await;
    refused(json!({ "bounds": { "networks": vec!["192.0.2.0/24"; 33] } }), "32 item").await;
    refused(json!({ "bounds": { "scopes": ["two words"] } }), "one word").await;
}
