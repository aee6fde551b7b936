//! What happened: ListUserChanges, ListMyUserChanges and ListEvents.

mod changes;
mod listing;
mod types;
