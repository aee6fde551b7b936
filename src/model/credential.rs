use crate::{
    id::{CredentialId, OrgId, UserId},
    model::{Bounds, Editor, Stamps},
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
    /// What people call it. May be empty.
    pub label: String,
    /// Who made it.
    pub creator: Editor,
    /// Refused from then on.
    pub expires: Timestamp,
    /// Whether it is refused until somebody resumes it, and with it the tokens that it minted.
    pub suspended: bool,
    /// Access tokens that it minted until then are dead.
    pub tokens_not_before: Timestamp,
    /// What it is narrowed to.
    pub bounds: Bounds,
    /// How many days before the end the last warning was given; `None` before the first.
    pub warned: Option<u16>,
    pub stamps: Stamps,
}

/// Bincode writes a variant by its place, so new ones go to the end.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum CredentialKind {
    /// A client secret, for the client credentials grant (RFC 6749 section 4.4).
    Secret { hash: SecretHash },
    /// A personal access token: a bearer token that lives until it expires or is removed.
    PersonalAccessToken { hash: SecretHash, scopes: Vec<String> },
    /// The public half of a key pair, for assertions (RFC 7523). The private half was never kept.
    Key {
        /// DER of a SubjectPublicKeyInfo.
        public_key: Vec<u8>,
        /// The JWS name of the one algorithm that the key is for, such as `RS256` (RFC 7518 section 3.1).
        algorithm: String,
    },
}

impl Credential {
    /// What is kept of the secret's text, if the credential has one.
    pub fn hash(&self) -> Option<&SecretHash> {
        match &self.kind {
            CredentialKind::Secret { hash } | CredentialKind::PersonalAccessToken { hash, .. } => Some(hash),
            CredentialKind::Key { .. } => None,
        }
    }

    pub fn is_secret(&self) -> bool {
        matches!(self.kind, CredentialKind::Secret { .. })
    }

    pub fn is_key(&self) -> bool {
        matches!(self.kind, CredentialKind::Key { .. })
    }

    pub fn is_personal_access_token(&self) -> bool {
        matches!(self.kind, CredentialKind::PersonalAccessToken { .. })
    }

    /// What a personal access token may be used for.
    pub fn scopes(&self) -> &[String] {
        match &self.kind {
            CredentialKind::PersonalAccessToken { scopes, .. } => scopes,
            CredentialKind::Secret { .. } | CredentialKind::Key { .. } => &[],
        }
    }
}
