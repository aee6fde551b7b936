use crate::{
    id::{OrgId, ProjectId, UserGrantId, UserId},
    model::Stamps,
};
use serde::{Deserialize, Serialize};

/// The roles of a user, of whatever organisation, in a project. One owner gives a user at most one grant for a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserGrant {
    pub id: UserGrantId,
    /// The organisation that gave it: that of the project, or one that the project is granted to.
    pub owner: OrgId,
    pub user: UserId,
    pub project: ProjectId,
    /// Keys of the project's roles, each once.
    pub roles: Vec<String>,
    pub state: UserGrantState,
    pub stamps: Stamps,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum UserGrantState {
    Active,
    /// It gives no role.
    Inactive,
}
