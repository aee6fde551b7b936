//! What memberships in organisations and in the instance have in common.

pub(super) mod administrator_filter;
pub mod administrator_lists;
pub mod administrators;
pub mod instance;
pub mod memberships;
pub mod orgs;
pub(super) mod views;

use crate::{
    app::{App, reply},
    authz::Authorized,
    error::{Fault, Result},
    id::{OrgId, UserId},
    limits::MAX_ROLES,
    model::{Draft, Member},
    permission::{Permit, Roles},
    proto::zitadel::v1::ObjectDetails,
    store::{Decision, State},
};

/// What differs between the two kinds of membership.
pub struct Scope {
    /// Whether a member may have the role.
    pub is_role: fn(&Roles, &str) -> bool,
    /// Refuses if there is nothing (any more) to be a member of.
    pub exists: fn(&State<'_>, &OrgId) -> Result<()>,
    /// Refuses if this user must not be left with these roles.
    pub may_keep: fn(&State<'_>, &UserId, &[String]) -> Result<()>,
    pub draft: fn(&OrgId, Step) -> Draft,
    /// Adding: no roles, or too many; a role that members cannot have; no such user; a member already.
    pub add_invalid: Fault,
    pub add_role: Fault,
    pub add_user_unknown: Fault,
    pub add_exists: Fault,
    /// Changing: no roles, or too many; a role that members cannot have; not a member.
    pub change_invalid: Fault,
    pub change_role: Fault,
    pub change_unknown: Fault,
}

/// What can happen to a membership.
pub enum Step {
    Added { user: UserId, roles: Vec<String> },
    Changed { user: UserId, roles: Vec<String> },
    Removed { user: UserId },
    CascadeRemoved { user: UserId },
}

/// The event by which a membership ends because the user or the organisation goes.
pub fn end(instance: &OrgId, owner: &OrgId, user: &UserId) -> Draft {
    let scope = if owner == instance { &instance::SCOPE } else { &orgs::SCOPE };
    (scope.draft)(owner, Step::CascadeRemoved { user: user.clone() })
}

/// Makes a user of any organisation a member.
pub async fn add<P: Permit + 'static>(
    app: &App,
    scope: &'static Scope,
    who: Authorized<P>,
    user_id: String,
    roles: Vec<String>,
) -> Result<ObjectDetails> {
    let roles = to_add(&app.roles, scope, roles)?;
    let changed = app
        .store
        .change(who.warrant(), move |state, _| {
            (scope.exists)(state, &who.org)?;
            who.may_give(state, &roles)?;
            Ok(Decision::new(vec![joining(state, scope, &who.org, &user_id, roles)?], ()))
        })
        .await?;
    Ok(reply::added(changed.receipt()?))
}

/// The roles that a new member is to hold, if it can.
pub fn to_add(known: &Roles, scope: &Scope, roles: Vec<String>) -> Result<Vec<String>> {
    checked(known, roles, scope.is_role, scope.add_invalid, scope.add_role)
}

/// The event by which a user becomes a member.
pub fn joining(state: &State<'_>, scope: &Scope, owner: &OrgId, user_id: &str, roles: Vec<String>) -> Result<Draft> {
    let user = UserId::parse(user_id).ok_or(scope.add_user_unknown)?;
    let user = state.machine(&user)?.ok_or(scope.add_user_unknown)?.id;
    if state.member(owner, &user)?.is_some() {
        return Err(scope.add_exists.into());
    }
    Ok((scope.draft)(owner, Step::Added { user, roles }))
}

/// Replaces the roles of a member. The same roles again are no change, and fine.
pub async fn update<P: Permit + 'static>(
    app: &App,
    scope: &'static Scope,
    who: Authorized<P>,
    user_id: String,
    roles: Vec<String>,
) -> Result<ObjectDetails> {
    let roles = checked(&app.roles, roles, scope.is_role, scope.change_invalid, scope.change_role)?;
    let changed = app
        .store
        .change(who.warrant(), move |state, _| {
            let member = find(state, &who.org, &user_id)?.ok_or(scope.change_unknown)?;
            if member.roles == roles {
                return Ok(Decision::nothing(Some(member)));
            }
            // Who may not give a role may not take it either.
            who.may_take(state, &member.roles)?;
            who.may_give(state, &roles)?;
            (scope.may_keep)(state, &member.user, &roles)?;
            Ok(Decision::new(vec![(scope.draft)(&who.org, Step::Changed { user: member.user, roles })], None))
        })
        .await?;
    Ok(match &changed.answer {
        Some(Member { stamps, owner, .. }) => {
            reply::details(stamps.sequence, None, Some(stamps.changed), owner.as_str())
        }
        None => reply::changed(changed.receipt()?),
    })
}

/// Ends a membership. Fine when there was none; then the details are empty.
pub async fn remove<P: Permit + 'static>(
    app: &App,
    scope: &'static Scope,
    who: Authorized<P>,
    user_id: String,
) -> Result<ObjectDetails> {
    let changed = app
        .store
        .change(who.warrant(), move |state, _| {
            let Some(member) = find(state, &who.org, &user_id)? else { return Ok(Decision::nothing(())) };
            who.may_take(state, &member.roles)?;
            (scope.may_keep)(state, &member.user, &[])?;
            Ok(Decision::new(vec![(scope.draft)(&who.org, Step::Removed { user: member.user })], ()))
        })
        .await?;
    Ok(changed.last().map(reply::changed).unwrap_or_default())
}

fn find(state: &State<'_>, owner: &OrgId, user_id: &str) -> Result<Option<Member>> {
    UserId::parse(user_id).map_or(Ok(None), |user| state.member(owner, &user))
}

/// The roles in their order, each once.
fn checked(
    known: &Roles,
    roles: Vec<String>,
    is_role: fn(&Roles, &str) -> bool,
    invalid: Fault,
    not_a_role: Fault,
) -> Result<Vec<String>> {
    if roles.is_empty() || roles.len() > MAX_ROLES {
        return Err(invalid.into());
    }
    let mut once = Vec::with_capacity(roles.len());
    for role in roles {
        if !is_role(known, &role) {
            return Err(not_a_role.into());
        }
        if !once.contains(&role) {
            once.push(role);
        }
    }
    Ok(once)
}
