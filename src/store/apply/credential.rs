use super::{Rows, found, user::change};
use crate::{
    error::Result,
    id::{CredentialId, UserId},
    limits::{ENDED_CREDENTIAL_SLACK, MAX_TOKEN_SECONDS},
    model::{Bounds, Credential, CredentialFact, CredentialKind, Event, LiveSecret, Stamps},
    secret::SecretHash,
    store::{
        counts::Counted,
        credentials::{
            credential_column_keys, credential_expiry_key, credential_key, ended_credential_expiry_key,
            ended_credential_key, ended_until, last_use_key, secret_key,
        },
        state::CredentialType,
    },
    time::Timestamp,
};
use std::time::Duration;

/// How many removed credentials one more forgets: enough that they do not pile up, few enough to be quick.
const FORGET_AT_ONCE: usize = 8;

pub(super) fn apply(
    rows: &mut Rows<'_, '_>,
    event: &Event,
    user: &UserId,
    id: &CredentialId,
    fact: &CredentialFact,
) -> Result<()> {
    match fact {
        CredentialFact::Renamed { label } => edit(rows, event, user, id, |it| it.label = label.clone()),
        CredentialFact::Suspended => edit(rows, event, user, id, |it| it.suspended = true),
        CredentialFact::Resumed => edit(rows, event, user, id, |it| it.suspended = false),
        CredentialFact::ExpirySet { expires } => set_expiry(rows, event, user, id, *expires),
        CredentialFact::BoundsSet { bounds } => edit(rows, event, user, id, |it| it.bounds = bounds.clone()),
        CredentialFact::TokensEnded => end_tokens(rows, event, user, id),
        CredentialFact::Leaked => edit(rows, event, user, id, |it| it.tokens_not_before = event.at),
        CredentialFact::ExpiryNear { days } => edit(rows, event, user, id, |it| it.warned = Some(*days)),
        CredentialFact::Upgraded { hash } => upgrade(rows, event, user, id, hash),
    }
}

/// A credential that begins with `event`, never expires, and is narrowed to nothing.
pub(super) fn new(event: &Event, user: &UserId, id: &CredentialId, kind: CredentialKind) -> Credential {
    Credential {
        id: id.clone(),
        user: user.clone(),
        org: event.owner.clone(),
        kind,
        hint: String::new(),
        label: String::new(),
        creator: event.editor.clone(),
        expires: Timestamp::NEVER,
        suspended: false,
        tokens_not_before: Timestamp::from_micros(0),
        bounds: Bounds::default(),
        warned: None,
        stamps: Stamps::new(event),
    }
}

pub(super) fn add(rows: &mut Rows<'_, '_>, credential: &Credential) -> Result<()> {
    let name = (credential.user.clone(), credential.id.clone());
    if let Some(key) = secret_key(credential) {
        rows.put(&key, &name)?;
    }
    credential_column_keys(credential).iter().try_for_each(|key| rows.put(key, &name))?;
    count(rows, credential, 1)?;
    rows.put(&credential_expiry_key(credential), &name)?;
    rows.put(&credential_key(&credential.user, &credential.id), credential)
}

/// Removes a credential. What was said about its tokens outlives it, and so does that there was one: its tokens can
/// still be ended.
pub(super) fn remove(rows: &mut Rows<'_, '_>, event: &Event, user: &UserId, id: &CredentialId) -> Result<()> {
    let credential = found(rows.state().credential(user, id)?, "credential")?;
    remember(rows, event, &credential)?;
    erase(rows, &credential)
}

/// Removes a credential together with its user, whom no token outlives.
pub(super) fn erase(rows: &mut Rows<'_, '_>, credential: &Credential) -> Result<()> {
    if let Some(key) = secret_key(credential) {
        rows.delete(&key)?;
    }
    credential_column_keys(credential).iter().try_for_each(|key| rows.delete(key))?;
    count(rows, credential, -1)?;
    rows.delete(&credential_expiry_key(credential))?;
    rows.delete(&last_use_key(&credential.user, &credential.id))?;
    rows.delete(&credential_key(&credential.user, &credential.id))
}

pub(super) fn add_secret(rows: &mut Rows<'_, '_>, event: &Event, secret: Credential) -> Result<()> {
    add(rows, &secret)?;
    let live = LiveSecret { id: secret.id, expires: secret.expires };
    change(rows, event, &secret.user, |machine| machine.secrets.push(live))
}

pub(super) fn remove_secret(rows: &mut Rows<'_, '_>, event: &Event, user: &UserId, id: &CredentialId) -> Result<()> {
    remove(rows, event, user, id)?;
    change(rows, event, user, |machine| machine.secrets.retain(|secret| secret.id != *id))
}

pub(super) fn remove_secrets(rows: &mut Rows<'_, '_>, event: &Event, user: &UserId) -> Result<()> {
    remove_secrets_if(rows, event, user, |_| true)
}

