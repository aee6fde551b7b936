//! Machine users as the wire shows them, many at a time.

use crate::{
    app::{
        App,
        machines::{
            self,
            filter::{Filter, Plain},
        },
        merged::Merged,
        page::Page,
    },
    authz::{Authenticated, Authorized, Orgs},
    error::Result,
    id::OrgId,
    limits::{MAX_MERGED_ORGS, MAX_SORTED},
    model::{Column, Machine, MachineState, fault},
    permission::{Roles, UserRead},
    proto::zitadel::{
        management::v1 as management,
        user::{v1::UserFieldName, v2 as user},
    },
    store::{Counted, Direction, Part, Snapshot, State},
};
use buffa::Enumeration;

/// The users of the context organisation that meet all queries.
pub async fn list(
    app: App,
    who: Authorized<UserRead>,
    request: management::ListUsersRequest,
) -> Result<management::ListUsersResponse> {
    let now = app.clock.now();
    let page = Page::v1(request.query.as_option(), app.clock.now())?;
    let filter = machines::query::v1(&request.queries)?;
    let column = column(request.sorting_column.to_i32());
    let scope = Scope { orgs: Some(vec![who.org]), own: None };
    let found = app.store.read(move |snapshot| find(&snapshot.state(), &scope, &filter, column, page)).await?;
    Ok(management::ListUsersResponse {
        details: page.details(found.total).into(),
        result: found.machines.iter().map(|machine| machines::views::view(machine, now)).collect(),
        ..Default::default()
    })
}

/// The users of all organisations whose users the caller may read, and the caller itself, that meet all queries.
pub async fn list_v2(app: App, who: Authenticated, request: user::ListUsersRequest) -> Result<user::ListUsersResponse> {
    let now = app.clock.now();
    let page = Page::listed_v2(request.query.as_option(), app.clock.now())?;
    let filter = machines::query::v2(&request.queries)?;
    let column = column(request.sorting_column.to_i32());
    let roles = app.roles.clone();
    let find = move |snapshot: &Snapshot| {
        let state = snapshot.state();
        find(&state, &Scope::of(&state, &roles, &who, filter.org())?, &filter, column, page)
    };
    let found = app.store.read(find).await?;
    Ok(user::ListUsersResponse {
        details: page.details_v2(found.total).into(),
        result: found.machines.iter().map(|machine| machines::views::view_v2(machine, now)).collect(),
        ..Default::default()
    })
}

/// Whose users are looked through.
struct Scope {
    /// None for all organisations.
    orgs: Option<Vec<OrgId>>,
    /// One more user, of none of these organisations.
    own: Option<Machine>,
}

/// One page of the users that match.
struct Found {
    /// How many there are on all pages.
    total: u64,
    machines: Vec<Machine>,
}

fn find(state: &State<'_>, scope: &Scope, filter: &Filter, column: Column, page: Page) -> Result<Found> {
    match filter.plainly(&|org| scope.is_only(org)) {
        Plain::Everybody => return everybody(state, scope, column, page),
        Plain::State(wanted) => return everybody_in(wanted, state, scope, column, page),
        Plain::Other => {}
    }
    let matching = |column, part: Part<'_>| {
        let all = scope.machines(state, column, part, Direction::Ascending)?;
        all.filter(|machine| meets(filter, machine)).collect()
    };
    match filter.candidates(state, &matching)? {
        Some(mut few) => {
            few.retain(|machine| scope.has(machine) && filter.matches(machine));
            Ok(among(few, column, page))
        }
        None => walk(state, scope, filter, column, page),
    }
}

fn everybody(state: &State<'_>, scope: &Scope, column: Column, page: Page) -> Result<Found> {
    let total = scope.own.iter().count() as u64 + scope.count(|org| state.machine_count(org))?;
    let machines = page.of(total, |direction| scope.machines(state, column, Part::All, direction))?;
    Ok(Found { total, machines })
}

