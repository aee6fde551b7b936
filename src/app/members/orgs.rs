//! The members of an organisation.

use crate::{
    app::{
        App,
        members::{self, Scope, Step},
    },
    authz::Authorized,
    error::Result,
    model::{Draft, OrgFact, fault},
    permission::{OrgMemberDelete, OrgMemberRead, OrgMemberWrite, Roles},
    proto::zitadel::{management::v1 as wire, member::v1::MemberFieldColumnName},
};

pub(in crate::app) static SCOPE: Scope = Scope {
    is_role: Roles::is_org_role,
    exists: |state, org| state.org(org)?.map(|_| ()).ok_or_else(|| fault::USER_ORG_UNKNOWN.into()),
    // An organisation without owners still has those of the instance.
    may_keep: |_, _, _| Ok(()),
    draft: |org, step| {
        let fact = match step {
            Step::Added { user, roles } => OrgFact::MemberAdded { user, roles },
            Step::Changed { user, roles } => OrgFact::MemberChanged { user, roles },
            Step::Removed { user } => OrgFact::MemberRemoved { user },
            Step::CascadeRemoved { user } => OrgFact::MemberCascadeRemoved { user },
        };
        Draft::org(org, fact)
    },
    add_invalid: fault::ORG_MEMBER_INVALID,
    add_role: fault::ORG_MEMBER_ROLE,
    add_user_unknown: fault::ORG_MEMBER_USER_UNKNOWN,
    add_exists: fault::ORG_MEMBER_EXISTS,
    change_invalid: fault::ORG_MEMBER_CHANGE_INVALID,
    change_role: fault::ORG_MEMBER_CHANGE_ROLE,
    change_unknown: fault::ORG_MEMBER_UNKNOWN,
};

/// The roles that the context organisation's members are offered.
pub async fn list_roles(
    app: App,
    who: Authorized<OrgMemberRead>,
    _: wire::ListOrgMemberRolesRequest,
) -> Result<wire::ListOrgMemberRolesResponse> {
    let is_default = app.store.snapshot()?.state().instance()?.default_org == who.org;
    let result = match is_default {
        true => app.roles.default_org_roles().map(Into::into).collect(),
        false => app.roles.org_roles().map(Into::into).collect(),
    };
    Ok(wire::ListOrgMemberRolesResponse { result })
}

/// The members that meet all queries, by user id.
pub async fn list(
    app: App,
    who: Authorized<OrgMemberRead>,
    request: wire::ListOrgMembersRequest,
) -> Result<wire::ListOrgMembersResponse> {
    let column = MemberFieldColumnName::MEMBER_FIELD_NAME_USER_ID;
    let query = request.query.as_option();
    let (details, result) = members::views::list(&app, who.org, query, column, request.queries).await?;
    Ok(wire::ListOrgMembersResponse { details: details.into(), result })
}

/// Gives a user, of whatever organisation, roles in the context organisation.
pub async fn add(
    app: App,
    who: Authorized<OrgMemberWrite>,
    request: wire::AddOrgMemberRequest,
) -> Result<wire::AddOrgMemberResponse> {
    let details = members::add(&app, &SCOPE, who, request.user_id, request.roles).await?;
    Ok(wire::AddOrgMemberResponse { details: details.into() })
}

/// Replaces a member's roles.
pub async fn update(
    app: App,
    who: Authorized<OrgMemberWrite>,
    request: wire::UpdateOrgMemberRequest,
) -> Result<wire::UpdateOrgMemberResponse> {
    let details = members::update(&app, &SCOPE, who, request.user_id, request.roles).await?;
    Ok(wire::UpdateOrgMemberResponse { details: details.into() })
}

/// Takes all roles from a user.
pub async fn remove(
    app: App,
    who: Authorized<OrgMemberDelete>,
    request: wire::RemoveOrgMemberRequest,
) -> Result<wire::RemoveOrgMemberResponse> {
    let details = members::remove(&app, &SCOPE, who, request.user_id).await?;
    Ok(wire::RemoveOrgMemberResponse { details: details.into() })
}
