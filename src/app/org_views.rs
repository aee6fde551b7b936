//! Organisations as they are shown.

use crate::{
    app::{
        App, orgs,
        page::{Page, few_enough},
        reply,
        text_match::{Part, TextMatch},
    },
    authz::Authorized,
    error::Result,
    model::{Org, OrgState, fault},
    permission::{IamRead, OrgRead},
    proto::zitadel::{admin::v1 as admin, management::v1 as management, org::v1 as wire, org::v1::org_query::Query},
    store::{Direction, State},
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

/// Whether no organisation has this name or this domain. Asked about a domain, it looks at every organisation: domains
/// follow from names and have no index.
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
        || (!domain.is_empty() && domain_is_taken(&state, domain)?);
    Ok(admin::IsOrgUniqueResponse { is_unique: !taken })
}

/// The organisations that meet all queries, by name or by id. It looks at every organisation, because it says how many
/// there are.
pub async fn list(
    app: App,
    _: Authorized<IamRead>,
    request: admin::ListOrgsRequest,
) -> Result<admin::ListOrgsResponse> {
    let page = Page::v1(request.query.as_option())?;
    few_enough(&request.queries)?;
    let queries: Vec<_> = request
        .queries
        .iter()
        .map(|query| query.query.as_ref())
        .collect::<Option<_>>()
        .ok_or(fault::ORG_QUERY_EMPTY)?;
    let by_name = request.sorting_column.as_known() == Some(wire::OrgFieldName::ORG_FIELD_NAME_NAME);
    let snapshot = app.store.snapshot()?;
    let state = snapshot.state();
    let mut found = state.orgs(by_name, page.direction)?;
    let matching = std::iter::from_fn(|| {
        found.find(|org| org.as_ref().map_or(true, |org| queries.iter().all(|query| matches(query, org))))
    });
    let (details, orgs) = page.pick(matching)?;
    Ok(admin::ListOrgsResponse {
        details: details.into(),
        sorting_column: request.sorting_column,
        result: orgs.iter().map(view).collect(),
    })
}

fn matches(query: &Query, org: &Org) -> bool {
    match query {
        Query::NameQuery(query) => TextMatch::v1(&query.name, &query.method).matches(&org.name),
        Query::DomainQuery(query) => TextMatch::v1(&query.domain, &query.method).matches(&org.primary_domain),
        Query::StateQuery(query) => query.state.as_known() == Some(state_view(org.state)),
        Query::IdQuery(query) => query.id == org.id.as_str(),
    }
}

fn domain_is_taken(state: &State<'_>, domain: &str) -> Result<bool> {
    for org in state.orgs(false, Direction::Ascending)? {
        if TextMatch::new(domain, Part::Whole, true).matches(&org?.primary_domain) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn view(org: &Org) -> wire::Org {
    wire::Org {
        id: org.id.to_string(),
        details: reply::viewed(&org.stamps, org.id.as_str()).into(),
        state: state_view(org.state).into(),
        name: org.name.clone(),
        primary_domain: org.primary_domain.clone(),
    }
}

fn state_view(state: OrgState) -> wire::OrgState {
    match state {
        OrgState::Active => wire::OrgState::ORG_STATE_ACTIVE,
        OrgState::Inactive => wire::OrgState::ORG_STATE_INACTIVE,
    }
}
