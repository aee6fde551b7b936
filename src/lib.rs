//! Countersign gives machines an identity: organisations, service accounts, secrets and tokens over
//! an embedded database.

#![forbid(unsafe_code)]

pub mod proto;
