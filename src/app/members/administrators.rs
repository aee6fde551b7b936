//! Administrators: members of an organisation or of the instance, as v2 calls them. The request says of what.

use crate::{
    app::{App, members},
    authz::{Over, Target},
    error::{Fault, Result},
    model::fault,
    permission::{IamMemberDelete, IamMemberWrite, OrgMemberDelete, OrgMemberWrite},
    proto::zitadel::internal_permission::v2::{self as wire, resource_type::Resource},
};

/// What a request to create an administrator is about.
pub fn created(request: &wire::CreateAdministratorRequest) -> Target<'_> {
    target(request.resource.as_option(), fault::ADMINISTRATOR_ADD_NOWHERE)
}

/// Gives a user, of whatever organisation, roles.
pub async fn create(
    app: App,
    who: Over<IamMemberWrite, OrgMemberWrite>,
    request: wire::CreateAdministratorRequest,
) -> Result<wire::CreateAdministratorResponse> {
    let wire::CreateAdministratorRequest { user_id, roles, .. } = request;
    let details = match who {
        Over::Instance(who) => members::add(&app, &members::instance::SCOPE, who, user_id, roles).await?,
        Over::Org(who) => members::add(&app, &members::orgs::SCOPE, who, user_id, roles).await?,
    };
    Ok(wire::CreateAdministratorResponse { creation_date: details.creation_date })
}

/// What a request to update an administrator is about.
pub fn updated(request: &wire::UpdateAdministratorRequest) -> Target<'_> {
    target(request.resource.as_option(), fault::ADMINISTRATOR_CHANGE_NOWHERE)
}

/// Replaces the roles of an administrator.
pub async fn update(
    app: App,
    who: Over<IamMemberWrite, OrgMemberWrite>,
    request: wire::UpdateAdministratorRequest,
) -> Result<wire::UpdateAdministratorResponse> {
    let wire::UpdateAdministratorRequest { user_id, roles, .. } = request;
    let details = match who {
        Over::Instance(who) => members::update(&app, &members::instance::SCOPE, who, user_id, roles).await?,
        Over::Org(who) => members::update(&app, &members::orgs::SCOPE, who, user_id, roles).await?,
    };
    Ok(wire::UpdateAdministratorResponse { change_date: details.change_date })
}

/// What a request to delete an administrator is about.
pub fn deleted(request: &wire::DeleteAdministratorRequest) -> Target<'_> {
    target(request.resource.as_option(), fault::ADMINISTRATOR_REMOVE_NOWHERE)
}

/// Takes all roles from a user. Fine when it had none; then the answer has no date.
pub async fn delete(
    app: App,
    who: Over<IamMemberDelete, OrgMemberDelete>,
    request: wire::DeleteAdministratorRequest,
) -> Result<wire::DeleteAdministratorResponse> {
    let details = match who {
        Over::Instance(who) => members::remove(&app, &members::instance::SCOPE, who, request.user_id).await?,
        Over::Org(who) => members::remove(&app, &members::orgs::SCOPE, who, request.user_id).await?,
    };
    Ok(wire::DeleteAdministratorResponse { deletion_date: details.change_date })
}

fn target(resource: Option<&wire::ResourceType>, nowhere: Fault) -> Target<'_> {
    match resource.and_then(|resource| resource.resource.as_ref()) {
        Some(Resource::Instance(true)) => Target::Instance,
        Some(Resource::OrganizationId(id)) => Target::Org(id, fault::USER_ORG_UNKNOWN),
        Some(Resource::ProjectId(_) | Resource::ProjectGrant(_)) => Target::Nothing(fault::PROJECT_ADMINISTRATORS),
        Some(Resource::Instance(false)) | None => Target::Nothing(nowhere),
    }
}
