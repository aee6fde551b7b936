//! Reads of what is kept about credentials beside their own records.

use crate::{
    error::Result,
    id::{CredentialId, OrgId, UserId},
    model::Credential,
    store::{
        codec::decode,
        key::{Key, Space},
        state::{Direction, Listed, State, dangling},
    },
    time::Timestamp,
};

impl<'a> State<'a> {
    /// The instant until which the access tokens of a credential that is gone are dead, if they are.
    pub fn tokens_ended(&self, user: &UserId, id: &CredentialId) -> Result<Option<Timestamp>> {
        self.get(&ended_credential_key(user, id))
    }

    /// The credentials that expire from `from` on and before `until`, soonest first.
    pub fn credentials_by_expiry(
        &self,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<impl Iterator<Item = Result<Credential>> + use<'a>> {
        let state = *self;
        let rows = self.scan_range(expiry_key(from)..expiry_key(until), Direction::Ascending)?;
        Ok(rows.map(move |row| {
            let (user, id): (UserId, CredentialId) = decode(row?.1.value())?;
            state.credential(&user, &id)?.ok_or_else(|| dangling("credential expiry"))
        }))
    }
}

impl<'a> State<'a> {
    /// The credentials of one kind in an organisation, oldest first, beginning after one of them.
    pub fn credentials_after(
        &self,
        kind: Listed,
        org: &OrgId,
        after: Option<&CredentialId>,
    ) -> Result<impl Iterator<Item = Result<Credential>> + use<'a>> {
        let state = *self;
        let all = Key::new(Space::CredentialByOrg).byte(kind as u8).text(org.as_str());
        let mut range = all.clone().and_below();
        if let Some(after) = after {
            range.start = all.text(after.as_str()).and_below().end;
        }
        let rows = self.scan_range(range, Direction::Ascending)?;
        Ok(rows.map(move |row| {
            let (user, id): (UserId, CredentialId) = decode(row?.1.value())?;
            state.credential(&user, &id)?.ok_or_else(|| dangling("credential index"))
        }))
    }
}

/// Ended credentials that may be forgotten at `now`, with the keys of their expiry.
pub(super) fn ended_until(
    state: &State<'_>,
    now: Timestamp,
    most: usize,
) -> Result<Vec<(UserId, CredentialId, Vec<u8>)>> {
    let space = || Key::new(Space::EndedCredentialByExpiry);
    let rows = state.scan_range(space()..space().number(micros(now)), Direction::Ascending)?;
    rows.take(most)
        .map(|row| {
            let (key, value) = row?;
            let (user, id): (UserId, CredentialId) = decode(value.value())?;
            Ok((user, id, key.value().to_vec()))
        })
        .collect()
}

pub(super) fn ended_credential_key(user: &UserId, id: &CredentialId) -> Key {
    Key::new(Space::EndedCredential).text(user.as_str()).text(id.as_str())
}

pub(super) fn ended_credential_expiry_key(user: &UserId, id: &CredentialId, forget: Timestamp) -> Key {
    Key::new(Space::EndedCredentialByExpiry).number(micros(forget)).text(user.as_str()).text(id.as_str())
}

pub(super) fn credential_expiry_key(credential: &Credential) -> Key {
    expiry_key(credential.expires).text(credential.user.as_str()).text(credential.id.as_str())
}

fn expiry_key(at: Timestamp) -> Key {
    Key::new(Space::CredentialByExpiry).number(micros(at))
}

fn micros(at: Timestamp) -> u64 {
    at.micros().max(0).unsigned_abs()
}
