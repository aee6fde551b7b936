//! The members of the instance, whose roles count in every organisation.

use crate::{
    app::{
        App,
        members::{self, Scope, Step},
        page::list_details,
    },
    authz::Authorized,
    error::Result,
    id::UserId,
    model::{Draft, InstanceFact, Machine, MachineState, OrgState, fault},
    permission::{IamMemberDelete, IamMemberRead, IamMemberWrite, Roles},
    proto::zitadel::{admin::v1 as wire, member::v1::MemberFieldColumnName},
    store::{Direction, State},
};

/// The role that permits everything, everywhere.
pub(in crate::app) const OWNER: &str = "IAM_OWNER";

pub(super) static SCOPE: Scope = Scope {
    is_role: Roles::is_instance_role,
    exists: |_, _| Ok(()),
    may_keep: |state, user, roles| match is_owner(roles) {
        true => Ok(()),
        false => owner_remains_without(state, user),
    },
    draft: |instance, step| {
        let fact = match step {
            Step::Added { user, roles } => InstanceFact::MemberAdded { user, roles },
            Step::Changed { user, roles } => InstanceFact::MemberChanged { user, roles },
            Step::Removed { user } => InstanceFact::MemberRemoved { user },
            Step::CascadeRemoved { user } => InstanceFact::MemberCascadeRemoved { user },
        };
        Draft::instance(instance, fact)
    },
    add_invalid: fault::IAM_MEMBER_INVALID,
    add_role: fault::IAM_MEMBER_ROLE,
    add_user_unknown: fault::IAM_MEMBER_USER_UNKNOWN,
    add_exists: fault::IAM_MEMBER_EXISTS,
    change_invalid: fault::IAM_MEMBER_CHANGE_INVALID,
    change_role: fault::IAM_MEMBER_CHANGE_ROLE,
    change_unknown: fault::IAM_MEMBER_UNKNOWN,
};

/// The roles that the instance's members are offered.
pub async fn list_roles(
    app: App,
    _: Authorized<IamMemberRead>,
    _: wire::ListIAMMemberRolesRequest,
) -> Result<wire::ListIAMMemberRolesResponse> {
    let roles: Vec<String> = app.roles.instance_roles().map(Into::into).collect();
    let details = list_details(roles.len() as u64, app.clock.now());
    Ok(wire::ListIAMMemberRolesResponse { details: details.into(), roles })
}

/// The members that meet all queries.
pub async fn list(
    app: App,
    who: Authorized<IamMemberRead>,
    request: wire::ListIAMMembersRequest,
) -> Result<wire::ListIAMMembersResponse> {
    let column = request.sorting_column.as_known().unwrap_or(MemberFieldColumnName::MEMBER_FIELD_NAME_UNSPECIFIED);
    let query = request.query.as_option();
    let (details, result) = members::views::list(&app, who.org, query, column, request.queries).await?;
    Ok(wire::ListIAMMembersResponse { details: details.into(), result })
}

/// Gives a user, of whatever organisation, roles in the instance.
pub async fn add(
    app: App,
    who: Authorized<IamMemberWrite>,
    request: wire::AddIAMMemberRequest,
) -> Result<wire::AddIAMMemberResponse> {
    let details = members::add(&app, &SCOPE, who, request.user_id, request.roles).await?;
    Ok(wire::AddIAMMemberResponse { details: details.into() })
}

/// Replaces a member's roles.
pub async fn update(
    app: App,
    who: Authorized<IamMemberWrite>,
    request: wire::UpdateIAMMemberRequest,
) -> Result<wire::UpdateIAMMemberResponse> {
    let details = members::update(&app, &SCOPE, who, request.user_id, request.roles).await?;
    Ok(wire::UpdateIAMMemberResponse { details: details.into() })
}

/// Takes all roles from a user.
pub async fn remove(
    app: App,
    who: Authorized<IamMemberDelete>,
    request: wire::RemoveIAMMemberRequest,
) -> Result<wire::RemoveIAMMemberResponse> {
    let details = members::remove(&app, &SCOPE, who, request.user_id).await?;
    Ok(wire::RemoveIAMMemberResponse { details: details.into() })
}

/// Refuses what would leave no `IAM_OWNER` that can act: nobody could give the role back or let its owner in again, and
/// the server would be lost to its operators. ZITADEL allows it, having a system API above the instance.
pub(in crate::app) fn owner_remains(state: &State<'_>, leaves: impl Fn(&Machine) -> bool) -> Result<()> {
    let mut one_leaves = false;
    for member in state.members(&state.instance()?.id, Direction::Ascending)? {
        let member = member?;
        let Some(owner) = state.machine(&member.user)?.filter(|_| is_owner(&member.roles)) else { continue };
        if leaves(&owner) {
            one_leaves = true;
        } else if can_act(state, &owner)? {
            return Ok(());
        }
    }
    if one_leaves { Err(fault::LAST_OWNER.into()) } else { Ok(()) }
}

/// The same where one user goes. Most are no owners, and then no other member is looked at.
pub(in crate::app) fn owner_remains_without(state: &State<'_>, user: &UserId) -> Result<()> {
    let member = state.member(&state.instance()?.id, user)?;
    if member.is_some_and(|member| is_owner(&member.roles)) {
        return owner_remains(state, |owner| owner.id == *user);
    }
    Ok(())
}

fn can_act(state: &State<'_>, machine: &Machine) -> Result<bool> {
    let org = state.org(&machine.org)?;
    Ok(machine.state == MachineState::Active && org.is_some_and(|org| org.state == OrgState::Active))
}

fn is_owner(roles: &[String]) -> bool {
    roles.iter().any(|role| role == OWNER)
}
