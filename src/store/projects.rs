//! Typed reads of projects, their roles, and who has them.

use crate::{
    error::Result,
    id::{OrgId, ProjectId, UserGrantId, UserId},
    model::{Project, ProjectRole, UserGrant, project::normal_project_name},
    store::{
        codec::decode,
        key::{Key, Space},
        state::{Direction, State, Tombstone, dangling, tombstone_key},
    },
};

impl<'a> State<'a> {
    pub fn project(&self, id: &ProjectId) -> Result<Option<Project>> {
        self.get(&project_key(id))
    }

    /// The project of this name, whatever the case.
    pub fn project_by_name(&self, org: &OrgId, name: &str) -> Result<Option<ProjectId>> {
        self.get(&project_name_key(org, name))
    }

    /// Whether a project of this id was removed. Ids are never given twice.
    pub fn project_was_removed(&self, id: &ProjectId) -> Result<bool> {
        self.has(&tombstone_key(Tombstone::Project, id.as_str()))
    }

    /// The projects of an organisation, by id.
    pub fn projects(
        &self,
        org: &OrgId,
        direction: Direction,
    ) -> Result<impl Iterator<Item = Result<Project>> + use<'a>> {
        let state = *self;
        let ids = self.scan(Key::new(Space::ProjectByOrg).text(org.as_str()), direction)?;
        Ok(ids.map(move |id| state.project(&decode(id?.value())?)?.ok_or_else(|| dangling("project index"))))
    }

    /// The projects of all organisations, by id.
    pub fn all_projects(&self) -> Result<impl Iterator<Item = Result<Project>> + use<'a>> {
        let rows = self.scan(Key::new(Space::Project), Direction::Ascending)?;
        Ok(rows.map(|value| decode(value?.value())))
    }

    pub fn project_role(&self, project: &ProjectId, key: &str) -> Result<Option<ProjectRole>> {
        self.get(&project_role_key(project, key))
    }

    /// The roles of a project, by key.
    pub fn project_roles(
        &self,
        project: &ProjectId,
        direction: Direction,
    ) -> Result<impl Iterator<Item = Result<ProjectRole>> + use<'a>> {
        let rows = self.scan(Key::new(Space::ProjectRole).text(project.as_str()), direction)?;
        Ok(rows.map(|value| decode(value?.value())))
    }

    pub fn user_grant(&self, id: &UserGrantId) -> Result<Option<UserGrant>> {
        self.get(&user_grant_key(id))
    }

    /// The grants that an organisation gave, by id.
    pub fn user_grants(&self, owner: &OrgId) -> Result<impl Iterator<Item = Result<UserGrant>> + use<'a>> {
        self.grants_below(Key::new(Space::UserGrantByOwner).text(owner.as_str()))
    }

    /// The grants of a user, in whatever projects.
    pub fn user_grants_of(&self, user: &UserId) -> Result<impl Iterator<Item = Result<UserGrant>> + use<'a>> {
        self.grants_below(Key::new(Space::UserGrantByUser).text(user.as_str()))
    }

    /// The grants of a user for one project: one for each organisation that gave it any.
    pub fn user_grants_for(
        &self,
        user: &UserId,
        project: &ProjectId,
    ) -> Result<impl Iterator<Item = Result<UserGrant>> + use<'a>> {
        let key = Key::new(Space::UserGrantByUser).text(user.as_str()).text(project.as_str());
        self.grants_below(key)
    }

    /// What `owner` gave the user for the project.
    pub fn user_grant_by(&self, user: &UserId, project: &ProjectId, owner: &OrgId) -> Result<Option<UserGrantId>> {
        self.get(&Key::new(Space::UserGrantByUser).text(user.as_str()).text(project.as_str()).text(owner.as_str()))
    }

    /// The grants for a project, by id.
    pub fn user_grants_in(&self, project: &ProjectId) -> Result<impl Iterator<Item = Result<UserGrant>> + use<'a>> {
        self.grants_below(Key::new(Space::UserGrantByProject).text(project.as_str()))
    }

    /// The grants that name a role of a project.
    pub fn user_grants_with(
        &self,
        project: &ProjectId,
        role: &str,
    ) -> Result<impl Iterator<Item = Result<UserGrant>> + use<'a>> {
        let key = Key::new(Space::UserGrantByRole).text(project.as_str()).text(role);
        self.grants_below(key)
    }

    /// The grants for projects of all organisations, by id.
    pub fn all_user_grants(&self) -> Result<impl Iterator<Item = Result<UserGrant>> + use<'a>> {
        let rows = self.scan(Key::new(Space::UserGrant), Direction::Ascending)?;
        Ok(rows.map(|value| decode(value?.value())))
    }

    pub(super) fn grants_below(&self, key: Key) -> Result<impl Iterator<Item = Result<UserGrant>> + use<'a>> {
        let state = *self;
        let ids = self.scan(key, Direction::Ascending)?;
        Ok(ids.map(move |id| state.user_grant(&decode(id?.value())?)?.ok_or_else(|| dangling("user grant index"))))
    }
}

pub(super) fn project_key(id: &ProjectId) -> Key {
    Key::new(Space::Project).text(id.as_str())
}

pub(super) fn project_by_org_key(project: &Project) -> Key {
    Key::new(Space::ProjectByOrg).text(project.org.as_str()).text(project.id.as_str())
}

pub(super) fn project_name_key(org: &OrgId, name: &str) -> Key {
    Key::new(Space::ProjectByName).text(org.as_str()).text(&normal_project_name(name))
}

pub(super) fn project_role_key(project: &ProjectId, key: &str) -> Key {
    Key::new(Space::ProjectRole).text(project.as_str()).text(key)
}

pub(super) fn user_grant_key(id: &UserGrantId) -> Key {
    Key::new(Space::UserGrant).text(id.as_str())
}

/// Where a grant stands in the indexes that never change while it is there.
pub(super) fn user_grant_index_keys(grant: &UserGrant) -> [Key; 3] {
    let (project, owner, id) = (grant.project.as_str(), grant.owner.as_str(), grant.id.as_str());
    [
        Key::new(Space::UserGrantByUser).text(grant.user.as_str()).text(project).text(owner),
        Key::new(Space::UserGrantByProject).text(project).text(id),
        Key::new(Space::UserGrantByOwner).text(owner).text(id),
    ]
}

pub(super) fn user_grant_role_key(grant: &UserGrant, role: &str) -> Key {
    Key::new(Space::UserGrantByRole).text(grant.project.as_str()).text(role).text(grant.id.as_str())
}
