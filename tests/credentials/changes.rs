use super::Holder;
use crate::common::text;
use countersign::error::Kind;
use serde_json::{Value, json};

#[tokio::test]
async fn a_suspended_credential_sleeps_with_all_that_it_minted() {
    let holder = Holder::new().await;
    let (_, other) = holder.add(json!({})).await;
    let (token, others) = (holder.mint(&holder.secret).await, holder.mint(&other).await);
    let suspended = holder.on_first("SuspendCredential", json!({})).await;
    assert_eq!(suspended["credential"]["state"], "CREDENTIAL_STATE_SUSPENDED");
    assert!(!holder.takes(&holder.secret).await && !holder.lives(&token).await);
    assert!(holder.takes(&other).await && holder.lives(&others).await);
    holder.on_first("SuspendCredential", json!({})).await;
    let resumed = holder.on_first("ResumeCredential", json!({})).await;
    assert_eq!(resumed["credential"]["state"], "CREDENTIAL_STATE_ACTIVE");
    assert!(holder.takes(&holder.secret).await && holder.lives(&token).await);
}

#[tokio::test]
async fn a_credential_gets_another_label_and_another_end() {
    let holder = Holder::new().await;
    let renamed = holder.on_first("RenameCredential", json!({ "label": "green" })).await;
    assert_eq!(renamed["credential"]["label"], "green");
    let ends = holder.on_first("SetCredentialExpiry", json!({ "expires": "2026-11-23T01:00:00Z" })).await;
    assert_eq!(ends["credential"]["expires"], "2026-11-23T01:00:00Z");
    holder.kit.clock.advance(std::time::Duration::from_secs(3600));
    assert!(!holder.takes(&holder.secret).await);
    holder.on_first("SetCredentialExpiry", json!({ "expires": "never" })).await;
    assert!(holder.takes(&holder.secret).await);
}

#[tokio::test]
async fn the_tokens_of_a_credential_end_when_it_is_asked_for_and_only_then() {
    let holder = Holder::new().await;
    let token = holder.mint(&holder.secret).await;
    holder.on_first("EndCredentialTokens", json!({})).await;
    assert!(!holder.lives(&token).await && holder.takes(&holder.secret).await);
    let later = holder.mint(&holder.secret).await;
    assert!(holder.lives(&later).await);
    holder.on_first("RemoveCredential", json!({})).await;
    assert!(!holder.takes(&holder.secret).await && holder.lives(&later).await);
    // What was ended before the removal stays so after it.
    assert!(!holder.lives(&token).await);
}

#[tokio::test]
async fn a_removal_ends_the_tokens_too_if_asked_or_if_they_were_narrowed() {
    let holder = Holder::new().await;
    for (body, more, survives) in [
        (json!({}), json!({}), true),
        (json!({}), json!({ "endTokens": true }), false),
        (json!({ "bounds": { "networks": ["0.0.0.0/0", "::/0"] } }), json!({}), false),
    ] {
        let (id, secret) = holder.add(body.clone()).await;
        let token = holder.mint(&secret).await;
        holder.on("RemoveCredential", &id, more.clone()).await;
        assert_eq!(holder.lives(&token).await, survives, "{body} {more}");
    }
}

#[tokio::test]
async fn keys_and_personal_access_tokens_are_credentials_too() {
    let holder = Holder::new().await;
    let added = holder.kit.ok("management/AddPersonalAccessToken", json!({ "userId": holder.user })).await;
    let (id, pat) = (text(&added["tokenId"]), text(&added["token"]));
    assert!(holder.kit.api_takes(&pat).await);
    holder.on("SuspendCredential", &id, json!({})).await;
    assert!(!holder.kit.api_takes(&pat).await);
    holder.on("ResumeCredential", &id, json!({})).await;
    holder.on("RenameCredential", &id, json!({ "label": "pipeline" })).await;
    let all = holder.kit.ok("credential/ListCredentials", json!({ "userId": holder.user })).await;
    let types: Vec<_> = all["credentials"].as_array().expect("a list").iter().map(|one| text(&one["type"])).collect();
    assert_eq!(types, ["CREDENTIAL_TYPE_SECRET", "CREDENTIAL_TYPE_PERSONAL_ACCESS_TOKEN"]);
    holder.on("RemoveCredential", &id, json!({})).await;
    assert!(!holder.kit.api_takes(&pat).await);
}

#[tokio::test]
async fn nobody_reaches_the_credentials_of_another() {
    let holder = Holder::new().await;
    let stranger = holder.kit.machine("stranger").await;
    let token = holder.kit.token(&stranger).await;
    let own = holder.kit.token(&holder.user).await;
    let methods = ["GetCredential", "RenameCredential", "SetCredentialBounds", "SuspendCredential", "ResumeCredential"];
    for method in methods.into_iter().chain(["EndCredentialTokens", "RemoveCredential"]) {
        let body = json!({ "userId": holder.user, "credentialId": holder.id });
        let answer = holder.kit.call(&format!("credential/{method}"), &token, body.clone()).await;
        assert_eq!(answer.expect_err(method).0, Kind::NotFound, "{method}");
        // A credential of somebody else is not there, even for who may do it all.
        let elsewhere = json!({ "userId": stranger, "credentialId": holder.id });
        let procedure = format!("credential/{method}");
        holder.kit.refused(&procedure, elsewhere, Kind::NotFound, "COUNTERSIGN-credential").await;
        let unknown = json!({ "userId": "1", "credentialId": holder.id });
        holder.kit.refused(&procedure, unknown, Kind::NotFound, "COUNTERSIGN-credential").await;
        let mine = holder.kit.call(&procedure, &own, body).await;
        assert!(mine.is_ok(), "{method} by the user itself: {mine:?}");
    }
    let past = json!({ "userId": holder.user, "credentialId": holder.id, "expires": "2020-01-01T00:00:00Z" });
    let gone: Result<Value, _> = holder.kit.call("credential/SetCredentialExpiry", &own, past).await;
    assert_eq!(gone.expect_err("removed").0, Kind::NotFound);
}
