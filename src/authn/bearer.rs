//! The `Authorization: Bearer` header of the API (RFC 6750 section 2.1).

use super::{Account, Bearer, By, Gate, Presented, alive};
use crate::{
    error::{Error, Kind, Result},
    id::{CredentialId, OrgId, UserId},
    model::{Bounds, audience_of, fault},
    store::State,
    time::Timestamp,
};
use std::net::IpAddr;

/// A machine user that proved who it is.
#[derive(Debug, Clone)]
pub struct Caller {
    pub user: UserId,
    pub org: OrgId,
    /// By what it proved it.
    pub credential: CredentialId,
    /// What that is narrowed to.
    pub bounds: Bounds,
    bearer: Bearer,
    remote: Option<IpAddr>,
}

impl Caller {
    /// Refuses a caller that would no longer be let in, or not as it was.
    pub fn check(&self, state: &State<'_>, now: Timestamp) -> Result<()> {
        let account = alive(state, now, self.bearer.presented(), By::Holder(self.remote))?;
        account.filter(|account| account.bounds == self.bounds).ok_or(fault::TOKEN_INVALID)?;
        Ok(())
    }
}

/// Who calls, by the header's value. Personal access tokens are good for the API as they are; an access token must name
/// the API's project as its audience, so that a token meant for another service is of no use here. If the credential is
/// narrowed to some scopes, that audience must be one of them.
pub fn bearer(gate: &Gate<'_>, header: Option<&str>) -> Result<Caller> {
    let header = header.ok_or_else(|| Error::new(Kind::Unauthenticated, "auth header missing"))?;
    let token = header.strip_prefix("Bearer ").ok_or(fault::AUTH_HEADER_INVALID)?;
    let (bearer, account) = gate.admit(token)?.ok_or(fault::TOKEN_INVALID)?;
    if !bearer.is_for(&gate.state.instance()?.project, &account.bounds) {
        return Err(fault::TOKEN_INVALID.into());
    }
    let credential = bearer.credential().clone();
    let Account { machine, org, bounds } = account;
    Ok(Caller { user: machine.id, org: org.id, credential, bounds, bearer, remote: gate.remote })
}

impl Bearer {
    /// Whether it is good for the API, whose project this is.
    pub fn is_for(&self, own_project: &str, bounds: &Bounds) -> bool {
        match self {
            Self::PersonalAccessToken(_) => {
                let is_audience = |scope: &String| audience_of(scope, own_project) == Some(own_project);
                bounds.scopes.is_empty() || bounds.scopes.iter().any(is_audience)
            }
            Self::AccessToken(_, token) => token.audience.iter().any(|audience| audience == own_project),
        }
    }

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
