//! Countersign gives machines an identity: organisations, service accounts, secrets and tokens,
//! served over TLS from one binary on an embedded database.
//!
//! The modules below stand in floors. A module uses only floors above it in this list, or its own folder;
//! `tests/repository.rs` keeps that true.

// Words: no I/O, no transport.
pub mod error;
pub mod id;
pub mod limits;
pub mod random;
pub mod secret;
pub mod time;

// Model: what things are and what follows from it. Pure.
pub mod permission;

// Instruments: where every floor that follows counts and logs.
pub mod telemetry;

// Server: how it is set up.
pub mod config;
