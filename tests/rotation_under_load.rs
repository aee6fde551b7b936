//! A client that reads its secret from a file again and again while the secret is rotated: no request of it fails.

use crate::common::{
    client::{Ask, Connection, Http},
    server::Server,
    text,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::json;
use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::time::sleep;

/// How many clients ask at the same time.
const CLIENTS: usize = 4;

fn token(secret: &str) -> Ask {
    let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("demo:{secret}")));
    Ask::post("/oauth/v2/token")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("authorization", basic)
        .body("grant_type=client_credentials")
}

/// As a secret is rolled out: whole, or not at all.
fn roll_out(file: &Path, secret: &str) {
    let new = file.with_extension("new");
    fs::write(&new, secret).expect("written");
    fs::rename(&new, file).expect("renamed");
}

async fn ask_until(mut connection: Connection, file: PathBuf, over: Arc<AtomicBool>, answered: Arc<AtomicUsize>) {
    while !over.load(Ordering::Acquire) {
        let secret = fs::read_to_string(&file).expect("a secret");
        let answer = connection.send(token(&secret)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answered.fetch_add(1, Ordering::AcqRel);
    }
}

/// Rotates so often, with a pause between, while clients ask without one.
async fn rotate_under_load(times: usize, pause: Duration) -> usize {
    let server = Server::start().await;
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("secret");
    roll_out(&file, &server.kit.demo_secret);
    let (over, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        let connection = server.connect(Http::One).await;
        clients.push(tokio::spawn(ask_until(connection, file.clone(), over.clone(), answered.clone())));
    }
    for _ in 0..times {
        let rotate = Ask::post(format!("/v1/users/{}/secrets/_rotate", server.kit.demo));
        let rotated = server.admin(rotate.json(&json!({ "grace": "5s" }))).await.ok();
        roll_out(&file, &text(&rotated["clientSecret"]));
        sleep(pause).await;
        // The server's clock is the test's: what was replaced before the last time has run out.
        server.kit.clock.advance(Duration::from_secs(1));
    }
    over.store(true, Ordering::Release);
    for client in clients {
        client.await.expect("no request failed");
    }
    answered.load(Ordering::Acquire)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_fails_while_the_secret_is_rotated() {
    assert!(rotate_under_load(40, Duration::from_millis(25)).await > 40);
}

/// The same at the pace of a real rotation: `cargo test rotation_under_load -- --ignored`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes a minute"]
async fn no_request_fails_while_the_secret_is_rotated_every_second_for_a_minute() {
    let answered = rotate_under_load(60, Duration::from_secs(1)).await;
    println!("{answered} requests, none failed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_grace_the_first_request_after_the_answer_is_refused() {
    let server = Server::start().await;
    let mut secret = server.kit.demo_secret.clone();
    let mut connection = server.connect(Http::One).await;
    for _ in 0..20 {
        assert_eq!(connection.send(token(&secret)).await.status, 200);
        let rotate = Ask::post(format!("/v1/users/{}/secrets/_rotate", server.kit.demo));
        let rotated = server.admin(rotate.json(&json!({ "grace": "0s" }))).await.ok();
        assert_eq!(connection.send(token(&secret)).await.status, 401);
        secret = text(&rotated["clientSecret"]);
    }
}
