//! Scopes that say for whom a token is. Their form is ZITADEL's.

use crate::id::OrgId;

const PROJECT: &str = "urn:zitadel:iam:org:project:id:";
const AUDIENCE: &str = ":aud";
/// How the scope calls the project of this server's own API, whose id clients need not know.
pub const OWN_PROJECT: &str = "zitadel";

/// The project that a scope makes an audience; `own` is that of this server's API. An audience is an id, so that it can
/// be nothing that means something elsewhere.
pub fn audience_of<'a>(scope: &'a str, own: &'a str) -> Option<&'a str> {
    let project = scope.strip_prefix(PROJECT)?.strip_suffix(AUDIENCE)?;
    OrgId::parse(project)?;
    Some(if project == OWN_PROJECT { own } else { project })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_audience_is_an_id() {
        assert_eq!(audience_of("urn:zitadel:iam:org:project:id:zitadel:aud", "7"), Some("7"));
        assert_eq!(audience_of("urn:zitadel:iam:org:project:id:123:aud", "7"), Some("123"));
        for none in ["urn:zitadel:iam:org:project:id::aud", "urn:zitadel:iam:org:project:id:a/b:aud", "openid"] {
            assert_eq!(audience_of(none, "7"), None, "{none}");
        }
    }
}
