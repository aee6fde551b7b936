//! Projects, roles and grants as v2 shows them.

use crate::{
    app::{
        App,
        page::{Page, few_enough},
        projects::grant_views::Full,
        reply,
        text_match::TextMatch,
    },
    authz::Authorized,
    error::Result,
    model::{PrivateLabeling, Project, ProjectGrant, ProjectGrantState, ProjectRole, ProjectState, fault},
    permission::{ProjectRead, ProjectRoleRead},
    proto::zitadel::project::v2::{
        self as wire, PrivateLabelingSetting, ProjectRoleFieldName as Column, project_role_search_filter::Filter,
    },
    store::Direction,
};

/// One project.
pub async fn get(
    app: App,
    who: Authorized<ProjectRead>,
    request: wire::GetProjectRequest,
) -> Result<wire::GetProjectResponse> {
    let project = who.project_or(&app.store.snapshot()?.state(), &request.project_id, fault::PROJECT_UNKNOWN)?;
    Ok(wire::GetProjectResponse { project: project_view(&project).into() })
}

/// The roles of a project that meet all filters; a project that the proof does not reach has none.
pub async fn list_roles(
    app: App,
    who: Authorized<ProjectRoleRead>,
    request: wire::ListProjectRolesRequest,
) -> Result<wire::ListProjectRolesResponse> {
    let page = Page::v2(request.pagination.as_option(), app.clock.now())?;
    few_enough(&request.filters)?;
    let filters: Vec<_> = request.filters.iter().filter_map(|filter| filter.filter.as_ref()).collect();
    let snapshot = app.store.snapshot()?;
    let state = snapshot.state();
    let mut roles = Vec::new();
    if let Some(project) = who.project(&state, &request.project_id)? {
        for role in state.project_roles(&project.id, Direction::Ascending)? {
            let role = role?;
            if filters.iter().all(|filter| matches(filter, &role)) {
                roles.push(role);
            }
        }
    }
    let column = request.sorting_column.and_then(|column| column.as_known()).unwrap_or_default();
    roles.sort_by_cached_key(|role| {
        let instant = match column {
            Column::PROJECT_ROLE_FIELD_NAME_KEY => None,
            Column::PROJECT_ROLE_FIELD_NAME_CHANGE_DATE => Some(role.stamps.changed),
            Column::PROJECT_ROLE_FIELD_NAME_UNSPECIFIED | Column::PROJECT_ROLE_FIELD_NAME_CREATION_DATE => {
                Some(role.stamps.created)
            }
        };
        (instant, role.key.clone())
    });
    if page.direction == Direction::Descending {
        roles.reverse();
    }
    let (details, roles) = page.cut(roles);
    Ok(wire::ListProjectRolesResponse {
        pagination: page.applied(details.total_result).into(),
        project_roles: roles.iter().map(role_view).collect(),
    })
}

fn matches(filter: &Filter, role: &ProjectRole) -> bool {
    match filter {
        Filter::RoleKeyFilter(filter) => TextMatch::filter(&filter.key, &filter.method).matches(&role.key),
        Filter::DisplayNameFilter(filter) => {
            TextMatch::filter(&filter.display_name, &filter.method).matches(&role.display_name)
        }
    }
}

/// A project of its organisation.
pub(super) fn project_view(project: &Project) -> wire::Project {
    wire::Project {
        project_id: project.id.to_string(),
        organization_id: project.org.to_string(),
        creation_date: reply::timestamp(project.stamps.created).into(),
        change_date: reply::timestamp(project.stamps.changed).into(),
        name: project.name.clone(),
        state: match project.state {
            ProjectState::Active => wire::ProjectState::PROJECT_STATE_ACTIVE.into(),
            ProjectState::Inactive => wire::ProjectState::PROJECT_STATE_INACTIVE.into(),
        },
        project_role_assertion: project.settings.asserts_roles,
        authorization_required: project.settings.checks_role,
        project_access_required: project.settings.checks_project,
        private_labeling_setting: match project.settings.private_labeling {
            PrivateLabeling::Unspecified => PrivateLabelingSetting::PRIVATE_LABELING_SETTING_UNSPECIFIED,
            PrivateLabeling::ProjectOwner => {
                PrivateLabelingSetting::PRIVATE_LABELING_SETTING_ENFORCE_PROJECT_RESOURCE_OWNER_POLICY
            }
            PrivateLabeling::UserOwner => {
                PrivateLabelingSetting::PRIVATE_LABELING_SETTING_ALLOW_LOGIN_USER_RESOURCE_OWNER_POLICY
            }
        }
        .into(),
        ..Default::default()
    }
}

/// The same as the organisation has it that it is granted to.
pub(super) fn granted_view(full: &Full) -> wire::Project {
    let Full { grant, project, granted, .. } = full;
    wire::Project {
        creation_date: reply::timestamp(grant.stamps.created).into(),
        change_date: reply::timestamp(grant.stamps.changed).into(),
        granted_organization_id: Some(granted.id.to_string()),
        granted_organization_name: Some(granted.name.clone()),
        granted_state: match grant.state {
            ProjectGrantState::Active => wire::GrantedProjectState::GRANTED_PROJECT_STATE_ACTIVE.into(),
            ProjectGrantState::Inactive => wire::GrantedProjectState::GRANTED_PROJECT_STATE_INACTIVE.into(),
        },
        ..project_view(project)
    }
}

pub(super) fn grant_view(full: &Full) -> wire::ProjectGrant {
    let Full { grant, project, granted, .. } = full;
    wire::ProjectGrant {
        organization_id: grant.owner.to_string(),
        creation_date: reply::timestamp(grant.stamps.created).into(),
        change_date: reply::timestamp(grant.stamps.changed).into(),
        granted_organization_id: granted.id.to_string(),
        granted_organization_name: granted.name.clone(),
        granted_role_keys: grant.roles.clone(),
        project_id: project.id.to_string(),
        project_name: project.name.clone(),
        state: state_view(grant).into(),
    }
}

fn state_view(grant: &ProjectGrant) -> wire::ProjectGrantState {
    match grant.state {
        ProjectGrantState::Active => wire::ProjectGrantState::PROJECT_GRANT_STATE_ACTIVE,
        ProjectGrantState::Inactive => wire::ProjectGrantState::PROJECT_GRANT_STATE_INACTIVE,
    }
}

fn role_view(role: &ProjectRole) -> wire::ProjectRole {
    wire::ProjectRole {
        project_id: role.project.to_string(),
        key: role.key.clone(),
        creation_date: reply::timestamp(role.stamps.created).into(),
        change_date: reply::timestamp(role.stamps.changed).into(),
        display_name: role.display_name.clone(),
        group: role.group.clone(),
    }
}
