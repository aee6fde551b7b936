//! Organisations: adding, renaming, shutting out and letting in again, and which one is the default.

pub mod domains;
pub(super) mod filter;
pub mod lists;
pub mod removal;
pub mod v2;
pub mod views;

use crate::{
    app::{App, members, reply},
    authz::Authorized,
    error::{Error, Fault, Result},
    id::OrgId,
    model::{
        Draft, InstanceFact, Org, OrgFact, OrgState, fault,
        org::{primary_domain, slug},
    },
    permission::{IamWrite, OrgCreate, OrgWrite},
    proto::zitadel::{admin::v1 as admin, management::v1 as management},
    store::{Decision, Receipt, State},
};

/// What whoever adds an organisation becomes in it.
pub(super) const OWNER: &str = "ORG_OWNER";

/// Adds an organisation, which the caller owns.
pub async fn add(
    app: App,
    who: Authorized<OrgCreate>,
    request: management::AddOrgRequest,
) -> Result<management::AddOrgResponse> {
    let name = org_name("AddOrgRequest", &request.name)?;
    let primary_domain = primary_domain(&name, &app.settings.host);
    let org: OrgId = app.new_id();
    let id = org.to_string();
    let changed = app
        .store
        .change(who.warrant(), move |state, _| {
            who.may_give_roles()?;
            let added = founding(state, &org, name, primary_domain)?;
            // Removed since it was let in: a membership must not name a user that is not there.
            let owner = state.machine(&who.caller.user)?.ok_or(fault::TOKEN_INVALID)?.id;
            let member_added = OrgFact::MemberAdded { user: owner, roles: vec![OWNER.to_owned()] };
            Ok(Decision::new(vec![added, Draft::org(&org, member_added)], ()))
        })
        .await?;
    Ok(management::AddOrgResponse { id, details: reply::added(changed.receipt()?).into() })
}

/// Renames the context organisation. Its domain follows.
pub async fn update(
    app: App,
    who: Authorized<OrgWrite>,
    request: management::UpdateOrgRequest,
) -> Result<management::UpdateOrgResponse> {
    let renamed = rename(&app, who, org_name("UpdateOrgRequest", &request.name)?).await?;
    // ZITADEL answers a creation date here, and its clients read that.
    Ok(management::UpdateOrgResponse { details: reply::added(&renamed).into() })
}

/// Gives the organisation of the proof another name.
pub(super) async fn rename(app: &App, who: Authorized<OrgWrite>, name: String) -> Result<Receipt> {
    let primary_domain = primary_domain(&name, &app.settings.host);
    let changed = app
        .store
        .change(who.warrant(), move |state, _| {
            let org = state.org(&who.org)?.ok_or(fault::ORG_CHANGE_UNKNOWN)?;
            if org.name == name {
                return Err(fault::ORG_UNCHANGED.into());
            }
            // It may hold the name already, in another case.
            if state.org_by_name(&name)?.is_some_and(|holder| holder != org.id) {
                return Err(fault::ORG_NAME_TAKEN.into());
            }
            Ok(Decision::new(vec![Draft::org(&org.id, OrgFact::Changed { name, primary_domain })], ()))
        })
        .await?;
    changed.receipt().cloned()
}

/// Shuts out all users of the context organisation.
pub async fn deactivate(
    app: App,
    who: Authorized<OrgWrite>,
    _: management::DeactivateOrgRequest,
) -> Result<management::DeactivateOrgResponse> {
    Ok(management::DeactivateOrgResponse { details: reply::changed(&shut_out(&app, who).await?).into() })
}

/// Shuts out all users of the proof's organisation: their credentials and tokens are refused from now on. Refused where
/// one of them may do more than the caller, or no `IAM_OWNER` would be left to let them in again.
pub(super) async fn shut_out(app: &App, who: Authorized<OrgWrite>) -> Result<Receipt> {
    let decide = |who: &Authorized<OrgWrite>, state: &State<'_>, org: &Org| match org.state {
        OrgState::Active => {
            who.may_change_all_in(state, &org.id)?;
            members::instance::owner_remains(state, |owner| owner.org == org.id)?;
            Ok(OrgFact::Deactivated)
        }
        OrgState::Inactive => Err(fault::ORG_ALREADY_INACTIVE.into()),
    };
    step(app, who, fault::ORG_DEACTIVATE_UNKNOWN, decide).await
}

