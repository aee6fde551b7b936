use crate::{
    id::{OrgId, ProjectGrantId, ProjectId},
    model::Stamps,
};
use serde::{Deserialize, Serialize};

/// A project that its organisation lets another one give roles in, to whomever it likes. There is at most one for a
/// project and an organisation, and never one for the project's own.
///
/// What was given through it follows from that: the user grants of that organisation for that project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectGrant {
    pub id: ProjectGrantId,
    pub project: ProjectId,
    /// The organisation of the project.
    pub owner: OrgId,
    /// The organisation that may give the roles.
    pub granted: OrgId,
    /// Keys of the project's roles, each once.
    pub roles: Vec<String>,
    pub state: ProjectGrantState,
    pub stamps: Stamps,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProjectGrantState {
    Active,
    /// What was given through it gives no role.
    Inactive,
}
