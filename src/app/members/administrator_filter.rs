//! From the filters of a request to a condition on members.

use crate::{
    app::{machines::filter::Bounds, text_match::TextMatch, time_match::TimeMatch},
    error::Result,
    id::{OrgId, UserId},
    model::{Column, Machine, Member, fault},
    proto::zitadel::internal_permission::v2::{
        AdministratorSearchFilter, administrator_search_filter::Filter as Wire, resource_filter::Resource,
    },
    store::{Direction, State},
};
use std::collections::BTreeSet;

/// A condition on a membership and the user that has it. What names nobody or nothing holds of none.
#[derive(Debug)]
pub enum Filter {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    Created(TimeMatch),
    Changed(TimeMatch),
    Users(BTreeSet<UserId>),
    UserOrg(Option<OrgId>),
    UserName(TextMatch),
    DisplayName(TextMatch),
    Owner(Option<OrgId>),
    Role(String),
}

/// All conditions of a request. The instance's id stands for its memberships.
pub fn v2(filters: &[AdministratorSearchFilter], instance: &OrgId) -> Result<Vec<Filter>> {
    each(filters, instance, 0, &mut Bounds::default())
}

fn each(
    filters: &[AdministratorSearchFilter],
    instance: &OrgId,
    depth: usize,
    bounds: &mut Bounds,
) -> Result<Vec<Filter>> {
    filters.iter().map(|filter| one(filter, instance, depth, bounds)).collect()
}

fn one(filter: &AdministratorSearchFilter, instance: &OrgId, depth: usize, bounds: &mut Bounds) -> Result<Filter> {
    bounds.enter(depth)?;
    let inner = depth + 1;
    Ok(match filter.filter.as_ref().ok_or(fault::QUERY_EMPTY)? {
        Wire::And(and) => Filter::All(some(each(&and.queries, instance, inner, bounds)?)?),
        Wire::Or(or) => Filter::Any(some(each(&or.queries, instance, inner, bounds)?)?),
        Wire::Not(not) => {
            let negated = not.query.as_option().ok_or(fault::QUERY_EMPTY)?;
            Filter::Not(Box::new(one(negated, instance, inner, bounds)?))
        }
        Wire::CreationDate(filter) => Filter::Created(TimeMatch::new(filter)),
        Wire::ChangeDate(filter) => Filter::Changed(TimeMatch::new(filter)),
        Wire::InUserIdsFilter(filter) => Filter::Users(filter.ids.iter().filter_map(|id| UserId::parse(id)).collect()),
        Wire::UserOrganizationId(filter) => Filter::UserOrg(OrgId::parse(&filter.id)),
        Wire::UserPreferredLoginName(filter) => {
            Filter::UserName(TextMatch::filter(&filter.preferred_login_name, &filter.method))
        }
        Wire::UserDisplayName(filter) => Filter::DisplayName(TextMatch::filter(&filter.display_name, &filter.method)),
        Wire::Resource(filter) => Filter::Owner(match filter.resource.as_ref() {
            Some(Resource::Instance(true)) => Some(instance.clone()),
            Some(Resource::OrganizationId(id)) => OrgId::parse(id).filter(|id| id != instance),
            // Projects have no administrators here.
            _ => None,
        }),
        Wire::Role(filter) => Filter::Role(filter.role_key.clone()),
    })
}

/// `and` and `or` of nothing are refused: which of all and none they would mean is anybody's guess.
fn some(filters: Vec<Filter>) -> Result<Vec<Filter>> {
    if filters.is_empty() { Err(fault::QUERY_EMPTY.into()) } else { Ok(filters) }
}

impl Filter {
    /// The users among whom all that match must be, where a filter names them.
    pub fn users(&self, state: &State<'_>) -> Result<Option<Vec<UserId>>> {
        Ok(match self {
            Self::Users(users) => Some(users.iter().cloned().collect()),
            Self::UserName(name) => match (name.whole(), name.place()) {
                (Some(name), _) => Some(state.machine_by_name(name)?.map(|user| user.id).into_iter().collect()),
                (None, Some(place)) => {
                    let users = state.machines_in(None, Column::UserName, place.part(), Direction::Ascending)?;
                    Some(users.map(|user| Ok(user?.id)).collect::<Result<_>>()?)
                }
                (None, None) => None,
            },
            _ => None,
        })
    }

    pub fn matches(&self, member: &Member, user: &Machine) -> bool {
        match self {
            Self::All(all) => all.iter().all(|filter| filter.matches(member, user)),
            Self::Any(any) => any.iter().any(|filter| filter.matches(member, user)),
            Self::Not(not) => !not.matches(member, user),
            Self::Created(at) => at.matches(member.stamps.created),
            Self::Changed(at) => at.matches(member.stamps.changed),
            Self::Users(users) => users.contains(&member.user),
            Self::UserOrg(org) => org.as_ref() == Some(&user.org),
            Self::UserName(name) => name.matches(&user.user_name),
            Self::DisplayName(name) => name.matches(&user.name),
            Self::Owner(owner) => owner.as_ref() == Some(&member.owner),
            Self::Role(role) => member.roles.contains(role),
        }
    }
}
