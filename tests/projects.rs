//! Projects, their roles and who has them, through the operation table and on the wire of tokens.

mod granting;
mod managing;
mod removing;
mod roles;
mod sharing;
mod telling;
mod through;

use crate::common::{Kit, text};
use serde_json::{Value, json};

impl Kit {
    /// Adds a project to the administrator's organisation; returns its id.
    async fn project(&self, name: &str) -> String {
        self.project_in("", name).await
    }

    pub async fn project_in(&self, org: &str, name: &str) -> String {
        text(&self.ok_in(org, "management/AddProject", json!({ "name": name })).await["id"])
    }

    /// A project in an organisation, with these roles.
    pub async fn project_with(&self, org: &str, name: &str, roles: &[&str]) -> String {
        let project = self.project_in(org, name).await;
        let roles: Vec<_> = roles.iter().map(|role| json!({ "key": role, "displayName": role })).collect();
        self.ok_in(org, "management/BulkAddProjectRoles", json!({ "projectId": project, "roles": roles })).await;
        project
    }

    /// Lets an organisation give roles in a project of another; returns the project grant's id.
    pub async fn share(&self, owner: &str, project: &str, org: &str, roles: &[&str]) -> String {
        let body = json!({ "projectId": project, "grantedOrgId": org, "roleKeys": roles });
        text(&self.ok_in(owner, "management/AddProjectGrant", body).await["grantId"])
    }

    /// Gives a user roles; returns the grant's id.
    pub async fn grant(&self, org: &str, user: &str, project: &str, roles: &[&str]) -> String {
        let body = json!({ "userId": user, "projectId": project, "roleKeys": roles });
        text(&self.ok_in(org, "management/AddUserGrant", body).await["userGrantId"])
    }
}

/// Whether the answer's list is of exactly these, by this field.
fn assert_list(list: &Value, field: &str, expected: &[&str]) {
    assert_eq!(crate::common::orgs::column(list, field), expected, "{list}");
}
