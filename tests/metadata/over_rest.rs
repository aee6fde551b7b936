//! The paths, of which some end like a key.

use crate::common::{client::Ask, server::Server};
use serde_json::json;

#[tokio::test]
async fn metadata_is_reached_as_its_paths_say() {
    let server = Server::start().await;
    let user = &server.kit.demo;
    let two = json!({ "metadata": [{ "key": "a", "value": "YQ==" }, { "key": "b/c", "value": "YQ==" }] });
    for base in [format!("/management/v1/users/{user}/metadata"), "/management/v1/metadata".to_owned()] {
        let bulk = format!("{base}/_bulk");
        for ask in [
            Ask::post(format!("{base}/team")).json(&json!({ "value": "YQ==" })),
            Ask::post(bulk.as_str()).json(&two),
            Ask::get(format!("{base}/b%2Fc")),
            Ask::post(format!("{base}/_search")).json(&json!({})),
            Ask::delete(format!("{base}/team")),
            Ask::delete(bulk.as_str()).json(&json!({ "keys": ["a", "b/c"] })),
        ] {
            server.admin(ask).await.ok();
        }
    }
    for base in [format!("/v2/users/{user}/metadata"), format!("/v2/organizations/{}/metadata", server.kit.org)] {
        for ask in [
            Ask::post(base.as_str()).json(&two),
            Ask::post(format!("{base}/search")).json(&json!({})),
            Ask::delete(format!("{base}?keys=a&keys=b%2Fc")),
        ] {
            server.admin(ask).await.ok();
        }
    }
}
