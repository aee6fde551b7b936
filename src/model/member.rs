use crate::{
    id::{OrgId, UserId},
    model::Stamps,
};
use serde::{Deserialize, Serialize};

/// Roles that a user has in an organisation, or in the instance. The user may belong to another organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    pub owner: OrgId,
    pub user: UserId,
    /// Names of roles, as in `config/roles.toml`.
    pub roles: Vec<String>,
    pub stamps: Stamps,
}
