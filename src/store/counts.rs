//! How many there are: kept by `apply`, so that no list has to count.

use crate::{
    error::Result,
    id::{OrgId, ProjectId},
    model::{MachineState, OrgState},
    store::{
        key::{Key, Space},
        state::{CredentialType, State},
    },
};

/// What is counted. No organisation means all together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted<'a> {
    Orgs(OrgState),
    Machines(Option<&'a OrgId>, MachineState),
    /// Of an organisation or of the instance.
    Members(Option<&'a OrgId>),
    Credentials(CredentialType, Option<&'a OrgId>),
    /// By who gave them.
    UserGrants(&'a OrgId),
    /// The same, for one project.
    UserGrantsIn(&'a OrgId, &'a ProjectId),
    /// Those of one organisation's projects.
    ProjectGrantsBy(&'a OrgId),
    ProjectGrantsOf(&'a ProjectId),
    /// Those that an organisation has.
    ProjectGrantsFor(&'a OrgId),
}

impl State<'_> {
    pub fn count(&self, what: Counted<'_>) -> Result<u64> {
        Ok(self.get(&what.key())?.unwrap_or_default())
    }

    /// How many organisations there are.
    pub fn org_count(&self) -> Result<u64> {
        Ok(self.count(Counted::Orgs(OrgState::Active))? + self.count(Counted::Orgs(OrgState::Inactive))?)
    }

    /// How many machine users an organisation has, or all together.
    pub fn machine_count(&self, org: Option<&OrgId>) -> Result<u64> {
        let states = [MachineState::Active, MachineState::Inactive, MachineState::Locked];
        states.into_iter().map(|state| self.count(Counted::Machines(org, state))).sum()
    }
}

impl Counted<'_> {
    /// An owner's id is never empty, so all together stand under the empty one.
    pub(super) fn key(self) -> Key {
        let of =
            |kind: u8, owner: Option<&OrgId>| Key::new(Space::Count).byte(kind).text(owner.map_or("", OrgId::as_str));
        match self {
            Self::Orgs(state) => of(1, None).byte(state as u8),
            Self::Machines(org, state) => of(2, org).byte(state as u8),
            Self::Members(owner) => of(3, owner),
            Self::Credentials(kind, org) => of(4, org).byte(kind as u8),
            Self::UserGrants(owner) => of(5, Some(owner)),
            Self::UserGrantsIn(owner, project) => of(6, Some(owner)).text(project.as_str()),
            Self::ProjectGrantsBy(owner) => of(7, Some(owner)),
            Self::ProjectGrantsOf(project) => of(8, None).text(project.as_str()),
            Self::ProjectGrantsFor(granted) => of(9, Some(granted)),
        }
    }
}
