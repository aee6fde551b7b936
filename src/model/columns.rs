//! What lists can be sorted by. There is an index for each column, and the sort keys in it are bytes that compare as the
//! values do. A column's place in its enum is part of the file format: new ones go to the end.

use crate::{
    model::{Credential, Member, Org, text::fold},
    time::Timestamp,
};

/// Columns of organisations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrgColumn {
    Id,
    Name,
    Domain,
    State,
    CreationDate,
}

/// Columns of memberships.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberColumn {
    User,
    CreationDate,
    ChangeDate,
}

/// Columns of credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialColumn {
    Id,
    Org,
    User,
    CreationDate,
    ExpirationDate,
}

impl OrgColumn {
    pub const ALL: [Self; 5] = [Self::Id, Self::Name, Self::Domain, Self::State, Self::CreationDate];

    /// What is equal goes by id.
    pub fn sort_key(self, org: &Org) -> Vec<u8> {
        match self {
            Self::Id => Vec::new(),
            Self::Name => fold(&org.name).into_bytes(),
            Self::Domain => fold(&org.primary_domain).into_bytes(),
            Self::State => vec![org.state as u8],
            Self::CreationDate => instant(org.stamps.created),
        }
    }
}

impl MemberColumn {
    pub const ALL: [Self; 3] = [Self::User, Self::CreationDate, Self::ChangeDate];

    /// What is equal goes by user, and then by owner.
    pub fn sort_key(self, member: &Member) -> Vec<u8> {
        match self {
            Self::User => Vec::new(),
            Self::CreationDate => instant(member.stamps.created),
            Self::ChangeDate => instant(member.stamps.changed),
        }
    }
}

impl CredentialColumn {
    pub const ALL: [Self; 5] = [Self::Id, Self::Org, Self::User, Self::CreationDate, Self::ExpirationDate];

    /// What is equal goes by id.
    pub fn sort_key(self, credential: &Credential) -> Vec<u8> {
        match self {
            Self::Id => credential.id.as_str().into(),
            Self::Org => credential.org.as_str().into(),
            Self::User => credential.user.as_str().into(),
            Self::CreationDate => instant(credential.stamps.created),
            Self::ExpirationDate => instant(credential.expires),
        }
    }
}

/// Instants after 1970 sort as they should.
pub fn instant(at: Timestamp) -> Vec<u8> {
    at.micros().max(0).to_be_bytes().into()
}
