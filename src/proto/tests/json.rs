//! ProtoJSON as ZITADEL's gateway reads and writes it.

use buffa_types::google::protobuf::Timestamp;
use serde_json::{Value, json, to_value};

use super::*;
use crate::proto::zitadel::management::v1::{AddPersonalAccessTokenRequest, GetUserByIDResponse, IsUserUniqueResponse};
use crate::proto::zitadel::user::v1::{AccessTokenType, Machine, User, UserState};
use crate::proto::zitadel::v1::{ListQuery, ObjectDetails};

fn read<T: serde::de::DeserializeOwned>(json: Value) -> serde_json::Result<T> {
    from_json(json.to_string().as_bytes())
}

#[test]
fn wide_numbers_go_out_as_text_and_times_as_rfc_3339() {
    let details = ObjectDetails {
        sequence: u64::MAX,
        creation_date: Timestamp::from_unix(1_751_362_212, 123_456_000).into(),
        change_date: Timestamp::from_unix_secs(1_751_362_212).into(),
        resource_owner: "165461784910520321".into(),
    };
    let json = to_value(&details).unwrap();
    assert_eq!(
        json,
        json!({
            "sequence": "18446744073709551615",
            "creationDate": "2025-07-01T09:30:12.123456Z",
            "changeDate": "2025-07-01T09:30:12Z",
            "resourceOwner": "165461784910520321",
        })
    );
    assert_eq!(read::<ObjectDetails>(json).unwrap(), details);
}

#[test]
fn what_is_zero_is_left_out() {
    assert_eq!(to_value(User::default()).unwrap(), json!({}));
    assert_eq!(to_value(IsUserUniqueResponse::default()).unwrap(), json!({}));

    let machine = Machine {
        name: "Bot".into(),
        access_token_type: AccessTokenType::ACCESS_TOKEN_TYPE_BEARER.into(),
        ..Default::default()
    };
    let user = User {
        id: "1".into(),
        state: UserState::USER_STATE_ACTIVE.into(),
        login_names: vec!["bot".into()],
        r#type: machine.into(),
        ..Default::default()
    };
    let answer = GetUserByIDResponse { user: user.into() };
    assert_eq!(
        to_value(answer).unwrap(),
        json!({"user": {
            "id": "1",
            "state": "USER_STATE_ACTIVE",
            "loginNames": ["bot"],
            "machine": {"name": "Bot"},
        }})
    );
}

#[test]
fn both_spellings_are_read_and_unknown_fields_are_not() {
    let camel = json!({"userName": "bot", "accessTokenType": "ACCESS_TOKEN_TYPE_JWT", "foo": [1]});
    let snake = json!({"user_name": "bot", "access_token_type": 1, "foo": {"bar": null}});
    let camel: AddMachineUserRequest = read(camel).unwrap();
    assert_eq!(camel, read(snake).unwrap());
    assert_eq!(camel.user_name, "bot");
    let expected = AccessTokenType::ACCESS_TOKEN_TYPE_JWT;
    assert_eq!(camel.access_token_type, expected);
}

#[test]
fn an_optional_field_knows_whether_it_is_there() {
    let absent: AddMachineUserRequest = read(json!({})).unwrap();
    assert_eq!(absent.user_id, None);
    let empty: AddMachineUserRequest = read(json!({"userId": ""})).unwrap();
    assert_eq!(empty.user_id.as_deref(), Some(""));
}

#[test]
fn null_is_as_good_as_absent() {
    let json = json!({"userName": null, "userId": null, "accessTokenType": null});
    let request: AddMachineUserRequest = read(json).unwrap();
    assert_eq!(request, AddMachineUserRequest::default());
}

#[test]
fn numbers_are_read_with_and_without_quotes() {
    let plain: ListQuery = read(json!({"offset": 3, "limit": 5, "asc": true})).unwrap();
    let quoted = json!({"offset": "3", "limit": "5", "asc": true});
    assert_eq!(plain, read(quoted).unwrap());
    assert_eq!((plain.offset, plain.limit), (3, 5));
}

#[test]
fn a_query_string_needs_real_booleans_and_numbers_for_enums() {
    assert!(read::<ListQuery>(json!({"asc": "true"})).is_err());
    assert!(read::<AddMachineUserRequest>(json!({"accessTokenType": "1"})).is_err());
}

