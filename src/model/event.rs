//! What can happen. Every change of the server's state is one of these, in the log of whoever owns the object.

use crate::{
    id::{CredentialId, OrgId, ProjectId, UserGrantId, UserId},
    model::{AccessTokenType, ProjectSettings},
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
    /// To a project of the organisation that owns the log.
    Project(ProjectId, ProjectFact),
    /// To a user grant that the organisation gave that owns the log.
    UserGrant(UserGrantId, UserGrantFact),
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
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum ProjectFact {
    Added {
        name: String,
        settings: ProjectSettings,
    },
    Changed {
        name: String,
        settings: ProjectSettings,
    },
    Deactivated,
    Reactivated,
    /// With its roles.
    Removed,
    RoleAdded {
        key: String,
        display_name: String,
        group: String,
    },
    RoleChanged {
        key: String,
        display_name: String,
        group: String,
    },
    RoleRemoved {
        key: String,
    },
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum UserGrantFact {
    Added {
        user: UserId,
        project: ProjectId,
        roles: Vec<String>,
    },
    Changed {
        roles: Vec<String>,
    },
    /// A role was removed from the project, and from the grant with it.
    CascadeChanged {
        roles: Vec<String>,
    },
    Deactivated,
    Reactivated,
    Removed,
    /// The user or the project was removed, and the grant with it.
    CascadeRemoved,
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

    pub fn project(org: &OrgId, project: &ProjectId, fact: ProjectFact) -> Self {
        Self { owner: org.clone(), fact: Fact::Project(project.clone(), fact) }
    }

    pub fn user_grant(owner: &OrgId, grant: &UserGrantId, fact: UserGrantFact) -> Self {
        Self { owner: owner.clone(), fact: Fact::UserGrant(grant.clone(), fact) }
    }
}

impl Fact {
    /// The wire's name of the event's type.
    pub fn event_type(&self) -> &'static str {
        match self {
            Self::Instance(fact) => fact.event_type(),
            Self::Org(fact) => fact.event_type(),
            Self::User(_, fact) => fact.event_type(),
            Self::Project(_, fact) => fact.event_type(),
            Self::UserGrant(_, fact) => fact.event_type(),
        }
    }

    /// The wire's name of what it happened to.
    pub fn aggregate_type(&self) -> &'static str {
        match self {
            Self::Instance(_) => "instance",
            Self::Org(_) => "org",
            Self::User(..) => "user",
            Self::Project(..) => "project",
            Self::UserGrant(..) => "usergrant",
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
        }
    }
}

impl ProjectFact {
    fn event_type(&self) -> &'static str {
        match self {
            Self::Added { .. } => "project.added",
            Self::Changed { .. } => "project.changed",
            Self::Deactivated => "project.deactivated",
            Self::Reactivated => "project.reactivated",
            Self::Removed => "project.removed",
            Self::RoleAdded { .. } => "project.role.added",
            Self::RoleChanged { .. } => "project.role.changed",
            Self::RoleRemoved { .. } => "project.role.removed",
        }
    }
}

impl UserGrantFact {
    fn event_type(&self) -> &'static str {
        match self {
            Self::Added { .. } => "user.grant.added",
            Self::Changed { .. } => "user.grant.changed",
            Self::CascadeChanged { .. } => "user.grant.cascade.changed",
            Self::Deactivated => "user.grant.deactivated",
            Self::Reactivated => "user.grant.reactivated",
            Self::Removed => "user.grant.removed",
            Self::CascadeRemoved => "user.grant.cascade.removed",
        }
    }
}
