//! The fuzzers: one program, so that all of it is linked once; `FUZZ_TARGET` says which of them it is.
//!
//! Each target is a file here and a folder of seeds. `fuzz/run` runs them all.

#![no_main]

mod assertion;
mod basic_header;
mod bearer_header;
mod config_file;
mod foreign_hash;
mod jwt;
mod master_key;
mod oauth_form;
mod oauth_request;
mod opaque_token;
mod public_key;
mod rest_message;
mod rest_request;
mod route;
mod rpc_message;
mod secret_prefix;
mod server;
mod stored_record;

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

type Target = fn(&[u8]);

const TARGETS: &[(&str, Target)] = &[
    ("assertion", assertion::run),
    ("basic_header", basic_header::run),
    ("bearer_header", bearer_header::run),
    ("config_file", config_file::run),
    ("foreign_hash", foreign_hash::run),
    ("jwt", jwt::run),
    ("master_key", master_key::run),
    ("oauth_form", oauth_form::run),
    ("oauth_request", oauth_request::run),
    ("opaque_token", opaque_token::run),
    ("public_key", public_key::run),
    ("rest_message", rest_message::run),
    ("rest_request", rest_request::run),
    ("rpc_message", rpc_message::run),
    ("secret_prefix", secret_prefix::run),
    ("stored_record", stored_record::run),
];

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let wanted = std::env::var("FUZZ_TARGET").unwrap_or_default();
    let found = TARGETS.iter().find(|(name, _)| *name == wanted);
    let names: Vec<_> = TARGETS.iter().map(|(name, _)| *name).collect();
    found.unwrap_or_else(|| panic!("FUZZ_TARGET is none of {}", names.join(", "))).1
});

fuzz_target!(|input: &[u8]| (*TARGET)(input));
