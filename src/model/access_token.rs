use crate::{
    id::{CredentialId, UserId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// What an access token says, whether it is opaque or a JWT. Its id, which tells when it was issued, goes beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessToken {
    pub user: UserId,
    /// What minted it.
    pub credential: CredentialId,
    pub expires: Timestamp,
    /// In the order of the request.
    pub scopes: Vec<String>,
    /// For whom it is; empty if the request named nobody.
    pub audience: Vec<String>,
}
