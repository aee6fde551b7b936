//! The roles of a project.

use crate::{
    app::{App, cascade::Cascade, projects::clean, reply},
    authz::Authorized,
    error::{Fault, Result},
    limits::{MAX_PROJECT_CASCADE, MAX_PROJECT_ROLES},
    model::{Draft, Project, ProjectFact, ProjectRole, UserGrantFact, fault},
    permission::{ProjectRoleDelete, ProjectRoleWrite},
    proto::zitadel::{management::v1 as management, project::v2 as wire},
    store::{Changed, Decision, Direction, Receipt, State},
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
    request: management::AddProjectRoleRequest,
) -> Result<management::AddProjectRoleResponse> {
    let management::AddProjectRoleRequest { project_id, role_key, display_name, group, .. } = request;
    let role = New { key: role_key, display_name, group };
    let added = insert(&app, who, project_id, vec![role]).await?;
    Ok(management::AddProjectRoleResponse { details: reply::added(&added).into() })
}

/// The same over v2.
pub async fn add_v2(
    app: App,
    who: Authorized<ProjectRoleWrite>,
    request: wire::AddProjectRoleRequest,
) -> Result<wire::AddProjectRoleResponse> {
    let wire::AddProjectRoleRequest { project_id, role_key, display_name, group, .. } = request;
    let role = New { key: role_key, display_name, group: group.unwrap_or_default() };
    let added = insert(&app, who, project_id, vec![role]).await?;
    Ok(wire::AddProjectRoleResponse { creation_date: reply::timestamp(added.at).into() })
}

/// Adds several roles, or none if one of them cannot be added.
pub async fn add_all(
    app: App,
    who: Authorized<ProjectRoleWrite>,
    request: management::BulkAddProjectRolesRequest,
) -> Result<management::BulkAddProjectRolesResponse> {
    let roles = request.roles.into_iter();
    let roles = roles.map(|role| New { key: role.key, display_name: role.display_name, group: role.group }).collect();
    let added = insert(&app, who, request.project_id, roles).await?;
    Ok(management::BulkAddProjectRolesResponse { details: reply::added(&added).into() })
}

/// Changes what describes a role.
pub async fn update(
    app: App,
    who: Authorized<ProjectRoleWrite>,
    request: management::UpdateProjectRoleRequest,
) -> Result<management::UpdateProjectRoleResponse> {
    let display_name = clean(&request.display_name, fault::ROLE_CHANGE_INVALID)?;
    let change = Change { display_name: Some(display_name), group: Some(request.group) };
    let done = describe(&app, who, request.project_id, request.role_key, change).await?;
    let changed = done.last().ok_or(fault::ROLE_UNCHANGED)?;
    Ok(management::UpdateProjectRoleResponse { details: reply::changed(changed).into() })
}

/// The same over v2, where it is fine if nothing changes.
pub async fn update_v2(
    app: App,
    who: Authorized<ProjectRoleWrite>,
    request: wire::UpdateProjectRoleRequest,
) -> Result<wire::UpdateProjectRoleResponse> {
    let display_name = request.display_name.map(|name| clean(&name, fault::ROLE_CHANGE_INVALID)).transpose()?;
    let change = Change { display_name, group: request.group };
    let changed = describe(&app, who, request.project_id, request.role_key, change).await?;
    Ok(wire::UpdateProjectRoleResponse { change_date: reply::timestamp(changed.latest().at).into() })
}

/// Removes a role, and takes it from everybody who has it: a role that is added with the same key is another one.
pub async fn remove(
    app: App,
    who: Authorized<ProjectRoleDelete>,
    request: management::RemoveProjectRoleRequest,
) -> Result<management::RemoveProjectRoleResponse> {
    let removed = end(&app, who, request.project_id, request.role_key).await?.ok_or(fault::ROLE_REMOVE_UNKNOWN)?;
    Ok(management::RemoveProjectRoleResponse { details: reply::changed(&removed).into() })
}

