//! Projects: adding, renaming, setting, and taking their roles out of force.

use crate::{
    app::{App, reply},
    authz::Authorized,
    error::{Fault, Result},
    id::{OrgId, ProjectId},
    limits::MAX_PROJECTS,
    model::{Draft, PrivateLabeling, Project, ProjectFact, ProjectSettings, ProjectState, fault},
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
    let project: ProjectId = app.new_id();
    let id = project.to_string();
    let changed = app
        .store
        .change(who.warrant(), move |state, _| {
            // Removed since the caller was let in.
            let org = state.org(&who.org)?.ok_or(fault::USER_ORG_UNKNOWN)?.id;
            name_is_free(state, &org, &name, None)?;
            if state.projects(&org, Direction::Ascending)?.nth(MAX_PROJECTS - 1).transpose()?.is_some() {
                return Err(fault::TOO_MANY_PROJECTS.into());
            }
            Ok(Decision::new(vec![Draft::project(&org, &project, ProjectFact::Added { name, settings })], ()))
        })
        .await?;
    Ok(wire::AddProjectResponse { id, details: reply::added(changed.receipt()?).into() })
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
        if project.name == name && project.settings == settings {
            return Err(fault::PROJECT_UNCHANGED.into());
        }
        name_is_free(state, &project.org, &name, Some(&project.id))?;
        Ok(ProjectFact::Changed { name, settings })
    });
    Ok(wire::UpdateProjectResponse { details: reply::changed(&done.await?).into() })
}

/// Puts all roles in a project out of force.
pub async fn deactivate(
    app: App,
    who: Authorized<ProjectWrite>,
    request: wire::DeactivateProjectRequest,
) -> Result<wire::DeactivateProjectResponse> {
    let done = step(&app, who, request.id, fault::PROJECT_DEACTIVATE_UNKNOWN, |_, project| match project.state {
        ProjectState::Active => Ok(ProjectFact::Deactivated),
        ProjectState::Inactive => Err(fault::PROJECT_NOT_ACTIVE.into()),
    });
    Ok(wire::DeactivateProjectResponse { details: reply::changed(&done.await?).into() })
}

/// Puts them into force again.
pub async fn reactivate(
    app: App,
    who: Authorized<ProjectWrite>,
    request: wire::ReactivateProjectRequest,
) -> Result<wire::ReactivateProjectResponse> {
    let done = step(&app, who, request.id, fault::PROJECT_CHANGE_UNKNOWN, |_, project| match project.state {
        ProjectState::Inactive => Ok(ProjectFact::Reactivated),
        ProjectState::Active => Err(fault::PROJECT_NOT_INACTIVE.into()),
    });
    Ok(wire::ReactivateProjectResponse { details: reply::changed(&done.await?).into() })
}

/// A name or a key as it is kept: trimmed, not empty, and fit for a log line and a terminal.
pub(super) fn clean(text: &str, invalid: Fault) -> Result<String> {
    let text = text.trim();
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err(invalid.into());
    }
    Ok(text.into())
}

/// Does to a project what `decide` says of it.
async fn step(
    app: &App,
    who: Authorized<ProjectWrite>,
    id: String,
    unknown: Fault,
    decide: impl FnOnce(&State<'_>, &Project) -> Result<ProjectFact> + Send + 'static,
) -> Result<Receipt> {
    let changed = app
        .store
        .change(who.warrant(), move |state, _| {
            let project = who.project_or(state, &id, unknown)?;
            Ok(Decision::new(vec![Draft::project(&project.org, &project.id, decide(state, &project)?)], ()))
        })
        .await?;
    changed.receipt().cloned()
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
