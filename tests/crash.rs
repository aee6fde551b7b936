//! The program is killed while clients change things, and started again: what was answered is there, and nothing is
//! half there.

mod fleet;

use crate::common::{
    binary::{Binary, run},
    client::{Ask, Http},
    text,
};
use countersign::{
    id::UserId,
    keys::{MasterKey, vault},
    store::{Options, Store},
    time::Clock,
};
use serde_json::{Value, json};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::task::JoinSet;

/// What one client was told before the server died.
#[derive(Default)]
struct Told {
    user: String,
    /// Every secret of `user`, by the sequence that came with it.
    secrets: Vec<(u64, String)>,
    created: Vec<String>,
}

fn sequence(answer: &Value) -> u64 {
    text(&answer["details"]["sequence"]).parse().expect("a number")
}

/// Rotates the secret of one user and creates others, one request after the other, until the connection breaks.
async fn change_until_killed(server: Arc<Binary>, name: String, answered: Arc<AtomicUsize>) -> Told {
    let mut told = Told::default();
    let Ok(mut connection) = server.client.connect(Http::Two).await else { return told };
    for number in 0.. {
        let name = json!({ "userName": format!("{name}-{number}"), "name": "Robot" });
        let add = Ask::post("/management/v1/users/machine").bearer(&server.admin_token).json(&name);
        let Ok(added) = connection.try_send(add).await else { return told };
        told.created.push(text(&added.ok()["userId"]));
        told.user = told.created[0].clone();
        for _ in 0..3 {
            let rotate = Ask::put(format!("/management/v1/users/{}/secret", told.user)).bearer(&server.admin_token);
            let Ok(rotated) = connection.try_send(rotate).await else { return told };
            let rotated = rotated.ok();
            told.secrets.push((sequence(&rotated), text(&rotated["clientSecret"])));
            answered.fetch_add(1, Ordering::Relaxed);
        }
    }
    told
}

/// Whether a text is the user's secret, by the database alone.
fn is_the_secret(dir: &Path, user: &str, secret: &str) -> bool {
    let clock = Arc::new(Clock::system());
    let options = Options { clock: clock.clone(), cache_bytes: 1 << 20, on_commit: Box::new(|_| {}) };
    let store = Store::open(&dir.join("countersign.redb"), options).expect("a database");
    let master = MasterKey::read(&dir.join("master.key")).expect("a key");
    let ring = vault::open_ring(&store, &master, clock.now()).map_err(|e| e.message).expect("keys");
    let snapshot = store.snapshot().map_err(|e| e.message).expect("a snapshot");
    let state = snapshot.state();
    let user = UserId::parse(user).expect("an id");
    let machine = state.machine(&user).map_err(|e| e.message).expect("no error").expect("the user");
    let id = machine.secrets.first().expect("a secret").id.clone();
    let credential = state.credential(&user, &id).map_err(|e| e.message).expect("no error").expect("the secret");
    ring.client_secrets().verify(secret, credential.hash().expect("a hash"))
}

/// Every acknowledged user is there. Each client waits for an answer before it asks again, so at most one of its
/// changes was not acknowledged: the secret is the last that it was told, or, if the user changed later than that, one
/// that it never saw.
async fn assert_kept(server: &Binary, told: &Told) -> Option<(u64, bool)> {
    for user in &told.created {
        let view = server.admin(Ask::get(format!("/management/v1/users/{user}"))).await;
        assert_eq!(view.status, 200, "an acknowledged user is gone");
    }
    let last = told.secrets.last()?.0;
    let view = server.admin(Ask::get(format!("/management/v1/users/{}", told.user))).await.ok();
    assert_eq!(view["user"]["machine"]["hasSecret"], true);
    let changed = sequence(&view["user"]);
    assert!(changed >= last, "sequence {last} was acknowledged, {changed} is what is there");
    Some((last, changed == last))
}

async fn kill_after(dir: &Path, round: usize, secrets: usize) {
    let server = Arc::new(Binary::dev(dir));
    let (mut clients, answered) = (JoinSet::new(), Arc::new(AtomicUsize::new(0)));
    for client in 0..3 {
        clients.spawn(change_until_killed(server.clone(), format!("robot-{round}-{client}"), answered.clone()));
    }
    while answered.load(Ordering::Relaxed) < secrets {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    server.signal("KILL");
    let told = clients.join_all().await;
    drop(server);

    let database = format!("storage.path={}", dir.join("countersign.redb").display());
    let checked = run(&["check", "--set", &database]);
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));

    let server = Binary::dev(dir);
    let mut kept = Vec::new();
    for told in &told {
        kept.push(assert_kept(&server, told).await);
    }
    let usable = json!({ "userName": format!("after-{round}"), "name": "After" });
    let later = server.admin(Ask::post("/management/v1/users/machine").json(&usable)).await.ok();
    let all = told.iter().flat_map(|told| &told.secrets).map(|(sequence, _)| *sequence);
    assert!(sequence(&later) > all.max().unwrap_or_default());
    drop(server);

    for (told, kept) in told.iter().zip(kept) {
        let Some((last, is_last)) = kept else { continue };
        for (sequence, secret) in told.secrets.iter().rev().take(3) {
            let expected = *sequence == last && is_last;
            assert_eq!(is_the_secret(dir, &told.user, secret), expected, "{sequence} of {last}, {is_last}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_takes_nothing_that_was_answered() {
    let dir = tempfile::tempdir().expect("a directory");
    let data = dir.path().join("data");
    for (round, secrets) in [1, 12, 70].into_iter().enumerate() {
        kill_after(&data, round, secrets).await;
    }
}

/// The first start makes keys, files and a database. Wherever it is cut, the next one goes on.
#[test]
fn a_kill_during_the_first_start_leaves_a_directory_that_starts() {
    for delay in [5, 20, 40, 70] {
        let dir = tempfile::tempdir().expect("a directory");
        let data = dir.path().join("data");
        let mut cut = crate::common::binary::command(&["dev", "--listen", "127.0.0.1:0", "--quiet", "--data-dir"])
            .arg(&data)
            .spawn()
            .expect("it starts");
        std::thread::sleep(Duration::from_millis(delay));
        let _ = cut.kill();
        let _ = cut.wait();
        Binary::dev(&data);
    }
}

/// The same at the one place that chance rarely hits: the database is there, and nothing is in it yet.
#[test]
fn an_empty_database_of_a_cut_first_start_is_filled() {
    let dir = tempfile::tempdir().expect("a directory");
    let clock = Arc::new(Clock::system());
    let options = Options { clock, cache_bytes: 1 << 20, on_commit: Box::new(|_| {}) };
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o700)).expect("changed");
    fs::write(dir.path().join(".countersign-dev"), "").expect("written");
    drop(Store::create(&dir.path().join("countersign.redb"), options).expect("a database"));
    Binary::dev(dir.path());
}
