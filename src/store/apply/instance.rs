use super::{Rows, found};
use crate::{
    error::Result,
    model::{Event, Instance, InstanceFact, OidcSettings, SigningKeyRecord, Stamps, TokenLifetimes},
    store::{
        key::{Key, Space},
        state::imported_lines_key,
    },
    time::Timestamp,
};

pub(super) fn apply(rows: &mut Rows<'_, '_>, event: &Event, fact: &InstanceFact) -> Result<()> {
    match fact {
        InstanceFact::Added { project, default_org } => {
            let instance = Instance {
                id: event.owner.clone(),
                project: project.clone(),
                default_org: default_org.clone(),
                stamps: Stamps::new(event),
            };
            put(rows, &instance)
        }
        InstanceFact::DefaultOrgSet { org } => {
            let mut instance = rows.state().instance()?;
            instance.default_org = org.clone();
            instance.stamps.touch(event);
            put(rows, &instance)
        }
        InstanceFact::MemberAdded { user, roles } => rows.add_member(event, user, roles),
        InstanceFact::MemberChanged { user, roles } => rows.change_member(event, user, roles),
        InstanceFact::MemberRemoved { user } | InstanceFact::MemberCascadeRemoved { user } => {
            rows.remove_member(&event.owner, user)
        }
        InstanceFact::SigningKeyAdded { kid, algorithm } => {
            let record = SigningKeyRecord {
                kid: kid.clone(),
                algorithm: algorithm.clone(),
                published_until: None,
                stamps: Stamps::new(event),
            };
            rows.put(&signing_key(kid), &record)
        }
        InstanceFact::SigningKeyRetired { kid, published_until } => retire(rows, event, kid, *published_until),
        InstanceFact::OidcSettingsChanged { lifetimes } => set_lifetimes(rows, event, *lifetimes),
        InstanceFact::LinesImported { file, done } => rows.put(&imported_lines_key(file), done),
    }
}

fn set_lifetimes(rows: &mut Rows<'_, '_>, event: &Event, lifetimes: TokenLifetimes) -> Result<()> {
    let mut settings = rows.state().oidc_settings()?.unwrap_or_else(|| OidcSettings {
        lifetimes,
        longest: 0,
        stamps: Stamps::new(event),
    });
    settings.lifetimes = lifetimes;
    settings.longest = settings.longest.max(lifetimes.longest());
    settings.stamps.touch(event);
    rows.put(&Key::new(Space::OidcSettings), &settings)
}

fn retire(rows: &mut Rows<'_, '_>, event: &Event, kid: &str, published_until: Timestamp) -> Result<()> {
    let mut record = found(rows.state().signing_key(kid)?, "signing key")?;
    record.published_until = Some(published_until);
    record.stamps.touch(event);
    rows.put(&signing_key(kid), &record)
}

fn put(rows: &mut Rows<'_, '_>, instance: &Instance) -> Result<()> {
    rows.put(&Key::new(Space::Instance), instance)
}

fn signing_key(kid: &str) -> Key {
    Key::new(Space::SigningKey).text(kid)
}
