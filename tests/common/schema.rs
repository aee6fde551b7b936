//! Answers held against the OpenAPI document.

use countersign::proto::{OPENAPI, ROUTES, Route};
use serde_json::Value;
use std::{collections::BTreeMap, sync::LazyLock};

/// The document.
pub static DOCUMENT: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(OPENAPI).expect("JSON"));

/// The operations that the protos declare, by method and path.
pub static OPERATIONS: LazyLock<BTreeMap<(String, String), &'static Value>> = LazyLock::new(|| {
    let mut found = BTreeMap::new();
    for (path, operations) in DOCUMENT["paths"].as_object().expect("paths") {
        for (method, operation) in operations.as_object().expect("operations") {
            if operation.get("x-countersign-procedure").is_some() {
                found.insert((method.to_uppercase(), path.clone()), operation);
            }
        }
    }
    found
});

/// What a procedure answers, as its operation says.
static ANSWERS: LazyLock<BTreeMap<&'static str, &'static Value>> = LazyLock::new(|| {
    let answer = |operation: &'static Value| {
        let responses = operation["responses"].as_object().expect("responses").iter();
        let (_, done) = responses.into_iter().find(|(status, _)| status.starts_with('2')).expect("a success");
        let procedure = operation["x-countersign-procedure"].as_str().expect("a name");
        (procedure.trim_start_matches('/'), &done["content"]["application/json"]["schema"])
    };
    OPERATIONS.values().map(|operation| answer(operation)).collect()
});

/// Fails if an answer is not what the document says: neither more nor something else. It says nothing of what has no
/// path.
pub fn assert_answer(procedure: &str, answer: &Value) {
    let has_path = |route: &Route| route.procedure != procedure || !route.rest.is_empty();
    if !ROUTES.iter().all(has_path) {
        return;
    }
    let schema = ANSWERS.get(procedure).unwrap_or_else(|| panic!("{procedure} is not in the document"));
    assert_fits(schema, answer, procedure);
}

/// Follows a reference into the document.
pub fn resolve(reference: &str) -> &'static Value {
    let pointer = reference.strip_prefix('#').expect("within the document");
    DOCUMENT.pointer(pointer).unwrap_or_else(|| panic!("{reference} leads nowhere"))
}

/// As much of JSON Schema as the document uses for answers.
fn assert_fits(schema: &Value, value: &Value, at: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        return assert_fits(resolve(reference), value, at);
    }
    match schema["type"].as_str().expect("a type") {
        "object" => {
            for (name, value) in value.as_object().unwrap_or_else(|| panic!("{at}: no object: {value}")) {
                let at = format!("{at}.{name}");
                match schema["properties"].get(name) {
                    Some(schema) => assert_fits(schema, value, &at),
                    None => assert_eq!(schema["additionalProperties"], true, "{at} is not described"),
                }
            }
        }
        "array" => {
            let items = value.as_array().unwrap_or_else(|| panic!("{at}: no list: {value}"));
            items.iter().for_each(|item| assert_fits(&schema["items"], item, at));
        }
        "boolean" => assert!(value.is_boolean(), "{at}: {value}"),
        "integer" => assert!(value.is_i64(), "{at}: {value}"),
        _ => assert_text_fits(schema, value.as_str().unwrap_or_else(|| panic!("{at}: no text: {value}")), at),
    }
}

fn assert_text_fits(schema: &Value, text: &str, at: &str) {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(names) = schema["enum"].as_array() {
        assert!(names.iter().any(|name| name == text), "{at}: {text} is no name");
    }
    if schema["format"] == "date-time" {
        assert!(text.ends_with('Z') && text.as_bytes().get(10) == Some(&b'T'), "{at}: {text} is no time");
    }
    match schema["pattern"].as_str() {
        None => {}
        Some(pattern) if pattern.ends_with("s$") => {
            let seconds = text.strip_suffix('s').unwrap_or_default();
            assert!(digits(&seconds.replacen('.', "", 1)), "{at}: {text} is no duration");
        }
        Some(_) => assert!(digits(text.trim_start_matches('-')), "{at}: {text} is no number"),
    }
}
