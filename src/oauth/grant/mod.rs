//! The token endpoint (RFC 6749 section 3.2).
//!
//! A [`Grant`] is what one grant type does that no other does; [`token`] does the rest for all of them.

mod client_credentials;
mod jwt_bearer;

use super::{
    Ground, Request,
    client::Client,
    error::{Code, OAuthError, OAuthResult},
    issue::{self, Ticket, TokenResponse},
    judge, roles,
    scope::{self, Granted},
};
use crate::{app::App, authn::Account, error::Result, id::CredentialId, store::State};

/// A grant type.
pub(super) struct Grant {
    /// `grant_type` on the wire.
    pub name: &'static str,
    /// In the metrics.
    label: &'static str,
    /// Finds who gets the token.
    resolve: fn(&Ground<'_>, &Request<'_>) -> OAuthResult<Subject>,
    /// What of the requested scopes it gets.
    scopes: fn(&[&str], &Account, &State<'_>) -> Result<Granted>,
}

/// Who gets a token.
pub(super) struct Subject {
    account: Account,
    /// What it calls itself.
    called: String,
    /// By what it proved who it is.
    credential: CredentialId,
    /// How (RFC 8176).
    amr: &'static [&'static str],
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
    let ticket = judge(app, request, |ground| {
        let Subject { account, called, credential, amr } = (grant.resolve)(ground, request)?;
        let requested = scope::parse(request.form.get("scope"))?;
        scope::are_within(&requested, &account.bounds)?;
        let granted = (grant.scopes)(&requested, &account, &ground.state)?;
        let roles = roles::of_token(&ground.state, &account, &granted.scopes, &granted.audience)?;
        let is_less = granted.scopes.len() < requested.len();
        Ok(Ticket { issued: ground.now, account, called, credential, amr, granted, is_less, roles })
    })
    .await?;
    issue::issue(app, ticket).await
}

impl Subject {
    /// The client itself. It is alive, or would not be a [`Client`].
    fn client(client: Client) -> Self {
        let Client { account, called, credential, amr } = client;
        Self { account, called, credential, amr }
    }
}
