//! One operation over all wires: gRPC, gRPC-Web, Connect and REST give the same answer and the same refusal, each in
//! its own shape.

use crate::common::{
    client::{Answer, Ask, Http},
    full_name,
    grpc::{self, Status},
    server::Server,
};
use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use buffa::Message;
use countersign::proto::zitadel::{
    management::v1::{GenerateMachineSecretRequest, GenerateMachineSecretResponse},
    project::v2::{CreateProjectRequest, CreateProjectResponse},
    v1::ErrorDetail,
};
use serde_json::{Value, json};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Face {
    Grpc,
    GrpcProto,
    GrpcWeb(Http),
    Connect(Http),
    ConnectProto(Http),
    Rest,
}

const FACES: [Face; 9] = [
    Face::Grpc,
    Face::GrpcProto,
    Face::GrpcWeb(Http::One),
    Face::GrpcWeb(Http::Two),
    Face::Connect(Http::One),
    Face::Connect(Http::Two),
    Face::ConnectProto(Http::One),
    Face::ConnectProto(Http::Two),
    Face::Rest,
];

const GENERATE: &str = "management/GenerateMachineSecret";

/// Generates a secret over a face, with these headers.
async fn generate(
    server: &Server,
    face: Face,
    user: &str,
    headers: &[(&str, &str)],
) -> Result<GenerateMachineSecretResponse, Status> {
    let message = GenerateMachineSecretRequest { user_id: user.into(), ..Default::default() };
    let procedure = full_name(GENERATE);
    let (http, ask) = match face {
        Face::Grpc => (Http::Two, grpc::call(&procedure, "application/grpc", &message)),
        Face::GrpcProto => (Http::Two, grpc::call(&procedure, "application/grpc+proto", &message)),
        Face::GrpcWeb(http) => (http, grpc::call(&procedure, "application/grpc-web+proto", &message)),
        Face::Connect(http) => (http, Ask::post(format!("/{procedure}")).json(&json!({ "userId": user }))),
        Face::ConnectProto(http) => {
            let ask = Ask::post(format!("/{procedure}")).header("content-type", "application/proto");
            (http, ask.header("connect-protocol-version", "1").body(message.encode_to_vec()))
        }
        Face::Rest => (Http::One, Ask::put(format!("/management/v1/users/{user}/secret"))),
    };
    let ask = headers.iter().fold(ask, |ask, (name, value)| ask.header(name, value));
    let answer = server.client.send(http, ask).await;
    assert_eq!(answer.header("cache-control"), "no-store", "{face:?}");
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{face:?}");
    assert!(!answer.header("x-request-id").is_empty(), "{face:?}");
    read(face, &answer)
}

fn read(face: Face, answer: &Answer) -> Result<GenerateMachineSecretResponse, Status> {
    match face {
        Face::Grpc | Face::GrpcProto | Face::GrpcWeb(_) => {
            let content_type = match face {
                Face::Grpc => "application/grpc",
                Face::GrpcProto => "application/grpc+proto",
                _ => "application/grpc-web+proto",
            };
            assert_eq!(answer.header("content-type"), content_type);
            if grpc::outcome(answer).1.code != 0 {
                return Err(grpc::refusal(answer));
            }
            Ok(grpc::reply(answer))
        }
        Face::Rest => match answer.status {
            200 => Ok(serde_json::from_slice(&answer.body).expect("the message")),
            _ => Err(rest_status(answer)),
        },
        Face::Connect(_) | Face::ConnectProto(_) if answer.status != 200 => Err(connect_status(answer)),
        Face::Connect(_) => {
            assert_eq!(answer.header("content-type"), "application/json");
            Ok(serde_json::from_slice(&answer.body).expect("the message"))
        }
        Face::ConnectProto(_) => {
            assert_eq!(answer.header("content-type"), "application/proto");
            Ok(GenerateMachineSecretResponse::decode_from_slice(&answer.body).expect("the message"))
        }
    }
}

fn rest_status(answer: &Answer) -> Status {
    let json = answer.json();
    let detail = json["details"].get(0).map(|detail| {
        assert_eq!(detail["@type"], "type.googleapis.com/zitadel.v1.ErrorDetail");
        (crate::common::text(&detail["id"]), crate::common::text(&detail["message"]))
    });
    let code = json["code"].as_u64().and_then(|code| u32::try_from(code).ok()).expect("a code");
    let expected = match code {
        3 | 9 => 400,
        5 => 404,
        7 => 403,
        16 => 401,
        12 => 501,
        other => panic!("code {other}"),
    };
    assert_eq!(answer.status, expected);
    Status { code, message: crate::common::text(&json["message"]), detail }
}

