//! What can happen. Every change of the server's state is one of these, in the log of whoever owns the object.

use crate::{
    id::{CredentialId, OrgId, ProjectGrantId, ProjectId, UserGrantId, UserId},
    model::{AccessTokenType, Bounds, ProjectSettings, TokenLifetimes},
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
    /// How long tokens live, in place of what the configuration says.
    OidcSettingsChanged {
        lifetimes: TokenLifetimes,
    },
    /// So many lines of an import file are done, from its beginning.
    LinesImported {
        /// Names the file.
        file: [u8; 32],
        done: u64,
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
    /// How long credentials may live from now on, in seconds, in place of what was demanded before.
    CredentialPolicySet {
        max_lifetime: Option<u64>,
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
    /// Set anew, or in place of the value that the key had.
    MetadataSet {
        key: String,
        value: Vec<u8>,
    },
    MetadataRemoved {
        key: String,
    },
    /// There is one more secret.
    SecretAdded {
        credential: CredentialId,
        hash: SecretHash,
        hint: String,
        label: String,
        expires: Timestamp,
        bounds: Bounds,
    },
    /// Something happened to one of the user's secrets, keys or personal access tokens.
    Credential(CredentialId, CredentialFact),
    /// Somebody found an access token where it does not belong. It is dead.
    TokenLeaked {
        token: [u8; 16],
        /// What minted it.
        credential: CredentialId,
        expires: Timestamp,
    },
}

/// What can happen to a credential of any kind.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum CredentialFact {
    Renamed {
        label: String,
    },
    Suspended,
    Resumed,
    ExpirySet {
        expires: Timestamp,
    },
    BoundsSet {
        bounds: Bounds,
    },
    /// The access tokens that it minted until now are dead.
    TokensEnded,
    /// It expires in so many days, or fewer.
    ExpiryNear {
        days: u16,
    },
    /// Somebody found it where it does not belong. The access tokens that it minted until now are dead.
    Leaked,
    /// The secret was shown that another system's hash was made of, and this hash is kept instead.
    Upgraded {
        hash: SecretHash,
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
    /// Another organisation may give these roles.
    GrantAdded {
        grant: ProjectGrantId,
        org: OrgId,
        roles: Vec<String>,
    },
    GrantChanged {
        grant: ProjectGrantId,
        roles: Vec<String>,
    },
    /// A role was removed from the project, and from the grant with it.
    GrantCascadeChanged {
        grant: ProjectGrantId,
        roles: Vec<String>,
    },
    GrantDeactivated {
        grant: ProjectGrantId,
    },
    GrantReactivated {
        grant: ProjectGrantId,
    },
    GrantRemoved {
        grant: ProjectGrantId,
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
    /// A role was removed from the project or from its grant to the owner, and from this one with it.
    CascadeChanged {
        roles: Vec<String>,
    },
    Deactivated,
    Reactivated,
    Removed,
    /// The user, the project or its grant to the owner was removed, and this one with it.
    CascadeRemoved,
}

impl Event {
    /// The id of what it happened to.
    pub fn aggregate_id(&self) -> &str {
        match &self.fact {
            Fact::Instance(_) | Fact::Org(_) => self.owner.as_str(),
            Fact::User(user, _) => user.as_str(),
            Fact::Project(project, _) => project.as_str(),
            Fact::UserGrant(grant, _) => grant.as_str(),
        }
    }
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
