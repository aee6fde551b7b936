use crate::common::{Kit, text};
use serde_json::{Value, json};

fn names(list: &Value) -> Vec<String> {
    list.as_array().expect("a list").iter().map(|one| text(&one["type"])).collect()
}

/// The model's own names, read from its source.
#[tokio::test]
async fn every_type_is_listed() {
    let kit = Kit::new().await;
    let model = include_str!("../../src/model/event_types.rs");
    let quoted = || model.split("=> \"").skip(1).filter_map(|rest| rest.split('"').next());
    let listed = kit.ok("admin/ListEventTypes", json!({})).await["eventTypes"].take();
    assert_eq!(names(&listed), quoted().filter(|name| name.contains('.')).collect::<Vec<_>>());
    let aggregates = kit.ok("admin/ListAggregateTypes", json!({})).await["aggregateTypes"].take();
    assert_eq!(names(&aggregates), quoted().filter(|name| !name.contains('.')).collect::<Vec<_>>());
    let localized =
        json!({ "key": "EventTypes.user.machine.secret.set", "localizedMessage": "User machine secret set" });
    assert!(listed.as_array().expect("a list").iter().any(|one| one["localized"] == localized));
}
