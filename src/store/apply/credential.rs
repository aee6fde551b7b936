use super::{Rows, found, user::change};
use crate::{
    error::Result,
    id::{CredentialId, UserId},
    limits::MAX_TOKEN_SECONDS,
    model::{Bounds, Credential, CredentialFact, CredentialKind, Event, LiveSecret, Stamps},
    secret::SecretHash,
    store::{
        counts::Counted,
        credentials::{
            credential_column_keys, credential_expiry_key, credential_key, ended_credential_expiry_key,
            ended_credential_key, ended_until, last_use_key, secret_key,
        },
        state::Listed,
    },
    time::Timestamp,
};
use std::time::Duration;

/// How many ended credentials one more forgets: enough that they do not pile up, few enough to be quick.
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
        CredentialFact::TokensEnded | CredentialFact::Leaked => {
            edit(rows, event, user, id, |it| it.tokens_not_before = event.at)
        }
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

/// Removes a credential. What was said about its tokens outlives it: had they been ended, or been narrowed with it, they
/// would come back to life otherwise.
pub(super) fn remove(rows: &mut Rows<'_, '_>, event: &Event, user: &UserId, id: &CredentialId) -> Result<()> {
    let credential = found(rows.state().credential(user, id)?, "credential")?;
    if credential.suspended || !credential.bounds.are_none() {
        end_tokens(rows, event, &credential, event.at)?;
    } else if credential.tokens_not_before > Timestamp::from_micros(0) {
        end_tokens(rows, event, &credential, credential.tokens_not_before)?;
    }
    if let Some(key) = secret_key(&credential) {
        rows.delete(&key)?;
    }
    credential_column_keys(&credential).iter().try_for_each(|key| rows.delete(key))?;
    count(rows, &credential, -1)?;
    rows.delete(&credential_expiry_key(&credential))?;
    rows.delete(&last_use_key(user, id))?;
    rows.delete(&credential_key(user, id))
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
    is_doomed: impl Fn(&LiveSecret) -> bool,
) -> Result<()> {
    let machine = found(rows.state().machine(user)?, "user")?;
    for secret in machine.secrets.iter().filter(|secret| is_doomed(secret)) {
        remove(rows, event, user, &secret.id)?;
    }
    change(rows, event, user, |machine| machine.secrets.retain(|secret| !is_doomed(secret)))
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
    let kind = Listed::of(&credential.kind);
    rows.count(Counted::Credentials(kind, Some(&credential.org)), by)?;
    rows.count(Counted::Credentials(kind, None), by)
}

/// Remembers until when tokens of a credential that is gone are dead, for as long as there can be such tokens.
fn end_tokens(rows: &mut Rows<'_, '_>, event: &Event, credential: &Credential, until: Timestamp) -> Result<()> {
    for (user, id, expiry_key) in ended_until(&rows.state(), event.at, FORGET_AT_ONCE)? {
        rows.delete(&ended_credential_key(&user, &id))?;
        rows.delete_bytes(&expiry_key)?;
    }
    let name = (credential.user.clone(), credential.id.clone());
    let forget = until + Duration::from_secs(MAX_TOKEN_SECONDS);
    rows.put(&ended_credential_key(&name.0, &name.1), &until)?;
    rows.put(&ended_credential_expiry_key(&name.0, &name.1, forget), &name)
}
