//! Keys of machine users: the public halves of what they sign assertions with.

use crate::{
    app::{
        App,
        credentials::{self, Wanted, changes::shown, lifetime::Expiry},
        page::Page,
        reply,
    },
    authz::Authorized,
    error::{Error, Result},
    id::CredentialId,
    keys::{PublicKey, ServiceAccountKey},
    model::{Credential, Machine, UserFact, fault},
    permission::{UserRead, UserWrite},
    proto::{
        countersign::v1 as wire,
        zitadel::{authn::v1 as authn, management::v1 as management, user::v2},
    },
    store::Receipt,
};
use serde::Serialize;
use tokio::sync::Semaphore;

/// How many key pairs are made at once. Each takes a processor for some 150 ms.
static MAKERS: Semaphore = Semaphore::const_new(2);

/// Adds the key of the request, or else a new one. Then its private half is shown in this answer and never again.
pub async fn add(
    app: App,
    who: Authorized<UserWrite>,
    request: management::AddMachineKeyRequest,
) -> Result<management::AddMachineKeyResponse> {
    let wanted = Wanted::until(request.expiration_date.as_option())?;
    let added = make(&app, who, request.user_id, request.public_key, wanted).await?;
    Ok(management::AddMachineKeyResponse {
        key_id: added.id.to_string(),
        key_details: added.file,
        details: reply::added(&added.receipt).into(),
    })
}

/// The same over v2, for any user that the caller may change, or for the caller itself.
pub async fn add_v2(app: App, who: Authorized<UserWrite>, request: v2::AddKeyRequest) -> Result<v2::AddKeyResponse> {
    let wanted = Wanted::until(request.expiration_date.as_option())?;
    let added = make(&app, who, request.user_id, request.public_key, wanted).await?;
    Ok(v2::AddKeyResponse {
        creation_date: reply::timestamp(added.receipt.at).into(),
        key_id: added.id.to_string(),
        key_content: added.file,
    })
}

/// The same over this server's own API, which can say more of it.
pub async fn add_own(
    app: App,
    who: Authorized<UserWrite>,
    request: wire::AddKeyRequest,
) -> Result<wire::AddKeyResponse> {
    let wanted = Wanted::read(&app.roles, &request.label, &request.expires, request.bounds.as_option())?;
    let added = make(&app, who, request.user_id, request.public_key, wanted).await?;
    let credential = shown(&app, &added.user, &added.id)?;
    Ok(wire::AddKeyResponse { key_content: added.file, credential: credential.into() })
}

/// One key.
pub async fn get(
    app: App,
    who: Authorized<UserRead>,
    request: management::GetMachineKeyByIDsRequest,
) -> Result<management::GetMachineKeyByIDsResponse> {
    let snapshot = app.store.snapshot()?;
    let state = snapshot.state();
    let machine = who.machine_or(&state, &request.user_id, fault::KEY_UNKNOWN)?;
    let found = credentials::find(&state, &machine, &request.key_id, Credential::is_key)?;
    Ok(management::GetMachineKeyByIDsResponse { key: view(&found.ok_or(fault::KEY_UNKNOWN)?).into() })
}

/// The keys of a user, oldest first. An unknown user has none.
pub async fn list(
    app: App,
    who: Authorized<UserRead>,
    request: management::ListMachineKeysRequest,
) -> Result<management::ListMachineKeysResponse> {
    let page = Page::v1(request.query.as_option(), app.clock.now())?;
    let snapshot = app.store.snapshot()?;
    let state = snapshot.state();
    let mut keys = Vec::new();
    if let Ok(machine) = who.machine(&state, &request.user_id)? {
        for credential in state.credentials(&machine.id)? {
            keys.extend(Some(credential?).filter(Credential::is_key).as_ref().map(view));
        }
    }
    let (details, result) = page.cut(keys);
    Ok(management::ListMachineKeysResponse { details: details.into(), result })
}

/// Removes a key: the next assertion that it signed is refused. Tokens that it minted live on until they expire or are
/// revoked.
pub async fn remove(
    app: App,
    who: Authorized<UserWrite>,
    request: management::RemoveMachineKeyRequest,
) -> Result<management::RemoveMachineKeyResponse> {
    let removed = end(&app, who, request.user_id, request.key_id).await?;
    Ok(management::RemoveMachineKeyResponse { details: reply::changed(&removed).into() })
}

