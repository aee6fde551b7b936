//! Many callers at once: changes stand in one order, and whoever was answered is seen by everybody.

use crate::common::{
    client::{Answer, Ask, Http},
    full_name, grpc,
    server::Server,
    text,
};
use countersign::{
    id::UserId,
    model::CredentialKind,
    proto::zitadel::management::v1::{GetUserByIDRequest, GetUserByIDResponse},
};
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn rotate(user: &str) -> Ask {
    Ask::put(format!("/management/v1/users/{user}/secret"))
}

fn sequence(answer: &Value) -> u64 {
    text(&answer["details"]["sequence"]).parse().expect("a number")
}

/// Whether this is the user's one secret.
fn is_the_secret(server: &Server, user: &str, secret: &Value) -> bool {
    let app = &server.kit.app;
    let user = UserId::parse(user).expect("an id");
    let snapshot = app.store.snapshot().map_err(|e| e.message).expect("a snapshot");
    let state = snapshot.state();
    let credentials = state.credentials(&user).map_err(|e| e.message).expect("credentials");
    let kinds: Vec<_> = credentials.map(|found| found.map_err(|e| e.message).expect("a credential").kind).collect();
    let hashes: Vec<_> = kinds
        .iter()
        .filter_map(|kind| match kind {
            CredentialKind::Secret { hash, .. } => Some(hash),
            _ => None,
        })
        .collect();
    assert_eq!(hashes.len(), 1, "one secret at a time");
    app.keys.load().client_secrets().verify(&text(secret), hashes[0])
}

#[tokio::test]
async fn of_two_secrets_made_at_once_the_later_one_counts() {
    let server = Server::start().await;
    let demo = &server.kit.demo;
    for _ in 0..8 {
        let (one, two) = tokio::join!(server.admin(rotate(demo)), server.admin(rotate(demo)));
        let mut answers = [one.ok(), two.ok()];
        answers.sort_by_key(sequence);
        assert_eq!(sequence(&answers[1]), sequence(&answers[0]) + 1);
        assert!(!is_the_secret(&server, demo, &answers[0]["clientSecret"]));
        assert!(is_the_secret(&server, demo, &answers[1]["clientSecret"]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_secrets_at_once_have_sixty_four_places_in_the_log() {
    let server = Server::start().await;
    let before = server.next_sequence().await;
    let shared = server.connect(Http::Two).await;
    let own = join_all((0..32).map(|_| server.connect(Http::One))).await;
    let all = own.into_iter().chain((0..32).map(|_| shared.share()));
    let ask = rotate(&server.kit.demo).bearer(&server.kit.admin_token);
    let asked = all.map(|mut connection| {
        tokio::spawn({
            let ask = ask.clone();
            async move { connection.send(ask).await.ok() }
        })
    });
    let answers: Vec<_> = join_all(asked).await.into_iter().map(|answer| answer.expect("no panic")).collect();
    let sequences: BTreeSet<_> = answers.iter().map(sequence).collect();
    assert_eq!(sequences, (before + 1..=before + 64).collect());
    let secrets: BTreeSet<_> = answers.iter().map(|answer| text(&answer["clientSecret"])).collect();
    assert_eq!(secrets.len(), 64);
    let times: BTreeSet<_> = answers.iter().map(|answer| text(&answer["details"]["creationDate"])).collect();
    assert_eq!(times.len(), 64, "each event has an instant of its own");
    let last = answers.iter().max_by_key(|answer| sequence(answer)).expect("an answer");
    assert!(is_the_secret(&server, &server.kit.demo, &last["clientSecret"]));
    assert_eq!(server.next_sequence().await, before + 65);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_users_of_one_name_one_is_created() {
    let server = Server::start().await;
    for round in 0..4 {
        let body = json!({ "userName": format!("Same-{round}"), "name": "Same" });
        let asked = (0..8).map(|_| server.admin(Ask::post("/management/v1/users/machine").json(&body)));
        let statuses: Vec<_> = join_all(asked).await.iter().map(|answer| answer.status).collect();
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 7, "{statuses:?}");
    }
}

#[tokio::test]
async fn a_secret_is_removed_once_however_many_ask() {
    let server = Server::start().await;
    let path = format!("/management/v1/users/{}/secret", server.kit.demo);
    let answers = join_all((0..8).map(|_| server.admin(Ask::delete(&path)))).await;
    let (done, refused): (Vec<&Answer>, Vec<&Answer>) = answers.iter().partition(|answer| answer.status == 200);
    assert_eq!((done.len(), refused.len()), (1, 7));
    assert!(refused.iter().all(|answer| answer.text().contains("COMMAND-coi82n")));
}

#[tokio::test]
async fn what_was_answered_is_seen_on_every_connection_and_wire() {
    let server = Server::start().await;
    let token = &server.kit.admin_token;
    let mut writer = server.connect(Http::One).await;
    let mut reader = server.connect(Http::Two).await;
    let mut other = server.connect(Http::One).await;
    for round in 0..12 {
        let name = format!("robot-{round}");
        let body = json!({ "userName": name, "name": "Robot" });
        let added = writer.send(Ask::post("/management/v1/users/machine").bearer(token).json(&body)).await.ok();
        let user = text(&added["userId"]);

        let by_id = GetUserByIDRequest { id: user.clone(), ..Default::default() };
        let by_id = grpc::call(&full_name("management/GetUserByID"), "application/grpc", &by_id).bearer(token);
        let seen: GetUserByIDResponse = grpc::reply(&reader.send(by_id).await);
        assert_eq!(seen.user.user_name, name);
        let list = json!({ "queries": [{ "userNameQuery": { "userName": name } }] });
        let list = Ask::post(format!("/{}", full_name("management/ListUsers"))).bearer(token).json(&list);
        assert_eq!(other.send(list).await.ok()["result"][0]["id"], user);

        let pat = Ask::post(format!("/management/v1/users/{user}/pats")).bearer(token).json(&json!({}));
        let pat = reader.send(pat).await.ok();
        let me = Ask::get("/auth/v1/users/me").bearer(&text(&pat["token"]));
        assert_eq!(other.send(me.clone()).await.ok()["user"]["id"], user);
        let remove = format!("/management/v1/users/{user}/pats/{}", text(&pat["tokenId"]));
        assert_eq!(writer.send(Ask::delete(remove).bearer(token)).await.status, 200);
        assert_eq!(other.send(me).await.status, 401);

        assert_eq!(reader.send(Ask::delete(format!("/management/v1/users/{user}")).bearer(token)).await.status, 200);
        assert_eq!(other.send(Ask::get(format!("/management/v1/users/{user}")).bearer(token)).await.status, 404);
    }
}
