//! Typed reads of organisations.

use crate::{
    error::Result,
    id::OrgId,
    model::{CredentialPolicy, Org, OrgColumn, org::slug, text::fold},
    store::{
        codec::decode,
        key::{Key, Space},
        scan::{Direction, Part, Run},
        state::{State, dangling},
    },
};

impl<'a> State<'a> {
    pub fn org(&self, id: &OrgId) -> Result<Option<Org>> {
        self.get(&org_key(id))
    }

    /// What the organisation demands of credentials, if it ever demanded anything.
    pub fn credential_policy(&self, org: &OrgId) -> Result<Option<CredentialPolicy>> {
        self.get(&credential_policy_key(org))
    }

    pub fn org_by_name(&self, name: &str) -> Result<Option<OrgId>> {
        self.get(&org_name_key(name))
    }

    /// The organisation with this domain, whatever the case.
    pub fn org_by_domain(&self, domain: &str) -> Result<Option<Org>> {
        let domain = fold(domain);
        self.orgs(OrgColumn::Domain, Part::Only(domain.as_bytes()), Direction::Ascending)?.next().transpose()
    }

    /// The organisations of a part of a column, in its order. By id, all of them.
    pub fn orgs(&self, column: OrgColumn, part: Part<'_>, direction: Direction) -> Result<Run<'a, Org>> {
        let state = *self;
        if column == OrgColumn::Id {
            return Ok(self.scan(Key::new(Space::Org), direction)?.read(decode));
        }
        let index = Key::new(Space::OrgByColumn).byte(column as u8);
        let ids = self.scan_range(part.below(index), direction)?;
        Ok(ids.read(move |id| state.org(&decode(id)?)?.ok_or_else(|| dangling("organisation index"))))
    }
}

pub(super) fn org_key(id: &OrgId) -> Key {
    Key::new(Space::Org).text(id.as_str())
}

pub(super) fn credential_policy_key(org: &OrgId) -> Key {
    Key::new(Space::CredentialPolicy).text(org.as_str())
}

pub(super) fn org_name_key(name: &str) -> Key {
    Key::new(Space::OrgByName).text(&slug(name))
}

/// Where an organisation stands in the indexes of its columns.
pub(super) fn org_column_keys(org: &Org) -> impl Iterator<Item = Key> {
    let indexed = OrgColumn::ALL.into_iter().filter(|column| *column != OrgColumn::Id);
    indexed.map(|column| {
        Key::new(Space::OrgByColumn).byte(column as u8).bytes(&column.sort_key(org)).text(org.id.as_str())
    })
}
