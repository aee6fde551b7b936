//! What no index answers: looked for apart, up to a limit, for as long as somebody waits.

use super::Crowd;
use crate::common::Kit;
use countersign::{
    error::{Kind, Result},
    id::UserId,
    limits::{MAX_MERGED_ORGS, QUICK_READ_ROWS},
    model::{Draft, OrgFact},
    store::Snapshot,
};
use serde_json::json;
use std::{
    sync::{Mutex, mpsc},
    thread::available_parallelism,
    time::Duration,
};

/// Looks at one row again and again, until it is refused.
fn endlessly(snapshot: &Snapshot) -> Result<()> {
    loop {
        snapshot.state().instance()?;
    }
}

#[tokio::test]
async fn whoever_asks_for_everything_is_told_what_to_ask_for() {
    let kit = Kit::new().await;
    let refusal = kit.app.store.read(endlessly).await.expect_err("a refusal");
    assert_eq!((refusal.kind, refusal.id), (Kind::ResourceExhausted, Some("COUNTERSIGN-wide")));
    assert!(refusal.message.contains("for one organisation"), "{}", refusal.message);
    let inline = tokio::task::spawn_blocking(move || endlessly(&kit.app.store.snapshot()?));
    assert_eq!(inline.await.expect("no panic").expect_err("a refusal").id, Some("COUNTERSIGN-wide"));
}

#[tokio::test]
async fn users_of_too_many_organisations_are_not_put_together() {
    let kit = Kit::new().await;
    let caller = kit.caller_in(&kit.org, "everywhere", &[]).await;
    let user = UserId::parse(&caller.id).expect("an id");
    let mut events = Vec::new();
    for number in 0..=MAX_MERGED_ORGS {
        let org = super::id(number);
        let (name, primary_domain) = (format!("Org {number}"), format!("org-{number}.localhost"));
        events.push(Draft::org(&org, OrgFact::Added { name, primary_domain }));
        let roles = vec!["ORG_OWNER".to_owned()];
        events.push(Draft::org(&org, OrgFact::MemberAdded { user: user.clone(), roles }));
    }
    kit.happen(events).await;
    for list in ["user.v2/ListUsers", "user.v2/ListKeys"] {
        let (kind, id, _) = kit.call(list, &caller.token, json!({})).await.expect_err("a refusal");
        assert_eq!((kind, id), (Kind::ResourceExhausted, Some("COUNTERSIGN-wide")), "{list}");
    }
    let of_one = json!({ "queries": [{ "organizationIdQuery": { "organizationId": "000007" } }] });
    kit.call("user.v2/ListUsers", &caller.token, of_one).await.expect("a list");
    let of_one = json!({ "filters": [{ "organizationIdFilter": { "id": "000007" } }] });
    kit.call("user.v2/ListKeys", &caller.token, of_one).await.expect("a list");
}

#[tokio::test]
async fn what_is_not_quick_is_found_all_the_same() {
    let crowd = Crowd::of(2100).await;
    let before = crowd.kit.app.store.rows_read();
    let contains = json!({ "userName": "5", "method": "TEXT_QUERY_METHOD_CONTAINS" });
    let asked = json!({ "queries": [{ "userNameQuery": contains }], "query": { "limit": 5, "asc": true } });
    let answer = crowd.kit.ok("management/ListUsers", asked).await;
    let expected = (0..2100).filter(|number: &u32| number.to_string().contains('5')).count();
    assert_eq!(answer["details"]["totalResult"], json!(expected.to_string()));
    assert_eq!(answer["result"][4]["userName"], "bot-000045");
    let rows = crowd.kit.app.store.rows_read() - before;
    assert!(rows > 2 * QUICK_READ_ROWS, "{rows} rows: once as a quick read, once as a long one");
}

#[tokio::test]
async fn a_read_ends_with_its_caller() {
    let kit = Kit::new().await;
    let (started, starts) = mpsc::channel();
    let (go_on, goes_on) = mpsc::channel();
    let (ended, ends) = mpsc::channel();
    let goes_on = Mutex::new(goes_on);
    let store = kit.app.clone();
    let reading = tokio::spawn(async move {
        let read = move |snapshot: &Snapshot| {
            snapshot.state().instance()?;
            started.send(()).expect("the test waits");
            goes_on.lock().expect("one reader").recv().expect("the test goes on");
            let refusal = snapshot.state().instance().expect_err("nobody waits");
            ended.send(refusal.kind).expect("the test waits");
            Ok(())
        };
        store.store.read(read).await
    });
    let apart = tokio::task::spawn_blocking(move || starts.recv().expect("started"));
    apart.await.expect("no panic");
    reading.abort();
    assert!(reading.await.expect_err("given up").is_cancelled());
    go_on.send(()).expect("the reader waits");
    let kind = tokio::task::spawn_blocking(move || ends.recv().expect("ended")).await.expect("no panic");
    assert_eq!(kind, Kind::Unavailable);
}

#[tokio::test]
async fn lists_wait_for_lists_and_nobody_else_does() {
    let kit = Kit::new().await;
    let turns = available_parallelism().map_or(1, usize::from);
    let (started, starts) = mpsc::channel();
    let mut held = Vec::new();
    for _ in 0..turns {
        let (release, released) = mpsc::channel::<()>();
        let (app, started, released) = (kit.app.clone(), started.clone(), Mutex::new(released));
        let hold = move |_: &Snapshot| {
            started.send(()).expect("the test waits");
            let _ = released.lock().expect("one reader").recv();
            Ok(())
        };
        held.push((tokio::spawn(async move { app.store.read(hold).await }), release));
    }
    let apart = tokio::task::spawn_blocking(move || (0..turns).for_each(|_| starts.recv().expect("started")));
    apart.await.expect("no panic");

    let list = kit.ok("management/ListUsers", json!({}));
    tokio::pin!(list);
    let waiting = tokio::time::timeout(Duration::from_millis(20), &mut list).await;
    assert!(waiting.is_err(), "the list was answered with all turns taken");
    kit.ask_token(kit.demo_auth(), "").await.ok();
    kit.ok("management/GetUserByID", json!({ "id": kit.demo })).await;
    kit.machine("somebody").await;

    for (reading, release) in held {
        drop(release);
        reading.await.expect("no panic").expect("read");
    }
    assert_eq!(list.await["details"]["totalResult"], "3");
}
