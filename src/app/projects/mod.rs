//! Projects: adding, renaming, setting, and taking their roles out of force.

pub mod grant_lists;
pub mod grant_views;
pub mod grants;
pub mod lists;
pub mod removal;
pub mod roles;
pub mod v2;
pub mod views;
pub mod views_v2;

use crate::{
    app::{App, reply},
    authz::Authorized,
    error::{Fault, Result},
    id::{OrgId, ProjectId},
    limits::MAX_PROJECTS,
    model::{Draft, OWN_PROJECT, PrivateLabeling, Project, ProjectFact, ProjectSettings, ProjectState, fault},
    permission::{ProjectCreate, ProjectWrite},
    proto::zitadel::{management::v1 as wire, project::v1::PrivateLabelingSetting},
    store::{Decision, Direction, Receipt, State},
};
use buffa::EnumValue;

/// Adds a project to the context organisation.
pub async fn add(
    app: App,
    who: Authorized<ProjectCreate>,
    request: wire::AddProjectRequest,
) -> Result<wire::AddProjectResponse> {
    let name = clean(&request.name, fault::PROJECT_INVALID)?;
    let settings = ProjectSettings {
        asserts_roles: request.project_role_assertion,
        checks_role: request.project_role_check,
        checks_project: request.has_project_check,
        private_labeling: private_labeling(&request.private_labeling_setting),
    };
    let id: ProjectId = app.new_id();
    let added = create(&app, who, id.clone(), name, settings).await?;
    Ok(wire::AddProjectResponse { id: id.to_string(), details: reply::added(&added).into() })
}

/// Renames a project and replaces its settings.
pub async fn update(
    app: App,
    who: Authorized<ProjectWrite>,
    request: wire::UpdateProjectRequest,
) -> Result<wire::UpdateProjectResponse> {
    let name = clean(&request.name, fault::PROJECT_CHANGE_INVALID)?;
    let settings = ProjectSettings {
        asserts_roles: request.project_role_assertion,
        checks_role: request.project_role_check,
        checks_project: request.has_project_check,
        private_labeling: private_labeling(&request.private_labeling_setting),
    };
    let done = step(&app, who, request.id, fault::PROJECT_CHANGE_UNKNOWN, move |state, project| {
        changed(state, project, name, settings)?.map(Some).ok_or_else(|| fault::PROJECT_UNCHANGED.into())
    });
    Ok(wire::UpdateProjectResponse { details: reply::changed(&done.await?).into() })
}

/// Puts all roles in a project out of force.
pub async fn deactivate(
    app: App,
    who: Authorized<ProjectWrite>,
    request: wire::DeactivateProjectRequest,
) -> Result<wire::DeactivateProjectResponse> {
    let done = switch_off(&app, who, request.id).await?;
    Ok(wire::DeactivateProjectResponse { details: reply::changed(&done).into() })
}

/// Puts them into force again.
pub async fn reactivate(
    app: App,
    who: Authorized<ProjectWrite>,
    request: wire::ReactivateProjectRequest,
) -> Result<wire::ReactivateProjectResponse> {
    let done = switch_on(&app, who, request.id).await?;
    Ok(wire::ReactivateProjectResponse { details: reply::changed(&done).into() })
}

/// A name or a key as it is kept: trimmed, not empty, and fit for a log line and a terminal.
pub(super) fn clean(text: &str, invalid: Fault) -> Result<String> {
    let text = text.trim();
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err(invalid.into());
    }
    Ok(text.into())
}

/// Adds a project with an id that was just made or that the caller chose.
pub(super) async fn create(
    app: &App,
    who: Authorized<ProjectCreate>,
    project: ProjectId,
    name: String,
    settings: ProjectSettings,
) -> Result<Receipt> {
    let changed = app
        .store
        .change(who.warrant(), move |state, _| {
            // Removed since the caller was let in.
            let org = state.org(&who.org)?.ok_or(fault::USER_ORG_UNKNOWN)?.id;
            if !id_is_free(state, &project)? {
                return Err(fault::PROJECT_ID_TAKEN.into());
            }
            name_is_free(state, &org, &name, None)?;
            if state.projects(&org, Direction::Ascending)?.nth(MAX_PROJECTS - 1).transpose()?.is_some() {
                return Err(fault::TOO_MANY_PROJECTS.into());
            }
            Ok(Decision::new(vec![Draft::project(&org, &project, ProjectFact::Added { name, settings })], ()))
        })
        .await?;
    changed.receipt().cloned()
}