/// Connect's error: the code as a word, the detail as base64 and, for people, as JSON.
fn connect_status(answer: &Answer) -> Status {
    assert_eq!(answer.header("content-type"), "application/json");
    let json = answer.json();
    let (code, status) = match json["code"].as_str().expect("a word") {
        "invalid_argument" => (3, 400),
        "not_found" => (5, 404),
        "permission_denied" => (7, 403),
        "failed_precondition" => (9, 400),
        "unimplemented" => (12, 501),
        "unauthenticated" => (16, 401),
        other => panic!("code {other}"),
    };
    assert_eq!(answer.status, status);
    let detail = json.get("details").map(|details| {
        let detail = &details[0];
        assert_eq!((details.as_array().map(Vec::len), &detail["type"]), (Some(1), &json!("zitadel.v1.ErrorDetail")));
        let value =
            BASE64_STANDARD_NO_PAD.decode(crate::common::text(&detail["value"])).expect("base64 without padding");
        let message = ErrorDetail::decode_from_slice(&value).expect("an ErrorDetail");
        assert_eq!(detail["debug"], json!({ "id": message.id, "message": message.message }));
        (message.id.clone(), message.message.clone())
    });
    Status { code, message: crate::common::text(&json["message"]), detail }
}

fn status(code: u32, id: &str, text: &str) -> Status {
    match id {
        "" => Status { code, message: text.into(), detail: None },
        id => Status { code, message: format!("{text} ({id})"), detail: Some((id.into(), text.into())) },
    }
}

#[tokio::test]
async fn every_face_gives_the_same_answer() {
    let server = Server::start().await;
    let token = format!("Bearer {}", server.kit.admin_token);
    let mut sequence = server.next_sequence().await;
    for face in FACES {
        let answer = generate(&server, face, &server.kit.demo, &[("authorization", &token)]).await;
        let answer = answer.unwrap_or_else(|status| panic!("{face:?}: {status:?}"));
        sequence += 1;
        assert_eq!((answer.client_id.as_str(), answer.details.sequence), ("demo", sequence), "{face:?}");
        assert_eq!(answer.details.resource_owner, server.kit.org, "{face:?}");
        assert!(answer.details.creation_date.is_set() && answer.client_secret.starts_with("cs_sec_"), "{face:?}");
    }
}

/// A user, the headers of a call about it, and how it is refused.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], Status);

#[tokio::test]
async fn every_face_refuses_alike() {
    let server = Server::start().await;
    let admin = format!("Bearer {}", server.kit.admin_token);
    let stranger = format!("Bearer {}", server.caller("stranger", &[]).await);
    let viewer = format!("Bearer {}", server.caller("viewer", &["ORG_OWNER_VIEWER"]).await);
    let other = server.kit.org_called("Other").await;
    let (demo, elsewhere) = (server.kit.demo.clone(), server.kit.machine_in(&other, "elsewhere").await);
    let cases: [Case<'_>; 9] = [
        (&demo, &[], status(16, "", "auth header missing")),
        (&demo, &[("authorization", "Basic x")], status(16, "AUTH-toLo1", "invalid auth header")),
        (&demo, &[("authorization", "Bearer x")], status(16, "AUTH-7fs1e", "Errors.Token.Invalid")),
        (
            &demo,
            &[("authorization", &admin), ("x-zitadel-orgid", "1")],
            status(7, "AUTH-Bs7Ds", "Organisation doesn't exist"),
        ),
        (&demo, &[("authorization", &stranger)], status(5, "AUTHZ-cdgFk", "membership not found")),
        (&demo, &[("authorization", &viewer)], status(7, "AUTH-5mWD2", "No matching permissions found")),
        ("1", &[("authorization", &admin)], status(5, "QUERY-Dfbg2", "User could not be found")),
        (&elsewhere, &[("authorization", &admin)], status(5, "MANAG-fpo4B", "User could not be found")),
        (
            "",
            &[("authorization", &admin)],
            status(3, "", "invalid GenerateMachineSecretRequest.UserId: value length must be at least 1 runes"),
        ),
    ];
    let before = server.next_sequence().await;
    for (user, headers, expected) in cases {
        for face in FACES {
            // A path without an id is another path.
            if face == Face::Rest && user.is_empty() {
                continue;
            }
            let refusal = generate(&server, face, user, headers).await.expect_err("a refusal");
            assert_eq!(refusal, expected, "{face:?}");
        }
    }
    assert_eq!(server.next_sequence().await, before + 1);
}

