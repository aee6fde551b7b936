//! JSON that clients send, and that they are sent.

use crate::{
    error::{Error, Result},
    limits::MAX_JSON_VALUES,
    proto::{Kind, Schema},
};
use serde_json::{
    Serializer, Value,
    error::Category,
    ser::{CompactFormatter, Formatter},
};
use std::io::{self, Write};

/// A message as JSON.
pub fn to_json(message: &impl serde::Serialize) -> Result<Vec<u8>> {
    let mut json = Vec::new();
    message.serialize(&mut Serializer::with_formatter(&mut json, WholeNumbers)).map_err(Error::internal)?;
    Ok(json)
}

/// Writes numbers without a fraction as `1`, not as `1.0`: what is counted stands in a `google.protobuf.Struct` as a
/// floating-point number, too, and many readers take a fraction for one.
struct WholeNumbers;

impl Formatter for WholeNumbers {
    fn write_f64<W: Write + ?Sized>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        // Beyond, not every whole number is one of these.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        if value.fract() == 0.0 && value.abs() <= EXACT {
            return write!(writer, "{value:.0}");
        }
        CompactFormatter.write_f64(writer, value)
    }
}

/// Refuses JSON with more values than any request needs, before it is read: in memory an empty object takes a hundred
/// times what it takes in the text, so that a limit of the text is none of the memory.
pub fn has_few_values(json: &[u8]) -> Result<()> {
    let (mut values, mut quoted, mut escaped) = (0, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            // Every value but the first of all stands behind one of these.
            b'{' | b'[' | b',' if !quoted => values += 1,
            _ => {}
        }
    }
    if values > MAX_JSON_VALUES {
        return Err(Error::invalid(format!("proto: the message has more than {MAX_JSON_VALUES} values")));
    }
    Ok(())
}

/// Refuses JSON of a field that the message does not have, at whatever depth. What is no message, or has too much of one, is
/// for the reader to say.
pub fn has_known_fields(json: &[u8], schema: &Schema) -> Result<()> {
    let Ok(value) = serde_json::from_slice(json) else { return Ok(()) };
    known_fields(&value, schema)
}

fn known_fields(value: &Value, schema: &Schema) -> Result<()> {
    match value {
        Value::Array(items) => items.iter().try_for_each(|item| known_fields(item, schema)),
        Value::Object(members) => members.iter().try_for_each(|(name, value)| {
            let unknown = || Error::invalid(format!("unknown field {name}; there are {}", schema.field_names()));
            let field = schema.field(name).ok_or_else(unknown)?;
            if let Kind::Message(inner) = field.kind { known_fields(value, inner) } else { Ok(()) }
        }),
        _ => Ok(()),
    }
}

/// Why this JSON was not read. The reader's own words may quote what it read, and the log would then hold it.
pub fn unreadable(json: &[u8], error: &serde_json::Error) -> Error {
    let (line, column) = (error.line(), error.column());
    let reason = error.to_string();
    if !matches!(error.classify(), Category::Data) {
        return Error::invalid(format!("proto: {reason}"));
    }
    if json.trim_ascii_start().first() != Some(&b'{') {
        return Error::invalid("proto: the message must be an object");
    }
    let field = field_at(json, line, column);
    Error::invalid(if reason.starts_with("duplicate field") {
        format!("proto: {field}: given twice")
    } else if reason.starts_with("multiple oneof fields") {
        format!("proto: {field}: given beside another field of its oneof")
    } else {
        format!("proto: {field}: the value is not of the field's type, at line {line} column {column}")
    })
}

/// The way to the field whose value ends or stands at this place, in JSON that is well-formed up to there. What is wrong with
/// a value that was read already is told behind the bracket that ends its object, if it is the last one in there.
fn field_at(json: &[u8], line: usize, column: usize) -> String {
    let before: usize = json.split_inclusive(|&byte| byte == b'\n').take(line.saturating_sub(1)).map(<[u8]>::len).sum();
    let json = &json[..json.len().min(before + column)];
    let json = json.strip_suffix(b"}").unwrap_or(json);
    // For each object around it the name of its field; arrays have none.
    let (mut way, mut is_name, mut at) = (Vec::<Option<&[u8]>>::new(), false, 0);
    while let Some(byte) = json.get(at) {
        at += 1;
        match byte {
            b'"' => {
                let text = &json[at..at + text_length(&json[at..])];
                at += text.len() + 1;
                if let (true, Some(name)) = (is_name, way.last_mut()) {
                    *name = Some(text);
                }
                is_name = false;
            }
            b'{' | b'[' => {
                way.push(None);
                is_name = *byte == b'{';
            }
            b'}' | b']' => _ = way.pop(),
            b',' => is_name = way.last().is_some_and(Option::is_some),
            _ => {}
        }
    }
    let names = way.into_iter().flatten().map(String::from_utf8_lossy);
    names.collect::<Vec<_>>().join(".")
}

