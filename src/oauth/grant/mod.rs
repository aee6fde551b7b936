//! The token endpoint (RFC 6749 section 3.2).
//!
//! A [`Grant`] is what one grant type does that no other does; [`token`] does the rest for all of them.

mod client_credentials;
mod jwt_bearer;

use super::{
    Request, RequestContext,
    claims::UserMetadata,
    client::Client,
    error::{Code, OAuthError, OAuthResult},
    issue::{self, Ticket, TokenResponse},
    judge, roles, scope,
};
use crate::app::{App, settings};

/// A grant type.
pub(super) struct Grant {
    /// `grant_type` on the wire.
    pub name: &'static str,
    /// In the metrics.
    label: &'static str,
    /// Finds who gets the token.
    resolve: fn(&RequestContext<'_>, &Request<'_>) -> OAuthResult<Client>,
}

/// What the token endpoint answers.
pub struct Answer {
    /// The grant type's name in the metrics.
    pub grant: &'static str,
    pub outcome: OAuthResult<TokenResponse>,
}

/// All that are served.
pub(super) const GRANTS: [Grant; 2] = [client_credentials::GRANT, jwt_bearer::GRANT];

/// Issues a token.
pub async fn token(app: &App, request: &Request<'_>) -> Answer {
    match find(request) {
        Ok(grant) => Answer { grant: grant.label, outcome: run(app, request, grant).await },
        Err(refusal) => Answer { grant: "unknown", outcome: Err(refusal) },
    }
}

fn find(request: &Request<'_>) -> OAuthResult<&'static Grant> {
    static SERVED: [Grant; GRANTS.len()] = GRANTS;
    let name = request.form.get("grant_type").ok_or_else(|| OAuthError::invalid_request("grant_type missing"))?;
    let unsupported = || OAuthError::new(Code::UnsupportedGrantType, "this grant_type is not supported");
    SERVED.iter().find(|grant| grant.name == name).ok_or_else(unsupported)
}

async fn run(app: &App, request: &Request<'_>, grant: &Grant) -> OAuthResult<TokenResponse> {
    let ticket = judge(app, request, |context| {
        let client = (grant.resolve)(context, request)?;
        let (account, state) = (&client.account, &context.state);
        let requested = scope::parse(request.form.get("scope"))?;
        scope::are_within(&requested, &account.bounds)?;
        let granted = scope::of_account(&requested, account, state)?;
        Ok(Ticket {
            issued: context.now,
            lifetimes: settings::oidc::in_force(app, state)?,
            roles: roles::of_token(state, account, &granted.scopes, &granted.audience)?,
            metadata: UserMetadata::if_asked(&granted.scopes, state, &account.machine)?,
            is_less: granted.scopes.len() < requested.len(),
            granted,
            client,
        })
    })
    .await?;
    issue::issue(app, ticket).await
}
