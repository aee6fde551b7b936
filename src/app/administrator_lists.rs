//! Administrators, many at a time.

use crate::{
    app::{App, administrator_filter, administrator_filter::Filter, page::Page, reply},
    authz::{Authenticated, Orgs},
    error::{Error, Result},
    id::{OrgId, UserId},
    model::{Machine, Member},
    permission::{IamMemberRead, OrgMemberRead, Roles},
    proto::zitadel::{
        filter::v2::PaginationResponse,
        internal_permission::v2::{self as wire, AdministratorFieldName as Column, administrator::Resource},
    },
    store::{Direction, State},
};

/// The administrators that meet all filters, of what the caller may see, and the caller wherever it is one.
pub async fn list(
    app: App,
    who: Authenticated,
    request: wire::ListAdministratorsRequest,
) -> Result<wire::ListAdministratorsResponse> {
    let page = Page::v2(request.pagination.as_option())?;
    let find = move || {
        let snapshot = app.store.snapshot()?;
        let state = snapshot.state();
        let sight = Sight::of(&state, &app.roles, &who)?;
        let filters = administrator_filter::v2(&request.filters, &sight.instance)?;
        let column = request.sorting_column.as_known().unwrap_or_default();
        let (details, shown) = page.cut(find(&state, &sight, &filters, column, page.direction)?);
        let administrators = shown.iter().map(|found| view(&state, &sight, found)).collect::<Result<_>>()?;
        let pagination = PaginationResponse { total_result: details.total_result, applied_limit: page.limit as u64 };
        Ok(wire::ListAdministratorsResponse { pagination: pagination.into(), administrators })
    };
    // It may look at every membership, which must not stand in other requests' way.
    tokio::task::spawn_blocking(find).await.map_err(Error::internal)?
}

/// Whose members a caller may see.
struct Sight {
    caller: UserId,
    instance: OrgId,
    sees_instance: bool,
    orgs: Orgs,
}

/// A membership, and who has it.
type Found = (Member, Machine);

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

    /// All memberships in sight, or, where a filter names users or a resource, those among which all that match are.
    fn members(&self, state: &State<'_>, filters: &[Filter]) -> Result<Vec<Member>> {
        let mut members = Vec::new();
        for filter in filters {
            match filter {
                Filter::Owner(None) => return Ok(members),
                Filter::Owner(Some(owner)) if self.covers(owner) => {
                    return state.members(owner, Direction::Ascending)?.collect();
                }
                Filter::Owner(Some(owner)) => {
                    return Ok(state.member(owner, &self.caller)?.into_iter().collect());
                }
                Filter::Users(users) => {
                    for user in users {
                        self.memberships(state, user, &mut members)?;
                    }
                    return Ok(members);
                }
                _ => {}
            }
        }
        self.all(state)
    }

    fn all(&self, state: &State<'_>) -> Result<Vec<Member>> {
        let mut members = Vec::new();
        let mut add = |owner: &OrgId| -> Result<()> {
            for member in state.members(owner, Direction::Ascending)? {
                members.push(member?);
            }
            Ok(())
        };
        if self.sees_instance {
            add(&self.instance)?;
        }
        match &self.orgs {
            Orgs::All => state.orgs(false, Direction::Ascending)?.try_for_each(|org| add(&org?.id))?,
            Orgs::These(orgs) => orgs.iter().try_for_each(add)?,
        }
        for own in state.memberships(&self.caller)? {
            let own = own?;
            if !self.covers(&own.owner) {
                members.push(own);
            }
        }
        Ok(members)
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
fn find(
    state: &State<'_>,
    sight: &Sight,
    filters: &[Filter],
    column: Column,
    direction: Direction,
) -> Result<Vec<Found>> {
    let mut found = Vec::new();
    for member in sight.members(state, filters)? {
        let user = state.machine(&member.user)?.ok_or_else(|| {
            Error::internal(format!("{} has a member that is not there: {}", member.owner, member.user))
        })?;
        if filters.iter().all(|filter| filter.matches(&member, &user)) {
            found.push((member, user));
        }
    }
    found.sort_by_cached_key(|(member, _)| {
        let instant = match column {
            Column::ADMINISTRATOR_FIELD_NAME_UNSPECIFIED | Column::ADMINISTRATOR_FIELD_NAME_USER_ID => None,
            Column::ADMINISTRATOR_FIELD_NAME_CREATION_DATE => Some(member.stamps.created),
            Column::ADMINISTRATOR_FIELD_NAME_CHANGE_DATE => Some(member.stamps.changed),
        };
        (instant, member.user.clone(), member.owner.clone())
    });
    if direction == Direction::Descending {
        found.reverse();
    }
    Ok(found)
}

fn view(state: &State<'_>, sight: &Sight, (member, user): &Found) -> Result<wire::Administrator> {
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