/// The same over v2.
pub async fn remove_v2(
    app: App,
    who: Authorized<UserWrite>,
    request: v2::RemoveKeyRequest,
) -> Result<v2::RemoveKeyResponse> {
    let removed = end(&app, who, request.user_id, request.key_id).await?;
    Ok(v2::RemoveKeyResponse { deletion_date: reply::timestamp(removed.at).into() })
}

/// A key that was just added.
struct Added {
    id: CredentialId,
    user: Machine,
    /// With the private half, if it was made here.
    file: Vec<u8>,
    receipt: Receipt,
}

/// What clients read as a service account's key file.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KeyFile<'a> {
    r#type: &'static str,
    key_id: &'a str,
    key: &'a str,
    expiration_date: buffa_types::google::protobuf::Timestamp,
    user_id: &'a str,
}

async fn make(
    app: &App,
    who: Authorized<UserWrite>,
    user_id: String,
    brought: Vec<u8>,
    mut wanted: Wanted,
) -> Result<Added> {
    let id: CredentialId = app.new_id();
    let (public, file) = match brought.is_empty() {
        false => (PublicKey::from_pem(id.as_str(), &brought).map_err(|_| fault::KEY_INVALID)?, Vec::new()),
        true => {
            // Before the work, so that whoever would be refused cannot ask for it.
            let (state, now) = (app.store.snapshot()?, app.clock.now());
            let (user, end) = wanted.holder(&state.state(), &who, &user_id, now, fault::KEY_USER_UNKNOWN)?;
            // What the file says must come true.
            wanted.expires = Expiry::At(end);
            drop(state);
            let made = generate(&id).await?;
            let file = KeyFile {
                r#type: "serviceaccount",
                key_id: id.as_str(),
                key: made.private_pem(),
                expiration_date: reply::timestamp(end),
                user_id: user.id.as_str(),
            };
            let file = serde_json::to_vec(&file).map_err(Error::internal)?;
            (made.into_public(), file)
        }
    };
    let (credential, public_key) = (id.clone(), public.to_spki()?);
    let changed = app
        .store
        .change(who.warrant(), move |state, now| {
            let (machine, expires) = wanted.holder(state, &who, &user_id, now, fault::KEY_USER_UNKNOWN)?;
            let algorithm = public.algorithm().name().into();
            let added = UserFact::KeyAdded { credential: credential.clone(), public_key, algorithm, expires };
            Ok(wanted.added(machine, &credential, added))
        })
        .await?;
    let receipt = changed.receipt()?.clone();
    Ok(Added { id, user: changed.answer, file, receipt })
}

async fn generate(id: &CredentialId) -> Result<ServiceAccountKey> {
    let _turn = MAKERS.acquire().await.map_err(Error::internal)?;
    let kid = id.to_string();
    // Pure computing, which must not stand in a request's way.
    tokio::task::spawn_blocking(move || ServiceAccountKey::generate(kid)).await.map_err(Error::internal)?
}

async fn end(app: &App, who: Authorized<UserWrite>, user_id: String, key_id: String) -> Result<Receipt> {
    let changed = app
        .store
        .change(who.warrant(), move |state, _| {
            let machine = who.machine_to_change(state, &user_id, fault::KEY_REMOVE_UNKNOWN)?;
            let found = credentials::find(state, &machine, &key_id, Credential::is_key)?;
            let credential = found.ok_or(fault::KEY_REMOVE_UNKNOWN)?.id;
            Ok(credentials::event(&machine, UserFact::KeyRemoved { credential }))
        })
        .await?;
    changed.receipt().cloned()
}

fn view(key: &Credential) -> authn::Key {
    authn::Key {
        id: key.id.to_string(),
        details: reply::viewed(&key.stamps, key.org.as_str()).into(),
        r#type: authn::KeyType::KEY_TYPE_JSON.into(),
        expiration_date: reply::timestamp(key.expires).into(),
    }
}
