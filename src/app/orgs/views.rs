//! Organisations as they are shown.

use crate::{
    app::{App, orgs, reply},
    authz::Authorized,
    error::Result,
    model::{Org, OrgState, fault},
    permission::{IamRead, OrgGlobalRead, OrgRead},
    proto::zitadel::{admin::v1 as admin, management::v1 as management, org::v1, org::v2},
};

/// The context organisation.
pub async fn get_mine(
    app: App,
    who: Authorized<OrgRead>,
    _: management::GetMyOrgRequest,
) -> Result<management::GetMyOrgResponse> {
    let org = app.store.snapshot()?.state().org(&who.org)?.ok_or(fault::ORG_UNKNOWN)?;
    Ok(management::GetMyOrgResponse { org: view(&org).into() })
}

/// One organisation.
pub async fn get(
    app: App,
    _: Authorized<IamRead>,
    request: admin::GetOrgByIDRequest,
) -> Result<admin::GetOrgByIDResponse> {
    let org = orgs::find(&app.store.snapshot()?.state(), &request.id)?.ok_or(fault::ORG_UNKNOWN)?;
    Ok(admin::GetOrgByIDResponse { org: view(&org).into() })
}

/// The organisation that counts when none is named.
pub async fn get_default(
    app: App,
    _: Authorized<IamRead>,
    _: admin::GetDefaultOrgRequest,
) -> Result<admin::GetDefaultOrgResponse> {
    let snapshot = app.store.snapshot()?;
    let state = snapshot.state();
    let org = state.org(&state.instance()?.default_org)?.ok_or(fault::ORG_UNKNOWN)?;
    Ok(admin::GetDefaultOrgResponse { org: view(&org).into() })
}

/// The organisation with this domain.
pub async fn get_by_domain(
    app: App,
    _: Authorized<OrgGlobalRead>,
    request: management::GetOrgByDomainGlobalRequest,
) -> Result<management::GetOrgByDomainGlobalResponse> {
    let org = app.store.snapshot()?.state().org_by_domain(request.domain.trim())?.ok_or(fault::ORG_UNKNOWN)?;
    Ok(management::GetOrgByDomainGlobalResponse { org: view(&org).into() })
}

/// Whether no organisation has this name or this domain.
pub async fn is_unique(
    app: App,
    _: Authorized<IamRead>,
    request: admin::IsOrgUniqueRequest,
) -> Result<admin::IsOrgUniqueResponse> {
    let (name, domain) = (request.name.trim(), request.domain.trim());
    if name.is_empty() && domain.is_empty() {
        return Err(fault::ORG_UNIQUE_OF_NOTHING.into());
    }
    let snapshot = app.store.snapshot()?;
    let state = snapshot.state();
    let taken = (!name.is_empty() && state.org_by_name(name)?.is_some())
        || (!domain.is_empty() && state.org_by_domain(domain)?.is_some());
    Ok(admin::IsOrgUniqueResponse { is_unique: !taken })
}

pub fn view(org: &Org) -> v1::Org {
    v1::Org {
        id: org.id.to_string(),
        details: reply::viewed(&org.stamps, org.id.as_str()).into(),
        state: match org.state {
            OrgState::Active => v1::OrgState::ORG_STATE_ACTIVE,
            OrgState::Inactive => v1::OrgState::ORG_STATE_INACTIVE,
        }
        .into(),
        name: org.name.clone(),
        primary_domain: org.primary_domain.clone(),
    }
}

pub fn view_v2(org: &Org) -> v2::Organization {
    v2::Organization {
        id: org.id.to_string(),
        details: reply::viewed_v2(&org.stamps, org.id.as_str()).into(),
        state: match org.state {
            OrgState::Active => v2::OrganizationState::ORGANIZATION_STATE_ACTIVE,
            OrgState::Inactive => v2::OrganizationState::ORGANIZATION_STATE_INACTIVE,
        }
        .into(),
        name: org.name.clone(),
        primary_domain: org.primary_domain.clone(),
    }
}
