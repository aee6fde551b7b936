//! User grants: who has which roles in which project.

pub mod authorization_lists;
pub mod authorizations;
pub mod views;

use crate::{
    app::{App, projects::roles::each_once, reply},
    authz::Authorized,
    error::{Fault, Result},
    id::{OrgId, ProjectId, UserGrantId, UserId},
    limits::{MAX_BULK_GRANTS, MAX_ROLES},
    model::{Draft, UserGrant, UserGrantFact, UserGrantState, fault},
    permission::{UserGrantDelete, UserGrantWrite},
    proto::zitadel::management::v1 as wire,
    store::{Changed, Decision, Receipt, State},
};

/// Gives a user, of whatever organisation, roles in a project that the context organisation owns or was granted.
pub async fn add(
    app: App,
    who: Authorized<UserGrantWrite>,
    request: wire::AddUserGrantRequest,
) -> Result<wire::AddUserGrantResponse> {
    let wire::AddUserGrantRequest { user_id, project_id, project_grant_id, role_keys, .. } = request;
    let new = New { user_id, project_id, project_grant_id, role_keys, not_given: fault::USER_GRANT_PROJECT_UNKNOWN };
    let (id, added) = give(&app, who, new).await?;
    Ok(wire::AddUserGrantResponse { user_grant_id: id.to_string(), details: reply::added(&added).into() })
}

/// Replaces the roles of a grant.
pub async fn update(
    app: App,
    who: Authorized<UserGrantWrite>,
    request: wire::UpdateUserGrantRequest,
) -> Result<wire::UpdateUserGrantResponse> {
    let roles = checked(request.role_keys)?;
    let named = Named { user: Some(request.user_id), id: request.grant_id };
    let done = step(&app, who, named, fault::USER_GRANT_CHANGE_UNKNOWN, |state, grant| changed(state, grant, roles));
    let changed = done.await?;
    let changed = changed.last().ok_or(fault::USER_GRANT_UNCHANGED)?;
    Ok(wire::UpdateUserGrantResponse { details: reply::changed(changed).into() })
}

/// Puts the roles of a grant out of force.
pub async fn deactivate(
    app: App,
    who: Authorized<UserGrantWrite>,
    request: wire::DeactivateUserGrantRequest,
) -> Result<wire::DeactivateUserGrantResponse> {
    let named = Named { user: Some(request.user_id), id: request.grant_id };
    let done = switch_off(&app, who, named).await?;
    let done = done.last().ok_or(fault::USER_GRANT_NOT_ACTIVE)?;
    Ok(wire::DeactivateUserGrantResponse { details: reply::changed(done).into() })
}

/// Puts them into force again.
pub async fn reactivate(
    app: App,
    who: Authorized<UserGrantWrite>,
    request: wire::ReactivateUserGrantRequest,
) -> Result<wire::ReactivateUserGrantResponse> {
    let named = Named { user: Some(request.user_id), id: request.grant_id };
    let done = switch_on(&app, who, named).await?;
    let done = done.last().ok_or(fault::USER_GRANT_NOT_INACTIVE)?;
    Ok(wire::ReactivateUserGrantResponse { details: reply::changed(done).into() })
}

/// Takes the roles away for good.
pub async fn remove(
    app: App,
    who: Authorized<UserGrantDelete>,
    request: wire::RemoveUserGrantRequest,
) -> Result<wire::RemoveUserGrantResponse> {
    let named = Named { user: Some(request.user_id), id: request.grant_id };
    let removed = take(&app, who, named).await?.ok_or(fault::USER_GRANT_REMOVE_UNKNOWN)?;
    Ok(wire::RemoveUserGrantResponse { details: reply::changed(&removed).into() })
}

/// Takes several away, or none of them.
pub async fn remove_many(
    app: App,
    who: Authorized<UserGrantDelete>,
    request: wire::BulkRemoveUserGrantRequest,
) -> Result<wire::BulkRemoveUserGrantResponse> {
    let ids = each_once(request.grant_id, MAX_BULK_GRANTS, fault::USER_GRANT_INVALID)?;
    if ids.is_empty() {
        return Err(fault::USER_GRANT_INVALID.into());
    }
    let warrant = who.warrant();
    let remove = move |state: &State<'_>, _| {
        let removed = ids.iter().map(|id| {
            let grant = who.user_grant(state, id)?.ok_or(fault::USER_GRANT_REMOVE_UNKNOWN)?;
            Ok(Draft::user_grant(&grant.owner, &grant.id, UserGrantFact::Removed))
        });
        Ok(Decision::new(removed.collect::<Result<_>>()?, ()))
    };
    app.store.change(warrant, remove).await?;
    Ok(wire::BulkRemoveUserGrantResponse::default())
}

/// The event by which a grant ends because the user, the project or its grant to the owner goes.
pub(super) fn end(grant: &UserGrant) -> Draft {
    Draft::user_grant(&grant.owner, &grant.id, UserGrantFact::CascadeRemoved)
}

/// What is to be given.
pub(super) struct New {
    pub user_id: String,
    pub project_id: String,
    /// By which the organisation may give it. Empty for whichever it has.
    pub project_grant_id: String,
    pub role_keys: Vec<String>,
    /// What to say where the project is not one that the organisation may give roles in.
    pub not_given: Fault,
}

