//! Ends a token before its time (RFC 7009).

use crate::{
    app::App,
    authn::Bearer,
    error::Result,
    id::{CredentialId, OrgId, UserId},
    model::{Draft, UserFact},
    oauth::{
        Request,
        client::{self, Client},
        error::{Code, OAuthError, OAuthResult},
        judge,
    },
    store::{Decision, State},
};

/// A token that its own client wants to end.
struct Revocation {
    org: OrgId,
    user: UserId,
    /// By what the client proved who it is.
    credential: CredentialId,
    bearer: Bearer,
}

/// Ends the token in the form. When this returns, it is dead, power cut or not; a token that is unknown or dead already
/// is no error, as the client has what it wanted (RFC 7009 section 2.2).
pub async fn revoke(app: &App, request: &Request<'_>) -> OAuthResult<()> {
    let Some(revocation) = judge(app, request, |context| {
        let Client { account, credential, .. } = client::authenticate(context, request)?;
        let (client, bounds) = (account.machine, account.bounds);
        let token = request.form.get("token").ok_or_else(|| OAuthError::invalid_request("token missing"))?;
        let Some((bearer, account)) = context.inspect(token)? else { return Ok(None) };
        if account.machine.id != client.id {
            return Err(OAuthError::new(Code::InvalidClient, "token was not issued for this client"));
        }
        if bounds.read_only && !is_minted_by(&bearer, &credential) {
            return Err(OAuthError::new(
                Code::UnauthorizedClient,
                "a credential that only reads ends its own tokens alone",
            ));
        }
        Ok(Some(Revocation { org: client.org, user: client.id, credential, bearer }))
    })
    .await?
    else {
        return Ok(());
    };
    let client = (revocation.user.clone(), revocation.credential.clone());
    client::change(app, client, client::failed, move |state, _| Ok(Decision::new(revocation.end(state)?, ()))).await
}

fn is_minted_by(bearer: &Bearer, credential: &CredentialId) -> bool {
    matches!(bearer, Bearer::AccessToken(_, token) if token.credential == *credential)
}

impl Revocation {
    /// Nothing if somebody else ended it, or its user, since it was looked at.
    fn end(self, state: &State<'_>) -> Result<Vec<Draft>> {
        let Self { org, user, bearer, .. } = self;
        if state.machine(&user)?.is_none() {
            return Ok(Vec::new());
        }
        let fact = match bearer {
            Bearer::AccessToken(id, token) if !state.token_is_revoked(id.as_bytes(), token.expires)? => {
                UserFact::TokenRevoked { token: *id.as_bytes(), expires: token.expires }
            }
            Bearer::PersonalAccessToken(token) if state.credential(&user, &token.id)?.is_some() => {
                UserFact::PatRemoved { credential: token.id }
            }
            _ => return Ok(Vec::new()),
        };
        Ok(vec![Draft::user(&org, &user, fact)])
    }
}
