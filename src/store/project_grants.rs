//! Typed reads of what organisations may give of the projects of others, and of what they gave.

use crate::{
    error::Result,
    id::{OrgId, ProjectGrantId, ProjectId},
    model::{ProjectGrant, UserGrant},
    store::{
        codec::decode,
        key::{Key, Space},
        scan::{Direction, Run},
        state::{State, dangling},
    },
};

impl<'a> State<'a> {
    pub fn project_grant(&self, id: &ProjectGrantId) -> Result<Option<ProjectGrant>> {
        self.get(&project_grant_key(id))
    }

    /// The grant of a project to an organisation. Its own organisation has none.
    pub fn project_grant_to(&self, project: &ProjectId, org: &OrgId) -> Result<Option<ProjectGrant>> {
        let Some(id) = self.project_grant_id_to(project, org)? else { return Ok(None) };
        self.project_grant(&id)?.map(Some).ok_or_else(|| dangling("project grant index"))
    }

    pub(super) fn project_grant_id_to(&self, project: &ProjectId, org: &OrgId) -> Result<Option<ProjectGrantId>> {
        self.get(&Key::new(Space::ProjectGrantByProject).text(project.as_str()).text(org.as_str()))
    }

    /// The grants of a project, by the organisation that it is granted to.
    pub fn project_grants_of(&self, project: &ProjectId, direction: Direction) -> Result<Run<'a, ProjectGrant>> {
        self.project_grants_below(Key::new(Space::ProjectGrantByProject).text(project.as_str()), direction)
    }

    /// The grants of an organisation's own projects, by id.
    pub fn project_grants_by(&self, owner: &OrgId, direction: Direction) -> Result<Run<'a, ProjectGrant>> {
        self.project_grants_below(Key::new(Space::ProjectGrantByOwner).text(owner.as_str()), direction)
    }

    /// The grants that an organisation has of the projects of others, by id.
    pub fn project_grants_for(&self, granted: &OrgId, direction: Direction) -> Result<Run<'a, ProjectGrant>> {
        self.project_grants_below(Key::new(Space::ProjectGrantByGranted).text(granted.as_str()), direction)
    }

    /// The grants of a project that name a role of it.
    pub fn project_grants_with(&self, project: &ProjectId, role: &str) -> Result<Run<'a, ProjectGrant>> {
        let key = Key::new(Space::ProjectGrantByRole).text(project.as_str()).text(role);
        self.project_grants_below(key, Direction::Ascending)
    }

    /// The grants of all projects, by id.
    pub fn all_project_grants(&self) -> Result<Run<'a, ProjectGrant>> {
        Ok(self.scan(Key::new(Space::ProjectGrant), Direction::Ascending)?.read(decode))
    }

    /// What was given to users through a project grant, by id.
    pub fn user_grants_through(&self, grant: &ProjectGrantId, direction: Direction) -> Result<Run<'a, UserGrant>> {
        self.grants_below(Key::new(Space::UserGrantByProjectGrant).text(grant.as_str()), direction)
    }

    /// Those of them that name a role.
    pub fn user_grants_through_with(&self, grant: &ProjectGrantId, role: &str) -> Result<Run<'a, UserGrant>> {
        self.grants_below(Key::new(Space::UserGrantByGrantedRole).text(grant.as_str()).text(role), Direction::Ascending)
    }

    fn project_grants_below(&self, key: Key, direction: Direction) -> Result<Run<'a, ProjectGrant>> {
        let state = *self;
        let ids = self.scan(key, direction)?;
        Ok(ids.read(move |id| state.project_grant(&decode(id)?)?.ok_or_else(|| dangling("project grant index"))))
    }
}

pub(super) fn project_grant_key(id: &ProjectGrantId) -> Key {
    Key::new(Space::ProjectGrant).text(id.as_str())
}

/// Where a project grant stands in the indexes that never change while it is there.
pub(super) fn project_grant_index_keys(grant: &ProjectGrant) -> [Key; 3] {
    let (owner, granted, id) = (grant.owner.as_str(), grant.granted.as_str(), grant.id.as_str());
    [
        Key::new(Space::ProjectGrantByProject).text(grant.project.as_str()).text(granted),
        Key::new(Space::ProjectGrantByOwner).text(owner).text(id),
        Key::new(Space::ProjectGrantByGranted).text(granted).text(id),
    ]
}

pub(super) fn project_grant_role_key(grant: &ProjectGrant, role: &str) -> Key {
    Key::new(Space::ProjectGrantByRole).text(grant.project.as_str()).text(role).text(grant.id.as_str())
}

pub(super) fn user_grant_through_key(through: &ProjectGrantId, grant: &UserGrant) -> Key {
    Key::new(Space::UserGrantByProjectGrant).text(through.as_str()).text(grant.id.as_str())
}

pub(super) fn user_grant_through_role_key(through: &ProjectGrantId, grant: &UserGrant, role: &str) -> Key {
    Key::new(Space::UserGrantByGrantedRole).text(through.as_str()).text(role).text(grant.id.as_str())
}
