//! The one way in for callers that bring a token.

use super::{Account, Attempt, Bearer, By, Claimed, Guard, Uses, alive, read};
use crate::{
    error::Result,
    id::{CredentialId, UserId},
    keys::KeyRing,
    model::{AccessToken, Bounds, CredentialKind, audience_of},
    store::State,
    time::Timestamp,
};
use std::net::IpAddr;

/// What a caller is judged by: one moment and one state. `App::at_gate` makes it.
pub struct Gate<'a> {
    /// Earlier than the state.
    pub now: Timestamp,
    pub state: State<'a>,
    pub ring: &'a KeyRing,
    pub issuer: &'a str,
    /// Where the request comes from, if anybody knows.
    pub remote: Option<IpAddr>,
    /// What the client says of itself.
    pub agent: &'a str,
    pub guard: &'a Guard,
    pub uses: &'a Uses,
}

impl Gate<'_> {
    /// The token that a caller brings as its own, narrowed to the bounds of its credential, and the account that it belongs
    /// to; `None` unless both are valid.
    ///
    /// A token that this server did not make counts as a guess. One that it made does not, valid or not.
    pub fn admit(&self, token: &str) -> Result<Option<(Bearer, Account)>> {
        let claimed = [Claimed::Token(token)];
        self.guard.admit(self.now, self.remote, &claimed)?;
        let Some(bearer) = self.read(token)? else {
            self.guard.failed(self.now, self.remote, &claimed, token);
            return Ok(None);
        };
        self.examine(bearer, By::Holder(self.remote))
    }

    /// As [`Self::admit`], for a token that somebody else shows, to learn whether it is valid. Nothing counts as a guess.
    pub fn inspect(&self, token: &str) -> Result<Option<(Bearer, Account)>> {
        self.read(token)?.map_or(Ok(None), |bearer| self.examine(bearer, By::Another))
    }

    /// Notes that somebody tried to use a credential. A caller that only shows it does not use it.
    pub fn note(&self, user: &UserId, credential: &CredentialId, by: By, accepted: bool) {
        let (address, agent) = match by {
            By::Holder(address) => (address, self.agent),
            By::Another => (None, ""),
        };
        self.uses.note(user, credential, Attempt { at: self.now, address, agent, accepted });
    }

    fn read(&self, token: &str) -> Result<Option<Bearer>> {
        read(self.ring, self.issuer, &self.state, self.now, token)
    }

    fn examine(&self, mut bearer: Bearer, by: By) -> Result<Option<(Bearer, Account)>> {
        let account = alive(&self.state, self.now, bearer.presented(), by)?;
        if let Bearer::PersonalAccessToken(token) = &bearer {
            self.note(&token.user, &token.id, by, account.is_some());
        }
        let Some(account) = account else { return Ok(None) };
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
