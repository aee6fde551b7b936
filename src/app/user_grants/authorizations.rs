//! Authorizations: user grants, as v2 calls them.

use crate::{
    app::{
        App, reply,
        user_grants::{Named, New, changed, checked, give, step, switch_off, switch_on, take},
    },
    authz::Authorized,
    error::Result,
    model::fault,
    permission::{UserGrantDelete, UserGrantWrite},
    proto::zitadel::authorization::v2 as wire,
};

/// Gives a user, of whatever organisation, roles in a project that the organisation owns or was granted.
pub async fn create(
    app: App,
    who: Authorized<UserGrantWrite>,
    request: wire::CreateAuthorizationRequest,
) -> Result<wire::CreateAuthorizationResponse> {
    let wire::CreateAuthorizationRequest { user_id, project_id, role_keys, .. } = request;
    let not_given = fault::USER_GRANT_PROJECT_GRANT_UNKNOWN;
    let new = New { user_id, project_id, project_grant_id: String::new(), role_keys, not_given };
    let (id, added) = give(&app, who, new).await?;
    let creation_date = reply::timestamp(added.at).into();
    Ok(wire::CreateAuthorizationResponse { id: id.to_string(), creation_date })
}

/// Replaces the roles of an authorization.
pub async fn update(
    app: App,
    who: Authorized<UserGrantWrite>,
    request: wire::UpdateAuthorizationRequest,
) -> Result<wire::UpdateAuthorizationResponse> {
    let (roles, named) = (checked(request.role_keys)?, Named { user: None, id: request.id });
    let done = step(&app, who, named, fault::USER_GRANT_CHANGE_UNKNOWN, |state, grant| changed(state, grant, roles));
    Ok(wire::UpdateAuthorizationResponse { change_date: reply::timestamp(done.await?.latest().at).into() })
}

/// Takes the roles away for good. It is fine if there is no such authorization.
pub async fn delete(
    app: App,
    who: Authorized<UserGrantDelete>,
    request: wire::DeleteAuthorizationRequest,
) -> Result<wire::DeleteAuthorizationResponse> {
    let removed = take(&app, who, Named { user: None, id: request.id }).await?;
    Ok(wire::DeleteAuthorizationResponse { deletion_date: removed.map(|removed| reply::timestamp(removed.at)).into() })
}

/// Puts the roles into force again.
pub async fn activate(
    app: App,
    who: Authorized<UserGrantWrite>,
    request: wire::ActivateAuthorizationRequest,
) -> Result<wire::ActivateAuthorizationResponse> {
    let done = switch_on(&app, who, Named { user: None, id: request.id }).await?;
    Ok(wire::ActivateAuthorizationResponse { change_date: reply::timestamp(done.latest().at).into() })
}

/// Puts them out of force.
pub async fn deactivate(
    app: App,
    who: Authorized<UserGrantWrite>,
    request: wire::DeactivateAuthorizationRequest,
) -> Result<wire::DeactivateAuthorizationResponse> {
    let done = switch_off(&app, who, Named { user: None, id: request.id }).await?;
    Ok(wire::DeactivateAuthorizationResponse { change_date: reply::timestamp(done.latest().at).into() })
}
