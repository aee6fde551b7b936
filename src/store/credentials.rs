//! Typed reads of credentials.

use crate::{
    error::{Error, Result},
    id::{CredentialId, OrgId, UserId},
    model::{Credential, CredentialColumn, LastUse},
    secret::SecretHash,
    store::{
        codec::decode,
        key::{Key, Space},
        scan::{Direction, Part, Run},
        state::{CredentialType, State, dangling},
    },
    time::Timestamp,
};

impl<'a> State<'a> {
    pub fn credential(&self, user: &UserId, id: &CredentialId) -> Result<Option<Credential>> {
        self.get(&credential_key(user, id))
    }

    /// The credentials of a user, by id.
    pub fn credentials(&self, user: &UserId) -> Result<Run<'a, Credential>> {
        Ok(self.scan(Key::new(Space::Credential).text(user.as_str()), Direction::Ascending)?.read(decode))
    }

    /// The credentials of one kind that an organisation's users have, of a part of a column in its order, then by id; of
    /// all organisations if none is named. Secrets have no order but that of ids and, in an organisation, of expiry.
    pub fn credentials_in(
        &self,
        kind: CredentialType,
        org: Option<&OrgId>,
        column: CredentialColumn,
        part: Part<'_>,
        direction: Direction,
    ) -> Result<Run<'a, Credential>> {
        let state = *self;
        let index = list_index(kind, org, column)?;
        let rows = self.scan_range(part.below(index), direction)?;
        Ok(rows.read(move |place| {
            let (user, id): (UserId, CredentialId) = decode(place)?;
            state.credential(&user, &id)?.ok_or_else(|| dangling("credential index"))
        }))
    }

    /// The credential whose secret has this hash; none has one that another system made.
    pub fn credential_by_hash(&self, hash: &SecretHash) -> Result<Option<Credential>> {
        let Some(key) = hash.index_key() else { return Ok(None) };
        let found: Option<(UserId, CredentialId)> = self.get(&hash_key(key))?;
        let Some((user, id)) = found else { return Ok(None) };
        self.credential(&user, &id)?.map(Some).ok_or_else(|| dangling("credential hash"))
    }

    /// A user of whose secrets another system's hash is known, if there is any: which one, is up to `seed` alone, and
    /// every one has its turn.
    pub fn some_imported(&self, seed: u64) -> Result<Option<UserId>> {
        let all = || Key::new(Space::ImportedSecret);
        for range in [all().number(seed)..all().and_below().end, all().and_below()] {
            if let Some(row) = self.scan_range(range, Direction::Ascending)?.next() {
                let (user, _): (UserId, CredentialId) = decode(row?.1.value())?;
                return Ok(Some(user));
            }
        }
        Ok(None)
    }

    /// The user's secrets of which only another system's hash is known.
    pub fn imported_secrets(&self, user: &UserId) -> Result<Run<'a, Credential>> {
        let state = *self;
        Ok(self.scan(imported_place(user), Direction::Ascending)?.read(move |place| {
            let (user, id): (UserId, CredentialId) = decode(place)?;
            state.credential(&user, &id)?.ok_or_else(|| dangling("index of imported secrets"))
        }))
    }

    /// When the credential was last used, as far as it is written down.
    pub fn last_use(&self, user: &UserId, id: &CredentialId) -> Result<Option<LastUse>> {
        self.get(&last_use_key(user, id))
    }

    /// The instant until which the access tokens of a credential that is gone are dead: before all time if they live on,
    /// [`Timestamp::NEVER`] if none does. `None` once there can be no such tokens, and of what never was a credential.
    pub fn tokens_ended(&self, user: &UserId, id: &CredentialId) -> Result<Option<Timestamp>> {
        self.get(&ended_credential_key(user, id))
    }

    /// What [`Self::credentials_in`] lists of an organisation beyond a place in its order: a sort key and an id.
    pub fn credentials_beyond(
        &self,
        kind: CredentialType,
        org: &OrgId,
        column: CredentialColumn,
        part: Part<'_>,
        direction: Direction,
        beyond: Option<(&[u8], &CredentialId)>,
    ) -> Result<Run<'a, Credential>> {
        let state = *self;
        let index = list_index(kind, Some(org), column)?;
        let mut range = part.below(index.clone());
        if let Some((sort_key, id)) = beyond {
            let place = index.bytes(sort_key);
            let place = if column == CredentialColumn::Id { place } else { place.text(id.as_str()) };
            match direction {
                Direction::Ascending => range.start = range.start.max(place.and_below().end),
                Direction::Descending => range.end = range.end.min(place),
            }
        }
        let end = range.end.max(range.start.clone());
        let rows = self.scan_range(range.start..end, direction)?;
        Ok(rows.read(move |place| {
            let (user, id): (UserId, CredentialId) = decode(place)?;
            state.credential(&user, &id)?.ok_or_else(|| dangling("credential index"))
        }))
    }

    /// The credentials that expire from `from` on and before `until`, soonest first, beginning after one of them.
    pub fn credentials_by_expiry(
        &self,
        from: Timestamp,
        until: Timestamp,
        after: Option<&Credential>,
    ) -> Result<Run<'a, Credential>> {
        let state = *self;
        let after = after.map(|after| credential_expiry_key(after).and_below().end);
        let start = after.into_iter().fold(expiry_key(from), Ord::max);
        let end = expiry_key(until).max(start.clone());
        let rows = self.scan_range(start..end, Direction::Ascending)?;
        Ok(rows.read(move |place| {
            let (user, id): (UserId, CredentialId) = decode(place)?;
            state.credential(&user, &id)?.ok_or_else(|| dangling("credential expiry"))
        }))
    }

    /// The credentials of one kind in an organisation, oldest first, beginning after one of them.
    pub fn credentials_after(
        &self,
        kind: CredentialType,
        org: &OrgId,
        after: Option<&CredentialId>,
    ) -> Result<Run<'a, Credential>> {
        let state = *self;
        let all = Key::new(Space::CredentialByOrg).byte(kind as u8).text(org.as_str());
        let mut range = all.clone().and_below();
        if let Some(after) = after {
            range.start = all.text(after.as_str()).and_below().end;
        }
        Ok(self.scan_range(range, Direction::Ascending)?.read(move |place| {
            let (user, id): (UserId, CredentialId) = decode(place)?;
            state.credential(&user, &id)?.ok_or_else(|| dangling("credential index"))
        }))
    }
}

