//! Typed reads of the state, the same over a snapshot and inside the writer.

use crate::{
    error::{Error, Result},
    id::{OrgId, UserId},
    model::{CredentialColumn, CredentialKind, Instance, OidcSettings, SigningKeyRecord},
    store::{
        codec::{Record, decode},
        key::{Key, Space},
        meter::Meter,
        scan::{Direction, Scan},
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
    /// None where the writer reads: it decides for others, and its walks have limits of their own.
    meter: Option<&'a Meter>,
}

impl<'a> State<'a> {
    pub(super) fn new(rows: &'a dyn Rows) -> Self {
        Self { rows, meter: None }
    }

    pub(super) fn metered(rows: &'a dyn Rows, meter: &'a Meter) -> Self {
        Self { rows, meter: Some(meter) }
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

    /// Whether the token was revoked. Tokens that have expired are forgotten.
    pub fn token_is_revoked(&self, token: &[u8; 16], expires: Timestamp) -> Result<bool> {
        self.has(&revoked_token_key(token, expires))
    }

    /// Whether an organisation of this id was removed. Ids are never given twice.
    pub fn org_was_removed(&self, id: &OrgId) -> Result<bool> {
        self.has(&tombstone_key(Tombstone::Org, id.as_str()))
    }

    /// Whether a user of this id was removed. Ids are never given twice.
    pub fn user_was_removed(&self, id: &UserId) -> Result<bool> {
        self.has(&tombstone_key(Tombstone::User, id.as_str()))
    }

    /// How many lines of an import file are done.
    pub fn imported_lines(&self, file: &[u8; 32]) -> Result<u64> {
        Ok(self.get(&imported_lines_key(file))?.unwrap_or_default())
    }

    pub fn signing_key(&self, kid: &str) -> Result<Option<SigningKeyRecord>> {
        self.get(&Key::new(Space::SigningKey).text(kid))
    }

    /// All signing keys whose records are kept.
    pub fn signing_keys(&self) -> Result<impl Iterator<Item = Result<SigningKeyRecord>>> {
        Ok(self.scan(Key::new(Space::SigningKey), Direction::Ascending)?.read(decode))
    }

    pub(super) fn get<R: Record>(&self, key: &Key) -> Result<Option<R>> {
        self.row(key)?.map(|value| decode(value.value())).transpose()
    }

    pub(super) fn has(&self, key: &Key) -> Result<bool> {
        Ok(self.row(key)?.is_some())
    }

    fn row(&self, key: &Key) -> Result<Option<AccessGuard<'a, Bytes>>> {
        self.meter.map_or(Ok(()), Meter::row)?;
        self.rows.get(key.as_bytes()).map_err(Error::internal)
    }

    /// The rows below a key.
    pub(super) fn scan(&self, key: Key, direction: Direction) -> Result<Scan<'a>> {
        self.scan_range(key.and_below(), direction)
    }

    /// The rows of a range.
    pub(super) fn scan_range(&self, range: std::ops::Range<Key>, direction: Direction) -> Result<Scan<'a>> {
        let rows = self.rows.range(range.start.as_bytes(), range.end.as_bytes()).map_err(Error::internal)?;
        Ok(Scan::new(rows, direction, self.meter))
    }

    /// The first keys of a range.
    pub(super) fn keys(&self, range: std::ops::Range<Key>, most: usize) -> Result<Vec<Vec<u8>>> {
        let rows = self.scan_range(range, Direction::Ascending)?;
        rows.take(most).map(|row| Ok(row?.0.value().to_vec())).collect()
    }
}

/// The kinds of credentials that can be listed across users.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum CredentialType {
    Keys = 1,
    PersonalAccessTokens = 2,
    Secrets = 3,
}

impl CredentialType {
    /// Every kind, in no order that means anything.
    pub const ALL: [Self; 3] = [Self::Keys, Self::PersonalAccessTokens, Self::Secrets];

    /// Whether there is an index for a column, be it in each organisation or over all of them. Secrets are made too often
    /// to keep more indexes than lists need.
    pub(super) fn is_sorted_by(self, column: CredentialColumn, in_org: bool) -> bool {
        self != Self::Secrets || (in_org && column == CredentialColumn::ExpirationDate)
    }

    /// The list that a credential stands in.
    pub fn of(kind: &CredentialKind) -> Self {
        match kind {
            CredentialKind::Key { .. } => Self::Keys,
            CredentialKind::PersonalAccessToken { .. } => Self::PersonalAccessTokens,
            CredentialKind::Secret { .. } => Self::Secrets,
        }
    }
}

/// What a tombstone stands for.
#[derive(Clone, Copy)]
#[repr(u8)]
pub(super) enum Tombstone {
    Org = 1,
    User = 2,
    Project = 40,
}

pub(super) fn revoked_token_key(token: &[u8; 16], expires: Timestamp) -> Key {
    Key::new(Space::RevokedToken).number(expires.micros().max(0).unsigned_abs()).bytes(token)
}

pub(super) fn imported_lines_key(file: &[u8; 32]) -> Key {
    Key::new(Space::Import).bytes(file)
}

pub(super) fn tombstone_key(kind: Tombstone, id: &str) -> Key {
    Key::new(Space::Tombstone).byte(kind as u8).text(id)
}

pub(super) fn dangling(index: &str) -> Error {
    Error::internal(format!("the {index} names an object that is not there; `countersign check` tells more"))
}