/// What makes the project so; nothing if it is.
pub(super) fn changed(
    state: &State<'_>,
    project: &Project,
    name: String,
    settings: ProjectSettings,
) -> Result<Option<ProjectFact>> {
    if project.name == name && project.settings == settings {
        return Ok(None);
    }
    name_is_free(state, &project.org, &name, Some(&project.id))?;
    Ok(Some(ProjectFact::Changed { name, settings }))
}

pub(super) async fn switch_off(app: &App, who: Authorized<ProjectWrite>, id: String) -> Result<Receipt> {
    step(app, who, id, fault::PROJECT_DEACTIVATE_UNKNOWN, |_, project| match project.state {
        ProjectState::Active => Ok(Some(ProjectFact::Deactivated)),
        ProjectState::Inactive => Err(fault::PROJECT_NOT_ACTIVE.into()),
    })
    .await
}

pub(super) async fn switch_on(app: &App, who: Authorized<ProjectWrite>, id: String) -> Result<Receipt> {
    step(app, who, id, fault::PROJECT_CHANGE_UNKNOWN, |_, project| match project.state {
        ProjectState::Inactive => Ok(Some(ProjectFact::Reactivated)),
        ProjectState::Active => Err(fault::PROJECT_NOT_INACTIVE.into()),
    })
    .await
}

/// Does to a project what `decide` says of it, which may be nothing.
pub(super) async fn step(
    app: &App,
    who: Authorized<ProjectWrite>,
    id: String,
    unknown: Fault,
    decide: impl FnOnce(&State<'_>, &Project) -> Result<Option<ProjectFact>> + Send + 'static,
) -> Result<Receipt> {
    let changed = app
        .store
        .change(who.warrant(), move |state, _| {
            let project = who.project_or(state, &id, unknown)?;
            let fact = decide(state, &project)?.map(|fact| Draft::project(&project.org, &project.id, fact));
            Ok(Decision::new(fact.into_iter().collect(), Receipt::of(&project.org, &project.stamps)))
        })
        .await?;
    Ok(changed.latest().clone())
}

/// Ids are never given twice, and the project of the API itself has one of them, and goes by another name.
fn id_is_free(state: &State<'_>, id: &ProjectId) -> Result<bool> {
    let taken = state.project(id)?.is_some() || state.project_was_removed(id)?;
    Ok(!taken && state.instance()?.project != id.as_str() && id.as_str() != OWN_PROJECT)
}

/// Refuses a name that another project of the organisation has.
fn name_is_free(state: &State<'_>, org: &OrgId, name: &str, own: Option<&ProjectId>) -> Result<()> {
    let holder = state.project_by_name(org, name)?;
    if holder.as_ref().is_some_and(|holder| Some(holder) != own) {
        return Err(fault::PROJECT_NAME_TAKEN.into());
    }
    Ok(())
}

fn private_labeling(setting: &EnumValue<PrivateLabelingSetting>) -> PrivateLabeling {
    match setting.as_known().unwrap_or_default() {
        PrivateLabelingSetting::PRIVATE_LABELING_SETTING_UNSPECIFIED => PrivateLabeling::Unspecified,
        PrivateLabelingSetting::PRIVATE_LABELING_SETTING_ENFORCE_PROJECT_RESOURCE_OWNER_POLICY => {
            PrivateLabeling::ProjectOwner
        }
        PrivateLabelingSetting::PRIVATE_LABELING_SETTING_ALLOW_LOGIN_USER_RESOURCE_OWNER_POLICY => {
            PrivateLabeling::UserOwner
        }
    }
}
