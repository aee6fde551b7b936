//! Machine users as the wire shows them, many at a time.

use crate::{
    app::{App, machine_views, page::Page, user_filter::Filter, user_query},
    authz::Authorized,
    error::{Error, Result},
    id::OrgId,
    model::{Column, Machine},
    permission::UserRead,
    proto::zitadel::{management::v1 as management, user::v1 as user},
    store::{Direction, State},
};
use buffa::EnumValue;

/// The users of the context organisation that meet all queries.
pub async fn list(
    app: App,
    who: Authorized<UserRead>,
    request: management::ListUsersRequest,
) -> Result<management::ListUsersResponse> {
    let page = Page::v1(request.query.as_option())?;
    let filter = user_query::v1(&request.queries)?;
    let column = column(&request.sorting_column);
    let found = move || find(&app.store.snapshot()?.state(), &who.org, &filter, column, page);
    // A filter without an index walks the whole organisation, which must not stand in other requests' way.
    let Found { total, machines } = tokio::task::spawn_blocking(found).await.map_err(Error::internal)??;
    Ok(management::ListUsersResponse {
        details: page.details(total).into(),
        result: machines.iter().map(machine_views::view).collect(),
        ..Default::default()
    })
}

/// One page of the users of an organisation that match.
struct Found {
    /// How many there are on all pages.
    total: u64,
    machines: Vec<Machine>,
}

fn find(state: &State<'_>, org: &OrgId, filter: &Filter, column: Column, page: Page) -> Result<Found> {
    if filter.is_everybody() {
        return everybody(state, org, column, page);
    }
    match filter.candidates(state)? {
        Some(mut few) => {
            few.retain(|machine| machine.org == *org && filter.matches(machine));
            Ok(among(few, column, page))
        }
        None => walk(state, org, filter, column, page),
    }
}

/// Reads the index up to the page's end, and of the users only those on the page.
fn everybody(state: &State<'_>, org: &OrgId, column: Column, page: Page) -> Result<Found> {
    let total = state.machine_count(org)?;
    if page.offset >= total {
        return Ok(Found { total, machines: Vec::new() });
    }
    let mut machines = Vec::new();
    for id in state.machine_ids(org, column, page.direction)?.skip(page.skip()).take(page.limit) {
        machines.extend(state.machine(&id?)?);
    }
    Ok(Found { total, machines })
}

/// Sorts as the index would.
fn among(mut machines: Vec<Machine>, column: Column, page: Page) -> Found {
    machines.sort_by_cached_key(|machine| (column.sort_key(machine), machine.id.clone()));
    if page.direction == Direction::Descending {
        machines.reverse();
    }
    let total = machines.len() as u64;
    Found { total, machines: machines.into_iter().skip(page.skip()).take(page.limit).collect() }
}

/// Looks at every user of the organisation, because the total counts them all; keeps only the page.
fn walk(state: &State<'_>, org: &OrgId, filter: &Filter, column: Column, page: Page) -> Result<Found> {
    let mut found = Found { total: 0, machines: Vec::new() };
    for machine in state.machines(org, column, page.direction)? {
        let machine = machine?;
        if !filter.matches(&machine) {
            continue;
        }
        if found.total >= page.offset && found.machines.len() < page.limit {
            found.machines.push(machine);
        }
        found.total += 1;
    }
    Ok(found)
}

/// What machines do not have, and what is the same for all of them, sorts by id.
fn column(name: &EnumValue<user::UserFieldName>) -> Column {
    match name.as_known() {
        Some(user::UserFieldName::USER_FIELD_NAME_USER_NAME) => Column::UserName,
        Some(user::UserFieldName::USER_FIELD_NAME_DISPLAY_NAME) => Column::DisplayName,
        Some(user::UserFieldName::USER_FIELD_NAME_STATE) => Column::State,
        Some(user::UserFieldName::USER_FIELD_NAME_CREATION_DATE) => Column::CreationDate,
        _ => Column::Id,
    }
}
