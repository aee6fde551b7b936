//! The credentials of `countersign.v1` over all wires; and over plain HTTP, what has no place in a request is refused.

use crate::common::{
    client::{Answer, Ask, Http},
    full_name,
    grpc::{self, Status},
    server::{Server, assert_refused},
    text,
};
use buffa::Message;
use countersign::proto::countersign::v1::{GetCredentialRequest, GetCredentialResponse};
use serde_json::json;

/// A secret of the demo user: its id, and a token that it minted.
async fn secret(server: &Server) -> (String, String) {
    let added = server.kit.ok("credential/AddSecret", json!({ "userId": server.kit.demo, "label": "blue" })).await;
    let auth = crate::common::web::Auth::Basic("demo", added["clientSecret"].as_str().expect("a secret"));
    let minted = server.kit.ask_token(auth, crate::common::web::API).await.ok();
    (text(&added["credential"]["id"]), text(&minted["access_token"]))
}

fn get(server: &Server, id: &str) -> GetCredentialRequest {
    GetCredentialRequest { user_id: server.kit.demo.clone(), credential_id: id.into(), ..Default::default() }
}

#[tokio::test]
async fn a_credential_is_the_same_over_every_wire() {
    let server = Server::start().await;
    let procedure = full_name("credential/GetCredential");
    let (id, _) = secret(&server).await;
    let token = &server.kit.admin_token;
    let unknown = |status: Status| {
        let detail = ("COUNTERSIGN-credential".to_owned(), "Credential could not be found".to_owned());
        assert_eq!((status.code, status.detail), (5, Some(detail)));
    };
    let path = |id: &str| format!("/v1/users/{}/credentials/{id}", server.kit.demo);
    let expected = server.admin(Ask::get(path(&id))).await.ok();
    let expected: GetCredentialResponse = serde_json::from_value(expected).expect("the message");
    assert_eq!((expected.credential.id.as_str(), expected.credential.label.as_str()), (id.as_str(), "blue"));
    let elsewhere = server.admin(Ask::get(path("1"))).await;
    assert_refused(&elsewhere, 404, 5, "COUNTERSIGN-credential", "Credential could not be found");

    let framed = [
        (Http::Two, "application/grpc"),
        (Http::Two, "application/grpc+proto"),
        (Http::One, "application/grpc-web+proto"),
        (Http::Two, "application/grpc-web+proto"),
    ];
    for (http, content_type) in framed {
        let ask = |id: &str| grpc::call(&procedure, content_type, &get(&server, id)).bearer(token);
        let found: GetCredentialResponse = grpc::reply(&server.client.send(http, ask(&id)).await);
        assert_eq!(found, expected, "{content_type}");
        unknown(grpc::refusal(&server.client.send(http, ask("1")).await));
    }
    for http in [Http::One, Http::Two] {
        let json = |id: &str| {
            let body = json!({ "userId": server.kit.demo, "credentialId": id });
            Ask::post(format!("/{procedure}")).bearer(token).json(&body)
        };
        let found = server.client.send(http, json(&id)).await.ok();
        assert_eq!(serde_json::from_value::<GetCredentialResponse>(found).expect("the message"), expected);
        let refused = server.client.send(http, json("1")).await;
        assert_eq!((refused.status, &refused.json()["code"]), (404, &json!("not_found")));
        let proto = Ask::post(format!("/{procedure}")).bearer(token).header("content-type", "application/proto");
        let found = server.client.send(http, proto.body(get(&server, &id).encode_to_vec())).await;
        assert_eq!(GetCredentialResponse::decode_from_slice(&found.body).expect("the message"), expected);
    }
}

#[tokio::test]
async fn a_kill_that_is_asked_for_in_the_wrong_place_is_refused_and_not_forgotten() {
    let server = Server::start().await;
    let (id, token) = secret(&server).await;
    let path = format!("/v1/users/{}/credentials/{id}", server.kit.demo);
    let refused = |answer: &Answer, says: &str| {
        assert_eq!(answer.status, 400);
        assert!(text(&answer.json()["message"]).contains(says), "{}", answer.text());
    };
    let body = server.admin(Ask::delete(&path).json(&json!({ "endTokens": true }))).await;
    refused(&body, "takes no body");
    let misspelt = server.admin(Ask::delete(format!("{path}?endtokens=true"))).await;
    refused(&misspelt, "unknown query parameter endtokens");
    let rotate = format!("/v1/users/{}/secrets/_rotate", server.kit.demo);
    let in_query = server.admin(Ask::post(format!("{rotate}?compromised=true")).json(&json!({}))).await;
    refused(&in_query, "takes no query parameters");
    assert_eq!(server.admin(Ask::get(&path)).await.status, 200, "nothing was removed");
    assert!(server.kit.api_takes(&token).await);
    server.admin(Ask::delete(format!("{path}?endTokens=true"))).await.ok();
    assert!(!server.kit.api_takes(&token).await);
}

#[tokio::test]
async fn a_misspelt_field_is_refused_and_not_taken_for_nothing() {
    let server = Server::start().await;
    let (id, token) = secret(&server).await;
    let path = format!("/v1/users/{}", server.kit.demo);
    for (ask, unknown) in [
        (Ask::put(format!("{path}/credentials/{id}/bounds")).json(&json!({ "readOnly": true })), "readOnly"),
        (
            Ask::put(format!("{path}/credentials/{id}/bounds")).json(&json!({ "bounds": { "readonly": true } })),
            "readonly",
        ),
        (Ask::post(format!("{path}/secrets/_rotate")).json(&json!({ "comprimised": true })), "comprimised"),
        (
            Ask::post("/countersign.v1.CredentialService/RotateSecret")
                .json(&json!({ "userId": server.kit.demo, "comprimised": true })),
            "comprimised",
        ),
    ] {
        let refused = server.admin(ask).await;
        assert_eq!(refused.status, 400);
        let says = text(&refused.json()["message"]);
        assert!(says.contains(&format!("unknown field {unknown}; there are ")), "{says}");
    }
    assert!(server.kit.api_takes(&token).await);
}

#[tokio::test]
async fn calls_of_zitadel_ignore_what_they_do_not_know() {
    let server = Server::start().await;
    let path = format!("/management/v1/users/{}/secret?unknown=1", server.kit.demo);
    server.admin(Ask::delete(path).json(&json!({ "unknown": true }))).await.ok();
}
