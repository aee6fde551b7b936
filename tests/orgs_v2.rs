//! Organisations over v2, through the operation table.

mod adding;
mod changing;
mod domains;
mod listing;
