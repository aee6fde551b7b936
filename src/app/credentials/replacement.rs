//! How a client secret takes the place of others.

use crate::{
    app::{
        App,
        credentials::{
            self,
            lifetime::{Expiry, Lifetime},
        },
        reply,
    },
    authz::Authorized,
    error::Result,
    id::CredentialId,
    limits::MAX_LIVE_SECRETS,
    model::{Bounds, Credential, CredentialFact, LiveSecret, Machine, UserFact, fault},
    permission::UserWrite,
    proto::countersign::v1 as wire,
    secret::{Prefix, SecretHash, SecretText},
    store::State,
    time::Timestamp,
};
use std::time::Duration;

/// A secret that is yet to be kept.
#[derive(Clone)]
pub struct NewSecret {
    pub text: SecretText,
    pub id: CredentialId,
    pub hash: SecretHash,
    pub label: String,
    pub expires: Expiry,
    pub bounds: Bounds,
}

/// What becomes of the secrets that another one replaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retirement {
    /// They count so much longer, if they do not expire before.
    RunOut(Duration),
    Removed,
    /// Removed, and all that they minted with them.
    Killed,
}

impl NewSecret {
    /// A secret that is narrowed to nothing.
    pub fn generate(app: &App) -> Self {
        let text = SecretText::generate(Prefix::ClientSecret, &app.random);
        Self {
            hash: app.keys.load().client_secrets().hash(text.expose()),
            text,
            id: app.new_id(),
            label: String::new(),
            expires: Expiry::Open,
            bounds: Bounds::default(),
        }
    }

    /// Adds it to so many that count, if the caller may. Refuses if the user has as many as it may have, or this one would be dead at once.
    pub fn beside(self, who: &Authorized<UserWrite>, live: usize, lifetime: Lifetime) -> Result<UserFact> {
        who.may_narrow_to(&self.bounds)?;
        let expires = lifetime.end(self.expires)?;
        if live >= MAX_LIVE_SECRETS {
            return Err(fault::TOO_MANY_SECRETS.into());
        }
        let Self { id, hash, label, bounds, text, .. } = self;
        Ok(UserFact::SecretAdded { credential: id, hash, hint: text.hint(), label, expires, bounds })
    }

    /// Puts it in the place of others, oldest first. It takes over what the newest was called, if it has no name of its
    /// own, and what that was narrowed to: a rotation must not widen anything.
    pub fn in_place_of(
        mut self,
        who: &Authorized<UserWrite>,
        old: &[Credential],
        retirement: Retirement,
        lifetime: Lifetime,
    ) -> Result<Vec<UserFact>> {
        if let Some(newest) = old.last() {
            self.bounds = newest.bounds.clone();
            if self.label.is_empty() {
                self.label = newest.label.clone();
            }
        }
        let stay = if matches!(retirement, Retirement::RunOut(_)) { old.len() } else { 0 };
        let added = self.beside(who, stay, lifetime)?;
        Ok(old.iter().flat_map(|secret| retirement.events_for(secret, lifetime.now)).chain([added]).collect())
    }
}

impl Retirement {
    /// What a grace means.
    pub fn of(grace: Duration) -> Self {
        if grace.is_zero() { Self::Removed } else { Self::RunOut(grace) }
    }

    /// From when on a replaced secret is refused.
    pub fn end(self, secret: &Credential, now: Timestamp) -> Timestamp {
        match self {
            Self::RunOut(grace) => secret.expires.min(now + grace),
            Self::Removed | Self::Killed => secret.expires.min(now),
        }
    }

    /// The secrets that meet it beside those that count: what was minted by one that ran out may live on.
    pub fn stale(self, state: &State<'_>, machine: &Machine, now: Timestamp) -> Result<Vec<Credential>> {
        match self {
            Self::RunOut(_) | Self::Removed => Ok(Vec::new()),
            Self::Killed => find(state, machine, |secret| secret.expires <= now),
        }
    }

    /// The secrets that meet it, for whoever replaces them: with the end that they get, and when they were last used.
    pub fn view(
        self,
        app: &App,
        state: &State<'_>,
        old: &[Credential],
        now: Timestamp,
    ) -> Result<Vec<wire::ReplacedSecret>> {
        let view = |secret: &Credential| {
            let last_use = credentials::last_use::of(app, state, secret)?;
            Ok(wire::ReplacedSecret {
                credential: credentials::views::view(secret, last_use, now).into(),
                ends: reply::timestamp(self.end(secret, now)).into(),
            })
        };
        old.iter().map(view).collect()
    }

    /// What happens to a secret that meets it.
    pub fn events_for(self, secret: &Credential, now: Timestamp) -> Vec<UserFact> {
        let about = |fact| UserFact::Credential(secret.id.clone(), fact);
        let removed = UserFact::SecretRemoved { credential: secret.id.clone() };
        let expires = self.end(secret, now);
        match self {
            Self::RunOut(_) if expires == secret.expires => Vec::new(),
            Self::RunOut(_) => vec![about(CredentialFact::ExpirySet { expires })],
            Self::Removed => vec![removed],
            Self::Killed => vec![about(CredentialFact::TokensEnded), removed],
        }
    }
}

/// The secrets of a user that count at `now`, oldest first.
pub fn live(state: &State<'_>, machine: &Machine, now: Timestamp) -> Result<Vec<Credential>> {
    find(state, machine, |secret| now < secret.expires)
}

/// The same with those that have run out and are not removed yet.
pub fn kept(state: &State<'_>, machine: &Machine) -> Result<Vec<Credential>> {
    find(state, machine, |_| true)
}

fn find(state: &State<'_>, machine: &Machine, is_one: impl Fn(&LiveSecret) -> bool) -> Result<Vec<Credential>> {
    let found = machine.secrets.iter().filter(|secret| is_one(secret));
    found.filter_map(|secret| state.credential(&machine.id, &secret.id).transpose()).collect()
}
