//! The checks of requests, and what they say.

use super::*;

fn violation(request: &impl Validate) -> String {
    request.validate().unwrap_err().to_string()
}

fn machine() -> AddMachineUserRequest {
    AddMachineUserRequest { user_name: "bot".into(), name: "Bot".into(), ..Default::default() }
}

fn named(user_name: &str) -> SearchQuery {
    let query = UserNameQuery { user_name: user_name.into(), ..Default::default() };
    SearchQuery { query: Some(query.into()) }
}

#[test]
fn a_request_within_its_limits_is_fine() {
    assert_eq!(machine().validate(), Ok(()));
}

#[test]
fn lengths_count_runes() {
    let fits = AddMachineUserRequest { user_name: "ü".repeat(200), ..machine() };
    assert_eq!(fits.validate(), Ok(()));

    let long = AddMachineUserRequest { user_name: "ü".repeat(201), ..machine() };
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
    assert_eq!(violation(&request), "invalid UpdateMachineRequest.Description: value length must be at most 500 runes");
}

#[test]
fn an_optional_field_is_checked_only_when_present() {
    let request = AddMachineUserRequest { user_id: Some(String::new()), ..machine() };
    assert_eq!(
        violation(&request),
        "invalid AddMachineUserRequest.UserId: value length must be between 1 and 200 runes, \
         inclusive"
    );
}

#[test]
fn a_number_without_a_name_is_refused() {
    let request = AddMachineUserRequest { access_token_type: 7.into(), ..machine() };
    assert_eq!(
        violation(&request),
        "invalid AddMachineUserRequest.AccessTokenType: value must be one of the defined enum values"
    );
}

#[test]
fn a_violation_tells_the_way_to_it() {
    let inner = AndQuery { queries: vec![named("a"), named(&"b".repeat(201))] };
    let request = ListUsersRequest { queries: vec![SearchQuery { query: Some(inner.into()) }], ..Default::default() };
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
        let outer = AndQuery { queries: vec![query] };
        query = SearchQuery { query: Some(outer.into()) };
    }
    ListUsersRequest { queries: vec![query], ..Default::default() }
}

#[test]
fn a_oneof_can_be_required_and_comes_last() {
    let request = CreateUserRequest { organization_id: "1".into(), ..Default::default() };
    assert_eq!(violation(&request), "invalid CreateUserRequest.UserType: value is required");
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
    let metadata = SetUserMetadataRequest { id: "1".into(), key: "key".into(), value: Vec::new() };
    assert_eq!(
        violation(&metadata),
        "invalid SetUserMetadataRequest.Value: value length must be between 1 and 500000 bytes, inclusive"
    );
    let drops = Metadata { key: "key".into(), value: Vec::new() };
    assert_eq!(drops.validate(), Ok(()));
}

#[test]
fn a_request_for_a_person_is_told_from_one_for_nobody() {
    // Field 4, length-delimited, with a field that the empty message does not know.
    let bytes = [0x0a, 1, b'1', 0x22, 3, 0x12, 1, b'x'];
    let request = CreateUserRequest::decode_from_slice(&bytes).unwrap();
    assert!(matches!(request.user_type, Some(create_user_request::UserType::Human(_))));
    assert_eq!(request.validate(), Ok(()));
}

#[test]
fn oneof_variants_are_named_after_their_fields() {
    let Some(search_query::Query::UserNameQuery(query)) = named("a").query else {
        panic!("the query that was put in");
    };
    assert_eq!(query.user_name, "a");
}
