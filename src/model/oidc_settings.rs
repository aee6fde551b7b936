use crate::model::Stamps;
use serde::{Deserialize, Serialize};

/// How long tokens live, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenLifetimes {
    pub access_token: u64,
    pub id_token: u64,
    /// This and the next are kept for whoever asks: there are no refresh tokens.
    pub refresh_token_idle: u64,
    pub refresh_token: u64,
}

/// What was set over the API. Counts instead of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OidcSettings {
    pub lifetimes: TokenLifetimes,
    /// The longest that a signed token was ever set to live, in seconds: keys of then stay published for it.
    pub longest: u64,
    pub stamps: Stamps,
}

impl TokenLifetimes {
    /// How long the longest-lived signed token lives.
    pub fn longest(&self) -> u64 {
        self.access_token.max(self.id_token)
    }
}
