//! Administrators, many at a time.

use crate::{
    app::{
        App,
        members::{self, administrator_filter::Filter},
        page::Page,
        reply,
    },
    authz::{Authenticated, Orgs},
    error::{Error, Result},
    id::{OrgId, UserId},
    model::{Machine, Member, MemberColumn},
    permission::{IamMemberRead, OrgMemberRead, Roles},
    proto::zitadel::internal_permission::v2::{
        self as wire, AdministratorFieldName as Column, administrator::Resource,
    },
    store::{Counted, Direction, Part, Snapshot, State},
};

/// The administrators that meet all filters, of what the caller may see, and the caller wherever it is one.
pub async fn list(
    app: App,
    who: Authenticated,
    request: wire::ListAdministratorsRequest,
) -> Result<wire::ListAdministratorsResponse> {
    let page = Page::v2(request.pagination.as_option(), app.clock.now())?;
    let roles = app.roles.clone();
    let find = move |snapshot: &Snapshot| {
        let state = snapshot.state();
        let sight = Sight::of(&state, &roles, &who)?;
        let filters = members::administrator_filter::v2(&request.filters, &sight.instance)?;
        let Found { total, members } = find(&state, &sight, &filters, column(&request), page)?;
        let administrators = members.iter().map(|member| view(&state, &sight, member)).collect::<Result<_>>()?;
        Ok(wire::ListAdministratorsResponse { pagination: page.applied(total).into(), administrators })
    };
    app.store.read(find).await
}

fn column(request: &wire::ListAdministratorsRequest) -> MemberColumn {
    match request.sorting_column.as_known().unwrap_or_default() {
        Column::ADMINISTRATOR_FIELD_NAME_UNSPECIFIED | Column::ADMINISTRATOR_FIELD_NAME_USER_ID => MemberColumn::User,
        Column::ADMINISTRATOR_FIELD_NAME_CREATION_DATE => MemberColumn::CreationDate,
        Column::ADMINISTRATOR_FIELD_NAME_CHANGE_DATE => MemberColumn::ChangeDate,
    }
}

/// Whose members a caller may see.
struct Sight {
    caller: UserId,
    instance: OrgId,
    sees_instance: bool,
    orgs: Orgs,
}

/// One page of the memberships that match.
struct Found {
    /// How many there are on all pages; 0 past the last.
    total: u64,
    members: Vec<Member>,
}

impl Sight {
    fn of(state: &State<'_>, roles: &Roles, who: &Authenticated) -> Result<Self> {
        Ok(Self {
            caller: who.caller.user.clone(),
            instance: state.instance()?.id,
            // A permission that is held over the instance counts everywhere.
            sees_instance: who.orgs_where::<IamMemberRead>(state, roles)? == Orgs::All,
            orgs: who.orgs_where::<OrgMemberRead>(state, roles)?,
        })
    }

    fn covers(&self, owner: &OrgId) -> bool {
        if *owner == self.instance { self.sees_instance } else { self.orgs.contain(owner) }
    }

    fn covers_all(&self) -> bool {
        self.sees_instance && self.orgs == Orgs::All
    }

    /// The memberships in sight among which all that match must be, where a filter names users or a resource, or not all
    /// organisations are in sight; else `None`.
    fn candidates(&self, state: &State<'_>, filters: &[Filter]) -> Result<Option<Vec<Member>>> {
        let mut members = Vec::new();
        if let Some(users) = filters.iter().find_map(|filter| filter.users(state).transpose()) {
            for user in users? {
                self.memberships(state, &user, &mut members)?;
            }
            return Ok(Some(members));
        }
        let owner =
            filters.iter().find_map(|filter| if let Filter::Owner(owner) = filter { Some(owner) } else { None });
        match (owner, &self.orgs) {
            (Some(None), _) => {}
            (Some(Some(owner)), _) if self.covers(owner) => {
                members = state.members(owner, Direction::Ascending)?.collect::<Result<_>>()?;
            }
            (Some(Some(owner)), _) => members.extend(state.member(owner, &self.caller)?),
            (None, Orgs::All) => return Ok(None),
            (None, Orgs::These(orgs)) => {
                for owner in orgs.iter().chain(self.sees_instance.then_some(&self.instance)) {
                    for member in state.members(owner, Direction::Ascending)? {
                        members.push(member?);
                    }
                }
                let own = state.memberships(&self.caller)?.collect::<Result<Vec<_>>>()?;
                members.extend(own.into_iter().filter(|own| !self.covers(&own.owner)));
            }
        }
        Ok(Some(members))
    }