/// How a request names a grant.
pub(super) struct Named {
    /// Over v1 it also says whose it is.
    pub user: Option<String>,
    pub id: String,
}

impl Named {
    fn find<P>(&self, who: &Authorized<P>, state: &State<'_>) -> Result<Option<UserGrant>> {
        let is_whose = |grant: &UserGrant| self.user.as_deref().is_none_or(|user| user == grant.user.as_str());
        Ok(who.user_grant(state, &self.id)?.filter(is_whose))
    }
}

pub(super) async fn give(app: &App, who: Authorized<UserGrantWrite>, new: New) -> Result<(UserGrantId, Receipt)> {
    let roles = checked(new.role_keys.clone())?;
    let grant: UserGrantId = app.new_id();
    let id = grant.clone();
    let changed = app
        .store
        .change(who.warrant(), move |state, _| {
            let project = given_in(&who, state, &new)?;
            let user = UserId::parse(&new.user_id).ok_or(fault::USER_GRANT_USER_UNKNOWN)?;
            let user = state.machine(&user)?.ok_or(fault::USER_GRANT_USER_UNKNOWN)?.id;
            may_be_given(state, &project, &who.org, &roles)?;
            who.may_give_roles()?;
            if state.user_grant_by(&user, &project, &who.org)?.is_some() {
                return Err(fault::USER_GRANT_EXISTS.into());
            }
            let fact = UserGrantFact::Added { user, project, roles };
            Ok(Decision::new(vec![Draft::user_grant(&who.org, &grant, fact)], ()))
        })
        .await?;
    Ok((id, changed.receipt()?.clone()))
}

/// What gives the grant these roles; nothing if it has them.
pub(super) fn changed(state: &State<'_>, grant: &UserGrant, roles: Vec<String>) -> Result<Option<UserGrantFact>> {
    if grant.roles == roles {
        return Ok(None);
    }
    may_be_given(state, &grant.project, &grant.owner, &roles)?;
    Ok(Some(UserGrantFact::Changed { roles }))
}

pub(super) async fn switch_off(app: &App, who: Authorized<UserGrantWrite>, named: Named) -> Result<Changed<Receipt>> {
    step(app, who, named, fault::USER_GRANT_CHANGE_UNKNOWN, |_, grant| {
        Ok((grant.state == UserGrantState::Active).then_some(UserGrantFact::Deactivated))
    })
    .await
}

pub(super) async fn switch_on(app: &App, who: Authorized<UserGrantWrite>, named: Named) -> Result<Changed<Receipt>> {
    step(app, who, named, fault::USER_GRANT_REACTIVATE_UNKNOWN, |_, grant| {
        Ok((grant.state == UserGrantState::Inactive).then_some(UserGrantFact::Reactivated))
    })
    .await
}

/// Does to a grant what `decide` says of it, which may be nothing.
pub(super) async fn step(
    app: &App,
    who: Authorized<UserGrantWrite>,
    named: Named,
    unknown: Fault,
    decide: impl FnOnce(&State<'_>, &UserGrant) -> Result<Option<UserGrantFact>> + Send + 'static,
) -> Result<Changed<Receipt>> {
    app.store
        .change(who.warrant(), move |state, _| {
            let grant = named.find(&who, state)?.ok_or(unknown)?;
            let fact = decide(state, &grant)?;
            if matches!(fact, Some(UserGrantFact::Changed { .. } | UserGrantFact::Reactivated)) {
                who.may_give_roles()?;
            }
            let event = fact.map(|fact| Draft::user_grant(&grant.owner, &grant.id, fact));
            Ok(Decision::new(event.into_iter().collect(), Receipt::of(&grant.owner, &grant.stamps)))
        })
        .await
}

/// `None` if there is no such grant.
pub(super) async fn take(app: &App, who: Authorized<UserGrantDelete>, named: Named) -> Result<Option<Receipt>> {
    let changed = app
        .store
        .change(who.warrant(), move |state, _| {
            let grant = named.find(&who, state)?;
            let removed = grant.map(|grant| Draft::user_grant(&grant.owner, &grant.id, UserGrantFact::Removed));
            Ok(Decision::new(removed.into_iter().collect(), ()))
        })
        .await?;
    Ok(changed.last().cloned())
}

/// None at all is fine: then the user only has a place in the project.
pub(super) fn checked(roles: Vec<String>) -> Result<Vec<String>> {
    each_once(roles, MAX_ROLES, fault::USER_GRANT_INVALID)
}

/// The project, if the organisation that the proof is good for owns it or was granted it.
fn given_in(who: &Authorized<UserGrantWrite>, state: &State<'_>, new: &New) -> Result<ProjectId> {
    if !new.project_grant_id.is_empty() {
        let granted = who.granted_project(state, &new.project_id, &new.project_grant_id)?;
        return Ok(granted.ok_or(fault::USER_GRANT_PROJECT_GRANT_UNKNOWN)?.project);
    }
    if let Some(own) = who.project(state, &new.project_id)? {
        return Ok(own.id);
    }
    let project = ProjectId::parse(&new.project_id).ok_or(new.not_given)?;
    Ok(state.project_grant_to(&project, &who.org)?.ok_or(new.not_given)?.project)
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
