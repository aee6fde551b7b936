//! The wire: messages, routes and request checks, made by `build.rs` from the protos in this folder.
//!
//! A message is found under its package, as in
//! [`zitadel::management::v1::GenerateMachineSecretRequest`]. Names, numbers, paths and limits are
//! ZITADEL's; an rpc that is not declared here is not served.

mod descriptor;
mod json;
mod route;
mod validate;

#[cfg(test)]
mod tests;

pub use descriptor::{FILE_DESCRIPTOR_SET, FILES, File};
pub use generated::{countersign, grpc, zitadel};
pub use json::from_json;
pub use route::{Field, Kind, ROUTES, Rest, Route, Schema, is_own};
pub use validate::{Validate, Violation};

/// The REST face as an OpenAPI document, in JSON.
pub static OPENAPI: &str = include_str!(concat!(env!("OUT_DIR"), "/openapi.json"));

/// The entity tag of [`OPENAPI`], with its quotes.
pub static OPENAPI_TAG: &str = include_str!(concat!(env!("OUT_DIR"), "/openapi.etag"));

/// What buffa wrote. It is not held to the lints of this crate.
#[allow(missing_docs, unreachable_pub, clippy::all, clippy::pedantic)]
#[rustfmt::skip]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/messages.rs"));
}
