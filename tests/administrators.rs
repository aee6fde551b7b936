//! Administrators, through the operation table.

mod changing;
mod listing;
