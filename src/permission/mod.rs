//! What may be demanded of a caller, and which roles give it.
//!
//! An operation demands one [`Permission`]; a membership names roles; [`Roles`] turns those into [`Permissions`].
//! The roles themselves are data: `config/roles.toml`.

mod roles;

pub use roles::Roles;

use std::fmt;

/// A permission known at compile time: the parameter of a proof, as in `Authorized<UserWrite>`.
pub trait Permit {
    const PERMISSION: Permission;
}

/// Each row makes a variant of [`Permission`], a marker type of the same name that is its [`Permit`], and the text that
/// the wire and `config/roles.toml` use.
macro_rules! permissions {
    ($($variant:ident = $name:literal,)*) => {
        /// What an operation of this server can demand. Roles may list more; nobody asks for that.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Permission {
            $($variant,)*
        }

        impl Permission {
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The permission's name on the wire, such as `user.write`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }

        $(
            #[doc = concat!("Marks what demands `", $name, "`.")]
            #[derive(Debug, Clone, Copy)]
            pub struct $variant;

            impl Permit for $variant {
                const PERMISSION: Permission = Permission::$variant;
            }
        )*
    };
}

permissions! {
    IamRead = "iam.read",
    IamWrite = "iam.write",
    IamMemberRead = "iam.member.read",
    IamMemberWrite = "iam.member.write",
    IamMemberDelete = "iam.member.delete",
    IamWebKeyRead = "iam.web_key.read",
    IamWebKeyWrite = "iam.web_key.write",
    IamWebKeyDelete = "iam.web_key.delete",
    OrgRead = "org.read",
    OrgWrite = "org.write",
    OrgCreate = "org.create",
    OrgDelete = "org.delete",
    OrgGlobalRead = "org.global.read",
    OrgMemberRead = "org.member.read",
    OrgMemberWrite = "org.member.write",
    OrgMemberDelete = "org.member.delete",
    UserRead = "user.read",
    UserGlobalRead = "user.global.read",
    UserWrite = "user.write",
    UserDelete = "user.delete",
    UserMembershipRead = "user.membership.read",
    UserSelfDelete = "user.self.delete",
    UserGrantRead = "user.grant.read",
    UserGrantWrite = "user.grant.write",
    UserGrantDelete = "user.grant.delete",
    EventsRead = "events.read",
    ProjectRead = "project.read",
    ProjectCreate = "project.create",
    ProjectWrite = "project.write",
    ProjectDelete = "project.delete",
    ProjectRoleRead = "project.role.read",
    ProjectRoleWrite = "project.role.write",
    ProjectRoleDelete = "project.role.delete",
    ProjectMemberRead = "project.member.read",
    ProjectMemberWrite = "project.member.write",
    ProjectMemberDelete = "project.member.delete",
    ProjectGrantRead = "project.grant.read",
    ProjectGrantWrite = "project.grant.write",
    ProjectGrantDelete = "project.grant.delete",
    ProjectGrantMemberRead = "project.grant.member.read",
    ProjectGrantMemberWrite = "project.grant.member.write",
    ProjectGrantMemberDelete = "project.grant.member.delete",
}

impl Permission {
    /// Whether it lets its holder only look.
    pub fn reads(self) -> bool {
        reads(self.name())
    }

    /// The permission with this name, if an operation can demand it.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|permission| permission.name() == name)
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Whether the permission of this name, served here or not, lets its holder only look. All others change something.
pub fn reads(name: &str) -> bool {
    name.ends_with(".read")
}

/// A set of permissions: one bit each, so that it is copied and compared like a number.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Permissions(u64);

const _: () = assert!(Permission::ALL.len() <= u64::BITS as usize, "Permissions has a bit for each permission");

impl Permissions {
    pub const NONE: Self = Self(0);

    pub fn insert(&mut self, permission: Permission) {
        self.0 |= Self::bit(permission);
    }

    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & Self::bit(permission) != 0
    }

    /// Whether every permission of `other` is here too. Always true of an empty `other`.
    pub const fn contains_all(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those that let their holder only look.
    pub fn reading(self) -> Self {
        self.iter().filter(|permission| permission.reads()).collect()
    }

    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// In the order of [`Permission::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |&permission| self.contains(permission))
    }

    const fn bit(permission: Permission) -> u64 {
        1 << permission as u64
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(all: I) -> Self {
        let mut set = Self::NONE;
        all.into_iter().for_each(|permission| set.insert(permission));
        set
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Permission::name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_and_lead_back() {
        let names: BTreeSet<_> = Permission::ALL.iter().map(|permission| permission.name()).collect();
        assert_eq!(names.len(), Permission::ALL.len());
        for &permission in Permission::ALL {
            assert_eq!(Permission::from_name(permission.name()), Some(permission));
        }
        assert_eq!(Permission::from_name("policy.read"), None);
        assert_eq!(UserWrite::PERMISSION.to_string(), "user.write");
    }

    #[test]
    fn a_set_holds_what_was_inserted() {
        let few = Permissions::from_iter([Permission::UserRead, Permission::ProjectGrantMemberDelete]);
        let all: Permissions = Permission::ALL.iter().copied().collect();
        assert!(few.contains(Permission::UserRead) && !few.contains(Permission::UserWrite));
        assert!(all.contains_all(few) && !few.contains_all(all));
        assert!(few.contains_all(Permissions::NONE) && Permissions::NONE.is_empty());
        assert_eq!(few.union(all), all);
        assert_eq!(few.reading(), Permissions::from_iter([Permission::UserRead]));
        assert_eq!(format!("{few:?}"), r#"{"user.read", "project.grant.member.delete"}"#);
    }
}
