//! JSON that clients send.

use crate::{
    error::{Error, Result},
    limits::MAX_JSON_VALUES,
};
use serde_json::error::Category;

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

/// Why JSON was not read. The reader's own words may quote what it read, and the log would then hold it.
pub fn unreadable(error: &serde_json::Error) -> Error {
    let (line, column) = (error.line(), error.column());
    Error::invalid(match error.classify() {
        Category::Data => format!("proto: a value is not of its field's type at line {line} column {column}"),
        Category::Eof | Category::Io | Category::Syntax => format!("proto: {error}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_and_what_stands_in_quotes_is_none() {
        let list = |count: usize| format!("[{}]", vec!["{}"; count].join(","));
        assert!(has_few_values(list(MAX_JSON_VALUES / 2).as_bytes()).is_ok());
        assert!(has_few_values(list(MAX_JSON_VALUES / 2 + 1).as_bytes()).is_err());
        let quoted = format!(r#"{{"text":"\"{}\\"}}"#, ",{[".repeat(MAX_JSON_VALUES));
        assert!(has_few_values(quoted.as_bytes()).is_ok());
        assert!(has_few_values(format!("{quoted},{}", list(MAX_JSON_VALUES)).as_bytes()).is_err());
    }
}
