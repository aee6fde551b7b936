//! Typed reads of memberships.

use crate::{
    error::Result,
    id::{OrgId, UserId},
    model::{Member, MemberColumn},
    store::{
        codec::decode,
        key::{Key, Space},
        scan::{Direction, Part, Run, Scan},
        state::{State, dangling},
    },
};

impl<'a> State<'a> {
    pub fn member(&self, owner: &OrgId, user: &UserId) -> Result<Option<Member>> {
        self.get(&member_key(owner, user))
    }

    /// The members of an organisation or of the instance, by user id.
    pub fn members(&self, owner: &OrgId, direction: Direction) -> Result<Run<'a, Member>> {
        Ok(self.scan(Key::new(Space::Member).text(owner.as_str()), direction)?.read(decode))
    }

    /// The memberships of a user, by owner.
    pub fn memberships(&self, user: &UserId) -> Result<Run<'a, Member>> {
        let rows = self.scan(Key::new(Space::MemberByUser).text(user.as_str()), Direction::Ascending)?;
        Ok(self.members_at(rows))
    }

    /// All memberships of a part of a column in its order, then by user, then by owner. By user, all of them.
    pub fn all_members(&self, column: MemberColumn, part: Part<'_>, direction: Direction) -> Result<Run<'a, Member>> {
        let rows = match column {
            MemberColumn::User => self.scan(Key::new(Space::MemberByUser), direction)?,
            _ => self.scan_range(part.below(Key::new(Space::MemberByColumn).byte(column as u8)), direction)?,
        };
        Ok(self.members_at(rows))
    }

    fn members_at(&self, rows: Scan<'a>) -> Run<'a, Member> {
        let state = *self;
        rows.read(move |place| {
            let (owner, user): (OrgId, UserId) = decode(place)?;
            state.member(&owner, &user)?.ok_or_else(|| dangling("membership index"))
        })
    }
}

pub(super) fn member_key(owner: &OrgId, user: &UserId) -> Key {
    Key::new(Space::Member).text(owner.as_str()).text(user.as_str())
}

/// Where a membership stands in the indexes of its columns.
pub(super) fn member_column_keys(member: &Member) -> impl Iterator<Item = Key> {
    MemberColumn::ALL.into_iter().map(|column| {
        let index = match column {
            MemberColumn::User => Key::new(Space::MemberByUser),
            _ => Key::new(Space::MemberByColumn).byte(column as u8).bytes(&column.sort_key(member)),
        };
        index.text(member.user.as_str()).text(member.owner.as_str())
    })
}