pub(super) fn remove_expired_secrets(rows: &mut Rows<'_, '_>, event: &Event, user: &UserId) -> Result<()> {
    remove_secrets_if(rows, event, user, |secret| secret.expires <= event.at)
}

fn remove_secrets_if(
    rows: &mut Rows<'_, '_>,
    event: &Event,
    user: &UserId,
    is_removed: impl Fn(&LiveSecret) -> bool,
) -> Result<()> {
    let machine = found(rows.state().machine(user)?, "user")?;
    for secret in machine.secrets.iter().filter(|secret| is_removed(secret)) {
        remove(rows, event, user, &secret.id)?;
    }
    change(rows, event, user, |machine| machine.secrets.retain(|secret| !is_removed(secret)))
}

fn edit(
    rows: &mut Rows<'_, '_>,
    event: &Event,
    user: &UserId,
    id: &CredentialId,
    edit: impl FnOnce(&mut Credential),
) -> Result<()> {
    let mut credential = found(rows.state().credential(user, id)?, "credential")?;
    credential.stamps.touch(event);
    edit(&mut credential);
    rows.put(&credential_key(user, id), &credential)?;
    change(rows, event, user, |_| {})
}

/// From now on the secret's text finds it.
fn upgrade(rows: &mut Rows<'_, '_>, event: &Event, user: &UserId, id: &CredentialId, hash: &SecretHash) -> Result<()> {
    let before = found(rows.state().credential(user, id)?, "credential")?;
    let after = Credential { kind: CredentialKind::Secret { hash: hash.clone() }, ..before.clone() };
    let name = (user.clone(), id.clone());
    rows.move_in_indexes(secret_key(&before), secret_key(&after), &name)?;
    edit(rows, event, user, id, |it| it.kind = after.kind)
}

/// With another end, warnings begin anew.
fn set_expiry(
    rows: &mut Rows<'_, '_>,
    event: &Event,
    user: &UserId,
    id: &CredentialId,
    expires: Timestamp,
) -> Result<()> {
    let before = found(rows.state().credential(user, id)?, "credential")?;
    rows.delete(&credential_expiry_key(&before))?;
    edit(rows, event, user, id, |credential| {
        credential.expires = expires;
        credential.warned = None;
    })?;
    let (after, name) = (Credential { expires, ..before.clone() }, (user.clone(), id.clone()));
    rows.put(&credential_expiry_key(&after), &name)?;
    rows.move_in_indexes(credential_column_keys(&before), credential_column_keys(&after), &name)?;
    change(rows, event, user, |machine| {
        machine.secrets.iter_mut().filter(|secret| secret.id == *id).for_each(|secret| secret.expires = expires);
    })
}

fn count(rows: &mut Rows<'_, '_>, credential: &Credential, by: i64) -> Result<()> {
    let kind = CredentialType::of(&credential.kind);
    rows.count(Counted::Credentials(kind, Some(&credential.org)), by)?;
    rows.count(Counted::Credentials(kind, None), by)
}

/// Ends the tokens that were minted until now; of a credential that is gone, all.
fn end_tokens(rows: &mut Rows<'_, '_>, event: &Event, user: &UserId, id: &CredentialId) -> Result<()> {
    if rows.state().credential(user, id)?.is_some() {
        return edit(rows, event, user, id, |it| it.tokens_not_before = event.at);
    }
    found(rows.state().tokens_ended(user, id)?, "credential")?;
    rows.put(&ended_credential_key(user, id), &Timestamp::NEVER)?;
    change(rows, event, user, |_| {})
}

/// Remembers a credential that `event` removes for as long as there can be tokens of it, and until when they are dead.
fn remember(rows: &mut Rows<'_, '_>, event: &Event, credential: &Credential) -> Result<()> {
    for (user, id, expiry_key) in ended_until(&rows.state(), event.at, FORGET_AT_ONCE)? {
        rows.delete(&ended_credential_key(&user, &id))?;
        rows.delete_bytes(&expiry_key)?;
    }
    let name = (credential.user.clone(), credential.id.clone());
    let forget = event.at + Duration::from_secs(MAX_TOKEN_SECONDS) + ENDED_CREDENTIAL_SLACK;
    rows.put(&ended_credential_key(&name.0, &name.1), &dead_until(event, credential))?;
    rows.put(&ended_credential_expiry_key(&name.0, &name.1, forget), &name)
}

/// No instant divides the tokens of a credential that is killed from those that may live: a request that read the state
/// before the kill was on disk may have taken the time after it was decided. So all of them are dead; and so are those
/// that were asleep or narrowed with it, as nothing would say so any more.
fn dead_until(event: &Event, credential: &Credential) -> Timestamp {
    let is_killed = credential.tokens_not_before == event.at;
    match is_killed || credential.suspended || !credential.bounds.are_none() {
        true => Timestamp::NEVER,
        false => credential.tokens_not_before,
    }
}
