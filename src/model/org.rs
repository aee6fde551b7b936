use crate::{id::OrgId, model::Stamps, time::Timestamp};
use serde::{Deserialize, Serialize};

/// An organisation: what owns machine users. One that was removed has no record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Org {
    pub id: OrgId,
    /// Unique in the instance as far as [`slug`] tells names apart, and so is the domain that is made of it.
    pub name: String,
    /// Derived from the name and the server's host when the organisation was added or renamed.
    pub primary_domain: String,
    pub state: OrgState,
    /// Access tokens issued until then are dead.
    pub tokens_not_before: Timestamp,
    pub stamps: Stamps,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OrgState {
    Active,
    Inactive,
}

/// The domain of an organisation called `name` on a server called `host`.
pub fn primary_domain(name: &str, host: &str) -> String {
    format!("{}.{host}", slug(name))
}

/// A name as it is compared: its letters and digits in lower case, with single dashes for what stands between them. Two
/// organisations never have the same, or one could take the other's domain. Empty for a name of symbols alone.
pub fn slug(name: &str) -> String {
    let dashed: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
    let words: Vec<&str> = dashed.split('-').filter(|word| !word.is_empty()).collect();
    words.join("-").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_a_slug_of_the_name() {
        assert_eq!(primary_domain(" Platform  Team! ", "localhost"), "platform-team.localhost");
        assert_eq!(primary_domain("ACME", "id.example.org"), "acme.id.example.org");
    }
}
