//! Countersign gives machines an identity: organisations, service accounts, secrets and tokens,
//! served over TLS from one binary on an embedded database.
//!
//! The modules below stand in floors. A module uses only floors above it in this list, or its own folder;
//! `tests/repository.rs` keeps that true.

// Words: no I/O, no transport.
pub mod error;
pub mod id;
pub mod limits;
pub mod proto;
pub mod random;
pub mod secret;
pub mod time;

// Model: what the server knows, as plain data.
pub mod model;
pub mod permission;

// Instruments: where the floors below count and log.
pub mod telemetry;

// Storage: the only code that names redb.
pub mod store;

// Trust: keys, who calls, and what they may do.
pub mod authn;
pub mod authz;
pub mod keys;

// Use cases: what can be done, whatever the wire.
pub mod app;
pub mod oauth;

// Faces: from bytes to a use case and back.
pub mod api;
pub mod exchange;
pub mod front;
pub mod rest;
pub mod rpc;
pub mod web;

// Server: listeners and how they are set up.
pub mod config;
pub mod daemon;
pub mod server;

// Top: the command line.
pub mod cli;
