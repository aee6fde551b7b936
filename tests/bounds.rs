//! What a narrowed credential can do, and above all what it cannot.

#[path = "bounds/api.rs"]
mod api;
#[path = "bounds/oauth.rs"]
mod oauth;
#[path = "bounds/replacing.rs"]
mod replacing;
#[path = "bounds/widening.rs"]
mod widening;

use crate::common::{Kit, text};
use serde_json::{Value, json};

/// A secret of this user with these bounds: its credential's id and its text.
async fn secret(kit: &Kit, user: &str, bounds: Value) -> (String, String) {
    let added = kit.ok("credential/AddSecret", json!({ "userId": user, "bounds": bounds })).await;
    (text(&added["credential"]["id"]), text(&added["clientSecret"]))
}

/// A personal access token with these bounds: its id and its text.
async fn token(kit: &Kit, user: &str, bounds: Value) -> (String, String) {
    let added = kit.ok("management/AddPersonalAccessToken", json!({ "userId": user })).await;
    let id = text(&added["tokenId"]);
    narrow(kit, user, &id, bounds).await;
    (id, text(&added["token"]))
}

async fn narrow(kit: &Kit, user: &str, credential: &str, bounds: Value) {
    let request = json!({ "userId": user, "credentialId": credential, "bounds": bounds });
    kit.ok("credential/SetCredentialBounds", request).await;
}
