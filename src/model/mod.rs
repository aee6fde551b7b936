//! What the server knows, as plain data: no I/O, no transport, no clock.

pub mod access_token;
mod bounds;
pub mod columns;
pub mod credential;
mod credential_policy;
pub mod event;
mod event_types;
pub mod fault;
pub mod instance;
mod last_use;
pub mod machine;
pub mod member;
pub mod metadata;
mod network;
pub mod oidc_settings;
pub mod org;
pub mod project;
pub mod project_grant;
mod scope;
mod stamps;
pub mod text;
pub mod user_grant;

pub use access_token::AccessToken;
pub use bounds::Bounds;
pub use columns::{CredentialColumn, MemberColumn, OrgColumn};
pub use credential::{Credential, CredentialKind};
pub use credential_policy::CredentialPolicy;
pub use event::{
    CredentialFact, Draft, Editor, Event, Fact, InstanceFact, OrgFact, ProjectFact, UserFact, UserGrantFact,
};
pub use instance::{Instance, SigningKeyRecord};
pub use last_use::{LastUse, LastUseV1};
pub use machine::{AccessTokenType, Column, LiveSecret, Machine, MachineState};
pub use member::Member;
pub use metadata::{Metadata, MetadataSize, Subject};
pub use network::Network;
pub use oidc_settings::{OidcSettings, TokenLifetimes};
pub use org::{Org, OrgState};
pub use project::{PrivateLabeling, Project, ProjectRole, ProjectSettings, ProjectState};
pub use project_grant::{ProjectGrant, ProjectGrantState};
pub use scope::audience_of;
pub use stamps::Stamps;
pub use user_grant::{UserGrant, UserGrantState};
