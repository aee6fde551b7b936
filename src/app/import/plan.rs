//! From a line of an import file to what shall happen.

use super::line::{Line, Organization, Secret, User};
use crate::{
    app::{
        App,
        credentials::{
            self,
            lifetime::{Expiry, Lifetime},
        },
        machines, members, orgs,
    },
    error::{Error, Result},
    id::{OrgId, UserId},
    limits::{MAX_DESCRIPTION_CHARS, MAX_LIVE_SECRETS, MAX_NAME_CHARS, MAX_ROLES},
    model::{
        Bounds, Draft, OrgFact, UserFact, fault,
        machine::normal_user_name,
        org::{primary_domain, slug},
    },
    secret::SecretHash,
    store::State,
    time::Timestamp,
};
use std::collections::{HashMap, HashSet};

/// Plans one line after the other, each for the state that the ones before it leave.
pub struct Planner {
    app: App,
    /// Whether secrets may have expired: what expires while an import is interrupted must not keep the rest from going on.
    is_late: bool,
    /// Organisations that were planned, by their ids and by their names as they are compared.
    orgs: HashMap<String, OrgId>,
    /// What must not come twice, as hashes of it.
    seen: HashSet<[u8; 16]>,
}

/// What a file amounts to.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    pub organizations: u64,
    pub users: u64,
    pub secrets: u64,
    /// Those of the secrets of which only another system's hash is known.
    pub hashed: u64,
}

impl Planner {
    pub fn new(app: &App, is_late: bool) -> Self {
        Self { app: app.clone(), is_late, orgs: HashMap::new(), seen: HashSet::new() }
    }

    /// The events that a line stands for. Without a state, because it was applied already, the line alone is looked at.
    pub fn plan(&mut self, state: Option<&State<'_>>, line: Line, totals: &mut Totals) -> Result<Vec<Draft>> {
        match line {
            Line::Organization(organization) => self.organization(state, organization, totals),
            Line::User(user) => self.user(state, user, totals),
        }
    }

    fn organization(
        &mut self,
        state: Option<&State<'_>>,
        organization: Organization,
        totals: &mut Totals,
    ) -> Result<Vec<Draft>> {
        totals.organizations += 1;
        let name = orgs::org_name("organization", short(&organization.name, "name", MAX_NAME_CHARS)?)?;
        let id = match &organization.id {
            Some(id) => OrgId::parse(id).ok_or_else(|| invalid_id("id"))?,
            None => self.app.new_id(),
        };
        let slug = slug(&name);
        self.once("organization", slug.as_bytes(), "another line has an organisation of this name")?;
        self.once("organization id", id.as_str().as_bytes(), "another line has an organisation of this id")?;
        self.orgs.insert(slug, id.clone());
        self.orgs.insert(by_id(id.as_str()), id.clone());
        let Some(state) = state else { return Ok(Vec::new()) };
        if !orgs::v2::id_is_free(state, &id)? {
            return Err(Error::invalid("id: an organization has this id, or had it; ids are never given twice"));
        }
        let primary_domain = primary_domain(&name, &self.app.settings.host);
        Ok(vec![orgs::founding(state, &id, name, primary_domain)?])
    }

    fn user(&mut self, state: Option<&State<'_>>, user: User, totals: &mut Totals) -> Result<Vec<Draft>> {
        totals.users += 1;
        let (id, user_name) = self.client(&user)?;
        let mut facts = vec![described(&user, user_name.clone())?];
        let home = match state {
            Some(state) => Some((state, self.org(state, user.organization.as_deref())?)),
            None => None,
        };
        if user.secrets.len() > MAX_LIVE_SECRETS {
            return Err(Error::invalid(format!("secrets: a user can have {MAX_LIVE_SECRETS} at most")));
        }
        for secret in user.secrets {
            facts.push(self.secret(home.as_ref(), secret, totals)?);
        }
        facts.extend(user.state.fact());
        let roles = match user.roles.is_empty() {
            true => None,
            false => Some(members::to_add(&self.app.roles, &members::orgs::SCOPE, user.roles).map_err(|_| no_roles())?),
        };
        let Some((state, org)) = home else { return Ok(Vec::new()) };
        if !machines::id_is_free(state, &id)? {
            return Err(Error::invalid("id: a user has this id, or had it; ids are never given twice"));
        }
        if !machines::name_is_free(state, &user_name, None)? {
            return Err(Error::invalid("userName: a user has this name already"));
        }
        let mut events: Vec<_> = facts.into_iter().map(|fact| Draft::user(&org, &id, fact)).collect();
        events.extend(roles.map(|roles| Draft::org(&org, OrgFact::MemberAdded { user: id, roles })));
        Ok(events)
    }

