//! The same while all secrets of an organisation are rotated: the rotation goes on where it was, and every user ends up
//! with a secret that somebody was told.

use crate::common::{
    binary::{Binary, run},
    client::{Ask, Http},
    text,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

const USERS: usize = 24;

/// What whoever rotates was told.
#[derive(Default)]
struct Told {
    /// The last secret of each client.
    secrets: BTreeMap<String, String>,
    /// The token of the page that was not answered, or is to come.
    next: Value,
}

async fn make_fleet(server: &Binary) {
    let mut connection = server.client.connect(Http::Two).await.expect("a connection");
    for number in 0..USERS {
        let name = json!({ "userName": format!("fleet-{number}"), "name": "Robot" });
        let add = Ask::post("/management/v1/users/machine").bearer(&server.admin_token).json(&name);
        let user = text(&connection.send(add).await.ok()["userId"]);
        let set = Ask::put(format!("/management/v1/users/{user}/secret")).bearer(&server.admin_token);
        connection.send(set).await.ok();
    }
}

/// Rotates from page to page until the last, or until the server dies. `Ok` says that it was the last.
async fn rotate(server: &Binary, told: &mut Told, more: &Value, answered: &AtomicUsize) -> Result<(), ()> {
    let path = format!("/v1/organizations/{}/secrets/_rotate", text(&server.ready["org_id"]));
    let mut connection = server.client.connect(Http::Two).await.map_err(|_| ())?;
    loop {
        let mut body = json!({
            "olderThan": "0s", "grace": "3600s", "apply": true, "rotation": "all", "limit": 2, "pageToken": told.next,
        });
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        let page = connection.try_send(Ask::post(&path).bearer(&server.admin_token).json(&body)).await;
        let page = page.map_err(|_| ())?.ok();
        for user in page["users"].as_array().into_iter().flatten() {
            assert_eq!(user.get("skipped"), None, "{user}");
            told.secrets.insert(text(&user["clientId"]), text(&user["clientSecret"]));
        }
        answered.fetch_add(1, Ordering::Relaxed);
        match page.get("nextPageToken") {
            Some(next) => told.next = next.clone(),
            None => return Ok(()),
        }
    }
}

async fn takes(server: &Binary, client: &str, secret: &str) -> bool {
    let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("{client}:{secret}")));
    let ask = Ask::post("/oauth/v2/token").header("authorization", basic);
    let ask = ask.header("content-type", "application/x-www-form-urlencoded").body("grant_type=client_credentials");
    server.client.send(Http::One, ask).await.status == 200
}

/// Kills the server when so many pages are answered, or on its way to the next.
async fn kill_after(dir: &Path, pages: usize, later: Duration) {
    let server = Arc::new(Binary::dev(dir));
    make_fleet(&server).await;
    let answered = Arc::new(AtomicUsize::new(0));
    let rotating = tokio::spawn({
        let (server, answered) = (server.clone(), answered.clone());
        async move {
            let mut told = Told::default();
            let outcome = rotate(&server, &mut told, &json!({}), &answered).await;
            (told, outcome)
        }
    });
    while answered.load(Ordering::Relaxed) < pages && !rotating.is_finished() {
        tokio::time::sleep(Duration::from_micros(200)).await;
    }
    tokio::time::sleep(later).await;
    server.signal("KILL");
    let (mut told, outcome) = rotating.await.expect("no panic");
    assert!(outcome.is_err() && told.next.is_string(), "it was killed in the middle");
    drop(server);
    let database = format!("storage.path={}", dir.join("countersign.redb").display());
    let checked = run(&["check", "--set", &database]);
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));

    let server = Binary::dev(dir);
    let next = told.next.clone();
    // Those of the lost page, if it was done; then whoever is left.
    rotate(&server, &mut told, &json!({ "reissue": true }), &answered).await.expect("to the end");
    told.next = next;
    rotate(&server, &mut told, &json!({}), &answered).await.expect("to the end");
    let demo = text(&server.ready["client_id"]);
    assert_eq!(told.secrets.keys().filter(|client| **client != demo).count(), USERS);
    for (client, secret) in &told.secrets {
        assert!(takes(&server, client, secret).await, "{client} has a secret that nobody was told");
    }
    // Nobody was rotated twice but for the page that was lost.
    let query = format!("/v1/organizations/{}/credentials", text(&server.ready["org_id"]));
    let all = server.admin(Ask::get(format!("{query}?type=CREDENTIAL_TYPE_SECRET&limit=1000"))).await.ok();
    let all = all["credentials"].as_array().expect("a list").clone();
    let made = all.iter().filter(|one| one["credential"]["label"] == "all").count();
    let clients = told.secrets.len();
    assert!(made == clients || made == clients + 2, "{made} secrets for {clients} clients");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_of_a_fleet_survives_a_kill() {
    for (pages, later) in [(1, 0), (4, 1), (7, 3)] {
        let dir = tempfile::tempdir().expect("a directory");
        kill_after(&dir.path().join("data"), pages, Duration::from_millis(later)).await;
    }
}
