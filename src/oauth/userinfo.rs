//! Tells the bearer of a token whose it is (OpenID Connect Core section 5.3).

use crate::{
    app::App,
    authn::Bearer,
    oauth::{
        Request,
        claims::{Profile, ResourceOwner, UserMetadata},
        error::{OAuthError, OAuthResult},
        judge,
        roles::{self, RoleClaims},
    },
};
use serde::Serialize;

/// The account behind a token.
#[derive(Serialize)]
pub struct UserInfo {
    sub: String,
    #[serde(flatten)]
    profile: Profile,
    #[serde(flatten)]
    resource_owner: Option<ResourceOwner>,
    #[serde(flatten)]
    roles: RoleClaims,
    #[serde(flatten)]
    metadata: Option<UserMetadata>,
}

/// Whose the token is that the request brings, in the header or in the form (RFC 6750 sections 2.1 and 2.2).
pub async fn userinfo(app: &App, request: &Request<'_>) -> OAuthResult<UserInfo> {
    let token = token(request)?;
    judge(app, request, |context| {
        let (bearer, account) = context.admit(token)?.ok_or_else(OAuthError::invalid_token)?;
        let (scopes, audience) = match &bearer {
            Bearer::AccessToken(_, token) => (token.scopes.as_slice(), token.audience.as_slice()),
            Bearer::PersonalAccessToken(credential) => (credential.scopes(), [].as_slice()),
        };
        Ok(UserInfo {
            sub: account.machine.id.to_string(),
            profile: Profile::of(&account),
            resource_owner: ResourceOwner::if_asked(scopes, &account.org),
            roles: roles::of_token(&context.state, &account, scopes, audience)?,
            metadata: UserMetadata::if_asked(scopes, &context.state, &account.machine)?,
        })
    })
    .await
}

fn token<'a>(request: &'a Request<'_>) -> OAuthResult<&'a str> {
    match (request.authorization, request.form.get("access_token")) {
        (Some(_), Some(_)) => Err(OAuthError::invalid_request("a token must not be sent in more than one way")),
        (None, Some(token)) => Ok(token),
        (None, None) => Err(OAuthError::missing_token()),
        (Some(_), None) => {
            let token = request.authorization("Bearer").ok_or_else(OAuthError::missing_token)?;
            // Tokens are ASCII; other bytes are of none.
            std::str::from_utf8(token).map(str::trim_ascii).map_err(|_| OAuthError::invalid_token())
        }
    }
}
