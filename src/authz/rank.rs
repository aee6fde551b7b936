//! Who may do more than whom: nobody gets at more than what they may do themselves.

use super::{Authorized, counting, permissions, permissions_over};
use crate::{
    error::{Fault, Result},
    id::OrgId,
    model::{Bounds, Machine, fault},
    permission::{Permission, Permissions},
    store::{Direction, State},
};

impl<P> Authorized<P> {
    /// The user with this id, to be changed; or `unknown` if the proof does not reach one.
    pub fn machine_to_change(&self, state: &State<'_>, id: &str, unknown: Fault) -> Result<Machine> {
        let machine = self.machine_or(state, id, unknown)?;
        self.may_change(state, &machine)?;
        Ok(machine)
    }

    /// Refuses to change a user that may do what the caller may not. Whoever can mint a secret for an account can act as
    /// the account; whoever can lock it, rename it or take its keys away can shut out those who rank above.
    ///
    /// What another organisation lets the user do is weighed against what the caller may do in the user's own: whoever
    /// gave it the role trusted those who run the account, and must not be able to keep them from rotating its secret.
    pub fn may_change(&self, state: &State<'_>, machine: &Machine) -> Result<()> {
        if machine.id == self.caller.user {
            return Ok(());
        }
        let instance = state.instance()?.id;
        for membership in state.memberships(&machine.id)? {
            let membership = membership?;
            let owner = if membership.owner == instance { &instance } else { &machine.org };
            self.covers(state, owner, permissions(&self.roles, &membership.roles))?;
        }
        Ok(())
    }

    /// Refuses to shut out, to let in again or to remove an organisation in which a member of the instance lives that may do
    /// what the caller may not: the same would happen to that member. Those who have roles only in organisations are not weighed: whoever may
    /// end an organisation ends what they are there.
    pub fn may_change_all_in(&self, state: &State<'_>, org: &OrgId) -> Result<()> {
        for member in state.members(&state.instance()?.id, Direction::Ascending)? {
            if let Some(machine) = state.machine(&member?.user)?.filter(|machine| machine.org == *org) {
                self.may_change(state, &machine)?;
            }
        }
        Ok(())
    }

    /// Refuses to make, to widen or to prolong a credential that is narrowed to `bounds`, unless they lie within those of
    /// the credential that the caller presented: or it would soon have one that is not narrowed at all.
    pub fn may_narrow_to(&self, bounds: &Bounds) -> Result<()> {
        if bounds.are_within(&self.caller.bounds) { Ok(()) } else { Err(fault::CREDENTIAL_TOO_WIDE.into()) }
    }

    /// Refuses to give anybody roles over [`Self::org`] that permit what the caller may not do to it: whoever can give
    /// a role could give it to an account of its own.
    pub fn may_give(&self, state: &State<'_>, given: &[String]) -> Result<()> {
        self.may_give_roles()?;
        self.may_take(state, given)
    }

    /// Refuses to take such roles from anybody.
    pub fn may_take(&self, state: &State<'_>, taken: &[String]) -> Result<()> {
        self.covers(state, &self.org, permissions(&self.roles, taken))
    }

    /// Refuses to give any roles with a credential that is narrowed to networks or scopes. They would count for whatever
    /// credential the other account has, and that one could undo the bounds.
    pub fn may_give_roles(&self) -> Result<()> {
        if self.caller.bounds.narrow_use() { Err(fault::CREDENTIAL_GIVES_NO_ROLES.into()) } else { Ok(()) }
    }

    /// The same over an organisation that is yet to be. Whoever adds one could take the role `founder` in it, and so may
    /// give what that permits; beyond it only what the caller may do everywhere.
    pub fn may_give_in_new_org(&self, state: &State<'_>, founder: &str, given: &[String]) -> Result<()> {
        self.may_give_roles()?;
        let everywhere = permissions_over(state, &self.roles, &self.caller, &state.instance()?.id)?;
        let founder = counting(&self.roles, &self.caller, &[founder.to_owned()]);
        covered(everywhere.union(founder), permissions(&self.roles, given))
    }

    /// Refuses unless the caller may do all of this to what `owner` owns.
    fn covers(&self, state: &State<'_>, owner: &OrgId, theirs: Permissions) -> Result<()> {
        covered(permissions_over(state, &self.roles, &self.caller, owner)?, theirs)
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
