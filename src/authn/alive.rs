//! The one answer to "does this still count?".
//!
//! Every grant, introspection, userinfo and bearer check asks it, so that whatever ends an account, an organisation or a
//! credential ends it everywhere at once.

use crate::{
    error::Result,
    keys::TokenId,
    model::{AccessToken, Bounds, Credential, Machine, MachineState, Org, OrgState},
    store::State,
    time::Timestamp,
};
use std::net::IpAddr;

/// What somebody presented, its authenticity already established.
#[derive(Clone, Copy)]
pub enum Presented<'a> {
    /// A secret, key or personal access token.
    Credential(&'a Credential),
    /// A token that this server issued.
    Token(&'a TokenId, &'a AccessToken),
}

/// Who presents it.
#[derive(Debug, Clone, Copy)]
pub enum By {
    /// Its holder, to use it, from this address.
    Holder(Option<IpAddr>),
    /// Somebody whom the holder showed it, to learn what it is worth; or the server, when it looks once more.
    Another,
}

/// A live account.
#[derive(Debug, Clone)]
pub struct Account {
    pub machine: Machine,
    pub org: Org,
    /// What the credential is narrowed to that was presented, or that minted what was.
    pub bounds: Bounds,
}

/// The account behind what was presented, if all of it counts at `now`: the user and its organisation are there and
/// active; a credential has not expired and is not suspended; a token has not expired, was not revoked, was issued after
/// the last event that ended the tokens of its account, organisation or credential, but not in the future by a clock that
/// was wrong; and its credential, if there still is one, is not suspended, and may be used from where its holder is. Of a
/// credential that was killed, no token counts, whenever it was issued.
///
/// `None` never says why: who presents something dead learns no more than that.
pub fn alive(state: &State<'_>, now: Timestamp, presented: Presented<'_>, by: By) -> Result<Option<Account>> {
    let user = match presented {
        Presented::Credential(credential) => &credential.user,
        Presented::Token(_, token) => &token.user,
    };
    let Some(machine) = state.machine(user)? else { return Ok(None) };
    let Some(org) = state.org(&machine.org)? else { return Ok(None) };
    if machine.state != MachineState::Active || org.state != OrgState::Active {
        return Ok(None);
    }
    let bounds = match presented {
        // It may come from an earlier look at the state: what was found then is judged by what it has become.
        Presented::Credential(credential) => {
            let found = state.credential(&machine.id, &credential.id)?;
            found.filter(|found| found.expires > now && !found.suspended).map(|found| found.bounds)
        }
        Presented::Token(id, token) => {
            if token.expires <= now || id.issued_at() > now {
                return Ok(None);
            }
            bounds_of_token(state, id, token, machine.tokens_not_before.max(org.tokens_not_before))?
        }
    };
    let Some(bounds) = bounds else { return Ok(None) };
    if let By::Holder(address) = by
        && !bounds.admit(address)
    {
        tracing::info!(user = %machine.id, ?address, "a credential was used outside its networks");
        return Ok(None);
    }
    Ok(Some(Account { machine, org, bounds }))
}

/// What the credential of a token is narrowed to; `None` if the token is dead.
fn bounds_of_token(
    state: &State<'_>,
    id: &TokenId,
    token: &AccessToken,
    not_before: Timestamp,
) -> Result<Option<Bounds>> {
    if id.issued_at() <= not_before || state.token_is_revoked(id.as_bytes(), token.expires)? {
        return Ok(None);
    }
    match state.credential(&token.user, &token.credential)? {
        Some(minter) if minter.suspended || id.issued_at() <= minter.tokens_not_before => Ok(None),
        Some(minter) => Ok(Some(minter.bounds)),
        // A token outlives its credential, unless that was killed, asleep or narrowed, or its tokens were ended before.
        None => match state.tokens_ended(&token.user, &token.credential)? {
            Some(until) if id.issued_at() <= until => Ok(None),
            _ => Ok(Some(Bounds::default())),
        },
    }
}
