//! The lines of an import file.

use crate::{
    limits::MIN_PLAIN_CHARS,
    model::{AccessTokenType, UserFact},
};
use serde::Deserialize;

/// One line: `{"organization": {...}}` or `{"user": {...}}`. It has no `Debug`, as it holds secrets.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Line {
    Organization(Organization),
    User(User),
}

/// An organisation that is to be added.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Organization {
    pub id: Option<String>,
    pub name: String,
}

/// A machine user that is to be added, with its secrets.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct User {
    /// The id or the name of one that stands above, or is there; the default organisation, if nothing is said.
    pub organization: Option<String>,
    pub id: Option<String>,
    pub user_name: String,
    /// The user name, if nothing is said.
    pub name: Option<String>,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub access_token_type: TokenType,
    #[serde(default)]
    pub state: State,
    #[serde(default)]
    pub secrets: Vec<Secret>,
    /// In its organisation.
    #[serde(default)]
    pub roles: Vec<String>,
}

/// A secret that the machine has, in plain or as another system's hash.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Secret {
    #[serde(default)]
    pub plain: String,
    #[serde(default)]
    pub hash: String,
    #[serde(default)]
    pub label: String,
    #[serde(default)]
    pub expires: String,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TokenType {
    #[default]
    Bearer,
    Jwt,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum State {
    #[default]
    Active,
    Inactive,
    Locked,
}

impl Line {
    /// Reads a line. What it says of a line that is none holds nothing of the line but names of fields.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        if bytes.is_empty() {
            return Err("the line is blank; only the last one may be".into());
        }
        if std::str::from_utf8(bytes).is_err() {
            return Err("the line is not UTF-8".into());
        }
        serde_json::from_slice(bytes).map_err(|error| {
            let column = error.column();
            match error.is_data() {
                true => format!("column {column}: {}", reason(&error.to_string())),
                false => format!("column {column}: this is not JSON"),
            }
        })
    }
}

impl TokenType {
    pub fn to_model(self) -> AccessTokenType {
        match self {
            Self::Bearer => AccessTokenType::Bearer,
            Self::Jwt => AccessTokenType::Jwt,
        }
    }
}

impl State {
    /// What happens to a new user, who is active.
    pub fn fact(self) -> Option<UserFact> {
        match self {
            Self::Active => None,
            Self::Inactive => Some(UserFact::Deactivated),
            Self::Locked => Some(UserFact::Locked),
        }
    }
}

/// What the parser says, where that names a field. Elsewhere it may quote what stands there.
fn reason(said: &str) -> &str {
    let about_fields = ["unknown field `", "missing field `", "duplicate field `"];
    let field = about_fields.iter().find_map(|begin| said.strip_prefix(begin)?.split('`').next());
    match field {
        Some(field) if field.len() < MIN_PLAIN_CHARS => said.rsplit_once(" at line").map_or(said, |(reason, _)| reason),
        _ => "a value or a field is not as `countersign import --help` describes it",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_without_values() {
        let secret = "Zx8kQ2vB7nM4pL0sT6wY3cR9";
        for (line, said) in [
            ("", "the line is blank; only the last one may be"),
            (r#"{"user":"#, "column 8: this is not JSON"),
            (r#"{"user":{"userName":"a"}} {}"#, "column 27: this is not JSON"),
            (r#"{"organization":{}}"#, "column 18: missing field `name`"),
            (r#"{"organization":{"name":"A","x":1}}"#, "column 31: unknown field `x`, expected `id` or `name`"),
            (r#"{"organization":{"name":"A","name":"B"}}"#, "column 34: duplicate field `name`"),
        ] {
            assert_eq!(Line::parse(line.as_bytes()).err().as_deref(), Some(said), "{line}");
        }
        for line in [
            format!(r#"{{"user":{{"userName":"a","secrets":["{secret}"]}}}}"#),
            format!(r#"{{"user":{{"userName":"a","secrets":"{secret}"}}}}"#),
            format!(r#"{{"user":{{"userName":"a","state":"{secret}"}}}}"#),
            format!(r#"{{"user":{{"userName":"a","{secret}":1}}}}"#),
            format!(r#"{{"{secret}":{{}}}}"#),
            format!(r#""{secret}""#),
        ] {
            let said = Line::parse(line.as_bytes()).err().unwrap_or_default();
            assert!(said.contains("as `countersign import --help` describes") && !said.contains(secret), "{said}");
        }
    }
}
