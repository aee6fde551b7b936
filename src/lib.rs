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

// Under the faces and the server: what the two hand to each other.
pub mod exchange;

// Server: the port, its limits and its certificate, the process around it.
pub mod server;
