//! From events to state: the only code that changes what requests read.
//!
//! It looks at nothing but the event and the state, so the same log gives the same bytes, now and in a replay. It
//! cannot refuse: whatever could be refused was refused by `decide`. An event about an object that is not there means
//! that the log was not written by this program, and is an internal error.

mod credential;
mod instance;
mod metadata;
mod org;
mod project;
mod project_grant;
mod user;
mod user_grant;

use crate::{
    error::{Error, Result},
    id::{OrgId, UserId},
    model::{Event, Fact, Member, Stamps},
    store::{
        codec::{Record, encode},
        counts::Counted,
        key::Key,
        members::{member_column_keys, member_key},
        state::State,
        tables::Bytes,
    },
};
use redb::Table;

/// Changes the state as `event` says.
pub(super) fn apply(table: &mut Table<'_, Bytes, Bytes>, event: &Event) -> Result<()> {
    let mut rows = Rows { table };
    match &event.fact {
        Fact::Instance(fact) => instance::apply(&mut rows, event, fact),
        Fact::Org(fact) => org::apply(&mut rows, event, fact),
        Fact::User(user, fact) => user::apply(&mut rows, event, user, fact),
        Fact::Project(project, fact) => project::apply(&mut rows, event, project, fact),
        Fact::UserGrant(grant, fact) => user_grant::apply(&mut rows, event, grant, fact),
    }
}

/// The state, to be changed.
struct Rows<'a, 'txn> {
    table: &'a mut Table<'txn, Bytes, Bytes>,
}

impl<'txn> Rows<'_, 'txn> {
    fn state(&self) -> State<'_> {
        State::new(self.table)
    }

    fn put<R: Record>(&mut self, key: &Key, record: &R) -> Result<()> {
        self.table.insert(key.as_bytes(), encode(record)?.as_slice()).map_err(Error::internal)?;
        Ok(())
    }

    /// Notes a key that says all by being there.
    fn mark(&mut self, key: &Key) -> Result<()> {
        self.table.insert(key.as_bytes(), [].as_slice()).map_err(Error::internal)?;
        Ok(())
    }

    fn delete(&mut self, key: &Key) -> Result<()> {
        self.delete_bytes(key.as_bytes())
    }

    fn delete_bytes(&mut self, key: &[u8]) -> Result<()> {
        self.table.remove(key).map_err(Error::internal)?;
        Ok(())
    }

    /// Changes how many there are of something. What there is none of has no row.
    fn count(&mut self, what: Counted<'_>, by: i64) -> Result<()> {
        match self.state().count(what)?.saturating_add_signed(by) {
            0 => self.delete(&what.key()),
            count => self.put(&what.key(), &count),
        }
    }

    /// Moves an object in its indexes, where its places changed.
    fn move_in_indexes<R: Record>(
        &mut self,
        before: impl IntoIterator<Item = Key>,
        after: impl IntoIterator<Item = Key>,
        place: &R,
    ) -> Result<()> {
        for (old, new) in before.into_iter().zip(after) {
            if old != new {
                self.delete(&old)?;
                self.put(&new, place)?;
            }
        }
        Ok(())
    }

    fn add_member(&mut self, event: &Event, user: &UserId, roles: &[String]) -> Result<()> {
        let owner = &event.owner;
        let member =
            Member { owner: owner.clone(), user: user.clone(), roles: roles.to_vec(), stamps: Stamps::new(event) };
        let place = (owner.clone(), user.clone());
        member_column_keys(&member).try_for_each(|key| self.put(&key, &place))?;
        self.count(Counted::Members(Some(owner)), 1)?;
        self.count(Counted::Members(None), 1)?;
        self.put(&member_key(owner, user), &member)
    }

    fn change_member(&mut self, event: &Event, user: &UserId, roles: &[String]) -> Result<()> {
        let before = found(self.state().member(&event.owner, user)?, "member")?;
        let mut member = before.clone();
        member.roles = roles.to_vec();
        member.stamps.touch(event);
        let place = (event.owner.clone(), user.clone());
        self.move_in_indexes(member_column_keys(&before), member_column_keys(&member), &place)?;
        self.put(&member_key(&event.owner, user), &member)
    }

    fn remove_member(&mut self, owner: &OrgId, user: &UserId) -> Result<()> {
        let member = found(self.state().member(owner, user)?, "member")?;
        member_column_keys(&member).try_for_each(|key| self.delete(&key))?;
        self.count(Counted::Members(Some(owner)), -1)?;
        self.count(Counted::Members(None), -1)?;
        self.delete(&member_key(owner, user))
    }
}

fn found<T>(object: Option<T>, what: &str) -> Result<T> {
    object.ok_or_else(|| Error::internal(format!("an event about a {what} that is not there")))
}