/// Few are sorted. Of many, enough are on the way to the page in the order of any index.
fn everybody_in(wanted: MachineState, state: &State<'_>, scope: &Scope, column: Column, page: Page) -> Result<Found> {
    let is_wanted = |machine: &Machine| machine.state == wanted;
    let own = scope.own.iter().filter(|own| is_wanted(own)).count() as u64;
    let total = own + scope.count(|org| state.count(Counted::Machines(org, wanted)))?;
    let in_state = |direction| scope.machines(state, Column::State, Part::Only(&[wanted as u8]), direction);
    let machines = match column {
        // Those in one state are in the order of their ids.
        Column::Id | Column::State => page.of(total, in_state)?,
        _ if total <= MAX_SORTED => {
            return Ok(among(in_state(Direction::Ascending)?.collect::<Result<_>>()?, column, page));
        }
        _ => page.of(total, |direction| {
            let all = scope.machines(state, column, Part::All, direction)?;
            Ok(all.filter(|machine| machine.as_ref().map_or(true, is_wanted)))
        })?,
    };
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

/// Looks at every user in scope, because the total counts them all; keeps only the page.
fn walk(state: &State<'_>, scope: &Scope, filter: &Filter, column: Column, page: Page) -> Result<Found> {
    let all = scope.machines(state, column, Part::All, page.direction)?;
    let (total, machines) = page.pick_counted(all.filter(|machine| meets(filter, machine)))?;
    Ok(Found { total, machines })
}

/// Whether a user matches; an error is passed on.
fn meets(filter: &Filter, machine: &Result<Machine>) -> bool {
    machine.as_ref().map_or(true, |machine| filter.matches(machine))
}

impl Scope {
    /// Whose users the caller may read, or the one of them that is asked for; and the caller itself.
    fn of(state: &State<'_>, roles: &Roles, who: &Authenticated, asked: Option<&OrgId>) -> Result<Self> {
        let readable = who.orgs_where::<UserRead>(state, roles)?;
        let own = if readable.contain(&who.caller.org) { None } else { state.machine(&who.caller.user)? };
        let orgs = match (readable, asked) {
            (readable, Some(org)) => Some(Vec::from_iter(readable.contain(org).then(|| org.clone()))),
            (Orgs::All, None) => None,
            (Orgs::These(orgs), None) => Some(orgs.into_iter().collect()),
        };
        // Where another organisation is asked for, the caller is not asked for.
        let own = own.filter(|own| asked.is_none_or(|org| *org == own.org));
        Ok(Self { orgs, own })
    }

    fn has(&self, machine: &Machine) -> bool {
        self.orgs.as_ref().is_none_or(|orgs| orgs.contains(&machine.org))
            || self.own.as_ref().is_some_and(|own| own.id == machine.id)
    }

    /// Whether nobody in scope belongs to another organisation.
    fn is_only(&self, org: &OrgId) -> bool {
        let orgs = self.orgs.as_ref().is_some_and(|orgs| orgs.iter().all(|other| other == org));
        orgs && self.own.as_ref().is_none_or(|own| own.org == *org)
    }

    fn count(&self, count: impl Fn(Option<&OrgId>) -> Result<u64>) -> Result<u64> {
        self.orgs.as_ref().map_or_else(|| count(None), |orgs| orgs.iter().map(|org| count(Some(org))).sum())
    }

    /// The users in scope of a part of a column in its order, then of their ids.
    fn machines<'s>(
        &'s self,
        state: &State<'s>,
        column: Column,
        part: Part<'_>,
        direction: Direction,
    ) -> Result<Machines<'s>> {
        let own = self.own.clone().filter(|own| part.contains(&column.sort_key(own)));
        let mut lists: Vec<Machines<'s>> = Vec::new();
        for org in self.orgs_to_merge()? {
            lists.push(Box::new(state.machines_in(org, column, part, direction)?));
        }
        if lists.len() == 1 && self.own.is_none() {
            return Ok(lists.swap_remove(0));
        }
        lists.push(Box::new(own.map(Ok).into_iter()));
        let lists = lists.into_iter().map(|list| list.map(move |machine| machine.map(|found| (column, found))));
        let merged = Merged::new(
            lists.collect(),
            |(column, machine): &(Column, Machine)| (column.sort_key(machine), machine.id.clone()),
            direction,
        )?;
        Ok(Box::new(merged.map(|machine| machine.map(|(_, machine)| machine))))
    }

    fn orgs_to_merge(&self) -> Result<Vec<Option<&OrgId>>> {
        match &self.orgs {
            None => Ok(vec![None]),
            Some(orgs) if orgs.len() > MAX_MERGED_ORGS => Err(fault::LIST_TOO_WIDE.into()),
            Some(orgs) => Ok(orgs.iter().map(Some).collect()),
        }
    }
}

type Machines<'s> = Box<dyn Iterator<Item = Result<Machine>> + 's>;

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
