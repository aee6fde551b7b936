use super::{
    Rows,
    credential::{self, new},
    found, metadata,
};
use crate::{
    error::Result,
    id::UserId,
    model::{AccessTokenType, Credential, CredentialKind, Event, Machine, MachineState, Stamps, Subject, UserFact},
    store::{
        counts::Counted,
        history::user_event_key,
        key::{Key, Space},
        machines::{machine_column_keys, user_name_key},
        state::{Tombstone, revoked_token_key, tombstone_key},
    },
    time::Timestamp,
};

/// How many expired revocations one revocation forgets: enough that they do not pile up, few enough to be quick.
const FORGET_AT_ONCE: usize = 8;

pub(super) fn apply(rows: &mut Rows<'_, '_>, event: &Event, user: &UserId, fact: &UserFact) -> Result<()> {
    rows.put(&user_event_key(user, event.sequence), &event.owner)?;
    match fact {
        UserFact::MachineAdded { user_name, name, description, access_token_type } => {
            add(rows, event, user, user_name, name, description, *access_token_type)
        }
        UserFact::MachineChanged { name, description, access_token_type } => change(rows, event, user, |machine| {
            machine.name = name.clone();
            machine.description = description.clone();
            machine.access_token_type = *access_token_type;
        }),
        UserFact::UserNameChanged { user_name } => rename(rows, event, user, user_name),
        UserFact::SecretSet { credential, hash, hint } => {
            let kind = CredentialKind::Secret { hash: hash.clone() };
            credential::remove_secrets(rows, event, user)?;
            credential::add_secret(rows, event, Credential { hint: hint.clone(), ..new(event, user, credential, kind) })
        }
        UserFact::SecretAdded { credential, hash, hint, label, expires, bounds } => {
            let secret = Credential {
                hint: hint.clone(),
                label: label.clone(),
                expires: *expires,
                bounds: bounds.clone(),
                ..new(event, user, credential, CredentialKind::Secret { hash: hash.clone() })
            };
            credential::remove_expired_secrets(rows, event, user)?;
            credential::add_secret(rows, event, secret)
        }
        UserFact::SecretRemoved { credential } => credential::remove_secret(rows, event, user, credential),
        UserFact::PatAdded { credential, hash, hint, expires, scopes } => {
            let kind = CredentialKind::PersonalAccessToken { hash: hash.clone(), scopes: scopes.clone() };
            let token = Credential { hint: hint.clone(), expires: *expires, ..new(event, user, credential, kind) };
            credential::add(rows, &token)?;
            change(rows, event, user, |_| {})
        }
        UserFact::PatRemoved { credential } | UserFact::KeyRemoved { credential } => {
            credential::remove(rows, event, user, credential)?;
            change(rows, event, user, |_| {})
        }
        UserFact::Deactivated => set_state(rows, event, user, MachineState::Inactive),
        UserFact::Locked => set_state(rows, event, user, MachineState::Locked),
        UserFact::Reactivated | UserFact::Unlocked => set_state(rows, event, user, MachineState::Active),
        UserFact::Removed => remove(rows, user),
        UserFact::TokenRevoked { token, expires } | UserFact::TokenLeaked { token, expires, .. } => {
            revoke(rows, event, token, *expires)
        }
        UserFact::KeyAdded { credential, public_key, algorithm, expires } => {
            let kind = CredentialKind::Key { public_key: public_key.clone(), algorithm: algorithm.clone() };
            credential::add(rows, &Credential { expires: *expires, ..new(event, user, credential, kind) })?;
            change(rows, event, user, |_| {})
        }
        UserFact::MetadataSet { key, value } => metadata::set(rows, event, &Subject::User(user.clone()), key, value),
        UserFact::MetadataRemoved { key } => metadata::remove(rows, &Subject::User(user.clone()), key),
        UserFact::Credential(id, fact) => credential::apply(rows, event, user, id, fact),
    }
}

