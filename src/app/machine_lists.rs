//! Machine users as the wire shows them, many at a time.

use crate::{
    app::{App, machine_views, merged::Merged, page::Page, user_filter::Filter, user_query},
    authz::{Authenticated, Authorized},
    error::{Error, Result},
    id::OrgId,
    model::{Column, Machine},
    permission::UserRead,
    proto::zitadel::{
        management::v1 as management,
        object::v2::ListDetails,
        user::{v1::UserFieldName, v2 as user},
    },
    store::{Direction, State},
};
use buffa::Enumeration;

/// The users of the context organisation that meet all queries.
pub async fn list(
    app: App,
    who: Authorized<UserRead>,
    request: management::ListUsersRequest,
) -> Result<management::ListUsersResponse> {
    let now = app.clock.now();
    let page = Page::v1(request.query.as_option())?;
    let filter = user_query::v1(&request.queries)?;
    let column = column(request.sorting_column.to_i32());
    let found = find_apart(app, filter, column, page, |_| Ok(Scope { orgs: vec![who.org], own: None })).await?;
    Ok(management::ListUsersResponse {
        details: page.details(found.total).into(),
        result: found.machines.iter().map(|machine| machine_views::view(machine, now)).collect(),
        ..Default::default()
    })
}

/// The users of all organisations whose users the caller may read, and the caller itself, that meet all queries.
pub async fn list_v2(app: App, who: Authenticated, request: user::ListUsersRequest) -> Result<user::ListUsersResponse> {
    let now = app.clock.now();
    let page = Page::listed_v2(request.query.as_option())?;
    let filter = user_query::v2(&request.queries)?;
    let column = column(request.sorting_column.to_i32());
    let asked = filter.org().cloned();
    let roles = app.roles.clone();
    let scope = move |state: &State<'_>| {
        let readable = who.orgs_where::<UserRead>(state, &roles)?;
        let orgs = match asked {
            Some(org) => Vec::from_iter(readable.contain(&org).then_some(org)),
            None => readable.ids(state)?,
        };
        let own = if readable.contain(&who.caller.org) { None } else { state.machine(&who.caller.user)? };
        Ok(Scope { orgs, own })
    };
    let found = find_apart(app, filter, column, page, scope).await?;
    let total_result = page.details(found.total).total_result;
    Ok(user::ListUsersResponse {
        details: ListDetails { total_result, ..Default::default() }.into(),
        result: found.machines.iter().map(|machine| machine_views::view_v2(machine, now)).collect(),
        ..Default::default()
    })
}

/// Whose users are looked through.
struct Scope {
    orgs: Vec<OrgId>,
    /// One more user, of none of these organisations.
    own: Option<Machine>,
}

/// One page of the users that match.
struct Found {
    /// How many there are on all pages.
    total: u64,
    machines: Vec<Machine>,
}

/// On a thread of its own: a filter without an index walks all users in scope, which must not stand in other requests'
/// way.
async fn find_apart(
    app: App,
    filter: Filter,
    column: Column,
    page: Page,
    scope: impl FnOnce(&State<'_>) -> Result<Scope> + Send + 'static,
) -> Result<Found> {
    let found = move || {
        let snapshot = app.store.snapshot()?;
        let state = snapshot.state();
        find(&state, &scope(&state)?, &filter, column, page)
    };
    tokio::task::spawn_blocking(found).await.map_err(Error::internal)?
}

fn find(state: &State<'_>, scope: &Scope, filter: &Filter, column: Column, page: Page) -> Result<Found> {
    if scope.orgs.iter().all(|org| filter.is_everybody_of(org)) {
        return everybody(state, scope, filter, column, page);
    }
    match filter.candidates(state)? {
        Some(mut few) => {
            few.retain(|machine| scope.has(machine) && filter.matches(machine));
            Ok(among(few, column, page))
        }
        None => walk(state, scope, filter, column, page),
    }
}

/// Reads the index up to the page's end; of one organisation, only the users on the page.
fn everybody(state: &State<'_>, scope: &Scope, filter: &Filter, column: Column, page: Page) -> Result<Found> {
    let own = scope.own.iter().filter(|own| filter.matches(own));
    let mut total = own.count() as u64;
    for org in &scope.orgs {
        total += state.machine_count(org)?;
    }
    let mut found = Found { total, machines: Vec::new() };
    if page.offset >= total {
        return Ok(found);
    }
    if let (None, [org]) = (&scope.own, scope.orgs.as_slice()) {
        for id in state.machine_ids(org, column, page.direction)?.skip(page.skip()).take(page.limit) {
            found.machines.extend(state.machine(&id?)?);
        }
        return Ok(found);
    }
    let matching = scope.machines(state, column, page.direction)?.filter(|machine| meets(filter, machine));
    found.machines = matching.skip(page.skip()).take(page.limit).collect::<Result<_>>()?;
    Ok(found)
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

/// Looks at every user in scope, because the total counts them all; keeps only the page.
fn walk(state: &State<'_>, scope: &Scope, filter: &Filter, column: Column, page: Page) -> Result<Found> {
    let mut found = Found { total: 0, machines: Vec::new() };
    for machine in scope.machines(state, column, page.direction)?.filter(|machine| meets(filter, machine)) {
        let machine = machine?;
        if found.total >= page.offset && found.machines.len() < page.limit {
            found.machines.push(machine);
        }
        found.total += 1;
    }
    Ok(found)
}

/// Whether a user matches; an error is passed on.
fn meets(filter: &Filter, machine: &Result<Machine>) -> bool {
    machine.as_ref().map_or(true, |machine| filter.matches(machine))
}

impl Scope {
    fn has(&self, machine: &Machine) -> bool {
        self.orgs.contains(&machine.org) || self.own.as_ref().is_some_and(|own| own.id == machine.id)
    }

    /// All users in scope in the order of `column`, then of their ids.
    fn machines<'s>(
        &'s self,
        state: &'s State<'_>,
        column: Column,
        direction: Direction,
    ) -> Result<impl Iterator<Item = Result<Machine>>> {
        let mut lists: Vec<Box<dyn Iterator<Item = Result<Machine>> + 's>> = Vec::new();
        for org in &self.orgs {
            lists.push(Box::new(state.machines(org, column, direction)?));
        }
        lists.push(Box::new(self.own.iter().cloned().map(Ok)));
        let lists = lists.into_iter().map(|list| list.map(move |machine| machine.map(|found| (column, found))));
        let merged = Merged::new(
            lists.collect(),
            |(column, machine): &(Column, Machine)| (column.sort_key(machine), machine.id.clone()),
            direction,
        )?;
        Ok(merged.map(|machine| machine.map(|(_, machine)| machine)))
    }
}

/// By number, which is the same in both APIs. What machines do not have, and what is the same for all of them, sorts by
/// id.
fn column(number: i32) -> Column {
    match UserFieldName::from_i32(number) {
        Some(UserFieldName::USER_FIELD_NAME_USER_NAME) => Column::UserName,
        Some(UserFieldName::USER_FIELD_NAME_DISPLAY_NAME) => Column::DisplayName,
        Some(UserFieldName::USER_FIELD_NAME_STATE) => Column::State,
        Some(UserFieldName::USER_FIELD_NAME_CREATION_DATE) => Column::CreationDate,
        _ => Column::Id,
    }
}
