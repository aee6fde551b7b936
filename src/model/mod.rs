//! What the server knows, as plain data: no I/O, no transport, no clock.

pub mod access_token;
pub mod credential;
pub mod event;
mod event_types;
pub mod fault;
pub mod instance;
pub mod machine;
pub mod member;
pub mod metadata;
pub mod oidc_settings;
pub mod org;
pub mod project;
pub mod project_grant;
mod stamps;
pub mod user_grant;

pub use access_token::AccessToken;
pub use credential::{Credential, CredentialKind};
pub use event::{Draft, Editor, Event, Fact, InstanceFact, OrgFact, ProjectFact, UserFact, UserGrantFact};
pub use instance::{Instance, SigningKeyRecord};
pub use machine::{AccessTokenType, Column, Machine, MachineState};
pub use member::Member;
pub use metadata::{Metadata, MetadataSize, Subject};
pub use oidc_settings::{OidcSettings, TokenLifetimes};
pub use org::{Org, OrgState};
pub use project::{PrivateLabeling, Project, ProjectRole, ProjectSettings, ProjectState};
pub use project_grant::{ProjectGrant, ProjectGrantState};
pub use stamps::Stamps;
pub use user_grant::{UserGrant, UserGrantState};
