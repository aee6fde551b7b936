use super::Holder;
use crate::common::{
    Kit,
    binary::Binary,
    client::{Ask, Http},
    text,
    web::{API, Auth},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use countersign::{
    app::credentials,
    keys::Algorithm,
    limits::{MAX_AGENT_BYTES, USE_FLUSH_INTERVAL},
    store::{Options, Store},
};
use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

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
    credentials::last_use::write_down(&holder.kit.app).await.expect("written");
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
            credentials::last_use::write_down(&holder.kit.app).await.expect("written");
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
async fn a_secret_that_does_not_count_is_blamed_itself_and_remembers_when_it_did() {
    let holder = Holder::new().await;
    holder.add(json!({})).await;
    assert!(holder.takes(&holder.secret).await);
    let accepted = last_use(&holder, &holder.id).await["acceptedDate"].clone();
    holder.on_first("SuspendCredential", json!({})).await;
    credentials::last_use::write_down(&holder.kit.app).await.expect("written");
    assert!(!holder.takes(&holder.secret).await);
    let last = last_use(&holder, &holder.id).await;
    assert_eq!((&last["failures"], &last["acceptedDate"]), (&json!(1), &accepted));
    assert!(accepted.is_string() && last["time"] != accepted);
}

#[tokio::test]
async fn a_personal_access_token_that_is_shown_or_dead_is_noted() {
    let holder = Holder::new().await;
    let body = json!({ "userId": holder.user, "expirationDate": "2026-11-23T01:00:00Z" });
    let added = holder.kit.ok("management/AddPersonalAccessToken", body).await;
    let (id, pat) = (text(&added["tokenId"]), text(&added["token"]));
    holder.kit.introspect(holder.kit.demo_auth(), &pat).await;
    let shown = last_use(&holder, &id).await;
    // Where the service is says nothing of whoever holds the token.
    assert_eq!((&shown["accepted"], shown.get("address")), (&json!(true), None));
    holder.kit.clock.advance(Duration::from_secs(3600));
    assert!(!holder.kit.api_takes(&pat).await);
    assert_eq!(holder.kit.userinfo(&pat).await.status, 401);
    let dead = last_use(&holder, &id).await;
    assert_eq!((&dead["failures"], &dead["acceptedDate"]), (&json!(2), &shown["time"]));
}

#[tokio::test]
async fn a_wrong_secret_of_nobody_counts_against_nobody() {
    let holder = Holder::new().await;
    for (name, secret) in [("nobody", holder.secret.as_str()), ("admin", "wrong"), ("999999999999999999", "wrong")] {
        assert_eq!(holder.kit.ask_token(Auth::Basic(name, secret), API).await.status, 401);
    }
    assert_eq!(last_use(&holder, &holder.id).await, Value::Null);
    credentials::last_use::write_down(&holder.kit.app).await.expect("written");
    holder.kit.events_after_check();
}

#[tokio::test]
async fn no_use_is_a_commit() {
    let commits = Arc::new(AtomicUsize::new(0));
    let counted = commits.clone();
    let kit = Kit::on_store(Algorithm::EdDsa, |options| {
        let on_commit = Box::new(move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
        });
        let options = Options { on_commit, ..options };
        Store::on_backend(redb::backends::InMemoryBackend::new(), options).expect("a store")
    })
    .await;
    let before = commits.load(Ordering::SeqCst);
    for _ in 0..100 {
        assert_eq!(kit.ask_token(kit.demo_auth(), API).await.status, 200);
        assert!(kit.api_takes(&kit.admin_token).await);
    }
    assert_eq!(commits.load(Ordering::SeqCst), before);
    credentials::last_use::write_down(&kit.app).await.expect("written");
    assert_eq!(commits.load(Ordering::SeqCst), before + 1, "one for all of them");
}

#[tokio::test]
async fn a_stranger_does_not_hide_from_where_it_was_last_used() {
    let holder = Holder::new().await;
    holder.mint(&holder.secret).await;
    let known = last_use(&holder, &holder.id).await;
    assert_eq!(known["acceptedAddress"], "192.0.2.7");
    let request = crate::common::web::request(
        http::Method::POST,
        crate::common::web::TOKEN,
        Auth::Basic("holder", "cs_sec_wrong"),
        &[("grant_type", "client_credentials")],
    );
    credentials::last_use::write_down(&holder.kit.app).await.expect("written");
    crate::common::web::send_from(&holder.kit.web(), "198.51.100.9", request).await;
    let body = json!({ "userId": holder.user, "grace": "60s" });
    let rotated = holder.kit.ok("credential/RotateSecret", body).await;
    let last = &rotated["replaced"][0]["credential"]["lastUse"];
    assert_eq!((&last["address"], &last["failures"]), (&json!("198.51.100.9"), &json!(1)));
    for field in ["acceptedDate", "acceptedAddress"] {
        assert_eq!(last[field], known[field], "{field}");
    }
}

/// A flush that is on its way when the server stops is awaited, or its failures would be counted once more.
#[tokio::test]
async fn what_is_being_written_down_at_the_end_is_written_once() {
    let holder = Holder::new().await;
    assert!(!holder.takes("cs_sec_wrong").await);
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let app = holder.kit.app.clone();
    let flushes = tokio::spawn(credentials::last_use::flush_loop(app.clone(), stopped));
    let halted = holder.kit.halt_writer().await;
    tokio::time::sleep(USE_FLUSH_INTERVAL.mul_f32(1.2)).await;
    drop((stop, halted));
    flushes.await.expect("no panic");
    credentials::last_use::write_down(&app).await.expect("written");
    assert_eq!(last_use(&holder, &holder.id).await["failures"], 1);
}

/// Once killed after the interval, once told to stop before it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_takes_no_more_than_the_interval_and_an_exit_nothing() {
    let dir = tempfile::tempdir().expect("a directory");
    let data = dir.path().join("data");
    for (signal, wait) in [("KILL", USE_FLUSH_INTERVAL.mul_f32(1.5)), ("TERM", Duration::ZERO)] {
        let mut server = Binary::dev(&data);
        let (client, secret) = (text(&server.ready["client_id"]), text(&server.ready["client_secret"]));
        let ask = Ask::post("/oauth/v2/token")
            .header("authorization", format!("Basic {}", BASE64_STANDARD.encode(format!("{client}:{secret}"))))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("user-agent", signal)
            .body("grant_type=client_credentials");
        server.client.send(Http::One, ask).await.ok();
        tokio::time::sleep(wait).await;
        server.signal(signal);
        server.end();
        let server = Binary::dev(&data);
        let user = text(&server.ready["user_id"]);
        let listed = server.admin(Ask::get(format!("/v1/users/{user}/credentials"))).await.ok();
        assert_eq!(listed["credentials"][0]["lastUse"]["userAgent"], signal);
    }
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
    for (said, shown) in [("J\u{fc}rgen/1".as_bytes(), "J\u{fc}rgen/1"), (b"J\xfcrgen/1", "J\u{fffd}rgen/1")] {
        let mut request = crate::common::web::request(
            http::Method::POST,
            crate::common::web::TOKEN,
            Auth::Basic("holder", &holder.secret),
            &[("grant_type", "client_credentials"), ("scope", API)],
        );
        request.headers_mut().insert("user-agent", http::HeaderValue::from_bytes(said).expect("a header"));
        assert_eq!(holder.kit.send(request).await.status, 200);
        let last = last_use(&holder, &holder.id).await;
        assert_eq!((&last["userAgent"], &last["acceptedUserAgent"]), (&json!(shown), &json!(shown)));
    }
}