#[tokio::test]
async fn the_secret_of_v2_is_had_over_every_rpc_protocol() {
    let server = Server::start().await;
    let path = format!("/{}", full_name("user.v2/AddSecret"));
    let json = server.admin(Ask::post(&path).json(&json!({ "userId": server.kit.demo }))).await.ok();
    let keys: Vec<_> = json.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(keys, ["clientSecret", "creationDate"]);
    // The older name of the field, and one that nobody knows.
    let body = json!({ "user_id": server.kit.demo, "unknown": {} });
    assert_eq!(server.admin(Ask::post(&path).json(&body)).await.status, 200);
    let refused = server.admin(Ask::post(&path).json(&json!({ "userId": "1" }))).await;
    assert_eq!(connect_status(&refused), status(9, "COMMAND-x8910n", "Errors.User.NotExisting"));
    let demo = server.kit.token(&server.kit.demo).await;
    let by_itself = server.ask(Ask::post(&path).bearer(&demo).json(&json!({ "userId": server.kit.demo }))).await;
    assert_eq!(by_itself.status, 200);
    let of_admin = server.ask(Ask::post(&path).bearer(&demo).json(&json!({ "userId": server.kit.admin }))).await;
    assert_eq!(connect_status(&of_admin), status(5, "AUTHZ-cdgFk", "membership not found"));
}

#[tokio::test]
async fn what_is_not_served_is_unimplemented() {
    let server = Server::start().await;
    let empty = GenerateMachineSecretRequest::default();
    for (procedure, id) in [
        ("zitadel.management.v1.ManagementService/AddHumanUser", "COUNTERSIGN-human"),
        ("zitadel.management.v1.ManagementService/NoSuchThing", "COUNTERSIGN-unserved"),
        ("zitadel.management.v1.ManagementService/ListProjectMembers", "COUNTERSIGN-unserved"),
        ("zitadel.settings.v2.SettingsService/GetGeneralSettings", "COUNTERSIGN-unserved"),
        ("zitadel.user.v2.UserService/AddHumanUser", "COUNTERSIGN-human"),
        ("zitadel.session.v2.SessionService/CreateSession", "COUNTERSIGN-human"),
        ("other.v1.Service/Method", ""),
        ("grpc.health.v1.Health/Nothing", ""),
    ] {
        let mut refusals = Vec::new();
        for (http, content_type) in [
            (Http::Two, "application/grpc"),
            (Http::Two, "application/grpc+proto"),
            (Http::One, "application/grpc-web+proto"),
        ] {
            let answer = server.client.send(http, grpc::call(procedure, content_type, &empty)).await;
            refusals.push(grpc::refusal(&answer));
        }
        for refusal in &refusals {
            assert_eq!(refusal, &refusals[0], "{procedure}");
            assert_eq!(refusal.code, 12, "{procedure}");
            assert_eq!(refusal.detail.as_ref().map_or("", |(id, _)| id), id, "{refusal:?}");
            assert!(id != "COUNTERSIGN-unserved" || refusal.message.contains(procedure), "{refusal:?}");
        }
        let connect = server.ask(Ask::post(format!("/{procedure}")).json(&json!({}))).await;
        assert_eq!(connect.json()["code"], "unimplemented", "{procedure}");
        assert_eq!(connect.status, if id.is_empty() { 404 } else { 501 }, "{procedure}");
    }
    for (method, path) in [
        ("POST", "/management/v1/users/human"),
        ("POST", "/management/v1/users/human/_import"),
        ("POST", "/v2/users/human"),
        ("PUT", "/management/v1/users/1/email"),
        ("POST", "/v2/sessions"),
    ] {
        let answer = server.ask(Ask::new(method, path)).await;
        let words = "This server is for machine users; it has no human users or logins";
        crate::common::server::assert_refused(&answer, 501, 12, "COUNTERSIGN-human", words);
    }
}

