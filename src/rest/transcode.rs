//! From path, query string and body to the JSON of the request message (google.api.http).

use crate::{
    api::{has_few_values, unreadable},
    error::{Error, Result},
    limits::{MAX_PARAMETER_BYTES, MAX_PARAMETERS},
    proto::{Field, Kind, Rest, Schema},
};
use bytes::Bytes;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// How many messages deep a query parameter may reach: `query.limit` is two.
const MAX_PARAMETER_DEPTH: usize = 4;

type Object = Map<String, Value>;

/// The request message as JSON. What the path says wins over the body; where the body is not the message, the query
/// string fills what the path leaves open. Unknown parameters are ignored, as unknown fields are, unless the message is this
/// server's own.
pub fn message(
    schema: &Schema,
    rest: &Rest,
    variables: &[(String, String)],
    query: Option<&str>,
    body: Bytes,
) -> Result<Bytes> {
    if schema.is_own() {
        has_place(schema, rest, query.unwrap_or_default(), &body)?;
    }
    if rest.body && variables.is_empty() {
        return Ok(body);
    }
    let mut message = if rest.body { read_body(&body)? } else { read_query(schema, query.unwrap_or_default())? };
    for (name, value) in variables {
        let value = decode(value, false)?;
        let field = schema.field(name).ok_or_else(|| Error::internal(format!("no field for the variable {name}")))?;
        // A message that has a field under both its names is refused, so both make room.
        message.remove(field.name);
        message.insert(field.json.into(), scalar(field, &value)?);
    }
    Ok(Value::Object(message).to_string().into())
}

/// Refuses a body where the query string is the message, and the other way round; and parameters that there are not.
fn has_place(schema: &Schema, rest: &Rest, query: &str, body: &[u8]) -> Result<()> {
    if !rest.body && !body.is_empty() {
        return Err(Error::invalid("this call takes no body; what it is asked for stands in the query string"));
    }
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let name = decode(pair.split_once('=').map_or(pair, |(name, _)| name), true)?;
        if rest.body {
            return Err(Error::invalid(format!("{name}: this call takes no query parameters; put it into the body")));
        }
        if schema.field(name.split('.').next().unwrap_or_default()).is_none() {
            let known = schema.field_names();
            return Err(Error::invalid(format!("unknown query parameter {name}; there are {known}")));
        }
    }
    Ok(())
}

fn read_body(body: &[u8]) -> Result<Object> {
    if body.is_empty() {
        return Ok(Object::new());
    }
    has_few_values(body)?;
    serde_json::from_slice(body).map_err(|e| unreadable(body, &e))
}

fn read_query(schema: &Schema, query: &str) -> Result<Object> {
    let mut message = Object::new();
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    for (index, pair) in pairs.enumerate() {
        if index == MAX_PARAMETERS {
            return Err(Error::invalid(format!("there are more than {MAX_PARAMETERS} query parameters")));
        }
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        set(&mut message, schema, &decode(name, true)?, &decode(value, true)?, MAX_PARAMETER_DEPTH)?;
    }
    Ok(message)
}

fn set(message: &mut Object, schema: &Schema, name: &str, value: &str, depth: usize) -> Result<()> {
    let (first, rest) = name.split_once('.').map_or((name, None), |(first, rest)| (first, Some(rest)));
    let Some(field) = schema.field(first) else { return Ok(()) };
    match (field.kind, rest) {
        (Kind::Message(inner), Some(rest)) if depth > 0 && !field.repeated => {
            let place = message.entry(field.json).or_insert_with(|| Value::Object(Object::new()));
            let Value::Object(place) = place else { return Ok(()) };
            set(place, inner, rest, value, depth - 1)
        }
        (Kind::Message(_), _) | (_, Some(_)) => {
            Err(Error::invalid(format!("the parameter {first} cannot be given in a query string this way")))
        }
        (_, None) if field.repeated => {
            let list = message.entry(field.json).or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(list) = list {
                list.push(scalar(field, value)?);
            }
            Ok(())
        }
        (_, None) => match message.insert(field.json.into(), scalar(field, value)?) {
            None => Ok(()),
            Some(_) => Err(Error::invalid(format!("the parameter {first} is given more than once"))),
        },
    }
}

fn scalar(field: &Field, value: &str) -> Result<Value> {
    match field.kind {
        Kind::Bool => value
            .parse()
            .map(Value::Bool)
            .map_err(|_| Error::invalid(format!("the parameter {} is neither true nor false", field.json))),
        Kind::Enum => Ok(value.parse::<i32>().map_or_else(|_| value.into(), Value::from)),
        Kind::Bytes | Kind::Duration | Kind::Message(_) | Kind::Number | Kind::String | Kind::Timestamp => {
            Ok(value.into())
        }
    }
}

