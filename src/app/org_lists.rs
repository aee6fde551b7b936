//! Organisations, many at a time.

use crate::{
    app::{App, org_filter, org_filter::Filter, org_views, page::Page},
    authz::{Authenticated, Authorized, Orgs},
    error::{Error, Result},
    model::{Org, fault},
    permission::{IamRead, OrgRead},
    proto::zitadel::{
        admin::v1 as admin, filter::v2::PaginationRequest, object::v2::ListDetails, org::v1::OrgFieldName,
        org::v2 as wire,
    },
    store::{Direction, State},
};

/// The organisations that meet all queries.
pub async fn list(
    app: App,
    _: Authorized<IamRead>,
    request: admin::ListOrgsRequest,
) -> Result<admin::ListOrgsResponse> {
    let page = Page::v1(request.query.as_option())?;
    let filters = org_filter::v1(&request.queries)?;
    let order = match request.sorting_column.as_known() {
        Some(OrgFieldName::ORG_FIELD_NAME_NAME) => Order::Name,
        _ => Order::Id,
    };
    let Found { total, orgs } =
        aside(move || find(&app.store.snapshot()?.state(), &Orgs::All, &filters, order, page)).await?;
    Ok(admin::ListOrgsResponse {
        details: page.details(total).into(),
        sorting_column: request.sorting_column,
        result: orgs.iter().map(org_views::view).collect(),
    })
}

/// The organisations that meet all queries, of those that the caller may read: all of them, or those that its
/// memberships name.
pub async fn list_v2(
    app: App,
    who: Authenticated,
    request: wire::ListOrganizationsRequest,
) -> Result<wire::ListOrganizationsResponse> {
    let query = request.query.as_option().cloned().unwrap_or_default();
    let pagination =
        PaginationRequest { offset: query.offset, limit: query.limit, asc: query.asc, ..Default::default() };
    let page = Page::v2(Some(&pagination))?;
    let order = match request.sorting_column.as_known() {
        Some(wire::OrganizationFieldName::ORGANIZATION_FIELD_NAME_NAME) => Order::Name,
        Some(wire::OrganizationFieldName::ORGANIZATION_FIELD_NAME_CREATION_DATE) => Order::CreationDate,
        _ => Order::Id,
    };
    let sorting_column = request.sorting_column;
    let Found { total, orgs } = aside(move || {
        let snapshot = app.store.snapshot()?;
        let state = snapshot.state();
        let filters = org_filter::v2(&request.queries, &state.instance()?.default_org)?;
        find(&state, &who.orgs_where::<OrgRead>(&state, &app.roles)?, &filters, order, page)
    })
    .await?;
    let details = ListDetails { total_result: page.details(total).total_result, ..Default::default() };
    Ok(wire::ListOrganizationsResponse {
        details: details.into(),
        sorting_column,
        result: orgs.iter().map(org_views::view_v2).collect(),
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Id,
    Name,
    CreationDate,
}

/// One page of the organisations that match.
struct Found {
    /// How many there are on all pages.
    total: u64,
    orgs: Vec<Org>,
}

/// A list that walks all organisations must not stand in other requests' way.
async fn aside(find: impl FnOnce() -> Result<Found> + Send + 'static) -> Result<Found> {
    tokio::task::spawn_blocking(find).await.map_err(Error::internal)?
}

fn find(state: &State<'_>, visible: &Orgs, filters: &[Filter], order: Order, page: Page) -> Result<Found> {
    let matches = |org: &Org| filters.iter().all(|filter| filter.matches(org));
    match candidates(state, visible, filters)? {
        Some(mut few) => {
            few.retain(|org| visible.contain(&org.id) && matches(org));
            Ok(among(few, order, page))
        }
        None if order == Order::CreationDate => by_creation(state, matches, page),
        None => walk(state, matches, order == Order::Name, page),
    }
}

/// The organisations among which all that match must be, unless that is all of them.
fn candidates(state: &State<'_>, visible: &Orgs, filters: &[Filter]) -> Result<Option<Vec<Org>>> {
    for filter in filters {
        if let Some(one) = filter.candidate(state)? {
            return Ok(Some(one.into_iter().collect()));
        }
    }
    match visible {
        Orgs::All => Ok(None),
        Orgs::These(ids) => ids.iter().filter_map(|id| state.org(id).transpose()).collect::<Result<_>>().map(Some),
    }
}

/// Sorts as the indices would.
fn among(mut orgs: Vec<Org>, order: Order, page: Page) -> Found {
    match order {
        Order::Id => orgs.sort_by(|a, b| a.id.cmp(&b.id)),
        Order::Name => orgs.sort_by_cached_key(|org| org.name.to_lowercase()),
        Order::CreationDate => orgs.sort_by(|a, b| (a.stamps.created, &a.id).cmp(&(b.stamps.created, &b.id))),
    }
    if page.direction == Direction::Descending {
        orgs.reverse();
    }
    let total = orgs.len() as u64;
    Found { total, orgs: orgs.into_iter().skip(page.skip()).take(page.limit).collect() }
}

/// Looks at every organisation, because the total counts them all.
fn walk(state: &State<'_>, matches: impl Fn(&Org) -> bool, by_name: bool, page: Page) -> Result<Found> {
    let all = state.orgs(by_name, page.direction)?;
    let (details, orgs) = page.pick(all.filter(|org| org.as_ref().map_or(true, &matches)))?;
    Ok(Found { total: details.total_result, orgs })
}

/// The same where no index has the order: keeps an instant and an id of each, and reads the page's ones again.
fn by_creation(state: &State<'_>, matches: impl Fn(&Org) -> bool, page: Page) -> Result<Found> {
    let mut keys = Vec::new();
    for org in state.orgs(false, Direction::Ascending)? {
        let org = org?;
        if matches(&org) {
            keys.push((org.stamps.created, org.id));
        }
    }
    keys.sort_unstable();
    if page.direction == Direction::Descending {
        keys.reverse();
    }
    let total = keys.len() as u64;
    let shown = keys.iter().skip(page.skip()).take(page.limit);
    let orgs = shown.map(|(_, id)| Ok(state.org(id)?.ok_or(fault::ORG_UNKNOWN)?)).collect::<Result<_>>()?;
    Ok(Found { total, orgs })
}
