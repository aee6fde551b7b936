//! Facts of the wire that the generated code has to keep.

use std::collections::{BTreeMap, BTreeSet};

use buffa::Message;

use super::zitadel::management::v1::{
    AddMachineUserRequest, ListUsersRequest, UpdateMachineRequest,
};
use super::zitadel::user::v1::{AndQuery, SearchQuery, UserNameQuery, search_query};
use super::zitadel::user::v2::{CreateUserRequest, Metadata, create_user_request};
use super::*;

mod json;
mod routes;

fn violation(request: &impl Validate) -> String {
    request.validate().unwrap_err().to_string()
}

fn machine() -> AddMachineUserRequest {
    AddMachineUserRequest {
        user_name: "bot".into(),
        name: "Bot".into(),
        ..Default::default()
    }
}

fn named(user_name: &str) -> SearchQuery {
    let query = UserNameQuery {
        user_name: user_name.into(),
        ..Default::default()
    };
    SearchQuery {
        query: Some(query.into()),
    }
}

#[test]
fn a_request_within_its_limits_is_fine() {
    assert_eq!(machine().validate(), Ok(()));
}

#[test]
fn lengths_count_runes() {
    let fits = AddMachineUserRequest {
        user_name: "ü".repeat(200),
        ..machine()
    };
    assert_eq!(fits.validate(), Ok(()));

    let long = AddMachineUserRequest {
        user_name: "ü".repeat(201),
        ..machine()
    };
    assert_eq!(
        violation(&long),
        "invalid AddMachineUserRequest.UserName: value length must be between 1 and 200 runes, \
         inclusive"
    );
}

#[test]
fn an_open_range_says_only_its_end() {
    let request = zitadel::management::v1::GenerateMachineSecretRequest::default();
    assert_eq!(
        violation(&request),
        "invalid GenerateMachineSecretRequest.UserId: value length must be at least 1 runes"
    );
    let request = UpdateMachineRequest {
        user_id: "1".into(),
        name: "Bot".into(),
        description: "x".repeat(501),
        ..Default::default()
    };
    assert_eq!(
        violation(&request),
        "invalid UpdateMachineRequest.Description: value length must be at most 500 runes"
    );
}

#[test]
fn an_optional_field_is_checked_only_when_present() {
    let request = AddMachineUserRequest {
        user_id: Some(String::new()),
        ..machine()
    };
    assert_eq!(
        violation(&request),
        "invalid AddMachineUserRequest.UserId: value length must be between 1 and 200 runes, \
         inclusive"
    );
}

#[test]
fn a_number_without_a_name_is_refused() {
    let request = AddMachineUserRequest {
        access_token_type: 7.into(),
        ..machine()
    };
    assert_eq!(
        violation(&request),
        "invalid AddMachineUserRequest.AccessTokenType: value must be one of the defined enum values"
    );
}

#[test]
fn a_violation_tells_the_way_to_it() {
    let inner = AndQuery {
        queries: vec![named("a"), named(&"b".repeat(201))],
    };
    let request = ListUsersRequest {
        queries: vec![SearchQuery {
            query: Some(inner.into()),
        }],
        ..Default::default()
    };
    assert_eq!(
        violation(&request),
        "invalid ListUsersRequest.Queries[0]: embedded message failed validation | caused by: \
         invalid SearchQuery.AndQuery: embedded message failed validation | caused by: \
         invalid AndQuery.Queries[1]: embedded message failed validation | caused by: \
         invalid SearchQuery.UserNameQuery: embedded message failed validation | caused by: \
         invalid UserNameQuery.UserName: value length must be at most 200 runes"
    );
}

#[test]
fn a_check_does_not_follow_queries_for_ever() {
    assert!(nested(31).validate().is_err());
    assert_eq!(nested(33).validate(), Ok(()));
}

