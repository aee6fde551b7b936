//! The one way in for whoever brings a token.

use super::{Account, Bearer, By, alive, read};
use crate::{
    error::Result,
    keys::KeyRing,
    model::{AccessToken, Bounds, CredentialKind, audience_of},
    store::State,
    time::Timestamp,
};
use std::net::IpAddr;

/// What whoever comes is judged by: one moment, one state.
pub struct Gate<'a> {
    /// Earlier than the state.
    pub now: Timestamp,
    pub state: State<'a>,
    pub ring: &'a KeyRing,
    pub issuer: &'a str,
    /// Where the request comes from, if anybody knows.
    pub client: Option<IpAddr>,
}

impl Gate<'_> {
    /// Whoever carries this token, to use it; `None` unless all of it counts. The token is what is left of it within the
    /// bounds of its credential.
    pub fn admit(&self, token: &str) -> Result<Option<(Bearer, Account)>> {
        self.look_at(token, By::Holder(self.client))
    }

    /// The same for a token that somebody else shows, to learn what it is worth.
    pub fn appraise(&self, token: &str) -> Result<Option<(Bearer, Account)>> {
        self.look_at(token, By::Another)
    }

    fn look_at(&self, token: &str, by: By) -> Result<Option<(Bearer, Account)>> {
        let Some(mut bearer) = read(self.ring, self.issuer, &self.state, self.now, token)? else { return Ok(None) };
        let Some(account) = alive(&self.state, self.now, bearer.presented(), by)? else { return Ok(None) };
        if !account.bounds.scopes.is_empty() {
            bearer.narrow(&account.bounds, &self.state.instance()?.project);
        }
        Ok(Some((bearer, account)))
    }
}

impl Bearer {
    /// Leaves of the scopes, and of the audiences that come from them, what the bounds allow. They may be narrower now
    /// than when the token was minted.
    fn narrow(&mut self, bounds: &Bounds, own_project: &str) {
        match self {
            Self::PersonalAccessToken(credential) => {
                if let CredentialKind::PersonalAccessToken { scopes, .. } = &mut credential.kind {
                    scopes.retain(|scope| bounds.allow_scope(scope));
                }
            }
            Self::AccessToken(_, AccessToken { scopes, audience, .. }) => {
                scopes.retain(|scope| bounds.allow_scope(scope));
                audience.retain(|project| scopes.iter().any(|scope| audience_of(scope, own_project) == Some(project)));
            }
        }
    }
}
