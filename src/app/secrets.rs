//! The client secret of a machine user.

use crate::{
    app::{App, reply},
    authz::{Absent, Authorized},
    error::{Fault, Result},
    model::{Draft, UserFact, fault},
    permission::UserWrite,
    proto::zitadel::{management::v1 as management, user::v2 as user},
    secret::{Prefix, SecretText},
    store::{Changed, Decision, Receipt},
};

/// Sets a new secret in place of all that there were. It is shown in this answer and never again.
pub async fn generate(
    app: App,
    who: Authorized<UserWrite>,
    request: management::GenerateMachineSecretRequest,
) -> Result<management::GenerateMachineSecretResponse> {
    let missing = |absent| match absent {
        Absent::Unknown => fault::USER_UNKNOWN,
        Absent::Elsewhere => fault::USER_ELSEWHERE,
    };
    let (secret, changed) = set(&app, who, request.user_id, missing).await?;
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

/// The new secret, and the user's client id.
async fn set(
    app: &App,
    who: Authorized<UserWrite>,
    user_id: String,
    missing: fn(Absent) -> Fault,
) -> Result<(SecretText, Changed<String>)> {
    let secret = SecretText::generate(Prefix::ClientSecret, &app.random);
    let hash = app.keys.load().client_secrets().hash(secret.expose());
    let (credential, hint) = (app.new_id(), secret.hint());
    let roles = app.roles.clone();
    let changed = app
        .store
        .change(who.caller.editor(), move |state, _| {
            let machine = who.machine(state, &user_id)?.map_err(missing)?;
            who.may_act_as(state, &roles, &machine)?;
            let set = UserFact::SecretSet { credential, hash, hint };
            Ok(Decision::new(vec![Draft::user(&machine.org, &machine.id, set)], machine.user_name))
        })
        .await?;
    Ok((secret, changed))
}

async fn unset(app: &App, who: Authorized<UserWrite>, user_id: String) -> Result<Receipt> {
    let changed = app
        .store
        .change(who.caller.editor(), move |state, _| {
            let machine = who.machine_or(state, &user_id, fault::SECRET_REMOVE_USER_UNKNOWN)?;
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
