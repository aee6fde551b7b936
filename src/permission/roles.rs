//! The built-in roles, read from `config/roles.toml`.

use super::{Permission, Permissions};
use crate::error::{Error, Result};
use serde::Deserialize;

/// Every role there is, with what it permits, in the order in which the API lists them.
#[derive(Debug)]
pub struct Roles(Vec<Role>);

#[derive(Debug)]
struct Role {
    name: String,
    /// What an operation can demand.
    permissions: Permissions,
    /// Every permission, also those that no operation demands; sorted.
    names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    role: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    permissions: Vec<String>,
}

const BUILT_IN: &str = include_str!("../../config/roles.toml");
const INSTANCE_PREFIX: &str = "IAM_";
const ORG_PREFIX: &str = "ORG_";
/// The one role of organisations that is offered in the default organisation only.
const DEFAULT_ORG_ROLE: &str = "SELF_MANAGEMENT_GLOBAL";

impl Roles {
    /// The roles that come with the server. Fails only if the file was built in with a mistake.
    pub fn built_in() -> Result<Self> {
        Self::parse(BUILT_IN)
    }

    /// What a membership with this role permits. Nothing, if there is no such role.
    pub fn permissions_of(&self, role: &str) -> Permissions {
        self.find(role).map_or(Permissions::NONE, |role| role.permissions)
    }

    /// The names of everything that these roles permit together, sorted, each once. Unknown roles add nothing.
    pub fn names_of(&self, roles: &[impl AsRef<str>]) -> Vec<&str> {
        let known = roles.iter().filter_map(|role| self.find(role.as_ref()));
        let mut names: Vec<_> = known.flat_map(|role| &role.names).map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Whether a member of the instance may have this role.
    pub fn is_instance_role(&self, name: &str) -> bool {
        name.starts_with(INSTANCE_PREFIX) && self.find(name).is_some()
    }

    /// Whether a member of an organisation may have this role.
    pub fn is_org_role(&self, name: &str) -> bool {
        (name.starts_with(ORG_PREFIX) || name == DEFAULT_ORG_ROLE) && self.find(name).is_some()
    }

    /// The roles that members of the instance can be given.
    pub fn instance_roles(&self) -> impl Iterator<Item = &str> {
        self.names().filter(|name| name.starts_with(INSTANCE_PREFIX))
    }

    /// The roles that members of an organisation can be given.
    pub fn org_roles(&self) -> impl Iterator<Item = &str> {
        self.names().filter(|name| name.starts_with(ORG_PREFIX))
    }

    /// The roles that members of the default organisation can be given: those of any organisation, and one more.
    pub fn default_org_roles(&self) -> impl Iterator<Item = &str> {
        self.names().filter(|name| self.is_org_role(name))
    }

    /// Every role's name.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|role| role.name.as_str())
    }

    fn parse(text: &str) -> Result<Self> {
        let file: File = toml::from_str(text).map_err(Error::internal)?;
        let roles = file.role.into_iter().map(Role::try_from).collect::<Result<_>>()?;
        Ok(Self(roles))
    }

    /// Looks through all of them: two dozen names, which no index would find faster.
    fn find(&self, name: &str) -> Option<&Role> {
        self.0.iter().find(|role| role.name == name)
    }
}

impl TryFrom<Entry> for Role {
    type Error = Error;

    fn try_from(entry: Entry) -> Result<Self> {
        let mut names = Vec::new();
        for pattern in &entry.permissions {
            let expanded = expand(pattern)
                .ok_or_else(|| Error::internal(format!("{}: unbalanced braces in {pattern:?}", entry.name)))?;
            names.extend(expanded);
        }
        names.sort_unstable();
        names.dedup();
        let permissions = names.iter().filter_map(|name| Permission::from_name(name)).collect();
        Ok(Self { name: entry.name, permissions, names })
    }
}

