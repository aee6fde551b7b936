//! What a request may take of the server's memory, and what is made of a request by somebody unknown: nothing.

use crate::common::{
    Kit,
    client::Ask,
    full_name,
    server::{Server, assert_refused},
};
use buffa::Message;
use countersign::{
    api::{Call, Format},
    error::Kind,
    limits::{MAX_BODY_BYTES, MAX_JSON_VALUES, MAX_MESSAGE_ELEMENT_BYTES},
    proto::zitadel::management::v1::{BulkSetUserMetadataRequest, bulk_set_user_metadata_request::Metadata},
};
use http::{HeaderMap, HeaderValue};

const TOO_MANY: &str = "proto: the message has more than 16384 values";

#[tokio::test]
async fn a_small_body_does_not_become_a_large_message() {
    let kit = Kit::new().await;
    let mut headers = HeaderMap::new();
    let token = HeaderValue::from_str(&format!("Bearer {}", kit.admin_token)).expect("a header");
    headers.insert("authorization", token);
    let send = async |method: &str, format, body: Vec<u8>| {
        assert!(body.len() < MAX_BODY_BYTES);
        let call = Call { headers: headers.clone(), body: body.into(), format, remote: None };
        let refusal = kit.api.call(&full_name(&format!("management/{method}")), call).await.expect_err("too much");
        assert_eq!(refusal.kind, Kind::InvalidArgument);
        refusal.wire_message().into_owned()
    };
    // Less than what buffa lets pass by itself.
    let metadata = vec![Metadata::default(); MAX_MESSAGE_ELEMENT_BYTES / size_of::<Metadata>() + 1];
    let many = BulkSetUserMetadataRequest { id: kit.demo.clone(), metadata, ..Default::default() };
    let said = send("BulkSetUserMetadata", Format::Proto, many.encode_to_vec()).await;
    assert!(said.starts_with("proto: "), "{said}");
    let queries = vec!["{}"; MAX_JSON_VALUES].join(",");
    assert_eq!(send("ListUsers", Format::Json, format!(r#"{{"queries":[{queries}]}}"#).into_bytes()).await, TOO_MANY);
}

#[tokio::test]
async fn a_body_is_read_only_for_somebody_known() {
    let server = Server::start().await;
    let path = format!("/{}", full_name("management/ListUsers"));
    for path in [path.as_str(), "/management/v1/users/_search"] {
        for body in ["{", "1", r#"{"queries":1}"#] {
            let ask = Ask::post(path).header("content-type", "application/json").body(body);
            assert_eq!(server.ask(ask.clone()).await.status, 401, "{path} {body}");
            assert_eq!(server.admin(ask).await.status, 400, "{path} {body}");
        }
    }
    // Where the path has a part of the message, the body is looked at before; its values are few.
    let many = format!(r#"{{"unknown":[{}]}}"#, vec!["{}"; MAX_JSON_VALUES].join(","));
    let ask = Ask::put("/management/v1/users/1/machine").header("content-type", "application/json").body(many);
    assert_refused(&server.ask(ask).await, 400, 3, "", TOO_MANY);
}