#[test]
fn an_unknown_name_is_refused_and_an_unknown_number_is_kept() {
    let named = json!({"accessTokenType": "ACCESS_TOKEN_TYPE_PAPER"});
    assert!(read::<AddMachineUserRequest>(named).is_err());
    let numbered: AddMachineUserRequest = read(json!({"accessTokenType": 7})).unwrap();
    assert_eq!(numbered.access_token_type.to_i32(), 7);
}

#[test]
fn octets_are_read_in_both_alphabets_and_written_in_one() {
    for text in ["-_8=", "-_8", "+/8=", "+/8"] {
        let metadata: Metadata = read(json!({"key": "k", "value": text})).unwrap();
        assert_eq!(metadata.value, [0xfb, 0xff], "{text}");
        assert_eq!(to_value(metadata).unwrap()["value"], "+/8=");
    }
}

#[test]
fn times_are_read_in_any_zone() {
    let json = json!({"expirationDate": "2030-01-01T01:00:00.5+01:00"});
    let request: AddPersonalAccessTokenRequest = read(json).unwrap();
    let time = request.expiration_date.as_option().unwrap();
    assert_eq!((time.seconds, time.nanos), (1_893_456_000, 500_000_000));
    let wrong = json!({"expirationDate": "tomorrow"});
    assert!(read::<AddPersonalAccessTokenRequest>(wrong).is_err());
}

#[test]
fn a_oneof_has_no_name_of_its_own() {
    let json = json!({"queries": [{"orQuery": {"queries": [{"notQuery": {"query": {
        "user_name_query": {"userName": "a", "method": "TEXT_QUERY_METHOD_STARTS_WITH"}
    }}}]}}]});
    let request: ListUsersRequest = read(json).unwrap();
    let Some(search_query::Query::OrQuery(or)) = &request.queries[0].query else {
        panic!("the oneof's member");
    };
    let Some(search_query::Query::NotQuery(not)) = &or.queries[0].query else {
        panic!("the oneof's member");
    };
    let inner = not.query.as_option().unwrap();
    assert!(matches!(inner.query, Some(search_query::Query::UserNameQuery(_))));
    assert_eq!(read::<ListUsersRequest>(to_value(&request).unwrap()).unwrap(), request);
}

#[test]
fn two_members_of_a_oneof_are_refused() {
    let json = json!({"organizationId": "1", "human": {}, "machine": {"name": "a"}});
    assert!(read::<CreateUserRequest>(json).is_err());
}

#[test]
fn a_person_is_read_as_one_whatever_it_has() {
    let json = json!({"organizationId": "1", "human": {"profile": {"givenName": "Ada"}}});
    let request: CreateUserRequest = read(json).unwrap();
    assert!(matches!(request.user_type, Some(create_user_request::UserType::Human(_))));
}

#[test]
fn one_field_under_both_names_is_refused() {
    let json = json!({"userName": "a", "user_name": "b"});
    assert!(read::<AddMachineUserRequest>(json).is_err());
}

#[test]
fn queries_nest_but_not_without_end() {
    let nested = |levels| {
        let query =
            (0..levels).fold(String::from("{}"), |inner, _| format!("{{\"andQuery\":{{\"queries\":[{inner}]}}}}"));
        serde_json::from_str::<ListUsersRequest>(&format!("{{\"queries\":[{query}]}}"))
    };
    assert!(nested(21).is_ok());
    assert!(nested(2_000).is_err());
}

#[test]
fn a_message_is_an_object_and_nothing_else() {
    let is_refused = |json: Value| read::<CreateUserRequest>(json).is_err();
    for other in [json!([]), json!(["1"]), json!("1"), json!(1), json!(true), json!(null)] {
        assert!(is_refused(other.clone()), "{other}");
        if !other.is_null() {
            assert!(is_refused(json!({ "machine": other })), "a field that is {other}");
        }
        assert!(is_refused(json!({ "metadata": [other] })), "an element that is {other}");
    }
    assert!(from_json::<CreateUserRequest>(b"{} {}").is_err(), "and there is one");
}
