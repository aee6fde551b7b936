//! The use cases: what can be done, whoever asks over whatever wire.
//!
//! A use case takes the application, the proof that it needs, and its request. Reading ones look at a snapshot; changing
//! ones hand the store a closure that decides on the state at that moment and says which events shall happen.

mod administrator_filter;
pub mod administrator_lists;
pub mod administrators;
pub mod bootstrap;
mod cascade;
pub mod changes;
mod context;
mod credential_filter;
pub mod credential_lists;
mod credentials;
mod event_views;
pub mod events;
pub mod instance;
pub mod instance_members;
pub mod machine_keys;
pub mod machine_lists;
pub mod machine_removal;
pub mod machine_states;
pub mod machine_update;
pub mod machine_views;
pub mod machines;
mod member_views;
mod members;
pub mod memberships;
mod merged;
mod metadata;
mod metadata_views;
pub mod oidc_settings;
pub mod org_domains;
mod org_filter;
pub mod org_lists;
pub mod org_members;
pub mod org_metadata;
pub mod org_removal;
pub mod org_views;
pub mod orgs;
pub mod orgs_v2;
mod page;
pub mod personal_access_tokens;
pub mod project_grant_lists;
pub mod project_grant_views;
pub mod project_grants;
pub mod project_lists;
pub mod project_removal;
pub mod project_roles;
pub mod project_views;
pub mod project_views_v2;
pub mod projects;
pub mod projects_v2;
mod reply;
mod scan;
pub mod secret_generators;
pub mod secrets;
pub mod signing_keys;
mod text_match;
mod time_match;
mod user_filter;
pub mod user_grant_views;
pub mod user_grants;
pub mod user_metadata;
mod user_query;

pub use context::{App, Parts, Settings};