#[tokio::test]
async fn unknown_paths_and_methods_have_bodies() {
    let server = Server::start().await;
    for path in ["/", "/nothing", "/management/v1", "/management/v1/users//secret", "/a.b", "/%00"] {
        for http in [Http::One, Http::Two] {
            let answer = server.client.send(http, Ask::post(path)).await;
            assert_eq!(answer.json(), json!({ "code": 5, "message": "Not Found", "details": [] }), "{path}");
            assert_eq!((answer.status, answer.header("content-type")), (404, "application/json"), "{path}");
        }
    }
    for method in ["GET", "POST", "PATCH", "OPTIONS", "TRACE", "BREW"] {
        let answer = server.ask(Ask::new(method, "/management/v1/users/1/secret")).await;
        assert_eq!(answer.json(), json!({ "code": 12, "message": "Method Not Allowed", "details": [] }), "{method}");
        assert_eq!((answer.status, answer.header("allow")), (405, "DELETE, PUT"), "{method}");
    }
}

#[tokio::test]
async fn a_procedure_takes_posts_of_known_content_types() {
    let server = Server::start().await;
    let path = format!("/{}", full_name(GENERATE));
    let get = server.ask(Ask::get(&path)).await;
    assert_eq!((get.status, get.header("allow")), (405, "POST"));
    for content_type in ["text/plain", "application/xml", "multipart/form-data", "application/x-www-form-urlencoded"] {
        let answer = server.ask(Ask::post(&path).header("content-type", content_type).body("x")).await;
        assert_eq!(answer.status, 415, "{content_type}");
        assert!(answer.header("accept-post").contains("application/json"), "{content_type}");
    }
    let malformed = server.admin(Ask::post(&path).header("content-type", "application/json").body("{")).await;
    assert_eq!((malformed.status, &malformed.json()["code"]), (400, &json!("invalid_argument")));
    let with_charset = Ask::post(&path).header("content-type", "application/json; charset=utf-8");
    let body = json!({ "userId": server.kit.demo }).to_string();
    assert_eq!(server.admin(with_charset.body(body)).await.status, 200);
    // A REST path that somebody calls as gRPC is a gRPC error, not a page.
    let web = Ask::post("/management/v1/users/1/secret").header("content-type", "application/grpc");
    assert_eq!(grpc::refusal(&server.client.send(Http::Two, web).await).code, 12);
}

#[tokio::test]
async fn json_answers_have_the_same_members_on_rest_and_connect() {
    let server = Server::start().await;
    let rest = server.admin(Ask::get(format!("/management/v1/users/{}", server.kit.demo))).await.ok();
    let connect = Ask::post(format!("/{}", full_name("management/GetUserByID")));
    let connect = server.admin(connect.json(&json!({ "id": server.kit.demo }))).await.ok();
    assert_eq!(rest, connect);
    assert!(rest["user"]["details"]["sequence"].is_string(), "{rest}");
    let none: Option<&Value> = rest["user"]["machine"].get("accessTokenType");
    assert!(none.is_none(), "zero values are left out: {rest}");
}

/// ZITADEL's newest services have no REST paths, and every other way in.
#[tokio::test]
async fn what_has_no_path_is_reached_over_every_rpc_wire() {
    let server = Server::start().await;
    let authorization = format!("Bearer {}", server.kit.admin_token);
    let procedure = full_name("project.v2/CreateProject");
    let body = |name: &str| json!({ "organizationId": server.kit.org, "name": name });
    let connect = Ask::post(format!("/{procedure}")).json(&body("Over Connect"));
    let created = server.ask(connect.header("authorization", &authorization)).await.ok();
    assert!(created["projectId"].is_string());
    for (name, content_type) in [("Over gRPC", "application/grpc"), ("Over gRPC-Web", "application/grpc-web+proto")] {
        let organization_id = server.kit.org.clone();
        let message = CreateProjectRequest { organization_id, name: name.into(), ..Default::default() };
        let ask = grpc::call(&procedure, content_type, &message).header("authorization", &authorization);
        let created: CreateProjectResponse = grpc::reply(&server.client.send(Http::Two, ask).await);
        assert!(!created.project_id.is_empty(), "{name}");
    }
    let rest = Ask::post("/v2/projects".to_owned()).json(&body("Over REST")).header("authorization", &authorization);
    assert_eq!(server.ask(rest).await.status, 404);
}