    /// The user's id and name. Both serve as client ids, and one client id must not mean two users.
    fn client(&mut self, user: &User) -> Result<(UserId, String)> {
        let user_name = short(&user.user_name, "userName", MAX_NAME_CHARS)?;
        if user_name.trim().is_empty() {
            return Err(Error::invalid("userName must not be blank"));
        }
        let user_name = machines::user_name(user_name, "userName", fault::USER_NAME_BLANK)?;
        let id = match &user.id {
            Some(id) => UserId::parse(id).ok_or_else(|| invalid_id("id"))?,
            None => self.app.new_id(),
        };
        let (called, numbered) = (normal_user_name(&user_name), normal_user_name(id.as_str()));
        self.once("client", called.as_bytes(), "another line has this userName, or has it as its id")?;
        if called != numbered {
            self.once("client", numbered.as_bytes(), "another line has this id, or has it as its userName")?;
        }
        Ok((id, user_name))
    }

    fn secret(&mut self, home: Option<&(&State<'_>, OrgId)>, secret: Secret, totals: &mut Totals) -> Result<UserFact> {
        totals.secrets += 1;
        let (text, hash) =
            credentials::imported_secrets::read(self.app.keys.load().client_secrets(), secret.plain, secret.hash)?;
        match &hash {
            SecretHash::Blake3(digest) => self.once("secret", digest, "another secret in this file is the same")?,
            SecretHash::Imported(text) => {
                totals.hashed += 1;
                self.once("hash", text.as_bytes(), "another hash in this file is the same")?;
            }
        }
        let label = credentials::views::label(&secret.label)?;
        let asked = credentials::views::expiry(&secret.expires)?;
        let expires = match home {
            Some((state, org)) => {
                credentials::imported_secrets::is_nobodys(state, &hash)?;
                self.end(state, org, asked)?
            }
            None => Timestamp::NEVER,
        };
        let (credential, hint) = (self.app.new_id(), text.hint());
        Ok(UserFact::SecretAdded { credential, hash, hint, label, expires, bounds: Bounds::default() })
    }

    fn end(&self, state: &State<'_>, org: &OrgId, asked: Expiry) -> Result<Timestamp> {
        let now = self.app.clock.now();
        match asked {
            Expiry::At(end) if self.is_late && end <= now => Ok(end),
            _ => Lifetime::in_org(state, org, now)?.end(asked),
        }
    }

    /// The organisation of this id or name.
    fn org(&self, state: &State<'_>, named: Option<&str>) -> Result<OrgId> {
        let Some(named) = named else { return Ok(state.instance()?.default_org) };
        let unknown = || Error::invalid("organization: no line above and nothing in the database has this id or name");
        if let Some(org) = self.orgs.get(&by_id(named)).or_else(|| self.orgs.get(&slug(named))) {
            return Ok(org.clone());
        }
        let found = orgs::find(state, named)?.map(|org| org.id);
        found.map_or_else(|| state.org_by_name(named), |id| Ok(Some(id)))?.ok_or_else(unknown)
    }

    fn once(&mut self, kind: &str, text: &[u8], twice: &'static str) -> Result<()> {
        let hash = blake3::Hasher::new().update(kind.as_bytes()).update(&[0]).update(text).finalize();
        let key = hash.as_bytes().first_chunk().copied().unwrap_or_default();
        if self.seen.insert(key) { Ok(()) } else { Err(Error::invalid(twice)) }
    }
}

/// Where an organisation is kept under its id: no name as it is compared has such a sign.
fn by_id(id: &str) -> String {
    format!("#{id}")
}

fn described(user: &User, user_name: String) -> Result<UserFact> {
    let name = user.name.as_ref().unwrap_or(&user_name).clone();
    short(&name, "name", MAX_NAME_CHARS)?;
    short(&user.description, "description", MAX_DESCRIPTION_CHARS)?;
    if name.trim().is_empty() {
        return Err(Error::invalid("name must not be blank"));
    }
    let (description, access_token_type) = (user.description.clone(), user.access_token_type.to_model());
    Ok(UserFact::MachineAdded { user_name, name, description, access_token_type })
}

fn short<'a>(text: &'a str, field: &str, most: usize) -> Result<&'a str> {
    match text.chars().count() <= most {
        true => Ok(text),
        false => Err(Error::invalid(format!("{field} must have {most} characters at most"))),
    }
}

fn no_roles() -> Error {
    Error::invalid(format!("roles must be roles of an organisation, such as ORG_OWNER, and {MAX_ROLES} at most"))
}

fn invalid_id(field: &str) -> Error {
    Error::invalid(format!(
        "{field} must begin with a letter or digit and hold only letters, digits and -_.@ (ASCII), 200 at most"
    ))
}
