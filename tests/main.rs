//! All integration tests, in one program: linking one is quicker than linking twenty.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on says why and stops"
)]

mod common;

mod administrators;
mod authorizations;
mod bounds;
mod cli;
mod client_address;
mod clock;
mod concurrency;
mod crash;
mod credential_policy;
mod credentials;
mod early_answers;
mod events;
mod golden_records;
mod grpc_services;
mod hostile;
mod hostile_http;
mod imported;
mod keys;
mod lists;
mod logs;
mod members;
mod metadata;
mod oauth_alive;
mod oauth_assertion;
mod oauth_client;
mod oauth_known;
mod oauth_published;
mod oauth_token;
mod openapi;
mod operations_page;
mod orgs;
mod orgs_v2;
mod permission_matrix;
mod projects;
mod projects_v2;
mod properties;
mod reading;
mod readme;
mod repository;
mod rotation_under_load;
mod secrets;
mod server_listener;
mod settings;
mod store_faults;
mod table;
mod throttle;
mod users;
mod waiting;
mod wire_credentials;
mod wire_faces;
mod wire_limits;
mod wire_rotation;
mod wire_secret;
