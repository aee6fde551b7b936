//! Typed reads of projects, their roles, and who has them.

use crate::{
    error::Result,
    id::{OrgId, ProjectId, UserGrantId, UserId},
    model::{Project, ProjectRole, UserGrant, project::normal_project_name},
    store::{
        codec::decode,
        key::{Key, Space},
        scan::{Direction, Run},
        state::{State, Tombstone, dangling, tombstone_key},
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
    pub fn projects(&self, org: &OrgId, direction: Direction) -> Result<Run<'a, Project>> {
        let state = *self;
        let ids = self.scan(Key::new(Space::ProjectByOrg).text(org.as_str()), direction)?;
        Ok(ids.read(move |id| state.project(&decode(id)?)?.ok_or_else(|| dangling("project index"))))
    }

    /// The projects of all organisations, by id.
    pub fn all_projects(&self) -> Result<Run<'a, Project>> {
        Ok(self.scan(Key::new(Space::Project), Direction::Ascending)?.read(decode))
    }

    pub fn project_role(&self, project: &ProjectId, key: &str) -> Result<Option<ProjectRole>> {
        self.get(&project_role_key(project, key))
    }

    /// The roles of a project, by key.
    pub fn project_roles(&self, project: &ProjectId, direction: Direction) -> Result<Run<'a, ProjectRole>> {
        let rows = self.scan(Key::new(Space::ProjectRole).text(project.as_str()), direction)?;
        Ok(rows.read(decode))
    }

    pub fn user_grant(&self, id: &UserGrantId) -> Result<Option<UserGrant>> {
        self.get(&user_grant_key(id))
    }

    /// The grants that an organisation gave, by id.
    pub fn user_grants(&self, owner: &OrgId, direction: Direction) -> Result<Run<'a, UserGrant>> {
        self.grants_below(Key::new(Space::UserGrantByOwner).text(owner.as_str()), direction)
    }

    /// The grants of a user, in whatever projects.
    pub fn user_grants_of(&self, user: &UserId) -> Result<Run<'a, UserGrant>> {
        self.grants_below(Key::new(Space::UserGrantByUser).text(user.as_str()), Direction::Ascending)
    }

    /// The grants of a user for one project: one for each organisation that gave it any.
    pub fn user_grants_for(&self, user: &UserId, project: &ProjectId) -> Result<Run<'a, UserGrant>> {
        let key = Key::new(Space::UserGrantByUser).text(user.as_str()).text(project.as_str());
        self.grants_below(key, Direction::Ascending)
    }

    /// What `owner` gave the user for the project.
    pub fn user_grant_by(&self, user: &UserId, project: &ProjectId, owner: &OrgId) -> Result<Option<UserGrantId>> {
        self.get(&Key::new(Space::UserGrantByUser).text(user.as_str()).text(project.as_str()).text(owner.as_str()))
    }

    /// The grants for a project, by id.
    pub fn user_grants_in(&self, project: &ProjectId, direction: Direction) -> Result<Run<'a, UserGrant>> {
        self.grants_below(Key::new(Space::UserGrantByProject).text(project.as_str()), direction)
    }

    /// The grants that name a role of a project.
    pub fn user_grants_with(&self, project: &ProjectId, role: &str) -> Result<Run<'a, UserGrant>> {
        let key = Key::new(Space::UserGrantByRole).text(project.as_str()).text(role);
        self.grants_below(key, Direction::Ascending)
    }

    /// The grants for projects of all organisations, by id.
    pub fn all_user_grants(&self) -> Result<Run<'a, UserGrant>> {
        Ok(self.scan(Key::new(Space::UserGrant), Direction::Ascending)?.read(decode))
    }

    pub(super) fn grants_below(&self, key: Key, direction: Direction) -> Result<Run<'a, UserGrant>> {
        let state = *self;
        let ids = self.scan(key, direction)?;
        Ok(ids.read(move |id| state.user_grant(&decode(id)?)?.ok_or_else(|| dangling("user grant index"))))
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
