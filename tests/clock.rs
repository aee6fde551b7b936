//! A clock that was wrong: what was dated by it must not stop time, nor count before its time.

use crate::common::{ISSUER, Kit, START};
use countersign::{
    authn::{By, alive, read},
    id::OrgId,
    model::{Draft, OrgFact},
    store::{Decision, OpenError, Options, Store, Warrant},
    time::{Clock, Timestamp},
};
use std::{path::Path, sync::Arc, time::Duration};

fn open(path: &Path, clock: Clock) -> Result<(Store, Arc<Clock>), OpenError> {
    let clock = Arc::new(clock);
    let options = Options { clock: clock.clone(), cache_bytes: 1 << 20, on_commit: Box::new(|_| {}) };
    Store::create(path, options).map(|store| (store, clock))
}

async fn add_org(store: &Store, number: u32) {
    let name = format!("org-{number}");
    let org = OrgId::parse(&name).expect("an id");
    let events = vec![Draft::org(&org, OrgFact::Added { primary_domain: format!("{name}.localhost"), name })];
    let changed = store.change(Warrant::system(), move |_, _| Ok(Decision::new(events, ()))).await;
    changed.map_err(|e| e.message).expect("stored");
}

fn earlier(seconds: i64) -> Clock {
    Clock::manual(Timestamp::from_micros(START.micros() - seconds * 1_000_000))
}

#[tokio::test]
async fn a_database_from_the_future_is_opened_only_on_purpose() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("countersign.redb");
    let (store, _) = open(&path, Clock::manual(START)).expect("new");
    add_org(&store, 1).await;
    drop(store);

    let refusal = open(&path, earlier(301)).err().expect("refused").to_string();
    let expected = "the newest event is of 2026-11-23T00:00:00Z, but this machine's clock says 2026-11-22T23:54:59Z";
    assert!(refusal.contains(expected) && refusal.contains("storage.accept_later_events = true"), "{refusal}");
    let (store, clock) = open(&path, earlier(299)).expect("a little ahead");
    assert!(clock.now() > START, "a little while, time stands still");
    drop(store);

    let (store, clock) = open(&path, earlier(301).that_may_be_behind(true)).expect("on purpose");
    assert!(clock.now() < START, "time goes on as the clock says");
    add_org(&store, 2).await;
    drop(store);
    open(&path, earlier(299)).expect("after the first event nothing is left to accept");
}

#[tokio::test]
async fn an_event_that_cannot_be_read_does_not_disarm_the_guard() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("countersign.redb");
    let (store, _) = open(&path, Clock::manual(START)).expect("new");
    add_org(&store, 1).await;
    add_org(&store, 2).await;
    drop(store);
    damage_event(&path, "org-2");
    let refusal = open(&path, earlier(301)).err().expect("refused").to_string();
    assert!(refusal.contains("the newest event is of 2026-11-23T00:00:00Z"), "{refusal}");
    open(&path, earlier(299)).expect("a little ahead");
}

fn damage_event(path: &Path, owner: &str) {
    let transaction = redb::Database::open(path).expect("a database").begin_write().expect("a transaction");
    {
        let log = redb::TableDefinition::<(&str, u64), &[u8]>::new("log");
        transaction.open_table(log).expect("the log").insert((owner, 1), [200].as_slice()).expect("written");
    }
    transaction.commit().expect("stored");
}

#[tokio::test]
async fn what_was_minted_in_the_future_does_not_count_yet() {
    let kit = Kit::new().await;
    let before = kit.clock.now();
    let token = kit.demo_token("").await;
    let (ring, snapshot) = (kit.app.keys.load(), kit.app.store.snapshot().map_err(|e| e.message).expect("a snapshot"));
    let state = snapshot.state();
    let counts = |now| {
        let bearer = read(&ring, ISSUER, &state, now, &token).map_err(|e| e.message).expect("read").expect("a token");
        alive(&state, now, bearer.presented(), By::Another).map_err(|e| e.message).expect("judged").is_some()
    };
    assert!(!counts(before));
    assert!(counts(kit.clock.now()));
    kit.clock.advance(Duration::from_secs(3600));
    assert!(counts(kit.clock.now()));
}
