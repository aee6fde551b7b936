//! Several client secrets for one machine user, so that a new one can be handed out before the old one ends.

use crate::{
    app::{App, credential_views, reply},
    authz::Authorized,
    error::{Error, Result},
    id::CredentialId,
    limits::{MAX_LIVE_SECRETS, MAX_ROTATION_GRACE},
    model::{Bounds, Credential, CredentialFact, Draft, LiveSecret, Machine, UserFact, fault},
    permission::UserWrite,
    proto::countersign::v1 as wire,
    secret::{Prefix, SecretHash, SecretText},
    store::{Decision, State},
    time::Timestamp,
};
use buffa_types::google::protobuf;
use std::time::Duration;

/// Adds a secret beside those that there are. It is shown in this answer and never again.
pub async fn add(
    app: App,
    who: Authorized<UserWrite>,
    request: wire::AddSecretRequest,
) -> Result<wire::AddSecretResponse> {
    let new = New {
        label: credential_views::label(&request.label)?,
        expires: credential_views::expiry(&request.expires)?,
        bounds: credential_views::bounds(request.bounds.as_option())?,
        ..New::generate(&app)
    };
    let (roles, user_id) = (app.roles.clone(), request.user_id);
    let New { secret, id, .. } = new.clone();
    let changed = app
        .store
        .change(who.caller.editor(), move |state, now| {
            let machine = who.machine_or(state, &user_id, fault::SECRET_USER_UNKNOWN)?;
            who.may_act_as(state, &roles, &machine)?;
            new.fits(machine.live_secrets(now).count(), now)?;
            Ok(Decision::new(vec![Draft::user(&machine.org, &machine.id, new.added())], machine))
        })
        .await?;
    let machine = changed.answer;
    let credential = shown(&app, &machine, &id)?;
    Ok(wire::AddSecretResponse {
        client_id: machine.user_name,
        client_secret: secret.expose().into(),
        credential: credential.into(),
    })
}

/// Adds a secret and lets the others run out, in one change: a crash leaves both done or neither.
pub async fn rotate(
    app: App,
    who: Authorized<UserWrite>,
    request: wire::RotateSecretRequest,
) -> Result<wire::RotateSecretResponse> {
    let grace = grace(request.grace.as_option())?;
    let fate = match request.compromised {
        true if grace.is_some_and(|grace| !grace.is_zero()) => {
            return Err(Error::invalid("grace: a secret that is compromised ends now"));
        }
        true => Fate::Killed,
        false => Fate::of(grace.unwrap_or_default()),
    };
    let mut new = New {
        label: credential_views::label(&request.label)?,
        expires: credential_views::expiry(&request.expires)?,
        ..New::generate(&app)
    };
    let (roles, user_id) = (app.roles.clone(), request.user_id);
    let New { secret, id, .. } = new.clone();
    let changed = app
        .store
        .change(who.caller.editor(), move |state, now| {
            let machine = who.machine_or(state, &user_id, fault::SECRET_USER_UNKNOWN)?;
            who.may_act_as(state, &roles, &machine)?;
            let old = live(state, &machine, now)?;
            new.succeed(old.last());
            new.fits(if fate.leaves_live() { old.len() } else { 0 }, now)?;
            let mut facts = Vec::new();
            for secret in &old {
                facts.extend(fate.befall(secret, now));
            }
            facts.push(new.added());
            let events = facts.into_iter().map(|fact| Draft::user(&machine.org, &machine.id, fact)).collect();
            Ok(Decision::new(events, (machine, old)))
        })
        .await?;
    let at = changed.receipt()?.at;
    let (machine, old) = changed.answer;
    let replaced = old.iter().map(|secret| wire::ReplacedSecret {
        credential: credential_views::view(secret, at).into(),
        ends: reply::timestamp(fate.end(secret, at)).into(),
    });
    let replaced = replaced.collect();
    let credential = shown(&app, &machine, &id)?;
    Ok(wire::RotateSecretResponse {
        client_id: machine.user_name,
        client_secret: secret.expose().into(),
        credential: credential.into(),
        replaced,
    })
}

