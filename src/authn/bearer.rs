//! The `Authorization: Bearer` header of the API (RFC 6750 section 2.1).

use super::{Bearer, Presented, alive, read};
use crate::{
    error::{Error, Kind, Result},
    id::{CredentialId, OrgId, UserId},
    keys::KeyRing,
    model::fault,
    store::State,
    time::Timestamp,
};

/// A machine user that proved who it is.
#[derive(Debug, Clone)]
pub struct Caller {
    pub user: UserId,
    pub org: OrgId,
    /// By what it proved it.
    pub credential: CredentialId,
    bearer: Bearer,
}

impl Caller {
    /// Whether it brought the credential itself, and not a token that was minted with it.
    pub fn brings_its_credential(&self) -> bool {
        matches!(self.bearer, Bearer::PersonalAccessToken(_))
    }

    /// Refuses a caller that would no longer be let in.
    pub fn check(&self, state: &State<'_>, now: Timestamp) -> Result<()> {
        alive(state, now, self.bearer.presented())?.ok_or(fault::TOKEN_INVALID)?;
        Ok(())
    }
}

/// Who calls, by the header's value. Personal access tokens are good for the API as they are; an access token must name
/// the API's project as its audience, so that a token meant for another service is of no use here.
pub fn bearer(ring: &KeyRing, issuer: &str, state: &State<'_>, now: Timestamp, header: Option<&str>) -> Result<Caller> {
    let header = header.ok_or_else(|| Error::new(Kind::Unauthenticated, "auth header missing"))?;
    let token = header.strip_prefix("Bearer ").ok_or(fault::AUTH_HEADER_INVALID)?;
    let bearer = read(ring, issuer, state, now, token)?.ok_or(fault::TOKEN_INVALID)?;
    if !is_for_the_api(state, &bearer)? {
        return Err(fault::TOKEN_INVALID.into());
    }
    let account = alive(state, now, bearer.presented())?.ok_or(fault::TOKEN_INVALID)?;
    let credential = bearer.credential().clone();
    Ok(Caller { user: account.machine.id, org: account.org.id, credential, bearer })
}

fn is_for_the_api(state: &State<'_>, bearer: &Bearer) -> Result<bool> {
    match bearer {
        Bearer::PersonalAccessToken(_) => Ok(true),
        Bearer::AccessToken(_, token) => Ok(token.audience.contains(&state.instance()?.project)),
    }
}

impl Bearer {
    /// What [`alive`] wants to see.
    pub fn presented(&self) -> Presented<'_> {
        match self {
            Self::PersonalAccessToken(credential) => Presented::Credential(credential),
            Self::AccessToken(id, token) => Presented::Token(id, token),
        }
    }

    /// The credential that the bearer has, or that minted what it has.
    pub fn credential(&self) -> &CredentialId {
        match self {
            Self::PersonalAccessToken(credential) => &credential.id,
            Self::AccessToken(_, token) => &token.credential,
        }
    }
}
