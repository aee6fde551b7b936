//! The memberships of one user, and what they permit.

use crate::{
    app::{
        App,
        page::{Page, few_enough},
        reply,
    },
    authn::Caller,
    authz::{Authenticated, Authorized},
    error::Result,
    id::{OrgId, UserId},
    model::{Instance, Member, fault},
    permission::{UserMembershipRead, reads},
    proto::zitadel::{
        auth::v1 as auth,
        management::v1 as management,
        user::v1::{self as user, membership::Type, membership_query::Query},
        v1::ListDetails,
    },
    store::{Direction, Snapshot, State},
};

/// A user's memberships in the context organisation and in the instance. An unknown user has none.
pub async fn list(
    app: App,
    who: Authorized<UserMembershipRead>,
    request: management::ListUserMembershipsRequest,
) -> Result<management::ListUserMembershipsResponse> {
    let page = Page::v1(request.query.as_option(), app.clock.now())?;
    let (details, result) = match UserId::parse(&request.user_id) {
        Some(id) => find(app, id, Some(who.org), page, request.queries).await?,
        None => (page.details(0), Vec::new()),
    };
    Ok(management::ListUserMembershipsResponse { details: details.into(), result })
}

/// The caller's memberships everywhere, with the roles in them that count for it.
pub async fn list_mine(
    app: App,
    who: Authenticated,
    request: auth::ListMyMembershipsRequest,
) -> Result<auth::ListMyMembershipsResponse> {
    let Caller { user, bounds, .. } = who.caller;
    let page = Page::v1(request.query.as_option(), app.clock.now())?;
    let (details, mut result) = find(app, user, None, page, request.queries).await?;
    for membership in &mut result {
        membership.roles.retain(|role| bounds.count_role(role));
    }
    Ok(auth::ListMyMembershipsResponse { details: details.into(), result })
}

/// What the caller may do in the context organisation: also what no operation of this server demands, for clients that
/// decide by it what they offer.
pub async fn my_permissions(
    app: App,
    who: Authenticated,
    _: auth::ListMyZitadelPermissionsRequest,
) -> Result<auth::ListMyZitadelPermissionsResponse> {
    let snapshot = app.store.snapshot()?;
    let state = snapshot.state();
    let here = state.member(&who.org, &who.caller.user)?;
    let everywhere = state.member(&state.instance()?.id, &who.caller.user)?;
    if here.is_none() && everywhere.is_none() {
        return Err(fault::NO_MEMBERSHIP.into());
    }
    let bounds = &who.caller.bounds;
    let roles = here.into_iter().chain(everywhere).flat_map(|member| member.roles);
    let roles: Vec<_> = roles.filter(|role| bounds.count_role(role)).collect();
    let names = app.roles.names_of(&roles).into_iter().filter(|name| !bounds.read_only || reads(name));
    let result = names.map(Into::into).collect();
    Ok(auth::ListMyZitadelPermissionsResponse { result })
}

/// The memberships of a user that meet all queries, by owner; all of them, or those in `org` and in the instance.
async fn find(
    app: App,
    id: UserId,
    org: Option<OrgId>,
    page: Page,
    queries: Vec<user::MembershipQuery>,
) -> Result<(ListDetails, Vec<user::Membership>)> {
    few_enough(&queries)?;
    let queries: Vec<_> =
        queries.into_iter().map(|query| query.query).collect::<Option<_>>().ok_or(fault::MEMBERSHIP_QUERY_EMPTY)?;
    let host = app.settings.host.clone();
    let find = move |snapshot: &Snapshot| {
        let state = snapshot.state();
        let instance = state.instance()?;
        let mut found = in_sight(&state, &id, org.as_ref(), &instance)?;
        found.retain(|member| queries.iter().all(|query| matches(query, member, &instance)));
        if page.direction == Direction::Descending {
            found.reverse();
        }
        let (details, shown) = page.cut(found);
        let views = shown.iter().map(|member| view(&host, &state, &instance, member)).collect::<Result<_>>()?;
        Ok((details, views))
    };
    app.store.read(find).await
}

/// By owner.
fn in_sight(state: &State<'_>, user: &UserId, org: Option<&OrgId>, instance: &Instance) -> Result<Vec<Member>> {
    let Some(org) = org else { return state.memberships(user)?.collect() };
    let mut owners = vec![org, &instance.id];
    owners.sort();
    owners.into_iter().filter_map(|owner| state.member(owner, user).transpose()).collect()
}

fn matches(query: &Query, member: &Member, instance: &Instance) -> bool {
    match query {
        Query::OrgQuery(query) => member.owner != instance.id && query.org_id == member.owner.as_str(),
        // There are no projects here.
        Query::ProjectQuery(_) | Query::ProjectGrantQuery(_) => false,
        // Asks for those of the instance whatever its flag says, as ZITADEL reads it.
        Query::IamQuery(_) => member.owner == instance.id,
    }
}

fn view(host: &str, state: &State<'_>, instance: &Instance, member: &Member) -> Result<user::Membership> {
    let (kind, display_name) = match member.owner == instance.id {
        // The instance has no name of its own; people know it by its host.
        true => (Type::Iam(true), host.into()),
        false => {
            let name = state.org(&member.owner)?.map(|org| org.name).unwrap_or_default();
            (Type::OrgId(member.owner.to_string()), name)
        }
    };
    Ok(user::Membership {
        user_id: member.user.to_string(),
        details: reply::viewed(&member.stamps, member.owner.as_str()).into(),
        roles: member.roles.clone(),
        display_name,
        r#type: Some(kind),
    })
}
