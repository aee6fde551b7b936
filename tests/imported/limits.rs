use super::*;
use countersign::{
    authn::Throttle,
    limits::{MAX_SLOW_CHECKS, MAX_WAITING_SLOW_CHECKS},
};
use futures_util::FutureExt;
use std::time::Duration;

/// As long as one imported secret was never used, whatever fails takes the slow way: names that are nobody's, users that
/// have no secret, or only such as were made here.
#[tokio::test]
async fn what_fails_does_the_same_work_whatever_is_there() {
    let kit = Kit::new().await;
    let user = with_hash(&kit, "imported", BCRYPT).await;
    kit.machine("bare").await;
    for (number, name) in
        ["imported", &user, "bare", "demo", "nobody", "217634989892039620", "\u{e4}"].iter().enumerate()
    {
        assert!(!takes(&kit, name, "wrong").await);
        assert_eq!(checks(&kit, "refused"), number as u64 + 1, "{name}");
    }
    // The hash that stands in for somebody's lets nobody in.
    assert!(!takes(&kit, "nobody", SECRET).await && !takes(&kit, "bare", SECRET).await);
    assert_eq!(checks(&kit, "upgraded"), 0);
    // What succeeds knows nothing of all that.
    let refused = checks(&kit, "refused");
    assert!(takes(&kit, "demo", &kit.demo_secret).await);
    assert_eq!(checks(&kit, "refused"), refused);
    assert!(takes(&kit, "imported", SECRET).await);
    for name in ["imported", "nobody"] {
        assert!(!takes(&kit, name, "wrong").await);
    }
    assert_eq!((checks(&kit, "refused"), checks(&kit, "upgraded")), (refused, 1));
}

/// It makes nobody wait, as it is no further guess; so it must not cost anything either.
#[tokio::test]
async fn the_same_wrong_secret_once_more_is_not_computed_again() {
    let kit = Kit::new().await;
    let user = with_hash(&kit, "ci", BCRYPT).await;
    for name in ["ci", "nobody"] {
        let before = checks(&kit, "refused");
        for _ in 0..3 {
            assert!(!takes(&kit, name, "wrong").await);
        }
        assert_eq!(checks(&kit, "refused"), before + 1, "{name}");
    }
    // A hash that comes later was never compared.
    kit.ok("credential/ImportSecret", json!({ "userId": user, "hash": ARGON2ID })).await;
    assert!(!takes(&kit, "nobody", "password").await && takes(&kit, "ci", "password").await);
    assert!(takes(&kit, "ci", SECRET).await);
}

#[tokio::test]
async fn whoever_guesses_waits_before_anything_slow_is_done() {
    let throttle = Throttle { failures: 3, failures_of_network: 100, longest: Duration::from_secs(60) };
    let kit = Kit::with_settings(|settings| settings.throttle = Some(throttle)).await;
    with_hash(&kit, "ci", BCRYPT).await;
    for name in ["ci", "nobody"] {
        let before = checks(&kit, "refused");
        for guess in 0..=3 {
            assert!(!takes(&kit, name, &format!("wrong-{guess}")).await, "{name} {guess}");
        }
        let answer = kit.ask_token(Auth::Basic(name, SECRET), API).await;
        assert_eq!((answer.status, answer.header("retry-after")), (429, "1"), "{name}");
        assert_eq!((checks(&kit, "refused"), checks(&kit, "upgraded")), (before + 4, 0), "{name}");
    }
    kit.clock.advance(Duration::from_secs(61));
    assert!(takes(&kit, "ci", SECRET).await);
}

#[tokio::test]
async fn when_too_many_wait_the_next_is_told_to_come_again() {
    let kit = Kit::new().await;
    with_hash(&kit, "ci", BCRYPT).await;
    let mut turns = Vec::new();
    for _ in 0..MAX_SLOW_CHECKS {
        turns.push(kit.app.slow_checks().turn().await.map_err(|e| e.message).expect("a turn"));
    }
    let mut waiting: Vec<_> = (0..MAX_WAITING_SLOW_CHECKS).map(|_| Box::pin(kit.app.slow_checks().turn())).collect();
    assert!(waiting.iter_mut().all(|waiting| waiting.as_mut().now_or_never().is_none()));
    let answer = kit.ask_token(Auth::Basic("ci", SECRET), API).await;
    answer.refuses(503, "temporarily_unavailable", "the server cannot answer now; try again");
    assert_eq!((answer.header("retry-after"), checks(&kit, "busy")), ("1", 1));
    // Whoever was here before is served all the same.
    assert!(takes(&kit, "demo", &kit.demo_secret).await);
    drop((waiting, turns));
    assert!(takes(&kit, "ci", SECRET).await);
    assert_eq!((checks(&kit, "upgraded"), checks(&kit, "refused")), (1, 0), "what was put off counts as no failure");
}
