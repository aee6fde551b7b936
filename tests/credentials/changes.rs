use super::{Holder, leaked::newest};
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

#[tokio::test]
async fn each_change_of_a_credential_is_one_event() {
    let holder = Holder::new().await;
    for (method, more, told) in [
        ("RenameCredential", json!({ "label": "green" }), "renamed"),
        ("SuspendCredential", json!({}), "suspended"),
        ("ResumeCredential", json!({}), "resumed"),
        ("SetCredentialExpiry", json!({ "expires": "2026-11-23T01:00:00Z" }), "expiry.set"),
        ("SetCredentialBounds", json!({ "bounds": { "readOnly": true } }), "bounds.set"),
    ] {
        let before = holder.kit.app.store.event_count().expect("counted");
        // Once more is nothing more.
        for _ in 0..2 {
            holder.on_first(method, more.clone()).await;
            assert_eq!(newest(&holder.kit, 1).await, [format!("user.credential.{told}")]);
            assert_eq!(holder.kit.app.store.event_count().expect("counted"), before + 1, "{method}");
        }
    }
    let ended = "user.credential.tokens.ended";
    holder.on_first("EndCredentialTokens", json!({})).await;
    assert_eq!(newest(&holder.kit, 2).await, [ended, "user.credential.bounds.set"]);
    holder.on_first("RemoveCredential", json!({ "endTokens": true })).await;
    assert_eq!(newest(&holder.kit, 3).await, ["user.machine.secret.removed", ended, ended]);
    // Of one that is gone, too.
    holder.on_first("EndCredentialTokens", json!({})).await;
    assert_eq!(newest(&holder.kit, 2).await, [ended, "user.machine.secret.removed"]);
}

#[tokio::test]
async fn an_end_is_in_the_future_and_may_be_never_as_zitadel_writes_it() {
    let holder = Holder::new().await;
    let never = holder.on_first("SetCredentialExpiry", json!({ "expires": "9999-12-31T23:59:59Z" })).await;
    assert_eq!(never["credential"]["expires"], "never");
    for expires in ["2026-11-22T00:00:00Z", "1970-01-01T00:00:00Z"] {
        let body = json!({ "userId": holder.user, "credentialId": holder.id, "expires": expires });
        let answer = holder.kit.call("credential/SetCredentialExpiry", &holder.kit.admin_token, body).await;
        let (kind, id, message) = answer.expect_err("refused");
        assert_eq!((kind, id), (Kind::InvalidArgument, Some("COUNTERSIGN-past")));
        assert!(message.starts_with("expires must be in the future"), "{message}");
    }
    let body = json!({ "userId": holder.user, "type": 9 });
    let answer = holder.kit.call("credential/ListCredentials", &holder.kit.admin_token, body).await;
    let (kind, _, message) = answer.expect_err("refused");
    assert!(kind == Kind::InvalidArgument && message.contains("type"), "{message}");
}

#[tokio::test]
async fn another_organisation_does_not_learn_who_there_is() {
    let holder = Holder::new().await;
    let (_, stranger) = holder.kit.other_org().await;
    for method in [
        "AddSecret",
        "AddKey",
        "AddPersonalAccessToken",
        "RotateSecret",
        "ListCredentials",
        "GetCredential",
        "SuspendCredential",
        "EndCredentialTokens",
        "RemoveCredential",
    ] {
        let mut answers = Vec::new();
        for user in [holder.user.as_str(), "217653546502157136"] {
            let mut body = json!({ "userId": user });
            if method.ends_with("Credential") || method.ends_with("Tokens") {
                body["credentialId"] = json!(holder.id);
            }
            let answer = holder.kit.call(&format!("credential/{method}"), &stranger, body).await;
            answers.push(answer.expect_err(method));
        }
        assert_eq!(answers[0], answers[1], "{method}");
        let is_plain = answers[0].1.is_some_and(|id| id != "AUTHZ-cdgFk");
        assert!(is_plain, "{method}: {:?}", answers[0]);
    }
}
