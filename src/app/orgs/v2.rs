//! Organisations over v2, where requests name them.

use crate::{
    app::{App, members, orgs, reply},
    authz::Authorized,
    error::{Error, Result},
    id::OrgId,
    model::{Draft, fault, org::primary_domain},
    permission::{OrgCreate, OrgWrite, Roles},
    proto::zitadel::org::v2::{self as wire, add_organization_request as request},
    store::{Decision, State},
};
use std::collections::BTreeSet;

/// Adds an organisation with these members, who may be nobody. The caller is none unless it is named.
pub async fn add(
    app: App,
    who: Authorized<OrgCreate>,
    request: wire::AddOrganizationRequest,
) -> Result<wire::AddOrganizationResponse> {
    let name = orgs::org_name("AddOrganizationRequest", &request.name)?;
    let primary_domain = primary_domain(&name, &app.settings.host);
    let admins: Vec<_> = request.admins.into_iter().map(|one| admin(&app.roles, one)).collect::<Result<_>>()?;
    let org = new_id(&app, request.organization_id.as_deref().or(request.org_id.as_deref()))?;
    let changed = app
        .store
        .change(who.warrant(), move |state, _| {
            if !id_is_free(state, &org)? {
                return Err(fault::ORG_ID_TAKEN.into());
            }
            let mut events = vec![orgs::founding(state, &org, name, primary_domain)?];
            for Admin { roles: given, .. } in &admins {
                who.may_give_in_new_org(state, orgs::OWNER, given)?;
            }
            events.append(&mut joining(state, &org, admins)?);
            Ok(Decision::new(events, org))
        })
        .await?;
    Ok(wire::AddOrganizationResponse {
        details: reply::added_v2(changed.receipt()?).into(),
        organization_id: changed.answer.to_string(),
        // Only people are made on the way.
        created_admins: Vec::new(),
    })
}

/// Renames an organisation. Its domain follows.
pub async fn update(
    app: App,
    who: Authorized<OrgWrite>,
    request: wire::UpdateOrganizationRequest,
) -> Result<wire::UpdateOrganizationResponse> {
    let renamed = orgs::rename(&app, who, orgs::org_name("UpdateOrganizationRequest", &request.name)?).await?;
    Ok(wire::UpdateOrganizationResponse { change_date: reply::timestamp(renamed.at).into() })
}

/// Shuts out all users of an organisation.
pub async fn deactivate(
    app: App,
    who: Authorized<OrgWrite>,
    _: wire::DeactivateOrganizationRequest,
) -> Result<wire::DeactivateOrganizationResponse> {
    let done = orgs::shut_out(&app, who).await?;
    Ok(wire::DeactivateOrganizationResponse { change_date: reply::timestamp(done.at).into() })
}

/// Lets the users of an organisation in again.
pub async fn activate(
    app: App,
    who: Authorized<OrgWrite>,
    _: wire::ActivateOrganizationRequest,
) -> Result<wire::ActivateOrganizationResponse> {
    let done = orgs::let_in(&app, who).await?;
    Ok(wire::ActivateOrganizationResponse { change_date: reply::timestamp(done.at).into() })
}

/// Somebody who is to be a member from the beginning.
struct Admin {
    user_id: String,
    roles: Vec<String>,
}

fn admin(known: &Roles, admin: request::Admin) -> Result<Admin> {
    let Some(request::admin::UserType::UserId(user_id)) = admin.user_type else {
        return Err(fault::ORG_ADMIN_NO_MACHINE.into());
    };
    let roles = if admin.roles.is_empty() { vec![orgs::OWNER.to_owned()] } else { admin.roles };
    Ok(Admin { user_id, roles: members::to_add(known, &members::orgs::SCOPE, roles)? })
}

/// The events by which the first members join, each once.
fn joining(state: &State<'_>, org: &OrgId, admins: Vec<Admin>) -> Result<Vec<Draft>> {
    let mut joined = BTreeSet::new();
    let mut events = Vec::with_capacity(admins.len());
    for Admin { user_id, roles } in admins {
        events.push(members::joining(state, &members::orgs::SCOPE, org, &user_id, roles)?);
        if !joined.insert(user_id) {
            return Err(fault::ORG_MEMBER_EXISTS.into());
        }
    }
    Ok(events)
}

/// Ids are never given twice, and the instance, which owns a log as organisations do, has one of them.
pub(in crate::app) fn id_is_free(state: &State<'_>, id: &OrgId) -> Result<bool> {
    Ok(state.org(id)?.is_none() && !state.org_was_removed(id)? && state.instance()?.id != *id)
}

/// The chosen id, or else a new one.
fn new_id(app: &App, chosen: Option<&str>) -> Result<OrgId> {
    let Some(chosen) = chosen else { return Ok(app.new_id()) };
    OrgId::parse(chosen).ok_or_else(|| {
        Error::invalid(
            "invalid AddOrganizationRequest.OrganizationId: value must begin with a letter or digit and hold only \
             letters, digits and -_.@ (ASCII)",
        )
    })
}
