use crate::model::Stamps;
use serde::{Deserialize, Serialize};

/// What an organisation demands of the credentials of its users.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialPolicy {
    /// How long one may live from when it is made, in seconds. `None`: for ever.
    pub max_lifetime: Option<u64>,
    pub stamps: Stamps,
}
