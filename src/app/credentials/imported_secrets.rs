//! Secrets that were made elsewhere: in plain, or as another system's hash.

use crate::{
    app::{
        App,
        credentials::{self, changes::shown, lifetime::Lifetime, replacement::NewSecret},
    },
    authn::Paced,
    authz::Authorized,
    error::{Error, Result},
    model::{Draft, fault},
    permission::UserWrite,
    proto::countersign::v1 as wire,
    secret::{ForeignHash, Hasher, SecretHash, SecretText, strength},
    store::{Decision, State},
};

/// Adds a secret that the machine has already beside those that there are. A hash is taken only from those who may run
/// accounts: until its first use, whatever anybody is refused takes as long as it takes to check.
pub async fn import(
    app: App,
    who: Authorized<UserWrite>,
    request: wire::ImportSecretRequest,
) -> Result<wire::ImportSecretResponse> {
    let (text, hash) = read(app.keys.load().client_secrets(), request.plain, request.hash)?;
    let new = NewSecret {
        text,
        hash,
        id: app.new_id(),
        label: credentials::views::label(&request.label)?,
        expires: credentials::views::expiry(&request.expires)?,
        bounds: credentials::views::bounds(&app.roles, request.bounds.as_option())?,
    };
    let (id, user_id, known) = (new.id.clone(), request.user_id, app.clone());
    let changed = app
        .store
        .change(who.warrant(), move |state, now| {
            let machine = who.machine_to_change(state, &user_id, fault::CREDENTIAL_USER_UNKNOWN)?;
            if new.hash.imported().is_some() {
                who.is_not_only_self(state)?;
            }
            let importer = Paced::Importer(&who.caller.user);
            known.paces().admit(now, importer)?;
            is_nobodys(state, &new.hash).inspect_err(|_| known.paces().count(now, importer))?;
            let lifetime = Lifetime::in_org(state, &machine.org, now)?;
            let added = new.beside(&who, machine.live_secrets(now).count(), lifetime)?;
            Ok(Decision::new(vec![Draft::user(&machine.org, &machine.id, added)], machine))
        })
        .await?;
    let machine = changed.answer;
    let credential = shown(&app, &machine, &id)?;
    Ok(wire::ImportSecretResponse { client_id: machine.user_name, credential: credential.into() })
}

/// The text, as far as it is known, and what is kept of it. Refuses what may be guessed or cannot be checked.
pub(in crate::app) fn read(hasher: &Hasher, plain: String, hash: String) -> Result<(SecretText, SecretHash)> {
    match (plain.is_empty(), hash.is_empty()) {
        (false, true) => {
            let text = SecretText::new(plain);
            strength::check(text.expose()).map_err(|weak| Error::invalid(weak.to_string()))?;
            let hash = hasher.hash(text.expose());
            Ok((text, hash))
        }
        (true, false) => {
            ForeignHash::parse(&hash).map_err(|refused| Error::invalid(refused.to_string()))?;
            Ok((SecretText::new(String::new()), SecretHash::Imported(hash)))
        }
        _ => Err(Error::invalid("a secret must have either plain or hash")),
    }
}

/// The text finds its credential, so no two may have the same.
pub(in crate::app) fn is_nobodys(state: &State<'_>, hash: &SecretHash) -> Result<()> {
    match state.credential_by_hash(hash)? {
        Some(_) => Err(fault::SECRET_TAKEN.into()),
        None => Ok(()),
    }
}