/// Lets the users of the context organisation in again.
pub async fn reactivate(
    app: App,
    who: Authorized<OrgWrite>,
    _: management::ReactivateOrgRequest,
) -> Result<management::ReactivateOrgResponse> {
    Ok(management::ReactivateOrgResponse { details: reply::changed(&let_in(&app, who).await?).into() })
}

/// Lets the users of the proof's organisation in again. The tokens of before stay dead.
pub(super) async fn let_in(app: &App, who: Authorized<OrgWrite>) -> Result<Receipt> {
    let decide = |who: &Authorized<OrgWrite>, state: &State<'_>, org: &Org| match org.state {
        OrgState::Inactive => {
            who.may_change_all_in(state, &org.id)?;
            Ok(OrgFact::Reactivated)
        }
        OrgState::Active => Err(fault::ORG_ALREADY_ACTIVE.into()),
    };
    step(app, who, fault::ORG_REACTIVATE_UNKNOWN, decide).await
}

/// Refused: ZITADEL adds a person with the organisation, and this server has none.
pub async fn set_up(_: App, _: Authorized<IamWrite>, _: admin::SetUpOrgRequest) -> Result<admin::SetUpOrgResponse> {
    Err(fault::HUMANS_UNSUPPORTED.into())
}

/// Makes another organisation the default. The one that was can then be removed.
pub async fn set_default(
    app: App,
    who: Authorized<IamWrite>,
    request: admin::SetDefaultOrgRequest,
) -> Result<admin::SetDefaultOrgResponse> {
    let changed = app
        .store
        .change(who.warrant(), move |state, _| {
            let instance = state.instance()?;
            let org = find(state, &request.org_id)?.ok_or(fault::DEFAULT_ORG_UNKNOWN)?.id;
            if instance.default_org == org {
                return Err(fault::DEFAULT_ORG_UNCHANGED.into());
            }
            Ok(Decision::new(vec![Draft::instance(&instance.id, InstanceFact::DefaultOrgSet { org })], ()))
        })
        .await?;
    Ok(admin::SetDefaultOrgResponse { details: reply::changed(changed.receipt()?).into() })
}

/// The organisation with this id.
pub(super) fn find(state: &State<'_>, id: &str) -> Result<Option<Org>> {
    OrgId::parse(id).map_or(Ok(None), |id| state.org(&id))
}

/// The first event of an organisation, if nothing else has its name.
pub(super) fn founding(state: &State<'_>, org: &OrgId, name: String, primary_domain: String) -> Result<Draft> {
    if state.org_by_name(&name)?.is_some() {
        return Err(fault::ORG_NAME_TAKEN.into());
    }
    Ok(Draft::org(org, OrgFact::Added { name, primary_domain }))
}

/// Does to the proof's organisation what `decide` says of it.
async fn step(
    app: &App,
    who: Authorized<OrgWrite>,
    unknown: Fault,
    decide: fn(&Authorized<OrgWrite>, &State<'_>, &Org) -> Result<OrgFact>,
) -> Result<Receipt> {
    let changed = app
        .store
        .change(who.warrant(), move |state, _| {
            let org = state.org(&who.org)?.ok_or(unknown)?;
            Ok(Decision::new(vec![Draft::org(&org.id, decide(&who, state, &org)?)], ()))
        })
        .await?;
    changed.receipt().cloned()
}

/// An organisation's name as it is kept: trimmed, and fit for a log line and a terminal.
pub(super) fn org_name(message: &str, name: &str) -> Result<String> {
    let name = name.trim();
    // A name of symbols alone gives no domain.
    if slug(name).is_empty() {
        return Err(fault::ORG_NAME_EMPTY.into());
    }
    if name.chars().any(char::is_control) {
        return Err(Error::invalid(format!("invalid {message}.Name: value must not contain control characters")));
    }
    Ok(name.into())
}
