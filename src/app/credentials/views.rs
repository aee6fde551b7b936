//! Credentials as this server's own API shows and reads them.

use crate::{
    app::{credentials::lifetime::Expiry, reply},
    error::{Error, Result},
    limits::{MAX_LABEL_CHARS, MAX_SCOPE_BYTES},
    model::{Bounds, Credential, CredentialKind, Editor, LastUse, Network},
    permission::Roles,
    proto::countersign::v1 as wire,
    time::Timestamp,
};

/// What an expiry that never comes is called.
const NEVER: &str = "never";

pub fn view(credential: &Credential, last_use: Option<LastUse>, now: Timestamp) -> wire::Credential {
    wire::Credential {
        id: credential.id.to_string(),
        user_id: credential.user.to_string(),
        organization_id: credential.org.to_string(),
        r#type: type_of(credential).into(),
        label: credential.label.clone(),
        hint: credential.hint.clone(),
        creator_id: match &credential.creator {
            Editor::User(user) => user.to_string(),
            Editor::System => String::new(),
        },
        creation_date: reply::timestamp(credential.stamps.created).into(),
        change_date: reply::timestamp(credential.stamps.changed).into(),
        expires: expiry_text(credential.expires),
        state: state_of(credential, now).into(),
        bounds: Some(credential.bounds.clone()).filter(|bounds| !bounds.are_none()).map(bounds_view).into(),
        last_use: last_use.map(last_use_view).into(),
    }
}

fn last_use_view(last: LastUse) -> wire::LastUse {
    wire::LastUse {
        time: reply::timestamp(last.at).into(),
        address: last.address.map(|address| address.to_string()).unwrap_or_default(),
        user_agent: last.agent,
        accepted: last.accepted,
        failures: last.failures,
        accepted_date: last.accepted_at.map(reply::timestamp).into(),
        accepted_address: last.accepted_address.map(|address| address.to_string()).unwrap_or_default(),
        accepted_user_agent: last.accepted_agent,
    }
}

pub fn type_of(credential: &Credential) -> wire::CredentialType {
    match credential.kind {
        CredentialKind::Secret { .. } => wire::CredentialType::CREDENTIAL_TYPE_SECRET,
        CredentialKind::Key { .. } => wire::CredentialType::CREDENTIAL_TYPE_KEY,
        CredentialKind::PersonalAccessToken { .. } => wire::CredentialType::CREDENTIAL_TYPE_PERSONAL_ACCESS_TOKEN,
    }
}

fn state_of(credential: &Credential, now: Timestamp) -> wire::CredentialState {
    if credential.expires <= now {
        return wire::CredentialState::CREDENTIAL_STATE_EXPIRED;
    }
    match credential.suspended {
        true => wire::CredentialState::CREDENTIAL_STATE_SUSPENDED,
        false => wire::CredentialState::CREDENTIAL_STATE_ACTIVE,
    }
}

/// RFC 3339, or the word for never.
pub fn expiry_text(expires: Timestamp) -> String {
    if expires == Timestamp::NEVER { NEVER.into() } else { expires.to_rfc3339() }
}

/// When a new credential shall expire: nothing, or what [`instant`] reads.
pub fn expiry(text: &str) -> Result<Expiry> {
    if text.is_empty() { Ok(Expiry::Open) } else { instant(text).map(Expiry::At) }
}

/// Reads what [`expiry_text`] writes, with any zone.
pub fn instant(text: &str) -> Result<Timestamp> {
    if text.eq_ignore_ascii_case(NEVER) {
        return Ok(Timestamp::NEVER);
    }
    let hint = "expires must be an instant with time and zone, such as 2027-01-31T12:00:00Z (RFC 3339), or \"never\"";
    Timestamp::from_rfc3339(text).ok_or_else(|| Error::invalid(hint))
}

