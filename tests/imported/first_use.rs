use super::*;
use crate::common::web::basic;
use countersign::{
    authn::Throttle,
    model::{CredentialFact, UserFact},
};
use std::time::Duration;
use tokio::task::JoinSet;

#[tokio::test]
async fn the_first_use_makes_a_secret_like_all_others() {
    let kit = Kit::new().await;
    for (number, (secret, hash)) in [
        (SECRET, BCRYPT),
        ("password", ARGON2ID),
        (SECRET, SCRYPT),
        (SECRET, PBKDF2),
        ("Hello world!", SHA256_CRYPT),
        (SECRET, SHA512_CRYPT),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("ci-{number}");
        let user = with_hash(&kit, &name, hash).await;
        let [before] = &credentials(&kit, &user).await[..] else { panic!("one credential") };
        assert!(!takes(&kit, &name, "wrong").await, "{hash}");
        let (upgraded, refused) = (checks(&kit, "upgraded"), checks(&kit, "refused"));
        assert!(takes(&kit, &name, secret).await, "{hash}");
        assert_eq!((checks(&kit, "upgraded"), checks(&kit, "refused")), (upgraded + 1, refused));
        // From now on it is found at once, and what is wrong is wrong at once: nothing slow is left.
        assert!(takes(&kit, &name, secret).await && takes(&kit, &user, secret).await);
        assert!(!takes(&kit, &name, "wrong").await);
        assert_eq!((checks(&kit, "upgraded"), checks(&kit, "refused")), (upgraded + 1, refused));
        let happened = events(&kit, &user).await;
        assert_eq!(happened, ["user.machine.added", "user.machine.secret.added", "user.credential.upgraded"]);
        let [after] = &credentials(&kit, &user).await[..] else { panic!("one credential") };
        for field in ["id", "label", "expires", "creationDate", "creatorId"] {
            assert_eq!(before[field], after[field], "{field}");
        }
        kit.ok("management/RemoveMachineSecret", json!({ "userId": user })).await;
        assert!(!takes(&kit, &name, secret).await);
    }
    kit.events_after_check();
}

#[tokio::test]
async fn wherever_a_client_shows_a_secret_the_first_use_counts() {
    let kit = Kit::new().await;
    let token = kit.demo_token(API).await;
    let form = [("token", token.as_str())];
    for is_post in [false, true] {
        let name = |what: &str| format!("{what}-{is_post}");
        let (token, introspect, revoke) = (name("token"), name("introspect"), name("revoke"));
        let users = [&token, &introspect, &revoke];
        for user in users {
            with_hash(&kit, user, &hash_of(user)).await;
        }
        assert_eq!(kit.ask_token(auth(is_post, &token, &secret_of(&token)), API).await.status, 200);
        let introspected = kit.introspect(auth(is_post, &introspect, &secret_of(&introspect)), form[0].1).await;
        assert_eq!(introspected["active"], true);
        // It is not the client's own token; but to know that, the client must be known.
        let revoked =
            kit.post_form(crate::common::web::REVOKE, auth(is_post, &revoke, &secret_of(&revoke)), &form).await;
        assert_eq!(revoked.refusal().2, "token was not issued for this client");
    }
    assert_eq!((checks(&kit, "upgraded"), checks(&kit, "refused")), (6, 0));
}

fn auth<'a>(is_post: bool, id: &'a str, secret: &'a str) -> Auth<'a> {
    if is_post { Auth::Post(id, secret) } else { Auth::Basic(id, secret) }
}

/// A secret that is this user's alone, and a hash of it.
fn secret_of(user: &str) -> String {
    format!("{user} {SECRET}")
}

fn hash_of(user: &str) -> String {
    let hash = bcrypt::hash_with_salt(secret_of(user), 4, *b"0123456789abcdef").expect("a hash");
    hash.format_for_version(bcrypt::Version::TwoB)
}

/// The header is read both ways, and either may be what is meant.
#[tokio::test]
async fn a_secret_is_taken_encoded_and_as_it_is() {
    let kit = Kit::new().await;
    let secret = "Zx8k/Q2vB7+nM4pL0sT6%41wY3cR9";
    let raw = basic("raw", secret);
    for (name, auth) in [("encoded", Auth::Basic("encoded", secret)), ("raw", Auth::Raw(raw.as_bytes()))] {
        let secret_hash = bcrypt::hash_with_salt(secret, 4, [3; 16]).expect("a hash");
        let user = with_hash(&kit, name, &secret_hash.format_for_version(bcrypt::Version::TwoB)).await;
        for _ in 0..2 {
            assert_eq!(kit.ask_token(auth, API).await.status, 200, "{name}");
        }
        kit.ok("management/RemoveMachineSecret", json!({ "userId": user })).await;
    }
    assert_eq!((checks(&kit, "upgraded"), checks(&kit, "refused")), (2, 0));
}

