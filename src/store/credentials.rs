//! Typed reads of credentials.

use crate::{
    error::Result,
    id::{CredentialId, OrgId, UserId},
    model::{Credential, CredentialColumn},
    secret::SecretHash,
    store::{
        codec::decode,
        key::{Key, Space},
        scan::{Direction, Part, Run},
        state::{Listed, State, dangling},
    },
};

impl<'a> State<'a> {
    pub fn credential(&self, user: &UserId, id: &CredentialId) -> Result<Option<Credential>> {
        self.get(&credential_key(user, id))
    }

    /// The credentials of a user, by id.
    pub fn credentials(&self, user: &UserId) -> Result<Run<'a, Credential>> {
        Ok(self.scan(Key::new(Space::Credential).text(user.as_str()), Direction::Ascending)?.read(decode))
    }

    /// The keys of an organisation's users, or else their personal access tokens, of a part of a column in its order,
    /// then by id; of all organisations if none is named.
    pub fn credentials_in(
        &self,
        kind: Listed,
        org: Option<&OrgId>,
        column: CredentialColumn,
        part: Part<'_>,
        direction: Direction,
    ) -> Result<Run<'a, Credential>> {
        let state = *self;
        // Within one organisation that is the order of ids, too.
        let by_org = || Key::new(Space::CredentialByOrg).byte(kind as u8);
        let index = match (org, column) {
            (Some(org), CredentialColumn::Id | CredentialColumn::Org) => by_org().text(org.as_str()),
            (None, CredentialColumn::Org) => by_org(),
            _ => column_index(kind, org, column),
        };
        let rows = self.scan_range(part.below(index), direction)?;
        Ok(rows.read(move |place| {
            let (user, id): (UserId, CredentialId) = decode(place)?;
            state.credential(&user, &id)?.ok_or_else(|| dangling("credential index"))
        }))
    }

    /// The credential whose secret has this hash.
    pub fn credential_by_hash(&self, hash: &SecretHash) -> Result<Option<Credential>> {
        let found: Option<(UserId, CredentialId)> = self.get(&credential_hash_key(hash))?;
        let Some((user, id)) = found else { return Ok(None) };
        self.credential(&user, &id)?.map(Some).ok_or_else(|| dangling("credential hash"))
    }
}

pub(super) fn credential_key(user: &UserId, id: &CredentialId) -> Key {
    Key::new(Space::Credential).text(user.as_str()).text(id.as_str())
}

pub(super) fn credential_hash_key(hash: &SecretHash) -> Key {
    Key::new(Space::CredentialByHash).bytes(hash.index_key())
}

/// Where a credential stands in the indexes of its columns.
pub(super) fn credential_column_keys(kind: Listed, credential: &Credential) -> Vec<Key> {
    let id = credential.id.as_str();
    let mut keys = vec![Key::new(Space::CredentialByOrg).byte(kind as u8).text(credential.org.as_str()).text(id)];
    for column in CredentialColumn::ALL {
        let place = |org| column_index(kind, org, column).bytes(&column.sort_key(credential)).text(id);
        if column != CredentialColumn::Org {
            keys.push(place(None));
        }
        if !matches!(column, CredentialColumn::Org | CredentialColumn::Id) {
            keys.push(place(Some(&credential.org)));
        }
    }
    keys
}

/// An organisation's id is never empty, so those of all organisations stand under the empty one.
fn column_index(kind: Listed, org: Option<&OrgId>, column: CredentialColumn) -> Key {
    Key::new(Space::CredentialByColumn).byte(kind as u8).text(org.map_or("", OrgId::as_str)).byte(column as u8)
}
