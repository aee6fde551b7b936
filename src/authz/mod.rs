//! Who may do what. A use case names the proof that it needs in its own signature; proofs are made here and nowhere
//! else, so an operation that forgets to ask does not compile.
//!
//! What counts is the organisation of the **target** and the caller's memberships there. The `x-zitadel-orgid` header
//! only says which organisation is the target where the request itself does not.

mod objects;
mod rank;

use crate::{
    authn::Caller,
    error::{Fault, Result},
    id::{OrgId, UserId},
    model::{Machine, fault},
    permission::{Permission, Permissions, Permit, Roles},
    store::{State, Warrant},
    time::Timestamp,
};
use std::{collections::BTreeSet, marker::PhantomData, net::IpAddr, sync::Arc};

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
    /// The user with this id, which needs no permission for itself. The fault says that there is none.
    UserOrSelf(&'a str, Fault),
    /// The user with this id, which needs no permission for itself. The fault says that there is none, and is all that a
    /// caller hears who has no role in the user's organisation.
    HiddenUserOrSelf(&'a str, Fault),
    /// The user with this id, which needs only this other permission for itself. The fault says that there is none.
    UserOrPermittedSelf(&'a str, Fault, Permission),
    /// The organisation of the project with this id; the context one if there is no such project, which the use case
    /// then finds for itself.
    Project(&'a str),
    /// The organisation that gave the user grant with this id; the context one if there is no such grant, which the use
    /// case then finds for itself.
    UserGrant(&'a str),
    /// The caller's own organisation, whatever the header says.
    Home,
    /// Something that is not there. A known caller is answered with the fault.
    Nothing(Fault),
}

/// What a proof is made from.
pub struct Evidence<'a> {
    pub state: State<'a>,
    pub roles: &'a Arc<Roles>,
    /// Who calls; or why the caller is not known, which only proofs that need no caller accept.
    pub caller: Result<Caller>,
    /// Where the request comes from, if anybody knows.
    pub remote: Option<IpAddr>,
    /// The `x-zitadel-orgid` header.
    pub context: Option<&'a str>,
    pub target: Target<'a>,
}

/// Something that an operation must be shown before it runs.
pub trait Proof: Sized + Send {
    /// The permission as the protos declare it: a name, `authenticated`, or nothing.
    const PERMISSION: &'static str;
    /// Whether the caller must be known.
    const NEEDS_CALLER: bool = true;

    fn prove(evidence: Evidence<'_>) -> Result<Self>;
}

/// Proof of nothing: for operations that anybody may call.
#[derive(Debug)]
pub struct Anyone {
    /// Where the request comes from, if anybody knows.
    pub remote: Option<IpAddr>,
}

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
    roles: Arc<Roles>,
    permission: PhantomData<fn() -> P>,
}

/// Proof of the permission `I` over the instance or of `O` over an organisation: the request says which.
#[derive(Debug)]
pub enum Over<I, O> {
    Instance(Authorized<I>),
    Org(Authorized<O>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// What belongs to the organisation.
    Org,
    /// The caller itself, which needs this permission, or no role at all.
    Caller(Option<Permission>),
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

impl From<Absent> for Fault {
    fn from(absent: Absent) -> Self {
        match absent {
            Absent::Unknown => fault::USER_UNKNOWN,
            Absent::Elsewhere => fault::USER_ELSEWHERE,
        }
    }
}

impl Proof for Anyone {
    const PERMISSION: &'static str = "";
    const NEEDS_CALLER: bool = false;

    fn prove(evidence: Evidence<'_>) -> Result<Self> {
        Ok(Self { remote: evidence.remote })
    }
}

impl Proof for Authenticated {
    const PERMISSION: &'static str = "authenticated";

    fn prove(evidence: Evidence<'_>) -> Result<Self> {
        let caller = evidence.caller?;
        let org = context(&evidence.state, evidence.context, &caller)?;
        Ok(Self { caller, org })
    }
}

impl<P: Permit> Proof for Authorized<P> {
    const PERMISSION: &'static str = P::PERMISSION.name();

    fn prove(evidence: Evidence<'_>) -> Result<Self> {
        let Evidence { state, roles, caller, context: header, target, .. } = evidence;
        let caller = caller?;
        let context = context(&state, header, &caller)?;
        let (org, reach) = match target {
            Target::Context => (context, Reach::Org),
            Target::Instance => {
                // Whoever has a role in the context has too little of it here, not none.
                held(&state, roles, &caller, &context)?;
                let instance = state.instance()?.id;
                Held(permissions_over(&state, roles, &caller, &instance)?).demand(P::PERMISSION)?;
                (instance, Reach::Org)
            }
            Target::Org(id, unknown) => (target_org(&state, roles, &caller, id, P::PERMISSION, unknown)?, Reach::Org),
            Target::User(id, unknown) => (find_user(&state, id, unknown)?.org, Reach::Org),
            Target::UserOrSelf(id, unknown) => {
                let user = find_user(&state, id, unknown)?;
                (user.org, if user.id == caller.user { Reach::Caller(None) } else { Reach::Org })
            }
            Target::HiddenUserOrSelf(id, unknown) => {
                let user = find_user(&state, id, unknown)?;
                if user.id == caller.user {
                    (user.org, Reach::Caller(None))
                } else {
                    membership(&state, roles, &caller, &user.org)?.ok_or(unknown)?;
                    (user.org, Reach::Org)
                }
            }
            Target::UserOrPermittedSelf(id, unknown, other) => {
                let user = find_user(&state, id, unknown)?;
                if user.id == caller.user && held(&state, roles, &caller, &user.org)?.0.contains(other) {
                    (user.org, Reach::Caller(Some(other)))
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
        let proof = Self { caller, org, reach, roles: roles.clone(), permission: PhantomData };
        proof.demand(&state)?;
        Ok(proof)
    }
}

impl<I: Permit, O: Permit> Proof for Over<I, O> {
    // What every request needs; the rest depends on the request.
    const PERMISSION: &'static str = Authenticated::PERMISSION;

    fn prove(evidence: Evidence<'_>) -> Result<Self> {
        match evidence.target {
            Target::Instance => Authorized::prove(evidence).map(Self::Instance),
            _ => Authorized::prove(evidence).map(Self::Org),
        }
    }
}

impl Authenticated {
    /// The proof that the caller may do this to itself, which it may without any role.
    pub fn over_itself<P: Permit>(self, state: &State<'_>, roles: &Arc<Roles>) -> Result<Authorized<P>> {
        let (org, reach) = (self.caller.org.clone(), Reach::Caller(None));
        let proof = Authorized { caller: self.caller, org, reach, roles: roles.clone(), permission: PhantomData };
        proof.demand(state)?;
        Ok(proof)
    }

    /// Where the caller holds a permission: for lists that show what the caller may see of many organisations.
    pub fn orgs_where<P: Permit>(&self, state: &State<'_>, roles: &Roles) -> Result<Orgs> {
        orgs_where(state, roles, &self.caller, P::PERMISSION)
    }
}

impl Orgs {
    pub fn contain(&self, org: &OrgId) -> bool {
        match self {
            Self::All => true,
            Self::These(orgs) => orgs.contains(org),
        }
    }
}

impl<P: Permit> Authorized<P> {
    /// The right to make a change that the proof is good for. The writer asks once more whether it still is.
    pub fn warrant(&self) -> Warrant
    where
        P: 'static,
    {
        let proof = self.clone();
        Warrant::of(self.caller.user.clone(), move |state, now| proof.check(state, now))
    }

    fn check(&self, state: &State<'_>, now: Timestamp) -> Result<()> {
        self.caller.check(state, now)?;
        self.demand(state)
    }

    /// Refuses a caller without the permission, or whose credential only reads if it is one to change something.
    fn demand(&self, state: &State<'_>) -> Result<()> {
        if self.caller.bounds.read_only && !P::PERMISSION.reads() {
            return Err(fault::NO_PERMISSION.into());
        }
        match self.reach {
            Reach::Org => held(state, &self.roles, &self.caller, &self.org)?.demand(P::PERMISSION),
            Reach::Caller(Some(needed)) => held(state, &self.roles, &self.caller, &self.org)?.demand(needed),
            Reach::Caller(None) => Ok(()),
        }
    }

    /// Refuses a caller that the proof reaches only because it is the user in question.
    pub fn is_not_only_self(&self, state: &State<'_>) -> Result<()> {
        held(state, &self.roles, &self.caller, &self.org)?.demand(P::PERMISSION)
    }
}

impl<P> Authorized<P> {
    /// Where else the caller holds a permission, be it the proof's or one that goes with it.
    pub fn orgs_where<Q: Permit>(&self, state: &State<'_>) -> Result<Orgs> {
        orgs_where(state, &self.roles, &self.caller, Q::PERMISSION)
    }
}

// By hand, because a derive would ask that `P` be cloned, which it never is.
impl<P> Clone for Authorized<P> {
    fn clone(&self) -> Self {
        let Self { caller, org, reach, roles, permission } = self;
        let (caller, org, reach, roles) = (caller.clone(), org.clone(), *reach, roles.clone());
        Self { caller, org, reach, roles, permission: *permission }
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
    Ok(membership(state, roles, caller, org)?.ok_or(fault::NO_MEMBERSHIP)?)
}

/// The same; `None` if the caller has no membership at all.
fn membership(state: &State<'_>, roles: &Roles, caller: &Caller, org: &OrgId) -> Result<Option<Held>> {
    let here = state.member(org, &caller.user)?;
    let everywhere = state.member(&state.instance()?.id, &caller.user)?;
    if here.is_none() && everywhere.is_none() {
        return Ok(None);
    }
    let all = here.iter().chain(&everywhere).map(|member| counting(roles, caller, &member.roles));
    Ok(Some(Held(all.fold(Permissions::NONE, Permissions::union))))
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

fn orgs_where(state: &State<'_>, roles: &Roles, caller: &Caller, permission: Permission) -> Result<Orgs> {
    let instance = state.instance()?.id;
    let mut orgs = BTreeSet::new();
    for membership in state.memberships(&caller.user)? {
        let membership = membership?;
        if !counting(roles, caller, &membership.roles).contains(permission) {
            continue;
        }
        if membership.owner == instance {
            return Ok(Orgs::All);
        }
        orgs.insert(membership.owner);
    }
    Ok(Orgs::These(orgs))
}

/// What the caller may do to what `owner` owns.
fn permissions_over(state: &State<'_>, roles: &Roles, caller: &Caller, owner: &OrgId) -> Result<Permissions> {
    let instance = state.instance()?.id;
    let mut all = Permissions::NONE;
    for owner in [owner, &instance] {
        if let Some(member) = state.member(owner, &caller.user)? {
            all = all.union(counting(roles, caller, &member.roles));
        }
    }
    Ok(all)
}

/// What roles permit a caller: those that count for its credential, and no more than that may.
fn counting(roles: &Roles, caller: &Caller, names: &[String]) -> Permissions {
    let counted = names.iter().filter(|name| caller.bounds.count_role(name));
    let all = counted.map(|name| roles.permissions_of(name)).fold(Permissions::NONE, Permissions::union);
    if caller.bounds.read_only { all.reading() } else { all }
}

/// What roles permit an account, all in all.
fn permissions(roles: &Roles, names: &[String]) -> Permissions {
    names.iter().map(|name| roles.permissions_of(name)).fold(Permissions::NONE, Permissions::union)
}