/// How long a text is of which only the end is quoted.
fn text_length(json: &[u8]) -> usize {
    let mut escaped = false;
    let is_end = |&byte: &u8| {
        let is_end = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        is_end
    };
    json.iter().position(is_end).unwrap_or(json.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::{
        from_json,
        zitadel::{
            admin::v1::UpdateOIDCSettingsRequest,
            management::v1::{AddMachineUserRequest, ListUserMembershipsRequest},
            user::v2::{AddPersonalAccessTokenRequest, CreateUserRequest},
        },
    };

    #[test]
    fn values_are_counted_and_what_stands_in_quotes_is_none() {
        let list = |count: usize| format!("[{}]", vec!["{}"; count].join(","));
        assert!(has_few_values(list(MAX_JSON_VALUES / 2).as_bytes()).is_ok());
        assert!(has_few_values(list(MAX_JSON_VALUES / 2 + 1).as_bytes()).is_err());
        let quoted = format!(r#"{{"text":"\"{}\\"}}"#, ",{[".repeat(MAX_JSON_VALUES));
        assert!(has_few_values(quoted.as_bytes()).is_ok());
        assert!(has_few_values(format!("{quoted},{}", list(MAX_JSON_VALUES)).as_bytes()).is_err());
    }
    #[test]
    fn what_is_wrong_is_named() {
        let reason = |json: &str| {
            let error = from_json::<CreateUserRequest>(json.as_bytes()).expect_err(json);
            unreadable(json.as_bytes(), &error).message.into_owned()
        };
        let named = |json: &str| reason(json).split(": ").nth(1).map(ToOwned::to_owned);
        for (json, field) in [
            (r#"{"username":1}"#, "username"),
            (r#"{"a":{"b":[{}]},"username":["x"],"userId":"1"}"#, "username"),
            (r#"{"machine":{"name":{"first":"x"}}}"#, "machine.name"),
            (r#"{"machine":["x"]}"#, "machine"),
            ("{\"organizationId\":\"{\\\"[\",\n \"metadata\":[{\"key\":\"ä\"},{\"key\":true}]}", "metadata.key"),
        ] {
            assert_eq!(named(json).as_deref(), Some(field), "{json}: {}", reason(json));
        }
        let twice = r#"{"userName":"1","user_name":"2"}"#;
        let error = from_json::<AddMachineUserRequest>(twice.as_bytes()).expect_err("twice");
        assert_eq!(unreadable(twice.as_bytes(), &error).message, "proto: user_name: given twice");
        for json in ["[]", "1", "\"x\"", "null"] {
            assert_eq!(reason(json), "proto: the message must be an object");
        }
    }

    #[test]
    fn what_is_wrong_is_named_where_its_object_ends_with_it() {
        fn reason<M: serde::de::DeserializeOwned + std::fmt::Debug>(json: &str) -> String {
            let error = from_json::<M>(json.as_bytes()).expect_err(json);
            unreadable(json.as_bytes(), &error).message.into_owned()
        }
        let date = r#"{"userId":"1","expirationDate":"2027-01-01" }"#;
        let wrong = reason::<AddPersonalAccessTokenRequest>(date);
        assert_eq!(wrong, "proto: expirationDate: the value is not of the field's type, at line 1 column 45");
        let wrong = reason::<UpdateOIDCSettingsRequest>(r#"{"accessTokenLifetime":"foo"}"#);
        assert!(wrong.starts_with("proto: accessTokenLifetime: the value"), "{wrong}");
        for limit in ["{}", "[]", "-1", "\"x\"", "true", "1e99"] {
            for rest in ["", r#","asc":true"#] {
                let json = format!(r#"{{"query":{{"limit":{limit}{rest}}}}}"#);
                let wrong = reason::<ListUserMembershipsRequest>(&json);
                assert!(wrong.starts_with("proto: query.limit: the value"), "{json}: {wrong}");
            }
        }
        let both = r#"{"queries":[{"iamQuery":{"iam":true},"orgQuery":{"orgId":"1"}}]}"#;
        let wrong = reason::<ListUserMembershipsRequest>(both);
        assert_eq!(wrong, "proto: queries.orgQuery: given beside another field of its oneof");
    }

    proptest::proptest! {
        #[test]
        fn any_place_in_anything_is_survived(json: Vec<u8>, line in 0..9_usize, column: u8) {
            field_at(&json, line, column.into());
        }
    }
}