/// Percent-decodes a value; in a query string `+` is a space.
fn decode(text: &str, in_query: bool) -> Result<Cow<'_, str>> {
    if text.len() > MAX_PARAMETER_BYTES {
        return Err(Error::invalid(format!("a parameter is longer than {MAX_PARAMETER_BYTES} bytes")));
    }
    let not_utf8 = |_| Error::invalid("a parameter is not UTF-8");
    if in_query && text.contains('+') {
        let spaced = text.replace('+', " ");
        let decoded = percent_decode_str(&spaced).decode_utf8().map_err(not_utf8)?;
        return Ok(Cow::Owned(decoded.into_owned()));
    }
    percent_decode_str(text).decode_utf8().map_err(not_utf8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::ROUTES;
    use serde_json::json;

    fn read(method: &str, variables: &[(&str, &str)], query: &str, body: &str) -> Result<Value> {
        let route = ROUTES.iter().find(|route| route.procedure.ends_with(&format!("/{method}"))).expect("a route");
        let variables: Vec<_> = variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let bytes = message(route.request, &route.rest[0], &variables, Some(query), Bytes::from(body.to_owned()))?;
        Ok(serde_json::from_slice(&bytes).expect("JSON"))
    }

    #[test]
    fn the_path_wins_over_the_body_under_either_name() {
        for body in ["", "{}", r#"{"userId":"2"}"#, r#"{"user_id":"2"}"#, r#"{"user_id":"2","userId":"3"}"#] {
            let message = read("GenerateMachineSecret", &[("user_id", "1")], "user_id=9", body).expect(body);
            assert_eq!(message, json!({ "userId": "1" }), "{body}");
        }
    }

    #[test]
    fn path_variables_are_decoded() {
        let message = read("GenerateMachineSecret", &[("user_id", "a%2Fb%00%D0%B8+")], "", "").expect("decoded");
        assert_eq!(message, json!({ "userId": "a/b\0и+" }));
        assert!(read("GenerateMachineSecret", &[("user_id", "%ff")], "", "").is_err());
    }

    #[test]
    fn a_query_string_fills_what_the_path_leaves_open() {
        let message = read("IsUserUnique", &[], "userName=a+b%26c&email=x&unknown=1", "").expect("read");
        assert_eq!(message, json!({ "userName": "a b&c", "email": "x" }));
        assert!(read("IsUserUnique", &[], "userName=a&user_name=b", "").is_err(), "given twice");
    }

    #[test]
    fn own_calls_refuse_what_has_no_place() {
        let ids = [("user_id", "1"), ("credential_id", "2")];
        let remove = |query, body| read("RemoveCredential", &ids, query, body).map_err(|e| e.message.into_owned());
        let done = json!({ "userId": "1", "credentialId": "2", "endTokens": true });
        for query in ["endTokens=true", "end_tokens=true", "&end%54okens=true&"] {
            assert_eq!(remove(query, ""), Ok(done.clone()), "{query}");
        }
        for (query, body, says) in [
            ("endtokens=true", "", "unknown query parameter endtokens; there are userId, credentialId, endTokens"),
            ("x", "", "unknown query parameter x"),
            ("a.b=1", "", "unknown query parameter a.b"),
            ("", r#"{"endTokens":true}"#, "takes no body"),
        ] {
            let refusal = remove(query, body).expect_err(query);
            assert!(refusal.starts_with(says) || refusal.contains(says), "{refusal}");
        }
        assert!(read("RotateSecret", &[("user_id", "1")], "compromised=true", "{}").is_err());
        assert!(read("ListSigningKeys", &[], "all=true", "").is_err());
    }

    #[test]
    fn a_body_that_is_no_object_is_refused() {
        for body in ["[]", "1", "null", "{", "{}{}", "\u{0}"] {
            assert!(read("GenerateMachineSecret", &[("user_id", "1")], "", body).is_err(), "{body}");
        }
    }

    #[test]
    fn too_many_or_too_long_parameters_are_refused() {
        assert!(read("IsUserUnique", &[], &"a=1&".repeat(MAX_PARAMETERS + 1), "").is_err());
        assert!(read("IsUserUnique", &[], &format!("email={}", "x".repeat(MAX_PARAMETER_BYTES + 1)), "").is_err());
    }
}
