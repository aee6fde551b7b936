//! Several client secrets for one machine user, so that a new one can be handed out before the old one ends.

use crate::{
    app::{
        App,
        credentials::{
            self,
            changes::shown,
            lifetime::Lifetime,
            replacement::{NewSecret, Retirement, live},
        },
    },
    authz::Authorized,
    error::{Error, Result},
    limits::MAX_ROTATION_GRACE,
    model::{Draft, fault},
    permission::UserWrite,
    proto::countersign::v1 as wire,
    store::Decision,
};
use buffa_types::google::protobuf;
use std::time::Duration;

/// Adds a secret beside those that there are. It is shown in this answer and never again.
pub async fn add(
    app: App,
    who: Authorized<UserWrite>,
    request: wire::AddSecretRequest,
) -> Result<wire::AddSecretResponse> {
    let new = NewSecret {
        label: credentials::views::label(&request.label)?,
        expires: credentials::views::expiry(&request.expires)?,
        bounds: credentials::views::bounds(&app.roles, request.bounds.as_option())?,
        ..NewSecret::generate(&app)
    };
    let user_id = request.user_id;
    let NewSecret { text, id, .. } = new.clone();
    let changed = app
        .store
        .change(who.warrant(), move |state, now| {
            let machine = who.machine_to_change(state, &user_id, fault::CREDENTIAL_USER_UNKNOWN)?;
            let added =
                new.beside(&who, machine.live_secrets(now).count(), Lifetime::in_org(state, &machine.org, now)?)?;
            Ok(Decision::new(vec![Draft::user(&machine.org, &machine.id, added)], machine))
        })
        .await?;
    let machine = changed.answer;
    let credential = shown(&app, &machine, &id)?;
    Ok(wire::AddSecretResponse {
        client_id: machine.user_name,
        client_secret: text.expose().into(),
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
    let retirement = match request.compromised {
        true if grace.is_some_and(|grace| !grace.is_zero()) => {
            return Err(Error::invalid("grace: a secret that is compromised ends now"));
        }
        true => Retirement::Killed,
        false => Retirement::of(grace.unwrap_or(app.settings.rotation_grace)),
    };
    let new = NewSecret {
        label: credentials::views::label(&request.label)?,
        expires: credentials::views::expiry(&request.expires)?,
        ..NewSecret::generate(&app)
    };
    let user_id = request.user_id;
    let NewSecret { text, id, .. } = new.clone();
    let knows = app.clone();
    let changed = app
        .store
        .change(who.warrant(), move |state, now| {
            let machine = who.machine_to_change(state, &user_id, fault::CREDENTIAL_USER_UNKNOWN)?;
            let old = live(state, &machine, now)?;
            let stale = retirement.stale(state, &machine, now)?;
            let replaced = retirement.view(&knows, state, &[&stale[..], &old].concat(), now)?;
            let mut facts: Vec<_> = stale.iter().flat_map(|secret| retirement.events_for(secret, now)).collect();
            facts.extend(new.in_place_of(&who, &old, retirement, Lifetime::in_org(state, &machine.org, now)?)?);
            let events = facts.into_iter().map(|fact| Draft::user(&machine.org, &machine.id, fact)).collect();
            Ok(Decision::new(events, (machine, replaced)))
        })
        .await?;
    let (machine, replaced) = changed.answer;
    let credential = shown(&app, &machine, &id)?;
    Ok(wire::RotateSecretResponse {
        client_id: machine.user_name,
        client_secret: text.expose().into(),
        credential: credential.into(),
        replaced,
    })
}

/// How long replaced secrets still count, if the request says it.
pub fn grace(wire: Option<&protobuf::Duration>) -> Result<Option<Duration>> {
    let Some(wire) = wire else { return Ok(None) };
    let seconds = u64::try_from(wire.seconds).ok().map(Duration::from_secs);
    // Instants have microseconds: what is less is no grace.
    let micros = u64::try_from(wire.nanos).ok().map(|nanos| Duration::from_micros(nanos / 1000));
    let grace = seconds.zip(micros).map(|(seconds, micros)| seconds.saturating_add(micros));
    let grace = grace.filter(|grace| *grace <= MAX_ROTATION_GRACE);
    grace.map(Some).ok_or_else(|| Error::invalid("grace must be from 0 to 30 days, such as \"86400s\""))
}
