//! Path, query string and body of a REST request, up to the JSON of its message.
//!
//! Input, in lines: the procedure, a value for each variable of its path, the query string, the body.

use crate::route;
use countersign::{proto::Kind, rest::read_message};
use percent_encoding::percent_decode_str;
use serde_json::Value;

pub fn run(input: &[u8]) {
    let mut lines = input;
    let route = route::take(&mut lines);
    let Some(rule) = route.rest.first() else { return };
    let mut variables = Vec::new();
    for name in rule.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
        let Ok(value) = std::str::from_utf8(route::line(&mut lines)) else { return };
        variables.push((name.to_owned(), value.to_owned()));
    }
    let Ok(query) = std::str::from_utf8(route::line(&mut lines)) else { return };
    let Ok(message) = read_message(route.procedure, &variables, Some(query), lines) else { return };

    if rule.body && variables.is_empty() {
        assert_eq!(message, lines, "a body that is the message goes on as it is");
        return;
    }
    let message: Value = serde_json::from_slice(&message).expect("JSON");
    for (name, value) in &variables {
        let field = route.request.field(name).expect("a variable names a field");
        let value = percent_decode_str(value).decode_utf8().expect("it was decoded before");
        let is_in_message = match (&message[field.json], field.kind) {
            (Value::Number(number), Kind::Enum) => number.as_i64() == value.parse().ok(),
            (Value::Bool(truth), Kind::Bool) => value.parse() == Ok(*truth),
            (other, _) => *other == *value,
        };
        assert!(is_in_message, "the path has the last word: {value} is not {}", message[field.json]);
        assert!(field.json == field.name || message.get(field.name).is_none(), "a field has one name");
    }
}
