//! The end of a project, and of all roles in it.

use crate::{
    app::{App, cascade::Cascade, reply, user_grants},
    authz::Authorized,
    error::Result,
    limits::MAX_PROJECT_CASCADE,
    model::{Draft, Project, ProjectFact, fault},
    permission::ProjectDelete,
    proto::zitadel::{management::v1 as management, project::v2 as wire},
    store::{Decision, Direction, Receipt, State},
};

/// Removes a project with its roles and all grants of it and for it. Its id is never given again.
pub async fn remove(
    app: App,
    who: Authorized<ProjectDelete>,
    request: management::RemoveProjectRequest,
) -> Result<management::RemoveProjectResponse> {
    let removed = end(&app, who, request.id).await?.ok_or(fault::PROJECT_CHANGE_UNKNOWN)?;
    Ok(management::RemoveProjectResponse { details: reply::changed(&removed).into() })
}

/// The same over v2, where it is fine if there is none.
pub async fn remove_v2(
    app: App,
    who: Authorized<ProjectDelete>,
    request: wire::DeleteProjectRequest,
) -> Result<wire::DeleteProjectResponse> {
    let removed = end(&app, who, request.project_id).await?;
    Ok(wire::DeleteProjectResponse { deletion_date: removed.map(|removed| reply::timestamp(removed.at)).into() })
}

async fn end(app: &App, who: Authorized<ProjectDelete>, id: String) -> Result<Option<Receipt>> {
    let changed = app
        .store
        .change(who.warrant(), move |state, _| {
            let Some(project) = who.project(state, &id)? else { return Ok(Decision::nothing(())) };
            let mut cascade = Cascade::new(MAX_PROJECT_CASCADE, fault::PROJECT_TOO_LARGE);
            for grant in state.user_grants_in(&project.id, Direction::Ascending)? {
                cascade.push(user_grants::end(&grant?))?;
            }
            end_grants(state, &project, &mut cascade)?;
            let last = Draft::project(&project.org, &project.id, ProjectFact::Removed);
            Ok(Decision::new(cascade.end_with(last), ()))
        })
        .await?;
    Ok(changed.last().cloned())
}

/// The events by which the project's grants go with it, once all that was given through them is gone.
pub(in crate::app) fn end_grants(state: &State<'_>, project: &Project, cascade: &mut Cascade) -> Result<()> {
    for grant in state.project_grants_of(&project.id, Direction::Ascending)? {
        let fact = ProjectFact::GrantRemoved { grant: grant?.id };
        cascade.push(Draft::project(&project.org, &project.id, fact))?;
    }
    Ok(())
}
