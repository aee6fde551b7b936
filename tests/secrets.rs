//! The secret of a machine user, through the operation table.

use crate::common::Kit;
use countersign::error::Kind;
use serde_json::json;

#[tokio::test]
async fn a_secret_is_shown_once_with_its_details() {
    let kit = Kit::new().await;
    let answer = kit.ok("management/GenerateMachineSecret", json!({ "userId": kit.demo })).await;
    assert_eq!(answer["clientId"], "demo");
    let details = answer["details"].as_object().expect("details");
    assert_eq!(details["creationDate"], details["changeDate"]);
    assert_eq!(details["resourceOwner"], kit.org);
    assert!(crate::common::text(&answer["clientSecret"]).starts_with("cs_sec_"));
}

#[tokio::test]
async fn a_secret_can_be_removed_once() {
    let kit = Kit::new().await;
    let removed = kit.ok("management/RemoveMachineSecret", json!({ "userId": kit.demo })).await;
    assert!(removed["details"].get("creationDate").is_none());
    kit.refused(
        "management/RemoveMachineSecret",
        json!({ "userId": kit.demo }),
        Kind::FailedPrecondition,
        "COMMAND-coi82n",
    )
    .await;
}