    fn memberships(&self, state: &State<'_>, user: &UserId, found: &mut Vec<Member>) -> Result<()> {
        for member in state.memberships(user)? {
            let member = member?;
            if *user == self.caller || self.covers(&member.owner) {
                found.push(member);
            }
        }
        Ok(())
    }
}

/// Those that match, in the order of `column`, then of their users' ids and of what they administrate.
fn find(state: &State<'_>, sight: &Sight, filters: &[Filter], column: MemberColumn, page: Page) -> Result<Found> {
    if let ([Filter::Owner(Some(owner))], MemberColumn::User) = (filters, column)
        && sight.covers(owner)
    {
        let total = state.count(Counted::Members(Some(owner)))?;
        let members = page.of(total, |direction| state.members(owner, direction))?;
        return Ok(Found { total: page.details(total).total_result, members });
    }
    if filters.is_empty() && sight.covers_all() {
        let total = state.count(Counted::Members(None))?;
        let members = page.of(total, |direction| state.all_members(column, Part::All, direction))?;
        return Ok(Found { total: page.details(total).total_result, members });
    }
    let (details, members) = match sight.candidates(state, filters)? {
        Some(mut few) => {
            few.sort_by_cached_key(|member| (column.sort_key(member), member.user.clone(), member.owner.clone()));
            if page.direction == Direction::Descending {
                few.reverse();
            }
            page.pick(matching(state, sight, filters, few.into_iter().map(Ok)))?
        }
        None => {
            let all = state.all_members(column, Part::All, page.direction)?;
            page.pick(matching(state, sight, filters, all))?
        }
    };
    Ok(Found { total: details.total_result, members })
}

fn matching<'a>(
    state: &'a State<'_>,
    sight: &'a Sight,
    filters: &'a [Filter],
    members: impl Iterator<Item = Result<Member>> + 'a,
) -> impl Iterator<Item = Result<Member>> + 'a {
    let matches = |member: &Member| -> Result<bool> {
        if !sight.covers(&member.owner) && member.user != sight.caller {
            return Ok(false);
        }
        let user = user(state, member)?;
        Ok(filters.iter().all(|filter| filter.matches(member, &user)))
    };
    members.filter_map(move |member| {
        let matched = member.and_then(|member| Ok(matches(&member)?.then_some(member)));
        matched.transpose()
    })
}

fn user(state: &State<'_>, member: &Member) -> Result<Machine> {
    let missing = || Error::internal(format!("{} has a member that is not there: {}", member.owner, member.user));
    state.machine(&member.user)?.ok_or_else(missing)
}

fn view(state: &State<'_>, sight: &Sight, member: &Member) -> Result<wire::Administrator> {
    let user = user(state, member)?;
    let resource = match member.owner == sight.instance {
        true => Resource::Instance(true),
        false => {
            let name = state.org(&member.owner)?.map(|org| org.name).unwrap_or_default();
            Resource::Organization(Box::new(wire::Organization { id: member.owner.to_string(), name }))
        }
    };
    let user = wire::User {
        id: user.id.to_string(),
        preferred_login_name: user.user_name.clone(),
        display_name: user.name.clone(),
        organization_id: user.org.to_string(),
    };
    Ok(wire::Administrator {
        creation_date: reply::timestamp(member.stamps.created).into(),
        change_date: reply::timestamp(member.stamps.changed).into(),
        user: user.into(),
        roles: member.roles.clone(),
        resource: Some(resource),
    })
}
