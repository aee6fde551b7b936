//! The domain of an organisation: one, which follows from its name and is never anybody else's to prove.

use crate::{
    app::{
        App,
        page::{Page, few_enough},
        text_match::TextMatch,
    },
    authz::Authorized,
    error::Result,
    model::fault,
    permission::{OrgRead, OrgWrite},
    proto::zitadel::{
        filter::v2::PaginationResponse,
        org::v2::{self as wire, domain_search_filter::Filter},
    },
};

/// The organisation's domain, if it meets all filters.
pub async fn list(
    app: App,
    who: Authorized<OrgRead>,
    request: wire::ListOrganizationDomainsRequest,
) -> Result<wire::ListOrganizationDomainsResponse> {
    let page = Page::v2(request.pagination.as_option())?;
    few_enough(&request.filters)?;
    let org = app.store.snapshot()?.state().org(&who.org)?.ok_or(fault::ORG_UNKNOWN)?;
    let meets = |filter: &wire::DomainSearchFilter| match &filter.filter {
        Some(Filter::DomainFilter(query)) => {
            Ok(TextMatch::v2(&query.domain, &query.method).matches(&org.primary_domain))
        }
        None => Err(fault::QUERY_EMPTY),
    };
    let met: Vec<bool> = request.filters.iter().map(meets).collect::<Result<_, _>>()?;
    let domain = wire::Domain {
        organization_id: org.id.to_string(),
        domain: org.primary_domain.clone(),
        is_verified: true,
        is_primary: true,
        ..Default::default()
    };
    let found = if met.into_iter().all(|met| met) { vec![domain] } else { Vec::new() };
    let (details, domains) = page.cut(found);
    let pagination = PaginationResponse { total_result: details.total_result, applied_limit: page.limit as u64 };
    Ok(wire::ListOrganizationDomainsResponse { pagination: pagination.into(), domains })
}

pub async fn add(
    _: App,
    _: Authorized<OrgWrite>,
    _: wire::AddOrganizationDomainRequest,
) -> Result<wire::AddOrganizationDomainResponse> {
    Err(fault::ORG_DOMAINS_FIXED.into())
}

pub async fn remove(
    _: App,
    _: Authorized<OrgWrite>,
    _: wire::DeleteOrganizationDomainRequest,
) -> Result<wire::DeleteOrganizationDomainResponse> {
    Err(fault::ORG_DOMAINS_FIXED.into())
}

pub async fn generate_validation(
    _: App,
    _: Authorized<OrgWrite>,
    _: wire::GenerateOrganizationDomainValidationRequest,
) -> Result<wire::GenerateOrganizationDomainValidationResponse> {
    Err(fault::ORG_DOMAINS_FIXED.into())
}

pub async fn verify(
    _: App,
    _: Authorized<OrgWrite>,
    _: wire::VerifyOrganizationDomainRequest,
) -> Result<wire::VerifyOrganizationDomainResponse> {
    Err(fault::ORG_DOMAINS_FIXED.into())
}
