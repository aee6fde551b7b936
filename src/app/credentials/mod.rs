//! Secrets, keys and personal access tokens: what they have in common. Each kind has a file, and each thing that befalls all
//! kinds alike.

pub mod changes;
pub mod expiry_warnings;
pub(super) mod filter;
pub mod fleet_rotation;
pub mod imported_secrets;
pub mod keys;
pub mod last_use;
pub mod leaked;
pub(super) mod lifetime;
pub mod lists;
pub mod live_secrets;
pub mod personal_access_tokens;
pub mod policy;
pub(super) mod replacement;
pub mod search;
pub mod secrets;
pub(super) mod views;

use crate::{
    app::credentials::lifetime::{Expiry, Lifetime},
    authz::Authorized,
    error::{Fault, Result},
    id::CredentialId,
    limits::MAX_CREDENTIALS,
    model::{Bounds, Credential, CredentialFact, Draft, Machine, UserFact, fault},
    permission::{Roles, UserWrite},
    proto::countersign::v1 as wire,
    store::{Decision, State},
    time::Timestamp,
};
use buffa_types::google::protobuf;

/// 0001-01-01T00:00:00Z in seconds and nanoseconds since 1970.
const NO_TIME: (i64, i32) = (-62_135_596_800, 0);

/// What whoever makes one says of it.
#[derive(Clone)]
pub struct Wanted {
    label: String,
    pub expires: Expiry,
    bounds: Bounds,
    /// Refuses an end in the past.
    past: Fault,
}

impl Wanted {
    /// As ZITADEL's calls say it, which know nothing but an end. Nobody says it where it is absent, or the first moment of
    /// the year 1, which Go's clients send for no time. The past is refused by whoever knows the present.
    pub fn until(at: Option<&protobuf::Timestamp>) -> Result<Self> {
        let expires = match at {
            Some(at) if (at.seconds, at.nanos) != NO_TIME => {
                let end = Timestamp::from_parts(at.seconds, at.nanos).ok_or(fault::EXPIRES_IN_PAST)?;
                Expiry::At(end.min(Timestamp::NEVER))
            }
            _ => Expiry::Open,
        };
        Ok(Self { label: String::new(), expires, bounds: Bounds::default(), past: fault::EXPIRES_IN_PAST })
    }

    /// As this server's own calls say it.
    pub fn read(known: &Roles, label: &str, expires: &str, bounds: Option<&wire::Bounds>) -> Result<Self> {
        let (label, expires, bounds) = (views::label(label)?, views::expiry(expires)?, views::bounds(known, bounds)?);
        Ok(Self { label, expires, bounds, past: fault::ENDS_IN_PAST })
    }

    /// The user, if it may be given one more such credential, and the caller may give it; and when that will expire.
    pub fn holder(
        &self,
        state: &State<'_>,
        who: &Authorized<UserWrite>,
        user_id: &str,
        now: Timestamp,
        unknown: Fault,
    ) -> Result<(Machine, Timestamp)> {
        let machine = who.machine_to_change(state, user_id, unknown)?;
        who.may_narrow_to(&self.bounds)?;
        if matches!(self.expires, Expiry::At(end) if end <= now) {
            return Err(self.past.into());
        }
        let end = Lifetime::in_org(state, &machine.org, now)?.end(self.expires)?;
        if state.credentials(&machine.id)?.count() >= MAX_CREDENTIALS {
            return Err(fault::TOO_MANY_CREDENTIALS.into());
        }
        Ok((machine, end))
    }

    /// What happens to the user: a credential is added, and then becomes what is wanted, all in one change.
    pub fn added(self, machine: Machine, id: &CredentialId, added: UserFact) -> Decision<Machine> {
        let about = |fact| UserFact::Credential(id.clone(), fact);
        let mut facts = vec![added];
        if !self.label.is_empty() {
            facts.push(about(CredentialFact::Renamed { label: self.label }));
        }
        if !self.bounds.are_none() {
            facts.push(about(CredentialFact::BoundsSet { bounds: self.bounds }));
        }
        let events = facts.into_iter().map(|fact| Draft::user(&machine.org, &machine.id, fact)).collect();
        Decision::new(events, machine)
    }
}

/// A user's credential of this id, if `is_one` says that it is of the right kind.
pub fn find(
    state: &State<'_>,
    machine: &Machine,
    id: &str,
    is_one: fn(&Credential) -> bool,
) -> Result<Option<Credential>> {
    let Some(id) = CredentialId::parse(id) else { return Ok(None) };
    Ok(state.credential(&machine.id, &id)?.filter(is_one))
}

/// One event about a user.
pub fn event(machine: &Machine, fact: UserFact) -> Decision<()> {
    Decision::new(vec![Draft::user(&machine.org, &machine.id, fact)], ())
}
