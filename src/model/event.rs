//! What can happen. Every change of the server's state is one of these, in the log of whoever owns the object.

use crate::{
    id::{CredentialId, OrgId, UserId},
    model::{AccessTokenType, TokenLifetimes},
    secret::SecretHash,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// Something that happened, as the log keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Event {
    /// Whose log it stands in: an organisation's or the instance's.
    pub owner: OrgId,
    /// Counts within the owner's log from 1, without a gap.
    pub sequence: u64,
    /// Counts within the instance from 1, without a gap: the order in which everything happened.
    pub position: u64,
    /// BLAKE3 of the stored bytes of the event before it in the same log; zeros before the first.
    pub previous: [u8; 32],
    pub at: Timestamp,
    pub editor: Editor,
    pub fact: Fact,
}

/// An event that was decided and not yet written.
#[derive(Debug, Clone)]
pub struct Draft {
    pub owner: OrgId,
    pub fact: Fact,
}

/// Who made something happen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Editor {
    /// The server itself, or whoever runs its command line.
    System,
    User(UserId),
}

/// What happened, and to what: the variants are the aggregates of the wire.
///
/// Bincode writes a variant by its place, so new ones go to the end and none is ever removed. The same holds for the
/// enums below.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Fact {
    /// To the instance that owns the log.
    Instance(InstanceFact),
    /// To the organisation that owns the log.
    Org(OrgFact),
    /// To a user of the organisation that owns the log.
    User(UserId, UserFact),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum InstanceFact {
    Added {
        project: String,
        default_org: OrgId,
    },
    DefaultOrgSet {
        org: OrgId,
    },
    MemberAdded {
        user: UserId,
        roles: Vec<String>,
    },
    MemberChanged {
        user: UserId,
        roles: Vec<String>,
    },
    MemberRemoved {
        user: UserId,
    },
    /// The user was removed, and the membership with it.
    MemberCascadeRemoved {
        user: UserId,
    },
    SigningKeyAdded {
        kid: String,
        algorithm: String,
    },
    /// Another key took over. This one stays published for the tokens that it signed.
    SigningKeyRetired {
        kid: String,
        published_until: Timestamp,
    },
    /// How long tokens live, in place of what the configuration says.
    OidcSettingsChanged {
        lifetimes: TokenLifetimes,
    },
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum OrgFact {
    Added {
        name: String,
        primary_domain: String,
    },
    Changed {
        name: String,
        primary_domain: String,
    },
    Deactivated,
    Reactivated,
    Removed,
    MemberAdded {
        user: UserId,
        roles: Vec<String>,
    },
    MemberChanged {
        user: UserId,
        roles: Vec<String>,
    },
    MemberRemoved {
        user: UserId,
    },
    /// The user was removed, and the membership with it.
    MemberCascadeRemoved {
        user: UserId,
    },
    /// Set anew, or in place of the value that the key had.
    MetadataSet {
        key: String,
        value: Vec<u8>,
    },
    MetadataRemoved {
        key: String,
    },
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum UserFact {
    MachineAdded {
        user_name: String,
        name: String,
        description: String,
        access_token_type: AccessTokenType,
    },
    MachineChanged {
        name: String,
        description: String,
        access_token_type: AccessTokenType,
    },
    UserNameChanged {
        user_name: String,
    },
    /// There is one secret now, and it is this one.
    SecretSet {
        credential: CredentialId,
        hash: SecretHash,
        hint: String,
    },
    SecretRemoved {
        credential: CredentialId,
    },
    PatAdded {
        credential: CredentialId,
        hash: SecretHash,
        hint: String,
        expires: Timestamp,
        scopes: Vec<String>,
    },
    PatRemoved {
        credential: CredentialId,
    },
    Deactivated,
    Reactivated,
    Locked,
    Unlocked,
    Removed,
    /// One access token was revoked (RFC 7009).
    TokenRevoked {
        token: [u8; 16],
        expires: Timestamp,
    },
    KeyAdded {
        credential: CredentialId,
        /// As [`crate::model::CredentialKind::Key`] has it.
        public_key: Vec<u8>,
        algorithm: String,
        expires: Timestamp,
    },
    KeyRemoved {
        credential: CredentialId,
    },
    /// An assertion that may be used once was used (RFC 7523 section 3).
    AssertionUsed {
        /// A hash of the user and of the assertion's `jti`.
        assertion: [u8; 32],
        expires: Timestamp,
    },
    /// Set anew, or in place of the value that the key had.
    MetadataSet {
        key: String,
        value: Vec<u8>,
    },
    MetadataRemoved {
        key: String,
    },
}

impl Draft {
    pub fn instance(instance: &OrgId, fact: InstanceFact) -> Self {
        Self { owner: instance.clone(), fact: Fact::Instance(fact) }
    }

    pub fn org(org: &OrgId, fact: OrgFact) -> Self {
        Self { owner: org.clone(), fact: Fact::Org(fact) }
    }

    pub fn user(org: &OrgId, user: &UserId, fact: UserFact) -> Self {
        Self { owner: org.clone(), fact: Fact::User(user.clone(), fact) }
    }
}

impl Fact {
    /// Every type that an event can have.
    pub const EVENT_TYPES: &[&str] = &[
        "instance.added",
        "instance.default.org.set",
        "instance.member.added",
        "instance.member.changed",
        "instance.member.removed",
        "instance.member.cascade.removed",
        "instance.signing_key.added",
        "instance.signing_key.retired",
        "instance.oidc.settings.changed",
        "org.added",
        "org.changed",
        "org.deactivated",
        "org.reactivated",
        "org.removed",
        "org.member.added",
        "org.member.changed",
        "org.member.removed",
        "org.member.cascade.removed",
        "org.metadata.set",
        "org.metadata.removed",
        "user.machine.added",
        "user.machine.changed",
        "user.username.changed",
        "user.machine.secret.set",
        "user.machine.secret.removed",
        "user.pat.added",
        "user.pat.removed",
        "user.deactivated",
        "user.reactivated",
        "user.locked",
        "user.unlocked",
        "user.removed",
        "user.token.revoked",
        "user.machine.key.added",
        "user.machine.key.removed",
        "user.assertion.used",
        "user.metadata.set",
        "user.metadata.removed",
    ];
    /// Every kind of object that an event can be about.
    pub const AGGREGATE_TYPES: &[&str] = &["instance", "org", "user"];

    /// The wire's name of the event's type.
    pub fn event_type(&self) -> &'static str {
        match self {
            Self::Instance(fact) => fact.event_type(),
            Self::Org(fact) => fact.event_type(),
            Self::User(_, fact) => fact.event_type(),
        }
    }

    /// The wire's name of what it happened to.
    pub fn aggregate_type(&self) -> &'static str {
        match self {
            Self::Instance(_) => "instance",
            Self::Org(_) => "org",
            Self::User(..) => "user",
        }
    }
}

