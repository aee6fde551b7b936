//! The end of a project, and of all roles in it.

use crate::{
    app::{App, reply, user_grants},
    authz::Authorized,
    error::Result,
    limits::MAX_PROJECT_CASCADE,
    model::{Draft, ProjectFact, fault},
    permission::ProjectDelete,
    proto::zitadel::management::v1 as wire,
    store::Decision,
};

/// Removes a project with its roles and all grants for it. Its id is never given again.
pub async fn remove(
    app: App,
    who: Authorized<ProjectDelete>,
    request: wire::RemoveProjectRequest,
) -> Result<wire::RemoveProjectResponse> {
    let changed = app
        .store
        .change(who.warrant(), move |state, _| {
            let project = who.project_or(state, &request.id, fault::PROJECT_CHANGE_UNKNOWN)?;
            let mut events = Vec::new();
            for grant in state.user_grants_in(&project.id)? {
                if events.len() == MAX_PROJECT_CASCADE {
                    return Err(fault::PROJECT_TOO_LARGE.into());
                }
                events.push(user_grants::end(&grant?));
            }
            // Last, so that the receipt is about the project.
            events.push(Draft::project(&project.org, &project.id, ProjectFact::Removed));
            Ok(Decision::new(events, ()))
        })
        .await?;
    Ok(wire::RemoveProjectResponse { details: reply::changed(changed.receipt()?).into() })
}
