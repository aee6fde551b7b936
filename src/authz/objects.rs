//! Objects that a request names, if a proof reaches them. One that it does not reach is as good as none.

use super::{Absent, Authorized, Reach};
use crate::{
    error::{Fault, Result},
    id::{OrgId, ProjectGrantId, ProjectId, UserGrantId, UserId},
    model::{Machine, Project, ProjectGrant, UserGrant},
    store::State,
};

impl<P> Authorized<P> {
    /// The user with this id, if the proof reaches it.
    pub fn machine(&self, state: &State<'_>, id: &str) -> Result<Result<Machine, Absent>> {
        let Some(id) = UserId::parse(id) else { return Ok(Err(Absent::Unknown)) };
        let Some(machine) = state.machine(&id)? else { return Ok(Err(Absent::Unknown)) };
        let reached = match self.reach {
            Reach::Org => machine.org == self.org,
            Reach::Caller(_) => machine.id == self.caller.user,
        };
        Ok(if reached { Ok(machine) } else { Err(Absent::Elsewhere) })
    }

    /// The user with this id, or `fault` if the proof does not reach one.
    pub fn machine_or(&self, state: &State<'_>, id: &str, fault: Fault) -> Result<Machine> {
        Ok(self.machine(state, id)?.map_err(|_| fault)?)
    }

    /// The project with this id, or `fault` if the proof does not reach one.
    pub fn project_or(&self, state: &State<'_>, id: &str, fault: Fault) -> Result<Project> {
        Ok(self.project(state, id)?.ok_or(fault)?)
    }

    /// The project with this id, if the proof reaches one.
    pub fn project(&self, state: &State<'_>, id: &str) -> Result<Option<Project>> {
        Ok(find_project(state, id)?.filter(|project| self.is_over(&project.org)))
    }

    /// The grant of this id of this project, if the proof reaches the project.
    pub fn project_grant(&self, state: &State<'_>, project: &str, id: &str) -> Result<Option<ProjectGrant>> {
        Ok(find_project_grant(state, project, id)?.filter(|grant| self.is_over(&grant.owner)))
    }

    /// The grant of this project to an organisation, if the proof reaches the project.
    pub fn project_grant_to(&self, state: &State<'_>, project: &str, org: &str) -> Result<Option<ProjectGrant>> {
        let (Some(project), Some(org)) = (self.project(state, project)?, OrgId::parse(org)) else { return Ok(None) };
        state.project_grant_to(&project.id, &org)
    }

    /// The grant of this id of this project to the organisation that the proof is good for.
    pub fn granted_project(&self, state: &State<'_>, project: &str, id: &str) -> Result<Option<ProjectGrant>> {
        Ok(find_project_grant(state, project, id)?.filter(|grant| self.is_over(&grant.granted)))
    }

    /// The user grant with this id, if the proof reaches one.
    pub fn user_grant(&self, state: &State<'_>, id: &str) -> Result<Option<UserGrant>> {
        Ok(find_user_grant(state, id)?.filter(|grant| self.is_over(&grant.owner)))
    }

    /// The grant of this id to this user, or `fault` if the proof does not reach one.
    pub fn user_grant_or(&self, state: &State<'_>, user: &str, id: &str, fault: Fault) -> Result<UserGrant> {
        Ok(self.user_grant(state, id)?.filter(|grant| grant.user.as_str() == user).ok_or(fault)?)
    }

    /// Whether the proof is good for what the organisation owns.
    fn is_over(&self, org: &OrgId) -> bool {
        self.reach == Reach::Org && *org == self.org
    }
}

pub(super) fn find_project(state: &State<'_>, id: &str) -> Result<Option<Project>> {
    ProjectId::parse(id).map_or(Ok(None), |id| state.project(&id))
}

pub(super) fn find_user_grant(state: &State<'_>, id: &str) -> Result<Option<UserGrant>> {
    UserGrantId::parse(id).map_or(Ok(None), |id| state.user_grant(&id))
}

fn find_project_grant(state: &State<'_>, project: &str, id: &str) -> Result<Option<ProjectGrant>> {
    let found = ProjectGrantId::parse(id).map_or(Ok(None), |id| state.project_grant(&id))?;
    Ok(found.filter(|grant| grant.project.as_str() == project))
}