/// A list whose only fault lies this many levels deep.
fn nested(levels: usize) -> ListUsersRequest {
    let mut query = named(&"b".repeat(201));
    for _ in 0..levels {
        let outer = AndQuery {
            queries: vec![query],
        };
        query = SearchQuery {
            query: Some(outer.into()),
        };
    }
    ListUsersRequest {
        queries: vec![query],
        ..Default::default()
    }
}

#[test]
fn a_oneof_can_be_required_and_comes_last() {
    let request = CreateUserRequest {
        organization_id: "1".into(),
        ..Default::default()
    };
    assert_eq!(
        violation(&request),
        "invalid CreateUserRequest.UserType: value is required"
    );
    assert_eq!(
        violation(&CreateUserRequest::default()),
        "invalid CreateUserRequest.OrganizationId: value length must be between 1 and 200 runes, \
         inclusive"
    );
}

#[test]
fn a_nested_message_has_its_parent_in_its_name() {
    let request = CreateUserRequest {
        organization_id: "1".into(),
        user_type: create_user_request::Machine::default().into(),
        ..Default::default()
    };
    assert_eq!(
        violation(&request),
        "invalid CreateUserRequest.Machine: embedded message failed validation | caused by: \
         invalid CreateUserRequest_Machine.Name: value length must be between 1 and 200 runes, \
         inclusive"
    );
}

#[test]
fn octets_are_counted_as_bytes() {
    let metadata = Metadata {
        key: "key".into(),
        value: Vec::new(),
    };
    assert_eq!(
        violation(&metadata),
        "invalid Metadata.Value: value length must be between 1 and 500000 bytes, inclusive"
    );
}

#[test]
fn a_request_for_a_person_is_told_from_one_for_nobody() {
    // Field 4, length-delimited, with a field that the empty message does not know.
    let bytes = [0x0a, 1, b'1', 0x22, 3, 0x12, 1, b'x'];
    let request = CreateUserRequest::decode_from_slice(&bytes).unwrap();
    assert!(matches!(
        request.user_type,
        Some(create_user_request::UserType::Human(_))
    ));
    assert_eq!(request.validate(), Ok(()));
}

#[test]
fn oneof_variants_are_named_after_their_fields() {
    let Some(search_query::Query::UserNameQuery(query)) = named("a").query else {
        panic!("the query that was put in");
    };
    assert_eq!(query.user_name, "a");
}

#[test]
fn every_file_is_a_slice_of_the_descriptor_set() {
    for file in FILES {
        // A FileDescriptorProto begins with its name, field 1.
        let bytes = file.bytes();
        assert_eq!(bytes[0], 0x0a);
        assert_eq!(usize::from(bytes[1]), file.name.len());
        assert!(bytes[2..].starts_with(file.name.as_bytes()));
    }
    let names: BTreeSet<_> = FILES.iter().map(|file| file.name).collect();
    let imports = FILES.iter().flat_map(|file| file.imports);
    assert_eq!(imports.filter(|name| !names.contains(*name)).count(), 0);
}

#[test]
fn reflection_finds_services_and_options_by_name() {
    let declares = |symbol: &str| FILES.iter().any(|file| file.symbols.contains(&symbol));
    for symbol in [
        "zitadel.management.v1.ManagementService",
        "zitadel.management.v1.ManagementService.AddMachineUser",
        "zitadel.user.v2.CreateUserRequest.Machine",
        "zitadel.v1.ErrorDetail",
        "grpc.health.v1.Health",
        "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection",
    ] {
        assert!(declares(symbol), "{symbol}");
    }
    let extensions: BTreeMap<_, _> = FILES
        .iter()
        .flat_map(|file| file.extensions)
        .filter(|(of, _)| *of == "google.protobuf.MethodOptions")
        .map(|(of, number)| (number, of))
        .collect();
    let numbers: Vec<_> = extensions.into_keys().copied().collect();
    assert_eq!(numbers, [50000, 50001, 72295728]);
}
