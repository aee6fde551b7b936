use crate::{
    id::{OrgId, ProjectId},
    model::Stamps,
};
use serde::{Deserialize, Serialize};

/// What a resource server protects: it names the project as the audience of its tokens, and authorises by the roles
/// that users have in it. One that was removed has no record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    pub id: ProjectId,
    pub org: OrgId,
    /// Unique in the organisation, whatever the case.
    pub name: String,
    pub settings: ProjectSettings,
    pub state: ProjectState,
    pub stamps: Stamps,
}

/// What can be set of a project.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectSettings {
    /// Whether tokens for the project name the roles in it although no scope asked for them.
    pub asserts_roles: bool,
    /// The next three are about logins of humans: kept and shown, as clients compare what they set, and without effect.
    pub checks_role: bool,
    pub checks_project: bool,
    pub private_labeling: PrivateLabeling,
}

/// Whose colours a login has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PrivateLabeling {
    #[default]
    Unspecified,
    ProjectOwner,
    UserOwner,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProjectState {
    Active,
    /// Nobody has a role in it.
    Inactive,
}

/// A role that users can be given in a project. What it permits is the resource server's affair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectRole {
    pub project: ProjectId,
    /// What tokens say. It never changes.
    pub key: String,
    pub display_name: String,
    pub group: String,
    pub stamps: Stamps,
}

/// A project's name as it is compared: trimmed, in lower case.
pub fn normal_project_name(name: &str) -> String {
    name.trim().to_lowercase()
}
