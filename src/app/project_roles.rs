//! The roles of a project.

use crate::{
    app::{App, projects::clean, reply},
    authz::Authorized,
    error::Result,
    limits::{MAX_PROJECT_CASCADE, MAX_PROJECT_ROLES},
    model::{Draft, ProjectFact, UserGrantFact, fault},
    permission::{ProjectRoleDelete, ProjectRoleWrite},
    proto::zitadel::{management::v1 as wire, v1::ObjectDetails},
    store::{Decision, Direction},
};
use std::collections::BTreeSet;

/// A role that is to be added.
struct New {
    key: String,
    display_name: String,
    group: String,
}

/// Adds a role.
pub async fn add(
    app: App,
    who: Authorized<ProjectRoleWrite>,
    request: wire::AddProjectRoleRequest,
) -> Result<wire::AddProjectRoleResponse> {
    let wire::AddProjectRoleRequest { project_id, role_key, display_name, group, .. } = request;
    let role = New { key: role_key, display_name, group };
    let details = insert(&app, who, project_id, vec![role]).await?;
    Ok(wire::AddProjectRoleResponse { details: details.into() })
}

/// Adds several roles, or none if one of them cannot be added.
pub async fn add_all(
    app: App,
    who: Authorized<ProjectRoleWrite>,
    request: wire::BulkAddProjectRolesRequest,
) -> Result<wire::BulkAddProjectRolesResponse> {
    let roles = request.roles.into_iter();
    let roles = roles.map(|role| New { key: role.key, display_name: role.display_name, group: role.group }).collect();
    let details = insert(&app, who, request.project_id, roles).await?;
    Ok(wire::BulkAddProjectRolesResponse { details: details.into() })
}

/// Changes what describes a role.
pub async fn update(
    app: App,
    who: Authorized<ProjectRoleWrite>,
    request: wire::UpdateProjectRoleRequest,
) -> Result<wire::UpdateProjectRoleResponse> {
    let display_name = clean(&request.display_name, fault::ROLE_CHANGE_INVALID)?;
    let changed = app
        .store
        .change(who.warrant(), move |state, _| {
            let project = who.project_or(state, &request.project_id, fault::ROLE_PROJECT_UNKNOWN)?;
            let role = state.project_role(&project.id, &request.role_key)?.ok_or(fault::ROLE_CHANGE_UNKNOWN)?;
            let group = request.group.trim().to_owned();
            if role.display_name == display_name && role.group == group {
                return Err(fault::ROLE_UNCHANGED.into());
            }
            let fact = ProjectFact::RoleChanged { key: role.key, display_name, group };
            Ok(Decision::new(vec![Draft::project(&project.org, &project.id, fact)], ()))
        })
        .await?;
    Ok(wire::UpdateProjectRoleResponse { details: reply::changed(changed.receipt()?).into() })
}

/// Removes a role, and takes it from everybody who has it: a role that is added with the same key is another one.
pub async fn remove(
    app: App,
    who: Authorized<ProjectRoleDelete>,
    request: wire::RemoveProjectRoleRequest,
) -> Result<wire::RemoveProjectRoleResponse> {
    let changed = app
        .store
        .change(who.warrant(), move |state, _| {
            let project = who.project_or(state, &request.project_id, fault::ROLE_REMOVE_UNKNOWN)?;
            let key = state.project_role(&project.id, &request.role_key)?.ok_or(fault::ROLE_REMOVE_UNKNOWN)?.key;
            let mut events = Vec::new();
            for grant in state.user_grants_with(&project.id, &key)? {
                if events.len() == MAX_PROJECT_CASCADE {
                    return Err(fault::PROJECT_TOO_LARGE.into());
                }
                let mut grant = grant?;
                grant.roles.retain(|role| *role != key);
                let fact = UserGrantFact::CascadeChanged { roles: grant.roles };
                events.push(Draft::user_grant(&grant.owner, &grant.id, fact));
            }
            // Last, so that the receipt is about the role.
            events.push(Draft::project(&project.org, &project.id, ProjectFact::RoleRemoved { key }));
            Ok(Decision::new(events, ()))
        })
        .await?;
    Ok(wire::RemoveProjectRoleResponse { details: reply::changed(changed.receipt()?).into() })
}

async fn insert(
    app: &App,
    who: Authorized<ProjectRoleWrite>,
    project: String,
    roles: Vec<New>,
) -> Result<ObjectDetails> {
    let roles = checked(roles)?;
    let changed = app
        .store
        .change(who.warrant(), move |state, _| {
            let project = who.project_or(state, &project, fault::ROLE_PROJECT_UNKNOWN)?;
            let present = state.project_roles(&project.id, Direction::Ascending)?.take(MAX_PROJECT_ROLES).count();
            if present + roles.len() > MAX_PROJECT_ROLES {
                return Err(fault::TOO_MANY_PROJECT_ROLES.into());
            }
            let mut events = Vec::new();
            for New { key, display_name, group } in roles {
                if state.project_role(&project.id, &key)?.is_some() {
                    return Err(fault::ROLE_EXISTS.into());
                }
                let fact = ProjectFact::RoleAdded { key, display_name, group };
                events.push(Draft::project(&project.org, &project.id, fact));
            }
            Ok(Decision::new(events, ()))
        })
        .await?;
    Ok(reply::added(changed.receipt()?))
}

/// At least one role, each key once.
fn checked(roles: Vec<New>) -> Result<Vec<New>> {
    if roles.is_empty() || roles.len() > MAX_PROJECT_ROLES {
        return Err(fault::ROLE_INVALID.into());
    }
    let mut keys = BTreeSet::new();
    let mut checked = Vec::with_capacity(roles.len());
    for role in roles {
        let key = clean(&role.key, fault::ROLE_INVALID)?;
        let display_name = clean(&role.display_name, fault::ROLE_INVALID)?;
        if !keys.insert(key.clone()) {
            return Err(fault::ROLE_EXISTS.into());
        }
        checked.push(New { key, display_name, group: role.group.trim().into() });
    }
    Ok(checked)
}
