//! Projects and their roles as they are shown.

use crate::{
    app::{
        App,
        page::{Page, few_enough},
        reply,
        text_match::TextMatch,
    },
    authz::Authorized,
    error::Result,
    model::{PrivateLabeling, Project, ProjectRole, ProjectState, fault},
    permission::{ProjectRead, ProjectRoleRead},
    proto::zitadel::{
        management::v1 as management,
        project::v1::{self as wire, PrivateLabelingSetting, project_query, role_query},
    },
};

/// One project of the context organisation.
pub async fn get(
    app: App,
    who: Authorized<ProjectRead>,
    request: management::GetProjectByIDRequest,
) -> Result<management::GetProjectByIDResponse> {
    let project = who.project_or(&app.store.snapshot()?.state(), &request.id, fault::PROJECT_UNKNOWN)?;
    Ok(management::GetProjectByIDResponse { project: view(&project).into() })
}

/// The projects of the context organisation that meet all queries, by id.
pub async fn list(
    app: App,
    who: Authorized<ProjectRead>,
    request: management::ListProjectsRequest,
) -> Result<management::ListProjectsResponse> {
    let page = Page::v1(request.query.as_option(), app.clock.now())?;
    few_enough(&request.queries)?;
    let queries: Vec<_> = request.queries.iter().filter_map(|query| query.query.as_ref()).collect();
    let snapshot = app.store.snapshot()?;
    let projects = snapshot.state().projects(&who.org, page.direction)?;
    let matching = projects.filter(|project| match project {
        Ok(project) => queries.iter().all(|query| matches(query, project)),
        Err(_) => true,
    });
    let (details, projects) = page.pick(matching)?;
    Ok(management::ListProjectsResponse { details: details.into(), result: projects.iter().map(view).collect() })
}

/// The roles of a project that meet all queries, by key.
pub async fn list_roles(
    app: App,
    who: Authorized<ProjectRoleRead>,
    request: management::ListProjectRolesRequest,
) -> Result<management::ListProjectRolesResponse> {
    let page = Page::v1(request.query.as_option(), app.clock.now())?;
    few_enough(&request.queries)?;
    let queries: Vec<_> = request.queries.iter().filter_map(|query| query.query.as_ref()).collect();
    let snapshot = app.store.snapshot()?;
    let state = snapshot.state();
    let project = who.project_or(&state, &request.project_id, fault::PROJECT_UNKNOWN)?;
    let roles = state.project_roles(&project.id, page.direction)?;
    let matching = roles.filter(|role| match role {
        Ok(role) => queries.iter().all(|query| role_matches(query, role)),
        Err(_) => true,
    });
    let (details, roles) = page.pick(matching)?;
    let result = roles.iter().map(|role| role_view(role, &project)).collect();
    Ok(management::ListProjectRolesResponse { details: details.into(), result })
}

pub(super) fn matches(query: &project_query::Query, project: &Project) -> bool {
    match query {
        project_query::Query::NameQuery(query) => TextMatch::v1(&query.name, &query.method).matches(&project.name),
        project_query::Query::ProjectResourceOwnerQuery(query) => query.resource_owner == project.org.as_str(),
    }
}

pub(super) fn role_matches(query: &role_query::Query, role: &ProjectRole) -> bool {
    match query {
        role_query::Query::KeyQuery(query) => TextMatch::v1(&query.key, &query.method).matches(&role.key),
        role_query::Query::DisplayNameQuery(query) => {
            TextMatch::v1(&query.display_name, &query.method).matches(&role.display_name)
        }
    }
}

fn view(project: &Project) -> wire::Project {
    wire::Project {
        id: project.id.to_string(),
        details: reply::viewed(&project.stamps, project.org.as_str()).into(),
        name: project.name.clone(),
        state: match project.state {
            ProjectState::Active => wire::ProjectState::PROJECT_STATE_ACTIVE.into(),
            ProjectState::Inactive => wire::ProjectState::PROJECT_STATE_INACTIVE.into(),
        },
        project_role_assertion: project.settings.asserts_roles,
        project_role_check: project.settings.checks_role,
        has_project_check: project.settings.checks_project,
        private_labeling_setting: labeling_view(project.settings.private_labeling).into(),
    }
}

fn labeling_view(labeling: PrivateLabeling) -> PrivateLabelingSetting {
    match labeling {
        PrivateLabeling::Unspecified => PrivateLabelingSetting::PRIVATE_LABELING_SETTING_UNSPECIFIED,
        PrivateLabeling::ProjectOwner => {
            PrivateLabelingSetting::PRIVATE_LABELING_SETTING_ENFORCE_PROJECT_RESOURCE_OWNER_POLICY
        }
        PrivateLabeling::UserOwner => {
            PrivateLabelingSetting::PRIVATE_LABELING_SETTING_ALLOW_LOGIN_USER_RESOURCE_OWNER_POLICY
        }
    }
}

pub(super) fn role_view(role: &ProjectRole, project: &Project) -> wire::Role {
    wire::Role {
        key: role.key.clone(),
        details: reply::viewed(&role.stamps, project.org.as_str()).into(),
        display_name: role.display_name.clone(),
        group: role.group.clone(),
    }
}
