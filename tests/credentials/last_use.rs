use super::Holder;
use crate::common::{
    text,
    web::{API, Auth},
};
use countersign::{app::last_use, limits::MAX_AGENT_BYTES};
use serde_json::{Value, json};

async fn last_use(holder: &Holder, id: &str) -> Value {
    holder.on("GetCredential", id, json!({})).await["credential"]["lastUse"].clone()
}

#[tokio::test]
async fn a_use_is_known_at_once_and_written_down_later_in_one_commit() {
    let holder = Holder::new().await;
    assert_eq!(last_use(&holder, &holder.id).await, Value::Null);
    let before = holder.kit.app.store.event_count().expect("counted");
    holder.mint(&holder.secret).await;
    let known = last_use(&holder, &holder.id).await;
    assert_eq!((&known["address"], &known["accepted"]), (&json!("192.0.2.7"), &json!(true)));
    // Nothing is on disk yet, and a use is no event.
    let written = || {
        let snapshot = holder.kit.app.store.snapshot().expect("a snapshot");
        let (user, id) = (&holder.user, &holder.id);
        let found = snapshot.state().last_use(
            &countersign::id::UserId::parse(user).expect("an id"),
            &countersign::id::CredentialId::parse(id).expect("an id"),
        );
        found.expect("read")
    };
    assert!(written().is_none());
    last_use::write_down(&holder.kit.app).await.expect("written");
    assert_eq!(written().expect("on disk").failures, 0);
    assert_eq!(last_use(&holder, &holder.id).await, known);
    assert_eq!(holder.kit.app.store.event_count().expect("counted"), before);
    holder.on_first("RemoveCredential", json!({})).await;
    assert!(written().is_none(), "it goes with its credential");
}

#[tokio::test]
async fn wrong_secrets_count_for_the_newest_until_it_is_right() {
    let holder = Holder::new().await;
    let (newest, secret) = holder.add(json!({})).await;
    for wrong in 1..=3u32 {
        assert!(!holder.takes("cs_sec_wrong").await);
        if wrong == 2 {
            last_use::write_down(&holder.kit.app).await.expect("written");
        }
        let last = last_use(&holder, &newest).await;
        assert_eq!(last["failures"], wrong);
        assert_ne!(last["accepted"], true);
    }
    assert_eq!(last_use(&holder, &holder.id).await, Value::Null);
    assert!(holder.takes(&secret).await);
    assert_eq!(last_use(&holder, &newest).await.get("failures"), None);
}

#[tokio::test]
async fn a_personal_access_token_is_used_by_each_call_and_a_rotation_tells() {
    let holder = Holder::new().await;
    let added = holder.kit.ok("management/AddPersonalAccessToken", json!({ "userId": holder.user })).await;
    let (id, pat) = (text(&added["tokenId"]), text(&added["token"]));
    assert!(holder.kit.api_takes(&pat).await);
    assert_eq!(last_use(&holder, &id).await["accepted"], true);
    holder.mint(&holder.secret).await;
    let rotated = holder.kit.ok("credential/RotateSecret", json!({ "userId": holder.user })).await;
    assert_eq!(rotated["replaced"][0]["credential"]["lastUse"]["address"], "192.0.2.7");
}

#[tokio::test]
async fn what_a_client_says_of_itself_is_kept_and_cut() {
    let holder = Holder::new().await;
    let mut request = crate::common::web::request(
        http::Method::POST,
        crate::common::web::TOKEN,
        Auth::Basic("holder", &holder.secret),
        &[("grant_type", "client_credentials"), ("scope", API)],
    );
    let agent = format!("agent/{}", "9".repeat(200));
    request.headers_mut().insert("user-agent", agent.parse().expect("a header"));
    assert_eq!(holder.kit.send(request).await.status, 200);
    assert_eq!(last_use(&holder, &holder.id).await["userAgent"], agent[..MAX_AGENT_BYTES]);
}
