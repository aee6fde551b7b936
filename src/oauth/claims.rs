//! What tokens and answers say about an account.

use crate::{
    authn::Account,
    error::Result,
    model::{Machine, Org, Subject},
    oauth::scope::{METADATA, RESOURCE_OWNER},
    store::{Direction, State},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::Serialize;
use std::collections::BTreeMap;

/// The account's organisation, for the scope [`RESOURCE_OWNER`].
#[derive(Serialize)]
pub(super) struct ResourceOwner {
    #[serde(rename = "urn:zitadel:iam:user:resourceowner:id")]
    id: String,
    #[serde(rename = "urn:zitadel:iam:user:resourceowner:name")]
    name: String,
    #[serde(rename = "urn:zitadel:iam:user:resourceowner:primary_domain")]
    primary_domain: String,
}

/// What clients keep with the account, for the scope [`METADATA`]: each value in base64.
#[derive(Serialize)]
pub(super) struct UserMetadata {
    #[serde(rename = "urn:zitadel:iam:user:metadata")]
    entries: BTreeMap<String, String>,
}

/// From where the token may be used, if its credential is narrowed to some networks. Only who is shown the token knows
/// from where: so it is the resource server that must look.
#[derive(Serialize)]
pub(super) struct Networks {
    #[serde(rename = "urn:countersign:networks", skip_serializing_if = "Vec::is_empty")]
    networks: Vec<String>,
}

/// The account itself (OpenID Connect Core section 5.1).
#[derive(Serialize)]
pub(super) struct Profile {
    name: String,
    preferred_username: String,
    /// In seconds.
    updated_at: i64,
}

/// How an account that a secret stands for was authenticated (RFC 8176).
pub(super) const AMR_SECRET: [&str; 1] = ["pwd"];

/// The same for one that a key stands for: it proved that it has the private half.
pub(super) const AMR_KEY: [&str; 1] = ["pop"];

impl Networks {
    pub fn of(account: &Account) -> Self {
        Self { networks: account.bounds.networks.iter().map(ToString::to_string).collect() }
    }
}

impl ResourceOwner {
    pub fn if_asked(scopes: &[String], org: &Org) -> Option<Self> {
        let is_asked = scopes.iter().any(|scope| scope == RESOURCE_OWNER);
        is_asked.then(|| Self {
            id: org.id.to_string(),
            name: org.name.clone(),
            primary_domain: org.primary_domain.clone(),
        })
    }
}

impl UserMetadata {
    /// Nothing if nothing is kept.
    pub fn if_asked(scopes: &[String], state: &State<'_>, machine: &Machine) -> Result<Option<Self>> {
        if !scopes.iter().any(|scope| scope == METADATA) {
            return Ok(None);
        }
        let kept = state.metadata_of(&Subject::User(machine.id.clone()), Direction::Ascending)?;
        let entries = kept.map(|entry| entry.map(|entry| (entry.key, BASE64_URL_SAFE_NO_PAD.encode(entry.value))));
        let entries = entries.collect::<Result<BTreeMap<_, _>>>()?;
        Ok((!entries.is_empty()).then_some(Self { entries }))
    }
}

impl Profile {
    pub fn of(account: &Account) -> Self {
        let Machine { name, user_name, stamps, .. } = &account.machine;
        Self { name: name.clone(), preferred_username: user_name.clone(), updated_at: stamps.changed.seconds() }
    }
}