/// Writes out `a.{b,c}.{d,e}`. Braces do not nest; `None` if they do or do not pair.
fn expand(pattern: &str) -> Option<Vec<String>> {
    let Some((head, rest)) = pattern.split_once('{') else {
        return (!pattern.contains('}')).then(|| vec![pattern.to_owned()]);
    };
    let (choices, tail) = rest.split_once('}')?;
    if head.contains('}') || choices.contains('{') {
        return None;
    }
    let tails = expand(tail)?;
    let expanded = choices.split(',').flat_map(|choice| tails.iter().map(move |tail| format!("{head}{choice}{tail}")));
    Some(expanded.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roles() -> Roles {
        Roles::built_in().expect("the built-in file is well formed")
    }

    #[test]
    fn braces_are_written_out() {
        assert_eq!(expand("events.read").expect("plain"), ["events.read"]);
        assert_eq!(expand("a.{b,c.d}").expect("one"), ["a.b", "a.c.d"]);
        assert_eq!(expand("{a,b}.{c,d}").expect("two"), ["a.c", "a.d", "b.c", "b.d"]);
        for broken in ["a.{b", "a.b}", "a.{b,{c}}", "}{"] {
            assert_eq!(expand(broken), None, "{broken}");
        }
    }

    #[test]
    fn roles_are_listed_in_the_documented_order() {
        let roles = roles();
        let instance: Vec<_> = roles.instance_roles().collect();
        assert_eq!(
            instance,
            [
                "IAM_OWNER",
                "IAM_OWNER_VIEWER",
                "IAM_ORG_MANAGER",
                "IAM_USER_MANAGER",
                "IAM_ADMIN_IMPERSONATOR",
                "IAM_END_USER_IMPERSONATOR",
                "IAM_LOGIN_CLIENT"
            ]
        );
        let org: Vec<_> = roles.default_org_roles().collect();
        assert_eq!(
            org,
            [
                "ORG_OWNER",
                "ORG_USER_MANAGER",
                "ORG_OWNER_VIEWER",
                "ORG_SETTINGS_MANAGER",
                "ORG_USER_PERMISSION_EDITOR",
                "ORG_PROJECT_PERMISSION_EDITOR",
                "ORG_PROJECT_CREATOR",
                "ORG_ADMIN_IMPERSONATOR",
                "ORG_END_USER_IMPERSONATOR",
                "ORG_USER_SELF_MANAGER",
                "SELF_MANAGEMENT_GLOBAL"
            ]
        );
        assert!(roles.org_roles().eq(org[..10].iter().copied()));
        let project: Vec<_> = roles.names().filter(|name| name.starts_with("PROJECT_")).collect();
        assert_eq!(
            project,
            [
                "PROJECT_OWNER",
                "PROJECT_OWNER_VIEWER",
                "PROJECT_OWNER_GLOBAL",
                "PROJECT_OWNER_VIEWER_GLOBAL",
                "PROJECT_GRANT_OWNER",
                "PROJECT_GRANT_OWNER_VIEWER"
            ]
        );
        assert_eq!(roles.names().count(), 24);
    }

    #[test]
    fn a_role_belongs_where_its_name_says() {
        let roles = roles();
        assert!(roles.is_instance_role("IAM_OWNER") && !roles.is_org_role("IAM_OWNER"));
        assert!(roles.is_org_role("ORG_OWNER") && !roles.is_instance_role("ORG_OWNER"));
        assert!(roles.is_org_role("SELF_MANAGEMENT_GLOBAL"));
        assert!(!roles.is_org_role("PROJECT_OWNER") && !roles.is_instance_role("PROJECT_OWNER"));
        assert!(!roles.is_instance_role("IAM_NOBODY") && !roles.is_org_role("ORG_NOBODY"));
        assert!(roles.permissions_of("IAM_NOBODY").is_empty());
    }

    /// The table that ZITADEL's behaviour was written down in. Letters: r read, w write, d delete; `-` nothing.
    /// Columns: org, `org.create`, `org.member`, user, `user.global.read`, `user.membership.read`, iam, `iam.member`,
    /// `events.read`.
    #[test]
    fn every_role_permits_what_zitadel_lets_it() {
        const TABLE: &[(&str, [&str; 9])] = &[
            ("IAM_OWNER", ["rwd", "c", "rwd", "rwd", "r", "r", "rw", "rwd", "r"]),
            ("IAM_OWNER_VIEWER", ["r", "", "r", "r", "r", "r", "r", "r", "r"]),
            ("IAM_ORG_MANAGER", ["rwd", "c", "rwd", "rwd", "r", "r", "", "", ""]),
            ("IAM_USER_MANAGER", ["r", "", "rd", "rwd", "r", "r", "", "", ""]),
            ("IAM_LOGIN_CLIENT", ["r", "", "rw", "rw", "", "r", "r", "rw", ""]),
            ("IAM_ADMIN_IMPERSONATOR", [""; 9]),
            ("IAM_END_USER_IMPERSONATOR", [""; 9]),
            ("ORG_OWNER", ["rwd", "", "rwd", "rwd", "r", "r", "", "", ""]),
            ("ORG_USER_MANAGER", ["r", "", "", "rwd", "r", "r", "", "", ""]),
            ("ORG_OWNER_VIEWER", ["r", "", "r", "r", "r", "r", "", "", ""]),
            ("ORG_SETTINGS_MANAGER", ["rw", "", "r", "", "", "", "", "", ""]),
            ("ORG_USER_PERMISSION_EDITOR", ["r", "", "r", "r", "r", "", "", "", ""]),
            ("ORG_PROJECT_PERMISSION_EDITOR", ["r", "", "r", "r", "r", "", "", "", ""]),
            ("ORG_PROJECT_CREATOR", ["", "", "", "", "r", "", "", "", ""]),
            ("ORG_USER_SELF_MANAGER", [""; 9]),
            ("SELF_MANAGEMENT_GLOBAL", ["", "c", "", "", "", "", "", "", ""]),
            ("PROJECT_OWNER", ["", "", "", "r", "r", "r", "", "", ""]),
            ("PROJECT_OWNER_VIEWER", ["", "", "", "r", "r", "r", "", "", ""]),
            ("PROJECT_OWNER_GLOBAL", ["", "", "", "", "r", "r", "", "", ""]),
            ("PROJECT_GRANT_OWNER", ["", "", "", "r", "r", "r", "", "", ""]),
            ("PROJECT_GRANT_OWNER_VIEWER", ["", "", "", "r", "r", "r", "", "", ""]),
        ];
        const COLUMNS: [&str; 9] =
            ["org", "org", "org.member", "user", "user.global", "user.membership", "iam", "iam.member", "events"];
        const VERBS: [(char, &str); 4] = [('c', "create"), ('r', "read"), ('w', "write"), ('d', "delete")];
        let roles = roles();
        let mut asked_for = 0;
        for (role, cells) in TABLE {
            for (column, (object, cell)) in COLUMNS.iter().zip(cells).enumerate() {
                let names = VERBS.iter().filter(|(letter, _)| (column == 1) == (*letter == 'c'));
                for (letter, verb) in names {
                    let name = format!("{object}.{verb}");
                    let listed = roles.names_of(&[role]).contains(&name.as_str());
                    assert_eq!(listed, cell.contains(*letter), "{role} {name}");
                    // What operations ask for is what the lists say.
                    if let Some(permission) = Permission::from_name(&name) {
                        assert_eq!(roles.permissions_of(role).contains(permission), listed, "{role} {name}");
                        asked_for += 1;
                    }
                }
            }
        }
        assert!(asked_for > 10 * TABLE.len(), "the table names what no operation asks for: {asked_for}");
    }

    #[test]
    fn the_owner_may_do_everything_but_vanish() {
        let owner = roles().permissions_of("IAM_OWNER");
        let missing: Vec<_> = Permission::ALL.iter().filter(|&&permission| !owner.contains(permission)).collect();
        // The right to delete oneself is a role of its own, which not even an owner gets with the others.
        assert_eq!(missing, [&Permission::UserSelfDelete]);
    }

    #[test]
    fn lists_name_also_what_no_operation_demands() {
        let roles = roles();
        let listed = roles.names_of(&["IAM_END_USER_IMPERSONATOR", "SELF_MANAGEMENT_GLOBAL", "ORG_USER_SELF_MANAGER"]);
        assert_eq!(listed, ["impersonation", "org.create", "policy.read", "user.self.delete"]);
        assert_eq!(roles.names_of(&["IAM_OWNER"]).len(), 95);
        assert!(roles.names_of(&["ORG_OWNER".to_owned()]).contains(&"user.credential.write"));
        assert!(!roles.names_of(&["ORG_USER_MANAGER"]).contains(&"user.credential.write"));
        assert!(!roles.names_of(&["ORG_OWNER"]).contains(&"project.app.delete"));
    }
}
