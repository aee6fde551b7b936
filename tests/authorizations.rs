//! Authorizations, which v1 calls user grants, through the operation table.

mod giving;
mod listing;
