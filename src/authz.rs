//! Who may do what. A use case names the proof that it needs in its own signature; proofs are made here and nowhere
//! else, so an operation that forgets to ask does not compile.
//!
//! What counts is the organisation of the **target** and the caller's memberships there. The `x-zitadel-orgid` header
//! only says which organisation is the target where the request itself does not.

mod objects;

use crate::{
    authn::Caller,
    error::{Fault, Result},
    id::{OrgId, UserId},
    model::{Machine, fault},
    permission::{Permission, Permissions, Permit, Roles},
    store::{Direction, State},
};
use std::{collections::BTreeSet, marker::PhantomData};

/// What a request is about, as the operation table says.
#[derive(Debug, Clone, Copy)]
pub enum Target<'a> {
    /// The context organisation: the header's, or else the caller's own.
    Context,
    /// What belongs to no organisation. Only memberships of the instance count.
    Instance,
    /// The organisation with this id. The fault says that there is none.
    Org(&'a str, Fault),
    /// The user with this id. The fault says that there is none.
    User(&'a str, Fault),
    /// The same, and the user itself needs no permission.
    UserOrSelf(&'a str, Fault),
    /// The same, and for the user itself this other permission will do.
    UserOrPermittedSelf(&'a str, Fault, Permission),
    /// The organisation of the project with this id; the context one if there is no such project, which the use case
    /// then finds for itself.
    Project(&'a str),
    /// The same of the organisation that gave the user grant with this id.
    UserGrant(&'a str),
    /// The caller's own organisation, whatever the header says.
    Home,
    /// Nothing that there is, as the fault says to whoever is known.
    Nothing(Fault),
}

/// What a proof is made from.
pub struct Grounds<'a> {
    pub state: State<'a>,
    pub roles: &'a Roles,
    /// Who calls, or why nobody is known to. Looked at only by proofs that need a caller.
    pub caller: Result<Caller>,
    /// The `x-zitadel-orgid` header.
    pub context: Option<&'a str>,
    pub target: Target<'a>,
}

/// Something that an operation must be shown before it runs.
pub trait Proof: Sized + Send {
    /// The permission as the protos declare it: a name, `authenticated`, or nothing.
    const PERMISSION: &'static str;

    fn prove(grounds: Grounds<'_>) -> Result<Self>;
}

/// Proof of nothing: for operations that anybody may call.
#[derive(Debug)]
pub struct Anyone(());

/// Proof that the caller is known.
#[derive(Debug, Clone)]
pub struct Authenticated {
    pub caller: Caller,
    /// The context organisation.
    pub org: OrgId,
}

/// Proof that the caller holds the permission `P` over [`Self::org`], or over itself alone.
#[derive(Debug)]
pub struct Authorized<P> {
    pub caller: Caller,
    /// The organisation that the proof is good for.
    pub org: OrgId,
    reach: Reach,
    permission: PhantomData<fn() -> P>,
}

/// Proof of the permission `I` over the instance or of `O` over an organisation: the request says which.
#[derive(Debug)]
pub enum Over<I, O> {
    Instance(Authorized<I>),
    Org(Authorized<O>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Reach {
    Org,
    /// The caller itself, whatever its roles.
    Caller,
}

/// Organisations in which a caller holds a permission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Orgs {
    All,
    These(BTreeSet<OrgId>),
}

/// Why a user that a request names is out of a proof's reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// There is no such user.
    Unknown,
    /// It belongs to another organisation.
    Elsewhere,
}

impl Proof for Anyone {
    const PERMISSION: &'static str = "";

    fn prove(_: Grounds<'_>) -> Result<Self> {
        Ok(Self(()))
    }
}

impl Proof for Authenticated {
    const PERMISSION: &'static str = "authenticated";

    fn prove(grounds: Grounds<'_>) -> Result<Self> {
        let caller = grounds.caller?;
        let org = context(&grounds.state, grounds.context, &caller)?;
        Ok(Self { caller, org })
    }
}

impl<P: Permit> Proof for Authorized<P> {
    const PERMISSION: &'static str = P::PERMISSION.name();

    fn prove(grounds: Grounds<'_>) -> Result<Self> {
        let Grounds { state, roles, caller, context: header, target } = grounds;
        let caller = caller?;
        let context = context(&state, header, &caller)?;
        let (org, reach) = match target {
            Target::Context => (context, Reach::Org),
            Target::Instance => return over_instance(&state, roles, caller, context),
            Target::Org(id, unknown) => (target_org(&state, roles, &caller, id, P::PERMISSION, unknown)?, Reach::Org),
            Target::User(id, unknown) => (find_user(&state, id, unknown)?.org, Reach::Org),
            Target::UserOrSelf(id, unknown) => {
                let user = find_user(&state, id, unknown)?;
                (user.org, if user.id == caller.user { Reach::Caller } else { Reach::Org })
            }
            Target::UserOrPermittedSelf(id, unknown, other) => {
                let user = find_user(&state, id, unknown)?;
                if user.id == caller.user && held(&state, roles, &caller, &user.org)?.0.contains(other) {
                    (user.org, Reach::Caller)
                } else {
                    (user.org, Reach::Org)
                }
            }
            Target::Project(id) => {
                (objects::find_project(&state, id)?.map_or(context, |project| project.org), Reach::Org)
            }
            Target::UserGrant(id) => {
                (objects::find_user_grant(&state, id)?.map_or(context, |grant| grant.owner), Reach::Org)
            }
            Target::Home => (caller.org.clone(), Reach::Org),
            Target::Nothing(fault) => return Err(fault.into()),
        };
        if reach == Reach::Org {
            held(&state, roles, &caller, &org)?.demand(P::PERMISSION)?;
        }
        Ok(Self { caller, org, reach, permission: PhantomData })
    }
}

impl<I: Permit, O: Permit> Proof for Over<I, O> {
    // What every request needs; the rest depends on the request.
    const PERMISSION: &'static str = Authenticated::PERMISSION;

    fn prove(grounds: Grounds<'_>) -> Result<Self> {
        match grounds.target {
            Target::Instance => Authorized::prove(grounds).map(Self::Instance),
            _ => Authorized::prove(grounds).map(Self::Org),
        }
    }
}

impl Authenticated {
    /// Where the caller holds a permission: for lists that show what the caller may see of many organisations.
    pub fn orgs_where<P: Permit>(&self, state: &State<'_>, roles: &Roles) -> Result<Orgs> {
        orgs_where(state, roles, &self.caller.user, P::PERMISSION)
    }
}

impl Orgs {
    pub fn contain(&self, org: &OrgId) -> bool {
        match self {
            Self::All => true,
            Self::These(orgs) => orgs.contains(org),
        }
    }

    /// Each of them.
    pub fn ids(&self, state: &State<'_>) -> Result<Vec<OrgId>> {
        match self {
            Self::All => state.orgs(false, Direction::Ascending)?.map(|org| org.map(|org| org.id)).collect(),
            Self::These(orgs) => Ok(orgs.iter().cloned().collect()),
        }
    }
}

impl<P> Authorized<P> {
    /// Where else the caller holds a permission, be it the proof's or one that goes with it.
    pub fn orgs_where<Q: Permit>(&self, state: &State<'_>, roles: &Roles) -> Result<Orgs> {
        orgs_where(state, roles, &self.caller.user, Q::PERMISSION)
    }

    /// Refuses a caller that the proof reaches only because it is the user in question.
    pub fn is_not_only_self(&self, state: &State<'_>, roles: &Roles) -> Result<()>
    where
        P: Permit,
    {
        held(state, roles, &self.caller, &self.org)?.demand(P::PERMISSION)
    }

    /// Refuses to give the caller a credential of a user that may do what the caller may not: whoever can mint a
    /// secret for an account can act as the account.
    ///
    /// What another organisation lets the user do is weighed against what the caller may do in the user's own: whoever
    /// gave it the role trusted those who run the account, and must not be able to keep them from rotating its secret.
    pub fn may_act_as(&self, state: &State<'_>, roles: &Roles, machine: &Machine) -> Result<()> {
        if machine.id == self.caller.user {
            return Ok(());
        }
        let instance = state.instance()?.id;
        for membership in state.memberships(&machine.id)? {
            let membership = membership?;
            let owner = if membership.owner == instance { &instance } else { &machine.org };
            self.covers(state, roles, owner, permissions(roles, &membership.roles))?;
        }
        Ok(())
    }

    /// Refuses to give anybody roles over [`Self::org`] that permit what the caller may not do to it: whoever can give
    /// a role could give it to an account of its own.
    pub fn may_give(&self, state: &State<'_>, roles: &Roles, given: &[String]) -> Result<()> {
        self.covers(state, roles, &self.org, permissions(roles, given))
    }

    /// The same over an organisation that is yet to be. Whoever adds one could take the role `founder` in it, and so may
    /// give what that permits; beyond it only what the caller may do everywhere.
    pub fn may_give_in_new_org(&self, state: &State<'_>, roles: &Roles, founder: &str, given: &[String]) -> Result<()> {
        let everywhere = permissions_over(state, roles, &self.caller.user, &state.instance()?.id)?;
        covered(everywhere.union(roles.permissions_of(founder)), permissions(roles, given))
    }

    /// Refuses unless the caller may do all of this to what `owner` owns.
    fn covers(&self, state: &State<'_>, roles: &Roles, owner: &OrgId, theirs: Permissions) -> Result<()> {
        covered(permissions_over(state, roles, &self.caller.user, owner)?, theirs)
    }
}

/// Refuses unless `mine` are as much as `theirs`. Who may delete every user need not hold the right to delete oneself,
/// which is a role of its own that not even an `IAM_OWNER` has.
fn covered(mut mine: Permissions, theirs: Permissions) -> Result<()> {
    if mine.contains(Permission::UserDelete) {
        mine.insert(Permission::UserSelfDelete);
    }
    if mine.contains_all(theirs) { Ok(()) } else { Err(fault::NO_PERMISSION.into()) }
}

// By hand, because a derive would ask that `P` be cloned, which it never is.
impl<P> Clone for Authorized<P> {
    fn clone(&self) -> Self {
        let Self { caller, org, reach, .. } = self;
        Self { caller: caller.clone(), org: org.clone(), reach: reach.clone(), permission: PhantomData }
    }
}

/// What the caller's memberships in an organisation and in the instance permit together.
struct Held(Permissions);

impl Held {
    fn demand(self, permission: Permission) -> Result<()> {
        if self.0.contains(permission) { Ok(()) } else { Err(fault::NO_PERMISSION.into()) }
    }
}

/// Refuses a caller that has no membership at all, as if there were no such organisation.
fn held(state: &State<'_>, roles: &Roles, caller: &Caller, org: &OrgId) -> Result<Held> {
    let here = state.member(org, &caller.user)?;
    let everywhere = state.member(&state.instance()?.id, &caller.user)?;
    if here.is_none() && everywhere.is_none() {
        return Err(fault::NO_MEMBERSHIP.into());
    }
    let all = here.iter().chain(&everywhere).map(|member| permissions(roles, &member.roles));
    Ok(Held(all.fold(Permissions::NONE, Permissions::union)))
}

fn over_instance<P: Permit>(state: &State<'_>, roles: &Roles, caller: Caller, context: OrgId) -> Result<Authorized<P>> {
    held(state, roles, &caller, &context)?;
    let instance = state.instance()?.id;
    let member = state.member(&instance, &caller.user)?;
    Held(member.map_or(Permissions::NONE, |member| permissions(roles, &member.roles))).demand(P::PERMISSION)?;
    Ok(Authorized { caller, org: instance, reach: Reach::Org, permission: PhantomData })
}

/// An organisation that a request names. Whether one exists is told only to callers that may act in all of them.
fn target_org(
    state: &State<'_>,
    roles: &Roles,
    caller: &Caller,
    id: &str,
    permission: Permission,
    unknown: Fault,
) -> Result<OrgId> {
    let org = match OrgId::parse(id) {
        Some(id) => state.org(&id)?.map(|org| org.id),
        None => None,
    };
    if let Some(org) = org {
        return Ok(org);
    }
    held(state, roles, caller, &state.instance()?.id)?.demand(permission)?;
    Err(unknown.into())
}

fn context(state: &State<'_>, header: Option<&str>, caller: &Caller) -> Result<OrgId> {
    let Some(header) = header.filter(|header| !header.is_empty()) else { return Ok(caller.org.clone()) };
    let org = OrgId::parse(header).ok_or(fault::CONTEXT_ORG_UNKNOWN)?;
    Ok(state.org(&org)?.ok_or(fault::CONTEXT_ORG_UNKNOWN)?.id)
}

fn find_user(state: &State<'_>, id: &str, unknown: Fault) -> Result<Machine> {
    let id = UserId::parse(id).ok_or(unknown)?;
    Ok(state.machine(&id)?.ok_or(unknown)?)
}

fn orgs_where(state: &State<'_>, roles: &Roles, user: &UserId, permission: Permission) -> Result<Orgs> {
    let instance = state.instance()?.id;
    let mut orgs = BTreeSet::new();
    for membership in state.memberships(user)? {
        let membership = membership?;
        if !permissions(roles, &membership.roles).contains(permission) {
            continue;
        }
        if membership.owner == instance {
            return Ok(Orgs::All);
        }
        orgs.insert(membership.owner);
    }
    Ok(Orgs::These(orgs))
}

/// What a user may do to what `owner` owns.
fn permissions_over(state: &State<'_>, roles: &Roles, user: &UserId, owner: &OrgId) -> Result<Permissions> {
    let instance = state.instance()?.id;
    let mut all = Permissions::NONE;
    for owner in [owner, &instance] {
        if let Some(member) = state.member(owner, user)? {
            all = all.union(permissions(roles, &member.roles));
        }
    }
    Ok(all)
}

fn permissions(roles: &Roles, names: &[String]) -> Permissions {
    names.iter().map(|name| roles.permissions_of(name)).fold(Permissions::NONE, Permissions::union)
}
