//! What clients keep with users and organisations.

mod claims;
mod limits;
mod of_orgs;
mod of_users;
mod over_rest;
mod permissions;

use crate::common::{Kit, text};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

/// A value as the wire carries it.
fn value(text: &str) -> String {
    BASE64_STANDARD.encode(text)
}

/// The sequence in an answer's details.
fn sequence(answer: &Value) -> u64 {
    text(&answer["details"]["sequence"]).parse().expect("a number")
}

/// The keys and values that a list shows, under `result` or `metadata`.
fn entries(list: &Value) -> Vec<(String, String)> {
    let rows = list.get("result").or(list.get("metadata")).and_then(Value::as_array).cloned().unwrap_or_default();
    rows.iter().map(|row| (text(&row["key"]), text(&row["value"]))).collect()
}

/// All that is kept with the demo user, by key.
async fn of_demo(kit: &Kit) -> Vec<(String, String)> {
    let list = json!({ "id": kit.demo, "query": { "asc": true } });
    entries(&kit.ok("management/ListUserMetadata", list).await)
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(key, text)| ((*key).into(), value(text))).collect()
}