impl InstanceFact {
    fn event_type(&self) -> &'static str {
        match self {
            Self::Added { .. } => "instance.added",
            Self::DefaultOrgSet { .. } => "instance.default.org.set",
            Self::MemberAdded { .. } => "instance.member.added",
            Self::MemberChanged { .. } => "instance.member.changed",
            Self::MemberRemoved { .. } => "instance.member.removed",
            Self::MemberCascadeRemoved { .. } => "instance.member.cascade.removed",
            Self::SigningKeyAdded { .. } => "instance.signing_key.added",
            Self::SigningKeyRetired { .. } => "instance.signing_key.retired",
            Self::OidcSettingsChanged { .. } => "instance.oidc.settings.changed",
        }
    }
}

impl OrgFact {
    fn event_type(&self) -> &'static str {
        match self {
            Self::Added { .. } => "org.added",
            Self::Changed { .. } => "org.changed",
            Self::Deactivated => "org.deactivated",
            Self::Reactivated => "org.reactivated",
            Self::Removed => "org.removed",
            Self::MemberAdded { .. } => "org.member.added",
            Self::MemberChanged { .. } => "org.member.changed",
            Self::MemberRemoved { .. } => "org.member.removed",
            Self::MemberCascadeRemoved { .. } => "org.member.cascade.removed",
            Self::MetadataSet { .. } => "org.metadata.set",
            Self::MetadataRemoved { .. } => "org.metadata.removed",
        }
    }
}

impl UserFact {
    fn event_type(&self) -> &'static str {
        match self {
            Self::MachineAdded { .. } => "user.machine.added",
            Self::MachineChanged { .. } => "user.machine.changed",
            Self::UserNameChanged { .. } => "user.username.changed",
            Self::SecretSet { .. } => "user.machine.secret.set",
            Self::SecretRemoved { .. } => "user.machine.secret.removed",
            Self::PatAdded { .. } => "user.pat.added",
            Self::PatRemoved { .. } => "user.pat.removed",
            Self::Deactivated => "user.deactivated",
            Self::Reactivated => "user.reactivated",
            Self::Locked => "user.locked",
            Self::Unlocked => "user.unlocked",
            Self::Removed => "user.removed",
            Self::TokenRevoked { .. } => "user.token.revoked",
            Self::KeyAdded { .. } => "user.machine.key.added",
            Self::KeyRemoved { .. } => "user.machine.key.removed",
            Self::AssertionUsed { .. } => "user.assertion.used",
            Self::MetadataSet { .. } => "user.metadata.set",
            Self::MetadataRemoved { .. } => "user.metadata.removed",
        }
    }
}
