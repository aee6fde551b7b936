//! What the instance is set to: token lifetimes, how secrets are generated, and the keys that sign.

pub mod oidc;
pub mod secret_generators;
pub mod signing_keys;
