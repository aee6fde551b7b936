//! Machine users that prove who they are with an assertion (RFC 7523), as a client or for a grant.
//!
//! Whatever is wrong with it, the answer is one and the same, and the log tells. An assertion with a `jti` counts once;
//! one without counts until it expires, as ZITADEL's SDKs make none and may send an assertion again.

use crate::{
    app::App,
    authn::{Account, Assertion, By, Flaw, Gate, Presented, Verified, alive},
    error::{Error, Result},
    id::{CredentialId, UserId},
    keys::PublicKey,
    model::{Credential, CredentialKind, Machine},
    oauth::{
        RequestContext,
        claims::AMR_KEY,
        client::{self, Client},
        discovery::Endpoint,
        error::{OAuthError, OAuthResult},
        stand_in,
    },
    store::{Decision, Note, State},
    time::Timestamp,
};

/// By what an assertion may call its user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CalledBy {
    Id,
    IdOrUserName,
}

/// An assertion that was taken and must not be taken again.
pub(super) struct Once {
    user: UserId,
    credential: CredentialId,
    /// A hash of the user and of the assertion's `jti`.
    assertion: [u8; 32],
    expires: Timestamp,
    refusal: fn() -> OAuthError,
}

/// Why an assertion was refused, from the least to the most that was right. For the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Refused {
    Malformed,
    UnknownKey,
    Flawed(Flaw),
    NotAlive,
    Used,
}

/// Where clients prove who they are. An assertion may be for one of these as well as for the issuer, as many libraries
/// name the endpoint that they are about to call.
const PROVED_AT: [Endpoint; 3] = [Endpoint::Introspect, Endpoint::Revoke, Endpoint::Token];

/// Names the one use of the hash below.
const USED_ASSERTION: &str = "countersign 2026 used assertion";

/// The user whose assertion it is; or else `refusal`. If the assertion counts once, it is noted in the context, and
/// [`consume`] uses it up before anybody hears of the success.
pub(super) fn prove(
    context: &RequestContext<'_>,
    text: &str,
    called_by: CalledBy,
    refusal: fn() -> OAuthError,
) -> OAuthResult<Client> {
    let Some(assertion) = Assertion::parse(text) else {
        return Err(refusal().because(format!("{:?}", Refused::Malformed)));
    };
    let candidates = candidates(&context.state, &assertion, called_by)?;
    let claimed = client::claimed(candidates.iter(), assertion.subject());
    context.guard.admit(context.now, context.remote, &claimed)?;
    let mut refused = (Refused::Malformed, None);
    for machine in &candidates {
        match examine(context, &assertion, machine.as_ref())? {
            Ok((client, verified)) => {
                context.note(&client.account.machine.id, &client.credential, By::Holder(context.remote), true);
                context.once.borrow_mut().extend(Once::of(&client, verified, refusal));
                return Ok(client);
            }
            Err(reason) if reason > refused.0 => refused = (reason, machine.as_ref().map(|machine| &machine.id)),
            Err(_) => {}
        }
    }
    context.guard.failed(context.now, context.remote, &claimed, text);
    let (reason, user) = refused;
    // Whatever is worse than that, the key is there.
    if reason > Refused::UnknownKey
        && let (Some(user), Some(key)) = (user, CredentialId::parse(assertion.kid()))
    {
        context.note(user, &key, By::Holder(context.remote), false);
    }
    let user = user.map_or("-", UserId::as_str);
    Err(refusal().because(format!("{reason:?}, user {user}")))
}

/// Uses up what may be used once. Refuses what somebody else used in the meantime.
pub(super) async fn consume(app: &App, all: Vec<Once>) -> OAuthResult<()> {
    for Once { user, credential, assertion, expires, refusal } in all {
        let decide = move |state: &State<'_>, now| {
            // By now it may have expired, and the note of its use been forgotten.
            let counts = now < expires && !state.assertion_was_used(&assertion)?;
            let mut decision = Decision::nothing(counts);
            decision.notes.extend(counts.then_some(Note::UsedAssertion { assertion, expires }));
            Ok(decision)
        };
        if !client::change(app, (user, credential), refusal, decide).await? {
            return Err(refusal().because(format!("{:?}", Refused::Used)));
        }
    }
    Ok(())
}

fn candidates(state: &State<'_>, assertion: &Assertion<'_>, called_by: CalledBy) -> Result<Vec<Option<Machine>>> {
    match called_by {
        CalledBy::Id => Ok(vec![client::by_id(state, assertion.subject())?]),
        CalledBy::IdOrUserName => client::candidates(state, assertion.subject()),
    }
}

/// Whether the assertion is signed with a live key of `machine`. Takes as long for a machine or a key that does not
/// exist.
fn examine(
    context: &RequestContext<'_>,
    assertion: &Assertion<'_>,
    machine: Option<&Machine>,
) -> Result<Result<(Client, Verified), Refused>> {
    let Gate { state, now, issuer, remote, .. } = &context.gate;
    let found = match (machine, CredentialId::parse(assertion.kid())) {
        (Some(machine), Some(kid)) => state.credential(&machine.id, &kid)?.filter(Credential::is_key),
        _ => None,
    };
    let Some(credential) = found else {
        stand_in::read_credential(state)?;
        stand_in::verify(assertion);
        stand_in::read_account(state)?;
        return Ok(Err(Refused::UnknownKey));
    };
    let key = public_key(&credential)?;
    let verified = if key.algorithm() == assertion.algorithm() {
        let [introspect, revoke, token] = PROVED_AT.map(|endpoint| endpoint.of(issuer));
        assertion.verify(&key, &[issuer, &introspect, &revoke, &token], *now)
    } else {
        stand_in::verify(assertion);
        Err(Flaw::Signature)
    };
    let account = alive(state, *now, Presented::Credential(&credential), By::Holder(*remote))?;
    if account.is_none() {
        // The last thing that it would have read.
        stand_in::read_credential(state)?;
    }
    let verified = match verified {
        Ok(verified) => verified,
        Err(flaw) => return Ok(Err(Refused::Flawed(flaw))),
    };
    let Some(account) = account else { return Ok(Err(Refused::NotAlive)) };
    if let Some(id) = &verified.id
        && state.assertion_was_used(&name(&account, id))?
    {
        return Ok(Err(Refused::Used));
    }
    let called = assertion.subject().to_owned();
    Ok(Ok((Client { account, called, credential: credential.id, amr: &AMR_KEY }, verified)))
}

fn public_key(credential: &Credential) -> Result<PublicKey> {
    let CredentialKind::Key { public_key, algorithm } = &credential.kind else {
        return Err(Error::internal("a credential that is no key"));
    };
    let key = PublicKey::from_der(credential.id.as_str(), public_key)?;
    if key.algorithm().name() != algorithm {
        return Err(Error::internal("a key that is not for its algorithm"));
    }
    Ok(key)
}

impl Once {
    fn of(client: &Client, verified: Verified, refusal: fn() -> OAuthError) -> Option<Self> {
        let id = verified.id?;
        let (user, credential) = (client.account.machine.id.clone(), client.credential.clone());
        Some(Self { user, credential, assertion: name(&client.account, &id), expires: verified.expires, refusal })
    }
}

/// What is kept of a `jti`, which names an assertion among those of one user.
fn name(account: &Account, jti: &str) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key(USED_ASSERTION);
    // An id has no zero byte in it.
    hasher.update(account.machine.id.as_str().as_bytes()).update(&[0]).update(jti.as_bytes());
    hasher.finalize().into()
}
