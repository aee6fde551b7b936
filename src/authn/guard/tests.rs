use super::*;
use crate::{error::Kind, limits::FREE_ACCOUNT_FAILURES};
use proptest::prelude::*;

const THROTTLE: Throttle = Throttle { failures: 3, failures_of_network: 10, longest: Duration::from_secs(60) };

fn guard() -> Guard {
    Guard::new(Some(THROTTLE), &Random::from_seed(1))
}

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_micros(1_795_392_000_000_000) + Duration::from_secs(seconds)
}

fn ip(text: &str) -> Option<IpAddr> {
    Some(text.parse().expect("an address"))
}

/// Fails so often, each time with another secret; says how long to wait then.
fn fail(guard: &Guard, client: Option<IpAddr>, claimed: Claimed<'_>, times: std::ops::Range<u64>) -> Duration {
    for guess in times {
        guard.failed(at(0), client, &[claimed], &format!("{client:?} {guess}"));
    }
    wait(guard, client, claimed)
}

fn wait(guard: &Guard, client: Option<IpAddr>, claimed: Claimed<'_>) -> Duration {
    match guard.admit(at(0), client, &[claimed]) {
        Ok(()) => Duration::ZERO,
        Err(refusal) => {
            assert_eq!(refusal.kind, Kind::ResourceExhausted);
            refusal.wait.expect("a time to wait")
        }
    }
}

#[test]
fn an_account_is_attacked_in_one_network_and_used_from_another() {
    let (attacker, owner) = (ip("192.0.2.1"), ip("192.0.2.2"));
    for claimed in [Claimed::User(&UserId::generate(at(0), 1)), Claimed::Nobody("ci"), Claimed::Token("t")] {
        let guard = guard();
        assert_eq!(fail(&guard, attacker, claimed, 0..3), Duration::ZERO, "{claimed:?}");
        assert_eq!(fail(&guard, attacker, claimed, 3..4), Duration::from_secs(1), "{claimed:?}");
        assert_eq!(wait(&guard, owner, claimed), Duration::ZERO, "{claimed:?}");
    }
}

#[test]
fn names_are_one_whatever_their_case_and_halves_of_ipv6_are_one() {
    let guard = guard();
    fail(&guard, ip("2001:db8::1"), Claimed::Nobody("CI"), 0..2);
    fail(&guard, ip("2001:db8::ffff:2"), Claimed::Nobody("ci"), 0..2);
    assert!(wait(&guard, ip("2001:db8:0:0:7::"), Claimed::Nobody("cI")) > Duration::ZERO);
    assert_eq!(wait(&guard, ip("2001:db8:0:1::1"), Claimed::Nobody("ci")), Duration::ZERO);
    fail(&guard, ip("::ffff:192.0.2.1"), Claimed::Nobody("ci"), 0..4);
    assert!(wait(&guard, ip("192.0.2.1"), Claimed::Nobody("ci")) > Duration::ZERO);
    assert_eq!(wait(&guard, None, Claimed::Nobody("ci")), Duration::ZERO);
}

#[test]
fn one_network_cannot_try_all_accounts() {
    let guard = guard();
    let names: Vec<_> = (0..11).map(|number| format!("user-{number}")).collect();
    for name in &names {
        assert_eq!(fail(&guard, ip("192.0.2.1"), Claimed::Nobody(name), 0..0), Duration::ZERO, "{name}");
        fail(&guard, ip("192.0.2.1"), Claimed::Nobody(name), 0..1);
    }
    assert!(wait(&guard, ip("192.0.2.1"), Claimed::Nobody("another")) > Duration::ZERO);
    assert_eq!(wait(&guard, ip("192.0.2.2"), Claimed::Nobody("another")), Duration::ZERO);
}

#[test]
fn what_failed_last_counts_once_for_everybody() {
    let guard = guard();
    for _ in 0..100 {
        guard.failed(at(0), ip("192.0.2.1"), &[Claimed::Nobody("ci")], "stale");
    }
    assert_eq!(wait(&guard, ip("192.0.2.1"), Claimed::Nobody("ci")), Duration::ZERO);
    assert_eq!(wait(&guard, ip("192.0.2.1"), Claimed::Nobody("other")), Duration::ZERO);
}

#[test]
fn an_account_attacked_from_everywhere_gives_nothing_for_free_and_still_lets_its_owner_in() {
    let guard = guard();
    let claimed = Claimed::Nobody("ci");
    for number in 0..FREE_ACCOUNT_FAILURES {
        assert_eq!(fail(&guard, Some(IpAddr::from(number.to_be_bytes())), claimed, 0..1), Duration::ZERO);
    }
    assert_eq!(wait(&guard, ip("192.0.2.1"), claimed), Duration::ZERO);
    assert!(fail(&guard, ip("192.0.2.1"), claimed, 0..1) > Duration::ZERO);
    assert_eq!(wait(&guard, ip("192.0.2.2"), claimed), Duration::ZERO);
}

/// Those that failed most are not forgotten for those that failed once; and a key more takes another's place.
#[test]
fn more_networks_than_there_are_places_take_no_more_room() {
    let guard = guard();
    let worst: Vec<_> = (1..=20).map(|number| Some(IpAddr::from([203, 0, 113, number]))).collect();
    for &client in &worst {
        assert!(fail(&guard, client, Claimed::Nobody("worst"), 0..6) > Duration::ZERO);
    }
    let places = guard.0.as_ref().expect("on").table.size().1;
    for number in 0..150_000_u32 {
        guard.failed(at(0), Some(IpAddr::from(number.to_be_bytes())), &[Claimed::Nobody("ci")], "x");
    }
    let (used, now) = guard.0.as_ref().expect("on").table.size();
    assert_eq!((now, places), (FAILURE_PLACES, FAILURE_PLACES));
    assert!(used > places / 10 * 9, "{used} of {places}: the networks did not fill it, so this tests nothing");
    for &client in &worst {
        assert!(wait(&guard, client, Claimed::Nobody("worst")) > Duration::ZERO, "{client:?} is forgotten");
    }
    let kept = (0..150_000_u32).filter(|number| {
        let network = network(Some(IpAddr::from(number.to_be_bytes())));
        let inner = guard.0.as_ref().expect("on");
        inner.table.failures(inner.key("network", &network), at(0), &inner.network) > 0
    });
    assert!(kept.count() <= FAILURE_PLACES, "there are more than there are places");
}

#[test]
fn without_a_throttle_nothing_counts() {
    let guard = Guard::new(None, &Random::from_seed(1));
    assert_eq!(fail(&guard, ip("192.0.2.1"), Claimed::Nobody("ci"), 0..1000), Duration::ZERO);
}

proptest! {
    /// The promise: where nothing failed, nobody waits.
    #[test]
    fn nobody_waits_for_others(failures in proptest::collection::vec((0..6_u8, 0..4_u8, any::<u8>()), 0..200)) {
        let guard = guard();
        for (client, name, guess) in failures {
            let client = Some(IpAddr::from([10, 0, 0, client]));
            guard.failed(at(0), client, &[Claimed::Nobody(&name.to_string())], &guess.to_string());
        }
        for name in 0..4 {
            prop_assert_eq!(wait(&guard, ip("10.0.1.1"), Claimed::Nobody(&name.to_string())), Duration::ZERO);
        }
    }
}
