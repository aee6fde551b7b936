//! An assertion with a `jti` counts once; and what counts once stays so over a restart.

use super::{GRANT, assertion, assertion_with};
use crate::common::{
    Kit, START,
    disk::Disk,
    image::Image,
    web::{Auth, INTROSPECT, REVOKE, TOKEN},
};
use countersign::{
    keys::{Algorithm, SigningKey},
    model::AccessTokenType,
    store::{Decision, Note, State, Warrant},
    time::Timestamp,
};
use serde_json::json;
use std::time::Duration;

fn once(key: &SigningKey, subject: &str, jti: &str) -> String {
    assertion_with(key, subject, json!({ "jti": jti }))
}

async fn is_spent(kit: &Kit, assertion: &str) -> bool {
    let answer = kit.by_grant(assertion).await;
    if answer.status != 200 {
        answer.refuses(400, "invalid_grant", "assertion invalid");
    }
    answer.status != 200
}

#[tokio::test]
async fn an_assertion_with_a_name_counts_once() {
    let kit = Kit::new().await;
    let key = kit.demo_key().await;
    let first = once(&key, &kit.demo, "1");
    assert!(!is_spent(&kit, &first).await);
    assert!(is_spent(&kit, &first).await);
    // Neither with another signature, nor until another time, nor with another key of the user.
    let later = assertion_with(&key, &kit.demo, json!({ "jti": "1", "exp": START.seconds() + 100 }));
    assert!(is_spent(&kit, &later).await);
    let another = kit.demo_key().await;
    assert!(is_spent(&kit, &once(&another, &kit.demo, "1")).await);
    assert!(!is_spent(&kit, &once(&key, &kit.demo, "2")).await);
    assert!(!is_spent(&kit, &once(&key, &kit.demo, "")).await && is_spent(&kit, &once(&key, &kit.demo, "")).await);

    // It is the user's own name for it.
    let (other, _) = kit.add_machine(&kit.org, "other", AccessTokenType::Bearer).await;
    let others = kit.add_key(&kit.org, &other, Algorithm::EdDsa, Timestamp::NEVER).await;
    assert!(!is_spent(&kit, &once(&others, &other, "1")).await);

    let nameless = assertion(&key, &kit.demo);
    assert!(!is_spent(&kit, &nameless).await && !is_spent(&kit, &nameless).await);
    kit.events_after_check();
}

#[tokio::test]
async fn whatever_it_is_for() {
    let kit = Kit::new().await;
    let key = kit.demo_key().await;
    let token = kit.demo_token("").await;
    for path in [TOKEN, INTROSPECT, REVOKE] {
        let assertion = once(&key, "demo", path);
        let more = [("grant_type", "client_credentials"), ("token", token.as_str())];
        assert_eq!(kit.by_client(path, &assertion, &more).await.status, 200, "{path}");
        for path in [TOKEN, INTROSPECT, REVOKE] {
            let again = kit.by_client(path, &assertion, &more).await;
            again.refuses(401, "invalid_client", "client authentication failed");
        }
        // By its id it is the same user.
        assert!(is_spent(&kit, &once(&key, &kit.demo, path)).await);
    }
}

#[tokio::test]
async fn a_request_that_is_refused_uses_nothing_up() {
    let kit = Kit::new().await;
    let key = kit.demo_key().await;
    let assertion = once(&key, &kit.demo, "1");
    let form = [("grant_type", GRANT), ("assertion", assertion.as_str()), ("scope", "\"")];
    assert_eq!(kit.post_form(TOKEN, Auth::None, &form).await.refusal().1, "invalid_scope");
    let missing = kit.by_client(INTROSPECT, &assertion, &[]).await;
    missing.refuses(400, "invalid_request", "token missing");
    assert!(!is_spent(&kit, &assertion).await);
}

#[tokio::test]
async fn of_many_at_once_one_succeeds() {
    let kit = Kit::new().await;
    let key = kit.demo_key().await;
    for round in 0..4 {
        let assertion = once(&key, &kit.demo, &round.to_string());
        let asked = (0..8).map(|_| kit.by_grant(&assertion));
        let answers = futures_util::future::join_all(asked).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    }
}

/// What is answered is on the disk: neither a restart nor a power cut makes it count again.
#[tokio::test]
async fn what_was_used_stays_used_over_a_restart() {
    let image = Image::make(async |_: &Kit| {}).await;
    let disk = image.disk();
    let kit = image.open_on(&disk);
    let key = kit.demo_key().await;
    let used = once(&key, &kit.demo, "1");
    assert!(!is_spent(&kit, &used).await);
    let cut = Disk::holding(disk.after_power_cut(|_| false));
    drop(kit);
    for disk in [disk, cut] {
        let kit = image.open_on(&disk);
        assert!(is_spent(&kit, &used).await);
        kit.events_after_check();
    }
}

/// A client that makes an assertion for every request leaves nothing in the log, nor in its user's history.
#[tokio::test]
async fn uses_are_no_events() {
    let kit = Kit::new().await;
    let key = kit.demo_key().await;
    let changes = async || kit.ok("management/ListUserChanges", json!({ "userId": kit.demo })).await["result"].clone();
    let before = (changes().await, kit.events_after_check());
    assert!(!is_spent(&kit, &once(&key, &kit.demo, "1")).await);
    assert!(!is_spent(&kit, &once(&key, &kit.demo, "2")).await);
    assert_eq!((changes().await, kit.events_after_check()), before);
}

#[tokio::test]
async fn what_has_expired_is_forgotten_bit_by_bit() {
    let kit = Kit::new().await;
    let key = kit.demo_key().await;
    let name = |number: u8| [number; 32];
    let note = async |number: u8, seconds: u64| {
        let expires = kit.app.clock.now() + Duration::from_secs(seconds);
        let decide = move |_: &State<'_>, _| {
            let mut decision = Decision::nothing(());
            decision.notes.push(Note::UsedAssertion { assertion: name(number), expires });
            Ok(decision)
        };
        kit.app.store.change(Warrant::system(), decide).await.expect("noted");
    };
    let kept = || {
        let snapshot = kit.app.store.snapshot().expect("a snapshot");
        (0..30).filter(|number| snapshot.state().assertion_was_used(&name(*number)).expect("a look")).count()
    };
    for number in 0..20 {
        note(number, 60 + u64::from(number)).await;
    }
    let used = assertion_with(&key, &kit.demo, json!({ "jti": "1", "exp": START.seconds() + 60 }));
    assert!(!is_spent(&kit, &used).await);
    assert_eq!(kept(), 20);
    kit.clock.advance(Duration::from_secs(600));
    let left = [14, 7, 3, 4].into_iter().zip(20..);
    for (left, number) in left {
        note(number, 60).await;
        assert_eq!(kept(), left);
    }
    // Forgotten, and refused all the same.
    assert!(is_spent(&kit, &used).await);
}
