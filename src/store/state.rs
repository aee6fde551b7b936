//! Typed reads of the state, the same over a snapshot and inside the writer.

use crate::{
    error::{Error, Result},
    id::{CredentialId, OrgId, UserId},
    model::{
        Column, Credential, CredentialKind, Instance, Machine, Member, OidcSettings, Org, SigningKeyRecord,
        machine::normal_user_name, org::slug,
    },
    secret::SecretHash,
    store::{
        codec::{Record, decode},
        key::{Key, Space},
        tables::Bytes,
    },
    time::Timestamp,
};
use redb::{AccessGuard, Range, ReadableTable};

/// The state table, wherever it is read from.
pub(super) trait Rows {
    fn get(&self, key: &[u8]) -> redb::Result<Option<AccessGuard<'_, Bytes>>, redb::StorageError>;
    fn range(&self, from: &[u8], to: &[u8]) -> redb::Result<Range<'_, Bytes, Bytes>, redb::StorageError>;
}

impl<T: ReadableTable<Bytes, Bytes>> Rows for T {
    fn get(&self, key: &[u8]) -> redb::Result<Option<AccessGuard<'_, Bytes>>, redb::StorageError> {
        ReadableTable::get(self, key)
    }

    fn range(&self, from: &[u8], to: &[u8]) -> redb::Result<Range<'_, Bytes, Bytes>, redb::StorageError> {
        ReadableTable::range(self, from..to)
    }
}

/// What the server knows at one moment.
///
/// Reading fails only if the file is damaged or the disk fails.
#[derive(Clone, Copy)]
pub struct State<'a> {
    rows: &'a dyn Rows,
}

/// Which way a list runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Ascending,
    Descending,
}

impl<'a> State<'a> {
    pub(super) fn new(rows: &'a dyn Rows) -> Self {
        Self { rows }
    }

    /// The instance. An error if the database was never initialized.
    pub fn instance(&self) -> Result<Instance> {
        self.find_instance()?.ok_or_else(|| Error::internal("the database holds no instance"))
    }

    /// The instance, or `None` in a database that was just created.
    pub fn find_instance(&self) -> Result<Option<Instance>> {
        self.get(&Key::new(Space::Instance))
    }

    /// What was set over the API about tokens, if anything was.
    pub fn oidc_settings(&self) -> Result<Option<OidcSettings>> {
        self.get(&Key::new(Space::OidcSettings))
    }

    pub fn org(&self, id: &OrgId) -> Result<Option<Org>> {
        self.get(&Key::new(Space::Org).text(id.as_str()))
    }

    pub fn org_by_name(&self, name: &str) -> Result<Option<OrgId>> {
        self.get(&org_name_key(name))
    }

    /// All organisations, by name or by id.
    pub fn orgs(&self, by_name: bool, direction: Direction) -> Result<impl Iterator<Item = Result<Org>>> {
        let state = *self;
        let space = if by_name { Space::OrgByName } else { Space::Org };
        let rows = self.scan(Key::new(space), direction)?;
        Ok(rows.map(move |value| match by_name {
            false => decode(value?.value()),
            true => state.org(&decode(value?.value())?)?.ok_or_else(|| dangling("organisation name")),
        }))
    }

    pub fn machine(&self, id: &UserId) -> Result<Option<Machine>> {
        self.get(&Key::new(Space::Machine).text(id.as_str()))
    }

    /// The user with this user name, in whatever organisation and whatever the case.
    pub fn machine_by_name(&self, user_name: &str) -> Result<Option<Machine>> {
        let id: Option<UserId> = self.get(&user_name_key(user_name))?;
        let Some(id) = id else { return Ok(None) };
        self.machine(&id)?.map(Some).ok_or_else(|| dangling("user name"))
    }

    pub fn user_name_is_taken(&self, user_name: &str) -> Result<bool> {
        self.has(&user_name_key(user_name))
    }

    /// The machine users of an organisation in the order of `column`, then of their ids.
    pub fn machines(
        &self,
        org: &OrgId,
        column: Column,
        direction: Direction,
    ) -> Result<impl Iterator<Item = Result<Machine>>> {
        let state = *self;
        let ids = self.machine_ids(org, column, direction)?;
        Ok(ids.map(move |id| state.machine(&id?)?.ok_or_else(|| dangling("user index"))))
    }

