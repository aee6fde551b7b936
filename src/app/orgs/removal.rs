//! The end of an organisation, and of all that it owns.

use crate::{
    app::{App, cascade::Cascade, machines, members, orgs, projects, reply, user_grants},
    authz::Authorized,
    error::Result,
    id::{OrgId, UserId},
    limits::MAX_ORG_CASCADE,
    model::{Column, Draft, OrgFact, ProjectFact, UserGrant, fault},
    permission::{IamWrite, OrgDelete, Permit},
    proto::zitadel::{admin::v1 as admin, management::v1 as management, org::v2 as wire, v1::ObjectDetails},
    store::{Decision, Direction, Receipt, State},
};

/// Removes the context organisation.
pub async fn remove_mine(
    app: App,
    who: Authorized<OrgDelete>,
    _: management::RemoveOrgRequest,
) -> Result<management::RemoveOrgResponse> {
    let org = who.org.to_string();
    let (instance, last) = end(&app, who, org).await?;
    Ok(management::RemoveOrgResponse { details: details(&instance, &last).into() })
}

/// Removes any organisation.
pub async fn remove(
    app: App,
    who: Authorized<IamWrite>,
    request: admin::RemoveOrgRequest,
) -> Result<admin::RemoveOrgResponse> {
    let (instance, last) = end(&app, who, request.org_id).await?;
    Ok(admin::RemoveOrgResponse { details: details(&instance, &last).into() })
}

/// Removes the organisation that the request names.
pub async fn remove_v2(
    app: App,
    who: Authorized<OrgDelete>,
    _: wire::DeleteOrganizationRequest,
) -> Result<wire::DeleteOrganizationResponse> {
    let org = who.org.to_string();
    let (_, last) = end(&app, who, org).await?;
    Ok(wire::DeleteOrganizationResponse { deletion_date: reply::timestamp(last.at).into() })
}

/// They name the instance as the owner: the organisation, which owned itself, is gone.
fn details(instance: &OrgId, last: &Receipt) -> ObjectDetails {
    reply::details(last.sequence, None, Some(last.at), instance.as_str())
}

/// All in one change, so that nobody sees half an organisation. Returns the instance, and the last event's receipt.
async fn end<P: Permit + 'static>(app: &App, who: Authorized<P>, org_id: String) -> Result<(OrgId, Receipt)> {
    let changed = app
        .store
        .change(who.warrant(), move |state, _| {
            let instance = state.instance()?;
            let org = orgs::find(state, &org_id)?.ok_or(fault::ORG_REMOVE_UNKNOWN)?.id;
            if org == instance.default_org {
                return Err(fault::ORG_IS_DEFAULT.into());
            }
            who.may_change_all_in(state, &org)?;
            members::instance::owner_remains(state, |owner| owner.org == org)?;
            Ok(Decision::new(cascade(state, &instance.id, &org)?, instance.id))
        })
        .await?;
    let last = changed.receipt()?.clone();
    Ok((changed.answer, last))
}

/// First the users with all their memberships and grants, then the members from elsewhere, then the projects with what
/// users from elsewhere have in them, then what others granted of theirs with what users from elsewhere have through it,
/// at last the organisation.
fn cascade(state: &State<'_>, instance: &OrgId, org: &OrgId) -> Result<Vec<Draft>> {
    // One less, for the organisation itself.
    let mut events = Cascade::new(MAX_ORG_CASCADE - 1, fault::ORG_TOO_LARGE);
    for machine in state.machines(org, Column::Id, Direction::Ascending)? {
        machines::removal::removal(state, &machine?)?.into_iter().try_for_each(|event| events.push(event))?;
    }
    for member in state.members(org, Direction::Ascending)? {
        let user = member?.user;
        if is_elsewhere(state, org, &user)? {
            events.push(members::end(instance, org, &user))?;
        }
    }
    for project in state.projects(org, Direction::Ascending)? {
        let project = project?;
        foreign(state, org, state.user_grants_in(&project.id, Direction::Ascending)?, &mut events)?;
        projects::removal::end_grants(state, &project, &mut events)?;
        events.push(Draft::project(org, &project.id, ProjectFact::Removed))?;
    }
    for grant in state.project_grants_for(org, Direction::Ascending)? {
        let grant = grant?;
        foreign(state, org, state.user_grants_through(&grant.id, Direction::Ascending)?, &mut events)?;
        events.push(Draft::project(&grant.owner, &grant.project, ProjectFact::GrantRemoved { grant: grant.id }))?;
    }
    Ok(events.end_with(Draft::org(org, OrgFact::Removed)))
}

/// Ends what users from elsewhere have. Those of the organisation lost theirs as they went.
fn foreign(
    state: &State<'_>,
    org: &OrgId,
    grants: impl Iterator<Item = Result<UserGrant>>,
    events: &mut Cascade,
) -> Result<()> {
    for grant in grants {
        let grant = grant?;
        if is_elsewhere(state, org, &grant.user)? {
            events.push(user_grants::end(&grant))?;
        }
    }
    Ok(())
}

fn is_elsewhere(state: &State<'_>, org: &OrgId, user: &UserId) -> Result<bool> {
    Ok(state.machine(user)?.is_none_or(|machine| machine.org != *org))
}