#[tokio::test]
async fn of_several_secrets_each_is_used_for_the_first_time() {
    let kit = Kit::new().await;
    let user = with_hash(&kit, "ci", BCRYPT).await;
    kit.ok("credential/ImportSecret", json!({ "userId": user, "hash": ARGON2ID })).await;
    let added = kit.ok("credential/AddSecret", json!({ "userId": user })).await;
    assert!(takes(&kit, "ci", &text(&added["clientSecret"])).await);
    assert_eq!(checks(&kit, "upgraded") + checks(&kit, "refused"), 0);
    assert!(takes(&kit, "ci", "password").await && takes(&kit, "ci", SECRET).await);
    assert_eq!(checks(&kit, "upgraded"), 2);
    assert_eq!(credentials(&kit, &user).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn machines_that_come_at_once_are_all_let_in_and_one_upgrades() {
    let kit = std::sync::Arc::new(Kit::new().await);
    let user = with_hash(&kit, "ci", BCRYPT).await;
    // Somebody else's stays, so that the slow way stays open for those who lose the race.
    with_hash(&kit, "other", ARGON2ID).await;
    let mut machines = JoinSet::new();
    for _ in 0..16 {
        let kit = kit.clone();
        machines.spawn(async move { takes(&kit, "ci", SECRET).await });
    }
    assert_eq!(machines.join_all().await, [true; 16]);
    let upgrades = events(&kit, &user).await.into_iter().filter(|event| event == "user.credential.upgraded").count();
    assert_eq!((upgrades, checks(&kit, "upgraded")), (1, 1));
    kit.events_after_check();
}

/// The fast hash opens nothing; and what is refused once more costs no more than a wrong secret does.
#[tokio::test]
async fn whoever_is_shut_out_stays_out() {
    let kit = Kit::new().await;
    // Somebody else's stays, so that the slow way stays open.
    with_hash(&kit, "other", ARGON2ID).await;
    for number in 0..3 {
        let name = format!("ci-{number}");
        let secret = secret_of(&name);
        let user = with_hash(&kit, &name, &hash_of(&name)).await;
        let id = text(&credentials(&kit, &user).await[0]["id"]);
        let suspended = |fact| UserFact::Credential(countersign::id::Id::parse(&id).expect("an id"), fact);
        let (out, back) = match number {
            0 => (UserFact::Locked, UserFact::Unlocked),
            1 => (UserFact::Deactivated, UserFact::Reactivated),
            _ => (suspended(CredentialFact::Suspended), suspended(CredentialFact::Resumed)),
        };
        kit.happens(&kit.org, &user, out).await;
        let (upgraded, refused) = (checks(&kit, "upgraded"), checks(&kit, "refused"));
        for _ in 0..3 {
            assert!(!takes(&kit, &name, &secret).await, "{name}");
            assert_eq!((checks(&kit, "upgraded"), checks(&kit, "refused")), (upgraded + 1, refused), "{name}");
        }
        kit.happens(&kit.org, &user, back).await;
        assert!(takes(&kit, &name, &secret).await, "{name}");
    }
    assert_eq!(checks(&kit, "kept"), 0);
    kit.events_after_check();
}

#[tokio::test]
async fn the_right_secret_of_an_account_that_is_shut_out_counts_as_a_guess() {
    let throttle = Throttle { failures: 3, failures_of_network: 100, longest: Duration::from_secs(60) };
    let kit = Kit::with_settings(|settings| settings.throttle = Some(throttle)).await;
    let user = with_hash(&kit, "ci", BCRYPT).await;
    kit.happens(&kit.org, &user, UserFact::Locked).await;
    for secret in ["a", "b", "c", SECRET] {
        assert!(!takes(&kit, "ci", secret).await, "{secret}");
    }
    assert_eq!(kit.ask_token(Auth::Basic("ci", SECRET), API).await.status, 429);
}

/// A secret that is right does not open more than it may, however it came here.
#[tokio::test]
async fn bounds_and_ends_hold_from_the_first_use_on() {
    let kit = Kit::new().await;
    let user = kit.machine("ci").await;
    let far = json!({ "userId": user, "hash": BCRYPT, "bounds": { "networks": ["198.51.100.0/24"] } });
    kit.ok("credential/ImportSecret", far).await;
    assert!(!takes(&kit, "ci", SECRET).await, "from another network");
    let soon = json!({ "userId": user, "hash": ARGON2ID, "expires": "2026-11-23T01:00:00Z" });
    kit.ok("credential/ImportSecret", soon).await;
    kit.clock.advance(Duration::from_secs(3600));
    assert!(!takes(&kit, "ci", "password").await, "it has expired");
    // Right both times, and the fast hash finds both now; it opens no more for that.
    assert!(!takes(&kit, "ci", SECRET).await && !takes(&kit, "ci", "password").await);
    assert_eq!((checks(&kit, "upgraded"), checks(&kit, "kept"), checks(&kit, "refused")), (2, 0, 0));
}
