//! Scopes: what a token request may name, and what of it an account gets.

use crate::{
    authn::Account,
    error::Result,
    limits::{MAX_SCOPE_BYTES, MAX_SCOPES},
    model::{Bounds, audience_of},
    oauth::{
        error::{OAuthError, OAuthResult},
        roles,
    },
    store::State,
};

/// What a token is for.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Granted {
    /// In the order of the request.
    pub scopes: Vec<String>,
    /// Empty if no scope named anybody.
    pub audience: Vec<String>,
}

/// Asks for an ID token.
pub const OPENID: &str = "openid";
/// Asks for name and user name in the ID token.
pub const PROFILE: &str = "profile";
/// Asks for claims about the account's organisation.
pub const RESOURCE_OWNER: &str = "urn:zitadel:iam:user:resourceowner";

/// Asks for claims about what clients keep with the account.
pub const METADATA: &str = "urn:zitadel:iam:user:metadata";

/// Kept whoever asks. Those of them that speak of people are known to every OpenID library and change nothing here.
const FOR_ALL: [&str; 9] =
    [OPENID, PROFILE, "email", "phone", "address", "offline_access", METADATA, RESOURCE_OWNER, roles::ALL_ROLES];
const ORG_ID: &str = "urn:zitadel:iam:org:id:";
const PRIMARY_DOMAIN: &str = "urn:zitadel:iam:org:domain:primary:";

/// The scopes of a request, each once (RFC 6749 section 3.3). A request may name none.
pub fn parse(text: Option<&str>) -> OAuthResult<Vec<&str>> {
    let mut scopes = Vec::new();
    for scope in text.unwrap_or_default().split(' ').filter(|scope| !scope.is_empty()) {
        if scope.len() > MAX_SCOPE_BYTES {
            return Err(OAuthError::invalid_scope("a scope is too long"));
        }
        if !scope.bytes().all(is_scope_character) {
            return Err(OAuthError::invalid_scope("a scope has a character that is not allowed"));
        }
        if scopes.contains(&scope) {
            continue;
        }
        if scopes.len() == MAX_SCOPES {
            return Err(OAuthError::invalid_scope("too many scopes"));
        }
        scopes.push(scope);
    }
    Ok(scopes)
}

/// Refuses scopes that the client's credential may not ask for, and names them.
pub fn are_within(requested: &[&str], bounds: &Bounds) -> OAuthResult<()> {
    let outside: Vec<_> = requested.iter().copied().filter(|scope| !bounds.allow_scope(scope)).collect();
    if outside.is_empty() {
        return Ok(());
    }
    let description = format!("the credential may not ask for: {}", outside.join(" "));
    // The scopes are the client's own words, which the log must not repeat.
    Err(OAuthError::invalid_scope(description).because("scopes outside the credential's bounds"))
}

/// What of the request an account gets for itself: what this server knows and what is true of the account. The rest is
/// dropped and not refused, as ZITADEL does; the answer then tells what is left (RFC 6749 section 5.1).
///
/// A scope that names a role which the account does not have is among the rest: whoever reads the token would take the
/// scope for the role.
pub fn of_account(requested: &[&str], account: &Account, state: &State<'_>) -> Result<Granted> {
    let mut audience = Vec::new();
    let own_project = state.instance()?.project;
    for project in requested.iter().filter_map(|scope| audience_of(scope, &own_project)) {
        if !audience.iter().any(|other| other == project) {
            audience.push(project.into());
        }
    }
    let held = roles::of_token(state, account, requested, &audience)?;
    let is_kept = |scope: &str| match roles::key_of(scope) {
        Some(key) => held.has(key),
        None => {
            FOR_ALL.contains(&scope)
                || audience_of(scope, &own_project).is_some()
                || roles::is_giver(scope)
                || is_of_own_org(scope, account)
        }
    };
    let scopes = requested.iter().filter(|scope| is_kept(scope)).map(|&scope| scope.into()).collect();
    Ok(Granted { scopes, audience })
}

fn is_of_own_org(scope: &str, account: &Account) -> bool {
    scope.strip_prefix(ORG_ID).is_some_and(|id| id == account.org.id.as_str())
        || scope.strip_prefix(PRIMARY_DOMAIN).is_some_and(|domain| domain == account.org.primary_domain)
}

fn is_scope_character(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn scopes_are_separated_by_spaces_and_come_once() {
        assert_eq!(parse(None).expect("none"), Vec::<&str>::new());
        assert_eq!(parse(Some(" openid  a openid ")).expect("two"), ["openid", "a"]);
        for bad in ["a\tb", "a\"b", "a\\b", "é", "\u{7f}", "a\nb"] {
            assert_eq!(parse(Some(bad)).expect_err(bad).code.name(), "invalid_scope");
        }
    }

    #[test]
    fn limits_hold() {
        let scopes = |count: usize| (0..count).map(|n| format!("s{n} ")).collect::<String>();
        assert_eq!(parse(Some(&scopes(MAX_SCOPES))).expect("as many").len(), MAX_SCOPES);
        assert!(parse(Some(&scopes(MAX_SCOPES + 1))).is_err());
        assert!(parse(Some(&"x".repeat(MAX_SCOPE_BYTES))).is_ok());
        assert!(parse(Some(&"x".repeat(MAX_SCOPE_BYTES + 1))).is_err());
    }

    proptest! {
        #[test]
        fn hostile_text_is_refused_or_read(text: String) {
            let _ = parse(Some(&text));
        }
    }
}
