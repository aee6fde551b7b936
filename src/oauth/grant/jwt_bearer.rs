//! The account signs an assertion with a key of its own (RFC 7523 section 2.1).

use super::Grant;
use crate::oauth::{
    Request, RequestContext,
    assertion::{self, CalledBy},
    client::{self, Client},
    error::{Code, OAuthError, OAuthResult},
};

pub(super) const GRANT: Grant =
    Grant { name: "urn:ietf:params:oauth:grant-type:jwt-bearer", label: "jwt_bearer", resolve };

fn resolve(context: &RequestContext<'_>, request: &Request<'_>) -> OAuthResult<Client> {
    let text = request.form.get("assertion").ok_or_else(|| OAuthError::invalid_request("assertion missing"))?;
    // The assertion is enough; but a client that names itself must be who it says (RFC 7523 section 3.1).
    let client = match client::is_named(request) {
        true => Some(client::authenticate(context, request)?),
        false => None,
    };
    let subject = assertion::prove(context, text, CalledBy::Id, refused)?;
    if client.is_some_and(|client| client.account.machine.id != subject.account.machine.id) {
        return Err(refused().because("the assertion is another client's"));
    }
    Ok(subject)
}

fn refused() -> OAuthError {
    OAuthError::new(Code::InvalidGrant, "assertion invalid")
}
