//! User grants: who has which roles in which project.

use crate::{
    app::{App, reply},
    authz::Authorized,
    error::{Fault, Result},
    id::{ProjectId, UserGrantId, UserId},
    limits::MAX_ROLES,
    model::{Draft, UserGrant, UserGrantFact, UserGrantState, fault},
    permission::{Permit, UserGrantDelete, UserGrantWrite},
    proto::zitadel::management::v1 as wire,
    store::{Decision, Receipt, State},
};

/// Gives a user, of whatever organisation, roles in a project of the context organisation.
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
            if !request.project_grant_id.is_empty() {
                return Err(fault::USER_GRANT_PROJECT_GRANT_UNKNOWN.into());
            }
            let project = who.project_or(state, &request.project_id, fault::USER_GRANT_PROJECT_UNKNOWN)?.id;
            let user = UserId::parse(&request.user_id).ok_or(fault::USER_GRANT_USER_UNKNOWN)?;
            let user = state.machine(&user)?.ok_or(fault::USER_GRANT_USER_UNKNOWN)?.id;
            are_roles(state, &project, &roles)?;
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
        are_roles(state, &grant.project, &roles)?;
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

/// The event by which a grant ends because the user or the project goes.
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

/// The keys in their order, each once. None at all is fine: then the user only has a place in the project.
fn checked(roles: Vec<String>) -> Result<Vec<String>> {
    if roles.len() > MAX_ROLES {
        return Err(fault::USER_GRANT_INVALID.into());
    }
    let mut once = Vec::with_capacity(roles.len());
    for role in roles {
        if !once.contains(&role) {
            once.push(role);
        }
    }
    Ok(once)
}

fn are_roles(state: &State<'_>, project: &ProjectId, keys: &[String]) -> Result<()> {
    for key in keys {
        state.project_role(project, key)?.ok_or(fault::USER_GRANT_ROLE_UNKNOWN)?;
    }
    Ok(())
}