pub(super) fn credential_key(user: &UserId, id: &CredentialId) -> Key {
    Key::new(Space::Credential).text(user.as_str()).text(id.as_str())
}

/// Where what is kept of a credential's secret is found: by the secret's own hash, or among those that are yet to get one.
pub(super) fn secret_key(credential: &Credential) -> Option<Key> {
    let hash = credential.hash()?;
    Some(hash.index_key().map_or_else(|| imported_key(&credential.user, &credential.id), hash_key))
}

fn hash_key(hash: &[u8]) -> Key {
    Key::new(Space::CredentialByHash).bytes(hash)
}

fn imported_key(user: &UserId, id: &CredentialId) -> Key {
    imported_place(user).text(id.as_str())
}

/// The places of users are spread evenly.
fn imported_place(user: &UserId) -> Key {
    let hash = blake3::hash(user.as_str().as_bytes());
    let place = hash.as_bytes().first_chunk().copied().map_or(0, u64::from_be_bytes);
    Key::new(Space::ImportedSecret).number(place).text(user.as_str())
}

/// Where a credential stands in the indexes of its columns, always in the same order.
pub(super) fn credential_column_keys(credential: &Credential) -> Vec<Key> {
    let (kind, id) = (CredentialType::of(&credential.kind), credential.id.as_str());
    let mut keys = vec![Key::new(Space::CredentialByOrg).byte(kind as u8).text(credential.org.as_str()).text(id)];
    for column in CredentialColumn::ALL {
        let place = |org| column_index(kind, org, column).bytes(&column.sort_key(credential)).text(id);
        if column != CredentialColumn::Org && kind.is_sorted_by(column, false) {
            keys.push(place(None));
        }
        if !matches!(column, CredentialColumn::Org | CredentialColumn::Id) && kind.is_sorted_by(column, true) {
            keys.push(place(Some(&credential.org)));
        }
    }
    keys
}

/// The index of a list that there is.
fn list_index(kind: CredentialType, org: Option<&OrgId>, column: CredentialColumn) -> Result<Key> {
    // Within one organisation that is the order of ids, too.
    let by_org = || Key::new(Space::CredentialByOrg).byte(kind as u8);
    match (org, column) {
        (Some(org), CredentialColumn::Id | CredentialColumn::Org) => Ok(by_org().text(org.as_str())),
        (None, CredentialColumn::Org) => Ok(by_org()),
        _ if !kind.is_sorted_by(column, org.is_some()) => Err(Error::internal("secrets are not sorted so")),
        _ => Ok(column_index(kind, org, column)),
    }
}

/// An organisation's id is never empty, so those of all organisations stand under the empty one.
fn column_index(kind: CredentialType, org: Option<&OrgId>, column: CredentialColumn) -> Key {
    Key::new(Space::CredentialByColumn).byte(kind as u8).text(org.map_or("", OrgId::as_str)).byte(column as u8)
}

/// Removed credentials that may be forgotten at `now`, with the keys of their expiry.
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

pub(super) fn last_use_key(user: &UserId, id: &CredentialId) -> Key {
    Key::new(Space::LastUse).text(user.as_str()).text(id.as_str())
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
