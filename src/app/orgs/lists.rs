//! Organisations, many at a time.

use crate::{
    app::{
        App,
        orgs::{self, filter::Filter},
        page::Page,
    },
    authz::{Authenticated, Authorized, Orgs},
    error::Result,
    limits::MAX_SORTED,
    model::{Org, OrgColumn, OrgState},
    permission::{IamRead, OrgRead},
    proto::zitadel::{
        admin::v1 as admin,
        filter::v2::PaginationRequest,
        org::{v1::OrgFieldName, v2 as wire},
    },
    store::{Counted, Direction, Part, Snapshot, State},
};

/// The organisations that meet all queries.
pub async fn list(
    app: App,
    _: Authorized<IamRead>,
    request: admin::ListOrgsRequest,
) -> Result<admin::ListOrgsResponse> {
    let page = Page::v1(request.query.as_option(), app.clock.now())?;
    let filters = orgs::filter::v1(&request.queries)?;
    let column = match request.sorting_column.as_known() {
        Some(OrgFieldName::ORG_FIELD_NAME_NAME) => OrgColumn::Name,
        _ => OrgColumn::Id,
    };
    let found = app.store.read(move |snapshot| find(&snapshot.state(), &Orgs::All, &filters, column, page));
    let Found { total, orgs } = found.await?;
    Ok(admin::ListOrgsResponse {
        details: page.details(total).into(),
        result: orgs.iter().map(orgs::views::view).collect(),
        ..Default::default()
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
    let page = Page::v2(Some(&pagination), app.clock.now())?;
    let column = match request.sorting_column.as_known() {
        Some(wire::OrganizationFieldName::ORGANIZATION_FIELD_NAME_NAME) => OrgColumn::Name,
        Some(wire::OrganizationFieldName::ORGANIZATION_FIELD_NAME_CREATION_DATE) => OrgColumn::CreationDate,
        _ => OrgColumn::Id,
    };
    let sorting_column = request.sorting_column;
    let roles = app.roles.clone();
    let find = move |snapshot: &Snapshot| {
        let state = snapshot.state();
        let filters = orgs::filter::v2(&request.queries, &state.instance()?.default_org)?;
        find(&state, &who.orgs_where::<OrgRead>(&state, &roles)?, &filters, column, page)
    };
    let Found { total, orgs } = app.store.read(find).await?;
    Ok(wire::ListOrganizationsResponse {
        details: page.details_v2(total).into(),
        sorting_column,
        result: orgs.iter().map(orgs::views::view_v2).collect(),
    })
}

/// One page of the organisations that match.
struct Found {
    /// How many there are on all pages.
    total: u64,
    orgs: Vec<Org>,
}

/// What tells how many there are, where no filter says anything else.
enum Plain {
    All,
    /// All in this state, or in none.
    State(Option<OrgState>),
}

fn find(state: &State<'_>, visible: &Orgs, filters: &[Filter], column: OrgColumn, page: Page) -> Result<Found> {
    let matches = |org: &Org| visible.contain(&org.id) && filters.iter().all(|filter| filter.matches(org));
    if let Some(mut few) = candidates(state, visible, filters)? {
        few.retain(matches);
        return Ok(among(few, column, page));
    }
    match plainly(filters) {
        Some(Plain::All) => {
            let total = state.org_count()?;
            let orgs = page.of(total, |direction| state.orgs(column, Part::All, direction))?;
            Ok(Found { total, orgs })
        }
        Some(Plain::State(Some(wanted))) => in_state(state, wanted, column, page),
        Some(Plain::State(None)) => Ok(Found { total: 0, orgs: Vec::new() }),
        None => {
            let all = state.orgs(column, Part::All, page.direction)?;
            let (total, orgs) = page.pick_counted(all.filter(|org| org.as_ref().map_or(true, matches)))?;
            Ok(Found { total, orgs })
        }
    }
}

/// The organisations among which all that match must be, unless that is all of them.
fn candidates(state: &State<'_>, visible: &Orgs, filters: &[Filter]) -> Result<Option<Vec<Org>>> {
    let id = filters.iter().find_map(|filter| if let Filter::Id(id) = filter { Some(id) } else { None });
    if let Some(id) = id {
        let org = id.as_ref().map_or(Ok(None), |id| state.org(id))?;
        return Ok(Some(org.into_iter().collect()));
    }
    if let Orgs::These(ids) = visible {
        return ids.iter().filter_map(|id| state.org(id).transpose()).collect::<Result<_>>().map(Some);
    }
    let narrowest = filters.iter().filter_map(Filter::place).min_by_key(|(_, place)| !place.whole);
    let Some((column, place)) = narrowest else { return Ok(None) };
    state.orgs(column, place.part(), Direction::Ascending)?.collect::<Result<_>>().map(Some)
}

fn plainly(filters: &[Filter]) -> Option<Plain> {
    match filters {
        [] => Some(Plain::All),
        [Filter::State(state)] => Some(Plain::State(*state)),
        _ => None,
    }
}

/// Few are sorted. Of many, enough are on the way to the page in the order of any index.
fn in_state(state: &State<'_>, wanted: OrgState, column: OrgColumn, page: Page) -> Result<Found> {
    let total = state.count(Counted::Orgs(wanted))?;
    let of_state = |direction| state.orgs(OrgColumn::State, Part::Only(&[wanted as u8]), direction);
    let orgs = match column {
        // Those in one state are in the order of their ids.
        OrgColumn::Id | OrgColumn::State => page.of(total, of_state)?,
        _ if total <= MAX_SORTED => {
            return Ok(among(of_state(Direction::Ascending)?.collect::<Result<_>>()?, column, page));
        }
        _ => page.of(total, |direction| {
            let all = state.orgs(column, Part::All, direction)?;
            Ok(all.filter(|org| org.as_ref().map_or(true, |org| org.state == wanted)))
        })?,
    };
    Ok(Found { total, orgs })
}

/// Sorts as the indices would.
fn among(mut orgs: Vec<Org>, column: OrgColumn, page: Page) -> Found {
    orgs.sort_by_cached_key(|org| (column.sort_key(org), org.id.clone()));
    if page.direction == Direction::Descending {
        orgs.reverse();
    }
    let total = orgs.len() as u64;
    Found { total, orgs: orgs.into_iter().skip(page.skip()).take(page.limit).collect() }
}
