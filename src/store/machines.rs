//! Typed reads of machine users.

use crate::{
    error::Result,
    id::{OrgId, UserId},
    model::{Column, Machine, machine::normal_user_name},
    store::{
        codec::decode,
        key::{Key, Space},
        scan::{Direction, Part, Run},
        state::{State, dangling},
    },
};

impl<'a> State<'a> {
    pub fn machine(&self, id: &UserId) -> Result<Option<Machine>> {
        self.get(&Key::new(Space::Machine).text(id.as_str()))
    }

    /// The user with this user name, in whatever organisation and whatever the case.
    pub fn machine_by_name(&self, user_name: &str) -> Result<Option<Machine>> {
        let id: Option<UserId> = self.get(&user_name_key(user_name))?;
        let Some(id) = id else { return Ok(None) };
        self.machine(&id)?.map(Some).ok_or_else(|| dangling("user name"))
    }

    pub fn user_name_is_taken(&self, user_name: &str) -> Result<bool> {
        self.has(&user_name_key(user_name))
    }

    /// The machine users of an organisation in the order of `column`, then of their ids.
    pub fn machines(&self, org: &OrgId, column: Column, direction: Direction) -> Result<Run<'a, Machine>> {
        self.machines_in(Some(org), column, Part::All, direction)
    }

    /// The same of a part of the column, and of all organisations if none is named. Without one, by id, it is all of
    /// them whatever the part.
    pub fn machines_in(
        &self,
        org: Option<&OrgId>,
        column: Column,
        part: Part<'_>,
        direction: Direction,
    ) -> Result<Run<'a, Machine>> {
        let state = *self;
        let index = match (org, column) {
            (Some(org), _) => Key::new(Space::MachineIndex).text(org.as_str()).byte(column as u8),
            (None, Column::Id) => return Ok(self.scan(Key::new(Space::Machine), direction)?.read(decode)),
            (None, Column::UserName) => Key::new(Space::MachineByName),
            (None, _) => Key::new(Space::MachineByColumn).byte(column as u8),
        };
        let ids = self.scan_range(part.below(index), direction)?;
        Ok(ids.read(move |id| state.machine(&decode(id)?)?.ok_or_else(|| dangling("user index"))))
    }
}

pub(super) fn user_name_key(user_name: &str) -> Key {
    Key::new(Space::MachineByName).text(&normal_user_name(user_name))
}

/// Where a machine user stands in the indexes of its columns, always in the same order. Its id and its user name have
/// their place among those of all organisations elsewhere.
pub(super) fn machine_column_keys(machine: &Machine) -> Vec<Key> {
    let mut keys = Vec::with_capacity(2 * Column::ALL.len());
    for column in Column::ALL {
        let place = |index: Key| index.byte(column as u8).bytes(&column.sort_key(machine)).text(machine.id.as_str());
        keys.push(place(Key::new(Space::MachineIndex).text(machine.org.as_str())));
        if !matches!(column, Column::Id | Column::UserName) {
            keys.push(place(Key::new(Space::MachineByColumn)));
        }
    }
    keys
}
