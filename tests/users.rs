//! Machine users, through the operation table.

mod adding;
mod changing;
mod isolation;
mod listing;
mod permissions;
mod rank;
mod removing;
mod showing;
mod states;
mod v2_changing;
mod v2_listing;