/// Reads a label: text of one line.
pub fn label(text: &str) -> Result<String> {
    let text = text.trim();
    if text.chars().count() > MAX_LABEL_CHARS || text.chars().any(char::is_control) {
        return Err(Error::invalid(format!("label must be one line of {MAX_LABEL_CHARS} characters at most")));
    }
    Ok(text.into())
}

fn bounds_view(bounds: Bounds) -> wire::Bounds {
    wire::Bounds {
        networks: bounds.networks.iter().map(ToString::to_string).collect(),
        scopes: bounds.scopes,
        roles: bounds.roles,
        read_only: bounds.read_only,
    }
}

/// Reads bounds. Nothing narrows nothing.
pub fn bounds(known: &Roles, wire: Option<&wire::Bounds>) -> Result<Bounds> {
    let Some(wire) = wire else { return Ok(Bounds::default()) };
    Ok(Bounds {
        networks: wire.networks.iter().map(|text| network(text)).collect::<Result<_>>()?,
        scopes: wire.scopes.iter().map(|text| word(text, "scope")).collect::<Result<_>>()?,
        roles: wire.roles.iter().map(|text| role(known, text)).collect::<Result<_>>()?,
        read_only: wire.read_only,
    })
}

/// A role of this server. A misspelt one would never count, and nobody would know why.
fn role(known: &Roles, text: &str) -> Result<String> {
    let name = word(text, "role")?;
    if known.is_org_role(&name) || known.is_instance_role(&name) {
        return Ok(name);
    }
    let names: Vec<_> = known.names().collect();
    Err(Error::invalid(format!("bounds: there is no role {name}; there are {}", names.join(", "))))
}

fn network(text: &str) -> Result<Network> {
    let hint = "bounds.networks must be blocks such as 192.0.2.0/24 or 2001:db8::/32, with no bits after the prefix";
    Network::parse(text).ok_or_else(|| Error::invalid(hint))
}

/// A scope (RFC 6749 section 3.3) or the name of a role.
fn word(text: &str, what: &str) -> Result<String> {
    let is_one = !text.is_empty() && text.len() <= MAX_SCOPE_BYTES && text.bytes().all(|byte| byte.is_ascii_graphic());
    if is_one { Ok(text.into()) } else { Err(Error::invalid(format!("bounds: a {what} must be one word of ASCII"))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expiry_has_a_zone_or_is_never() {
        assert_eq!(expiry("").expect("nothing"), Expiry::Open);
        assert_eq!(expiry("Never").expect("never"), Expiry::At(Timestamp::NEVER));
        let noon = instant("2027-01-31T12:00:00Z").expect("an instant");
        assert_eq!(expiry("2027-01-31T13:00:00+01:00").expect("an instant"), Expiry::At(noon));
        assert_eq!(expiry_text(noon), "2027-01-31T12:00:00Z");
        for text in ["2027-01-31", "2027-01-31T12:00:00", "tomorrow", "1", "2027-13-01T00:00:00Z", " "] {
            assert!(expiry(text).is_err(), "{text}");
        }
    }

    #[test]
    fn bounds_are_read_as_they_are_shown() {
        let roles = Roles::built_in().expect("roles");
        let wire = wire::Bounds {
            networks: vec!["192.0.2.0/24".into(), "2001:db8::/32".into()],
            scopes: vec!["openid".into()],
            roles: vec!["ORG_USER_MANAGER".into()],
            read_only: true,
        };
        assert_eq!(bounds_view(bounds(&roles, Some(&wire)).expect("bounds")), wire);
        assert!(bounds(&roles, None).expect("none").are_none());
        let wrong = [
            wire::Bounds { networks: vec!["192.0.2.1/24".into()], ..Default::default() },
            wire::Bounds { scopes: vec!["open id".into()], ..Default::default() },
            wire::Bounds { roles: vec![String::new()], ..Default::default() },
            wire::Bounds { roles: vec!["ORG_OWNR".into()], ..Default::default() },
        ];
        assert!(wrong.iter().all(|wire| bounds(&roles, Some(wire)).is_err()));
    }
}