/// The same over v2, where it is fine if there is none.
pub async fn remove_v2(
    app: App,
    who: Authorized<ProjectRoleDelete>,
    request: wire::RemoveProjectRoleRequest,
) -> Result<wire::RemoveProjectRoleResponse> {
    let removed = end(&app, who, request.project_id, request.role_key).await?;
    Ok(wire::RemoveProjectRoleResponse { removal_date: removed.map(|removed| reply::timestamp(removed.at)).into() })
}

/// Keys of roles in their order, each once, and not more than `most` were named.
pub(in crate::app) fn each_once(keys: Vec<String>, most: usize, invalid: Fault) -> Result<Vec<String>> {
    if keys.len() > most {
        return Err(invalid.into());
    }
    let mut seen = BTreeSet::new();
    Ok(keys.into_iter().filter(|key| seen.insert(key.clone())).collect())
}

/// The role with this key of the project with this id, if the proof reaches the project.
fn find<P>(who: &Authorized<P>, state: &State<'_>, project: &str, key: &str) -> Result<Option<(Project, ProjectRole)>> {
    let Some(project) = who.project(state, project)? else { return Ok(None) };
    Ok(state.project_role(&project.id, key)?.map(|role| (project, role)))
}

async fn insert(app: &App, who: Authorized<ProjectRoleWrite>, project: String, roles: Vec<New>) -> Result<Receipt> {
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
    changed.receipt().cloned()
}

/// What describes a role from now on; the rest stays as it is.
struct Change {
    display_name: Option<String>,
    group: Option<String>,
}

async fn describe(
    app: &App,
    who: Authorized<ProjectRoleWrite>,
    project: String,
    key: String,
    change: Change,
) -> Result<Changed<Receipt>> {
    app.store
        .change(who.warrant(), move |state, _| {
            let project = who.project_or(state, &project, fault::ROLE_PROJECT_UNKNOWN)?;
            let role = state.project_role(&project.id, &key)?.ok_or(fault::ROLE_CHANGE_UNKNOWN)?;
            let before = Receipt::of(&project.org, &role.stamps);
            let display_name = change.display_name.unwrap_or_else(|| role.display_name.clone());
            let group = change.group.map_or_else(|| role.group.clone(), |group| group.trim().to_owned());
            if role.display_name == display_name && role.group == group {
                return Ok(Decision::nothing(before));
            }
            let fact = ProjectFact::RoleChanged { key: role.key, display_name, group };
            Ok(Decision::new(vec![Draft::project(&project.org, &project.id, fact)], before))
        })
        .await
}

async fn end(app: &App, who: Authorized<ProjectRoleDelete>, project: String, key: String) -> Result<Option<Receipt>> {
    let changed = app
        .store
        .change(who.warrant(), move |state, _| {
            let Some((project, role)) = find(&who, state, &project, &key)? else { return Ok(Decision::nothing(())) };
            let without = |mut roles: Vec<String>| {
                roles.retain(|one| *one != role.key);
                roles
            };
            let mut cascade = Cascade::new(MAX_PROJECT_CASCADE, fault::PROJECT_TOO_LARGE);
            for grant in state.user_grants_with(&project.id, &role.key)? {
                let grant = grant?;
                let fact = UserGrantFact::CascadeChanged { roles: without(grant.roles) };
                cascade.push(Draft::user_grant(&grant.owner, &grant.id, fact))?;
            }
            for grant in state.project_grants_with(&project.id, &role.key)? {
                let grant = grant?;
                let fact = ProjectFact::GrantCascadeChanged { grant: grant.id, roles: without(grant.roles) };
                cascade.push(Draft::project(&project.org, &project.id, fact))?;
            }
            let last = Draft::project(&project.org, &project.id, ProjectFact::RoleRemoved { key: role.key });
            Ok(Decision::new(cascade.end_with(last), ()))
        })
        .await?;
    Ok(changed.last().cloned())
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
