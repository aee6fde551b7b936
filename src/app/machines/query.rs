//! From the queries of requests to a [`Filter`].

use crate::{
    app::{
        machines::filter::{Bounds, Filter},
        text_match::TextMatch,
    },
    error::Result,
    model::{MachineState, fault},
    proto::zitadel::user::{
        v1::{SearchQuery, Type, UserState, search_query::Query},
        v2,
    },
};
use buffa::EnumValue;

/// The users that meet all of the queries.
pub fn v1(queries: &[SearchQuery]) -> Result<Filter> {
    each(queries, 0, &mut Bounds::default()).map(Filter::All)
}

fn each(queries: &[SearchQuery], depth: usize, bounds: &mut Bounds) -> Result<Vec<Filter>> {
    queries.iter().map(|query| one(query, depth, bounds)).collect()
}

fn one(query: &SearchQuery, depth: usize, bounds: &mut Bounds) -> Result<Filter> {
    bounds.enter(depth)?;
    let inner = depth + 1;
    Ok(match query.query.as_ref().ok_or(fault::QUERY_EMPTY)? {
        Query::AndQuery(and) => Filter::All(some(each(&and.queries, inner, bounds)?)?),
        Query::OrQuery(or) => Filter::Any(some(each(&or.queries, inner, bounds)?)?),
        Query::NotQuery(not) => {
            let negated = not.query.as_option().ok_or(fault::QUERY_EMPTY)?;
            Filter::Not(Box::new(one(negated, inner, bounds)?))
        }
        Query::UserNameQuery(query) => Filter::UserName(TextMatch::v1(&query.user_name, &query.method)),
        // The user name is the one login name.
        Query::LoginNameQuery(query) => Filter::UserName(TextMatch::v1(&query.login_name, &query.method)),
        Query::DisplayNameQuery(query) => Filter::DisplayName(TextMatch::v1(&query.display_name, &query.method)),
        Query::StateQuery(query) => state(&query.state),
        Query::TypeQuery(query) if query.r#type.as_known() == Some(Type::TYPE_MACHINE) => Filter::EVERYBODY,
        Query::InUserIdsQuery(query) => Filter::ids(&query.user_ids),
        Query::TypeQuery(_)
        | Query::FirstNameQuery(_)
        | Query::LastNameQuery(_)
        | Query::NickNameQuery(_)
        | Query::EmailQuery(_)
        | Query::InUserEmailsQuery(_) => Filter::NOBODY,
    })
}

/// `and` and `or` of nothing are refused: which of all and none they would mean is anybody's guess.
fn some(filters: Vec<Filter>) -> Result<Vec<Filter>> {
    if filters.is_empty() { Err(fault::QUERY_EMPTY.into()) } else { Ok(filters) }
}

fn state(state: &EnumValue<UserState>) -> Filter {
    match state.as_known() {
        Some(UserState::USER_STATE_ACTIVE) => Filter::State(MachineState::Active),
        Some(UserState::USER_STATE_INACTIVE) => Filter::State(MachineState::Inactive),
        Some(UserState::USER_STATE_LOCKED) => Filter::State(MachineState::Locked),
        _ => Filter::NOBODY,
    }
}

/// The users that meet all of the queries.
pub fn v2(queries: &[v2::SearchQuery]) -> Result<Filter> {
    each_v2(queries, 0, &mut Bounds::default()).map(Filter::All)
}

fn each_v2(queries: &[v2::SearchQuery], depth: usize, bounds: &mut Bounds) -> Result<Vec<Filter>> {
    queries.iter().map(|query| one_v2(query, depth, bounds)).collect()
}

fn one_v2(query: &v2::SearchQuery, depth: usize, bounds: &mut Bounds) -> Result<Filter> {
    use v2::search_query::Query;
    bounds.enter(depth)?;
    let inner = depth + 1;
    Ok(match query.query.as_ref().ok_or(fault::QUERY_EMPTY)? {
        Query::AndQuery(and) => Filter::All(some(each_v2(&and.queries, inner, bounds)?)?),
        Query::OrQuery(or) => Filter::Any(some(each_v2(&or.queries, inner, bounds)?)?),
        Query::NotQuery(not) => {
            let negated = not.query.as_option().ok_or(fault::QUERY_EMPTY)?;
            Filter::Not(Box::new(one_v2(negated, inner, bounds)?))
        }
        Query::UserNameQuery(query) => Filter::UserName(TextMatch::v2(&query.user_name, &query.method)),
        Query::LoginNameQuery(query) => Filter::UserName(TextMatch::v2(&query.login_name, &query.method)),
        Query::DisplayNameQuery(query) => Filter::DisplayName(TextMatch::v2(&query.display_name, &query.method)),
        Query::StateQuery(query) => match query.state.as_known() {
            Some(v2::UserState::USER_STATE_ACTIVE) => Filter::State(MachineState::Active),
            Some(v2::UserState::USER_STATE_INACTIVE) => Filter::State(MachineState::Inactive),
            Some(v2::UserState::USER_STATE_LOCKED) => Filter::State(MachineState::Locked),
            _ => Filter::NOBODY,
        },
        Query::TypeQuery(query) if query.r#type.as_known() == Some(v2::Type::TYPE_MACHINE) => Filter::EVERYBODY,
        Query::InUserIdsQuery(query) => Filter::ids(&query.user_ids),
        Query::OrganizationIdQuery(query) => Filter::org_id(&query.organization_id),
        Query::TypeQuery(_)
        | Query::FirstNameQuery(_)
        | Query::LastNameQuery(_)
        | Query::NickNameQuery(_)
        | Query::EmailQuery(_)
        | Query::PhoneQuery(_)
        | Query::InUserEmailsQuery(_) => Filter::NOBODY,
    })
}
