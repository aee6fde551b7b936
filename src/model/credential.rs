use crate::{
    id::{CredentialId, OrgId, UserId},
    model::Stamps,
    secret::SecretHash,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// Something by which a machine user proves who it is. Tokens name the credential that minted them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Credential {
    pub id: CredentialId,
    pub user: UserId,
    pub org: OrgId,
    pub kind: CredentialKind,
    /// The end of the secret's text, by which people tell one from another. Empty if there is no text.
    pub hint: String,
    /// Refused from then on.
    pub expires: Timestamp,
    pub stamps: Stamps,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum CredentialKind {
    /// A client secret, for the client credentials grant (RFC 6749 section 4.4).
    Secret { hash: SecretHash },
    /// A personal access token: a bearer token that lives until it expires or is removed.
    PersonalAccessToken { hash: SecretHash, scopes: Vec<String> },
}

impl Credential {
    /// What is kept of the secret's text, if the credential has one.
    pub fn hash(&self) -> Option<&SecretHash> {
        match &self.kind {
            CredentialKind::Secret { hash } | CredentialKind::PersonalAccessToken { hash, .. } => Some(hash),
        }
    }
}
