//! Projects over v2, where requests name the organisation or the project.

use crate::{
    app::{
        App,
        projects::{changed, clean, create, step, switch_off, switch_on},
        reply,
    },
    authz::Authorized,
    error::{Error, Result},
    id::ProjectId,
    model::{PrivateLabeling, ProjectSettings, fault},
    permission::{ProjectCreate, ProjectWrite},
    proto::zitadel::project::v2::{self as wire, PrivateLabelingSetting},
};
use buffa::EnumValue;

/// Adds a project to the organisation that the request names.
pub async fn add(
    app: App,
    who: Authorized<ProjectCreate>,
    request: wire::CreateProjectRequest,
) -> Result<wire::CreateProjectResponse> {
    let name = clean(&request.name, fault::PROJECT_INVALID)?;
    let settings = ProjectSettings {
        asserts_roles: request.project_role_assertion,
        checks_role: request.authorization_required,
        checks_project: request.project_access_required,
        private_labeling: private_labeling(&request.private_labeling_setting),
    };
    let id = new_id(&app, request.project_id.as_deref())?;
    let project_id = id.to_string();
    let added = create(&app, who, id, name, settings).await?;
    Ok(wire::CreateProjectResponse { project_id, creation_date: reply::timestamp(added.at).into() })
}

/// Changes what the request names of a project.
pub async fn update(
    app: App,
    who: Authorized<ProjectWrite>,
    request: wire::UpdateProjectRequest,
) -> Result<wire::UpdateProjectResponse> {
    let name = request.name.map(|name| clean(&name, fault::PROJECT_CHANGE_INVALID)).transpose()?;
    let labeling = request.private_labeling_setting.as_ref().map(private_labeling);
    let done = step(&app, who, request.project_id, fault::PROJECT_CHANGE_UNKNOWN, move |state, project| {
        let before = project.settings;
        let settings = ProjectSettings {
            asserts_roles: request.project_role_assertion.unwrap_or(before.asserts_roles),
            checks_role: request.authorization_required.unwrap_or(before.checks_role),
            checks_project: request.project_access_required.unwrap_or(before.checks_project),
            private_labeling: labeling.unwrap_or(before.private_labeling),
        };
        changed(state, project, name.unwrap_or_else(|| project.name.clone()), settings)
    });
    Ok(wire::UpdateProjectResponse { change_date: reply::timestamp(done.await?.at).into() })
}

/// Puts all roles in a project out of force.
pub async fn deactivate(
    app: App,
    who: Authorized<ProjectWrite>,
    request: wire::DeactivateProjectRequest,
) -> Result<wire::DeactivateProjectResponse> {
    let done = switch_off(&app, who, request.project_id).await?;
    Ok(wire::DeactivateProjectResponse { change_date: reply::timestamp(done.at).into() })
}

/// Puts them into force again.
pub async fn activate(
    app: App,
    who: Authorized<ProjectWrite>,
    request: wire::ActivateProjectRequest,
) -> Result<wire::ActivateProjectResponse> {
    let done = switch_on(&app, who, request.project_id).await?;
    Ok(wire::ActivateProjectResponse { change_date: reply::timestamp(done.at).into() })
}

/// The chosen id, or else a new one.
fn new_id(app: &App, chosen: Option<&str>) -> Result<ProjectId> {
    let Some(chosen) = chosen else { return Ok(app.new_id()) };
    ProjectId::parse(chosen).ok_or_else(|| {
        Error::invalid(
            "invalid CreateProjectRequest.ProjectId: value must begin with a letter or digit and hold only letters, \
             digits and -_.@ (ASCII)",
        )
    })
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
