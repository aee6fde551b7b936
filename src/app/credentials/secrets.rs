//! The client secret of a machine user.

use crate::{
    app::{
        App,
        credentials::{
            lifetime::Lifetime,
            replacement::{NewSecret, Retirement, live},
        },
        reply,
    },
    authz::{Absent, Authorized},
    error::{Fault, Result},
    limits::MAX_LIVE_SECRETS,
    model::{CredentialFact, Draft, Machine, UserFact, fault},
    permission::UserWrite,
    proto::zitadel::{management::v1 as management, user::v2 as user},
    secret::SecretText,
    store::{Changed, Decision, Receipt, State},
    time::Timestamp,
};
use std::time::Duration;

/// Sets a new secret in place of all that there were. It is shown in this answer and never again.
pub async fn generate(
    app: App,
    who: Authorized<UserWrite>,
    request: management::GenerateMachineSecretRequest,
) -> Result<management::GenerateMachineSecretResponse> {
    let (secret, changed) = set(&app, who, request.user_id, Fault::from).await?;
    Ok(management::GenerateMachineSecretResponse {
        details: set_details(changed.receipt()?).into(),
        client_id: changed.answer,
        client_secret: secret.expose().into(),
    })
}

/// The same over v2, whose answer has no client id.
pub async fn add(
    app: App,
    who: Authorized<UserWrite>,
    request: user::AddSecretRequest,
) -> Result<user::AddSecretResponse> {
    let (secret, changed) = set(&app, who, request.user_id, |_| fault::SECRET_USER_UNKNOWN).await?;
    Ok(user::AddSecretResponse {
        creation_date: reply::timestamp(changed.receipt()?.at).into(),
        client_secret: secret.expose().into(),
    })
}

/// Removes the secret, and all of them if there are several. Tokens that they minted live on until they expire or are revoked.
pub async fn remove(
    app: App,
    who: Authorized<UserWrite>,
    request: management::RemoveMachineSecretRequest,
) -> Result<management::RemoveMachineSecretResponse> {
    let removed = unset(&app, who, request.user_id).await?;
    Ok(management::RemoveMachineSecretResponse { details: reply::changed(&removed).into() })
}

/// The same over v2.
pub async fn remove_v2(
    app: App,
    who: Authorized<UserWrite>,
    request: user::RemoveSecretRequest,
) -> Result<user::RemoveSecretResponse> {
    let removed = unset(&app, who, request.user_id).await?;
    Ok(user::RemoveSecretResponse { deletion_date: reply::timestamp(removed.at).into() })
}

/// The new secret, and the user's client id. Unless the server is configured to let old secrets run out, there is one
/// secret now, and it is this one.
async fn set(
    app: &App,
    who: Authorized<UserWrite>,
    user_id: String,
    missing: fn(Absent) -> Fault,
) -> Result<(SecretText, Changed<String>)> {
    let new = NewSecret::generate(app);
    let text = new.text.clone();
    let grace = app.settings.rotation_grace;
    let changed = app
        .store
        .change(who.warrant(), move |state, now| {
            let machine = who.machine(state, &user_id)?.map_err(missing)?;
            who.may_change(state, &machine)?;
            let lifetime = Lifetime::in_org(state, &machine.org, now)?;
            let facts = match Retirement::of(grace) {
                Retirement::RunOut(_) => run_out(state, &who, &machine, new, grace, lifetime)?,
                Retirement::Removed | Retirement::Killed => replace_all(state, &who, &machine, new, lifetime)?,
            };
            let events = facts.into_iter().map(|fact| Draft::user(&machine.org, &machine.id, fact)).collect();
            Ok(Decision::new(events, machine.user_name))
        })
        .await?;
    Ok((text, changed))
}

/// ZITADEL's calls never fail for too many secrets: the one that ends first makes room.
fn run_out(
    state: &State<'_>,
    who: &Authorized<UserWrite>,
    machine: &Machine,
    new: NewSecret,
    grace: Duration,
    lifetime: Lifetime,
) -> Result<Vec<UserFact>> {
    let now = lifetime.now;
    let mut old = live(state, machine, now)?;
    let mut facts = Vec::new();
    while old.len() >= MAX_LIVE_SECRETS {
        let Some((first, _)) = old.iter().enumerate().min_by_key(|(_, secret)| secret.expires) else { break };
        facts.extend(Retirement::Removed.events_for(&old.remove(first), now));
    }
    facts.extend(new.in_place_of(who, &old, Retirement::RunOut(grace), lifetime)?);
    Ok(facts)
}

/// What the newest was narrowed to, the new one is too. The end and the bounds are events of their own, and only if there
/// are any: what nobody limits is told as ZITADEL tells it.
fn replace_all(
    state: &State<'_>,
    who: &Authorized<UserWrite>,
    machine: &Machine,
    new: NewSecret,
    lifetime: Lifetime,
) -> Result<Vec<UserFact>> {
    let newest = live(state, machine, lifetime.now)?.pop();
    let bounds = newest.map_or(new.bounds, |newest| newest.bounds);
    who.may_narrow_to(&bounds)?;
    let expires = lifetime.end(new.expires)?;
    let about = |fact| UserFact::Credential(new.id.clone(), fact);
    let ends = (expires != Timestamp::NEVER).then(|| about(CredentialFact::ExpirySet { expires }));
    let narrowed = (!bounds.are_none()).then(|| about(CredentialFact::BoundsSet { bounds }));
    let set = UserFact::SecretSet { credential: new.id.clone(), hash: new.hash, hint: new.text.hint() };
    Ok([Some(set), ends, narrowed].into_iter().flatten().collect())
}

async fn unset(app: &App, who: Authorized<UserWrite>, user_id: String) -> Result<Receipt> {
    let changed = app
        .store
        .change(who.warrant(), move |state, _| {
            let machine = who.machine_to_change(state, &user_id, fault::SECRET_REMOVE_USER_UNKNOWN)?;
            if machine.secrets.is_empty() {
                return Err(fault::NO_SECRET.into());
            }
            let removed = machine.secrets.iter().map(|secret| {
                let removed = UserFact::SecretRemoved { credential: secret.id.clone() };
                Draft::user(&machine.org, &machine.id, removed)
            });
            Ok(Decision::new(removed.collect(), ()))
        })
        .await?;
    changed.receipt().cloned()
}

/// Both dates are the event's: the API reference shows both.
fn set_details(receipt: &Receipt) -> crate::proto::zitadel::v1::ObjectDetails {
    reply::details(receipt.sequence, Some(receipt.at), Some(receipt.at), receipt.owner.as_str())
}
