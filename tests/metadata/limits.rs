use super::value;
use crate::common::{Kit, refused_with};
use base64::{Engine, prelude::BASE64_STANDARD};
use countersign::{
    error::Kind::{FailedPrecondition, InvalidArgument},
    limits::{MAX_METADATA_BYTES, MAX_METADATA_ENTRIES},
};
use serde_json::{Value, json};

fn bulk(kit: &Kit, keys: std::ops::Range<u64>) -> Value {
    let metadata: Vec<_> = keys.map(|key| json!({ "key": format!("k{key}"), "value": value("1") })).collect();
    json!({ "id": kit.demo, "metadata": metadata })
}

#[tokio::test]
async fn a_user_has_so_many_entries_and_no_more() {
    let kit = Kit::new().await;
    let set = "management/BulkSetUserMetadata";
    kit.refused(set, bulk(&kit, 0..MAX_METADATA_ENTRIES + 1), FailedPrecondition, "COUNTERSIGN-metadata").await;
    kit.ok(set, bulk(&kit, 0..MAX_METADATA_ENTRIES)).await;
    kit.refused(set, bulk(&kit, 5000..5001), FailedPrecondition, "COUNTERSIGN-metadata").await;
    kit.ok(set, bulk(&kit, 0..1)).await;
    kit.ok("management/RemoveUserMetadata", json!({ "id": kit.demo, "key": "k0" })).await;
    kit.ok(set, bulk(&kit, 5000..5001)).await;
    kit.events_after_check();
}

#[tokio::test]
async fn and_so_many_bytes() {
    let kit = Kit::new().await;
    let set = "management/SetUserMetadata";
    let large = BASE64_STANDARD.encode(vec![7; 500_000]);
    let body = |key: u64| json!({ "id": kit.demo, "key": format!("k{key}"), "value": large });
    let fit = MAX_METADATA_BYTES / 500_002;
    for key in 0..fit {
        kit.ok(set, body(key)).await;
    }
    kit.refused(set, body(fit), FailedPrecondition, "COUNTERSIGN-metadata").await;
    kit.ok(set, json!({ "id": kit.demo, "key": "k0", "value": value("1") })).await;
    kit.ok(set, body(fit)).await;
}

#[tokio::test]
async fn keys_and_values_have_lengths() {
    let kit = Kit::new().await;
    let long = BASE64_STANDARD.encode(vec![7; 500_001]);
    for (key, value, expected) in [
        ("", "YQ==", "invalid SetUserMetadataRequest.Key: value length must be between 1 and 200 runes, inclusive"),
        ("a", "", "invalid SetUserMetadataRequest.Value: value length must be between 1 and 500000 bytes, inclusive"),
        (
            "a",
            &long,
            "invalid SetUserMetadataRequest.Value: value length must be between 1 and 500000 bytes, inclusive",
        ),
    ] {
        let body = json!({ "id": kit.demo, "key": key, "value": value });
        let answer = kit.call("management/SetUserMetadata", &kit.admin_token, body).await;
        assert_eq!(refused_with(answer), (InvalidArgument, expected.into()));
    }
}