fn add(
    rows: &mut Rows<'_, '_>,
    event: &Event,
    user: &UserId,
    user_name: &str,
    name: &str,
    description: &str,
    access_token_type: AccessTokenType,
) -> Result<()> {
    let machine = Machine {
        id: user.clone(),
        org: event.owner.clone(),
        user_name: user_name.into(),
        name: name.into(),
        description: description.into(),
        access_token_type,
        state: MachineState::Active,
        secrets: Vec::new(),
        tokens_not_before: Timestamp::from_micros(0),
        stamps: Stamps::new(event),
    };
    rows.put(&user_name_key(user_name), user)?;
    machine_column_keys(&machine).iter().try_for_each(|key| rows.put(key, user))?;
    count(rows, &machine, 1)?;
    rows.put(&key(user), &machine)
}

/// Changes a machine and keeps its place in every index.
pub(super) fn change(
    rows: &mut Rows<'_, '_>,
    event: &Event,
    user: &UserId,
    edit: impl FnOnce(&mut Machine),
) -> Result<()> {
    let before = found(rows.state().machine(user)?, "user")?;
    let mut machine = before.clone();
    machine.stamps.touch(event);
    edit(&mut machine);
    rows.move_in_indexes(machine_column_keys(&before), machine_column_keys(&machine), user)?;
    if before.state != machine.state {
        count(rows, &before, -1)?;
        count(rows, &machine, 1)?;
    }
    rows.put(&key(user), &machine)
}

fn rename(rows: &mut Rows<'_, '_>, event: &Event, user: &UserId, user_name: &str) -> Result<()> {
    let machine = found(rows.state().machine(user)?, "user")?;
    rows.delete(&user_name_key(&machine.user_name))?;
    rows.put(&user_name_key(user_name), user)?;
    change(rows, event, user, |machine| machine.user_name = user_name.into())
}

/// Every way ends the tokens issued until now. So those that lived before a lock stay dead after the unlock, and so do
/// those minted by a request that had read the state just before the lock.
fn set_state(rows: &mut Rows<'_, '_>, event: &Event, user: &UserId, state: MachineState) -> Result<()> {
    change(rows, event, user, |machine| {
        machine.state = state;
        machine.tokens_not_before = event.at;
    })
}

fn remove(rows: &mut Rows<'_, '_>, user: &UserId) -> Result<()> {
    let machine = found(rows.state().machine(user)?, "user")?;
    let credentials: Vec<_> = rows.state().credentials(user)?.collect::<Result<_>>()?;
    credentials.iter().try_for_each(|credential| credential::erase(rows, credential))?;
    metadata::clear(rows, &Subject::User(user.clone()))?;
    rows.delete(&user_name_key(&machine.user_name))?;
    machine_column_keys(&machine).iter().try_for_each(|key| rows.delete(key))?;
    count(rows, &machine, -1)?;
    rows.mark(&tombstone_key(Tombstone::User, user.as_str()))?;
    rows.delete(&key(user))
}

/// A revocation is kept until the token would have expired anyway.
fn revoke(rows: &mut Rows<'_, '_>, event: &Event, token: &[u8; 16], expires: Timestamp) -> Result<()> {
    let expired = Key::new(Space::RevokedToken)..Key::new(Space::RevokedToken).number(micros(event.at));
    for key in rows.state().keys(expired, FORGET_AT_ONCE)? {
        rows.delete_bytes(&key)?;
    }
    rows.mark(&revoked_token_key(token, expires))
}

fn count(rows: &mut Rows<'_, '_>, machine: &Machine, by: i64) -> Result<()> {
    rows.count(Counted::Machines(Some(&machine.org), machine.state), by)?;
    rows.count(Counted::Machines(None, machine.state), by)
}

fn key(user: &UserId) -> Key {
    Key::new(Space::Machine).text(user.as_str())
}

fn micros(at: Timestamp) -> u64 {
    at.micros().max(0).unsigned_abs()
}