    /// The same, without reading the machine users themselves: for lists that skip most of them.
    pub fn machine_ids(
        &self,
        org: &OrgId,
        column: Column,
        direction: Direction,
    ) -> Result<impl Iterator<Item = Result<UserId>> + use<'a>> {
        let ids = self.scan(Key::new(Space::MachineIndex).text(org.as_str()).byte(column as u8), direction)?;
        Ok(ids.map(|id| decode(id?.value())))
    }

    /// How many machine users an organisation has.
    pub fn machine_count(&self, org: &OrgId) -> Result<u64> {
        Ok(self.get(&machine_count_key(org))?.unwrap_or_default())
    }

    pub fn credential(&self, user: &UserId, id: &CredentialId) -> Result<Option<Credential>> {
        self.get(&credential_key(user, id))
    }

    /// The credentials of a user, by id.
    pub fn credentials(&self, user: &UserId) -> Result<impl Iterator<Item = Result<Credential>>> {
        let rows = self.scan(Key::new(Space::Credential).text(user.as_str()), Direction::Ascending)?;
        Ok(rows.map(|value| decode(value?.value())))
    }

    /// The credentials of one kind that an organisation's users have, by id, which is oldest first; of all organisations if none
    /// is named.
    pub fn credentials_in(
        &self,
        kind: Listed,
        org: Option<&OrgId>,
    ) -> Result<impl Iterator<Item = Result<Credential>>> {
        let state = *self;
        let all = Key::new(Space::CredentialByOrg).byte(kind as u8);
        let rows = self.scan(org.map_or(all.clone(), |org| all.text(org.as_str())), Direction::Ascending)?;
        Ok(rows.map(move |value| {
            let (user, id): (UserId, CredentialId) = decode(value?.value())?;
            state.credential(&user, &id)?.ok_or_else(|| dangling("credential index"))
        }))
    }

    /// The credential whose secret has this hash.
    pub fn credential_by_hash(&self, hash: &SecretHash) -> Result<Option<Credential>> {
        let found: Option<(UserId, CredentialId)> = self.get(&credential_hash_key(hash))?;
        let Some((user, id)) = found else { return Ok(None) };
        self.credential(&user, &id)?.map(Some).ok_or_else(|| dangling("credential hash"))
    }

    pub fn member(&self, owner: &OrgId, user: &UserId) -> Result<Option<Member>> {
        self.get(&member_key(owner, user))
    }

    /// The members of an organisation or of the instance, by user id.
    pub fn members(&self, owner: &OrgId, direction: Direction) -> Result<impl Iterator<Item = Result<Member>>> {
        let rows = self.scan(Key::new(Space::Member).text(owner.as_str()), direction)?;
        Ok(rows.map(|value| decode(value?.value())))
    }

    /// The memberships of a user, by owner.
    pub fn memberships(&self, user: &UserId) -> Result<impl Iterator<Item = Result<Member>>> {
        let (state, user) = (*self, user.clone());
        let owners = self.scan(Key::new(Space::MemberByUser).text(user.as_str()), Direction::Ascending)?;
        Ok(owners
            .map(move |owner| state.member(&decode(owner?.value())?, &user)?.ok_or_else(|| dangling("membership"))))
    }

    /// Whether the token was revoked. Tokens that have expired are forgotten.
    pub fn token_is_revoked(&self, token: &[u8; 16], expires: Timestamp) -> Result<bool> {
        self.has(&revoked_token_key(token, expires))
    }

    /// Whether the assertion was used. Those that have expired are forgotten.
    pub fn assertion_was_used(&self, assertion: &[u8; 32]) -> Result<bool> {
        self.has(&used_assertion_key(assertion))
    }

    /// Whether an organisation of this id was removed. Ids are never given twice.
    pub fn org_was_removed(&self, id: &OrgId) -> Result<bool> {
        self.has(&tombstone_key(Tombstone::Org, id.as_str()))
    }

    /// Whether a user of this id was removed. Ids are never given twice.
    pub fn user_was_removed(&self, id: &UserId) -> Result<bool> {
        self.has(&tombstone_key(Tombstone::User, id.as_str()))
    }

    pub fn signing_key(&self, kid: &str) -> Result<Option<SigningKeyRecord>> {
        self.get(&Key::new(Space::SigningKey).text(kid))
    }

    /// All signing keys whose records are kept.
    pub fn signing_keys(&self) -> Result<impl Iterator<Item = Result<SigningKeyRecord>>> {
        let rows = self.scan(Key::new(Space::SigningKey), Direction::Ascending)?;
        Ok(rows.map(|value| decode(value?.value())))
    }

    pub(super) fn get<R: Record>(&self, key: &Key) -> Result<Option<R>> {
        self.rows.get(key.as_bytes()).map_err(Error::internal)?.map(|value| decode(value.value())).transpose()
    }

    pub(super) fn has(&self, key: &Key) -> Result<bool> {
        Ok(self.rows.get(key.as_bytes()).map_err(Error::internal)?.is_some())
    }

    /// The values below a key.
    pub(super) fn scan(
        &self,
        key: Key,
        direction: Direction,
    ) -> Result<impl Iterator<Item = Result<AccessGuard<'a, Bytes>>> + use<'a>> {
        Ok(self.scan_range(key.and_below(), direction)?.map(|row| row.map(|(_, value)| value)))
    }

    /// The keys and values of a range.
    pub(super) fn scan_range(
        &self,
        range: std::ops::Range<Key>,
        direction: Direction,
    ) -> Result<impl Iterator<Item = Result<Row<'a>>> + use<'a>> {
        let mut rows = self.rows.range(range.start.as_bytes(), range.end.as_bytes()).map_err(Error::internal)?;
        Ok(std::iter::from_fn(move || match direction {
            Direction::Ascending => rows.next(),
            Direction::Descending => rows.next_back(),
        })
        .map(|row| row.map_err(Error::internal)))
    }

    /// The keys below a key, in ascending order.
    pub(super) fn keys(&self, range: std::ops::Range<Key>, most: usize) -> Result<Vec<Vec<u8>>> {
        let rows = self.rows.range(range.start.as_bytes(), range.end.as_bytes()).map_err(Error::internal)?;
        rows.take(most).map(|row| Ok(row.map_err(Error::internal)?.0.value().to_vec())).collect()
    }
}

