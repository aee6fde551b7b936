//! The domain of an organisation: one, which follows from its name and is never anybody else's to prove.

use crate::{
    app::{
        App,
        page::{Page, few_enough},
        reply,
        text_match::TextMatch,
    },
    authz::{Authenticated, Authorized},
    error::Result,
    model::{Org, fault},
    permission::{OrgRead, OrgWrite},
    proto::zitadel::{
        filter::v2::PaginationResponse,
        management::v1 as management,
        org::{
            v1::{self, domain_search_query::Query},
            v2::{self as wire, domain_search_filter::Filter},
        },
        policy::v1::DomainPolicy,
    },
};

/// The organisation's domain, if it meets all filters.
pub async fn list(
    app: App,
    who: Authorized<OrgRead>,
    request: wire::ListOrganizationDomainsRequest,
) -> Result<wire::ListOrganizationDomainsResponse> {
    let page = Page::v2(request.pagination.as_option(), app.clock.now())?;
    few_enough(&request.filters)?;
    let filters = request.filters.iter().map(|filter| match &filter.filter {
        Some(Filter::DomainFilter(query)) => Ok(TextMatch::v2(&query.domain, &query.method)),
        None => Err(fault::QUERY_EMPTY.into()),
    });
    let org = with_domain(&app, &who, filters)?;
    let domain = org.map(|org| wire::Domain {
        organization_id: org.id.to_string(),
        domain: org.primary_domain,
        is_verified: true,
        is_primary: true,
        ..Default::default()
    });
    let (details, domains) = page.cut(domain.into_iter().collect());
    let pagination = PaginationResponse { total_result: details.total_result, applied_limit: page.limit as u64 };
    Ok(wire::ListOrganizationDomainsResponse { pagination: pagination.into(), domains })
}

/// The same for v1.
pub async fn list_v1(
    app: App,
    who: Authorized<OrgRead>,
    request: management::ListOrgDomainsRequest,
) -> Result<management::ListOrgDomainsResponse> {
    let page = Page::v1(request.query.as_option(), app.clock.now())?;
    few_enough(&request.queries)?;
    let queries = request.queries.iter().map(|query| match &query.query {
        Some(Query::DomainNameQuery(query)) => Ok(TextMatch::v1(&query.name, &query.method)),
        None => Err(fault::QUERY_EMPTY.into()),
    });
    let org = with_domain(&app, &who, queries)?;
    let domain = org.map(|org| v1::Domain {
        org_id: org.id.to_string(),
        details: reply::viewed(&org.stamps, org.id.as_str()).into(),
        domain_name: org.primary_domain,
        is_verified: true,
        is_primary: true,
        ..Default::default()
    });
    let (details, result) = page.cut(domain.into_iter().collect());
    Ok(management::ListOrgDomainsResponse { details: details.into(), result })
}

/// What names may look like: the same in every organisation, and nothing is said of domains.
pub async fn get_policy(
    app: App,
    _: Authenticated,
    _: management::GetDomainPolicyRequest,
) -> Result<management::GetDomainPolicyResponse> {
    let instance = app.store.snapshot()?.state().instance()?;
    let details = reply::viewed(&instance.stamps, instance.id.as_str()).into();
    let policy = DomainPolicy { details, is_default: true, ..Default::default() };
    Ok(management::GetDomainPolicyResponse { policy: policy.into() })
}

/// The caller's organisation, if its domain is what is wanted.
fn with_domain(
    app: &App,
    who: &Authorized<OrgRead>,
    wanted: impl Iterator<Item = Result<TextMatch>>,
) -> Result<Option<Org>> {
    let wanted: Vec<_> = wanted.collect::<Result<_>>()?;
    let org = app.store.snapshot()?.state().org(&who.org)?.ok_or(fault::ORG_UNKNOWN)?;
    Ok(wanted.iter().all(|wanted| wanted.matches(&org.primary_domain)).then_some(org))
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
