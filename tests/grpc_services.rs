//! gRPC's own services: health, and reflection under both of its names.

use crate::common::{
    client::{Ask, Http},
    grpc,
    server::Server,
};
use buffa::Message;
use countersign::proto::grpc::{
    health::v1::{HealthCheckRequest, HealthCheckResponse, health_check_response::ServingStatus},
    reflection::v1::{
        ServerReflectionRequest, ServerReflectionResponse, server_reflection_request::MessageRequest as Question,
        server_reflection_response::MessageResponse as Answer,
    },
};
use http_body_util::BodyExt;
use serde_json::json;
use std::time::Duration;

const MANAGEMENT: &str = "zitadel.management.v1.ManagementService";

fn about(service: &str) -> HealthCheckRequest {
    HealthCheckRequest { service: service.into(), ..Default::default() }
}

#[tokio::test]
async fn health_tells_of_the_server_and_of_each_service() {
    let server = Server::start().await;
    let check = "grpc.health.v1.Health/Check";
    for service in ["", MANAGEMENT, "zitadel.user.v2.UserService"] {
        let answer = server.client.send(Http::Two, grpc::call(check, "application/grpc", &about(service))).await;
        let status: HealthCheckResponse = grpc::reply(&answer);
        assert_eq!(status.status, ServingStatus::SERVING, "{service}");
    }
    let web = grpc::call(check, "application/grpc-web+proto", &about(""));
    let status: HealthCheckResponse = grpc::reply(&server.ask(web).await);
    assert_eq!(status.status, ServingStatus::SERVING);
    let connect = server.ask(Ask::post(format!("/{check}")).json(&json!({}))).await;
    assert_eq!(connect.ok(), json!({ "status": "SERVING" }));
    let unknown = server.client.send(Http::Two, grpc::call(check, "application/grpc", &about("nobody"))).await;
    assert_eq!(grpc::refusal(&unknown).code, 5);
}

#[tokio::test]
async fn health_can_be_watched() {
    let server = Server::start().await;
    for (service, expected) in
        [("", ServingStatus::SERVING), (MANAGEMENT, ServingStatus::SERVING), ("nobody", ServingStatus::SERVICE_UNKNOWN)]
    {
        let watch = grpc::call("grpc.health.v1.Health/Watch", "application/grpc", &about(service));
        let mut connection = server.connect(Http::Two).await;
        let mut body = connection.begin(watch).await.expect("an answer").into_body();
        let first = body.frame().await.expect("a frame").expect("no error").into_data().expect("data");
        let (_, message) = grpc::frames(&first).remove(0);
        let status = HealthCheckResponse::decode_from_slice(&message).expect("the message");
        assert_eq!(status.status, expected, "{service}");
        // Nothing changes, so nothing more is said, and the stream stays open.
        assert!(tokio::time::timeout(Duration::from_millis(50), body.frame()).await.is_err(), "{service}");
    }
}

#[tokio::test]
async fn a_call_ends_when_the_client_says_so() {
    let server = Server::start().await;
    let watch = grpc::call("grpc.health.v1.Health/Watch", "application/grpc", &about("")).header("grpc-timeout", "50m");
    let (messages, status) = grpc::outcome(&server.client.send(Http::Two, watch).await);
    assert_eq!((messages.len(), status.code), (1, 4), "{status:?}");
}

#[tokio::test]
async fn a_watch_does_not_keep_the_server_from_stopping() {
    let server = Server::start().await;
    let mut connection = server.connect(Http::Two).await;
    let watch = grpc::call("grpc.health.v1.Health/Watch", "application/grpc", &about(""));
    let body = connection.begin(watch).await.expect("an answer").into_body();
    server.shutdown.begin();
    let body = body.collect().await.expect("an end");
    assert_eq!(body.trailers().map(|trailers| trailers["grpc-status"].as_bytes()), Some(b"0".as_slice()));
    let statuses = grpc::frames(&body.to_bytes());
    let last = HealthCheckResponse::decode_from_slice(&statuses[1].1).expect("the message");
    assert_eq!((statuses.len(), last.status), (2, ServingStatus::NOT_SERVING.into()));
    let done = tokio::time::timeout(Duration::from_secs(5), server.done).await;
    done.expect("it stops soon").expect("no panic").expect("no error");
}

async fn reflect(server: &Server, version: &str, question: Question) -> Answer {
    let request =
        ServerReflectionRequest { host: "localhost".into(), message_request: Some(question), ..Default::default() };
    let procedure = format!("grpc.reflection.{version}.ServerReflection/ServerReflectionInfo");
    let answer = server.client.send(Http::Two, grpc::call(&procedure, "application/grpc", &request)).await;
    let response: ServerReflectionResponse = grpc::reply(&answer);
    assert_eq!(response.valid_host, "localhost");
    response.message_response.expect("an answer")
}

#[tokio::test]
async fn reflection_lists_services_and_shows_their_files() {
    let server = Server::start().await;
    for version in ["v1", "v1alpha"] {
        let Answer::ListServicesResponse(list) = reflect(&server, version, Question::ListServices("*".into())).await
        else {
            panic!("no list")
        };
        let names: Vec<_> = list.service.iter().map(|service| service.name.as_str()).collect();
        for name in [MANAGEMENT, "zitadel.user.v2.UserService", "grpc.health.v1.Health"] {
            assert!(names.contains(&name), "{version}: {names:?}");
        }
        for symbol in [MANAGEMENT.to_owned(), format!("{MANAGEMENT}.GenerateMachineSecret")] {
            let question = Question::FileContainingSymbol(symbol.clone());
            let Answer::FileDescriptorResponse(files) = reflect(&server, version, question).await else {
                panic!("{version}: no file has {symbol}")
            };
            // With all that it imports, so the first is the file itself.
            let first = String::from_utf8_lossy(&files.file_descriptor_proto[0]).into_owned();
            assert!(
                first.contains("GenerateMachineSecretRequest") && files.file_descriptor_proto.len() > 1,
                "{symbol}"
            );
        }
        for unknown in ["", "nobody", "zitadel", &format!("{MANAGEMENT}.Nothing")] {
            let question = Question::FileContainingSymbol((*unknown).into());
            let Answer::ErrorResponse(error) = reflect(&server, version, question).await else {
                panic!("{version}: {unknown:?} was found")
            };
            assert_eq!(error.error_code, 5, "{unknown}");
        }
    }
}