/// A secret that is yet to be kept.
#[derive(Clone)]
struct New {
    secret: SecretText,
    id: CredentialId,
    hash: SecretHash,
    label: String,
    expires: Timestamp,
    bounds: Bounds,
}

/// What becomes of the secrets that another one replaces.
#[derive(Clone, Copy)]
enum Fate {
    /// They count so much longer, if they do not expire before.
    RunOut(Duration),
    Removed,
    /// Removed, and all that they minted with them.
    Killed,
}

impl New {
    fn generate(app: &App) -> Self {
        let secret = SecretText::generate(Prefix::ClientSecret, &app.random);
        Self {
            hash: app.keys.load().client_secrets().hash(secret.expose()),
            secret,
            id: app.new_id(),
            label: String::new(),
            expires: Timestamp::NEVER,
            bounds: Bounds::default(),
        }
    }

    /// Takes over what the one before was called and narrowed to: a rotation must not widen anything.
    fn succeed(&mut self, before: Option<&Credential>) {
        let Some(before) = before else { return };
        self.bounds = before.bounds.clone();
        if self.label.is_empty() {
            self.label = before.label.clone();
        }
    }

    /// Refuses if the user has as many as it may have, or this one would be dead at once.
    fn fits(&self, live: usize, now: Timestamp) -> Result<()> {
        if self.expires <= now {
            return Err(fault::EXPIRES_IN_PAST.into());
        }
        if live >= MAX_LIVE_SECRETS {
            return Err(fault::TOO_MANY_SECRETS.into());
        }
        Ok(())
    }

    fn added(self) -> UserFact {
        let Self { id, hash, label, expires, bounds, secret } = self;
        UserFact::SecretAdded { credential: id, hash, hint: secret.hint(), label, expires, bounds }
    }
}

impl Fate {
    fn of(grace: Duration) -> Self {
        if grace.is_zero() { Self::Removed } else { Self::RunOut(grace) }
    }

    fn leaves_live(self) -> bool {
        matches!(self, Self::RunOut(_))
    }

    fn end(self, secret: &Credential, now: Timestamp) -> Timestamp {
        match self {
            Self::RunOut(grace) => secret.expires.min(now + grace),
            Self::Removed | Self::Killed => now,
        }
    }

    fn befall(self, secret: &Credential, now: Timestamp) -> Vec<UserFact> {
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

/// The secrets that count at `now`, oldest first.
fn live(state: &State<'_>, machine: &Machine, now: Timestamp) -> Result<Vec<Credential>> {
    let find = |secret: &LiveSecret| state.credential(&machine.id, &secret.id).transpose();
    machine.live_secrets(now).filter_map(find).collect()
}

/// How long replaced secrets still count, if the request says it.
fn grace(wire: Option<&protobuf::Duration>) -> Result<Option<Duration>> {
    let Some(wire) = wire else { return Ok(None) };
    let seconds = u64::try_from(wire.seconds).ok().map(Duration::from_secs);
    let nanos = u32::try_from(wire.nanos).ok().map(|nanos| Duration::from_nanos(nanos.into()));
    let grace = seconds.zip(nanos).map(|(seconds, nanos)| seconds.saturating_add(nanos));
    let grace = grace.filter(|grace| *grace <= MAX_ROTATION_GRACE);
    grace.map(Some).ok_or_else(|| Error::invalid("grace must be from 0 to 30 days, such as \"86400s\""))
}

/// The credential as it is now. Nothing, if somebody removed it in the meantime.
fn shown(app: &App, machine: &Machine, id: &CredentialId) -> Result<Option<wire::Credential>> {
    let found = app.store.snapshot()?.state().credential(&machine.id, id)?;
    Ok(found.map(|credential| credential_views::view(&credential, app.clock.now())))
}
