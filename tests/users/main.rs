//! Machine users, through the operation table.

#![allow(clippy::expect_used, reason = "clippy takes only functions marked as tests for tests")]

#[path = "../common/mod.rs"]
mod common;

mod adding;
mod changing;
mod isolation;
mod listing;
mod permissions;
mod removing;
mod showing;
mod states;
