//! The end of an organisation, and of all that it owns.

use crate::{
    app::{
        App, instance_members,
        members::{Scope, Step},
        org_members, orgs, reply,
    },
    authz::Authorized,
    error::Result,
    id::{OrgId, UserId},
    limits::MAX_ORG_CASCADE,
    model::{Column, Draft, Editor, OrgFact, UserFact, fault},
    permission::{IamWrite, OrgDelete},
    proto::zitadel::{admin::v1 as admin, management::v1 as management, v1::ObjectDetails},
    store::{Decision, Direction, State},
};

/// Removes the context organisation.
pub async fn remove_mine(
    app: App,
    who: Authorized<OrgDelete>,
    _: management::RemoveOrgRequest,
) -> Result<management::RemoveOrgResponse> {
    let details = end(&app, who.caller.editor(), who.org.to_string()).await?;
    Ok(management::RemoveOrgResponse { details: details.into() })
}

/// Removes any organisation.
pub async fn remove(
    app: App,
    who: Authorized<IamWrite>,
    request: admin::RemoveOrgRequest,
) -> Result<admin::RemoveOrgResponse> {
    let details = end(&app, who.caller.editor(), request.org_id).await?;
    Ok(admin::RemoveOrgResponse { details: details.into() })
}

/// All in one change, so that nobody sees half an organisation. The details name the instance as the owner: the
/// organisation, which owned itself, is gone.
async fn end(app: &App, editor: Editor, org_id: String) -> Result<ObjectDetails> {
    let changed = app
        .store
        .change(editor, move |state, _| {
            let instance = state.instance()?;
            let org = orgs::find(state, &org_id)?.ok_or(fault::ORG_REMOVE_UNKNOWN)?.id;
            if org == instance.default_org {
                return Err(fault::ORG_IS_DEFAULT.into());
            }
            instance_members::owner_remains(state, |owner| {
                Ok(state.machine(owner)?.is_some_and(|owner| owner.org == org))
            })?;
            Ok(Decision::new(cascade(state, &instance.id, &org)?, instance.id))
        })
        .await?;
    let last = changed.receipt()?;
    Ok(reply::details(last.sequence, None, Some(last.at), changed.answer.as_str()))
}

/// First the users with their memberships elsewhere, then the members, at last the organisation.
fn cascade(state: &State<'_>, instance: &OrgId, org: &OrgId) -> Result<Vec<Draft>> {
    let mut events = Events(Vec::new());
    for machine in state.machines(org, Column::Id, Direction::Ascending)? {
        let user = machine?.id;
        for membership in state.memberships(&user)? {
            let owner = membership?.owner;
            if owner != *org {
                events.push(end_membership(instance, &owner, &user))?;
            }
        }
        events.push(Draft::user(org, &user, UserFact::Removed))?;
    }
    for member in state.members(org, Direction::Ascending)? {
        events.push(end_membership(instance, org, &member?.user))?;
    }
    events.push(Draft::org(org, OrgFact::Removed))?;
    Ok(events.0)
}

fn end_membership(instance: &OrgId, owner: &OrgId, user: &UserId) -> Draft {
    let scope: &Scope = if owner == instance { &instance_members::SCOPE } else { &org_members::SCOPE };
    (scope.draft)(owner, Step::CascadeRemoved { user: user.clone() })
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
