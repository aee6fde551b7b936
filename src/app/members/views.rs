//! Members as they are shown.

use crate::{
    app::{
        App,
        page::{Page, few_enough},
        reply,
    },
    error::{Error, Result},
    id::{OrgId, UserId},
    model::{Machine, Member, fault},
    proto::zitadel::{
        member::v1::{self as wire, MemberFieldColumnName as Column, search_query::Query},
        user::v1::Type,
        v1::{ListDetails, ListQuery},
    },
    store::{Counted, Direction, Snapshot, State},
};

/// The members of an organisation or of the instance that meet all queries, in the order of `column`, then of their
/// user ids. Only by user id is there an index of one owner's members; other columns are for the instance, which has few.
pub async fn list(
    app: &App,
    owner: OrgId,
    query: Option<&ListQuery>,
    column: Column,
    queries: Vec<wire::SearchQuery>,
) -> Result<(ListDetails, Vec<wire::Member>)> {
    let page = Page::v1(query, app.clock.now())?;
    few_enough(&queries)?;
    let queries: Vec<_> =
        queries.into_iter().map(|query| query.query).collect::<Option<_>>().ok_or(fault::MEMBER_QUERY_EMPTY)?;
    let find = move |snapshot: &Snapshot| {
        let state = snapshot.state();
        let (details, members) = find(&state, &owner, &queries, column, page)?;
        let views = members.iter().map(|member| Ok(view(member, &machine(&state, member)?)));
        Ok((details, views.collect::<Result<_>>()?))
    };
    app.store.read(find).await
}

fn find(
    state: &State<'_>,
    owner: &OrgId,
    queries: &[Query],
    column: Column,
    page: Page,
) -> Result<(ListDetails, Vec<Member>)> {
    let mut found = match queries.first() {
        None if matches!(column, Column::MEMBER_FIELD_NAME_UNSPECIFIED | Column::MEMBER_FIELD_NAME_USER_ID) => {
            let total = state.count(Counted::Members(Some(owner)))?;
            return Ok((page.details(total), page.of(total, |direction| state.members(owner, direction))?));
        }
        None => state.members(owner, Direction::Ascending)?.collect::<Result<_>>()?,
        // All others hold of nobody, so what meets all queries is one member at most.
        Some(Query::UserIdQuery(query)) => match UserId::parse(&query.user_id) {
            Some(user) => state.member(owner, &user)?.into_iter().collect(),
            None => Vec::new(),
        },
        Some(_) => Vec::new(),
    };
    found.retain(|member| queries.iter().all(|query| matches(query, member)));
    let mut keyed =
        found.into_iter().map(|member| Ok((sort_key(state, column, &member)?, member))).collect::<Result<Vec<_>>>()?;
    keyed.sort_by(|(a, _), (b, _)| a.cmp(b));
    if page.direction == Direction::Descending {
        keyed.reverse();
    }
    Ok(page.cut(keyed.into_iter().map(|(_, member)| member).collect()))
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
