//! The one answer to "does this still count?".
//!
//! Every grant, introspection, userinfo and bearer check asks it, so that whatever ends an account, an organisation or a
//! credential ends it everywhere at once.

use crate::{
    error::Result,
    keys::TokenId,
    model::{AccessToken, Credential, Machine, MachineState, Org, OrgState},
    store::State,
    time::Timestamp,
};

/// What somebody presented, its authenticity already established.
#[derive(Clone, Copy)]
pub enum Presented<'a> {
    /// A secret, key or personal access token.
    Credential(&'a Credential),
    /// A token that this server issued.
    Token(&'a TokenId, &'a AccessToken),
}

/// A live account.
#[derive(Debug, Clone)]
pub struct Account {
    pub machine: Machine,
    pub org: Org,
}

/// The account behind what was presented, if all of it counts at `now`: the user and its organisation are there and
/// active; a credential has not expired; a token has not expired, was not revoked, and was issued after the last event
/// that ended the tokens of its account or organisation, and not in the future, by a clock that was wrong.
///
/// `None` never says why: who presents something dead learns no more than that.
pub fn alive(state: &State<'_>, now: Timestamp, presented: Presented<'_>) -> Result<Option<Account>> {
    let (user, expires) = match presented {
        Presented::Credential(credential) => (&credential.user, credential.expires),
        Presented::Token(_, token) => (&token.user, token.expires),
    };
    if expires <= now {
        return Ok(None);
    }
    let Some(machine) = state.machine(user)? else { return Ok(None) };
    let Some(org) = state.org(&machine.org)? else { return Ok(None) };
    if machine.state != MachineState::Active || org.state != OrgState::Active {
        return Ok(None);
    }
    let counts = match presented {
        // The user's record is read anew, but a credential may have come from an older look at it.
        Presented::Credential(credential) => state.credential(&machine.id, &credential.id)?.is_some(),
        Presented::Token(id, token) => {
            let issued_since = machine.tokens_not_before.max(org.tokens_not_before);
            let was_issued = id.issued_at() > issued_since && id.issued_at() <= now;
            was_issued && !state.token_is_revoked(id.as_bytes(), token.expires)?
        }
    };
    Ok(counts.then_some(Account { machine, org }))
}
