//! Machine users, through the operation table.

mod adding;
mod changing;
mod isolation;
mod listing;
mod permissions;
mod removing;
mod showing;
mod states;
