//! What events are called on the wire.

use super::event::{CredentialFact, Fact, InstanceFact, OrgFact, ProjectFact, UserFact, UserGrantFact};

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
        "instance.lines.imported",
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
        "org.credential.policy.set",
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
        "user.metadata.set",
        "user.metadata.removed",
        "user.machine.secret.added",
        "user.token.leaked",
        "user.credential.renamed",
        "user.credential.suspended",
        "user.credential.resumed",
        "user.credential.expiry.set",
        "user.credential.bounds.set",
        "user.credential.tokens.ended",
        "user.credential.expiry.near",
        "user.credential.leaked",
        "user.credential.upgraded",
        "project.added",
        "project.changed",
        "project.deactivated",
        "project.reactivated",
        "project.removed",
        "project.role.added",
        "project.role.changed",
        "project.role.removed",
        "project.grant.added",
        "project.grant.changed",
        "project.grant.cascade.changed",
        "project.grant.deactivated",
        "project.grant.reactivated",
        "project.grant.removed",
        "user.grant.added",
        "user.grant.changed",
        "user.grant.cascade.changed",
        "user.grant.deactivated",
        "user.grant.reactivated",
        "user.grant.removed",
        "user.grant.cascade.removed",
    ];
    /// Every kind of object that an event can be about.
    pub const AGGREGATE_TYPES: &[&str] = &["instance", "org", "user", "project", "usergrant"];

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
            Self::OidcSettingsChanged { .. } => "instance.oidc.settings.changed",
            Self::LinesImported { .. } => "instance.lines.imported",
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
            Self::CredentialPolicySet { .. } => "org.credential.policy.set",
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
            Self::MetadataSet { .. } => "user.metadata.set",
            Self::MetadataRemoved { .. } => "user.metadata.removed",
            Self::SecretAdded { .. } => "user.machine.secret.added",
            Self::Credential(_, fact) => fact.event_type(),
            Self::TokenLeaked { .. } => "user.token.leaked",
        }
    }
}

impl CredentialFact {
    fn event_type(&self) -> &'static str {
        match self {
            Self::Renamed { .. } => "user.credential.renamed",
            Self::Suspended => "user.credential.suspended",
            Self::Resumed => "user.credential.resumed",
            Self::ExpirySet { .. } => "user.credential.expiry.set",
            Self::BoundsSet { .. } => "user.credential.bounds.set",
            Self::TokensEnded => "user.credential.tokens.ended",
            Self::ExpiryNear { .. } => "user.credential.expiry.near",
            Self::Leaked => "user.credential.leaked",
            Self::Upgraded { .. } => "user.credential.upgraded",
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
            Self::GrantAdded { .. } => "project.grant.added",
            Self::GrantChanged { .. } => "project.grant.changed",
            Self::GrantCascadeChanged { .. } => "project.grant.cascade.changed",
            Self::GrantDeactivated { .. } => "project.grant.deactivated",
            Self::GrantReactivated { .. } => "project.grant.reactivated",
            Self::GrantRemoved { .. } => "project.grant.removed",
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
