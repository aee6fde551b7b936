//! The end of an organisation, and of all that it owns.

use crate::{
    app::{App, instance_members, machine_removal, members, orgs, reply, user_grants},
    authz::Authorized,
    error::Result,
    id::{OrgId, UserId},
    limits::MAX_ORG_CASCADE,
    model::{Column, Draft, OrgFact, ProjectFact, fault},
    permission::{IamWrite, OrgDelete},
    proto::zitadel::{admin::v1 as admin, management::v1 as management, org::v2 as wire, v1::ObjectDetails},
    store::{Decision, Direction, Receipt, State, Warrant},
};

/// Removes the context organisation.
pub async fn remove_mine(
    app: App,
    who: Authorized<OrgDelete>,
    _: management::RemoveOrgRequest,
) -> Result<management::RemoveOrgResponse> {
    let (instance, last) = end(&app, who.warrant(), who.org.to_string()).await?;
    Ok(management::RemoveOrgResponse { details: details(&instance, &last).into() })
}

/// Removes any organisation.
pub async fn remove(
    app: App,
    who: Authorized<IamWrite>,
    request: admin::RemoveOrgRequest,
) -> Result<admin::RemoveOrgResponse> {
    let (instance, last) = end(&app, who.warrant(), request.org_id).await?;
    Ok(admin::RemoveOrgResponse { details: details(&instance, &last).into() })
}

/// Removes the organisation that the request names.
pub async fn remove_v2(
    app: App,
    who: Authorized<OrgDelete>,
    _: wire::DeleteOrganizationRequest,
) -> Result<wire::DeleteOrganizationResponse> {
    let (_, last) = end(&app, who.warrant(), who.org.to_string()).await?;
    Ok(wire::DeleteOrganizationResponse { deletion_date: reply::timestamp(last.at).into() })
}

/// They name the instance as the owner: the organisation, which owned itself, is gone.
fn details(instance: &OrgId, last: &Receipt) -> ObjectDetails {
    reply::details(last.sequence, None, Some(last.at), instance.as_str())
}

/// All in one change, so that nobody sees half an organisation. Returns the instance, and the last event's receipt.
async fn end(app: &App, warrant: Warrant, org_id: String) -> Result<(OrgId, Receipt)> {
    let changed = app
        .store
        .change(warrant, move |state, _| {
            let instance = state.instance()?;
            let org = orgs::find(state, &org_id)?.ok_or(fault::ORG_REMOVE_UNKNOWN)?.id;
            if org == instance.default_org {
                return Err(fault::ORG_IS_DEFAULT.into());
            }
            instance_members::owner_remains(state, |owner| owner.org == org)?;
            Ok(Decision::new(cascade(state, &instance.id, &org)?, instance.id))
        })
        .await?;
    let last = changed.receipt()?.clone();
    Ok((changed.answer, last))
}

/// First the users with all their memberships and grants, then the members from elsewhere, then the projects with what
/// users from elsewhere have in them, at last the organisation.
fn cascade(state: &State<'_>, instance: &OrgId, org: &OrgId) -> Result<Vec<Draft>> {
    let mut events = Events(Vec::new());
    let is_elsewhere =
        |user: &UserId| -> Result<bool> { Ok(state.machine(user)?.is_none_or(|machine| machine.org != *org)) };
    for machine in state.machines(org, Column::Id, Direction::Ascending)? {
        machine_removal::removal(state, &machine?)?.into_iter().try_for_each(|event| events.push(event))?;
    }
    for member in state.members(org, Direction::Ascending)? {
        let user = member?.user;
        if is_elsewhere(&user)? {
            events.push(members::end(instance, org, &user))?;
        }
    }
    for project in state.projects(org, Direction::Ascending)? {
        let project = project?.id;
        for grant in state.user_grants_in(&project)? {
            let grant = grant?;
            if is_elsewhere(&grant.user)? {
                events.push(user_grants::end(&grant))?;
            }
        }
        events.push(Draft::project(org, &project, ProjectFact::Removed))?;
    }
    events.push(Draft::org(org, OrgFact::Removed))?;
    Ok(events.0)
}

/// At most [`MAX_ORG_CASCADE`] events.
struct Events(Vec<Draft>);

impl Events {
    fn push(&mut self, event: Draft) -> Result<()> {
        if self.0.len() >= MAX_ORG_CASCADE {
            return Err(fault::ORG_TOO_LARGE.into());
        }
        self.0.push(event);
        Ok(())
    }
}
