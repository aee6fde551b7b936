//! Members as they are shown.

use crate::{
    app::{
        App,
        page::{Page, few_enough},
        reply,
    },
    error::{Error, Result},
    id::OrgId,
    model::{Machine, Member, fault},
    proto::zitadel::{
        member::v1::{self as wire, MemberFieldColumnName as Column, search_query::Query},
        user::v1::Type,
        v1::{ListDetails, ListQuery},
    },
    store::{Direction, State},
};

/// The members of an organisation or of the instance that meet all queries, in the order of `column`, then of their
/// user ids. It looks at every member, because it says how many there are.
pub fn list(
    app: &App,
    owner: &OrgId,
    query: Option<&ListQuery>,
    column: Column,
    queries: &[wire::SearchQuery],
) -> Result<(ListDetails, Vec<wire::Member>)> {
    let page = Page::v1(query)?;
    few_enough(queries)?;
    let queries: Vec<_> =
        queries.iter().map(|query| query.query.as_ref()).collect::<Option<_>>().ok_or(fault::MEMBER_QUERY_EMPTY)?;
    let snapshot = app.store.snapshot()?;
    let state = snapshot.state();
    let mut found = Vec::new();
    for member in state.members(owner, Direction::Ascending)? {
        let member = member?;
        if queries.iter().all(|query| matches(query, &member)) {
            found.push((sort_key(&state, column, &member)?, member));
        }
    }
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    if page.direction == Direction::Descending {
        found.reverse();
    }
    let (details, shown) = page.cut(found);
    let views = shown.iter().map(|(_, member)| Ok(view(member, &machine(&state, member)?))).collect::<Result<_>>()?;
    Ok((details, views))
}

/// Machines have neither given names nor addresses, so no condition on those holds, not even an empty one.
fn matches(query: &Query, member: &Member) -> bool {
    match query {
        Query::FirstNameQuery(_) | Query::LastNameQuery(_) | Query::EmailQuery(_) => false,
        Query::UserIdQuery(query) => query.user_id == member.user.as_str(),
    }
}

/// Bytes that compare as the values do.
fn sort_key(state: &State<'_>, column: Column, member: &Member) -> Result<Vec<u8>> {
    Ok(match column {
        Column::MEMBER_FIELD_NAME_UNSPECIFIED | Column::MEMBER_FIELD_NAME_USER_ID => Vec::new(),
        Column::MEMBER_FIELD_NAME_CREATION_DATE => member.stamps.created.micros().to_be_bytes().into(),
        Column::MEMBER_FIELD_NAME_CHANGE_DATE => member.stamps.changed.micros().to_be_bytes().into(),
        Column::MEMBER_FIELD_NAME_USER_RESOURCE_OWNER => machine(state, member)?.org.as_str().into(),
    })
}

fn machine(state: &State<'_>, member: &Member) -> Result<Machine> {
    let machine = state.machine(&member.user)?;
    machine.ok_or_else(|| Error::internal(format!("{} has a member that is not there: {}", member.owner, member.user)))
}

fn view(member: &Member, machine: &Machine) -> wire::Member {
    wire::Member {
        user_id: member.user.to_string(),
        details: reply::viewed(&member.stamps, member.owner.as_str()).into(),
        roles: member.roles.clone(),
        preferred_login_name: machine.user_name.clone(),
        display_name: machine.name.clone(),
        user_type: Type::TYPE_MACHINE.into(),
        user_resource_owner: machine.org.to_string(),
        ..Default::default()
    }
}
