//! User grants: who has which roles in which project.

use crate::{
    app::{App, project_roles::each_once, reply},
    authz::Authorized,
    error::{Fault, Result},
    id::{OrgId, ProjectId, UserGrantId, UserId},
    limits::MAX_ROLES,
    model::{Draft, UserGrant, UserGrantFact, UserGrantState, fault},
    permission::{Permit, UserGrantDelete, UserGrantWrite},
    proto::zitadel::management::v1 as wire,
    store::{Decision, Receipt, State},
};

/// Gives a user, of whatever organisation, roles in a project that the context organisation owns or was granted.
pub async fn add(
    app: App,
    who: Authorized<UserGrantWrite>,
    request: wire::AddUserGrantRequest,
) -> Result<wire::AddUserGrantResponse> {
    let roles = checked(request.role_keys)?;
    let grant: UserGrantId = app.new_id();
    let user_grant_id = grant.to_string();
    let changed = app
        .store
        .change(who.warrant(), move |state, _| {
            let project = given_in(&who, state, &request.project_id, &request.project_grant_id)?;
            let user = UserId::parse(&request.user_id).ok_or(fault::USER_GRANT_USER_UNKNOWN)?;
            let user = state.machine(&user)?.ok_or(fault::USER_GRANT_USER_UNKNOWN)?.id;
            may_be_given(state, &project, &who.org, &roles)?;
            if state.user_grant_by(&user, &project, &who.org)?.is_some() {
                return Err(fault::USER_GRANT_EXISTS.into());
            }
            let fact = UserGrantFact::Added { user, project, roles };
            Ok(Decision::new(vec![Draft::user_grant(&who.org, &grant, fact)], ()))
        })
        .await?;
    Ok(wire::AddUserGrantResponse { user_grant_id, details: reply::added(changed.receipt()?).into() })
}

/// Replaces the roles of a grant.
pub async fn update(
    app: App,
    who: Authorized<UserGrantWrite>,
    request: wire::UpdateUserGrantRequest,
) -> Result<wire::UpdateUserGrantResponse> {
    let roles = checked(request.role_keys)?;
    let names = (request.user_id, request.grant_id);
    let done = step(&app, who, names, fault::USER_GRANT_CHANGE_UNKNOWN, move |state, grant| {
        if grant.roles == roles {
            return Err(fault::USER_GRANT_UNCHANGED.into());
        }
        may_be_given(state, &grant.project, &grant.owner, &roles)?;
        Ok(UserGrantFact::Changed { roles })
    });
    Ok(wire::UpdateUserGrantResponse { details: reply::changed(&done.await?).into() })
}

/// Puts the roles of a grant out of force.
pub async fn deactivate(
    app: App,
    who: Authorized<UserGrantWrite>,
    request: wire::DeactivateUserGrantRequest,
) -> Result<wire::DeactivateUserGrantResponse> {
    let names = (request.user_id, request.grant_id);
    let done = step(&app, who, names, fault::USER_GRANT_CHANGE_UNKNOWN, |_, grant| match grant.state {
        UserGrantState::Active => Ok(UserGrantFact::Deactivated),
        UserGrantState::Inactive => Err(fault::USER_GRANT_NOT_ACTIVE.into()),
    });
    Ok(wire::DeactivateUserGrantResponse { details: reply::changed(&done.await?).into() })
}

/// Puts them into force again.
pub async fn reactivate(
    app: App,
    who: Authorized<UserGrantWrite>,
    request: wire::ReactivateUserGrantRequest,
) -> Result<wire::ReactivateUserGrantResponse> {
    let names = (request.user_id, request.grant_id);
    let done = step(&app, who, names, fault::USER_GRANT_REACTIVATE_UNKNOWN, |_, grant| match grant.state {
        UserGrantState::Inactive => Ok(UserGrantFact::Reactivated),
        UserGrantState::Active => Err(fault::USER_GRANT_NOT_INACTIVE.into()),
    });
    Ok(wire::ReactivateUserGrantResponse { details: reply::changed(&done.await?).into() })
}

/// Takes the roles away for good.
pub async fn remove(
    app: App,
    who: Authorized<UserGrantDelete>,
    request: wire::RemoveUserGrantRequest,
) -> Result<wire::RemoveUserGrantResponse> {
    let names = (request.user_id, request.grant_id);
    let done = step(&app, who, names, fault::USER_GRANT_REMOVE_UNKNOWN, |_, _| Ok(UserGrantFact::Removed));
    Ok(wire::RemoveUserGrantResponse { details: reply::changed(&done.await?).into() })
}

/// The event by which a grant ends because the user, the project or its grant to the owner goes.
pub(super) fn end(grant: &UserGrant) -> Draft {
    Draft::user_grant(&grant.owner, &grant.id, UserGrantFact::CascadeRemoved)
}

/// Does to a grant, named by its user and its id, what `decide` says of it.
async fn step<P: Permit + 'static>(
    app: &App,
    who: Authorized<P>,
    (user, id): (String, String),
    unknown: Fault,
    decide: impl FnOnce(&State<'_>, &UserGrant) -> Result<UserGrantFact> + Send + 'static,
) -> Result<Receipt> {
    let changed = app
        .store
        .change(who.warrant(), move |state, _| {
            let grant = who.user_grant_or(state, &user, &id, unknown)?;
            Ok(Decision::new(vec![Draft::user_grant(&grant.owner, &grant.id, decide(state, &grant)?)], ()))
        })
        .await?;
    changed.receipt().cloned()
}

/// None at all is fine: then the user only has a place in the project.
fn checked(roles: Vec<String>) -> Result<Vec<String>> {
    each_once(roles, MAX_ROLES, fault::USER_GRANT_INVALID)
}

/// The project, if the organisation that the proof is good for owns it or was granted it: by the grant that is named, or
/// by whichever it has.
fn given_in(who: &Authorized<UserGrantWrite>, state: &State<'_>, project: &str, grant: &str) -> Result<ProjectId> {
    if !grant.is_empty() {
        let granted = who.granted_project(state, project, grant)?;
        return Ok(granted.ok_or(fault::USER_GRANT_PROJECT_GRANT_UNKNOWN)?.project);
    }
    if let Some(own) = who.project(state, project)? {
        return Ok(own.id);
    }
    let project = ProjectId::parse(project).ok_or(fault::USER_GRANT_PROJECT_UNKNOWN)?;
    state.project_grant_to(&project, &who.org)?.ok_or(fault::USER_GRANT_PROJECT_UNKNOWN)?;
    Ok(project)
}

/// Refuses keys of roles that `owner` cannot give in the project: those that there are not, or that it was not granted.
fn may_be_given(state: &State<'_>, project: &ProjectId, owner: &OrgId, keys: &[String]) -> Result<()> {
    let granted = state.project_grant_to(project, owner)?;
    for key in keys {
        let may = match &granted {
            Some(granted) => granted.roles.contains(key),
            None => state.project_role(project, key)?.is_some(),
        };
        if !may {
            return Err(fault::USER_GRANT_ROLE_UNKNOWN.into());
        }
    }
    Ok(())
}
