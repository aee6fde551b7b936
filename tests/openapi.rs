//! The OpenAPI document: it describes what is served, all of it, and nothing else. That answers are as it says,
//! `common::schema` sees to with every call of every test.

use crate::common::{
    client::{Ask, Http},
    schema::{DOCUMENT, OPERATIONS, resolve},
    server::Server,
};
use countersign::{
    api::operations,
    proto::{OPENAPI, ROUTES},
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A path without the names of its variables. Where two rules name them differently, the document can have only one.
fn shape(path: &str) -> String {
    path.split('/').map(|it| if it.starts_with('{') { "{}" } else { it }).collect::<Vec<_>>().join("/")
}

#[test]
fn every_route_is_described_and_nothing_else() {
    let mut served = BTreeMap::new();
    for (procedure, operation) in operations() {
        let route = ROUTES.iter().find(|route| route.procedure == procedure).expect(procedure);
        for rest in route.rest {
            let expected = (format!("/{procedure}"), operation.permission.to_owned(), rest.success.to_string());
            served.insert((rest.method.to_owned(), shape(rest.path)), expected);
        }
    }
    let mut described = BTreeMap::new();
    for ((method, path), operation) in &*OPERATIONS {
        let text = |name: &str| operation[name].as_str().expect("text").to_owned();
        let statuses = operation["responses"].as_object().expect("responses").keys();
        let success = statuses.into_iter().find(|status| *status != "default").expect("a success").clone();
        let found = (text("x-countersign-procedure"), text("x-countersign-permission"), success);
        described.insert((method.clone(), shape(path)), found);
    }
    assert_eq!(described, served);
}

#[test]
fn every_variable_of_a_path_is_a_parameter() {
    for ((method, path), operation) in &*OPERATIONS {
        let variables = path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
        let parameters = operation["parameters"].as_array().expect("parameters").iter();
        let in_path = parameters.filter(|it| it["in"] == "path" && it["required"] == true);
        let names: BTreeSet<_> = in_path.filter_map(|parameter| parameter["name"].as_str()).collect();
        assert_eq!(names, variables.collect(), "{method} {path}");
    }
}

/// Whoever asks for a caller says so, and who does not has no use for a token.
#[test]
fn only_operations_without_a_permission_go_without_a_token() {
    for (place, operation) in &*OPERATIONS {
        let open = operation.get("security") == Some(&json!([]));
        assert_eq!(open, operation["x-countersign-permission"] == "", "{place:?}");
    }
    assert_eq!(DOCUMENT["security"], json!([{ "bearer": [] }]));
}

/// OpenAPI 3.1: templates that differ only in the names of their variables are the same path, and an operation's id is
/// its own.
#[test]
fn paths_and_ids_are_unique() {
    let (mut paths, mut ids) = (BTreeSet::new(), BTreeSet::new());
    for (path, operations) in DOCUMENT["paths"].as_object().expect("paths") {
        assert!(paths.insert(shape(path)), "{path}");
        for operation in operations.as_object().expect("operations").values() {
            assert!(ids.insert(operation["operationId"].as_str().expect("an id")), "{operation}");
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn follow(value: &'static Value, seen: &mut BTreeSet<&'static str>) {
        match value {
            Value::Object(fields) => {
                if let Some(reference) = fields.get("$ref").and_then(Value::as_str) {
                    resolve(reference);
                    seen.insert(reference);
                }
                fields.values().for_each(|value| follow(value, seen));
            }
            Value::Array(items) => items.iter().for_each(|value| follow(value, seen)),
            _ => {}
        }
    }
    let mut seen = BTreeSet::new();
    follow(&DOCUMENT, &mut seen);
    for name in DOCUMENT["components"]["schemas"].as_object().expect("schemas").keys() {
        assert!(seen.contains(format!("#/components/schemas/{name}").as_str()), "nothing refers to {name}");
    }
}

fn schema(name: &str) -> &'static Value {
    resolve(&format!("#/components/schemas/{name}"))
}

#[test]
fn messages_are_described_as_their_json() {
    let reference = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let add = schema("zitadel.management.v1.AddMachineUserRequest");
    assert_eq!(add["required"], json!(["userName", "name"]));
    assert_eq!(add["properties"]["userName"], json!({ "type": "string", "minLength": 1, "maxLength": 200 }));
    assert_eq!(add["properties"]["accessTokenType"], reference("zitadel.user.v1.AccessTokenType"));
    let names = json!(["ACCESS_TOKEN_TYPE_BEARER", "ACCESS_TOKEN_TYPE_JWT"]);
    assert_eq!(schema("zitadel.user.v1.AccessTokenType")["enum"], names);

    let details = schema("zitadel.v1.ObjectDetails");
    assert_eq!(details["properties"]["creationDate"]["format"], "date-time");
    assert_eq!(details["properties"]["sequence"]["type"], "string");
    assert!(details["description"].as_str().expect("a comment").contains("event"));
    let settings = &schema("zitadel.settings.v1.OIDCSettings")["properties"]["accessTokenLifetime"];
    assert_eq!(settings["examples"], json!(["3600s"]));
    let metadata = &schema("zitadel.metadata.v1.Metadata")["properties"]["value"];
    assert_eq!(metadata["contentEncoding"], "base64");
    assert_eq!(schema("zitadel.event.v1.Event")["properties"]["payload"]["additionalProperties"], true);
    let key = schema("zitadel.management.v1.AddMachineKeyRequest");
    assert_eq!(key["required"], json!(["type"]));
    assert_eq!(key["properties"]["type"]["not"], json!({ "enum": ["KEY_TYPE_UNSPECIFIED"] }));
    // What stands in the path has no place in the body.
    assert_eq!(key["properties"].get("userId"), None);

    // No more than what is not refused.
    for (query, most) in [
        ("zitadel.v1.ListQuery", 10_000),
        ("zitadel.change.v1.ChangeQuery", 10_000),
        ("zitadel.object.v2.ListQuery", 1000),
        ("zitadel.filter.v2.PaginationRequest", 1000),
    ] {
        assert_eq!(schema(query)["properties"]["limit"]["maximum"], most, "{query}");
    }

    let filter = schema("zitadel.org.v2.SearchQuery");
    assert_eq!((&filter["minProperties"], &filter["maxProperties"]), (&json!(1), &json!(1)));
    let create = schema("zitadel.user.v2.CreateUserRequest");
    assert_eq!(create["properties"]["machine"]["description"], "Exactly one of `human`, `machine` is set.");
}

#[test]
fn every_operation_of_somebody_known_takes_a_context() {
    let context = json!({ "$ref": "#/components/parameters/ContextOrganisation" });
    for ((method, path), operation) in OPERATIONS.iter() {
        let Some(permission) = operation["x-countersign-permission"].as_str() else { continue };
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        assert_eq!(parameters.contains(&context), !permission.is_empty(), "{method} {path}");
    }
}

#[test]
fn a_query_string_is_described_with_its_dots() {
    let place = ("DELETE".to_owned(), "/v2/administrators/{user_id}".to_owned());
    let parameters = OPERATIONS[&place]["parameters"].as_array().expect("parameters");
    let names: Vec<_> = parameters.iter().filter_map(|it| it["name"].as_str()).collect();
    let project = ["resource.projectGrant.projectId", "resource.projectGrant.organizationId"];
    let first = ["user_id", "resource.instance", "resource.organizationId", "resource.projectId"];
    assert_eq!(names, [first.as_slice(), project.as_slice()].concat());
}

#[tokio::test]
async fn the_document_is_served_to_everybody_once() {
    let server = Server::start().await;
    for http in [Http::One, Http::Two] {
        let answer = server.client.send(http, Ask::get("/openapi.json")).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
        assert_eq!(answer.body, OPENAPI.as_bytes());
        let tag = answer.header("etag").to_owned();
        let ask = |tags: &str| Ask::get("/openapi.json").header("if-none-match", tags);
        for known in [tag.clone(), format!("\"other\", W/{tag}"), "*".into()] {
            let answer = server.client.send(http, ask(&known)).await;
            assert_eq!((answer.status, answer.header("etag"), answer.body.len()), (304, tag.as_str(), 0), "{known}");
        }
        for other in ["\"other\"", "", tag.trim_matches('"')] {
            assert_eq!(server.client.send(http, ask(other)).await.status, 200, "{other}");
        }
        let head = server.client.send(http, Ask::new("HEAD", "/openapi.json")).await;
        assert_eq!(head.header("content-length"), OPENAPI.len().to_string());
        assert_eq!(server.client.send(http, Ask::post("/openapi.json")).await.status, 405);
    }
}