/// The kinds of credentials that can be listed across users.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Listed {
    Keys = 1,
    PersonalAccessTokens = 2,
    Secrets = 3,
}

impl Listed {
    /// The list that a credential stands in.
    pub fn of(kind: &CredentialKind) -> Self {
        match kind {
            CredentialKind::Key { .. } => Self::Keys,
            CredentialKind::PersonalAccessToken { .. } => Self::PersonalAccessTokens,
            CredentialKind::Secret { .. } => Self::Secrets,
        }
    }
}

/// A key and a value.
pub(super) type Row<'a> = (AccessGuard<'a, Bytes>, AccessGuard<'a, Bytes>);

/// What a tombstone stands for.
#[derive(Clone, Copy)]
#[repr(u8)]
pub(super) enum Tombstone {
    Org = 1,
    User = 2,
    Project = 40,
}

pub(super) fn org_name_key(name: &str) -> Key {
    Key::new(Space::OrgByName).text(&slug(name))
}

pub(super) fn user_name_key(user_name: &str) -> Key {
    Key::new(Space::MachineByName).text(&normal_user_name(user_name))
}

pub(super) fn machine_count_key(org: &OrgId) -> Key {
    Key::new(Space::MachineCount).text(org.as_str())
}

pub(super) fn machine_index_key(machine: &Machine, column: Column) -> Key {
    Key::new(Space::MachineIndex)
        .text(machine.org.as_str())
        .byte(column as u8)
        .bytes(&column.sort_key(machine))
        .text(machine.id.as_str())
}

pub(super) fn credential_key(user: &UserId, id: &CredentialId) -> Key {
    Key::new(Space::Credential).text(user.as_str()).text(id.as_str())
}

pub(super) fn credential_hash_key(hash: &SecretHash) -> Key {
    Key::new(Space::CredentialByHash).bytes(hash.index_key())
}

pub(super) fn credential_index_key(kind: Listed, credential: &Credential) -> Key {
    Key::new(Space::CredentialByOrg).byte(kind as u8).text(credential.org.as_str()).text(credential.id.as_str())
}

pub(super) fn member_key(owner: &OrgId, user: &UserId) -> Key {
    Key::new(Space::Member).text(owner.as_str()).text(user.as_str())
}

pub(super) fn member_by_user_key(user: &UserId, owner: &OrgId) -> Key {
    Key::new(Space::MemberByUser).text(user.as_str()).text(owner.as_str())
}

pub(super) fn revoked_token_key(token: &[u8; 16], expires: Timestamp) -> Key {
    Key::new(Space::RevokedToken).number(expires.micros().max(0).unsigned_abs()).bytes(token)
}

pub(super) fn used_assertion_key(assertion: &[u8; 32]) -> Key {
    Key::new(Space::UsedAssertion).bytes(assertion)
}

pub(super) fn used_assertion_expiry_key(assertion: &[u8; 32], expires: Timestamp) -> Key {
    Key::new(Space::UsedAssertionByExpiry).number(expires.micros().max(0).unsigned_abs()).bytes(assertion)
}

/// The [`used_assertion_key`] of the same assertion.
pub(super) fn used_assertion_key_of(expiry_key: &[u8]) -> Vec<u8> {
    let assertion = expiry_key.get(1 + size_of::<u64>()..).unwrap_or_default();
    [&[Space::UsedAssertion as u8], assertion].concat()
}

pub(super) fn tombstone_key(kind: Tombstone, id: &str) -> Key {
    Key::new(Space::Tombstone).byte(kind as u8).text(id)
}

pub(super) fn dangling(index: &str) -> Error {
    Error::internal(format!("the {index} names an object that is not there; `countersign check` tells more"))
}
